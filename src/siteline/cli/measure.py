"""Sizes: area, length, width, height, distance, the ratio of two, and what a building may hold."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siteline.cli.common import CaseOption, JsonOption, ShownProgress, opened, print_json
from siteline.cli.sites import SiteArgument

if TYPE_CHECKING:
    from siteline.workbench.tracings import Drawings

app = typer.Typer(help="Sizes, each with its error.", no_args_is_help=True)

WhatArgument = Annotated[
    str | None,
    typer.Argument(metavar="[WHAT]", help="An event's id, or the label of an event or structure."),
]
OnOption = Annotated[str | None, typer.Option("--on", metavar="SCENE", help="The scene you drew on.")]
GeometryOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--geometry",
        metavar="FILE",
        help="Your drawing, GeoJSON or KML. Several files, or several shapes in one, are repeats of one thing.",
    ),
]
AnalystOption = Annotated[
    list[str] | None,
    typer.Option(
        "--analyst",
        metavar="NAME",
        help="Who drew: once, or once for each --geometry. A shape's own property analyst says it too.",
    ),
]
OutlineOption = Annotated[
    str | None,
    typer.Option("--outline", metavar="roof|base", help="Which outline of the building you drew."),
]
FitOption = Annotated[
    bool, typer.Option("--fit", help="Fit your outline to the images instead of taking it as you drew it.")
]
UnitsOption = Annotated[
    str | None,
    typer.Option("--units", help="Say it in hectares, square-feet or feet; numbers in JSON stay in metres."),
]


@app.command("width", help="Measure the shorter side of an event, a structure or a drawn outline.")
@app.command(
    "length",
    help="Measure the longer side of an event, a structure or a drawn outline, or a line that you drew.",
)
@app.command("area", help="Measure the area of an event, a labelled structure, or an outline that you drew.")
def size(
    context: typer.Context,
    site: SiteArgument,
    what: WhatArgument = None,
    on: OnOption = None,
    geometry: GeometryOption = None,
    analyst: AnalystOption = None,
    outline: OutlineOption = None,
    fit: FitOption = False,
    units: UnitsOption = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Measure an area, a length or a width: the command by whose name it was called says which."""
    from siteline.workbench.sizes import size_of
    from siteline.workbench.tracings import size_of_drawn, size_of_fitted

    sort = context.command.name or ""
    drawings = _drawings(what, on, geometry, analyst)
    _only_drawn(drawings, "--outline", outline)
    if fit and (drawings is None or outline == "base"):
        raise typer.BadParameter("--fit needs the outline of a roof: --on SCENE with --geometry FILE")
    with opened(context, case) as work:
        if drawings is not None and fit:
            told = size_of_fitted(work, site, sort, drawings, ShownProgress(), units)
        elif drawings is not None:
            told = size_of_drawn(work, site, sort, drawings, outline, units)
        else:
            told = size_of(work, site, sort, what or "", ShownProgress(), units)
        _show(told, json)


