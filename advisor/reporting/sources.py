"""The register of numbered sources: every fact, price page and standard that the report points at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from advisor.model.cost import CostLine
from advisor.model.plan import Plan
from advisor.model.report import SourceView
from advisor.reporting import words

_PRICE_TITLES = {
    "book": "Price book",
    "quoted": "Quote from the price service",
    "cached": "Quote kept from an earlier run",
    "contract": "Contract price",
    "assumed": "Assumed price",
}


@dataclass
class _Entry:
    kind: Literal["fact", "price", "other"]
    title: str
    source: str
    as_of: str | None
    confidence: str
    values: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Sources:
    """Numbers sources in the order in which they are first named; facts come first, in the order of the plan."""

    def __init__(self, plan: Plan) -> None:
        self._entries: list[_Entry] = []
        self._numbers: dict[tuple[str, ...], int] = {}
        self._statements = {entry.fact: entry.statement for entry in plan.evidence}
        lines = [line for workload in plan.workloads for line in workload.cost.steady]
        for line in (*lines, *plan.shared_costs):
            self._statements.setdefault(f"price:{line.sku}", f"Price of {line.what_for}")
        for entry in plan.evidence:
            value = f"{entry.value} (set by the owner)" if entry.overridden else entry.value
            title = f"{entry.statement} [{entry.fact}]"
            view = _Entry("fact", title, entry.source, entry.as_of, entry.confidence, [value])
            self._number(("fact", entry.fact), view)

    def fact(self, name: str | None) -> int:
        """The number of a fact, 0 where the plan lists no evidence for it."""
        return self._numbers.get(("fact", name or ""), 0)

    def facts(self, names: Iterable[str]) -> tuple[int, ...]:
        """The numbers of several facts in ascending order."""
        return tuple(sorted({self.fact(name) for name in names} - {0}))

    def title(self, name: str) -> str:
        """What a fact states, or what a price (``price:SKU``) is for; the id where the plan tells neither."""
        return words.sentence(self._statements[name]).removesuffix(".") if name in self._statements else name

    def price(self, line: CostLine) -> int:
        """The number of a price's page, with the SKU added to those read there; 0 for an unpriced line."""
        if line.monthly is None:
            return 0
        entry = _Entry("price", _PRICE_TITLES[line.origin], line.source, line.as_of, line.confidence)
        number = self._number(("price", line.origin, line.source, line.as_of or "", line.confidence), entry)
        known = self._entries[number - 1]
        if line.sku not in known.values:
            known.values.append(line.sku)
        if line.note and line.note not in known.notes:
            known.notes.append(line.note)
        return number

    def other(self, title: str, source: str) -> int:
        """The number of any other source, 0 for an empty one."""
        return self._number(("other", source), _Entry("other", title, source, None, "")) if source else 0

    def views(self) -> tuple[SourceView, ...]:
        """All sources in the order of their numbers."""
        return tuple(
            SourceView(
                number,
                " ".join([f"{entry.title}.", *map(words.sentence, entry.notes[:2])]) if entry.notes else entry.title,
                words.listing(entry.values, 6),
                entry.source,
                entry.as_of or ("" if entry.kind == "other" else "undated"),
                entry.confidence,
            )
            for number, entry in enumerate(self._entries, start=1)
        )

    def _number(self, key: tuple[str, ...], entry: _Entry) -> int:
        if key not in self._numbers:
            self._entries.append(entry)
            self._numbers[key] = len(self._entries)
        return self._numbers[key]
