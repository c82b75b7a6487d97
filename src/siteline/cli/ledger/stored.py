"""Stored queries, editions, and proposals of duplicates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from siteline.cli.common import AsOfOption, CaseOption, JsonOption, moment, opened, print_json
from siteline.cli.ledger.options import FromOption, QueryArgument, StaleOption, ToOption, WeaponsOption
from siteline.cli.ledger.saying import echo, table
from siteline.model.errors import BrokenCustody

queries = typer.Typer(
    help="Numbers as stored queries: re-run on a new edition, named where they are stale.",
    no_args_is_help=True,
)
editions = typer.Typer(help="Editions of data sets, and what changed between two.", no_args_is_help=True)
duplicates = typer.Typer(
    help="Reports that may be of one incident: proposed, and judged by a person.", no_args_is_help=True
)


@queries.command("list")
def list_queries(
    context: typer.Context,
    stale: StaleOption = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List stored queries with their number, and what the newest edition gives."""
    from siteline.workbench.ledger import stored

    with opened(context, case) as work:
        found = [one for one in stored.look_all(work, moment(as_of)) if one.is_stale or not stale]
        told = stored.tell(work, found)
    if json:
        print_json(told)
        return
    table(
        [
            (
                one["id"],
                one["kind"],
                one["asked"].get("weapon") or "all",
                f"{one['asked'].get('from', '')} {one['asked'].get('to', '')}".strip(),
                one["edition"] or "",
                "stale" if one["stale"] else "",
            )
            for one in told
        ],
        ("id", "kind", "weapon", "window", "edition", ""),
    )
    for one in told:
        if one["stale"]:
            echo(f"{one['id']}: {one['value']} in {one['edition']}, now {_now(one)}")


def _now(one: dict[str, Any]) -> str:
    return one["trouble"] or f"{one['newest_value']} in {one['newest_edition']}"


