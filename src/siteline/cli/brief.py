"""Briefs: the page that says what changed, and what could not be seen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siteline.cli.common import CaseOption, JsonOption, ShownProgress, case_folder, opened, print_json, say

app = typer.Typer(help="Briefs: pages in which every word can be walked back.", no_args_is_help=True)


@app.command()
def build(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; default: out/brief.html.")] = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Build the standard brief of all sites: one HTML file. Drafts always build, and say so."""
    from siteline.workbench.brief import build_brief

    with opened(context, case) as work:
        built = build_brief(work, out, ShownProgress())
        say(built.remarks, case_folder(context, case))
        if json:
            print_json(
                {"file": str(built.path), "sha256": built.sha256, "draft": built.is_draft, "id": built.id}
            )
            return
        typer.echo(f"{built.path}" + ("   DRAFT: not reviewed" if built.is_draft else ""))
