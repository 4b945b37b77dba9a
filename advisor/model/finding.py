"""Findings about the estate, and mistakes in what was handed in: both are values, not exceptions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

Severity = Literal["critical", "high", "medium", "low", "info"]
SEVERITY_ORDER: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")


class Finding(BaseModel):
    """One thing an architect should know: what, where, why it matters, what to do, and the source it rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    severity: Severity
    title: str
    resource: str | None = None
    workload: str | None = None
    detail: str = ""
    fix: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in an input: the file, the place in it, what is wrong and what to write instead."""

    file: str
    place: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}, {self.place}" if self.place else self.file
        return f"{where}: {self.problem} {self.remedy}".strip()


class InputError(Exception):
    """The input is wrong: carries every mistake found (exit code 2)."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class OutsideError(Exception):
    """Something outside failed: network, credentials, disk, a missing system library (exit code 3)."""
