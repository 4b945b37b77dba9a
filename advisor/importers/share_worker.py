"""The process that reads one share of the files of a large inventory: paths in, what they hold out."""

from __future__ import annotations

import gc
import pickle
import sys

from advisor.importers.one_file import read_file


def main() -> None:
    """Read what standard input asks for and write what was found to standard output."""
    gc.disable()
    share, mapping = pickle.load(sys.stdin.buffer)  # noqa: S301 - what the process that started this one wrote
    found = {number: read_file(source, mapping) for number, source in share}
    # All of it first: the one who asked listens only when it has read its own share.
    sys.stdout.buffer.write(pickle.dumps(found, protocol=pickle.HIGHEST_PROTOCOL))


if __name__ == "__main__":
    main()
