"""Where new resources go: the network that is there is used; what is missing gets an address range of its own.

Terraform and ROS ask the same questions here, so that both twins place everything alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, collapse_addresses

from advisor.exporters.params import Params
from advisor.model.deliverable import Deliverable
from advisor.model.inventory import Resource
from advisor.model.plan import Action

SUBNET_PREFIX = 24  # 252 usable addresses; a load balancer alone wants eight free ones
VPC_PREFIX = 16


@dataclass(frozen=True, slots=True)
class Vpc:
    """An existing network (``id``), or one to be created (``id`` None)."""

    region: str
    id: str | None
    cidr: str | None


@dataclass(frozen=True, slots=True)
class Subnet:
    """An existing vSwitch (``id``), or one to be created; ``zone`` or ``cidr`` None: unknown, so it is asked for."""

    vpc: Vpc
    zone: str | None
    id: str | None
    cidr: str | None


class Placement:
    """The network every action of the plan uses. All choices are made once, in the order of the plan."""

    def __init__(self, deliverable: Deliverable) -> None:
        self._inventory = deliverable.inventory
        self._regions = deliverable.rules.regions
        self._subnets: dict[tuple[str, str], dict[str, Subnet]] = {}
        self._standby: dict[str, Vpc] = {}
        self._of_action: dict[str, tuple[Subnet, ...]] = {}
        self._vpcs = list(self._inventory.of_kind("vpc"))
        self._taken = [net for vpc in self._vpcs if (net := network(vpc.text("cidr")))]
        self._vswitches: dict[str, list[Resource]] = {}
        for vswitch in self._inventory.of_kind("vswitch"):
            self._vswitches.setdefault(vswitch.text("vpc_id") or "", []).append(vswitch)
        actions = [action for workload in deliverable.plan.workloads for action in workload.actions]
        self._plan_standby(actions)
        for action in actions:
            self._of_action[action.id] = tuple(self._needs(action))

    def subnets(self, action: Action) -> tuple[Subnet, ...]:
        """The vSwitches the action puts something into, in the order of its zones."""
        return self._of_action.get(action.id, ())

    def vpc(self, action: Action) -> Vpc | None:
        """The network that the action is to use, if it needs one."""
        subnets = self.subnets(action)
        return subnets[0].vpc if subnets else None

    def source_vpc(self, resource: Resource | None) -> Vpc | None:
        """The network a resource stands in."""
        vpc_id = self._vpc_id(resource)
        if resource is None or vpc_id is None:
            return None
        vpc = self._inventory.get(vpc_id)
        return Vpc(resource.region or "", vpc_id, vpc.text("cidr") if vpc else None)

    def _vpc_id(self, resource: Resource | None) -> str | None:
        if resource is None:
            return None
        vswitch = self._inventory.get(resource.text("vswitch_id"))
        return resource.text("vpc_id") or (vswitch.text("vpc_id") if vswitch else None)

    def _needs(self, action: Action) -> Iterator[Subnet]:
        params = Params.of(action)
        match action.mechanism:
            case "standby_instance":
                yield self._standby_subnet(action, params)
            case "dts":
                region = params.text("target_region") or action.region
                yield self._subnet(self._standby_vpc(region), params.text("target_zone"))
            case "fleet_standby":
                region = params.text("target_region") or action.region
                zones = _zones(params) or self._catalogue(region)[:2]
                for zone in zones or ("",):
                    yield self._subnet(self._standby_vpc(region), zone or None)
            case "alb_multi_zone":
                yield from self._alb_subnets(action, params)
            case "rds_ha":
                database = self._inventory.get(params.text("database_id"))
                vpc = self.source_vpc(database) or Vpc(action.region, None, None)
                yield self._subnet(vpc, params.text("slave_zone"))
            case _:
                return

    def _standby_subnet(self, action: Action, params: Params) -> Subnet:
        region = params.text("target_region") or action.region
        source = self._inventory.get(params.text("instance_id"))
        vpc = self.source_vpc(source) if source is not None and source.region == region else None
        zone = params.text("target_zone") or next(
            (zone for zone in self._catalogue(region) if source is None or zone != source.zone), None
        )
        return self._subnet(vpc or self._standby_vpc(region), zone)

    def _alb_subnets(self, action: Action, params: Params) -> Iterator[Subnet]:
        vpc_id = params.text("vpc_id")
        known = self._inventory.get(vpc_id)
        vpc = Vpc(action.region, vpc_id, known.text("cidr") if known else None)
        records = params.records("zones")
        for zone in () if records else (self._catalogue(action.region)[:2] or ("",)):
            yield self._subnet(vpc, zone or None)
        for record in records:
            vswitch_id = record.text("vswitch_id")
            if vswitch_id:
                yield Subnet(vpc, record.text("zone"), vswitch_id, None)
            else:
                yield self._subnet(vpc, record.text("zone"), record.text("cidr"))

    def _catalogue(self, region: str) -> tuple[str, ...]:
        known = self._regions.get(region)
        return known.zones if known else ()

    def _plan_standby(self, actions: Sequence[Action]) -> None:
        """One network per region for all that stands by there: the existing one with most of the zones wanted."""
        wanted: dict[str, set[str]] = {}
        for action in actions:
            params = Params.of(action)
            region = params.text("target_region")
            if action.mechanism in ("standby_instance", "dts", "fleet_standby") and region:
                zones = {*_zones(params), params.text("target_zone") or ""} - {""}
                wanted.setdefault(region, set()).update(zones)
        for region in sorted(wanted):
            self._standby[region] = self._choose_vpc(region, wanted[region])

    def _choose_vpc(self, region: str, zones: set[str]) -> Vpc:
        found: dict[str, set[str]] = {vpc.id: set() for vpc in self._vpcs if vpc.region == region}
        for vpc_id, vswitches in self._vswitches.items():
            here = {vswitch.zone or "" for vswitch in vswitches if vswitch.region == region}
            if vpc_id and here:
                found.setdefault(vpc_id, set()).update(here)
        if not found:
            return self._new_vpc(region)
        best = min(found, key=lambda vpc_id: (-len(found[vpc_id] & zones), vpc_id))
        known = self._inventory.get(best)
        return Vpc(region, best, known.text("cidr") if known else None)

    def _standby_vpc(self, region: str) -> Vpc:
        if region not in self._standby:
            self._standby[region] = self._choose_vpc(region, set())
        return self._standby[region]

    def _new_vpc(self, region: str) -> Vpc:
        candidates = (IPv4Network(f"10.{second}.0.0/{VPC_PREFIX}") for second in range(1, 255))
        chosen = next((net for net in candidates if not any(net.overlaps(taken) for taken in self._taken)), None)
        if chosen is None:
            return Vpc(region, None, None)
        self._taken.append(chosen)
        return Vpc(region, None, str(chosen))

    def _subnet(self, vpc: Vpc, zone: str | None, cidr: str | None = None) -> Subnet:
        key = (vpc.region, vpc.id or "")
        known = self._subnets.setdefault(key, {})
        if zone and zone in known:
            return known[zone]
        existing = self._existing(vpc, zone)
        subnet = existing or Subnet(vpc, zone, None, self._free(vpc, cidr))
        known[zone or ""] = subnet
        return subnet

    def _existing(self, vpc: Vpc, zone: str | None) -> Subnet | None:
        if vpc.id is None or zone is None:
            return None
        here = (vswitch.id for vswitch in self._vswitches.get(vpc.id, ()) if vswitch.zone == zone)
        vswitch_id = next(here, None)
        return Subnet(vpc, zone, vswitch_id, None) if vswitch_id else None

    def _free(self, vpc: Vpc, wished: str | None) -> str | None:
        """A free range of the network, from its upper end; the wished one where it is valid and free."""
        whole = network(vpc.cidr)
        used = self._used(vpc)
        wish = network(wished)
        if wish is not None and not any(wish.overlaps(net) for net in used):
            return str(wish)
        if whole is None:
            return None
        prefix = max(SUBNET_PREFIX, min(whole.prefixlen + 2, 29))
        if whole.prefixlen >= prefix:
            return None
        size = 2 ** (32 - prefix)
        top = int(whole.broadcast_address) + 1 - size
        blocks = list(collapse_addresses(net for net in used if net.overlaps(whole)))
        while top >= int(whole.network_address):
            candidate = IPv4Network((top, prefix))
            hit = next((net for net in blocks if net.overlaps(candidate)), None)
            if hit is None:
                return str(candidate)
            top = (int(hit.network_address) // size - 1) * size
        return None

    def _used(self, vpc: Vpc) -> list[IPv4Network]:
        planned = self._subnets.get((vpc.region, vpc.id or ""), {}).values()
        ranges = [subnet.cidr for subnet in planned if subnet.id is None]
        if vpc.id is not None:
            ranges += [vswitch.text("cidr") for vswitch in self._vswitches.get(vpc.id, ())]
        return [net for text in ranges if (net := network(text))]


def _zones(params: Params) -> tuple[str, ...]:
    """Zones given by name or as records."""
    records = params.records("zones")
    if records:
        return tuple(zone for record in records if (zone := record.text("zone")))
    return params.texts("zones")


def network(text: str | None) -> IPv4Network | None:
    """The address range a text names, None where it is none."""
    try:
        return IPv4Network(text or "", strict=False) if text else None
    except ValueError:
        return None
