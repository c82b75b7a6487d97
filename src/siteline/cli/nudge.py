"""Moving a look by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siteline.cli.common import CaseOption, as_typed, case_folder, opened
from siteline.cli.sites import SiteArgument


def nudge(
    context: typer.Context,
    site: SiteArgument,
    scene: Annotated[
        str, typer.Argument(metavar="SCENE", help="The scene to move (siteline scenes list SITE).")
    ],
    why: Annotated[str, typer.Option("--why", help="The reason, which is kept.")],
    tie_points: Annotated[
        Path | None,
        typer.Option(
            "--tie-points", help="CSV: x,y,ref_x,ref_y with --to, or x,y,lon,lat; GeoJSON or QGIS .points."
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="SCENE", help="Scene that it is held to, wherever that one is moved."),
    ] = None,
    shift: Annotated[
        str | None, typer.Option("--shift", metavar="DX,DY", help="Pixels of the scene, right and down.")
    ] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take the nudge back; the estimate counts again.")
    ] = False,
    case: CaseOption = None,
) -> None:
    """Move a look by hand where its estimated shift is wrong; kept with who, when and why, used by the next survey."""
    from siteline.workbench.nudging import nudge_scene

    if sum((tie_points is not None, shift is not None, undo)) != 1:
        raise typer.BadParameter("give one of --tie-points FILE, --shift DX,DY or --undo")
    if undo and to is not None:
        raise typer.BadParameter("--to goes with --tie-points or --shift")
    with opened(context, case) as work:
        done = nudge_scene(work, site, scene, why, ties=tie_points, to=to, shift=shift, undo=undo)
        if undo:
            typer.echo(f"{scene} lies again where the images put it")
        else:
            right, down = done.shift_px
            off = "" if done.residual_px is None else f"; the tie points agree to {done.residual_px:.1f} px"
            typer.echo(f"{scene} nudged by {right:+.2f}, {down:+.2f} px (right, down){off}")
        typer.echo(as_typed(f"next: siteline survey {site}", case_folder(context, case)))
