"""RFC 3161: asked of local authorities, verified offline, and never more believed than it deserves."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.evidence.proofs.authority import NOBODY, Chain, read_chain
from siteline.evidence.proofs.cms import read_stamp
from siteline.evidence.proofs.request import ask, read_request, request_time, weigh
from siteline.evidence.proofs.rfc3161 import inspect_token
from siteline.model.errors import BadProof
from tests.evidence.authority import authority, post
from tests.evidence.test_opentimestamps import mangle

CHECKPOINT = b"size 12\nroot abc\n"
DIGEST = hashlib.sha256(CHECKPOINT).digest()
TODAY = datetime(2026, 11, 26, tzinfo=UTC)


def of(data: bytes):
    return lambda name: hashlib.new(name, data).digest()


def test_two_local_authorities_bound_a_checkpoint_in_time(tmp_path: Path) -> None:
    """Asked with a nonce, verified offline; two that know nothing of each other make a bound."""
    with authority(tmp_path / "a", "Alpha") as alpha, authority(tmp_path / "b", "Beta") as beta:
        answers = [request_time(address, DIGEST, post) for address in (alpha, beta, alpha)]
    chains = [read_chain([tmp_path / name / "root.pem"]) for name in ("a", "b", "a")]
    found = [
        inspect_token(one.token, digest=of(CHECKPOINT), request=one.query.raw, chain=chain)
        for one, chain in zip(answers, chains, strict=True)
    ]
    assert [one.verdict for one in found] == ["ok"] * 3, [one.means for one in found]
    assert "published" in found[0].means
    bound = weigh(found)
    assert len(bound.authorities) == 2
    assert bound.corroborated_before is not None
    assert bound.corroborated_before >= (bound.existed_before or "")
    one = weigh([found[0], found[2]])
    assert (len(one.authorities), one.corroborated_before) == (1, None)
    assert "second" in one.means
    nothing = weigh([])
    assert nothing.existed_before is None
    stranger = inspect_token(answers[0].token, digest=of(CHECKPOINT), chain=chains[1])
    assert stranger.verdict == "untrusted"
    crossed = inspect_token(answers[0].token, request=answers[2].query.raw, chain=chains[0])
    assert (crossed.verdict, {fault.code for fault in crossed.grave}) == ("fail", {"nonce"})


def test_certificates_that_come_with_a_token_are_never_a_reason_to_trust_it(tmp_path: Path) -> None:
    """A signer handed in as company of the token, and a root that did not issue it: untrusted."""
    with authority(tmp_path / "a", "Alpha") as alpha, authority(tmp_path / "b", "Beta"):
        answer = request_time(alpha, DIGEST, post)
    root = read_chain([tmp_path / "b/root.pem"])
    carried = read_chain([tmp_path / "a/signer.pem"])
    chain = Chain(root.roots, root.between, carried.signers)
    assert inspect_token(answer.token, digest=of(CHECKPOINT), chain=chain).verdict == "untrusted"


def test_a_token_is_judged_as_of_a_day(shared: Path) -> None:
    """Sound while its certificates lived; afterwards it fails, and says until when it held."""
    folder = shared / "data/evidence/timestamps/rfc3161-client/sigstore.mock"
    raw, chain = (folder / "response-expired.tsr").read_bytes(), read_chain([folder / "ts_chain.pem"])
    payload = of((folder / "payload").read_bytes())
    then = inspect_token(raw, digest=payload, chain=chain, as_of=datetime(2023, 6, 1, tzinfo=UTC))
    now = inspect_token(raw, digest=payload, chain=chain, as_of=TODAY)
    assert (then.verdict, now.verdict) == ("ok", "fail")
    assert {fault.code for fault in now.grave} == {"expired"}
    assert "2024-01-01" in now.means


def test_a_bare_token_is_read_like_the_answer_it_was_cut_from(shared: Path) -> None:
    folder = shared / "data/evidence/timestamps"
    raw = (folder / "auto-archiver/timestamp_token_http-timestamp-identrust-com").read_bytes()
    chain = read_chain([folder / "rfc3161-client/identrust/ts_chain.pem"])
    as_of = datetime(2025, 6, 1, tzinfo=UTC)
    assert inspect_token(raw, chain=chain, as_of=as_of).verdict == "not_compared"
    about = inspect_token(raw, digest=of(b"test2"), chain=chain, as_of=as_of)
    assert about.verdict in ("ok", "fail")
    assert about.facts["object"] == ("matches" if about.verdict == "ok" else "differs")


def test_every_flipped_byte_of_what_is_signed_is_noticed(shared: Path) -> None:
    """Signed content, attributes, signature, imprint: no byte of them can change unnoticed."""
    folder = shared / "data/evidence/timestamps/rfc3161-client/sigstage"
    raw = (folder / "response-sha256.tsr").read_bytes()
    chain = read_chain([folder / "ts_chain.pem"])
    stamp = read_stamp(raw)
    for part in (stamp.content, stamp.signed_attributes[2:], stamp.signature, stamp.imprint):
        start = raw.index(part)
        for at in range(start, start + len(part), 7):
            flipped = raw[:at] + bytes([raw[at] ^ 0x40]) + raw[at + 1 :]
            found = inspect_token(flipped, digest=of(b"hello"), chain=chain, as_of=TODAY)
            assert found.verdict not in ("ok", "not_compared"), at


def test_the_signer_is_picked_by_issuer_and_serial_number(shared: Path) -> None:
    """Extra certificates of the same name ride along and are passed over."""
    folder = shared / "data/evidence/timestamps/rfc3161-client/test_tsa"
    chain = read_chain([folder / "ts_chain.pem"])
    plain = inspect_token(
        (folder / "response.tsr").read_bytes(), digest=of(b"hello"), chain=chain, as_of=TODAY
    )
    extra = inspect_token(
        (folder / "response-injected-certs.tsr").read_bytes(), digest=of(b"hello"), chain=chain, as_of=TODAY
    )
    assert plain.verdict == extra.verdict == "ok"
    assert plain.facts["signer"] == extra.facts["signer"]
    assert extra.facts["certificates"] > plain.facts["certificates"]


def test_a_request_is_what_openssl_reads_and_comes_back_as_it_went() -> None:
    query = ask(DIGEST, nonce=2**62 + 5)
    again = read_request(query.raw)
    assert (again.algorithm, again.imprint, again.nonce) == ("sha256", DIGEST, 2**62 + 5)
    assert ask(DIGEST).nonce != ask(DIGEST).nonce
    with pytest.raises(BadProof, match="cannot have 3 bytes"):
        ask(b"abc")


@settings(max_examples=150, deadline=timedelta(seconds=5))
@given(data=st.data())
def test_mangled_tokens_raise_nothing_and_are_never_ok_about_other_bytes(
    shared: Path, data: st.DataObject
) -> None:
    folder = shared / "data/evidence/timestamps"
    tokens = sorted([*folder.rglob("*.tsr"), *folder.rglob("*.der")])
    raw = mangle(data.draw(st.sampled_from(tokens)).read_bytes(), data)
    chain = read_chain([folder / "rfc3161-client/sigstage/ts_chain.pem"])
    assert inspect_token(raw, digest=of(b"another"), chain=chain, as_of=TODAY).verdict != "ok"
    assert inspect_token(raw, chain=NOBODY, request=raw).verdict != "ok"
