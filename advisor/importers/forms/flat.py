"""Names with dots or indices (``tags.app``, ``VpcAttributes.VpcId``, ``IpAddress[0]``) as the tree they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from advisor.importers.numbers import is_whole

_INDEX: Final = re.compile(r"\[(\d*)\]")


def unflatten(flat: Mapping[str, object]) -> dict[str, object]:
    """``security_groups.#``/``.1793869632`` as a list, ``tags.%`` as a mapping (its keys may hold dots), the rest as
    it is."""
    maps = {str(key)[:-2] for key in flat if str(key).endswith(".%")}
    tree: dict[str, object] = {}
    for key in sorted(flat, key=_order):
        parts = _parts(str(key), maps)
        if parts[-1] in ("%", "#"):
            _branch(tree, parts[:-1])
        else:
            _branch(tree, parts[:-1])[parts[-1]] = flat[key]
    return {name: _folded(value, name, maps) for name, value in tree.items()}


def _order(key: object) -> list[tuple[int, int, str]]:
    """Indices by their number, so that the tenth element does not come before the second."""
    return [(0, int(part), "") if is_whole(part) else (1, 0, part) for part in str(key).split(".")]


def _parts(key: str, maps: set[str]) -> list[str]:
    for name in maps:
        if key.startswith(f"{name}.") and key != f"{name}.%":
            return [*name.split("."), key[len(name) + 1 :]]
    return key.split(".")


def tree_of(row: Mapping[str, object]) -> dict[str, object]:
    """A row of a table whose columns are paths: a tree; a column without dots stays as it is."""
    if not any("." in name or "[" in name for name in row):
        return dict(row)
    return unflatten({_INDEX.sub(r".\1", name).strip("."): value for name, value in row.items()})


def _branch(tree: dict[str, object], parts: list[str]) -> dict[str, object]:
    for part in parts:
        inner = tree.get(part)
        if not isinstance(inner, dict):
            inner = tree[part] = {}
        tree = inner
    return tree


def _folded(value: object, path: str, maps: set[str]) -> object:
    if not isinstance(value, dict):
        return value
    inner = {key: _folded(item, f"{path}.{key}", maps) for key, item in value.items()}
    if path in maps or not all(key.isdigit() for key in inner):
        return inner
    return list(inner.values())
