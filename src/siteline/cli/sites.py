"""Sites: begin at a coordinate, add a drawn one, list, show, export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from siteline.cli.exporting import RegionOption, SmallestOption, tell_exported
from siteline.model.errors import SitelineError

if TYPE_CHECKING:
    from siteline.workbench.places import RoleQuestion

app = typer.Typer(help="Sites: what is watched.", no_args_is_help=True)

SiteArgument = Annotated[str, typer.Argument(metavar="SITE", help="The site's id (siteline site list).")]


def start(
    context: typer.Context,
    place: Annotated[
        list[str],
        typer.Argument(metavar="PLACE", help='"39.9N 127.6E", degrees-minutes-seconds, MGRS, or a map link.'),
    ],
    size: Annotated[str, typer.Option("--size", help="Side of the square to watch: 3km, 800m.")] = "3km",
    name: Annotated[str | None, typer.Option("--name", help="What to call the site.")] = None,
    case: CaseOption = None,
) -> None:
    """Begin at a coordinate: a site to watch, and what to do next."""
    from siteline.workbench.places import start_site

    if mistyped := next((word for word in place if word.startswith("--")), None):
        raise typer.BadParameter(f"no such option: {mistyped}")  # single ones are numbers: -33.9
    folder = case_folder(context, case)
    try:
        started = start_site(folder, " ".join(place), size, name)
    except SitelineError as error:
        error.hint = as_typed(error.hint, folder)
        raise
    typer.echo(
        f"site {started.site.id} at {started.where} ({size} square), in case {started.folder.resolve()}"
    )
    for step in started.next_steps:
        typer.echo(as_typed(step, started.folder))


@app.command()
def add(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(help="GeoJSON, KML or KMZ with aoi, perimeter, buildings …, or a SMART region model."),
    ],
    role: Annotated[
        list[str] | None,
        typer.Option(
            "--role", help='For features without one: building, or "Hall 2=building"; may be repeated.'
        ),
    ] = None,
    case: CaseOption = None,
) -> None:
    """Add a site from a file, or a newer form of it."""
    from siteline.workbench.places import add_site, tell_watched

    with opened(context, case) as work:
        site, remarks = add_site(work, file, role or (_ask_roles if sys.stdin.isatty() else ()))
        here = case_folder(context, case)
        say(remarks, here)
        roles = ", ".join(_called(s.role.value, s.label) for s in site.structures)
        typer.echo(f"site {site.id}: {roles}")
        typer.echo(f"watched: {tell_watched(site)}")
        typer.echo(as_typed(f"next: siteline scenes add {site.id} --manifest scenes.csv", here))


def _called(role: str, label: str) -> str:
    return role if label in ("", role) else f"{role} {label}"


def _ask_roles(questions: tuple[RoleQuestion, ...]) -> list[str]:
    """Ask a person on a terminal, once, proposing what the name and shape suggest."""
    typer.echo(
        "These features do not say what they are: aoi, perimeter, building, zone, gate, point; or none."
    )
    return [
        typer.prompt(f"  {q.feature} ({q.geometry})", default=q.proposed.value if q.proposed else "none")
        for q in questions
    ]


@app.command("list")
def list_(
    context: typer.Context, json: JsonOption = False, as_of: AsOfOption = None, case: CaseOption = None
) -> None:
    """List the sites of this case."""
    from siteline.workbench.places import list_sites

    with opened(context, case) as work:
        listed = list_sites(work, moment(as_of))
        if json:
            print_json(listed)
        elif not listed:
            none = "no sites yet: siteline site add FILE, or siteline start PLACE"
            typer.echo(as_typed(none, case_folder(context, case)))
        else:
            rows = [(s["id"], s["name"], str(s["scenes"]), str(s["events"])) for s in listed]
            table(rows, ("id", "name", "scenes", "events"))


@app.command()
def show(
    context: typer.Context,
    site: SiteArgument,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Show one site: its structures, and what is on record."""
    from siteline.workbench.places import describe_site

    with opened(context, case) as work:
        told = describe_site(work, site, moment(as_of))
        if json:
            print_json(told)
            return
        typer.echo(f"{told['id']}: {told['name']}" + ("   SIMULATED" if told["simulated"] else ""))
        for structure in told["structures"]:
            looks = f" — {structure['looks_like']}" if structure["looks_like"] else ""
            typer.echo(f"  {structure['role']:<10} {structure['label']}{looks}")
        surveyed = told["surveyed"] or "none yet"
        typer.echo(f"watched: {told['watched']}")
        typer.echo(f"scenes: {told['scenes']}, events: {told['events']}, last survey: {surveyed}")


@app.command()
def export(
    context: typer.Context,
    site: SiteArgument,
    format_: Annotated[str, typer.Option("--format", help="geojson, kml, kmz or smart.")] = "geojson",
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; default: out/SITE.FORMAT.")
    ] = None,
    region: RegionOption = None,
    smallest: SmallestOption = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Write a site as GeoJSON, KML or KMZ, as it came in; or as a region model of IARPA SMART, with its events in short."""
    from siteline.workbench.places import export_site

    if format_ != "smart" and (region is not None or smallest is not None):
        raise typer.BadParameter("--region and --smallest go with --format smart")
    with opened(context, case) as work:
        if format_ == "smart":
            from siteline.workbench.smart.exporting import export_region, smart_options

            done = export_region(work, site, out, smart_options(region, smallest))
            tell_exported(context, case, done, json=json)
            return
        path = str(export_site(work, site, format_, out))
        if json:
            print_json({"path": path})
        else:
            typer.echo(path)
