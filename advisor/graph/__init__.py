"""The dependency graph: what an estate holds together, what fails with what, and in which order it can be recovered."""

from advisor.graph.blast import Analysis, BlastTable, blast, blast_many
from advisor.graph.build import build_graph
from advisor.graph.findings import graph_findings
from advisor.graph.wiring import counted_members

__all__ = ["Analysis", "BlastTable", "blast", "blast_many", "build_graph", "counted_members", "graph_findings"]
