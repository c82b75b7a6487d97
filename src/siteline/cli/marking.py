"""Marks of exhibits (graphic, personal), and what is decided of personal data."""

from __future__ import annotations

from typing import Annotated

import typer

from siteline.cli.common import CaseOption, as_typed, case_folder, opened
from siteline.cli.evidence import ExhibitArgument


def mark(
    context: typer.Context,
    exhibit: ExhibitArgument,
    what: Annotated[str, typer.Argument(metavar="MARK", help="graphic or personal.")],
    why: Annotated[str, typer.Option("--why", help="Why; kept with your name.")],
    case: CaseOption = None,
) -> None:
    """Mark an exhibit: graphic (not shown unasked), or personal (not published before somebody decides)."""
    from siteline.workbench.evidence.marks import PERSONAL, mark_exhibit

    with opened(context, case) as work:
        found = mark_exhibit(work, exhibit, what, why)
    typer.echo(f"{found.id} is marked as {what}")
    if what == PERSONAL:
        next_ = f'next: siteline evidence decide {found.id} publish|blur|hold --why "…"'
        typer.echo(as_typed(next_, case_folder(context, case)))


def decide(
    context: typer.Context,
    exhibit: ExhibitArgument,
    verdict: Annotated[
        str,
        typer.Argument(
            metavar="VERDICT",
            help="publish (it may be shown), blur (only blurred), hold (cited, never shown).",
        ),
    ],
    why: Annotated[str, typer.Option("--why", help="Why; kept with your name.")],
    case: CaseOption = None,
) -> None:
    """Decide what becomes of the personal data in an exhibit; a brief that cites it may then be released."""
    from siteline.workbench.evidence.marks import decide_exhibit

    with opened(context, case) as work:
        found = decide_exhibit(work, exhibit, verdict, why)
    typer.echo(f"{found.id}: decided: {verdict}")
