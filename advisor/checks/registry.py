"""Every check by the id of its card: one function, one condition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from advisor.checks import balancing, databases, disks, lifecycle, policies, replicas
from advisor.checks.card import Card, Hit
from advisor.checks.estate import Estate

Check = Callable[[Estate, Card], Iterator[Hit]]

CHECKS: Final[Mapping[str, Check]] = {
    "SNP-001": disks.unprotected_disk,
    "SNP-002": disks.unprotected_system_disks,
    "SNP-003": policies.out_of_service,
    "SNP-004": disks.switched_off_on_disk,
    "SNP-005": policies.kept_too_short,
    "SNP-006": policies.gap_too_long,
    "SNP-007": policies.not_delivering,
    "SNP-008": policies.failed_run,
    "SNP-009": policies.same_region_only,
    "SNP-010": disks.protection_unknown,
    "SNP-011": policies.other_region_unknown,
    "LOC-001": disks.local_without_file_backup,
    "LOC-002": disks.local_file_backup_unknown,
    "REP-001": replicas.partly_replicated_instance,
    "REP-002": replicas.pair_out_of_order,
    "REP-003": replicas.partly_replicated_workload,
    "REP-004": replicas.pair_behind,
    "DB-001": databases.store_in_one_zone,
    "DB-002": databases.standby_unknown,
    "DB-003": databases.log_backup_off,
    "DB-004": databases.backup_kept_too_short,
    "DB-005": databases.backup_policy_unknown,
    "LB-001": balancing.members_in_one_zone,
    "LB-002": balancing.balancer_in_one_zone,
    "LB-003": balancing.balancer_zones_unknown,
    "LB-004": balancing.idle_member,
    "ESS-001": balancing.scaling_in_one_zone,
    "ESS-002": balancing.added_by_hand,
    "ECS-001": lifecycle.economical_mode,
    "SUB-001": lifecycle.subscription_ends,
    "FGT-001": lifecycle.forgotten_instance,
    "FGT-002": disks.forgotten_disk,
    "TAG-001": lifecycle.untagged_member,
    "REF-001": disks.disk_of_unlisted_instance,
    "KEY-001": disks.unlisted_key,
}
