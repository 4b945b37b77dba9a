"""Live accounts to a folder of answers: the call checked, then handed to what asks the cloud."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from difflib import get_close_matches
from pathlib import Path

from advisor.live.fetch import FetchReport, fetch
from advisor.live.fetch_operations import policy_text, products_of
from advisor.live.sdk_log import without_sdk_chatter
from advisor.model.finding import InputError, Mistake
from advisor.rules import load_rules

SHOWN = 20


def fetch_inventory(
    regions: Sequence[str],
    out: Path,
    products: Sequence[str] = (),
    profile: str = "",
    resume: bool = False,
    progress: Callable[[str], None] = lambda _message: None,
) -> FetchReport:
    """Fetch the lists of a live account. Raises ``InputError`` before anything is asked where the call is wrong,
    ``OutsideError`` where the account cannot be asked."""
    mistakes: list[Mistake] = []
    wanted = tuple(dict.fromkeys(region.strip().lower() for region in regions if region.strip()))
    mistakes += _region_mistakes(wanted, load_rules().regions)
    chosen: tuple[str, ...] = ()
    try:
        chosen = products_of(products)
    except InputError as error:
        mistakes += error.mistakes
    if mistakes:
        raise InputError(mistakes)
    with without_sdk_chatter():
        return fetch(wanted, chosen, out, profile=profile, resume=resume, progress=progress)


def fetch_policy(products: Sequence[str] = ()) -> str:
    """The smallest permission policy for fetching these products, as JSON."""
    return policy_text(products_of(products))


def fetch_text(report: FetchReport) -> str:
    """How a fetch went, for people."""
    counts = ", ".join(f"{count} {status}" for status, count in report.counts.items())
    lines = [f"{report.out}: {report.answers} answers fetched; listings: {counts}."]
    missing = [entry for entry in report.listings if entry.status != "complete"]
    lines += [f"  {entry.status}: {entry.title} – {entry.reason}" for entry in missing[:SHOWN]]
    if len(missing) > SHOWN:
        lines.append(f"  … and {len(missing) - SHOWN} more; all are in {report.out / '.manifest.json'}")
    if any(entry.status == "denied" for entry in missing):
        lines.append("What is denied is unknown, not absent. The permissions: advisor inventory fetch --policy")
    if report.failed:
        lines.append("Run it again with --resume to fetch what is missing.")
    return "\n".join(lines)


def _region_mistakes(wanted: Sequence[str], known: Collection[str]) -> list[Mistake]:
    if not wanted:
        return [Mistake("command line", "--regions", "names no region.", "Write for example cn-hangzhou,cn-shanghai.")]
    return [
        Mistake("command line", "--regions", f"'{region}' is no region that is known.", _nearest(region, known))
        for region in wanted
        if region not in known
    ]


def _nearest(region: str, known: Collection[str]) -> str:
    near = get_close_matches(region, known, n=3)
    return f"Did you mean {' or '.join(near)}?" if near else f"Known are: {', '.join(sorted(known))}."
