"""Blocks of a site's buildings, for Google Earth and for modellers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siteline.cli.common import (
    AsOfOption,
    CaseOption,
    JsonOption,
    case_folder,
    moment,
    opened,
    print_json,
    say,
)
from siteline.cli.sites import SiteArgument


def massing(
    context: typer.Context,
    site: SiteArgument,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[EVENT|LABEL]...", help="Which buildings; without it, all known and new ones that stand."
        ),
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="kml, kmz or glb (glTF 2.0).")] = "kml",
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; default: out/SITE-massing.FORMAT.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every candidate too, and what was rejected.")] = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """
    Write buildings as blocks, as high as they were measured, with how far each may reach.

    Where the height is unknown, the outline lies flat and says so.
    """
    from siteline.workbench.massing import export_massing

    with opened(context, case) as work:
        drawn = export_massing(work, site, names or (), format_, out, every=all_, as_of=moment(as_of))
        say(drawn.remarks, case_folder(context, case))
        if json:
            print_json(drawn.told)
        else:
            typer.echo(str(drawn.path))
