"""Bundles that were handed over, checked offline and without a case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siteline.cli.common import JsonOption, print_json
from siteline.cli.timing import ChainOption, HeadersOption
from siteline.model.errors import BrokenCustody
from siteline.model.shown import plain

_SHOWN = 40


def verify(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The ZIP or folder that was handed over.")],
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            metavar="KEY",
            help="Trust this key: its fingerprint, or its PEM file. Default: your own.",
        ),
    ] = None,
    chain: ChainOption = None,
    headers: HeadersOption = None,
    json: JsonOption = False,
) -> None:
    """Check a bundle of an edition or of evidence: offline, without a case. Exit 1, and each fault named, if it is not whole."""
    from siteline.workbench.briefs.verifying import verify_handed

    told = verify_handed(bundle, key, chain or (), headers)
    findings = told["findings"]
    if json:
        print_json(told)
    else:
        for note in told["notes"][:_SHOWN]:
            typer.echo(f"note: {plain(note['object'])}: {plain(note['problem'])}", err=True)
        for finding in findings[:_SHOWN]:
            typer.echo(f"fault: {plain(finding['object'])}: {plain(finding['problem'])}")
        if len(findings) > _SHOWN:
            typer.echo(f"... and {len(findings) - _SHOWN:,} more (--json lists all)")
        for line in told["says"]:
            typer.echo(plain(line))
    if findings:
        raise BrokenCustody(
            f"{len(findings):,} {'fault' if len(findings) == 1 else 'faults'} in the bundle: "
            f"{findings[0]['object']}: {findings[0]['problem']}",
            "Do not rely on it. Ask for it again, by another road.",
        )
