"""`siteline ledger incidents`: reports, counts, shares, casualties, and the queries behind published numbers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from siteline.cli.common import AsOfOption, CaseOption, JsonOption, moment, opened, print_json
from siteline.cli.ledger import counting, stored
from siteline.cli.ledger.options import (
    DatasetOption,
    EditionOption,
    FromOption,
    ToOption,
    WeaponOption,
    WeaponsOption,
)
from siteline.cli.ledger.saying import echo, table
from siteline.model.errors import BadSetting

app = typer.Typer(help="Reports of attacks: import, count, compare.", no_args_is_help=True)


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A CSV file, or one in gzip.")],
    form: Annotated[
        str, typer.Option("--format", metavar="F", help="ua-airforce, ucdp-ged, acled, csv or claims.")
    ],
    edition: Annotated[
        str,
        typer.Option(
            "--edition", metavar="NAME", help="What to call this state of the data, such as its date."
        ),
    ],
    dataset: Annotated[
        str, typer.Option("--dataset", metavar="NAME", help="Of which data set; default: the format's name.")
    ] = "",
    upstream: Annotated[
        str, typer.Option("--upstream", metavar="WHO", help="Whose data it is, for source lines.")
    ] = "",
    data_as_of: Annotated[
        str,
        typer.Option(
            "--data-as-of",
            metavar="DATE",
            help="Until when the data goes; default: a date in the edition's name.",
        ),
    ] = "",
    zone: Annotated[
        str, typer.Option("--zone", metavar="TZ", help="Time zone of its hours; default: the format's own.")
    ] = "",
    encoding: Annotated[
        str | None, typer.Option("--encoding", metavar="E", help="If it is not UTF-8 or marked UTF-16.")
    ] = None,
    lenient: Annotated[
        bool, typer.Option("--lenient", help="Take the good rows; write the others beside the input.")
    ] = False,
    war_zone: Annotated[
        bool | None,
        typer.Option("--war-zone/--no-war-zone", help="ACLED: how an unknown number of fatalities is coded."),
    ] = None,
    weapons: WeaponsOption = None,
    weapon_table: Annotated[
        str | None,
        typer.Option(
            "--weapon-table", metavar="FILE", help="A list (model, category) to check for categories at odds."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Import nothing; list every row that would be refused or named.")
    ] = False,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Import reports or public numbers as an edition; a bad row refuses the file, with its line, column and code."""
    from siteline.workbench.ledger.importing import import_file

    with opened(context, case) as work:
        done = import_file(
            work, Path(file), form, edition, dataset=dataset, upstream=upstream, as_of=data_as_of, zone=zone,
            encoding=encoding, lenient=lenient, war_zone=war_zone, weapons=Path(weapons) if weapons else None,
            weapon_table=Path(weapon_table) if weapon_table else None, dry_run=dry_run,
        )  # fmt: skip
    told = done.as_dict()
    if json:
        print_json(told)
    else:
        _say_import(told)
    if done.rejects and not dry_run:
        echo(f"note: {len(done.rejects)} rows were left out; see {done.rejects_file or 'above'}", err=True)


_SHOWN = 20


def _say_import(told: dict[str, Any]) -> None:
    if told["dry_run"]:
        echo(f"{told['rows']} rows can be read, {len(told['rejects'])} cannot; nothing was imported")
    elif told["already"]:
        echo(f"this file is edition {told['dataset']}/{told['edition']} already; nothing was added")
    else:
        echo(f"{told['dataset']}/{told['edition']}: {told['rows']} rows, SHA-256 {told['sha256'][:12]}")
    for name, sums in told["tolls"].items():
        echo(f"  {name}: low {sums['low']}, best {sums['best']}, high {sums['high']}")
    if told["unknown_numbers"]:
        echo(f"  {told['unknown_numbers']} reports give no number")
    for code, number in told["warning_counts"].items():
        echo(f"  {code}: {number}")
    for fault in told["warnings"][:_SHOWN]:
        echo(f"    line {fault['line']}, {fault['column']}: {fault['message']}")
    if len(told["warnings"]) > _SHOWN:
        echo(f"    and {len(told['warnings']) - _SHOWN} more; all of them: --json")
    for fault in told["rejects"]:
        echo(f"  rejected: line {fault['line']}, {fault['column']}: {fault['message']} [{fault['code']}]")


