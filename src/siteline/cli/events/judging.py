"""A person's word on an event: accepted or not, and what it is called."""

from __future__ import annotations

from typing import Annotated

import typer

from siteline.cli.common import CaseOption, opened
from siteline.cli.events.options import EventArgument
from siteline.cli.sites import SiteArgument


def judge(
    context: typer.Context,
    site: SiteArgument,
    event: EventArgument,
    verdict: Annotated[str, typer.Argument(help="accept, reject or unsure.")],
    why: Annotated[
        str,
        typer.Option(
            "--why", help="Your reason, kept and printed beside your name: what is seen, on which looks."
        ),
    ],
    case: CaseOption = None,
) -> None:
    """Accept or reject an event or a count, with your reason."""
    from siteline.workbench.activity.counting import is_count, judge_count
    from siteline.workbench.findings import judge_event, verdict_of

    with opened(context, case) as work:
        if is_count(event):
            filed = judge_count(work, site, event, verdict_of(verdict), why)
            typer.echo(f"count {filed.id}: {filed.status.value} by {filed.words[-1].who}")
            return
        said = judge_event(work, site, event, verdict, why)
        typer.echo(f"event {said.event_id} version {said.version}: {said.status.value} by {said.who}")


def name(
    context: typer.Context,
    site: SiteArgument,
    event: EventArgument,
    label: Annotated[str, typer.Argument(metavar="LABEL", help='Short, such as "A-2".')],
    case: CaseOption = None,
) -> None:
    """Give an event a label: figures, briefs and commands then know it by that, whatever later surveys find."""
    from siteline.workbench.findings import name_event

    with opened(context, case) as work:
        typer.echo(f"event {name_event(work, site, event, label)} is {label.strip()}")
