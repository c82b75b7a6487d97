"""
Who signed a WACZ (WACZ-auth 0.1.0), checked by ourselves: the stock validator skips it.

A signature is over the digest of `datapackage.json`. It is anonymous (a bare ECDSA key) or made with a domain's
certificate, whose short life is bridged by an RFC 3161 time stamp of the signature.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from siteline.evidence.archives.roots import web_roots
from siteline.evidence.proofs.authority import NOBODY, Chain, fingerprint, read_certificates, sort_chain
from siteline.evidence.proofs.rfc3161 import inspect_token
from siteline.model.errors import BadProof
from siteline.model.verdict import Fault, Inspection

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_CLOSE = timedelta(minutes=10)
_LONGEST = 1 << 17
_ALWAYS = frozenset({"hash", "signature", "created", "software"})
_ANONYMOUS = frozenset({"publicKey"})
_DOMAIN = frozenset({"domain", "domainCert", "timeSignature", "timestampCert"})
_OPTIONAL = frozenset({"version", "crossSignedCert", "software"})
_DOMAIN_NAME = re.compile(r"^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$")


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the user trusts for signatures of archives."""

    web: Chain | None = None
    """Roots for domain certificates; None takes those of the system."""

    time: Chain = NOBODY
    """Chain of time-stamping authorities."""


def inspect_signature(
    said: Mapping[str, Any], sealed: str, trust: Trust
) -> tuple[list[Fault], dict[str, Any], list[Inspection]]:
    """
    Faults, facts and the time stamp of one `signedData`.

    said: the object; sealed: the digest that it must be over, as `sha256:…`.
    """
    faults: list[Fault] = []
    facts: dict[str, Any] = {}
    known = _ALWAYS | _ANONYMOUS | _DOMAIN | _OPTIONAL
    for name in sorted(set(said) - known):
        faults.append(
            Fault("unknown_property", "signedData", f"it has a property nobody knows: {str(name)[:60]!r}")
        )
    is_domain = any(name in said for name in _DOMAIN)
    is_anonymous = any(name in said for name in _ANONYMOUS)
    if is_domain == is_anonymous:
        faults.append(
            Fault(
                "form",
                "signedData",
                "it must name either a public key or a domain with its certificate, not both or none",
            )
        )
        return faults, facts, []
    needed = (_ALWAYS - _OPTIONAL) | (_DOMAIN if is_domain else _ANONYMOUS)
    for name in sorted(needed):
        if not isinstance(said.get(name), str) or not 0 < len(said[name]) <= _LONGEST:
            faults.append(Fault("form", "signedData", f"it lacks {name}"))
    if any(fault.code == "form" for fault in faults):
        return faults, facts, []
    if said["hash"] != sealed:
        faults.append(
            Fault("signed_other", "signedData", "what was signed is not the digest of this datapackage.json")
        )
    created = _moment(said["created"])
    if created is None:
        faults.append(Fault("form", "created", "it does not say when it was signed"))
        return faults, facts, []
    facts |= {
        "form": "domain" if is_domain else "anonymous",
        "created": said["created"],
        "software": said.get("software"),
    }
    parts: list[Inspection] = []
    if is_domain:
        parts = _domain(said, created, trust, faults, facts)
    else:
        _anonymous(said, faults, facts)
    return faults, facts, parts


