"""A bundle of exhibits that a stranger checks with `sha256sum` and `openssl` alone; the same log gives the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from siteline.evidence.custody.dsse import PAYLOAD_TYPE
from siteline.evidence.custody.exhibits import Restriction, as_dict, write_exhibit
from siteline.evidence.custody.inclusion import Prover
from siteline.evidence.custody.keys import PublicKey
from siteline.evidence.custody.log import KEY_ACTIONS, detail_of
from siteline.evidence.custody.rows import canonical, line_of
from siteline.model.errors import BadKey
from siteline.model.exhibit import Exhibit

SHAPE = "evidence-bundle/1"
OF_THE_LOG = ("opened", "exported", "verified", "explained", *KEY_ACTIONS)
"""Rows that are about the log itself and go out with every bundle."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An exhibit that goes out."""

    exhibit: Exhibit
    log_seq: int
    restriction: Restriction | None
    derived_from: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class Additions:
    """What another room puts into a bundle."""

    files: Mapping[str, bytes]
    """By path."""

    instructions: str
    """A section of the README, Markdown."""

    rows: frozenset[int]
    """Rows of the log that go out in full for it."""


def papers(
    prover: Prover, chosen: Sequence[Chosen], left_out: int, added: Sequence[Additions] = ()
) -> Iterator[tuple[str, bytes]]:
    """All files of a bundle but the blobs and the sums: (path, content)."""
    out: set[str | int] = {c.exhibit.id for c in chosen}
    out |= {seq for addition in added for seq in addition.rows}
    keys = _keys(prover)
    newest = prover.newest()
    signer = prover.points[-1][2]
    yield "custody.jsonl", _lines(_shown(row, out) for row in prover.rows[: prover.size])
    yield "exhibits.jsonl", _lines(write_exhibit(c.exhibit) for c in chosen)
    yield "checkpoints.jsonl", _lines(envelope for *_, envelope in prover.points)
    yield "checkpoint.dsse.json", _lines([prover.envelope])
    yield "proofs.jsonl", _lines(_proof(prover, c) for c in chosen)
    for fingerprint, key in sorted(keys.items()):
        yield f"keys/{fingerprint}.pem", key.pem.encode()
    if signer in keys:
        yield "key.pem", keys[signer].pem.encode()
    manifest = {
        "siteline": SHAPE,
        "checkpoint": newest,
        "fingerprint": signer or None,
        "exhibits": [_told(c) for c in chosen],
        "rows_kept_back": sum(not _goes_out(row, out) for row in prover.rows[: prover.size]),
        "exhibits_left_out": left_out,
    }
    yield (
        "manifest.json",
        (json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode(),
    )
    for addition in added:
        yield from addition.files.items()
    sections = "".join(addition.instructions for addition in added)
    yield "README.md", _instructions(newest, signer, len(chosen), sections).encode()


def sums(digests: Mapping[str, str]) -> bytes:
    """SHA256SUMS over files: path to digest."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())).encode()


def digest_of_bytes(content: bytes) -> str:
    """SHA-256 of a paper."""
    return hashlib.sha256(content).hexdigest()


def _goes_out(row: Mapping[str, Any], out: set[str | int]) -> bool:
    return row["exhibit_id"] in out or row["seq"] in out or row["action"] in OF_THE_LOG


def _shown(row: Mapping[str, Any], out: set[str | int]) -> str:
    """A row in full, or, if it is about something that stays here, its hashes: the chain can still be followed."""
    if _goes_out(row, out):
        return line_of(row)
    kept = {name: row[name] for name in ("seq", "prev_hash", "row_hash")}
    return canonical({**kept, "redacted": True})


def _proof(prover: Prover, chosen: Chosen) -> str:
    proof = prover.inclusion(chosen.log_seq)
    del proof["row"]
    return canonical({"exhibit": chosen.exhibit.id, **proof})


def _told(chosen: Chosen) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(write_exhibit(chosen.exhibit))
    told |= {"blob": f"blobs/{chosen.exhibit.sha256}", "derived_from": [dict(d) for d in chosen.derived_from]}
    return told | ({"restricted": as_dict(chosen.restriction)} if chosen.restriction else {})


def _keys(prover: Prover) -> dict[str, PublicKey]:
    found = {}
    for row in prover.rows:
        if row["action"] in KEY_ACTIONS:
            try:
                key = PublicKey.parse(str(detail_of(row["detail"]).get("public_key", "")))
            except BadKey:
                continue  # damaged; `verify` names it
            found[key.fingerprint] = key
    return found


def _instructions(newest: Mapping[str, Any], signer: str, count: int, sections: str) -> str:
    page = files("siteline.evidence.custody").joinpath("bundle_readme.md").read_text(encoding="utf-8")
    unsigned, _, signed = page.partition("<!-- signed -->\n")
    signed, _, rest = signed.partition("<!-- /signed -->\n")
    text = (
        unsigned
        + (signed if signer else "The log was kept without a key: its checkpoint is **not signed**.\n\n")
        + rest
    )
    return (
        text.replace("{count}", str(count))
        .replace("{rows}", str(newest.get("size")))
        .replace("{time}", str(newest.get("time")))
        .replace("{fingerprint}", signer)
        .replace("{payload_type}", PAYLOAD_TYPE)
        .replace("{payload_type_length}", str(len(PAYLOAD_TYPE)))
        .replace("{first}", "0" * 64)
        .replace("{sections}", sections)
    )


def _lines(lines: Any) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass")
