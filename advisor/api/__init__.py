"""The one place that wires everything together; CLI, app and batch call this and nothing below it."""

from advisor.api.assessing import (
    ALL_FORMATS,
    DEFAULT_FORMATS,
    Assessment,
    Settings,
    assess,
    books,
    check_formats,
    classes_of,
    export,
    plan_for,
)
from advisor.api.explaining import compare_plans, estimate_chain, explain, load_plan, terminal_summary
from advisor.api.fetching import fetch_inventory, fetch_policy, fetch_text
from advisor.api.output import check_target, digest, write, write_new
from advisor.api.quoting import price_check, price_quote, price_refresh, price_rows
from advisor.api.viewing import (
    blast_of,
    graph_output,
    inventory_converted,
    inventory_summary,
    inventory_text,
    load_inventory,
    load_targets,
    nothing_to_protect,
    targets_draft,
    targets_template,
)

__all__ = [
    "ALL_FORMATS",
    "DEFAULT_FORMATS",
    "Assessment",
    "Settings",
    "assess",
    "blast_of",
    "books",
    "check_formats",
    "check_target",
    "classes_of",
    "compare_plans",
    "digest",
    "estimate_chain",
    "explain",
    "export",
    "fetch_inventory",
    "fetch_policy",
    "fetch_text",
    "graph_output",
    "inventory_converted",
    "inventory_summary",
    "inventory_text",
    "load_inventory",
    "load_plan",
    "load_targets",
    "nothing_to_protect",
    "plan_for",
    "price_check",
    "price_quote",
    "price_refresh",
    "price_rows",
    "targets_draft",
    "targets_template",
    "terminal_summary",
    "write",
    "write_new",
]
