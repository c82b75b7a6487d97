"""Scenes: add them, list how each was used, and see when nothing could be seen."""

from __future__ import annotations

import re
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
from siteline.model.errors import BadInput, BadManifest

app = typer.Typer(help="Scenes: the images of a site.", no_args_is_help=True)


@app.command()
def add(
    context: typer.Context,
    site: SiteArgument,
    file: Annotated[Path | None, typer.Argument(help="One image; give --acquired with it.")] = None,
    manifest: Annotated[Path | None, typer.Option("--manifest", help="CSV: file, acquired, …")] = None,
    acquired: Annotated[str | None, typer.Option("--acquired", help="Date-time, date, or month.")] = None,
    bands: Annotated[str | None, typer.Option("--bands", help='Such as "blue green red nir".')] = None,
    credit: Annotated[str | None, typer.Option("--credit", help="Whom to credit in figures.")] = None,
    licence: Annotated[str | None, typer.Option("--licence", help="Under which licence.")] = None,
    use: Annotated[
        str | None, typer.Option("--use", help="publish, publish_max_px=N, analyse, none or unknown.")
    ] = None,
    published: Annotated[
        str | None, typer.Option("--published", help="Day of its release; nothing is dated from it.")
    ] = None,
    mosaic_from: Annotated[
        str | None, typer.Option("--mosaic-from", help="First day of what a mosaic was made of.")
    ] = None,
    mosaic_to: Annotated[str | None, typer.Option("--mosaic-to", help="Last day of the same.")] = None,
    control_points: Annotated[
        Path | None,
        typer.Option(
            "--control-points",
            help="At least 4 points that lay a published picture on the ground: CSV (x,y,lon,lat), GeoJSON or QGIS .points.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("--model", help="similarity, affine or projective; without it the points decide."),
    ] = None,
    case: CaseOption = None,
) -> None:
    """Take images into custody: many by a manifest, one file, a screenshot with control points, or a KMZ overlay."""
    from siteline.workbench.images import add_manifest, add_single
    from siteline.workbench.pictures import add_overlays, add_placed

    if (manifest is None) == (file is None):
        raise typer.BadParameter("give either --manifest FILE or one image file")
    with opened(context, case) as work:
        if manifest is not None:
            flags = {
                "--acquired": acquired,
                "--bands": bands,
                "--credit": credit,
                "--licence": licence,
                "--use": use,
                "--published": published,
                "--mosaic-from": mosaic_from,
                "--mosaic-to": mosaic_to,
                "--control-points": control_points,
                "--model": model,
            }
            if named := [flag for flag, value in flags.items() if value is not None]:
                raise typer.BadParameter(f"{named[0]} goes with one file; a manifest has a column for it")
            added = add_manifest(work, site, manifest)
        elif file is not None:
            is_overlay = file.suffix.lower() in (".kmz", ".kml")
            if acquired is None and not is_overlay and not (published or mosaic_from or mosaic_to):
                raise typer.BadParameter("one image needs its day: --acquired 2024-04-19 (or 2024-04)")
            if model is not None and control_points is None:
                raise typer.BadParameter("--model goes with --control-points FILE")
            if is_overlay and control_points is not None:
                raise typer.BadParameter("an overlay says itself where it lies: leave --control-points out")
            columns = {
                "bands": bands,
                "credit": credit,
                "licence": licence,
                "use": use,
                "published": published,
                "mosaic_from": mosaic_from,
                "mosaic_to": mosaic_to,
            }
            given = {k: v for k, v in columns.items() if v is not None}
            try:
                if is_overlay:
                    added = add_overlays(work, site, file, acquired, given)
                elif control_points is not None:
                    added = add_placed(work, site, file, acquired or "", control_points, model, given)
                else:
                    added = add_single(work, site, file, acquired or "", given)
            except BadManifest as error:
                raise BadInput(_as_option(str(error)), error.hint) from error
        here = case_folder(context, case)
        say(added.remarks, here)
        scenes = "1 scene" if added.fresh == 1 else f"{added.fresh} scenes"
        faulty = f", {added.faulty} of them unusable" if added.faulty else ""
        typer.echo(f"{scenes} added{faulty}; {added.total} on record at {site}")
        typer.echo(as_typed(f"next: siteline survey {site}", here))


def _as_option(said: str) -> str:
    """A refusal of a manifest's column, in the words of somebody who gave an option."""
    return re.sub(r", column (\w+):", lambda found: f": --{found[1].replace('_', '-')}:", said)


@app.command("list")
def list_(
    context: typer.Context,
    site: SiteArgument,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List scenes: how much of the site each shows, how far it lies off the others, used or why not."""
    from siteline.workbench.nudging import say_nudge
    from siteline.workbench.pictures import list_all, say_placement

    with opened(context, case) as work:
        listed = list_all(work, site, moment(as_of))
        if json:
            print_json(listed)
            return
        rows = [
            (
                s["id"],
                s["acquired"],
                "" if s["usable"] is None else f"{s['usable']:.0%}",
                "yes" if s["used"] else "no",
                "" if s["residual_px"] is None else f"{s['residual_px']:.2f}",
                s["reason"] or "",
            )
            for s in listed
        ]
        table(rows, ("id", "acquired", "usable", "used", "off by px", "reason"))
        for s in listed:
            if s.get("placed"):
                typer.echo(f"{s['id']}: {say_placement(s['placed'])}")
            if s.get("nudge"):
                typer.echo(f"{s['id']}: {say_nudge(s['nudge'])}")
            if s.get("mosaic"):
                typer.echo(f"{s['id']}: mosaic of {s['mosaic'][0]} to {s['mosaic'][1]}")
            if s.get("published"):
                typer.echo(f"{s['id']}: published {s['published']}")


@app.command()
def calendar(
    context: typer.Context,
    site: SiteArgument,
    picture: Annotated[
        Path | None,
        typer.Option(
            "--picture", metavar="FILE", help="Draw it, weeks across and years down: FILE.png or FILE.svg."
        ),
    ] = None,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Say when the site could be seen, and the intervals in which nothing could."""
    from siteline.workbench.weeks import calendar_of, picture_calendar

    with opened(context, case) as work:
        if picture is not None:
            drawn = picture_calendar(work, site, picture, moment(as_of))
            typer.echo(f"{drawn.path}", err=json)
        told = calendar_of(work, site, moment(as_of))
        if json:
            print_json(told)
            return
        if not told["surveyed"]:
            typer.echo(as_typed(f"not surveyed yet: siteline survey {site}", case_folder(context, case)))
            return
        typer.echo(f"{told['usable']} of {told['looks']} scenes show the site well enough to be used")
        for gap in told["blind"]:
            typer.echo(f"  none between {gap['from']} and {gap['to']} ({gap['days']} days)")
        if not told["blind"]:
            typer.echo(f"  never more than {told['longest_days']} days without one")
        elif told["longest"]:
            typer.echo(f"  the longest: {told['longest']['days']} days from {told['longest']['from']}")
        if told["wide"]:
            count = len(told["wide"])
            typer.echo(
                f"  {count} {'is' if count == 1 else 'are'} known only to a month or range, and in no week"
            )
