"""Runbooks and drills: complete, in the order of the schedule, with commands that a shell understands."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from datetime import date

from advisor.exporters import drills, runbook
from advisor.model.deliverable import Deliverable

TITLES = {
    "logical": "Data corruption",
    "instance": "Server failure",
    "zone": "Zone outage",
    "region": "Region outage",
}


def shell_blocks(text: str) -> list[str]:
    return [found[2] for found in re.finditer(r"^(`{3,})sh\n(.*?)\n\1$", text, re.DOTALL | re.MULTILINE)]


def section(text: str, title: str) -> str:
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_one_runbook_a_workload_with_every_disruption(readable: Deliverable) -> None:
    files = runbook.render(readable)
    assert sorted(files) == [f"runbooks/{name}.md" for name in ("erp", "files", "orders", "shop")]
    for content in files.values():
        text = content.decode()
        for title in TITLES.values():
            part = section(text, title)
            for need in ("**Trigger:**", "**Decides:**", "**Expect:**", "### Steps", "### Verify"):
                assert need in part
            assert ("### Commands" in part) == ("### Roll back and fail back" in part)


def test_people_are_left_blank(readable: Deliverable) -> None:
    text = runbook.render(readable)["runbooks/erp.md"].decode()
    assert "| Decides |  |  |  |" in text
    assert "| Carries out |  |  |  |" in text


def test_steps_follow_the_schedule_with_expected_times(readable: Deliverable) -> None:
    part = section(runbook.render(readable)["runbooks/erp.md"].decode(), "Zone outage")
    rows = [line for line in part.splitlines() if re.match(r"\| \d+ \|", line)]
    assert rows == [
        "| 1 | Notice that this happened: zone | – | by itself | 0 s | 10 min | 15 min |",
        "| 2 | Decide | 1 |  | 10 min | 25 min | 37 min 30 s |",
        "| 3 | Restore app | 2 |  | 25 min | 50 min | 1 h 15 min |",
        "| 4 | Check | 3 |  | 50 min | 1 h | 1 h 30 min |",
    ]


def test_commands_name_the_ids_and_the_way_back(readable: Deliverable) -> None:
    texts = {path: content.decode() for path, content in runbook.render(readable).items()}
    logical = section(texts["runbooks/erp.md"], "Data corruption")
    assert "aliyun ecs ResetDisk --region cn-hangzhou" in logical
    region = section(texts["runbooks/erp.md"], "Region outage")
    assert '--ReplicaGroupId "$erp_app_group_cn_hangzhou_h_d_data1"' in region
    assert "aliyun ebs ReprotectDiskReplicaGroup" in region
    assert "aliyun rds SwitchDBInstanceHA" in section(texts["runbooks/orders.md"], "Zone outage")
    assert "aliyun rds CloneDBInstance" in section(texts["runbooks/orders.md"], "Data corruption")
    assert "UpdateCloudGtmAddressManualAvailableStatus" in section(texts["runbooks/shop.md"], "Region outage")


def test_every_command_is_valid_shell(any_deliverable: Deliverable) -> None:
    blocks = [block for content in runbook.render(any_deliverable).values() for block in shell_blocks(content.decode())]
    for block in blocks:
        done = subprocess.run(["sh", "-n", "-c", block], capture_output=True, text=True, check=False)
        assert done.returncode == 0, block + done.stderr


def test_hostile_names_are_plain_words(hostile: Deliverable) -> None:
    for content in {**runbook.render(hostile), **drills.render(hostile)}.values():
        outside = re.sub(r"^(`{3,}).*?^\1$", "", content.decode(), flags=re.DOTALL | re.MULTILINE)
        outside = re.sub(r"(?<![\\`])(`+)(?!`).+?(?<!`)\1(?!`)", "", outside)
        assert "<b>" not in outside.replace(r"\<b>", "")
        assert "# end" not in [line[:5] for line in outside.splitlines()]


def test_one_drill_page_a_workload_and_disruption(readable: Deliverable) -> None:
    files = drills.render(readable)
    assert len(files) == 16
    assert "drills/shop-zone.md" in files


def test_a_drill_page_has_target_estimate_and_blanks(readable: Deliverable) -> None:
    text = drills.render(readable)["drills/erp-zone.md"].decode()
    for need in (
        "| Data lost | 15 min | 15 min at worst |  |",
        "| Time to recover | 4 h | 1 h – 1 h 30 min (P50 – P95) |  |",
        "| 2 | Decide | 15 min |  |  |  |",
        "## 1. Simulate",
        "## 3. Verify",
        "A full drill of this workload, all its protections included, costs 3.60 CNY.",  # 4 hours of a server at 0.9
    ):
        assert need in text


def test_the_rule_book_says_how_to_practise(readable: Deliverable) -> None:
    measure = {
        "drill_steps": ["Take a snapshot of `<disk>` first.", "Attach it in another zone."],
        "verify_steps": ["The *file system* is clean."],
    }
    taught = replace(readable, rules=replace(readable.rules, measures={"regional_essd": measure}))
    text = drills.render(taught)["drills/erp-zone.md"].decode()
    assert "1. Take a snapshot of `d-data1` first.\n2. Attach it in another zone." in text
    assert "- [ ] The \\*file system\\* is clean." in text


def test_pages_of_a_plan_that_cannot_recover_say_so(readable: Deliverable) -> None:
    workload = readable.plan.workloads[0]
    lost = {
        name: estimate.model_copy(update={"rto_p50_s": None, "rto_p95_s": None, "rto_unbounded": True, "tasks": ()})
        for name, estimate in workload.estimates.items()
    }
    plan = readable.plan.model_copy(update={"workloads": (workload.model_copy(update={"estimates": lost}),)})
    text = runbook.render(replace(readable, plan=plan))["runbooks/shop.md"].decode()
    assert "unbounded" in text


def test_the_date_of_the_plan_is_the_only_one(readable: Deliverable) -> None:
    today = date.today().isoformat()  # noqa: DTZ011
    for content in {**runbook.render(readable), **drills.render(readable)}.values():
        assert today == readable.plan.created.isoformat() or today.encode() not in content
