"""What one browser session holds. Results are kept by everything they depend on, and belong to the session alone."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Final, Generic, TypeVar

import streamlit as st

from advisor import api
from advisor.api.asking import dependency_graph, load_targets_bytes
from advisor.api.assessing import today
from advisor.api.columns import FoundTable, with_files
from advisor.api.differences import Difference
from advisor.api.own_values import OwnValues, own_books
from advisor.model.evidence import RuleBook
from advisor.model.finding import InputError, Mistake
from advisor.model.graph import Graph
from advisor.model.inventory import ImportResult
from advisor.model.pricebook import PriceBook
from advisor.model.report import Report
from advisor.model.targets import Objective, Targets
from advisor.web.draft import Draft

_KEY: Final = "advisor"
BUDGET_PLACE: Final = "budget"
PLANS_KEPT: Final = 4
GRAPHS_KEPT: Final = 3
FILES_KEPT: Final = 6
BOOKS_KEPT: Final = 4
Value = TypeVar("Value")


class Kept(OrderedDict[object, Value], Generic[Value]):
    """The last few results by what they depend on."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def get_or(self, key: object, make: Callable[[], Value]) -> Value:
        """The kept result, else a new one."""
        if key not in self:
            self.put(key, make())
        self.move_to_end(key)
        return self[key]

    def put(self, key: object, value: Value) -> None:
        """Keep a result; the one used longest ago goes."""
        self[key] = value
        self.move_to_end(key)
        while len(self) > self.limit:
            self.popitem(last=False)


@dataclass(frozen=True)
class Loaded:
    """An inventory that was read, and what it is called on the screens."""

    title: str
    imported: ImportResult
    without: tuple[str, ...] = ()
    """Files that were handed in, could not be read, and were left out on request."""

    @property
    def digest(self) -> str:
        return self.imported.inventory.digest


@dataclass(frozen=True)
class Handed:
    """What was handed in, kept while its columns can still be named: uploaded files, or a path on this machine."""

    title: str
    files: tuple[tuple[str, bytes], ...] = ()
    path: Path | None = None
    without: tuple[str, ...] = ()

    def ask(self, question: Callable[[Sequence[Path]], Value]) -> Value:
        """What a question about files on disk answers for it."""
        return question([self.path]) if self.path is not None else with_files(self.files, question)


@dataclass(frozen=True)
class PlanKey:
    """Everything a plan depends on."""

    inventory: str
    targets: str
    rules: str
    prices: str
    objective: Objective
    admit_unpriced: bool
    seed: int
    as_of: date


@dataclass(frozen=True)
class Asked:
    """What a visitor asks of a plan: targets, settings, facts and prices of their own."""

    draft: Draft | None
    objective: Objective
    admit_unpriced: bool
    seed: int
    own: OwnValues


@dataclass(frozen=True)
class Made:
    """A finished plan with its report, and what was asked of it."""

    key: PlanKey
    assessment: api.Assessment
    report: Report
    seconds: float
    asked: Asked


@dataclass
class Session:
    """The state of one visitor."""

    loaded: Loaded | None = None
    read_mistakes: tuple[Mistake, ...] = ()
    readable: Handed | None = None
    handed: Handed | None = None
    tables: tuple[FoundTable, ...] = ()
    mapping: dict[str, str] = field(default_factory=dict)
    mapping_mistakes: tuple[Mistake, ...] = ()
    mapping_version: int = 0
    draft: Draft | None = None
    targets_mistakes: tuple[Mistake, ...] = ()
    targets_text: str = ""
    grid: Draft | None = None
    grid_version: int = 0
    objective: Objective = "min-cost"
    admit_unpriced: bool = False
    seed: int = 1
    own: OwnValues = field(default_factory=OwnValues)
    own_mistakes: tuple[Mistake, ...] = ()
    what_if_version: int = 0
    current: PlanKey | None = None
    past: tuple[PlanKey, ...] = ()
    workload: str = ""
    asked: str = ""
    plans: Kept[Made] = field(default_factory=lambda: Kept(PLANS_KEPT))
    graphs: Kept[Graph] = field(default_factory=lambda: Kept(GRAPHS_KEPT))
    failures: Kept[tuple[str, ...]] = field(default_factory=lambda: Kept(GRAPHS_KEPT))
    files: Kept[bytes] = field(default_factory=lambda: Kept(FILES_KEPT))
    parsed: Kept[Targets | tuple[Mistake, ...]] = field(default_factory=lambda: Kept(GRAPHS_KEPT))
    books: Kept[tuple[RuleBook, PriceBook]] = field(default_factory=lambda: Kept(BOOKS_KEPT))
    differences: Kept[tuple[Difference, ...]] = field(default_factory=lambda: Kept(GRAPHS_KEPT))

    @property
    def asked_now(self) -> Asked:
        """What the next plan would be asked."""
        return Asked(self.draft, self.objective, self.admit_unpriced, self.seed, self.own)

    @property
    def made(self) -> Made | None:
        """The plan on the screens."""
        return self.plans.get(self.current) if self.current else None

    @property
    def made_before(self) -> Made | None:
        """The plan before it, for comparison: the latest that is kept."""
        return next((self.plans[key] for key in reversed(self.past) if key in self.plans), None)


def session() -> Session:
    """The state of this visitor, made at the first call."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Session()
    found: Session = st.session_state[_KEY]
    return found


@st.cache_resource(show_spinner=False, max_entries=2)
def _books(as_of: date) -> tuple[RuleBook, PriceBook]:
    return api.books(api.Settings(as_of=as_of))


def shipped_books() -> tuple[RuleBook, PriceBook]:
    """The shipped rules and prices of today; the same for everybody."""
    return _books(today())


def books() -> tuple[RuleBook, PriceBook]:
    """The rules and prices of today, this visitor's own over the shipped ones; raises ``InputError`` where they do not
    hold."""
    state = session()
    if state.own == OwnValues():
        return shipped_books()
    return state.books.get_or((state.own, today()), lambda: own_books(state.own, today()))


def parsed_targets(state: Session) -> Targets | tuple[Mistake, ...]:
    """The targets as the command line would read them, or every mistake in them."""
    rules, _ = books()
    draft = state.draft
    data = draft.data() if draft else None
    if draft is None or data is None:
        return api.load_targets(None, rules)
    _, wrong = draft.money()
    problem, _, remedy = wrong.partition(". ")
    budget = (Mistake(draft.file, BUDGET_PLACE, f"{problem}.", remedy),) if wrong else ()
    key = (draft.file, sha256(data).hexdigest(), rules.digest)
    found = state.parsed.get_or(key, lambda: parse_targets(data, draft.file))
    if isinstance(found, Targets):
        return budget or found
    return (*budget, *found)


def parse_targets(data: bytes, name: str) -> Targets | tuple[Mistake, ...]:
    """The targets in a file's bytes, or every mistake in them."""
    rules, _ = books()
    try:
        return load_targets_bytes(data, name, rules)
    except InputError as error:
        return error.mistakes


def graph_for(state: Session, loaded: Loaded, targets: Targets) -> Graph:
    """The dependency graph of the inventory under the targets."""
    key = (loaded.digest, targets.digest)
    return state.graphs.get_or(key, lambda: dependency_graph(loaded.imported, targets))


def plan_key(state: Session, loaded: Loaded, targets: Targets) -> PlanKey:
    """What the next plan would depend on."""
    rules, prices = books()
    return PlanKey(
        loaded.digest, targets.digest, rules.digest, prices.digest, state.objective, state.admit_unpriced, state.seed,
        today(),
    )  # fmt: skip
