"""XML answers (``Format=XML``), turned into what the JSON answer of the same call would be. Declarations of document
types and entities are refused: that is where XML attacks live."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

from advisor.importers.api_json import hint_of, read_value
from advisor.importers.catalogue import HINTS
from advisor.importers.fields import plain
from advisor.importers.forms import errors
from advisor.importers.records import Collector, Context
from advisor.importers.remedies import OTHER_FORM
from advisor.importers.sources import RefusedError
from advisor.model.inventory import Origin

_FORBIDDEN = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_DECLARATION = re.compile(r"<\?xml\b[^>]*\?>")
MAX_DEPTH = 60


def matches(text: str) -> bool:
    """Whether a text is XML: it begins with a tag or a declaration."""
    return re.match(r"\s*(<\?xml\b|<[A-Za-z][\w.:-]*[\s/>])", text) is not None


def read(text: str, context: Context, collector: Collector) -> bool:
    """Read the XML answers of a text; raises ``RefusedError`` for broken or dangerous ones."""
    if _FORBIDDEN.search(text):
        raise RefusedError(
            "XML with a document type or entities is not read.", "Export it as JSON, or remove the DOCTYPE."
        )
    try:
        # Entities are refused above, so that the standard parser cannot be made to expand any. Answers that stand one
        # after the other are made one document.
        root = ElementTree.fromstring(f"<answers>{_DECLARATION.sub('', text.rstrip())}</answers>")  # noqa: S314
    except ElementTree.ParseError as error:
        line = error.position[0]
        raise RefusedError("it is no valid XML.", "Export it again, the whole of it.", f"line {line}") from None
    unread = [answer for answer in root if not _read_answer(answer, context, collector)]
    if len(unread) == len(root):
        return False
    for answer in unread:
        collector.skip(_tag(answer), "no answer of an operation that is known", Origin(context.file), OTHER_FORM)
    return True


def _read_answer(answer: ElementTree.Element, context: Context, collector: Collector) -> bool:
    operation = re.sub(r"(Response|Result)$", "", _tag(answer))
    value = _value(answer, 0)
    if errors.matches(value):
        return errors.read(value, context, collector)
    if not isinstance(value, dict) or not hint_of(operation):
        return False
    return read_value(value, context.but(operation=operation, place=_tag(answer)), collector)


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _value(element: ElementTree.Element, depth: int) -> object:
    """Text of a leaf; of others a mapping in which what repeats is a list."""
    if depth > MAX_DEPTH:
        raise RefusedError("the XML is nested too deeply.", "Export the list again.")
    if not len(element):
        content = (element.text or "").strip()
        return {} if not content and plain(_tag(element)) in HINTS else content
    found: dict[str, object] = {}
    for child in element:
        name, value = _tag(child), _value(child, depth + 1)
        known = found.get(name)
        if name not in found:
            found[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            found[name] = [known, value]
    return found
