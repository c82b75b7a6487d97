"""Time proofs in a bundle: their files, the openssl commands for a stranger, and our own check of them, offline."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from importlib.resources import files as resources
from typing import TYPE_CHECKING

from siteline.evidence.custody.bundle import Additions
from siteline.evidence.custody.bundle_files import Files, lines_of, read_small
from siteline.evidence.custody.bundle_rows import Rows
from siteline.evidence.custody.dsse import PAYLOAD_TYPE
from siteline.evidence.custody.log import detail_of
from siteline.evidence.custody.report import Report
from siteline.evidence.custody.rows import hash_line
from siteline.evidence.proofs.cms import LARGEST_TOKEN
from siteline.evidence.proofs.ots_tree import LARGEST_PROOF
from siteline.evidence.times.judging import Fetch, Judged, Vouching, amount, find_faults, judge_all
from siteline.evidence.times.proof import RFC3161, TimeProof, read_proof, write_proof
from siteline.evidence.times.records import ACTION
from siteline.model.errors import BadProof, BrokenCustody

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

LIST = "times.jsonl"
_LARGEST = max(LARGEST_TOKEN, LARGEST_PROOF) + 1


def add_times(
    proofs: Sequence[tuple[int, TimeProof]], judged: Mapping[str, Judged], fetch: Fetch
) -> Additions:
    """Every time proof that came, with its chain, the commands to check it, and its row of the log."""
    came = [(seq, proof) for seq, proof in proofs if proof.token]
    if not came:
        return Additions({}, "", frozenset())
    files = {LIST: "".join(f"{write_proof(proof)}\n" for _, proof in came).encode()}
    for _, proof in came:
        files[_token(proof)] = fetch(proof.token)
        if proof.chain:
            files[_part(proof, "kept")] = fetch(proof.chain)
        one = judged[proof.id]
        if proof.kind == RFC3161 and one.root:
            files[_part(proof, "root")] = _pem(one.path[-1:])
            if one.path[:-1]:
                files[_part(proof, "chain")] = _pem(one.path[:-1])
    text = _instructions([proof for _, proof in came], files.keys())
    return Additions(files, text, frozenset(seq for seq, _ in came))


def _token(proof: TimeProof) -> str:
    return f"times/{proof.id}.{'tsr' if proof.kind == RFC3161 else 'ots'}"


def _part(proof: TimeProof, what: str) -> str:
    """A file of certificates: `root` and `chain` for openssl, `kept` as the log has it."""
    return f"times/{proof.id}.{what}.pem"


def _instructions(proofs: Sequence[TimeProof], names: Collection[str]) -> str:
    """The section of the README: by what is in the bundle alone, so that a reader can tell whether it was changed."""
    commands = [_command(proof, names) for proof in proofs if _part(proof, "root") in names]
    others = [
        f"- `{_token(proof)}`: {proof.verdict}. {proof.means}"
        for proof in proofs
        if _part(proof, "root") not in names
    ]
    page = resources("siteline.evidence.times").joinpath("bundle_times.md").read_text(encoding="utf-8")
    head, _, held = page.partition("<!-- held -->\n")
    held, _, rest = held.partition("<!-- /held -->\n")
    numbers = sorted({proof.checkpoint for proof in proofs})
    return (
        (head + (held if commands else "") + (rest if others else ""))
        .replace("{numbers}", " ".join(str(number) for number in numbers))
        .replace("{payload_type}", PAYLOAD_TYPE)
        .replace("{payload_type_length}", str(len(PAYLOAD_TYPE)))
        .replace("{commands}", "".join(commands))
        .replace("{others}", "\n".join(others))
    )


def _command(proof: TimeProof, names: Collection[str]) -> str:
    chain = f" -untrusted {_part(proof, 'chain')}" if _part(proof, "chain") in names else ""
    return (
        f"openssl ts -verify -in {_token(proof)} -data check/checkpoint-{proof.checkpoint}.signed \\\n"
        f"  -partial_chain -CAfile {_part(proof, 'root')}{chain} || exit 1\n"
    )


def _pem(certificates: Sequence[Certificate]) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def check_bundled(files: Files, rows: Rows, report: Report, vouching: Vouching) -> tuple[set[str], str]:
    """
    The time proofs of a bundle against its log and its checkpoints, judged again from their bytes.

    Returns the names of the files that belong to them, and the section of the README that goes with them.
    """
    by_proof = {detail_of(row["detail"]).get("proof"): row for row in rows.shown(ACTION)}
    proofs: list[tuple[int, TimeProof]] = []
    for raw in lines_of(files, LIST, report):
        line = raw.decode("utf-8", "replace")
        try:
            proof = read_proof(line)
        except BrokenCustody as error:
            report.find(LIST, str(error))
            continue
        row = by_proof.pop(proof.id, None)
        if row is None:
            report.find(f"time proof {proof.id}", "the log has no row by which it came")
        elif detail_of(row["detail"]).get("record") != hash_line(line) or row["object"] != proof.token:
            report.find(f"time proof {proof.id}", "what is said of it was altered")
        else:
            proofs.append((int(row["seq"]), proof))
    for row in by_proof.values():
        report.find("time proofs", f"one is missing, but the log says it came (row {row['seq']})")
    there, names = set(files.names()), set[str]()
    kept: dict[str, bytes] = {}
    for _, proof in proofs:
        names |= {_token(proof), *(_part(proof, what) for what in ("kept", "root", "chain"))} & there
        for digest, name in ((proof.token, _token(proof)), (proof.chain, _part(proof, "kept"))):
            content = read_small(files, name, _LARGEST) if digest else None
            if content is not None and hashlib.sha256(content).hexdigest() == digest:
                kept[digest] = content
            elif digest:
                report.find(name, "it is not what the log says was kept")

    def fetch(sha256: str) -> bytes:
        if sha256 not in kept:
            raise BadProof("its bytes are missing or were changed")
        return kept[sha256]

    judged = judge_all(proofs, fetch, vouching)
    envelopes = {
        number: line.decode("utf-8", "replace")
        for number, line in enumerate(lines_of(files, "checkpoints.jsonl", report), 1)
    }
    find_faults(proofs, judged, envelopes, report)
    report.times = amount(proofs, judged)
    if not proofs:
        return {LIST} & there, ""
    return names | {LIST}, _instructions([proof for _, proof in proofs], names)
