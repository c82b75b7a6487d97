"""A root of our own and one certificate that it issued, made in the test."""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID, ObjectIdentifier

_UNUSED = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
_UNUSED += ("encipher_only", "decipher_only")


def certificates(
    leaf_key: ec.EllipticCurvePrivateKey,
    now: datetime,
    subject: str,
    purpose: ObjectIdentifier,
    *,
    is_critical: bool = False,
) -> tuple[x509.Certificate, x509.Certificate]:
    """(root, leaf), valid for 80 days; the leaf is for one purpose, and names its subject as a domain too."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    usage = dict.fromkeys(_UNUSED, False)

    def start(name: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name("Test Root"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=80))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
            )
        )

    root = (
        start("Test Root", root_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=False, key_cert_sign=True, crl_sign=True, **usage), critical=True
        )
        .sign(root_key, hashes.SHA256())
    )
    leaf = (
        start(subject, leaf_key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_cert_sign=False, crl_sign=False, **usage), critical=True
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=is_critical)
        .sign(root_key, hashes.SHA256())
    )
    return root, leaf


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )
