"""A small estate for one kind of edge, with the drawing that must come out.

A drawing has one edge a line: ``a --hard--> b`` is declared, ``a ~~hard~~> b`` derived, ``a ..hard..> b`` a guess that
is only proposed, ``a ::hard::> b`` a derived call that is only proposed; an empty drawing says that the rule makes
none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from advisor.model.inventory import Resource

_ARROW = re.compile(r"(?P<source>\S+) (?P<line>--|~~|\.\.|::)(?P<meaning>\w+)(?:--|~~|\.\.|::)> (?P<target>\S+)")
_LINES: Mapping[str, tuple[str, bool]] = {
    "--": ("declared", False), "~~": ("derived", False), "..": ("guessed", True), "::": ("derived", True),
}  # fmt: skip
Drawn = tuple[str, str, str, str]
"""(source, target, meaning, confidence)"""


@dataclass(frozen=True)
class Case:
    """What a rule makes of a few resources. ``note`` is in the evidence of every edge drawn."""

    name: str
    rule: str
    edge: str
    field: str
    drawing: str
    resources: tuple[Resource, ...]
    note: str = ""

    @property
    def counted(self) -> list[Drawn]:
        return sorted(edge for edge, proposed in self._edges if not proposed)

    @property
    def proposed(self) -> list[Drawn]:
        return sorted(edge for edge, proposed in self._edges if proposed)

    @property
    def _edges(self) -> list[tuple[Drawn, bool]]:
        found = []
        for line in filter(None, map(str.strip, self.drawing.splitlines())):
            arrow = _ARROW.fullmatch(line)
            assert arrow is not None, line
            confidence, proposed = _LINES[arrow["line"]]
            found.append(((arrow["source"], arrow["target"], arrow["meaning"], confidence), proposed))
        return found

    @property
    def row(self) -> str:
        """The case as a row of the table in the documentation."""
        edges = [*self.counted, *self.proposed]
        meanings = dict.fromkeys(meaning.replace("_", " ") for _, _, meaning, _ in edges)
        sure = dict.fromkeys(confidence for _, _, _, confidence in edges)
        how = ", ".join(sure) + (", proposed" if self.proposed else "")
        cells = (self.edge, self.field, ", ".join(meanings) or "none", how or "–", f"`{self.rule}`", self.name)
        return f"| {' | '.join(cells)} |"


def case(name: str, rule: str, edge: str, field: str, drawing: str, *resources: Resource, note: str = "") -> Case:
    return Case(name, rule, edge, field, drawing, resources, note)
