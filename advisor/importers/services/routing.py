"""VPC: addresses that move between servers (HaVip), and routes whose next hop is a server of one's own.

Fields: DescribeHaVips, DescribeRouteTableList, DescribeRouteEntryList (and the older DescribeRouteTables) in the public
SDK of vpc 2016-04-28."""

from __future__ import annotations

from typing import Final

from advisor.importers.convert import as_id, as_ids, as_lower, as_text, as_time
from advisor.importers.fields import Record, get, text
from advisor.importers.records import Batch, Context, Draft, Spec, field_of

HA_VIP = Spec(
    kind="ha_vip",
    id=("HaVipId", "id"),
    name=("Name",),
    hints=("havip", "havips"),
    needs=(frozenset({"havipid", "ipaddress"}), frozenset({"havipid", "vswitchid"})),
    fields=(
        field_of("address", "IpAddress", as_text),
        field_of("vpc_id", "VpcId", as_id),
        field_of("vswitch_id", "VSwitchId", as_id),
        field_of("associated_ids", "AssociatedInstances", as_ids),
        field_of("master_id", "MasterInstanceId", as_id),
        field_of("created_at", "CreateTime", as_time),
    ),
)

_OWN_HOPS: Final = frozenset({"instance", "networkinterface", "havip"})
"""Next hops that a failure of a server takes away; all others are gateways, which the provider keeps."""


def _routes(record: Record, table: Draft) -> tuple[dict[str, object], ...]:
    """The next hops of a route that are servers of one's own; those of a standby or of equal weight are several."""
    hops = table.listed("next hops of a route", get(record, "NextHops"), "NextHopId", "NextHopType") or ()
    if not hops and text(get(record, "InstanceId")):
        hops = ({"NextHopId": get(record, "InstanceId"), "NextHopType": get(record, "NextHopType")},)
    found: list[dict[str, object]] = []
    for hop in hops:
        kind, target = text(get(hop, "NextHopType")), text(get(hop, "NextHopId"))
        if kind.lower() in _OWN_HOPS and target:
            found.append({"cidr": text(get(record, "DestinationCidrBlock")), "hop_type": kind, "hop_id": target})
    return tuple(found)


def _table_finish(draft: Draft, record: Record) -> None:
    entries = draft.listed("routes", get(record, "RouteEntrys"), "DestinationCidrBlock", "RouteEntryId", "NextHops")
    if entries is not None:
        draft.attributes["routes"] = tuple(route for one in entries for route in _routes(one, draft))


ROUTE_TABLE = Spec(
    kind="route_table",
    id=("RouteTableId", "id"),
    name=("RouteTableName",),
    hints=("routertablelist", "routertablelisttype", "routetables", "routetable", "routetablelist"),
    needs=(
        frozenset({"routetableid", "routetabletype"}),
        frozenset({"routetableid", "routertype"}),
        frozenset({"routetableid", "routeentrys"}),
    ),
    refuses=frozenset({"destinationcidrblock", "vswitchid"}),
    finish=_table_finish,
    unite=frozenset({"routes"}),
    fields=(
        field_of("vpc_id", "VpcId", as_id),
        field_of("vswitch_ids", "VSwitchIds", as_ids),
        field_of("table_type", "RouteTableType", as_lower),
        field_of("created_at", "CreationTime", as_time),
    ),
)


def read_route(record: Record, context: Context, batch: Batch) -> None:
    """One route of a table; what leads to a gateway of the provider adds nothing."""
    table = text(get(record, "RouteTableId"))
    if not table:
        return
    draft = Draft("route_table", table, context.place, partial=True, unite=frozenset({"routes"}))
    draft.attributes["routes"] = _routes(record, draft)
    batch.drafts.append(draft)
