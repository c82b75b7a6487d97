"""`siteline ledger components`."""

from __future__ import annotations

import typer

app = typer.Typer(
    help="Parts that were found: who made them, where, when, who says so.", no_args_is_help=True
)


@app.callback()
def components() -> None:
    """Parts that were found: who made them, where, when, who says so."""
