"""What a person sees by eye: a change, or with --count how many of something."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from siteline.cli.common import CaseOption, JsonOption, as_typed, case_folder, opened, print_json, say
from siteline.cli.events.counting import add_count
from siteline.cli.sites import SiteArgument

T = TypeVar("T")


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
        add_count(context, asked, json=json, case=case)
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
