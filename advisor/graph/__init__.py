"""The dependency graph: what an estate holds together, what fails with what, and in which order it can be recovered."""

from advisor.graph.blast import Analysis, BlastTable, blast, blast_many
from advisor.graph.build import build_graph
from advisor.graph.export_dot import to_dot
from advisor.graph.export_html import to_html
from advisor.graph.export_json import to_json
from advisor.graph.export_text import to_text
from advisor.graph.findings import graph_findings
from advisor.graph.weaknesses import weak_points
from advisor.graph.wiring import counted_members

__all__ = [
    "Analysis",
    "BlastTable",
    "blast",
    "blast_many",
    "build_graph",
    "counted_members",
    "graph_findings",
    "to_dot",
    "to_html",
    "to_json",
    "to_text",
    "weak_points",
]
