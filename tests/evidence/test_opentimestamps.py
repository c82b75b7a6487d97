"""OpenTimestamps: read with every length bounded, and proof only against a block."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.evidence.proofs.headers import read_headers
from siteline.evidence.proofs.opentimestamps import inspect_ots
from siteline.evidence.proofs.ots_tree import MAGIC, parse
from siteline.model.errors import BadProof
from tests.evidence.blocks import HEADER_358391

HELLO = b"Hello World!\n"
START = MAGIC + b"\x01\x08" + hashlib.sha256(HELLO).digest()
PENDING = b"\x00" + bytes.fromhex("83dfe30d2ef90c8e")
BITCOIN = b"\x00" + bytes.fromhex("0588960d73d71901")


@pytest.fixture(scope="module")
def proofs(shared: Path) -> Path:
    return shared / "data/evidence/timestamps/opentimestamps"


def test_a_proof_holds_against_a_real_block_header(proofs: Path, tmp_path: Path) -> None:
    """The header's own proof of work is checked first; then its Merkle root is where the proof must lead."""
    (tmp_path / "headers.txt").write_text(f"# from my node\n358391 {HEADER_358391}\n")
    found = inspect_ots(
        (proofs / "hello-world.txt.ots").read_bytes(),
        digest=lambda name: hashlib.new(name, (proofs / "hello-world.txt").read_bytes()).digest(),
        headers=read_headers(tmp_path / "headers.txt"),
    )
    assert (found.verdict, found.facts["object"]) == ("verified", "matches")
    assert found.facts["existed_before"] == "2015-05-28T15:41:18Z"
    assert "proof of work checked" in found.facts["header"]
    assert "published" in found.means


def test_a_proof_of_other_bytes_fails(proofs: Path) -> None:
    found = inspect_ots(
        (proofs / "hello-world.txt.ots").read_bytes(),
        digest=lambda name: hashlib.new(name, b"other").digest(),
    )
    assert found.verdict == "fail"
    assert {fault.code for fault in found.grave} == {"other_object"}


def test_a_header_that_nobody_mined_is_refused(tmp_path: Path) -> None:
    """One changed digit of the Merkle root, and the proof of work is gone."""
    forged = HEADER_358391[:80] + ("0" if HEADER_358391[80] != "0" else "1") + HEADER_358391[81:]
    (tmp_path / "headers.txt").write_text(f"358391 {forged}\n")
    with pytest.raises(BadProof, match="no proof of work"):
        read_headers(tmp_path / "headers.txt")


def test_what_an_explorer_answers_is_taken_on_trust_and_says_so(proofs: Path, tmp_path: Path) -> None:
    said = {
        "height": 358391,
        "merkle_root": bytes.fromhex(HEADER_358391)[36:68][::-1].hex(),
        "timestamp": 1432827678,
    }
    (tmp_path / "block.json").write_text(json.dumps([said]))
    headers = read_headers(tmp_path / "block.json")
    assert inspect_ots((proofs / "hello-world.txt.ots").read_bytes(), headers=headers).verdict == "verified"
    assert "on trust" in headers[358391].source


@pytest.mark.parametrize(
    "text", ["", "358391", "[1, 2]", '{"height": "x"}', "[" * 5000, f"1 {HEADER_358391}\n1 {'00' * 80}"]
)
def test_a_bad_file_of_headers_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "headers.txt").write_text(text)
    with pytest.raises(BadProof):
        read_headers(tmp_path / "headers.txt")


def test_a_calendar_alone_is_not_proof() -> None:
    address = b"https://a.example/x"
    inner = bytes([len(address)]) + address
    found = inspect_ots(START + PENDING + bytes([len(inner)]) + inner)
    assert found.verdict == "pending"
    assert "not proof" in found.means
    assert found.facts["attestations"][0]["calendar"] == address.decode()


def test_branches_lead_to_several_attestations() -> None:
    """0xff: another branch follows from the same message."""
    height = bytes([0xD7, 0xE7, 0x02])
    data = (
        START
        + b"\xff\xf0\x01a"
        + BITCOIN
        + bytes([3])
        + height
        + b"\xf1\x01b"
        + BITCOIN
        + bytes([3])
        + height
    )
    told = parse(data).attestations
    digest = hashlib.sha256(HELLO).digest()
    assert [one.message for one in told] == [digest + b"a", b"b" + digest]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "mark"),
        (START, "ends"),
        (START + b"\xf0\x00", "between 1 and 4096"),
        (START + b"\xf0\xff\xff\x7f" + b"a" * 100, "between"),
        (START + b"\x55", "unknown operation"),
        (START + b"\xf3" * 8 + BITCOIN, "more than 4096"),
        (START + b"\x08" * 300 + BITCOIN + b"\x01\x01", "nests too much"),
        (START + b"\xff" * 200_000, "branches too much"),
        (START + BITCOIN + b"\x02\x01\x01", "more than its kind"),
        (START + BITCOIN + b"\x01\x01" + b"tail", "follow the end"),
        (START + PENDING + b"\x05\x04a\x00b!", "characters"),
        (START + BITCOIN + b"\x0b" + b"\xff" * 10 + b"\x01", "too long"),
    ],
)
def test_what_is_broken_is_told_with_its_place(data: bytes, why: str) -> None:
    with pytest.raises(BadProof, match=why):
        parse(data)
    assert inspect_ots(data).verdict == "parse_error"


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_mangled_proofs_raise_nothing_but_our_error(proofs: Path, data: st.DataObject) -> None:
    """Real proofs with bytes changed, cut, repeated or put in: a verdict, always."""
    path = data.draw(st.sampled_from(sorted(proofs.rglob("*.ots"))))
    assert inspect_ots(mangle(path.read_bytes(), data)).verdict in (
        "complete", "pending", "unknown", "parse_error", "fail", "verified",
    )  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(tail=st.binary(max_size=400))
def test_random_operations_raise_nothing_but_our_error(tail: bytes) -> None:
    assert inspect_ots(START + tail).verdict


def mangle(raw: bytes, data: st.DataObject) -> bytes:
    """A few small changes of the kind that disks, networks and enemies make."""
    own = bytearray(raw)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(len(own) - 1, 0)))
        how = data.draw(st.sampled_from(("change", "cut", "insert", "drop", "repeat")))
        if how == "change" and own:
            own[at] = data.draw(st.integers(0, 255))
        elif how == "cut":
            del own[at:]
        elif how == "insert":
            own[at:at] = data.draw(st.binary(min_size=1, max_size=8))
        elif how == "drop":
            del own[at : at + data.draw(st.integers(1, 64))]
        else:
            own[at:at] = own[at : at + data.draw(st.integers(1, 64))]
    return bytes(own)
