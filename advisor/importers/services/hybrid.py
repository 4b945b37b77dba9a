"""What leads out of a VPC into other networks: Cloud Enterprise Network and Express Connect.

Fields: DescribeCens, DescribeCenAttachedChildInstances, ListTransitRouters, ListTransitRouterVpcAttachments and
ListTransitRouterVbrAttachments in the public SDK of cbn 2017-09-12; DescribeVirtualBorderRouters, DescribeVbrHa,
DescribePhysicalConnections and DescribeRouterInterfaces in that of vpc 2016-04-28."""

from __future__ import annotations

from typing import Final

from advisor.importers.convert import as_id, as_lower, as_records, as_text, as_time, as_word, unique
from advisor.importers.fields import ABSENT, Record, get, text
from advisor.importers.quantities import MBPS
from advisor.importers.records import Batch, Context, Draft, Spec, field_of
from advisor.importers.services.traffic import in_no_region
from advisor.model.inventory import Kind

_ATTACHED: Final = "attached"


def attached_cens(value: object) -> object:
    """The ids of the CEN instances among ``AssociatedCens`` that are attached (a state that is not told counts)."""
    given = as_records(value, ("CenId",))
    return unique(*(get(one, "CenId") for one in given if _is_attached(text(get(one, "CenStatus")))))


def _is_attached(status: str) -> bool:
    return status.lower() in ("", _ATTACHED)


CEN = Spec(
    kind="cen",
    id=("CenId", "id"),
    name=("Name", "CenInstanceName"),
    region=(),
    hints=("cens", "cen"),
    needs=(frozenset({"cenid", "cenbandwidthpackageids"}), frozenset({"cenid", "protectionlevel"})),
    refuses=frozenset({"transitrouterid", "childinstanceid", "vbrid"}),
    extra=in_no_region,
    fields=(
        field_of("protection_level", "ProtectionLevel", as_lower),
        field_of("created_at", "CreationTime", as_time),
    ),
)

TRANSIT_ROUTER = Spec(
    kind="transit_router",
    id=("TransitRouterId", "id"),
    name=("TransitRouterName",),
    hints=("transitrouter", "transitrouters"),
    needs=(frozenset({"transitrouterid", "cenid", "type"}), frozenset({"transitrouterid", "transitroutercidrlist"})),
    refuses=frozenset({"transitrouterattachmentid", "transitrouterroutetableid"}),
    fields=(
        field_of("cen_id", "CenId", as_id),
        field_of("edition", "Type", as_lower),
        field_of("created_at", "CreationTime", as_time),
    ),
)


def _attachment_finish(draft: Draft, record: Record) -> None:
    mappings = draft.listed("zone_mappings", get(record, "ZoneMappings"), "ZoneId", "VSwitchId") or ()
    found = [{"zone": text(get(one, "ZoneId")), "vswitch_id": text(get(one, "VSwitchId"))} for one in mappings]
    if mappings:
        draft.attributes["zone_mappings"] = tuple(
            {name: value for name, value in one.items() if value} for one in found
        )
        draft.zones = unique([one["zone"] for one in found if one["zone"]])


CEN_ATTACHMENT = Spec(
    kind="cen_attachment",
    id=("TransitRouterAttachmentId", "id"),
    name=("TransitRouterAttachmentName",),
    region=("VpcRegionId", "VbrRegionId", "RegionId"),
    hints=("transitrouterattachment", "transitrouterattachments"),
    needs=(
        frozenset({"transitrouterattachmentid", "transitrouterid", "vpcid"}),
        frozenset({"transitrouterattachmentid", "transitrouterid", "vbrid"}),
    ),
    finish=_attachment_finish,
    finish_reads=frozenset({"zonemappings"}),
    fields=(
        field_of("transit_router_id", "TransitRouterId", as_id),
        field_of("cen_id", "CenId", as_id),
        field_of("vpc_id", "VpcId", as_id),
        field_of("vbr_id", "VbrId", as_id),
        field_of("created_at", "CreationTime", as_time),
    ),
)
_CHILDREN: Final[dict[str, Kind]] = {"vpc": "vpc", "vbr": "border_router"}


def read_child(record: Record, context: Context, batch: Batch) -> None:
    """A network attached to a CEN instance: a VPC or a border router. Of others (CCN) only the CEN instance is kept."""
    kind = _CHILDREN.get(text(get(record, "ChildInstanceType")).lower())
    child, cen = text(get(record, "ChildInstanceId")), text(get(record, "CenId"))
    if not child or not cen:
        return
    draft = Draft("cen", cen, context.place, partial=True)
    if kind is not None:
        draft = Draft(kind, child, context.place, partial=True, unite=frozenset({"cen_ids"}))
        draft.attributes["cen_ids"] = (cen,) if _is_attached(text(get(record, "Status"))) else ()
    batch.drafts.append(draft)


