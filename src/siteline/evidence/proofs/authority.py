"""Certificates that a user vouches for, read from PEM or DER files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from siteline.model.errors import BadProof

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from cryptography.x509 import Certificate

_LARGEST = 16 << 20
_LONGEST_PATH = 8
_MOST_TRIED = 200


@dataclass(frozen=True, slots=True)
class Chain:
    """Certificates in three roles."""

    roots: tuple[Certificate, ...]
    """Self-signed, or the top of what was given: trusted because the user handed them in."""

    between: tuple[Certificate, ...]
    signers: tuple[Certificate, ...]
    """Those that may sign time stamps."""


NOBODY = Chain((), (), ())
"""Nobody is vouched for."""


def read_chain(paths: Iterable[Path]) -> Chain:
    """All certificates of some files, in their roles."""
    found: list[Certificate] = []
    for path in paths:
        if path.stat().st_size > _LARGEST:
            raise BadProof(f"{path.name} is too large for a file of certificates")
        found.extend(read_certificates(path.read_bytes(), path.name))
    return sort_chain(found)


def read_certificates(data: bytes, name: str) -> list[Certificate]:
    """Certificates in PEM (any number) or DER (one)."""
    from cryptography import x509

    try:
        if b"-----BEGIN" in data:
            return x509.load_pem_x509_certificates(data)
        return [x509.load_der_x509_certificate(data)]
    except ValueError as error:
        raise BadProof(f"{name} holds no certificate that can be read: {error}") from None


def sort_chain(found: list[Certificate]) -> Chain:
    """
    Who is a root here.

    A self-signed certificate is one. Where no self-signed issuer was handed in, the topmost certificate of the
    chain is: whoever hands in an authority's certificate vouches for it.
    """
    from cryptography.hazmat.primitives.serialization import Encoding

    unique = list({one.public_bytes(Encoding.DER): one for one in found}.values())
    subjects = {one.subject.public_bytes() for one in unique}
    roots, between, signers = [], [], []
    for one in unique:
        own = one.issuer == one.subject
        if stamps_time(one):
            signers.append(one)
        if own or one.issuer.public_bytes() not in subjects:
            roots.append(one)
        elif not stamps_time(one):
            between.append(one)
    return Chain(tuple(roots), tuple(between), tuple(signers))


def stamps_time(certificate: Certificate) -> bool:
    """Whether its extended key usage is time stamping, and critical, as RFC 3161 demands."""
    from cryptography.x509 import ExtendedKeyUsage, ExtensionNotFound
    from cryptography.x509.oid import ExtendedKeyUsageOID

    try:
        usage = certificate.extensions.get_extension_for_class(ExtendedKeyUsage)
    except (ExtensionNotFound, ValueError):
        return False
    return usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def fingerprint(certificate: Certificate) -> str:
    """SHA-256 of a certificate, as everybody prints it."""
    from cryptography.hazmat.primitives.hashes import SHA256

    return certificate.fingerprint(SHA256()).hex()


def named(certificate: Certificate) -> str:
    """The subject in one line."""
    return certificate.subject.rfc4514_string()


def path_to_root(
    leaf: Certificate, chain: Chain, carried: Iterable[Certificate], when: datetime
) -> tuple[Certificate, ...]:
    """
    The certificates from `leaf` to a root that the user handed in, each signed by the next and valid at `when`.

    carried: certificates that came with the token; they may help on the way but are never the end of it. Empty
    where there is no way.
    """
    from cryptography.hazmat.primitives.serialization import Encoding

    trusted = {one.public_bytes(Encoding.DER) for one in chain.roots}
    issuers = (*chain.roots, *chain.between, *carried)
    waiting: list[tuple[Certificate, ...]] = [(leaf,)]
    tried = 0
    while waiting and tried < _MOST_TRIED:
        path = waiting.pop()
        tried += 1
        here = path[-1]
        if not here.not_valid_before_utc <= when <= here.not_valid_after_utc:
            continue
        if here.public_bytes(Encoding.DER) in trusted:
            return path
        if len(path) < _LONGEST_PATH:
            waiting.extend((*path, one) for one in issuers if one not in path and _issued(here, one))
    return ()


def _issued(child: Certificate, issuer: Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.x509 import BasicConstraints, ExtensionNotFound

    if child.issuer != issuer.subject:
        return False
    try:
        if not issuer.extensions.get_extension_for_class(BasicConstraints).value.ca:
            return False
        child.verify_directly_issued_by(issuer)
    except (ExtensionNotFound, InvalidSignature, ValueError, TypeError):
        return False
    return True
