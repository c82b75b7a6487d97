"""Time proofs in a bundle: their files, the openssl commands for a stranger, and our own check of them, offline."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files as resources
from typing import TYPE_CHECKING

from siteline.evidence.custody.bundle import Additions
from siteline.evidence.custody.bundle_check import Files, lines_of, read_bytes
from siteline.evidence.custody.dsse import PAYLOAD_TYPE
from siteline.evidence.custody.log import detail_of
from siteline.evidence.custody.report import Report
from siteline.evidence.custody.rows import hash_line
from siteline.evidence.custody.signatures import Row
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
    """All time proofs with their tokens and chains, the commands to check them, and their rows of the log."""
    if not proofs:
        return Additions({}, "", frozenset())
    files = {LIST: "".join(f"{write_proof(proof)}\n" for _, proof in proofs).encode()}
    commands, others = list[str](), list[str]()
    numbers = sorted({proof.checkpoint for _, proof in proofs if proof.token})
    for _, proof in proofs:
        if not proof.token:
            continue
        one = judged[proof.id]
        files[name_of(proof)] = fetch(proof.token)
        if proof.chain:
            files[f"times/{proof.id}.kept.pem"] = fetch(proof.chain)
        if proof.kind == RFC3161 and one.root:
            commands.append(_command(proof, one, files))
        else:
            others.append(f"- `{name_of(proof)}`: {one.found.verdict}. {one.found.means}")
    text = _instructions(numbers, commands, others) if numbers else ""
    return Additions(files, text, frozenset(seq for seq, _ in proofs))


def _instructions(numbers: Sequence[int], commands: Sequence[str], others: Sequence[str]) -> str:
    page = resources("siteline.evidence.times").joinpath("bundle_times.md").read_text(encoding="utf-8")
    head, _, held = page.partition("<!-- held -->\n")
    held, _, rest = held.partition("<!-- /held -->\n")
    return (
        (head + (held if commands else "") + (rest if others else ""))
        .replace("{numbers}", " ".join(str(number) for number in numbers))
        .replace("{payload_type}", PAYLOAD_TYPE)
        .replace("{payload_type_length}", str(len(PAYLOAD_TYPE)))
        .replace("{commands}", "".join(commands))
        .replace("{others}", "\n".join(others))
    )


def name_of(proof: TimeProof) -> str:
    """The token's file in a bundle."""
    return f"times/{proof.id}.{'tsr' if proof.kind == RFC3161 else 'ots'}"


def _command(proof: TimeProof, one: Judged, files: dict[str, bytes]) -> str:
    root, rest = one.path[-1], one.path[:-1]
    stem = f"times/{proof.id}"
    files[f"{stem}.root.pem"] = _pem([root])
    words = f"openssl ts -verify -in {stem}.tsr -data check/checkpoint-{proof.checkpoint}.signed -CAfile {stem}.root.pem"
    if rest:
        files[f"{stem}.chain.pem"] = _pem(rest)
        words += f" -untrusted {stem}.chain.pem"
    if root.issuer != root.subject:
        words += " -partial_chain"
    return f"{words} || exit 1\n"


def _pem(certificates: Sequence[Certificate]) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def check_bundled(files: Files, rows: Sequence[Row], report: Report, vouching: Vouching) -> None:
    """The time proofs of a bundle against its log and its checkpoints, judged again from their bytes."""
    said = {row["seq"]: row for row in rows if row["action"] == ACTION}
    by_proof = {detail_of(row["detail"]).get("proof"): row for row in said.values()}
    proofs: list[tuple[int, TimeProof]] = []
    for line in lines_of(files, LIST):
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
    kept: dict[str, bytes] = {}
    for _, proof in proofs:
        for digest, name in ((proof.token, name_of(proof)), (proof.chain, f"times/{proof.id}.kept.pem")):
            if digest:
                content = read_bytes(files, name, _LARGEST)
                if hashlib.sha256(content).hexdigest() != digest:
                    report.find(name, "it is not what the log says was kept")
                else:
                    kept[digest] = content

    def fetch(sha256: str) -> bytes:
        if sha256 not in kept:
            raise BadProof("its bytes are missing or were changed")
        return kept[sha256]

    judged = judge_all(proofs, fetch, vouching)
    envelopes = dict(enumerate(lines_of(files, "checkpoints.jsonl"), 1))
    find_faults(proofs, judged, envelopes, report)
    report.times = amount(proofs, judged)
