"""Numbered command-line steps: what no template can say, with a check before and a way back beside each."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from advisor.exporters.text import clean

# Calls whose request has no RegionId of its own: the region is a flag of the program instead.
_REGIONLESS = frozenset(
    {
        "ApplyAutoSnapshotPolicy",
        "AttachDisk",
        "CancelAutoSnapshotPolicy",
        "CancelShiftLoadBalancerZones",
        "CreateSnapshot",
        "DescribeBackups",
        "DescribeDBInstanceAttribute",
        "DescribeDBInstanceHAConfig",
        "DetachDisk",
        "GetLoadBalancerAttribute",
        "MigrateToOtherZone",
        "ModifyAutoSnapshotPolicyEx",
        "ModifyDBInstanceSpec",
        "ModifyDiskSpec",
        "ModifyScalingGroup",
        "RedeployInstance",
        "ResetDisk",
        "StartInstance",
        "StartShiftLoadBalancerZones",
        "StopInstance",
        "SwitchDBInstanceHA",
        "UpdateLoadBalancerZones",
    }
)
_GLOBAL_PRODUCTS = ("alidns",)
# The program knows this argument as one word only and refuses its parts unless told not to check ("--force").
_ZONES = "ZoneMappings."
_WIDTH = 100
_FOLD = " \\\n    "


@dataclass(frozen=True, slots=True)
class Shell:
    """A piece of shell that is written as it is, such as ``"$pair"``. Never made from inventory texts."""

    source: str


Argument = str | int | bool | Shell | Sequence[str] | Sequence[int]

# The program asks for page after page and hands all of them over as one.
ALL_PAGES: Mapping[str, Argument] = {"PageSize": 100, "pager": Shell("")}


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered step. ``body`` is shell; ``rollback`` says how to undo it, ``why`` what Terraform lacks.

    ``needs`` names the Terraform roots (regions) whose outputs the body reads."""

    title: str
    why: str
    body: tuple[str, ...]
    rollback: str
    action_id: str = ""
    needs: tuple[str, ...] = ()


@dataclass
class StepBook:
    """All steps by workload, in the order in which they are to be run. What two actions need alike is one step."""

    steps: dict[str, list[Step]] = field(default_factory=dict)
    _numbers: dict[str, list[int]] = field(default_factory=dict)
    _bodies: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)

    def add(self, workload: str, step: Step) -> None:
        """Appends a step, unless the workload has the same already."""
        known = self.steps.setdefault(workload, [])
        number = self._bodies.setdefault((workload, step.body), len(known) + 1)
        if number > len(known):
            known.append(step)
        self._numbers.setdefault(step.action_id, []).append(number)

    def numbered(self, workload: str) -> list[tuple[int, Step]]:
        """The steps of a workload with their numbers."""
        return list(enumerate(self.steps.get(workload, ()), start=1))

    def of_action(self, workload: str, action_id: str) -> list[tuple[int, Step]]:
        """The steps that carry out one action, with their numbers."""
        known = self.steps.get(workload, [])
        return [(number, known[number - 1]) for number in self._numbers.get(action_id, ())]


def quote(value: str) -> str:
    """The text as one shell word."""
    return shlex.quote(value.replace("\0", ""))


def aliyun(product: str, api: str, region: str | None, arguments: Mapping[str, Argument | None]) -> str:
    """A call of the ``aliyun`` program; arguments that are None are left out, lists become JSON."""
    words = [f"aliyun {product} {api}"]
    if region and product not in _GLOBAL_PRODUCTS:
        plugin = api[:1].islower()
        flag = "--region" if plugin or api in _REGIONLESS else "--RegionId"
        words.append(f"{flag} {quote(region)}")
    words += [f"--{name} {_word(value)}".rstrip(" ") for name, value in arguments.items() if value is not None]
    if any(name.startswith(_ZONES) for name in arguments):
        words += ["--method POST", "--force"]
    line = " ".join(words)
    return line if len(line) <= _WIDTH else _FOLD.join(words)


def unfolded(call: str) -> str:
    """A call on one line, for comments."""
    return call.replace(_FOLD, " ")


def _word(value: Argument) -> str:
    if isinstance(value, Shell):
        return value.source
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return quote(value)
    return quote(json.dumps(list(value), ensure_ascii=False, separators=(",", ":")))


def query(call: str, path: str, variable: str) -> str:
    """Shell that puts one value of an answer into a variable, and stops where the call fails."""
    return f"answer=$({call})\n{variable}=$(printf '%s' \"$answer\" | jq -r {quote(path)})"


def say(text: str) -> str:
    """Shell that prints a line."""
    return f"say {quote(clean(text))}"


def fail(text: str, variable: str | None = None) -> str:
    """Shell that stops the script with a message and, where named, the value that was found instead."""
    return f"fail {quote(clean(text))}" + (f' "${variable}"' if variable else "")


def expect(
    variable: str, allowed: Sequence[str], otherwise: str, *, done: Sequence[str] = (), leave: str = "return 0"
) -> tuple[str, ...]:
    """Shell that goes on only with an allowed value; with one of ``done`` nothing is left to do and it leaves."""
    lines = [f'case "${variable}" in']
    if done:
        lines.append(f"    {'|'.join(quote(item) for item in done)}) say 'Already done.'; {leave} ;;")
    lines.append(f"    {'|'.join(quote(item) for item in allowed)}) ;;")
    lines.append(f"    *) {fail(f'{otherwise} Found:', variable)} ;;")
    return (*lines, "esac")


def loop(variable: str, items: Sequence[str], body: Sequence[str]) -> tuple[str, ...]:
    """Shell that does the same for every item."""
    words = [quote(item) for item in items]
    line = f"for {variable} in {' '.join(words)}; do"
    if len(line) > _WIDTH:
        line = f"for {variable} in \\\n    " + " \\\n    ".join(words) + "; do"
    inner = (line for part in body for line in indented(part))
    return (line, *inner, "done")


def indented(part: str) -> list[str]:
    """The lines of a piece of shell, indented except within a quoted text, whose content must stay as it is."""
    lines, inside = [], False
    for line in part.split("\n"):
        lines.append(line if inside or not line else f"    {line}")
        for index, char in enumerate(line):
            if char == "'" and (index == 0 or line[index - 1] != "\\"):
                inside = not inside
    return lines


def output(region_folder: str, name: str) -> str:
    """Shell that reads an output of a Terraform root into a variable of its name, unless that has been set by hand."""
    return f"{name}=${{{name}:-$(output {quote(region_folder)} {quote(name)})}}"
