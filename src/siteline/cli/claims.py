"""Claims."""

from __future__ import annotations

import typer

app = typer.Typer(help="Claims: who said what, on whose word, and how surely.", no_args_is_help=True)
