"""Keys that sign a case's log: the one in use, a new one in its place, a colleague's that is vouched for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from siteline.evidence.custody import trust
from siteline.evidence.custody.log import KEY_ACTIONS, detail_of
from siteline.evidence.custody.rows import Event
from siteline.model.errors import BadKey
from siteline.store import tables
from siteline.workbench import keyring
from siteline.workbench.case import Case


def tell_keys(case: Case) -> dict[str, Any]:
    """The key in use here, and the keys that the log knows."""
    state = keyring.find_key()
    table = tables.custody_event.c
    query = sa.select(table.seq, table.action, table.object, table.created_at, table.created_by, table.detail)
    rows = case.db.rows(query.where(table.action.in_(KEY_ACTIONS)).order_by(table.seq))
    return {
        "fingerprint": state.signer.public.fingerprint if state.signer else None,
        "from": state.signer.origin if state.signer else None,
        "why_not": state.why_not or None,
        "public_key": state.signer.public.pem if state.signer else None,
        "known": [
            {
                "row": seq,
                "how": action,
                "fingerprint": fingerprint,
                "by": detail_of(detail).get("by"),
                "at": at,
                "who": who,
            }
            for seq, action, fingerprint, at, who, detail in rows
        ],
    }


def rotate_key(case: Case) -> tuple[str, str]:
    """A new key in the old one's place, and the row that says so; returns both fingerprints."""
    case.log.append(())  # the old key has signed here, or says now who it is
    old, new = keyring.rotate_key()
    case.log.forget_signer()
    case.log.append(())
    return old.public.fingerprint, new.public.fingerprint


def trust_key(case: Case, file: Path) -> str:
    """Vouch for a colleague's key, in the log, with one's own; returns its fingerprint."""
    signer = case.log.signer
    if signer is None:
        raise BadKey(f"you have no key to vouch with: {case.unsigned_because}")
    key = keyring.read_public_file(file)
    detail = trust.vouch(trust.VOUCHED, signer, key)
    case.log.append([Event(trust.VOUCHED, object=key.fingerprint, tool="evidence trust-key", detail=detail)])
    return key.fingerprint
