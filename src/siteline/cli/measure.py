"""Sizes: area, length, width, height, distance, the ratio of two, and what a building may hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siteline.cli.common import (
    AsOfOption,
    CaseOption,
    JsonOption,
    ShownProgress,
    moment,
    opened,
    print_json,
    table,
)
from siteline.cli.massing import massing
from siteline.cli.sites import SiteArgument

if TYPE_CHECKING:
    from siteline.workbench.tracings import Drawings

COMPARED = ("area", "length", "width", "height")
"""What a ratio may be of."""

app = typer.Typer(help="Sizes, each with its error.", no_args_is_help=True)
app.command()(massing)

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
    _only_drawn(drawings, "--fit", fit or None)
    if fit and outline == "base":
        raise _wrong("--fit", "it finds the edges of a roof, not those of a base: leave --outline base out")
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
        raise _wrong(
            "OTHER", f"you drew what is measured, so name one thing at most: leave {what} or {other} out"
        )
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
        str | None,
        typer.Argument(
            metavar="[A]", help="An event's id, a label, or the id of a filed size; left out for a drawing."
        ),
    ] = None,
    b: Annotated[str | None, typer.Argument(metavar="[B]", help="What to hold it against.")] = None,
    of: Annotated[
        str | None,
        typer.Option(
            "--of",
            metavar="SIZE",
            help="Which size: area, length, width or height; default: that of a filed size, else the area.",
        ),
    ] = None,
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
    from siteline.workbench.tracings import ratio_of_drawn

    if of not in (None, *COMPARED):
        raise _wrong("--of", f"no size is called {of}: say {', '.join(COMPARED[:-1])} or {COMPARED[-1]}")
    is_drawn = geometry is not None or on is not None
    drawings = _drawings(None if is_drawn else a, on, geometry, analyst)
    for option, value in (("--outline", outline), ("--against", against or None)):
        _only_drawn(drawings, option, value)
    _check_sides(a, b, against, drawings)
    if drawings is not None and of == "height":
        raise _wrong(
            "--of",
            "no height is measured from an outline: file it with siteline measure height, then name two ids",
        )
    with opened(context, case) as work:
        if drawings is None:
            told = ratio_of(work, site, a or "", b or "", ShownProgress(), of)
        else:
            other = replace(drawings, files=tuple(against)) if against else a or ""
            told = ratio_of_drawn(work, site, of, drawings, other, outline, ShownProgress())
        if json:
            print_json(told)
            return
        typer.echo(f"{' / '.join(told['sizes'])}: {told['text']}")
        for sentence in told["supported"]:
            typer.echo(f"  supported:     {sentence}")
        for sentence in told["not_supported"]:
            typer.echo(f"  not supported: {sentence}")
        typer.echo(f"  filed as {told['id']}")


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
    analyst: Annotated[
        str | None,
        typer.Option(
            "--analyst", metavar="NAME", help="Whose assumption it is; default: whoever signs the case."
        ),
    ] = None,
    units: UnitsOption = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Say what a building may hold if your assumptions are right: ranges only, signed by you."""
    from siteline.workbench.sizes import capacity_of

    if not why.strip():
        raise _wrong("--why", "an assumption needs its grounds: say what you have seen or read, and where")
    if analyst is not None and not analyst.strip():
        raise _wrong("--analyst", "a judgement is somebody's: give a name, or leave it out")
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
            analyst and analyst.strip(),
        )
        if json:
            print_json(told)
        else:
            typer.echo(told["said"])
            typer.echo(f"  filed as {told['id']}")


@app.command("list")
def list_(
    context: typer.Context,
    site: SiteArgument,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """
    List what was drawn, compared and assumed: each size on file with its id (--json: all that it rests on).

    Sizes that a survey measured are with their events: siteline events list.
    """
    from siteline.workbench.filing import list_filed

    with opened(context, case) as work:
        told = list_filed(work, site, moment(as_of))
        if json:
            print_json(told)
            return
        if not told:
            typer.echo(f"no sizes on file at {site} that were drawn, compared or assumed")
            return
        rows = [
            (
                one["id"],
                one["what"].replace("_", " "),
                one["name"],
                one["text"] or _say_floor(one["capacity"]["floor_area_m2"]),
                ", ".join(one["analysts"]) or one["filed_by"],
                one["filed_at"][:10],
                "yes" if one["intact"] else f"NO: {one['problem']}",
            )
            for one in told
        ]
        table(rows, ("id", "size", "of", "value", "by", "filed", "intact"))


def _drawings(
    what: str | None, on: str | None, geometry: list[Path] | None, analyst: list[str] | None
) -> Drawings | None:
    """What was drawn; None where something on file is asked for."""
    from siteline.workbench.tracings import Drawings

    if geometry and on is None:
        raise _wrong("--geometry", "on which scene was it drawn? Add --on SCENE")
    if on is not None and not geometry:
        raise _wrong("--on", f"nothing was drawn on {on}: add --geometry FILE, or leave --on out")
    if geometry and what is not None:
        raise _wrong(
            "--geometry", f"measure {what} or what you drew: leave one of them out, and measure both in turn"
        )
    if analyst and not geometry:
        raise _wrong("--analyst", "it says who drew: add --on SCENE with --geometry FILE, or leave it out")
    if what is None and not geometry:
        raise _wrong(
            "WHAT",
            "what is to be measured? Give an event's id or a label, or --on SCENE with --geometry FILE",
        )
    if not geometry or on is None:
        return None
    return Drawings(on, tuple(geometry), tuple(name.strip() for name in analyst or ()))


def _only_drawn(drawings: Drawings | None, option: str, value: object) -> None:
    """Refuse what is said of a drawing where there is none, rather than pass over it."""
    if value is not None and drawings is None:
        raise _wrong(
            option, "it is said of what you drew: add --on SCENE with --geometry FILE, or leave it out"
        )


def _check_sides(
    a: str | None, b: str | None, against: Sequence[Path] | None, drawings: Drawings | None
) -> None:
    """A ratio has two sides, each given once."""
    if drawings is None:
        if b is None:
            raise _wrong("B", f"{a} is held against nothing: name a second thing")
    elif b is not None:
        raise _wrong("B", f"what you drew is A, so {a} and {b} are one too many: leave one of them out")
    elif against and a is not None:
        raise _wrong("--against", f"what you drew is held against {a} already: leave {a} or --against out")
    elif not against and a is None:
        raise _wrong("B", "what you drew is held against nothing: name a thing, or add --against FILE")


def _wrong(option: str, why: str) -> typer.BadParameter:
    """Wrong usage that names the option, what is wrong with it and what to do."""
    return typer.BadParameter(why, param_hint=option)


def _show(told: dict[str, Any], json: bool) -> None:
    if json:
        print_json(told)
        return
    typer.echo(told["said"])
    for line, said in zip(told["budget"], told["budget_said"], strict=True):
        typer.echo(f"  {line['name']:<16} {said} (one sigma)")
    if "id" in told:
        typer.echo(f"  filed as {told['id']}")


def _say_floor(ends: dict[str, float]) -> str:
    return f"floor area {ends['low']:,.10g} to {ends['high']:,.10g} m²"


_RANGE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:-|–|\.\.|to)\s*(\d+(?:\.\d+)?)\s*")


def _range(option: str, said: str) -> tuple[float, float]:
    found = _RANGE.fullmatch(said)
    if not found:
        raise _wrong(option, f"{said!r} is no range: give LOW-HIGH, such as 1-2; one number is a guess")
    return float(found[1]), float(found[2])
