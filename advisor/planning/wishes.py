"""What the targets file itself takes out of the choice: pin, require and forbid of a workload, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from advisor.model.targets import WorkloadSpec
from advisor.planning.candidates import Candidate


def wished(spec: WorkloadSpec) -> str:
    """`` under the pin of the targets file (none)``; empty where nothing is wished."""
    wishes = {"pin": (spec.pin,) if spec.pin else (), "require": spec.require, "forbid": spec.forbid}
    given = {name: ", ".join(values) for name, values in wishes.items() if values}
    if not given:
        return ""
    alone = len(given) == 1
    shown = "; ".join(values if alone else f"{name}: {values}" for name, values in given.items())
    return f" under the {' and '.join(given)} of the targets file ({shown})"


def wishes_of(found: Sequence[Candidate]) -> Mapping[str, str]:
    """Of each workload with such wishes, its own or those of workloads that it waits for: what to say of a target that
    nothing meets."""
    own = {item.workload.name: wished(item.spec) for item in found}
    needs = {item.workload.name: item.workload.needs_hard for item in found}
    told = {}
    for name, words in own.items():
        others = [need for need in _waited_for(name, needs) if own.get(need)]
        parts = [words] if words else []
        parts += [f"{own[need]} for {need}, which it needs" for need in others]
        told[name] = ", and".join(parts)
    return {name: words for name, words in told.items() if words}


def _waited_for(name: str, needs: Mapping[str, Sequence[str]]) -> list[str]:
    """All workloads that one cannot be back before, nearest first."""
    found: list[str] = []
    waiting = list(needs.get(name, ()))
    while waiting:
        need = waiting.pop(0)
        if need != name and need not in found:
            found.append(need)
            waiting += needs.get(need, ())
    return found
