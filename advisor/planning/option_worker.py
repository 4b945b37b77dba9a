"""The process that builds the options of one share of the workloads."""

from __future__ import annotations

from advisor import workers
from advisor.planning.option_sharing import build_share

if __name__ == "__main__":
    workers.answer(build_share)
