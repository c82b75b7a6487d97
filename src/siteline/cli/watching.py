"""Watched pages: check them, list what was found, confirm it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from siteline.cli.common import (
    AsOfOption,
    CaseOption,
    JsonOption,
    case_folder,
    moment,
    opened,
    print_json,
    say,
    table,
)


def check(
    context: typer.Context,
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[URL|EXHIBIT]...", help="Addresses, or exhibits that say where they were found."
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every address that an exhibit names or that was checked before.")
    ] = False,
    vantage: Annotated[
        str, typer.Option("--vantage", metavar="V", help="From where you look; default: as the settings say.")
    ] = "",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host", metavar="HOST:PORT", help="This one may lie on a private network. Repeatable."
        ),
    ] = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Look at watched pages once, with their site's root and siblings; one verdict each, on record."""
    from siteline.workbench.evidence.watching import check_pages, open_watch_web, tell_checks

    with opened(context, case) as work, open_watch_web(allow_host or ()) as web:
        made = check_pages(
            work,
            targets or (),
            web,
            every=every,
            vantage=vantage,
            tell=(lambda _: None) if json else _say,
            warn=lambda remark: say([remark], case_folder(context, case)),
        )
    if json:
        print_json(tell_checks(made))


def _say(made: dict[str, Any]) -> None:
    typer.echo(f"{made['verdict']:<9}  {made['url']}")
    for reason in made["reasons"]:
        typer.echo(f"           {reason}")


def findings(
    context: typer.Context,
    on_list: Annotated[
        str,
        typer.Option(
            "--list", metavar="URL", help="Instead: what left this watched list page, check by check."
        ),
    ] = "",
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List what the checks add up to: removed, purge, dropped_from_list, site_migrated, site_down; and what they lack."""
    from siteline.workbench.evidence.removals import find, find_on_list, tell_findings

    with opened(context, case) as work:
        until = moment(as_of)
        found = find_on_list(work, on_list, until) if on_list else find(work, until)
        told = tell_findings(work, found, until)
    if json:
        print_json(told)
        return
    table(
        [
            (
                f["id"],
                f["kind"],
                f["state"],
                (f["available_at"] or "unknown")[:16],
                (f["missing_at"] or "unknown")[:16],
                f["subject"],
            )
            for f in told
        ],
        ("id", "kind", "state", "there at", "missing at", "what"),
    )
    for finding in told:
        typer.echo(f"{finding['id']}: {finding['wording']} ({len(finding['checks'])} checks)")
        for lack in finding["lacks"] if finding["state"] != "closed" else ():
            typer.echo(f"  lacks: {lack}")
        for note in finding["notes"]:
            typer.echo(f"  note: {note}")
        for old, new in finding["proposals"][:10]:
            typer.echo(f"  proposed: {old} -> {new}")


def confirm(
    context: typer.Context,
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="Its id, or the start of it.")],
    why: Annotated[str, typer.Option("--why", help="What you looked at, and why it is so.")],
    case: CaseOption = None,
) -> None:
    """Confirm a finding whose other conditions all hold; you sign it."""
    from siteline.workbench.evidence.removals import confirm

    with opened(context, case) as work:
        found = confirm(work, finding, why)
        typer.echo(f"{found.subject}: {found.wording}")
