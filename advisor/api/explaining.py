"""A finished plan in words: one workload's reasons, the difference between two plans, a copy chain on its own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from advisor.api.differences import PRICES, SETTINGS, TOTAL, Difference, changed_only, plan_differences
from advisor.estimation.chains import path_to, serve
from advisor.model.disruption import Disruption
from advisor.model.finding import InputError, Mistake
from advisor.model.plan import Estimate, Plan, Tier, WorkloadPlan
from advisor.model.recovery import Level
from advisor.model.units import UnitError, format_amount, format_duration, parse_duration
from advisor.reporting import targets_moved, terminal_summary, words
from advisor.reporting.terminal import wrap
from advisor.yaml_text import YamlDocument, load_yaml

_LEVEL_KEYS: Final = ("name", "accumulation", "hold", "propagation", "retention", "kind", "location")
_TIERS: Final[Mapping[Tier, Disruption]] = {"backup": "logical", "multi-zone": "zone", "cross-region": "region"}
"""The disruption from which a tier recovers."""
_CASE_KEYS: Final = ("survivors", "detection")
__all__ = ["compare_plans", "estimate_chain", "explain", "load_plan", "terminal_summary"]


def load_plan(path: Path) -> Plan:
    """A plan.json; raises ``InputError`` naming the first thing that is wrong with it."""
    if path.is_dir():
        raise InputError([Mistake(str(path), "", "is a folder.", f"Give {path / 'plan.json'}.")])
    try:
        return Plan.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise InputError([Mistake(str(path), "", "does not exist.", "Give the plan.json of an earlier run.")]) from None
    except (ValidationError, UnicodeDecodeError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        at = f" ({'.'.join(map(str, first['loc']))}: {first['msg']})" if first and first["loc"] else ""
        remedy = (
            "Give the plan.json in the folder of an earlier run; make the plan again where another version wrote it."
        )
        raise InputError([Mistake(str(path), "", f"is no plan.json of this version{at}.", remedy)]) from error


def explain(plan: Plan, name: str, width: int) -> str:
    """Why a workload got its option, what lost and why, and what each number rests on."""
    workload = next((item for item in plan.workloads if item.name == name), None)
    if workload is None:
        known = ", ".join(item.name for item in plan.workloads)
        remedy = f"Write one of {known}." if known else "The plan has no workloads: nothing to protect was found."
        raise InputError([Mistake("command line", "WORKLOAD", f"'{name}' is no workload of the plan.", remedy)])
    lines = [
        *_opening(plan, workload),
        *_disruptions(workload),
        *_money(plan, workload),
        *_losers(workload),
        *_standards(plan, workload),
        *_basis(plan, workload),
    ]
    return "\n".join(part for line in lines for part in (_wrapped(line, width))) + "\n"


def _wrapped(line: str, width: int) -> list[str]:
    indent = len(line) - len(line.lstrip())
    pieces = wrap(line.strip(), width - indent) or [""]
    return [" " * indent + piece for piece in pieces]


def _among(workload: WorkloadPlan) -> str:
    """Out of how many combinations the option was chosen."""
    if workload.options_considered == 1:
        return "the only combination that inventory and targets file leave,"
    return f"chosen among {workload.options_considered:,} combinations"


def _opening(plan: Plan, workload: WorkloadPlan) -> list[str]:
    action_lines = [f"  - {action.title}" for action in workload.actions] or ["  - nothing is changed"]
    return [
        f"{workload.name} – class {workload.class_name}, found by {workload.found_by}",
        _tier(workload),
        f"Option {workload.option_id}, {_among(workload)} under the objective {plan.objective}.",
        "",
        "What is done:",
        *action_lines,
        "",
    ]


def _tier(workload: WorkloadPlan) -> str:
    """The tier before and after with what it says, and where protections reach none, why."""
    before, after = workload.tier_before, workload.tier
    told = f"Tier: {before} before, {after} after"
    if after in _TIERS:
        return f"{told} ({_recovers(workload.estimates[_TIERS[after]], _TIERS[after])})."
    if not workload.mechanisms:
        return f"{told}."
    bought = words.listing([words.mechanism(name) for name in workload.mechanisms])
    return f"{told}. Added all the same: {bought}. No tier is reached: {_short_of_tier(workload)}."


def _recovers(item: Estimate, disruption: Disruption) -> str:
    within = ", for which it has no target" if item.meets is None else " within its target"
    return f"it recovers from {words.DISRUPTION_TITLES[disruption].lower()}{within}"


def _short_of_tier(workload: WorkloadPlan) -> str:
    """What keeps a workload from every tier, by disruption."""
    reasons: dict[str, list[str]] = {}
    for disruption in _TIERS.values():
        item = workload.estimates[disruption]
        no_way_back = item.rpo_unbounded or item.rto_unbounded
        why = "not known" if item.unknown else "no way back" if no_way_back else "target missed"
        reasons.setdefault(why, []).append(words.DISRUPTION_TITLES[disruption].lower())
    return "; ".join(f"{why} after {' and '.join(names)}" for why, names in reasons.items())


def _disruptions(workload: WorkloadPlan) -> list[str]:
    lines = ["What that means:"]
    for disruption, after in workload.estimates.items():
        before = workload.before[disruption]
        limit = after.target_rto_s
        whose = " of its own recovery" if after.inherited_from else ""
        verdict = {True: "met", False: "MISSED", None: "no target"}[after.meets]
        lines += [
            f"  {disruption} – {words.DISRUPTION_TITLES[disruption].lower()}: {verdict}"
            + (f" (worst case: {after.worst_place})" if after.worst_place and not after.inherited_from else ""),
            f"    RPO at worst {_rpo(before)} before, {_rpo(after)} after{_target(after.target_rpo_s)}; "
            f"on average {_time(after.rpo_expected_s)}",
            f"    RTO P50 {_time(after.rto_p50_s, limit)}, P90 {_time(after.rto_p90_s, limit)}, "
            f"P95 {_time(after.rto_p95_s, limit)} (before: P95 {_time(before.rto_p95_s, limit)}){_target(limit)}",
            f"    limited by: {after.limiting}; confidence {after.confidence}",
        ]
        lines += [
            f"    {item.fact} moves the P95{whose} from {_time(item.p95_low_s)} to {_time(item.p95_high_s)}"
            for item in after.sensitivity
        ]
    lines += [f"  missed: {m.disruption} {m.metric} – {m.remedy}" for m in workload.misses]
    return [*lines, ""]


def _rpo(item: Estimate) -> str:
    return "no recovery point" if item.rpo_unbounded else _time(item.rpo_worst_s, item.target_rpo_s)


def _time(seconds: float | None, beside: float | None = None) -> str:
    return format_duration(seconds, beside)


def _target(seconds: float | None) -> str:
    return f", target {format_duration(seconds)}" if seconds is not None else ""


def _money(plan: Plan, workload: WorkloadPlan) -> list[str]:
    cost = workload.cost
    least = "at least " if cost.at_least else ""
    lines = [
        f"What it adds: {least}{format_amount(cost.monthly_added)} {plan.currency} a month"
        f" (low end {format_amount(cost.monthly_added_low)})"
    ]
    names = {item.id: item.name for item in workload.components}
    for line in cost.steady:
        amount = "unpriced" if line.monthly is None else f"{format_amount(line.monthly)} {line.currency}"
        price = f" × {line.unit_price} per {line.unit}" if line.unit_price is not None else ""
        whose = f" ({names[line.component]})" if line.component in names else ""
        lines.append(
            f"  {line.what_for}{whose}: {line.quantity}{price} = {amount} [{line.origin}, {line.as_of or 'undated'}]"
        )
    return [*lines, ""]


def _losers(workload: WorkloadPlan) -> list[str]:
    lines = ["What lost:"]
    for item in workload.rejected:
        price = f" ({format_amount(item.monthly_added)} a month)" if item.monthly_added is not None else ""
        lines.append(f"  {item.option_id}{price}: {item.reason}")
    lines += [f"  {item.mechanism} for {item.resource}: {item.reason}" for item in workload.infeasible]
    return [*(lines if len(lines) > 1 else ["What lost: nothing else was possible"]), ""]


def _standards(plan: Plan, workload: WorkloadPlan) -> list[str]:
    lines = ["Standards, by its recovery in another region:"]
    for item in workload.standards:
        doubt = " (second-hand text: verify)" if item.verify else ""
        reached = f"level {item.level}" if item.level is not None else "no level"
        line = f"  {item.standard}: {reached}{doubt}"
        if item.next_level is not None:
            line += f"; level {item.next_level} needs {item.missing or 'a higher level of organisation'}"
        if item.next_option is not None and item.next_extra_monthly is not None:
            line += (
                f" – {item.next_option} reaches it for {format_amount(item.next_extra_monthly)} {plan.currency} more"
            )
        elif item.next_level is not None:
            line += " – no option reaches it"
        lines.append(line)
    return [*lines, ""] if workload.standards else []


def _basis(plan: Plan, workload: WorkloadPlan) -> list[str]:
    used = {fact for item in workload.estimates.values() for fact in item.facts}
    lines = ["What the numbers rest on:"]
    for item in plan.evidence:
        if item.fact in used:
            mark = " (your own value)" if item.overridden else ""
            lines.append(f"  {item.fact} = {item.value}{mark} [{item.confidence}] {item.source}")
    return lines


def compare_plans(earlier: Plan, later: Plan, width: int) -> str:
    """The difference between two plans, line by line and at most ``width`` columns wide: the sums, every workload that
    changed, facts, prices, and what was asked differently."""
    figures = [plan.portfolio for plan in (earlier, later)]
    losses = [format_amount(item.expected_annual_loss_after) for item in figures]
    lines = [
        "",
        "Against the earlier plan:",
        f"  added {_added(earlier, earlier.currency != later.currency)} → {_added(later)} a month, "
        f"targets met {figures[0].targets_met} → {figures[1].targets_met} of {figures[1].targets_total}, "
        f"expected loss {losses[0]} → {losses[1]} a year",
    ]
    lines += [f"  {sentence}" for sentence in targets_moved(earlier, later)]
    changed = [item for item in changed_only(plan_differences(earlier, later)) if item.group not in (SETTINGS, TOTAL)]
    names = {item.name for item in later.workloads}
    for group in dict.fromkeys(item.group for item in changed):
        gone = group not in names and any(item.name == group for item in earlier.workloads)
        lines.append(f"  {group}" + (": no longer in the estate" if gone else ""))
        if not gone:
            lines += _listed([item for item in changed if item.group == group])
    inputs = {
        name
        for name in ("inventory", "targets", "rules", "prices")
        if getattr(earlier.inputs, name) != getattr(later.inputs, name)
    }
    lines.append(f"  inputs that changed: {', '.join(sorted(inputs)) or 'none'}")
    lines += _compare_settings(earlier, later)
    return "\n".join(part for line in lines for part in _hanging(line, width)) + "\n"


def _listed(changed: list[Difference]) -> list[str]:
    """One line a difference; prices that only come from elsewhere are counted."""
    told = [item for item in changed if item.group != PRICES or _figure(item.before) != _figure(item.after)]
    lines = [f"    {item.item}: {item.before} → {item.after}" for item in told]
    same = len(changed) - len(told)
    return [*lines, f"    {same} more: the same figure from another source"] if same else lines


def _figure(price: str) -> str:
    """A price without where it comes from."""
    return price.rpartition(" (")[0]


def _hanging(line: str, width: int) -> list[str]:
    """The line in pieces, those after the first two columns further in."""
    indent = len(line) - len(line.lstrip())
    pieces = wrap(line.strip(), width - indent - 2) or [""]
    return [" " * (indent + (2 if number else 0)) + piece for number, piece in enumerate(pieces)]


def _added(plan: Plan, named: bool = True) -> str:
    return format_amount(plan.portfolio.monthly_added) + (f" {plan.currency}" if named else "")


def _compare_settings(earlier: Plan, later: Plan) -> list[str]:
    """What was asked differently: one line a setting."""
    told = [_settings(plan) for plan in (earlier, later)]
    return [f"  {name}: {told[0][name]} → {told[1][name]}" for name in told[0] if told[0][name] != told[1][name]]


def _settings(plan: Plan) -> dict[str, str]:
    cap = plan.budget.monthly
    return {
        "budget": f"{format_amount(cap)} {plan.currency} a month" if cap is not None else "none",
        "objective": plan.objective,
        "risk level": plan.risk_level,
        "currency": plan.currency,
        "date": plan.created.isoformat(),
        "seed": str(plan.seed),
        "samples": f"{plan.samples:,}",
    }


def estimate_chain(path: Path) -> dict[str, object]:
    """Worst and expected loss of the chain file's disruptions; raises ``InputError`` with every mistake in it."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError([Mistake(str(path), "", "does not exist.", "Give a chain file.")]) from None
    except UnicodeDecodeError:
        raise InputError([Mistake(str(path), "", "is no text in UTF-8.", "Save it as UTF-8.")]) from None
    reader = _ChainReader(path.name, load_yaml(text, path.name))
    levels, cases = reader.read()
    return {name: _case(levels, *case) for name, case in cases.items()}


