"""Cloud Backup policies: the policy with its rules, and each binding of it to a server, bucket or file system.

A binding is read as a backup plan of what it binds: the policy's schedule, retention, vault and copies are filled in
once all files are read (``advisor.importers.policies``), for the two come in two answers. Fields: response models of
DescribePoliciesV2 and DescribePolicyBindings in the public SDK of hbr 2017-09-08."""

from __future__ import annotations

from typing import Final

from advisor.importers.convert import as_bool, as_id, as_lower, as_text, as_texts, as_time, as_word, unique
from advisor.importers.fields import ABSENT, Record, get, text
from advisor.importers.places import kind_of_id
from advisor.importers.quantities import BACKUP_DAYS, COUNT, as_schedule
from advisor.importers.records import Draft, Spec, field_of

_BACKUP: Final = "backup"
_LIFECYCLE: Final = "transition"
_REPLICATION: Final = "replication"
_RULE_FIELDS: Final = (
    ("schedule", as_schedule, "Schedule"),
    ("backup_type", as_text, "BackupType"),
    ("vault_id", as_id, "VaultId"),
    ("copy_region", as_word, "ReplicationRegionId"),
)


def _rule(rule: Record, policy: Draft) -> dict[str, object]:
    """One rule of a policy in canonical names; a replication rule's retention is that of its copies."""
    found: dict[str, object] = {"rule_type": text(get(rule, "RuleType")).lower()}
    for name, convert, source in _RULE_FIELDS:
        found[name] = policy.read(f"{name} of a rule", convert, get(rule, source))
    kept = "copy_retention_days" if found["rule_type"] == _REPLICATION else "retention_days"
    found[kept] = policy.read(f"{kept} of a rule", BACKUP_DAYS, get(rule, "Retention"))
    return {name: value for name, value in found.items() if value not in ("", ABSENT)}


def _policy_finish(draft: Draft, record: Record) -> None:
    given = draft.listed("rules", get(record, "Rules"), "RuleType", "RuleId", "Schedule", "Retention")
    if given is None:
        return
    rules = tuple(_rule(rule, draft) for rule in given)
    draft.attributes["rules"] = rules
    backup = next((rule for rule in rules if rule.get("rule_type") == _BACKUP), {})
    lifecycle = next((rule for rule in rules if rule.get("rule_type") == _LIFECYCLE), {})
    copying = [rule for rule in rules if rule.get("rule_type") == _REPLICATION]
    regions = unique(*(rule.get("copy_region", "") for rule in copying))
    if regions or not copying:
        draft.attributes["copy_regions"] = regions  # else it is not known where the copies go
    for name, value in (
        ("schedule", backup.get("schedule")),
        ("vault_id", backup.get("vault_id")),
        ("backup_type", backup.get("backup_type")),
        ("retention_days", lifecycle.get("retention_days", backup.get("retention_days"))),
    ):
        if value is not None:
            draft.attributes[name] = value


BACKUP_POLICY = Spec(
    kind="backup_policy",
    id=("PolicyId", "id"),
    name=("PolicyName",),
    status=("BusinessStatus",),
    hints=("policies", "policiesv2", "policy"),
    needs=(
        frozenset({"policyid", "policyname", "rules"}),
        frozenset({"policyid", "policytype", "rules"}),
        frozenset({"policyid", "policybindingcount"}),
    ),
    refuses=frozenset({"policybindingid", "datasourceid", "planid"}),
    finish=_policy_finish,
    fields=(
        field_of("policy_type", "PolicyType", as_text),
        field_of("binding_count", "PolicyBindingCount", COUNT),
        field_of("created_at", "CreatedTime", as_time),
    ),
)


def _binding_finish(draft: Draft, record: Record) -> None:
    """What is bound. Where only some disks of a server are, the disks are, and the server as a whole is not."""
    source, kind = text(get(record, "DataSourceId")), str(draft.attributes.get("source_type") or "").lower()
    if not source:
        return
    disks = get(record, "AdvancedOptions.UdmDetail.DiskIdList")
    chosen = as_texts(disks) if disks is not ABSENT else ()
    draft.attributes["resource_ids"] = chosen or (source,)
    if chosen:
        return
    left_out = get(record, "AdvancedOptions.UdmDetail.ExcludeDiskIdList")
    if left_out is not ABSENT and as_texts(left_out):
        draft.attributes["excluded_disk_ids"] = as_texts(left_out)
    if kind == "oss":
        draft.attributes["bucket"] = source
    elif kind == "nas":
        draft.attributes["file_system_id"] = source
    elif kind_of_id(source) == "instance":
        draft.attributes["instance_id"] = source


POLICY_BINDING = Spec(
    kind="backup_plan",
    id=("PolicyBindingId", "id"),
    hints=("policybindings", "policybinding"),
    needs=(frozenset({"policybindingid", "policyid"}), frozenset({"policybindingid", "datasourceid"})),
    part="DescribePolicyBindings",
    finish=_binding_finish,
    fields=(
        field_of("policy_id", "PolicyId", as_id),
        field_of("source_type", "SourceType", as_word),
        field_of("disabled", "Disabled", as_bool),
        field_of("paths", "Source", as_texts),
        field_of("bound_by_tag", "CreatedByTag", as_bool),
        field_of("account_type", "CrossAccountType", as_lower),
        field_of("created_at", "CreatedTime", as_time),
    ),
)
