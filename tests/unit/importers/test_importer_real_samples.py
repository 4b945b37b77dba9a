"""Exact counts on the real public samples (see docs/inventory.md for the table of forms)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.importers import read_inventory
from advisor.model.finding import InputError
from advisor.model.inventory import ImportResult

Counts = Callable[[ImportResult], dict[str, int]]

EXPECTED = {
    "01_cli_json_ecs_troubleshooter": {"instance": 19, "image": 2},
    "02_har_jupiterone": {"vpc": 7, "nat_gateway": 2, "vpn_gateway": 1, "load_balancer": 1},
    "04_tfstate_v3_xuyuji9000": {"instance": 3, "security_group": 3, "vpc": 2, "vswitch": 2},
    "06_tfstate_v3_xinyifly": {"instance": 1, "security_group": 1},
    "08_tfstate_v4_xiaopengfeik8s": {"instance": 2, "disk": 2, "security_group": 1, "vpc": 1, "vswitch": 1},
    "09_tfstate_v4_alicloud_hashicorp_webinar": {"vpc": 1, "vswitch": 1},
    "11_xml_apache_libcloud": {"instance": 1, "disk": 1, "snapshot": 1, "security_group": 2, "image": 1},
    "12_docs_api_examples": {
        "instance": 4,
        "disk": 1,
        "snapshot": 5,
        "snapshot_policy": 1,
        "security_group": 6,
        "network_interface": 2,
        "deployment_set": 1,
        "replica_pair": 1,
        "load_balancer": 4,
        "server_group": 6,
        "scaling_group": 3,
        "dts_job": 1,
        "bucket": 1,
        "other": 1,
    },
    "13_docs_api_examples_2024_2026": {
        "eip": 1,
        "listener": 1,
        "server_group": 2,
        "replica_pair": 1,
        "database": 1,
        "cache": 1,
        "vault": 1,
    },
    "15_fixture_cloudsploit": {"security_group": 2, "cluster": 2, "database": 1, "bucket": 1},
    "16_jsonl_cloudmux_comments": {"instance": 1, "security_group": 1, "vswitch": 1, "eip": 1, "route_table": 1},
    "17_ansible_alicloud": {
        "instance": 1,
        "disk": 3,
        "security_group": 1,
        "network_interface": 1,
        "eip": 1,
        "load_balancer": 1,
        "server_group": 1,
        "vpc": 1,
        "vswitch": 1,
        "bucket": 2,
        "database": 1,
    },
    "18_steampipe_expected": {
        "load_balancer": 1,
        "nat_gateway": 1,
        "network_interface": 1,
        "vpn_gateway": 1,
        "route_table": 1,
    },
    "19_resource_center_and_cadt": {"other": 1},
    "21_cli_text_table": {"instance": 2},
    "24_console_csv_headers": {},
}


@pytest.mark.parametrize("folder", sorted(EXPECTED))
def test_exact_counts_of_each_sample(folder: str, real_samples: Path, counts: Counts) -> None:
    if not (real_samples / folder).is_dir():
        pytest.skip(f"no {folder}")
    assert counts(read_inventory([real_samples / folder])) == EXPECTED[folder]


def test_every_sample_together_is_one_inventory(real_samples: Path) -> None:
    result = read_inventory([real_samples])
    assert len(result.inventory.resources) == sum(1 for _ in result.inventory.resources)
    assert list(result.inventory.resources) == sorted(result.inventory.resources)
    assert all(
        key == resource.id or key.endswith(f":{resource.id}") for key, resource in result.inventory.resources.items()
    )


def test_a_sample_of_notes_alone_is_refused(real_samples: Path) -> None:
    with pytest.raises(InputError, match="no inventory was found"):
        read_inventory([real_samples / "14_json_in_markdown_and_comments"])


def test_regions_and_zones_of_the_recorded_cli_answers(real_samples: Path) -> None:
    result = read_inventory([real_samples / "01_cli_json_ecs_troubleshooter"])
    regions = Counter(resource.region for resource in result.inventory.of_kind("instance"))
    assert regions == {"cn-heyuan": 12, "cn-shanghai": 4, "cn-beijing": 2, "cn-hongkong": 1}
    assert all(
        resource.zone and resource.zone.startswith(str(resource.region))
        for resource in result.inventory.of_kind("instance")
    )
    assert ("instance", "cn-heyuan") in result.inventory.listed
    assert {finding.id for finding in result.findings} == {"INV-NO-REGION"}


def test_the_recording_and_the_bodies_cut_from_it_agree(real_samples: Path) -> None:
    """The recording knows the times of the answers; the cut bodies add nothing."""
    folder = real_samples / "02_har_jupiterone"
    whole, raw = read_inventory([folder]), read_inventory([folder / "raw"])
    assert set(whole.inventory.resources) == set(raw.inventory.resources)
    gateway = raw.inventory.resources["ngw-m5estheih1jnq5rr3mj3u"]
    assert (gateway.zone, gateway.text("vswitch_id")) == ("cn-qingdao-b", "vsw-m5ejdy2wfvibg1r75uukp")
    assert gateway.observed_at is not None
    assert gateway.observed_at.startswith("2022-08-")
    balancer = next(raw.inventory.of_kind("load_balancer"))
    assert (balancer.region, balancer.zones, balancer.text("lb_type")) == ("cn-qingdao", (), "alb")
    assert raw.inventory.was_listed("vpc", "cn-hangzhou")
    assert not raw.inventory.was_listed("disk", "cn-hangzhou")


def test_terraform_states_keep_no_password_and_no_key_pair(real_samples: Path) -> None:
    result = read_inventory([real_samples / "04_tfstate_v3_xuyuji9000"])
    assert "REDACTED" not in repr(result.inventory)
    assert "key-pair-from-terraform" not in repr(result.inventory.resources)
    assert any(one.resource == "alicloud_key_pair" for one in result.skipped)


def test_the_documentation_examples_that_are_no_json_are_named(real_samples: Path) -> None:
    result = read_inventory([real_samples / "12_docs_api_examples"])
    unreadable = [finding for finding in result.findings if finding.id == "INV-UNREADABLE"]
    assert len(unreadable) == 3
    assert all("line 2" in finding.detail and finding.fix for finding in unreadable)
