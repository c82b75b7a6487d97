"""`siteline ledger components`: parts that were found, who made them, where, when, who says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
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
from siteline.cli.ledger import alike, pictures, questions, regimes
from siteline.cli.ledger.options import InternalOption
from siteline.model.dates import parse_acquired
from siteline.model.interval import Period

app = typer.Typer(
    help="Parts that were found: who made them, where, when, who says so.", no_args_is_help=True
)
app.add_typer(regimes.app, name="regimes")
app.add_typer(alike.app, name="duplicates")
app.add_typer(questions.app, name="queries")
app.command("picture")(pictures.picture)

WreckOption = Annotated[str, typer.Option("--wreck", metavar="W", help="Only this wreck.")]
ByOption = Annotated[
    str,
    typer.Option(
        "--by", help="label, brand, manufacturer, seat, made-in, exporter, or parent (with --state-at)."
    ),
]
WeaponOption = Annotated[
    str,
    typer.Option(
        "--weapon", metavar="W", help="Wrecks of this weapon; one of a set counts at the upper end."
    ),
]
SourceOption = Annotated[str, typer.Option("--source", metavar="S", help="As this source lists them.")]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="DAY", help="Recovered on this day or later.")
]
ToOption = Annotated[str | None, typer.Option("--to", metavar="DAY", help="Recovered before this day.")]
ForeignOption = Annotated[
    bool, typer.Option("--foreign", help="Without parts made in the weapon's own country.")
]
HomeOption = Annotated[
    str,
    typer.Option(
        "--home", metavar="COUNTRY", help="The weapon's own country, where the ledger does not say."
    ),
]
StateOption = Annotated[
    str | None, typer.Option("--state-at", metavar="DAY", help="Seats and parents as they were on that day.")
]


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A table (docs/reference/components.md).")],
    format_: Annotated[
        str,
        typer.Option(
            "--format", help="csv (parts), companies (seats and successions), or claims (public figures)."
        ),
    ] = "csv",
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Take the good lines; write the others to FILE.rejects.csv.")
    ] = False,
    encoding: Annotated[
        str, typer.Option("--encoding", help="If it is neither UTF-8 nor marked: cp1251, cp1252 …")
    ] = "",
    wreck: Annotated[
        str, typer.Option("--wreck", metavar="W", help="Of claims: the wreck that the figures are of.")
    ] = "",
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Take in a table of parts, of companies by date, or of public figures; all of it or nothing."""
    from siteline.workbench.ledger.components.importing import import_table

    with opened(context, case) as work:
        taken = import_table(work, file, format_, lenient=lenient, encoding=encoding, wreck=wreck)
    say(taken.remarks, case_folder(context, case))
    if json:
        print_json(
            {
                "rows": taken.rows,
                "new": taken.new,
                "rejected": taken.rejected,
                "repeated": taken.repeated,
                "edition": taken.edition,
                "sha256": taken.sha256,
                "rejects": str(taken.rejects) if taken.rejects else None,
            }
        )
        return
    typer.echo(f"{taken.rows} rows, {taken.new} new; ledger edition {taken.edition}")
    if taken.rejects:
        typer.echo(f"{taken.rejected} lines rejected: {taken.rejects}")


