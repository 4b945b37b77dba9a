"""YAML read strictly: what a person wrote is what the program gets, and every mistake has its line.

Numbers are plain decimal ints and floats, booleans are ``true`` and ``false``, nothing is ``null``, ``~`` or empty;
everything else stays text: dates, ``1:30``, ``yes``, ``0777``, ``1e3``. Keys are always text.

``load_yaml`` reads a document; ``Entry`` and ``FieldReader`` take it apart with the mistakes gathered on the way.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeGuard

import yaml

from advisor.model.finding import InputError, Mistake
from advisor.model.units import UnitError, parse_duration

Path = tuple[str | int, ...]

MOST_NAMED: Final = 30
"""So many words at most are told as a remedy."""

_INT = re.compile(r"-?(0|[1-9]\d{0,17})")
_FLOAT = re.compile(r"-?(0|[1-9]\d*)?\.\d+([eE][-+]?\d{1,3})?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TAB_INDENT = re.compile(r"^ *\t\s*\S")
_NULLS = frozenset({"", "~", "null"})
_BOOLEANS = {"true": True, "false": False}
_CORE = "tag:yaml.org,2002:"
_PLAIN = "plain"
_DEEPEST = 100

_QUOTE_STAR = "Quote a text that begins with '*' or '&', for example \"*-web\"."
_ALIGN = "Let the entries of one list or mapping begin in the same column, and quote texts that hold quotation marks."
_REMEDIES: tuple[tuple[str, str], ...] = (
    ("mapping values are not allowed", "Quote a text that holds ': ', as in \"a: b\", and check the indentation."),
    ("could not find expected ':'", "Write 'key: value' with a space after the colon."),
    ("alias", _QUOTE_STAR),
    ("anchor", _QUOTE_STAR),
    ("cannot start any token", "Quote a text that begins with %, @ or `, and indent with spaces."),
    ("another document", "Keep one document in the file; remove the line '---' in the middle of it."),
    ("end of stream", "Close the quotation mark or bracket that was opened."),
    ("special characters are not allowed", "Remove the invisible control character; save the file as UTF-8."),
    ("control characters are not allowed", "Remove the invisible control character; save the file as UTF-8."),
    ("tag", "Quote a text that begins with '!'."),
    ("flow", "Close the bracket that was opened, and put commas between its entries."),
    ("expected", _ALIGN),
)
_REMEDY = "Write YAML such as 'key: value', indented with spaces."


@dataclass(frozen=True)
class YamlDocument:
    """The value of a file, the line of each path in it, and how each number, boolean or null was spelt."""

    value: object
    lines: Mapping[Path, int]
    spelling: Mapping[Path, str] = field(default_factory=dict)

    def line(self, *path: str | int) -> int:
        """The line of a path, or of its nearest parent that is in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def place(self, *path: str | int) -> str:
        """``line 12``: the place of a path as a ``Mistake`` names it."""
        return f"line {self.line(*path)}"


