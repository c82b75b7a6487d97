"""Stored numbers: those about parts, and those of both ledgers in one list."""

from __future__ import annotations

from typing import Any

import typer

from siteline.cli.common import AsOfOption, CaseOption, JsonOption, moment, opened, print_json
from siteline.cli.ledger.options import InternalOption, QueryArgument, StaleOption
from siteline.cli.ledger.saying import echo, table

app = typer.Typer(
    help="Numbers as stored queries: run again on what is on record now, named where they are stale.",
    no_args_is_help=True,
)


@app.command("list")
def list_(
    context: typer.Context,
    stale: StaleOption = False,
    internal: InternalOption = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List stored queries, and which of them the ledger answers otherwise now."""
    from siteline.workbench.ledger.components.stored import list_queries

    with opened(context, case) as work:
        told = [
            one for one in list_queries(work, moment(as_of), internal=internal) if one["stale"] or not stale
        ]
    if json:
        print_json(told)
        return
    rows = [
        (
            one["id"], one["kind"], one["by"], one["wreck"] or "all", one["edition"], one["edition_now"],
            "stale" if one["stale"] else "",
        )
        for one in told
    ]  # fmt: skip
    table(rows, ("id", "kind", "by", "wreck", "edition", "edition now", ""))


@app.command()
def show(
    context: typer.Context,
    query: QueryArgument,
    internal: InternalOption = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Show one stored query: what was asked, what it answered, and what it gives now."""
    from siteline.workbench.ledger.components.stored import show_query

    with opened(context, case) as work:
        told = show_query(work, query, moment(as_of), internal=internal)
    _say(told, json=json)


@app.command()
def rerun(
    context: typer.Context,
    query: QueryArgument,
    internal: InternalOption = False,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Answer a stored query from what is on record now, and file the answer."""
    from siteline.workbench.ledger.components.stored import run_again

    with opened(context, case) as work:
        told = run_again(work, query, internal=internal)
    _say(told, json=json)


def list_all(
    context: typer.Context,
    stale: StaleOption = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List the stored numbers of both ledgers, and the built briefs that quote them."""
    from siteline.workbench.ledger.queries import all_queries

    with opened(context, case) as work:
        told = all_queries(work, moment(as_of), only_stale=stale)
    if json:
        print_json(told)
        return
    rows = [
        (
            one["id"], one["ledger"], one["kind"], one["about"], one["edition"] or "", "stale" if one["stale"] else "",
            ", ".join(one["quoted_in"]),
        )
        for one in told
    ]  # fmt: skip
    table(rows, ("id", "ledger", "kind", "about", "edition", "", "quoted in"))


def _say(told: dict[str, Any], *, json: bool) -> None:
    if json:
        print_json(told)
        return
    from siteline.workbench.ledger.components.stored import answer_lines

    asked = ", ".join(f"{name} {told[name]}" for name in ("by", "wreck", "value", "of") if told[name])
    echo(f"{told['id']}: {told['kind']}, {asked} ({told['asked_at'][:16]} {told['asked_by']})")
    echo(f"  edition {told['edition']}{'' if not told['stale'] else ' (stale)'}:")
    for line in answer_lines(told["answer"], told["by"]):
        echo(f"    {line}")
    if told["stale"]:
        echo(f"  now, edition {told['edition_now']}:")
        for line in answer_lines(told["answer_now"], told["by"]):
            echo(f"    {line}")
