"""Exported Terraform roots read resource by resource: what each one costs a month."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from advisor.estimation.billing import gtm_task_packs
from advisor.estimation.costs.costing import decimal
from advisor.estimation.costs.skus import class_size
from advisor.estimation.reprice_register import Register
from advisor.model.cost import CostLine
from advisor.model.plan import Action
from advisor.model.pricebook import instance_skus

Body = Mapping[str, Any]
ONE: Final = Decimal(1)
DOCUMENT: Final = "main.tf.json"
EVERYWHERE: Final = "all"
SPREADING: Final = ("alb_multi_zone", "fleet_standby")
FREE: Final = (
    *("vpc", "vswitch", "security_group", "security_group_rule", "alb_listener", "alb_rule", "alb_server_group"),
    *("ess_attachment", "ess_server_group_attachment", "ess_scalinggroup_vserver_groups", "ess_scaling_configuration"),
    "ess_scaling_rule",
    *("ebs_disk_replica_group", "ecs_auto_snapshot_policy", "dts_synchronization_job"),
    *("alidns_cloud_gtm_monitor_template", "alidns_cloud_gtm_address", "alidns_cloud_gtm_address_pool"),
)
_REFERENCE: Final = re.compile(r"\$\{([a-z_]+\.[A-Za-z0-9_]+)[.}]")


@dataclass(frozen=True, slots=True)
class Block:
    """One resource of a root, with the region it will stand in."""

    type: str
    name: str
    region: str
    root: str
    body: Body

    @property
    def address(self) -> str:
        return f"{self.type}.{self.name}"

    @property
    def place(self) -> str:
        return f"{self.root}: {self.address}"

    def text(self, key: str) -> str:
        value = self.body.get(key)
        return value.replace("$${", "${").replace("%%{", "%{") if isinstance(value, str) else ""

    def number(self, key: str) -> Decimal:
        value = self.body.get(key)
        known = isinstance(value, int | float) and not isinstance(value, bool)
        return decimal(value) if known and value is not None else Decimal(0)


@dataclass
class Built:
    """What the roots hold: all resources, and the actions whose servers a scaling group starts."""

    blocks: list[Block]
    grown: set[str] = field(default_factory=set)

    def of(self, type_: str) -> list[Block]:
        return [block for block in self.blocks if block.type == type_]

    def referred(self, block: Block, key: str) -> str:
        """The address that an argument refers to, empty where it is a plain text."""
        match = _REFERENCE.match(str(block.body.get(key, "")))
        return match[1] if match else ""


def read_roots(register: Register, documents: Mapping[str, bytes]) -> Built:
    """Prices every resource of every root, in the order of the files."""
    built = Built([block for path in sorted(documents) for block in _blocks(path, documents[path])])
    for block in built.blocks:
        reader = _READERS.get(block.type)
        if reader is not None:
            reader(register, built, block)
        elif block.type.removeprefix("alicloud_") in FREE:
            register.free.append(block.place)
        else:
            register.unread.append(block.place)
    _traffic_manager(register, built)
    return built


def _blocks(path: str, content: bytes) -> Iterable[Block]:
    if not path.endswith(DOCUMENT):
        return
    document = json.loads(content)
    regions = _regions(document)
    root = path.removesuffix("/" + DOCUMENT)
    for type_, named in document.get("resource", {}).items():
        for name, body in named.items():
            alias = str(body.get("provider", "")).removeprefix("alicloud.")
            yield Block(type_, name, regions.get(alias, regions[""]), root, body)


def _regions(document: Mapping[str, Any]) -> dict[str, str]:
    """Regions by provider alias, the root's own under the empty one."""
    provider = document["provider"]["alicloud"]
    listed = provider if isinstance(provider, list) else [provider]
    return {item.get("alias", ""): item["region"] for item in listed}


# --- what is read from the resource alone ----------------------------------------------------------------------------


def _disk_sku(category: str, level: str) -> str:
    """An ESSD whose level is not named is a PL1."""
    if category == "cloud_essd":
        return f"disk.cloud_essd.{(level or 'PL1').lower()}.capacity"
    return f"disk.{category or 'unknown'}.capacity"


def _disk(register: Register, _built: Built, block: Block) -> None:
    sku = _disk_sku(block.text("category"), block.text("performance_level"))
    register.add(block.place, sku, block.region, block.number("size"))


