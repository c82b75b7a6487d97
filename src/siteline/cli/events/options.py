"""What several commands on events take."""

from __future__ import annotations

from typing import Annotated

import typer

EventArgument = Annotated[
    str, typer.Argument(metavar="EVENT", help="The event's id, its start, or its label.")
]
