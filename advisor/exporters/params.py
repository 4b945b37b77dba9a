"""Reads the parameters of an action without trusting their shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from advisor.model.plan import Action


@dataclass(frozen=True, slots=True)
class Params:
    """Typed access to ``Action.params``; what is missing or of another type is None or empty, never an error."""

    values: Mapping[str, JsonValue]

    @classmethod
    def of(cls, action: Action) -> Params:
        """The parameters of an action."""
        return cls(action.params)

    def text(self, key: str) -> str | None:
        """A text (numbers count as one), else None."""
        value = self.values.get(key)
        if isinstance(value, bool) or value is None or isinstance(value, list | dict):
            return None
        return str(value) or None

    def integer(self, key: str) -> int | None:
        """A whole number, else None."""
        value = self.values.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return round(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """The entries of a list as texts."""
        value = self.values.get(key)
        return tuple(str(item) for item in value if item not in (None, "")) if isinstance(value, list) else ()

    def integers(self, key: str) -> tuple[int, ...]:
        """The numbers of a list, rounded."""
        value = self.values.get(key)
        if not isinstance(value, list):
            return ()
        return tuple(round(item) for item in value if isinstance(item, int | float) and not isinstance(item, bool))

    def records(self, key: str) -> tuple[Params, ...]:
        """The objects of a list."""
        value = self.values.get(key)
        return tuple(Params(item) for item in value if isinstance(item, dict)) if isinstance(value, list) else ()
