"""Web archives of others into custody, page by page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from siteline.cli.common import CaseOption, JsonOption, as_typed, case_folder, opened, print_json
from siteline.model.errors import BadInput, SitelineError

_SHOWN = 10
"""Pages and refusals that are printed before the rest is only counted."""


def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="WARC, ARC or WACZ files.")],
    title: Annotated[str, typer.Option("--title", help="What it is; default: as it calls itself.")] = "",
    obtained: Annotated[
        str,
        typer.Option(
            "--obtained", metavar="DATE", help="When you got the archive: date-time, date, or month; UTC."
        ),
    ] = "",
    licence: Annotated[str, typer.Option("--licence", help="Under which licence; else unknown.")] = "",
    credit: Annotated[str, typer.Option("--credit", help="Whom to credit; else unknown.")] = "",
    note: Annotated[str, typer.Option("--note", help="Anything a later reader should know.")] = "",
    restricted: Annotated[
        str,
        typer.Option(
            "--restricted", metavar="WHY", help="It is confidential, and why; for named readers only."
        ),
    ] = "",
    reader: Annotated[
        list[str] | None,
        typer.Option("--reader", metavar="NAME", help="Who may see it; default: you. Repeatable."),
    ] = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Take web archives in, and every page in them with its address, time, title, text and media."""
    from siteline.workbench.evidence.importing import Wishes, import_archive

    wishes = Wishes(title, obtained, licence, credit, note, restricted, tuple(reader or ()))
    done: list[dict[str, Any]] = []
    refused = 0
    with opened(context, case) as work:
        here = case_folder(context, case)
        for file in files:
            try:
                imported = import_archive(work, file, wishes)
            except SitelineError as error:
                if len(files) == 1:
                    raise
                refused += 1
                typer.echo(f"refused: {file.name}: {error} ({as_typed(error.hint, here)})", err=True)
                continue
            done.append(imported.told)
            if not json:
                _print(imported.told)
        if json:
            print_json(done)
        if refused:
            raise BadInput(
                f"{refused} of {len(files)} archives were refused; {len(done)} are in custody",
                "Each is named above with its reason; what is in custody stays.",
            )


def _print(told: dict[str, Any]) -> None:
    before = " (it was there already; nothing was added)" if told["again"] else ""
    typer.echo(f"{told['id']}  {told['form']}  {told['verdict']}  {told['title'] or told['name']}{before}")
    typer.echo(f"  {told['means']}")
    for page in told["pages"][:_SHOWN]:
        typer.echo(f"  {page['id']}  {page['time'] or 'no time':<20}  {page['url']}  {page['title']}")
    if len(told["pages"]) > _SHOWN:
        typer.echo(f"  ... and {len(told['pages']) - _SHOWN:,} more pages (--json lists all)")
    for name, words in (("refused", "not imported"), ("faulty", "faulty record")):
        for one in told[name][:_SHOWN]:
            place = " ".join(filter(None, (one["where"], one["url"])))
            typer.echo(f"  {words}: {place}: {one['why']}", err=True)
        if told[f"{name}_count"] > _SHOWN:
            typer.echo(f"  ... and {told[f'{name}_count'] - _SHOWN:,} more ({words})", err=True)
