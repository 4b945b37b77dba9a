"""Files, rules and prices to the planner, and the plan to the exporters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from advisor import __version__
from advisor.api.column_fields import read_mapping
from advisor.api.quoting import with_live_prices
from advisor.exporters import EXPORTERS
from advisor.importers import default_targets, read_inventory, read_targets
from advisor.model.deliverable import Deliverable
from advisor.model.evidence import RuleBook
from advisor.model.finding import InputError, Mistake
from advisor.model.inventory import ImportResult
from advisor.model.plan import Plan
from advisor.model.pricebook import PriceBook
from advisor.model.targets import OBJECTIVES, Objective, Targets, WorkloadClass
from advisor.model.units import CURRENCIES, Money, UnitError, parse_money
from advisor.planning import PlanRequest, make_plan
from advisor.planning.request import DEFAULT_SAMPLES, Progress, silent
from advisor.pricing import load_prices
from advisor.rules import load_rules

DEFAULT_FORMATS = ("json", "pdf", "terraform", "ros", "runbook", "checklist", "csv", "xlsx", "ics", "summary")
ALL_FORMATS = tuple(EXPORTERS)
Found = TypeVar("Found")


@dataclass(frozen=True)
class Settings:
    """How to assess. ``as_of`` None means today; ``currency`` None means the targets file's."""

    budget: str | None = None
    objective: str = "min-cost"
    rules: Path | None = None
    prices: Path | None = None
    quotes: str = "off"
    currency: str | None = None
    as_of: date | None = None
    seed: int = 1
    samples: int = DEFAULT_SAMPLES
    admit_unpriced: bool = False
    with_frontier: bool = True
    mapping: Path | None = None


@dataclass(frozen=True)
class Assessment:
    """A finished plan with everything its exporters need."""

    deliverable: Deliverable
    targets: Targets
    imported: ImportResult

    @property
    def plan(self) -> Plan:
        return self.deliverable.plan


def today() -> date:
    """The date on this machine: the one place that looks at a clock."""
    return datetime.now().astimezone().date()


def load_mapping(path: Path | None) -> dict[str, str] | None:
    """Names for unknown table columns, from a YAML file such as ``{主机: name, 业务: "tag:app"}``.

    Raises ``InputError`` with every mistake in it."""
    if path is None:
        return None
    try:
        data = path.read_bytes()
    except OSError as error:
        problem = f"cannot be read ({error.strerror})."
        raise InputError([Mistake(str(path), "", problem, "Check the path.")]) from None
    return read_mapping(data, path.name)


def gathered(mistakes: list[Mistake], read: Callable[[], Found]) -> Found | None:
    """What ``read`` returns; None, and its mistakes with the others, where it raises ``InputError``."""
    try:
        return read()
    except InputError as error:
        mistakes += error.mistakes
        return None


def books(settings: Settings) -> tuple[RuleBook, PriceBook]:
    """The rule book and the price book, with the user's own on top; raises ``InputError`` with all mistakes in both."""
    mistakes: list[Mistake] = []
    rules = gathered(mistakes, lambda: load_rules(settings.rules))
    prices = gathered(mistakes, lambda: load_prices(settings.prices, settings.as_of or today()))
    if mistakes or rules is None or prices is None:
        raise InputError(mistakes)
    return rules, prices


def classes_of(rules: RuleBook) -> dict[str, WorkloadClass]:
    """The shipped (or overridden) classes."""
    return {name: item for name, item in rules.classes.items() if isinstance(item, WorkloadClass)}


