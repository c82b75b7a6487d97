"""A time-stamping authority for tests: openssl answers requests over HTTP on this machine."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.conftest import missing
from tests.evidence.certificates import certificates

_CONFIG = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = {name}
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
accuracy = secs:1
signer_digest = sha256
ess_cert_id_alg = sha256
"""


@contextmanager
def authority(
    folder: Path,
    name: str,
    *,
    twist: Callable[[bytes], bytes] = lambda query: query,
    spoil: Callable[[bytes], bytes] = lambda answer: answer,
    born: datetime | None = None,
    more: Sequence[Path] = (),
) -> Iterator[str]:
    """
    Address of an authority; its root is `folder/root.pem`, its signer's certificate `folder/signer.pem`.

    twist: what it stamps instead of what it was asked; spoil: what it sends instead; born: its certificates were made
    then, for 80 days; more: certificates that its tokens carry along, in this order.
    """
    if shutil.which("openssl") is None:
        missing("openssl")
    folder.mkdir()
    (folder / "tsa.cnf").write_text(_CONFIG.format(name=name, folder=folder))
    (folder / "serial").write_text("01\n")
    _certify(folder, name) if born is None else _certify_then(folder, name, born)

    (folder / "more.pem").write_bytes(b"".join(file.read_bytes() for file in more))
    chain = ("-chain", "more.pem") if more else ()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            (folder / "query.tsq").write_bytes(twist(self.rfile.read(int(self.headers["Content-Length"]))))
            _openssl(folder, "ts", "-reply", "-queryfile", "query.tsq", "-config", "tsa.cnf", "-section", "here",
                     "-signer", "signer.pem", "-inkey", "signer.key", "-out", "reply.tsr", *chain)  # fmt: skip
            body = spoil((folder / "reply.tsr").read_bytes())
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def _certify(folder: Path, name: str) -> None:
    """A root and a signer that it vouches for."""
    _openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-keyout", "root.key", "-out", "root.pem", "-config", "tsa.cnf", "-extensions", "root",
             "-days", "3650", "-subj", f"/CN={name} root")  # fmt: skip
    _openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-keyout", "signer.key", "-out", "signer.csr", "-config", "tsa.cnf", "-subj", f"/CN={name} signer")  # fmt: skip
    _openssl(folder, "x509", "-req", "-in", "signer.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial",
             "-out", "signer.pem", "-days", "3600", "-extfile", "tsa.cnf", "-extensions", "signer")  # fmt: skip


def _certify_then(folder: Path, name: str, born: datetime) -> None:
    """The same, made at another time."""
    key = ec.generate_private_key(ec.SECP256R1())
    root, leaf = certificates(key, born, name, ExtendedKeyUsageOID.TIME_STAMPING, is_critical=True)
    (folder / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (folder / "signer.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
    (folder / "signer.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def post(address: str, body: bytes, content_type: str) -> bytes:
    """The network, as a caller brings it."""
    request = Request(address, body, {"Content-Type": content_type})  # noqa: S310
    with urlopen(request, timeout=20) as answer:  # noqa: S310
        found: bytes = answer.read()
    return found


def _openssl(folder: Path, *words: str) -> None:
    done = subprocess.run(["openssl", *words], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
