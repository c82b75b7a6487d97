"""`siteline ledger components picture`: flows, shares and a map, each with its table beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siteline.cli.common import AsOfOption, CaseOption, moment, opened
from siteline.cli.ledger.options import InternalOption


def picture(
    context: typer.Context,
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="flows (part, maker, country, regime), shares, or map.")
    ],
    by: Annotated[
        str, typer.Option("--by", help="Of shares: any field. Of flows: seat, or made-in.")
    ] = "seat",
    wreck: Annotated[str, typer.Option("--wreck", metavar="W", help="Only this wreck.")] = "",
    foreign: Annotated[
        bool, typer.Option("--foreign", help="Of shares: without parts made in the weapon's own country.")
    ] = False,
    home: Annotated[
        str,
        typer.Option(
            "--home", metavar="COUNTRY", help="The weapon's own country, where the ledger does not say."
        ),
    ] = "",
    hold: Annotated[
        list[str] | None,
        typer.Option("--hold", metavar="W", help="Of a map: do not show where this wreck was. Repeatable."),
    ] = None,
    round_km: Annotated[
        float, typer.Option("--round", metavar="KM", help="Of a map: show places no more exactly than this.")
    ] = 0.0,
    narrow: Annotated[bool, typer.Option("--narrow", help="For a phone, instead of a page.")] = False,
    internal: InternalOption = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="x.svg or x.png; default: both, in the case's out/."),
    ] = None,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Draw the ledger of parts: SVG and PNG with definition, source and edition, and the table as CSV."""
    from siteline.workbench.ledger.components.counting import ask
    from siteline.workbench.ledger.components.pictures import Wanted, draw

    asked = ask(by=by, wreck=wreck, foreign=foreign, home=home)
    with opened(context, case) as work:
        wanted = Wanted(kind, asked, narrow, internal, tuple(hold or ()), round_km)
        for path in draw(work, wanted, out, moment(as_of)):
            typer.echo(str(path))
