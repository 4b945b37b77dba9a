"""Names that may hold anything become names that every file system, syntax and service accepts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.exporters.names import cloud_name, identifier, pascal, slug, slugs, tag_value
from tests.unit.exporters.actions import HOSTILE_NAMES

ANY_TEXT = st.text(max_size=200)


def test_plain_names_stay_as_they_are() -> None:
    assert slug("shop-web_2.1") == "shop-web_2.1"
    assert identifier("shop-web") == "shop_web"
    assert cloud_name("shop", "", "daily") == "shop-daily"
    assert tag_value("shop web") == "shop web"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd", "etc-passwd-"),
        ("商城 生产", "x-"),
        ("a/b", "a-b-"),
        ("con", "con-"),
        ("", "x-"),
        ("x" * 300, "x" * 51 + "-"),
    ],
)
def test_changed_file_names_end_in_a_hash(name: str, expected: str) -> None:
    assert re.fullmatch(re.escape(expected) + "[0-9a-f]{8}", slug(name))


@given(ANY_TEXT)
def test_file_names_are_safe_whatever_comes(name: str) -> None:
    made = slug(name)
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,59}", made)
    assert ".." not in made
    assert not made.endswith(".")


@given(st.lists(ANY_TEXT, unique=True, max_size=12))
def test_no_two_names_share_a_file(names: list[str]) -> None:
    made = slugs(names)
    assert set(made) == set(names)
    assert len({value.casefold() for value in made.values()}) == len(names)


def test_names_that_differ_only_in_case_get_different_files() -> None:
    made = slugs(["shop", "Shop"])
    assert made["shop"] == "shop"
    assert re.fullmatch(r"Shop-[0-9a-f]{8}", made["Shop"])


@given(ANY_TEXT, ANY_TEXT)
def test_identifiers_are_valid_and_differ_where_texts_differ(one: str, other: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,39}", identifier(one))
    assert (identifier(one) == identifier(other)) == (one == other)


def test_pascal_is_how_ros_writes_names() -> None:
    assert pascal("shop_web_policy") == "ShopWebPolicy"


@given(ANY_TEXT)
def test_cloud_names_begin_with_a_letter_and_fit(name: str) -> None:
    made = cloud_name(name, "daily")
    assert re.fullmatch(r"[A-Za-z\u4e00-\u9fa5][A-Za-z0-9._\u4e00-\u9fa5-]{1,59}", made)
    assert not made.lower().startswith(("http", "auto", "acs", "aliyun"))


@given(ANY_TEXT)
def test_tag_values_are_one_line_that_the_service_takes(name: str) -> None:
    made = tag_value(name)
    assert len(made) <= 128
    assert not re.search(r"[\x00-\x1f\x7f]", made)
    assert not made.lower().startswith(("aliyun", "acs:"))
    assert "http://" not in made.lower()


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_keep_apart(name: str) -> None:
    others = [other for other in HOSTILE_NAMES if other != name]
    assert slug(name) not in {slug(other) for other in others}
    assert identifier(name) not in {identifier(other) for other in others}
