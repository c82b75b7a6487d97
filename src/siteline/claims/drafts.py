"""Drafts on file: what was read, what it proposed, and what people said of it; added, never changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from siteline.model.draft import Draft
from siteline.model.errors import BadInput, BrokenCustody, NotFound
from siteline.store import tables
from siteline.store.codec import from_json, to_json
from siteline.store.db import Database, known_at

ACCEPTED, REJECTED, OPEN = "accepted", "rejected", "open"
_SHORTEST = 4
_D, _W, _R = tables.draft.c, tables.draft_word.c, tables.draft_reading.c


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of one text."""

    exhibit_id: str
    """The text."""

    origin_id: str
    """What the text was made from; the text itself if it was made from nothing."""

    maker: str
    """Rules or model, with version."""

    prompt_sha256: str
    """Of a model's instructions; "" for rules."""

    sentences: int
    drafts: int
    dropped: Mapping[str, int]
    """What was not drafted or not believed: why → how many."""

    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person said of a draft."""

    verdict: str
    """accepted or rejected."""

    statement_id: str
    """The statement it became; "" if it was rejected."""

    why: str
    at: str
    by: str


@dataclass(frozen=True, slots=True)
class FiledDraft:
    """A draft on file, with what was said of it."""

    id: str
    exhibit_id: str
    origin_id: str
    maker: str
    prompt_sha256: str
    draft: Draft
    at: str
    by: str
    verdicts: tuple[Verdict, ...] = ()
    """Oldest first."""

    @property
    def status(self) -> str:
        """open, accepted or rejected."""
        return self.verdicts[-1].verdict if self.verdicts else OPEN

    @property
    def statements(self) -> tuple[str, ...]:
        """The statements that it became."""
        return tuple(v.statement_id for v in self.verdicts if v.statement_id)


def draft_id(exhibit_id: str, draft: Draft, maker: str) -> str:
    """The same for the same words of the same text, read by the same: 16 hex digits."""
    told = "\0".join(
        (exhibit_id, str(draft.start), str(draft.end), "rules" if maker.startswith("rules/") else maker)
    )
    return hashlib.sha256(told.encode()).hexdigest()[:16]


class FiledDrafts:
    """The drafts of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def file(self, reading: Reading, drafts: Sequence[Draft]) -> list[str]:
        """File what a reading proposed; returns all ids. What stands there already, just so, is not added again."""
        ids = [draft_id(reading.exhibit_id, draft, reading.maker) for draft in drafts]
        common = {
            "exhibit_id": reading.exhibit_id,
            "origin_id": reading.origin_id,
            "maker": reading.maker[:200],
            "prompt_sha256": reading.prompt_sha256,
        }
        with self._db.appending():
            self._db.only_writer(tables.draft)
            there = self._nouns(reading.exhibit_id)
            fresh = {
                name: noun
                for name, draft in zip(ids, drafts, strict=True)
                if there.get(name) != (noun := to_json(draft))
            }
            self._db.append(tables.draft, *({"id": i, "noun": noun, **common} for i, noun in fresh.items()))
            noun = to_json(reading)
            if noun not in self._readings(reading.exhibit_id):
                self._db.append(tables.draft_reading, {"noun": noun, **common})
        return list(dict.fromkeys(ids))

    def find(
        self, as_of: datetime | None = None, exhibit_id: str | None = None, ids: Sequence[str] | None = None
    ) -> list[FiledDraft]:
        """Drafts by text and place, each as it was read last."""
        query = sa.select(
            _D.id,
            _D.exhibit_id,
            _D.origin_id,
            _D.maker,
            _D.prompt_sha256,
            _D.noun,
            _D.created_at,
            _D.created_by,
        ).order_by(_D.seq)
        if exhibit_id is not None:
            query = query.where(sa.or_(_D.exhibit_id == exhibit_id, _D.origin_id == exhibit_id))
        if ids is not None:
            query = query.where(_D.id.in_(list(ids)))
        newest = {row[0]: row for row in self._db.rows(known_at(query, tables.draft, as_of))}
        verdicts = self._verdicts(as_of)
        found = [
            FiledDraft(
                row[0],
                row[1],
                row[2],
                row[3],
                row[4],
                _read(row[5]),
                row[6],
                row[7],
                tuple(verdicts.get(row[0], ())),
            )
            for row in newest.values()
        ]
        places = {exhibit: n for n, exhibit in enumerate(dict.fromkeys(row[1] for row in newest.values()))}
        return sorted(found, key=lambda f: (places[f.exhibit_id], f.draft.start, f.draft.end, f.maker))

    def get(self, said: str, as_of: datetime | None = None) -> FiledDraft:
        """One draft, by its id or the start of it; raises NotFound or BadInput."""
        wanted = said.strip().lower()
        if len(wanted) < _SHORTEST or not wanted.isalnum():
            raise BadInput(f"{said!r} is no id of a draft", "See: siteline claims draft --list")
        query = sa.select(_D.id).where(_D.id.startswith(wanted)).distinct().limit(5)
        ids = [row[0] for row in self._db.rows(known_at(query, tables.draft, as_of))]
        if not ids:
            raise NotFound(f"no draft {said!r} in this case", "See: siteline claims draft --list")
        if len(ids) > 1 and wanted not in ids:
            raise BadInput(f"{said!r} fits several drafts", "Give the whole id.")
        return self.find(as_of, ids=[wanted if wanted in ids else ids[0]])[0]

    def say(self, draft: FiledDraft, verdict: str, why: str, statement_id: str = "") -> bool:
        """Add a person's word on a draft; returns whether it was new."""
        with self._db.appending():
            self._db.only_writer(tables.draft_word)
            there = self._verdicts(None).get(draft.id, [])
            if any(v.verdict == verdict and v.statement_id == statement_id for v in there[-1:]) or (
                statement_id and any(v.statement_id == statement_id for v in there)
            ):
                return False
            row = {"draft_id": draft.id, "verdict": verdict, "statement_id": statement_id, "why": why}
            self._db.append(tables.draft_word, row)
        return True

    def readings(self, as_of: datetime | None = None) -> list[Reading]:
        """Every reading, oldest first."""
        query = known_at(sa.select(_R.noun).order_by(_R.seq), tables.draft_reading, as_of)
        return [from_json(Reading, noun) for (noun,) in self._db.rows(query)]

    def _readings(self, exhibit_id: str) -> set[str]:
        return {noun for (noun,) in self._db.rows(sa.select(_R.noun).where(_R.exhibit_id == exhibit_id))}

    def _nouns(self, exhibit_id: str) -> dict[str, str]:
        query = sa.select(_D.id, _D.noun).where(_D.exhibit_id == exhibit_id).order_by(_D.seq)
        return {str(name): str(noun) for name, noun in self._db.rows(query)}

    def _verdicts(self, as_of: datetime | None) -> dict[str, list[Verdict]]:
        query = sa.select(
            _W.draft_id, _W.verdict, _W.statement_id, _W.why, _W.created_at, _W.created_by
        ).order_by(_W.seq)
        found: dict[str, list[Verdict]] = {}
        for name, *said in self._db.rows(known_at(query, tables.draft_word, as_of)):
            found.setdefault(name, []).append(Verdict(*said))
        return found


def _read(noun: str) -> Draft:
    try:
        return from_json(Draft, noun)
    except Exception as error:
        raise BrokenCustody(
            "the row of a draft was altered", "Restore the case folder from a copy."
        ) from error
