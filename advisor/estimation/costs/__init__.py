"""Cost lines: what each proposed action adds in every state, and what the workload costs now."""

from advisor.estimation.costs.costing import Costing
from advisor.estimation.costs.mechanisms import added_lines
from advisor.estimation.costs.present import present_lines
from advisor.estimation.costs.shared import FILE_BACKUP_QUOTA, quota_credit, shared_lines

__all__ = ["FILE_BACKUP_QUOTA", "Costing", "added_lines", "present_lines", "quota_credit", "shared_lines"]
