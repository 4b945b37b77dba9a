"""``advisor explain`` and ``--compare`` in words that need no other page."""

from __future__ import annotations

from advisor.api import explain
from tests.plan_factory import make_plan
from tests.plan_workloads import payments


def told(text: str) -> str:
    return " ".join(text.split())


def test_a_tier_says_what_it_means() -> None:
    text = told(explain(make_plan(), "payments", 80))
    assert (
        "Tier: backup before, multi-zone after (recovers from a zone outage within its target, if it has one). Option"
    ) in text


def test_protections_that_reach_no_tier_are_told_with_what_keeps_them_from_it() -> None:
    partly = payments()
    estimates = {
        **partly.estimates,
        "logical": partly.estimates["logical"].model_copy(update={"meets": False}),
        "region": partly.estimates["region"].model_copy(update={"meets": None, "rto_unbounded": True}),
    }
    partly = partly.model_copy(
        update={
            "tier_before": "none",
            "tier": "none",
            "mechanisms": ("snapshot_policy", "rds_ha"),
            "estimates": estimates,
        }
    )
    text = told(explain(make_plan([partly], waves=()), "payments", 80))
    assert (
        "Tier: none before, none after. Added all the same: snapshots and database standby. No tier is reached, as "
        "recovery from data corruption and zone outage misses its target; recovery from region outage has no way back."
    ) in text