def assess(
    paths: Sequence[Path],
    targets_path: Path | None,
    settings: Settings,
    progress: Progress = silent,
    known: Sequence[Mistake] = (),
) -> Assessment:
    """Read, plan, and hand back the assessment. Raises ``InputError`` with every mistake found in inventory, targets,
    rules, prices and settings together, behind those that are ``known`` already."""
    mistakes = list(known)
    budget = _budget(settings, mistakes)
    objective = _objective(settings, mistakes)
    both = gathered(mistakes, lambda: books(settings))
    progress("reading the inventory")
    imported = gathered(mistakes, lambda: read_inventory(paths, load_mapping(settings.mapping)))
    targets = None
    if both is not None and targets_path is not None:
        classes, regions = classes_of(both[0]), set(both[0].regions)
        targets = gathered(mistakes, lambda: read_targets(targets_path, classes, regions))
    if mistakes or imported is None or both is None:
        raise InputError(mistakes)
    rules, prices = both
    wanted = targets or default_targets(classes_of(rules))
    try:
        return plan_for(imported, wanted, rules, prices, replace(settings, objective=objective), budget, progress)
    except InputError as error:
        raise InputError([_in_file(mistake, targets_path) for mistake in error.mistakes]) from None


def _in_file(mistake: Mistake, targets_path: Path | None) -> Mistake:
    """The mistake with the name of the targets file, which planning does not know."""
    return replace(mistake, file=targets_path.name) if targets_path and mistake.file == "targets" else mistake


def plan_for(
    imported: ImportResult,
    targets: Targets,
    rules: RuleBook,
    prices: PriceBook,
    settings: Settings,
    budget: Money | None = None,
    progress: Progress = silent,
) -> Assessment:
    """Plan for what has been read already (the app's way in)."""
    currency = _currency(settings, targets, budget)
    request = PlanRequest(
        imported,
        targets,
        rules,
        prices,
        settings.as_of or today(),
        __version__,
        objective=_objective(settings, []),
        currency=currency,
        budget=budget,
        seed=settings.seed,
        samples=settings.samples,
        admit_unpriced=settings.admit_unpriced,
        with_frontier=settings.with_frontier,
        progress=progress,
    )
    request, notes = with_live_prices(request, settings.quotes)
    made = make_plan(request)
    plan = made.plan.model_copy(update={"price_notes": (*made.plan.price_notes, *notes)})
    return Assessment(replace(made, plan=plan), targets, imported)


def _budget(settings: Settings, mistakes: list[Mistake]) -> Money | None:
    if settings.budget is None:
        return None
    try:
        return parse_money(settings.budget)
    except UnitError as error:
        mistakes.append(Mistake("command line", "--budget", str(error), ""))
        return None


def _objective(settings: Settings, mistakes: list[Mistake]) -> Objective:
    for known in OBJECTIVES:
        if settings.objective == known:
            return known
    mistakes.append(
        Mistake(
            "command line",
            "--objective",
            f"'{settings.objective}' is no objective.",
            f"Write one of {', '.join(OBJECTIVES)}.",
        )
    )
    return "min-cost"


def _currency(settings: Settings, targets: Targets, budget: Money | None) -> str:
    currency = settings.currency or (budget.currency if budget else targets.currency)
    limit = budget or targets.budget
    mistakes = []
    if currency not in CURRENCIES:
        mistakes.append(
            Mistake(
                "command line", "--currency", f"'{currency}' is not a currency of the price book.", "Write CNY or USD."
            )
        )
    elif limit is not None and limit.currency != currency:
        problem = f"the budget is in {limit.currency}, the plan in {currency}; amounts are never converted silently."
        mistakes.append(Mistake("command line", "--currency", problem, f"Give the budget in {currency}."))
    if mistakes:
        raise InputError(mistakes)
    return currency


def export(assessment: Assessment, formats: Collection[str] = DEFAULT_FORMATS) -> dict[str, bytes]:
    """The files of the wanted formats by relative path; raises ``InputError`` for a format that does not exist."""
    check_formats(formats)
    deliverable = replace(assessment.deliverable, formats=frozenset(formats))
    files: dict[str, bytes] = {}
    for name in EXPORTERS:
        if name in formats:
            files.update(EXPORTERS[name](deliverable))
    return files


def check_formats(formats: Collection[str]) -> None:
    """Raises ``InputError`` naming every format that does not exist."""
    known = ", ".join(EXPORTERS)
    mistakes = [
        Mistake("command line", "--formats", f"'{name}' is no format.", f"Write some of {known}.")
        for name in formats
        if name not in EXPORTERS
    ]
    if mistakes:
        raise InputError(mistakes)
