"""Long lists are read as columns, short ones record by record: both give the same drafts and findings."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.importers import blocks, records
from advisor.importers.blocks import read_block
from advisor.importers.fields import ABSENT
from advisor.importers.records import Batch, Collector, Context, Draft, Spec, read_record
from advisor.importers.services.ecs import INSTANCE, NETWORK_INTERFACE
from advisor.importers.services.storage import DISK, SNAPSHOT

CONTEXT = Context("answer.json", "Disks.Disk", region="cn-hangzhou", observed_at="2026-11-01")
TEXTS = st.sampled_from(
    [
        "",
        " ",
        "-",
        "None",
        "n/a",
        "cn-hangzhou-h",
        "cn-beijing-MAZ5(a,b)",
        "cn-hangzhou",
        "oss-cn-shanghai",
        "i-1",
        " i-1 ",
        "true",
        "On",
        "40",
        "40 GiB",
        "1,024",
        "100,5",
        "2 核",
        "x y",
        "业务",
        "2026-01-02T03:04Z",
        "2026-01-02T03:04:05Z",
        "2099-12-31T15:59Z",
        "2026-13-02T03:04Z",
        "10.0.0.1",
        '["a","b"]',
        "a,b",
    ]
)
SCALARS = st.one_of(TEXTS, st.none(), st.booleans(), st.integers(-5, 2**40), st.floats(-5, 5, allow_nan=False))
LISTS = st.lists(TEXTS, max_size=3)
TAGS = st.lists(
    st.fixed_dictionaries({"TagKey": st.sampled_from(["app", "password", "环境"]), "TagValue": TEXTS}), max_size=2
)
ADDRESSES = st.one_of(SCALARS, LISTS, st.fixed_dictionaries({"IpAddress": LISTS}))
NESTED: dict[str, st.SearchStrategy[Any]] = {
    "Tags": st.one_of(TAGS, st.fixed_dictionaries({"Tag": TAGS}), st.dictionaries(TEXTS, TEXTS, max_size=2), SCALARS),
    "Attachments": st.one_of(
        SCALARS,
        st.fixed_dictionaries(
            {"Attachment": st.lists(st.dictionaries(st.sampled_from(["InstanceId", "Device"]), SCALARS))}
        ),
    ),
    "MountInstances": st.fixed_dictionaries(
        {"MountInstance": st.lists(st.fixed_dictionaries({"InstanceId": TEXTS}), max_size=2)}
    ),
    "Placement": st.one_of(SCALARS, st.fixed_dictionaries({"ZoneIds": st.one_of(LISTS, TEXTS)})),
    "VpcAttributes": st.one_of(
        SCALARS,
        st.fixed_dictionaries({"VpcId": SCALARS}, optional={"VSwitchId": SCALARS, "PrivateIpAddress": ADDRESSES}),
    ),
    "InnerIpAddress": ADDRESSES,
    "PublicIpAddress": ADDRESSES,
    "EipAddress": st.one_of(SCALARS, st.fixed_dictionaries({"IpAddress": TEXTS, "AllocationId": TEXTS})),
    "SecurityGroupIds": st.one_of(LISTS, SCALARS, st.fixed_dictionaries({"SecurityGroupId": LISTS})),
    "NetworkInterfaces": st.fixed_dictionaries(
        {
            "NetworkInterface": st.lists(
                st.fixed_dictionaries(
                    {"NetworkInterfaceId": TEXTS},
                    optional={
                        "PrivateIpSets": st.fixed_dictionaries(
                            {"PrivateIpSet": st.lists(st.fixed_dictionaries({"PrivateIpAddress": TEXTS}), max_size=2)}
                        )
                    },
                ),
                max_size=2,
            )
        }
    ),
    "PrivateIpSets": st.fixed_dictionaries(
        {"PrivateIpSet": st.lists(st.fixed_dictionaries({"PrivateIpAddress": TEXTS}), max_size=2)}
    ),
}
KEYS: dict[str, tuple[Spec, tuple[str, ...]]] = {
    "disk": (
        DISK,
        (
            "DiskId",
            "DiskName",
            "RegionId",
            "ZoneId",
            "Size",
            "Category",
            "Type",
            "Encrypted",
            "AutoSnapshotPolicyId",
            "CreationTime",
            "IOPS",
            "Throughput",
            "InstanceId",
            "Attachments",
            "MountInstances",
            "Placement",
            "Tags",
        ),
    ),
    "snapshot": (
        SNAPSHOT,
        (
            "SnapshotId",
            "SourceDiskId",
            "SourceDiskSize",
            "CreationTime",
            "FullSnapshotSizeInBytes",
            "RetentionDays",
            "SnapshotType",
            "Encrypted",
            "Tags",
            "Status",
        ),
    ),
    "instance": (
        INSTANCE,
        (
            "InstanceId",
            "ZoneId",
            "Cpu",
            "Memory",
            "VpcAttributes",
            "VpcId",
            "InnerIpAddress",
            "PublicIpAddress",
            "EipAddress",
            "SecurityGroupIds",
            "NetworkInterfaces",
            "Tags",
            "ExpiredTime",
            "system_disk_id",
            "HostName",
            "data_disk_ids",
            "DeletionProtection",
            "LocalStorageCapacity",
            "scaling_group_id",
        ),
    ),
    "interface": (
        NETWORK_INTERFACE,
        (
            "NetworkInterfaceId",
            "InstanceId",
            "VSwitchId",
            "PrivateIpAddress",
            "PrivateIpSets",
            "ServiceManaged",
            "SecurityGroupIds",
            "ZoneId",
            "Type",
            "Tags",
        ),
    ),
}


@st.composite
def lists(draw: st.DrawFn) -> tuple[Spec, list[dict[str, Any]]]:
    """Records of one shape of one kind, whatever is in them."""
    spec, names = KEYS[draw(st.sampled_from(sorted(KEYS)))]
    shape = draw(st.lists(st.sampled_from(names[1:]), unique=True))
    ids = st.one_of(st.sampled_from(["", "x-1", " x-2 ", "-"]), st.none(), st.integers(1, 3))
    row = st.fixed_dictionaries({names[0]: ids, **{name: NESTED.get(name, SCALARS) for name in shape}})
    return spec, draw(st.lists(row, min_size=1, max_size=4))


def one_by_one(spec: Spec, rows: list[dict[str, Any]]) -> tuple[list[Draft], Collector]:
    collector, batch = Collector(), Batch(CONTEXT)
    for number, row in enumerate(rows):
        read_record(spec, row, CONTEXT.but(place=f"{CONTEXT.place}[{number}]"), batch, collector)
    return batch.drafts, collector


def as_block(spec: Spec, rows: list[dict[str, Any]]) -> tuple[list[Draft], Collector]:
    collector, batch = Collector(), Batch(CONTEXT)
    read_block(spec, rows, list(range(len(rows))), CONTEXT, batch, collector)
    return [block.draft(row) for block in batch.blocks for row in range(len(block.ids))], collector


def told(draft: Draft) -> dict[str, object]:
    found = {name: getattr(draft, name) for name in Draft.__slots__}
    found["attributes"] = {name: value for name, value in draft.attributes.items() if value is not ABSENT}
    return found


@settings(max_examples=400)
@given(lists())
def test_a_block_holds_what_its_records_say_one_by_one(case: tuple[Spec, list[dict[str, Any]]]) -> None:
    spec, rows = case
    with patch.object(records, "FINDINGS_PER_FILE", 1_000):  # columns say the same as records, in another order
        drafts, alone = one_by_one(spec, rows)
        found, together = as_block(spec, rows)
    assert [told(draft) for draft in found] == [told(draft) for draft in drafts]
    key = [(finding.id, finding.resource or "", finding.detail) for finding in alone.findings]
    assert sorted((finding.id, finding.resource or "", finding.detail) for finding in together.findings) == sorted(key)


def test_tags_that_hold_a_credential_are_not_remembered() -> None:
    rows = [{"DiskId": f"d-{n}", "Tags": {"Tag": [{"TagKey": "password", "TagValue": "x"}]}} for n in range(2)]
    drafts, collector = as_block(DISK, rows)
    assert [draft.tags for draft in drafts] == [{}, {}]
    assert [finding.id for finding in collector.findings] == ["INV-SECRET"] * 2
    assert not any("password" in dict(pairs) for pairs in blocks._TAG_SETS)
