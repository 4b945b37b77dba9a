"""The targets file: read strictly, every mistake gathered with its line and what to write instead."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Final, cast, get_args

from advisor.importers.targets_fields import MOST_A_MONTH, Node, Reader, amount, member, number, truth
from advisor.importers.targets_workloads import read_targets_table, read_workloads
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.finding import InputError, Mistake
from advisor.model.option import MOST_WEIGHT
from advisor.model.targets import RiskLevel, Targets, WorkloadClass
from advisor.model.units import CURRENCIES, Money
from advisor.yaml_text import load_yaml

_TOP: Final = (
    "version",
    "currency",
    "budget",
    "risk_level",
    "classes",
    "workloads",
    "default_class",
    "max_changes",
    "hard",
)
_CLASS: Final = ("targets", "downtime_per_hour", "loss_per_hour", "weight", "frequency_per_year", "source")
VERSION: Final = 1
WEIGHT_PLACES: Final = 4
MOST_A_YEAR: Final = 8_760  # disruptions: one an hour


def default_targets(classes: Mapping[str, WorkloadClass]) -> Targets:
    """The targets where no file is given: the shipped classes, no workloads, no budget."""
    return Targets(classes=dict(classes))


def read_targets(path: Path, classes: Mapping[str, WorkloadClass], known_regions: Collection[str]) -> Targets:
    """The targets file at ``path`` over the shipped ``classes``; raises ``InputError`` with every mistake in it."""
    data = _bytes(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError([Mistake(path.name, "", "it is not UTF-8 text.", "Save the file as UTF-8.")]) from None
    document = load_yaml(text, path.name)
    reader = Reader(path.name, document)
    root = reader.mapping((), document.value, _TOP, "the targets file")
    if root is None:
        raise InputError(reader.mistakes)
    targets = _read(reader, root, classes, known_regions)
    if reader.mistakes:
        raise InputError(reader.by_line())
    return replace(targets, digest=hashlib.sha256(data).hexdigest(), given=True)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problem = f"it cannot be read ({error.strerror})."
        raise InputError([Mistake(str(path), "", problem, "Check the path of the targets file.")]) from None


def _read(reader: Reader, root: Node, classes: Mapping[str, WorkloadClass], known_regions: Collection[str]) -> Targets:
    _version(reader, root)
    currency = _currency(root)
    merged = _classes(reader, root, classes)
    default_class = _default_class(root, merged)
    return Targets(
        classes=merged,
        workloads=read_workloads(reader, root, merged, default_class, known_regions),
        currency=currency or "CNY",
        budget=_budget(reader, root, currency),
        risk_level=cast(RiskLevel, member(root, "risk_level", get_args(RiskLevel)) or "p95"),
        default_class=default_class,
        max_changes=_max_changes(root),
        hard=truth(root, "hard", default=True),
    )


def _version(reader: Reader, root: Node) -> None:
    if "version" not in root:
        reader.add((), "'version' is missing.", f"Write 'version: {VERSION}' in the first line.")
    elif root["version"] != VERSION or isinstance(root["version"], bool):
        reader.add(("version",), f"version '{root['version']}' is not known.", f"Write 'version: {VERSION}'.")


def _currency(root: Node) -> str | None:
    return member(root, "currency", CURRENCIES)


def _budget(reader: Reader, root: Node, currency: str | None) -> Money | None:
    if "budget" not in root:
        return None
    budget = reader.mapping(("budget",), root["budget"], ("monthly",), "budget")
    if budget is None:
        return None
    if "monthly" not in budget:
        reader.add(("budget",), "the budget has no 'monthly'.", "Write 'budget: {monthly: 60000}'.")
        return None
    found = amount(budget, "monthly", MOST_A_MONTH)
    if currency is None and "currency" not in root:
        reader.add(("budget",), "the budget has no currency.", "Add 'currency: CNY' or 'currency: USD' to the file.")
        return None
    return Money(found, currency) if found is not None and currency else None


def _max_changes(root: Node) -> int | None:
    found = number(root, "max_changes")
    if found is None:
        return None
    if found < 0 or found != int(found):
        root.add("max_changes", f"'{root['max_changes']}' is no number of changes.", "Write a whole number, 0 or more.")
        return None
    return int(found)


def _default_class(root: Node, classes: Mapping[str, WorkloadClass]) -> str:
    found = member(root, "default_class", tuple(classes), "class")
    if found is not None:
        return found
    return "standard" if "standard" in classes else next(iter(sorted(classes)), "standard")


def _classes(reader: Reader, root: Node, shipped: Mapping[str, WorkloadClass]) -> dict[str, WorkloadClass]:
    merged = dict(shipped)
    if "classes" not in root:
        return merged
    given = reader.mapping(("classes",), root["classes"], None, "classes")
    for name in given or ():
        body = reader.mapping(("classes", name), given[name] if given else None, _CLASS, f"class '{name}'")
        if body is not None:
            merged[name] = _class(body, name, shipped.get(name))
    return merged


def _class(body: Node, name: str, base: WorkloadClass | None) -> WorkloadClass:
    """A class as the file changes it; one of a new name starts from nothing but must say what it costs."""
    if base is None:
        for key in ("targets", "downtime_per_hour", "loss_per_hour"):
            if key not in body:
                body.add(
                    None, f"the new class '{name}' has no '{key}'.", f"Add '{key}'; only shipped classes have defaults."
                )
        base = WorkloadClass(name, {}, Decimal(0), Decimal(0), 1.0, {})
    own = read_targets_table(body, base.targets)
    weight = _weight(body)
    return replace(
        base,
        targets={**base.targets, **own},
        downtime_per_hour=_or(amount(body, "downtime_per_hour"), base.downtime_per_hour),
        loss_per_hour=_or(amount(body, "loss_per_hour"), base.loss_per_hour),
        weight=weight if weight is not None else base.weight,
        frequency_per_year=_frequencies(body, base),
        source=str(body["source"]) if "source" in body else base.source,
    )


def _weight(body: Node) -> float | None:
    """A weight that can be added up exactly."""
    weight = number(body, "weight")
    if weight is None or (0 <= weight <= MOST_WEIGHT and round(weight, WEIGHT_PLACES) == weight):
        return weight
    problem = "negative" if weight < 0 else f"above {MOST_WEIGHT:,.0f}" if weight > MOST_WEIGHT else "too fine"
    remedy = f"Write 0 to {MOST_WEIGHT:,.0f}, with {WEIGHT_PLACES} decimals at most; only the ratio of weights counts."
    body.add("weight", f"the weight '{body.spelt('weight')}' is {problem}.", remedy)
    return None


def _or(value: Decimal | None, fallback: Decimal) -> Decimal:
    return fallback if value is None else value


def _frequencies(body: Node, base: WorkloadClass) -> dict[Disruption, float]:
    found = dict(base.frequency_per_year)
    if "frequency_per_year" not in body:
        return found
    table = body.child("frequency_per_year", DISRUPTIONS, "disruption")
    for name in table or ():
        value = number(table, name) if table is not None else None
        if value is not None and 0 <= value <= MOST_A_YEAR:
            found[cast(Disruption, name)] = value
        elif value is not None and table is not None:
            problem = "negative" if value < 0 else f"more than once an hour ({MOST_A_YEAR:,} a year)"
            table.add(name, f"the frequency '{table.spelt(name)}' is {problem}.", "Write how often a year, 0 or more.")
    return found