def _router_finish(draft: Draft, record: Record) -> None:
    """The lines of a border router: its own one, and those that were associated beside it and are not ended."""
    given = get(record, "AssociatedPhysicalConnections")
    further = draft.listed("physical_connection_ids", given, "PhysicalConnectionId")
    kept = (one for one in further or () if text(get(one, "Status")).lower() not in _ENDED)
    lines = unique(get(record, "PhysicalConnectionId"), *(get(one, "PhysicalConnectionId") for one in kept))
    if lines or (get(record, "PhysicalConnectionId") is not ABSENT and not draft.odd):
        draft.attributes["physical_connection_ids"] = lines


_ENDED: Final = frozenset({"terminating", "terminated", "deleting", "deleted"})
BORDER_ROUTER = Spec(
    kind="border_router",
    id=("VbrId", "id"),
    name=("Name", "virtual_border_router_name"),
    hints=("virtualborderrouterset", "virtualborderroutertype", "virtualborderrouters"),
    needs=(
        frozenset({"vbrid", "physicalconnectionid"}),
        frozenset({"vbrid", "accesspointid"}),
        frozenset({"vbrid", "vlanid"}),
    ),
    refuses=frozenset({"transitrouterattachmentid", "peervbrid"}),
    finish=_router_finish,
    unite=frozenset({"cen_ids"}),
    fields=(
        field_of("access_point_id", "AccessPointId", as_id),
        field_of("cen_ids", "AssociatedCens", attached_cens),
        field_of("created_at", "CreationTime", as_time),
    ),
)


def read_failover_group(record: Record, context: Context, batch: Batch) -> None:
    """Two border routers that take over from one another: said of both."""
    group, ends = text(get(record, "VbrHaId")), [text(get(record, "VbrId")), text(get(record, "PeerVbrId"))]
    if not group or not all(ends):
        return
    for own, peer in (ends, ends[::-1]):
        draft = Draft("border_router", own, context.place, partial=True)
        draft.attributes = {"failover_group_id": group, "failover_peer_id": peer}
        status = text(get(record, "Status")).lower()
        if status:
            draft.attributes["failover_status"] = status
        batch.drafts.append(draft)


PHYSICAL_CONNECTION = Spec(
    kind="physical_connection",
    id=("PhysicalConnectionId", "id"),
    name=("Name", "physical_connection_name"),
    hints=("physicalconnectionset", "physicalconnectiontype", "physicalconnections"),
    needs=(
        frozenset({"physicalconnectionid", "lineoperator"}),
        frozenset({"physicalconnectionid", "porttype"}),
        frozenset({"physicalconnectionid", "peerlocation"}),
    ),
    refuses=frozenset({"vbrid", "vlaninterfaceid"}),
    fields=(
        field_of("access_point_id", "AccessPointId", as_id),
        field_of("redundant_id", "RedundantPhysicalConnectionId", as_id),
        field_of("parent_id", "ParentPhysicalConnectionId", as_id),
        field_of("line_operator", "LineOperator", as_text),
        field_of("bandwidth_mbps", "Bandwidth", MBPS),
        field_of("business_status", "BusinessStatus", as_lower),
        field_of("created_at", "CreationTime", as_time),
        field_of("expired_at", "EndTime", as_time),
    ),
)

ROUTER_INTERFACE = Spec(
    kind="router_interface",
    id=("RouterInterfaceId", "id"),
    name=("Name", "router_interface_name"),
    hints=("routerinterfaceset", "routerinterfacetype", "routerinterfaces"),
    needs=(frozenset({"routerinterfaceid", "routerid"}), frozenset({"routerinterfaceid", "oppositerouterid"})),
    refuses=frozenset({"destinationcidrblock"}),
    fields=(
        field_of("router_id", "RouterId", as_id),
        field_of("router_type", "RouterType", as_lower),
        field_of("vpc_id", "VpcInstanceId", as_id),
        field_of("opposite_id", "OppositeInterfaceId", as_id),
        field_of("opposite_router_id", "OppositeRouterId", as_id),
        field_of("opposite_router_type", "OppositeRouterType", as_lower),
        field_of("opposite_vpc_id", "OppositeVpcInstanceId", as_id),
        field_of("opposite_region", "OppositeRegionId", as_word),
        field_of("charge_type", "ChargeType", as_text),
        field_of("created_at", "CreationTime", as_time),
        field_of("expired_at", "EndTime", as_time),
    ),
)
