"""`siteline ledger components duplicates`: rows of two documents that may be one part."""

from __future__ import annotations

from typing import Annotated

import typer

from siteline.cli.common import AsOfOption, CaseOption, JsonOption, moment, opened, print_json
from siteline.cli.ledger.options import InternalOption
from siteline.cli.ledger.saying import echo

app = typer.Typer(
    help="Rows of two documents that may be one part: proposed, and judged by a person.", no_args_is_help=True
)

PartsArgument = Annotated[
    list[str], typer.Argument(metavar="PART...", help="Ids of parts, or six letters of each.")
]
WhyOption = Annotated[str, typer.Option("--why", help="How you know.")]


@app.command("list")
def list_alike(
    context: typer.Context,
    wreck: Annotated[str, typer.Option("--wreck", metavar="W", help="Only this wreck.")] = "",
    internal: InternalOption = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Propose rows that may be one part, with reasons; list what was judged, and what to look at again."""
    from siteline.workbench.ledger.components.judging import propose

    with opened(context, case) as work:
        told = propose(work, wreck, moment(as_of), internal=internal)
    if json:
        print_json(told)
        return
    for one in told["candidates"]:
        a, b = (f"{end['id']} ({end['source']}: {end['label']})" for end in (one["a"], one["b"]))
        echo(f"{one['wreck']}: {a} and {b}: {', '.join(one['reasons'])}")
    for word in told["judgements"]:
        echo(
            f"{word['verdict']}: {' '.join(word['parts'])}: {word['why']} ({word['who']}, {word['at'][:16]})"
        )
    for word in told["look_again"]:
        for row in word["changed"]:
            now = f"changed, now {row['now']}" if row["now"] else "is not on record any more"
            echo(f"look again: {row['id']} {now}; {word['verdict']}: {word['why']} ({word['who']})")
    echo(f"{len(told['candidates'])} proposed, {told['not_shown']} more")


@app.command()
def merge(context: typer.Context, parts: PartsArgument, why: WhyOption, case: CaseOption = None) -> None:
    """Say that rows are one part; it counts once from now on, and `split` takes it back."""
    _judge(context, "same", parts, why, case)


@app.command()
def split(context: typer.Context, parts: PartsArgument, why: WhyOption, case: CaseOption = None) -> None:
    """Say that rows are different parts; the last word on a pair holds."""
    _judge(context, "not_same", parts, why, case)


def _judge(context: typer.Context, verdict: str, said: list[str], why: str, case: str | None) -> None:
    from siteline.workbench.ledger.components.judging import judge

    with opened(context, case) as work:
        filed = judge(work, verdict, said, why)
    held = "one part from now on" if verdict == "same" else "different parts from now on"
    echo(f"{' and '.join(said)}: {held}; judgement {filed}")
