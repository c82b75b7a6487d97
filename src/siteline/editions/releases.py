"""Releases as the case knows them: who built which text, what was answered, which editions went out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from siteline.model.errors import BadInput, NotFound
from siteline.model.release import Answer, Edition, EditionNoun
from siteline.store import tables
from siteline.store.codec import from_json, to_json
from siteline.store.db import Database, known_at

_TEXT, _ANSWER, _EDITION = tables.brief_text.c, tables.release_answer.c, tables.edition.c
_SHORTEST = 6
"""Letters of an id by which an edition may be called."""


class Releases:
    """The editions of one case, and what led to them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def built(self, name: str, source_sha256: str) -> None:
        """Record that whoever signs has built this text."""
        self._db.append(tables.brief_text, {"name": name, "source_sha256": source_sha256})

    def builders(self, source_sha256: str) -> list[str]:
        """Who built just this text, in order."""
        query = sa.select(_TEXT.created_by).where(_TEXT.source_sha256 == source_sha256).order_by(_TEXT.seq)
        return [who for (who,) in self._db.rows(query)]

    def answer(self, source_sha256: str, answers: Sequence[Answer]) -> None:
        """Add answers; an earlier one of the same name stays on record."""
        rows = [{"source_sha256": source_sha256, "key": a.key[:40], "noun": to_json(a)} for a in answers]
        self._db.append(tables.release_answer, *rows)

    def answers(self, source_sha256: str) -> list[Answer]:
        """Every answer on this text, oldest first, with who gave it and when."""
        query = (
            sa.select(_ANSWER.noun, _ANSWER.created_by, _ANSWER.created_at)
            .where(_ANSWER.source_sha256 == source_sha256)
            .order_by(_ANSWER.seq)
        )
        found = []
        for noun, who, at in self._db.rows(query):
            said = from_json(Answer, noun)
            found.append(Answer(said.key, said.text, said.reply, who, datetime.fromisoformat(at)))
        return found

    def next_number(self, brief: str) -> int:
        """Which number the next edition of a brief has."""
        query = sa.select(sa.func.max(_EDITION.number)).where(_EDITION.brief == brief)
        return int(self._db.rows(query)[0][0] or 0) + 1

    def record(self, noun: EditionNoun, log_seq: int) -> None:
        """File a release."""
        self._db.append(
            tables.edition,
            {
                "id": noun.id,
                "brief": noun.brief,
                "number": noun.number,
                "source_sha256": noun.source_sha256,
                "log_seq": log_seq,
                "noun": to_json(noun),
            },
        )

    def all(self, as_of: datetime | None = None) -> list[Edition]:
        """Every edition, oldest first."""
        query = sa.select(_EDITION.noun, _EDITION.created_by, _EDITION.created_at, _EDITION.log_seq)
        rows = self._db.rows(known_at(query.order_by(_EDITION.seq), tables.edition, as_of))
        return [
            Edition(from_json(EditionNoun, noun), who, datetime.fromisoformat(at), seq)
            for noun, who, at, seq in rows
        ]

    def of_text(self, source_sha256: str) -> Edition | None:
        """The newest edition of just this text; None if there is none."""
        found = [e for e in self.all() if e.noun.source_sha256 == source_sha256]
        return found[-1] if found else None

    def get(self, said: str = "", as_of: datetime | None = None) -> Edition:
        """
        An edition by its number, BRIEF/NUMBER, the name of its brief (the newest), or the start of its id.

        "": the newest of all. Raises NotFound or BadInput.
        """
        every, wanted = self.all(as_of), said.strip()
        if not every:
            raise NotFound("nothing has been released yet", "See: siteline brief release FILE")
        if not wanted:
            return every[-1]
        brief, slash, number = wanted.rpartition("/")
        if slash and number.isascii() and number.isdigit():
            found = [e for e in every if e.noun.brief == brief and e.noun.number == int(number[:9])]
        else:
            is_number = wanted.isascii() and wanted.isdigit() and len(wanted) < 9
            found = [e for e in every if is_number and e.noun.number == int(wanted)]
            found = found or [e for e in every if e.noun.brief == wanted][-1:]
        if not found and len(wanted) >= _SHORTEST:
            found = [e for e in every if e.noun.id.startswith(wanted.upper())]
        if not found:
            raise NotFound(f"there is no edition {said[:80]!r}", "See: siteline brief list")
        if len(found) > 1:
            raise BadInput(
                f"{said!r} fits {len(found)} editions: {', '.join(e.name for e in found[:5])}",
                "Name the brief, too: BRIEF/NUMBER.",
            )
        return found[0]
