"""Surveys: look at one site, from its scenes to dated and measured events; and the demo of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siteline.cli.common import (
    CaseOption,
    JsonOption,
    ShownProgress,
    as_typed,
    case_folder,
    opened,
    print_json,
    say,
)
from siteline.cli.sites import SiteArgument

PRESET_HELP = (
    "wide (lists what is 20 % likely: misses least, wrong most often), balanced (50 %), or strict (80 %: wrong least, misses "
    "most). What that means at a site: siteline events presets SITE"
)


def survey(
    context: typer.Context,
    site: SiteArgument,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Use no scene after this day.")
    ] = None,
    preset: Annotated[str | None, typer.Option("--preset", help=PRESET_HELP)] = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Survey a site: align its scenes, find, date and measure changes. Run it again to go on."""
    from siteline.workbench.survey import survey_site

    with opened(context, case) as work:
        done = survey_site(work, site, until=until, preset=preset, progress=ShownProgress())
        here = case_folder(context, case)
        say(done.survey.remarks, here)
        if json:
            print_json(done.as_dict())
            return
        looks, read = done.as_dict()["looks"], done.work["read_native"]
        events = "1 event" if done.events == 1 else f"{done.events} events"
        typer.echo(f"{events}; {looks['used']} looks used, {looks['left_out']} left out")
        if done.survey.radar is not None:
            heard = done.as_dict()["radar"]["looks"]
            typer.echo(f"radar as a second witness: {heard['used']} looks used, {heard['left_out']} left out")
        if done.provisional:
            typer.echo(f"{done.provisional} of them provisional: a single look shows them so far")
        typer.echo(done.expectation)
        for sentence in done.told_of_parts:
            typer.echo(sentence)
        if read.kept and read.anew:
            typer.echo(f"{read.anew} scenes read, {read.kept} as read before; the series was searched anew")
        typer.echo(as_typed(f"next: siteline events list {site}", here))
        typer.echo(as_typed("      siteline brief build", here))


def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to make the demo case.")] = Path(
        "demo-case"
    ),
) -> None:
    """Render a site that never was, survey it, and build a brief you can open."""
    from siteline.workbench.demo import DEMO_SITE, run_demo

    page = run_demo(folder, ShownProgress())
    typer.echo(f"open {page}")
    typer.echo(as_typed(f"next: siteline events list {DEMO_SITE}", folder))
