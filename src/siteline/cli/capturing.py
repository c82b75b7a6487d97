"""A page into custody, by a browser behind a guard."""

from __future__ import annotations

from typing import Annotated

import typer

from siteline.cli.common import CaseOption, JsonOption, case_folder, opened, print_json, say
from siteline.model.errors import BadSetting

KEPT_BUT_NOT_WHOLE = 3
"""Exit status of a capture that is in custody and is not the whole page."""


def capture(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="The page, as the browser shows its address.")],
    title: Annotated[str, typer.Option("--title", help="What it is; default: the page's own title.")] = "",
    proxy: Annotated[
        str,
        typer.Option(
            "--proxy", metavar="URL", help="Go through this: http://, socks5:// or socks5h://HOST:PORT."
        ),
    ] = "",
    no_proxy: Annotated[
        bool, typer.Option("--no-proxy", help="Go there directly; the site learns this machine's address.")
    ] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            metavar="HOST:PORT",
            help="It may lie on a private network: your own test site. Repeatable.",
        ),
    ] = None,
    graphic: Annotated[
        bool, typer.Option("--graphic", help="Its pictures, films and sounds are graphic: not shown unasked.")
    ] = False,
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
    """Keep a page as a browser sees it: archive, picture, PDF, text, media. Exit 3: kept, but it is not the whole page."""
    from siteline.workbench.evidence.capture_filing import Wish, tell_capture
    from siteline.workbench.evidence.capturing import NO_PROXY, capture_page

    if proxy and no_proxy:
        raise BadSetting("--proxy and --no-proxy are both given", "Give one of the two.")
    wish = Wish(
        url,
        title,
        NO_PROXY if no_proxy else proxy,
        tuple(allow_host or ()),
        graphic,
        restricted,
        tuple(reader or ()),
        licence,
        credit,
        note,
    )
    with opened(context, case) as work:
        captured = capture_page(work, wish)
        if json:
            print_json(tell_capture(captured))
        else:
            exhibit = captured.exhibit
            typer.echo(f"{exhibit.id}  {captured.recognised.outcome}  {exhibit.title or exhibit.source_url}")
            for reason in tell_capture(captured)["reasons"]:
                typer.echo(f"  {reason}")
            for part in captured.parts:
                typer.echo(
                    f"  {part.exhibit.id}  {part.what:<10}  {part.exhibit.bytes:>12,}  {part.exhibit.name}"
                )
        say(captured.remarks, case_folder(context, case))
    if not captured.recognised.is_complete:
        raise typer.Exit(KEPT_BUT_NOT_WHOLE)
