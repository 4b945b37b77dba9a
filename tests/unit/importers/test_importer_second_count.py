"""Real samples counted a second time, by plain searches in their text that know nothing of the importer."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from advisor.importers import read_inventory

# Folder, files in it, pattern of the field that identifies, kind.
SEARCHES = [
    ("01_cli_json_ecs_troubleshooter", "DescribeInstances.*", r'"InstanceId": *"(i-[^"]+)"', "instance"),
    ("01_cli_json_ecs_troubleshooter", "DescribeImages.*", r'"ImageId": *"([^"]+)"', "image"),
    ("02_har_jupiterone", "raw/*vpcs*.har", r'\\"VpcId\\":\\"(vpc-[0-9a-z]{10,})\\"', "vpc"),
    ("02_har_jupiterone", "raw/*nat*.har", r'\\"NatGatewayId\\":\\"(ngw-[^"\\]+)\\"', "nat_gateway"),
    ("02_har_jupiterone", "raw/*vpn*.har", r'\\"VpnGatewayId\\":\\"(vpn-[^"\\]+)\\"', "vpn_gateway"),
    ("02_har_jupiterone", "raw/*alb*.har", r'\\"LoadBalancerId\\":\\"(alb-[^"\\]+)\\"', "load_balancer"),
    ("11_xml_apache_libcloud", "*instances.xml", r"<InstanceId>(i-[^<]+)</InstanceId>", "instance"),
    ("11_xml_apache_libcloud", "*disks.xml", r"<DiskId>(d-[^<]+)</DiskId>", "disk"),
    ("11_xml_apache_libcloud", "*snapshots.xml", r"<SnapshotId>(s-[^<]+)</SnapshotId>", "snapshot"),
    (
        "11_xml_apache_libcloud",
        "*security_group*.xml",
        r"<SecurityGroupId>(sg-[^<]+)</SecurityGroupId>",
        "security_group",
    ),
    ("11_xml_apache_libcloud", "*images*.xml", r"<ImageId>([^<]+)</ImageId>", "image"),
    ("12_docs_api_examples", "ecs/DescribeSnapshots.*", r'<SnapshotId>([^<]+)<|"SnapshotId" *: *"([^"]+)"', "snapshot"),
    (
        "12_docs_api_examples",
        "ecs/DescribeDeploymentSets.*",
        r'<DeploymentSetId>([^<]+)<|"DeploymentSetId" *: *"([^"]+)"',
        "deployment_set",
    ),
    ("12_docs_api_examples", "ecs/DescribeDisks.*", r'<DiskId>([^<]+)<|"DiskId" *: *"([^"]+)"', "disk"),
    (
        "12_docs_api_examples",
        "ess/DescribeScalingGroups.*",
        r'<ScalingGroupId>([^<]+)<|"ScalingGroupId" *: *"([^"]+)"',
        "scaling_group",
    ),
    ("21_cli_text_table", "*.txt", r"(?m)^ *\d* *\|? *(i-\S+)", "instance"),
]


@pytest.mark.parametrize(("folder", "glob", "pattern", "kind"), SEARCHES)
def test_a_search_in_the_text_finds_as_many(
    folder: str, glob: str, pattern: str, kind: str, real_samples: Path, tmp_path: Path
) -> None:
    files = [path for path in (real_samples / folder).glob(glob) if path.name != "SOURCE.txt"]
    if not files:
        pytest.skip(f"no {folder}")
    found = set()
    for path in files:
        shutil.copy(path, tmp_path / path.name)
        for match in re.finditer(pattern, path.read_text(encoding="utf-8")):
            found.add(next(group for group in match.groups() if group).strip())
    read = {one.id for one in read_inventory([tmp_path]).inventory.resources.values() if one.kind == kind}
    assert read == found


@pytest.mark.parametrize(
    "folder",
    [
        "04_tfstate_v3_xuyuji9000",
        "06_tfstate_v3_xinyifly",
        "08_tfstate_v4_xiaopengfeik8s",
        "09_tfstate_v4_alicloud_hashicorp_webinar",
    ],
)
def test_a_walk_through_the_states_finds_as_many(folder: str, real_samples: Path) -> None:
    if not (real_samples / folder).is_dir():
        pytest.skip(f"no {folder}")
    kinds = {"alicloud_instance", "alicloud_vpc", "alicloud_vswitch", "alicloud_security_group"}
    ids: dict[str, set[str]] = {kind: set() for kind in kinds}
    for path in (real_samples / folder).glob("*.tfstate"):
        state = json.loads(path.read_text(encoding="utf-8"))
        for resource in state.get("resources", []):
            if resource["mode"] == "managed" and resource["type"] in kinds:
                ids[resource["type"]] |= {one["attributes"]["id"] for one in resource["instances"]}
        for module in state.get("modules", []):
            for name, resource in module["resources"].items():
                if not name.startswith("data.") and resource["type"] in kinds:
                    ids[resource["type"]].add(resource["primary"]["id"])
    counts = Counter(one.kind for one in read_inventory([real_samples / folder]).inventory.resources.values())
    assert {kind: counts[kind.removeprefix("alicloud_")] for kind in kinds} == {
        kind: len(found) for kind, found in ids.items()
    }  # type: ignore[index]


def test_names_of_files_tell_nothing_of_the_form(real_samples: Path, tmp_path: Path) -> None:
    """Every file of a sample under a name without meaning: the same resources, kinds and attributes."""
    for folder in sorted(path for path in real_samples.iterdir() if path.is_dir()):
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        if len(files) < 2:
            continue
        bare = tmp_path / folder.name[:2]
        bare.mkdir()
        for number, path in enumerate(files):
            shutil.copy(path, bare / f"{number:04}.dat")
        named, unnamed = (read_inventory([one]).inventory for one in (folder, bare))
        shown = [
            {key: (one.kind, one.name, dict(one.attributes)) for key, one in inventory.resources.items()}
            for inventory in (named, unnamed)
        ]
        assert shown[0] == shown[1], folder.name
