"""Ids, regions and zones: what their spelling tells, and nothing that a file does not say."""

from __future__ import annotations

import re
from typing import Final

from advisor.importers.convert import as_text
from advisor.model.inventory import Kind

KIND_OF_PREFIX: Final[dict[str, Kind]] = {
    "i": "instance",
    "d": "disk",
    "s": "snapshot",
    "sp": "snapshot_policy",
    "m": "image",
    "eni": "network_interface",
    "ds": "deployment_set",
    "vpc": "vpc",
    "vsw": "vswitch",
    "sg": "security_group",
    "eip": "eip",
    "ngw": "nat_gateway",
    "vpn": "vpn_gateway",
    "cen": "cen",
    "tr": "transit_router",
    "vbr": "border_router",
    "ri": "router_interface",
    "lb": "load_balancer",
    "alb": "load_balancer",
    "nlb": "load_balancer",
    "rsp": "server_group",
    "sgp": "server_group",
    "lsn": "listener",
    "asg": "scaling_group",
    "rm": "database",
    "rr": "database",
    "pgm": "database",
    "pgr": "database",
    "pc": "database",
    "dds": "database",
    "r": "cache",
    "v": "vault",
    "plan": "backup_plan",
    "pair": "replica_pair",
    "gtm": "gtm_instance",
}
NO_REGION: Final = frozenset({"global", "-", "--", "none", "null", "n/a"})
"""Words for what lies in no region (the types' lists of Resource Center say ``global``) or of which none is said."""
_ID = re.compile(r"^([a-z]{1,4})-[0-9A-Za-z*]")
_REGION = r"(?:cn|ap|us|eu|me|na|sa|af)-[a-z]{2,}(?:-(?:finance|acdr|gov|ut|test)[a-z]*)?(?:-\d{1,2})?"
_ZONE_END = re.compile(rf"^(?:({_REGION})-[a-z]|({_REGION}(?<=\d))[a-z])$")
_ZONE_LIKE = re.compile(rf"^{_REGION}-?[a-z0-9]+(?:-[a-z0-9]+)*$")
_REGION_ALONE = re.compile(rf"^{_REGION}$")
_REGION_INSIDE = re.compile(rf"(?<![A-Za-z0-9]){_REGION}(?![a-z0-9])")
_MULTI_ZONE = re.compile(rf"^({_REGION})(-?)MAZ\d*\(([a-z](?:,[a-z])*)\)$", re.IGNORECASE)
_ID_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])((?:gtm-[a-z]{2}-[0-9a-z*]{3,})|(?:[a-z]{1,4}-[0-9a-z*]{3,})|(?:c[0-9a-f]{32}))(?![0-9a-z])"
)
_DATE_TOKEN = re.compile(r"(?<!\d)(20\d\d)[-_年]?(0[1-9]|1[0-2])[-_月]?(0[1-9]|[12]\d|3[01])日?(?!\d)")
_API_VERSIONS: Final = frozenset(
    {
        "2014-05-15",
        "2014-05-26",
        "2014-08-15",
        "2014-08-28",
        "2015-01-01",
        "2015-01-09",
        "2015-12-15",
        "2016-04-28",
        "2017-06-26",
        "2017-08-01",
        "2017-09-08",
        "2017-09-12",
        "2020-01-01",
        "2020-06-16",
        "2020-09-07",
        "2021-07-30",
        "2022-02-22",
        "2022-04-30",
        "2022-12-01",
    }
)
_ASKED = re.compile(
    r"(?:^|[/\\])(?:Describe|List|Get)[A-Z][A-Za-z0-9]+\.(?!page\d+\.)(?P<about>[^/\\]+?)(?:\.page\d+)?"
    r"\.(?:json|xml|ya?ml|txt)$"
)
_ABOUT_A_NAME = re.compile(r"(GetBucket[A-Za-z]+|DescribeAccessRules|DescribeDomainRecords)\.[^/\\]+$")
_CLUSTER = re.compile(r"^c[0-9a-f]{32}$")


