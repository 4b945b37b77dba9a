"""Global Traffic Manager (instances of both generations, address pools, access strategies) and records of names.

Fields: DescribeDnsGtm…, ListCloudGtmInstances and DescribeDomainRecords in the public SDK of alidns 2015-01-09."""

from __future__ import annotations

from advisor.importers.convert import as_lower, as_text, as_time, unique
from advisor.importers.fields import ABSENT, Record, get, text
from advisor.importers.places import ids_in_path
from advisor.importers.quantities import COUNT
from advisor.importers.records import Batch, Collector, Context, Draft, Spec, field_of

GTM_INSTANCE = Spec(
    kind="gtm_instance",
    id=("InstanceId", "id"),
    name=("Config.InstanceName", "InstanceName"),
    hints=("gtminstance", "gtminstances", "cloudgtminstances"),
    needs=(
        frozenset({"instanceid", "versioncode", "taskquota"}),
        frozenset({"instanceid", "smsquota", "taskquota"}),
        frozenset({"instanceid", "versioncode", "commoditycode"}),
        frozenset({"instanceid", "versioncode", "monitortaskquota"}),
    ),
    unite=frozenset({"strategies"}),
    fields=(
        field_of("edition", "VersionCode", as_text),
        field_of("ttl_s", "Config.Ttl", COUNT),
        field_of("domain", "Config.PublicUserDomainName | ScheduleDomainName", as_text),
        field_of("strategy_mode", "Config.StrategyMode", as_text),
        field_of("expired_at", "ExpireTimestamp", as_time),
    ),
)


def _pool_finish(draft: Draft, record: Record) -> None:
    listed = draft.listed("addresses", get(record, "Addrs"), "Addr")
    if listed is not None:
        draft.attributes["addresses"] = tuple(_address(one, draft) for one in listed)


def _address(record: Record, pool: Draft) -> dict[str, object]:
    found: dict[str, object] = {"address": text(get(record, "Addr")), "mode": text(get(record, "Mode")).lower()}
    found["weight"] = pool.read("weight of an address", COUNT, get(record, "LbaWeight"))
    return {name: value for name, value in found.items() if value not in ("", ABSENT)}


GTM_POOL = Spec(
    kind="gtm_pool",
    id=("AddrPoolId", "id"),
    name=("Name",),
    hints=("addrpool", "addrpools", "dnsgtminstanceaddresspools"),
    needs=(frozenset({"addrpoolid", "addrs"}), frozenset({"addrpoolid", "addrcount"})),
    finish=_pool_finish,
    fields=(
        field_of("pool_type", "Type", as_lower),
        field_of("lb_strategy", "LbaStrategy", as_lower),
        field_of("address_count", "AddrCount", COUNT),
        field_of("created_at", "CreateTimestamp", as_time),
    ),
)


def in_no_region(draft: Draft, _record: Record, _context: Context, _batch: Batch, _collector: Collector) -> None:
    """What spans regions: the one in the name of its file is only where it was asked for."""
    draft.region = None


def _record_finish(draft: Draft, record: Record) -> None:
    own, domain = text(get(record, "RR")).lower(), text(get(record, "DomainName")).lower()
    host = domain if own in ("", "@") else f"{own}.{domain}"
    draft.name = draft.attributes["host"] = host


DNS_RECORD = Spec(
    kind="dns_record",
    id=("RecordId", "id"),
    hints=("record", "records", "domainrecords"),
    needs=(frozenset({"recordid", "rr", "value"}), frozenset({"recordid", "domainname", "value"})),
    region=(),
    finish=_record_finish,
    extra=in_no_region,
    fields=(
        field_of("record_type", "Type", as_lower),
        field_of("value", "Value", as_text),
        field_of("line", "Line", as_lower),
        field_of("ttl_s", "TTL", COUNT),
        field_of("weight", "Weight", COUNT),
    ),
)


def read_strategy(record: Record, context: Context, batch: Batch) -> None:
    """An access strategy of a traffic manager: the pools it answers with and, where its attributes are asked for, how
    many addresses must be available before it turns to the others."""
    manager = text(get(record, "InstanceId")) or next(iter(ids_in_path(context.path, "gtm_instance")[-1:]), "")
    if not manager:
        raise LookupError("the strategy does not name its traffic manager; put its id (gtm-…) into the file name")
    draft = Draft("gtm_instance", manager, context.place, partial=True, unite=frozenset({"strategies"}))
    found: dict[str, object] = {
        "strategy_id": text(get(record, "StrategyId")),
        "name": text(get(record, "StrategyName")),
        "access_mode": text(get(record, "AccessMode")).lower(),
    }
    for group in ("Default", "Failover", "Effective"):
        pools = draft.listed(f"{group.lower()}_pool_ids of a strategy", get(record, f"{group}AddrPools"), "Id")
        if pools is not None:
            found[f"{group.lower()}_pool_ids"] = unique(*(get(one, "Id") for one in pools))
        name = f"{group.lower()}_min_available"
        found[name] = draft.read(f"{name} of a strategy", COUNT, get(record, f"{group}MinAvailableAddrNum"))
    draft.attributes["strategies"] = ({name: value for name, value in found.items() if value not in ("", ABSENT)},)
    batch.drafts.append(draft)
