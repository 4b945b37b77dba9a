"""Results of the scanner ScoutSuite: by service and region, objects by id with the API's fields in snake_case. It reads
the first page of a list only, hence what it holds is a part wherever a page is full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from advisor.importers.catalogue import SPEC_OF_KIND
from advisor.importers.fields import Record, text
from advisor.importers.places import is_region, kind_of_id
from advisor.importers.records import Batch, Collector, Context, ListSeen, read_record
from advisor.model.inventory import Kind, Origin

PAGE: Final = 10
"""Rows of a page where a call does not say how many (PageSize of DescribeInstances and its like)."""
_LISTS: Final[dict[tuple[str, str], Kind]] = {
    ("ecs", "instances"): "instance",
    ("rds", "instances"): "database",
    ("vpc", "vpcs"): "vpc",
    ("oss", "buckets"): "bucket",
}


def matches(value: object) -> bool:
    """Whether the document is the scanner's: ``services`` with its lists, by region."""
    services = value.get("services") if isinstance(value, Mapping) else None
    return isinstance(services, Mapping) and any(True for _ in _lists(services))


def _lists(services: Record) -> Iterator[tuple[Kind, str, str, Record]]:
    """Kind, region, place and objects of each list."""
    for (service, name), kind in _LISTS.items():
        held = services.get(service)
        if not isinstance(held, Mapping):
            continue
        if isinstance(held.get(name), Mapping):
            yield kind, "", f"services.{service}.{name}", held[name]
        regions = held.get("regions")
        for region, inner in regions.items() if isinstance(regions, Mapping) else ():
            found = inner.get(name) if isinstance(inner, Mapping) else None
            if isinstance(found, Mapping) and is_region(str(region)):
                yield kind, str(region), f"services.{service}.regions.{region}.{name}", found


def read(value: object, context: Context, collector: Collector) -> bool:
    """Read every object; one that is known by the serial number of its machine only is left out, which is said."""
    services = value.get("services") if isinstance(value, Mapping) else None
    for kind, region, place, objects in _lists(services if isinstance(services, Mapping) else {}):
        here = context.but(place=place, region=region or context.region)
        batch = collector.batch(here)
        ids = [found for key, one in objects.items() if (found := _object(kind, str(key), one, here, batch, collector))]
        origin = Origin(context.file, place)
        more = len(objects) >= PAGE and kind != "bucket"
        collector.lists.append(ListSeen(kind, "scoutsuite", region, tuple(ids), origin, more=more, rows=len(objects)))
    return True


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
    return draft.id if draft else ""
