"""Which key vouches for which: rotations and vouchers, each signed by the older key."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from siteline.evidence.custody.keys import PublicKey, Signer
from siteline.model.errors import BadKey

ROTATED, VOUCHED = "key-rotated", "key-vouched"


def _statement(action: str, by: str, fingerprint: str) -> bytes:
    return f"siteline {action}/1\n{by}\n{fingerprint}\n".encode()


def vouch(action: str, signer: Signer, key: PublicKey) -> dict[str, str]:
    """What a key says of another, signed: that it takes its place, or that it is a colleague's."""
    if signer.public.fingerprint == key.fingerprint:
        raise BadKey("a key cannot vouch for itself", "Name the other key's PEM file.")
    by = signer.public.fingerprint
    signature = signer.sign(_statement(action, by, key.fingerprint))
    return {
        "by": by,
        "fingerprint": key.fingerprint,
        "public_key": key.pem,
        "signature": base64.b64encode(signature).decode(),
    }


def is_vouched(action: str, said: Mapping[str, Any], by: PublicKey) -> PublicKey | None:
    """The key that `by` really signed for in this statement; None if it did not."""
    try:
        key = PublicKey.parse(str(said["public_key"]))
        signature = base64.b64decode(str(said["signature"]), validate=True)
    except (KeyError, TypeError, BadKey, binascii.Error, ValueError):
        return None
    is_meant = said.get("by") == by.fingerprint and said.get("fingerprint") == key.fingerprint
    return (
        key
        if is_meant and by.has_signed(_statement(action, by.fingerprint, key.fingerprint), signature)
        else None
    )
