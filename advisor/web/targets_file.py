"""Targets → the text of a targets file that reads back as the same targets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, Literal

from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.targets import Match, Target, Targets, WorkloadClass, WorkloadSpec
from advisor.model.units import seconds_in

Metric = Literal["rpo", "rto"]
METRICS: Final[tuple[Metric, ...]] = ("rpo", "rto")
NO_TARGET_WORD: Final = "none"
Cell = tuple[Disruption, Metric]
_BARE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_BARE_DURATION: Final = re.compile(r"\d+(\.\d+)? [a-z]+")
_NOT_BARE: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})


def scalar(text: str) -> str:
    """A text as YAML: bare where it cannot be mistaken, else in quotation marks, what cannot be seen by number."""
    if _BARE.fullmatch(text) and text.lower() not in _NOT_BARE:
        return text
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if unicodedata.category(char) not in _HIDDEN:
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def exact_duration(seconds: float | None) -> str:
    """A target without any rounding, in the largest unit that keeps it a whole number (days from two on)."""
    if seconds is None:
        return NO_TARGET_WORD
    for unit in ("d", "h", "min"):
        size = seconds_in(unit)
        least = 2 if unit == "d" else 1
        if seconds >= least * size and seconds % size == 0:
            return f"{int(seconds // size)} {unit}"
    return f"{number(seconds)} s"


def number(value: float | Decimal) -> str:
    """A number as the targets file wants it: no exponent, no needless zeros."""
    plain = f"{Decimal(repr(value)) if isinstance(value, float) else Decimal(value):f}"
    return plain.rstrip("0").rstrip(".") or "0" if "." in plain else plain


def own_targets(targets: Mapping[Disruption, Target], base: WorkloadClass) -> dict[Cell, str]:
    """What a workload's targets say otherwise than its class."""
    found: dict[Cell, str] = {}
    for disruption, target in targets.items():
        usual = base.target(disruption)
        pairs: tuple[tuple[Metric, float | None, float | None], ...] = (
            ("rpo", target.rpo_s, usual.rpo_s),
            ("rto", target.rto_s, usual.rto_s),
        )
        found |= {(disruption, metric): exact_duration(own) for metric, own, other in pairs if own != other}
    return found


def targets_text(
    targets: Targets, shipped: Mapping[str, WorkloadClass], own: Mapping[str, Mapping[Cell, str]] | None = None
) -> str:
    """The whole file. ``own`` gives, by workload, the targets over its class as they were typed, right or wrong."""
    lines = ["version: 1", f"currency: {targets.currency}"]
    if targets.budget is not None:
        lines.append(f"budget: {{monthly: {number(targets.budget.amount)}}}")
    lines.append(f"risk_level: {targets.risk_level}")
    if targets.default_class != "standard":
        lines.append(f"default_class: {scalar(targets.default_class)}")
    if targets.max_changes is not None:
        lines.append(f"max_changes: {targets.max_changes}")
    if not targets.hard:
        lines.append("hard: false")
    changed = {name: item for name, item in targets.classes.items() if shipped.get(name) != item}
    if changed:
        lines += ["classes:", *(line for name, item in changed.items() for line in _class(name, item))]
    lines.append("workloads:" if targets.workloads else "workloads: []")
    for spec in targets.workloads:
        typed = (own or {}).get(spec.name)
        cells = own_targets(spec.targets, targets.classes[spec.class_name]) if typed is None else typed
        lines += _workload(spec, cells)
    return "\n".join(lines) + "\n"


def _class(name: str, item: WorkloadClass) -> Iterable[str]:
    yield f"  {scalar(name)}:"
    yield "    targets:"
    for disruption in DISRUPTIONS:
        target = item.target(disruption)
        yield f"      {disruption}: {{rpo: {exact_duration(target.rpo_s)}, rto: {exact_duration(target.rto_s)}}}"
    yield f"    downtime_per_hour: {number(item.downtime_per_hour)}"
    yield f"    loss_per_hour: {number(item.loss_per_hour)}"
    yield f"    weight: {number(item.weight)}"
    if item.frequency_per_year:
        pairs = ", ".join(f"{key}: {number(value)}" for key, value in item.frequency_per_year.items())
        yield f"    frequency_per_year: {{{pairs}}}"
    if item.source:
        yield f"    source: {scalar(item.source)}"


def _workload(spec: WorkloadSpec, own: Mapping[Cell, str]) -> Iterable[str]:
    yield f"  - name: {scalar(spec.name)}"
    yield "    match:"
    yield from _match(spec.match)
    yield f"    class: {scalar(spec.class_name)}"
    if own:
        yield "    targets:"
        for disruption in DISRUPTIONS:
            given = [metric for metric in METRICS if (disruption, metric) in own]
            pairs = [f"{metric}: {_typed(own[disruption, metric])}" for metric in given]
            if pairs:
                yield f"      {disruption}: {{{', '.join(pairs)}}}"
    kinds = (("hard", spec.needs_hard), ("soft", spec.needs_soft))
    needs = [f"{kind}: {_list(names)}" for kind, names in kinds if names]
    if needs:
        yield f"    needs: {{{', '.join(needs)}}}"
    yield from _numbers(spec)
    for key, texts in (("dr_regions", spec.dr_regions), ("forbid", spec.forbid), ("require", spec.require)):
        if texts:
            yield f"    {key}: {_list(texts)}"
    yield from _rest(spec)


def _typed(text: str) -> str:
    return text if _BARE_DURATION.fullmatch(text) or text == NO_TARGET_WORD else scalar(text)


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(scalar(text) for text in texts)}]"


def _match(match: Match) -> Iterable[str]:
    if match.tags:
        yield "      tags:"
        yield from (f"        {scalar(key)}: {scalar(value)}" for key, value in match.tags.items())
    if match.resources:
        yield "      resources:"
        yield from (f"        - {scalar(item)}" for item in match.resources)
    if match.names:
        yield f"      names: {_list(match.names)}"
    if match.vpc:
        yield f"      vpc: {scalar(match.vpc)}"


def _numbers(spec: WorkloadSpec) -> Iterable[str]:
    if spec.min_capacity is not None:
        yield f"    min_capacity: {number(spec.min_capacity)}"
    if spec.daily_change is not None:
        yield f"    daily_change: {number(Decimal(repr(spec.daily_change)) * 100)}%"
    if spec.downtime_per_hour is not None:
        yield f"    downtime_per_hour: {number(spec.downtime_per_hour)}"
    if spec.loss_per_hour is not None:
        yield f"    loss_per_hour: {number(spec.loss_per_hour)}"


def _rest(spec: WorkloadSpec) -> Iterable[str]:
    if spec.pin is not None:
        yield f"    pin: {scalar(spec.pin)}"
    if spec.stateless is not None:
        yield f"    stateless: {'true' if spec.stateless else 'false'}"
    if spec.exclude:
        yield "    exclude:"
        for item in spec.exclude:
            until = f", until: {item.until.isoformat()}" if item.until else ""
            yield f"      - {{resource: {scalar(item.resource)}, reason: {scalar(item.reason)}{until}}}"
    if spec.confirmed_edges:
        yield "    confirmed_edges:"
        yield from (f"      - {_list(edge)}" for edge in spec.confirmed_edges)
