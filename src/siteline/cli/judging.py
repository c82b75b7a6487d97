"""Claims judged: the item, its source, its likelihood; how it turned out, and how good the judgements were."""

from __future__ import annotations

from typing import Annotated

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

ClaimArgument = Annotated[
    str,
    typer.Argument(metavar="CLAIM", help="A claim's id or its start; or a statement's, for what it claims."),
]
WhyOption = Annotated[str, typer.Option("--why", help="What it rests on; kept beside your name.")]


def judge(
    context: typer.Context,
    why: WhyOption,
    claim: Annotated[
        str, typer.Argument(metavar="[CLAIM]", help="The claim; leave it out to rate a source alone.")
    ] = "",
    credibility: Annotated[
        str | None,
        typer.Option("--credibility", metavar="2..6", help="Of the item. 1 is computed; 6 means unknown."),
    ] = None,
    likelihood: Annotated[
        str | None,
        typer.Option("--likelihood", metavar="1..99", help="In per cent; the words follow from it."),
    ] = None,
    confidence: Annotated[
        str | None,
        typer.Option(
            "--confidence", metavar="LEVEL", help="low, moderate or high: how good the grounds are."
        ),
    ] = None,
    reliability: Annotated[
        str | None,
        typer.Option("--reliability", metavar="A..F", help="Of the source; F means unknown."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option("--source", metavar="NAME", help="Which source; needed where several make the claim."),
    ] = None,
    kind: Annotated[
        str, typer.Option("--kind", help="What you examined: source, technical or content.")
    ] = "content",
    terms: Annotated[
        str | None,
        typer.Option("--terms", metavar="A|B", help="Words for likelihoods; default: judging.terms."),
    ] = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Judge a claim and its source; nobody else sees it before a second analyst has filed theirs."""
    from siteline.workbench.claims.judging import judge_claim, tell_assessments

    with opened(context, case) as work:
        done = judge_claim(
            work,
            claim,
            why,
            kind=kind,
            credibility=credibility,
            likelihood=likelihood,
            confidence=confidence,
            terms=terms,
            reliability=reliability,
            source=source,
        )
        say(done.remarks, case_folder(context, case))
        filed = {
            "claim": done.claim_id or None,
            "assessment": done.assessment.id if done.assessment else None,
            "rating": done.rating.id if done.rating else None,
        }
        if json:
            print_json(filed)
            return
        if done.assessment is not None:
            blind = "blind" if done.assessment.blind else "not blind: others' were open to you"
            typer.echo(f"assessment {done.assessment.id} of claim {done.claim_id} filed, {blind}")
            if done.assessment.likelihood is not None:
                typer.echo(f"likelihood: {done.assessment.likelihood}")
            if tell_assessments(work, done.claim_id)["kept_back"]:
                typer.echo("others have judged it too; what they said is not open yet")
        if done.rating is not None:
            rated = done.rating.reliability
            typer.echo(f"source rated {rated.value}, {rated.words}")


def assessments(
    context: typer.Context,
    claim: Annotated[str, typer.Argument(metavar="[CLAIM]", help="One claim; default: all.")] = "",
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Show what was judged, analysts side by side: your own, and others' once a second one has filed theirs."""
    from siteline.workbench.claims.judging import find_claim, list_assessments, tell_assessments
    from siteline.workbench.claims.lines import say_assessed, say_source

    with opened(context, case) as work:
        until = moment(as_of)
        if claim:
            told = tell_assessments(work, find_claim(work, claim, until).id, until)
            if json:
                print_json(told)
            else:
                for line in say_assessed(told):
                    typer.echo(line)
            return
        listed = list_assessments(work, until)
        if json:
            print_json(listed)
            return
        for told in listed["claims"]:
            for line in say_assessed(told):
                typer.echo(line)
        shown = {source["source"] for told in listed["claims"] for source in told["sources"]}
        for one in listed["sources"]:
            if one["source"] not in shown:
                for line in say_source(one["source"], [one], 0):
                    typer.echo(line.strip())
        waiting = listed["kept_back"] + listed["sources_kept_back"]
        if waiting:
            typer.echo(f"{waiting} judgements on file are not shown before a second analyst has filed theirs")
        elif not listed["claims"] and not listed["sources"]:
            typer.echo("nothing was judged yet")


def resolve_outcome(
    context: typer.Context,
    claim: ClaimArgument,
    came: Annotated[
        str, typer.Argument(metavar="OUTCOME", help="true, false, or void where the question fell away.")
    ],
    on: Annotated[str, typer.Option("--on", metavar="DAY", help="The first day on which it could be known.")],
    basis: Annotated[str, typer.Option("--basis", help="How it is known.")],
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Record how a claim turned out; what was judged on that day or later is hindsight and never scored."""
    from siteline.workbench.claims.judging import resolve_outcome

    with opened(context, case) as work:
        outcome = resolve_outcome(work, claim, came, on, basis)
        if json:
            print_json({"id": outcome.id, "claim": outcome.claim_id, "came": outcome.came.value})
        else:
            typer.echo(f"claim {outcome.claim_id}: {outcome.came.value}, known on {outcome.on}")


def calibration(
    context: typer.Context,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Show how well judgements came true, per analyst and per source, from twenty resolved ones on."""
    from siteline.workbench.claims.judging import calibrations, tell_calibration
    from siteline.workbench.claims.lines import say_calibration

    with opened(context, case) as work:
        analysts, sources, kept_back = calibrations(work, moment(as_of))
        by_analyst, by_source = map(tell_calibration, analysts), map(tell_calibration, sources)
        if json:
            print_json({"analysts": [*by_analyst], "sources": [*by_source], "kept_back": kept_back})
            return
        for heading, found in (
            ("Analysts", [*by_analyst]),
            ("Judgements of each source's claims", [*by_source]),
        ):
            typer.echo(heading)
            for one in found:
                for line in say_calibration(one):
                    typer.echo(f"  {line}")
            if not found:
                typer.echo("  nothing to score yet: no judgement from before an outcome")
        if kept_back:
            typer.echo(f"{kept_back} judgements are not open to you and are not counted here")
