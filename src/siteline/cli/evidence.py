"""Evidence: take it into custody, list, show, search, copy, restrict, export."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    say,
    table,
)
from siteline.model.errors import BadInput
from siteline.model.remark import Remark

if TYPE_CHECKING:
    from siteline.workbench.case import Case
    from siteline.workbench.evidence.custody import Kept

app = typer.Typer(
    help="Evidence: files in custody, and proof that they have not changed.", no_args_is_help=True
)

ExhibitArgument = Annotated[
    str, typer.Argument(metavar="EXHIBIT", help="Id of the exhibit, its SHA-256, or the start of either.")
]


@app.command()
def add(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of any type.")],
    title: Annotated[str, typer.Option("--title", help="What it is, in a few words.")] = "",
    source_url: Annotated[str, typer.Option("--source-url", help="Where it was found.")] = "",
    obtained: Annotated[
        str,
        typer.Option(
            "--obtained", metavar="DATE", help="When it was obtained: date-time, date, or month; UTC."
        ),
    ] = "",
    licence: Annotated[str, typer.Option("--licence", help="Under which licence; else unknown.")] = "",
    credit: Annotated[str, typer.Option("--credit", help="Whom to credit; else unknown.")] = "",
    kind: Annotated[
        str,
        typer.Option(
            "--kind", help="What kind of thing it is: image, video, document ...; default: by content."
        ),
    ] = "",
    note: Annotated[str, typer.Option("--note", help="Anything a later reader should know.")] = "",
    restricted: Annotated[
        str,
        typer.Option(
            "--restricted", metavar="WHY", help="It is confidential, and why; for named readers only."
        ),
    ] = "",
    reader: Annotated[
        list[str] | None,
        typer.Option("--reader", metavar="NAME", help="Who may see it; default: you. Repeatable."),
    ] = None,
    derived_from: Annotated[
        list[str] | None,
        typer.Option("--derived-from", metavar="EXHIBIT", help="It was made from that exhibit. Repeatable."),
    ] = None,
    activity: Annotated[str, typer.Option("--activity", help="How it was made, with --derived-from.")] = "",
    recursive: Annotated[bool, typer.Option("--recursive", help="Take all files in folders.")] = False,
    json_lines: Annotated[
        bool,
        typer.Option("--json-lines", help="One JSON object per file; a printed line is in custody for good."),
    ] = False,
    case: CaseOption = None,
) -> None:
    """Take files into custody: copied, hashed, logged. One file's fault does not keep the others out."""
    from siteline.workbench.evidence.custody import Description, Refused, take_files

    said = Description(
        title,
        source_url,
        obtained,
        licence,
        credit,
        kind,
        note,
        restricted,
        tuple(reader or ()),
        tuple(derived_from or ()),
        activity,
    )
    fresh = again = refused = 0
    with opened(context, case) as work:
        here = case_folder(context, case)
        for answer in take_files(work, files, said, recursive=recursive):
            if isinstance(answer, Refused):
                refused += 1
                typer.echo(
                    f"refused: {answer.name}: {answer.reason} ({as_typed(answer.hint, here)})", err=True
                )
                continue
            fresh, again = fresh + answer.is_new, again + (not answer.is_new)
            _acknowledge(answer, json_lines)
            say(answer.remarks, here)
        say(_unsigned(work), here)
        if said.readers and work.db.who not in said.readers:
            say(
                [Remark("--reader", f"you ({work.db.who}) are not among the readers and will not see it")],
                here,
            )
        if refused:
            raise BadInput(
                f"{refused:,} of {fresh + again + refused:,} files were refused; {fresh + again:,} are in custody",
                "Each is named above with its reason; what is in custody stays.",
            )
        if not json_lines:
            before = f", {again:,} were there already" if again else ""
            typer.echo(f"{fresh:,} taken into custody{before}")


def _acknowledge(kept: Kept, json_lines: bool) -> None:
    """Say that a file is in custody: its bytes are synced and its row is committed."""
    exhibit = kept.exhibit
    if not json_lines:
        typer.echo(f"{exhibit.id}  {exhibit.sha256[:16]}  {kept.name}")
        return
    told = {
        "id": exhibit.id,
        "sha256": exhibit.sha256,
        "bytes": exhibit.bytes,
        "name": exhibit.name,
        "kind": exhibit.kind,
        "media_type": exhibit.media_type,
        "new": kept.is_new,
    }
    typer.echo(json_text.dumps(told, ensure_ascii=False))  # flushed: typer.echo does


def _unsigned(work: Case) -> list[Remark]:
    if not work.unsigned_because:
        return []
    return [
        Remark(
            "custody log",
            f"its checkpoint is not signed: {work.unsigned_because}",
            "siteline evidence key --make",
        )
    ]


