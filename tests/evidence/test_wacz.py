"""WACZ: written so that others accept it, verified so that nothing slips through."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import struct
import subprocess
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.evidence.archives.pack import Label, Packed, Page, pack, sort_key
from siteline.evidence.archives.signed import Trust
from siteline.evidence.archives.wacz import inspect_wacz
from siteline.evidence.archives.writing import NewRecord
from siteline.evidence.proofs.authority import read_chain, sort_chain
from siteline.evidence.proofs.request import request_time
from siteline.model.errors import BadArchive
from siteline.model.verdict import Inspection
from tests.conftest import ROOT, missing
from tests.evidence.authority import authority, post
from tests.evidence.certificates import certificates
from tests.evidence.test_opentimestamps import mangle

WHEN = datetime(2026, 7, 9, 1, 2, 3, tzinfo=UTC)
URL = "https://www.example.com/News?b=2&a=1"
HTTP = "application/http; msgtype=response"
LABEL = Label("siteline-test 1", WHEN, title="화성 page")


def page(url: str = URL) -> NewRecord:
    body = f"<html><title>t</title>{url}</html>".encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return NewRecord("response", url, WHEN, head + body, HTTP)


def packed(folder: Path, seal: Callable[[str], dict[str, Any]] | None = None, name: str = "a.wacz") -> Packed:
    """A package of a page, a screenshot and a request."""
    records = [
        page(),
        NewRecord(
            "request",
            URL,
            WHEN,
            b"GET /News HTTP/1.1\r\nHost: e\r\n\r\n",
            "application/http; msgtype=request",
        ),
        NewRecord("resource", f"urn:view:{URL}", WHEN, b"\x89PNG" + bytes(range(256)), "image/png"),
    ]
    return pack(folder / name, records, [Page(URL, WHEN, "title", "text of it")], LABEL, seal=seal)


def rewritten(path: Path, change: Callable[[dict[str, bytes]], object], *, resealed: bool = True) -> Path:
    """The same package with its files changed, and its list and seal made to agree again if wanted."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    if resealed:
        listed = json.loads(files["datapackage.json"])
        for one in listed["resources"]:
            if one["path"] in files:
                one["hash"] = f"sha256:{hashlib.sha256(files[one['path']]).hexdigest()}"
                one["bytes"] = len(files[one["path"]])
        files["datapackage.json"] = json.dumps(listed).encode()
        seal = json.loads(files["datapackage-digest.json"])
        seal["hash"] = f"sha256:{hashlib.sha256(files['datapackage.json']).hexdigest()}"
        files["datapackage-digest.json"] = json.dumps(seal).encode()
    out = path.with_name("changed.wacz")
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out


def test_what_we_write_our_verifier_finds_sound(tmp_path: Path) -> None:
    done = packed(tmp_path)
    found = inspect_wacz(done.path)
    assert (found.verdict, found.faults) == ("unsigned", ())
    assert (found.facts["title"], found.facts["pages"], found.facts["resources_checked"]) == (
        "화성 page",
        1,
        4,
    )
    assert found.parts[0].verdict == "whole"
    assert done.sha256 == hashlib.sha256(done.path.read_bytes()).hexdigest()
    with pytest.raises(BadArchive, match="never overwritten"):
        packed(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.wacz"]


def test_the_stock_validator_accepts_what_we_write(tmp_path: Path) -> None:
    """`wacz validate` from an environment of its own, which `make peers` makes."""
    program = Path(os.environ.get("SITELINE_PEERS", ROOT / ".peers")) / "venv/bin/wacz"
    if not program.exists():
        missing("wacz of py-wacz: make peers")
    done = packed(tmp_path)
    told = subprocess.run(
        [program, "validate", "-f", str(done.path)], capture_output=True, text=True, timeout=120
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "valid" in told.stdout


def test_a_page_without_a_record_is_not_packed(tmp_path: Path) -> None:
    with pytest.raises(BadArchive, match="no record"):
        pack(tmp_path / "a.wacz", [page()], [Page("https://other.example/", WHEN)], LABEL)
    assert list(tmp_path.iterdir()) == []


def test_the_index_leads_to_each_record(tmp_path: Path) -> None:
    """Every line's offset and length cut out the record of its address; one that leads nowhere is told."""
    done = packed(tmp_path)
    with zipfile.ZipFile(done.path) as archive:
        import gzip

        lines = gzip.decompress(archive.read("indexes/index.cdx.gz")).decode().splitlines()
        warc = archive.read("archive/data.warc.gz")
        assert archive.getinfo("archive/data.warc.gz").compress_type == zipfile.ZIP_STORED
        assert archive.getinfo("indexes/index.cdx.gz").compress_type == zipfile.ZIP_STORED
    assert lines == sorted(lines)
    for line in lines:
        said = json.loads(line.split(" ", 2)[2])
        start = int(said["offset"])
        block = gzip.decompress(warc[start : start + int(said["length"])])
        assert f"WARC-Target-URI: {said['url']}\r\n".encode() in block

    def astray(files: dict[str, bytes]) -> None:
        files["indexes/index.cdx.gz"] = gzip.compress(
            lines[0].replace('"offset": "', '"offset": "9').encode()
        )

    assert "index" in inspect_wacz(rewritten(done.path, astray)).codes()


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.example.com/News?b=2&a=1", "com,example)/news?a=1&b=2"),
        ("http://example.com", "com,example)/"),
        ("http://example.com:8080/x", "com,example:8080)/x"),
        ("urn:view:https://e.com/", "urn:view:https://e.com/"),
    ],
)
def test_addresses_are_ordered_as_indexes_order_them(url: str, key: str) -> None:
    assert sort_key(url) == key


