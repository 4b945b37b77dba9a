"""What was fetched, on disk: a staging folder beside the wanted one, an answer a file, and a manifest of every listing.

The manifest grows line by line while the run goes on, so that an interrupted run can be resumed; at the end it becomes
one document and the folder takes its name. Both are hidden files, which the importers pass over."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
import threading
from collections.abc import Container, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from advisor.live.fetch_operations import OPERATIONS
from advisor.live.fetch_pages import Listing
from advisor.live.fetch_wire import Body
from advisor.model.finding import InputError, Mistake, OutsideError

Status = Literal["complete", "partial", "denied", "failed"]
MANIFEST: Final = ".manifest.json"
JOURNAL: Final = ".journal.jsonl"
_MARKED: Final = ("denied", "failed")
_NAME_LENGTH: Final = 120
_MARK_LENGTH: Final = 20
_LETTERS: Final = str.maketrans("0123456789", "ghijklmnop")
_BY_NAME: Final = frozenset(operation.name for operation in OPERATIONS if operation.by_name)
_SECRET_NAME: Final = re.compile(
    r"passw(or)?d|secret|accesskey|privatekey|userdata|credential|securitytoken|apikey|macsec"
)
_SECRET_VALUE: Final = re.compile(r"LTAI[0-9A-Za-z]{12,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bSTS\.[0-9A-Za-z]{16,}")
REMOVED: Final = "(removed)"


@dataclass(frozen=True, slots=True)
class Entry:
    """One listing in the manifest."""

    product: str
    operation: str
    region: str
    parent: str
    status: Status
    pages: int
    reason: str
    time: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells it from others."""
        return self.product, self.operation, self.region, self.parent

    @property
    def title(self) -> str:
        """The listing for people."""
        about = f" of {self.parent}" if self.parent else ""
        return f"{self.region} {self.product} {self.operation.partition('.')[0]}{about}"


