"""Trusted time: ask authorities and calendars about the custody log, follow promises up, list what it amounts to."""

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
)
from siteline.model.errors import CannotTell

ChainOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--chain",
        metavar="FILE",
        help="Certificates of authorities that you vouch for (PEM): root and chain. Repeatable.",
    ),
]
HeadersOption = Annotated[
    Path | None,
    typer.Option(
        "--headers", metavar="FILE", help="Bitcoin block headers: `HEIGHT HEX` lines, or an explorer's JSON."
    ),
]
CalendarOption = Annotated[
    list[str] | None,
    typer.Option(
        "--calendar", metavar="URL", help="An OpenTimestamps calendar; default: the settings'. Repeatable."
    ),
]


def timestamp(
    context: typer.Context,
    authority: Annotated[
        list[str] | None,
        typer.Option(
            "--authority",
            metavar="URL",
            help="A time-stamping authority (RFC 3161); default: the settings'. Name two at least. Repeatable.",
        ),
    ] = None,
    calendar: CalendarOption = None,
    chain: ChainOption = None,
    again: Annotated[
        bool, typer.Option("--again", help="Ask also those who have stamped this state of the log before.")
    ] = False,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Have the custody log dated by others: only a digest of its newest checkpoint leaves the house."""
    from siteline.workbench.evidence.timing import timestamp

    with opened(context, case) as work:
        done = timestamp(work, authority or (), calendar or (), chain or (), again=again)
        if json:
            print_json({"siteline": "times/1", **done.told})
        else:
            _tell(done.told)
        say(done.remarks, case_folder(context, case))
        if not done.holds:
            raise CannotTell(
                f"no proof of checkpoint {done.told['checkpoint']} holds; each attempt is on record with its reason",
                "Ask others: siteline evidence timestamp --authority URL",
            )


def timestamps(
    context: typer.Context,
    chain: ChainOption = None,
    headers: HeadersOption = None,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List what the time proofs of each checkpoint amount to, judged now, offline."""
    from siteline.workbench.evidence.timing import list_times

    with opened(context, case) as work:
        told = list_times(work, moment(as_of), chain or (), headers)
    if json:
        print_json(told)
        return
    for one in told:
        _tell(one)
    if not told:
        typer.echo("the log has no time proof yet; ask for one: siteline evidence timestamp")


def upgrade(
    context: typer.Context,
    calendar: CalendarOption = None,
    headers: HeadersOption = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Ask calendars whether what they promised is in a Bitcoin block by now; some hours later it should be."""
    from siteline.workbench.evidence.promises import tell_upgraded, upgrade_promises

    with opened(context, case) as work:
        made, remarks = upgrade_promises(work, calendar or (), headers)
        if json:
            print_json(tell_upgraded(made))
        else:
            for proof in made:
                typer.echo(
                    f"checkpoint {proof.checkpoint}, rows 1 to {proof.size}: {proof.verdict}: {proof.means}"
                )
            if not made:
                typer.echo("nothing new: what was promised is still only promised")
        say(remarks, case_folder(context, case))


def _tell(one: dict[str, Any]) -> None:
    typer.echo(f"checkpoint {one['checkpoint']}: {one['means']}")
    for proof in one["proofs"]:
        typer.echo(f"  {proof['kind']} {proof['address']}: {proof['verdict']}")
        if proof["verdict"] != "ok":
            typer.echo(f"    {proof['means']}")
        if proof["root"]:
            typer.echo(f"    root: {proof['root']}; {proof['trusted_by']}")
