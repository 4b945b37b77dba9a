"""Live accounts to files: every listing of the wanted products and regions, side by side, into a folder that the
importers read. Nothing is ever changed in an account, and nothing secret is asked for or kept."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from advisor.live.fetch_operations import Operation, operations_of, permission_of
from advisor.live.fetch_pages import IncompleteError, Listing, child_of, rows_of, walk
from advisor.live.fetch_products import places_of
from advisor.live.fetch_store import Entry, Store, open_store
from advisor.live.fetch_wire import CallError, StoppedError, Wire, credentials
from advisor.model.finding import OutsideError

ENDPOINT_VARIABLE: Final = "ADVISOR_API_ENDPOINT"
WORKERS: Final = 8
_REASONS: Final = {
    "throttled": "throttled",
    "failing": "the service fails",
    "garbage": "the answer is none of this operation",
    "unreachable": "cannot be reached or does not answer",
    "token": "the page token expires again and again",
}


@dataclass(frozen=True)
class FetchReport:
    """How a run went."""

    out: Path
    answers: int
    listings: tuple[Entry, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Listings by status."""
        return dict(sorted(Counter(entry.status for entry in self.listings).items()))

    @property
    def whole(self) -> bool:
        """Whether every listing is complete."""
        return all(entry.status == "complete" for entry in self.listings)

    @property
    def failed(self) -> bool:
        """Whether something outside failed, beside what was denied."""
        return any(entry.status in ("partial", "failed") for entry in self.listings)


@dataclass
class Run:
    """One run over the wire into a store."""

    wire: Wire
    store: Store
    progress: Callable[[str], None] = lambda _message: None
    places: int = 0
    """How many pairs of product and region there are to ask."""
    done: int = 0
    denied: set[tuple[str, str, str]] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def product(self, region: str, product: str) -> None:
        """All listings of one product in one region, parents first. Ends silently once the run is stopped."""
        try:
            for operation in operations_of(product):
                for listing in self._listings(operation, region):
                    self._listing(listing)
        except StoppedError:
            return
        with self.lock:
            self.done += 1

    def _listings(self, operation: Operation, region: str) -> Iterator[Listing]:
        if not operation.parent:
            yield Listing(operation, region)
            return
        self.store.forget(Listing(operation, region))
        yield from self._children(operation, region)

    def _children(self, operation: Operation, region: str) -> list[Listing]:
        """What to ask about, from the answers on disk: those of an earlier run count too."""
        found: dict[Listing, None] = {}
        for parent in operations_of(operation.product):
            if parent.action != operation.parent:
                continue
            for body in self.store.bodies(parent.product, parent.name, region):
                for row in rows_of(parent, body):
                    listing = child_of(operation, region, row)
                    if listing:
                        found[listing] = None
        return list(found)

    def _listing(self, listing: Listing) -> None:
        operation = listing.operation
        place = (listing.region, operation.product, operation.name)
        if place in self.denied or self.store.complete(listing):
            return
        where = f"{listing.region} {operation.product} {operation.action}"
        with self.lock:
            self.progress(f"{self.done} of {self.places} done, {self.store.answers} answers: {where}")
        try:
            pages = walk(listing, self.wire.ask, lambda number, body: self.store.save(listing, number, body))
        except CallError as error:
            self._refused(listing, error)
        except IncompleteError as error:
            self.store.record(listing, "partial", str(error))
        else:
            self.store.trim(listing, pages)
            self.store.record(listing, "complete")

    def _refused(self, listing: Listing, error: CallError) -> None:
        operation = listing.operation
        if self.wire.fatal:
            raise StoppedError
        if error.trouble == "denied":
            self.denied.add((listing.region, operation.product, operation.name))
            everyone = Listing(operation, listing.region)
            self.store.record(everyone, "denied", error.code, permission_of(operation))
        elif error.trouble == "absent":
            self.store.record(listing, "complete", f"not offered here ({error.code})")
        elif listing.parent and error.trouble == "gone":
            what = "there is none" if operation.may_refuse else "gone since it was listed"
            self.store.record(listing, "complete", f"{what} ({error.code})")
        elif error.trouble == "refused" and operation.may_refuse:
            self.store.record(listing, "complete", f"does not apply ({error.code})")
        else:
            self._failed(listing, error)

    def _failed(self, listing: Listing, error: CallError) -> None:
        what = _REASONS.get(error.trouble, "refused")
        reason = f"{what} ({error.code}), tried {error.tries} time{'s' if error.tries > 1 else ''}"
        some = self.store.has_answers(listing)
        self.store.record(listing, "partial" if some else "failed", reason)


def fetch(
    regions: Sequence[str],
    products: Sequence[str],
    out: Path,
    *,
    profile: str = "",
    resume: bool = False,
    progress: Callable[[str], None] = lambda _message: None,
    wire: Wire | None = None,
) -> FetchReport:
    """Fetch the products of the regions to a folder. Raises ``InputError`` for a folder that is something else, and
    ``OutsideError`` where nothing can be fetched, where the run is interrupted, and on disk trouble."""
    places = places_of(products, regions)
    store = open_store(out, resume, profile, set(places))
    try:
        wire = wire or Wire(credentials(profile), endpoint=os.environ.get(ENDPOINT_VARIABLE, ""))
        _side_by_side(Run(wire, store, progress, len(places)), places)
        if wire.fatal:
            raise OutsideError(wire.fatal)
        _refuse_nothing(store)
        store.finish()
    except KeyboardInterrupt:
        raise OutsideError(f"Interrupted. {_left(store)}".strip()) from None
    except OutsideError as error:
        raise OutsideError(f"{error} {_left(store)}".strip()) from error
    except OSError as error:
        raise OutsideError(f"{out}: {error.strerror or error}. {_left(store)}".strip()) from error
    asked = set(places)
    listings = (entry for entry in store.entries.values() if (entry.product, entry.region) in asked)
    return FetchReport(out, store.answers, tuple(sorted(listings, key=lambda entry: entry.key)))


def _side_by_side(run: Run, places: Sequence[tuple[str, str]]) -> None:
    """Each product of each region is a task of its own; what one product asks is spaced over all of them."""
    pool = ThreadPoolExecutor(max_workers=max(1, min(WORKERS, len(places))), thread_name_prefix="fetch")
    futures: list[Future[None]] = []
    try:
        futures = [pool.submit(run.product, region, product) for product, region in places]
        while wait(futures, timeout=0.5).not_done and not any(_broken(future) for future in futures):
            continue
    finally:
        if not all(future.done() for future in futures):
            run.wire.stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
    for future in futures:
        if not future.cancelled():
            future.result()


def _broken(future: Future[None]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is not None


def _refuse_nothing(store: Store) -> None:
    """Raise where not one listing came back."""
    entries = store.entries.values()
    if any(entry.status in ("complete", "partial") for entry in entries):
        return
    reasons = Counter(entry.reason for entry in entries)
    shown = "; ".join(f"{reason} ({count})" for reason, count in reasons.most_common(3))
    raise OutsideError(
        f"Nothing could be fetched: {shown or 'no listing was tried'}. "
        "The permissions that are needed: advisor inventory fetch --policy."
    )


def _left(store: Store) -> str:
    """What is kept of a run that ended early, and how to go on; nothing is kept of one that has nothing."""
    if any(entry.status in ("complete", "partial") for entry in store.entries.values()):
        return f"What was fetched is kept in {store.staging.name}; go on with --resume."
    store.drop()
    return ""
