"""What a column of one's own may hold: a guess from its values or from its header, which a person confirms."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final, get_args

from advisor.api.column_fields import FIELDS, ID
from advisor.importers.forms.words import CONCEPT_OF_HEADER, plain_header
from advisor.importers.places import is_region, kind_of_id, region_of_zone
from advisor.model.inventory import Kind

Guess = tuple[str, str]
"""A field and why it is thought to be it; both empty where nothing is thought."""

NO_GUESS: Final[Guess] = ("", "")
# The share of values of one form that makes a column one of that form, and of equal letters that makes headers alike.
_MOST: Final = 0.8
_ALIKE: Final = 0.7
_KINDS: Final = frozenset(get_args(Kind))
_IN_BRACKETS: Final = re.compile(r"\([^()]*\)")
# What lists of one's own call things, beside the words of the console's lists.
_CALLED: Final[Mapping[str, str]] = {
    "编号": "id", "资产编号": "id", "assetid": "id", "vmid": "id", "serverid": "id",
    "主机": "name", "server": "name", "vm": "name", "vmname": "name", "servername": "name",
    "机房": "zone", "datacenter": "zone", "az": "zone", "城市": "region", "site": "region", "location": "region",
    "flavor": "type", "cores": "cpu", "ram": "memory", "负责团队": "tag:owner", "team": "tag:owner",
    "gb": "size", "gib": "size",
}  # fmt: skip
_KNOWN_HEADERS: Final[Mapping[str, str]] = {**CONCEPT_OF_HEADER, **_CALLED}
_FIELD_OF_KIND: Final[Mapping[Kind, str]] = {
    "vpc": "vpc", "vswitch": "vswitch", "security_group": "security_groups", "image": "image",
    "snapshot_policy": "snapshot_policy", "deployment_set": "deployment_set", "instance": "attached_to",
    "disk": "source_disk",
}  # fmt: skip
_TESTS: Final[tuple[tuple[str, str, Callable[[str], bool]], ...]] = (
    ("zone", "zones", lambda text: region_of_zone(text.lower()) is not None and not is_region(text.lower())),
    ("region", "regions", lambda text: is_region(text.lower())),
    ("kind", "kinds of resource", lambda text: text.lower() in _KINDS),
    ("type", "instance types", lambda text: text.startswith("ecs.")),
    ("disk_category", "disk categories", lambda text: text.lower().startswith("cloud_")),
    ("private_ip", "private addresses", lambda text: _is_private(text) is True),
    ("public_ip", "public addresses", lambda text: _is_private(text) is False),
)


def guess(header: str, values: Sequence[str], taken: Collection[str], kinds: Collection[Kind]) -> Guess:
    """What the values tell, else what the header tells: a field that rows of these kinds have and that no other column
    has ``taken``."""
    titles = {field.id: field for field in FIELDS}
    for field, why in (_by_values(values, taken), _by_header(header)):
        if field and field not in taken and (field not in titles or titles[field].fits(kinds)):
            return field, why
    return NO_GUESS


def _by_values(values: Sequence[str], taken: Collection[str]) -> Guess:
    """The field that most of the values have the form of."""
    if not values:
        return NO_GUESS
    for field, what, test in _TESTS:
        if sum(map(test, values)) >= _MOST * len(values):
            return field, f"its values are {what}"
    kinds = Counter(kind for value in values if (kind := kind_of_id(value)))
    if sum(kinds.values()) < _MOST * len(values):
        return NO_GUESS
    kind = kinds.most_common(1)[0][0]
    different = len(set(values)) == len(values)
    field = ID if different and ID not in taken else _FIELD_OF_KIND.get(kind, "")
    return field, f"its values are ids ({kind.replace('_', ' ')})"


def _is_private(text: str) -> bool | None:
    """Whether an address is private; None where the text is none."""
    try:
        return ipaddress.ip_address(text).is_private
    except ValueError:
        return None


def _by_header(header: str) -> Guess:
    """The field of the known header that is most like this one, units and remarks in brackets left away."""
    whole = plain_header(header)
    for plain in (whole, _IN_BRACKETS.sub("", whole)):
        if plain in _CALLED:
            return _CALLED[plain], f"it is called '{header}'"
    ranked = max(_KNOWN_HEADERS, key=lambda word: (SequenceMatcher(None, whole, word).ratio(), word))
    if SequenceMatcher(None, whole, ranked).ratio() < _ALIKE:
        return NO_GUESS
    return _KNOWN_HEADERS[ranked], f"it is called almost '{ranked}'"
