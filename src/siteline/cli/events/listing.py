"""Events read: all of a site, one with its versions, and how far each preset is to be trusted."""

from __future__ import annotations

from typing import Annotated

import typer

from siteline.cli.common import AsOfOption, CaseOption, JsonOption, moment, opened, print_json, table
from siteline.cli.events.options import EventArgument
from siteline.cli.sites import SiteArgument


def list_(
    context: typer.Context,
    site: SiteArgument,
    all_: Annotated[
        bool, typer.Option("--all", help="Every candidate, and what was not found again.")
    ] = False,
    looks: Annotated[bool, typer.Option("--looks", help="With what each look says.")] = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List the events of a site, and where nothing changed, how well it was seen (--json: GeoJSON)."""
    from siteline.workbench.findings import list_events, tell_events
    from siteline.workbench.survey import answer_site

    with opened(context, case) as work:
        if json:
            print_json(list_events(work, site, every=all_, looks=looks, as_of=moment(as_of)))
            return
        rows = tell_events(work, site, every=all_, as_of=moment(as_of))
        if rows:
            table(rows, ("id", "what", "not visible", "first visible", "area", "zone", "status"))
        else:
            typer.echo(f"no events on record at {site}")
        for answer in answer_site(work, site, moment(as_of)):
            typer.echo(" ".join(answer.sentences))


def presets(
    context: typer.Context,
    site: SiteArgument,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Say what each preset lists at a site, how much of it is expected to be wrong, and what it is expected to miss."""
    from siteline.workbench.survey import describe_foreseen, foresee_presets

    with opened(context, case) as work:
        work.register.get(site, moment(as_of))
        told = [describe_foreseen(found) for found in foresee_presets(work, site, moment(as_of))]
        if json:
            print_json(told)
            return
        for preset in told:
            typer.echo(preset["said"])


def show(
    context: typer.Context,
    site: SiteArgument,
    event: EventArgument,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Show one event: what can be said, its versions, and what people judged."""
    from siteline.workbench.findings import describe_event

    with opened(context, case) as work:
        told = describe_event(work, site, event, moment(as_of))
        if json:
            print_json(told)
            return
        typer.echo(f"{told['id']}  {told['title']}")
        for sentence in told["sentences"]:
            typer.echo(f"  {sentence}")
        for version in told["versions"]:
            typer.echo(f"  version {version['version']}: {version['said']}")
        for judged in told["judgements"]:
            said = f"{judged['status']} by {judged['who']} on {judged['when']}"
            typer.echo(f"  {said} (version {judged['version']}): {judged['why']}")