@app.command("list")
def list_reports(
    context: typer.Context,
    weapon: WeaponOption = "",
    start: FromOption = None,
    until: ToOption = None,
    place: Annotated[
        str, typer.Option("--place", metavar="PLACE", help="Only where the place says so.")
    ] = "",
    edition: EditionOption = "",
    dataset: DatasetOption = "",
    weapons: WeaponsOption = None,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List the reports behind a count, and in which of its bounds each is."""
    from siteline.workbench.ledger import reports, sources

    with opened(context, case) as work:
        source = sources.pick_edition(work, edition, dataset, weapon=weapon, as_of=moment(as_of))
        words = sources.words_of(work, Path(weapons) if weapons else None)
        told = reports.list_reports(work, source, words, weapon, *sources.given_days(start, until), place)
    if json:
        print_json(told)
        return
    table(
        [
            (
                one["id"],
                one["day"],
                one["class"],
                "unknown" if one["launched"] is None else str(one["launched"]),
                "lower, upper" if one["in_lower"] else "upper",
                one["place"],
            )
            for one in told
        ],
        ("id", "day", "class", "number", "bounds", "place"),
    )


@app.command()
def show(
    context: typer.Context,
    report: Annotated[str, typer.Argument(metavar="REPORT", help="Its id, or the start of it.")],
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Show one report with every cell as it came."""
    from siteline.workbench.ledger import reports

    with opened(context, case) as work:
        told = reports.show_report(work, report, moment(as_of))
    if json:
        print_json(told)
        return
    for name, value in told.items():
        if name not in ("cells", "wrecks") and value not in (None, "", []):
            echo(f"{name}: {value}")
    for wreck in told["wrecks"]:
        echo(f"wreck {wreck['wreck']}: {wreck['parts']} parts on record ({', '.join(wreck['sources'])})")
    for column, cell in told["cells"].items():
        if cell.strip():
            echo(f"  {column}: {cell!r}")


@app.command()
def export(
    context: typer.Context,
    out: Annotated[
        str, typer.Option("--out", metavar="FILE", help="Where to; default: standard output.")
    ] = "",
    start: FromOption = None,
    until: ToOption = None,
    original: Annotated[
        bool, typer.Option("--original", help="The imported file itself, byte for byte.")
    ] = False,
    edition: EditionOption = "",
    dataset: DatasetOption = "",
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Write the reports of an edition as plain CSV that no spreadsheet takes for formulas; it imports back the same."""
    from siteline.workbench.ledger import reports, sources

    if not out and sys.stdout.isatty():
        raise BadSetting("a terminal would obey what stands in cells", "Name a file: --out FILE, or pipe it.")
    with opened(context, case) as work:
        either = None if original else False
        source = sources.pick_edition(work, edition, dataset, of_claims=either, as_of=moment(as_of))
        if original:
            content = reports.original(work, source)
        else:
            lines = reports.export_csv(work, source, *sources.given_days(start, until))
            content = "".join(lines).encode()
        if out:
            reports.write_out(work, Path(out), content)
    if out:
        echo(f"{out}: {len(content)} bytes", err=True)
    else:
        sys.stdout.buffer.write(content)


for command in (counting.count, counting.share, counting.casualties, counting.reconcile):
    app.command(command.__name__)(command)
app.add_typer(stored.duplicates, name="duplicates")
app.add_typer(stored.editions, name="editions")
app.add_typer(stored.queries, name="queries")
