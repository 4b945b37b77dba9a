"""The summary for a terminal: plain text, never wider than asked, Chinese characters counted as two columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from advisor.model.disruption import DISRUPTIONS
from advisor.model.plan import Estimate, Plan, WorkloadPlan
from advisor.model.report import ConfirmView, MissView
from advisor.model.units import format_amount
from advisor.reporting import decision, estimates, words, workloads, written
from advisor.reporting.sources import Sources

MIN_WIDTH = 64
WORKLOAD_ROWS = 40
MISS_ROWS = 8
CONFIRM_ROWS = 5
SHARED_CAUSES = 3
_CELL = 12
_LABEL = 22
_HEADS = {"logical": "Corruption", "instance": "Server", "zone": "Zone", "region": "Region"}
_BOLD, _GREEN, _RED, _DIM, _RESET = "\x1b[1m", "\x1b[32m", "\x1b[31m", "\x1b[2m", "\x1b[0m"


def terminal_summary(plan: Plan, width: int = 80, color: bool = False, formats: Collection[str] = ()) -> str:
    """Headline, table of workloads, misses with their remedy, what to confirm first; colour only when asked for.
    ``formats``: what is written beside it, where that is known, so that the rest of long lists can be found."""
    width = max(width, MIN_WIDTH)
    blocks = (
        _headline(plan, width, color, formats),
        _table(plan, width, color, formats),
        _misses(decision.misses(plan), width, color, formats),
        _confirm(decision.confirm(plan, Sources(plan)), width, color, formats),
    )
    return "\n\n".join("\n".join(lines) for block in blocks if (lines := list(block))) + "\n"


def _paint(text: str, code: str, color: bool) -> str:
    return f"{code}{text}{_RESET}" if color else text


def _headline(plan: Plan, width: int, color: bool, formats: Collection[str]) -> Iterable[str]:
    figures, budget = plan.portfolio, plan.budget
    if not plan.workloads:
        yield _paint(f"{decision.NOTHING}, {plan.created.isoformat()}", _BOLD, color)
        yield from wrap(words.sentence(decision.COLLECT[:1].upper() + decision.COLLECT[1:]), width)
        return
    yield _paint(
        f"Protection plan of {words.plural(figures.workloads, 'workload')}, {plan.created.isoformat()}", _BOLD, color
    )
    added = words.money(figures.monthly_added, plan.currency, figures.unpriced > 0)
    if budget.monthly is not None:
        part = f", {words.share(float(budget.used / budget.monthly))} used" if budget.monthly else ""
        added += f" (budget {words.money(budget.monthly, plan.currency)}{part})"
    loss = (
        f"{words.about(figures.expected_annual_loss_now, plan.currency)} → "
        f"{words.about(figures.expected_annual_loss_after, plan.currency)}"
    )
    yield from _pair(
        "Targets met", f"{figures.targets_met_before} → {figures.targets_met} of {figures.targets_total}", width
    )
    yield from _pair("Added per month", added, width)
    yield from _shared(plan, width, formats)
    yield from _pair("Expected yearly loss", loss, width)
    yield from _pair("Choice", _solver(plan), width)
    if left := decision.budget_left(plan):
        yield from _pair("Budget", left, width)
    if gap := decision.unknown_line(plan):
        yield from _pair("Unknown", gap, width)


def _shared(plan: Plan, width: int, formats: Collection[str]) -> Iterable[str]:
    """What the sum differs by from those of the workloads, and why: charges for several, less what is free once."""
    difference = workloads.shared_added(plan)
    if not difference:
        return
    priced = [line for line in plan.shared_costs if line.state == "steady" and line.monthly]
    causes = list(dict.fromkeys(line.what_for for line in priced))
    amount = words.money(abs(difference), plan.currency)
    told = f"{amount} {'less' if difference < 0 else 'more'} than the sums of the workloads"
    where = written.rest(formats, "costs.csv", "plan.json") if len(causes) > SHARED_CAUSES + 1 else ""
    yield from _pair("", f"{told}: {words.listing(causes, SHARED_CAUSES)}{where}", width)


def _solver(plan: Plan) -> str:
    found = plan.solver
    gap = f"gap {found.gap * 100:.2g} %"
    verdict = {
        "optimal": f"proven optimal, {gap}",
        "bounded": f"within {found.gap * 100:.2g} % of the best possible, {gap}",
        "infeasible": "no choice keeps the limits; the cheapest one is shown",
    }[found.status]
    seconds = f", {found.seconds:.1f} s" if found.seconds is not None else ""
    open_ = workloads.not_all_compared(plan)
    among = f"; not all combinations of {open_} were compared" if open_ else ""
    if found.loss_within:
        amount = f"{format_amount(found.loss_within)} {plan.currency}"
        among += f"; combinations left out could lower the expected loss by {amount} a year at most"
    return f"{verdict}, {words.plural(found.options, 'option')}{seconds}{among}"


def _pair(label: str, text: str, width: int) -> Iterable[str]:
    for index, part in enumerate(wrap(text, width - _LABEL)):
        yield f"{label if index == 0 else '':<{_LABEL}}{part}"


def _table(plan: Plan, width: int, color: bool, formats: Collection[str]) -> Iterable[str]:
    if not plan.workloads:
        return
    name_width = width - _CELL * len(DISRUPTIONS)
    heads = "".join(f"{_HEADS[name]:<{_CELL}}" for name in DISRUPTIONS)
    yield _paint(f"{'Workload':<{name_width}}{heads}".rstrip(), _BOLD, color)
    level = plan.risk_level.upper()
    yield _paint(f"{'':<{name_width}}worst data loss / back in service ({level})", _DIM, color)
    for item in workloads.ordered(plan)[:WORKLOAD_ROWS]:
        cells = "".join(_cell(item.estimates.get(name), plan.risk_level, color) for name in DISRUPTIONS)
        yield f"{_pad(words.clean(item.name), name_width)}{cells}".rstrip()
        yield from (_paint(line, _DIM, color) for line in _detail(item, plan.currency, width))
    hidden = len(plan.workloads) - WORKLOAD_ROWS
    if hidden > 0:
        more = words.plural(hidden, "more workload")
        yield from wrap(f"… and {more}{written.rest(formats, 'workloads.csv', 'plan.json')}", width)


def _cell(estimate: Estimate | None, risk_level: str, color: bool) -> str:
    if estimate is None:
        return " " * _CELL
    status = estimates.status(estimate)
    loss = words.compact(estimate.rpo_worst_s, estimate.rpo_unbounded)
    back = words.compact(estimates.deciding_rto(estimate, risk_level), estimate.rto_unbounded)
    mark = _paint(words.MARKS[status], {"met": _GREEN, "no_target": _DIM}.get(status, _RED), color)
    figures = f"{loss}/{back}"
    return f"{mark} {figures}" + " " * max(1, _CELL - 2 - len(figures))


def _detail(item: WorkloadPlan, currency: str, width: int) -> Iterable[str]:
    """Tier, targets met and what is added, whole: a protection cut in the middle of a word could be another one."""
    met = workloads.met_text(item.estimates)
    met = met if met.startswith("no") else f"{met} met"
    added = workloads.added_text(item, currency)
    told = f"{workloads.tier_change(item)}, {met}, {'nothing added' if added == words.NONE else f'+ {added}'}"
    for number, line in enumerate(wrap(told, width - 4)):
        yield f"{'    ' if number else '  '}{line}"


def _misses(items: tuple[MissView, ...], width: int, color: bool, formats: Collection[str]) -> Iterable[str]:
    if not items:
        return
    yield _paint(f"Not met: {words.plural(len(items), 'target')}", _BOLD, color)
    for item in items[:MISS_ROWS]:
        name = words.clip(words.clean(item.workload), width // 2)
        text = f"{name}, {item.disruption.lower()}: {item.metric} {item.estimate}, target {item.target}"
        yield from _item(_paint("✗", _RED, color), text, width)
        yield from _item(" ", item.remedy, width)
    if len(items) > MISS_ROWS:
        yield f"  … and {len(items) - MISS_ROWS} more{written.rest(formats, 'report.pdf', 'plan.json')}"


def _confirm(items: tuple[ConfirmView, ...], width: int, color: bool, formats: Collection[str]) -> Iterable[str]:
    if not items:
        return
    yield _paint("Confirm first", _BOLD, color)
    for number, item in enumerate(items[:CONFIRM_ROWS], start=1):
        settle = f"; settled by {item.settle}" if item.settle else ""
        yield from _item(str(number), f"{item.title}: {item.value}{settle}", width)
    if len(items) > CONFIRM_ROWS:
        yield f"  … and {len(items) - CONFIRM_ROWS} more{written.rest(formats, 'report.pdf', 'plan.json')}"


def _item(mark: str, text: str, width: int) -> Iterable[str]:
    for index, part in enumerate(wrap(text, width - 2)):
        yield f"{mark if index == 0 else ' '} {part}"


def _pad(text: str, columns: int) -> str:
    """The text in exactly so many columns, one of them blank."""
    shown = words.clip(text, columns - 1)
    return shown + " " * (columns - words.display_width(shown))


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` columns, broken at blanks and between Chinese characters, long words cut."""
    lines, line, room = [], "", width
    for token in _tokens(words.clean(text)):
        for piece in _pieces(token, width):
            need = words.display_width(piece)
            if need > room and line.strip():
                lines.append(line.rstrip())
                line, room = "", width
                piece = piece.lstrip()
                need = words.display_width(piece)
            line, room = line + piece, room - need
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _tokens(text: str) -> Iterable[str]:
    """The text in pieces between which a line may end; each blank goes with the word after it."""
    token = ""
    for char in text:
        wide = words.display_width(char) == 2
        if token and (char == " " or wide):
            yield token
            token = ""
        token += char
        if wide:
            yield token
            token = ""
    if token:
        yield token


def _pieces(token: str, width: int) -> Iterable[str]:
    while words.display_width(token) > width:
        cut = len(token)
        while words.display_width(token[:cut]) > width:
            cut -= 1
        yield token[:cut]
        token = token[cut:]
    yield token
