"""What reading produces before merging: drafts of resources, lists that were seen, things left out, findings."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from advisor.importers.convert import as_records, as_tags, no_scalar
from advisor.importers.fields import ABSENT, Convert, Record, Source, first, keys_of, sources_in, text
from advisor.importers.places import KIND_OF_PREFIX, is_region, region_of_zone, zones_in
from advisor.importers.remedies import MORE_LIKE_IT
from advisor.importers.secrets import is_secret_name, looks_like_key
from advisor.model.finding import Finding, Mistake, Severity
from advisor.model.inventory import Kind, Origin, Skipped

if TYPE_CHECKING:
    from advisor.importers.blocks import Block
    from advisor.importers.columns import Rows

FINDINGS_PER_FILE: Final = 20
PLANS_LIMIT: Final = 5_000
_ADDRESS: Final = re.compile(r"\s*(?:[0-9]{1,3}\.){3}[0-9]{1,3}\s*|[0-9A-Fa-f]*:[0-9A-Fa-f:.]+")
_LETTERED: Final = frozenset(KIND_OF_PREFIX.values())
RANK_QUOTED: Final = 0
RANK_STATE: Final = 1
RANK_TABLE: Final = 2
RANK_ANSWER: Final = 3
"""Which of two undated sources counts where they disagree: what the cloud answered, whole and as a machine wrote it;
then a table (part of an answer at best, often kept by hand); then a state, which holds what its tool last knew; then
JSON quoted in other text, where it is an example as a rule."""


class Draft(Struct):
    """One observation of one resource. A ``partial`` one only adds to a resource that something else lists."""

    kind: Kind
    id: str
    place: str
    name: str = ""
    region: str | None = None
    zone: str | None = None
    zones: tuple[str, ...] = ()
    status: str | None = None
    tags: dict[str, str] | None = None
    attributes: dict[str, object] = msgspec.field(default_factory=dict)
    partial: bool = False
    unite: frozenset[str] = frozenset()
    odd: tuple[str, ...] = ()
    """Values in records inside this one that cannot be read, each in words that begin with its name; said of the
    resource once its file is read (``soundness``)."""

    def read(self, name: str, convert: Convert, value: object) -> object:
        """A value of a record inside this one, as ``convert`` reads it; ABSENT where nothing is said, and where it
        cannot be read, which is kept in ``odd``."""
        if value is ABSENT:
            return value
        try:
            return convert(value)
        except ValueError as error:
            self.odd = (*self.odd, f"{name} {error}")
            return ABSENT

    def worded(self, name: str, value: object) -> str:
        """A value that must be a text, as ``read``; empty where there is none."""
        error = no_word(value)
        if error:
            self.odd = (*self.odd, f"{name} {error}")
        return "" if error else text(value)

    def listed(self, name: str, value: object, *marks: str) -> tuple[Record, ...] | None:
        """The records of a list inside this one, each with one of the fields ``marks``, as ``read``; None where nothing
        is said, and where something in the list is no such record: it is then not known that there is none."""
        found = self.read(name, lambda given: as_records(given, marks), value)
        return found if isinstance(found, tuple) else None


class Context(Struct, frozen=True):
    """What is known about a document beside its text: file, place, region asked for, time and rank of the answer."""

    file: str
    place: str = ""
    region: str | None = None
    observed_at: str | None = None
    rank: int = RANK_ANSWER
    serial: int = 0
    operation: str = ""
    path: str = ""

    def at(self, place: str) -> Context:
        """The same at a place further in."""
        joined = f"{self.place}.{place}" if self.place and not place.startswith("[") else f"{self.place}{place}"
        return self.but(place=joined)

    def but(self, **changes: object) -> Context:
        """The same with some fields changed."""
        return replace(self, **changes)


@dataclass(slots=True)
class Batch:
    """The drafts of one document, with what they have in common; those of long lists as blocks of columns."""

    context: Context
    drafts: list[Draft] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ListSeen:
    """One list answer: how many there were, how many there should be, whether more pages follow, and which part of its
    kind it lists where an account keeps the kind in several lists; ``unsure`` where rows of it were lost or it does not
    say in a readable way whether it is whole, so that what is not in it is not known to be absent."""

    kind: Kind
    operation: str
    region: str
    ids: tuple[str, ...]
    origin: Origin
    total: int | None = None
    more: bool = False
    page: str = ""
    rows: int = 0
    part: str = ""
    unsure: bool = False


@dataclass
class Collector:
    """Everything that reading gathers; nothing is thrown away silently."""

    batches: list[Batch] = field(default_factory=list)
    lists: list[ListSeen] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    unread: list[Mistake] = field(default_factory=list)
    forms: list[tuple[str, str]] = field(default_factory=list)
    pairs: set[tuple[str, str]] = field(default_factory=set)
    _noted: dict[tuple[str, str], int] = field(default_factory=dict)
    _skipped: set[tuple[str, str]] = field(default_factory=set)

    def absorb(self, other: Collector) -> None:
        """Add what was gathered from another file."""
        self.batches += other.batches
        self.lists += other.lists
        self.skipped += other.skipped
        self.findings += other.findings
        self.mistakes += other.mistakes
        self.unread += other.unread
        self.forms += other.forms
        self.pairs |= other.pairs
        for key, count in other._noted.items():
            self._noted[key] = self._noted.get(key, 0) + count
        self._skipped |= other._skipped

    def batch(self, context: Context) -> Batch:
        """A new batch for a document."""
        batch = Batch(context)
        self.batches.append(batch)
        return batch

    def form(self, file: str, name: str) -> None:
        """Remember the form in which a file came."""
        if (file, name) not in self.forms:
            self.forms.append((file, name))

    def skip(self, resource: str, reason: str, where: Origin, remedy: str) -> None:
        """Remember something that was read and left out, and what to do about it."""
        self.skipped.append(Skipped(resource, reason, where, remedy))

    def skip_once(self, resource: str, reason: str, where: Origin, remedy: str) -> None:
        """The same, once for a file however often it is met there."""
        if (where.file, reason) not in self._skipped:
            self._skipped.add((where.file, reason))
            self.skip(resource, reason, where, remedy)

    def note(
        self,
        finding_id: str,
        severity: Severity,
        title: str,
        where: Origin,
        detail: str,
        fix: str,
        resource: str | None = None,
    ) -> None:
        """A finding about the input; of one sort in one file the first few are kept and the rest counted."""
        key = (finding_id, where.file)
        self._noted[key] = count = self._noted.get(key, 0) + 1
        if count <= FINDINGS_PER_FILE:
            self.findings.append(
                Finding(
                    id=finding_id,
                    severity=severity,
                    title=title,
                    resource=resource,
                    detail=f"{where}: {detail}",
                    fix=fix,
                )
            )

    def overflow(self) -> Iterable[Finding]:
        """One finding for each sort and file of which more were met than are listed."""
        for (finding_id, file), count in sorted(self._noted.items()):
            if count > FINDINGS_PER_FILE:
                rest = count - FINDINGS_PER_FILE
                yield Finding(
                    id=finding_id,
                    severity="info",
                    title=f"{rest} more findings like this one in {file}",
                    detail=f"{file}: {count} in all, {FINDINGS_PER_FILE} listed.",
                    fix=MORE_LIKE_IT,
                )


@dataclass(frozen=True, slots=True)
class Field:
    """One canonical attribute: the fields it may come from, best first, and how its value is read."""

    name: str
    sources: tuple[str, ...]
    convert: Convert


@dataclass(frozen=True)
class Spec:
    """How records of one kind are read. Any set of plain field names in ``needs`` marks a record as this kind.

    ``finish_block`` does for many records of one shape what ``finish`` does for one; ``finish_reads`` are the plain
    names of the only fields that ``finish`` looks at (none: any). ``part`` names the call whose list this is where
    several together list the kind (``advisor.model.inventory.LISTED_IN_PARTS``)."""

    kind: Kind
    id: tuple[str, ...]
    fields: tuple[Field, ...]
    needs: tuple[frozenset[str], ...] = ()
    hints: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    region: tuple[str, ...] = ("RegionId", "Region", "region_id")
    zone: tuple[str, ...] = ("ZoneId", "availability_zone", "zone")
    status: tuple[str, ...] = ("Status",)
    tags: tuple[str, ...] = ("Tags", "tags_src")
    refuses: frozenset[str] = frozenset()
    unite: frozenset[str] = frozenset()
    finish: Callable[[Draft, Record], None] | None = None
    extra: Callable[[Draft, Record, Context, Batch, Collector], None] | None = None
    finish_block: Callable[[Block, Rows], None] | None = None
    finish_reads: frozenset[str] = frozenset()
    part: str = ""
    plans: dict[tuple[str, ...], Plan] = field(default_factory=dict, compare=False, repr=False)

    def fits(self, record: Record) -> bool:
        """Whether the record has the fields that mark this kind."""
        names = keys_of(record).keys()
        return not (self.refuses & names) and any(need <= names for need in self.needs)


def field_of(name: str, sources: str, convert: Convert) -> Field:
    """A field from sources written ``A | B.C``."""
    return Field(name, tuple(part.strip() for part in sources.split("|")), convert)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a record of one shape holds what a specification asks for (worked out once for each shape). ``used``
    gathers the keys that were looked at, so that a block fetches them all in one pass. ``nested`` are the keys whose
    values hold fields that are asked for and are nothing themselves."""

    id: tuple[Source, ...]
    name: tuple[Source, ...]
    region: tuple[Source, ...]
    zone: tuple[Source, ...]
    status: tuple[Source, ...]
    tags: tuple[Source, ...]
    fields: tuple[tuple[str, Convert, tuple[Source, ...]], ...]
    used: dict[str, None] = field(default_factory=dict)
    nested: tuple[str, ...] = ()


