"""Competing hypotheses: new, add, withdraw, rate, show, list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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

app = typer.Typer(
    help="Competing hypotheses: what speaks against which, by whom; never a probability.",
    no_args_is_help=True,
)

MatrixArgument = Annotated[
    str, typer.Argument(metavar="MATRIX", help="The matrix's id, or its first or last four letters or more.")
]
WhyOption = Annotated[str, typer.Option("--why", help="Your reason; kept beside your name.")]


@app.command()
def new(
    context: typer.Context,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What is asked.")],
    hypothesis: Annotated[
        list[str],
        typer.Option("--hypothesis", metavar="TEXT", help="An answer that may be right; two or more."),
    ],
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Ask a question with two or more answers that may be right."""
    from siteline.workbench.claims.hypotheses import ask

    with opened(context, case) as work:
        asked = ask(work, question, hypothesis)
        if json:
            print_json({"id": asked.id})
            return
        typer.echo(f"matrix {asked.id} begun with {len(hypothesis)} hypotheses")
        typer.echo(
            as_typed(
                f"next: siteline claims hypotheses add {asked.id} --evidence CLAIM --credibility medium --relevance high "
                '--why "…"',
                case_folder(context, case),
            )
        )


@app.command()
def add(
    context: typer.Context,
    matrix: MatrixArgument,
    evidence: Annotated[
        str | None,
        typer.Option("--evidence", metavar="ID", help="A claim or statement; again: weighed anew."),
    ] = None,
    hypothesis: Annotated[
        str | None, typer.Option("--hypothesis", metavar="TEXT", help="One more answer that may be right.")
    ] = None,
    label: Annotated[
        str, typer.Option("--label", help='Of a hypothesis, such as "H3"; default: the next one.')
    ] = "",
    credibility: Annotated[
        str | None, typer.Option("--credibility", help="Of the evidence: low, medium, high or unknown.")
    ] = None,
    relevance: Annotated[
        str | None, typer.Option("--relevance", help="To the question: low, medium, high or unknown.")
    ] = None,
    why: Annotated[str, typer.Option("--why", help="On what grounds it is weighed so.")] = "",
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Add a hypothesis, or a claim or statement as a row of evidence with its weights."""
    from siteline.workbench.claims.hypotheses import bring, suppose

    if (evidence is None) == (hypothesis is None):
        raise typer.BadParameter("give --evidence or --hypothesis, one of the two")
    with opened(context, case) as work:
        if hypothesis is not None:
            supposed = suppose(work, matrix, hypothesis, label)
            told = {"label": supposed.label, "text": supposed.text}
        else:
            assert evidence is not None
            if credibility is None or relevance is None:
                raise typer.BadParameter(
                    "a row needs --credibility and --relevance (unknown where nobody can say)"
                )
            row = bring(work, matrix, evidence, credibility, relevance, why)
            told = {"label": row.label, "text": row.text}
        if json:
            print_json(told)
        else:
            typer.echo(f"{told['label']} added")


@app.command()
def withdraw(
    context: typer.Context,
    matrix: MatrixArgument,
    row: Annotated[str, typer.Argument(metavar="ROW", help="The row's label, such as E2.")],
    why: WhyOption,
    case: CaseOption = None,
) -> None:
    """Take a row out of what is counted; it stays on record with the reason."""
    from siteline.workbench.claims.hypotheses import take_out

    with opened(context, case) as work:
        typer.echo(f"{take_out(work, matrix, row, why).label} taken out")


@app.command()
def rate(
    context: typer.Context,
    matrix: MatrixArgument,
    row: Annotated[str, typer.Argument(metavar="ROW", help="The row's label, or the claim it refers to.")],
    ratings: Annotated[
        list[str],
        typer.Argument(metavar="H=FIT...", help="CC, C, N, I, II or NA for each hypothesis: H1=CC H2=I."),
    ],
    why: WhyOption,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Say how one row fits the hypotheses; a later word of yours stands in its place, and both stay on record."""
    from siteline.workbench.claims.hypotheses import rate

    with opened(context, case) as work:
        filed = rate(work, matrix, row, ratings, why)
        told = [{"evidence": c.evidence, "hypothesis": c.hypothesis, "fit": c.fit.value} for c in filed]
        if json:
            print_json(told)
        else:
            typer.echo(", ".join(f"{c['evidence']} against {c['hypothesis']}: {c['fit']}" for c in told))


@app.command("list")
def list_(
    context: typer.Context, json: JsonOption = False, as_of: AsOfOption = None, case: CaseOption = None
) -> None:
    """List the questions."""
    from siteline.workbench.claims.hypotheses import list_questions

    with opened(context, case) as work:
        told = list_questions(work, moment(as_of))
    if json:
        print_json(told)
        return
    if not told:
        typer.echo("no question was asked yet")
        return
    table(
        [(q["id"], q["question"][:70], str(q["hypotheses"]), str(q["evidence"])) for q in told],
        ("id", "question", "hypotheses", "evidence"),
    )


@app.command()
def show(
    context: typer.Context,
    matrix: MatrixArgument,
    format_: Annotated[
        str, typer.Option("--format", help="text, csv, or html for one self-contained page.")
    ] = "text",
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; default: out/hypotheses-ID.FORMAT.")
    ] = None,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Show a matrix: your sheet, and others' cells once a second analyst has rated the same."""
    from siteline.workbench.claims.hypotheses import export_matrix, matrix_of, tell_matrix
    from siteline.workbench.claims.lines import say_matrix

    with opened(context, case) as work:
        until = moment(as_of)
        if json:
            print_json(tell_matrix(matrix_of(work, matrix, until)))
        elif format_ != "text" or out is not None:
            typer.echo(str(export_matrix(work, matrix, "html" if format_ == "text" else format_, out, until)))
        else:
            for line in say_matrix(matrix_of(work, matrix, until)):
                typer.echo(line)
