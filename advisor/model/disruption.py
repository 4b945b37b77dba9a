"""What can go wrong, and the order in which it is told."""

from __future__ import annotations

from typing import Literal

Disruption = Literal["logical", "instance", "zone", "region"]
DISRUPTIONS: tuple[Disruption, ...] = ("logical", "instance", "zone", "region")
