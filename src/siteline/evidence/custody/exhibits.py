"""Exhibits: taken in, listed, found again; what is restricted is for its named readers alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from ulid import ULID

from siteline.evidence.custody.clock import stamp
from siteline.evidence.custody.log import CustodyLog, Written
from siteline.evidence.custody.restrictions import OF_THE_CAPTURE, Restriction, in_force, named_bytes
from siteline.evidence.custody.rows import Event, canonical
from siteline.evidence.custody.taking import (
    Taken,
    Taking,
    events_of,
    is_same,
    restricted_event,
    restriction_row,
)
from siteline.evidence.custody.told import FIELDS, as_dict, read_exhibit, write_exhibit
from siteline.model.errors import BadInput, NotForYou, NotFound
from siteline.model.exhibit import Exhibit
from siteline.store import tables
from siteline.store.db import Database, known_at

_SHORTEST = 4
"""Fewest letters of an id that may stand for it."""

_MANY = 500
"""How many values go into one query."""


class Exhibits:
    """The exhibits of one case, as the person who opened it may see them."""

    def __init__(self, db: Database, log: CustodyLog) -> None:
        self._db = db
        self._log = log

    def admit(self, takings: Sequence[Taking], tool: str) -> list[Taken | NotForYou]:
        """
        Make exhibits, in one transaction with their rows in the log.

        The same bytes, described just so, are the exhibit that is there already. Bytes under restriction are not let
        in again without one: each such taking is answered with its refusal.
        """
        answers: list[Taken | NotForYou] = []
        events: list[Event] = []
        fresh: list[tuple[Taking, Exhibit, int]] = []
        with self._db.appending():
            self._db.only_writer(tables.custody_event)
            there = self._by_bytes({t.sha256 for t in takings})
            restricted = self.restrictions()
            named = named_bytes(self._db) if restricted else set()
            for taking in takings:
                twins = there.setdefault(taking.sha256, [])
                if refusal := self._refusal(taking, twins, restricted, named):
                    answers.append(refusal)
                    continue
                same = next((e for e in twins if is_same(taking, e, restricted)), None)
                exhibit = same or self._exhibit(taking)
                answers.append(Taken(exhibit, same is None))
                if same is None:
                    twins.append(exhibit)
                    fresh.append((taking, exhibit, len(events)))
                    events += events_of(taking, exhibit, tool)
                    if taking.restriction:
                        restricted[exhibit.id] = taking.restriction
                        named.add(exhibit.sha256)
            if fresh:
                self._file(fresh, self._log.append(events))
        return answers

    def restrict(self, exhibit_id: str, why: str, readers: Sequence[str]) -> None:
        """
        Keep an exhibit for these readers, with all that was made from it; if there are none, let all see it again.

        Only a reader may change it.
        """
        said = Restriction(why, tuple(readers))
        with self._db.appending():
            self._db.only_writer(tables.custody_event)
            exhibit = self.get(exhibit_id)  # once nobody else can restrict it
            [row] = self._log.append([restricted_event(exhibit, said, "evidence restrict")])
            self._db.append(tables.restriction, restriction_row(exhibit.id, said, row))

    def restrictions(self) -> dict[str, Restriction]:
        """What is confidential now, by exhibit: by its own word, or through what it was made from, holds or repeats."""
        return in_force(self._db)

    def hidden(self) -> set[str]:
        """Exhibits that are not for whoever opened this case."""
        return {i for i, said in self.restrictions().items() if self._db.who not in said.readers}

    def bytes_held(self, held: set[str]) -> set[str]:
        """
        SHA-256 of the bytes of these exhibits, which must stay under whatever name they were added.

        Not of what an open capture of its own brought as well, such as a site's logo, unless a person named it.
        """
        if not held:
            return set()
        every = [exhibit for _, exhibit in self.after(0)]
        table, open_ones = tables.derivation.c, {e.id for e in every if e.id not in held}
        parts = self._db.rows(sa.select(table.exhibit_id).where(table.activity.endswith(OF_THE_CAPTURE)))
        open_parts = {part for (part,) in parts} & open_ones
        shared = {e.sha256 for e in every if e.id in open_parts} - named_bytes(self._db)
        return {e.sha256 for e in every if e.id in held} - shared

    def get(self, said: str, as_of: datetime | None = None) -> Exhibit:
        """
        One exhibit by its id, its SHA-256, or the start of either; raises NotFound, BadInput, or NotForYou.

        Only the whole id of a restricted exhibit says that it exists.
        """
        table, wanted = tables.exhibit.c, said.strip()
        if not wanted.isalnum() or len(wanted) < _SHORTEST:
            raise BadInput(f"{said!r} is no id of an exhibit", "See: siteline evidence list")
        upper, lower = wanted.upper(), wanted.lower()
        is_it = (table.id.startswith(upper), table.sha256.startswith(lower))
        query = known_at(sa.select(table.id, table.noun).where(sa.or_(*is_it)), tables.exhibit, as_of)
        found, hidden = self._db.rows(query.limit(_MANY)), self.hidden()
        if any(i == upper and i in hidden for i, _ in found):
            raise NotForYou(f"exhibit {upper} is restricted to its readers")
        open_ones = [read_exhibit(noun) for i, noun in found if i not in hidden]
        exact = [e for e in open_ones if e.id == upper] or open_ones
        if not exact:
            raise NotFound(f"no exhibit {said!r} in this case", "See: siteline evidence list")
        if len(exact) > 1:
            raise BadInput(
                f"{said!r} fits {len(exact)} exhibits: {', '.join(e.id for e in exact[:4])}",
                "Give the whole id.",
            )
        return exact[0]

    def texts(self, as_of: datetime | None = None, kind: str | None = None) -> list[str]:
        """Every exhibit as JSON text, oldest first; those restricted, for their readers only, say so."""
        restricted, table = self.restrictions(), tables.exhibit.c
        query = known_at(sa.select(table.noun).order_by(table.seq), tables.exhibit, as_of)
        if kind is not None:
            query = query.where(table.kind == kind)
        if not restricted:
            return self._db.texts(query)
        told = []
        for exhibit_id, noun in self._db.rows(
            query.add_columns(table.id).with_only_columns(table.id, table.noun)
        ):
            said = restricted.get(exhibit_id)
            if said is None:
                told.append(noun)
            elif self._db.who in said.readers:
                told.append(canonical({**json.loads(noun), "restricted": as_dict(said)}))
        return told

    def after(self, seq: int) -> list[tuple[int, Exhibit]]:
        """Exhibits that came after this row, restricted ones too; for an index."""
        table = tables.exhibit.c
        query = sa.select(table.seq, table.noun).where(table.seq > seq).order_by(table.seq)
        return [(number, read_exhibit(noun)) for number, noun in self._db.rows(query)]

    def kin(self, exhibit_id: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
        """What an exhibit was made from, and what was made from it, as far as the person may see it."""
        table, hidden = tables.derivation.c, self.hidden()
        query = sa.select(table.exhibit_id, table.from_id, table.activity).order_by(table.seq)
        rows = self._db.rows(query.where(sa.or_(table.exhibit_id == exhibit_id, table.from_id == exhibit_id)))
        rows = [row for row in rows if not {row[0], row[1]} & hidden]
        return (
            [{"id": origin, "activity": how} for made, origin, how in rows if made == exhibit_id],
            [{"id": made, "activity": how} for made, origin, how in rows if origin == exhibit_id],
        )

    def origins(self) -> dict[str, list[dict[str, str]]]:
        """What every derived exhibit was made from."""
        table = tables.derivation.c
        found: dict[str, list[dict[str, str]]] = {}
        query = sa.select(table.exhibit_id, table.from_id, table.activity).order_by(table.seq)
        for made, origin, how in self._db.rows(query):
            found.setdefault(made, []).append({"id": origin, "activity": how})
        return found

    def _by_bytes(self, sha256s: set[str]) -> dict[str, list[Exhibit]]:
        table, wanted = tables.exhibit.c, sorted(sha256s)
        found: dict[str, list[Exhibit]] = {}
        for start in range(0, len(wanted), _MANY):
            query = (
                sa.select(table.noun)
                .where(table.sha256.in_(wanted[start : start + _MANY]))
                .order_by(table.seq)
            )
            for (noun,) in self._db.rows(query):
                exhibit = read_exhibit(noun)
                found.setdefault(exhibit.sha256, []).append(exhibit)
        return found

    def _refusal(
        self,
        taking: Taking,
        twins: Iterable[Exhibit],
        restricted: Mapping[str, Restriction],
        named: set[str],
    ) -> NotForYou | None:
        kept = [restricted[e.id] for e in twins if e.id in restricted]
        if not kept or taking.restriction is not None or any(i in restricted for i in taking.derived_from):
            return None
        if taking.activity.endswith(OF_THE_CAPTURE) and taking.sha256 not in named:
            return None  # a site's logo, which is in a restricted capture, too
        if any(self._db.who in said.readers and is_same(taking, e, {}) for e in twins for said in kept):
            return None  # its own reader, who adds it once more
        return NotForYou(
            "its bytes are kept under restriction in this case",
            "Add it with --restricted and its readers, or have a reader lift the restriction.",
        )

    def _exhibit(self, taking: Taking) -> Exhibit:
        own = {name: getattr(taking, name) for name in FIELDS if hasattr(taking, name)}
        return Exhibit(**own, id=str(ULID()), added_at=stamp(self._log.clock.now()), added_by=self._db.who)

    def _file(self, fresh: Sequence[tuple[Taking, Exhibit, int]], rows: Sequence[Written]) -> None:
        exhibits, restrictions, derivations = [], [], []
        for taking, exhibit, first in fresh:
            exhibits.append(
                {
                    "id": exhibit.id,
                    "sha256": exhibit.sha256,
                    "kind": exhibit.kind,
                    "noun": write_exhibit(exhibit),
                    **rows[first].mark(),
                }
            )
            if taking.restriction:
                restrictions.append(restriction_row(exhibit.id, taking.restriction, rows[first + 1]))
            offset = first + 1 + (taking.restriction is not None)
            for place, origin in enumerate(taking.derived_from, offset):
                row = {"exhibit_id": exhibit.id, "from_id": origin, "activity": taking.activity}
                derivations.append({**row, **rows[place].mark()})
        self._db.append(tables.exhibit, *exhibits)
        self._db.append(tables.restriction, *restrictions)
        self._db.append(tables.derivation, *derivations)