def _moment(text: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _decode(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None


def _holds(key: object, signature: str, message: str) -> bool:
    """ECDSA in either spelling: DER, or r and s side by side as browsers write them."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    raw = _decode(signature)
    if raw is None:
        return False
    text = message.encode("utf-8", "surrogatepass")
    if isinstance(key, rsa.RSAPublicKey):
        try:
            key.verify(raw, text, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    spellings = [raw]
    size = (key.curve.key_size + 7) // 8
    if len(raw) == 2 * size:
        spellings.append(
            encode_dss_signature(int.from_bytes(raw[:size], "big"), int.from_bytes(raw[size:], "big"))
        )
    for one in spellings:
        for algorithm in (hashes.SHA256(), hashes.SHA384()):
            try:
                key.verify(one, text, ec.ECDSA(algorithm))
            except (InvalidSignature, ValueError):
                continue
            return True
    return False


def _anonymous(said: Mapping[str, Any], faults: list[Fault], facts: dict[str, Any]) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    raw = _decode(said["publicKey"])
    try:
        key = load_der_public_key(raw or b"")
    except (ValueError, UnsupportedAlgorithm):
        faults.append(Fault("form", "publicKey", "the public key cannot be read"))
        return
    facts["key"] = hashlib.sha256(raw or b"").hexdigest()
    if not _holds(key, said["signature"], said["hash"]):
        faults.append(Fault("signature", "signature", "it was not made with the key it names"))
        return
    faults.append(
        Fault(
            "anonymous",
            "publicKey",
            "whoever holds this key signed it, and its time is only their word; the key may be anybody's",
            grave=False,
        )
    )


def _domain(
    said: Mapping[str, Any], created: datetime, trust: Trust, faults: list[Fault], facts: dict[str, Any]
) -> list[Inspection]:
    domain = said["domain"].lower()
    facts["domain"] = domain
    try:
        chain = read_certificates(said["domainCert"].encode(), "domainCert")
        crossed = said.get("crossSignedCert")
        more = (
            read_certificates(crossed.encode(), "crossSignedCert")
            if isinstance(crossed, str) and crossed
            else []
        )
    except BadProof as error:
        faults.append(Fault("form", "domainCert", str(error)))
        return []
    if not chain or not _DOMAIN_NAME.match(domain):
        faults.append(Fault("form", "domain", "it names no domain, or no certificate"))
        return []
    leaf = chain[0]
    facts["certificate"] = {"sha256": fingerprint(leaf), "issuer": leaf.issuer.rfc4514_string()}
    if not _holds(leaf.public_key(), said["signature"], said["hash"]):
        faults.append(Fault("signature", "signature", "it was not made with the domain's certificate"))
    if why := _distrust(leaf, chain[1:] + more, domain, created, trust.web):
        faults.append(Fault("certificate", "domainCert", why))
    return [_time(said, created, trust.time, faults, facts)]


def _distrust(
    leaf: Certificate, between: list[Certificate], domain: str, when: datetime, web: Chain | None
) -> str:
    """Why the certificate was not that domain's, at that time; empty if it was."""
    from cryptography.x509 import DNSName
    from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

    roots = list(web.roots) if web is not None else web_roots()
    if not roots:
        return "no root certificates are at hand to tell whether the certificate was the domain's"
    try:
        verifier = PolicyBuilder().store(Store(roots)).time(when).build_server_verifier(DNSName(domain))
        verifier.verify(leaf, between)
    except (VerificationError, ValueError) as error:
        text = " ".join(str(error).split())[:200]
        return (
            f"its certificate, issued by {leaf.issuer.rfc4514_string()}, leads to no authority that is trusted for "
            f"{domain} on {when:%Y-%m-%d} ({text})"
        )
    return ""


def _time(
    said: Mapping[str, Any], created: datetime, time: Chain, faults: list[Fault], facts: dict[str, Any]
) -> Inspection:
    """The time stamp of the signature, which must be close to what the signer states."""
    token = _decode(said["timeSignature"]) or b""
    signature = said["signature"].encode()
    own = _own_chain(said, time)
    stamp = inspect_token(
        token,
        digest=lambda name: hashlib.new(name, signature, usedforsecurity=False).digest(),
        chain=own,
        as_of=created,  # it is there to outlive the certificates; whether it has is the custodian's to prove
    )
    if stamp.verdict not in ("ok", "untrusted", "non_compliant_token"):
        faults.append(Fault("time_signature", "timeSignature", stamp.means))
        return stamp
    when = _moment(str(stamp.facts["time"]))
    facts["time"] = stamp.facts["time"]
    if when is None or abs(when - created) > _CLOSE:
        faults.append(
            Fault(
                "time_apart",
                "created",
                f"it states {said['created']}, its time stamp {stamp.facts['time']}: more than 10 minutes apart",
            )
        )
    vouched = stamp.verdict == "ok" and bool(time.roots)
    facts["time_trusted"] = vouched
    if not vouched:
        signer = stamp.facts.get("signer") or {}
        faults.append(
            Fault(
                "time_untrusted",
                "timeSignature",
                f"the time is the word of {signer.get('name', 'an unknown authority')}, for whom nobody here vouches; "
                "give its root with --chain",
                grave=False,
            )
        )
    return stamp


def _own_chain(said: Mapping[str, Any], time: Chain) -> Chain:
    """The user's roots; the certificates in the file only help to find the signer, and are never trusted."""
    try:
        carried = sort_chain(read_certificates(said["timestampCert"].encode(), "timestampCert"))
    except BadProof:
        return time
    return Chain(time.roots, time.between, time.signers + carried.signers)
