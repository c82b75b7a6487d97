"""`siteline ledger components regimes`: sanction lists, and which makers may be on them."""

from __future__ import annotations

from pathlib import Path
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
from siteline.cli.ledger.options import InternalOption
from siteline.model.dates import parse_acquired

app = typer.Typer(
    help="Sanction lists: load them, and hold makers against them, with dates.", no_args_is_help=True
)


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A list; of programmes also a folder.")],
    format_: Annotated[
        str,
        typer.Option(
            "--format", help="eu-journal, ftm (JSON lines), goods (customs codes), or programmes (YAML)."
        ),
    ],
    edition_date: Annotated[
        str | None, typer.Option("--edition-date", metavar="DAY", help="The day on which the list was drawn.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="Name of the list; default: of the file.")] = "",
    lenient: Annotated[bool, typer.Option("--lenient", help="Leave out lines that cannot be read.")] = False,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Load one edition of a list, or what regimes are called."""
    from siteline.workbench.ledger.components.listings import import_list

    day = parse_acquired(edition_date).last_day if edition_date else None
    with opened(context, case) as work:
        told = import_list(work, file, format_, day, name, lenient=lenient)
    say(told.pop("remarks"), case_folder(context, case))
    if json:
        print_json(told)
        return
    left = ", ".join(f"{count} {kind}" for kind, count in told["left_out"].items())
    typer.echo(
        f"{told['edition'] or 'programmes'}: {told['entries']} entries, {told['new']} new"
        + (f"; not loaded, as they make no parts: {left}" if left else "")
    )


@app.command("list")
def list_(
    context: typer.Context, json: JsonOption = False, as_of: AsOfOption = None, case: CaseOption = None
) -> None:
    """List the editions that are loaded."""
    from siteline.workbench.ledger.components.listings import list_regimes

    with opened(context, case) as work:
        told = list_regimes(work, moment(as_of))
    if json:
        print_json(told)
        return
    table(
        [
            (
                r["name"],
                r["as_of"],
                r["format"],
                str(r["entries"]),
                "; ".join(_titles(r)),
            )
            for r in told
        ],
        ("list", "of", "format", "entries", "regimes"),
    )


@app.command("match")
def match(
    context: typer.Context,
    maker: Annotated[str | None, typer.Argument(metavar="[MAKER]", help="Only this one.")] = None,
    least: Annotated[
        float, typer.Option("--least", min=50, max=100, help="Score from which a name is proposed.")
    ] = 86.0,
    internal: InternalOption = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Hold makers against the lists: proposed names with scores and reasons, and in which order the dates stand."""
    from siteline.workbench.ledger.components.listings import match_makers

    with opened(context, case) as work:
        told = match_makers(work, maker or "", moment(as_of), internal=internal, least=least)
    if json:
        print_json(told)
        return
    for row in told["makers"]:
        typer.echo(f"{row['maker']} ({row['parts']} part{'' if row['parts'] == 1 else 's'}): {row['said']}")
        for found in row["matches"]:
            typer.echo(
                f"  {found['verdict']:<9} {found['listing'] or '-'}  {found['matched']}  score {found['score']:g}"
            )
            typer.echo(f"            {'; '.join(found['reasons'])}")
            typer.echo(
                f"            {found['legal_act']}; {found['measure']}; from {found['since'] or 'a day not given'}"
            )
            for said in dict.fromkeys(part["said"] for part in found["parts"]):
                typer.echo(f"            {said}")
    for goods in told["goods"]:
        typer.echo(
            f"goods {goods['goods_code']} (wreck {goods['wreck']}): {goods['legal_act']}; {goods['said']}"
        )
    typer.echo(f"lists: {'; '.join(told['editions'])}")
    typer.echo(told["says"])


@app.command()
def judge(
    context: typer.Context,
    maker: Annotated[str, typer.Argument(metavar="MAKER", help="As the ledger names it.")],
    listing: Annotated[str, typer.Argument(metavar="LISTING", help="Its id, from match.")],
    verdict: Annotated[str, typer.Argument(metavar="VERDICT", help="same, different or unsure.")],
    why: Annotated[str, typer.Option("--why", help="How you know.")],
    case: CaseOption = None,
) -> None:
    """Say whether a maker is the listed company; you sign it."""
    from siteline.workbench.ledger.components.listings import judge as file_word

    with opened(context, case) as work:
        typer.echo(f"{maker} / {file_word(work, maker, listing, verdict, why)}: {verdict}")


def _titles(row: dict[str, Any]) -> list[str]:
    return [str(programme["title"] or programme["key"]) for programme in row["programmes"][:3]]
