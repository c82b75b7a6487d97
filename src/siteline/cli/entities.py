"""Things and their names: add them, find them, say which are one, bring them in and out."""

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

app = typer.Typer(
    help="Things and their names: facilities, organisations, persons, products; which are one, and what binds them.",
    no_args_is_help=True,
)
EntityArgument = Annotated[
    str, typer.Argument(metavar="ENTITY", help="Its id, the start of it, or a name that only it has.")
]
SourceOption = Annotated[
    str, typer.Option("--source", metavar="S", help="Who says so: an address or an exhibit.")
]
FromOption = Annotated[str, typer.Option("--from", metavar="DAY", help="First day on which it holds.")]
ToOption = Annotated[str, typer.Option("--to", metavar="DAY", help="Last day on which it holds.")]
WhyOption = Annotated[str, typer.Option("--why", help="Your reason; it is kept with your name.")]
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


@app.command("name")
def add_name(
    context: typer.Context,
    entity: EntityArgument,
    text: Annotated[str, typer.Argument(metavar="NAME", help="Another name of it.")],
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            metavar="K",
            help="official, local, translit, translation, codename, designation, abbreviation, former, typo or alias.",
        ),
    ] = "alias",
    strength: Annotated[
        str,
        typer.Option(
            "--strength",
            metavar="S",
            help="strong, weak or never_auto; by default typos and cover names decide nothing, abbreviations are weak.",
        ),
    ] = "",
    lang: Annotated[str, typer.Option("--lang", metavar="L", help="Its language, such as ko.")] = "",
    system: Annotated[
        str,
        typer.Option("--system", metavar="R", help="How it was romanised: RR, MR, DPRK-1992, BGN, press."),
    ] = "",
    since: FromOption = "",
    until: ToOption = "",
    source: SourceOption = "",
    note: Annotated[str, typer.Option("--note", help="What a reader should know of it.")] = "",
    case: CaseOption = None,
) -> None:
    """Give a thing another name, with its kind and source."""
    from siteline.workbench.entities.adding import add_name

    with opened(context, case) as work:
        remarks = add_name(
            work,
            entity,
            text,
            kind=kind,
            strength=strength,
            lang=lang,
            system=system,
            valid_from=since,
            valid_to=until,
            source=source,
            note=note,
        )
    say(remarks, case_folder(context, case))


@app.command("set")
def set_prop(
    context: typer.Context,
    entity: EntityArgument,
    properties: Annotated[list[str], typer.Argument(metavar="PROP=VALUE...", help="Such as country=kp.")],
    source: SourceOption = "",
    case: CaseOption = None,
) -> None:
    """Say something of a thing; a second value stands beside the first, with its own source."""
    from siteline.workbench.entities.adding import set_properties

    with opened(context, case) as work:
        typer.echo(f"{set_properties(work, entity, properties, source)} new statements")


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
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 10,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Say which thing a text may name, ranked, with reasons; `KN-23 or KN-24` is a set."""
    from siteline.workbench.entities.looking import resolve_text, tell_found

    with opened(context, case) as work:
        found = resolve_text(
            work, text, entity_type=entity_type, also=also or (), as_of=moment(as_of), limit=limit
        )
    told = tell_found(found)
    if json:
        print_json(told)
    elif isinstance(told, dict):
        typer.echo(f"one of: {', '.join(told['set'])}")
        for part in told.get("unresolved", ()):
            typer.echo(f"not known here: {_flat(part)}")
    elif not told:
        typer.echo("nothing in this case is called so")
    else:
        for match in told:
            typer.echo(
                f"{match['id']}  {match['score']:.2f}  {'' if match['auto'] else 'to be decided  '}{_flat(match['name'])}"
            )
            for reason in match["reasons"]:
                typer.echo(f"    {_flat(reason)}")


@app.command()
def merge(
    context: typer.Context,
    a: Annotated[str, typer.Argument(metavar="A", help="The id of one.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The id of the other.")],
    why: WhyOption,
    case: CaseOption = None,
) -> None:
    """Judge two things to be one; nothing is moved, and `split` takes it back."""
    from siteline.workbench.entities.adding import merge

    with opened(context, case) as work:
        typer.echo(merge(work, a, b, why))


@app.command()
def split(
    context: typer.Context,
    entity: Annotated[str, typer.Argument(metavar="ENTITY", help="The id of the one that leaves.")],
    why: WhyOption,
    case: CaseOption = None,
) -> None:
    """Judge that a thing is not one with the rest it was merged with; the rest stays together."""
    from siteline.workbench.entities.adding import split

    with opened(context, case) as work:
        rest = split(work, entity, why)
    typer.echo(f"{entity} stands by itself; the rest: {', '.join(rest)}")


@app.command()
def relate(
    context: typer.Context,
    a: EntityArgument,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="part_of, located_in, operates, produces, member_of_family, successor_of, subordinate_to, same_as, not_same_as.",
        ),
    ],
    b: Annotated[str, typer.Argument(metavar="OTHER", help="The other end, named as ENTITY.")],
    source: SourceOption = "",
    since: FromOption = "",
    until: ToOption = "",
    probability: Annotated[
        float | None, typer.Option("--probability", metavar="P", help="That it holds, 0 to 1, as you judge.")
    ] = None,
    note: Annotated[str, typer.Option("--note", help="What a reader should know of it.")] = "",
    case: CaseOption = None,
) -> None:
    """Bind one thing to another, by a source; two sources that differ are two edges. Prints the edge's id."""
    from siteline.workbench.entities.adding import relate

    with opened(context, case) as work:
        made = relate(
            work,
            a,
            kind,
            b,
            source=source,
            valid_from=since,
            valid_to=until,
            probability=probability,
            note=note,
        )
    typer.echo(made)


@app.command()
def withdraw(
    context: typer.Context,
    row: Annotated[
        str, typer.Argument(metavar="ID", help="Of an edge, a name or a statement, as `show --json` has it.")
    ],
    why: WhyOption,
    case: CaseOption = None,
) -> None:
    """Take back an edge, a name or a statement; it stays on record with your reason."""
    from siteline.workbench.entities.adding import withdraw

    with opened(context, case) as work:
        withdraw(work, row, why)


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
    case: CaseOption = None,
) -> None:
    """Write a table as CSV, or everything as FollowTheMoney; what came from it goes out as it came."""
    from siteline.workbench.entities.exchanging import export_file

    with opened(context, case) as work:
        count, remarks = export_file(work, out, form, merged=merged)
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