@app.command()
def height(
    context: typer.Context,
    site: SiteArgument,
    what: WhatArgument = None,
    on: OnOption = None,
    geometry: GeometryOption = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="foot|roof",
            help="Where your line along the shadow begins: at the foot of a corner (unless you say), or at the corner "
            "of the roof.",
        ),
    ] = None,
    slope: Annotated[
        float | None,
        typer.Option("--slope", metavar="DEGREES", help="How far the ground under the shadow slopes."),
    ] = None,
    analyst: AnalystOption = None,
    units: UnitsOption = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Measure a height: as fitted to the images, or from a line drawn along a shadow to its tip."""
    from siteline.workbench.sizes import size_of
    from siteline.workbench.tracings import height_of_drawn

    drawings = _drawings(what, on, geometry, analyst)
    _only_drawn(drawings, "--slope", slope)
    _only_drawn(drawings, "--from", start)
    with opened(context, case) as work:
        if drawings is not None:
            told = height_of_drawn(work, site, drawings, start, slope, units)
        else:
            told = size_of(work, site, "height", what or "", ShownProgress(), units)
        _show(told, json)


@app.command()
def distance(
    context: typer.Context,
    site: SiteArgument,
    what: WhatArgument = None,
    other: Annotated[
        str | None,
        typer.Argument(metavar="[OTHER]", help="From what; without it, from the site's perimeter."),
    ] = None,
    on: OnOption = None,
    geometry: GeometryOption = None,
    analyst: AnalystOption = None,
    outline: OutlineOption = None,
    units: UnitsOption = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """
    Say on which side of the perimeter a thing lies and how far from it, or how far from OTHER.

    Negative inside, positive outside, 0 across the line. With --geometry, WHAT may be given to measure from
    your outline to it; a drawn line is a distance itself.
    """
    from siteline.workbench.sizes import distance_of
    from siteline.workbench.tracings import distance_of_drawn

    is_drawn = geometry is not None or on is not None
    if is_drawn and other is not None:
        raise typer.BadParameter("from a drawing, name one thing at most")
    drawings = _drawings(None if is_drawn else what, on, geometry, analyst)
    _only_drawn(drawings, "--outline", outline)
    with opened(context, case) as work:
        if drawings is not None:
            told = distance_of_drawn(work, site, drawings, what, outline, units)
        else:
            told = distance_of(work, site, what or "", other, ShownProgress(), units)
        _show(told, json)


@app.command()
def ratio(
    context: typer.Context,
    site: SiteArgument,
    a: Annotated[
        str | None, typer.Argument(metavar="[A]", help="An event's id, or a label; left out for a drawing.")
    ] = None,
    b: Annotated[str | None, typer.Argument(metavar="[B]", help="What to hold it against.")] = None,
    of: Annotated[
        str, typer.Option("--of", metavar="SIZE", help="Which size: area, length, width or height.")
    ] = "area",
    on: OnOption = None,
    geometry: GeometryOption = None,
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", metavar="FILE", help="Another drawing on the same scene, in place of B."),
    ] = None,
    analyst: AnalystOption = None,
    outline: OutlineOption = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """
    Say how large A is against B, and which sentences that supports.

    With --on and --geometry, A is what you drew: name only B, or give B as a drawing too with --against.
    """
    from siteline.workbench.sizes import ratio_of
    from siteline.workbench.tracings import DRAWN_HERE, OTHER_DRAWN, ratio_of_drawn

    if of not in ("area", "length", "width", "height"):
        raise typer.BadParameter(f"--of {of}: there are area, length, width and height")
    is_drawn = geometry is not None or on is not None
    if (b is not None) == is_drawn or (a is not None) == (is_drawn and bool(against)):
        raise typer.BadParameter("give A and B, or --on SCENE with --geometry FILE and B or --against FILE")
    drawings = _drawings(None if is_drawn else a, on, geometry, analyst)
    for option, value in (("--outline", outline), ("--against", against or None)):
        _only_drawn(drawings, option, value)
    if drawings is not None and of == "height":
        raise typer.BadParameter("--of height is not measured from an outline: name A and B")
    with opened(context, case) as work:
        if drawings is None:
            told = ratio_of(work, site, a or "", b or "", ShownProgress(), of)
        else:
            other = replace(drawings, files=tuple(against)) if against else a or ""
            told = ratio_of_drawn(work, site, of, drawings, other, outline, ShownProgress())
            a, b = DRAWN_HERE, a or OTHER_DRAWN
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


@app.command()
def capacity(
    context: typer.Context,
    site: SiteArgument,
    what: Annotated[str, typer.Argument(metavar="WHAT", help="An event's id, or a label.")],
    floors: Annotated[
        str, typer.Option("--floors", metavar="LOW-HIGH", help="How many floors you assume, as a range: 1-2.")
    ],
    why: Annotated[
        str, typer.Option("--why", help="On what grounds you assume it; printed beside your name.")
    ],
    per_dwelling: Annotated[
        str | None,
        typer.Option(
            "--per-dwelling", metavar="LOW-HIGH", help="Floor area of one dwelling, m², as a range."
        ),
    ] = None,
    per_worker: Annotated[
        str | None,
        typer.Option("--per-worker", metavar="LOW-HIGH", help="Floor area for one worker, m², as a range."),
    ] = None,
    units: UnitsOption = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Say what a building may hold if your assumptions are right: ranges only, signed by you."""
    from siteline.workbench.sizes import capacity_of

    if not why.strip():
        raise typer.BadParameter("--why: an assumption needs its grounds")
    with opened(context, case) as work:
        told = capacity_of(
            work,
            site,
            what,
            _range("--floors", floors),
            why.strip(),
            None if per_dwelling is None else _range("--per-dwelling", per_dwelling),
            None if per_worker is None else _range("--per-worker", per_worker),
            ShownProgress(),
            units,
        )
        if json:
            print_json(told)
        else:
            typer.echo(told["said"])


def _drawings(
    what: str | None, on: str | None, geometry: list[Path] | None, analyst: list[str] | None
) -> Drawings | None:
    """What was drawn; None where something on file is asked for."""
    from siteline.workbench.tracings import Drawings

    if (what is None) == (not geometry) or bool(geometry) != (on is not None):
        raise typer.BadParameter("give an event or label, or --on SCENE with --geometry FILE")
    if analyst and not geometry:
        raise typer.BadParameter("--analyst says who drew: give --on SCENE with --geometry FILE")
    if not geometry or on is None:
        return None
    return Drawings(on, tuple(geometry), tuple(name.strip() for name in analyst or ()))


def _only_drawn(drawings: Drawings | None, option: str, value: object) -> None:
    """Refuse what is said of a drawing where there is none, rather than pass over it."""
    if value is not None and drawings is None:
        raise typer.BadParameter(f"{option} is of what you drew: give --on SCENE with --geometry FILE")


def _show(told: dict[str, Any], json: bool) -> None:
    if json:
        print_json(told)
        return
    typer.echo(told["said"])
    for line in told["budget"]:
        sigma = float(f"{line['sigma']:.2g}")
        shown = f"{sigma:,.0f}" if sigma >= 10 else f"{sigma:g}"
        typer.echo(f"  {line['name']:<16} {shown} {line['unit']} (one sigma)")


_RANGE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:-|–|\.\.|to)\s*(\d+(?:\.\d+)?)\s*")


def _range(option: str, said: str) -> tuple[float, float]:
    found = _RANGE.fullmatch(said)
    if not found:
        raise typer.BadParameter(
            f"{option} {said!r}: give a range, LOW-HIGH, such as 1-2; one number is a guess"
        )
    return float(found[1]), float(found[2])
