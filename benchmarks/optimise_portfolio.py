"""Random portfolios with known rules, a plain reference method, and the rule of thumb people plan by.

A workload has a class, a size and 20 options of rising protection p: option 0 keeps what there is, the others lie at
random p in (0, 1). Cost rises a little faster than p, expected loss falls as exp(-3 p), each with a tenth of noise, so
that options are not all on one convex curve. Every class asks for three targets, each met from some p on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from advisor.model.targets import Objective
from advisor.optimise import Charge, ColumnarProblem, Link, Quota, Wait
from advisor.optimise.columns import Bools, Floats, Ints

OPTIONS: Final = 20
CLASSES: Final = ("mission-critical", "critical", "important", "ordinary")
SHARES: Final = (0.1, 0.2, 0.3, 0.4)
WEIGHTS: Final = np.array([10.0, 5.0, 2.0, 1.0])
MET_FROM: Final = np.array([[0.30, 0.55, 0.80], [0.20, 0.45, 0.65], [0.10, 0.30, 0.50], [0.05, 0.15, 0.30]])
HOURLY_LOSS: Final = np.array([20.0, 6.0, 2.0, 0.5])
USUAL: Final = (0.85, 0.60, 0.35, 0.15)
TIERS: Final = (0.85, 0.60, 0.35, 0.15, 0.0)
TRIPLES: Final = 0.1
HUB_USERS: Final = 0.05


class Portfolio:
    """What was drawn: class and size a workload, protection an option, and the problem that they make."""

    def __init__(self, workloads: int, seed: int) -> None:
        draw = np.random.default_rng(seed)
        shape = (workloads, OPTIONS)
        self.workloads = workloads
        self.classes = draw.choice(len(CLASSES), workloads, p=SHARES)
        self.size = draw.lognormal(10.0, 0.8, workloads)
        self.protection = np.sort(draw.random(shape), axis=1)
        self.protection[:, 0] = 0.0
        noise = draw.uniform(0.9, 1.1, (2, *shape))
        protection = self.protection
        self.cost = (self.size[:, None] * (protection + protection**2) * noise[0]).astype(np.int64)
        hours = draw.lognormal(1.0, 0.7, workloads) * HOURLY_LOSS[self.classes]
        self.loss = ((self.size * hours)[:, None] * np.exp(-3.0 * protection) * noise[1]).astype(np.int64)
        unmet = protection[:, :, None] < MET_FROM[self.classes][:, None, :]
        self.miss = WEIGHTS[self.classes][:, None] * unmet.sum(axis=2)
        self.changes = np.ceil(4.0 * protection).astype(np.int64)
        self.recovery = np.exp(-4.0 * protection) * draw.uniform(0.5, 1.5, (workloads, 1))
        self.gib = draw.uniform(1.0, 50.0, workloads)

    def budget(self, share: float) -> int:
        """A budget that lies ``share`` of the way from the cheapest to the dearest choice."""
        low, high = int(self.cost.min(axis=1).sum()), int(self.cost.max(axis=1).sum())
        return low + int(share * (high - low))

    def problem(
        self,
        objective: Objective = "min-risk",
        budget: int | None = None,
        *,
        targets_first: bool = False,
        coupled: bool = False,
        waiting: bool = False,
    ) -> ColumnarProblem:
        """The portfolio as a problem; ``coupled`` adds two shared charges, a free quota and needs between workloads,
        ``waiting`` what these lose because they wait."""
        return ColumnarProblem(
            np.arange(0, self.cost.size + 1, OPTIONS),
            self.cost.ravel(),
            self.loss.ravel(),
            self.changes.ravel(),
            self.miss.ravel(),
            objective,
            budget,
            targets_first=targets_first,
            charges=self._charges() if coupled else (),
            quotas=(self._quota(),) if coupled else (),
            links=tuple(self._links()) if coupled else (),
            waits=tuple(self._wait(link) for link in self._links()) if waiting else (),
        )

    def _charges(self) -> tuple[Charge, ...]:
        """Strong protection needs a traffic manager; half of the middle needs a replication line."""
        p = self.protection.ravel()
        strong = np.flatnonzero(p > 0.75)
        middle = np.flatnonzero((p > 0.45) & (p <= 0.75) & (np.arange(p.size) // OPTIONS % 2 == 0))
        return (Charge(128_000, strong), Charge(60_000, middle))

    def _quota(self) -> Quota:
        """Light protection copies files, of which the account's first units are free."""
        p = self.protection.ravel()
        options = np.flatnonzero((p > 0.05) & (p <= 0.35))
        used = np.repeat(self.gib, OPTIONS)[options]
        return Quota(2.0 * self.workloads, 10.0, options, used)

    def _links(self) -> list[Link]:
        """Chains of three in a tenth of all groups (front needs middle and back, middle needs back), and one service
        that every twentieth workload needs."""
        links: list[Link] = []
        triples = int(self.workloads * TRIPLES)
        for first in range(1, 1 + 3 * triples, 3):
            for dependent, needed in ((0, 1), (0, 2), (1, 2)):
                self._link(links, first + dependent, first + needed)
        for user in range(1 + 3 * triples, min(self.workloads, 1 + 3 * triples + int(HUB_USERS * self.workloads))):
            self._link(links, user, 0)
        return links

    def _wait(self, link: Link) -> Wait:
        """What the dependent loses while the needed workload is not back and it would be itself."""
        own, other = self.recovery[link.dependent], self.recovery[link.needed]
        hourly = self.loss[link.dependent].mean() / own.mean()
        extra = hourly * np.maximum(other[None, :] - own[:, None], 0.0)
        return Wait(link.dependent, link.needed, link.dependent, extra.astype(np.int64))

    def _link(self, links: list[Link], dependent: int, needed: int) -> None:
        """The dependent's first target fails where the needed workload recovers too slowly for it."""
        limit = 2.0 * np.exp(-4.0 * MET_FROM[self.classes[dependent], 0])
        slow = self.recovery[needed] > limit
        met: Bools = self.protection[dependent] >= MET_FROM[self.classes[dependent], 0]
        table = met[:, None] & slow[None, :]
        if table.any():
            links.append(Link(dependent, needed, dependent, float(WEIGHTS[self.classes[dependent]]), table))


