"""``advisor assess``: an inventory in, a plan out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from advisor.cli.common import (
    MISSED,
    PATH,
    end_progress,
    guarded,
    paths_argument,
    planning_options,
    printable,
    progress,
    tell,
    width,
)

if TYPE_CHECKING:
    from advisor.model.plan import Plan

DECLARED_WRONG = ("GRA-EMPTY-WORKLOAD", "GRA-TWO-WORKLOADS")


@click.command()
@paths_argument
@planning_options
@click.option(
    "--formats", metavar="LIST", help="Comma-separated names from the list below; all but options by default."
)
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
    Formats:
      json       plan.json, the whole plan for programs
      pdf        report.pdf, the document to sign
      terraform  Terraform roots, and aliyun CLI scripts for what they lack
      ros        templates of the Resource Orchestration Service
      cli        the aliyun CLI scripts alone
      runbook    how each workload is brought back, step by step
      checklist  the drills: pages to follow and a workbook to tick off
      csv        tables of workloads, costs, findings and inventory
      xlsx       costs.xlsx, the costs as a workbook
      ics        the drills as a calendar
      summary    summary.md, the plan on a page
      options    options.json, every option with its figures (large)

    \b
    Examples:
      advisor assess sample_inventories/shop --targets sample_inventories/shop/targets.yaml --out plan/
      advisor assess sample_inventories/shop --budget "9000 CNY" --compare plan/plan.json --out plan-9000/
    """
    from advisor import api
    from advisor.model.finding import Mistake

    api.check_target(out)
    mistakes: list[Mistake] = []
    settings = api.Settings(
        budget, objective, rules, prices, quotes, currency, as_of, seed, samples, admit_unpriced, mapping=mapping
    )
    earlier = api.gathered(mistakes, lambda: api.load_plan(compare)) if compare else None
    wanted = [item.strip() for item in formats.split(",") if item.strip()] if formats else api.DEFAULT_FORMATS
    api.gathered(mistakes, lambda: api.check_formats(wanted))
    assessment = api.assess(inventory, targets_path, settings, progress, mistakes)
    progress("writing the documents")
    files = api.export(assessment, wanted)
    api.write(files, out)
    end_progress()
    click.echo(api.terminal_summary(assessment.plan, width(), sys.stdout.isatty(), wanted), nl=False)
    if earlier is not None:
        click.echo(api.compare_plans(earlier, assessment.plan, width()), nl=False)
    _warn(assessment.plan, wanted)
    tell(_where(out, files))
    if not assessment.plan.workloads:
        tell(api.nothing_to_protect(assessment.imported.inventory))
        if strict:
            sys.exit(MISSED)
    missed = assessment.plan.portfolio.targets_total - assessment.plan.portfolio.targets_met
    if strict and missed:
        tell(f"{missed} target(s) missed.")
        sys.exit(MISSED)


def _warn(plan: Plan, formats: Sequence[str]) -> None:
    """Declarations that came to nothing, and how much there is to read."""
    from advisor.reporting.written import rest

    for item in plan.findings:
        if item.id in DECLARED_WRONG:
            tell(printable(f"warning: {item.title}. {item.fix}"))
    count, grave = len(plan.findings), sum(item.severity in ("critical", "high") for item in plan.findings)
    if count:
        where = rest(formats, "findings.csv", "plan.json", "report.pdf")
        tell(f"{count} finding{'' if count == 1 else 's'}, {grave} of them critical or high{where}")


def _where(out: Path, files: dict[str, bytes]) -> str:
    shown = [name for name in ("report.pdf", "summary.md", "plan.json", "drills/checklist.xlsx") if name in files]
    folders = sorted({name.split("/")[0] + "/" for name in files if "/" in name})
    return f"{len(files)} file{'' if len(files) == 1 else 's'} in {out}: " + ", ".join(
        dict.fromkeys([*shown, *folders])
    )