@queries.command()
def show(
    context: typer.Context,
    query: QueryArgument,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Show one stored query: what was asked, each answer with its edition, and what it gives now."""
    from siteline.workbench.ledger import stored

    with opened(context, case) as work:
        [told] = stored.tell(work, [stored.look(work, query, moment(as_of))])
    if json:
        print_json(told)
        return
    echo(f"{told['id']}: {told['kind']} {told['asked']}")
    for answer in told["answers"]:
        echo(f"  {answer['at'][:16]} {answer['by']}: {answer['value']} (edition {answer['edition']})")
    echo(f"  now: {_now(told)}{' (stale)' if told['stale'] else ''}")


@queries.command()
def rerun(
    context: typer.Context,
    query: QueryArgument,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Answer a stored query from the newest edition, and file the answer."""
    from siteline.workbench.ledger import stored

    with opened(context, case) as work:
        answer = stored.run_again(work, query)
        told = stored.tell(work, [stored.look(work, query)])[0]
    if json:
        print_json(answer)
        return
    echo(f"{told['id']}: {told['value']} in edition {told['edition']}")


@editions.command("list")
def list_editions(
    context: typer.Context,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List the editions that were imported, by data set."""
    from siteline.workbench.ledger import reports

    with opened(context, case) as work:
        told = reports.list_editions(work, work.incidents.editions(moment(as_of)))
    if json:
        print_json(told)
        return
    table(
        [
            (
                e["dataset"],
                e["edition"],
                e["format"],
                str(e["rows"]),
                e["data_as_of"] or "unknown",
                e["sha256"][:12],
            )
            for e in told
        ],
        ("data set", "edition", "format", "rows", "as of", "sha256"),
    )


@editions.command()
def diff(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="An edition.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="A later one of the same data set.")],
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List the rows that were added, removed and changed between two editions, and by what they were matched."""
    from siteline.workbench.ledger import reports

    with opened(context, case) as work:
        pair = [work.incidents.edition(said, moment(as_of)) for said in (old, new)]
        told = reports.compare_editions(work, *pair)
    if json:
        print_json(told)
        return
    echo(
        f"{told['same']} rows the same, {len(told['added'])} added, {len(told['removed'])} removed, "
        f"{len(told['changed'])} changed; matched by {'; then '.join(told['matched_by'])}"
    )
    echo(
        f"launched, all classes: {told['old']['launched']} in {told['old']['edition']}, "
        f"{told['new']['launched']} in {told['new']['edition']}"
    )
    for sign, name in (("+", "added"), ("-", "removed")):
        for one in told[name]:
            echo(
                f"{sign} {one['id']}  {one['day']}  {one['class']}  {_number(one['launched'])}  {one['place']}"
            )
    for one in told["changed"]:
        what = "; ".join(f"{column}: {c['old']!r} -> {c['new']!r}" for column, c in one["columns"].items())
        echo(f"~ {one['new']}  {one['day']}  {one['class']}  {what}")


@editions.command()
def verify(
    context: typer.Context,
    edition: Annotated[str, typer.Argument(metavar="EDITION", help="An edition.")],
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Read the kept file of an edition again, and compare every row and sum with it; exit 1 if any differs."""
    from siteline.workbench.ledger.importing import verify_edition

    with opened(context, case) as work:
        known = work.incidents.edition(edition, moment(as_of))
        found = verify_edition(work, known)
    if json:
        print_json({"ok": not found, "edition": known.name, "dataset": known.dataset, "findings": found})
    else:
        for said in found:
            echo(said)
        echo(f"{known.label}: {'intact' if not found else f'{len(found)} differences'}, {known.rows} rows")
    if found:
        raise BrokenCustody(
            f"{known.label} differs from its kept file in {len(found)} places",
            "Do not cite its numbers. Import the file anew into another case: siteline ledger incidents export --original",
        )


@duplicates.command("list")
def list_duplicates(
    context: typer.Context,
    start: FromOption = None,
    until: ToOption = None,
    edition: Annotated[
        list[str] | None,
        typer.Option(
            "--edition", metavar="NAME", help="Which editions, within and between; default: the newest."
        ),
    ] = None,
    weapons: WeaponsOption = None,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Propose reports that may be of one incident, with reasons; a person puts them together or keeps them apart."""
    from siteline.workbench.ledger import reports, sources

    with opened(context, case) as work:
        picked = [sources.pick_edition(work, name, as_of=moment(as_of)) for name in edition or [""]]
        words = sources.words_of(work, Path(weapons) if weapons else None)
        ends = sources.given_days(start, until)
        told = reports.propose_duplicates(work, picked, words, *ends)
    if json:
        print_json(told)
        return
    for one in told["candidates"]:
        echo(f"{one['a']} {one['b']}  {one['day']}  {one['place']}: {', '.join(one['reasons'])}")
    for word in told["judgements"]:
        echo(
            f"{word['verdict']}: {' '.join(word['reports'])}: {word['why']} ({word['who']}, {word['at'][:16]})"
        )
    for word in told["look_again"]:
        echo(
            f"look again: {' '.join(word['changed'])} not in this edition as they were; {word['verdict']}: "
            f"{word['why']} ({word['who']})"
        )
    if told["not_looked_at"]:
        echo(f"up to {told['not_looked_at']:,} pairs were not looked at; ask for fewer days: --from, --to")
    by = told["rules"]
    echo(
        f"{len(told['candidates'])} proposed, {told['not_shown']} more; proposed are reports at most {by['days']} day(s) and "
        f"{by['km']:g} km apart, or with words at least {by['text']:g} alike; of reports over at most {by['longest_days']} days"
    )


@duplicates.command()
def merge(
    context: typer.Context,
    reports: Annotated[list[str], typer.Argument(metavar="REPORT...", help="Ids of reports.")],
    why: Annotated[str, typer.Option("--why", help="How you know.")],
    case: CaseOption = None,
) -> None:
    """Say that reports are of one incident; it counts once from now on, and `split` takes it back."""
    _judge(context, "same", reports, why, case)


@duplicates.command()
def split(
    context: typer.Context,
    reports: Annotated[list[str], typer.Argument(metavar="REPORT...", help="Ids of reports.")],
    why: Annotated[str, typer.Option("--why", help="How you know.")],
    case: CaseOption = None,
) -> None:
    """Say that reports are of different incidents; the last word on a pair holds."""
    _judge(context, "not_same", reports, why, case)


def _judge(context: typer.Context, verdict: str, said: list[str], why: str, case: str | None) -> None:
    from siteline.workbench.ledger import reports

    with opened(context, case) as work:
        filed = reports.judge(work, verdict, said, why)
    held = "of one incident from now on" if verdict == "same" else "of different incidents from now on"
    echo(f"{' and '.join(said)}: {held}; judgement {filed}")


def _number(value: int | None) -> str:
    return "unknown" if value is None else str(value)
