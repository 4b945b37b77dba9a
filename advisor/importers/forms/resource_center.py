"""Resource Center, Cloud Config and CADT: lists over all kinds, in which a type names the kind of each row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from advisor.importers.catalogue import SPEC_OF_KIND
from advisor.importers.convert import as_id, as_time, json_inside, tried, unique
from advisor.importers.fields import ABSENT, Record, get, keys_of, plain, records, text
from advisor.importers.paging import Length, length_of
from advisor.importers.places import kind_of_id
from advisor.importers.records import (
    Batch,
    Collector,
    Context,
    Draft,
    ListSeen,
    no_record,
    read_record,
    read_tags,
)
from advisor.importers.remedies import EXPORT_AGAIN, NOTHING_TO_DO
from advisor.importers.secrets import is_secret_name
from advisor.importers.services.databases import POLARDB
from advisor.model.inventory import LISTED_IN_PARTS, Kind, Origin

KIND_OF_TYPE: Final[dict[str, Kind]] = {
    "acsecsinstance": "instance",
    "acsecsdisk": "disk",
    "acsecssnapshot": "snapshot",
    "acsecsautosnapshotpolicy": "snapshot_policy",
    "acsecssecuritygroup": "security_group",
    "acsecsnetworkinterface": "network_interface",
    "acsecsdeploymentset": "deployment_set",
    "acsecsimage": "image",
    "acsebsdiskreplicapair": "replica_pair",
    "acsvpcvpc": "vpc",
    "acsvpcvswitch": "vswitch",
    "acsvpcnatgateway": "nat_gateway",
    "acsnatnatgateway": "nat_gateway",
    "acsnatgatewaynatgateway": "nat_gateway",
    "acseipeipaddress": "eip",
    "acseipaddress": "eip",
    "acsvpceipaddress": "eip",
    "acsvpcvpngateway": "vpn_gateway",
    "acsvpnvpngateway": "vpn_gateway",
    "acsvpngatewayvpngateway": "vpn_gateway",
    "acscenceninstance": "cen",
    "acsexpressconnectvirtualborderrouter": "border_router",
    "acsexpressconnectphysicalconnection": "physical_connection",
    "acsslbloadbalancer": "load_balancer",
    "acsalbloadbalancer": "load_balancer",
    "acsnlbloadbalancer": "load_balancer",
    "acsslblistener": "listener",
    "acsalblistener": "listener",
    "acsnlblistener": "listener",
    "acsalbservergroup": "server_group",
    "acsnlbservergroup": "server_group",
    "acsessscalinggroup": "scaling_group",
    "acsrdsdbinstance": "database",
    "acspolardbdbcluster": "database",
    "acsddsdbinstance": "database",
    "acskvstoreinstance": "cache",
    "acskvstoredbinstance": "cache",
    "acsredisdbinstance": "cache",
    "acsredisinstance": "cache",
    "acsossbucket": "bucket",
    "acsackcluster": "cluster",
    "acscskubernetescluster": "cluster",
    "acshbrvault": "vault",
    "acshbrbackupplan": "backup_plan",
    "acsnasfilesystem": "file_system",
    "acskmskey": "key",
    "acsdtsinstance": "dts_job",
    "acsdtsdtsjob": "dts_job",
    "ecs": "instance",
    "disk": "disk",
    "vpc": "vpc",
    "vswitch": "vswitch",
    "eip": "eip",
    "nat": "nat_gateway",
    "clb": "load_balancer",
    "slb": "load_balancer",
    "alb": "load_balancer",
    "nlb": "load_balancer",
    "albservergroup": "server_group",
    "slbvservergroup": "server_group",
    "eni": "network_interface",
    "securitygroup": "security_group",
    "oss": "bucket",
    "nas": "file_system",
    "rds": "database",
    "polardb": "database",
    "dds": "database",
    "kvstore": "cache",
    "tair": "cache",
    "ess": "scaling_group",
    "ack": "cluster",
    "ackmanaged": "cluster",
    "ask": "cluster",
    "vpn": "vpn_gateway",
    "cbs": "vault",
}
_LISTS: Final = (
    "resources",
    "discoveredresourceprofilelist",
    "configurationitems",
    "discoveredresourcedetail",
    "configurationlist",
    "list",
)
_NAMELESS: Final = "they have no id or no type"
_LOOKED_AT: Final = 20
_TYPED: Final = frozenset({"resourcetype", "resourceid"})
_TIMES: Final = {
    "created_at": ("CreateTime", "ResourceCreateTime", "ResourceCreationTime"),
    "expired_at": ("ExpireTime",),
}
_OF_VPC: Final = frozenset({"vpc_id", "vswitch_id", "instance_id", "security_group_ids"})


def matches(value: object) -> bool:
    """Whether the document holds rows with a resource type: an answer, a snapshot of configurations, a probe."""
    return any(True for _ in _rows(value)) or bool(_relations(value))


def read(value: object, context: Context, collector: Collector) -> bool:
    """Read all rows, and the pairs of related resources."""
    batch = collector.batch(context)
    listed: dict[Kind, list[str]] = {}
    left_out: dict[str, int] = {}
    for place, row in _rows(value):
        draft = _row(row, context.but(place=place), batch, collector)
        if isinstance(draft, str):
            left_out[draft] = left_out.get(draft, 0) + 1
        else:
            listed.setdefault(draft.kind, []).append(draft.id)
    for reason, count in sorted(left_out.items()):
        remedy = EXPORT_AGAIN if reason == _NAMELESS else NOTHING_TO_DO
        collector.skip(f"{count} rows", reason, Origin(context.file, context.place), remedy)
    if left_out.get(_NAMELESS):
        where, title = Origin(context.file, context.place), f"{left_out[_NAMELESS]} rows have no id or no type"
        collector.note("INV-NO-ID", "medium", title, where, "they were left out.", "Export the list again.")
    length = _length(value, context, collector)
    for kind, ids in listed.items():
        where = Origin(context.file, context.place)
        # Of a kind that several calls list together, the types of resources are those of the first.
        part = LISTED_IN_PARTS.get(kind, ("",))[0]
        collector.lists.append(ListSeen(kind, "types", "", tuple(ids), where, part=part, unsure=length.unsure))
    _note_part(length, sum(len(ids) for ids in listed.values()) + sum(left_out.values()), context, collector)
    for pair in _relations(value):
        _relate(pair, context, batch)
    return True


def _rows(value: object, place: str = "", depth: int = 0) -> list[tuple[str, Record]]:
    """Rows that carry a type and an id, wherever the wrapper puts them: in a list, by region, page after page."""
    if depth > 4:
        return []
    if isinstance(value, list):
        return _rows_of_list(value, place, depth)
    if not isinstance(value, Mapping):
        return []
    if _is_row(value):
        return [(place, value)]
    found: list[tuple[str, Record]] = []
    for key, inner in value.items():
        here = f"{place}.{key}" if place else str(key)
        if isinstance(inner, list) and plain(str(key)) in _LISTS:
            rows = [(f"{here}[{index}]", _record(row)) for index, row in enumerate(inner)]
            found.extend(rows if any(_is_row(row) for _, row in rows) else ())
        elif isinstance(inner, Mapping) and plain(str(key)) not in ("resourcerelationships",):
            found.extend(_rows(inner, here, depth + 1))
    return found


def _rows_of_list(rows: list[object], place: str, depth: int) -> list[tuple[str, Record]]:
    """A list without its wrapper: of rows, or of pages."""
    if not any(isinstance(row, Mapping) and (_is_row(row) or _holds_list(row)) for row in rows[:_LOOKED_AT]):
        return []
    found: list[tuple[str, Record]] = []
    for index, row in enumerate(rows):
        here = f"{place}[{index}]"
        inner = _rows(row, here, depth + 1)
        found.extend(inner or ([] if isinstance(row, Mapping) and _holds_list(row) else [(here, _record(row))]))
    return found


def _record(row: object) -> Record:
    """The row, or an empty one in its place: what is no record has no id either, which is said."""
    return row if isinstance(row, Mapping) else {}


def _holds_list(page: Record) -> bool:
    return any(plain(str(key)) in _LISTS and plain(str(key)) != "list" for key in page)


def _is_row(row: Record) -> bool:
    names = keys_of(row).keys()
    if not names >= _TYPED or names & {"relatedresourceid", "tagkey"} or not text(get(row, "resourceId")):
        return False
    return "::" in text(get(row, "resourceType")) or "relationships" in names


def _row(row: Record, context: Context, batch: Batch, collector: Collector) -> Draft | str:
    """The draft of one row, or why there is none."""
    if not _is_row(row):
        return _NAMELESS
    deleted = get(row, "Deleted")
    if deleted is True or text(get(row, "ResourceDeleted")) == "0":
        return "deleted resources"
    written = text(get(row, "resourceType"))
    resource_id = text(get(row, "resourceId"))
    if is_secret_name(written):
        return f"{written}: credentials are never kept"
    kind = KIND_OF_TYPE.get(plain(written)) or kind_of_id(resource_id) or "other"
    written_at = get(row, "CaptureTime", "UpdateTime")
    captured = tried(as_time, written_at)
    if isinstance(captured, str) and captured:
        batch = collector.batch(context.but(observed_at=captured))
    draft = _configured(kind, row, resource_id, context, batch, collector)
    draft.read("the time of the row", as_time, written_at)
    _profile(draft, row, context, collector)
    if kind == "other":
        draft.attributes["resource_type"] = written
    return draft


def _configured(
    kind: Kind, row: Record, resource_id: str, context: Context, batch: Batch, collector: Collector
) -> Draft:
    """The draft with what the row's configuration holds (the describe answer, as JSON in a text)."""
    configuration = json_inside(get(row, "Configuration", "attributes"))
    spec = POLARDB if kind == "database" and resource_id.startswith("pc-") else SPEC_OF_KIND.get(kind)
    if isinstance(configuration, Mapping) and configuration and spec is not None:
        record = {**configuration, spec.id[0]: resource_id}
        draft = read_record(spec, record, context, batch, collector)
        if draft is not None:
            return draft
    draft = Draft(kind, resource_id, context.place)
    if spec is not None:
        draft.read("the configuration", _no_configuration, configuration)
    batch.drafts.append(draft)
    return draft


