"""The calendar: every drill at its own time, known again in the next plan, nothing of today's date in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from dateutil.rrule import rrulestr
from icalendar import Calendar, Event

from advisor.exporters import drill_calendar
from advisor.model.deliverable import Deliverable


def events(deliverable: Deliverable) -> list[Event]:
    calendar = Calendar.from_ical(drill_calendar.render(deliverable)["drills/schedule.ics"])
    return [item for item in calendar.walk("VEVENT") if isinstance(item, Event)]


def test_a_drill_for_every_workload_and_disruption(readable: Deliverable) -> None:
    found = events(readable)
    assert len(found) == 16
    assert len({str(event["UID"]) for event in found}) == 16
    assert len({str(event["SUMMARY"]) for event in found}) == 16


def test_stamps_are_those_of_the_plan(readable: Deliverable) -> None:
    assert {event["DTSTAMP"].dt for event in events(readable)} == {datetime(2026, 3, 2, tzinfo=UTC)}


def test_the_first_drills_come_once_the_plan_can_be_applied(readable: Deliverable) -> None:
    starts = [event["DTSTART"].dt for event in events(readable)]
    assert min(starts) == datetime(2026, 4, 1, 2, tzinfo=UTC)  # the first Wednesday four weeks later
    assert max(starts) - min(starts) < timedelta(weeks=12)
    assert {start.weekday() for start in starts} == {2}


def test_the_rule_begins_with_the_first_drill_and_returns_each_quarter(readable: Deliverable) -> None:
    for event in events(readable):
        start = event["DTSTART"].dt
        dates = rrulestr(event["RRULE"].to_ical().decode(), dtstart=start)
        assert dates[0] == start
        months = [day.year * 12 + day.month for day in dates[:9]]
        assert [later - earlier for earlier, later in pairwise(months)] == [3] * 8


def test_lesser_classes_are_drilled_half_yearly(readable: Deliverable) -> None:
    workloads = tuple(item.model_copy(update={"class_name": "low"}) for item in readable.plan.workloads)
    plan = readable.plan.model_copy(update={"workloads": workloads})
    assert {event["RRULE"]["INTERVAL"][0] for event in events(replace(readable, plan=plan))} == {6}


def test_what_has_no_target_or_no_way_back_is_not_drilled(readable: Deliverable) -> None:
    workload = readable.plan.workloads[0]
    estimates = dict(workload.estimates)
    estimates["zone"] = estimates["zone"].model_copy(update={"meets": None})
    estimates["region"] = estimates["region"].model_copy(update={"rto_unbounded": True})
    plan = readable.plan.model_copy(update={"workloads": (workload.model_copy(update={"estimates": estimates}),)})
    summaries = [str(event["SUMMARY"]) for event in events(replace(readable, plan=plan))]
    assert summaries == ["Drill: shop, data corruption", "Drill: shop, server failure"]


def test_a_later_plan_keeps_the_identities(readable: Deliverable) -> None:
    later = readable.plan.model_copy(update={"created": readable.plan.created + timedelta(days=90)})
    before = {str(event["UID"]) for event in events(readable)}
    assert {str(event["UID"]) for event in events(replace(readable, plan=later))} == before


def test_hostile_names_do_not_end_an_entry(hostile: Deliverable) -> None:
    found = events(hostile)
    assert len(found) == 28
    assert all(
        set(event) <= {"SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "RRULE", "CATEGORIES", "DESCRIPTION"}
        for event in found
    )