def plan_of(spec: Spec, record: Record) -> Plan:
    """Where records of this shape hold what the specification asks for."""
    shape = tuple(record)
    known = spec.plans.get(shape)
    if known is not None:
        return known
    given = ((one.name, one.convert, sources_in(record, one.sources)) for one in spec.fields)
    fields = tuple(one for one in given if one[2])
    plan = Plan(
        id=sources_in(record, spec.id),
        name=sources_in(record, spec.name),
        region=sources_in(record, spec.region),
        zone=sources_in(record, spec.zone),
        status=sources_in(record, spec.status),
        tags=sources_in(record, spec.tags),
        fields=fields,
        nested=_nested(fields),
    )
    if len(spec.plans) < PLANS_LIMIT:
        spec.plans[shape] = plan
    return plan


def _nested(fields: tuple[tuple[str, Convert, tuple[Source, ...]], ...]) -> tuple[str, ...]:
    below = dict.fromkeys(key for _, _, sources in fields for key, rest in sources if rest)
    flat = {key for _, _, sources in fields for key, rest in sources if not rest}
    return tuple(key for key in below if key not in flat)


def read_record(spec: Spec, record: Record, context: Context, batch: Batch, collector: Collector) -> Draft | None:
    """The draft of one record, added to the batch; None (and a finding) where the record has no id."""
    plan = plan_of(spec, record)
    given = first(record, plan.id)
    resource_id = "" if no_id(spec.kind, given) else text(given)
    if not resource_id:
        note_no_id(spec, given, context, collector)
        return None
    draft = Draft(spec.kind, resource_id, context.place)
    _common(draft, plan, record, context, collector)
    for name, convert, sources in plan.fields:
        value = first(record, sources)
        if value is not ABSENT:
            _set_field(draft, name, convert, value, context, collector)
    if spec.finish:
        spec.finish(draft, record)
    _complete_place(draft, context)
    draft.unite = spec.unite
    batch.drafts.append(draft)
    if spec.extra:
        spec.extra(draft, record, context, batch, collector)
    return draft


