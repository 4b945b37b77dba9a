"""The fields that a column of one's own table can be mapped to, and the file that says which is which (``--mapping``).

The file is YAML, one ``header: field`` a line: ``主机编号: id``, ``业务: "tag:app"``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from advisor.importers import read_inventory
from advisor.importers.catalogue import SPEC_OF_KIND
from advisor.importers.forms.words import HEADERS, plain_header
from advisor.model.finding import InputError, Mistake
from advisor.model.inventory import ImportResult, Kind
from advisor.yaml_text import Entry, close_words, load_yaml

ID: Final = "id"
TAG: Final = "tag:"
MAPPING_FILE: Final = "mapping.yaml"
_ADVICE: Final = "Write one 'column: field' a line, for example '主机: name'."


@dataclass(frozen=True)
class CanonicalField:
    """A field by its name in the mapping file, what it holds, and the kinds that have it (none named: all)."""

    id: str
    title: str
    kinds: frozenset[Kind] = frozenset()

    def fits(self, kinds: Collection[Kind]) -> bool:
        """Whether any of these kinds has it; rows of no known kind count as servers, as the importer takes them."""
        return not self.kinds or not self.kinds.isdisjoint(kinds or ("instance",))


def _of(field: str, title: str, *kinds: Kind) -> CanonicalField:
    return CanonicalField(field, title, frozenset(kinds))


FIELDS: Final[tuple[CanonicalField, ...]] = (
    _of(ID, "Id of the resource"),
    _of("name", "Name"),
    _of("kind", "Kind of resource"),
    _of("region", "Region"),
    _of("zone", "Zone"),
    _of("slave_zone", "Standby zone"),
    _of("status", "Status"),
    _of("type", "Instance type or specification", "instance", "database", "cache", "load_balancer"),
    _of("cpu", "vCPU", "instance", "database"),
    _of("memory", "Memory"),
    _of("cpu_memory", "vCPU and memory in one cell"),
    _of("os", "Operating system", "instance"),
    _of("image", "Image", "instance"),
    _of("system_disk", "System disk", "instance"),
    _of("data_disks", "Data disks", "instance"),
    _of("private_ip", "Private address", "instance", "cache", "load_balancer"),
    _of("public_ip", "Public address", "instance", "load_balancer", "eip"),
    _of("ip", "Address", "instance", "load_balancer", "eip"),
    _of("vpc", "VPC", "instance", "database", "cache", "load_balancer", "vswitch", "security_group", "nat_gateway"),
    _of("vswitch", "vSwitch", "instance", "database", "cache", "load_balancer"),
    _of("security_groups", "Security groups", "instance"),
    _of("deployment_set", "Deployment set", "instance"),
    _of("network", "Network type", "instance", "database", "load_balancer"),
    _of("size", "Size", "disk", "snapshot"),
    _of("disk_category", "Disk category", "disk"),
    _of("disk_type", "System or data disk", "disk"),
    _of("device", "Device", "disk"),
    _of("attached_to", "Attached to", "disk", "eip"),
    _of("snapshot_policy", "Snapshot policy", "disk"),
    _of("encrypted", "Encrypted", "disk", "snapshot"),
    _of("source_disk", "Disk it was taken of", "snapshot"),
    _of("engine", "Engine", "database"),
    _of("engine_version", "Engine version", "database", "cache"),
    _of("db_category", "Series of the database", "database"),
    _of("db_role", "Role of the database", "database"),
    _of("storage", "Storage", "database"),
    _of("storage_type", "Storage type", "database", "bucket"),
    _of("connection", "Connection address", "database", "cache"),
    _of("redundancy", "Redundancy", "bucket"),
    _of("versioning", "Versioning", "bucket"),
    _of("size_bytes", "Size in bytes", "bucket"),
    _of("bandwidth", "Bandwidth in Mbit/s", "eip"),
    _of("charge", "Billing method"),
    _of("created", "Created"),
    _of("expires", "Expires"),
    _of("tags", "Tags (app:shop;env:prod)"),
    _of("tag:app", "Tag app"),
    _of("tag:env", "Tag env"),
    _of("tag:owner", "Tag owner"),
    _of("tag:project", "Tag project"),
    _of("tag:business", "Tag business"),
)
# Zones may stand in several columns; of the other fields the importer reads one.
IN_ONE_COLUMN: Final = frozenset(field.id for field in FIELDS if field.id != "zone")
# What the importer takes beside these: attributes of a kind by their own name.
_ATTRIBUTES: Final = frozenset(field.name for spec in SPEC_OF_KIND.values() for field in spec.fields)
_KNOWN: Final = frozenset(HEADERS) | _ATTRIBUTES


def fields_for(kinds: Collection[Kind]) -> tuple[CanonicalField, ...]:
    """The fields that rows of these kinds can have."""
    return tuple(field for field in FIELDS if field.fits(kinds))


def title_of(field: str) -> str:
    """What a field holds, in words; ``Tag x`` for any tag."""
    if field.startswith(TAG):
        return f"Tag {field.removeprefix(TAG)}"
    return next((known.title for known in FIELDS if known.id == field), field.replace("_", " ").capitalize())


def mapping_text(mapping: Mapping[str, str]) -> str:
    """The mapping file: reads back as the same mapping, whatever the headers hold."""
    lines = [f"{quoted(header)}: {quoted(field)}" for header, field in mapping.items()]
    return "\n".join(["# Names for the columns of a table: header, then field (advisor … --mapping).", *lines]) + "\n"


def quoted(text: str) -> str:
    """A text as YAML in quotation marks; what cannot be seen by its number."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def read_mapping(data: bytes, file: str) -> dict[str, str]:
    """The mapping in a file's bytes; raises ``InputError`` with every mistake in it."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError([Mistake(file, "", "is no text in UTF-8.", "Save the file as UTF-8.")]) from None
    try:
        document = load_yaml(text, file)
    except InputError as error:
        raise InputError([*error.mistakes, *_beside(error.mistakes, text, file)]) from None
    root = Entry(file, document)
    if not root.fields:
        raise InputError([Mistake(file, "", "does not name columns.", _ADVICE)])
    mistakes = _mistakes_in(root)
    if mistakes:
        raise InputError(mistakes)
    return {header: str(field) for header, field in root.fields.items()}


def _beside(broken: Sequence[Mistake], text: str, file: str) -> list[Mistake]:
    """The mistakes in the lines that can be read: a line stands for itself."""
    places = {mistake.place for mistake in broken}
    lines = ["" if f"line {number}" in places else line for number, line in enumerate(text.split("\n"), start=1)]
    try:
        return _mistakes_in(Entry(file, load_yaml("\n".join(lines), file)))
    except InputError:
        return []


def _mistakes_in(root: Entry) -> list[Mistake]:
    return [*(found for entry in root.children() for found in _mistakes_of(entry)), *_doubles(root)]


def _mistakes_of(entry: Entry) -> Iterable[Mistake]:
    header, field = str(entry.path[-1]), entry.value
    if not plain_header(header):
        yield Mistake(entry.file, entry.place, f"'{header}' is no header.", "Write the header of a column.")
    if not isinstance(field, str) or not field.strip():
        yield Mistake(entry.file, entry.place, f"'{header}' has no field.", _ADVICE)
    elif field.startswith(TAG):
        if not field.removeprefix(TAG).strip():
            yield Mistake(entry.file, entry.place, f"the tag of '{header}' has no key.", "Write for example 'tag:app'.")
    elif field not in _KNOWN:
        listed = [known.id for known in FIELDS]
        near = close_words(field, _KNOWN)
        remedy = f"Write one of {', '.join(listed)} or tag:KEY." if near.startswith("None") else near
        yield Mistake(entry.file, entry.place, f"'{field}' (of '{header}') is no field.", remedy)


def _doubles(root: Entry) -> Iterable[Mistake]:
    """Headers that are told apart by signs or case only, which the importer does not."""
    first: dict[str, str] = {}
    for entry in root.children():
        header = str(entry.path[-1])
        earlier = first.setdefault(plain_header(header), header)
        if earlier != header and root.fields[earlier] != entry.value:
            problem = f"'{header}' is the same header as '{earlier}': blanks, signs and case do not count."
            yield Mistake(root.file, entry.place, problem, "Keep one of the two.")


def load_mapped(paths: Sequence[Path], mapping: Mapping[str, str]) -> ImportResult:
    """What the files hold, columns named by the mapping; raises ``InputError`` with every mistake."""
    return read_inventory(paths, mapping or None)
