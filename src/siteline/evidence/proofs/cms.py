"""The signed message inside a time stamp: what it says, who signed, and whether the signature is sound."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from siteline.evidence.proofs.der import Piece, moment, oid, only, pieces, put
from siteline.model.errors import BadProof

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

LARGEST_TOKEN = 1 << 20
_MOST_CERTIFICATES = 50
_SIGNED_DATA = "1.2.840.113549.1.7.2"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
HASHES = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.8": "sha3_256",
    "2.16.840.1.101.3.4.2.10": "sha3_512",
}
OIDS = {name: dotted for dotted, name in HASHES.items()}
_WEAK = {"1.2.840.113549.2.5": "md5"}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a token says, before anybody checked it."""

    response: bytes
    """The whole answer in the form that other tools take; a bare token is wrapped."""

    status: int
    algorithm: str
    imprint: bytes
    time: datetime
    accuracy_s: float | None
    nonce: int | None
    policy: str
    serial: int
    content: bytes
    """The signed content (TSTInfo), byte for byte."""

    signer_issuer: bytes
    signer_serial: int
    digest_algorithm: str
    signed_attributes: bytes
    signature: bytes
    certificates: tuple[bytes, ...]


def read_stamp(data: bytes) -> Stamp:
    """Read an answer of an authority, or the bare token out of one, without insisting on the order of sets."""
    if len(data) > LARGEST_TOKEN:
        raise BadProof(f"a time stamp of {len(data)} bytes is larger than any real one")
    outer = only(data)
    parts = _sequence(outer, 1, "time stamp")
    if parts[0].tag == 0x06:  # a bare token: the answer's wrapper was thrown away
        data = put(0x30, put(0x30, b"\x02\x01\x00"), data)
        status, token = 0, outer
    else:
        status = _integer(_sequence(parts[0], 1, "status")[0])
        if len(parts) < 2:
            raise BadProof(f"the authority refused (status {status}) and sent no token")
        token = parts[1]
    signed = _signed_data(token)
    content_info = _sequence(signed[2], 2, "content")
    if oid(content_info[0]) != _TST_INFO:
        raise BadProof("what was signed is not a time stamp")
    content = _inner(content_info[1], 0x04)
    certificates: tuple[bytes, ...] = ()
    infos: list[Piece] = []
    for one in signed[3:]:
        if one.tag == 0xA0:
            certificates = tuple(put(part.tag, part.body) for part in one.parts())
        elif one.tag == 0x31:
            infos = one.parts()
    if len(infos) != 1:
        raise BadProof(f"a time stamp has one signer; this has {len(infos)}")
    if len(certificates) > _MOST_CERTIFICATES:
        raise BadProof(f"the token carries {len(certificates)} certificates")
    return _stamp(data, status, content, infos[0], certificates)


def _signed_data(token: Piece) -> list[Piece]:
    parts = _sequence(token, 2, "token")
    if oid(parts[0]) != _SIGNED_DATA:
        raise BadProof("the token is not signed data")
    return _sequence(only(parts[1].body), 4, "signed data")


def _stamp(data: bytes, status: int, content: bytes, info: Piece, certificates: tuple[bytes, ...]) -> Stamp:
    said = _sequence(only(content), 5, "time stamp")
    imprint = _sequence(said[2], 2, "imprint")
    hashed = oid(_sequence(imprint[0], 1, "imprint")[0])
    signer = _sequence(info, 5, "signer")
    who = signer[1]
    if who.tag != 0x30:
        raise BadProof("the signer is not named by issuer and serial number")
    issuer, serial = _sequence(who, 2, "signer")[:2]
    attributes = next((one for one in signer if one.tag == 0xA0), None)
    signature = next((one for one in signer[3:] if one.tag == 0x04), None)
    if attributes is None or signature is None:
        raise BadProof("the token lacks signed attributes or a signature")
    digest = oid(_sequence(signer[2], 1, "digest algorithm")[0])
    accuracy = next((one for one in said[5:] if one.tag == 0x30), None)
    nonce = next((one for one in said[5:] if one.tag == 0x02), None)
    return Stamp(
        response=data,
        status=status,
        algorithm=HASHES.get(hashed) or _WEAK.get(hashed) or hashed,
        imprint=imprint[1].body,
        time=moment(said[4]),
        accuracy_s=_seconds(accuracy) if accuracy else None,
        nonce=_integer(nonce) if nonce else None,
        policy=oid(said[1]),
        serial=_integer(said[3]),
        content=content,
        signer_issuer=put(issuer.tag, issuer.body),
        signer_serial=_integer(serial),
        digest_algorithm=HASHES.get(digest, digest),
        signed_attributes=put(0x31, attributes.body),
        signature=signature.body,
        certificates=certificates,
    )


