"""Where the data files lie: at the root of a checkout, or inside the installed package."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

DataName = Literal["rules", "pricing", "sample_inventories"]

_PACKAGE = Path(__file__).resolve().parent


def data_dir(name: DataName) -> Path:
    """The directory of the shipped data; raises ``FileNotFoundError`` where the installation lacks it.

    A wheel carries its data in ``advisor/_data``. The folder beside the package is used in a checkout only, since
    ``site-packages/rules`` would be somebody else's.
    """
    packaged = _PACKAGE / "_data" / name
    if packaged.is_dir():
        return packaged
    checkout = _PACKAGE.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / name).is_dir():
        return checkout / name
    raise FileNotFoundError(f"The data folder '{name}' is missing beside the program. Install advisor anew.")
