"""Views that need no plan: what was read, the graph and its failures, the price book, a targets file to start from."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from advisor.api.assessing import Settings, books, classes_of, load_mapping
from advisor.graph import blast, build_graph, to_dot, to_html, to_json, to_text
from advisor.importers import default_targets, read_inventory, read_targets
from advisor.model.collecting import without_gc
from advisor.model.disruption import DISRUPTIONS
from advisor.model.evidence import RuleBook
from advisor.model.finding import Finding, InputError, Mistake
from advisor.model.graph import Blast, Graph
from advisor.model.inventory import ImportResult, Inventory, Kind, Resource, Skipped
from advisor.model.targets import Targets
from advisor.model.units import format_duration
from advisor.reporting.terminal import wrap
from advisor.rules import load_rules

_FOUND: Mapping[str, str] = {
    "declared": "in a targets file", "tag": "by tag", "load_balancer": "behind one balancer",
    "scaling_group": "in one scaling group", "cluster": "in one cluster", "connected": "by connections",
    "single": "by itself",
}  # fmt: skip
_LISTED_KINDS: Sequence[Kind] = (
    "disk", "snapshot", "snapshot_policy", "replica_pair", "backup_plan", "load_balancer", "server_group",
    "scaling_group", "database", "cache", "eip", "nat_gateway", "security_group",
)  # fmt: skip
_LINE = 80
_LEVERS = (
    "    # What else can be said of a workload; take the # away where it is wanted:",
    "    # targets:                                  # over the class; none takes a target away",
    "    #   zone: {rpo: 15 min, rto: 2 h}           # also logical, instance, region",
    "    # needs: {hard: [payments], soft: [search]} # other workloads: cannot work, or works worse, without them",
    "    # daily_change: 4%                          # how much of the data changes in a day",
    "    # min_capacity: 0.5                         # the share of the servers that carries the load",
    "    # dr_regions: [cn-shanghai]                 # where copies may lie",
    "    # forbid: [regional_essd]                   # protections that must not be chosen (names: rules/measures)",
    "    # require: [snapshot_policy]                # protections that must be chosen",
    "    # pin: none                                 # one option, by its id in plan.json",
    "    # exclude:                                  # resources left out on purpose",
    "    #   - {resource: i-bp1example, reason: rebuilt from its image every week, until: 2027-03-31}",
)
CSV_START = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets take for a formula


def load_inventory(paths: Sequence[Path], mapping: Path | None = None) -> ImportResult:
    """What the files hold, unknown columns named by ``mapping``; raises ``InputError`` with every mistake."""
    return read_inventory(paths, load_mapping(mapping))


def load_targets(path: Path | None, rules: RuleBook) -> Targets:
    """The targets file, or the shipped classes where there is none; raises ``InputError`` with every mistake."""
    classes = classes_of(rules)
    return read_targets(path, classes, set(rules.regions)) if path else default_targets(classes)


def inventory_summary(imported: ImportResult) -> dict[str, object]:
    """Counts by kind, region and zone, findings and skipped, as ``inventory show --format json`` prints them."""
    resources = imported.inventory.resources.values()
    zones = Counter(zone for item in resources for zone in (item.zones or ((item.zone,) if item.zone else ())))
    return {
        "resources": dict(sorted(Counter(item.kind for item in resources).items())),
        "regions": dict(sorted(Counter(item.region for item in resources if item.region).items())),
        "zones": dict(sorted(zones.items())),
        "forms": [{"file": name, "form": form} for name, form in imported.forms],
        "findings": [finding.model_dump() for finding in imported.findings],
        "skipped": [
            {"resource": item.resource, "reason": item.reason, "origin": str(item.origin), "remedy": item.remedy}
            for item in imported.skipped
        ],
        "stubs": len(imported.inventory.stubs),
        "not_listed": not_listed(imported.inventory),
    }


def not_listed(inventory: Inventory) -> dict[str, list[Kind]]:
    """By region with servers: the kinds that no file lists there and of which nothing is known (which is not none)."""
    present = {(item.kind, item.region) for item in inventory.resources.values()}
    regions = sorted({region for kind, region in present if kind == "instance" and region})
    found = {
        region: [kind for kind in _LISTED_KINDS if not inventory.tells(kind, region, (kind, region) in present)]
        for region in regions
    }
    return {region: kinds for region, kinds in found.items() if kinds}


def inventory_text(imported: ImportResult) -> str:
    """The summary for people."""
    summary = inventory_summary(imported)
    lines = [f"{len(imported.inventory.resources)} resources"]
    for title in ("resources", "regions", "zones"):
        counts = summary[title]
        if isinstance(counts, dict) and counts:
            lines += [f"\n{title}:", *(f"  {name:<24} {count:>7}" for name, count in counts.items())]
    for region, kinds in not_listed(imported.inventory).items():
        words = ", ".join(_unlisted(imported.inventory, kind, region) for kind in kinds)
        lines.append(f"\nnot listed in {region} (unknown, not none):")
        lines += _wrapped(words, 2, 2)
    if imported.findings:
        lines.append("\nfindings:")
        lines += [line for item in imported.findings for line in _finding_lines(item)]
    if imported.skipped:
        lines.append("\nskipped:")
        lines += _skipped_lines(imported.skipped)
    return "\n".join(lines)


def _unlisted(inventory: Inventory, kind: Kind, region: str) -> str:
    """A kind that is not listed, with the calls that lack where others listed a part of it."""
    calls = inventory.calls_missing(kind, region)
    return kind.replace("_", " ") + (f" ({' and '.join(calls)} would complete it)" if calls else "")


def _finding_lines(finding: Finding) -> list[str]:
    """Title, what it rests on, and what to do about it."""
    told = _wrapped(f"[{finding.severity}] {finding.title}", 2, 6)
    return told + [line for text in (finding.detail, finding.fix) if text for line in _wrapped(text, 6, 6)]


def _skipped_lines(skipped: Sequence[Skipped]) -> list[str]:
    """What was left out and why; what to do once below all to which it applies."""
    alike: dict[str, list[Skipped]] = {}
    for item in skipped:
        alike.setdefault(item.remedy, []).append(item)
    lines = []
    for remedy, items in alike.items():
        lines += [line for item in items for line in _wrapped(f"{_where(item)}: {item.reason}", 2, 6)]
        each = f"Of these {len(items)}: " if len(items) > 1 else ""
        lines += _wrapped(each + remedy, 6, 6)
    return lines


def _where(item: Skipped) -> str:
    """The file, the place in it and what lies there, each once."""
    file, place = item.origin.file, item.origin.place
    parts = [file, place if place not in item.resource else "", item.resource if item.resource != file else ""]
    return ", ".join(part for part in parts if part)


def _wrapped(text: str, indent: int, hanging: int) -> list[str]:
    """Lines within the columns of a terminal, those after the first indented by ``hanging``."""
    lines = wrap(text, _LINE - max(indent, hanging))
    return [" " * (hanging if number else indent) + line for number, line in enumerate(lines)]


def inventory_converted(imported: ImportResult, form: str) -> str:
    """The canonical form: JSON with resources and stubs, or one CSV row a resource."""
    inventory = imported.inventory
    if form == "csv":
        return _csv(inventory)
    document = {
        "listed": [list(pair) for pair in sorted(inventory.listed)],
        "resources": [_record(item) for item in inventory.resources.values()],
        "stubs": [
            {
                "id": item.id,
                "kind": item.kind,
                "mentioned_by": item.mentioned_by,
                "origin": {"file": item.origin.file, "place": item.origin.place},
            }
            for item in inventory.stubs
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2, default=_plain) + "\n"


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    return str(value)


def _record(item: Resource) -> dict[str, object]:
    return {
        "id": item.id,
        "kind": item.kind,
        "name": item.name,
        "region": item.region,
        "zone": item.zone,
        "zones": list(item.zones),
        "status": item.status,
        "tags": dict(item.tags),
        "attributes": dict(item.attributes),
        "origin": {"file": item.origin.file, "place": item.origin.place},
    }


def _csv(inventory: Inventory) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(["id", "kind", "name", "region", "zone", "zones", "status", "tags", "attributes", "file", "place"])
    for item in inventory.resources.values():
        row = [
            item.id,
            item.kind,
            item.name,
            item.region or "",
            item.zone or "",
            " ".join(item.zones),
            item.status or "",
            json.dumps(dict(item.tags), ensure_ascii=False),
            json.dumps(dict(item.attributes), ensure_ascii=False, default=_plain),
            item.origin.file,
            item.origin.place,
        ]
        writer.writerow([f"'{cell}" if cell.startswith(CSV_START) else cell for cell in row])
    return stream.getvalue()


def blast_of(inventory: Inventory, graph: Graph, failure: str) -> Blast:
    """What a failure does; raises ``InputError`` for a place that does not exist."""
    try:
        return blast(inventory, graph, failure)
    except ValueError as error:
        remedy = "advisor graph … --format json lists every id under 'nodes'."
        raise InputError([Mistake("command line", "--fail", f"{error}.", remedy)]) from error


def graph_output(
    paths: Sequence[Path], targets_path: Path | None, failure: str | None, form: str, mapping: Path | None = None
) -> str:
    """The graph, or a failure on it, in the wanted form."""
    rules = load_rules()
    with without_gc():
        inventory = load_inventory(paths, mapping).inventory
        targets = load_targets(targets_path, rules)
        graph = build_graph(inventory, targets)
        hit = blast_of(inventory, graph, failure) if failure is not None else None
    if form == "json":
        return to_json(inventory, graph, hit, targets)
    if form == "dot":
        return to_dot(inventory, graph, hit)
    if form == "html":
        return to_html(inventory, graph, failure, targets=targets)
    return to_text(inventory, graph, hit, targets)


def nothing_to_protect(inventory: Inventory) -> str:
    """What to tell where no workload was found in an inventory."""
    counts = Counter(item.kind.replace("_", " ") for item in inventory.resources.values())
    held = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    return (
        f"Nothing to protect was found: the inventory holds {held or 'no resources'}, and nothing in it is a workload; "
        "list instances (aliyun ecs DescribeInstances) and databases (aliyun rds DescribeDBInstances)."
    )


def targets_template(paths: Sequence[Path], mapping: Path | None = None) -> str:
    """A commented targets file with the workloads found in the inventory, each matched by what it is made of."""
    return targets_draft(paths, mapping)[0]


def targets_draft(paths: Sequence[Path], mapping: Path | None = None) -> tuple[str, str]:
    """The template, and what to tell where nothing to protect was found (else empty)."""
    rules, _ = books(Settings())
    inventory = load_inventory(paths, mapping).inventory
    graph = build_graph(inventory, default_targets(classes_of(rules)))
    lines = [
        "# Targets: what each workload is worth, and the monthly budget for protecting all of them.",
        "# Set the class of each workload; the classes' targets are listed below.",
        "# RPO and RTO need a unit: 15 min, 4 h, 1 d.",
        "version: 1",
        "currency: CNY",
        "# budget: {monthly: 60000}      # a hard cap on what is added each month",
        "risk_level: p95                  # the quantile of the recovery time that is held against the target",
        "",
        *_class_comments(rules),
        "workloads:" if graph.workloads else "workloads: []",
    ]
    for number, workload in enumerate(graph.workloads):
        instances = [item for item in map(inventory.get, workload.resources) if item is not None and _anchors(item)]
        lines += [
            f"  - name: {json.dumps(workload.name, ensure_ascii=False)}",
            f"    # found {_FOUND.get(workload.found_by, workload.found_by)}"
            + (f": {_comment(workload.evidence)}" if workload.evidence else ""),
            "    class: standard",
            *(_LEVERS if number == 0 else ()),
            "    match:",
            "      resources:",
            *(f"        - {json.dumps(item.id)}   # {_comment(item.label)}" for item in instances),
        ]
    return "\n".join(lines) + "\n", "" if graph.workloads else nothing_to_protect(inventory)


def _anchors(item: Resource) -> bool:
    return item.kind in ("instance", "database", "cache", "load_balancer", "scaling_group")


def _comment(text: str) -> str:
    """Free text for the end of a YAML comment: one line, nothing a parser could take for anything else."""
    return "".join(char if char.isprintable() else " " for char in text)


def _class_comments(rules: RuleBook) -> list[str]:
    lines = ["# The shipped classes:"]
    for name, item in classes_of(rules).items():
        parts = []
        for disruption in DISRUPTIONS:
            target = item.target(disruption)
            if target.asks:
                rpo, rto = (format_duration(v) if v is not None else "none" for v in (target.rpo_s, target.rto_s))
                parts.append(f"{disruption} {rpo} / {rto}")
        lines.append(f"#   {name}: RPO / RTO {', '.join(parts)}")
    return [*lines, ""]
