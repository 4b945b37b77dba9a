"""The order of recovery: strict workloads that need lax ones, rings of needs, needs of workloads that do not exist."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from advisor.graph.edgeset import shortened
from advisor.graph.finding_context import Context, Point
from advisor.graph.matching import Matcher
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.finding import Finding, Severity
from advisor.model.graph import Workload
from advisor.model.targets import NO_TARGET, Target, Targets
from advisor.model.units import format_duration

# The shipped classes, strictest first: all there is to compare where no targets are at hand.
CLASS_RANKS: Mapping[str, int] = {"critical": 0, "important": 1, "standard": 2, "low": 3}


def inversions(context: Context) -> Iterator[Point]:
    """A workload cannot be back before what it needs, however strict its own target."""
    workloads = {workload.name: workload for workload in context.graph.workloads}
    for workload in context.graph.workloads:
        for needed, path in needs_of(workload.name, workloads).items():
            gaps = _gaps(workload, workloads[needed], context.targets)
            if gaps:
                yield Point(
                    Finding(
                        id="GRA-INVERSION",
                        severity="high",
                        title=f"{workload.name} is stricter than {needed}, which it needs",
                        workload=workload.name,
                        detail=f"{' → '.join(path)}: {'; '.join(gaps)}.",
                        fix=f"Hold {needed} to the targets of {workload.name}, or make the need soft.{_unpriced(gaps)}",
                        source="docs/graph.md, order of recovery",
                    ),
                    workloads=path,
                )


def needs_of(start: str, workloads: Mapping[str, Workload]) -> dict[str, tuple[str, ...]]:
    """Every workload needed, directly or through others, with the way there."""
    paths: dict[str, tuple[str, ...]] = {start: (start,)}
    waiting = deque([start])
    while waiting:
        name = waiting.popleft()
        for need in workloads[name].needs_hard:
            if need in workloads and need not in paths:
                paths[need] = (*paths[name], need)
                waiting.append(need)
    del paths[start]
    return paths


def _unpriced(gaps: list[str]) -> str:
    """Why there is no price beside a gap of data: the plan prices what is late (its own finding, PLAN-INVERSION)."""
    data = any(" RPO " in gap for gap in gaps)
    words = " A gap in RPO has no price: waiting loses no data, so the plan counts each workload's loss by itself."
    return words if data else ""


def _gaps(strict: Workload, lax: Workload, targets: Targets | None) -> list[str]:
    if targets is None or strict.class_name not in targets.classes or lax.class_name not in targets.classes:
        ranks = CLASS_RANKS.get(strict.class_name), CLASS_RANKS.get(lax.class_name)
        inverted = ranks[0] is not None and ranks[1] is not None and ranks[0] < ranks[1]
        return [f"class {strict.class_name} needs class {lax.class_name}"] if inverted else []
    return [words for disruption in DISRUPTIONS for words in _gap(targets, strict, lax, disruption)]


def _gap(targets: Targets, strict: Workload, lax: Workload, disruption: Disruption) -> Iterator[str]:
    asked, given = target_of(targets, strict, disruption), target_of(targets, lax, disruption)
    for metric, mine, theirs in (("RPO", asked.rpo_s, given.rpo_s), ("RTO", asked.rto_s, given.rto_s)):
        if mine is not None and (theirs is None or theirs > mine):
            other = "none" if theirs is None else format_duration(theirs, mine)
            yield f"{disruption} {metric} {format_duration(mine)} against {other}"


def target_of(targets: Targets, workload: Workload, disruption: Disruption) -> Target:
    """What is asked of a workload: its own words where it is declared, else its class."""
    spec = targets.spec(workload.name) if workload.found_by == "declared" else None
    if spec:
        return targets.target(spec, disruption)
    found = targets.classes.get(workload.class_name)
    return found.target(disruption) if found else NO_TARGET


def cycles(context: Context) -> Iterator[Finding]:
    """Workloads that need one another can only be recovered together."""
    for names in context.graph.cycles:
        yield Finding(
            id="GRA-CYCLE",
            severity="medium",
            title=f"{shortened(names, 3)} need one another",
            workload=names[0],
            detail=f"{shortened(names, 10)}: they share a wave, and each is judged as "
            "waiting for what the others take by themselves and its own start after it.",
            fix="Make one of the needs soft, or declare them as one workload.",
            source="docs/graph.md, order of recovery",
        )


def unknown_needs(context: Context) -> Iterator[Finding]:
    """A need of something that is no workload here."""
    known = sorted(workload.name for workload in context.graph.workloads)
    for spec in context.targets.workloads if context.targets else ():
        for need in (*spec.needs_hard, *spec.needs_soft):
            if need not in known:
                title = f"{spec.name} needs '{need}', which is no workload here"
                fix = "Correct the name, or declare the workload; until then the need is left out."
                detail = f"Workloads here: {shortened(known, 10)}."
                yield _declared(spec.name, "GRA-UNKNOWN-NEED", "medium", title, detail, fix)


def empty_declarations(context: Context) -> Iterator[Finding]:
    """Declared workloads that match nothing."""
    known = {workload.name for workload in context.graph.workloads if workload.found_by == "declared"}
    for spec in context.targets.workloads if context.targets else ():
        if spec.name not in known:
            title = f"The declared workload {spec.name} matches no resource"
            detail = f"{spec.place or 'targets file'}: nothing in the inventory fits its match."
            fix = "Correct the match; 'advisor inventory show' lists names and tags."
            yield _declared(spec.name, "GRA-EMPTY-WORKLOAD", "high", title, detail, fix)


def unknown_edges(context: Context) -> Iterator[Finding]:
    """Confirmed edges with an end that is neither a resource nor a workload here."""
    workloads = {workload.name for workload in context.graph.workloads}
    for spec in context.targets.workloads if context.targets else ():
        for ends in spec.confirmed_edges:
            unknown = [end for end in ends if not context.estate.has(end) and end not in workloads]
            if unknown:
                title = f"The confirmed edge {' → '.join(ends)} names something unknown"
                detail = f"Neither a resource nor a workload: {shortened(unknown)}."
                fix = "Write the ids as the graph shows them."
                yield _declared(spec.name, "GRA-UNKNOWN-EDGE", "medium", title, detail, fix)


def double_matches(context: Context) -> Iterator[Finding]:
    """Resources that two declared workloads match."""
    if context.targets is None:
        return
    matcher = Matcher(context.estate, context.targets)
    clashes: dict[tuple[str, ...], list[str]] = {}
    for resource, names in matcher.matches.items():
        if len(set(names)) > 1 and resource not in matcher.excluded:
            clashes.setdefault(names, []).append(resource)
    for names, resources in sorted(clashes.items()):
        title = f"{len(resources)} resources match {' and '.join(names)}"
        detail = f"{context.labels(resources)}: the first one in the file has them."
        yield _declared(names[0], "GRA-TWO-WORKLOADS", "medium", title, detail, "Make the matches exclusive.")


def _declared(workload: str, finding_id: str, severity: Severity, title: str, detail: str, fix: str) -> Finding:
    return Finding(
        id=finding_id, severity=severity, title=title, workload=workload, detail=detail, fix=fix, source="targets file"
    )


INVERSION_RULES = (inversions,)
ORDER_RULES = (cycles, unknown_needs, empty_declarations, unknown_edges, double_matches)