class _PlainLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Builds the tree of nodes only and marks plain scalars (libyaml where the wheel has it, for speed)."""

    def resolve(self, kind: type[yaml.Node], _value: object, implicit: object) -> str:
        if kind is yaml.ScalarNode:
            return _PLAIN if isinstance(implicit, tuple) and implicit[0] else f"{_CORE}str"
        return f"{_CORE}seq" if kind is yaml.SequenceNode else f"{_CORE}map"


def load_yaml(text: str, file: str) -> YamlDocument:
    """Read a text as YAML; raises ``InputError`` with every tab, duplicate key and other mistake by line."""
    tabs = _tab_mistakes(text, file)
    if tabs:
        raise InputError(tabs)
    reader = _Reader(file)
    try:
        root = _compose(text)
        value = None if root is None else reader.read(root, ())
        reader.mistakes += _anchor_mistakes(text, file)
    except yaml.YAMLError as error:
        raise InputError([_parse_mistake(error, file)]) from None
    except UnicodeError:
        raise InputError([Mistake(file, "", "It is not valid Unicode text.", "Save the file as UTF-8.")]) from None
    except RecursionError:
        raise InputError([Mistake(file, "", "It is nested too deeply.", "Use fewer levels.")]) from None
    if reader.mistakes:
        raise InputError(reader.mistakes)
    return YamlDocument(value, reader.lines, reader.spelling)


def _compose(text: str) -> yaml.Node | None:
    loader = _PlainLoader(text.removeprefix("\ufeff"))
    try:
        node: yaml.Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


def _tab_mistakes(text: str, file: str) -> list[Mistake]:
    return [
        Mistake(file, f"line {number}", "A tab is used for indentation.", "Indent with spaces.")
        for number, line in enumerate(text.splitlines(), start=1)
        if _TAB_INDENT.match(line)
    ]


def _anchor_mistakes(text: str, file: str) -> list[Mistake]:
    """An anchor vanishes from the tree of nodes; the text is scanned again where it may hold one."""
    if "&" not in text:
        return []
    marks = [token.start_mark for token in yaml.scan(text, Loader=_PlainLoader) if isinstance(token, yaml.AnchorToken)]
    return [Mistake(file, f"line {mark.line + 1}", "Anchors (&) are not read.", _QUOTE_STAR) for mark in marks]


def _parse_mistake(error: yaml.YAMLError, file: str) -> Mistake:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed")
    context = f"{getattr(error, 'context', None) or ''} {problem}"
    remedy = next((advice for words, advice in _REMEDIES if words in context), _REMEDY)
    return Mistake(file, f"line {mark.line + 1}" if mark else "", f"This is no valid YAML: {problem}.", remedy)


class _Reader:
    """Walks the nodes of one document; gathers lines, spellings and mistakes on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self.spelling: dict[Path, str] = {}
        self.mistakes: list[Mistake] = []
        self._seen: set[int] = set()

    def read(self, node: yaml.Node, path: Path) -> object:
        """The plain Python value of a node."""
        line = self.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._seen:
            self._refuse(line, "Aliases (*) are not read.", f"Write the value out. {_QUOTE_STAR}")
            return None
        self._seen.add(id(node))
        if len(path) > _DEEPEST:
            raise RecursionError
        kind = node.tag.removeprefix(_CORE)
        if isinstance(node, yaml.MappingNode) and kind == "map":
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and kind == "seq":
            return [self.read(child, (*path, index)) for index, child in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and kind in (_PLAIN, "str"):
            return self._scalar(node, path)
        self._refuse(line, f"The tag '{kind}' is not read.", "Leave it out; quote a text that begins with '!'.")
        return None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        entries: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self._key(key_node, line)
            if key is None:
                continue
            if key in entries:
                problem = f"The key '{key}' is given twice, first in line {self.lines[(*path, key)]}."
                self._refuse(line, problem, "Keep one of the two.")
                continue
            self.lines[(*path, key)] = line
            entries[key] = self.read(value_node, (*path, key))
        return entries

    def _key(self, node: yaml.Node, line: int) -> str | None:
        if not isinstance(node, yaml.ScalarNode) or not str(node.value).strip():
            self._refuse(line, "A key is no plain text.", "Write 'key: value'; quote a text that begins with '{'.")
            return None
        if node.value == "<<" and node.tag == _PLAIN:
            self._refuse(line, "Merge keys (<<) are not read.", "Write the entries out.")
            return None
        return str(node.value)

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> object:
        text = str(node.value)
        if node.tag != _PLAIN:
            return text
        value = _plain(text)
        if not isinstance(value, str):
            self.spelling[path] = text
        return value

    def _refuse(self, line: int, problem: str, remedy: str) -> None:
        self.mistakes.append(Mistake(self.file, f"line {line}", problem, remedy))


def _plain(text: str) -> object:
    """The value of an unquoted scalar."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


@dataclass(frozen=True)
class Entry:
    """A place in a document and the value there."""

    file: str
    document: YamlDocument
    path: Path = ()

    @property
    def value(self) -> object:
        """What stands there; None where nothing does."""
        value: Any = self.document.value
        for step in self.path:
            if isinstance(value, dict):
                value = value.get(step)
            else:
                value = value[step] if isinstance(value, list) and isinstance(step, int) else None
        return value

    @property
    def fields(self) -> Mapping[str, object]:
        """The mapping that stands there, empty where it is none."""
        value = self.value
        return value if isinstance(value, dict) else {}

    @property
    def place(self) -> str:
        """``line 12``."""
        return self.document.place(*self.path)

    @property
    def where(self) -> str:
        """``file, line 12``."""
        return f"{self.file}, {self.place}"

    def child(self, step: str | int) -> Entry:
        """The place of one key or index below."""
        return Entry(self.file, self.document, (*self.path, step))

    def children(self) -> Iterator[Entry]:
        """All places below."""
        value = self.value
        steps: Iterable[str | int] = range(len(value)) if isinstance(value, list) else self.fields
        return (self.child(step) for step in steps)


class FieldReader:
    """Typed access to the fields of entries; whatever does not fit becomes a mistake."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes

    def report(self, entry: Entry, problem: str, remedy: str) -> None:
        """One mistake at the entry's line."""
        self.mistakes.append(Mistake(entry.file, entry.place, problem, remedy))

    def keys(self, entry: Entry, allowed: frozenset[str]) -> bool:
        """Whether the entry is a mapping; each key it should not have is reported."""
        if not isinstance(entry.value, dict):
            self.report(entry, "Here a mapping 'key: value' is expected.", f"Write the keys {listed(allowed)}.")
            return False
        for key in entry.fields:
            if key not in allowed:
                self.report(entry.child(key), f"The key '{key}' is unknown.", close_words(key, allowed))
        return True

    def items(self, entry: Entry, what: str) -> Iterator[Entry]:
        """The elements of a list."""
        if isinstance(entry.value, list):
            return entry.children()
        self.report(entry, f"Here a list of {what} is expected.", "Begin each entry with '- '.")
        return iter(())

    def text(self, entry: Entry, key: str, needed: bool = True) -> str | None:
        """A text, not empty."""
        value = entry.fields.get(key)
        if value is None:
            if needed:
                self.report(entry, f"'{key}' is missing{of_whom(entry)}.", f"Add '{key}: …'.")
            return None
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.report(entry.child(key), f"'{key}' is no text{of_whom(entry)}.", "Write it in quotation marks.")
        return None

    def number(self, entry: Entry, key: str) -> float | None:
        """A number of zero or more."""
        value = entry.fields.get(key)
        if is_number(value) and value >= 0:
            return float(value)
        problem = "is missing" if value is None else "is no number of zero or more"
        at = entry if value is None else entry.child(key)
        self.report(at, f"'{key}' {problem}{of_whom(entry)}.", f"Write for example '{key}: 10'.")
        return None

    def flag(self, entry: Entry, key: str) -> bool:
        """true or false; false where it is left out."""
        value = entry.fields.get(key, False)
        if isinstance(value, bool):
            return value
        self.report(entry.child(key), f"'{key}' is neither true nor false: '{value}'.", "Write true or false.")
        return False

    def day(self, entry: Entry, key: str) -> str | None:
        """A date as text."""
        value = entry.fields.get(key)
        if value is None:
            return None
        if isinstance(value, str) and _is_date(value):
            return value
        self.report(entry.child(key), f"'{value}' is no date.", "Write it as 2026-04-01.")
        return None

    def duration(self, entry: Entry, key: str) -> float | None:
        """Seconds of ``15 min``; None for ``none`` and for nothing."""
        value = entry.fields.get(key)
        if value is None or value == "none":
            return None
        try:
            return parse_duration(value)
        except UnitError as error:
            problem, _, remedy = str(error).partition(". ")
            self.report(entry.child(key), f"{key}: {problem}.", remedy)
            return None

    def texts(self, entry: Entry, key: str, least: int = 1, most: int | None = None) -> tuple[str, ...]:
        """A list of texts with a number of entries between two bounds."""
        value = entry.fields.get(key)
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            problem = f"'{key}' is missing or no list of texts{of_whom(entry)}."
            self.report(entry, problem, f"Write '{key}: [first, second]'.")
            return ()
        if len(value) < least or (most is not None and len(value) > most):
            bounds = f"{least} to {most}" if most is not None else f"{least} or more"
            self.report(entry.child(key), f"'{key}' has {len(value)} entries{of_whom(entry)}.", f"Give it {bounds}.")
        return tuple(value)

    def choices(self, entry: Entry, key: str, allowed: Iterable[str]) -> tuple[str, ...]:
        """A list of texts, each of them one of those allowed."""
        known = tuple(allowed)
        found = self.texts(entry, key)
        for item in found:
            if item not in known:
                self.report(entry.child(key), f"'{item}' is no value of '{key}'.", close_words(item, known))
        return found


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value is a number and no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return _DATE.fullmatch(text) is not None


def of_whom(entry: Entry) -> str:
    """`` of 'x'`` where the entry has an id."""
    name = entry.fields.get("id")
    return f" of '{name}'" if isinstance(name, str) else ""


def listed(words: Iterable[str]) -> str:
    """``a, b or c``."""
    ordered = list(words) if isinstance(words, tuple | list) else sorted(words)
    return ordered[0] if len(ordered) == 1 else f"{', '.join(ordered[:-1])} or {ordered[-1]}"


def close_words(word: str, known: Iterable[str]) -> str:
    """The known words nearest to a wrong one, as a remedy."""
    candidates = sorted(known)
    near = difflib.get_close_matches(word, candidates, n=3, cutoff=0.6)
    if near:
        return f"Did you mean {listed([repr(item) for item in near])}?"
    if not 0 < len(candidates) <= MOST_NAMED:
        return "None of the known ones resembles it."
    return f"Write {listed(candidates)}."
