"""All pages of one listing, in each style of paging, and whether they are all there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import quote

from advisor.live.fetch_operations import Operation
from advisor.live.fetch_products import PRODUCTS
from advisor.live.fetch_wire import Body, CallError

MAX_PAGES: Final = 20_000
RESTARTS: Final = 2
_TOTALS: Final = (
    "TotalCount",
    "TotalRecordCount",
    "ItemTotalCount",
    "TotalItems",
    "page_info.total_count",
    "page.total_count",
)
_BESIDE: Final = frozenset({"page", "page_info", "Owner"})
"""Objects beside the rows that are no rows: where the page stands, whose buckets they are."""


class Asks(Protocol):
    """Anything that answers one request."""

    def __call__(
        self, operation: Operation, region: str, parameters: Mapping[str, str], path: str = ..., /
    ) -> Body: ...


@dataclass(frozen=True, slots=True)
class Listing:
    """One listing: an operation in a region, about a parent where it has one."""

    operation: Operation
    region: str
    parent: str = ""
    also: tuple[str, ...] = ()
    """The values of the further parameters that come from the parent's row."""

    @property
    def about(self) -> str:
        """What is asked about, as files and manifest name it: the parent, and which part of it."""
        return "_".join((self.parent, *self.also))

    @property
    def path(self) -> str:
        """The path of the request."""
        return self.operation.path.replace("{id}", quote(self.parent, safe="")) or "/"

    @property
    def parameters(self) -> dict[str, str]:
        """What every page is asked with."""
        operation, product = self.operation, PRODUCTS[self.operation.product]
        found = {product.region_parameter: self.region} if product.region_parameter else {}
        found |= {name: value.replace("{region}", self.region) for name, value in operation.fixed}
        if self.parent and not operation.path:
            found[operation.parameter] = self.parent
        found |= {name: value for (name, _place), value in zip(operation.also, self.also, strict=True)}
        return found


class IncompleteError(Exception):
    """The service stopped before the end of a list: what is missing."""


def dig(body: object, path: str) -> object:
    """The value at a dotted path, None where there is none."""
    for name in path.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body


def child_of(operation: Operation, region: str, row: object) -> Listing | None:
    """The listing of an operation about one row of its parent; None where the row is of another sort, or does not hold
    what the operation needs to know."""
    field, wanted = operation.only
    if field and str(dig(row, field) or "").lower() != wanted:
        return None
    values = [str(dig(row, place) or "") for place in (operation.parent_id, *(place for _, place in operation.also))]
    return Listing(operation, region, values[0], tuple(values[1:])) if all(values) else None


def rows_of(operation: Operation, body: Body) -> list[object]:
    """The rows of an answer, wrapped, flat or single. Some services leave an empty list out: it is put in, so that a
    reader sees that it was asked for. Raises ``CallError`` where it is no answer of the operation."""
    if not operation.rows:
        _refuse_foreign(body)
        return []
    outer, _, inner = operation.rows.partition(".")
    found = body.get(outer)
    if isinstance(found, dict) and inner:
        found = found.get(inner) if found else None
    if found is None or found in ("", {}):
        _refuse_foreign(body)
        if any(isinstance(value, list | dict) and value and name not in _BESIDE for name, value in body.items()):
            raise CallError("garbage", f"no {operation.rows} in it")
        body[outer] = {inner: []} if inner else []
        return []
    return found if isinstance(found, list) else [found]


def _refuse_foreign(body: Body) -> None:
    """An answer without anything that the vendor's services give is none of theirs."""
    if "RequestId" not in body and total_of(body) is None:
        raise CallError("garbage", "no answer of this operation")


def total_of(body: Body) -> int | None:
    """How many rows the service says there are."""
    for path in _TOTALS:
        found = dig(body, path)
        if isinstance(found, int | str) and str(found).isdigit():
            return int(found)
    return None


def walk(listing: Listing, ask: Asks, save: Callable[[int, Body], None]) -> int:
    """Fetch and save every page; how many there are. Raises ``CallError`` or ``IncompleteError``; what was saved until
    then stays. A page token that has expired starts the listing afresh."""
    for _restart in range(RESTARTS):
        try:
            return _walk_once(listing, ask, save)
        except CallError as error:
            if error.trouble != "token":
                raise
    return _walk_once(listing, ask, save)


def _walk_once(listing: Listing, ask: Asks, save: Callable[[int, Body], None]) -> int:
    number = 0
    for number, body in enumerate(_pages(listing, ask), start=1):
        save(number, body if listing.operation.names_parent else _with_parent(listing, body))
    return number


def _with_parent(listing: Listing, body: Body) -> Body:
    """The answer with what it is about put into it, or into each of its rows; what it says itself stays."""
    operation = listing.operation
    names = (operation.parameter, *(name for name, _place in operation.also))
    about = dict(zip(names, (listing.parent, *listing.also), strict=True))
    if not operation.rows:
        return about | body
    rows = [about | row if isinstance(row, dict) else row for row in rows_of(operation, body)]
    outer, _, inner = operation.rows.partition(".")
    return body | {outer: {inner: rows} if inner else rows}


def _pages(listing: Listing, ask: Asks) -> Iterator[Body]:
    if listing.operation.paging == "once":
        body = ask(listing.operation, listing.region, listing.parameters, listing.path)
        rows_of(listing.operation, body)
        if listing.operation.may_refuse and body.keys() <= {"RequestId"}:
            raise CallError("gone", "empty answer")
        yield body
    elif listing.operation.paging == "token":
        yield from _by_token(listing, ask)
    else:
        yield from _by_number(listing, ask)


def _size(operation: Operation) -> int:
    return operation.page_size or PRODUCTS[operation.product].page_size


def _by_token(listing: Listing, ask: Asks) -> Iterator[Body]:
    """Until there is no token: the total is not valid in this style of paging."""
    parameters = listing.parameters
    if listing.operation.sized:
        parameters |= {"MaxResults": str(_size(listing.operation))}
    seen: set[str] = set()
    for _page in range(MAX_PAGES):
        body = ask(listing.operation, listing.region, parameters, listing.path)
        rows_of(listing.operation, body)
        yield body
        token = str(body.get("NextToken") or "")
        if not token:
            return
        if token in seen:
            raise IncompleteError("the service gives the same page again")
        seen.add(token)
        parameters = parameters | {"NextToken": token}
    raise IncompleteError(f"more than {MAX_PAGES} pages")


def _by_number(listing: Listing, ask: Asks) -> Iterator[Body]:
    """Until as many rows as there are in all, or a page without any. A page may hold fewer rows than were asked for
    although others follow; a service that gives no total has no more once a page is not full."""
    operation, size = listing.operation, _size(listing.operation)
    number_name, size_name = operation.page_names
    count, last = 0, None
    for number in range(1, MAX_PAGES + 1):
        parameters = listing.parameters | {number_name: str(number), size_name: str(size)}
        body = ask(operation, listing.region, parameters, listing.path)
        rows, total = rows_of(operation, body), total_of(body)
        if rows and rows == last:
            raise IncompleteError("the service gives the same page again")
        if rows or number == 1:
            yield body
        count, last = count + len(rows), rows
        if total is None and len(rows) < size:
            return
        if total is not None and (count >= total or not rows):
            if count < total and (number - 1) * size < total:
                raise IncompleteError(f"{count} of {total} rows")
            return
    raise IncompleteError(f"more than {MAX_PAGES} pages")
