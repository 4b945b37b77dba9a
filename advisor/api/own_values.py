"""A user's own facts and prices for a what-if: written as the folders that ``--rules`` and ``--prices`` take, read back
through them. What is typed is kept as typed; the readers of the folders say what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from advisor.api.assessing import Settings, books
from advisor.api.column_fields import quoted
from advisor.model.cost import COST_STATES
from advisor.model.evidence import Confidence, Fact, RuleBook
from advisor.model.finding import InputError, Mistake
from advisor.model.plan import Plan
from advisor.model.pricebook import EVERYWHERE, Billing, MissingPrice, Price, PriceBook
from advisor.planning.evidence import shown_value
from advisor.pricing import UNITS

RULES_FILE: Final = "rules/own.yaml"
PRICES_FILE: Final = "prices/own.yaml"
SOURCES_OF_OWN: Final[tuple[Confidence, ...]] = ("measured", "quoted", "documented", "assumed")
PRICE_UNITS: Final = UNITS
_RANGE: Final = frozenset({"min", "likely", "max"})


@dataclass(frozen=True)
class OwnFact:
    """A fact of the user's: low, likely and high value as typed, in the unit of the shipped fact, and how it is
    known."""

    id: str
    low: str
    likely: str
    high: str
    unit: str | None
    confidence: Confidence
    source: str

    @property
    def value(self) -> str:
        """The value as YAML: one number where the three are the same."""
        texts = [text.strip() for text in (self.low, self.likely, self.high)]
        plain = [text if _is_plain(text) else quoted(text) for text in texts]
        return plain[0] if len(set(plain)) == 1 else f"{{min: {plain[0]}, likely: {plain[1]}, max: {plain[2]}}}"


@dataclass(frozen=True)
class OwnPrice:
    """A price of the user's as typed, for one unit of a SKU in a region."""

    sku: str
    region: str
    unit: str
    currency: str
    billing: Billing
    price: str
    source: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What a price is looked up by."""
        return (self.sku, self.region, self.currency, self.billing)


@dataclass(frozen=True)
class OwnValues:
    """All of a user's own facts and prices; each fact and each price once."""

    facts: tuple[OwnFact, ...] = ()
    prices: tuple[OwnPrice, ...] = ()

    def with_fact(self, fact: OwnFact) -> OwnValues:
        """These values with a fact added or replaced."""
        return OwnValues((*(item for item in self.facts if item.id != fact.id), fact), self.prices)

    def with_price(self, price: OwnPrice) -> OwnValues:
        """These values with a price added or replaced."""
        return OwnValues(self.facts, (*(item for item in self.prices if item.key != price.key), price))

    def without(self, name: object) -> OwnValues:
        """These values without the fact of an id, or the price of a key."""
        return OwnValues(
            tuple(item for item in self.facts if item.id != name),
            tuple(item for item in self.prices if item.key != name),
        )


def own_files(own: OwnValues) -> dict[str, bytes]:
    """The files of the two folders, by path; a folder without a value is left out."""
    files = {}
    if own.facts:
        files[RULES_FILE] = "".join(map(_fact_text, own.facts)).encode()
    if own.prices:
        files[PRICES_FILE] = ("rows:\n" + "".join(map(_price_text, own.prices))).encode()
    return files


def _fact_text(fact: OwnFact) -> str:
    source = fact.source.strip()
    lines = [
        f"- id: {quoted(fact.id)}",
        f"  value: {fact.value}",
        f"  unit: {'null' if fact.unit is None else quoted(fact.unit)}",
        f"  confidence: {fact.confidence}",
    ]
    if source:
        lines.append(f"  source: {quoted(source)}")
    if source and fact.confidence == "assumed":
        lines.append(f"  why: {quoted(source)}")
    return "\n".join(lines) + "\n"


def _price_text(price: OwnPrice) -> str:
    pairs = {
        "sku": price.sku, "region": price.region, "unit": price.unit, "currency": price.currency,
        "billing": price.billing, "price": price.price.strip(), "source": price.source.strip(),
    }  # fmt: skip
    return "  - {" + ", ".join(f"{key}: {quoted(text)}" for key, text in pairs.items() if text) + "}\n"


def _is_plain(text: str) -> bool:
    """Whether a text is a decimal number, to be written without quotation marks."""
    return text.isascii() and text.removeprefix("-").replace(".", "", 1).isdigit()


def own_books(own: OwnValues, as_of: date) -> tuple[RuleBook, PriceBook]:
    """The shipped books with the user's values over them; raises ``InputError`` with every mistake in either."""
    with TemporaryDirectory(prefix="advisor-") as folder:
        root = Path(folder)
        files = own_files(own)
        for name, data in files.items():
            path = root / name
            path.parent.mkdir()
            path.write_bytes(data)
        rules, prices = (root / Path(name).parent if name in files else None for name in (RULES_FILE, PRICES_FILE))
        try:
            return books(Settings(rules=rules, prices=prices, as_of=as_of))
        except InputError as error:
            raise InputError([_settled(mistake, root) for mistake in error.mistakes]) from None


