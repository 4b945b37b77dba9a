"""What a workload can choose: independent dimensions, each with its choices; the first choice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from advisor.estimation.context import Context
from advisor.estimation.measures import backups, replicas, services
from advisor.estimation.measures.base import Gathered
from advisor.model.graph import Component
from advisor.model.plan import Infeasible, Mechanism
from advisor.model.recovery import Proposal


@dataclass(frozen=True)
class Choice:
    """One way to settle a dimension; an empty one changes nothing. ``recovery``: which of several recovery regions it
    prepares; all of a workload comes up in one, so only choices that agree in it stand together."""

    id: str
    proposals: tuple[Proposal, ...]
    recovery: str | None = None


@dataclass(frozen=True)
class Dimension:
    """Choices that exclude one another."""

    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Offer:
    """All dimensions of a workload, and the protections that are out of the question with their reasons."""

    dimensions: tuple[Dimension, ...]
    infeasible: tuple[Infeasible, ...]


NAMES = (
    "snapshots",
    "files",
    "zone",
    "region",
    "spread",
    "fleet",
    "database-zone",
    "database-region",
    "traffic",
)
PerComponent = Callable[[Context, Component, Gathered], Iterable[Proposal] | Proposal | None]


REMOTE: frozenset[Mechanism] = frozenset(
    {"snapshot_copy", "async_replication_region", "fleet_standby", "dts", "rds_cross_region_backup", "gtm"}
)

REPLICATION: frozenset[Mechanism] = frozenset({"async_replication_zone", "async_replication_region", "regional_essd"})


def offer(context: Context) -> Offer:
    """Everything that the guidance's protections can do for this workload, in each of the owner's recovery regions."""
    regions = tuple(dict.fromkeys(context.spec.dr_regions))
    first = _offer(context)
    if len(regions) < 2:
        return first
    merged = {item.name: [_aimed(choice, regions[0]) for choice in item.choices] for item in first.dimensions}
    infeasible = dict.fromkeys(first.infeasible)
    for region in regions[1:]:
        found = _offer(replace(context, spec=replace(context.spec, dr_regions=(region,))))
        infeasible.update(dict.fromkeys(found.infeasible))
        for item in found.dimensions:
            own = (_aimed(choice, region) for choice in item.choices)
            there = [Choice(f"{choice.id}-{region}", choice.proposals, region) for choice in own if choice.recovery]
            merged.setdefault(item.name, [Choice("keep", ())]).extend(there)
    wanted = (Dimension(name, tuple(merged[name])) for name in NAMES if len(merged.get(name, ())) > 1)
    return Offer(tuple(wanted), tuple(infeasible))


def _aimed(choice: Choice, region: str) -> Choice:
    """The choice with the recovery region that it prepares, where it prepares one."""
    remote = any(item.mechanism in REMOTE for item in choice.proposals)
    return replace(choice, recovery=region) if remote else choice


def _offer(context: Context) -> Offer:
    gathered = Gathered()
    dimensions = [
        _snapshots(context, gathered),
        _simple(context, gathered, "files", {"files": backups.file_backup}),
        _simple(
            context,
            gathered,
            "zone",
            {
                f"{name}-{mode}": _with_mode(measure, mode)
                for name, measure in (("essd", replicas.regional_essd), ("async-zone", _async("zone")))
                for mode in ("stopped", "running")
            },
        ),
        _simple(
            context,
            gathered,
            "region",
            {f"async-region-{mode}": _with_mode(_async("region"), mode) for mode in ("stopped", "running")},
        ),
        _simple(context, gathered, "spread", {"multi-zone": services.alb_multi_zone}),
        _simple(
            context,
            gathered,
            "fleet",
            {f"fleet-{mode}": _with_mode(services.fleet_standby, mode) for mode in ("pilot", "small", "warm")},
        ),
        _simple(context, gathered, "database-zone", {"rds-ha": services.rds_ha}),
        _simple(context, gathered, "database-region", _database_copies(context)),
        _simple(context, gathered, "traffic", _traffic(context)),
    ]
    allowed = (_constrained(context, dimension) for dimension in dimensions)
    wanted = tuple(dimension for dimension in allowed if len(dimension.choices) > 1)
    unique = dict.fromkeys(gathered.infeasible_keys())
    return Offer(wanted, tuple(unique))


def _database_copies(context: Context) -> dict[str, PerComponent]:
    """Copies of backups kept as long as at home under the plain name, then for other times; or a database in step."""
    longer = {
        f"rds-copy-{days}d": partial(services.rds_cross_region_backup, retention_d=days)
        for days in backups.copy_retentions_d(context)
    }
    return {"rds-copy": services.rds_cross_region_backup, **longer, "dts": services.dts}


def _traffic(context: Context) -> dict[str, PerComponent]:
    """Traffic management with the shortest time to keep answers under the plain name, with longer ones besides."""
    first, *longer = services.ttls_s(context)
    named = {"gtm": first, **{f"gtm-ttl-{ttl}": ttl for ttl in longer}}
    return {name: partial(services.gtm, ttl_s=ttl) for name, ttl in named.items()}


def _async(scope: str) -> Callable[[Context, Component, Gathered, str], list[Proposal]]:
    def propose(context: Context, component: Component, gathered: Gathered, mode: str) -> list[Proposal]:
        return replicas.async_replication(context, component, gathered, scope, mode)

    return propose


def _with_mode(
    measure: Callable[[Context, Component, Gathered, str], Iterable[Proposal] | Proposal | None], mode: str
) -> PerComponent:
    def propose(context: Context, component: Component, gathered: Gathered) -> Iterable[Proposal] | Proposal | None:
        return measure(context, component, gathered, mode)

    return propose


def _simple(context: Context, gathered: Gathered, name: str, measures: dict[str, PerComponent]) -> Dimension:
    choices = [Choice("keep", ())]
    for choice_id, measure in measures.items():
        found: list[Proposal] = []
        for component in context.components():
            result = measure(context, component, gathered)
            found += [result] if isinstance(result, Proposal) else list(result or ())
        if found:
            choices.append(Choice(choice_id, tuple(found)))
    return Dimension(name, tuple(choices))


def _snapshots(context: Context, gathered: Gathered) -> Dimension:
    choices = [Choice("keep", ()), *_copied(context, gathered, "keep", {})]
    for interval in backups.intervals_h(context):
        for retention in backups.retentions_d(context, interval):
            policies = {
                item.id: backups.snapshot_policy(context, item, gathered, interval, retention)
                for item in context.components()
            }
            fresh = {name: policy for name, policy in policies.items() if policy is not None}
            if fresh:
                name = f"snap-{interval}h-{retention}d"
                choices += [Choice(name, tuple(fresh.values())), *_copied(context, gathered, name, fresh)]
    return Dimension("snapshots", tuple(choices))


def _copied(context: Context, gathered: Gathered, name: str, policies: Mapping[str, Proposal]) -> Iterator[Choice]:
    """The choice with copies in another region, those kept for the shortest time under the plain name; none twice."""
    seen: set[tuple[object, ...]] = set()
    first, *_ = lengths = backups.copy_retentions_d(context)
    for days in lengths:
        copies = [
            copy
            for item in context.components()
            for copy in backups.snapshot_copy(context, item, gathered, policies.get(item.id), days)
        ]
        kept = tuple(copy.protection.number("retention_days") for copy in copies)
        if copies and kept not in seen:
            seen.add(kept)
            suffix = "copy" if days == first else f"copy-{days}d"
            yield Choice(f"{name}-{suffix}", (*policies.values(), *copies))


def _constrained(context: Context, dimension: Dimension) -> Dimension:
    """The dimension without choices that use a forbidden mechanism."""
    forbidden = set(context.spec.forbid)
    kept = [item for item in dimension.choices if not any(p.mechanism in forbidden for p in item.proposals)]
    return Dimension(dimension.name, tuple(kept))
