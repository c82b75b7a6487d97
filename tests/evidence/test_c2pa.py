"""Content credentials: three results apart, unknown codes are failures, and nothing is ever fetched."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from siteline.evidence.proofs.c2pa import inspect_c2pa, judge
from tests.conftest import wanted
from tests.evidence.certificates import certificates

c2pa = wanted("c2pa")

REMOTE = b"https://cai-manifests.adobe.com/manifests/adobe-urn-uuid-5f37e182-3687-462e-a7fb-573462780391"


@contextmanager
def listening() -> Iterator[tuple[int, list[str]]]:
    """A server on this machine, and what it was asked for."""
    asked: list[str] = []

    class Note(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Note)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        server.server_close()


def test_opening_a_file_never_makes_a_network_call(shared: Path, tmp_path: Path) -> None:
    """The remote address is made to point here: we do not ask for it; the library, left to itself, does."""
    raw = (shared / "data/evidence/c2pa/python-fixtures/cloud.jpg").read_bytes()
    assert raw.count(REMOTE) >= 1
    with listening() as (port, asked):
        here = f"http://127.0.0.1:{port}/".encode()
        (tmp_path / "cloud.jpg").write_bytes(raw.replace(REMOTE, here + b"m" * (len(REMOTE) - len(here))))
        found = inspect_c2pa(tmp_path / "cloud.jpg")
        assert found.verdict == "remote_manifest_not_fetched"
        assert found.facts["remote"].startswith(here.decode())
        assert asked == []
        settings = c2pa.Settings.from_dict({"verify": {"remote_manifest_fetch": True}})
        with pytest.raises(c2pa.C2paError), (tmp_path / "cloud.jpg").open("rb") as stream:
            c2pa.Reader(None, stream, context=c2pa.Context(settings))
        assert len(asked) >= 1, "the check must be able to fail"


def said(**codes: list[str]) -> dict[str, Any]:
    """A report of the library with these codes."""
    active = {
        name: [{"code": code, "explanation": code} for code in listed] for name, listed in codes.items()
    }
    store = {"active_manifest": "a", "manifests": {"a": {}}}
    return {
        "found": "manifest",
        "state": "Valid",
        "results": {"activeManifest": active},
        "store": store,
        "embedded": True,
    }


def test_a_code_nobody_knows_is_a_failure_wherever_it_stands() -> None:
    found = judge(said(success=["claimSignature.validated", "something.new.validated"]), "")
    assert found.verdict == "invalid"
    assert found.codes() == {"something.new.validated"}


def test_trust_is_shown_apart_from_soundness() -> None:
    sound = said(success=["claimSignature.validated"], failure=["signingCredential.untrusted"])
    found = judge(sound, "")
    assert (found.verdict, found.facts["state"], found.facts["trusted"]) == (
        "valid_untrusted_signer",
        "Valid",
        False,
    )
    assert not found.grave
    trusted = said(success=["claimSignature.validated", "signingCredential.trusted"]) | {"state": "Trusted"}
    assert judge(trusted, "list of 2026-11-01").facts["trust_list"] == "list of 2026-11-01"
    assert judge(trusted, "list of 2026-11-01").verdict == "trusted"


def test_a_trust_list_makes_its_signers_trusted_and_nobody_else(shared: Path, tmp_path: Path) -> None:
    """A picture signed in the test: trusted where its root is on the list, untrusted without or with strangers."""
    key = ec.generate_private_key(ec.SECP256R1())
    root, leaf = certificates(key, datetime.now(UTC), "signer.example", ExtendedKeyUsageOID.EMAIL_PROTECTION)
    chain = leaf.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    signer = c2pa.Signer.from_info(
        c2pa.C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=private, ta_url=None)
    )
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    made = {"action": "c2pa.created", "digitalSourceType": source}
    builder = c2pa.Builder(
        {
            "claim_generator_info": [{"name": "test", "version": "1"}],
            "title": "t",
            "format": "image/jpeg",
            "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [made]}}],
        }
    )
    plain = shared / "data/evidence/c2pa/image/adobe-20220124-A.jpg"
    with plain.open("rb") as stream, (tmp_path / "a.jpg").open("w+b") as out:
        builder.sign(signer, "image/jpeg", stream, out)
    own = root.public_bytes(Encoding.PEM).decode()
    strangers = (shared / "data/evidence/timestamps/rfc3161-client/test_tsa/ts_chain.pem").read_text()
    found = [
        inspect_c2pa(tmp_path / "a.jpg", anchors=one, anchors_of="list") for one in (own, None, strangers)
    ]
    assert [one.verdict for one in found] == ["trusted", "valid_untrusted_signer", "valid_untrusted_signer"]
    assert [one.facts["trust_list"] for one in found] == ["list", "none given", "list"]


def test_a_mangled_file_is_a_verdict_and_not_a_crash(shared: Path, tmp_path: Path) -> None:
    """Cut and changed in many places; the reader runs in a child, so that nothing can happen to us."""
    raw = (shared / "data/evidence/c2pa/image/adobe-20220124-CA.jpg").read_bytes()
    for number, at in enumerate((10, 500, 3000, 20_000, 60_000)):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(raw[:at] + b"\xff\x00\x80" * 5 + raw[at + 15 : at + 90_000])
        assert inspect_c2pa(path).verdict in ("invalid", "unreadable", "no_manifest")
