"""What cannot be as the files say: recordings of different days, and what has been deleted meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.graph.edgetable import edges_of
from advisor.graph.finding_context import REFERENCE, Context
from advisor.model.finding import Finding

_CUSTOM_IMAGE = "m-"


def zones_apart(context: Context) -> Iterator[Finding]:
    """A disk can only be attached to a server of its own zone, unless it is kept in several."""
    tables = context.estate.tables
    instances, disks = tables.table("instance"), tables.table("disk")
    zone_of = dict(zip(instances.ids, instances.zone, strict=True))
    rows = zip(disks.ids, disks.zone, disks.zones, disks.lists("instance_ids"), strict=True)
    for disk, zone, zones, owners in rows:
        for owner in owners if zone and len(zones) < 2 else ():
            other = zone_of.get(owner)
            if other and other != zone:
                yield Finding(
                    id="GRA-ZONE-MISMATCH",
                    severity="medium",
                    title="A disk and its server are recorded in different zones",
                    resource=disk,
                    workload=context.homes.get(disk),
                    detail=f"{context.label(disk)} is in {zone}, {context.label(owner)} in {other}: "
                    "one of the files is out of date.",
                    fix="Export the servers and the disks of one day.",
                    source=REFERENCE,
                )


def images_gone(context: Context) -> Iterator[Finding]:
    """Scaling groups whose custom image is not among the images that were listed: no new member can be started from a
    deleted one. Images that others share are in no list of one's own."""
    edges = edges_of(context.graph.edges)
    for edge in edges.where(edges.has_rule({"balancing.scaling_image"})):
        group = context.estate.get(edge.source)
        custom = edge.target.startswith(_CUSTOM_IMAGE) and not context.estate.has(edge.target)
        if group is not None and custom and context.inventory.was_listed("image", group.region):
            yield Finding(
                id="GRA-IMAGE-GONE",
                severity="medium",
                title="The image that a scaling group starts from is not listed",
                resource=group.id,
                workload=context.homes.get(group.id),
                detail=f"{context.label(group.id)} starts new members from {edge.target}, which is not among the "
                f"images of {group.region or 'its region'}: deleted, or shared by somebody else.",
                fix="Check that the image exists, or set another one: without it the group cannot grow or heal.",
                source=REFERENCE,
            )


DOUBT_RULES = (zones_apart, images_gone)
