"""Whether lists are whole: pages that are missing, and answers that are empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from advisor.importers.convert import no_scalar
from advisor.importers.fields import Record, get, text
from advisor.importers.quantities import COUNT
from advisor.importers.records import Collector, Context, ListSeen, no_word
from advisor.model.finding import Finding
from advisor.model.inventory import Origin

Group = tuple[str, str, str]
_IN_TITLE: Final = 3
_IN_DETAIL: Final = 30
_OF_NO_REGION: Final = frozenset({"bucket", "cen", "dns_record", "gtm_instance", "gtm_pool"})
"""Kinds that one call lists for all regions."""

_TOTALS: Final = (
    "TotalCount",
    "TotalRecordCount",
    "TotalItems",
    "page_info.total_count",
    "page.total_count",
    "ItemTotalCount",
)
_EVERY_PAGE: Final = "Export every page (aliyun … --pager, or raise --PageSize and walk through --PageNumber)."
_OF_ANSWERS: Final = "That may be lack of permission: the API then answers so, too."
_OF_TABLES: Final = "That may be a filter that was set when it was exported, or lack of permission."


@dataclass(frozen=True, slots=True)
class Length:
    """What an answer says of the list in it: how many there are in all, whether more follow; ``unsure`` where it says
    that in a way that cannot be read, so that the list may be a part."""

    total: int | None = None
    more: bool = False
    unsure: bool = False


def length_of(answer: Record, context: Context, collector: Collector) -> Length:
    """What an answer says of the length of its list; what of it cannot be read is said."""
    stated, token = get(answer, *_TOTALS), get(answer, "NextToken")
    problems = []
    total: object = None
    try:
        total = COUNT(stated)
    except ValueError as error:
        problems.append(f"the total number {error}")
    if no_scalar(token) or isinstance(token, bool):
        problems.append(f"NextToken {no_word(token)}")
    for problem in problems:
        collector.note(
            "INV-VALUE",
            "medium",
            "An answer does not say in a readable way whether its list is whole",
            Origin(context.file, context.place),
            f"{problem}; what is not in the list is unknown, not absent.",
            _EVERY_PAGE,
        )
    more = bool(text(token)) and not isinstance(token, bool)
    return Length(int(total) if isinstance(total, int | float) else None, more, bool(problems))


def check_pages(collector: Collector) -> Iterator[Finding]:
    """A finding for each list of which pages are missing, for each kind that came back empty, and for each of which an
    empty list does not say where nothing is."""
    groups: dict[Group, list[ListSeen]] = {}
    for seen in collector.lists:
        groups.setdefault((seen.kind, seen.operation, seen.region), []).append(seen)
    for (kind, operation, region), pages in sorted(groups.items(), key=lambda item: item[0]):
        yield from _truncated(kind, operation, region, pages)
    empty = _empty(collector)
    yield from _of_nothing(empty)
    yield from _of_no_region(empty)


def _truncated(kind: str, operation: str, region: str, pages: list[ListSeen]) -> Iterator[Finding]:
    there = max(len({one for page in pages for one in page.ids}), _rows(pages))
    total = max((page.total for page in pages if page.total is not None), default=0)
    by_token = any(page.more for page in pages)
    ends = any(not page.more for page in pages)
    where = f" in {region}" if region else ""
    what = _plural(kind) if not operation.endswith("(part)") else f"rows about {_plural(kind)}"
    if 0 < total <= there:
        return
    if total > there and not (by_token and ends):
        problem = f"{there} of {total} {what}{where}"
    elif by_token and not ends:
        problem = f"{there} {what}{where}, and the last page says that more follow"
    else:
        return
    files = list(dict.fromkeys(page.origin.file for page in pages))
    yield Finding(
        id="INV-TRUNCATED",
        severity="high",
        title=f"Pages are missing: {problem}",
        detail=f"{_shortened(files, _IN_DETAIL)}: the list is a part. What is not there is unknown, not absent.",
        fix=_EVERY_PAGE,
    )


def _rows(pages: list[ListSeen]) -> int:
    """Rows over all pages, a page that is there twice counted once; ids that a publisher masked may be equal."""
    by_page: dict[str, int] = {}
    for page in pages:
        by_page[page.page] = max(by_page.get(page.page, 0), page.rows)
    return sum(by_page.values())


def _empty(collector: Collector) -> dict[str, list[ListSeen]]:
    """By kind the empty lists beside which no other page or answer lists the same in the same place."""
    empty: dict[str, list[ListSeen]] = {}
    full = {(seen.kind, seen.part, seen.region) for seen in collector.lists if seen.ids}
    for seen in collector.lists:
        if seen.ids or seen.unsure or seen.operation.endswith("(part)"):
            continue
        if (seen.kind, seen.part, seen.region) not in full:
            empty.setdefault(seen.kind, []).append(seen)
    return dict(sorted(empty.items()))


def _of_nothing(empty: Mapping[str, list[ListSeen]]) -> Iterator[Finding]:
    for kind, all_of_it in empty.items():
        lists = [seen for seen in all_of_it if seen.region or kind in _OF_NO_REGION]
        if not lists:
            continue
        names = sorted({seen.region or seen.origin.file for seen in lists})
        cause = _OF_TABLES if all(seen.operation == "table" for seen in lists) else _OF_ANSWERS
        where = _shortened(names, _IN_DETAIL)
        yield Finding(
            id="INV-EMPTY",
            severity="info",
            title=f"No {_plural(kind)} in {_shortened(names, _IN_TITLE)}",
            detail=f"The list is empty for {where}. {cause}",
            fix=f"Check that the account used for the export may read {_plural(kind)}.",
        )


def _of_no_region(empty: Mapping[str, list[ListSeen]]) -> Iterator[Finding]:
    for kind, lists in empty.items():
        apart = [seen for seen in lists if not seen.region]
        if not apart or kind in _OF_NO_REGION:
            continue
        files = sorted({seen.origin.file for seen in apart})
        cause = _OF_TABLES if all(seen.operation == "table" for seen in apart) else _OF_ANSWERS
        yield Finding(
            id="INV-NO-REGION",
            severity="low",
            title=f"An empty list of {_plural(kind)} does not say of which region it is",
            detail=f"{_shortened(files, _IN_DETAIL)}: it counts for no region, so there it stays unknown whether there "
            f"are any. Unknown is not none. {cause}",
            fix=f"Check that the account used for the export may read {_plural(kind)}. Put it into a folder named like "
            f"the region, for example cn-hangzhou/{PurePosixPath(files[0]).name}, and import again.",
        )


def _plural(kind: str) -> str:
    words = kind.replace("_", " ")
    return f"{words[:-1]}ies" if words.endswith("cy") else f"{words}es" if words.endswith(("s", "ch")) else f"{words}s"


def _shortened(names: Sequence[str], limit: int) -> str:
    """The names, each whole; of more than the limit the first, and how many there are beside them."""
    shown = names if len(names) <= limit + 1 else [*names[:limit], f"{len(names) - limit} more"]
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