def _instance(register: Register, _built: Built, block: Block) -> None:
    sku = _disk_sku(block.text("system_disk_category"), block.text("system_disk_performance_level"))
    register.add(block.place, sku, block.region, block.number("system_disk_size"), note="system disk")
    if block.text("status") != "Stopped":
        _servers(register, block.place, block.text("instance_type"), block.region, ONE)


def _servers(register: Register, place: str, kind: str, region: str, count: Decimal) -> None:
    """Servers by their type, or by vCPU where the book has no hourly price of the type and a like server tells its
    size."""
    own, *by_core = instance_skus(kind or "unknown type")
    like = next((item for item in register.inventory.of_kind("instance") if item.text("instance_type") == kind), None)
    cores = like.number("cpu") if like is not None else None
    priced = register.price((own,), region)
    if (priced is None or priced.billing != "payg") and cores:
        register.add(place, by_core, region, count * decimal(cores), note=f"{kind} by vCPU")
    else:
        register.add(place, own, region, count)


def _balancer(register: Register, _built: Built, block: Block) -> None:
    edition = block.text("load_balancer_edition").lower() or "standard"
    register.add(block.place, f"alb.instance.{edition}", block.region, ONE)
    zones = len(block.body.get("zone_mappings", []))
    if block.text("address_type") == "Internet" and zones:
        register.add(block.place, "eip.config", block.region, Decimal(zones), note="one public address a zone")
    own = [line for line in register.open_lines("alb.lcu") if line.region == block.region]
    register.borrow(block.place, own[:1], "capacity units depend on the traffic")


def _synchronisation(register: Register, _built: Built, block: Block) -> None:
    links = 2 if block.text("sync_architecture") == "bidirectional" else 1
    sku = f"dts.sync.{block.text('instance_class')}"
    register.add(block.place, sku, block.text("source_endpoint_region"), Decimal(links))


def _database(register: Register, built: Built, block: Block) -> None:
    """By the class; where its name does not tell the size, by the database that is copied."""
    klass, source = block.text("instance_type"), _copied_database(register, built, block)
    cores, memory = class_size(klass)
    if source is not None:
        cores, memory = source.number("cpu") or cores, (source.number("memory_mib") or 0) / 1024 or memory
    edition = "basic" if _single_node(block, klass, source.text("category") if source else None) else "ha"
    stem = f"rds.{block.text('engine').lower()}.{edition}"
    if cores is None:
        register.add(block.place, f"{stem}.class", block.region, ONE, note=f"{klass}: cores not known")
        return
    register.add(block.place, f"{stem}.core", block.region, decimal(cores))
    if edition == "ha":
        sku = f"{stem}.gib" if memory else f"{stem}.memory_not_known"
        register.add(block.place, sku, block.region, decimal(memory) if memory else ONE)
    storage = "rds.storage" if edition == "ha" else "rds.storage.basic"
    register.add(block.place, storage, block.region, block.number("instance_storage"))


def _single_node(block: Block, klass: str, category: str | None) -> bool:
    if block.text("category"):
        return block.text("category").lower() == "basic"
    if category is not None:
        return category.lower() == "basic"
    return klass.endswith((".1", ".1m"))


def _copied_database(register: Register, built: Built, block: Block) -> Any:
    """The database that a synchronisation job feeds this one from."""
    for job in built.of("alicloud_dts_synchronization_job"):
        if job.root == block.root and built.referred(job, "destination_endpoint_instance_id") == block.address:
            return register.inventory.get(job.text("source_endpoint_instance_id"))
    return None


def _traffic_manager(register: Register, built: Built) -> None:
    """One subscription for all access domains; a probe task for each address, the first hundred included."""
    domains = built.of("alicloud_alidns_cloud_gtm_instance_config")
    if not domains:
        return
    register.add(domains[0].place, "gtm.instance.standard", EVERYWHERE, ONE, by="subscription", note="one for all")
    register.free += [block.place for block in domains[1:]]
    tasks = sum(bool(block.body.get("health_tasks")) for block in built.of("alicloud_alidns_cloud_gtm_address"))
    packs = gtm_task_packs(tasks)
    if packs:
        register.add(domains[0].place, "gtm.tasks100.standard", EVERYWHERE, packs, by="subscription")


def _nothing(_register: Register, _built: Built, _block: Block) -> None:
    """Priced with the others of its kind."""


