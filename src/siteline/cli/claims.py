"""Claims: imported, listed, told, compared; and what people say of their relations and lineages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from siteline.cli.common import (
    AsOfOption,
    CaseOption,
    JsonOption,
    as_typed,
    case_folder,
    moment,
    opened,
    print_json,
    say,
    table,
)
from siteline.model.errors import BadSetting, BadTable
from siteline.model.remark import Remark

app = typer.Typer(no_args_is_help=True, help="Who said what, how surely, and from whom they had it.")

KeyOption = Annotated[
    str | None, typer.Option("--key", metavar="KEY", help="Only this question (claim key).")
]
WhyOption = Annotated[str, typer.Option("--why", help="Your reason; it is kept with your name.")]
_MOST_FAULTS = 50
_MOST_SHOWN = 200


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A CSV table of statements, or of words on them.")
    ],
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Take the good rows; the others go to FILE.rejects.csv.")
    ] = False,
    prefix: Annotated[
        str,
        typer.Option(
            "--prefix", metavar="NAME", help="Goes before each id and lineage: another table uses them too."
        ),
    ] = "",
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Take in a table of statements, all rows or none; twice adds nothing. Prints what each lineage comes to."""
    from siteline.workbench.claims.exporting import import_words, kind_of_table
    from siteline.workbench.claims.importing import import_claims
    from siteline.workbench.claims.question import trace_drift

    with opened(context, case) as work:
        if not file.is_file():
            raise BadSetting(f"no file {file}", "Name a CSV table.")
        try:
            if kind_of_table(file) != "statements":
                count = import_words(work, file)
                print_json([]) if json else typer.echo(f"{count} new words")
                return
            done = import_claims(work, file, lenient=lenient, prefix=prefix)
        except BadTable as error:
            for fault in error.faults[:_MOST_FAULTS]:
                say([Remark(file.name, _plain(str(fault)))], case_folder(context, case))
            raise
        is_large = len(done.keys) > _MOST_SHOWN and not json
        rows = [] if is_large else [row for key in done.keys for row in trace_drift(work, key)]
    for fault in done.faults[:_MOST_FAULTS]:
        say([Remark(file.name, _plain(str(fault)))], case_folder(context, case))
    say(done.remarks, case_folder(context, case))
    if json:
        print_json(rows)
        return
    typer.echo(f"{len(done.added)} statements added, {done.already} were there, {len(done.faults)} refused")
    if done.rejects:
        typer.echo(f"refused rows: {done.rejects}")
    if is_large:
        see = f"{len(done.keys)} questions; see one of them: siteline claims drift --key {done.keys[0]}"
        typer.echo(as_typed(see, case_folder(context, case)))
    _show_drift(rows)


