"""Case folders: make one; clear its cache."""

from __future__ import annotations

from typing import Annotated

import typer

from siteline.cli.common import CaseOption, as_typed, named_folder, opened

cache_app = typer.Typer(help="Derived arrays, which can always be made again.", no_args_is_help=True)


def init(where: Annotated[str, typer.Argument(metavar="DIR", help="The new case folder.")]) -> None:
    """Make a case folder."""
    from siteline.workbench.case import make_case

    folder = named_folder(where)
    case = make_case(folder)
    typer.echo(f"{case.folder} is a case.")
    signer = case.log.signer
    if signer is None:
        typer.echo(f"note: its custody log is not signed: {case.unsigned_because}", err=True)
    else:
        typer.echo(f"its custody log is signed by {signer.public.fingerprint[:16]} ({signer.origin})")
    typer.echo(as_typed('next: siteline site add site.geojson   (or: siteline start "39.9N 127.6E")', folder))
    case.close()


@cache_app.command("clear")
def clear(context: typer.Context, case: CaseOption = None) -> None:
    """Delete derived arrays; the next survey makes them again."""
    from siteline.workbench.case import clear_cache

    with opened(context, case) as work:
        typer.echo(f"freed {clear_cache(work) / 1e6:,.0f} MB")
