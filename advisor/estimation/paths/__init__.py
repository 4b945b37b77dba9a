"""How each kind of component comes through a disruption: what is lost, and which tasks bring it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from advisor.estimation.context import Context
from advisor.estimation.paths.database import cache_path, database_path
from advisor.estimation.paths.entry import entry_path
from advisor.estimation.paths.fleet import fleet_path
from advisor.estimation.paths.path import Failure, Path
from advisor.estimation.paths.stateful import stateful_path
from advisor.model.graph import Component, ComponentKind
from advisor.model.recovery import Protection

PathFinder = Callable[[Context, Component, Failure, Sequence[Protection]], Path]

FINDERS: dict[ComponentKind, PathFinder] = {
    "stateful_instance": stateful_path,
    "server_group": fleet_path,
    "database": database_path,
    "cache": cache_path,
    "entry": entry_path,
}


def recover(context: Context, component: Component, failure: Failure, protections: Sequence[Protection]) -> Path:
    """The path of ``component`` through ``failure`` with the existing protections and ``protections``."""
    return FINDERS[component.kind](context, component, failure, protections)


__all__ = ["Failure", "Path", "recover"]
