"""
Change events as the case knows them: an id for life, versions, and what people judged.

A survey never overwrites. What it finds again otherwise becomes a new version of the event it matches; what it
finds as it was adds what the newer looks say of it; what it no longer finds becomes a version that says so.
Judgements name the version that was judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa
from pyproj import Transformer
from shapely import to_wkb
from shapely.geometry.base import BaseGeometry
from shapely.ops import transform
from ulid import ULID

from siteline.model.change import ChangeEvent, Judgement, Method, Observation, Proposer, Status
from siteline.model.dates import DateInterval
from siteline.model.errors import BadInput, NotFound
from siteline.model.imagery import Scene
from siteline.sites.measurements import Measurements
from siteline.store import tables
from siteline.store.codec import digest, from_json, to_json
from siteline.store.db import Database, known_at

SAME_PLACE = 0.3
"""Intersection over union from which two outlines are one event."""

MOVED = 0.7
"""Intersection over union below which a judged outline counts as materially changed."""

REDRAWN = 0.9
"""Intersection over union below which an outline is another form; one more look moves its edge by less than that."""

TOLD_APART = 0.05
"""Detection probabilities that differ by less are told alike."""

TALLER_M = 0.5
"""Heights that differ by less are told alike, m."""


@dataclass(frozen=True, slots=True)
class Version:
    """One form of an event: as one survey saw it, or as one person drew it."""

    number: int
    event: ChangeEvent
    """With the label that a person gave it, if one did, and with what the newest looks say of it."""

    own_label: str
    """The label that its survey or its drawing gave it."""

    survey_id: str | None
    reproduced: bool
    """False: a later survey did not find it again; `event` is then its last form."""

    reported: bool
    """False: a candidate below the reporting threshold (`events list --all`)."""

    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class WatchedEvent:
    """An event with its whole life."""

    id: str
    site_id: str
    versions: tuple[Version, ...]
    """Oldest first; at least one."""

    judgements: tuple[Judgement, ...]
    """Oldest first."""

    @property
    def current(self) -> Version:
        """The newest version."""
        return self.versions[-1]

    @property
    def judgement(self) -> Judgement | None:
        """The latest word on it."""
        return self.judgements[-1] if self.judgements else None

    @property
    def status(self) -> Status:
        """Proposed until somebody judged it."""
        return self.judgement.status if self.judgement else Status.PROPOSED

    @property
    def needs_review(self) -> bool:
        """Whether the event changed materially after it was judged."""
        if self.judgement is None:
            return False
        judged = next((v for v in self.versions if v.number == self.judgement.version), None)
        return judged is None or _is_material(judged, self.current)


class Events:
    """The events of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._sizes = Measurements(db)

    def record_survey(
        self,
        site_id: str,
        survey_id: str,
        found: Sequence[tuple[ChangeEvent, bool]],
        until: date | None = None,
    ) -> list[tuple[str, int]]:
        """
        File what a survey found, each with whether it is reported; returns (id, version) of each, in order.

        until: the last day whose scenes the survey used; it says nothing of events that came into sight later.

        Matches what was known by outline (IoU ≥ 0.3), dates that agree first. A form of which a reader would be told
        the same adds no version, only what the looks say of it now. Known events that were not found again get a
        version that says so.
        """
        with self._db.appending():
            known = [
                e
                for e in self.all(site_id, every=True)
                if e.current.event.method is Method.DETECTED and e.current.event.proposer is None
            ]
            partner = _match([e.current.event for e in known], [event for event, _ in found])
            filed = []
            for ordinal, (event, is_reported) in enumerate(found):
                old = known[partner[ordinal]] if ordinal in partner else None
                if old is None:
                    filed.append(self._add(site_id, survey_id, ordinal, event, is_reported))
                    continue
                now = old.current
                was = replace(now.event, label=now.own_label)
                is_same = _tells_the_same(was, event)
                if is_same and now.reproduced and now.reported == is_reported:
                    if was.observations != event.observations:
                        self._add_sighting(old.id, now.number, survey_id, event)
                    filed.append((old.id, now.number))
                    continue
                self._append_version(old.id, now.number + 1, survey_id, event, is_reported)
                if is_same:
                    self._sizes.carry(site_id, old.id, now.number, now.number + 1)
                filed.append((old.id, now.number + 1))
            for index in set(range(len(known))) - set(partner.values()):
                gone = known[index]
                now = gone.current
                if now.reproduced and (until is None or now.event.onset.by <= until):
                    last = replace(now.event, label=now.own_label)
                    self._append_version(gone.id, now.number + 1, survey_id, last, False, reproduced=False)
                    self._sizes.carry(site_id, gone.id, now.number, now.number + 1)
        return filed

    def record_drawn(self, site_id: str, event: ChangeEvent) -> str:
        """File an event that a person saw; returns its id."""
        with self._db.appending():
            event_id = str(ULID())
            self._db.append(tables.event, {"id": event_id, "site_id": site_id, "method": event.method.value})
            self._append_version(event_id, 1, None, event, True)
        return event_id

    def record_proposed(
        self, site_id: str, proposer: Proposer, scenes: tuple[str | None, str], found: Sequence[ChangeEvent]
    ) -> list[tuple[str, int, bool]]:
        """
        File what a user's model proposed; returns (id, version, whether anything is new) of each, in order.

        scenes: (before or None, after) that it was asked of. Events that the same model, asked in the same way of the
        same scenes, proposed before are continued; those it proposes no more get a version that says so.
        """
        with self._db.appending():
            known = [e for e in self.all(site_id, every=True) if _is_by(e.current.event, proposer, scenes)]
            partner = _match([e.current.event for e in known], found)
            filed = []
            for ordinal, event in enumerate(found):
                old = known[partner[ordinal]] if ordinal in partner else None
                if old is None:
                    event_id = digest(site_id, proposer.run, str(ordinal), str(len(known)))[:12]
                    row = {"id": event_id, "site_id": site_id, "method": event.method.value}
                    self._db.append(tables.event, row)
                    self._append_version(event_id, 1, None, event, True)
                    filed.append((event_id, 1, True))
                    continue
                now = old.current
                if _tells_the_same(replace(now.event, label=now.own_label), event) and now.reproduced:
                    filed.append((old.id, now.number, False))
                    continue
                self._append_version(old.id, now.number + 1, None, event, True)
                filed.append((old.id, now.number + 1, True))
            for index in set(range(len(known))) - set(partner.values()):
                gone = known[index]
                if gone.current.reproduced:
                    last = replace(gone.current.event, label=gone.current.own_label)
                    self._append_version(
                        gone.id, gone.current.number + 1, None, last, False, reproduced=False
                    )
                    self._sizes.carry(site_id, gone.id, gone.current.number, gone.current.number + 1)
        return filed

    def redate_drawn(self, site_id: str, scenes: Mapping[str, Scene]) -> list[str]:
        """
        Give drawn events the dates that their scenes have now; returns the ids of those that moved.

        Raises BadInput, naming the event, where its two scenes have changed places.
        """
        moved = []
        for drawn in self.all(site_id, every=True):
            now = drawn.current
            if now.event.method is not Method.DRAWN or drawn.status is Status.REJECTED:
                continue
            before, seen = scenes.get(now.event.last_without or ""), scenes[now.event.first_with]
            if before is not None and before.acquired.first_day > seen.acquired.last_day:
                raise BadInput(
                    f"as dated now, {before.id} is no longer before {seen.id}, but event {drawn.id} was seen on "
                    f"{seen.id} and not yet on {before.id}",
                    f'If the dates are right: siteline events judge {site_id} {drawn.id} reject --why "wrong dates"',
                )
            onset = onset_between(before, seen)
            if onset == now.event.onset:
                continue
            event = replace(now.event, label=now.own_label, onset=onset)
            with self._db.appending():
                self._append_version(drawn.id, now.number + 1, None, event, True)
                self._sizes.carry(site_id, drawn.id, now.number, now.number + 1)
            moved.append(drawn.id)
        return moved

    def name(self, event_id: str, label: str) -> None:
        """Give an event a label; it keeps it through later surveys, whatever label these would give it."""
        with self._db.appending():
            if self._load({event_id}, None)[0].current.event.label != label:
                self._db.append(tables.event_name, {"event_id": event_id, "label": label})

    def judge(self, event_id: str, status: Status, why: str) -> None:
        """Add a person's word on the event's current version; a reason is required."""
        if not why.strip():
            raise BadInput("a judgement needs a reason", 'Say why: --why "seen on three looks"')
        with self._db.appending():
            current = self._load({event_id}, None)[0].current
            self._db.append(
                tables.judgement,
                {
                    "id": str(ULID()),
                    "event_id": event_id,
                    "version": current.number,
                    "status": status.value,
                    "why": why.strip(),
                },
            )

    def all(self, site_id: str, every: bool = False, as_of: datetime | None = None) -> list[WatchedEvent]:
        """
        Events of a site by onset; `every` adds candidates below the threshold and what was not found again.

        An accepted event is listed even when a later survey no longer finds it: it needs review.
        """
        query = sa.select(tables.event.c.id).where(tables.event.c.site_id == site_id)
        ids = {row[0] for row in self._db.rows(known_at(query, tables.event, as_of))}
        events = [e for e in self._load(ids, as_of) if every or e.current.reported or e.judgement is not None]
        return sorted(events, key=lambda e: (e.current.event.onset.by, e.id))

    def get(self, site_id: str, event_id: str, as_of: datetime | None = None) -> WatchedEvent:
        """One event by its id, the start of its id, or its label; raises NotFound or BadInput."""
        events = self.all(site_id, every=True, as_of=as_of)
        exact = [e for e in events if e.id == event_id]
        near = exact or [e for e in events if e.id.startswith(event_id) or e.current.event.label == event_id]
        if len(near) > 1:
            raise BadInput(f"{event_id!r} fits {len(near)} events", "Give more of the id.")
        if not near:
            raise NotFound(
                f"no event {event_id!r} at site {site_id!r}", f"See: siteline events list {site_id} --all"
            )
        return near[0]

    def _add(
        self, site_id: str, survey_id: str, ordinal: int, event: ChangeEvent, is_reported: bool
    ) -> tuple[str, int]:
        event_id = digest(site_id, survey_id, str(ordinal))[:12]
        taken = self._db.rows(sa.select(tables.event.c.id).where(tables.event.c.id == event_id))
        if taken:  # the same survey came back after another one: its events may have moved on
            event_id = digest(site_id, survey_id, str(ordinal), str(ULID()))[:12]
        self._db.append(tables.event, {"id": event_id, "site_id": site_id, "method": event.method.value})
        self._append_version(event_id, 1, survey_id, event, is_reported)
        return event_id, 1

    def _append_version(
        self,
        event_id: str,
        number: int,
        survey_id: str | None,
        event: ChangeEvent,
        is_reported: bool,
        *,
        reproduced: bool = True,
    ) -> None:
        west, south, east, north = event.outline.bounds
        self._db.append(
            tables.event_version,
            {
                "event_id": event_id,
                "version": number,
                "survey_id": survey_id,
                "reproduced": reproduced,
                "reported": is_reported,
                "noun": to_json(event),
                "outline": to_wkb(event.outline),
                "west": west,
                "south": south,
                "east": east,
                "north": north,
            },
        )

    def _add_sighting(self, event_id: str, number: int, survey_id: str, event: ChangeEvent) -> None:
        self._db.append(
            tables.sighting,
            {
                "event_id": event_id,
                "version": number,
                "survey_id": survey_id,
                "noun": to_json(event.observations),
            },
        )

    def _load(self, ids: Iterable[str], as_of: datetime | None) -> list[WatchedEvent]:
        wanted = set(ids)
        if not wanted:
            return []
        event = tables.event.c
        sites = dict(self._db.rows(sa.select(event.id, event.site_id).where(event.id.in_(wanted))))
        versions = self._versions(wanted, as_of)
        judgements = self._judgements(wanted, as_of)
        return [
            WatchedEvent(i, sites[i], tuple(versions[i]), tuple(judgements.get(i, ())))
            for i in sorted(versions)
        ]

    def _versions(self, ids: set[str], as_of: datetime | None) -> dict[str, list[Version]]:
        """Versions of events, oldest first, each with the label that a person gave the event and its newest looks."""
        named, version = tables.event_name.c, tables.event_version.c
        names = dict(
            self._db.rows(
                known_at(
                    sa.select(named.event_id, named.label).where(named.event_id.in_(ids)),
                    tables.event_name,
                    as_of,
                ).order_by(named.seq)
            )
        )
        query = sa.select(
            version.event_id, version.version, version.noun, version.survey_id,
            version.reproduced, version.reported, version.created_at, version.created_by,
        ).where(version.event_id.in_(ids))  # fmt: skip
        rows = self._db.rows(
            known_at(query, tables.event_version, as_of).order_by(version.event_id, version.version)
        )
        sightings = self._sightings(ids, as_of)
        found: dict[str, list[Version]] = {}
        for event_id, number, noun, survey_id, reproduced, reported, at, by in rows:
            own = from_json(ChangeEvent, noun)
            own = replace(own, observations=sightings.get((event_id, number), own.observations))
            shown = replace(own, label=names.get(event_id, own.label))
            when = datetime.fromisoformat(at)
            found.setdefault(event_id, []).append(
                Version(number, shown, own.label, survey_id, reproduced, reported, when, by)
            )
        return found

    def _sightings(
        self, ids: set[str], as_of: datetime | None
    ) -> dict[tuple[str, int], tuple[Observation, ...]]:
        """What the looks said last, by event and version, where a survey found a version as it was."""
        seen = tables.sighting.c
        query = sa.select(seen.event_id, seen.version, seen.noun).where(seen.event_id.in_(ids))
        rows = self._db.rows(known_at(query, tables.sighting, as_of).order_by(seen.seq))
        return {
            (event_id, number): from_json(tuple[Observation, ...], noun) for event_id, number, noun in rows
        }

    def _judgements(self, ids: set[str], as_of: datetime | None) -> dict[str, list[Judgement]]:
        """Judgements of events, oldest first."""
        judged = tables.judgement.c
        query = sa.select(
            judged.event_id, judged.version, judged.status, judged.created_by, judged.created_at, judged.why
        ).where(judged.event_id.in_(ids))
        rows = self._db.rows(known_at(query, tables.judgement, as_of).order_by(judged.created_at, judged.id))
        found: dict[str, list[Judgement]] = {}
        for event_id, number, status, who, when, why in rows:
            found.setdefault(event_id, []).append(
                Judgement(event_id, number, Status(status), who, datetime.fromisoformat(when), why)
            )
        return found


