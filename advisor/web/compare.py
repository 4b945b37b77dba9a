"""Two plans side by side, in the words of their reports."""

from __future__ import annotations

import pandas as pd

from advisor.model.report import Report, WorkloadView
from advisor.reporting import words
from advisor.web.session import Made
from advisor.web.tables import escaped


def headline(before: Made, after: Made) -> pd.DataFrame:
    """The figures of the whole estate."""
    rows = [(label, old, new) for (label, old), (_, new) in zip(_figures(before), _figures(after), strict=True)]
    return escaped(("", "Last plan", "This plan"), rows)


def _figures(made: Made) -> list[tuple[str, str]]:
    plan = made.assessment.plan
    figures = plan.portfolio
    budget = words.NONE if plan.budget.monthly is None else words.money(plan.budget.monthly, plan.currency)
    return [
        ("Budget per month", budget),
        ("Targets met", f"{figures.targets_met} of {figures.targets_total}"),
        ("Added per month", words.money(figures.monthly_added, plan.currency, figures.unpriced > 0)),
        ("Expected loss a year", words.about(figures.expected_annual_loss_after, plan.currency)),
        ("Choice", f"{plan.solver.status}, gap {plan.solver.gap * 100:.2g} %"),
    ]


def workloads(before: Report, after: Report) -> pd.DataFrame:
    """The workloads that are protected otherwise."""
    old = {view.name: view for view in before.workloads}
    rows = []
    for view in after.workloads:
        was = old.pop(view.name, None)
        if was is None or _told(was) != _told(view):
            rows.append((view.name, " · ".join(_told(was)) if was else "new", " · ".join(_told(view))))
    rows += [(view.name, " · ".join(_told(view)), "gone") for view in old.values()]
    return escaped(("Workload", "Last plan: protection, targets met, added", "This plan"), rows)


def _told(view: WorkloadView) -> tuple[str, str, str]:
    return view.tier, view.met, view.added
