"""Every fixture of real evidence gets the verdict that it should get."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from siteline.model.verdict import Inspection
from siteline.workbench.evidence.inspecting import inspect_file
from tests.conftest import missing, wanted
from tests.evidence.blocks import HEADER_358391

TODAY = datetime(2026, 11, 26, tzinfo=UTC)
"""Certificates are judged as of a fixed day, so that the table stays true when they expire."""


def part(found: Inspection, kind: str) -> Inspection:
    """One of several looks at a file."""
    return next(one for one in found.parts if one.kind == kind)


def credentials(found: Inspection, row: dict[str, str]) -> None:
    """C2PA: the word itself, and for invalid ones the code in the note."""
    own = part(found, "c2pa")
    assert own.verdict == row["expected"]
    if own.verdict == "invalid":
        assert row["note"] in {fault.code for fault in own.grave}
    if own.verdict == "valid_with_ingredient_failure":
        assert own.facts["state"] == "Valid"
        assert any(fault.where.startswith("ingredient") and fault.grave for fault in own.faults)


def token(found: Inspection, row: dict[str, str]) -> None:
    """RFC 3161."""
    if row["expected"] == "pick_signer_by_issuer_and_serial":
        assert found.verdict == "ok"
        assert found.facts["certificates"] == 3
        return
    expected = {"ok_only_with_chain": "ok"}.get(row["expected"], row["expected"])
    assert found.verdict == expected


def proof(found: Inspection, row: dict[str, str]) -> None:
    """OpenTimestamps: without headers, but for the one that must fail against its block."""
    if row["expected"] == "parses_fails_against_block_header":
        assert found.verdict == "fail"
        assert [fault.code for fault in found.grave] == ["block_header"]
        return
    assert found.verdict == row["expected"]


def archive(found: Inspection, row: dict[str, str]) -> None:
    """WARC and WACZ; what is unreadable says why and where."""
    assert found.verdict == row["expected"]
    if "offset" in row["note"]:
        assert "offset" in found.means


def plain(found: Inspection, row: dict[str, str]) -> None:
    """PDQ."""
    own = part(found, "pdq")
    assert own.verdict == "too_plain"
    assert own.facts["quality"] == 0
    assert len(own.facts["pdq"]) == 64


JUDGES: dict[str, Callable[[Inspection, dict[str, str]], None]] = {
    "c2pa": credentials,
    "timestamps/rfc3161-client": token,
    "timestamps/auto-archiver": token,
    "timestamps/opentimestamps": proof,
    "warc": archive,
    "wacz": archive,
    "pdq": plain,
}
"""Who judges a row, by the folder of its file."""


def companions(path: Path, row: dict[str, str], scratch: Path) -> dict[str, object]:
    """What a user would hand in beside a file of that folder: the chain, the object, the headers."""
    given: dict[str, object] = {"as_of": TODAY}
    folder = path.parent.name
    if (path.parent / "ts_chain.pem").exists():
        given["chain"] = [path.parent / "ts_chain.pem"]
    if folder == "sigstage":
        (scratch / "hello").write_bytes(b"hello")
        given["against"] = scratch / "hello"
    elif folder == "sigstore.mock":
        given["against"] = path.parent / "payload"
    elif folder == "test_tsa":
        given["against"] = path.parent / "request.der"
    elif row["expected"] == "parses_fails_against_block_header":
        (scratch / "headers.txt").write_text(f"358391 {HEADER_358391}\n")
        given["headers"] = scratch / "headers.txt"
    return given


def test_every_fixture_gets_its_right_verdict(shared: Path, tmp_path: Path) -> None:
    """The whole list, row by row; a row nobody can judge fails as well as a wrong verdict."""
    wanted("c2pa")
    evidence = shared / "data/evidence"
    with (evidence / "expected_verdicts.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) >= 40
    wrong = []
    for row in rows:
        path = evidence / row["path"]
        judge = next((one for folder, one in JUDGES.items() if row["path"].startswith(folder + "/")), None)
        if judge is None:
            wrong.append(f"{row['path']}: no judge for this folder")
            continue
        found = inspect_file(path, **companions(path, row, tmp_path))  # type: ignore[arg-type]
        try:
            judge(found, row)
        except (AssertionError, StopIteration):
            wrong.append(f"{row['path']}: {row['expected']} expected, got {found.verdict}: {found.means}")
    assert not wrong, "\n".join(wrong)


def test_a_token_without_its_certificate_is_ok_only_with_the_chain(shared: Path, tmp_path: Path) -> None:
    """The other half of `ok_only_with_chain`."""
    folder = shared / "data/evidence/timestamps/rfc3161-client/sigstage"
    (tmp_path / "hello").write_bytes(b"hello")
    found = inspect_file(folder / "response-no-embedded-cert.tsr", against=tmp_path / "hello", as_of=TODAY)
    assert found.verdict == "no_certificate"


def test_openssl_gives_a_second_opinion_on_a_token_that_strict_readers_refuse(
    shared: Path, tmp_path: Path
) -> None:
    """Its own certificates handed in as a chain: openssl accepts what the strict reader cannot even parse."""
    import shutil

    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    from siteline.evidence.proofs.cms import carried_by, read_stamp

    if shutil.which("openssl") is None:
        missing("openssl")
    path = shared / "data/evidence/timestamps/auto-archiver/digicert.tsr"
    carried: list[x509.Certificate] = carried_by(read_stamp(path.read_bytes()))
    (tmp_path / "chain.pem").write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in carried))
    found = inspect_file(path, chain=[tmp_path / "chain.pem"], as_of=TODAY)
    assert (found.verdict, found.facts["second_opinion"]) == ("non_compliant_token", "accepted")
    strangers = shared / "data/evidence/timestamps/rfc3161-client/test_tsa/ts_chain.pem"
    refused = inspect_file(path, chain=[strangers], as_of=TODAY)
    assert refused.facts["second_opinion"] == "refused"
    assert refused.verdict == "fail"
