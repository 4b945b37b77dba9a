"""Numbers, durations and money as people read them, and texts that cannot disguise a page."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from itertools import pairwise

import pytest

from advisor.reporting import svg, words


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0", "0 CNY"),
        ("0.4", "0.40 CNY"),
        ("99.96", "100 CNY"),
        ("1234", "1,230 CNY"),
        ("271630.25", "272,000 CNY"),
        ("999999", "1.00 million CNY"),
        ("3008780", "3.01 million CNY"),
        ("301878000", "302 million CNY"),
        ("98765432100", "98.8 billion CNY"),
    ],
)
def test_estimated_amounts_have_three_figures(amount: str, expected: str) -> None:
    assert words.about(Decimal(amount), "CNY") == expected


@pytest.mark.parametrize(
    ("value", "unbounded", "expected"),
    [(1.0, False, "> 99 %"), (0.0, False, "< 1 %"), (0.413, False, "41 %"), (0.0, True, "0 %"), (None, False, "–")],
)
def test_a_simulated_chance_is_never_certain(value: float | None, unbounded: bool, expected: str) -> None:
    assert words.chance(value, unbounded) == expected


def test_what_has_no_number_is_said_in_words() -> None:
    assert words.data_loss(None, True) == "no recovery point"
    assert words.data_loss(None, False) == "unknown"
    assert words.duration(None, True) == "unbounded"
    assert words.target(None) == "–"
    assert words.interval(60, 60, False) == "1 min"
    assert words.interval(60, 5400, False) == "1 min – 1 h 30 min"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0s"),
        (59, "59s"),
        (90, "90s"),
        (5400, "90m"),
        (7500, "2.1h"),
        (93600, "26h"),
        (360000, "4.2d"),
        (1e7, "116d"),
    ],
)
def test_compact_durations_take_four_characters(seconds: float, expected: str) -> None:
    assert words.compact(seconds) == expected
    assert len(expected) <= 4


def test_quantities_and_prices_keep_their_digits() -> None:
    assert words.number(Decimal("2310")) == "2,310"
    assert words.number(Decimal("0.000166667")) == "0.000166667"
    assert words.number(Decimal("1.50")) == "1.5"
    assert words.number(Decimal("1E+3")) == "1,000"


def test_shares_round_to_0_or_100_only_when_they_are() -> None:
    assert [words.share(value) for value in (0, 0.004, 0.5, 0.996, 1)] == ["0 %", "< 1 %", "50 %", "> 99 %", "100 %"]


def test_clean_removes_what_could_disguise_a_text() -> None:
    assert words.clean("a\x1b[31mb\u202ec\nd\x00") == "a [31mbc d"
    assert words.clean("订单中心 ✓") == "订单中心 ✓"


def test_width_counts_chinese_twice_and_clip_keeps_within_it() -> None:
    assert words.display_width("订单abc") == 7
    for columns in range(1, 12):
        assert words.display_width(words.clip("订单履约abc中心", columns)) <= columns


def test_listing_says_how_many_are_left_out() -> None:
    assert words.listing(["a"]) == "a"
    assert words.listing(["a", "b", "c", "d"]) == "a, b, c and d"
    assert words.listing(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


def test_sentence_leaves_the_first_letter_as_it_may_begin_a_name() -> None:
    assert words.sentence("shop needs payments") == "shop needs payments."
    assert words.sentence("完成。") == "完成。"


def test_status_marks_differ_without_colour() -> None:
    assert words.MARKS == {"met": "✓", "missed": "✗", "unbounded": "✗", "no_target": "–"}


def test_status_fills_differ_in_grey() -> None:
    """Fills are at least a tenth of the grey scale apart; texts on them have a contrast of 4.5 or more."""
    greys = sorted(_luminance(fill) for fill in svg.STATUS_FILL.values())
    assert all(later - earlier > 0.1 for earlier, later in pairwise(greys))
    for status, fill in svg.STATUS_FILL.items():
        light, dark = sorted((_luminance(fill), _luminance(svg.STATUS_INK[status])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, status


def _luminance(colour: str) -> float:
    """Relative luminance after WCAG 2."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_own_words_have_no_curly_quotes() -> None:
    """Curly quotes are drawn as wide as a Chinese character by the packaged font, so own texts do without them."""
    own = [*words.MECHANISMS.values(), *words.STRIKES.values(), *words.OBJECTIVES.values(), *words.FOUND_BY.values()]
    assert not {char for text in own for char in text if unicodedata.category(char) in ("Pi", "Pf")}