def _case(levels: tuple[Level, ...], survivors: tuple[str, ...], detection: float | None) -> dict[str, object]:
    served = serve(levels, survivors, detection)
    if served is None:
        return {"rpo_worst_s": None, "rpo_expected_s": None, "served_from": None, "unbounded": True}
    chain = [level.name for level in path_to(levels, served.level)]
    return {
        "rpo_worst_s": served.worst_s,
        "rpo_expected_s": served.expected_s,
        "served_from": served.level.name,
        "unbounded": False,
        "chain": chain,
    }


class _ChainReader:
    """The chain file with every mistake gathered."""

    def __init__(self, file: str, document: YamlDocument) -> None:
        self.file = file
        self.document = document
        self.mistakes: list[Mistake] = []

    def read(self) -> tuple[tuple[Level, ...], dict[str, tuple[tuple[str, ...], float | None]]]:
        value = self.document.value
        if not isinstance(value, Mapping):
            self._wrong((), "the file is no mapping.", "Write 'levels:' and 'disruptions:'.")
            raise InputError(self.mistakes)
        for key in value:
            if key not in ("levels", "disruptions"):
                self._wrong((key,), f"'{key}' is not known.", "Write levels or disruptions.")
        levels = self._levels(value.get("levels"))
        cases = self._cases(value.get("disruptions"), {level.name for level in levels})
        if self.mistakes:
            raise InputError(self.mistakes)
        return levels, cases

    def _wrong(self, place: tuple[str | int, ...], problem: str, remedy: str) -> None:
        line = next(
            (self.document.lines[place[:n]] for n in range(len(place), -1, -1) if place[:n] in self.document.lines),
            None,
        )
        self.mistakes.append(Mistake(self.file, f"line {line}" if line else "", problem, remedy))

    def _levels(self, value: object) -> tuple[Level, ...]:
        if not isinstance(value, list) or not value:
            self._wrong(
                ("levels",), "'levels' is no list of levels.", "Write '- {name: snapshot, accumulation: 24 h, …}'."
            )
            return ()
        levels: list[Level] = []
        for index, item in enumerate(value):
            place: tuple[str | int, ...] = ("levels", index)
            if not isinstance(item, Mapping) or not isinstance(item.get("name"), str):
                self._wrong(place, "a level needs a name.", "Write '- {name: snapshot, …}'.")
                continue
            levels.append(self._level(item, place, levels[-1].name if levels else None))
            if levels[-1].name in {level.name for level in levels[:-1]}:
                self._wrong(place, f"level '{item['name']}' is there twice.", "Give each level a name of its own.")
        return tuple(levels)

    def _level(self, item: Mapping[str, object], place: tuple[str | int, ...], feeder: str | None) -> Level:
        for key in item:
            if key not in _LEVEL_KEYS:
                self._wrong((*place, key), f"'{key}' is not known.", f"Write one of {', '.join(_LEVEL_KEYS)}.")
        kind = item.get("kind", "point_in_time")
        if kind not in ("replica", "point_in_time"):
            self._wrong((*place, "kind"), f"'{kind}' is no kind of level.", "Write replica or point_in_time.")
            kind = "point_in_time"
        times = {key: self._duration(item, key, place) for key in ("accumulation", "hold", "propagation")}
        retention = self._duration(item, "retention", place) if "retention" in item else math.inf
        return Level(
            str(item["name"]),
            "replica" if kind == "replica" else "point_in_time",
            str(item.get("location", "")),
            times["accumulation"],
            times["hold"],
            times["propagation"],
            retention,
            (),
            feeder,
        )

    def _duration(self, item: Mapping[str, object], key: str, place: tuple[str | int, ...]) -> float:
        if key not in item:
            return 0.0
        try:
            return parse_duration(item[key])
        except UnitError as error:
            self._wrong((*place, key), f"{key}: {error}", "")
            return 0.0

    def _cases(self, value: object, names: set[str]) -> dict[str, tuple[tuple[str, ...], float | None]]:
        if not isinstance(value, Mapping) or not value:
            self._wrong(("disruptions",), "'disruptions' is no mapping.", "Write 'region: {survivors: [copy]}'.")
            return {}
        return {str(name): self._survivors(item, ("disruptions", str(name)), names) for name, item in value.items()}

    def _survivors(
        self, item: object, place: tuple[str | int, ...], names: set[str]
    ) -> tuple[tuple[str, ...], float | None]:
        listed = item.get("survivors") if isinstance(item, Mapping) else None
        if not isinstance(item, Mapping) or not isinstance(listed, list):
            self._wrong(place, "a disruption needs its survivors.", "Write '{survivors: [copy]}'.")
            return (), None
        for key in item:
            if key not in _CASE_KEYS:
                self._wrong((*place, key), f"'{key}' is not known.", "Write survivors or detection.")
        for name in listed:
            if name not in names:
                known = ", ".join(sorted(names)) or "none is defined"
                self._wrong((*place, "survivors"), f"'{name}' is no level.", f"Write some of: {known}.")
        detection = self._duration(item, "detection", place) if "detection" in item else None
        return tuple(map(str, listed)), detection
