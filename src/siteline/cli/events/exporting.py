"""Events as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siteline.cli.common import CaseOption, JsonOption, opened, print_json
from siteline.cli.exporting import RegionOption, SmallestOption, tell_exported
from siteline.cli.sites import SiteArgument


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