@app.command("list")
def list_(
    context: typer.Context,
    key: KeyOption = None,
    lineage: Annotated[
        str | None, typer.Option("--lineage", metavar="NAME", help="Only this lineage.")
    ] = None,
    stance: Annotated[
        str | None,
        typer.Option("--stance", metavar="S", help="asserts, hedges, denies, no_position, nonresponse, …"),
    ] = None,
    exhibit: Annotated[
        str | None, typer.Option("--exhibit", metavar="ID", help="Only what quotes this exhibit.")
    ] = None,
    withdrawn: Annotated[bool, typer.Option("--withdrawn", help="Withdrawn statements too.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="No more than so many.")] = None,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List statements: id, stance, question, what is claimed, by whom, in which lineage."""
    from siteline.workbench.claims.telling import stance_named, tell_list

    with opened(context, case) as work:
        told = tell_list(
            work,
            moment(as_of),
            key=key,
            lineage=lineage,
            stance=stance_named(stance) if stance else None,
            exhibit_id=work.exhibits.get(exhibit).id if exhibit else None,
            with_withdrawn=withdrawn,
            limit=limit,
        )
    if json:
        print_json(told)
        return
    table(
        [
            (
                t["id"] + (" (withdrawn)" if t["withdrawn"] else ""),
                t["stance"],
                t["claim_key"],
                _value(t),
                _plain(t["attribution"][0]["name"] if t["attribution"] else "")[:40],
                t["lineage"],
            )
            for t in told
        ],
        ("id", "stance", "question", "claimed", "by", "lineage"),
    )


@app.command("show")
def show(
    context: typer.Context,
    what: Annotated[str, typer.Argument(metavar="WHAT", help="A statement, a claim id, or a claim key.")],
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Tell the whole story: words, by whom through whom, lineage, drift, relations, and later words."""
    from siteline.workbench.claims.saying import say_page, say_question
    from siteline.workbench.claims.telling import is_question, tell_page, tell_question

    with opened(context, case) as work:
        until = moment(as_of)
        is_key = is_question(work, what, until)
        if json:
            print_json(tell_question(work, what, until) if is_key else tell_page(work, what, until))
            return
        lines = say_question(work, what, until) if is_key else say_page(work, what, until)
    typer.echo("\n".join(lines))


@app.command("drift")
def drift(
    context: typer.Context,
    key: KeyOption = None,
    lineage: Annotated[
        str | None, typer.Option("--lineage", metavar="NAME", help="Only this lineage.")
    ] = None,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Hold each copy against the origin of its lineage, and name what changed on the way."""
    from siteline.workbench.claims.question import trace_drift

    with opened(context, case) as work:
        rows = trace_drift(work, key, lineage, moment(as_of))
    if json:
        print_json(rows)
    else:
        _show_drift(rows)


@app.command("relate")
def relate(
    context: typer.Context,
    ends: Annotated[
        list[str] | None,
        typer.Argument(metavar="[A KIND B]", help="Say that A does KIND to B, such as: C7 supports C9."),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List relations, by rule and by people.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Say that A does not do KIND to B.")] = False,
    why: WhyOption = "",
    key: KeyOption = None,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List how statements stand to each other, each with its reason; or add or reject a relation yourself."""
    from siteline.workbench.claims.words_said import list_relations, say_relation

    with opened(context, case) as work:
        if ends:
            if len(ends) != 3:
                raise BadSetting(
                    f"{len(ends)} words where A KIND B is wanted",
                    "Such as: siteline claims relate C7 supports C9",
                )
            typer.echo(say_relation(work, ends[0], ends[1], ends[2], why, reject=reject))
            return
        if not listed:
            raise BadSetting("nothing to do", "List them: siteline claims relate --list")
        folder = case_folder(context, case)
        told = list_relations(work, key, moment(as_of), warn=lambda remark: say([remark], folder))
    if json:
        print_json(told)
        return
    for r in told:
        typer.echo(
            _plain(f"{r['a']} {r['kind'].replace('_', ' ')} {r['b'] or '(nothing on record)'}: {r['basis']}")
        )


@app.command("export")
def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder for the tables.")],
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Write all tables of claims as CSV, for another case to import: statements, words, lineages, relations, entailments."""
    from siteline.workbench.claims.exporting import export_claims

    with opened(context, case) as work:
        for file in export_claims(work, folder, moment(as_of)):
            typer.echo(str(file))


def _show_drift(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        values = "; ".join(_ends(v) for v in row["values"]) or "no value"
        typer.echo(
            _plain(
                f"{row['lineage']}  {row['claim_key']}: {row['verdict'].replace('_', ' ')}, "
                f"statements {len(row['statements'])}, corroboration {row['corroboration']}: {values}"
            )
        )
        for change in row["changes"]:
            said = f"{change['statement']} from {change['origin']}, {change['kind'].replace('_', ' ')}: {change['says']}"
            typer.echo(_plain(f"  {said}"))
        for may in row["proposed_as_one_with"]:
            typer.echo(_plain(f"  may be one with {may['lineage']}: {may['basis']}"))


def _value(told: dict[str, Any]) -> str:
    value = told["value"]
    unit = f" {told['unit']}" if value is not None and told["unit"] and not isinstance(value, str) else ""
    return _plain(f"{_ends(value)}{unit}")[:60]


def _ends(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    low, high = (None if end is None else f"{end:.10g}" for end in value)
    if low is None or high is None:
        return (
            f"{low} or more" if low is not None else f"{high} or less" if high is not None else "any number"
        )
    return low if low == high else f"{low} to {high}"


def _plain(text: str) -> str:
    from siteline.workbench.claims.saying import printable

    return printable(text)
