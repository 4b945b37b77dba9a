"""The workloads of the targets file."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Final, cast

from advisor.importers.targets_fields import (
    Node,
    Reader,
    amount,
    duration,
    member,
    percent,
    share,
    texts,
    truth,
)
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.targets import Exclusion, Match, Target, WorkloadClass, WorkloadSpec
from advisor.yaml_text import close_words, is_number

_WORKLOAD: Final = (
    "name",
    "match",
    "class",
    "targets",
    "needs",
    "min_capacity",
    "daily_change",
    "dr_regions",
    "exclude",
    "downtime_per_hour",
    "loss_per_hour",
    "forbid",
    "require",
    "pin",
    "stateless",
    "confirmed_edges",
)
_WISHES: Final = ("pin", "require", "forbid")
_MATCH: Final = ("tags", "resources", "names", "vpc")
_EXCLUDE: Final = ("resource", "reason", "until")
_UNTIL: Final = "2027-03-31"
_SHOWN: Final = 6
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


def read_targets_table(body: Node, base: Mapping[Disruption, Target]) -> dict[Disruption, Target]:
    """The ``targets`` of a class or a workload, each metric falling back on ``base``; ``none`` means no target."""
    found: dict[Disruption, Target] = {}
    if "targets" not in body:
        return found
    table = body.child("targets", DISRUPTIONS, "disruption")
    for name in table or ():
        pair = table.child(name, ("rpo", "rto"), "target") if table is not None else None
        if pair is None:
            continue
        disruption = cast(Disruption, name)
        old = base.get(disruption, Target())
        found[disruption] = Target(
            rpo_s=duration(pair, "rpo") if "rpo" in pair else old.rpo_s,
            rto_s=duration(pair, "rto") if "rto" in pair else old.rto_s,
        )
    return found


def read_workloads(
    reader: Reader, root: Node, classes: Mapping[str, WorkloadClass], default_class: str, known_regions: Collection[str]
) -> tuple[WorkloadSpec, ...]:
    """Every workload of the file, in its order."""
    if "workloads" not in root or root["workloads"] is None:
        return ()
    rows = root["workloads"]
    if not isinstance(rows, list):
        root.add("workloads", "'workloads' is no list.", "Begin each workload with '- name: …'.")
        return ()
    names = [str(row["name"]) for row in rows if isinstance(row, dict) and "name" in row]
    found = []
    for index, row in enumerate(rows):
        node = reader.mapping(("workloads", index), row, _WORKLOAD, "a workload")
        if node is not None:
            found.append(_workload(node, classes, default_class, known_regions, names))
    _double_names(reader, rows)
    return tuple(found)


def _double_names(reader: Reader, rows: list[object]) -> None:
    seen: set[str] = set()
    for index, row in enumerate(rows):
        name = row.get("name") if isinstance(row, dict) else None
        if isinstance(name, str):
            if name in seen:
                reader.add(
                    ("workloads", index, "name"),
                    f"the workload '{name}' is given twice.",
                    "Give each one its own name.",
                )
            seen.add(name)


def _workload(
    node: Node,
    classes: Mapping[str, WorkloadClass],
    default_class: str,
    known_regions: Collection[str],
    names: list[str],
) -> WorkloadSpec:
    name = _name(node)
    class_name = member(node, "class", tuple(classes), "class") or default_class
    base = classes[class_name].targets if class_name in classes else {}
    hard, soft = _needs(node, name, names)
    return WorkloadSpec(
        name=name,
        match=_match(node, name),
        class_name=class_name,
        targets=read_targets_table(node, base),
        needs_hard=hard,
        needs_soft=soft,
        min_capacity=share(node, "min_capacity"),
        daily_change=percent(node, "daily_change"),
        dr_regions=_regions(node, known_regions),
        exclude=_exclusions(node),
        downtime_per_hour=amount(node, "downtime_per_hour"),
        loss_per_hour=amount(node, "loss_per_hour"),
        forbid=texts(node, "forbid"),
        require=texts(node, "require"),
        pin=_text(node, "pin"),
        stateless=truth(node, "stateless", default=False) if "stateless" in node else None,
        confirmed_edges=_edges(node),
        place=node.reader.document.place(*node.path),
        wish_places=_wish_places(node),
    )


def _wish_places(node: Node) -> dict[tuple[str, str], str]:
    """The place of each wish and of what it names: some that is wrong with them shows only beside the inventory."""
    document = node.reader.document
    places: dict[tuple[str, str], str] = {}
    for wish in _WISHES:
        if wish in node:
            places[wish, ""] = document.place(*node.path, wish)
            value = node[wish]
            for index, name in enumerate(value if isinstance(value, list) else ()):
                places.setdefault((wish, str(name)), document.place(*node.path, wish, index))
    return places


def _name(node: Node) -> str:
    value = node.value.get("name")
    if isinstance(value, str) and value.strip():
        return value
    if is_number(value):
        return node.spelt("name")
    node.add("name" if "name" in node else None, "the workload has no name.", "Write '- name: shop'.")
    return ""


def _text(node: Node, key: str) -> str | None:
    if key not in node or node[key] is None:
        return None
    if isinstance(node[key], str):
        return str(node[key])
    node.add(key, f"{key}: '{node[key]}' is no text.", "Write a plain text.")
    return None


def _match(node: Node, name: str) -> Match:
    advice = "Write 'match: {tags: {app: shop}}', or resources, names or vpc."
    if "match" not in node:
        node.add(None, f"the workload '{name}' has no 'match'.", advice)
        return Match()
    match = node.child("match", _MATCH, "match")
    if match is None:
        return Match()
    found = Match(
        tags=_tags(match), resources=texts(match, "resources"), names=texts(match, "names"), vpc=_text(match, "vpc")
    )
    if not (found.tags or found.resources or found.names or found.vpc) and not match.value:
        node.add("match", f"the match of '{name}' has no condition.", advice)
    elif not (found.tags or found.resources or found.names or found.vpc):
        node.add("match", f"the match of '{name}' is empty.", advice)
    return found


def _tags(match: Node) -> dict[str, str]:
    if "tags" not in match:
        return {}
    table = match.child("tags", None, "tags")
    found = {}
    for key in table or ():
        value = table[key] if table is not None else None
        if table is None or isinstance(value, list | dict) or value is None:
            match.add("tags", f"the value of tag '{key}' is no text.", "Write 'tags: {app: shop}'.")
            continue
        found[key] = table.spelt(key)
    return found


def _needs(node: Node, name: str, names: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if "needs" not in node or node["needs"] is None:
        return (), ()
    others = [other for other in names if other != name]
    if not isinstance(node["needs"], dict):
        _bare_needs(node, others)
        return (), ()
    needs = node.child("needs", ("hard", "soft"), "needs")
    if needs is None:
        return (), ()
    found = []
    for kind in ("hard", "soft"):
        wanted = texts(needs, kind)
        for one in wanted:
            if one == name:
                needs.add(kind, f"'{name}' needs itself.", "Remove it.")
            elif one not in names:
                needs.add(kind, f"unknown workload '{one}' in needs.", _known_needs(one, others))
        found.append(wanted)
    return found[0], found[1]


def _known_needs(wrong: str, others: Sequence[str]) -> str:
    """The workloads of this file nearest to a wrong name; a need leads only to workloads that are declared."""
    if get_close_matches(wrong, others, n=1):
        return close_words(wrong, others)
    shown = [repr(other) for other in others[:_SHOWN]] + ([f"{len(others) - _SHOWN} more"] if others[_SHOWN:] else [])
    here = f"Declared here: {', '.join(shown)}. " if shown else ""
    return f"{here}Declare '{wrong}' as a workload of this file, too (advisor init writes all that are found)."


def _bare_needs(node: Node, others: Sequence[str]) -> None:
    """Names that stand under ``needs`` itself: how to write them, each spelt like the workload nearest to it."""
    given = node["needs"] if isinstance(node["needs"], list) else [node["needs"]]
    near = [(get_close_matches(str(one), others, n=1) or [str(one)])[0] for one in given if isinstance(one, str)]
    written = ", ".join(near) or "orders"
    unknown = [one for one in near if one not in others]
    node.add(
        "needs",
        "needs does not say which of them it cannot work without.",
        f"Write 'needs: {{hard: [{written}]}}', or soft for those without which it only works worse."
        + (f" {_known_needs(unknown[0], others)}" if unknown else ""),
    )


def _regions(node: Node, known: Collection[str]) -> tuple[str, ...]:
    found = texts(node, "dr_regions")
    for index, region in enumerate(found):
        if known and region not in known:
            path = (*node.path, "dr_regions", index)
            node.reader.add(path, f"unknown region '{region}'.", close_words(region, sorted(known)))
    return found


def _exclusions(node: Node) -> tuple[Exclusion, ...]:
    if "exclude" not in node or node["exclude"] is None:
        return ()
    rows = node["exclude"]
    if not isinstance(rows, list):
        node.add("exclude", "'exclude' is no list.", "Write '- {resource: i-…, reason: …, until: 2026-12-31}'.")
        return ()
    found = []
    for index, row in enumerate(rows):
        path = (*node.path, "exclude", index)
        if isinstance(row, str):
            remedy = f"Write '- {{resource: {row}, reason: …, until: {_UNTIL}}}', so that it can be reviewed."
            node.reader.add(path, f"'{row}' is excluded without a reason.", remedy)
            continue
        one = node.reader.mapping(path, row, _EXCLUDE, "exclude")
        if one is not None:
            found.append(_exclusion(one))
    return tuple(found)


def _exclusion(node: Node) -> Exclusion:
    resource, reason = _text(node, "resource"), _text(node, "reason")
    if not resource:
        node.add(None, "an exclusion names no resource.", "Write 'resource: i-…'.")
    if not reason or not reason.strip():
        node.add(
            None,
            f"'{resource or 'a resource'}' is excluded without a reason.",
            "Write 'reason: …', so that it can be reviewed.",
        )
    return Exclusion(resource or "", reason or "", _day(node))


def _day(node: Node) -> date | None:
    if "until" not in node or node["until"] is None:
        return None
    value = str(node["until"])
    try:
        if not _DAY.fullmatch(value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        node.add("until", f"until: '{value}' is no day.", "Write it as 2026-12-31.")
        return None


def _edges(node: Node) -> tuple[tuple[str, str], ...]:
    """Pairs ``[from, to]`` of resource ids that the owner confirms as dependencies."""
    if "confirmed_edges" not in node or node["confirmed_edges"] is None:
        return ()
    rows = node["confirmed_edges"]
    found = []
    for index, row in enumerate(rows if isinstance(rows, list) else [rows]):
        if isinstance(row, list) and len(row) == 2 and all(isinstance(end, str) for end in row):
            found.append((str(row[0]), str(row[1])))
        else:
            path = (*node.path, "confirmed_edges", index)
            node.reader.add(
                path, "a confirmed edge is no pair.", "Write '- [i-web, rm-db]': the first needs the second."
            )
    return tuple(found)
