"""A bundle of exhibits that a stranger checks with `sha256sum` and `openssl` alone; the same log gives the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from siteline.evidence.custody.dsse import PAYLOAD_TYPE, seal
from siteline.evidence.custody.inclusion import Prover
from siteline.evidence.custody.keys import PublicKey, Signer
from siteline.evidence.custody.log import KEY_ACTIONS, detail_of
from siteline.evidence.custody.restrictions import Restriction
from siteline.evidence.custody.rows import canonical, digest_of, line_of
from siteline.evidence.custody.told import as_dict, write_exhibit
from siteline.evidence.custody.withheld import Withheld
from siteline.model.errors import BadKey
from siteline.model.exhibit import Exhibit

SHAPE = "evidence-bundle/1"
STATEMENT = "bundle.dsse.json"
"""Whoever hands a bundle over signs its list of sums in this; it is the one file that the list cannot hold."""

STATEMENT_TYPE = "application/vnd.siteline.bundle+json"
OF_THE_LOG = ("opened", "verified", "explained", *KEY_ACTIONS)
"""Rows that are about the log itself and go out with every bundle; to whom else evidence was handed is nobody's business."""


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
    """Rows of the log that go out in full for it; they name no exhibit."""


def papers(
    prover: Prover,
    chosen: Sequence[Chosen],
    left_out: int,
    withheld: Withheld,
    added: Additions = Additions({}, "", frozenset()),
) -> Iterator[tuple[str, bytes]]:
    """All files of a bundle but the blobs, the sums and the statement: (path, content)."""
    out = {c.exhibit.id: c.restriction is not None for c in chosen}
    rows = [
        (row, row["seq"] in added.rows or _goes_out(row, out, withheld)) for row in prover.rows[: prover.size]
    ]
    keys = keys_in(prover.rows[: prover.size])
    newest = prover.newest()
    signer = prover.points[-1][2]
    yield "custody.jsonl", _lines(_shown(row, is_shown=goes) for row, goes in rows)
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
        "exhibits": [told_of(c.exhibit, c.derived_from, c.restriction) for c in chosen],
        "rows_kept_back": sum(not goes for _, goes in rows),
        "exhibits_left_out": left_out,
    }
    yield "manifest.json", pretty(manifest)
    yield from added.files.items()
    yield "README.md", instructions(newest, signer, len(chosen), added.instructions).encode()


def pretty(manifest: Mapping[str, Any]) -> bytes:
    """A manifest as it is written."""
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    return text.encode("utf-8", "surrogatepass")


def seal_sums(prover: Prover, listed: bytes, signer: Signer) -> bytes:
    """The statement over a bundle's list of sums, by whoever hands it over."""
    said = canonical(stated(str(prover.newest().get("case")), prover.envelope, digest_of_bytes(listed)))
    return _lines([seal(said.encode(), signer, STATEMENT_TYPE).to_json()])


def stated(case: str, envelope: str, sums_digest: str) -> dict[str, str]:
    """What the statement says: of which log, as of which checkpoint, which list of sums."""
    return {
        "case": case,
        "checkpoint": digest_of(envelope),
        "sha256sums": sums_digest,
        "siteline": "evidence-bundle-sums/1",
    }


def sums(digests: Mapping[str, str]) -> bytes:
    """SHA256SUMS over files: path to digest."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())).encode()


def digest_of_bytes(content: bytes) -> str:
    """SHA-256 of a paper."""
    return hashlib.sha256(content).hexdigest()


def _goes_out(row: Mapping[str, Any], out: Mapping[str, bool], withheld: Withheld) -> bool:
    """Whether a row is shown; `out`: what goes out, and whether it is restricted."""
    about, action = row["exhibit_id"], row["action"]
    if action == "added" and about in out:
        return True
    if action == "restricted" and not out.get(about):
        return False  # of what is open again, it would name the readers
    return (about in out if about else action in OF_THE_LOG) and not withheld.in_row(row)


def _shown(row: Mapping[str, Any], *, is_shown: bool) -> str:
    """A row in full, or, if it is about something that stays here, its hashes: the chain can still be followed."""
    return line_of(row) if is_shown else kept_back(row)


def kept_back(row: Mapping[str, Any]) -> str:
    """A row that is not shown: its place and its hashes. The row's own salt keeps its content from being guessed."""
    return canonical({**{name: row[name] for name in ("seq", "prev_hash", "row_hash")}, "redacted": True})


def _proof(prover: Prover, chosen: Chosen) -> str:
    """Proof of an exhibit's row; the row itself is in the log."""
    proof = prover.inclusion(chosen.log_seq)
    del proof["row"]
    return canonical({"exhibit": chosen.exhibit.id, **proof})


def told_of(
    exhibit: Exhibit, derived_from: Sequence[Mapping[str, str]], restriction: Restriction | None
) -> dict[str, Any]:
    """An exhibit as the manifest tells it."""
    told: dict[str, Any] = json.loads(write_exhibit(exhibit))
    told |= {"blob": f"blobs/{exhibit.sha256}", "derived_from": [dict(d) for d in derived_from]}
    return told | ({"restricted": as_dict(restriction)} if restriction else {})


def keys_in(rows: Iterable[Mapping[str, Any]]) -> dict[str, PublicKey]:
    """Every key that rows name."""
    found = {}
    for row in rows:
        if row["action"] in KEY_ACTIONS:
            try:
                key = PublicKey.parse(str(detail_of(row["detail"]).get("public_key", "")))
            except BadKey:
                continue  # damaged; `verify` names it
            found[key.fingerprint] = key
    return found


def instructions(newest: Mapping[str, Any], signer: str, count: int, sections: str = "") -> str:
    """The page that says how a stranger checks a bundle."""
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
        .replace("{statement_type}", STATEMENT_TYPE)
        .replace("{statement_type_length}", str(len(STATEMENT_TYPE)))
        .replace("{first}", "0" * 64)
        .replace("{sections}", sections)
    )


def _lines(lines: Any) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass")
