"""VPC: networks, vSwitches, EIPs, NAT and VPN gateways."""

from __future__ import annotations

from typing import Final

from advisor.importers.convert import as_bool, as_id, as_ids, as_lower, as_text, as_texts, as_time, as_word
from advisor.importers.fields import ABSENT, Record, get, text
from advisor.importers.places import ids_in_path
from advisor.importers.quantities import COUNT, MBPS, PORT
from advisor.importers.records import Batch, Context, Draft, Spec, field_of
from advisor.importers.services.hybrid import attached_cens

_ANY_PORT: Final = frozenset({"", "any", "all", "-", "-1"})
VPC = Spec(
    kind="vpc",
    id=("VpcId", "id"),
    name=("VpcName", "name"),
    hints=("vpc", "vpcs"),
    needs=(
        frozenset({"vpcid", "vrouterid"}),
        frozenset({"vpcid", "cidrblock", "vswitchids"}),
        frozenset({"vpcid", "vpcname", "cidrblock"}),
    ),
    refuses=frozenset({"vswitchid", "instanceid", "natgatewayid"}),
    fields=(
        field_of("cidr", "CidrBlock", as_text),
        field_of("secondary_cidrs", "SecondaryCidrBlocks", as_texts),
        field_of("is_default", "IsDefault", as_bool),
        field_of("vswitch_ids", "VSwitchIds", as_ids),
        field_of("cen_ids", "AssociatedCens", attached_cens),
        field_of("created_at", "CreationTime", as_time),
    ),
    unite=frozenset({"cen_ids"}),
)

VSWITCH = Spec(
    kind="vswitch",
    id=("VSwitchId", "id"),
    name=("VSwitchName", "name"),
    hints=("vswitch", "vswitches"),
    needs=(frozenset({"vswitchid", "cidrblock"}), frozenset({"vswitchid", "availableipaddresscount"})),
    fields=(
        field_of("vpc_id", "VpcId", as_id),
        field_of("cidr", "CidrBlock", as_text),
        field_of("is_default", "IsDefault", as_bool),
        field_of("available_ips", "AvailableIpAddressCount", COUNT),
        field_of("route_table_id", "RouteTable.RouteTableId", as_id),
        field_of("created_at", "CreationTime", as_time),
    ),
)

EIP = Spec(
    kind="eip",
    id=("AllocationId", "id"),
    name=("Name",),
    hints=("eipaddress", "eipaddresses"),
    needs=(frozenset({"allocationid", "ipaddress"}),),
    refuses=frozenset({"issupportunassociate", "usingstatus"}),
    region=("RegionId", "Region", "InstanceRegionId"),
    zone=("Zone",),
    fields=(
        field_of("address", "IpAddress", as_text),
        field_of("bandwidth_mbps", "EipBandwidth | Bandwidth", MBPS),
        field_of("instance_id", "InstanceId", as_id),
        field_of("instance_type", "InstanceType", as_word),
        field_of("instance_region", "InstanceRegionId", as_word),
        field_of("charge_type", "ChargeType", as_text),
        field_of("internet_charge_type", "InternetChargeType", as_text),
        field_of("bandwidth_package_id", "BandwidthPackageId", as_id),
        field_of("service_managed", "ServiceManaged", as_bool),
        field_of("isp", "ISP", as_text),
        field_of("created_at", "AllocationTime", as_time),
    ),
)

NAT_GATEWAY = Spec(
    kind="nat_gateway",
    id=("NatGatewayId", "id"),
    name=("Name", "nat_gateway_name"),
    hints=("natgateway", "natgateways"),
    needs=(frozenset({"natgatewayid", "vpcid"}), frozenset({"natgatewayid", "nattype"})),
    refuses=frozenset({"snatentryid", "forwardentryid"}),
    zone=("NatGatewayPrivateInfo.IzNo",),
    unite=frozenset({"snat_entries", "forward_entries"}),
    fields=(
        field_of("vpc_id", "VpcId", as_id),
        field_of("vswitch_id", "NatGatewayPrivateInfo.VswitchId | vswitch_id", as_id),
        field_of("eip_ids", "IpLists.IpList.AllocationId | ip_lists.AllocationId", as_ids),
        field_of("addresses", "IpLists.IpList.IpAddress | ip_lists.IpAddress", as_texts),
        field_of("network_type", "NetworkType", as_lower),
        field_of("nat_type", "NatType", as_word),
        field_of("snat_table_ids", "SnatTableIds", as_ids),
        field_of("forward_table_ids", "ForwardTableIds", as_ids),
        field_of("charge_type", "InstanceChargeType", as_text),
        field_of("created_at", "CreationTime", as_time),
    ),
)

VPN_GATEWAY = Spec(
    kind="vpn_gateway",
    id=("VpnGatewayId", "id"),
    name=("Name",),
    hints=("vpngateway", "vpngateways"),
    needs=(frozenset({"vpngatewayid", "vpcid"}), frozenset({"vpngatewayid", "internetip"})),
    refuses=frozenset({"vpnconnectionid"}),
    fields=(
        field_of("vpc_id", "VpcId", as_id),
        field_of("vswitch_id", "VSwitchId", as_id),
        field_of("address", "InternetIp", as_text),
        field_of("created_at", "CreateTime", as_time),
        field_of("expired_at", "EndTime", as_time),
    ),
)


def read_snat_entry(record: Record, context: Context, batch: Batch) -> None:
    """A source-address rule of a NAT gateway."""
    _entry(
        record,
        context,
        batch,
        "snat_entries",
        {
            "source_vswitch_id": "SourceVSwitchId",
            "source_cidr": "SourceCIDR",
            "address": "SnatIp",
        },
    )


def read_forward_entry(record: Record, context: Context, batch: Batch) -> None:
    """A destination-address rule of a NAT gateway."""
    _entry(
        record,
        context,
        batch,
        "forward_entries",
        {
            "external_ip": "ExternalIp",
            "external_port": "ExternalPort",
            "internal_ip": "InternalIp",
            "internal_port": "InternalPort",
            "protocol": "IpProtocol",
        },
    )


def _entry(record: Record, context: Context, batch: Batch, attribute: str, names: dict[str, str]) -> None:
    gateway = text(get(record, "NatGatewayId")) or next(iter(ids_in_path(context.path, "nat_gateway")[-1:]), "")
    if not gateway:
        raise LookupError("the entry does not name its NAT gateway; put the gateway's id (ngw-…) into the file name")
    draft = Draft("nat_gateway", gateway, context.place, partial=True, unite=frozenset({attribute}))
    found = {
        name: draft.read(f"{name} of a rule", _ports if name.endswith("_port") else text, get(record, source))
        for name, source in names.items()
    }
    draft.attributes[attribute] = ({name: value for name, value in found.items() if value is not ABSENT},)
    batch.drafts.append(draft)


def _ports(value: object) -> object:
    """A port, several (``10/20``) or any, as written; ``ValueError`` where it is none of these."""
    written = text(value)
    ends = [] if written.lower() in _ANY_PORT else written.split("/")
    for end in ends:
        PORT(True if isinstance(value, bool) else end)
    return written
