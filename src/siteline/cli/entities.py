"""Things and their names: add them, find them, say which are one, bring them in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from siteline.cli import naming
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
from siteline.cli.naming import EntityArgument, SourceOption

app = typer.Typer(
    help="Things and their names: facilities, organisations, persons, products; which are one, and what binds them.",
    no_args_is_help=True,
)
TypeOption = Annotated[
    str, typer.Option("--type", metavar="T", help="Only things of that type, such as facility or person.")
]


@app.command()
def add(
    context: typer.Context,
    entity_type: Annotated[
        str,
        typer.Argument(
            metavar="TYPE",
            help="facility, building, complex, organisation, person, place, product, product_family, component_type, "
            "vessel, outlet.",
        ),
    ],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its official or usual name.")],
    prop: Annotated[
        list[str] | None,
        typer.Option("--prop", metavar="PROP=VALUE", help="A property, such as country=kp. Repeatable."),
    ] = None,
    source: SourceOption = "",
    lang: Annotated[str, typer.Option("--lang", metavar="L", help="Language of the name, such as ko.")] = "",
    case: CaseOption = None,
) -> None:
    """Add a thing; prints its id. What a structure is for is a claim, not a property: siteline claims."""
    from siteline.workbench.entities.adding import add_entity

    with opened(context, case) as work:
        made, remarks = add_entity(work, entity_type, name, prop or (), source, lang)
    say(remarks, case_folder(context, case))
    typer.echo(made)


app.command("name")(naming.add_name)
app.command("set")(naming.set_prop)


@app.command("import")
def import_entities(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A list of aliases or one of our tables (CSV), or FollowTheMoney (.ijson)."
        ),
    ],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="F",
            help="aliases, ftm, entities, names, statements, edges, judgements or withdrawals; default: what it looks like.",
        ),
    ] = "",
    dataset: Annotated[
        str,
        typer.Option("--dataset", metavar="NAME", help="Under which name it is filed; default: the file's."),
    ] = "",
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Take the good lines; the others go to FILE.rejects.csv.")
    ] = False,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Take in a file: all of it or nothing, and the same file a second time adds nothing."""
    from siteline.workbench.entities.exchanging import import_file

    with opened(context, case) as work:
        told, remarks = import_file(work, file, form=form, dataset=dataset, is_lenient=lenient)
    say(remarks, case_folder(context, case))
    if json:
        print_json(told)
        return
    for what, count in told["added"].items():
        typer.echo(f"{count} {what} added")
    if not told["added"]:
        typer.echo("nothing new")
    if told["rejected"]:
        typer.echo(f"{told['rejected']} lines set aside in {told['rejects']}")


