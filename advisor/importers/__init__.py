"""Files in, inventory and targets out; the template of an inventory."""

from __future__ import annotations

from advisor.importers.inventory_files import read_inventory
from advisor.importers.targets import default_targets, read_targets
from advisor.importers.template import inventory_template

__all__ = ["default_targets", "inventory_template", "read_inventory", "read_targets"]
