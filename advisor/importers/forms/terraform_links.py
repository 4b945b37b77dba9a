"""Links of a state between networks, between buckets and to file systems, as records that the answers' readers take."""

from __future__ import annotations

from advisor.importers.fields import Record, get, text
from advisor.importers.records import Batch, Context
from advisor.importers.services import buckets, files, hybrid


def cen_child(record: Record, context: Context, batch: Batch) -> None:
    """A VPC or border router attached to a CEN instance (which the type calls ``instance_id``)."""
    hybrid.read_child({**record, "CenId": get(record, "instance_id")}, context, batch)


def failover_group(record: Record, context: Context, batch: Batch) -> None:
    """Two border routers that take over from one another."""
    hybrid.read_failover_group({**record, "VbrHaId": get(record, "id")}, context, batch)


def bucket_replication(record: Record, context: Context, batch: Batch) -> None:
    """A replication rule, which names its own bucket beside what it says."""
    rule = {key: value for key, value in record.items() if key != "bucket"}
    buckets.read_replication({"bucket": get(record, "bucket"), "Rule": [rule]}, context, batch)


def mount_target(record: Record, context: Context, batch: Batch) -> None:
    """A mount target, whose id is ``<file system>:<domain>``."""
    owner, _, domain = text(get(record, "id")).partition(":")
    named = {"FileSystemId": text(get(record, "file_system_id")) or owner}
    if domain and not text(get(record, "mount_target_domain")):
        named["MountTargetDomain"] = domain
    files.read_mount_target({**record, **named}, context, batch)


def access_rule(record: Record, context: Context, batch: Batch) -> None:
    """A rule of an access group."""
    files.read_access_rule({**record, "RWAccess": get(record, "rw_access_type")}, context, batch)
