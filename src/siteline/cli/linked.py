"""Claims as linked data: PROV-O and ClaimReview."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siteline.cli.common import AsOfOption, CaseOption, moment, opened, print_json
from siteline.cli.judging import ClaimArgument


def prov(
    context: typer.Context,
    claims: Annotated[
        list[str] | None, typer.Argument(metavar="[CLAIM]...", help="Which claims; default: all.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; default: out/claims.prov.jsonld.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print it instead of writing a file.")] = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Write how claims came about, as PROV-O in JSON-LD; confidential exhibits are not named in it."""
    from siteline.workbench.claims.linked import export_prov, prov_of

    with opened(context, case) as work:
        if json:
            print_json(prov_of(work, claims or (), moment(as_of)))
        else:
            typer.echo(str(export_prov(work, claims or (), out, moment(as_of))))


def claimreview(
    context: typer.Context,
    claim: ClaimArgument,
    url: Annotated[str, typer.Option("--url", metavar="URL", help="The page on which the review stands.")],
    as_of: AsOfOption = None,
    json: Annotated[bool, typer.Option("--json", help="It is JSON with or without this.")] = True,
    case: CaseOption = None,
) -> None:
    """Print a rated claim as schema.org ClaimReview, one review for each analyst; refused where nobody rated it."""
    from siteline.workbench.claims.linked import claim_review

    with opened(context, case) as work:
        print_json(claim_review(work, claim, url, moment(as_of)))
