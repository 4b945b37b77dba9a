"""``drills/schedule.ics``: when each drill is held, by criticality class, spread over the weeks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from advisor.exporters.drills import can_be_practised, path
from advisor.exporters.names import slugs
from advisor.exporters.text import clean
from advisor.model.deliverable import Deliverable
from advisor.model.disruption import DISRUPTIONS, Disruption
from advisor.model.evidence import RuleBook
from advisor.model.plan import Estimate, Plan, WorkloadPlan
from advisor.reporting import words, workloads

if TYPE_CHECKING:
    from icalendar import Event

# No page states how often to drill; these are a proposal that the owner changes in the calendar.
MONTHS_BETWEEN = {"critical": 3, "important": 3}
MONTHS_OTHERWISE = 6
FIRST_AFTER = timedelta(weeks=4)  # time to apply the plan
WEEKS = 12  # the first round is spread over a quarter
WEDNESDAY = 2
START_HOUR_UTC = 2  # 10:00 in China, with everybody at work
LENGTH_FACT = "drill.hours"
LENGTH_OTHERWISE = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Drill:
    """One recurring drill."""

    workload: WorkloadPlan
    disruption: Disruption
    first: date
    months: int


def render(deliverable: Deliverable) -> dict[str, bytes]:
    """A calendar that any program reads."""
    from icalendar import Calendar

    plan = deliverable.plan
    names = slugs(workload.name for workload in plan.workloads)
    calendar = Calendar()
    calendar.add("prodid", "-//advisor//drills//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Recovery drills")
    for drill in schedule(plan):
        calendar.add_component(_event(drill, plan, names[drill.workload.name], _length(deliverable.rules)))
    return {"drills/schedule.ics": calendar.to_ical()}


def schedule(plan: Plan) -> Iterator[Drill]:
    """A drill for each workload and disruption that has a target and a way back, the most critical first."""
    first = _next_wednesday(plan.created + FIRST_AFTER)
    number = 0
    for workload in workloads.ordered(plan):
        for name in DISRUPTIONS:
            estimate = workload.estimates.get(name)
            if estimate is None or estimate.meets is None or not can_be_practised(estimate):
                continue
            months = MONTHS_BETWEEN.get(workload.class_name, MONTHS_OTHERWISE)
            yield Drill(workload, name, first + timedelta(weeks=number % WEEKS), months)
            number += 1


def _next_wednesday(day: date) -> date:
    return day + timedelta(days=(WEDNESDAY - day.weekday()) % 7)


def _length(rules: RuleBook) -> timedelta:
    """As long as a drill's extra resources are priced for."""
    fact = rules.facts.get(LENGTH_FACT)
    return timedelta(seconds=fact.seconds().likely) if fact else LENGTH_OTHERWISE


def _event(drill: Drill, plan: Plan, slug: str, length: timedelta) -> Event:
    from icalendar import Event, vRecur

    start = datetime(drill.first.year, drill.first.month, drill.first.day, START_HOUR_UTC, tzinfo=UTC)
    event = Event()
    event.add("uid", _uid(drill))
    event.add("dtstamp", datetime(plan.created.year, plan.created.month, plan.created.day, tzinfo=UTC))
    event.add("dtstart", start)
    event.add("dtend", start + length)
    event.add("rrule", vRecur({"FREQ": "MONTHLY", "INTERVAL": drill.months, "BYDAY": _nth_wednesday(drill.first)}))
    event.add("summary", f"Drill: {clean(drill.workload.name)}, {words.DISRUPTION_TITLES[drill.disruption].lower()}")
    event.add("description", _description(drill.workload.estimates[drill.disruption], slug, drill.disruption))
    event.add("categories", ["Recovery drill", clean(drill.workload.class_name)])
    return event


def _nth_wednesday(day: date) -> str:
    """The day's place in its month, as a recurrence rule names it; a fifth one is the last."""
    week = (day.day - 1) // 7 + 1
    return f"{week}WE" if week < 5 else "-1WE"


def _uid(drill: Drill) -> str:
    text = f"{drill.workload.name}\0{drill.disruption}"
    return f"{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}@drills.advisor"


def _description(estimate: Estimate, slug: str, name: Disruption) -> str:
    back = words.interval(estimate.rto_p50_s, estimate.rto_p95_s, estimate.rto_unbounded, estimate.target_rto_s)
    loss = words.data_loss(estimate.rpo_worst_s, estimate.rpo_unbounded, estimate.target_rpo_s)
    return (
        f"Page: {path(slug, name)}\nTarget: data loss {words.target(estimate.target_rpo_s)}, back within "
        f"{words.target(estimate.target_rto_s)}\nEstimate: data loss {loss} at worst, back after {back} (P50 – P95)"
    )