def _no_configuration(value: object) -> object:
    """Nothing where there is none; ``ValueError`` where something else stands in its place, or a part of it."""
    if value not in (None, "", "-") and not isinstance(value, Mapping):
        what = "cut off or no valid JSON" if isinstance(value, str) else "no record"
        raise ValueError(f"is {what}; expected: what the describe call of the resource answers")
    return ABSENT


def _profile(draft: Draft, row: Record, context: Context, collector: Collector) -> None:
    """What the row itself says."""
    draft.name = draft.name or text(get(row, "resourceName"))
    draft.region = draft.region or draft.worded("region", get(row, "RegionId", "Region")) or context.region
    draft.zone = draft.zone or draft.worded("zone", get(row, "ZoneId", "AvailabilityZone")) or None
    draft.status = draft.status or draft.worded("status", get(row, "ResourceStatus", "Status")) or None
    tags = get(row, "Tags")
    if draft.tags is None and tags is not ABSENT:
        draft.tags = read_tags(tags, draft.id, context, collector)
    for name, source in (("vpc_id", "VpcId"), ("vswitch_id", "VSwitchId")):
        value = draft.read(name, as_id, get(row, source))
        if isinstance(value, str) and value and plain(draft.kind) != plain(name[:-3]):
            draft.attributes.setdefault(name, value)
    given = get(row, "IpAddressAttributes")
    addresses = records(given)
    if draft.kind == "instance" and not addresses and no_record(given) and given is not ABSENT:
        draft.odd = (*draft.odd, f"IpAddressAttributes {no_record(given)}")
    if addresses and draft.kind == "instance":
        for name, network in (("private_ips", "private"), ("public_ips", "public")):
            found = unique(
                *(get(one, "IpAddress") for one in addresses if text(get(one, "NetworkType")).lower() == network)
            )
            draft.attributes.setdefault(name, found)
    spec = SPEC_OF_KIND.get(draft.kind)
    own = {one.name for one in spec.fields} if spec else set()
    for name, sources in ((name, sources) for name, sources in _TIMES.items() if name in own):
        moment = draft.read(name, as_time, get(row, *sources))
        if isinstance(moment, str):
            draft.attributes.setdefault(name, moment)
    account = text(get(row, "AccountId"))
    if account:
        draft.attributes.setdefault("account_id", account)
    _relationships(draft, get(row, "_relationships"))