def no_id(kind: Kind, value: object) -> bool:
    """Whether a value is none that a resource of this kind can have as its id: a truth value, or a number where ids of
    the kind have letters before them. Ids of some kinds are digits alone, which an answer may give as a number."""
    return isinstance(value, bool) or (isinstance(value, int | float) and kind in _LETTERED)


def note_no_id(spec: Spec, given: object, context: Context, collector: Collector) -> None:
    """Say of a record that it has no id, or what stands in the place of one."""
    where, title = Origin(context.file, context.place), f"A record of kind {spec.kind} has no id"
    none = f"none of {', '.join(spec.id)} is filled" if given is ABSENT or not text(given) else ""
    detail = f"{none or f'its id is {text(given)[:20]}; expected: a text'}; the record was left out."
    collector.note("INV-NO-ID", "medium", title, where, detail, "Export the list again.")


def _common(draft: Draft, plan: Plan, record: Record, context: Context, collector: Collector) -> None:
    at = (draft.id, context, collector)
    name = _checked("name", first(record, plan.name), no_name, *at)
    if isinstance(name, str | int | float):
        draft.name = str(name)
    draft.region = sys.intern(region_text(_checked("region", first(record, plan.region), no_word, *at))) or None
    draft.zone = sys.intern(text(_checked("zone", first(record, plan.zone), no_word, *at))) or None
    draft.status = sys.intern(text(_checked("status", first(record, plan.status), no_word, *at))) or None
    for key in plan.nested:
        error = no_record(record[key])
        if error:
            note_value(draft.id, f"{key} {error}", context, collector)
    tags = first(record, plan.tags)
    if tags is not ABSENT:
        draft.tags = read_tags(tags, draft.id, context, collector)