def _settled(mistake: Mistake, root: Path) -> Mistake:
    """The mistake with the file's name in its folder, without the place that it lay in for a moment."""
    prefix = f"{root.as_posix()}/"
    file = PRICES_FILE if mistake.file == Path(PRICES_FILE).name else mistake.file.replace(prefix, "")
    return Mistake(file, mistake.place, mistake.problem.replace(prefix, ""), mistake.remedy)


@dataclass(frozen=True)
class UsedFact:
    """A fact in use that a number can stand in for, with what it moves: the largest swing of a P95 as a share of it."""

    fact: Fact
    influence: float
    used_by: tuple[str, ...]

    @property
    def shown(self) -> str:
        """The value with its unit as people read it."""
        return shown_value(self.fact)


def used_facts(plan: Plan, rules: RuleBook) -> tuple[UsedFact, ...]:
    """The facts of a plan that are numbers or ranges: assumptions by their influence, then the rest by name."""
    influence = {item.fact: (item.influence, item.used_by) for item in plan.assumptions}
    found = []
    for item in plan.evidence:
        fact = rules.facts.get(item.fact)
        if fact is not None and _is_number(fact.value):
            found.append(UsedFact(fact, *influence.get(item.fact, (0.0, ()))))
    return tuple(sorted(found, key=lambda item: (-item.influence, item.fact.confidence != "assumed", item.fact.id)))


def _is_number(value: object) -> bool:
    if isinstance(value, Mapping):
        return set(value) >= _RANGE
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True)
class UsedPrice:
    """A price that cost lines of a plan look up, or the lack of one."""

    sku: str
    region: str
    currency: str
    billing: Billing
    found: Price | MissingPrice
    what_for: str

    @property
    def unit(self) -> str | None:
        """The unit it is priced in, None where no price is known."""
        return self.found.unit if isinstance(self.found, Price) else None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What a price is looked up by."""
        return (self.sku, self.region, self.currency, self.billing)


def used_prices(plan: Plan, prices: PriceBook) -> tuple[UsedPrice, ...]:
    """Every price that the plan's lines rest on, by SKU and region; what has no price comes first."""
    lines = [line for item in plan.workloads for state in COST_STATES for line in getattr(item.cost, state)]
    found: dict[tuple[str, str, str], UsedPrice] = {}
    for line in [*lines, *plan.shared_costs]:
        billing: Billing = "subscription" if line.billing == "subscription" else "payg"
        region = line.region or EVERYWHERE
        key = (line.sku, region, billing)
        if line.sku and key not in found:
            price = prices.find(line.sku, region, plan.currency, billing)
            found[key] = UsedPrice(line.sku, region, plan.currency, billing, price, line.what_for)
    return tuple(sorted(found.values(), key=lambda item: (item.unit is not None, item.sku, item.region)))


@dataclass(frozen=True)
class KnownOption:
    """An option of a workload that a plan tells of: its tier, and what it adds a month (None: unknown)."""

    id: str
    tier: str
    monthly_added: Decimal | None
    currency: str


def known_options(plans: Iterable[Plan], workload: str) -> tuple[KnownOption, ...]:
    """The options of a workload that plans tell of: the chosen one of each plan, then those that lost."""
    found: dict[str, KnownOption] = {}
    for plan in plans:
        for item in plan.workloads:
            if item.name == workload:
                mine = KnownOption(item.option_id, item.tier, item.cost.monthly_added, plan.currency)
                lost = (KnownOption(one.option_id, one.tier, one.monthly_added, plan.currency) for one in item.rejected)
                found = {option.id: option for option in (mine, *lost)} | found
    return tuple(found.values())


def repeat_command(names: Sequence[str], settings: Settings) -> str:
    """How the command line makes the same plan from files of those names beside the inventory."""
    parts = ["advisor assess INVENTORY"]
    options = {"--mapping": "mapping.yaml", "--targets": "targets.yaml", "--rules": RULES_FILE, "--prices": PRICES_FILE}
    for option, name in options.items():
        if name in names:
            parts.append(f"{option} {name.split('/')[0]}")
    parts.append(f"--objective {settings.objective}")
    if settings.as_of is not None:
        parts.append(f"--as-of {settings.as_of.isoformat()}")
    parts.append(f"--seed {settings.seed}")
    if settings.admit_unpriced:
        parts.append("--admit-unpriced")
    return " ".join([*parts, "--out plan"])
