"""Scenes: add them, list how each was used, and see when nothing could be seen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from siteline.cli.common import (
    AsOfOption,
    CaseOption,
    JsonOption,
    ShownProgress,
    as_typed,
    case_folder,
    moment,
    opened,
    print_json,
    say,
    table,
)
from siteline.cli.sites import SiteArgument
from siteline.model.errors import BadInput, BadManifest, NotReached

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


@app.command()
def find(
    context: typer.Context,
    site: SiteArgument,
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="First day, or month.")],
    last: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Last day, included; default: today.")
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--source",
            metavar="NAME|URL|FOLDER",
            help="Where to look; may be given several times. Default: earth-search.",
        ),
    ] = None,
    cloud: Annotated[
        float | None, typer.Option("--cloud", help="Most cloud over the whole scene, percent.")
    ] = None,
    bands: Annotated[
        str | None,
        typer.Option(
            "--bands",
            help='Such as "red nir", or all; of radar such as "vv"; default: the visible and near infrared, of radar all.',
        ),
    ] = None,
    orbit: Annotated[
        list[str] | None,
        typer.Option(
            "--orbit",
            metavar="ORBIT",
            help='Of radar only these passes: ascending, 58, or "ascending 58"; may be given several times.',
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", help="Keep at most so many, the newest.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what there is and how many bytes; record nothing.")
    ] = False,
    widen: Annotated[
        str | None,
        typer.Option("--widen", metavar="LENGTH", help="Send a box wider by this on each side, such as 5km."),
    ] = None,
    shift: Annotated[
        str | None,
        typer.Option("--shift", metavar="E,N", help="Move the box that is sent, such as 2km,-1km."),
    ] = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Search catalogs for images of a site and put them on record; first say which host learns which box."""
    from siteline.workbench.catalogs import Search, find_scenes

    with opened(context, case) as work:
        asked = Search(
            tuple(source or ()), first, last, cloud, bands, tuple(orbit or ()), limit, widen, shift
        )
        result = find_scenes(work, site, asked, lambda line: typer.echo(line, err=True), dry_run)
        here = case_folder(context, case)
        say(result.remarks, here)
        if json:
            print_json(result.told)
            return
        scenes = result.told["scenes"]
        rows = [
            (
                s["id"],
                s["acquired"],
                s["source"],
                "" if s["cloud"] is None else f"{s['cloud']:.0%}",
                "" if s["gsd_m"] is None else f"{s['gsd_m']:g}",
                s["use"],
                _say_pass(s["radar"], s["bands"])
                if s.get("radar") and not s["fault"]
                else s["fault"] or s["why"] or "",
            )
            for s in scenes
        ]
        if rows:
            table(rows, ("id", "acquired", "source", "cloud", "m/px", "use", "remark"))
        typer.echo(f"{len(scenes)} scenes found, {_said_bytes(result.told['bytes'])} of pixels over the site")
        for price in result.told["prices"]:
            for line in _tell_price(price):
                typer.echo(line)
        if result.told["tracks"]:
            each = ", ".join(f"{t['track']}: {t['passes']}" for t in result.told["tracks"])
            typer.echo(f"radar passes, each orbit read apart: {each}")
        left = result.told["left_out"]
        if any(left.values()):
            orbits = f", {left['orbits']} of other orbits" if left["orbits"] else ""
            typer.echo(
                f"left out: {left['clouds']} too cloudy, {left['elsewhere']} of other places or times{orbits}"
            )
        if dry_run:
            typer.echo("nothing was recorded (--dry-run)")
        else:
            typer.echo(f"{result.recorded} new on record")
            if scenes:
                typer.echo(as_typed(f"next: siteline scenes fetch {site}", here))


def _say_pass(radar: dict[str, Any], bands: list[str]) -> str:
    """Such as "radar, ascending 58, vv vh"."""
    number = "" if radar["relative_orbit"] is None else f" {radar['relative_orbit']}"
    return f"radar, {radar['orbit']}{number}, {' '.join(bands)}"


def _tell_price(price: dict[str, Any] | None) -> list[str]:
    """What scenes would cost, in lines; none where nobody charges."""
    if price is None:
        return []
    count = price["scenes"]
    lines = [
        f"{price['source']}: {count} {'scene' if count == 1 else 'scenes'} to order cost {price['km2']:,.2f} km²"
    ]
    if price["quota_left_km2"] is not None:
        after = price["quota_after_km2"]
        lines[0] += (
            f"; of your quota {price['quota_left_km2']:,.2f} km² are left, {after:,.2f} km² after that"
        )
    limits = []
    if price["budget_km2"] is not None:
        limits.append(f"{price['budget_left_km2']:,.2f} of {price['budget_km2']:,.2f} km²")
    if price["budget_scenes"] is not None:
        limits.append(f"{price['budget_left_scenes']} of {price['budget_scenes']} scenes")
    if limits:
        lines.append(f"left of the budget in siteline.toml: {', '.join(limits)}")
    else:
        lines.append(
            f"no budget is set, so nothing will be ordered: [sources.{price['source']}] budget_km2 in siteline.toml"
        )
    if price["over"] and limits:
        fits = price["fits"]
        lines.append(
            f"that is too much: the first {fits['scenes']} of them ({fits['km2']:,.2f} km²) would fit"
        )
    return lines