@app.command("list")
def list_all(
    context: typer.Context,
    entity_type: TypeOption = "",
    dataset: Annotated[
        str, typer.Option("--dataset", metavar="NAME", help="Only of that import, or `case`.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=0, help="At most so many; 0: all.")] = 1000,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List the things of the case; what was merged stands once. --type record lists what is kept for other models."""
    from siteline.workbench.entities.looking import list_entities

    with opened(context, case) as work:
        found = list_entities(work, entity_type, dataset, moment(as_of), limit)
    if json:
        print_json(found)
        return
    rows = [(e["id"], e["type"], str(e["names"]), str(len(e["members"])), _flat(e["name"])) for e in found]
    table(rows, ("id", "type", "names", "of", "name"))
    if limit and len(found) >= limit:
        typer.echo(f"the first {limit}; all: --limit 0", err=True)


@app.command()
def show(
    context: typer.Context,
    entity: EntityArgument,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Show all that is known of one thing: names, statements, edges, what mentions it, and who judged what."""
    from siteline.workbench.entities.looking import show_entity

    with opened(context, case) as work:
        found = show_entity(work, entity, moment(as_of))
    if json:
        print_json(found)
        return
    typer.echo(f"{found['id']}  {found['type']}  {_flat(found['name'])}")
    if len(found["members"]) > 1:
        typer.echo(f"judged to be one: {', '.join(member['id'] for member in found['members'])}")
    _show_names(found["names"])
    for each in found["statements"]:
        typer.echo(f"  {each['prop']} = {_flat(each['value'])}{_by(each['origin'], each['dataset'])}")
    for edge in found["edges"]:
        odds = "" if edge["probability"] is None else f", probability {edge['probability']:g}"
        said = f"{_flat(edge['a_name'])} {edge['kind']} {_flat(edge['b_name'])}"
        typer.echo(f"  {said}{odds}{_by(edge['source'], edge['dataset'])}  [{edge['id']}]")
    for each in found["mentions"]:
        words = "; ".join(
            f"{prop}: {', '.join(map(_flat, values))}" for prop, values in each["properties"].items()
        )
        typer.echo(f"  {each['schema']} {each['id']} names it as {each['as']}: {words[:300]}")
    for judged in found["judgements"]:
        said = f"{judged['a']} and {judged['b']} {judged['verdict']}: {_flat(judged['why'])}"
        typer.echo(f"  {judged['created_at'][:10]} {judged['created_by']}: {said}")


@app.command()
def resolve(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A name as it stands in your source.")],
    entity_type: TypeOption = "",
    also: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="PROP=VALUE", help="A second property that should agree. Repeatable."),
    ] = None,
    on: Annotated[
        str,
        typer.Option(
            "--on",
            metavar="DAY",
            help="The day of which the text speaks: a name that held on other days only decides nothing.",
        ),
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 10,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Say which thing a text may name, ranked, with reasons; `KN-23 or KN-24` is a set."""
    from siteline.workbench.entities.looking import resolve_text, tell_found

    with opened(context, case) as work:
        found = resolve_text(
            work, text, entity_type=entity_type, also=also or (), as_of=moment(as_of), on=on, limit=limit
        )
        told = tell_found(work, found, moment(as_of))
    if json:
        print_json(told)
    elif isinstance(told, dict):
        typer.echo("one of:")
        for one in told["set"]:
            typer.echo(f"{one}  {_flat(told['titles'][one])}")
        for part in told.get("unresolved", ()):
            typer.echo(f"not known here: {_flat(part)}")
    elif not told:
        typer.echo("nothing in this case is called so")
    else:
        for match in told:
            typer.echo(
                f"{match['id']}  {match['score']:.2f}  {'' if match['auto'] else 'to be decided  '}{_flat(match['title'])}"
            )
            for reason in match["reasons"]:
                typer.echo(f"    {_flat(reason)}")


for judging in (naming.merge, naming.split, naming.relate, naming.withdraw):
    app.command(judging.__name__)(judging)


@app.command()
def export(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="FILE", help="What to write.")],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="F",
            help="ftm (FollowTheMoney), entities, names, statements, edges, judgements or withdrawals (CSV).",
        ),
    ] = "ftm",
    merged: Annotated[
        bool, typer.Option("--merged", help="FollowTheMoney: what was judged to be one is one entity.")
    ] = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Write a table as CSV, or everything as FollowTheMoney; what came from it goes out as it came."""
    from siteline.workbench.entities.exchanging import export_file

    with opened(context, case) as work:
        count, remarks = export_file(work, out, form, merged=merged, as_of=moment(as_of))
    say(remarks, case_folder(context, case))
    typer.echo(f"{count} rows in {out}")


@app.command()
def spell(
    text: Annotated[str, typer.Argument(metavar="HANGUL", help="A name in Hangul.")],
    person: Annotated[
        bool, typer.Option("--person", help="It is a person's: surname, then given name.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Spell Hangul in Revised Romanisation, McCune–Reischauer and as the DPRK does; needs no case."""
    from siteline.workbench.entities.looking import spellings

    found = spellings(text, is_person=person)
    if json:
        print_json(found)
        return
    for system, spelled in found.items():
        typer.echo(f"{system:<10} {spelled}")


def _show_names(names: list[dict[str, Any]]) -> None:
    rows = [
        (
            _flat(name["text"]),
            name["kind"],
            name["strength"],
            name["lang"] or "-",
            name["system"] or "-",
            _span(name),
            _flat(name["source"] or name["dataset"])[:60],
        )
        for name in names
    ]
    table(rows, ("name", "kind", "strength", "lang", "system", "holds", "source"))


def _span(name: dict[str, Any]) -> str:
    return (
        f"{name['valid_from'] or ''}..{name['valid_to'] or ''}"
        if name["valid_from"] or name["valid_to"]
        else "-"
    )


def _by(source: str, dataset: str) -> str:
    return f"  ({_flat(source or dataset)})"


def _flat(text: str) -> str:
    """A text for the terminal: nothing in it can move the cursor or turn the line."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
