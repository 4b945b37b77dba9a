"""Cloud Backup policies: two answers, the policies and what they are bound to, are the plans of the servers bound."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from advisor.api.viewing import inventory_converted, inventory_text, not_listed
from advisor.importers import read_inventory
from advisor.model.inventory import ImportResult, Resource

Make = Callable[..., ImportResult]
SERVER = {"InstanceId": "i-bp1aaaa", "ImageId": "aliyun_3", "RegionId": "cn-hangzhou", "ZoneId": "cn-hangzhou-h"}
SERVERS = {"Instances": {"Instance": [SERVER]}}


def policy(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    listed = rules or (
        {"RuleType": "BACKUP", "Schedule": "I|1648647166|PT12H", "VaultId": "v-000aaaa", "BackupType": "COMPLETE"},
        {"RuleType": "TRANSITION", "Retention": 14},
        {"RuleType": "REPLICATION", "ReplicationRegionId": "cn-shanghai", "Retention": 30},
    )
    return {"Policies": [{"PolicyId": "po-000aaaa", "PolicyName": "twice a day", "Rules": list(listed), **more}]}


def bindings(*bound: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {"PolicyBindingId": f"pd-000{number}", "PolicyId": "po-000aaaa", "Disabled": False, **one}
        for number, one in enumerate(bound)
    ]
    return {"PolicyBindings": rows, "TotalCount": len(rows)}


UDM = {"DataSourceId": "i-bp1aaaa", "SourceType": "UDM_ECS"}


def plan(result: ImportResult, plan_id: str = "pd-0000") -> Resource:
    return result.inventory.resources[plan_id]


def test_a_bound_server_has_a_plan_that_says_what_the_policy_says(make: Make) -> None:
    result = make({"DescribePoliciesV2.json": policy(), "bound.json": bindings(UDM), "servers.json": SERVERS})
    found = plan(result)
    assert (found.kind, found.name, found.region) == ("backup_plan", "twice a day", "cn-hangzhou")
    assert found.text("schedule") == "I|1648647166|PT12H"
    assert (found.number("retention_days"), found.text("vault_id")) == (14, "v-000aaaa")
    assert found.texts("copy_regions") == ("cn-shanghai",)
    assert found.field_origins["schedule"].file == "DescribePoliciesV2.json"
    assert result.inventory.plans_by_target["i-bp1aaaa"] == (found,)


NO_PLANS = {"BackupPlans": {"BackupPlan": []}, "TotalCount": 0}


def test_an_empty_list_of_plans_without_a_region_counts_for_none_and_says_so(make: Make) -> None:
    """Beside bindings of which the region is known: the two lists together are complete nowhere."""
    result = make({"bound.json": bindings(UDM), "servers.json": SERVERS, "DescribeBackupPlans.json": NO_PLANS})
    assert not result.inventory.was_listed("backup_plan", "cn-hangzhou")
    (found,) = [finding for finding in result.findings if finding.id == "INV-NO-REGION"]
    assert found.title == "An empty list of backup plans does not say of which region it is"
    assert "DescribeBackupPlans.json: it counts for no region" in found.detail
    assert "cn-hangzhou/DescribeBackupPlans.json" in found.fix


def test_an_empty_list_of_plans_in_a_folder_of_the_region_counts_there(make: Make) -> None:
    plans = {"cn-hangzhou/DescribeBackupPlans.json": NO_PLANS}
    result = make({"bound.json": bindings(UDM), "servers.json": SERVERS, **plans})
    assert result.inventory.was_listed("backup_plan", "cn-hangzhou")
    assert "INV-NO-REGION" not in {finding.id for finding in result.findings}


def test_a_binding_without_its_policy_is_a_plan_of_which_the_rest_is_unknown(make: Make) -> None:
    result = make({"bound.json": bindings(UDM)})
    found = plan(result)
    assert not {"schedule", "retention_days", "vault_id", "copy_regions"} & found.attributes.keys()
    assert ("po-000aaaa", "backup_policy") in {(stub.id, stub.kind) for stub in result.inventory.stubs}


def test_policies_alone_list_no_plan(make: Make) -> None:
    """What a policy is bound to is another answer: without it plans are unknown, not none."""
    result = make({"cn-hangzhou.DescribePoliciesV2.json": policy(), "servers.json": SERVERS})
    assert result.inventory.listed == {("backup_policy", "cn-hangzhou"), ("instance", "cn-hangzhou")}


def test_a_binding_that_is_disabled_says_so(make: Make) -> None:
    result = make({"policies.json": policy(), "bound.json": bindings({**UDM, "Disabled": True}, UDM)})
    assert [plan(result, one).flag("disabled") for one in ("pd-0000", "pd-0001")] == [True, False]


def test_chosen_disks_are_bound_and_not_their_server(make: Make) -> None:
    chosen = {**UDM, "AdvancedOptions": {"UdmDetail": {"DiskIdList": ["d-bp1data"], "ExcludeDiskIdList": ["d-bp1x"]}}}
    found = plan(make({"bound.json": bindings(chosen)}))
    assert found.texts("resource_ids") == ("d-bp1data",)
    assert not {"instance_id", "excluded_disk_ids"} & found.attributes.keys()


@pytest.mark.parametrize(
    ("source_type", "source", "attribute"),
    [("OSS", "logs", "bucket"), ("NAS", "0a1b2c", "file_system_id"), ("ECS_FILE", "i-bp1aaaa", "instance_id")],
)
def test_each_source_is_bound_as_what_it_is(source_type: str, source: str, attribute: str, make: Make) -> None:
    found = plan(make({"bound.json": bindings({"DataSourceId": source, "SourceType": source_type})}))
    kinds = {"bucket", "file_system_id", "instance_id"} & found.attributes.keys()
    assert (kinds, found.text(attribute), found.texts("resource_ids")) == ({attribute}, source, (source,))


def test_a_backup_rule_keeps_its_own_retention_where_no_lifecycle_rule_says_one(make: Make) -> None:
    rule = {"RuleType": "BACKUP", "Schedule": "I|1631685600|P1D", "Retention": "7"}
    found = make({"policies.json": policy(rule)}).inventory.resources["po-000aaaa"]
    assert (found.number("retention_days"), found.texts("copy_regions")) == (7, ())


def test_policies_in_a_terraform_state_are_read_too(make: Make) -> None:
    def resource(kind: str, **attributes: Any) -> dict[str, Any]:
        return {"mode": "managed", "type": kind, "name": "a", "instances": [{"attributes": attributes}]}

    rules = [{"rule_type": "BACKUP", "schedule": "I|1631685600|P1D", "retention": 7, "vault_id": "v-1"}]
    details = [{"udm_detail": [{"disk_id_list": [], "exclude_disk_id_list": ["d-bp1x"]}], "oss_detail": []}]
    state = {"version": 4, "terraform_version": "1.5.0", "serial": 1, "resources": [
        resource("alicloud_hbr_policy", id="po-1", policy_name="daily", rules=rules),
        resource("alicloud_hbr_policy_binding", id="po-1:UDM_ECS:i-bp1aaaa", policy_id="po-1", source_type="UDM_ECS",
                 data_source_id="i-bp1aaaa", disabled=False, advanced_options=details),
    ]}  # fmt: skip
    found = plan(make({"terraform.tfstate": state}), "po-1:UDM_ECS:i-bp1aaaa")
    assert (found.text("instance_id"), found.text("schedule")) == ("i-bp1aaaa", "I|1631685600|P1D")
    assert found.texts("excluded_disk_ids") == ("d-bp1x",)


PLANS = {"BackupPlans": {"BackupPlan": [{"PlanId": "plan-000a", "VaultId": "v-000aaaa", "InstanceId": "i-bp1bbbb"}]}}
NO_PLANS: dict[str, Any] = {"BackupPlans": {"BackupPlan": []}}
NO_BINDINGS: dict[str, Any] = {"PolicyBindings": [], "TotalCount": 0}


@pytest.mark.parametrize(
    ("files", "lacks"),
    [
        ({"DescribeBackupPlans.json": PLANS}, ("DescribePolicyBindings",)),
        ({"DescribeBackupPlans.json": NO_PLANS}, ("DescribePolicyBindings",)),
        ({"DescribePolicyBindings.json": bindings(UDM)}, ("DescribeBackupPlans",)),
        ({"DescribeBackupPlans.json": NO_PLANS, "DescribePolicyBindings.json": NO_BINDINGS}, ()),
        ({"DescribeBackupPlans.json": PLANS, "DescribePolicyBindings.json": bindings(UDM)}, ()),
    ],
)
def test_plans_are_listed_once_both_calls_are(
    make: Make, tmp_path: Path, files: dict[str, Any], lacks: tuple[str, ...]
) -> None:
    inside = {f"cn-hangzhou/{name}": content for name, content in {"DescribeInstances.json": SERVERS, **files}.items()}
    result = make(inside)
    assert result.inventory.was_listed("backup_plan", "cn-hangzhou") is not bool(lacks)
    assert result.inventory.calls_missing("backup_plan", "cn-hangzhou") == lacks
    assert ("backup_plan" in not_listed(result.inventory)["cn-hangzhou"]) is bool(lacks)
    for call in lacks:
        assert f"backup plan ({call} would complete it)" in " ".join(inventory_text(result).split())
    converted = json.loads(inventory_converted(result, "json"))
    (tmp_path / "converted.json").write_text(json.dumps(converted), encoding="utf-8")
    again = read_inventory([tmp_path / "converted.json"])
    assert again.inventory.listed == result.inventory.listed