@app.command("list")
def list_(
    context: typer.Context,
    wreck: WreckOption = "",
    maker: Annotated[
        str, typer.Option("--maker", metavar="M", help="Only this brand or maker: a name, or an entity's id.")
    ] = "",
    figures: Annotated[bool, typer.Option("--figures", help="Instead: figures that sources state.")] = False,
    internal: InternalOption = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List parts as each source tells of them."""
    from siteline.workbench.ledger.components.listing import list_parts, list_tallies

    with opened(context, case) as work:
        told = (
            list_tallies(work, moment(as_of))
            if figures
            else list_parts(work, wreck, moment(as_of), internal=internal, maker=maker)
        )
    if json:
        print_json(told)
    elif figures:
        _table(told, ("id", "wreck", "key", "low", "high", "not_before", "source"))
    else:
        _table(
            told,
            (
                "id",
                "wreck",
                "item",
                "label",
                "manufacturer",
                "seat_country",
                "made_in",
                "date_code",
                "source",
            ),
        )


@app.command()
def show(
    context: typer.Context,
    part: Annotated[str, typer.Argument(metavar="PART", help="Its id, or six letters of it.")],
    internal: InternalOption = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Show one part: what its source says, how its date code reads, what its maker was at the time."""
    from siteline.workbench.ledger.components.listing import show_part

    with opened(context, case) as work:
        told = show_part(work, part, moment(as_of), internal=internal)
    if json:
        print_json(told)
        return
    for name, value in told.items():
        if value not in (None, [], ""):
            typer.echo(f"{name:<20} {_cell(value)}")


@app.command()
def count(
    context: typer.Context,
    by: ByOption = "manufacturer",
    wreck: WreckOption = "",
    weapon: WeaponOption = "",
    source: SourceOption = "",
    since: FromOption = None,
    until: ToOption = None,
    foreign: ForeignOption = False,
    home: HomeOption = "",
    state_at: StateOption = None,
    internal: InternalOption = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Count parts by one field: so many identified of so many examined."""
    from siteline.workbench.ledger.components.counting import ask, count_parts

    asked = ask(
        by=by, wreck=wreck, weapon=weapon, source=source, since=since, until=until, foreign=foreign, home=home,
        state_at=state_at,
    )  # fmt: skip
    with opened(context, case) as work:
        told = count_parts(work, asked, moment(as_of), internal=internal)
    if json:
        print_json(told)
        return
    table([(row["value"], _span(row)) for row in told["bins"]], (told["by"], "parts"))
    typer.echo(
        f"{_span(told['identified'])} identified of {_span(told['examined'])} examined; "
        f"{_span(told['distinct'])} different"
    )
    if told["counterfeit"]["upper"]:
        typer.echo(f"counterfeit, in no total of makers or countries: {_span(told['counterfeit'])}")
    if foreign:
        typer.echo(f"made in the weapon's own country, left out: {_span(told['own_country'])}")
    _foot(told)


@app.command()
def share(
    context: typer.Context,
    value: Annotated[
        str, typer.Option("--value", metavar="V", help="Whose share: a country, a maker, a label.")
    ],
    of: Annotated[str, typer.Option("--of", help="identified or examined.")],
    by: ByOption = "seat",
    wreck: WreckOption = "",
    weapon: WeaponOption = "",
    source: SourceOption = "",
    since: FromOption = None,
    until: ToOption = None,
    foreign: ForeignOption = False,
    home: HomeOption = "",
    state_at: StateOption = None,
    internal: InternalOption = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Say what share of the parts one value has, of what is identified or of what was examined."""
    from siteline.workbench.ledger.components.counting import ask, share_parts

    asked = ask(
        by=by, wreck=wreck, weapon=weapon, source=source, since=since, until=until, foreign=foreign, home=home,
        state_at=state_at,
    )  # fmt: skip
    with opened(context, case) as work:
        told = share_parts(work, asked, value, of, moment(as_of), internal=internal)
    if json:
        print_json(told)
        return
    typer.echo(told["said"])
    _foot(told)


@app.command()
def dates(
    context: typer.Context,
    wreck: WreckOption = "",
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Say before when each weapon was not assembled, by its date codes, and on which parts that rests."""
    from siteline.workbench.ledger.components.counting import date_parts

    with opened(context, case) as work:
        told = date_parts(work, wreck, moment(as_of))
    if json:
        print_json(told)
        return
    for row in told:
        if row["not_before"]:
            typer.echo(
                f"{row['wreck']}: assembled not before {row['not_before']} ({'; '.join(row['rests_on'][:4])})"
            )
            typer.echo(f"  without that: not before {row['without_them'] or 'any day known'}")
            typer.echo(
                f"  {_span(row['coded'])} of {_span(row['examined'])} parts carry a code that can be read; "
                f"{row['ambiguous']} read in more than one way, {row['unread']} in none; {row['left_out']} counterfeits "
                "and clones left out"
            )
        for one in row["stated"]:
            typer.echo(
                f"{row['wreck']}: {one['source']} says: assembled not before {one['not_before']} ({one['claim']})"
            )
            if one["with_code"] and one["within"]:
                years = "–".join(map(str, one["years"]))
                typer.echo(
                    f"  {_percent(one['with_code'])} of the parts had codes, {_percent(one['within'])} of those from "
                    f"{years}: {_percent(one['of_all'])} of all"
                )
            typer.echo(f"  {one['agrees']}")


@app.command()
def reconcile(
    context: typer.Context,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Hold public figures about parts against each other, and against the parts on record."""
    from siteline.workbench.ledger.components.counting import reconcile_parts

    with opened(context, case) as work:
        told = reconcile_parts(work, moment(as_of))
    if json:
        print_json(told)
        return
    for row in told:
        typer.echo(f"{row['verdict']:<12} {row['a']}  |  {row['b']}")
        typer.echo(f"             {row['why']}" + (f"; quote {row['prefer']}" if row["prefer"] else ""))
    if not told:
        typer.echo("no two figures are of one kind, and none can be held against parts on record")


@app.command()
def withdraw(
    context: typer.Context,
    part: Annotated[str, typer.Argument(metavar="ID", help="Of a part or a stated figure.")],
    why: Annotated[str, typer.Option("--why", help="The reason; it stays on record.")],
    case: CaseOption = None,
) -> None:
    """Take a part or a stated figure out of all counts from now on; it stays on record."""
    from siteline.workbench.ledger.components.listing import withdraw as take_out

    with opened(context, case) as work:
        typer.echo(f"withdrawn: {take_out(work, part, why)[:12]}")


@app.command()
def reply(
    context: typer.Context,
    company: Annotated[
        str | None, typer.Argument(metavar="[COMPANY]", help="Its name, as in the ledger; without: list all.")
    ] = None,
    asked: Annotated[str | None, typer.Option("--asked", metavar="DAY", help="When it was asked.")] = None,
    channel: Annotated[
        str, typer.Option("--channel", help="How it was asked: e-mail to the press office …")
    ] = "",
    answer: Annotated[str | None, typer.Option("--answer", metavar="TEXT", help="What it answered.")] = None,
    no_answer: Annotated[
        str | None, typer.Option("--no-answer", metavar="DAY", help="No answer had come by this day.")
    ] = None,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Record that a company was asked, and what it said; only then is it named in publication."""
    from siteline.workbench.ledger.components.listing import list_replies, note_reply

    with opened(context, case) as work:
        if company is None:
            told: Any = list_replies(work, moment(as_of))
        else:
            told = note_reply(work, company, _day(asked), channel, answer, _day(no_answer))
    if json:
        print_json(told)
    elif company is None:
        typer.echo("note: this list is for the desk: it names who is not named in publication", err=True)
        _table(told, ("company", "shown_as", "asked_at", "channel", "on_record"))
    else:
        named = (
            "it may be named now"
            if told["on_record"]
            else "it is not named until it answers, or the time is up"
        )
        typer.echo(f"{told['company']}: asked on {told['asked_at']} by {told['channel']}; {named}")


@app.command()
def export(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Default: out/parts.csv in the case.")
    ] = None,
    internal: InternalOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Write the parts as CSV: for publication, or with --internal such that it reads back without loss."""
    from siteline.workbench.ledger.components.listing import export as write

    with opened(context, case) as work:
        path, parts, withheld = write(work, out, moment(as_of), internal=internal)
    typer.echo(f"{path}: {parts} parts" + (f"; {withheld} companies not named yet" if withheld else ""))


def _table(rows: list[dict[str, Any]], heads: tuple[str, ...]) -> None:
    table([tuple(_cell(row[head]) for head in heads) for row in rows], heads)


def _foot(told: Mapping[str, Any]) -> None:
    typer.echo(told["definition"])
    for one in told["stands_on"]:
        listed = f", {one['list']}" if one["list"] else ""
        when = _days(one["recovered"]) if one["recovered"] else "undated"
        lacks = f"; does not give: {', '.join(one['lacks'])}" if one["lacks"] else ""
        typer.echo(
            f"  {one['wreck']} ({when}): {one['source']}{listed}, {one['published'] or 'undated'}{lacks}"
        )
    for note in told["notes"]:
        typer.echo(f"note: {note}", err=True)
    typer.echo(f"ledger edition {told['edition']}" + (f"; query {told['query']}" if told["query"] else ""))


def _days(told: Mapping[str, str | None]) -> str:
    first, last = (date.fromisoformat(day) if day else None for day in (told["first"], told["last"]))
    return str(Period(first, last))


def _span(told: Mapping[str, Any]) -> str:
    low, high = told["lower"], told["upper"]
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def _percent(ends: list[float]) -> str:
    low, high = (f"{100 * end:.1f}".removesuffix(".0") for end in ends)
    if low == high:
        return f"{low} %"
    return f"at least {low} %" if ends[1] >= 1 else f"{low}–{high} %"


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_cell(one)}" for name, one in value.items())
    if isinstance(value, list):
        return "; ".join(
            ", ".join(f"{k.replace('_', ' ')} {_cell(v)}" for k, v in one.items() if v is not None)
            if isinstance(one, dict)
            else str(one)
            for one in value
        )
    return str(value)


def _day(text: str | None) -> Any:
    return parse_acquired(text).last_day if text else None
