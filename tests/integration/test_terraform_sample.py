"""The sample estate, planned and exported as a user would: the cheapest plan, and the one that spares nothing."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from advisor import api
from advisor.model.evidence import RuleBook
from advisor.model.inventory import ImportResult
from advisor.model.pricebook import PriceBook
from advisor.model.targets import Targets
from tests.conftest import AS_OF
from tests.unit.exporters.checkers import check_ros, check_terraform, schema_folder
from tests.unit.exporters.test_export_terraform_checks import twin

FORMATS = ("terraform", "ros", "runbook", "checklist")


@pytest.fixture(scope="module")
def sparing_nothing(rules: RuleBook, prices: PriceBook, shop: ImportResult, shop_targets: Targets) -> api.Assessment:
    settings = api.Settings(as_of=AS_OF, samples=400, objective="min-risk", admit_unpriced=True)
    return api.plan_for(shop, shop_targets, rules, prices, settings)


@pytest.fixture(scope="module", params=["cheapest", "sparing nothing"])
def assessment(
    request: pytest.FixtureRequest, shop_assessment: api.Assessment, sparing_nothing: api.Assessment
) -> api.Assessment:
    return shop_assessment if request.param == "cheapest" else sparing_nothing


@pytest.fixture(scope="module")
def exported(assessment: api.Assessment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported")
    for path, content in api.export(assessment, FORMATS).items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


def roots(exported: Path) -> list[Path]:
    found = sorted(path.parent for path in exported.glob("terraform/*/main.tf.json"))
    assert found
    return found


def test_every_root_passes_the_check(exported: Path) -> None:
    for root in roots(exported):
        assert check_terraform(root) == []


def test_every_template_passes_the_check(exported: Path) -> None:
    for template in sorted(exported.glob("ros/*.yaml")):
        assert check_ros(template) == []


def test_every_script_is_valid_shell(exported: Path) -> None:
    for script in sorted(exported.glob("cli/*.sh")):
        subprocess.run(["sh", "-n", str(script)], check=True)


def test_resources_that_exist_are_named_by_their_ids(assessment: api.Assessment, exported: Path) -> None:
    attached = {
        disk
        for root in roots(exported)
        for body in json.loads((root / "main.tf.json").read_text())["resource"]
        .get("alicloud_ecs_auto_snapshot_policy_attachment", {})
        .values()
        for disk in body["for_each"]
    }
    planned = {
        disk
        for workload in assessment.plan.workloads
        for action in workload.actions
        if action.mechanism == "snapshot_policy" and action.params.get("extends") is None
        for disk in action.params["disk_ids"]
    }
    assert planned
    assert planned <= attached
    assert attached <= set(assessment.deliverable.inventory.resources)


def test_the_cheapest_plan_creates_nothing_it_did_not_decide(exported: Path, assessment: api.Assessment) -> None:
    actions = {action.mechanism for workload in assessment.plan.workloads for action in workload.actions}
    text = "".join((root / "main.tf.json").read_text() for root in roots(exported))
    for mechanism, type_ in (
        ("gtm", "alicloud_alidns_cloud_gtm_instance_config"),
        ("dts", "alicloud_dts_synchronization_job"),
        ("standby_instance", '"alicloud_instance"'),
        ("rds_cross_region_backup", "alicloud_rds_instance_cross_backup_policy"),
    ):
        assert (type_ in text) == (mechanism in actions), mechanism


@pytest.mark.skipif(
    shutil.which("terraform") is None or importlib.util.find_spec("grpc") is None,
    reason="needs the terraform program and grpcio for a stand-in of the provider",
)
@pytest.mark.parametrize("syntax", ["json", "hcl"])
def test_terraform_itself_accepts_every_root(exported: Path, tmp_path: Path, syntax: str) -> None:
    program = schema_folder() / "tools" / "tf_fake_provider.py"
    schema = schema_folder() / "schemas" / "alicloud_schema.json"
    if not (program.is_file() and schema.is_file()):
        pytest.skip("the stand-in of the provider or its schema is missing")
    for root in roots(exported):
        folder = tmp_path / root.name
        folder.mkdir()
        if syntax == "json":
            shutil.copy(root / "main.tf.json", folder)
        else:
            (folder / "main.tf").write_text(twin((root / "README.md").read_text()))
        done = subprocess.run(
            [sys.executable, program, "run", "--schema", schema, "--chdir", folder, "--", "validate"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
