"""Reading values of the targets file: each reader returns the value or adds the mistake with its line and remedy."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

from advisor.model.finding import Mistake
from advisor.model.units import UnitError, parse_duration
from advisor.yaml_text import YamlDocument, close_words, is_number

Path = tuple[str | int, ...]


@dataclass
class Reader:
    """One document and the mistakes found in it so far."""

    file: str
    document: YamlDocument
    mistakes: list[Mistake] = field(default_factory=list)

    def add(self, path: Path, problem: str, remedy: str) -> None:
        """A mistake at the line of ``path``."""
        self.mistakes.append(Mistake(self.file, self.document.place(*path), problem, remedy))

    def by_line(self) -> list[Mistake]:
        """The mistakes in the order of their lines."""
        return sorted(self.mistakes, key=lambda mistake: int(mistake.place.rpartition(" ")[2] or 0))

    def mapping(self, path: Path, value: object, known: Collection[str] | None, what: str) -> Node | None:
        """The value as a mapping of known keys; each unknown key is a mistake that names the nearest known one."""
        if not isinstance(value, dict):
            found = "nothing" if value is None else "a list" if isinstance(value, list) else f"'{value}'"
            self.add(path, f"{what} is {found}, not 'key: value' pairs.", "Indent its keys below it.")
            return None
        node = Node(self, path, value)
        for key in value:
            if known is not None and key not in known:
                self.add(
                    (*path, key), f"unknown {_key_word(what)} '{key}' in {_whole(path, what)}.", close_words(key, known)
                )
        return node


def _key_word(what: str) -> str:
    return what if what in ("disruption",) else "key"


def _whole(path: Path, what: str) -> str:
    return ".".join(str(part) for part in path) or what


@dataclass
class Node:
    """A mapping of the file with its place."""

    reader: Reader
    path: Path
    value: dict[str, object]

    def __contains__(self, key: str) -> bool:
        return key in self.value

    def __getitem__(self, key: str) -> object:
        return self.value[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.value)

    def add(self, key: str | int | None, problem: str, remedy: str) -> None:
        """A mistake at a key of this mapping, or at the mapping itself."""
        self.reader.add(self.path if key is None else (*self.path, key), problem, remedy)

    def child(self, key: str, known: Collection[str] | None, what: str) -> Node | None:
        """The mapping below a key, without the keys that are not known (which are mistakes)."""
        node = self.reader.mapping((*self.path, key), self.value[key], known, what)
        if node is not None and known is not None:
            node.value = {name: value for name, value in node.value.items() if name in known}
        return node

    def spelt(self, key: str) -> str:
        """A value as the file spells it."""
        return self.reader.document.spelling.get((*self.path, key), str(self.value[key]))


def duration(node: Node, key: str) -> float | None:
    """Seconds; ``none`` is no target, hence None."""
    value = node[key]
    if value == "none":
        return None
    try:
        if value is None:
            raise UnitError("nothing is written. Write for example '15 min', '4 h', or 'none' for no target.")
        if isinstance(value, list | dict):
            raise UnitError("it is no duration. Write for example '15 min' or '4 h'.")
        return parse_duration(value)
    except UnitError as error:
        problem, _, remedy = str(error).partition(". ")
        node.add(key, f"{key}: {problem.rstrip('.')}.", remedy or "Write for example '15 min' or '4 h'.")
        return None


def number(node: Node, key: str) -> float | None:
    """A plain number."""
    if key not in node:
        return None
    value = node[key]
    if is_number(value):
        return float(value)
    node.add(key, f"{key}: '{value}' is no number.", "Write a plain number such as 10 or 0.5.")
    return None


MOST_A_MONTH: Final = Decimal(10) ** 12
MOST_AN_HOUR: Final = Decimal(10) ** 9  # a large company's sales of a year are some 10^8 of any currency here an hour


def amount(node: Node, key: str, most: Decimal = MOST_AN_HOUR) -> Decimal | None:
    """Money in the file's currency: a plain number, 0 or more, and no more than a slip of the unit would make it."""
    if key not in node:
        return None
    value = node[key]
    if is_number(value):
        try:
            found = Decimal(node.spelt(key))
        except InvalidOperation:
            found = Decimal(str(value))
        if 0 <= found <= most:
            return found
        if found > most:
            node.add(key, f"{key}: '{node.spelt(key)}' is more than {most:,}.", "Check the number and its unit.")
        else:
            node.add(key, f"{key}: '{node.spelt(key)}' is negative.", "Write 0 or more.")
        return None
    advice = "Write the plain number; the currency stands once in 'currency'."
    node.add(key, f"{key}: '{value}' is no amount.", advice)
    return None


_PERCENT = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*%\s*$")


def share(node: Node, key: str) -> float | None:
    """A share between 0 and 1, also written as a percentage."""
    if key not in node:
        return None
    value = node[key]
    match = _PERCENT.match(value) if isinstance(value, str) else None
    found = float(match.group(1)) / 100 if match else value
    if is_number(found) and 0 <= found <= 1:
        return float(found)
    node.add(key, f"{key}: '{value}' is no share.", "Write 0.5 or 50%; at most 1 or 100%.")
    return None


def percent(node: Node, key: str) -> float | None:
    """A percentage with its sign (``3%``) as a share; a bare number is a mistake."""
    if key not in node:
        return None
    value = node[key]
    match = _PERCENT.match(value) if isinstance(value, str) else None
    if match is None:
        shown = node.spelt(key)
        node.add(
            key,
            f"{key}: '{shown}' has no unit."
            if isinstance(value, int | float)
            else f"{key}: '{shown}' is no percentage.",
            f"Write '{shown}%'." if is_number(value) else "Write for example '3%'.",
        )
        return None
    found = float(match.group(1)) / 100
    if found > 1:
        node.add(
            key,
            f"{key}: '{value}' is more than 100%.",
            "Write the part of the data that changes in a day, at most 100%.",
        )
        return None
    return found


def member(node: Node, key: str, allowed: Sequence[str], what: str = "") -> str | None:
    """One of the allowed words; None where absent or wrong."""
    if key not in node:
        return None
    value = node[key]
    if isinstance(value, str) and value in allowed:
        return value
    node.add(key, f"unknown {what or key} '{value}'.", close_words(str(value), tuple(allowed)))
    return None


def truth(node: Node, key: str, default: bool) -> bool:
    """``true`` or ``false``."""
    if key not in node:
        return default
    value = node[key]
    if isinstance(value, bool):
        return value
    node.add(key, f"{key}: '{value}' is neither true nor false.", "Write true or false.")
    return default


def texts(node: Node, key: str) -> tuple[str, ...]:
    """A list of texts; a single text is a list of one."""
    if key not in node or node[key] is None:
        return ()
    value = node[key]
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        node.add(key, f"{key}: '{value}' is no list.", f"Write '{key}: [a, b]'.")
        return ()
    found = []
    for index, item in enumerate(value):
        if isinstance(item, str) and item.strip():
            found.append(item)
        elif is_number(item):
            found.append(node.reader.document.spelling.get((*node.path, key, index), str(item)))
        else:
            node.reader.add((*node.path, key, index), f"{key}: an entry is no text.", "Write a plain text there.")
    return tuple(found)
