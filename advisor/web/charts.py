"""The report's charts on a page: pictures, not markup, on white in a dark theme too."""

from __future__ import annotations

import streamlit as st

from advisor.reporting import words

_PAPER = '<rect width="100%" height="100%" fill="#ffffff"/>'
# The charts are laid out for a narrow font; a wide one, where no other is installed, is drawn smaller to fit.
_NARROW = '<svg style="font-size-adjust:0.49"'
WIDTH = 900


def picture(svg: str, alt: str, width: int = WIDTH) -> None:
    """One chart; ``alt`` says what it shows to those who do not see it."""
    head, tag, rest = svg.replace("<svg", _NARROW, 1).partition(">")
    st.image(f"{head}{tag}{_PAPER}{rest}", width=width, alt=words.clean(alt))
