"""Balancers: multi-zone ones leave a failed zone by themselves, others are rebuilt; a region needs a traffic switch."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.estimation.context import Context
from advisor.estimation.paths.path import Failure, Path, TaskList, finish, lost, unaffected
from advisor.model.evidence import Spread
from advisor.model.graph import Component
from advisor.model.inventory import Resource
from advisor.model.recovery import Protection


def entry_path(context: Context, component: Component, failure: Failure, protections: Sequence[Protection]) -> Path:
    """The path of a balancer. It holds no data; the service behind it has its own path."""
    members = context.members(component)
    if not members:
        return lost(component, "the balancer is mentioned but not listed: nothing is known of it", unknown=True)
    balancer = members[0]
    if failure.disruption in ("logical", "instance"):
        return unaffected(component)
    if failure.disruption == "zone":
        return _zone_path(context, component, balancer, failure, protections)
    if balancer.region != failure.place:
        return unaffected(component)
    return _region_path(context, component, protections)


def balancer_zones(balancer: Resource) -> tuple[str, ...]:
    return balancer.zones or ((balancer.zone,) if balancer.zone else ())


def _zone_path(
    context: Context, component: Component, balancer: Resource, failure: Failure, protections: Sequence[Protection]
) -> Path:
    zones = balancer_zones(balancer)
    if zones and failure.place not in zones:
        return unaffected(component)
    spread = any(item.mechanism == "alb_multi_zone" and balancer.id in item.resources for item in protections)
    multi = len(set(zones)) > 1 or spread or (not zones and balancer.text("lb_type") == "alb")
    tasks = TaskList(context, component, automatic=multi)
    if not multi:
        ready = tasks.add("attach", "a balancer is built in another zone", "lb.rebuild")
        return finish(tasks, "it stands in one zone and is rebuilt in another", ready)
    fact = "clb.zone_failover_time" if balancer.text("lb_type") == "clb" else "alb.zone_removal"
    ready = tasks.add("attach", "the balancer leaves the failed zone", fact)
    notes = [] if zones else ["its zones were not listed; an ALB is made in at least two (alb.zones_min)"]
    return finish(tasks, "the balancer leaves the failed zone", ready, notes=notes)


def _region_path(context: Context, component: Component, protections: Sequence[Protection]) -> Path:
    """A balancer in the other region must exist or be built; then names are switched."""
    tasks = TaskList(context, component, automatic=True)
    prepared = any(item.mechanism == "fleet_standby" for item in protections)
    gtm = next((item for item in protections if item.mechanism == "gtm"), None)
    tasks.automatic = gtm is not None and prepared
    before = [] if prepared else [tasks.add("attach", "a balancer is built in the other region", "lb.rebuild")]
    ready = switch_traffic(tasks, gtm, before)
    title = "traffic is switched to the other region" + (" by the traffic manager" if gtm else " by hand")
    return finish(tasks, title, ready)


def switch_traffic(tasks: TaskList, gtm: Protection | None, after: Sequence[str] = ()) -> str:
    """Names point to the other region: probe time + TTL with a traffic manager; a manual change + TTL without one."""
    context = tasks.context
    if gtm is not None:
        interval, retries, ttl = gtm.number("interval_s"), gtm.number("retries"), gtm.number("ttl_s")
        seen = Spread(interval * max(retries - 1, 0), interval * retries, interval * (retries + 1))
        noticed = tasks.timed(
            "gtm",
            "traffic manager marks the region as failed",
            seen,
            ("gtm.v3.interval_default", "gtm.v3.retries"),
            after,
        )
        span = Spread(0.0, ttl / 2, ttl)
        expired = tasks.timed("ttl", "cached answers expire", span, ("gtm.v3.ttl",), [noticed])
    else:
        changed = tasks.add("dns", "DNS records are changed by hand", "dns.manual_switch", after)
        expired = tasks.add("ttl", "cached answers expire", "dns.ttl_assumed", [changed])
    excess = context.seconds("dns.cache_excess")
    return tasks.timed("cache", "resolvers that keep answers longer follow", excess, ("dns.cache_excess",), [expired])