# --- what only the plan knows the amount of --------------------------------------------------------------------------


def _snapshots(register: Register, built: Built, block: Block) -> None:
    """Disks of a policy: their snapshots, and the copies where the policy makes them."""
    disks = set(block.body.get("for_each", {}))
    policy = next(
        (item for item in built.blocks if item.address == built.referred(block, "auto_snapshot_policy_id")), None
    )
    if policy is None:
        register.free.append(block.place)
        return
    targets = set(policy.body.get("target_copy_regions", [])) if policy.body.get("enable_cross_region_copy") else set()
    found = [
        line
        for line in register.open_lines("snapshot.", mechanisms=("snapshot_policy", "snapshot_copy"))
        if set(line.resources) <= disks
        and (line.mechanism == "snapshot_policy" or _copies_to(register, line) in targets)
    ]
    if not register.borrow(block.place, found, "Terraform does not say how much the snapshots take"):
        register.free.append(block.place)


def _copies_to(register: Register, line: CostLine) -> str:
    action = register.action_of(line)
    return str(action.params.get("target_region")) if action is not None else ""


def _pair(register: Register, _built: Built, block: Block) -> None:
    lines = [
        line
        for line in register.open_lines("disk.async_replication.traffic")
        if block.text("disk_id") in line.resources
    ]
    if not register.borrow(block.place, lines, "Terraform does not say how much changes"):
        register.free.append(block.place)


def _image(register: Register, _built: Built, block: Block) -> None:
    image = block.text("source_image_id")
    lines = [
        line
        for line in register.open_lines("snapshot.standard.storage", mechanisms=("standby_instance", "fleet_standby"))
        if line.region == block.region and _param(register, line, "image_id") == image
    ]
    register.borrow(block.place, lines, "Terraform does not say how large the image is")


def _remote_backup(register: Register, _built: Built, block: Block) -> None:
    lines = [
        line
        for line in register.open_lines("rds.backup.cross_region.")
        if _param(register, line, "database_id") == block.text("instance_id")
    ]
    register.borrow(block.place, lines, "Terraform does not say how large the backups are")


def _param(register: Register, line: CostLine, key: str) -> str:
    action = register.action_of(line)
    return str(action.params.get(key)) if action is not None else ""


def _group(register: Register, built: Built, block: Block) -> None:
    """Servers that the group starts at once, and their disks, whose size its configuration leaves to the image."""
    count = block.number("desired_capacity")
    if not count:
        register.free.append(block.place)
        return
    configuration = next(
        item
        for item in built.of("alicloud_ess_scaling_configuration")
        if item.root == block.root and built.referred(item, "scaling_group_id") == block.address
    )
    kind = str(next(iter(configuration.body.get("instance_types", [])), ""))
    _servers(register, block.place, kind, block.region, count)
    action = _grown_by(register, built, block, int(count), kind)
    if action is not None:
        built.grown.add(action.id)
        register.borrow(block.place, disk_lines(register, action), "Terraform does not say how large the disks are")


def _grown_by(register: Register, built: Built, block: Block, count: int, kind: str) -> Action | None:
    """The action whose servers the group starts: of the same place, number and type."""
    for action in register.actions.values():
        where = action.params.get("target_region") or action.region
        wanted = action.params.get("count" if action.mechanism == "fleet_standby" else "added_instances")
        like = (where, wanted, action.params.get("instance_type")) == (block.region, count, kind)
        if action.mechanism in SPREADING and like and action.id not in built.grown:
            return action
    return None


def disk_lines(register: Register, action: Action) -> Sequence[CostLine]:
    return [line for line in register.open_lines("disk.") if line.action_id == action.id]


_READERS: Final[dict[str, Callable[[Register, Built, Block], None]]] = {
    "alicloud_ecs_disk": _disk,
    "alicloud_instance": _instance,
    "alicloud_alb_load_balancer": _balancer,
    "alicloud_db_instance": _database,
    "alicloud_dts_synchronization_instance": _synchronisation,
    "alicloud_alidns_cloud_gtm_instance_config": _nothing,
    "alicloud_ecs_auto_snapshot_policy_attachment": _snapshots,
    "alicloud_ebs_disk_replica_pair": _pair,
    "alicloud_image_copy": _image,
    "alicloud_rds_instance_cross_backup_policy": _remote_backup,
    "alicloud_ess_scaling_group": _group,
}