@app.command("list")
def list_(
    context: typer.Context,
    kind: Annotated[
        str | None, typer.Option("--kind", help="Only this kind, such as image or scene.")
    ] = None,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List exhibits, oldest first; what is restricted, for its readers only."""
    from siteline.workbench.evidence.exhibits import list_exhibits, list_json

    with opened(context, case) as work:
        if json:
            typer.echo(list_json(work, moment(as_of), kind))
            return
        rows = [
            (
                e["id"],
                e["added_at"][:10],
                e["kind"],
                f"{e['bytes']:,}",
                e["title"] or e["name"],
                "restricted" if "restricted" in e else "",
            )
            for e in list_exhibits(work, moment(as_of), kind)
        ]
        table(rows, ("id", "added", "kind", "bytes", "what", ""))


@app.command()
def show(
    context: typer.Context,
    exhibit: ExhibitArgument,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Show an exhibit: what was said of it, what it was made from, its rows in the log, whether it is intact."""
    from siteline.workbench.evidence.exhibits import show_exhibit

    with opened(context, case) as work:
        told = show_exhibit(work, exhibit, moment(as_of))
    if json:
        print_json(told)
        return
    for name in (
        "id", "name", "title", "kind", "media_type", "bytes", "sha256", "source_url", "obtained", "licence", "credit",
        "note",
    ):  # fmt: skip
        if told[name] != "":
            typer.echo(f"{name.replace('_', ' '):<12} {told[name]}")
    if told["restricted"]:
        readers = ", ".join(told["restricted"]["readers"])
        typer.echo(f"{'restricted':<12} {told['restricted']['why']} (readers: {readers})")
    if told["graphic"]:
        typer.echo(f"{'graphic':<12} yes; copies come blurred unless --show-graphic is given")
    if captured := told["capture"]:
        typer.echo(
            f"{'captured':<12} {captured['outcome']}, status {captured['status']}, at {captured['final']}"
        )
        for reason in captured["reasons"]:
            typer.echo(f"{'':<12} {reason}")
        for part in captured["parts"]:
            typer.echo(f"{'part':<12} {part['id']} {part['what']}")
    for name, verb in (("derived_from", "made from"), ("made_into", "made into")):
        for kin in told[name] if not (captured and name == "made_into") else ():
            typer.echo(f"{verb:<12} {kin['id']} ({kin['activity']})")
    typer.echo(f"{'intact':<12} {'yes' if told['intact'] else told['problem']}")
    for row in told["custody"]:
        note = f": {row['note']}" if row["note"] else ""
        typer.echo(
            f"  {row['recorded_at'][:19]}Z  {row['action']} by {row['actor']} ({row['tool'] or row['agent']}){note}"
        )


@app.command()
def search(
    context: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS", help='Words, or "words that stand together".')
    ],
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Find exhibits by titles, names, notes, addresses, and what is written in pages and texts."""
    from siteline.workbench.evidence.exhibits import search_exhibits

    asked = " ".join(f'"{word}"' if " " in word and '"' not in word else word for word in words)
    with opened(context, case) as work:
        hits = search_exhibits(work, asked, moment(as_of))
    if json:
        print_json(hits)
        return
    table(
        [(h["id"], h["kind"], h["title"] or h["name"], h["snippet"]) for h in hits],
        ("id", "kind", "what", "where"),
    )


@app.command()
def copy(
    context: typer.Context,
    exhibit: ExhibitArgument,
    file: Annotated[Path, typer.Argument(help="The new file, or a folder to put it in.")],
    why: Annotated[str, typer.Option("--why", help="What the copy is for; it stands in the log.")] = "",
    show_graphic: Annotated[
        bool,
        typer.Option("--show-graphic", help="What is marked as graphic, as it is, not blurred or kept back."),
    ] = False,
    case: CaseOption = None,
) -> None:
    """Write a working copy, checked against its digest; the log says who took it. Graphic pictures come blurred."""
    from siteline.workbench.evidence.exhibits import copy_out
    from siteline.workbench.evidence.marks import blurred_copy, is_graphic

    with opened(context, case) as work:
        if not show_graphic and is_graphic(work, exhibit):
            found = blurred_copy(work, exhibit, file, why)
            typer.echo(
                f"{found.id} is marked as graphic: a blurred copy was written; as it is: --show-graphic"
            )
            return
        found = copy_out(work, exhibit, file, why)
        typer.echo(
            f"a working copy of {found.id} was written; work on it, and add what you make with --derived-from"
        )


@app.command()
def restrict(
    context: typer.Context,
    exhibit: ExhibitArgument,
    why: Annotated[str, typer.Option("--why", help="The reason, which stays on record.")],
    reader: Annotated[
        list[str] | None,
        typer.Option("--reader", metavar="NAME", help="Who may see it; default: you. Repeatable."),
    ] = None,
    lift: Annotated[bool, typer.Option("--lift", help="Let everybody see it again.")] = False,
    case: CaseOption = None,
) -> None:
    """Keep an exhibit for named readers from now on, or lift that; only a reader may."""
    from siteline.workbench.evidence.exhibits import restrict_exhibit

    with opened(context, case) as work:
        found = restrict_exhibit(work, exhibit, why, reader or (), lift=lift)
        typer.echo(f"exhibit {found.id} is {'open to all again' if lift else 'restricted'}")


@app.command()
def export(
    context: typer.Context,
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="A new folder, or a new file that ends in .zip.")
    ],
    exhibit: Annotated[
        list[str] | None, typer.Option("--exhibit", metavar="EXHIBIT", help="Only this one. Repeatable.")
    ] = None,
    with_restricted: Annotated[
        bool,
        typer.Option("--with-restricted", help="What is restricted, too, if you are its reader; logged."),
    ] = False,
    to_whom: Annotated[
        str, typer.Option("--to", metavar="WHOM", help="For whom it is; it stands in the log.")
    ] = "",
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Write a bundle that a stranger checks with sha256sum and openssl alone; restricted exhibits stay."""
    from siteline.workbench.evidence.handover import export_bundle

    with opened(context, case) as work:
        handed = export_bundle(work, out, exhibit or (), with_restricted=with_restricted, to_whom=to_whom)
        told = {
            "path": str(handed.path),
            "exhibits": handed.exhibits,
            "left_out": handed.left_out,
            "sums": handed.sums,
        }
        if json:
            print_json(told)
            return
        left = f"; {handed.left_out:,} restricted stayed" if handed.left_out else ""
        typer.echo(
            f"{handed.exhibits:,} exhibits written to {handed.path}{left}; its README.md says how to check them"
        )
