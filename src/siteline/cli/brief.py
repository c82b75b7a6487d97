"""Briefs: the page that says what changed, and what could not be seen."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

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
from siteline.model.shown import plain

app = typer.Typer(help="Briefs: pages in which every word can be walked back.", no_args_is_help=True)


@app.command()
def new(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, such as brief.md.")],
    site: Annotated[
        list[str] | None, typer.Option("--site", metavar="ID", help="Only this site. Repeatable.")
    ] = None,
    title: Annotated[str, typer.Option("--title", help="Its title; default: the site's name.")] = "",
    case: CaseOption = None,
) -> None:
    """Write a first draft from what is on record, every sentence cited; edit it with any editor."""
    from siteline.workbench.briefs.writing import write_new

    with opened(context, case) as work:
        sentences = write_new(work, file, site or (), title)
    typer.echo(
        f"{file}   {sentences} sentences; next: {as_typed(f'siteline brief check {file}', case_folder(context, case))}"
    )


@app.command()
def check(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The brief's Markdown file.")],
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Name every sentence that breaks a rule: what it rests on is read and hashed again. Exit 1 if there is one."""
    from siteline.workbench.briefs.checking import check_brief

    with opened(context, case) as work:
        checked = check_brief(work, file)
    if json:
        print_json(checked.as_dict())
    else:
        _say_checked(checked.as_dict(), file)
    if not checked.is_ok:
        raise typer.Exit(1)


def _say_checked(told: dict[str, Any], file: Path) -> None:
    for found in told["findings"]:
        where = f"{file}:{found['line']}" if found["line"] else str(file)
        typer.echo(f"{where}: {found['code']}: {plain(found['message'])}")
        if found["text"]:
            typer.echo(f"    {plain(found['text'])[:160]}")
    count = len(told["findings"])
    said = "nothing stands against it" if told["ok"] else f"{count} {'finding' if count == 1 else 'findings'}"
    typer.echo(f"{told['sentences']} sentences, {told['figures']} figures: {said}")


@app.command()
def build(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="A written brief; without it: the standard brief of all sites."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; default: in out/.")] = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Build a brief as one HTML file that walks every sentence back. Drafts always build, and say so."""
    from siteline.workbench.briefs.standard import build_brief

    if file is not None:
        _build_file(context, file, out, json=json, case=case)
        return
    with opened(context, case) as work:
        built = build_brief(work, out, ShownProgress())
        say(built.remarks, case_folder(context, case))
        if json:
            print_json(
                {"file": str(built.path), "sha256": built.sha256, "draft": built.is_draft, "id": built.id}
            )
            return
        typer.echo(f"{built.path}" + ("   DRAFT: not reviewed" if built.is_draft else ""))


def _build_file(
    context: typer.Context, file: Path, out: Path | None, *, json: bool, case: str | None
) -> None:
    from datetime import UTC, datetime

    from siteline.workbench.briefs.building import build_file

    with opened(context, case) as work:
        built = build_file(work, file, out, datetime.now(UTC).date(), ShownProgress())
    if json:
        told = [{"figure": figure, "why": why} for figure, why in built.missing]
        print_json(
            {
                "file": str(built.path),
                "sha256": built.sha256,
                "id": built.id,
                "draft": built.is_draft,
                "edition": built.number or None,
                "open": len(built.objections),
                "figures_missing": told,
            }
        )
        return
    for figure, why in built.missing:
        typer.echo(f"{figure}: no picture: {plain(why)}", err=True)
    count = len(built.objections)
    said = (
        f"DRAFT: {count} against it, see siteline brief check"
        if count
        else f"edition {built.number}"
        if built.number
        else "NOT RELEASED"
    )
    typer.echo(f"{built.path}   {said}")
