"""Databases and caches: a standby elsewhere, log backup, retention."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.checks.card import Card, Hit, listed, origin_of
from advisor.checks.clock import HOURS_OF_DAY, longest_gap_s
from advisor.checks.estate import Estate
from advisor.checks.policies import LATENCY
from advisor.model.inventory import Resource
from advisor.model.units import DAY, format_duration

BASIC_CATEGORIES = frozenset({"basic", "serverless_basic"})
COPY_ROLES = frozenset({"readonly", "guard", "temp"})
HOT_STANDBY_OFF = frozenset({"off", "disabled", "false"})
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _primaries(estate: Estate) -> Iterator[Resource]:
    """Databases and caches that others are made from."""
    for store in estate.of_kind("database", "cache"):
        if not store.text("master_id") and (store.text("role") or "primary") not in COPY_ROLES:
            yield store


def _zones(store: Resource) -> tuple[str, ...]:
    standby = (*store.texts("slave_zones"), store.text("secondary_zone") or "")
    return tuple(dict.fromkeys(zone for zone in (store.zone or "", *store.zones, *standby) if zone))


def _is_basic(store: Resource) -> bool:
    return (store.text("category") or "").lower() in BASIC_CATEGORIES


def _standby_known(store: Resource) -> bool:
    """Whether the inventory tells where the standby is, or that there is none. A high-availability edition always has
    one, so that an empty list of its zones tells nothing."""
    if _is_basic(store) or len(_zones(store)) > 1 or store.texts("slave_zones"):
        return True
    if store.kind == "cache":
        return "secondary_zone" in store.attributes
    if store.text("product") == "polardb":
        return "slave_zones" in store.attributes and (store.text("hot_standby") or "").lower() in HOT_STANDBY_OFF
    return False


def store_in_one_zone(estate: Estate, _card: Card) -> Iterator[Hit]:
    """Everything of it stands in one zone, by what the inventory says."""
    for store in _primaries(estate):
        zones = _zones(store)
        if _standby_known(store) and len(zones) <= 1:
            zone = zones[0] if zones else "a zone not recorded"
            edition = store.text("category")
            how = "it has one node and no standby" if _is_basic(store) else "its standby stands there, or it has none"
            detail = f"{f'{edition} edition: ' if edition else ''}all of it stands in {zone}; {how}"
            places = origin_of(store, "zones", "slave_zones", "category")
            yield Hit.on(store, estate.home(store.id), detail, *places, zone=zone)


def standby_unknown(estate: Estate, _card: Card) -> Iterator[Hit]:
    """Where the standby stands is not told: that is not the same as none."""
    for store in _primaries(estate):
        if not _standby_known(store):
            edition = store.text("category")
            zone = listed(_zones(store)) or "no zone"
            detail = f"{f'{edition} edition: ' if edition else ''}only {zone} is recorded, the standby's zone is not"
            yield Hit.on(store, estate.home(store.id), detail, *origin_of(store, "zones"))


def log_backup_off(estate: Estate, _card: Card) -> Iterator[Hit]:
    """Without logs a restore goes back to the last full backup."""
    for store in _primaries(estate):
        if store.flag("log_backup_enabled") is not False:
            continue
        gap, rpo_s = _backup_gap_s(store), estate.target(estate.home(store.id), "logical").rpo_s
        parts = ["Log backup is off"]
        if gap is not None:
            parts.append(
                f"full backups run on {listed(store.texts('backup_days'))}, at most {format_duration(gap)} apart"
            )
        if rpo_s is not None:
            parts.append(f"at most {format_duration(rpo_s)} may be lost to a logical error")
        places = origin_of(store, "log_backup_enabled", "backup_days")
        yield Hit.on(store, estate.home(store.id), "; ".join(parts), *places)


def backup_kept_too_short(estate: Estate, _card: Card) -> Iterator[Hit]:
    """Backups or logs are deleted before a silent error may be noticed."""
    fact = estate.rules.fact(LATENCY)
    latency_s = fact.seconds().high
    for store in _primaries(estate):
        logs_off = store.flag("log_backup_enabled") is False
        needed_s = latency_s + ((_backup_gap_s(store) or 0.0) if logs_off else 0.0)
        kept = {"backups": store.number("backup_retention_days")}
        if not logs_off:
            kept["logs"] = store.number("log_backup_retention_days")
        short = {what: days for what, days in kept.items() if days is not None and 0 <= days * DAY < needed_s}
        if short:
            words = " and ".join(f"{what} for {format_duration((days or 0) * DAY)}" for what, days in short.items())
            detail = (
                f"It keeps {words}; a silent error may be noticed only after {format_duration(latency_s)} "
                f"({fact.confidence}): {format_duration(needed_s)} are needed"
            )
            places = origin_of(store, "backup_retention_days", "log_backup_retention_days")
            yield Hit.on(store, estate.home(store.id), detail, *places, needed=format_duration(needed_s))


def backup_policy_unknown(estate: Estate, _card: Card) -> Iterator[Hit]:
    """No file tells of the database's own backups."""
    for store in _primaries(estate):
        asked = {"backup retention": "backup_retention_days", "log backup": "log_backup_enabled"}
        missing = [words for words, name in asked.items() if name not in store.attributes]
        if store.kind == "database" and missing:
            yield Hit.on(store, estate.home(store.id), f"No file tells its {' and '.join(missing)}")


def _backup_gap_s(store: Resource) -> float | None:
    """Longest gap between two full backups; None where the days are not known."""
    days = [day.strip().lower() for day in store.texts("backup_days")]
    if not days or not set(days) <= set(WEEKDAYS):
        return None
    return longest_gap_s(WEEKDAYS.index(day) * HOURS_OF_DAY for day in days)
