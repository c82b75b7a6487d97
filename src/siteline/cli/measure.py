"""Sizes: the area of one thing, the ratio of two; each with its error."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siteline.cli.common import CaseOption, JsonOption, ShownProgress, opened, print_json
from siteline.cli.sites import SiteArgument

app = typer.Typer(help="Sizes, each with its error.", no_args_is_help=True)


@app.command()
def area(
    context: typer.Context,
    site: SiteArgument,
    what: Annotated[
        str | None, typer.Argument(help="An event's id, or the label of an event or structure.")
    ] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="SCENE", help="The scene you drew on.")] = None,
    geometry: Annotated[Path | None, typer.Option("--geometry", metavar="FILE", help="Your outline.")] = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Measure the area of an event, a labelled structure, or an outline that you drew."""
    from siteline.workbench.sizes import area_of, area_of_drawn

    if (what is None) == (geometry is None) or (geometry is None) != (on is None):
        raise typer.BadParameter("give an event or label, or --on SCENE with --geometry FILE")
    with opened(context, case) as work:
        if what is not None:
            told = area_of(work, site, what, ShownProgress())
        elif on is not None and geometry is not None:
            told = area_of_drawn(work, site, on, geometry)
        if json:
            print_json(told)
            return
        typer.echo(f"{told['text']}, {told['method']}")
        for line in told["budget"]:
            typer.echo(f"  {line['name']:<16} {line['sigma']:,.1f} {line['unit']} (one sigma)")


@app.command()
def ratio(
    context: typer.Context,
    site: SiteArgument,
    a: Annotated[str, typer.Argument(metavar="A", help="An event's id, or a label.")],
    b: Annotated[str, typer.Argument(metavar="B", help="What to hold it against.")],
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Say how large A is against B, and which sentences that supports."""
    from siteline.workbench.sizes import ratio_of

    with opened(context, case) as work:
        told = ratio_of(work, site, a, b, ShownProgress())
        if json:
            print_json(told)
            return
        numbers = told["ratio"]
        typer.echo(
            f"{a} / {b}: {numbers['value']:.3g} (95 %: {numbers['low95']:.3g}–{numbers['high95']:.3g})"
        )
        for sentence in told["supported"]:
            typer.echo(f"  supported:     {sentence}")
        for sentence in told["not_supported"]:
            typer.echo(f"  not supported: {sentence}")
