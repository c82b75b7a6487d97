"""Figures as files: a pair, a filmstrip, a time-lapse, a map, a timeline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siteline.cli.common import (
    AsOfOption,
    CaseOption,
    JsonOption,
    ShownProgress,
    case_folder,
    moment,
    opened,
    print_json,
    say,
)
from siteline.model.shown import plain

if TYPE_CHECKING:
    from siteline.workbench.figures.files import Written

app = typer.Typer(
    help="Figures as files, each with its caption, its credit and where it comes from.", no_args_is_help=True
)

Site = Annotated[str, typer.Argument(metavar="SITE", help="The site's id.")]
Event = Annotated[
    str | None,
    typer.Argument(
        metavar="[EVENT]", help="A change: its id, the start of it, or its label. Without: the whole site."
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="The file to write; default: in the case's out/.")
]
Stills = Annotated[
    str | None,
    typer.Option("--format", help="png, jpg, webp, svg or pdf; default: by the file's name, else png."),
]
Films = Annotated[
    str | None, typer.Option("--format", help="gif, mp4 or webp; default: by the file's name, else gif.")
]
Preset = Annotated[
    str,
    typer.Option("--preset", help="print (180 mm, 300 dpi), web (1600 px), square (1:1) or story (9:16)."),
]


@app.command()
def pair(
    context: typer.Context,
    site: Site,
    event: Event = None,
    before: Annotated[
        str | None,
        typer.Option("--before", metavar="SCENE", help="The image before; default: chosen, with the reason."),
    ] = None,
    after: Annotated[
        str | None,
        typer.Option("--after", metavar="SCENE", help="The image after; default: chosen, with the reason."),
    ] = None,
    out: Out = None,
    format: Stills = None,  # noqa: A002  the option's name
    preset: Preset = "web",
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Before and after in one file: the two looks that compare best, or those you name."""
    _make(context, "pair", site, event, out, format, preset, json=json, case=case, before=before, after=after)


@app.command()
def filmstrip(
    context: typer.Context,
    site: Site,
    event: Event = None,
    out: Out = None,
    format: Stills = None,  # noqa: A002
    preset: Preset = "web",
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """A few looks around a change, in time order, in one file."""
    _make(context, "filmstrip", site, event, out, format, preset, json=json, case=case)


@app.command()
def timelapse(
    context: typer.Context,
    site: Site,
    event: Event = None,
    out: Out = None,
    format: Films = None,  # noqa: A002
    preset: Preset = "web",
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Every clear look in one steady view, the day burned in; what is skipped is said."""
    _make(context, "timelapse", site, event, out, format, preset, json=json, case=case)


@app.command("map")
def site_map(
    context: typer.Context,
    site: Site,
    event: Event = None,
    on: Annotated[
        str | None,
        typer.Option("--on", metavar="SCENE", help="The image to draw on; default: the latest clear one."),
    ] = None,
    out: Out = None,
    format: Stills = None,  # noqa: A002
    preset: Preset = "web",
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """What changed where: numbered on a muted image, with a key."""
    _make(context, "map", site, event, out, format, preset, json=json, case=case, on=on)


@app.command()
def timeline(
    context: typer.Context,
    site: Site,
    event: Event = None,
    out: Out = None,
    format: Stills = None,  # noqa: A002
    preset: Preset = "web",
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """When the site was looked at, and when each change came into sight."""
    _make(context, "timeline", site, event, out, format, preset, json=json, case=case)


@app.command()
def counts(
    context: typer.Context,
    site: Site,
    what: Annotated[
        str, typer.Option("--what", help='What was counted: "rail wagons"; needed if several things were.')
    ] = "",
    zone: Annotated[
        str, typer.Option("--zone", help="Where: a part's label, or a drawn area's name; needed if several.")
    ] = "",
    out: Out = None,
    format: Stills = None,  # noqa: A002
    preset: Preset = "web",
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """What people counted over dates: ranges as bars, gaps hatched with their reason."""
    from siteline.workbench.figures.counting import make_counts_figure

    with opened(context, case) as work:
        made = make_counts_figure(work, site, what, zone, format, preset, out, moment(as_of))
    _tell(context, made, json=json, case=case)


def _make(
    context: typer.Context,
    shape: str,
    site: str,
    event: str | None,
    out: Path | None,
    format_: str | None,
    preset: str,
    *,
    json: bool,
    case: str | None,
    **named: str | None,
) -> None:
    from siteline.workbench.figures.making import Asked, make_figure

    with opened(context, case) as work:
        asked = Asked(shape, site, event, format_, preset, **named)
        made = make_figure(work, asked, out, ShownProgress())
    _tell(context, made, json=json, case=case)


def _tell(context: typer.Context, made: Written, *, json: bool, case: str | None) -> None:
    say(made.remarks, case_folder(context, case))
    if json:
        print_json({**made.told, "path": str(made.path)})
        return
    stamps = made.told["stamps"]
    typer.echo(f"{made.path}" + (f"   {' · '.join(stamps)}" if stamps else ""))
    if made.told["why"]:
        typer.echo(plain(made.told["why"], 1000))
