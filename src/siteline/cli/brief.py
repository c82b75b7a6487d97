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
from siteline.model.errors import BadSetting
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
    if told["not_checked"]:
        codes = ", ".join(told["not_checked"])
        typer.echo(
            f"not checked, because their words are not known in {told['language']}: {codes}. A person must look for these."
        )
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
    out: Annotated[
        Path | None,
        typer.Option("--out", help="File to write, or the folder of several; default: in out/."),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORM",
            help="html, pdf, docx, md, jsonld or bibtex; several with commas. Default: html.",
        ),
    ] = None,
    url: Annotated[
        str,
        typer.Option("--url", help="Where it will stand: jsonld then reviews the claims that were rated."),
    ] = "",
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Build a brief so that every sentence can be walked back. Drafts always build, and say so."""
    from siteline.workbench.briefs.standard import build_brief

    if file is not None:
        _build_file(context, file, out, formats or ["html"], url, json=json, case=case)
        return
    if formats not in (None, ["html"]) or url:
        raise BadSetting(
            "the standard brief is HTML alone", "Write a brief of your own: siteline brief new FILE"
        )
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
    context: typer.Context,
    file: Path,
    out: Path | None,
    formats: list[str],
    url: str,
    *,
    json: bool,
    case: str | None,
) -> None:
    from datetime import UTC, datetime

    from siteline.workbench.briefs.building import build_file
    from siteline.workbench.briefs.formats import read_formats

    wanted = read_formats(formats)
    with opened(context, case) as work:
        built = build_file(work, file, out, datetime.now(UTC).date(), ShownProgress(), wanted, url)
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
                "files": [{"format": form, "file": str(at), "sha256": sha} for form, at, sha in built.files],
            }
        )
        return
    for figure, why in built.missing:
        typer.echo(f"{figure}: no picture: {plain(why)}", err=True)
    count = len(built.objections)
    state = (
        f"DRAFT: {count} against it, see siteline brief check"
        if count
        else f"edition {built.number}"
        if built.number
        else "NOT RELEASED"
    )
    for _, at, _ in built.files:
        typer.echo(f"{at}   {state}")


@app.command()
def read(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.docx", help="The Word file that came back.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="The brief's file to write; default: FILE.md beside it. Never replaced."),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--source", help="The text it was made from, where the Word file does not say."),
    ] = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Read an editor's Word file back into the brief: words as changed, every citation kept, or a refusal."""
    from siteline.workbench.briefs.returning import read_back

    written = out or file.with_suffix(".md")
    with opened(context, case) as work:
        brought = read_back(work, file, written, source)
    if json:
        print_json(
            {
                "file": str(written),
                "changed": [{"before": before, "after": after} for before, after in brought.changed],
                "added": list(brought.added),
                "removed": list(brought.removed),
            }
        )
        return
    for name, texts in (("added", brought.added), ("taken out", brought.removed)):
        for text in texts:
            typer.echo(f"{name}: {plain(text)[:160]}")
    typer.echo(
        f"{written}   {len(brought.changed)} sentences changed, {len(brought.added)} added, {len(brought.removed)} taken out"
    )
