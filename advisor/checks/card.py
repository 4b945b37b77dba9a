"""A check's card (rules/checks/<ID>.yaml) and the way from what a condition found to the finding that people read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from advisor.model.finding import SEVERITY_ORDER, Finding, Severity
from advisor.model.graph import Workload
from advisor.model.inventory import Origin, Resource

MOST_PLACES: Final = 3
"""So many places are named in a finding; the others are counted."""
MOST_NAMED: Final = 10
"""So many resources are named in a finding; the others are counted."""
NO_WORKLOAD: Final = "no workload"
LEAST_BY_CLASS: Final[Severity] = "low"
"""A lighter class never lowers a finding below this: ``info`` is kept for what asks for nothing."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a check says. With ``by_class`` the severity is that of the heaviest class; each lighter one lowers it."""

    id: str
    title: str
    why: str
    severity: Severity
    by_class: bool
    fix: str
    source: str
    limits: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, raw: Mapping[str, object]) -> Card:
        """The card of a mapping; raises ``KeyError`` where one of its texts is missing."""
        severity = next(known for known in SEVERITY_ORDER if known == raw["severity"])
        limits = raw.get("limits")
        return cls(
            id=str(raw["id"]),
            title=str(raw["title"]),
            why=str(raw["why"]).strip(),
            severity=severity,
            by_class=raw.get("by_class") is True,
            fix=str(raw["fix"]).strip(),
            source=str(raw["source"]),
            limits={key: float(str(value)) for key, value in limits.items()} if isinstance(limits, Mapping) else {},
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a condition holds. ``subject`` ends the finding's id, ``words`` fill the blanks of the fix;
    ``severity`` stands over the card's where one check knows worse and lesser cases."""

    subject: str
    label: str
    detail: str
    resource: str | None = None
    workload: Workload | None = None
    places: tuple[Origin, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    severity: Severity | None = None

    @classmethod
    def on(cls, resource: Resource, workload: Workload | None, detail: str, *places: Origin, **words: str) -> Hit:
        """A hit on one resource, read where the resource was unless other places are named."""
        return cls(resource.id, resource.label, detail, resource.id, workload, places or (resource.origin,), words)


def origin_of(resource: Resource, *attributes: str) -> tuple[Origin, ...]:
    """Where these attributes of a resource were read, each place once."""
    found = (resource.field_origins.get(name, resource.origin) for name in attributes)
    return tuple(dict.fromkeys(found))


def finding_of(card: Card, hit: Hit, severity: Severity) -> Finding:
    """The finding: the card's words with the numbers found, where they were read, and the next step."""
    sentences = [_closed(hit.detail), _closed(card.why), _read_from(hit.places)]
    return Finding(
        id=f"{card.id}:{hit.subject}",
        severity=severity,
        title=f"{card.title}: {hit.label}",
        resource=hit.resource,
        workload=hit.workload.name if hit.workload else None,
        detail=" ".join(sentence for sentence in sentences if sentence),
        fix=card.fix.format(resource=hit.label, **hit.words),
        source=card.source,
    )


def lowered(severity: Severity, steps: int) -> Severity:
    """The severity so many steps lighter, never below the least one."""
    index = SEVERITY_ORDER.index(severity)
    return SEVERITY_ORDER[max(index, min(index + steps, SEVERITY_ORDER.index(LEAST_BY_CLASS)))]


def named(resources: Iterable[Resource]) -> str:
    """Labels in the order of their ids; beyond a number they are counted."""
    labels = [resource.label for resource in sorted(resources, key=lambda item: item.id)]
    return listed(labels, MOST_NAMED)


def listed(texts: Iterable[str], most: int = MOST_NAMED) -> str:
    """``a, b and 3 more``."""
    items = list(texts)
    if len(items) <= most:
        return ", ".join(items)
    return f"{', '.join(items[:most])} and {len(items) - most} more"


def counted(count: int, noun: str) -> str:
    """``1 disk``, ``3 disks``, ``2 vSwitches``."""
    ending = "" if count == 1 else "es" if noun.endswith("ch") else "s"
    return f"{count} {noun}{ending}"


def _read_from(places: Iterable[Origin]) -> str:
    texts = [text for text in dict.fromkeys(str(place) for place in places) if text]
    return f"Read from: {_counted_places(texts)}." if texts else ""


def _counted_places(texts: list[str]) -> str:
    if len(texts) <= MOST_PLACES:
        return "; ".join(texts)
    return f"{'; '.join(texts[:MOST_PLACES])}; and {len(texts) - MOST_PLACES} more"


def _closed(text: str) -> str:
    """The text as a sentence."""
    return text if not text or text.endswith((".", "?", "!")) else f"{text}."
