"""The custody log: verify it, read it, prove what it says, and the keys that sign it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

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
from siteline.cli.evidence import ExhibitArgument
from siteline.cli.timing import ChainOption, HeadersOption
from siteline.model.errors import BrokenCustody

_SHOWN = 20
"""Faults that are printed before the rest is only counted."""


def verify(
    context: typer.Context,
    exhibit: Annotated[
        str | None, typer.Option("--exhibit", metavar="EXHIBIT", help="Of the bytes, only this exhibit's.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            metavar="KEY",
            help="Trust this key: its fingerprint, or its PEM file. Default: your own.",
        ),
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="If all is whole, say so in the log; else nothing is written.")
    ] = False,
    bundle: Annotated[
        Path | None,
        typer.Option(
            "--bundle", metavar="PATH", help="Not the case, but a bundle that was exported: folder or ZIP."
        ),
    ] = None,
    chain: ChainOption = None,
    headers: HeadersOption = None,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Hash every byte again, walk the log, check every signature; exit 1 and name each fault if there is one."""
    from siteline.workbench.briefs.verifying import verify_handed
    from siteline.workbench.evidence.verifying import check_custody_of_all, tell_report

    if bundle is not None:
        if exhibit or record:
            raise typer.BadParameter("--bundle goes without --exhibit and --record")
        _tell(verify_handed(bundle, key, chain or (), headers), json)
        return
    with opened(context, case) as work:
        _tell(tell_report(check_custody_of_all(work, key, exhibit, record, chain or (), headers)), json)


def _tell(told: dict[str, Any], json: bool) -> None:
    """Print what a verification found; raises BrokenCustody if anything is wrong."""
    findings, key, log = told["findings"], told["key"], told["log"]
    if json:
        print_json(told)
    else:
        for note in told["notes"][:_SHOWN]:
            typer.echo(f"note: {note['object']}: {note['problem']}", err=True)
        for finding in findings[:_SHOWN]:
            typer.echo(f"fault: {finding['object']}: {finding['problem']}")
        if len(findings) > _SHOWN:
            typer.echo(f"... and {len(findings) - _SHOWN:,} more (--json lists all)")
        for time in told["times"]:
            roots = "; ".join(
                dict.fromkeys(f"{p['root']}, {p['trusted_by']}" for p in time["proofs"] if p["root"])
            )
            typer.echo(f"time: {time['means']}{f' Root: {roots}.' if roots else ''}")
        trusted = f"{key['fingerprint']} ({key['trusted_by']})" if key["fingerprint"] else key["trusted_by"]
        typer.echo(
            f"{told['checked']:,} blobs, {log['rows']:,} rows, {log['checkpoints']:,} checkpoints; key: {trusted}"
        )
    if findings:
        raise BrokenCustody(
            f"{len(findings):,} {'fault' if len(findings) == 1 else 'faults'} in custody: "
            f"{findings[0]['object']}: {findings[0]['problem']}"
        )
    if not json:
        typer.echo("all is as it was")


def log(
    context: typer.Context,
    exhibit: Annotated[
        str | None, typer.Option("--exhibit", metavar="EXHIBIT", help="Only rows of this one.")
    ] = None,
    json: JsonOption = False,
    as_of: AsOfOption = None,
    case: CaseOption = None,
) -> None:
    """Print the custody log: who did what to which bytes, with what, when."""
    from siteline.workbench.evidence.journal import list_log

    with opened(context, case) as work:
        rows = list_log(work, moment(as_of), exhibit)
    if json:
        print_json(rows)
        return
    shown = [
        (str(r["seq"]), "", "(restricted)", "", "", "")
        if r.get("redacted")
        else (
            str(r["seq"]),
            r["recorded_at"][:19] + "Z",
            r["action"],
            r["actor"],
            r["exhibit_id"] or r["object"][:16],
            r["note"],
        )
        for r in rows
    ]
    table(shown, ("row", "recorded", "action", "by", "what", "note"))


def proof(
    context: typer.Context,
    exhibit: ExhibitArgument,
    since: Annotated[
        int | None,
        typer.Option("--since", metavar="ROWS", help="Prove growth since the log had so many rows."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="It is JSON with or without this.")] = True,
    case: CaseOption = None,
) -> None:
    """Print proofs (RFC 6962, JSON): the exhibit is under the newest checkpoint, and the log only grew."""
    from siteline.workbench.evidence.journal import prove

    with opened(context, case) as work:
        print_json(prove(work, exhibit, since))


def explain(
    context: typer.Context,
    row: Annotated[int, typer.Argument(metavar="ROW", help="Number of the row in the log.")],
    why: Annotated[str, typer.Option("--why", help="Why the clock ran backwards there.")],
    case: CaseOption = None,
) -> None:
    """Say why the clock ran backwards at a row; `verify` then tells it as a note."""
    from siteline.workbench.evidence.journal import explain_row

    with opened(context, case) as work:
        explain_row(work, row, why)
        typer.echo(f"row {row} is explained")


def key(
    context: typer.Context,
    make: Annotated[bool, typer.Option("--make", help="Make a key if there is none.")] = False,
    json: JsonOption = False,
    case: CaseOption = None,
) -> None:
    """Show the key that signs checkpoints (its fingerprint and public half), and those that the log knows."""
    from siteline.workbench.evidence.signing import tell_keys
    from siteline.workbench.keyring import find_key, make_key

    if make and find_key().signer is None:
        make_key()
    with opened(context, case) as work:
        told = tell_keys(work)
        if json:
            print_json(told)
            return
        if told["fingerprint"] is None:
            typer.echo(
                as_typed(
                    f"{told['why_not']}; make one: siteline evidence key --make", case_folder(context, case)
                )
            )
        else:
            typer.echo(f"{told['fingerprint']}  ({told['from']})")
            typer.echo(told["public_key"].rstrip())
        table(
            [(str(k["row"]), k["how"], k["fingerprint"], k["who"]) for k in told["known"]],
            ("row", "how", "fingerprint", "by"),
        )


def rotate_key(context: typer.Context, case: CaseOption = None) -> None:
    """Make a new key that takes the old one's place; the old one signs that it does, and signs no more."""
    from siteline.workbench.evidence.signing import rotate_key

    with opened(context, case) as work:
        old, new = rotate_key(work)
        typer.echo(f"{new} follows {old}; your other cases hear of it when they are next written to")


def trust_key(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="PEM file of a colleague's public key.")],
    case: CaseOption = None,
) -> None:
    """Vouch for a colleague's key in this case's log: whoever trusts yours then trusts it, too."""
    from siteline.workbench.evidence.signing import trust_key

    with opened(context, case) as work:
        typer.echo(f"{trust_key(work, file)} is vouched for")
