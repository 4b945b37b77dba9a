"""Protections that no estimate tells apart: the same copies as often, all kept for longer than is ever looked back."""

from __future__ import annotations

from typing import Final

from advisor.estimation.context import Context
from advisor.estimation.levels import JITTER
from advisor.model.recovery import Protection
from advisor.model.units import DAY, HOUR

UNSEEN: Final = frozenset({"policy_name", "replaces", "retention_days"})
LONGEST_GAP_H: Final = 7 * 24.0  # of a weekly schedule, where the copies follow a policy that is there already
AMPLE: Final = "ample"


def effect(context: Context, protection: Protection) -> str:
    """A protection as far as recovery points and times depend on it, as text; equal for protections that are alike."""
    params = dict(protection.params)
    kept = params.get("retention_days")
    if protection.mechanism in ("snapshot_policy", "snapshot_copy"):
        params = {key: value for key, value in params.items() if key not in UNSEEN}
        params["kept"] = AMPLE if _ample(context, protection) else kept
    shown = sorted(f"{key}={value}" for key, value in params.items())
    return f"{protection.mechanism} {protection.component} {','.join(protection.resources)} {';'.join(shown)}"


def _ample(context: Context, protection: Protection) -> bool:
    """Whether captures are kept until after an error is found, even where every other run is skipped (uploads that
    take longer than the interval)."""
    hours = LONGEST_GAP_H if protection.text("extends") is not None else protection.number("interval_h")
    gap = 2 * hours * HOUR + context.seconds(JITTER).high
    return protection.number("retention_days") * DAY >= context.seconds("detect.logical.latency").high + gap
