"""What exports to IARPA SMART share: its options, and what was written and left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from siteline.cli.common import case_folder, print_json, say

if TYPE_CHECKING:
    from siteline.workbench.smart.exporting import Exported

RegionOption = Annotated[
    str | None,
    typer.Option("--region", metavar="CC_R000", help="For smart: the region's id; default: as it came in."),
]
SmallestOption = Annotated[
    float | None,
    typer.Option("--smallest", metavar="M2", help="For smart: leave out smaller sites; default: 8000 m²."),
]


def tell_exported(context: typer.Context, case: str | None, done: Exported, *, json: bool) -> None:
    """What was written, what it leaves out."""
    say(done.remarks, case_folder(context, case))
    if json:
        print_json(
            {
                "path": str(done.path),
                "files": [str(file) for file in done.files],
                "left_out": done.left_out,
                "remarks": [str(remark) for remark in done.remarks],
            }
        )
    else:
        typer.echo(str(done.path))
