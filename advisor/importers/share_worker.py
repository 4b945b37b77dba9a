"""The process that reads one share of the files of a large inventory: paths in, what they hold out."""

from __future__ import annotations

import gc

from advisor import workers
from advisor.importers.one_file import ColumnMapping, FileRead, read_file
from advisor.importers.shares import Numbered


def read(work: tuple[Numbered, ColumnMapping | None]) -> dict[int, FileRead]:
    """What each of the files holds, by its number."""
    share, mapping = work
    return {number: read_file(source, mapping) for number, source in share}


if __name__ == "__main__":
    gc.disable()
    workers.answer(read)