def onset_between(before: Scene | None, seen: Scene) -> DateInterval:
    """When a change came into sight that `before` does not show and `seen` does."""
    return DateInterval(before.acquired.first_day if before else None, seen.acquired.last_day)


def _is_by(event: ChangeEvent, proposer: Proposer, scenes: tuple[str | None, str]) -> bool:
    """Whether the same model proposed it, asked in the same way of the same scenes."""
    return (
        event.proposer is not None
        and (event.proposer.sha256, event.proposer.card_sha256) == (proposer.sha256, proposer.card_sha256)
        and (event.last_without, event.first_with) == scenes
    )


def _tells_the_same(was: ChangeEvent, now: ChangeEvent) -> bool:
    """Whether a reader would be told the same of both, but for the looks that have come since."""
    heights = [e.height.value if e.height else -TALLER_M for e in (was, now)]
    return (
        _told(was) == _told(now)
        and abs(was.probability - now.probability) < TOLD_APART
        and abs(heights[0] - heights[1]) < TALLER_M
        and _overlap(was, now) >= REDRAWN
    )


def _told(event: ChangeEvent) -> tuple[object, ...]:
    """What of an event is told in words and dates."""
    return (
        event.kind,
        event.other_kind,
        event.stage,
        event.onset,
        event.finished,
        event.last_without,
        event.first_with,
        event.provisional,
        event.calibrated,
        event.remarks,
        event.label,
        (event.witnesses.agreement, event.witnesses.radar_onset) if event.witnesses else None,
    )


