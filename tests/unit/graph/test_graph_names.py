"""Stems and tiers of plain names are those that the patterns find."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from advisor.graph import names

PARTS = st.sampled_from(
    (
        *("shop", "crm", "web", "WEB", "api", "db", "mysql", "postgres", "mongo", "pg", "server", "a"),
        *("-", "_", ".", "--", " ", "\n", "0", "01", "7", "12345", "9999", "²"),
        *("订单", "٣", "ſvc", "redıs", "\u0130", "\u212a", "é"),
    )
)
NAMES = st.lists(PARTS, max_size=6).map("".join).map(str.strip)


@settings(max_examples=1500, deadline=None)
@given(NAMES.filter(str.isascii))
@example("mysql")
@example("-web")
@example("--web")
@example("mongodb01")
@example("web_1")
@example("web--1")
def test_plain_names_are_taken_apart_as_by_the_patterns(name: str) -> None:
    assert names._plain_stem(name) == names._stem(name)
    assert names._plain_tier(name) == names._tier(name)


@settings(max_examples=3000, deadline=None)
@given(NAMES)
@example("订单-web-01")
@example("ſvc1")
@example("web٣")
@example("web²-1")
def test_names_of_any_signs_are_taken_apart_as_by_the_patterns(name: str) -> None:
    assert names.stem_in(name) == (names._stem(name) or None)
    stem, tier = names._tier(name)
    found = names.tier_in(name)
    assert (found is not None) == bool(tier)
    assert found is None or found[0] == stem.lower()


def test_names_in_any_language() -> None:
    assert names.numbered_stem("订单-01") == "订单"
    assert names.numbered_stem("shop-web-01") == "shop-web"
    assert names.numbered_stem("web12345") is None
    assert names.tier_of("订单-db01") == ("订单", "data")
    assert names.tier_of("crm-web") == ("crm", "app")
    assert names.tier_of("web") is None
