"""Prose is no record: what people write about an estate beside its exports adds nothing to it and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.importers import read_inventory
from advisor.model.finding import InputError
from tests.unit.importers.conftest import REPOSITORY, Make

SERVER = {
    "Instances": {
        "Instance": [
            {
                "InstanceId": "i-bp1aaaa",
                "InstanceName": "web",
                "ZoneId": "cn-hangzhou-h",
                "RegionId": "cn-hangzhou",
                "Status": "Running",
                "InstanceType": "ecs.g7.large",
                "Cpu": 2,
                "Memory": 8192,
            }
        ]
    }
}
HEAD = "InstanceId | InstanceName | ZoneId | Status\n-----------|-----|-----|-----\n"
GHOST = "i-bp1old1 | old | cn-beijing-a | Stopped\n"
MOVED = "i-bp1aaaa | moved | cn-beijing-a | Stopped\n"

NOTES = {
    "retired": "# Notes\n| kind | ids |\n|---|---|\n| retired | `i-bp1old1` (old box), `i-bp1aaaa` (web) |\n",
    "markdown": "| InstanceId | ZoneId | Status |\n|:---|---|:---:|\n| i-bp1aaaa | cn-beijing-a | Stopped |\n",
    "plain bars": "| id | zone | status |\n|---|---|---|\n| i-bp1aaaa | cn-beijing-a | Stopped |\n",
    "prose": f"These were removed in spring:\n\n{HEAD}{GHOST}",
    "prose below": f"{HEAD}{GHOST}\nAsk Li before you delete them.\n",
    "prose far above": f"{'A long story. ' * 9}\n" * 60 + f"\n{HEAD}{GHOST}",
    "fence": f"```\n{HEAD}{GHOST}```\n",
    "backticks": f"{HEAD}`i-bp1old1` | old | cn-beijing-a | Stopped\n",
    "more than an id": f"{HEAD}i-bp1old1 (old box) | old | cn-beijing-a | Stopped\n",
    "two ids": f"{HEAD}i-bp1old1, i-bp1old2 | old | cn-beijing-a | Stopped\n",
    "words as headers": "Instance id | Zone id\n-----------|--------\ni-bp1old1 | cn-beijing-a\n",
}


@pytest.mark.parametrize("text", NOTES.values(), ids=NOTES)
def test_a_table_that_people_wrote_is_skipped_whole_with_its_reason(text: str, make: Make) -> None:
    result = make({"a.json": SERVER, "zz.md": text})
    web = result.inventory.resources["i-bp1aaaa"]
    assert sorted(result.inventory.resources) == ["i-bp1aaaa"]
    assert (web.name, web.zone, web.status) == ("web", "cn-hangzhou-h", "Running")
    (skipped,) = result.skipped
    assert skipped.resource == "zz.md"
    assert "table" in skipped.reason
    assert "(line " in skipped.reason
    assert "docs/inventory.md" in skipped.remedy


@pytest.mark.parametrize("kind", ["csv", "pairs"])
def test_what_stands_in_a_fence_is_no_record(kind: str, make: Make) -> None:
    inner = {
        "csv": "id,name,zone\ni-bp1old1,old,cn-beijing-a\n",
        "pairs": "InstanceId: i-bp1old1\nInstanceName: old\nZoneId: cn-beijing-a\nStatus: Stopped\n",
    }[kind]
    result = make({"a.json": SERVER, "zz.md": f"Retired:\n```\n{inner}```\n"})
    assert sorted(result.inventory.resources) == ["i-bp1aaaa"]
    assert [one.resource for one in result.skipped] == ["zz.md"]


def test_a_named_file_of_prose_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text(NOTES["retired"], encoding="utf-8")
    with pytest.raises(InputError, match=r"notes\.md: a Markdown table.*line 2.*as CSV"):
        read_inventory([path])


def test_json_beside_a_table_of_prose_is_read_and_the_table_said(make: Make) -> None:
    network = '{"Vpcs": {"Vpc": [{"VpcId": "vpc-bp1a", "CidrBlock": "10.0.0.0/8"}]}}'
    text = f"| a | b |\n|---|---|\n\n```json\n{network}\n```\n"
    result = make({"a.json": SERVER, "notes.md": text})
    assert sorted(result.inventory.resources) == ["i-bp1aaaa", "vpc-bp1a"]
    assert [(one.resource, str(one.origin)) for one in result.skipped] == [("line 1", "notes.md, line 1")]


@pytest.mark.parametrize(
    "before",
    [
        "",
        "$ aliyun ecs DescribeInstances --output cols=InstanceId,Status rows=Instances.Instance[]\n",
        "root@host:~# aliyun ecs DescribeInstances \\\n  --output cols=InstanceId | tee o\n",
        "PS C:\\work> aliyun ecs DescribeInstances\n\n",
    ],
)
def test_what_a_command_printed_is_read_with_the_command_above_it(before: str, make: Make) -> None:
    result = make({"out.txt": f"{before}{HEAD}{GHOST}\n$ \n"})
    assert sorted(result.inventory.resources) == ["i-bp1old1"]
    assert not result.skipped


@pytest.mark.parametrize("name", ["a.txt", "zz.txt", "zz.csv"])
def test_an_undated_table_never_beats_an_answer_and_the_disagreement_is_said(name: str, make: Make) -> None:
    csv = "实例ID,实例名称,可用区,状态\ni-bp1aaaa,moved,cn-beijing-a,Stopped\n"
    text = csv if name.endswith("csv") else HEAD + MOVED
    result = make({"m.json": SERVER, name: text})
    web = result.inventory.resources["i-bp1aaaa"]
    assert (web.name, web.zone, web.status) == ("web", "cn-hangzhou-h", "Running")
    (clash,) = [one for one in result.findings if one.id == "INV-DISAGREE"]
    assert "cn-beijing-a" in clash.detail
    assert "an answer of the cloud before a table" in clash.detail


def test_a_newer_table_still_beats_an_older_answer(make: Make) -> None:
    result = make({"2026-01-01/m.json": SERVER, "2026-02-01/a.txt": HEAD + MOVED})
    assert result.inventory.resources["i-bp1aaaa"].status == "Stopped"


def test_the_page_of_the_sample_estate_adds_nothing_to_it() -> None:
    result = read_inventory([REPOSITORY / "sample_inventories" / "minimal"])
    assert [one.resource for one in result.skipped] == ["README.md"]
    assert not [one for one in result.findings if one.id == "INV-DISAGREE"]
    database = result.inventory.resources["rm-bp11d5bvi111ppfea"]
    assert (database.name, database.zone) == ("blog-db", "cn-hangzhou-i")
