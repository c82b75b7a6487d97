"""Drafts of statements: an article read, its drafts listed, accepted, rejected."""

from __future__ import annotations

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
)
from siteline.model.errors import BadSetting

if TYPE_CHECKING:
    from siteline.workbench.case import Case
    from siteline.workbench.claims.accepting import Acceptance


def draft(
    context: typer.Context,
    article: Annotated[
        str | None,
        typer.Argument(
            metavar="[ARTICLE]", help="A file (text or HTML), or an exhibit: a page, a text, a capture."
        ),
    ] = None,
    list_: Annotated[
        bool, typer.Option("--list", help="List open drafts, of ARTICLE or of all texts.")
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="With --list: accepted and rejected ones, too.")
    ] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            "--accept", metavar="DRAFT", help="Make it a statement, signed by you. Repeatable; also A,B."
        ),
    ] = None,
    reject: Annotated[
        list[str] | None,
        typer.Option("--reject", metavar="DRAFT", help="Say no to it, with --why. Repeatable; also A,B."),
    ] = None,
    why: Annotated[str, typer.Option("--why", help="Your reason; it is kept with your name.")] = "",
    key: Annotated[
        str,
        typer.Option("--key", metavar="KEY", help="With --accept: the question it answers, such as killed."),
    ] = "",
    subject: Annotated[str, typer.Option("--subject", help="With --accept: what it is about.")] = "",
    predicate: Annotated[
        str,
        typer.Option(
            "--predicate", help="With --accept: what is said of it; names the key where --key does not."
        ),
    ] = "",
    quantity: Annotated[
        int | None,
        typer.Option(
            "--quantity", min=0, metavar="N", help="With --accept: which quantity of the draft; 0: none."
        ),
    ] = None,
    value: Annotated[
        str, typer.Option("--value", help="With --accept: what is claimed, where it is no number.")
    ] = "",
    stance: Annotated[
        str, typer.Option("--stance", metavar="S", help="With --accept: another stance than the draft's.")
    ] = "",
    negated: Annotated[
        bool, typer.Option("--not", help="With --accept: the words say that it is not so.")
    ] = False,
    judgement: Annotated[
        bool, typer.Option("--judgement", help="With --accept: an inference, not a fact.")
    ] = False,
    period: Annotated[
        str, typer.Option("--period", metavar="D[/D]", help="With --accept: of when it is claimed.")
    ] = "",
    place: Annotated[str, typer.Option("--place", help="With --accept: of where it is claimed.")] = "",
    said: Annotated[
        str, typer.Option("--said", metavar="DATE", help="With --accept: when it was published.")
    ] = "",
    lineage: Annotated[
        str, typer.Option("--lineage", metavar="NAME", help="With --accept: its line of transmission.")
    ] = "",
    title: Annotated[str, typer.Option("--title", help="Of a file: what it is.")] = "",
    source_url: Annotated[
        str, typer.Option("--source-url", metavar="URL", help="Of a file: where it was found.")
    ] = "",
    obtained: Annotated[
        str, typer.Option("--obtained", metavar="DATE", help="Of a file: when you had it; UTC.")
    ] = "",
    restricted: Annotated[
        str,
        typer.Option(
            "--restricted", metavar="WHY", help="Of a file: it is confidential, and why; for you alone."
        ),
    ] = "",
    no_model: Annotated[
        bool, typer.Option("--no-model", help="Rules only, whatever the settings say.")
    ] = False,
    send_restricted: Annotated[
        bool,
        typer.Option("--send-restricted", help="The model may read this article although it is restricted."),
    ] = False,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Read an article, and propose statements for you to accept: who says what, how surely. Drafts are never facts."""
    from siteline.workbench.claims.accepting import Acceptance
    from siteline.workbench.claims.drafting import draft_article, show_draft, tell_drafted
    from siteline.workbench.evidence.custody import Description

    asked = [bool(accept), bool(reject), list_, article is not None and not list_]
    if sum(asked) != 1:
        raise BadSetting(
            "name an article, or give one of --list, --accept, --reject",
            "For instance: siteline claims draft story.html",
        )
    if as_of is not None and not list_:
        raise BadSetting(
            "--as-of goes with --list", "For instance: siteline claims draft --list --as-of 2024-11-25"
        )
    with opened(context, case) as work:
        if accept:
            wanted = Acceptance(
                key,
                subject,
                predicate,
                quantity,
                value,
                stance,
                negated,
                judgement,
                period,
                place,
                said,
                lineage,
                why,
            )
            _accept(work, _each(accept), wanted, json=json)
        elif reject:
            _reject(work, _each(reject), why, json=json)
        elif list_:
            _list(work, article or "", as_of, every=every, json=json)
        else:
            about = Description(title=title, source_url=source_url, obtained=obtained, restricted=restricted)
            drafted = draft_article(
                work, article or "", about, use_model=not no_model, send_restricted=send_restricted
            )
            say(drafted.remarks, case_folder(context, case))
            if json:
                print_json(tell_drafted(drafted))
                return
            for filed in drafted.drafts:
                for line in show_draft(filed):
                    typer.echo(line)
            typer.echo(
                f"{len(drafted.drafts):,} drafts of exhibit {drafted.text_exhibit.id}; accept or reject each: "
                "claims draft --accept DRAFT --key KEY"
            )


def _each(said: list[str]) -> list[str]:
    return [name for part in said for name in part.split(",") if name.strip()]


def _accept(work: Case, names: list[str], acceptance: Acceptance, *, json: bool) -> None:
    from siteline.workbench.claims.accepting import accept_drafts

    done = accept_drafts(work, names, acceptance)
    if json:
        print_json([{"draft": a.draft.id, "statement": a.statement_id, "new": a.is_new} for a in done])
        return
    for a in done:
        typer.echo(f"{a.draft.id} is statement {a.statement_id}" + ("" if a.is_new else ", and was before"))


def _reject(work: Case, names: list[str], why: str, *, json: bool) -> None:
    from siteline.workbench.claims.drafting import reject_draft, tell_drafts

    done = [reject_draft(work, name, why) for name in names]
    if json:
        print_json(tell_drafts(done))
        return
    for filed in done:
        typer.echo(f"{filed.id} is rejected")


def _list(work: Case, article: str, as_of: str | None, *, every: bool, json: bool) -> None:
    from siteline.workbench.claims.drafting import list_drafts, show_draft, tell_drafts

    found = list_drafts(work, article, moment(as_of), every=every)
    if json:
        print_json(tell_drafts(found))
        return
    for filed in found:
        for line in show_draft(filed):
            typer.echo(line)
    typer.echo(f"{len(found):,} drafts")