def _set_field(
    draft: Draft, name: str, convert: Convert, value: object, context: Context, collector: Collector
) -> None:
    try:
        found = convert(value)
    except ValueError as error:
        note_value(draft.id, f"{name} {error}", context, collector)
        return
    if found is not ABSENT:
        draft.attributes[name] = found


def note_value(resource: str, problem: str, context: Context, collector: Collector) -> None:
    """Say of a value that it cannot be read, hence is unknown; the problem begins with the value's name."""
    where, detail = Origin(context.file, context.place), f"{problem}; it counts as unknown."
    title = f"A value of {resource} cannot be read"
    collector.note("INV-VALUE", "low", title, where, detail, "Correct it in the source, or leave it out.", resource)


def _checked(
    name: str, value: object, wrong: Callable[[object], str], resource: str, context: Context, collector: Collector
) -> object:
    """The value; ABSENT, and a finding, where ``wrong`` says what is wrong with it."""
    error = wrong(value)
    if error:
        note_value(resource, f"{name} {error}", context, collector)
        return ABSENT
    return value


def no_word(value: object) -> str:
    """What is wrong with a value that must be a text, where it is a number, a truth value, a list or a record; else
    empty."""
    return f"is {text(value)[:20]}; expected: a text" if isinstance(value, int | float) else no_scalar(value)


def no_name(value: object) -> str:
    """As ``no_word``, for a name, which may be a number too."""
    return no_word(value) if isinstance(value, bool) else no_scalar(value)


def no_record(value: object) -> str:
    """What is wrong with a value that other fields stand in, where it is a scalar; empty where nothing is. A text is
    not shown, for it may be a password."""
    if value is None or isinstance(value, dict | list) or value in ("", "-"):
        return ""
    if isinstance(value, str) and _ADDRESS.fullmatch(value):
        return ""  # Ansible writes the address alone where the API has a record with it.
    what = "a text" if isinstance(value, str) else text(value)[:20]
    return f"is {what}; expected: a record with fields of its own"


def region_text(value: object) -> str:
    """A region id without the product's prefix (``oss-cn-hangzhou``)."""
    found = text(value)
    return found[4:] if found.startswith("oss-") and is_region(found[4:]) else found


def read_tags(value: object, resource: str, context: Context, collector: Collector) -> dict[str, str] | None:
    """The tags that a record gives in whatever shape, without credentials; None (and a finding) where they cannot be
    read."""
    try:
        return safe_tags(as_tags(value), resource, context, collector)
    except ValueError as error:
        where, detail = Origin(context.file, context.place), f"a tag {error}; the tags count as unknown."
        title = f"A value of {resource} cannot be read"
        collector.note("INV-VALUE", "low", title, where, detail, "Correct it in the source, or leave it out.", resource)
        return None


def safe_tags(tags: Mapping[str, str], resource: str, context: Context, collector: Collector) -> dict[str, str]:
    """The tags without those whose name or value is a credential."""
    kept = {key: value for key, value in tags.items() if not is_secret_name(key) and not looks_like_key(value)}
    for key in tags.keys() - kept.keys():
        collector.note(
            "INV-SECRET",
            "high",
            "A tag holds what looks like a credential",
            Origin(context.file, context.place),
            f"the value of tag '{key}' was not kept.",
            "Change that credential and remove the tag.",
            resource,
        )
    return kept


def _complete_place(draft: Draft, context: Context) -> None:
    """A single zone says nothing of others: ``zones`` is left to what names them."""
    if not draft.zones and draft.zone:
        found = zones_in(draft.zone)
        draft.zone = found[0] if found else None
        draft.zones = found if len(found) > 1 else ()
    if not draft.zone and draft.zones:
        draft.zone = draft.zones[0]
    if not draft.region:
        draft.region = region_of_zone(draft.zone) or context.region
