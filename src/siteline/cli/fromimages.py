"""Accepted findings as claims, and those of them whose finding has moved on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

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
    table,
)
from siteline.cli.events.options import EventArgument
from siteline.cli.sites import SiteArgument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siteline.workbench.claims.pixels.filing import Made


def from_event(
    context: typer.Context,
    site: SiteArgument,
    event: EventArgument,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Make claims of an accepted event: the change with its dates, and each size with its 95 % interval."""
    from siteline.workbench.claims.pixels.events import claims_from_event

    with opened(context, case) as work:
        _tell(claims_from_event(work, site, event), json)


def from_size(
    context: typer.Context,
    site: SiteArgument,
    size: Annotated[
        str, typer.Argument(metavar="SIZE", help="Of a size, ratio or capacity on file: its id or start.")
    ],
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Make a claim of a size on file, in the narrowest words that its interval supports."""
    from siteline.workbench.claims.pixels.sizes import claim_from_size

    with opened(context, case) as work:
        _tell([claim_from_size(work, site, size)], json)


def from_function(
    context: typer.Context,
    site: SiteArgument,
    building: Annotated[str, typer.Argument(metavar="BUILDING", help="The building's label.")],
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Make a claim of what a person holds a building to be for: possible or probable, with basis and name."""
    from siteline.workbench.claims.pixels.events import claim_from_function

    with opened(context, case) as work:
        _tell([claim_from_function(work, site, building)], json)


def from_absence(
    context: typer.Context,
    site: SiteArgument,
    why: Annotated[str, typer.Option("--why", help="What you looked at yourself; you sign it.")],
    part: Annotated[
        str,
        typer.Option("--part", metavar="LABEL", help="A building, zone or perimeter; default: all of it."),
    ] = "",
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Make a claim that nothing changed, with the smallest change that could have been seen, and the gaps."""
    from siteline.workbench.claims.pixels.absence import claim_from_absence

    with opened(context, case) as work:
        _tell([claim_from_absence(work, site, part, why)], json)


def stale(
    context: typer.Context,
    site: Annotated[str, typer.Argument(metavar="[SITE]", help="One site; default: all.")] = "",
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List claims from images whose finding has moved on since: a new version, another judgement, a newer survey."""
    from siteline.workbench.claims.pixels.stale import stale_claims, tell_stale

    with opened(context, case) as work:
        told = [tell_stale(found) for found in stale_claims(work, site or None, moment(as_of))]
        if json:
            print_json(told)
            return
        if not told:
            typer.echo("no claim from images needs review")
            return
        table(
            [(s["statement"], s["site"], s["object"], s["what"]) for s in told],
            ("statement", "site", "made from", "what"),
        )
        for one in told:
            typer.echo(f"{one['statement']}: {one['reason']}")
            typer.echo(as_typed(f"  {one['remedy']}", case_folder(context, case)))


def _tell(made: Sequence[Made], json: bool) -> None:
    from siteline.workbench.claims.pixels.filing import tell_made

    told: list[dict[str, Any]] = [tell_made(one) for one in made]
    if json:
        print_json(told)
        return
    for one in told:
        typer.echo(f"{one['statement']}  claim {one['claim']}{'' if one['new'] else ', there already'}")
        typer.echo(f"  {one['quote']}")
