"""Releases: a second person answers, an edition goes out; then bundles, differences, corrections, deliveries."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siteline.cli.common import (
    AsOfOption,
    CaseOption,
    JsonOption,
    ShownProgress,
    as_typed,
    case_folder,
    moment,
    opened,
    print_json,
    say,
    table,
)
from siteline.model.shown import plain

if TYPE_CHECKING:
    from siteline.model.release import Asked

EditionArgument = Annotated[
    str,
    typer.Argument(metavar="EDITION", help="Its number, BRIEF/NUMBER, or the brief's name for its newest."),
]


def release(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The brief's Markdown file.")],
    answer: Annotated[
        list[str] | None,
        typer.Option(
            "--answer",
            metavar="KEY=TEXT",
            help="hurt, recent, precise (yes/no ...), people (yes/no ...), embargo (none, or until when), "
            "reply (WHOM | YYYY-MM-DD | CHANNEL | ANSWER, or nobody: WHY). Repeatable.",
        ),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option("--answers", metavar="FILE", help="The same, and decisions, in a TOML file."),
    ] = None,
    redact: Annotated[
        list[str] | None,
        typer.Option(
            "--redact", metavar="SENTENCE=REASON", help="Take a sentence out of everything. Repeatable."
        ),
    ] = None,
    hold: Annotated[
        list[str] | None,
        typer.Option("--hold", metavar="FIGURE=REASON", help="Do not show a figure. Repeatable."),
    ] = None,
    round_km: Annotated[
        float | None, typer.Option("--round-km", metavar="KM", help="Round locations to so many kilometres.")
    ] = None,
    withhold_locations: Annotated[
        bool, typer.Option("--withhold-locations", help="Publish no location at all.")
    ] = False,
    share: Annotated[
        list[str] | None,
        typer.Option(
            "--share",
            metavar="EXHIBIT",
            help="Its owner allows its bytes to go out, though its licence is not an open one. Repeatable.",
        ),
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="FORM",
            help="Beside the page, only these: pdf, docx, md, jsonld or bibtex; several with commas. "
            "Default: all that can be made here.",
        ),
    ] = None,
    url: Annotated[
        str,
        typer.Option(
            "--url", help="Where it will stand: page.jsonld then reviews the claims that were rated."
        ),
    ] = "",
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Release a brief as its next edition: by somebody who did not write it, after questions that are kept."""
    from datetime import UTC, datetime

    from siteline.workbench.briefs.asking import read_given
    from siteline.workbench.briefs.formats import read_formats
    from siteline.workbench.briefs.releasing import release as let_go
    from siteline.workbench.briefs.releasing import tell_released

    wanted = None if formats is None else read_formats(formats)
    given = read_given(
        answer or (), answers, redact or (), hold or (), round_km, share or (), withhold=withhold_locations
    )
    ask = _ask if sys.stdin.isatty() and sys.stderr.isatty() and not json else None
    with opened(context, case) as work:
        done = let_go(work, file, given, datetime.now(UTC), ShownProgress(), ask, url, wanted)
        told = tell_released(done)
        say(done.remarks, case_folder(context, case))
        if json:
            print_json(told)
            return
        here = case_folder(context, case)
        typer.echo(
            f"released: edition {told['edition']} ({len(told['files'])} files), by {plain(told['released_by'])}"
        )
        next_ = f"siteline brief bundle {told['edition']} --out {told['brief']}-{told['number']}.zip"
        typer.echo(as_typed(f"next: {next_}", here))


def _ask(asked: Asked) -> str:
    hint = " (WHOM | YYYY-MM-DD | CHANNEL | ANSWER, or nobody: WHY)" if asked == "reply" else ""
    return str(typer.prompt(f"{asked.question}{hint}\n", prompt_suffix="> ", err=True))


