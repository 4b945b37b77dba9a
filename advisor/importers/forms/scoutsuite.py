"""Results of the scanner ScoutSuite: by service and region, objects by id with the API's fields in snake_case. It reads
the first page of a list only, hence what it holds is a part wherever a page is full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from advisor.importers.catalogue import SPEC_OF_KIND
from advisor.importers.fields import Record, text
from advisor.importers.places import NO_REGION, is_region, kind_of_id
from advisor.importers.records import Batch, Collector, Context, ListSeen, note_value, read_record
from advisor.importers.unread import name_no_list
from advisor.model.inventory import Kind, Origin

PAGE: Final = 10
"""Rows of a page where a call does not say how many (PageSize of DescribeInstances and its like)."""
_SHOWN: Final = 40
_LISTS: Final[dict[tuple[str, str], Kind]] = {
    ("ecs", "instances"): "instance",
    ("rds", "instances"): "database",
    ("vpc", "vpcs"): "vpc",
    ("oss", "buckets"): "bucket",
}


def matches(value: object) -> bool:
    """Whether the document is the scanner's: ``services`` with its lists, by region."""
    services = value.get("services") if isinstance(value, Mapping) else None
    found = _lists(services) if isinstance(services, Mapping) else ()
    return any(kind is not None and isinstance(objects, Mapping) for kind, _, _, objects in found)


def _lists(services: Record) -> Iterator[tuple[Kind | None, str, str, object]]:
    """Kind, region, place and objects of each list; without a kind what should hold lists and does not."""
    for (service, name), kind in _LISTS.items():
        held, at = services.get(service), f"services.{service}"
        if not isinstance(held, Mapping):
            yield None, "", at, held
            continue
        yield kind, "", f"{at}.{name}", held.get(name)
        regions = held.get("regions")
        if not isinstance(regions, Mapping):
            yield None, "", f"{at}.regions", regions
            continue
        for region, inner in regions.items():
            if isinstance(inner, Mapping):
                yield kind, str(region), f"{at}.regions.{region}.{name}", inner.get(name)
            else:
                yield None, "", f"{at}.regions.{region}", inner


def read(value: object, context: Context, collector: Collector) -> bool:
    """Read every object; one that is known by the serial number of its machine only is left out, which is said."""
    services = value.get("services") if isinstance(value, Mapping) else None
    said: set[str] = set()
    for kind, region, place, objects in _lists(services if isinstance(services, Mapping) else {}):
        if objects is None or place in said:
            continue
        if kind is not None and isinstance(objects, Mapping):
            _read_list(kind, _region_of(region, place, context, collector), place, objects, context, collector)
        else:
            said.add(place)  # a service has lists of several kinds
            name_no_list(place, objects, Origin(context.file, place), collector)
    return True


def _region_of(key: str, place: str, context: Context, collector: Collector) -> str:
    """The region under whose name a list stands; nothing, which is said, where it is the name of none."""
    if is_region(key) or key.lower() in NO_REGION or not key:
        return key if is_region(key) else ""
    where, detail = Origin(context.file, place), f"'{key[:_SHOWN]}' is no id of a region; it counts as unknown."
    title, fix = "A list stands under the name of no region", "Correct it in the source."
    collector.note("INV-VALUE", "low", title, where, detail, fix)
    return ""


def _read_list(kind: Kind, region: str, place: str, objects: Record, context: Context, collector: Collector) -> None:
    here = context.but(place=place, region=region or context.region)
    batch = collector.batch(here)
    ids = [found for key, one in objects.items() if (found := _object(kind, str(key), one, here, batch, collector))]
    origin = Origin(context.file, place)
    more = len(objects) >= PAGE and kind != "bucket"
    collector.lists.append(ListSeen(kind, "scoutsuite", region, tuple(ids), origin, more=more, rows=len(objects)))


def _object(kind: Kind, key: str, one: object, context: Context, batch: Batch, collector: Collector) -> str:
    row = one if isinstance(one, Mapping) else {}
    resource_id = text(row.get("id")) or key
    here = context.but(place=f"{context.place}.{key}")
    if kind == "instance" and kind_of_id(resource_id) != "instance":
        reason = "it has the serial number of a machine, not the id of an instance"
        remedy = "Export the servers themselves (aliyun ecs DescribeInstances)."
        collector.skip(here.place, reason, Origin(context.file, here.place), remedy)
        return ""
    spec = SPEC_OF_KIND[kind]
    record = {name: inner for name, inner in row.items() if name != "id"}
    draft = read_record(spec, {**record, spec.id[0]: resource_id}, here, batch, collector)
    if draft and not isinstance(one, Mapping):
        note_value(draft.id, "the object of that name is no record; what it should say", here, collector)
    return draft.id if draft else ""
