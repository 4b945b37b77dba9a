"""The template of an inventory: what is handed out is read back, row by row, in both forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest
import yaml
from click.testing import CliRunner

from advisor.cli.inventory import inventory
from advisor.importers import inventory_template
from advisor.importers.catalogue import SPECS
from advisor.importers.template import TemplateForm
from advisor.model.inventory import ImportResult

Make = Callable[..., ImportResult]


def frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


@pytest.mark.parametrize("form", get_args(TemplateForm))
def test_the_template_is_read_back_whole(form: TemplateForm, make: Make) -> None:
    result = make({"quite something.else": inventory_template(form)})
    assert result.findings == ()
    assert result.skipped == ()
    assert result.inventory.stubs == ()
    rows = yaml.safe_load(inventory_template("yaml"))["resources"]
    assert rows
    assert sorted(result.inventory.resources) == sorted(row["id"] for row in rows)
    for row in rows:
        one = result.inventory.resources[row["id"]]
        assert (one.kind, one.name, one.region, one.zone) == (
            row["kind"],
            row.get("name", ""),
            row["region"],
            row.get("zone"),
        )
        assert (one.status, dict(one.tags)) == (row.get("status"), row.get("tags", {}))
        assert one.zones == tuple(row.get("zones") or [zone for zone in [row.get("zone")] if zone])
        assert {name: one.attributes[name] for name in row["attributes"]} == {
            name: frozen(value) for name, value in row["attributes"].items()
        }


def test_every_attribute_of_the_template_is_one_that_is_read_from_files_too() -> None:
    known: dict[str, set[str]] = {}
    for spec in SPECS:
        known.setdefault(spec.kind, {"members", "product", "slave_zones"}).update(one.name for one in spec.fields)
    known["database"] |= {"backup_retention_days", "log_backup_enabled"}
    known["disk"] |= {"instance_ids"}
    known["instance"] |= {"private_ips"}
    known["listener"] |= {"server_group_ids"}
    known["load_balancer"] |= {"lb_type"}
    for row in yaml.safe_load(inventory_template("yaml"))["resources"]:
        assert set(row["attributes"]) <= known[row["kind"]]


@pytest.mark.parametrize("form", get_args(TemplateForm))
def test_the_command_prints_the_template(form: TemplateForm) -> None:
    done = CliRunner().invoke(inventory, ["template", "--format", form])
    assert (done.exit_code, done.output) == (0, inventory_template(form))
