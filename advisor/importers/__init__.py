"""Files in, inventory and targets out: ``read_inventory``, ``read_targets``, ``default_targets``."""

from __future__ import annotations

from advisor.importers.inventory_files import read_inventory
from advisor.importers.targets import default_targets, read_targets

__all__ = ["default_targets", "read_inventory", "read_targets"]
