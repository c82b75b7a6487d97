"""Examining a file: what an archive, a time proof, a picture or footage is worth, offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siteline.cli.common import JsonOption, moment, print_json

if TYPE_CHECKING:
    from siteline.model.verdict import Inspection


def inspect(
    file: Annotated[Path, typer.Argument(help="The file; what it is is told from its bytes.")],
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            help="What a time proof should be about (or its request); or the footage a still should be from.",
        ),
    ] = None,
    chain: Annotated[
        list[Path] | None,
        typer.Option(
            "--chain", help="Certificates you trust (PEM): roots and chain of an authority; repeat."
        ),
    ] = None,
    headers: Annotated[
        Path | None,
        typer.Option(
            "--headers", help="Bitcoin block headers: `HEIGHT HEX` lines, or a block explorer's JSON."
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="Judge certificates as of that day; default: now."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Say what a WARC, WACZ, time stamp, OpenTimestamps proof, picture or video is worth. Nothing is fetched or kept."""
    from siteline.workbench.evidence.inspecting import inspect_file

    found = inspect_file(file, against=against, chain=chain or (), headers=headers, as_of=moment(as_of))
    if json:
        print_json(found.as_json())
        return
    _tell(found, "")


def _tell(found: Inspection, indent: str) -> None:
    name = f" {found.facts['name']}" if found.facts.get("name") else ""
    typer.echo(f"{indent}{found.kind}{name}: {found.verdict}")
    if not found.parts or found.verdict != "looked_at":
        typer.echo(f"{indent}  {found.means}")
    for fault in found.faults:
        typer.echo(f"{indent}  {'!' if fault.grave else '-'} {fault.code}: {fault}")
    for part in found.parts:
        _tell(part, indent + "  ")
