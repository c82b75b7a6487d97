"""Words from data sets on a terminal: one line each, without anything that a terminal or an eye would obey."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from siteline.cli import common
from siteline.model.shown import plain

LONGEST = 4000


def echo(text: str, *, err: bool = False) -> None:
    """A line, with its indentation."""
    lead = len(text) - len(text.lstrip(" "))
    typer.echo(" " * lead + plain(text.lstrip(" "), LONGEST), err=err)


def table(rows: Sequence[tuple[str, ...]], heads: tuple[str, ...]) -> None:
    """Plain columns; long cells are cut."""
    common.table([tuple(plain(cell, 80) for cell in row) for row in rows], heads)
