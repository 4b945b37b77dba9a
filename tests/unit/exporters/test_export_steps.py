"""Pieces of shell: what is quoted must reach the program as it was, whatever it holds."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.exporters.steps import (
    ALL_PAGES,
    Shell,
    Step,
    StepBook,
    aliyun,
    expect,
    fail,
    indented,
    loop,
    output,
    query,
    say,
)
from tests.unit.exporters.actions import HOSTILE_NAMES

PRELUDE = r"""say() { printf '%s\n' "$*"; }
fail() { printf 'Stopped: %s\n' "$*" >&2; exit 1; }
aliyun() { for word in "$@"; do printf '<%s>' "$word"; done; echo; }
"""


def sh(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-euc", PRELUDE + script], capture_output=True, text=True, check=False)


def arrives(text: str) -> str:
    """What the program is given for an argument."""
    script = PRELUDE + aliyun("a", "B", None, {"N": text})
    done = subprocess.run(["sh", "-euc", script], capture_output=True, check=True)
    return done.stdout.decode().removeprefix("<a><B><--N><").removesuffix(">\n")


def test_a_short_call_is_one_line_and_a_long_one_is_folded() -> None:
    short = aliyun("ecs", "DescribeDisks", "cn-hangzhou", {"DiskIds": ["d-1"], "PageSize": 10})
    assert short == """aliyun ecs DescribeDisks --RegionId cn-hangzhou --DiskIds '["d-1"]' --PageSize 10"""
    long = aliyun("ecs", "DescribeDisks", "cn-hangzhou", {"DiskIds": ["d-" + "1" * 80]})
    assert long.split("\n")[1] == "    --RegionId cn-hangzhou \\"


def test_where_the_region_goes() -> None:
    assert "--RegionId cn-a" in aliyun("ecs", "DescribeDisks", "cn-a", {})
    assert "--region cn-a" in aliyun("ecs", "AttachDisk", "cn-a", {})  # its request has no RegionId
    assert "--region cn-a" in aliyun("hbr", "create-backup-plan", "cn-a", {})
    assert "region" not in aliyun("alidns", "UpdateDomainRecord", "cn-a", {}).lower()


def test_zone_mappings_pass_the_check_of_the_program() -> None:
    call = aliyun("alb", "UpdateLoadBalancerZones", "cn-a", {"ZoneMappings.1.ZoneId": "cn-a-b"})
    assert call.split()[-3:] == ["POST", "\\", "--force"]


def test_all_pages_are_asked_for_with_a_flag_without_a_value() -> None:
    assert (
        aliyun("ecs", "DescribeX", "cn-a", ALL_PAGES) == "aliyun ecs DescribeX --RegionId cn-a --PageSize 100 --pager"
    )


def test_arguments_of_every_type() -> None:
    call = aliyun("x", "Y", None, {"T": True, "F": False, "N": 3, "L": [1, 2], "S": Shell('"$v"'), "Z": None})
    assert call == """aliyun x Y --T true --F false --N 3 --L '[1,2]' --S "$v\""""


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_arguments_arrive_unchanged(name: str) -> None:
    assert arrives(name) == name


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60))
def test_any_text_arrives_unchanged(text: str) -> None:
    assert arrives(text) == text


def test_say_and_fail_stay_on_one_line() -> None:
    assert sh(say("two\nlines $(id) `id`")).stdout == "two lines $(id) `id`\n"
    done = sh(f"found=other; {fail('Not so:', 'found')}")
    assert (done.returncode, done.stderr) == (1, "Stopped: Not so: other\n")


@pytest.mark.parametrize(
    ("state", "code", "out"), [("Normal", 0, "on\n"), ("Done", 0, "Already done.\n"), ("Odd", 1, "")]
)
def test_expect_goes_on_leaves_or_stops(state: str, code: int, out: str) -> None:
    lines = "\n".join(expect("state", ("Normal",), "Wrong state.", done=("Done",)))
    done = sh(f"f() {{\nstate={state}\n{lines}\nsay on\n}}\nf")
    assert (done.returncode, done.stdout) == (code, out)
    assert ("Wrong state. Found: Odd" in done.stderr) == (code == 1)


def test_query_reads_an_answer_and_loop_runs_over_all() -> None:
    body = "\n".join(loop("disk", ["d 1", "d'2"], ['say "$disk"']))
    assert sh(body).stdout == "d 1\nd'2\n"
    assert query("call", ".A", "a") == "answer=$(call)\na=$(printf '%s' \"$answer\" | jq -r .A)"


def test_a_quoted_text_with_line_ends_is_not_indented() -> None:
    assert indented("say 'a\nb'\nsay c") == ["    say 'a", "b'", "    say c"]


def test_an_output_may_be_set_by_hand() -> None:
    read = output("cn-a", "shop_id")
    assert sh(f"output() {{ echo $1/$2; }}\n{read}\nsay $shop_id").stdout == "cn-a/shop_id\n"
    assert sh(f"shop_id=lb-1\n{read}\nsay $shop_id").stdout == "lb-1\n"


def test_what_two_actions_need_alike_is_one_step() -> None:
    book = StepBook()
    for action in ("one", "two"):
        book.add("shop", Step("Open", "no type", ("open",), "nothing", action))
        book.add("shop", Step("Do", "no type", (action,), "nothing", action))
    assert [step.body for _, step in book.numbered("shop")] == [("open",), ("one",), ("two",)]
    assert [number for number, _ in book.of_action("shop", "two")] == [1, 3]
