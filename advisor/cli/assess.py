"""``advisor assess``: an inventory in, a plan out."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from advisor.cli.common import (
    MISSED,
    PATH,
    end_progress,
    guarded,
    paths_argument,
    planning_options,
    progress,
    tell,
    width,
)


@click.command()
@paths_argument
@planning_options
@click.option("--formats", help="Comma-separated; all but 'options' by default.")
@click.option("--out", required=True, type=PATH, help="Folder for the plan; an older plan there is replaced.")
@click.option("--compare", type=PATH, help="An earlier plan.json: show what changed against it.")
@click.option("--strict", is_flag=True, help="Exit 1 where a target is missed.")
@guarded
def assess(
    inventory: tuple[Path, ...],
    mapping: Path | None,
    targets_path: Path | None,
    budget: str | None,
    objective: str,
    rules: Path | None,
    prices: Path | None,
    quotes: str,
    currency: str | None,
    as_of: date | None,
    seed: int,
    samples: int,
    admit_unpriced: bool,
    formats: str | None,
    out: Path,
    compare: Path | None,
    strict: bool,
) -> None:
    """Estimate, choose, price and write out the protection of everything in INVENTORY (files, folders, ZIP archives).

    \b
    Example:
      advisor assess sample_inventories/shop --targets sample_inventories/shop/targets.yaml --out plan/
    """
    from advisor import api

    settings = api.Settings(
        budget, objective, rules, prices, quotes, currency, as_of, seed, samples, admit_unpriced, mapping=mapping
    )
    earlier = api.load_plan(compare) if compare else None
    wanted = [item.strip() for item in formats.split(",") if item.strip()] if formats else api.DEFAULT_FORMATS
    api.check_formats(wanted)
    assessment = api.assess(inventory, targets_path, settings, progress)
    progress("writing the documents")
    files = api.export(assessment, wanted)
    api.write(files, out)
    end_progress()
    click.echo(api.terminal_summary(assessment.plan, width(), sys.stdout.isatty()), nl=False)
    if earlier is not None:
        click.echo(api.compare_plans(earlier, assessment.plan), nl=False)
    tell(_where(out, files))
    missed = assessment.plan.portfolio.targets_total - assessment.plan.portfolio.targets_met
    if strict and missed:
        tell(f"{missed} target(s) missed.")
        sys.exit(MISSED)


def _where(out: Path, files: dict[str, bytes]) -> str:
    shown = [name for name in ("report.pdf", "summary.md", "plan.json", "drills/checklist.xlsx") if name in files]
    folders = sorted({name.split("/")[0] + "/" for name in files if "/" in name})
    return f"{len(files)} files in {out}: " + ", ".join(dict.fromkeys([*shown, *folders]))
