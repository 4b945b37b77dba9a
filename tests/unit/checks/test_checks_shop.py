"""The flaws planted in the sample estate shop are found, by id; what its page calls sound is not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import date

import pytest

from advisor.checks import run_checks
from advisor.graph import build_graph
from advisor.importers import read_inventory, read_targets
from advisor.model.finding import Finding
from advisor.resources import data_dir
from advisor.rules import load_rules

SHOP = data_dir("sample_inventories") / "shop"
AS_OF = date(2026, 11, 22)

# Number of the flaw in sample_inventories/shop/README.md → the findings that tell it.
PLANTED: dict[int, tuple[str, ...]] = {
    1: ("DB-001:pgm-bp1qmy0diekznlep",),
    2: ("LB-001:alb-rg8evgje0a45dokci8",),
    4: ("SNP-005:sp-bp1zz6avqvtw0wsn70vl:payments",),
    5: ("SNP-006:sp-bp152qidlp1f7xmmh2qn:search",),
    6: ("SNP-007:d-bp1v250404xaksui1ted", "SNP-008:d-bp12u8pfig8089te47zk"),
    7: ("SNP-003:sp-bp17b7iih1fj98yey2th:analytics", "SNP-001:d-bp1b1f1wgxd8w8ieqwkv"),
    8: (
        "SNP-004:d-bp1skz0o5idnnwm2u9yj", "SNP-001:d-bp1skz0o5idnnwm2u9yj",
        "SNP-004:d-bp1gjqqmk1o4qzj4ht7c", "SNP-001:d-bp1gjqqmk1o4qzj4ht7c",
    ),
    9: (
        "SNP-001:d-bp197wz8jbhprr2j5bv2", "SNP-001:d-bp1n7bmivb2lkaqpmsrd", "SNP-001:d-uf6593oqppikjmoptdge",
        "SNP-001:d-bp1xbag3rdlfa3t47ymh", "SNP-001:d-bp1ae6noew00db4oapju", "SNP-002:orders",
    ),
    11: ("REP-003:orders",),
    12: ("LB-001:lb-bp1iniy5djrlbxl009k6e", "LB-004:i-bp1i3ey0877hl5ugfhha"),
    13: ("LOC-002:i-bp1bl562wmk5i35ybb8w", "LOC-002:i-bp1kbii5eh1xtdn7i0ga"),
    14: ("DB-001:rm-uf6lfm9cmorwwo1e0", "DB-003:rm-uf6lfm9cmorwwo1e0"),
    15: ("FGT-001:i-bp1idftv1bfp77kih7xr", "ECS-001:i-bp1idftv1bfp77kih7xr", "SNP-001:d-bp1meud22exqe3a0kz1i"),
    16: ("FGT-002:d-bp167af4frs611qoym4m", "FGT-002:d-uf6rpwgebthegplc7db4"),
    17: ("REF-001:d-bp1b0sgtgdmgx8eqq6h5",),
    19: ("TAG-001:i-bp1kbii5eh1xtdn7i0ga", "TAG-001:i-bp180v543pkxcizckjos"),
    20: ("ESS-002:i-bp1iztfzskkzxvynd784",),
    22: ("SUB-001:i-bp18aaqq1bndnr7tqklk",),
    25: ("KEY-001:7c1f0a52-9d3e-4b86-a1c7-5e2f8b904d6a",),
}  # fmt: skip


def shop_findings() -> Mapping[str, Finding]:
    rules = load_rules()
    inventory = read_inventory([SHOP]).inventory
    targets = read_targets(SHOP / "targets.yaml", rules.classes, rules.regions)  # type: ignore[arg-type]
    found = run_checks(inventory, build_graph(inventory, targets), targets, rules, AS_OF)
    assert len({finding.id for finding in found}) == len(found)
    return {finding.id: finding for finding in found}


@pytest.fixture(scope="module")
def shop() -> Mapping[str, Finding]:
    return shop_findings()


@pytest.mark.parametrize("flaw", PLANTED)
def test_a_planted_flaw_is_found(flaw: int, shop: Mapping[str, Finding]) -> None:
    assert set(PLANTED[flaw]) <= shop.keys()


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (PLANTED[2][0], "i-bp1cyx6kkx5dy0mp7oal"),
        (PLANTED[4][0], "d-bp1ppr6ttxa3xhz3301v"),
        (PLANTED[5][0], "the longest gap is 3 d"),
        (PLANTED[5][0], "d-bp1io1l5szj0vz3ucn7e"),
        (PLANTED[6][0], "The newest run failed"),
        (PLANTED[9][0], "cn-hangzhou/DescribeDisks.page1.json"),
        (PLANTED[11][0], "d-bp12u8pfig8089te47zk"),
        (PLANTED[12][0], "weight 0"),
        (PLANTED[14][1], "at most 4 d apart"),
        (PLANTED[15][0], "2024-03-08"),
        (PLANTED[16][0], "detached since 2026-06-17"),
        (PLANTED[17][0], "i-bp1lkzuulsdlt7jwl2kq"),
        (PLANTED[22][0], "It ends on 2026-12-05, 13 days after 2026-11-22"),
    ],
)
def test_a_finding_tells_what_was_found(finding: str, words: str, shop: Mapping[str, Finding]) -> None:
    assert words in shop[finding].detail


def test_what_is_worst_is_critical(shop: Mapping[str, Finding]) -> None:
    worst = {"SNP-001:d-bp197wz8jbhprr2j5bv2", "SNP-001:d-bp1skz0o5idnnwm2u9yj"}
    assert {key for key, finding in shop.items() if finding.severity == "critical"} == worst


@pytest.mark.parametrize(
    "sound",
    [
        "alb-4kyrn5n5m3n8anrz0h",  # two zones, members in both
        "asg-bp1ckh48fgbhwlcp3iwm",  # two zones
        "rm-bp1d1c90lfvt6zuni",  # standby elsewhere, logs
        "i-bp13pllb4ddw75vbv27c",  # excluded until March 2027
        "d-bp14umu3rurmccbjevt1",  # the disk of that one
        "pair-cn-d7zs89yxt",  # normal, and not behind
        "d-uf6k6xwi79altl7ptzfc",  # the replica
    ],
)
def test_what_is_sound_is_left_alone(sound: str, shop: Mapping[str, Finding]) -> None:
    assert [key for key, finding in shop.items() if finding.resource == sound] == []


def test_fleet_disks_are_left_alone(shop: Mapping[str, Finding]) -> None:
    about = [key for key, finding in shop.items() if finding.workload == "shop-web"]
    assert about == ["ESS-002:i-bp1iztfzskkzxvynd784"]


def test_findings_are_the_same_in_another_process() -> None:
    """Another order of hashing, the same findings in the same order."""
    code = "import test_checks_shop as t; print(*(f.model_dump_json() for f in t.shop_findings().values()), sep='\\n')"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=True, capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(runs) == 1
