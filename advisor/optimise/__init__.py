"""Problem in, solution out: one option for every workload, proven optimal or with a stated gap."""

from advisor.optimise.solve import frontier, solve
from advisor.optimise.totals import missed_of, totals_of

__all__ = ["frontier", "missed_of", "solve", "totals_of"]
