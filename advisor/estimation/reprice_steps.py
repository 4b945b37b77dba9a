"""Actions that command-line steps carry out, as no Terraform resource says them: what each one costs a month."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from advisor.estimation.billing import DAYS_PER_MONTH, FILE_BACKUP_FREE_GIB
from advisor.estimation.costs.costing import decimal
from advisor.estimation.costs.skus import class_size
from advisor.estimation.reprice_register import ZERO, Item, Register, rounded_down
from advisor.estimation.reprice_roots import EVERYWHERE, Built, disk_lines
from advisor.model.inventory import Resource
from advisor.model.plan import Action
from advisor.model.pricebook import Billing, instance_skus

FILE_BACKUP: Final = "hbr.ecs_file_essential.capacity"
REGIONAL: Final = "disk.cloud_regional_disk_auto.capacity"


def price_steps(register: Register, built: Built) -> None:
    """Prices every action, or part of one, that is not in a root; then the account's free quota of file backup."""
    attached = ZERO
    for action in register.actions.values():
        if action.mechanism == "regional_essd":
            _regional(register, action)
        elif action.mechanism == "file_backup":
            attached += _file_backup(register, action)
        elif action.mechanism == "rds_ha" and action.verb == "convert":
            _second_node(register, action)
        elif action.mechanism == "alb_multi_zone":
            _widened(register, built, action)
        elif action.mechanism in ("snapshot_policy", "snapshot_copy") and _changes_a_policy(register, action):
            lines = [line for line in register.open_lines("snapshot.") if line.action_id == action.id]
            register.borrow(action.id, lines, "an existing policy is changed by a step")
    if attached:
        _free_quota(register, attached)


def _changes_a_policy(register: Register, action: Action) -> bool:
    """Whether the action, or the one it rides on, changes a policy that exists."""
    carrier = register.actions.get(str(action.params.get("policy_action")))
    return bool(action.params.get("extends") or (carrier is not None and carrier.params.get("extends")))


def _texts(action: Action, key: str) -> list[str]:
    value = action.params.get(key)
    return [str(item) for item in value] if isinstance(value, list) else []


def _size(disk: Resource) -> Decimal:
    return decimal(disk.number("size_gib") or 0.0)


def _paid_by(item: Resource) -> Billing:
    return "subscription" if (item.text("charge_type") or "").lower() == "prepaid" else "payg"


def _regional(register: Register, action: Action) -> None:
    """The regional disk comes, the zonal one goes."""
    for disk in map(register.inventory.get, _texts(action, "disk_ids")):
        if disk is None:
            continue
        level = (disk.text("performance_level") or "PL1").lower()
        category = disk.text("category") or "unknown"
        old = f"disk.cloud_essd.{level}.capacity" if category == "cloud_essd" else f"disk.{category}.capacity"
        register.add(action.id, REGIONAL, action.region, _size(disk), basis="steps")
        by = _paid_by(disk)
        price = register.price((old,), action.region, by)
        if by == "payg" or (price is not None and price.billing == by):
            register.add(action.id, old, action.region, _size(disk), basis="steps", by=by, saved=True)


def _file_backup(register: Register, action: Action) -> Decimal:
    """All disks attached to the instances, whatever is on them; returns their GiB."""
    owners = set(_texts(action, "instance_ids"))
    disks = [disk for disk in register.inventory.of_kind("disk") if owners & set(disk.texts("instance_ids"))]
    gib = sum((_size(disk) for disk in disks), ZERO) + _local(register, owners, disks)
    register.add(action.id, FILE_BACKUP, action.region, gib, basis="steps")
    return gib


def _local(register: Register, owners: Iterable[str], disks: Iterable[Resource]) -> Decimal:
    """Local disks of the instance type where the inventory lists none for the instance."""
    listed = {o for d in disks if (d.text("category") or "").startswith("local") for o in d.texts("instance_ids")}
    total = ZERO
    for instance in map(register.inventory.get, sorted(owners)):
        if instance is not None and instance.id not in listed:
            number = decimal(instance.number("local_storage_amount") or 1.0)
            total += decimal(instance.number("local_storage_gib") or 0.0) * number
    return total


def _free_quota(register: Register, attached: Decimal) -> None:
    """100 GiB free for the account, rounded down as a credit is."""
    price = register.price((FILE_BACKUP,), EVERYWHERE)
    if price is None:
        return
    free = min(attached, FILE_BACKUP_FREE_GIB) * DAYS_PER_MONTH
    amount = -rounded_down(free * price.deciding)
    place = "free quota of file backup"
    register.items.append(
        Item(place, FILE_BACKUP, EVERYWHERE, -free, price.unit, price.deciding, amount, "steps", "one for the account")
    )


def _second_node(register: Register, action: Action) -> None:
    """Two nodes in place of one; a standby that only changes its zone costs nothing."""
    edition = str(action.params.get("from_category") or "basic").lower()
    if edition != "basic":
        return
    database = register.inventory.get(str(action.params.get("database_id")))
    known = {**(database.attributes if database else {}), **{k: v for k, v in action.params.items() if v is not None}}
    klass, engine = str(known.get("instance_class") or ""), str(known.get("engine") or "unknown").lower()
    named_cores, named_memory = class_size(klass)
    cores, memory = _number(known.get("cpu")) or named_cores, _number(known.get("memory_mib"))
    gib = memory / 1024 if memory else named_memory
    storage = _number(known.get("storage_gib"))
    if cores is None:
        for kind, saved in (("ha", False), ("basic", True)):
            register.add(action.id, f"rds.{engine}.{kind}.class", action.region, Decimal(1), basis="steps", saved=saved)
        return
    parts = [(f"rds.{engine}.ha.core", cores, False), (f"rds.{engine}.basic.core", cores, True)]
    parts.append((f"rds.{engine}.ha.gib", gib, False) if gib else (f"rds.{engine}.ha.memory_not_known", 1.0, False))
    if storage:
        parts += [("rds.storage", storage, False), ("rds.storage.basic", storage, True)]
    for sku, amount, saved in parts:
        register.add(action.id, sku, action.region, decimal(amount), basis="steps", saved=saved)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None


def _widened(register: Register, built: Built, action: Action) -> None:
    """Servers that an existing scaling group starts, and addresses of the zones that an existing balancer enters."""
    added = action.params.get("added_instances")
    if isinstance(added, int) and added and action.id not in built.grown:
        own, *by_core = instance_skus(str(action.params.get("instance_type") or "unknown type"))
        like = next((i for i in map(register.inventory.get, _texts(action, "instance_ids")) if i is not None), None)
        price, cores = register.price((own,), action.region), like.number("cpu") if like else None
        if (price is None or price.billing != "payg") and cores:
            register.add(action.id, by_core, action.region, added * decimal(cores), basis="steps")
        else:
            register.add(action.id, own, action.region, Decimal(added), basis="steps")
        register.borrow(action.id, disk_lines(register, action), "disks like those of the group")
    balancer = register.inventory.get(str(action.params.get("load_balancer_id")))
    if action.params.get("new_balancer") or balancer is None or balancer.text("address_type") != "internet":
        return
    records = action.params.get("zones")
    zones = {str(r.get("zone")) for r in records if isinstance(r, dict)} if isinstance(records, list) else set()
    entered = zones - set(balancer.zones or ((balancer.zone,) if balancer.zone else ()))
    if entered:
        register.add(action.id, "eip.config", action.region, Decimal(len(entered)), basis="steps")
