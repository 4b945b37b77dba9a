"""YAML read strictly: what a person wrote is what the program gets, and every mistake has its line.

Numbers are plain decimal ints and floats, booleans are ``true`` and ``false``, nothing is ``null``, ``~`` or empty;
everything else stays text: dates, ``1:30``, ``yes``, ``0777``, ``1e3``. Keys are always text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from advisor.model.finding import InputError, Mistake

Path = tuple[str | int, ...]

_INT = re.compile(r"-?(0|[1-9]\d{0,17})")
_FLOAT = re.compile(r"-?(0|[1-9]\d*)?\.\d+([eE][-+]?\d{1,3})?")
_TAB_INDENT = re.compile(r"^ *\t\s*\S")
_NULLS = frozenset({"", "~", "null"})
_BOOLEANS = {"true": True, "false": False}
_CORE = "tag:yaml.org,2002:"

_QUOTE_STAR = "Quote a text that begins with '*' or '&', for example \"*-web\"."
_ALIGN = "Let the entries of one list or mapping begin in the same column, and quote texts that hold quotation marks."
_REMEDIES: tuple[tuple[str, str], ...] = (
    ("mapping values are not allowed", "Quote a text that holds ': ', for example \"a: b\", and check the indentation."),
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
    """Builds the tree of nodes only and resolves no scalar (libyaml where the wheel has it, for speed)."""

    yaml_implicit_resolvers: dict[str, Any] = {}


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
        self.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self._seen:
            return self._refuse(node, "Aliases (*) are not read.", f"Write the value out. {_QUOTE_STAR}")
        self._seen.add(id(node))
        kind = node.tag.removeprefix(_CORE)
        if isinstance(node, yaml.MappingNode) and kind == "map":
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and kind == "seq":
            return [self.read(child, (*path, index)) for index, child in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and kind in ("str", "!"):
            return self._scalar(node, path)
        return self._refuse(node, f"The tag '{kind}' is not read.", "Leave it out, or quote a text that begins with '!'.")

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        entries: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key is None:
                continue
            if key in entries:
                first = self.lines[(*path, key)]
                self._refuse(key_node, f"The key '{key}' is given twice, first in line {first}.", "Keep one of the two.")
                continue
            self.lines[(*path, key)] = key_node.start_mark.line + 1
            entries[key] = self.read(value_node, (*path, key))
        return entries

    def _key(self, node: yaml.Node) -> str | None:
        if not isinstance(node, yaml.ScalarNode) or not str(node.value).strip():
            self._refuse(node, "A key is no plain text.", "Write 'key: value'; quote a text that begins with '{' or '['.")
            return None
        if node.value == "<<" and not node.style:
            self._refuse(node, "Merge keys (<<) are not read.", "Write the entries out.")
            return None
        return str(node.value)

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> object:
        text = str(node.value)
        if node.style or node.tag == "!":
            return text
        value = _plain(text)
        if not isinstance(value, str):
            self.spelling[path] = text
        return value

    def _refuse(self, node: yaml.Node, problem: str, remedy: str) -> None:
        self.mistakes.append(Mistake(self.file, f"line {node.start_mark.line + 1}", problem, remedy))


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