def _is_material(judged: Version, now: Version) -> bool:
    """Whether what was judged and what is now differ in what a reader would be told."""
    was, current = judged.event, now.event
    return (
        judged.reproduced != now.reproduced
        or (was.kind, was.stage, was.onset, was.finished)
        != (current.kind, current.stage, current.onset, current.finished)
        or _overlap(was, current) < MOVED
    )


def _match(known: Sequence[ChangeEvent], found: Sequence[ChangeEvent]) -> dict[int, int]:
    """Index of the known event that each found one continues; each is used once, best agreement first."""
    pairs = []
    for i, event in enumerate(found):
        for j, old in enumerate(known):
            overlap = _overlap(old, event)
            if overlap >= SAME_PLACE:
                pairs.append((_dates_agree(old, event), old.kind is event.kind, overlap, -i, -j))
    partner: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, _, i, j in sorted(pairs, reverse=True):
        if -i not in partner and -j not in taken:
            partner[-i] = -j
            taken.add(-j)
    return partner


def _dates_agree(a: ChangeEvent, b: ChangeEvent) -> bool:
    """Whether both onsets can be the same day."""
    starts = [e.onset.after for e in (a, b) if e.onset.after is not None]
    return not starts or max(starts) < min(a.onset.by, b.onset.by) or a.onset == b.onset


def _overlap(a: ChangeEvent, b: ChangeEvent) -> float:
    """Intersection over union of two outlines, in the CRS of the first."""
    shape = _in_crs(b.outline, b.crs, a.crs)
    union = a.outline.union(shape).area
    return float(a.outline.intersection(shape).area / union) if union else 0.0


def _in_crs(shape: BaseGeometry, crs: str | None, wanted: str | None) -> BaseGeometry:
    if crs == wanted or crs is None or wanted is None:
        return shape
    return transform(Transformer.from_crs(crs, wanted, always_xy=True).transform, shape)
