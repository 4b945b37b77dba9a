"""Results to disk: all files or none, never over something that is not ours."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from advisor.model.finding import InputError, Mistake, OutsideError


def check_target(out: Path) -> None:
    """Whether a plan can be written to ``out``, for asking before anything is computed; leaves nothing behind.

    Raises ``InputError`` for a file, a folder with other files in it or a place below a file, ``OutsideError`` where
    the disk refuses."""
    try:
        target = out.resolve()
        _refuse_foreign(out, target)
        home = next(folder for folder in target.parents if folder.exists())
        if not home.is_dir():
            raise InputError([Mistake(str(out), "", f"{home} is a file.", "Give a folder to write to.")])
        Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=home)).rmdir()
    except (OSError, RuntimeError) as error:  # a circle of links is a RuntimeError up to Python 3.12
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        remedy = "Give --out a folder that you may write to, for example plan/."
        raise OutsideError(f"{out}: nothing can be written there ({reason}). {remedy}") from error


def write(files: Mapping[str, bytes], out: Path) -> None:
    """Write all files, then put them in place at once: a reader never sees half a plan.

    Files of an earlier run that this run does not write again are removed with the old folder, but only where the
    folder holds a plan; a folder with anything else in it is refused. Raises ``OutsideError`` on disk trouble."""
    target = out.resolve()
    _refuse_foreign(out, target)
    staging = target.parent / f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            path = staging / _inside(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        _swap(staging, target)
    except OSError as error:
        raise OutsideError(f"{out}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _refuse_foreign(out: Path, target: Path) -> None:
    if target.is_file():
        raise InputError([Mistake(str(out), "", "is a file.", "Give a folder to write to.")])
    if target.is_dir() and any(target.iterdir()) and not (target / "plan.json").is_file():
        raise InputError([Mistake(str(out), "", "holds files that are no plan.", "Give a new or empty folder.")])


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"an exporter wants to write outside its folder: {name}")
    return path


def _swap(staging: Path, target: Path) -> None:
    old = target.with_name(f"{staging.name}.old")
    if target.exists():
        target.rename(old)
    try:
        staging.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 over paths and contents, for comparing two runs."""
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return total.hexdigest()


def write_new(path: Path, content: bytes) -> None:
    """Write one new file; raises ``InputError`` where it exists already, ``OutsideError`` on disk trouble."""
    if path.exists():
        raise InputError([Mistake(str(path), "", "exists already.", "Give another name, or move it away first.")])
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content)
        partial.rename(path)
    except OSError as error:
        raise OutsideError(f"{path}: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)
