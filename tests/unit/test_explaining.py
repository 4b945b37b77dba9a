"""``advisor explain`` and ``--compare`` in words that need no other page."""

from __future__ import annotations

from advisor.api import compare_plans, explain
from advisor.model.plan import Plan, WorkloadPlan
from advisor.reporting import targets_moved
from tests.plan_factory import make_plan
from tests.plan_workloads import legacy, payments


def told(text: str) -> str:
    return " ".join(text.split())


def test_a_tier_says_what_it_means() -> None:
    text = told(explain(make_plan(), "payments", 80))
    assert "Tier: backup before, multi-zone after (it recovers from zone outage within its target). Option" in text
    free = payments().estimates["zone"].model_copy(update={"meets": None, "target_rpo_s": None, "target_rto_s": None})
    other = payments().model_copy(update={"estimates": {**payments().estimates, "zone": free}})
    text = told(explain(make_plan([other], waves=()), "payments", 80))
    assert "multi-zone after (it recovers from zone outage, for which it has no target). Option" in text


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
        "Tier: none before, none after. Added all the same: snapshots and database standby. No tier is reached: "
        "target missed after data corruption and zone outage; no way back after region outage."
    ) in text


def met(workload: WorkloadPlan, *, only: str) -> WorkloadPlan:
    """The workload with every target met but one disruption's."""
    estimates = {
        name: item.model_copy(update={"meets": name != only if item.meets is not None else None})
        for name, item in workload.estimates.items()
    }
    misses = tuple(item for item in workload.misses if item.disruption == only)
    return workload.model_copy(update={"estimates": estimates, "misses": misses})


def with_more_money(**changes: object) -> tuple[Plan, Plan]:
    """A plan that misses a heavy target, and one of more money that misses a light one in its place."""
    heavy, light = met(payments(), only="zone"), met(legacy(), only="logical")
    first = make_plan([heavy, met(legacy(), only="")], waves=())
    second = make_plan([met(payments(), only=""), light], waves=(), **changes)
    return first, second


def test_a_target_given_up_for_a_heavier_one_is_told_with_both_weights() -> None:
    text = told(compare_plans(*with_more_money(), 80))
    assert "Met now, missed before: payments, zone outage (weight 5)." in text
    assert "Missed now, met before: legacy-erp-报表, data corruption (weight 0.5)." in text
    assert "A plan leaves missed what weighs least together" in text
    assert "What is missed weighs 0.5 now and weighed 5 before." in text


def test_where_the_objective_weighs_otherwise_or_weights_are_unknown_no_reason_is_given() -> None:
    first, second = with_more_money(objective="min-total")
    assert not any("leaves missed" in item for item in targets_moved(first, second))
    old = second.model_copy(
        update={
            "workloads": tuple(
                item.model_copy(update={"misses": tuple(m.model_copy(update={"weight": None}) for m in item.misses)})
                for item in second.workloads
            )
        }
    )
    found = targets_moved(first, old)
    assert "Missed now, met before: legacy-erp-报表, data corruption." in found
    assert not any("weighs" in item and "now" in item for item in found)


def test_plans_that_meet_the_same_say_nothing_of_it() -> None:
    first, _ = with_more_money()
    assert targets_moved(first, first) == ()


def test_each_sum_names_the_part_that_it_is_for_and_each_disruption_is_told_in_words() -> None:
    item = payments()
    line = item.cost.steady[0].model_copy(update={"component": "mysql", "what_for": "snapshots"})
    cost = item.cost.model_copy(update={"steady": (line,)})
    text = told(explain(make_plan([item.model_copy(update={"cost": cost})], waves=()), "payments", 80))
    assert f"snapshots ({item.components[0].name}): {line.quantity}" in text
    assert "zone – zone outage: MISSED" in text
    assert "logical – data corruption: met" in text


def test_what_is_of_the_own_recovery_alone_is_not_told_of_one_that_waits() -> None:
    alone = payments().estimates["zone"].model_copy(update={"worst_place": "cn-hangzhou-h", "inherited_from": None})
    for waits_for, place, whose in (
        (None, "missed (worst case: cn-hangzhou-h)", "P95 from"),
        ("auth", "missed", "P95 of its own recovery from"),
    ):
        zone = alone.model_copy(update={"inherited_from": waits_for, "meets": False})
        item = payments().model_copy(update={"estimates": {**payments().estimates, "zone": zone}})
        text = told(explain(make_plan([item], waves=()), "payments", 80))
        assert f"zone outage: {place} RPO" in text.replace("MISSED", "missed")
        assert f"declare.zone moves the {whose}" in text
