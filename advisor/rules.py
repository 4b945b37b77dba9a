"""rules/ → RuleBook: facts, regions, classes, standards, measures and check cards, each item checked as it is read.

Every mistake is gathered and named with its file and line. A user's own files of the same format may stand over the
shipped facts, classes, standards and regions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final, get_args

from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.evidence import CONFIDENCE_ORDER, Confidence, Fact, Region, RuleBook, Standard
from advisor.model.finding import SEVERITY_ORDER, InputError, Mistake
from advisor.model.inventory import Kind
from advisor.model.targets import Target, WorkloadClass
from advisor.model.units import UnitError, seconds_in
from advisor.resources import data_dir
from advisor.yaml_text import Entry, FieldReader, YamlDocument, close_words, is_number, listed, load_yaml, of_whom

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
    for source in own:
        book.add_own(source)
    book.check_references()
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
        return self.relative.split("/")[0] if "/" in self.relative else ""

    @property
    def root(self) -> Entry:
        return Entry(self.shown, self.document)


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


@dataclass
class _Book(FieldReader):
    """Everything read so far."""

    mistakes: list[Mistake]
    facts: dict[str, Fact] = field(default_factory=dict)
    places: dict[str, Entry] = field(default_factory=dict)
    regions: dict[str, Region] = field(default_factory=dict)
    standards: dict[tuple[str, int], Standard] = field(default_factory=dict)
    classes: dict[str, Entry] = field(default_factory=dict)
    built: dict[str, WorkloadClass] = field(default_factory=dict)
    measures: dict[str, Mapping[str, object]] = field(default_factory=dict)
    checks: dict[str, Mapping[str, object]] = field(default_factory=dict)
    references: list[Entry] = field(default_factory=list)
    replaced: dict[str, Entry] = field(default_factory=dict)

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
            for entry in root.children():
                self.replace_fact(entry)
        elif "classes" in root.fields:
            self.add_classes(root, replace=True)
        elif "levels" in root.fields:
            self.add_standards(root, replace=True)
        else:
            remedy = "Write a list of facts or regions, or a mapping with 'classes:' or 'levels:'."
            self.report(root, "This file holds nothing that can be replaced.", remedy)

    # -- facts --

    def add_fact(self, entry: Entry) -> None:
        """A shipped fact."""
        fact = self.read_fact(entry, None)
        if fact is None:
            return
        if fact.id in self.facts:
            first = self.places[fact.id].where
            self.report(entry, f"The fact '{fact.id}' is given twice, first in {first}.", "Keep one of the two.")
            return
        if fact.confidence not in SHIPPED_CONFIDENCE:
            remedy = f"Write {listed(SHIPPED_CONFIDENCE)}."
            self.report(entry.child("confidence"), f"A shipped fact is never '{fact.confidence}'.", remedy)
        if fact.confidence in ("documented", "example") and not fact.source.startswith(("https://", "http://")):
            problem = f"The source of '{fact.id}' is no address."
            self.report(entry.child("source"), problem, "Write the address of the page, beginning with https://.")
        self.facts[fact.id] = fact
        self.places[fact.id] = entry

    def replace_fact(self, entry: Entry) -> None:
        """A user's fact over a shipped one."""
        named = entry.fields.get("id")
        fact_id = named if isinstance(named, str) else ""
        shipped = self.facts.get(fact_id)
        if fact_id and shipped is None:
            self.report(entry, f"No shipped fact is called '{fact_id}'.", close_words(fact_id, self.facts))
        if fact_id in self.replaced:
            problem = f"The fact '{fact_id}' is given twice, first in {self.replaced[fact_id].where}."
            self.report(entry, problem, "Keep one of the two.")
            return
        fact = self.read_fact(entry, shipped)
        if fact is None or shipped is None:
            return
        self.replaced[fact.id] = entry
        if self.same_quantity(entry, fact, shipped):
            self.facts[fact.id] = fact

    def same_quantity(self, entry: Entry, fact: Fact, shipped: Fact) -> bool:
        """Whether value and unit are of the kind of the shipped ones, so that calculations can go on with them."""
        own, old = _shape(fact.value), _shape(shipped.value)
        if own != old and old != "nothing" and not {own, old} <= {"number", "range"}:
            problem = f"The value of '{fact.id}' is of the kind '{own}', the shipped fact's is a {old}."
            self.report(entry.child("value"), problem, f"Write a {old}.")
            return False
        if fact.unit == shipped.unit or {fact.unit, shipped.unit} <= TIME_UNITS or shipped.unit is None:
            return True
        remedy = f"Write the value in '{shipped.unit}'" + (" or another unit of time." if _is_time(shipped) else ".")
        problem = f"The unit of '{fact.id}' is '{fact.unit}', the shipped fact's is '{shipped.unit}'."
        self.report(entry.child("unit"), problem, remedy)
        return False

    def read_fact(self, entry: Entry, shipped: Fact | None) -> Fact | None:
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

    def confidence(self, entry: Entry) -> Confidence | None:
        value = self.text(entry, "confidence")
        found = next((known for known in CONFIDENCE_ORDER if known == value), None)
        if value is not None and found is None:
            problem = f"'{value}' is no confidence{of_whom(entry)}."
            self.report(entry.child("confidence"), problem, f"Write {listed(CONFIDENCE_ORDER)}.")
        return found

    def unit(self, entry: Entry, shipped: Fact | None) -> str | None:
        if "unit" not in entry.fields and shipped is not None:
            return shipped.unit
        value = entry.fields.get("unit")
        spelt = entry.document.spelling.get((*entry.path, "unit"))
        unit = str(value) if isinstance(value, str) else spelt if value is not None else None
        if unit is not None and unit not in UNITS:
            self.report(entry.child("unit"), f"'{unit}' is no unit{of_whom(entry)}.", close_words(unit, UNITS))
            return None
        return unit

    def note(self, entry: Entry) -> str | None:
        """The note, with what the fact contradicts said in words."""
        note = self.text(entry, "note", needed=False)
        if not entry.fields.get("contradicts"):
            return note
        others = ", ".join(self.texts(entry, "contradicts"))
        verdict = "this one is used" if entry.fields.get("prudent") is True else "the other is used"
        said = f"Contradicts {others}; {verdict}."
        return f"{note} {said}" if note else said

    def value(self, entry: Entry, unit: str | None, confidence: Confidence | None) -> bool:
        """Whether the value is of a known shape and goes with its unit."""
        value = entry.fields.get("value", _MISSING)
        if value is _MISSING:
            self.report(
                entry, f"'value' is missing{of_whom(entry)}.", "Add 'value: …' ('null' for what is not published)."
            )
            return False
        at = entry.child("value")
        shape = _shape(value)
        if shape == "nothing" and confidence not in ("assumed", None):
            remedy = "Give the value, or make the fact 'assumed' and say why."
            self.report(at, f"The value is null{of_whom(entry)}.", remedy)
            return False
        if shape == "range" and not _in_order(value):
            problem = f"The range{of_whom(entry)} is not in order."
            self.report(at, problem, "Write three numbers with min <= likely <= max.")
            return False
        if shape == "unknown":
            problem = f"The value{of_whom(entry)} is of no known shape."
            self.report(at, problem, "Write a number, {min, likely, max}, a text, or a list or mapping of one kind.")
            return False
        return self.value_and_unit(entry, shape, unit)

    def value_and_unit(self, entry: Entry, shape: str, unit: str | None) -> bool:
        if ("number" in shape or shape == "range") and unit is None:
            if entry.fields.get("unit") is None:
                self.report(entry, f"The number{of_whom(entry)} has no unit.", "Add for example 'unit: min'.")
            return False
        if "text" in shape and unit is not None:
            problem = f"The value{of_whom(entry)} is text, and yet has the unit '{unit}'."
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
                self.report(entry, f"There is no fact '{named}'.", close_words(named, self.facts))

    def check_contradictions(self, fact_id: str, entry: Entry) -> None:
        """Each contradiction is told on both sides, and one side is the prudent one."""
        prudent = self.flag(entry, "prudent")
        for other_id in self.texts(entry, "contradicts"):
            other = self.places.get(other_id)
            if other is None:
                self.report(
                    entry.child("contradicts"), f"There is no fact '{other_id}'.", close_words(other_id, self.facts)
                )
                continue
            backs = other.fields.get("contradicts")
            if not isinstance(backs, list) or fact_id not in backs:
                problem = f"'{fact_id}' contradicts '{other_id}', which does not say so of it."
                self.report(entry.child("contradicts"), problem, f"Add '{fact_id}' to its 'contradicts'.")
            elif fact_id < other_id and prudent == (other.fields.get("prudent") is True):
                problem = f"Of '{fact_id}' and '{other_id}' not exactly one is marked prudent."
                self.report(entry.child("contradicts"), problem, "Write 'prudent: true' at the one to use.")

    # -- regions --

    def add_regions(self, root: Entry, replace: bool) -> None:
        for entry in self.items(root, "regions"):
            region = self.read_region(entry)
            if region is None:
                continue
            if region.id in self.regions and not replace:
                self.report(entry, f"The region '{region.id}' is given twice.", "Keep one of the two.")
            self.regions[region.id] = region

    def read_region(self, entry: Entry) -> Region | None:
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

    def add_classes(self, root: Entry, replace: bool) -> None:
        self.keys(root, frozenset({"classes"}))
        classes = root.child("classes")
        if not isinstance(classes.value, dict):
            self.report(root, "'classes' is no mapping.", "Write 'classes:' and below it the name of each class.")
            return
        for entry in classes.children():
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

    def read_class(self, name: str, entry: Entry) -> WorkloadClass | None:
        targets = self.read_targets(entry)
        weight, *hourly = (self.number(entry, key) for key in ("weight", "downtime_per_hour", "loss_per_hour"))
        frequencies = self.read_frequencies(entry)
        source = self.text(entry, "source")
        self.text(entry, "why")
        if weight is None or None in hourly or source is None:
            return None
        down, loss = (Decimal(str(entry.fields[key])) for key in ("downtime_per_hour", "loss_per_hour"))
        return WorkloadClass(name, targets, down, loss, weight, frequencies, source)

    def each_disruption(self, entry: Entry, key: str) -> Iterator[tuple[Disruption, Entry]]:
        """The four disruptions of a mapping; those missing or unknown are reported."""
        mapping = entry.child(key)
        if not self.keys(mapping, frozenset(DISRUPTIONS)):
            return
        for disruption in DISRUPTIONS:
            if disruption in mapping.fields:
                yield disruption, mapping.child(disruption)
            else:
                problem = f"'{key}' does not name '{disruption}'{of_whom(entry)}."
                self.report(mapping, problem, f"Add '{disruption}: …'.")

    def read_targets(self, entry: Entry) -> dict[Disruption, Target]:
        targets: dict[Disruption, Target] = {}
        for disruption, at in self.each_disruption(entry, "targets"):
            if at.value == "none":
                targets[disruption] = Target()
            elif self.keys(at, frozenset({"rpo", "rto"})):
                targets[disruption] = Target(self.duration(at, "rpo"), self.duration(at, "rto"))
        return targets

    def read_frequencies(self, entry: Entry) -> dict[Disruption, float]:
        frequencies: dict[Disruption, float] = {}
        for disruption, at in self.each_disruption(entry, "frequency_per_year"):
            value = self.read_frequency(at)
            if value is not None:
                frequencies[disruption] = value
        return frequencies

    def read_frequency(self, entry: Entry) -> float | None:
        """A frequency: ``{fact: id}``, or ``{value: 0.1, why: …, source: …}``."""
        if not self.keys(entry, frozenset({"fact", "value", "why", "source"})):
            return None
        if "fact" not in entry.fields:
            self.text(entry, "why")
            self.text(entry, "source")
            return self.number(entry, "value")
        named = self.text(entry, "fact")
        fact = self.facts.get(named or "")
        if fact is None or fact.unit != "per year" or _shape(fact.value) not in ("range", "number"):
            remedy = close_words(named or "", [key for key, known in self.facts.items() if known.unit == "per year"])
            self.report(entry, f"'{named}' is no fact with the unit 'per year'.", remedy)
            return None
        return fact.number()

    # -- standards --

    def add_standards(self, root: Entry, replace: bool) -> None:
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

    def add_notes(self, notes: Entry) -> None:
        for entry in self.items(notes, "notes"):
            if self.keys(entry, frozenset({"text", "fact"})):
                self.text(entry, "text")
                self.references.append(entry)

    def read_level(self, entry: Entry) -> Standard | None:
        if not self.keys(entry, _LEVEL_KEYS):
            return None
        standard, name, source = (self.text(entry, key) for key in ("standard", "name", "source"))
        level = self.level(entry)
        rto, rpo = self.duration(entry, "rto_max"), self.duration(entry, "rpo_max")
        asks = self.text(entry, "asks", needed=False) or ""
        if standard is None or name is None or source is None or level is None:
            return None
        day, verify = self.day(entry, "as_of"), self.flag(entry, "verify")
        return Standard(standard, level, name, rto, rpo, source, day, verify, asks)

    def level(self, entry: Entry) -> int | None:
        value = entry.fields.get("level")
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        self.report(entry, "'level' is missing or no whole number.", "Write for example 'level: 3'.")
        return None

    # -- measures and check cards --

    def add_measure(self, entry: Entry) -> None:
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

    def read_guidance(self, entry: Entry) -> None:
        if self.keys(entry, frozenset({"says", "source", "as_of"})):
            self.text(entry, "says")
            self.text(entry, "source")
            self.day(entry, "as_of")

    def add_checks(self, root: Entry) -> None:
        """One check card, or a list of them; the checks themselves know what else a card holds."""
        for entry in root.children() if isinstance(root.value, list) else [root]:
            card_id = self.text(entry, "id")
            self.text(entry, "title")
            self.text(entry, "source")
            if entry.fields.get("severity") not in SEVERITY_ORDER:
                problem = f"'severity' is missing or unknown{of_whom(entry)}."
                self.report(entry, problem, f"Write {listed(SEVERITY_ORDER)}.")
            if card_id is None:
                continue
            if card_id in self.checks:
                self.report(entry, f"The check '{card_id}' is given twice.", "Keep one of the two.")
            self.checks[card_id] = entry.fields


def _shape(value: object) -> str:
    """The kind of a fact's value in words: ``number``, ``range``, ``list of texts``, …; ``unknown`` for a mixture."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "range" if _RANGE & set(value) else _shape_of_many("mapping", list(value.values()))
    if isinstance(value, list):
        return _shape_of_many("list", value)
    return _shape_of_one(value)


def _shape_of_one(value: object) -> str:
    if is_number(value):
        return "number"
    return "text" if isinstance(value, str) and value.strip() else "unknown"


def _shape_of_many(container: str, parts: list[object]) -> str:
    shapes = {_shape_of_one(part) for part in parts}
    return f"{container} of {shapes.pop()}s" if len(shapes) == 1 and "unknown" not in shapes else "unknown"


def _in_order(value: object) -> bool:
    if not isinstance(value, dict) or set(value) != _RANGE or not all(is_number(part) for part in value.values()):
        return False
    return bool(value["min"] <= value["likely"] <= value["max"])


def _is_time(fact: Fact) -> bool:
    try:
        return seconds_in(fact.unit or "") > 0
    except UnitError:
        return False
