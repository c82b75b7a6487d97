"""Events: list, show, add by eye, judge, name, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siteline.cli.common import (
    AsOfOption,
    CaseOption,
    JsonOption,
    as_typed,
    case_folder,
    moment,
    opened,
    print_json,
    say,
    table,
)
from siteline.cli.sites import SiteArgument

app = typer.Typer(
    help="Change events: found by comparison of images, or seen by a person.", no_args_is_help=True
)

EventArgument = Annotated[
    str, typer.Argument(metavar="EVENT", help="The event's id, its start, or its label.")
]


@app.command("list")
def list_(
    context: typer.Context,
    site: SiteArgument,
    all_: Annotated[
        bool, typer.Option("--all", help="Every candidate, and what was not found again.")
    ] = False,
    looks: Annotated[bool, typer.Option("--looks", help="With what each look says.")] = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List the events of a site, and where nothing changed, how well it was seen (--json: GeoJSON)."""
    from siteline.workbench.findings import list_events, tell_events
    from siteline.workbench.survey import answer_site

    with opened(context, case) as work:
        if json:
            print_json(list_events(work, site, every=all_, looks=looks, as_of=moment(as_of)))
            return
        rows = tell_events(work, site, every=all_, as_of=moment(as_of))
        if rows:
            table(rows, ("id", "what", "not visible", "first visible", "area", "zone", "status"))
        else:
            typer.echo(f"no events on record at {site}")
        for answer in answer_site(work, site, moment(as_of)):
            typer.echo(" ".join(answer.sentences))


@app.command()
def presets(
    context: typer.Context,
    site: SiteArgument,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Say what each preset lists at a site, how much of it is expected to be wrong, and what it is expected to miss."""
    from siteline.workbench.survey import describe_foreseen, foresee_presets

    with opened(context, case) as work:
        work.register.get(site, moment(as_of))
        told = [describe_foreseen(found) for found in foresee_presets(work, site, moment(as_of))]
        if json:
            print_json(told)
            return
        for preset in told:
            typer.echo(preset["said"])


@app.command()
def show(
    context: typer.Context,
    site: SiteArgument,
    event: EventArgument,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Show one event: what can be said, its versions, and what people judged."""
    from siteline.workbench.findings import describe_event

    with opened(context, case) as work:
        told = describe_event(work, site, event, moment(as_of))
        if json:
            print_json(told)
            return
        typer.echo(f"{told['id']}  {told['title']}")
        for sentence in told["sentences"]:
            typer.echo(f"  {sentence}")
        for version in told["versions"]:
            typer.echo(f"  version {version['version']}: {version['said']}")
        for judged in told["judgements"]:
            said = f"{judged['status']} by {judged['who']} on {judged['when']}"
            typer.echo(f"  {said} (version {judged['version']}): {judged['why']}")


@app.command()
def add(
    context: typer.Context,
    site: SiteArgument,
    on: Annotated[str, typer.Option("--on", metavar="SCENE", help="The first scene on which you see it.")],
    geometry: Annotated[
        Path, typer.Option("--geometry", metavar="FILE", help="Its outline, drawn on that scene.")
    ],
    kind: Annotated[
        str, typer.Option("--kind", help="construction, demolition, roof_change, clearing or surface_change.")
    ],
    stage: Annotated[
        str | None,
        typer.Option("--stage", help="For a construction: cleared, foundation, structure or roofed."),
    ] = None,
    last_without: Annotated[
        str | None,
        typer.Option("--last-without", metavar="SCENE", help="The last scene on which you do not see it."),
    ] = None,
    label: Annotated[str, typer.Option("--label", help='Short, such as "A-2".')] = "",
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Record a change that you see by eye, with the same dates, sizes and exports as a detected one."""
    from siteline.workbench.findings import add_drawn

    with opened(context, case) as work:
        event_id, remarks = add_drawn(work, site, on, geometry, kind, stage, last_without, label)
        here = case_folder(context, case)
        say(remarks, here)
        if json:
            print_json({"id": event_id})
        else:
            typer.echo(f"event {event_id} recorded")
            typer.echo(as_typed(f'next: siteline events judge {site} {event_id} accept --why "…"', here))


@app.command()
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
    """Accept or reject an event, with your reason."""
    from siteline.workbench.findings import judge_event

    with opened(context, case) as work:
        said = judge_event(work, site, event, verdict, why)
        typer.echo(f"event {said.event_id} version {said.version}: {said.status.value} by {said.who}")


@app.command()
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


@app.command()
def export(
    context: typer.Context,
    site: SiteArgument,
    format_: Annotated[str, typer.Option("--format", help="geojson, kml, kmz or csv.")] = "geojson",
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; default: out/SITE-events.FORMAT.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every candidate too.")] = False,
    case: CaseOption = None,
) -> None:
    """Write events for QGIS, Google Earth or a spreadsheet."""
    from siteline.workbench.findings import export_events

    with opened(context, case) as work:
        typer.echo(str(export_events(work, site, format_, out, every=all_)))
