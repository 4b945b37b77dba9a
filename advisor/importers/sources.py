"""Files, folders and ZIP archives as named bytes, in the order of their names. Nothing is ever unpacked to disk."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from os.path import realpath
from pathlib import Path, PurePosixPath
from typing import Final

from advisor.importers.records import Collector
from advisor.model.finding import Mistake
from advisor.model.inventory import Origin

MAX_UNPACKED: Final = 8 * 1024**3
MAX_RATIO: Final = 200
RATIO_FREE: Final = 16 * 1024**2
MAX_MEMBERS: Final = 100_000
_SYSTEM: Final = frozenset({"thumbs.db", "desktop.ini", "__macosx", "ehthumbs.db"})
_ZIP_MAGIC: Final = b"PK\x03\x04"
_EMPTY_ZIP: Final = b"PK\x05\x06"


@dataclass(frozen=True, slots=True)
class Source:
    """One file: its name relative to what was handed in, how to read it, whether the caller named it himself, and the
    path that may tell region, day, operation or owner; ``size`` in bytes where it is known."""

    name: str
    read: Callable[[], bytes]
    named: bool
    hint: str
    size: int = 0


class RefusedError(Exception):
    """A file that must not be read: what is wrong, what to do, and where in it; ``also`` what else is wrong in it."""

    def __init__(self, problem: str, remedy: str, place: str = "") -> None:
        self.problem, self.remedy, self.place = problem, remedy, place
        self.also: tuple[RefusedError, ...] = ()
        super().__init__(f"{problem} {remedy}")


def is_hidden(name: str) -> bool:
    """Whether a file is hidden, the system's own or an editor's lock file."""
    parts = PurePosixPath(name).parts
    return any(part.startswith((".", "~$")) or part.lower() in _SYSTEM for part in parts)


def open_sources(paths: Sequence[Path], collector: Collector) -> list[Source]:
    """All files under the paths, each once, sorted by name; mistakes go to the collector."""
    once = {realpath(path): path for path in paths}
    taken = {real for real, path in once.items() if path.is_file()}
    found: list[Source] = []
    for path in once.values():
        found.extend(_sources_of(path, len(once) > 1, taken, collector))
    return sorted(_distinct(found), key=lambda source: source.name)


def _sources_of(path: Path, several: bool, taken: set[str], collector: Collector) -> list[Source]:
    if path.is_dir():
        return _folder(path, f"{path.name}/" if several else "", taken, collector)
    if path.is_file():
        return [Source(path.name, path.read_bytes, True, "/".join(path.absolute().parts[-3:]), path.stat().st_size)]
    problem = "there is no such file or folder." if not path.exists() else "it is neither a file nor a folder."
    collector.mistakes.append(Mistake(str(path), "", problem, "Check the path."))
    return []


def _folder(folder: Path, prefix: str, taken: set[str], collector: Collector) -> list[Source]:
    """The files of a folder but for those in ``taken``, to which they are added."""
    found: list[Source] = []
    empty = True
    root = Path(realpath(folder))
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if is_hidden(name) or path.is_dir():
            continue
        real = realpath(path)
        if real in taken:
            empty = False
            continue
        if not Path(real).is_relative_to(root) or not path.is_file():
            reason, remedy = "a link out of the folder, or no ordinary file", "Copy the file itself into the folder."
            collector.skip(prefix + name, reason, Origin(prefix + name), remedy)
            continue
        taken.add(real)
        empty = False
        found.append(Source(prefix + name, path.read_bytes, False, f"{root.name}/{name}", path.stat().st_size))
    if empty:
        collector.mistakes.append(
            Mistake(folder.name or str(folder), "", "the folder holds no file.", "Put the exported files into it.")
        )
    return found


def _distinct(sources: list[Source]) -> list[Source]:
    """Equal names of different files told apart by a number."""
    seen: dict[str, int] = {}
    found = []
    for source in sources:
        seen[source.name] = count = seen.get(source.name, 0) + 1
        name = source.name if count == 1 else f"{count}/{source.name}"
        found.append(replace(source, name=name))
    return found


def is_zip(data: bytes) -> bool:
    """Whether the bytes are a ZIP archive (a workbook is one too)."""
    return data[:4] in (_ZIP_MAGIC, _EMPTY_ZIP)


def is_workbook(data: bytes) -> bool:
    """Whether the ZIP archive is an Excel workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError):
        return False
    return "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names)


def check_archive(data: bytes) -> None:
    """Refuse an archive that is broken, locked, or unpacks to far more than it is."""
    for _member in _members(data):
        pass


def archive_members(data: bytes, name: str, collector: Collector) -> Iterator[Source]:
    """The files in a ZIP archive; names that lead out of it and encrypted ones are refused."""
    members = _members(data)
    for info in members:
        label = f"{name}/{info.filename}"
        if _leads_out(info):
            remedy = "Pack the file itself, under a plain name."
            collector.skip(label, "a name that leads out of the archive, or a link", Origin(label), remedy)
            continue
        if info.is_dir() or is_hidden(info.filename):
            continue
        yield Source(label, _reader(data, info), False, label)


def _members(data: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = sorted(archive.infolist(), key=lambda info: info.filename)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        raise RefusedError("the ZIP archive is broken.", "Make the archive again.") from None
    if len(members) > MAX_MEMBERS:
        raise RefusedError(f"the archive holds {len(members)} files.", f"Split it: at most {MAX_MEMBERS} are read.")
    if any(info.flag_bits & 1 for info in members):
        raise RefusedError("the archive is locked with a password.", "Save it without one.")
    total = sum(info.file_size for info in members)
    if total > MAX_UNPACKED or (total > RATIO_FREE and total > MAX_RATIO * max(len(data), 1)):
        raise RefusedError(
            f"the archive unpacks to {total} bytes, {total // max(len(data), 1)} times its size.",
            "Hand in the files themselves if they are really that large.",
        )
    return members


def _leads_out(info: zipfile.ZipInfo) -> bool:
    name = info.filename.replace("\\", "/")
    is_link = stat.S_ISLNK(info.external_attr >> 16)
    return is_link or name.startswith("/") or ".." in PurePosixPath(name).parts or name[1:2] == ":"


def _reader(data: bytes, info: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(info) as member:
                content = member.read(info.file_size + 1)
        except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, RuntimeError, ValueError):
            raise RefusedError("the archive's member is broken.", "Make the archive again.") from None
        except Exception as error:  # zlib.error and lzma.LZMAError have no common parent
            raise RefusedError(
                f"the archive's member cannot be unpacked ({type(error).__name__}).", "Make the archive again."
            ) from None
        if len(content) > info.file_size:
            raise RefusedError("the archive's member is larger than it says.", "Make the archive again.")
        return content

    return read
