"""rules/ → RuleBook: facts, regions, classes, standards, measures and check cards, each item checked as it is read.

Every mistake is gathered and named with its file and line. A user's own files of the same format may stand over the
shipped facts, classes, standards and regions.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final, get_args

from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.evidence import CONFIDENCE_ORDER, Confidence, Fact, Region, RuleBook, Standard
from advisor.model.finding import SEVERITY_ORDER, InputError, Mistake
from advisor.model.inventory import Kind
from advisor.model.targets import Target, WorkloadClass
from advisor.model.units import UnitError, parse_duration, seconds_in
from advisor.resources import data_dir
from advisor.yaml_text import Path as Place
from advisor.yaml_text import YamlDocument, load_yaml

TIME_UNITS: Final = frozenset({"ms", "s", "min", "h", "d"})
UNITS: Final = TIME_UNITS | {
    "1", "percent", "count", "level", "weekday", "per year",
    "MiB", "GiB", "TiB", "GB", "TB", "GB per 5 min",
    "MB/s", "MiB/s", "Kbit/s", "Mbit/s", "Gbit/s", "rows/s", "calls/min", "QPS", "IOPS",
    "vCPU", "LCU", "CNY", "USD",
}  # fmt: skip
SHIPPED_CONFIDENCE: Final[frozenset[Confidence]] = frozenset({"documented", "example", "assumed"})

_RANGE = frozenset({"min", "likely", "max"})
_FACT_KEYS = frozenset(
    {
        "id", "statement", "value", "unit", "confidence", "source", "as_of",
        "why", "replaced_by", "note", "contradicts", "prudent",
    }
)  # fmt: skip
_REGION_KEYS = frozenset({"id", "name", "name_zh", "geography", "zones", "closing", "source", "as_of", "note"})
_CLASS_KEYS = frozenset(
    {"targets", "downtime_per_hour", "loss_per_hour", "weight", "frequency_per_year", "source", "why"}
)
_LEVEL_KEYS = frozenset({"standard", "level", "name", "rto_max", "rpo_max", "asks", "source", "as_of", "verify"})
_STEP_LISTS = ("failover_steps", "failback_steps", "drill_steps", "verify_steps")
_MEASURE_KEYS = frozenset(
    {"id", "title", "title_zh", "protects_against", "applies_to", "guidance", "limits", "caveats", *_STEP_LISTS}
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MISSING: Final = object()


def load_rules(override: Path | None = None, base: Path | None = None) -> RuleBook:
    """Read the shipped rules with the user's own over them; raises ``InputError`` with every mistake found.

    ``override`` is a directory or one file of the same format; ``base`` stands in for the shipped directory.
    """
    mistakes: list[Mistake] = []
    shipped = _read_directory(base or data_dir("rules"), "rules", mistakes)
    own = _read_override(override, mistakes) if override else []
    book = _Book(mistakes)
    for source in shipped:
        book.add_shipped(source)
    book.check_references()
    for source in own:
        book.add_own(source)
    book.build_classes()
    if mistakes:
        raise InputError(mistakes)
    return book.result(_digest([*shipped, *own]))


@dataclass(frozen=True)
class _Source:
    """One file read: the name people see, its name within its directory, its bytes and its document."""

    shown: str
    relative: str
    data: bytes
    document: YamlDocument

    @property
    def folder(self) -> str:
        return self.relative.split("/")[-2] if "/" in self.relative else ""

    @property
    def root(self) -> _Entry:
        return _Entry(self, ())


@dataclass(frozen=True)
class _Entry:
    """A place in a file and the value there; the readers below report mistakes at its line."""

    source: _Source
    path: Place

    @property
    def value(self) -> object:
        value: object = self.source.document.value
        for step in self.path:
            value = value[step] if isinstance(value, list | dict) else None  # type: ignore[index,call-overload]
        return value

    @property
    def fields(self) -> Mapping[str, object]:
        value = self.value
        return value if isinstance(value, dict) else {}

    @property
    def place(self) -> str:
        return self.source.document.place(*self.path)

    @property
    def where(self) -> str:
        return f"{self.source.shown}, {self.place}"

    def child(self, step: str | int) -> _Entry:
        return _Entry(self.source, (*self.path, step))

    def children(self) -> Iterator[_Entry]:
        value = self.value
        steps: Iterable[str | int] = range(len(value)) if isinstance(value, list) else self.fields
        return (self.child(step) for step in steps)


def _read_directory(root: Path, shown: str, mistakes: list[Mistake]) -> list[_Source]:
    files = sorted(path for path in root.rglob("*") if path.suffix in (".yaml", ".yml") and path.is_file())
    if not files:
        mistakes.append(Mistake(shown, "", "The directory holds no YAML file.", "Name a directory with *.yaml files."))
    names = [path.relative_to(root).as_posix() for path in files]
    read = (_read_file(path, f"{shown}/{name}", name, mistakes) for path, name in zip(files, names, strict=True))
    return [source for source in read if source is not None]


def _read_override(override: Path, mistakes: list[Mistake]) -> list[_Source]:
    if override.is_dir():
        return _read_directory(override, override.as_posix().rstrip("/"), mistakes)
    if not override.is_file():
        remedy = "Name an existing directory or file of rules."
        mistakes.append(Mistake(str(override), "", "There is no such file or directory.", remedy))
        return []
    source = _read_file(override, override.as_posix(), override.name, mistakes)
    return [source] if source else []


def _read_file(path: Path, shown: str, relative: str, mistakes: list[Mistake]) -> _Source | None:
    try:
        data = path.read_bytes()
        return _Source(shown, relative, data, load_yaml(data.decode("utf-8"), shown))
    except InputError as error:
        mistakes.extend(error.mistakes)
    except UnicodeDecodeError:
        mistakes.append(Mistake(shown, "", "It is not valid UTF-8 text.", "Save the file as UTF-8."))
    except OSError as error:
        mistakes.append(Mistake(shown, "", f"It cannot be read: {error.strerror}.", "Check the path and its rights."))
    return None


def _digest(sources: Iterable[_Source]) -> str:
    """sha256 over the sorted relative names and the bytes of all files."""
    total = hashlib.sha256()
    for name, data in sorted((source.relative, source.data) for source in sources):
        for part in (name.encode(), data):
            total.update(len(part).to_bytes(8, "big"))
            total.update(part)
    return total.hexdigest()


class _Reader:
    """Typed access to the fields of entries; whatever does not fit becomes a mistake."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes

    def report(self, entry: _Entry, problem: str, remedy: str) -> None:
        self.mistakes.append(Mistake(entry.source.shown, entry.place, problem, remedy))

    def keys(self, entry: _Entry, allowed: frozenset[str]) -> bool:
        """Whether the entry is a mapping; each key it should not have is reported."""
        if not isinstance(entry.value, dict):
            self.report(entry, "Here a mapping 'key: value' is expected.", f"Write the keys {_listed(allowed)}.")
            return False
        for key in entry.fields:
            if key not in allowed:
                self.report(entry.child(key), f"The key '{key}' is unknown.", _close(key, allowed))
        return True

    def items(self, entry: _Entry, what: str) -> Iterator[_Entry]:
        """The elements of a list."""
        if isinstance(entry.value, list):
            return entry.children()
        self.report(entry, f"Here a list of {what} is expected.", "Begin each entry with '- '.")
        return iter(())

    def text(self, entry: _Entry, key: str, needed: bool = True) -> str | None:
        """A text, not empty."""
        value = entry.fields.get(key)
        if value is None:
            if needed:
                self.report(entry, f"'{key}' is missing{_of(entry)}.", f"Add '{key}: …'.")
            return None
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.report(entry.child(key), f"'{key}' is no text{_of(entry)}.", "Write a text, in quotation marks if need be.")
        return None

    def number(self, entry: _Entry, key: str) -> float | None:
        """A number of zero or more."""
        value = entry.fields.get(key)
        if _is_number(value) and float(value) >= 0:  # type: ignore[arg-type]
            return float(value)  # type: ignore[arg-type]
        missing = value is None
        problem = f"'{key}' is missing{_of(entry)}." if missing else f"'{key}' is no number of zero or more{_of(entry)}."
        self.report(entry if missing else entry.child(key), problem, f"Write for example '{key}: 10'.")
        return None

    def flag(self, entry: _Entry, key: str) -> bool:
        """true or false; false where it is left out."""
        value = entry.fields.get(key, False)
        if isinstance(value, bool):
            return value
        self.report(entry.child(key), f"'{key}' is neither true nor false: '{value}'.", "Write true or false.")
        return False

    def day(self, entry: _Entry, key: str) -> str | None:
        """A date as text."""
        value = entry.fields.get(key)
        if value is None:
            return None
        if isinstance(value, str) and _is_date(value):
            return value
        self.report(entry.child(key), f"'{value}' is no date.", "Write it as 2026-04-01.")
        return None

    def duration(self, entry: _Entry, key: str) -> float | None:
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

    def texts(self, entry: _Entry, key: str, least: int = 1, most: int | None = None) -> tuple[str, ...]:
        """A list of texts with a number of entries between two bounds."""
        value = entry.fields.get(key)
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            self.report(entry, f"'{key}' is missing or no list of texts{_of(entry)}.", f"Write '{key}: [first, second]'.")
            return ()
        if len(value) < least or (most is not None and len(value) > most):
            bounds = f"{least} to {most}" if most is not None else f"{least} or more"
            self.report(entry.child(key), f"'{key}' has {len(value)} entries{_of(entry)}.", f"Give it {bounds}.")
        return tuple(value)

    def choices(self, entry: _Entry, key: str, allowed: Iterable[str]) -> tuple[str, ...]:
        """A list of texts, each of them one of those allowed."""
        known = tuple(allowed)
        found = self.texts(entry, key)
        for item in found:
            if item not in known:
                self.report(entry.child(key), f"'{item}' is no value of '{key}'.", _close(item, known))
        return found


