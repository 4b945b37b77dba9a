"""Why a workload's wishes leave it no option, and which option is nearest to a pin that is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher, get_close_matches

from advisor.estimation.context import Context
from advisor.estimation.costs import Costing
from advisor.estimation.measures import offer
from advisor.estimation.option_ids import OptionIds
from advisor.estimation.packages import NOTHING, Package, agree, units_of
from advisor.model.finding import Mistake
from advisor.model.plan import Infeasible

ADVICE = "Write the id of an option as advisor explain names it"


@dataclass(frozen=True)
class _Space:
    """The options that a workload has under some of its wishes."""

    ids: OptionIds
    infeasible: tuple[Infeasible, ...]
    unpriced: frozenset[str]

    def packages(self, option_id: str) -> list[Package] | None:
        """What each unit takes in an option, in whichever order its id names the choices; None where there is none."""
        numbers = self.ids.numbers(option_id)
        if numbers is None:
            return None
        return [unit.packages[number] for unit, number in zip(self.ids.units, numbers, strict=True)]

    def mechanisms(self) -> set[str]:
        return {name for unit in self.ids.units for name in _mechanisms(unit.packages)}


def no_option(context: Context, costing: Costing, admit_unpriced: bool) -> Mistake:
    """The mistake of a workload whose pin, require and forbid leave no option, at the line of the wish."""
    spec = context.spec
    # Without forbid, and with unpriced protections: what the wishes took away can be named.
    everything = _space(replace(context, spec=replace(spec, forbid=())), costing, admit_unpriced=True)
    left = _space(context, costing, admit_unpriced)
    if spec.pin is not None:
        return _pin(spec.pin, context, left, everything, admit_unpriced)
    return _require(context, left, everything, admit_unpriced)


def _space(context: Context, costing: Costing, admit_unpriced: bool) -> _Space:
    offered = offer(context)
    units, excluded = units_of(tuple(context.components()), offered.dimensions, costing, admit_unpriced)
    return _Space(OptionIds(units, offered.dimensions), offered.infeasible, frozenset(name for name, _ in excluded))


def _mechanisms(packages: Sequence[Package]) -> set[str]:
    return {item.mechanism for package in packages for item in package.protections}


def _pin(pin: str, context: Context, left: _Space, everything: _Space, admit_unpriced: bool) -> Mistake:
    spec = context.spec
    packages = everything.packages(pin)
    why, remedy = ("", "") if packages is None else _excluded(context, packages, left, admit_unpriced)
    hint = [remedy] if remedy else []
    near = _nearest(pin, left, spec.require)
    if near is not None:
        hint.append(f"Did you mean '{near}'?" if not why else f"The nearest that is left is '{near}'.")
    elif not why:
        hint.append(_choices(left))
    if not remedy:
        hint.append(f"{ADVICE}, or loosen pin, require or forbid.")
    problem = f"'{pin}' is no option of workload '{spec.name}'{f': {why}' if why else ''}."
    return Mistake("targets", spec.place_of("pin"), problem, " ".join(hint))


def _excluded(context: Context, packages: list[Package], left: _Space, admit_unpriced: bool) -> tuple[str, str]:
    """What rules out an option that the resources would admit, and what to do; both empty where nothing does."""
    spec, used = context.spec, _mechanisms(packages)
    if forbidden := sorted(used & set(spec.forbid)):
        names = " and ".join(forbidden)
        return f"it takes {names}, which forbid rules out", f"Remove {names} from forbid, or pin an option without."
    if lacking := sorted(set(spec.require) - used):
        names = " and ".join(lacking)
        return f"it lacks {names}, which require asks for", f"Remove {names} from require, or pin an option with it."
    if not agree(packages):
        return "it prepares two recovery regions", "Pin choices of one recovery region."
    taken = {part.choice for package in packages for part in package.parts}
    if not admit_unpriced and (without := sorted(taken & left.unpriced)):
        return (
            f"{' and '.join(without)} has a line without a price",
            "Use --admit-unpriced, or give a price with --prices.",
        )
    return "", ""


def _nearest(pin: str, space: _Space, require: Sequence[str]) -> str | None:
    """The option made of the choices and parts that resemble the pin's; where these exclude one another, the one most
    like the pin with a piece left out. None where nothing resembles it."""
    whole, *parts = _like(pin, space.ids)
    for wanted in ([whole], parts):
        written = (_written(option_id, space, require) for option_id in wanted)
        found = [option_id for option_id in written if option_id not in (None, pin, NOTHING)]
        if found:
            return max(found, key=lambda option_id: SequenceMatcher(None, pin, option_id or "").ratio())
    return None


def _written(option_id: str, space: _Space, require: Sequence[str]) -> str | None:
    """The id as it is written, of an option that has what is required; None where there is none."""
    packages = space.packages(option_id)
    if packages is None or not agree(packages) or not set(require) <= _mechanisms(packages):
        return None
    return space.ids.write(packages)


def _like(pin: str, ids: OptionIds) -> list[str]:
    """The id with each piece put right, then with one of them left out."""
    choices = sorted({choice for _, choice in ids.offering})
    pieces = [piece for piece in (_piece(item, choices, ids.labels) for item in pin.split("+")) if piece]
    fewer = (pieces[:number] + pieces[number + 1 :] for number in range(len(pieces)))
    return ["+".join(pieces), *("+".join(rest) for rest in fewer if rest)]


def _piece(piece: str, choices: Sequence[str], labels: Sequence[str]) -> str:
    """A piece of an id with the nearest choice and the nearest parts; empty where none is near."""
    choice, _, names = piece.strip().partition("@")
    near = get_close_matches(choice, choices, n=1)
    parts = [part for name in names.split(",") if name for part in get_close_matches(name, labels, n=1)]
    if not near or (names and not parts):
        return ""
    return near[0] + (f"@{','.join(dict.fromkeys(parts))}" if parts else "")


def _choices(space: _Space) -> str:
    """What ids of the workload are made of: an example of each dimension."""
    offered = {choice for _, choice in space.ids.offering}
    examples, count = [], 0
    for dimension in space.ids.dimensions:
        own = [choice.id for choice in dimension.choices if choice.id in offered]
        count += len(own)
        examples += [next((name for name in own if not name.startswith(NOTHING)), own[0])] if own else []
    if not examples:
        return f"It has a single one, '{NOTHING}'."
    more = f" and {count - len(examples)} more such pieces" if count > len(examples) else ""
    return f"Its options are '{NOTHING}' and what is made of {', '.join(examples)}{more}, joined by '+'."


def _require(context: Context, left: _Space, everything: _Space, admit_unpriced: bool) -> Mistake:
    spec = context.spec
    lacking = [name for name in spec.require if name not in left.mechanisms()]
    place = spec.place_of("require", lacking[0] if lacking else "")
    hint = "Loosen require or forbid" + (", or use --admit-unpriced." if left.unpriced and not admit_unpriced else ".")
    why = "; ".join(_missing(name, context, left, everything) for name in lacking) or (
        f"none has {' and '.join(spec.require)} together"
    )
    return Mistake("targets", place, f"no option of workload '{spec.name}' satisfies its wishes: {why}.", hint)


def _missing(name: str, context: Context, left: _Space, everything: _Space) -> str:
    """Why no option has a protection that is required."""
    if name in context.spec.forbid:
        return f"{name} is both required and forbidden"
    if name in everything.mechanisms():
        return f"{name} is required, and has a line without a price"
    found = next((item for item in left.infeasible if item.mechanism == name), None)
    if found is None:
        return f"{name} is required, and fits none of its resources"
    return f"{name} is required, and cannot be used: {found.resource}: {found.reason}"
