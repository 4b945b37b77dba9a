"""A font of two glyphs, ✓ and ✗: the packaged Chinese font has no cross, and system fonts are not relied on."""

from __future__ import annotations

import base64
import functools
import io
from collections.abc import Sequence

FAMILY = "Advisor Marks"
_EM = 1000
_ADVANCE = 860
Points = Sequence[tuple[int, int]]
_TICK: Points = ((60, 345), (150, 430), (325, 250), (710, 690), (800, 605), (330, 80))
_CROSS: Points = (
    (90, 160), (330, 395), (95, 630), (185, 720), (425, 485), (660, 720),
    (750, 630), (515, 395), (755, 160), (665, 70), (425, 305), (180, 70),
)  # fmt: skip


@functools.cache
def data_url() -> str:
    """The font as a ``data:`` address, the same bytes at each call."""
    return "data:font/ttf;base64," + base64.b64encode(_font()).decode("ascii")


def _font() -> bytes:
    from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped, unused-ignore]

    builder = FontBuilder(_EM, isTTF=True)
    builder.updateHead(created=0, modified=0)
    builder.setupGlyphOrder([".notdef", "tick", "cross"])
    builder.setupCharacterMap({ord("✓"): "tick", ord("✗"): "cross"})
    outlines = {".notdef": _glyph(()), "tick": _glyph(_TICK), "cross": _glyph(_CROSS)}
    builder.setupGlyf(outlines)
    builder.setupHorizontalMetrics(dict.fromkeys(outlines, (_ADVANCE, 0)))
    builder.setupHorizontalHeader(ascent=_EM - 120, descent=-120)
    builder.setupNameTable({"familyName": FAMILY, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=_EM - 120, sTypoDescender=-120, usWinAscent=_EM, usWinDescent=200)
    builder.setupPost()
    buffer = io.BytesIO()
    builder.font.recalcTimestamp = False
    builder.save(buffer)
    return buffer.getvalue()


def _glyph(points: Points) -> object:
    from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped, unused-ignore]

    pen = TTGlyphPen(None)
    if points:
        pen.moveTo(points[0])
        for point in points[1:]:
            pen.lineTo(point)
        pen.closePath()
    return pen.glyph()
