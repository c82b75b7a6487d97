"""One statement filed by hand."""

from __future__ import annotations

import json as js
from typing import Annotated

import typer

from siteline.cli.common import CaseOption, JsonOption, case_folder, opened, print_json, say


def add(
    context: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The question it answers, such as killed.")],
    exhibit: Annotated[
        str, typer.Option("--in", metavar="EXHIBIT", help="The exhibit that has the words.")
    ] = "",
    quote: Annotated[str, typer.Option("--quote", help="The exact words, letter by letter.")] = "",
    start: Annotated[
        int | None, typer.Option("--start", min=0, help="At which character, if the words stand there twice.")
    ] = None,
    url: Annotated[str, typer.Option("--url", help="Where it was published.")] = "",
    paraphrase: Annotated[str, typer.Option("--paraphrase", help="In your words; never quoted.")] = "",
    subject: Annotated[str, typer.Option("--subject", help="What it is about.")] = "",
    predicate: Annotated[str, typer.Option("--predicate", help="What is said of it; default: the key.")] = "",
    low: Annotated[str, typer.Option("--low", help="The number, or the lower one.")] = "",
    high: Annotated[str, typer.Option("--high", help="The upper number.")] = "",
    qualifier: Annotated[
        str, typer.Option("--qualifier", help='The words at the number: "at least", "more than", "about".')
    ] = "",
    unit: Annotated[str, typer.Option("--unit", help="Such as people, missiles, m², fraction.")] = "",
    value: Annotated[str, typer.Option("--value", help="What is claimed, where it is no number.")] = "",
    value_type: Annotated[
        str,
        typer.Option("--value-type", help="count, ratio, share, number, date, entity, alias, list or text."),
    ] = "",
    stance: Annotated[
        str,
        typer.Option(
            "--stance",
            help="asserts, hedges, denies, no_position, nonresponse, corrects, retracts; default: asserts.",
        ),
    ] = "",
    negated: Annotated[bool, typer.Option("--not", help="The words say that it is not so.")] = False,
    hedge: Annotated[list[str] | None, typer.Option("--hedge", help="A hedge as said. Repeatable.")] = None,
    by: Annotated[
        str, typer.Option("--by", help='Who said it; "A citing B" and "A via B" are understood.')
    ] = "",
    said: Annotated[str, typer.Option("--said", metavar="DATE", help="When it was said or published.")] = "",
    period: Annotated[str, typer.Option("--period", metavar="D[/D]", help="Of when it is claimed.")] = "",
    place: Annotated[str, typer.Option("--place", help="Of where it is claimed.")] = "",
    thing: Annotated[str, typer.Option("--thing", help='Of which narrower thing, such as "one wreck".')] = "",
    condition: Annotated[str, typer.Option("--condition", help="If it is claimed under a condition.")] = "",
    judgement: Annotated[bool, typer.Option("--judgement", help="An inference, not a fact.")] = False,
    supports: Annotated[
        list[str] | None,
        typer.Option("--rests-on", help="A statement that the judgement rests on. Repeatable."),
    ] = None,
    lineage: Annotated[
        str, typer.Option("--lineage", help="Its line of transmission; default: its own.")
    ] = "",
    cites: Annotated[str, typer.Option("--cites", help="On whom it says it rests.")] = "",
    wire: Annotated[str, typer.Option("--wire", help="The agency whose text it is.")] = "",
    dataset: Annotated[str, typer.Option("--dataset", help="The dataset its number comes from.")] = "",
    imagery: Annotated[
        list[str] | None,
        typer.Option("--imagery", metavar="EXHIBIT", help="An image it rests on. Repeatable."),
    ] = None,
    evidence: Annotated[
        list[str] | None,
        typer.Option("--evidence", metavar="EXHIBIT", help="Offered in support. Repeatable."),
    ] = None,
    language: Annotated[str, typer.Option("--language", help="BCP 47 tag of the words, such as ko.")] = "",
    translation: Annotated[str, typer.Option("--translation", help="The words in another language.")] = "",
    into: Annotated[str, typer.Option("--into", help="The language of the translation.")] = "en",
    translator: Annotated[str, typer.Option("--translator", help="Who translated, or which program.")] = "",
    machine: Annotated[bool, typer.Option("--machine", help="A machine translated.")] = False,
    checked_by: Annotated[str, typer.Option("--checked-by", help="Who read both.")] = "",
    asked_by: Annotated[str, typer.Option("--asked-by", help="For no answer: who asked.")] = "",
    asked_when: Annotated[str, typer.Option("--asked-when", metavar="DATE", help="When.")] = "",
    asked_how: Annotated[str, typer.Option("--asked-how", help="How.")] = "",
    note: Annotated[str, typer.Option("--note", help="Yours, for colleagues.")] = "",
    name: Annotated[str, typer.Option("--id", help="Its id; default: a new one.")] = "",
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """File one statement: its exact words in an exhibit, or an address; prints what it does to others."""
    from siteline.workbench.claims.adding import add_statement, relations_of_new
    from siteline.workbench.claims.saying import printable

    first, slash, last = period.partition("/")
    told_translation = {
        "text": translation,
        "language": into,
        "translator": translator or "unknown",
        "is_machine": machine,
        "checked_by": checked_by,
    }
    asked = {"by": asked_by, "when": asked_when, "how": asked_how}
    cells = {
        "id": name,
        "claim_key": key,
        "exhibit": exhibit,
        "quote": quote,
        "url": url,
        "paraphrase": paraphrase,
        "subject": subject,
        "predicate": predicate,
        "value_low": low,
        "value_high": high or ("" if qualifier else low),
        "qualifier": qualifier,
        "unit": unit,
        "value_text": value,
        "value_type": value_type,
        "stance": stance or ("hedges" if hedge else ""),
        "negated": "yes" if negated else "",
        "hedges": js.dumps([_hedge(words) for words in hedge]) if hedge else "",
        "claimant": by,
        "published": said,
        "period_start": "" if first == ".." else first,
        "period_end": "" if last == ".." else (last if slash else first),
        "place": place,
        "thing": thing,
        "condition": condition,
        "kind": "judgement" if judgement else "",
        "supports": " ".join(supports or ()),
        "lineage": lineage,
        "cites": cites,
        "wire": wire,
        "dataset": dataset,
        "imagery": " ".join(imagery or ()),
        "evidence": " ".join(evidence or ()),
        "language": language,
        "translation": js.dumps(told_translation) if translation else "",
        "asked": js.dumps(asked) if any(asked.values()) else "",
        "note": note,
    }
    with opened(context, case) as work:
        filed, remarks = add_statement(work, cells, start)
        told = relations_of_new(work, filed)
    say(remarks, case_folder(context, case))
    if json:
        print_json({"id": filed, "relations": told})
        return
    typer.echo(filed)
    for line in told:
        typer.echo(printable(f"  {line}"))


def _hedge(words: str) -> dict[str, str]:
    return {"text": words}
