"""Options that several ledger commands share."""

from __future__ import annotations

from typing import Annotated

import typer

EditionOption = Annotated[
    str, typer.Option("--edition", metavar="NAME", help="Which edition; default: the newest of the data set.")
]
DatasetOption = Annotated[
    str, typer.Option("--dataset", metavar="NAME", help="Which data set, if the case has several.")
]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="DATE", help="First day; default: the first of the data.")
]
ToOption = Annotated[
    str | None,
    typer.Option("--to", metavar="DATE", help="The day after the last one; default: the end of the data."),
]
WeaponOption = Annotated[
    str,
    typer.Option(
        "--weapon", metavar="W", help='A class or several ("KN-23/24"), or category:NAME; default: all.'
    ),
]
WeaponsOption = Annotated[
    str | None,
    typer.Option("--weapons", metavar="FILE", help="Your own mapping of words to classes (TOML)."),
]
NotKeptOption = Annotated[
    bool, typer.Option("--not-stored", help="Do not file the answer as a stored query.")
]
InternalOption = Annotated[
    bool, typer.Option("--internal", help="Name all companies; for the desk, never for publication.")
]
StaleOption = Annotated[bool, typer.Option("--stale", help="Only those whose number is another by now.")]
QueryArgument = Annotated[str, typer.Argument(metavar="QUERY", help="Its id, or the start of it.")]