@dataclass
class _Book(_Reader):
    """Everything read so far."""

    mistakes: list[Mistake]
    facts: dict[str, Fact] = field(default_factory=dict)
    places: dict[str, _Entry] = field(default_factory=dict)
    regions: dict[str, Region] = field(default_factory=dict)
    standards: dict[tuple[str, int], Standard] = field(default_factory=dict)
    classes: dict[str, _Entry] = field(default_factory=dict)
    built: dict[str, WorkloadClass] = field(default_factory=dict)
    measures: dict[str, Mapping[str, object]] = field(default_factory=dict)
    measure_entries: list[_Entry] = field(default_factory=list)
    checks: dict[str, Mapping[str, object]] = field(default_factory=dict)
    references: list[_Entry] = field(default_factory=list)

    def result(self, digest: str) -> RuleBook:
        return RuleBook(
            facts=self.facts,
            regions=self.regions,
            standards=tuple(self.standards[key] for key in sorted(self.standards)),
            classes=dict(self.built),
            checks=tuple(self.checks[key] for key in sorted(self.checks)),
            measures=self.measures,
            digest=digest,
        )

    # -- files --

    def add_shipped(self, source: _Source) -> None:
        """Take one shipped file in, by the folder it lies in."""
        if source.relative == "regions.yaml":
            self.add_regions(source.root, replace=False)
        elif source.folder == "facts":
            for entry in self.items(source.root, "facts"):
                self.add_fact(entry)
        elif source.folder == "classes":
            self.add_classes(source.root, replace=False)
        elif source.folder == "standards":
            self.add_standards(source.root, replace=False)
        elif source.folder == "measures":
            self.add_measure(source.root)
        elif source.folder == "checks":
            self.add_checks(source.root)
        else:
            self.report(source.root, "Nothing reads this file.", "Move it to facts, classes, standards or measures.")

    def add_own(self, source: _Source) -> None:
        """Take one of the user's files in, by what it holds."""
        root = source.root
        if isinstance(root.value, list):
            if any("zones" in entry.fields for entry in root.children()):
                self.add_regions(root, replace=True)
                return
            seen: dict[str, _Entry] = {}
            for entry in root.children():
                self.replace_fact(entry, seen)
        elif "classes" in root.fields:
            self.add_classes(root, replace=True)
        elif "levels" in root.fields:
            self.add_standards(root, replace=True)
        else:
            remedy = "Write a list of facts or regions, or a mapping with 'classes:' or 'levels:'."
            self.report(root, "This file holds nothing that can be replaced.", remedy)

    # -- facts --

    def add_fact(self, entry: _Entry) -> None:
        """A shipped fact."""
        fact = self.read_fact(entry, None)
        if fact is None:
            return
        if fact.id in self.facts:
            first = self.places[fact.id].where
            self.report(entry, f"The fact '{fact.id}' is given twice, first in {first}.", "Keep one of the two.")
            return
        if fact.confidence not in SHIPPED_CONFIDENCE:
            remedy = f"Write {_listed(SHIPPED_CONFIDENCE)}."
            self.report(entry.child("confidence"), f"A shipped fact is never '{fact.confidence}'.", remedy)
        if fact.confidence in ("documented", "example") and not fact.source.startswith(("https://", "http://")):
            problem = f"The source of '{fact.id}' is no address."
            self.report(entry.child("source"), problem, "Write the address of the page, beginning with https://.")
        self.facts[fact.id] = fact
        self.places[fact.id] = entry

    def replace_fact(self, entry: _Entry, seen: dict[str, _Entry]) -> None:
        """A user's fact over a shipped one."""
        fact_id = entry.fields.get("id")
        shipped = self.facts.get(fact_id) if isinstance(fact_id, str) else None
        if isinstance(fact_id, str) and shipped is None:
            self.report(entry, f"No shipped fact is called '{fact_id}'.", _close(fact_id, self.facts))
        if isinstance(fact_id, str) and fact_id in seen:
            self.report(entry, f"The fact '{fact_id}' is given twice, first in {seen[fact_id].where}.", "Keep one.")
            return
        fact = self.read_fact(entry, shipped)
        if fact is None:
            return
        seen[fact.id] = entry
        if shipped is not None and self.same_quantity(entry, fact, shipped):
            self.facts[fact.id] = fact

    def same_quantity(self, entry: _Entry, fact: Fact, shipped: Fact) -> bool:
        """Whether the unit measures what the shipped unit measures."""
        if fact.unit == shipped.unit or {fact.unit, shipped.unit} <= TIME_UNITS or shipped.unit is None:
            return True
        remedy = f"Write the value in '{shipped.unit}'" + (" or another unit of time." if _is_time(shipped) else ".")
        problem = f"The unit of '{fact.id}' is '{fact.unit}', the shipped fact's is '{shipped.unit}'."
        self.report(entry.child("unit"), problem, remedy)
        return False

    def read_fact(self, entry: _Entry, shipped: Fact | None) -> Fact | None:
        """One fact with its own mistakes reported; None where it has no id or no usable value."""
        if not self.keys(entry, _FACT_KEYS):
            return None
        fact_id = self.text(entry, "id")
        statement = self.text(entry, "statement", needed=shipped is None) or (shipped.statement if shipped else None)
        confidence = self.confidence(entry)
        source = self.text(entry, "source")
        why = self.text(entry, "why", needed=confidence == "assumed")
        unit = self.unit(entry, shipped)
        usable = self.value(entry, unit, confidence)
        if not (fact_id and statement and confidence and source and usable):
            return None
        return Fact(
            id=fact_id,
            statement=statement,
            value=entry.fields["value"],
            unit=unit,
            confidence=confidence,
            source=source,
            as_of=self.day(entry, "as_of"),
            why=why,
            replaced_by=self.text(entry, "replaced_by", needed=False),
            note=self.note(entry),
            overridden=shipped is not None,
            place=entry.where,
        )

    def confidence(self, entry: _Entry) -> Confidence | None:
        value = self.text(entry, "confidence")
        found = next((known for known in CONFIDENCE_ORDER if known == value), None)
        if value is not None and found is None:
            problem = f"'{value}' is no confidence{_of(entry)}."
            self.report(entry.child("confidence"), problem, f"Write {_listed(CONFIDENCE_ORDER)}.")
        return found

    def unit(self, entry: _Entry, shipped: Fact | None) -> str | None:
        if "unit" not in entry.fields and shipped is not None:
            return shipped.unit
        value = entry.fields.get("unit")
        spelt = entry.source.document.spelling.get((*entry.path, "unit"))
        unit = str(value) if isinstance(value, str) else spelt if value is not None else None
        if unit is not None and unit not in UNITS:
            self.report(entry.child("unit"), f"'{unit}' is no unit{_of(entry)}.", _close(unit, UNITS))
            return None
        return unit

    def note(self, entry: _Entry) -> str | None:
        """The note, with what the fact contradicts said in words."""
        note = self.text(entry, "note", needed=False)
        if not entry.fields.get("contradicts"):
            return note
        others = ", ".join(self.texts(entry, "contradicts"))
        verdict = "this one is used" if entry.fields.get("prudent") is True else "the other is used"
        said = f"Contradicts {others}; {verdict}."
        return f"{note} {said}" if note else said

    def value(self, entry: _Entry, unit: str | None, confidence: Confidence | None) -> bool:
        """Whether the value is of a known shape and goes with its unit."""
        value = entry.fields.get("value", _MISSING)
        if value is _MISSING:
            self.report(entry, f"'value' is missing{_of(entry)}.", "Add 'value: …' ('null' for what is not published).")
            return False
        at = entry.child("value")
        shape = _shape(value)
        if shape == "nothing" and confidence not in ("assumed", None):
            self.report(at, f"The value is null{_of(entry)}.", "Give the value, or make the fact 'assumed' and say why.")
            return False
        if shape == "range" and not _in_order(value):
            problem = f"The range{_of(entry)} is not in order."
            self.report(at, problem, "Write three numbers with min <= likely <= max.")
            return False
        if shape == "unknown":
            problem = f"The value{_of(entry)} is of no known shape."
            self.report(at, problem, "Write a number, {min, likely, max}, a text, or a list or mapping of one kind.")
            return False
        return self.value_and_unit(entry, shape, unit)

    def value_and_unit(self, entry: _Entry, shape: str, unit: str | None) -> bool:
        if shape in ("range", "numbers") and unit is None:
            if entry.fields.get("unit") is None:
                self.report(entry, f"The number{_of(entry)} has no unit.", "Add 'unit: …', for example 'unit: min'.")
            return False
        if shape == "texts" and unit is not None:
            problem = f"The value{_of(entry)} is text, and yet has the unit '{unit}'."
            self.report(entry.child("value"), problem, "Write the value as a number, or 'unit: null'.")
            return False
        return True

    # -- references between items --

    def check_references(self) -> None:
        """Contradictions and the facts that measures and standards name."""
        for fact_id, entry in self.places.items():
            if "contradicts" in entry.fields:
                self.check_contradictions(fact_id, entry)
            elif "prudent" in entry.fields:
                problem = f"'{fact_id}' is marked prudent and contradicts nothing."
                self.report(entry.child("prudent"), problem, "Add 'contradicts: [other.fact]' or leave 'prudent' out.")
        for entry in self.references:
            named = self.text(entry, "fact")
            if named is not None and named not in self.facts:
                self.report(entry, f"There is no fact '{named}'.", _close(named, self.facts))

    def check_contradictions(self, fact_id: str, entry: _Entry) -> None:
        """Each contradiction is told on both sides, and one side is the prudent one."""
        prudent = self.flag(entry, "prudent")
        for other_id in self.texts(entry, "contradicts"):
            other = self.places.get(other_id)
            if other is None:
                self.report(entry.child("contradicts"), f"There is no fact '{other_id}'.", _close(other_id, self.facts))
                continue
            backs = other.fields.get("contradicts")
            if not isinstance(backs, list) or fact_id not in backs:
                problem = f"'{fact_id}' contradicts '{other_id}', which does not say so of it."
                self.report(entry.child("contradicts"), problem, f"Add '{fact_id}' to its 'contradicts'.")
            elif fact_id < other_id and prudent == (other.fields.get("prudent") is True):
                problem = f"Of '{fact_id}' and '{other_id}' not exactly one is marked prudent."
                self.report(entry.child("contradicts"), problem, "Write 'prudent: true' at the one to use.")

    # -- regions --

    def add_regions(self, root: _Entry, replace: bool) -> None:
        for entry in self.items(root, "regions"):
            region = self.read_region(entry)
            if region is None:
                continue
            if region.id in self.regions and not replace:
                self.report(entry, f"The region '{region.id}' is given twice.", "Keep one of the two.")
            self.regions[region.id] = region

    def read_region(self, entry: _Entry) -> Region | None:
        if not self.keys(entry, _REGION_KEYS):
            return None
        region_id, name, name_zh = self.text(entry, "id"), self.text(entry, "name"), self.text(entry, "name_zh")
        geography, zones = self.text(entry, "geography"), self.texts(entry, "zones")
        self.text(entry, "source")
        self.day(entry, "as_of")
        for zone in zones:
            if region_id and not zone.startswith(region_id):
                remedy = f"Write a zone such as '{region_id}-a'."
                self.report(entry.child("zones"), f"'{zone}' is no zone of '{region_id}'.", remedy)
        if not (region_id and name and name_zh and geography and zones):
            return None
        return Region(region_id, name, name_zh, geography, zones, self.flag(entry, "closing"))

    # -- classes --

    def add_classes(self, root: _Entry, replace: bool) -> None:
        self.keys(root, frozenset({"classes"}))
        for entry in root.child("classes").children():
            name = str(entry.path[-1])
            if name in self.classes and not replace:
                self.report(entry, f"The class '{name}' is given twice.", "Keep one of the two.")
            self.classes[name] = entry

    def build_classes(self) -> None:
        """Turn the class entries into classes, now that all facts are in."""
        for name, entry in self.classes.items():
            if self.keys(entry, _CLASS_KEYS):
                built = self.read_class(name, entry)
                if built is not None:
                    self.built[name] = built

    def read_class(self, name: str, entry: _Entry) -> WorkloadClass | None:
        targets = self.read_targets(entry)
        down, loss, weight = (self.number(entry, key) for key in ("downtime_per_hour", "loss_per_hour", "weight"))
        frequencies = self.read_frequencies(entry)
        source = self.text(entry, "source")
        self.text(entry, "why")
        if down is None or loss is None or weight is None or source is None:
            return None
        amounts = (Decimal(str(entry.fields[key])) for key in ("downtime_per_hour", "loss_per_hour"))
        return WorkloadClass(name, targets, *amounts, weight, frequencies, source)

    def each_disruption(self, entry: _Entry, key: str) -> Iterator[tuple[Disruption, _Entry]]:
        """The four disruptions of a mapping; those missing or unknown are reported."""
        mapping = entry.child(key)
        if not self.keys(mapping, frozenset(DISRUPTIONS)):
            return
        for disruption in DISRUPTIONS:
            if disruption in mapping.fields:
                yield disruption, mapping.child(disruption)
            else:
                problem = f"'{key}' does not name '{disruption}'{_of(entry)}."
                self.report(mapping, problem, f"Add '{disruption}: …'.")

    def read_targets(self, entry: _Entry) -> dict[Disruption, Target]:
        targets: dict[Disruption, Target] = {}
        for disruption, at in self.each_disruption(entry, "targets"):
            if at.value == "none":
                targets[disruption] = Target()
            elif self.keys(at, frozenset({"rpo", "rto"})):
                targets[disruption] = Target(self.duration(at, "rpo"), self.duration(at, "rto"))
        return targets

    def read_frequencies(self, entry: _Entry) -> dict[Disruption, float]:
        frequencies: dict[Disruption, float] = {}
        for disruption, at in self.each_disruption(entry, "frequency_per_year"):
            value = self.read_frequency(at)
            if value is not None:
                frequencies[disruption] = value
        return frequencies

    def read_frequency(self, entry: _Entry) -> float | None:
        """A frequency: ``{fact: id}``, or ``{value: 0.1, why: …, source: …}``."""
        if not self.keys(entry, frozenset({"fact", "value", "why", "source"})):
            return None
        if "fact" not in entry.fields:
            self.text(entry, "why")
            self.text(entry, "source")
            return self.number(entry, "value")
        named = self.text(entry, "fact")
        fact = self.facts.get(named or "")
        if fact is None or fact.unit != "per year" or _shape(fact.value) not in ("range", "numbers"):
            remedy = _close(named or "", [key for key, known in self.facts.items() if known.unit == "per year"])
            self.report(entry, f"'{named}' is no fact with the unit 'per year'.", remedy)
            return None
        return fact.number()

    # -- standards --

    def add_standards(self, root: _Entry, replace: bool) -> None:
        self.keys(root, frozenset({"levels", "notes"}))
        for entry in self.items(root.child("levels"), "levels"):
            level = self.read_level(entry)
            if level is None:
                continue
            key = (level.standard, level.level)
            if key in self.standards and not replace:
                self.report(entry, f"Level {level.level} of {level.standard} is given twice.", "Keep one of the two.")
            self.standards[key] = level
        if "notes" in root.fields:
            self.add_notes(root.child("notes"))

    def add_notes(self, notes: _Entry) -> None:
        for entry in self.items(notes, "notes"):
            if self.keys(entry, frozenset({"text", "fact"})):
                self.text(entry, "text")
                self.references.append(entry)

    def read_level(self, entry: _Entry) -> Standard | None:
        if not self.keys(entry, _LEVEL_KEYS):
            return None
        standard, name, source = (self.text(entry, key) for key in ("standard", "name", "source"))
        level = self.number(entry, "level")
        rto, rpo = self.duration(entry, "rto_max"), self.duration(entry, "rpo_max")
        asks = self.text(entry, "asks", needed=False) or ""
        if standard is None or name is None or source is None or level is None:
            return None
        day, verify = self.day(entry, "as_of"), self.flag(entry, "verify")
        return Standard(standard, int(level), name, rto, rpo, source, day, verify, asks)

    # -- measures and check cards --

    def add_measure(self, entry: _Entry) -> None:
        if not self.keys(entry, _MEASURE_KEYS):
            return
        measure_id = self.text(entry, "id")
        self.text(entry, "title")
        self.text(entry, "title_zh")
        self.choices(entry, "protects_against", DISRUPTIONS)
        self.choices(entry, "applies_to", get_args(Kind))
        self.texts(entry, "caveats")
        for key in _STEP_LISTS:
            self.texts(entry, key, least=3, most=7)
        self.read_guidance(entry.child("guidance"))
        for limit in self.items(entry.child("limits"), "limits"):
            if self.keys(limit, frozenset({"fact", "reads"})):
                self.text(limit, "reads")
                self.references.append(limit)
        if measure_id is not None:
            if measure_id in self.measures:
                self.report(entry, f"The measure '{measure_id}' is given twice.", "Keep one of the two.")
            self.measures[measure_id] = entry.fields

    def read_guidance(self, entry: _Entry) -> None:
        if self.keys(entry, frozenset({"says", "source", "as_of"})):
            self.text(entry, "says")
            self.text(entry, "source")
            self.day(entry, "as_of")

    def add_checks(self, root: _Entry) -> None:
        """One check card, or a list of them; the checks themselves know what else a card holds."""
        for entry in root.children() if isinstance(root.value, list) else [root]:
            card_id = self.text(entry, "id")
            self.text(entry, "title")
            self.text(entry, "source")
            if entry.fields.get("severity") not in SEVERITY_ORDER:
                self.report(entry, f"'severity' is missing or unknown{_of(entry)}.", f"Write {_listed(SEVERITY_ORDER)}.")
            if card_id is None:
                continue
            if card_id in self.checks:
                self.report(entry, f"The check '{card_id}' is given twice.", "Keep one of the two.")
            self.checks[card_id] = entry.fields


