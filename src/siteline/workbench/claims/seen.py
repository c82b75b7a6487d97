"""What of the statements whoever opened the case may see: the one place where restricted exhibits are left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from siteline.claims.rows import rank
from siteline.claims.statements import Filed, WordKind
from siteline.claims.weighing.named import claims_like
from siteline.model.claim import Statement
from siteline.model.errors import BadInput, NotForYou, NotFound
from siteline.workbench.case import Case

WITHHELD = "[withheld]"
_CLAIM_ID = re.compile(r"[0-9a-f]{4,16}")


def visible(case: Case, statements: Sequence[Statement]) -> list[Statement]:
    """
    Those whose exhibits are not restricted to others, to compute with.

    They keep the images that they rest on, so that one origin does not count as two for somebody who may not see them.
    """
    hidden = case.exhibits.hidden()
    return [_without(s, hidden) for s in statements if s.anchor.exhibit_id not in hidden]


def visible_filed(case: Case, filed: Sequence[Filed]) -> list[Filed]:
    """Those whose exhibits are not restricted to others, as they are."""
    hidden = case.exhibits.hidden()
    return [f for f in filed if f.statement.anchor.exhibit_id not in hidden]


def open_forms(case: Case, filed: Iterable[Filed], as_of: datetime | None = None) -> list[Filed]:
    """Those that may be seen, as they may be told: nothing in them names what is restricted to others."""
    hidden = case.exhibits.hidden()
    shown = [f for f in filed if f.statement.anchor.exhibit_id not in hidden]
    if not hidden:
        return shown
    named = {name for f in shown for name in f.statement.supports}
    found = case.statements.find(ids=named, as_of=as_of, with_withdrawn=True)
    closed = {f.id for f in found if f.statement.anchor.exhibit_id in hidden}
    return [_opened(f, hidden, closed) for f in shown]


def find_seen(case: Case, said: str, as_of: datetime | None = None) -> Filed:
    """
    A statement by its id or the start of it; or, by a claim's id or the start of it, the earliest that makes the claim.

    Raises NotFound, BadInput where several claims fit, and NotForYou where its exhibit is restricted to others.
    """
    wanted = said.strip()
    try:
        return _for_you(case, case.statements.get(wanted, as_of), wanted, as_of)
    except NotFound:
        if not _CLAIM_ID.fullmatch(wanted.lower()):
            raise
        by_claim: dict[str, list[Filed]] = {}
        for claim in claims_like(case.db, wanted.lower(), as_of):
            filed = case.statements.find(claim_id=claim.id, as_of=as_of, with_withdrawn=True)
            if shown := open_forms(case, filed, as_of):
                by_claim[claim.id] = shown
        if not by_claim:
            raise
    if len(by_claim) > 1:
        raise BadInput(f"{said!r} fits {len(by_claim)} claims", "Give the whole id.")
    [shown] = by_claim.values()
    return min(shown, key=lambda f: (f.is_withdrawn, rank(f.statement)))


def find_own(case: Case, said: str) -> Filed:
    """A statement on which something is to be said: on record, and not restricted to others. Raises NotFound, NotForYou."""
    return _for_you(case, case.statements.get(said.strip()), said, None)


def open_lineages(case: Case, names: Iterable[str], as_of: datetime | None = None) -> set[str]:
    """Of these lineages those that may be named: no statement of them is restricted to others, or another one is not."""
    wanted, hidden = set(names), case.exhibits.hidden()
    if not hidden:
        return wanted

    def is_open(name: str) -> bool:
        filed = case.statements.find(lineage=name, as_of=as_of, with_withdrawn=True)
        return not filed or any(f.statement.anchor.exhibit_id not in hidden for f in filed)

    return {name for name in wanted if is_open(name)}


def without_names(text: str, hidden: Collection[str]) -> str:
    """A reason without the ids of exhibits that are restricted to others."""
    for name in hidden:
        text = text.replace(name, WITHHELD)
    return text


def _for_you(case: Case, filed: Filed, said: str, as_of: datetime | None) -> Filed:
    shown = open_forms(case, [filed], as_of)
    if not shown:
        raise NotForYou(f"what {said!r} names quotes an exhibit that is restricted to its readers")
    return shown[0]


def _without(statement: Statement, hidden: set[str]) -> Statement:
    if not hidden.intersection(statement.evidence):
        return statement
    return replace(statement, evidence=tuple(name for name in statement.evidence if name not in hidden))


def _opened(filed: Filed, hidden: set[str], closed: set[str]) -> Filed:
    statement = filed.statement
    told = replace(
        statement,
        imagery=tuple(name for name in statement.imagery if name not in hidden),
        evidence=tuple(name for name in statement.evidence if name not in hidden),
        supports=tuple(name for name in statement.supports if name not in closed),
    )
    words = tuple(w for w in filed.words if w.kind is not WordKind.EVIDENCE or w.detail not in hidden)
    return replace(filed, statement=told, words=words)