def _sequence(piece: Piece, fewest: int, what: str) -> list[Piece]:
    if piece.tag != 0x30:
        raise BadProof(f"the {what} of the token is not built as RFC 3161 says")
    parts = piece.parts()
    if len(parts) < fewest:
        raise BadProof(f"the {what} of the token is not built as RFC 3161 says")
    return parts


def _inner(piece: Piece, tag: int) -> bytes:
    inner = only(piece.body)
    if inner.tag != tag:
        raise BadProof("the token is not built as RFC 3161 says")
    return inner.body


def _integer(piece: Piece) -> int:
    if piece.tag != 0x02 or not 1 <= len(piece.body) <= 64:
        raise BadProof("the token lacks a number where one must be")
    return int.from_bytes(piece.body, "big", signed=True)


def _seconds(accuracy: Piece) -> float:
    scale = {0x02: 1.0, 0x80: 1e-3, 0x81: 1e-6}
    return sum(int.from_bytes(one.body[:8], "big") * scale.get(one.tag, 0.0) for one in pieces(accuracy.body))


def signer_of(stamp: Stamp, others: tuple[Certificate, ...]) -> Certificate | None:
    """
    The certificate that signed: by issuer and serial number, never by name.

    Embedded ones first; extra certificates of the same name are passed over. Of several with the same issuer and
    serial number, the one that the signed attributes name by its digest.
    """
    for one in (*carried_by(stamp), *others):
        try:
            same = (
                one.issuer.public_bytes() == stamp.signer_issuer and one.serial_number == stamp.signer_serial
            )
        except ValueError:
            continue
        if same and _is_named(stamp, one) is not False:
            return one
    return None


def carried_by(stamp: Stamp) -> list[Certificate]:
    """The certificates in the token; an unreadable extra one is nobody."""
    from cryptography import x509

    found = []
    for raw in stamp.certificates:
        try:
            found.append(x509.load_der_x509_certificate(raw))
        except ValueError:
            continue
    return found


def fault_of_signature(stamp: Stamp, signer: Certificate) -> str:
    """Why the signature does not hold, in a clause; empty where it does."""
    values = _attributes(stamp)
    content_type, digest = values.get(_CONTENT_TYPE), values.get(_MESSAGE_DIGEST)
    if content_type is None or digest is None:
        return "it lacks the attributes that bind it to its content"
    if oid(content_type) != _TST_INFO:
        return "it was made for something else than a time stamp"
    if stamp.digest_algorithm not in OIDS:
        return f"its digest {stamp.digest_algorithm} is not known"
    own = hashlib.new(stamp.digest_algorithm, stamp.content).digest()
    if not hmac.compare_digest(own, digest.body):
        return "what it says was changed after it was signed"
    named = _is_named(stamp, signer)
    if named is None:
        return "it does not name the certificate it was signed with"
    if not named:
        return "it names another certificate than the one found"
    return "" if _signed(stamp, signer) else "the signature is not by the certificate it names"


def _attributes(stamp: Stamp) -> dict[str, Piece]:
    found: dict[str, Piece] = {}
    for one in only(stamp.signed_attributes).parts():
        name, values = _sequence(one, 2, "attribute")[:2]
        listed = values.parts()
        if listed:
            found.setdefault(oid(name), listed[0])
    return found


def _is_named(stamp: Stamp, certificate: Certificate) -> bool | None:
    """Whether the signed attributes name this certificate by its digest; None where they name none."""
    from cryptography.hazmat.primitives.serialization import Encoding

    values = _attributes(stamp)
    for attribute, usual in ((_SIGNING_CERTIFICATE_V2, "sha256"), (_SIGNING_CERTIFICATE, "sha1")):
        if attribute not in values:
            continue
        ids = _sequence(_sequence(values[attribute], 1, "attribute")[0], 1, "attribute")
        first = _sequence(ids[0], 1, "attribute")
        name = usual
        if first[0].tag == 0x30:
            name = HASHES.get(oid(_sequence(first[0], 1, "attribute")[0]), "")
            first = first[1:]
        if not name or not first:
            return False
        der = certificate.public_bytes(Encoding.DER)
        return hmac.compare_digest(hashlib.new(name, der, usedforsecurity=False).digest(), first[0].body)
    return None


def _signed(stamp: Stamp, signer: Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

    algorithm: hashes.HashAlgorithm = getattr(hashes, stamp.digest_algorithm.upper())()
    try:
        key = signer.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            try:
                key.verify(stamp.signature, stamp.signed_attributes, padding.PKCS1v15(), algorithm)
            except InvalidSignature:
                pss = padding.PSS(padding.MGF1(algorithm), padding.PSS.AUTO)
                key.verify(stamp.signature, stamp.signed_attributes, pss, algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(stamp.signature, stamp.signed_attributes, ec.ECDSA(algorithm))
        elif isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(stamp.signature, stamp.signed_attributes)
        else:
            return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