def _said_bytes(count: int | None) -> str:
    """Bytes as a person reads them; an estimate says no more than two digits."""
    if count is None:
        return "an unknown amount"
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"about {float(f'{count / size:.2g}'):g} {unit}"
    return f"{count} bytes"


@app.command()
def fetch(
    context: typer.Context,
    site: SiteArgument,
    retry: Annotated[bool, typer.Option("--retry", help="Try those that failed before again, too.")] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="Fetch at most so many scenes now.")
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Only say what would be fetched and what it would cost; order nothing."
        ),
    ] = False,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """
    Fetch found scenes: only the window over the site, into custody. Run it again to go on where it stopped.

    Scenes of a source that charges are ordered first, within the budget of siteline.toml. Exit 1 if any scene could not be
    fetched or ordered; the others are kept. What was fetched or ordered once is never fetched or ordered again.
    """
    from siteline.workbench.fetching import TRY_AGAIN, fetch_found, price_fetch

    with opened(context, case) as work:
        here = case_folder(context, case)
        if dry_run:
            told, remarks = price_fetch(work, site, retry=retry, limit=limit)
            say(remarks, here)
            if json:
                print_json(told)
                return
            typer.echo(f"{len(told['scenes'])} scenes to fetch, {_said_bytes(told['bytes'])} of pixels")
            for line in (*_tell_price(told["price"]), "nothing was fetched or ordered (--dry-run)"):
                typer.echo(line)
            return
        done = fetch_found(
            work,
            site,
            retry=retry,
            limit=limit,
            progress=ShownProgress(),
            tell=lambda line: typer.echo(line, err=True),
        )
        say(done.remarks, here)
        if json:
            print_json(done.as_dict())
        else:
            for line in () if done.trouble and not done.fetched else _tell_fetch(site, done.as_dict(), retry):
                typer.echo(as_typed(line, here))
        for scene, reason in done.failed:
            typer.echo(f"note: {scene}: not fetched: {reason}", err=True)
        if done.trouble is not None:
            raise done.trouble
        if done.failed:
            tried = len(done.failed) + len(done.fetched)
            raise NotReached(
                f"{len(done.failed)} of {tried} scenes could not be fetched; the others are kept",
                TRY_AGAIN.format(site=site),
            )


def _tell_fetch(site: str, done: dict[str, Any], retry: bool) -> list[str]:
    """What a run of `fetch` did, in lines."""
    count = len(done["fetched"])
    told = [f"{count} {'scene' if count == 1 else 'scenes'} fetched, {done['bytes'] / 1e6:,.1f} MB read"]
    if not done["found"]:
        told = [f"no scene is on record as found at {site}", f"next: siteline scenes find {site}"]
        if done["unusable"]:
            told = [
                f"none of the scenes found at {site} can be used; see why with: siteline scenes list {site}"
            ]
    elif not count and not done["failed"]:
        told = [] if done["waiting"] else ["nothing new to fetch"]
    if done["waiting"]:
        told.append(
            f"{len(done['waiting'])} ordered and not delivered yet; run it again later: siteline scenes fetch {site}"
        )
    if done["left"]:
        told.append(f"{done['left']} more to fetch: siteline scenes fetch {site}")
    if done["failed_before"] and not retry:
        told.append(f"{done['failed_before']} failed before: siteline scenes fetch {site} --retry")
    if count:
        told.append(f"next: siteline survey {site}")
    return told


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
                (f"radar, {s['radar']['orbit']}" if s.get("radar") else "")
                + ("; " if s.get("radar") and s["reason"] else "")
                + (s["reason"] or ""),
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
        if told.get("radar"):
            radar = told["radar"]
            tracks = ", ".join(f"{name}: {count}" for name, count in radar["tracks"].items())
            typer.echo(
                f"radar, counted apart: {radar['used']} of {radar['looks']} scenes used"
                + (f" ({tracks})" if tracks else "")
            )
            for gap in radar["blind"]:
                typer.echo(f"  no radar between {gap['from']} and {gap['to']} ({gap['days']} days)")
        if told["wide"]:
            count = len(told["wide"])
            typer.echo(
                f"  {count} {'is' if count == 1 else 'are'} known only to a month or range, and in no week"
            )