def _relationships(draft: Draft, value: object) -> None:
    """CADT's named links of a row (``vpc_id``, ``vswitch_id``, ``security_group_ids``, ``instance_id``)."""
    if not isinstance(value, Mapping):
        return
    for key, linked in value.items():
        name = "instance_ids" if draft.kind == "disk" and key == "instance_id" else str(key)
        found = unique(linked)
        if not found or not (key in _OF_VPC or name.endswith(("_id", "_ids"))) or is_secret_name(name):
            continue
        draft.attributes.setdefault(name, found if name.endswith("_ids") else found[0])


def _length(value: object, context: Context, collector: Collector) -> Length:
    """What the answer says of the length of its list."""
    body = get(value, "DiscoveredResourceProfiles") if isinstance(value, Mapping) else ABSENT
    holder = body if isinstance(body, Mapping) else value if isinstance(value, Mapping) else {}
    return length_of(holder, context, collector)


def _note_part(length: Length, there: int, context: Context, collector: Collector) -> None:
    of_all = length.total is not None and length.total > there
    if there and (of_all or length.more):
        noun = "resource" if there == 1 else "resources"
        follows = f"{there} {noun}, and the last page says that more follow"
        shown = f"{there} of {length.total} resources" if of_all else follows
        collector.note(
            "INV-TRUNCATED",
            "high",
            f"Pages are missing: {shown}",
            Origin(context.file, context.place),
            "the list is a part. What is not there is unknown, not absent.",
            "Export every page.",
        )


def _relations(value: object) -> list[Record]:
    return records(get(value, "ResourceRelationships")) if isinstance(value, Mapping) else []


def _relate(pair: Record, context: Context, batch: Batch) -> None:
    """An undirected, unnamed pair: kept on both sides."""
    ends = [text(get(pair, "ResourceId")), text(get(pair, "RelatedResourceId"))]
    types = [text(get(pair, "ResourceType")), text(get(pair, "RelatedResourceType"))]
    if not all(ends):
        return
    for index in (0, 1):
        kind = KIND_OF_TYPE.get(plain(types[index])) or kind_of_id(ends[index]) or "other"
        draft = Draft(kind, ends[index], context.place, partial=True, unite=frozenset({"related_ids"}))
        draft.attributes["related_ids"] = (ends[1 - index],)
        batch.drafts.append(draft)