def kind_of_id(resource_id: str) -> Kind | None:
    """The kind that the id's prefix stands for, None where it stands for none."""
    match = _ID.match(resource_id)
    if match:
        return KIND_OF_PREFIX.get(match.group(1))
    return "cluster" if _CLUSTER.match(resource_id) else None


def is_region(text: str) -> bool:
    """Whether the text is spelt like a region id (``cn-hangzhou``, ``ap-southeast-1``)."""
    return _REGION_ALONE.match(text) is not None


def region_of_zone(zone: str | None) -> str | None:
    """``cn-hangzhou`` of ``cn-hangzhou-k`` or ``cn-hangzhou-MAZ5(b,e)``, ``ap-southeast-1`` of ``ap-southeast-1a``."""
    if not zone:
        return None
    several, single = _MULTI_ZONE.match(zone), _ZONE_END.match(zone)
    if several:
        return several.group(1)
    return (single.group(1) or single.group(2)) if single else None


def is_zone(text: str) -> bool:
    """Whether the text is spelt like a zone id (``cn-hangzhou-k``, ``ap-southeast-1a``, ``cn-hangzhou-MAZ5(b,e)``, the
    edge's ``cn-beijing-btc-a01``): a region with something behind it."""
    return region_of_zone(text) is not None or (_ZONE_LIKE.match(text) is not None and not is_region(text))


def zones_in(text: str) -> tuple[str, ...]:
    """The zones of ``cn-beijing-MAZ5(a,b)``, of a comma-separated list or of a single zone, in the order written; words
    for none (``-``) are no zones."""
    match = _MULTI_ZONE.match(text.strip())
    if match:
        region, dash, letters = match.groups()
        return tuple(dict.fromkeys(f"{region}{dash}{letter}".lower() for letter in letters.split(",")))
    return tuple(dict.fromkeys(zone for part in text.split(",") if (zone := zone_written(part))))


def _without_name(path: str) -> str:
    """The path without the name that people gave to what the file is about: such a name may hold anything."""
    return _ABOUT_A_NAME.sub(r"\1", path)


def region_in_path(path: str) -> str | None:
    """The region that a file or folder name carries; the one nearest to the file's own name."""
    found = _REGION_INSIDE.findall(_without_name(path))
    return region_of_zone(found[-1]) or found[-1] if found else None


def ids_in_path(path: str, *kinds: Kind) -> tuple[str, ...]:
    """Ids of these kinds that the path carries, the nearest to the file's own name last."""
    tokens = _ID_TOKEN.findall(path)
    return tuple(dict.fromkeys(token for token in tokens if kind_of_id(token) in kinds))


def about_in_path(path: str) -> str:
    """What an answer is about, where it is filed as ``<Operation>.<id or name>.json`` (or .xml, .yaml, .txt); else
    nothing. For ids and names whose spelling does not tell what they are."""
    found = _ASKED.search(path)
    return found["about"] if found else ""


def date_in_path(path: str) -> str | None:
    """A day in the file or folder name (``2025-03-04``, ``20250304``, ``2025年03月04日``); an API's version is none."""
    found = ["-".join(parts) for parts in _DATE_TOKEN.findall(_without_name(path))]
    days = [day for day in found if day not in _API_VERSIONS]
    return days[-1] if days else None


def zone_written(text: str) -> str:
    """A zone as the cloud writes it, in lower case; empty for a word for none (``-``), as it stands where it is spelt
    like no zone."""
    written = str(as_text(text))
    return lowered if not is_zone(written) and is_zone(lowered := written.lower()) else written


def region_written(text: str) -> str:
    """A region as the cloud writes it, as ``zone_written``; without the prefix of OSS (``oss-cn-hangzhou``)."""
    written = str(as_text(text))
    lowered = written.lower().removeprefix("oss-")
    return lowered if is_region(lowered) else written
