"""`siteline ledger incidents`: reports, counts, shares, casualties, and the queries behind published numbers."""

from __future__ import annotations

import typer

app = typer.Typer(help="Reports of attacks: import, count, compare.", no_args_is_help=True)


@app.callback()
def incidents() -> None:
    """Reports of attacks: import, count, compare."""