def bundle(
    context: typer.Context,
    edition: Annotated[
        str, typer.Argument(metavar="[EDITION]", help="Its number or BRIEF/NUMBER; default: the newest.")
    ] = "",
    out: Annotated[Path, typer.Option("--out", metavar="ZIP", help="File to write.")] = Path("bundle.zip"),
    to: Annotated[str, typer.Option("--to", help="To whom it goes; kept in the log.")] = "",
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Hand an edition over as one ZIP that a stranger checks with sha256sum and openssl, or siteline verify."""
    from siteline.workbench.briefs.bundling import bundle_edition

    with opened(context, case) as work:
        done = bundle_edition(work, edition, out, to)
    if json:
        print_json(
            {
                "file": str(done.path),
                "edition": done.edition.name,
                "files": done.files,
                "captures": done.shared,
                "sums": done.sums,
            }
        )
        return
    typer.echo(
        f"{done.path}   edition {done.edition.name}; {done.files} files, {done.shared} of them captures"
    )
    typer.echo(f"to check it anywhere: siteline verify {done.path}")


def diff(
    context: typer.Context,
    a: Annotated[str, typer.Argument(metavar="A", help="An edition (number or BRIEF/NUMBER), or a file.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The later one.")],
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write it as a page, too.")
    ] = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Compare two editions or files sentence by sentence, and say what each change rests on."""
    from siteline.workbench.briefs.differing import diff_briefs, write_diff

    with opened(context, case) as work:
        difference = diff_briefs(work, a, b)
        written = write_diff(work, difference, html) if html is not None else None
    told = difference.as_dict()
    if json:
        print_json(told | ({"file": str(written)} if written else {}))
        return
    _say_diff(told)
    if written:
        typer.echo(str(written))


def _say_diff(told: dict[str, Any]) -> None:
    typer.echo(f"{plain(told['a']['name'])} → {plain(told['b']['name'])}")
    if told["title"]:
        typer.echo(f"title: {plain(told['title'][0])} → {plain(told['title'][1])}")
    for change in told["changes"]:
        one, other = change["a"], change["b"]
        typer.echo(f"{(other or one)['id']}: {change['words']}")
        for sign, sentence in (("-", one), ("+", other)):
            if sentence is not None and not (sign == "-" and change["kind"] == "rests"):
                typer.echo(f"  {sign} {plain(sentence['text'] or '[' + str(sentence['redacted']) + ']')}")
        for line in change["because"]:
            typer.echo(f"    because {plain(line)}")
    for line in told["figures"]:
        typer.echo(plain(line))
    count = len(told["changes"])
    typer.echo(f"{count} {'sentence differs' if count == 1 else 'sentences differ'}, {told['same']} the same")


def correct(
    context: typer.Context,
    edition: EditionArgument,
    sentence: Annotated[str, typer.Argument(metavar="SENTENCE", help="Its id in that edition, such as s12.")],
    why: Annotated[str, typer.Option("--why", help="What was wrong; printed in later editions.")],
    now: Annotated[str, typer.Option("--now", help="What it should have said; printed, too.")] = "",
    case: CaseOption = None,
) -> None:
    """Record what an edition got wrong; later editions print it, and those who got this one are named."""
    from siteline.workbench.briefs.correcting import correct as put_right

    with opened(context, case) as work:
        found, _ = put_right(work, edition, sentence, why, now)
        told = [d for d in work.aftermath.deliveries() if d.edition_id == found.noun.id]
    typer.echo(
        f"edition {found.name}, {sentence}: corrected; the next edition of {found.noun.brief} prints it"
    )
    for one in told:
        typer.echo(f"tell {plain(one.to)}: it went there on {one.on} ({plain(one.how)})")


def delivered(
    context: typer.Context,
    edition: EditionArgument,
    to: Annotated[str, typer.Option("--to", help="Who got it.")],
    how: Annotated[str, typer.Option("--how", help="By which way: e-mail, website, print ...")],
    when: Annotated[
        str | None, typer.Option("--when", metavar="DATE", help="On which day; default: today.")
    ] = None,
    case: CaseOption = None,
) -> None:
    """Record where an edition went, so that they can be told when something in it falls."""
    from datetime import UTC, date, datetime

    from siteline.workbench.briefs.correcting import deliver

    today = datetime.now(UTC).date()
    try:
        day = date.fromisoformat(when) if when else today
    except ValueError as error:
        raise typer.BadParameter(f"{when!r} is no day; write YYYY-MM-DD", param_hint="--when") from error
    with opened(context, case) as work:
        found, _ = deliver(work, edition, to, how, day, today)
    typer.echo(f"edition {found.name} went to {plain(to)} on {day}")


def list_(
    context: typer.Context,
    edition: Annotated[str, typer.Option("--edition", metavar="EDITION", help="Only this one.")] = "",
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """List editions: whether each still stands, what was corrected, and who must be told. All bytes are hashed again."""
    from siteline.workbench.briefs.correcting import list_editions

    with opened(context, case) as work:
        told = [one.as_dict() for one in list_editions(work, moment(as_of), edition)]
    if json:
        print_json(told)
        return
    table(
        [
            (
                one["edition"],
                one["day"],
                one["title"],
                one["released_by"],
                "stands" if one["stands"] else "FALLEN",
                str(len(one["corrections"])),
                str(len(one["delivered"])),
            )
            for one in told
        ],
        ("edition", "day", "title", "released by", "now", "corrections", "delivered"),
    )
    for one in told:
        _say_standing(one)


def _say_standing(one: dict[str, Any]) -> None:
    for fault in one["fallen"]:
        typer.echo(f"{one['edition']}, {fault['sentence']}: {fault['code']}: {plain(fault['message'])}")
    if one["unknown"]:
        typer.echo(f"{one['edition']}: {plain(one['unknown'])}")
    for correction in one["corrections"]:
        typer.echo(f"{one['edition']}, {correction['sentence']}: corrected: {plain(correction['why'])}")
    for went in one["delivered"]:
        if went["affected"]:
            typer.echo(
                f"{one['edition']}: tell {plain(went['to'])}, who got it on {went['when']} ({plain(went['how'])})"
            )