def test_every_flipped_byte_of_a_signed_package_is_noticed(shared: Path, tmp_path: Path) -> None:
    """No byte inside any file of it can change and leave the verdict as it was."""
    path = shared / "data/evidence/wacz/valid_signed_example_1.wacz"
    raw = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
    for info in infos:
        name, extra = struct.unpack_from("<HH", raw, info.header_offset + 26)
        start, length = info.header_offset + 30 + name + extra, info.compress_size
        for at in range(start, start + length, max(length // 5, 1)):
            (tmp_path / "x.wacz").write_bytes(raw[:at] + bytes([raw[at] ^ 0x10]) + raw[at + 1 :])
            assert inspect_wacz(tmp_path / "x.wacz").verdict not in ("signature_ok", "unsigned"), at


def anonymous(key: ec.EllipticCurvePrivateKey, *, raw: bool) -> Callable[[str], dict[str, Any]]:
    """`signedData` of a bare key, in the browser's spelling of a signature or in DER."""

    def seal(digest: str) -> dict[str, Any]:
        signature = key.sign(digest.encode(), ec.ECDSA(hashes.SHA256()))
        if raw:
            size = (key.curve.key_size + 7) // 8
            signature = b"".join(part.to_bytes(size, "big") for part in decode_dss_signature(signature))
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return {
            "hash": digest,
            "signature": base64.b64encode(signature).decode(),
            "publicKey": base64.b64encode(public).decode(),
            "created": "2026-07-09T01:02:03Z",
            "software": "test",
        }

    return seal


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()], ids=["P-256", "P-384"])
def test_an_anonymous_signature_is_verified_in_both_spellings(
    tmp_path: Path, raw: bool, curve: ec.EllipticCurve
) -> None:
    done = packed(tmp_path, anonymous(ec.generate_private_key(curve), raw=raw))
    found = inspect_wacz(done.path)
    assert (found.verdict, found.codes()) == ("signature_ok", {"anonymous"})
    assert "unknown holder" in found.means


def forged(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, bytes]], None]:
    """A change of the seal."""

    def apply(files: dict[str, bytes]) -> None:
        seal = json.loads(files["datapackage-digest.json"])
        change(seal)
        files["datapackage-digest.json"] = json.dumps(seal).encode()

    return apply


@pytest.mark.parametrize(
    ("change", "verdict", "code"),
    [
        (lambda seal: seal.update(signatureData=seal.pop("signedData")), "signature_ok", "misprint"),
        (lambda seal: seal["signedData"].update(extra=1), "signature_fail", "unknown_property"),
        (lambda seal: seal["signedData"].pop("created"), "signature_fail", "form"),
        (lambda seal: seal["signedData"].update(domain="a.example"), "signature_fail", "form"),
        (lambda seal: seal["signedData"].update(hash="sha256:00"), "signature_fail", "signed_other"),
        (lambda seal: seal["signedData"].update(signature="AAAA"), "signature_fail", "signature"),
        (lambda seal: seal["signedData"].update(publicKey="AAAA"), "signature_fail", "form"),
        (lambda seal: seal.update(signedData=[1]), "signature_fail", "form"),
        (lambda seal: seal.update(hash="sha256:" + "0" * 64), "corrupt", "seal"),
    ],
)
def test_a_seal_that_is_not_as_it_must_be_is_named(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], verdict: str, code: str
) -> None:
    done = packed(tmp_path, anonymous(ec.generate_private_key(ec.SECP256R1()), raw=False))
    found = inspect_wacz(rewritten(done.path, forged(change), resealed=False))
    assert (found.verdict, code in found.codes()) == (verdict, True), found.means