def _shape(value: object) -> str:
    """``numbers``, ``range``, ``texts``, ``nothing`` or ``unknown``: what kind of value a fact has."""
    if value is None:
        return "nothing"
    if isinstance(value, dict) and _RANGE & set(value):
        return "range"
    parts = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else [value]
    if parts and all(_is_number(part) for part in parts):
        return "numbers"
    if parts and all(isinstance(part, str) and part.strip() for part in parts):
        return "texts"
    return "unknown"


def _in_order(value: object) -> bool:
    if not isinstance(value, dict) or set(value) != _RANGE or not all(_is_number(part) for part in value.values()):
        return False
    return bool(value["min"] <= value["likely"] <= value["max"])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_time(fact: Fact) -> bool:
    try:
        return seconds_in(fact.unit or "") > 0
    except UnitError:
        return False


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return _DATE.fullmatch(text) is not None


def _of(entry: _Entry) -> str:
    """`` of 'x'`` where the entry has an id."""
    name = entry.fields.get("id")
    return f" of '{name}'" if isinstance(name, str) else ""


def _listed(words: Iterable[str]) -> str:
    ordered = list(words) if isinstance(words, tuple | list) else sorted(words)
    return ordered[0] if len(ordered) == 1 else f"{', '.join(ordered[:-1])} or {ordered[-1]}"


def _close(word: str, known: Iterable[str]) -> str:
    """The known words nearest to a wrong one, as a remedy."""
    candidates = sorted(known)
    near = difflib.get_close_matches(word, candidates, n=3, cutoff=0.6)
    if near:
        return f"Did you mean {_listed([f"'{item}'" for item in near])}?"
    if len(candidates) > 30:
        return "'rules/facts' has the ids."
    return f"Write {_listed(candidates)}."
