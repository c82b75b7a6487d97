"""Events that a user's own model proposes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siteline.cli.common import (
    CaseOption,
    JsonOption,
    ShownProgress,
    as_typed,
    case_folder,
    opened,
    print_json,
    say,
)
from siteline.cli.sites import SiteArgument


def propose(
    context: typer.Context,
    site: SiteArgument,
    model: Annotated[
        Path, typer.Option("--model", metavar="FILE.onnx", help="Your model; run as a stranger's.")
    ],
    card: Annotated[
        Path | None,
        typer.Option(
            "--card", metavar="FILE", help="What it wants and answers; default: FILE.onnx.toml beside it."
        ),
    ] = None,
    scene: Annotated[
        str | None, typer.Option("--scene", metavar="SCENE", help="The one image to ask it about.")
    ] = None,
    before: Annotated[
        str | None, typer.Option("--before", metavar="SCENE", help="The earlier of two images.")
    ] = None,
    after: Annotated[
        str | None, typer.Option("--after", metavar="SCENE", help="The later of two images.")
    ] = None,
    memory_gb: Annotated[
        float, typer.Option("--memory-gb", help="How much memory its process may take.")
    ] = 4.0,
    seconds: Annotated[
        float, typer.Option("--seconds-per-tile", help="How long it may take for one tile.")
    ] = 60.0,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Ask your own model (ONNX) about images; its answers are proposals that nobody has checked."""
    from siteline.model.slot import Limits
    from siteline.workbench.slot.proposing import Asked, propose_by_model

    with opened(context, case) as work:
        asked = Asked(site, model, card, scene, before, after, Limits(memory_gb, seconds))
        done = propose_by_model(work, asked, ShownProgress())
        here = case_folder(context, case)
        say(done.remarks, here)
        if json:
            print_json(done.told)
            return
        told, by = done.told, done.told["model"]
        typer.echo(
            f"{told['proposed']} proposed by the user's model {by['name']} (sha256 {by['sha256'][:8]}…), "
            f"not checked; {told['new']} of them new"
        )
        if told["too_small"]:
            typer.echo(f"{told['too_small']} places were smaller than the card's smallest_px")
        for event_id in told["events"]:
            typer.echo(f"  {event_id}")
        if told["proposed"]:
            typer.echo(as_typed(f'next: siteline events judge {site} ID accept --why "…"', here))
