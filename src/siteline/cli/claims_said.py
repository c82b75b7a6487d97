"""What people say of statements and lineages: each word with its reason, and none deleted."""

from __future__ import annotations

from typing import Annotated

import typer

from siteline.cli.common import AsOfOption, CaseOption, JsonOption, moment, opened, print_json
from siteline.model.errors import BadSetting

WhyOption = Annotated[str, typer.Option("--why", help="Your reason; it is kept with your name.")]


def lineage(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[A B]", help="Two lineages.")] = None,
    one: Annotated[bool, typer.Option("--one", help="They are one.")] = False,
    apart: Annotated[bool, typer.Option("--apart", help="They are not, whatever seems so.")] = False,
    why: WhyOption = "",
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List lineages that seem to be one, with what shows it; or decide. The last word counts, and can be taken back."""
    from siteline.workbench.claims.saying import printable
    from siteline.workbench.claims.words_said import list_proposals, say_lineage

    with opened(context, case) as work:
        if names:
            if len(names) != 2 or one == apart:
                raise BadSetting(
                    "name two lineages, and --one or --apart", "See: siteline claims lineage --help"
                )
            say_lineage(work, names[0], names[1], one, why)
            typer.echo(f"{names[0]} and {names[1]} are {'one' if one else 'apart'}")
            return
        told = list_proposals(work, moment(as_of))
    if json:
        print_json(told)
        return
    for p in told:
        typer.echo(
            printable(f"{p['state']}: {p['a']} and {p['b']}, {p['kind'].replace('_', ' ')}: {p['basis']}")
        )


def entail(
    context: typer.Context,
    narrow: Annotated[str, typer.Argument(metavar="NARROW", help="A claim key, such as missiles_fired.")],
    broad: Annotated[str, typer.Argument(metavar="BROAD", help="What it implies, such as transfer.")],
    why: WhyOption,
    undo: Annotated[bool, typer.Option("--undo", help="Take it back.")] = False,
    case: CaseOption = None,
) -> None:
    """Say that whoever denies BROAD denies NARROW with it; such denials are marked "by entailment"."""
    with opened(context, case) as work:
        work.relations.entail(narrow, broad, why, holds=not undo)
    typer.echo(f"{narrow} {'no longer entails' if undo else 'entails'} {broad}")


def withdraw(
    context: typer.Context,
    statement: Annotated[str, typer.Argument(metavar="STATEMENT", help="Its id, or the start of it.")],
    why: WhyOption,
    undo: Annotated[bool, typer.Option("--undo", help="Take it in again.")] = False,
    case: CaseOption = None,
) -> None:
    """Take a statement out of what is shown and counted; it stays on record, with your reason."""
    from siteline.workbench.claims.words_said import withdraw

    with opened(context, case) as work:
        typer.echo(withdraw(work, statement, why, undo=undo))


def evidence(
    context: typer.Context,
    statement: Annotated[str, typer.Argument(metavar="STATEMENT", help="Its id, or the start of it.")],
    exhibit: Annotated[str, typer.Argument(metavar="EXHIBIT", help="What its speaker offers in support.")],
    why: WhyOption,
    case: CaseOption = None,
) -> None:
    """Note an exhibit that a speaker offers in support, such as for a denial that came without any."""
    from siteline.workbench.claims.words_said import give_evidence

    with opened(context, case) as work:
        typer.echo(give_evidence(work, statement, exhibit, why))


def checked(
    context: typer.Context,
    statement: Annotated[str, typer.Argument(metavar="STATEMENT", help="One with a translation.")],
    why: Annotated[str, typer.Option("--why", help="What you found, reading both.")],
    case: CaseOption = None,
) -> None:
    """Note that you read a statement's words and their translation, and what you found."""
    from siteline.workbench.claims.words_said import check_translation

    with opened(context, case) as work:
        typer.echo(check_translation(work, statement, why))
