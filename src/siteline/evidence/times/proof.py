"""One time proof of a checkpoint, as it was asked for and as it is kept."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from siteline.evidence.custody.dsse import pae
from siteline.evidence.custody.log import open_checkpoint
from siteline.evidence.custody.rows import canonical
from siteline.model.errors import BadInput, BrokenCustody

RFC3161, OTS = "rfc3161", "opentimestamps"
NOT_REACHED = "not_reached"
"""The verdict where no answer came."""


@dataclass(frozen=True, slots=True)
class TimeProof:
    """A token over a checkpoint, or that none came; frozen as it was judged on the day."""

    id: str
    kind: str
    """`rfc3161` or `opentimestamps`."""

    checkpoint: int
    size: int
    """Rows of the log that the checkpoint covers."""

    address: str
    """Who was asked, without secrets; calendars by commas."""

    asked_at: str
    """ISO 8601, UTC."""

    imprint: str
    """The exact bytes whose digest was sent (DSSE's encoding of the checkpoint), base64."""

    query: str
    """What was sent to an authority, with its nonce, base64; "" for calendars."""

    token: str
    """SHA-256 of the answer as it came; "" if none came."""

    chain: str
    """SHA-256 of the certificates from the signer to the root, PEM; "" if there is no chain."""

    root: str
    """SHA-256 of the root certificate."""

    trusted_by: str
    """Why that root counts, in words; "" if nobody vouched."""

    verdict: str
    means: str
    follows: str = ""
    """The proof that this one was grown from."""

    @property
    def signed_bytes(self) -> bytes:
        """The imprint's bytes."""
        return base64.b64decode(self.imprint)


_FIELDS = tuple(field.name for field in fields(TimeProof))
_NUMBERS = ("checkpoint", "size")


def write_proof(proof: TimeProof) -> str:
    """A proof as the text whose hash stands in the log."""
    return canonical(asdict(proof))


def read_proof(noun: str) -> TimeProof:
    """The proof that `write_proof` wrote; raises BrokenCustody."""
    try:
        told = json.loads(noun)
        said = {name: str(told[name]) for name in _FIELDS if name not in _NUMBERS}
        return TimeProof(checkpoint=int(told["checkpoint"]), size=int(told["size"]), **said)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BrokenCustody(
            "the row of a time proof was altered", "Name it: siteline evidence verify"
        ) from error


def signed_bytes(envelope: str) -> bytes:
    """The exact bytes that a checkpoint's signature is over, signed or not; raises BadInput."""
    sealed, _ = open_checkpoint(envelope)
    return pae(sealed.payload_type, sealed.payload)


def head_of(envelope: str) -> Mapping[str, Any]:
    """What a checkpoint says; nothing if it cannot be read."""
    try:
        return open_checkpoint(envelope)[1]
    except (BadInput, ValueError, RecursionError):
        return {}


def moment_of(text: str) -> datetime:
    """A moment out of a fact, UTC."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
