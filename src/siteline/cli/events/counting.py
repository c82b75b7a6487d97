"""What a person counted, as part of the events of a site: filed, and listed over time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from siteline.cli.sites import SiteArgument
from siteline.model.shown import plain

if TYPE_CHECKING:
    from siteline.workbench.activity.counting import Asked


def counts(
    context: typer.Context,
    site: SiteArgument,
    what: Annotated[str, typer.Option("--what", help='Only this: "rail wagons".')] = "",
    zone: Annotated[
        str, typer.Option("--zone", help="Only there: a part's label, or a drawn area's name.")
    ] = "",
    all_: Annotated[
        bool, typer.Option("--all", help="With counts that were rejected or counted anew.")
    ] = False,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write them as a table, too.")
    ] = None,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List what people counted, over dates, with ranges, gaps, and what the ranges let you say."""
    from siteline.workbench.activity.listing import describe_counts, series_of, table_of, tell_counts
    from siteline.workbench.files import write_derived

    with opened(context, case) as work:
        known = series_of(work, site, what, zone, moment(as_of))
        if csv is not None:
            written = write_derived(work, csv, "", table_of(known).encode("utf-8", "replace"))
            typer.echo(f"wrote {written}", err=json)
        if json:
            print_json(describe_counts(work, site, what, zone, every=all_, as_of=moment(as_of)))
            return
        if not known:
            typer.echo(f"nothing was counted at {site}")
        for one in known:
            typer.echo(f"{one.what}, {one.place}")
            table(tell_counts(one), ("day", "image", "count", "by", "id"))
            for change in one.changes:
                typer.echo(f"  {change.said}." + "".join(f" But: {c}." for c in change.caveats))
            if one.uncounted:
                images = "1 usable image" if one.uncounted == 1 else f"{one.uncounted} usable images"
                typer.echo(f"  On {images} in between nobody counted.")
        if all_:
            gone = [one for one in work.counts.all(site, moment(as_of)) if not one.stands]
            for filed in gone:
                why = f"counted anew: {filed.replaced_by}" if filed.replaced_by else filed.status.value
                number = filed.count.counted if filed.count.counted is not None else "could not be seen"
                count = filed.count
                typer.echo(
                    f"{filed.id}  {count.what} in {count.place} on {count.scene_id}: {number}, "
                    f"by {plain(filed.counter)} ({why})"
                )


def add_count(context: typer.Context, asked: Asked, *, json: bool, case: str | None) -> None:
    """File a count, or why none was possible, and say what is on record."""
    from siteline.workbench.activity.counting import add_count, tell_count

    with opened(context, case) as work:
        filed, is_new, remarks = add_count(work, asked)
        say(remarks, case_folder(context, case))
        if json:
            print_json(tell_count(filed))
            return
        count = filed.count
        how_many = (
            f"{count.counted}" if count.counted is not None else f"could not be seen ({count.not_seen})"
        )
        typer.echo(
            f"count {filed.id} {'recorded' if is_new else 'is on record already'}: "
            f"{count.what} in {count.place} on {count.scene_id}: {how_many}, by {plain(filed.counter)}"
        )
