"""SVG by hand: a few shapes, text that stays text, and colours that survive a grey printer and colour-blind eyes."""

from __future__ import annotations

import hashlib
import html
import math
from collections.abc import Iterable
from typing import Final, Literal

from advisor.model.report import Status
from advisor.reporting import words

WIDTH: Final = 660
FONT: Final = "Noto Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
MARK_FONT: Final = f"Advisor Marks, {FONT}"
INK: Final = "#1d232a"
MUTED: Final = "#5d6873"
RULE: Final = "#d3d9df"
PALE: Final = "#eef1f4"
ACCENT: Final = "#1f4e79"
ACCENT_PALE: Final = "#a9c4de"
# Light blue, mid orange, dark brown, white: four steps of lightness, told apart without hue and by every common
# colour-vision type; the mark in the cell says it again.
STATUS_FILL: Final[dict[Status, str]] = {
    "met": "#d9e8f5",
    "missed": "#f0b267",
    "unbounded": "#7a3b0b",
    "no_target": "#ffffff",
}
STATUS_INK: Final[dict[Status, str]] = {"met": INK, "missed": INK, "unbounded": "#ffffff", "no_target": MUTED}
# Cool colours only, so that no part of a bar looks like a status; light and dark alternate.
SERIES: Final = ("#1f4e79", "#9fc3e3", "#3f8782", "#d6dce2", "#8399af", "#ffffff")
SERIES_DARK: Final = ("#1f4e79", "#3f8782")
_NARROW: Final = frozenset("iljtfrI.,:;'|!()[] -")
_NARROW_EM, _LATIN_EM, _CAPITAL_EM, _WIDE_EM = 0.31, 0.55, 0.64, 1.0

Anchor = Literal["start", "middle", "end"]


def esc(content: object) -> str:
    """Text that is safe between tags and in quoted attributes."""
    return html.escape(words.clean(content), quote=True)


def coordinate(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def text(
    x: float,
    y: float,
    content: object,
    *,
    size: float = 9,
    anchor: Anchor = "start",
    fill: str = INK,
    font: str = "",
) -> str:
    """A line of text with its baseline at ``y``."""
    extra = f' text-anchor="{anchor}"' if anchor != "start" else ""
    extra += f' font-family="{font}"' if font else ""
    where = f'x="{coordinate(x)}" y="{coordinate(y)}"'
    return f'<text {where} font-size="{coordinate(size)}" fill="{fill}"{extra}>{esc(content)}</text>'


def mark(x: float, y: float, sign: str, *, size: float = 9, fill: str = INK, anchor: Anchor = "start") -> str:
    """A status mark in the font that has it."""
    return text(x, y, sign, size=size, fill=fill, anchor=anchor, font=MARK_FONT)


def rect(
    x: float, y: float, width: float, height: float, fill: str, stroke: str = "", dash: str = "", radius: float = 0
) -> str:
    """A rectangle."""
    extra = f' stroke="{stroke}"' if stroke else ""
    extra += f' stroke-dasharray="{dash}"' if dash else ""
    extra += f' rx="{coordinate(radius)}"' if radius else ""
    box = f'x="{coordinate(x)}" y="{coordinate(y)}" width="{coordinate(max(width, 0))}" height="{coordinate(height)}"'
    return f'<rect {box} fill="{fill}"{extra}/>'


def line(x1: float, y1: float, x2: float, y2: float, stroke: str = RULE, width: float = 0.8, dash: str = "") -> str:
    """A straight line."""
    extra = f' stroke-dasharray="{dash}"' if dash else ""
    ends = f'x1="{coordinate(x1)}" y1="{coordinate(y1)}" x2="{coordinate(x2)}" y2="{coordinate(y2)}"'
    return f'<line {ends} stroke="{stroke}" stroke-width="{coordinate(width)}"{extra}/>'


def path(d: str, stroke: str = "none", width: float = 1, fill: str = "none", dash: str = "") -> str:
    """A path."""
    extra = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{d}" fill="{fill}" stroke="{stroke}" stroke-width="{coordinate(width)}"{extra}/>'


def circle(x: float, y: float, radius: float, fill: str, stroke: str = "none", width: float = 1) -> str:
    """A circle."""
    where = f'cx="{coordinate(x)}" cy="{coordinate(y)}" r="{coordinate(radius)}"'
    return f'<circle {where} fill="{fill}" stroke="{stroke}" stroke-width="{coordinate(width)}"/>'


def document(height: float, title: str, description: str, body: Iterable[str], width: float = WIDTH) -> str:
    """The whole picture with its name and description for those who do not see it."""
    content = "".join(body)
    key = "c" + hashlib.sha256(f"{title}{description}{content}".encode()).hexdigest()[:10]
    wide, high = coordinate(width), coordinate(height)
    size = f'width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" font-family="{FONT}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{key}t {key}d" {size}>'
        f'<title id="{key}t">{esc(title)}</title><desc id="{key}d">{esc(description)}</desc>{content}</svg>'
    )


def text_width(content: str, size: float) -> float:
    """About how wide a text is drawn."""
    return size * sum(_em(char) for char in content)


def _em(char: str) -> float:
    if char in _NARROW:
        return _NARROW_EM
    if not char.isascii():
        return _WIDE_EM
    return _CAPITAL_EM if char.isupper() or char in "mwMW%@" else _LATIN_EM


def fit(content: object, width: float, size: float) -> str:
    """The text, cut with ``…`` where it would be wider than ``width``."""
    shown = words.clean(content)
    if text_width(shown, size) <= width:
        return shown
    while shown and text_width(shown + "…", size) > width:
        shown = shown[:-1]
    return shown.rstrip() + "…"


def nice_ticks(top: float, count: int = 5) -> list[float]:
    """Round numbers from 0 to just over ``top``."""
    if top <= 0:
        return [0.0, 1.0]
    raw = top / count
    step = 10 ** math.floor(math.log10(raw))
    step *= next(factor for factor in (1, 2, 2.5, 5, 10) if factor * step >= raw * 0.999)
    return [index * step for index in range(math.ceil(top / step * 0.999) + 1)]


def legend(entries: Iterable[tuple[str, str]], x: float, y: float, size: float = 8) -> list[str]:
    """Pairs of a drawn key (12 × 8, at the origin given by ``translate``) and its words, side by side."""
    parts, cursor = [], x
    for key, label in entries:
        parts.append(f'<g transform="translate({coordinate(cursor)} {coordinate(y - 7)})">{key}</g>')
        parts.append(text(cursor + 17, y, label, size=size, fill=MUTED))
        cursor += 17 + text_width(label, size) + 16
    return parts
