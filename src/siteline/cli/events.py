"""Events: list, show, add by eye, judge, name, export; annotations beside them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from siteline.cli import activity, proposing
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
from siteline.cli.exporting import RegionOption, SmallestOption, tell_exported
from siteline.cli.sites import SiteArgument
from siteline.cli.smart import import_, imported, score
from siteline.model.shown import plain

if TYPE_CHECKING:
    from siteline.workbench.activity.counting import Asked

app = typer.Typer(
    help="Change events: found by comparison of images, or seen by a person.", no_args_is_help=True
)

app.command()(activity.counts)
app.command()(proposing.propose)

T = TypeVar("T")

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
    on: Annotated[
        str | None, typer.Option("--on", metavar="SCENE", help="The first scene on which you see it.")
    ] = None,
    geometry: Annotated[
        Path | None, typer.Option("--geometry", metavar="FILE", help="Its outline, drawn on that scene.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option("--kind", help="construction, demolition, roof_change, clearing or surface_change."),
    ] = None,
    place: Annotated[
        int | None,
        typer.Option("--place", metavar="N", help="A place of a comparison: its two scenes and its outline."),
    ] = None,
    comparison: Annotated[
        str | None,
        typer.Option("--comparison", metavar="ID", help="Of which comparison; default: the newest."),
    ] = None,
    stage: Annotated[
        str | None,
        typer.Option("--stage", help="For a construction: cleared, foundation, structure or roofed."),
    ] = None,
    last_without: Annotated[
        str | None,
        typer.Option("--last-without", metavar="SCENE", help="The last scene on which you do not see it."),
    ] = None,
    label: Annotated[str, typer.Option("--label", help='Short, such as "A-2".')] = "",
    count: Annotated[
        str | None,
        typer.Option("--count", metavar="12..15", help="A count instead of a change: how many you see."),
    ] = None,
    what: Annotated[
        str, typer.Option("--what", help='With --count: what you counted, in words, such as "rail wagons".')
    ] = "",
    zone: Annotated[
        str,
        typer.Option("--zone", metavar="LABEL", help="With --count: the part of the site you counted in."),
    ] = "",
    area: Annotated[
        str,
        typer.Option("--area", metavar="NAME", help="With --count and --geometry: what to call the area."),
    ] = "",
    not_seen: Annotated[
        str,
        typer.Option("--not-seen", metavar="REASON", help="Instead of --count: why it could not be seen."),
    ] = "",
    note: Annotated[str, typer.Option("--note", help="With --count: how you told them apart.")] = "",
    analyst: Annotated[
        str, typer.Option("--analyst", metavar="NAME", help="With --count: who counted, if not you.")
    ] = "",
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Record a change that you see by eye, dated and sized as a detected one; or, with --count, how many you count."""
    of_a_count = {"--what": what, "--zone": zone, "--area": area, "--note": note, "--analyst": analyst}
    if count is not None or not_seen:
        of_a_change = {
            "--kind": kind, "--stage": stage, "--last-without": last_without, "--label": label,
            "--place": place, "--comparison": comparison,
        }  # fmt: skip
        _refuse_options(of_a_change, "a count has none")
        from siteline.workbench.activity.counting import Asked

        seen_on = _needed(on, "--on", "for a count")
        asked = Asked(site, seen_on, what, count, not_seen, zone, geometry, area, note, analyst)
        _add_count(context, asked, json=json, case=case)
        return
    _refuse_options(of_a_count, "it belongs to --count")
    kind = _needed(kind, "--kind", "for a change that you see")
    if place is None:
        if comparison is not None:
            raise typer.BadParameter("it goes with --place", param_hint="--comparison")
        on = _needed(on, "--on", "for a change that you see, or --place N")
        geometry = _needed(geometry, "--geometry", "for a change that you see, or --place N")
    else:
        dated = {"--on": on, "--last-without": last_without}
        _refuse_options(dated, "a place is dated by the scenes of its comparison")
    with opened(context, case) as work:
        if place is not None:
            from siteline.workbench.pairing import add_place

            event_id, remarks = add_place(
                work,
                site,
                place,
                comparison=comparison,
                kind=kind,
                stage=stage,
                label=label,
                geometry=geometry,
            )
        else:
            from siteline.workbench.findings import add_drawn

            assert on is not None
            assert geometry is not None
            event_id, remarks = add_drawn(work, site, on, geometry, kind, stage, last_without, label)
        here = case_folder(context, case)
        say(remarks, here)
        if json:
            print_json({"id": event_id})
        else:
            typer.echo(f"event {event_id} recorded")
            typer.echo(as_typed(f'next: siteline events judge {site} {event_id} accept --why "…"', here))


def _needed(value: T | None, name: str, why: str) -> T:
    if value is None:
        raise typer.BadParameter(f"needed {why}", param_hint=name)
    return value


def _refuse_options(said: Mapping[str, object], why: str) -> None:
    for name, value in said.items():
        if value not in (None, ""):
            raise typer.BadParameter(why, param_hint=name)


def _add_count(context: typer.Context, asked: Asked, *, json: bool, case: str | None) -> None:
    from siteline.workbench.activity.counting import add_count, tell_count

    with opened(context, case) as work:
        filed, is_new, remarks = add_count(work, asked)
        say(remarks, case_folder(context, case))
        if json:
            print_json(tell_count(filed))
            return
        count = filed.count
        how_many = (
            f"{count.counted}" if count.counted is not None else f"could not be seen ({count.not_seen})"
        )
        typer.echo(
            f"count {filed.id} {'recorded' if is_new else 'is on record already'}: "
            f"{count.what} in {count.place} on {count.scene_id}: {how_many}, by {plain(filed.counter)}"
        )


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
    format_: Annotated[str, typer.Option("--format", help="geojson, kml, kmz, csv or smart.")] = "geojson",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="File to write, for smart a folder; default: out/SITE-events.FORMAT, out/SITE-smart.",
        ),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every candidate too.")] = False,
    region: RegionOption = None,
    smallest: SmallestOption = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Write events for QGIS, Google Earth or a spreadsheet, or as site models of IARPA SMART."""
    from siteline.workbench.findings import export_events

    if format_ != "smart" and (region is not None or smallest is not None):
        raise typer.BadParameter("--region and --smallest go with --format smart")
    with opened(context, case) as work:
        if format_ == "smart":
            from siteline.workbench.smart.exporting import export_smart, smart_options

            wanted = smart_options(region, smallest, every=all_)
            tell_exported(context, case, export_smart(work, site, out, wanted), json=json)
            return
        path = str(export_events(work, site, format_, out, every=all_))
        if json:
            print_json({"path": path})
        else:
            typer.echo(path)


app.command("import")(import_)
app.command("imported")(imported)
app.command("score")(score)
