"""CSV files: read back as they were, each charge once, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal

from advisor.exporters import tables
from advisor.exporters.text import guarded
from advisor.model.deliverable import Deliverable
from advisor.model.plan import Plan


def rows(deliverable: Deliverable, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(tables.render(deliverable)[name].decode(), newline="")))


def test_every_cost_line_of_every_state_is_there(readable: Deliverable) -> None:
    lines = rows(readable, "costs.csv")
    states = [line["state"] for line in lines]
    # four workloads; the charge that all share is one line more in the steady state
    assert {state: states.count(state) for state in states} == {
        "steady": 9,
        "drill": 4,
        "failover": 4,
        "failback": 4,
        "today": 4,
    }


def test_shared_charges_are_counted_once(readable: Deliverable) -> None:
    shared = [line for line in rows(readable, "costs.csv") if line["shared_id"]]
    assert [(line["workload"], line["amount"]) for line in shared] == [("", "107.310")]


def test_amounts_add_up_to_the_totals_of_the_plan(readable: Deliverable) -> None:
    steady = [line for line in rows(readable, "costs.csv") if line["state"] == "steady"]
    assert sum(Decimal(line["amount"]) for line in steady if line["amount"]) == 4 * 48 + Decimal("107.31")
    assert [line["priced"] for line in steady].count("no") == 4
    for line in steady:
        if line["amount"]:
            assert Decimal(line["quantity"]) * Decimal(line["unit_price"]) == Decimal(line["amount"])


def test_workloads_hold_targets_and_estimates(readable: Deliverable) -> None:
    shop = rows(readable, "workloads.csv")[0]
    assert (shop["workload"], shop["class"], shop["tier"]) == ("shop", "critical", "cross-region")
    assert (shop["zone_target_rto_s"], shop["zone_rto_p95_s"], shop["zone_meets"]) == ("14400", "5400", "yes")
    assert shop["zone_before_rto_p95_s"] == "unbounded"
    assert shop["mechanisms"] == "alb_multi_zone fleet_standby gtm"


def test_findings_come_gravest_first_and_once(readable: Deliverable) -> None:
    first = readable.plan.workloads[0].findings[0]
    low = first.model_copy(update={"severity": "low", "id": "A-1"})
    plan = readable.plan.model_copy(update={"findings": (low, first)})
    found = rows(replace(readable, plan=plan), "findings.csv")
    assert [item["severity"] for item in found] == ["high"] * 4 + ["low"]


def test_the_inventory_names_owners_and_sources(readable: Deliverable) -> None:
    disk = next(item for item in rows(readable, "inventory.csv") if item["id"] == "d-data1")
    assert (disk["kind"], disk["workload"], disk["file"]) == ("disk", "erp", "estate.json")
    assert json.loads(disk["attributes"])["size_gib"] == 200


def test_no_cell_is_a_formula(hostile: Deliverable) -> None:
    for content in tables.render(hostile).values():
        for row in csv.reader(io.StringIO(content.decode(), newline="")):
            assert all(guarded(cell) == cell for cell in row)


def test_names_are_kept_but_for_the_guard(hostile: Deliverable) -> None:
    names = {row["workload"] for row in rows(hostile, "workloads.csv")}
    assert {"'=cmd|' /C calc'!A0", "商城 生产", 'web-<b>07</b>"; rm -rf /'} <= names


def test_lines_end_as_the_format_wants(any_deliverable: Deliverable) -> None:
    for content in tables.render(any_deliverable).values():
        assert content.endswith(b"\r\n")
        assert not content.startswith(b"\xef\xbb\xbf")


def test_the_plan_comes_back_from_its_json(any_deliverable: Deliverable) -> None:
    from advisor.exporters import plan_json

    text = plan_json.render(any_deliverable)["plan.json"]
    assert text.endswith(b"}\n")
    assert Plan.model_validate_json(text) == any_deliverable.plan
    assert list(json.loads(text))[:2] == ["version", "created"]
