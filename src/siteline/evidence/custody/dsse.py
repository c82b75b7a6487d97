"""Signed statements in DSSE envelopes: the bytes that are signed say of what type they are."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

from siteline.evidence.custody.keys import PublicKey, Signer
from siteline.model.errors import BadInput

PAYLOAD_TYPE = "application/vnd.siteline.checkpoint+json"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A statement, and who signed it."""

    payload: bytes
    payload_type: str
    signatures: tuple[tuple[str, bytes], ...]
    """(fingerprint of the key, signature); none where there was no key."""

    def signed_by(self, key: PublicKey) -> bool:
        """Whether a signature of this key is on it and right."""
        message = pae(self.payload_type, self.payload)
        return any(who == key.fingerprint and key.has_signed(message, sig) for who, sig in self.signatures)

    def to_json(self) -> str:
        """The envelope as one line of JSON."""
        told = {
            "payload": base64.b64encode(self.payload).decode(),
            "payloadType": self.payload_type,
            "signatures": [
                {"keyid": who, "sig": base64.b64encode(sig).decode()} for who, sig in self.signatures
            ],
        }
        return json.dumps(told, sort_keys=True, separators=(",", ":"))


def pae(payload_type: str, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: what is really signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def seal(payload: bytes, signer: Signer | None, payload_type: str = PAYLOAD_TYPE) -> Envelope:
    """Put a statement into an envelope, signed if there is a key."""
    if signer is None:
        return Envelope(payload, payload_type, ())
    signature = signer.sign(pae(payload_type, payload))
    return Envelope(payload, payload_type, ((signer.public.fingerprint, signature),))


def parse_envelope(text: str) -> Envelope:
    """The envelope that `to_json` wrote, or somebody else's; raises BadInput."""
    try:
        told = json.loads(text)
        return Envelope(
            base64.b64decode(told["payload"], validate=True),
            str(told["payloadType"]),
            tuple((str(s["keyid"]), base64.b64decode(s["sig"], validate=True)) for s in told["signatures"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise BadInput("that is no DSSE envelope") from error
