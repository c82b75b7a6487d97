"""`siteline ledger incidents picture`: counts over time, shares and a map, each with its table beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siteline.cli.common import AsOfOption, CaseOption, moment, opened
from siteline.cli.ledger.options import DatasetOption, EditionOption, FromOption, ToOption, WeaponOption


def picture(
    context: typer.Context,
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="counts (over time), shares (by denominator), or map.")
    ],
    weapon: WeaponOption = "",
    start: FromOption = None,
    until: ToOption = None,
    unit: Annotated[
        str, typer.Option("--unit", metavar="U", help="Of counts: missile, report, attack or day.")
    ] = "missile",
    by: Annotated[
        str, typer.Option("--by", metavar="STEP", help="Of counts: day, week, month or year.")
    ] = "month",
    of: Annotated[
        list[str] | None,
        typer.Option("--of", metavar="NAME", help="Of shares: only this denominator. Repeatable."),
    ] = None,
    hold: Annotated[
        list[str] | None,
        typer.Option("--hold", metavar="ID", help="Of a map: do not show where this report is. Repeatable."),
    ] = None,
    round_km: Annotated[
        float, typer.Option("--round", metavar="KM", help="Of a map: show places no more exactly than this.")
    ] = 0.0,
    narrow: Annotated[bool, typer.Option("--narrow", help="For a phone, instead of a page.")] = False,
    edition: EditionOption = "",
    dataset: DatasetOption = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="x.svg or x.png; default: both, in the case's out/."),
    ] = None,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Draw the incident ledger: SVG and PNG with ranges, definition, source and edition, and the table as CSV."""
    from siteline.workbench.ledger.pictures import Wanted, draw

    wanted = Wanted(
        kind, weapon, start, until, unit, by, tuple(of or ()), narrow, tuple(hold or ()), round_km
    )
    with opened(context, case) as work:
        for path in draw(work, wanted, edition, dataset, out, moment(as_of)):
            typer.echo(str(path))
