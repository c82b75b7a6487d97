"""The key that signs checkpoints: Ed25519, in PEM as OpenSSL writes it; never in the case."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from siteline.model.errors import BadKey
from siteline.store.blobs import room_on_disk, sync_folder

_LARGEST = 1 << 16


class PublicKey:
    """What checks a signature; known by its fingerprint."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.fingerprint = hashlib.sha256(der).hexdigest()
        """SHA-256 of the public key in DER: `openssl pkey -pubin -in KEY.pem -outform DER | sha256sum`."""

    @classmethod
    def parse(cls, pem: str | bytes, name: str = "that text") -> PublicKey:
        """A public key, or the public half of a private one, out of PEM."""
        raw = pem.encode() if isinstance(pem, str) else pem
        try:
            key = load_pem_public_key(raw) if b"PUBLIC KEY" in raw else _private(raw, name).public_key()
        except ValueError as error:
            raise BadKey(f"{name} is no key in PEM") from error
        if not isinstance(key, Ed25519PublicKey):
            raise BadKey(f"{name} is not an Ed25519 key")
        return cls(key)

    @property
    def pem(self) -> str:
        """As OpenSSL reads it."""
        return self._key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature over the message is this key's."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class Signer:
    """A private key, read from where its owner keeps it."""

    def __init__(self, key: Ed25519PrivateKey, origin: str) -> None:
        self._key = key
        self.origin = origin
        """Where it came from, in words."""

        self.public = PublicKey(key.public_key())

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes that only this key makes of the message."""
        return self._key.sign(message)

    def write(self, path: Path) -> None:
        """Write it for its owner alone; never over another file."""
        pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with room_on_disk(path.parent):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            aside = path.with_name(f".{path.name}.{os.getpid()}.part")
            handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(pem)
                    stream.flush()
                    os.fsync(stream.fileno())
                os.link(aside, path) if hasattr(os, "link") else aside.rename(path)
                sync_folder(path.parent)
            finally:
                aside.unlink(missing_ok=True)


def new_signer() -> Signer:
    """A fresh key."""
    return Signer(Ed25519PrivateKey.generate(), "made just now")


def parse_signer(pem: bytes, name: str, password: str | None = None) -> Signer:
    """The private key in this PEM; raises BadKey that says what is wrong and shows nothing of it."""
    return Signer(_private(pem, name, password), name)


def read_signer(path: Path, password: str | None = None) -> Signer:
    """The private key in a file that only its owner may read; raises BadKey."""
    try:
        if not path.is_file():
            raise BadKey(f"there is no key at {path}")
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name == "posix" and mode & 0o077:
            raise BadKey(
                f"the key {path} can be read by others (mode {mode:o})", f"Close it: chmod 600 {path}"
            )
        with path.open("rb") as stream:
            raw = stream.read(_LARGEST)
    except OSError as error:
        said = (error.strerror or str(error)).lower()
        raise BadKey(
            f"the key {path} cannot be read: {said}", f"Only you should own it: chmod 600 {path}"
        ) from error
    return parse_signer(raw, str(path), password)


def _private(pem: bytes, name: str, password: str | None = None) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem, password.encode() if password else None)
    except TypeError as error:
        raise BadKey(
            f"the key {name} is " + ("not encrypted" if password else "encrypted"),
            "Give its password in SITELINE_SIGNING_KEY_PASSWORD, for an encrypted key only.",
        ) from error
    except Exception as error:
        raise BadKey(f"{name} holds no private key that can be read") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadKey(
            f"the key {name} is not an Ed25519 key",
            "Make one: openssl genpkey -algorithm ed25519 -out KEY.pem",
        )
    return key
