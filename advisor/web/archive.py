"""Files in a ZIP archive that is the same, byte for byte, for the same files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Final

# The earliest date a ZIP archive can name; the time of packing says nothing about a plan.
_DATE: Final = (1980, 1, 1, 0, 0, 0)
_ORDINARY_FILE: Final = 0o100644 << 16
_SCRIPT: Final = 0o100755 << 16
_UNIX: Final = 3


def pack(files: Mapping[str, bytes]) -> bytes:
    """The archive, in the order of the names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = _UNIX
            info.external_attr = _SCRIPT if name.endswith(".sh") else _ORDINARY_FILE
            archive.writestr(info, files[name])
    return stream.getvalue()
