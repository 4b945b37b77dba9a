"""OSS: buckets, and the rules by which one is copied into another.

Fields: GetBucketInfo and GetBucketReplication in the public SDK and the reference of OSS. An answer of the latter does
not name its bucket: the fetch adds the name, of other answers the name of the file tells it."""

from __future__ import annotations

from advisor.importers.convert import as_bool, as_text, as_time, as_word, unique
from advisor.importers.fields import ABSENT, Record, get, text
from advisor.importers.places import about_in_path
from advisor.importers.quantities import USED_GIB
from advisor.importers.records import Batch, Context, Draft, Spec, field_of, region_text


def _finish(draft: Draft, record: Record) -> None:
    draft.region = region_text(get(record, "Region", "Location", "RegionId")) or draft.region
    replication = draft.read("cross_region_replication", as_bool, get(record, "CrossRegionReplication"))
    if replication is not ABSENT:
        draft.attributes["cross_region_replication"] = replication


BUCKET = Spec(
    kind="bucket",
    id=("Name", "bucket", "BucketName"),
    name=("Name", "bucket", "BucketName"),
    region=("Region", "Location", "RegionId"),
    hints=("bucket", "buckets"),
    needs=(
        frozenset({"name", "location", "storageclass"}),
        frozenset({"name", "region", "storageclass"}),
        frozenset({"name", "dataredundancytype"}),
        frozenset({"bucket", "storageclass"}),
    ),
    finish=_finish,
    fields=(
        field_of("redundancy", "DataRedundancyType | redundancy_type", as_word),
        field_of("storage_class", "StorageClass", as_word),
        field_of("versioning", "Versioning | versioning.status", as_text),
        field_of("size_gib", "Storage", USED_GIB),
        field_of("created_at", "CreationDate", as_time),
    ),
)


def read_replication(record: Record, context: Context, batch: Batch) -> None:
    """All replication rules of a bucket that the answer names."""
    bucket = text(get(record, "bucket"))
    if bucket:
        _add(bucket, get(record, "Rule"), context, batch)


def read_replication_rule(record: Record, context: Context, batch: Batch) -> None:
    """One replication rule of an answer as OSS gives it; raises ``LookupError`` where nothing names its bucket."""
    bucket = text(get(record, "SourceBucket")) or about_in_path(context.path)
    if not bucket:
        raise LookupError(
            "the replication rules do not name their bucket; name the file GetBucketReplication.<bucket>.xml (or .json)"
        )
    _add(bucket, [record], context, batch)


def _add(bucket: str, given: object, context: Context, batch: Batch) -> None:
    draft = Draft("bucket", bucket, context.place, partial=True, unite=frozenset({"replication_rules"}))
    rules = draft.listed("replication_rules", given) or ()
    targets = [draft.listed("destination of a rule", get(rule, "Destination"), "Bucket") for rule in rules]
    if not draft.odd:
        draft.attributes["replication_rules"] = tuple(
            _rule(rule, target[0]) for rule, target in zip(rules, targets, strict=True) if target
        )
    batch.drafts.append(draft)


def _rule(record: Record, target: Record) -> dict[str, object]:
    found: dict[str, object] = {
        "rule_id": text(get(record, "ID", "rule_id")),
        "status": text(get(record, "Status")).lower(),
        "target_bucket": text(get(target, "Bucket")),
        "target_region": region_text(get(target, "Location")),
        "prefixes": unique(get(record, "PrefixSet.Prefix", "prefix_set.prefixes")),
        "historical": text(get(record, "HistoricalObjectReplication")).lower(),
    }
    return {name: value for name, value in found.items() if value not in ("", ())}