def entangled(portfolio: Portfolio, hubs: int, budget: int, seed: int) -> ColumnarProblem:
    """The portfolio with half its workloads in chains of three and ``hubs`` services that three in ten need, all for
    three disruptions whose recovery times jump with the mechanism: the hardest links that an estate should have."""
    draw = np.random.default_rng(seed)
    count = portfolio.workloads
    weights = WEIGHTS[portfolio.classes]
    limits = 2.0 * np.exp(-4.0 * MET_FROM[portfolio.classes])
    times = np.exp(-4.0 * portfolio.protection)[:, :, None] * draw.choice([0.3, 1.0, 3.0], (count, OPTIONS, 3))
    own = times > limits[:, None, :]
    links: list[Link] = []

    def link(dependent: int, needed: int) -> None:
        for disruption in range(3):
            slow = times[needed, :, disruption] > limits[dependent, disruption]
            table = ~own[dependent, :, disruption][:, None] & slow[None, :]
            if table.any():
                links.append(Link(dependent, needed, 3 * dependent + disruption, float(weights[dependent]), table))

    for first in range(hubs, hubs + (count - hubs) // 6 * 3, 3):
        for dependent, needed in ((0, 1), (0, 2), (1, 2)):
            link(first + dependent, first + needed)
    for user in range(hubs, count):
        if draw.random() < 0.3:
            for hub in range(hubs):
                link(user, hub)
    plain = portfolio.problem("min-risk", budget, targets_first=True)
    return replace(plain, miss=(own.sum(axis=2) * weights[:, None]).ravel(), links=tuple(links))


def floor(cost: Ints, loss: Ints, budget: int, steps: int = 50) -> tuple[int, float]:
    """The reference: bisection on the price of money over dense arrays, then greedy upgrades with what is left.

    Returns the loss and its relative distance from the best Lagrangian bound."""
    rows = np.arange(len(cost))
    low, high, bound = 0.0, float(loss.max()), -np.inf
    picks = np.argmin(cost, axis=1)
    for _ in range(steps):
        price = (low + high) / 2
        found = np.argmin(loss + price * cost, axis=1)
        spent = int(cost[rows, found].sum())
        bound = max(bound, int(loss[rows, found].sum()) + price * (spent - budget))
        if spent <= budget:
            high, picks = price, found
        else:
            low = price
    picks = _upgraded(cost, loss, picks, budget)
    value = int(loss[rows, picks].sum())
    return value, (value - bound) / value


def _upgraded(cost: Ints, loss: Ints, picks: Ints, budget: int) -> Ints:
    rows = np.arange(len(cost))
    left = budget - int(cost[rows, picks].sum())
    more = cost - cost[rows, picks][:, None]
    less = loss[rows, picks][:, None] - loss
    workload, option = np.nonzero((less > 0) & (more > 0) & (more <= left))
    order = np.argsort(-less[workload, option] / more[workload, option], kind="stable")
    picks, moved = picks.copy(), set()
    for number in order.tolist():
        place = int(workload[number])
        if place not in moved and more[place, option[number]] <= left:
            left -= int(more[place, option[number]])
            picks[place] = option[number]
            moved.add(place)
    return picks


def rule_of_thumb(portfolio: Portfolio, budget: int) -> Ints:
    """One tier a class, as is usual (the cheapest option of at least that protection); where that is over the budget,
    classes step down a tier, the least critical first, round after round, until it fits."""
    tiers = [TIERS.index(tier) for tier in USUAL]
    rows = np.arange(portfolio.workloads)
    while True:
        wanted = np.array([TIERS[tier] for tier in tiers])[portfolio.classes]
        picks = _at_least(portfolio, wanted)
        if int(portfolio.cost[rows, picks].sum()) <= budget:
            return picks
        lowest = [number for number in range(len(tiers) - 1, -1, -1) if tiers[number] < len(TIERS) - 1]
        if not lowest:
            return picks
        tiers[min(lowest, key=lambda number: (tiers[number] - TIERS.index(USUAL[number]), -number))] += 1


def _at_least(portfolio: Portfolio, wanted: Floats) -> Ints:
    strong = portfolio.protection >= wanted[:, None]
    strong[~strong.any(axis=1), -1] = True
    result: Ints = np.where(strong, portfolio.cost, np.iinfo(np.int64).max).argmin(axis=1)
    return result
