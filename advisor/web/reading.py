"""Taking an inventory over, with the names that the user gave to columns, and forgetting what rested on the last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from advisor.api.asking import safe_name
from advisor.api.column_fields import MAPPING_FILE, load_mapped
from advisor.api.columns import FoundTable, check_mapping, columns_in
from advisor.model.finding import InputError, Mistake
from advisor.model.inventory import ImportResult
from advisor.reporting import words
from advisor.web.session import Handed, Loaded, Session, books


def take(state: Session, handed: Handed) -> bool:
    """Take over what was handed in; False where nothing could be read. Its unknown columns are there to be named."""
    state.mapping, state.mapping_mistakes = {}, ()
    with st.spinner("Reading the inventory"):
        found, state.read_mistakes = _read(handed, {})
        # Files are kept only where they can be read again with more of their columns.
        state.tables = _to_name(handed)
    state.handed = handed if any(table.unknown for table in state.tables) else None
    state.readable = _without(handed, state.read_mistakes)
    state.mapping_version += 1
    if found is not None:
        _settle(state, handed, found)
    return found is not None


def take_mapped(state: Session, mapping: Mapping[str, str], file: str = MAPPING_FILE) -> bool:
    """Read what was handed in again with names for its columns; False, with every mistake kept, where that fails."""
    handed = state.handed
    if handed is None:
        return False
    with st.spinner("Reading the inventory"):
        state.mapping_mistakes = check_mapping(handed.ask(lambda paths: columns_in(paths, mapping)), mapping, file)
        if state.mapping_mistakes:
            return False
        found, state.mapping_mistakes = _read(handed, mapping)
    if found is None:
        return False
    state.mapping, state.read_mistakes = dict(mapping), ()
    state.mapping_version += 1
    _settle(state, handed, found)
    return True


def _read(handed: Handed, mapping: Mapping[str, str]) -> tuple[ImportResult | None, tuple[Mistake, ...]]:
    try:
        return handed.ask(lambda paths: load_mapped(paths, mapping)), ()
    except InputError as error:
        return None, error.mistakes
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return None, (Mistake(handed.title, "", f"it cannot be read ({reason}).", "Check the path."),)


def _to_name(handed: Handed) -> tuple[FoundTable, ...]:
    """The tables with headers of one's own, one for each set of headers."""
    found: dict[tuple[str, ...], FoundTable] = {}
    try:
        tables = handed.ask(columns_in)
    except (OSError, ValueError):  # a path that cannot be one; reading it has said so
        return ()
    for table in tables:
        found.setdefault(tuple(column.header for column in table.columns), table)
    return tuple(found.values())


def _without(handed: Handed, mistakes: Sequence[Mistake]) -> Handed | None:
    """What is left of uploaded files without those that have mistakes; None where that is all or nothing of them."""
    wrong = {mistake.file.split("/")[0] for mistake in mistakes}
    names = [safe_name(name, "") for name, _ in handed.files]
    left = tuple(file for file, name in zip(handed.files, names, strict=True) if name not in wrong)
    if not left or len(left) == len(handed.files):
        return None
    title = words.listing([name for name, _ in left])
    return Handed(title, left, without=tuple(dict.fromkeys(name for name in names if name in wrong)))


def _settle(state: Session, handed: Handed, imported: ImportResult) -> None:
    books()
    state.loaded = Loaded(handed.title, imported, handed.without)
    state.draft = state.grid = state.current = None
    state.past = ()
    state.targets_mistakes = ()
    state.workload = ""
    state.plans.clear()
    state.files.clear()
