"""Rules of security groups: who may connect. Of a rule that cannot be read in full nothing is concluded."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_network
from typing import Final

from advisor.importers.convert import as_lower, as_text
from advisor.importers.fields import ABSENT, Convert, Record, get, text
from advisor.importers.quantities import COUNT
from advisor.importers.records import Draft

UNKNOWN: Final = "unknown"
"""A direction, policy or range of ports that a rule states and that cannot be read: it is not that of a rule which says
nothing of it, where the default holds (an incoming connection is accepted, on all ports)."""
_SHOWN: Final = 40
_PORTS: Final = re.compile(r"(-1/-1)|([0-9]{1,5})(?:/([0-9]{1,5}))?")
_LAST_PORT: Final = 65_535
_RULE_ENDS: Final = {
    "source_group_id": ("SourceGroupId", "source_security_group_id"),
    "source_prefix_list_id": ("SourcePrefixListId", "prefix_list_id"),
    "dest_group_id": ("DestGroupId",),
    "nic_type": ("NicType",),
    "description": ("Description",),
}


def _one_of(*words: str) -> Convert:
    """A reader of one of these words."""

    def read(value: object) -> object:
        found = as_lower(value)
        if found not in words:
            raise ValueError(f"is '{text(value)[:_SHOWN]}'; expected: {' or '.join(words[:2])}")
        return found

    return read


def as_ports(value: object) -> object:
    """A range of ports as the cloud writes it (``22/22``, ``-1/-1`` for all); empty where none is named."""
    found = as_text(value)
    if found is ABSENT or found == "":
        return ""
    match = _PORTS.fullmatch(str(found))
    ports = [int(port) for port in match.groups()[1:] if port] if match else []
    if match is None or any(port > _LAST_PORT for port in ports) or ports != sorted(ports):
        raise ValueError(f"is '{str(found)[:_SHOWN]}'; expected: ports such as 22/22, or -1/-1 for all")
    return found


def as_block(value: object) -> object:
    """A block of addresses, IPv4 or IPv6, as written; empty where none is named."""
    found = as_text(value)
    if found is ABSENT or found == "":
        return ""
    if not _is_block(str(found)):
        raise ValueError(f"is '{str(found)[:_SHOWN]}'; expected: a block of addresses such as 10.0.0.0/8")
    return found


@lru_cache(maxsize=10_000)
def _is_block(written: str) -> bool:
    """Whether a text is a block of addresses; the same few come again in every group."""
    try:
        ip_network(written, strict=False)
    except ValueError:
        return False
    return True


_POLICIES: Final = _one_of("accept", "drop", "allow", "deny", "reject", "refuse")
_DIRECTIONS: Final = _one_of("ingress", "egress", "in", "out")
_STATED: Final[tuple[tuple[str, Convert, tuple[str, ...], str], ...]] = (
    ("direction", _DIRECTIONS, ("Direction", "type"), "ingress"),
    ("policy", _POLICIES, ("Policy",), "accept"),
    ("port_range", as_ports, ("PortRange",), ""),
)
"""What decides what a rule does: its name, reader, fields, and what holds where the rule does not have the field."""
_BLOCKS: Final = {
    "source_cidr": ("SourceCidrIp", "cidr_ip", "Ipv6SourceCidrIp"),
    "dest_cidr": ("DestCidrIp", "Ipv6DestCidrIp"),
}


def rule_record(rule: Record, group: Draft) -> dict[str, object]:
    """One security-group rule in canonical names; what of it cannot be read is said of the group."""
    found: dict[str, object] = {"protocol": text(get(rule, "IpProtocol", "protocol")).lower()}
    for name, convert, sources, default in _STATED:
        value = get(rule, *sources)
        read = default if value is ABSENT else group.read(f"{name} of a rule", convert, value)
        found[name] = UNKNOWN if read is ABSENT else read
    ends = {name: text(get(rule, *sources)) for name, sources in _RULE_ENDS.items()}
    blocks = {name: group.read(f"{name} of a rule", as_block, get(rule, *sources)) for name, sources in _BLOCKS.items()}
    priority = {"priority": group.read("priority of a rule", COUNT, get(rule, "Priority"))}
    return found | {name: value for name, value in (ends | blocks | priority).items() if value not in ("", ABSENT)}
