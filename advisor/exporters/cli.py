"""``cli/<workload>.sh``: the numbered steps that Terraform cannot express."""

from __future__ import annotations

from collections.abc import Sequence

from advisor.exporters.steps import Step, indented, quote
from advisor.exporters.terraform import build
from advisor.exporters.terraform.build import Build
from advisor.exporters.terraform.readme import script_slugs
from advisor.exporters.text import clean
from advisor.model.deliverable import Deliverable

_COMMENT_WIDTH = 110

_HELPERS = r"""say() { printf '%s\n' "$*"; }
fail() { printf 'Stopped: %s\n' "$*" >&2; exit 1; }
need() { command -v "$1" >/dev/null 2>&1 || fail "the program '$1' is missing"; }
output() { need terraform; terraform -chdir="$plan/terraform/$1" output -raw "$2"; }

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
plan=$(dirname -- "$here")"""


def render(deliverable: Deliverable) -> dict[str, bytes]:
    """One script for each workload that needs steps."""
    return scripts(build(deliverable))


def scripts(built: Build) -> dict[str, bytes]:
    """The scripts of a build."""
    names = script_slugs(built)
    return {
        f"cli/{names[workload]}.sh": _script(built, workload, names[workload])
        for workload in sorted(built.steps.steps)
        if workload in names
    }


def _script(built: Build, workload: str, name: str) -> bytes:
    numbered = built.steps.numbered(workload)
    parts = [
        _head(built, workload, name, numbered),
        "set -eu",
        _HELPERS,
        *(_function(number, step) for number, step in numbered),
        _list(workload, numbered),
        _choice(name, len(numbered)),
    ]
    return ("\n\n".join(parts) + "\n").encode("utf-8", "replace")


def _head(built: Build, workload: str, name: str, numbered: Sequence[tuple[int, Step]]) -> str:
    folders = sorted({folder for _, step in numbered for folder in step.needs})
    option = built.workloads[workload].option_id
    lines = [
        f"Steps for workload {clean(workload)} that Terraform cannot express (option {clean(option)}).",
        "",
        f"  sh cli/{name}.sh        lists the steps and changes nothing",
        f"  sh cli/{name}.sh 2      runs step 2",
        f"  sh cli/{name}.sh all    runs all in order and stops at the first that fails",
        "",
        "Each step checks before it changes anything, and may be run again.",
        "Needs the programs jq and aliyun (3.3 or later; hbr plugin for file backup; credentials: aliyun configure).",
    ]
    if folders:
        where = ", ".join(f"terraform/{folder}" for folder in folders)
        lines.append(f"Apply {where} first: some steps read the ids of new resources from there. Where Terraform")
        lines.append("is not at hand, set the variable that a step reads to the id, in front of the command.")
    return "\n".join(["#!/bin/sh", *(f"# {line}".rstrip() for line in lines)])


def _function(number: int, step: Step) -> str:
    comment = [f"Step {number}: {step.title}", f"Not in Terraform: {step.why}.", f"Back: {step.rollback}"]
    lines = [line for text in comment for line in _wrapped(text)]
    lines.append(f"step_{number}() {{")
    lines.append(f"    say {quote(f'Step {number}: {clean(step.title)}')}")
    lines += [line for part in step.body for line in indented(part)]
    lines.append("}")
    return "\n".join(lines)


def _wrapped(text: str) -> list[str]:
    words, lines, line = clean(text).split(" "), [], "#"
    for word in words:
        if len(line) + 1 + len(word) > _COMMENT_WIDTH and line != "#":
            lines.append(line)
            line = "#  "
        line = f"{line} {word}"
    return [*lines, line]


def _list(workload: str, numbered: Sequence[tuple[int, Step]]) -> str:
    lines = [f"    say {quote(f'Steps for {clean(workload)}:')}"]
    lines += [f"    say {quote(f'{number:>3}  {clean(step.title)}')}" for number, step in numbered]
    return "\n".join(["list() {", *lines, "}"])


def _choice(name: str, count: int) -> str:
    lines = ["need aliyun", "need jq"]
    lines = [
        'case "${1:-list}" in',
        "    list) list; exit 0 ;;",
        "    all) steps=" + quote(" ".join(str(number) for number in range(1, count + 1))) + " ;;",
        "    " + " | ".join(str(number) for number in range(1, count + 1)) + ") steps=$1 ;;",
        f"    *) fail {quote(f'there is no such step. Write: sh cli/{name}.sh [list | all | 1–{count}]')} ;;",
        "esac",
        *lines,
        'for step in $steps; do "step_$step"; done',
    ]
    return "\n".join(lines)
