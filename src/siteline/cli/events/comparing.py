"""Two looks compared: places to look at."""

from __future__ import annotations

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
    table,
)
from siteline.cli.sites import SiteArgument

_KINDS = {
    "appeared": "--kind construction --stage roofed",
    "gone": "--kind demolition",
    "changed": "--kind surface_change",
}
"""How a place is recorded, by what it looks like."""


def compare(
    context: typer.Context,
    site: SiteArgument,
    before: Annotated[str, typer.Option("--before", metavar="SCENE", help="The earlier scene.")],
    after: Annotated[str, typer.Option("--after", metavar="SCENE", help="The later scene.")],
    mode: Annotated[
        str | None,
        typer.Option(
            "--mode", help="places (fine pixels) or ground (four bands or more); default: by the pixels."
        ),
    ] = None,
    places: Annotated[int, typer.Option("--places", help="How many places to list at most.")] = 10,
    as_they_lie: Annotated[
        bool, typer.Option("--as-they-lie", help="Do not lay the images on one another by what they show.")
    ] = False,
    sheet: Annotated[
        Path | None,
        typer.Option(
            "--sheet", metavar="FILE", help="Contact sheet (PNG); default: in the case's out folder."
        ),
    ] = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Compare two scenes and rank places for a person to judge; nothing becomes an event by itself."""
    from siteline.workbench.pairing import compare_looks, describe_compared

    with opened(context, case) as work:
        done = compare_looks(
            work,
            site,
            before,
            after,
            mode=mode,
            places=places,
            as_they_lie=as_they_lie,
            sheet=sheet,
            progress=ShownProgress(),
        )
        here = case_folder(context, case)
        told = describe_compared(work, site, done.kept)
        if json:
            print_json(told)
            return
        _show(told)
        typer.echo(f"contact sheet: {done.sheet}")
        free = [f["properties"] for f in told["features"] if f["properties"]["event"] is None]
        if free:
            as_what = _KINDS[free[0]["standing"]]
            typer.echo(
                as_typed(
                    f"look at the sheet, then: siteline events add {site} --place {free[0]['number']} {as_what}",
                    here,
                )
            )


def compared(
    context: typer.Context,
    site: SiteArgument,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List the comparisons of two scenes that were made, their places, and what became of these."""
    from siteline.workbench.pairing import list_comparisons

    with opened(context, case) as work:
        told = list_comparisons(work, site, moment(as_of))
        if json:
            print_json(told)
            return
        for one in told:
            _show(one)
        if not told:
            typer.echo(f"no two scenes of {site} were compared yet")


def _show(told: dict[str, Any]) -> None:
    span = told["interval"]
    typer.echo(
        f"comparison {told['id'][:12]}: {told['before']} with {told['after']}; what changed came into sight after "
        f"{span['after']} and by {span['by']}"
    )
    for remark in told["remarks"]:
        typer.echo("note: " + "".join(filter(str.isprintable, remark)))
    rows = []
    for feature in told["features"]:
        said = feature["properties"]
        area = f"{said['area_m2']:,.0f} m²" if "area_m2" in said else f"{said['area_px2']:,.0f} px²"
        why = "; ".join([*said["reasons"], *(f"but {doubt}" for doubt in said["doubts"])])
        rows.append(
            (str(said["number"]), said["standing"], area, f"{said['worth']:.2f}", said["event"] or "", why)
        )
    if rows:
        table(rows, ("place", "what", "area", "worth", "event", "why, and what may fool us"))
    else:
        typer.echo("no place to look at")