def test_a_domain_signs_with_a_certificate_and_a_time_stamp(tmp_path: Path) -> None:
    """A certificate authority and a time authority of our own: trusted when handed in, not otherwise."""
    leaf_key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC).replace(microsecond=0)
    root, leaf = certificates(leaf_key, now, "archive.example.org", ExtendedKeyUsageOID.SERVER_AUTH)
    with authority(tmp_path / "tsa", "Gamma") as address:

        def seal(digest: str, created: datetime = now) -> dict[str, Any]:
            signature = base64.b64encode(leaf_key.sign(digest.encode(), ec.ECDSA(hashes.SHA256()))).decode()
            token = request_time(address, hashlib.sha256(signature.encode()).digest(), post).token
            return {
                "hash": digest,
                "created": created.isoformat().replace("+00:00", "Z"),
                "software": "test",
                "signature": signature,
                "domain": "archive.example.org",
                "domainCert": leaf.public_bytes(Encoding.PEM).decode(),
                "timeSignature": base64.b64encode(token).decode(),
                "timestampCert": (tmp_path / "tsa/signer.pem").read_text()
                + (tmp_path / "tsa/root.pem").read_text(),
                "version": "0.1.0",
            }

        done = packed(tmp_path, seal)
        late = packed(tmp_path, lambda digest: seal(digest, now + timedelta(minutes=11)), "late.wacz")
    trust = Trust(web=sort_chain([root]), time=read_chain([tmp_path / "tsa/root.pem"]))
    found = inspect_wacz(done.path, trust)
    assert found.verdict == "signature_ok", found.means
    assert found.facts["signed"]["time_trusted"] is True
    untimed = inspect_wacz(done.path, Trust(web=sort_chain([root])))
    assert (untimed.verdict, untimed.codes()) == ("signature_ok", {"time_untrusted"})
    stranger = inspect_wacz(done.path)
    assert (stranger.verdict, "certificate" in stranger.codes()) == ("signature_fail", True)
    assert "time_apart" in inspect_wacz(late.path, trust).codes()
    assert inspect_wacz(late.path, trust).verdict == "signature_fail"


@pytest.mark.parametrize(
    ("change", "verdict", "code"),
    [
        (lambda files: files.pop("pages/pages.jsonl"), "corrupt", "resource_missing"),
        (lambda files: files.update({"extra.txt": b"x"}), "nonconforming", "unlisted"),
        (lambda files: files.update({"pages/pages.jsonl": b'{"url": "x"}\n'}), "nonconforming", "pages"),
        (lambda files: files.update({"pages/pages.jsonl": b"[" * 9000}), "nonconforming", "pages"),
        (lambda files: files.update({"archive/data.warc.gz": b"\x1f\x8bno"}), "records_faulty", "index"),
    ],
)
def test_what_is_wrong_inside_is_named_even_where_all_digests_agree(
    tmp_path: Path, change: Callable[[dict[str, bytes]], object], verdict: str, code: str
) -> None:
    found = inspect_wacz(rewritten(packed(tmp_path).path, change))
    assert (found.verdict, code in found.codes()) == (verdict, True), found.means


def refused(path: Path) -> Inspection:
    found = inspect_wacz(path)
    assert found.verdict == "unreadable"
    return found


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "a/../../b", "C:x", "a\\b", "a\x01b"])
def test_names_that_lead_out_of_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.wacz", "w") as archive:
        archive.writestr("datapackage.json", "{}")
        archive.writestr(zipfile.ZipInfo("placeholder"), b"x")
    raw = (tmp_path / "x.wacz").read_bytes().replace(b"placeholder", name.encode().ljust(11, b"_")[:11])
    (tmp_path / "x.wacz").write_bytes(raw)
    assert "refused" in refused(tmp_path / "x.wacz").means


def test_twins_bombs_secrets_and_links_are_refused(tmp_path: Path) -> None:
    def made(name: str, fill: Callable[[zipfile.ZipFile], object]) -> Path:
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            fill(archive)
        return tmp_path / name

    def twins(archive: zipfile.ZipFile) -> None:
        archive.writestr("datapackage.json", "{}")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("datapackage.json", '{"x": 1}')

    assert "twice" in refused(made("twins.wacz", twins)).means
    bomb = made("bomb.wacz", lambda archive: archive.writestr("archive/a.warc", b"\0" * (64 << 20)))
    assert "bomb" in refused(bomb).means
    link = zipfile.ZipInfo("archive/link")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    assert (
        "symbolic link"
        in refused(made("link.wacz", lambda archive: archive.writestr(link, "/etc/passwd"))).means
    )
    plain = made("secret.wacz", lambda archive: archive.writestr("datapackage.json", "{}"))
    raw = bytearray(plain.read_bytes())
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    plain.write_bytes(bytes(raw))
    assert "encrypted" in refused(plain).means
    lzma = tmp_path / "lzma.wacz"
    with zipfile.ZipFile(lzma, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("datapackage.json", "{}")
    assert "packed by a method" in refused(lzma).means


def test_a_warc_compressed_once_more_by_the_zip_is_told(tmp_path: Path) -> None:
    done = packed(tmp_path)
    with (
        zipfile.ZipFile(done.path) as archive,
        zipfile.ZipFile(tmp_path / "y.wacz", "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for name in archive.namelist():
            out.writestr(name, archive.read(name))
    found = inspect_wacz(tmp_path / "y.wacz")
    assert (found.verdict, "not_stored" in found.codes()) == ("nonconforming", True)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_mangled_packages_raise_nothing(
    shared: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Real packages with bytes changed anywhere, their index included: a verdict, always."""
    path = data.draw(st.sampled_from(sorted((shared / "data/evidence/wacz").glob("*.wacz"))))
    out = tmp_path_factory.mktemp("mangled") / "x.wacz"
    out.write_bytes(mangle(path.read_bytes(), data))
    found = inspect_wacz(out)
    assert found.verdict
    assert found.as_json()
