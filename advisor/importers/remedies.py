"""What to do about something that was read and left out, where several forms leave out the like."""

from __future__ import annotations

from typing import Final

NOTHING_TO_DO: Final = "Nothing needs to be done: no plan rests on it."
OTHER_FORM: Final = (
    "If it lists resources of the cloud, export them with an operation that docs/inventory.md names; else leave it out."
)
EXPORT_AGAIN: Final = "Export it again, the whole of it."
UNPACK: Final = "Unpack it, and import what it holds."
WHOLE_STATE: Final = "If it is there, export the whole state again (terraform state pull)."
MORE_LIKE_IT: Final = "Do what is said of those that are listed; then import again to see whether any is left."