def now() -> str:
    """The time as the manifest has it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Store:
    """The staging folder of one run. Use ``open_store``."""

    def __init__(self, out: Path, staging: Path, profile: str) -> None:
        self.out, self.staging, self.profile = out, staging, profile
        self.entries: dict[tuple[str, str, str, str], Entry] = {}
        self.answers = 0
        self._lock = threading.Lock()

    def complete(self, listing: Listing) -> bool:
        """Whether an earlier run has the whole of it, and its files are still there."""
        entry = self.entries.get(_key(listing))
        return entry is not None and entry.status == "complete" and len(self._files(listing)) >= entry.pages

    def save(self, listing: Listing, number: int, body: Body) -> None:
        """Write one answer, without what may be a secret."""
        name = _stem(listing) if listing.parent and number == 1 else f"{_stem(listing)}.page{number}"
        content = json.dumps(without_secrets(body), ensure_ascii=False, indent=1)
        self._write(self.staging / listing.region / f"{name}.json", content)
        with self._lock:
            self.answers += 1

    def trim(self, listing: Listing, pages: int) -> None:
        """Remove pages of an earlier try that are more than there are now."""
        for path in self._files(listing)[pages:]:
            path.unlink(missing_ok=True)

    def forget(self, listing: Listing) -> None:
        """Take back what was entered of a listing."""
        with self._lock:
            self.entries.pop(_key(listing), None)
        self._unmark(listing)

    def _unmark(self, listing: Listing) -> None:
        for status in _MARKED:
            (self.staging / listing.region / f"{_stem(listing)}.{status}.json").unlink(missing_ok=True)

    def record(self, listing: Listing, status: Status, reason: str = "", grant: str = "") -> None:
        """Enter how a listing went; a marker file stands where there is no answer because it was denied or failed."""
        entry = Entry(*_key(listing), status, len(self._files(listing)), reason, now())
        self._unmark(listing)
        if status in _MARKED:
            marker = {"Operation": listing.operation.action, "Region": listing.region, "Status": status, "Code": reason}
            if grant:
                marker["Grant"] = grant
            name = f"{_stem(listing)}.{status}.json"
            self._write(self.staging / listing.region / name, json.dumps(marker, indent=1))
        with self._lock:
            self.entries[entry.key] = entry
            with (self.staging / JOURNAL).open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")

    def has_answers(self, listing: Listing) -> bool:
        """Whether some pages of it are there."""
        return bool(self._files(listing))

    def bodies(self, product: str, operation: str, region: str) -> Iterator[Body]:
        """The answers of all listings of an operation in a region."""
        with self._lock:
            entries = [entry for key, entry in self.entries.items() if key[:3] == (product, operation, region)]
        for entry in entries:
            for path in self._paths(entry.region, _stem_of(entry.operation, entry.parent)):
                body = _parsed(path.read_text(encoding="utf-8"))
                if not isinstance(body, dict):
                    raise OutsideError(f"{entry.region}/{path.name} is damaged. Remove it and run again with --resume.")
                yield body

    def finish(self) -> None:
        """Write the manifest and give the folder its name, in place of an earlier fetch."""
        document = {"profile": self.profile, "finished": now(), "listings": self._listings()}
        self._write(self.staging / MANIFEST, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
        (self.staging / JOURNAL).unlink(missing_ok=True)
        old = self.out.with_name(f".{self.out.name}.{secrets.token_hex(4)}.old")
        if self.out.exists():
            self.out.rename(old)
        try:
            self.staging.rename(self.out)
        except OSError:
            if old.exists():
                old.rename(self.out)
            raise
        shutil.rmtree(old, ignore_errors=True)

    def drop(self) -> None:
        """Remove the staging folder."""
        shutil.rmtree(self.staging, ignore_errors=True)

    def _listings(self) -> list[dict[str, object]]:
        return [asdict(self.entries[key]) for key in sorted(self.entries)]

    def _files(self, listing: Listing) -> list[Path]:
        return self._paths(listing.region, _stem(listing))

    def _paths(self, region: str, stem: str) -> list[Path]:
        single = self.staging / region / f"{stem}.json"
        found = [single] if single.is_file() else []
        number = 2 if found else 1
        while (path := self.staging / region / f"{stem}.page{number}.json").is_file():
            found.append(path)
            number += 1
        return found

    @staticmethod
    def _write(path: Path, content: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}")
        partial.write_text(content, encoding="utf-8")
        partial.replace(path)


def open_store(out: Path, resume: bool, profile: str, scope: Container[tuple[str, str]]) -> Store:
    """A staging folder beside ``out``, with what an interrupted or incomplete fetch has left where that is wanted.
    ``scope`` are the products and regions that will be fetched.

    Raises ``InputError`` where the folder holds something else, ``OutsideError`` on disk trouble."""
    target = out.resolve()
    if not target.name:
        raise InputError([Mistake(str(out), "", "is the root of the disk.", "Give a folder to write to.")])
    staging = target.with_name(f"{target.name}.partial")
    _refuse_foreign(out, target)
    if staging.exists() and not resume:
        remedy = f"Add --resume to go on with it, or remove {staging.name} to start afresh."
        raise InputError([Mistake(str(out), "", "an interrupted fetch lies beside it.", remedy)])
    store = Store(target, staging, profile)
    try:
        if not resume:
            _refuse_smaller(out, target, scope)
        else:
            _load(store, staging if staging.exists() else target, out)
            if not staging.exists() and target.exists():
                shutil.copytree(target, staging)
        staging.mkdir(parents=True, exist_ok=True)
        with (staging / JOURNAL).open("a", encoding="utf-8") as file:
            file.write("\n" + json.dumps({"profile": profile}) + "\n")
    except OSError as error:
        raise OutsideError(f"{out}: {error.strerror or error}") from error
    return store


def _refuse_foreign(out: Path, target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise InputError([Mistake(str(out), "", "is a file.", "Give a folder to write to.")])
    if target.is_dir() and any(target.iterdir()) and not (target / MANIFEST).is_file():
        raise InputError([Mistake(str(out), "", "holds files that were not fetched.", "Give a new or empty folder.")])


def _refuse_smaller(out: Path, target: Path, scope: Container[tuple[str, str]]) -> None:
    """An earlier fetch is replaced by one of at least the same products and regions only."""
    earlier = Store(target, target, "")
    _load(earlier, target, None)
    lost = sorted({f"{one.product} of {one.region}" for one in earlier.entries.values()} - _names(earlier, scope))
    if lost:
        problem = f"holds a fetch of more than is asked for now: {', '.join(lost[:5])}{' …' if len(lost) > 5 else ''}."
        raise InputError([Mistake(str(out), "", problem, "Add --resume to add to it, or give another folder.")])


def _names(store: Store, scope: Container[tuple[str, str]]) -> set[str]:
    return {f"{one.product} of {one.region}" for one in store.entries.values() if (one.product, one.region) in scope}


def _load(store: Store, folder: Path, out: Path | None) -> None:
    """What the manifest and the journal of an earlier run say; a line that broke off is passed over. With ``out``, a
    run with another profile is refused."""
    records: list[Any] = []
    if (folder / MANIFEST).is_file():
        document = _parsed((folder / MANIFEST).read_text(encoding="utf-8"))
        if isinstance(document, dict):
            records = [{"profile": document.get("profile", "")}, *document.get("listings", [])]
    if (folder / JOURNAL).is_file():
        records += [_parsed(line) for line in (folder / JOURNAL).read_text(encoding="utf-8").splitlines()]
    for record in records:
        if out is not None and isinstance(record, dict) and set(record) == {"profile"}:
            _refuse_other_profile(store, str(record["profile"]), out)
        elif isinstance(record, dict) and set(record) == set(Entry.__slots__):
            entry = Entry(**record)
            store.entries[entry.key] = entry


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _refuse_other_profile(store: Store, profile: str, out: Path) -> None:
    if profile != store.profile:
        problem = f"was begun with {f'the profile {profile}' if profile else 'no profile'}."
        raise InputError([Mistake(str(out), "--resume", problem, "Name the same profile, or fetch to another folder.")])


def _key(listing: Listing) -> tuple[str, str, str, str]:
    return listing.operation.product, listing.operation.name, listing.region, listing.about


def _stem(listing: Listing) -> str:
    return _stem_of(listing.operation.name, listing.about)


def _stem_of(operation: str, parent: str) -> str:
    if not parent:
        return operation
    return f"{operation}.{mark_of(parent) if operation in _BY_NAME else safe_name(parent)}"


def mark_of(text: str) -> str:
    """A mark of letters for a name that people choose. The importers read days, regions and ids from file names, and
    a name may hold any of them."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:_MARK_LENGTH]
    return digest.translate(_LETTERS)


def safe_name(text: str) -> str:
    """An id as a file name; one that had to be changed gets a mark of its own, so that no two fall together."""
    safe = re.sub(r"[^A-Za-z0-9_-]", "_", text)[:_NAME_LENGTH]
    return safe if safe == text else f"{safe}_{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def without_secrets(value: Any) -> Any:
    """The value without fields whose name says that they hold a secret, and without texts that look like a key."""
    if isinstance(value, dict):
        kept = {key: without_secrets(item) for key, item in value.items() if not _secret_name(str(key))}
        return _without_secret_tag(kept)
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    return REMOVED if isinstance(value, str) and _SECRET_VALUE.search(value) else value


def _without_secret_tag(record: dict[str, Any]) -> dict[str, Any]:
    """A tag may hold a secret under a name that says so."""
    for name, content in (("TagKey", "TagValue"), ("Key", "Value"), ("key", "value")):
        if content in record and _secret_name(str(record.get(name, ""))):
            record[content] = REMOVED
    return record


def _secret_name(name: str) -> bool:
    return _SECRET_NAME.search(re.sub(r"[^a-z]", "", name.lower())) is not None
