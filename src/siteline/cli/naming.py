"""Names and bonds that a person adds to things, and what a person judges of their identity."""

from __future__ import annotations

from typing import Annotated

import typer

from siteline.cli.common import CaseOption, case_folder, opened, say

EntityArgument = Annotated[
    str, typer.Argument(metavar="ENTITY", help="Its id, the start of it, or a name that only it has.")
]
SourceOption = Annotated[
    str, typer.Option("--source", metavar="S", help="Who says so: an address or an exhibit.")
]
FromOption = Annotated[str, typer.Option("--from", metavar="DAY", help="First day on which it holds.")]
ToOption = Annotated[str, typer.Option("--to", metavar="DAY", help="Last day on which it holds.")]
WhyOption = Annotated[str, typer.Option("--why", help="Your reason; it is kept with your name.")]


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
