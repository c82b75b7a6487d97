"""Frames of pictures and videos, hashed once for each blob and kept with their row in the log."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from siteline.evidence.custody.log import CustodyLog, detail_of
from siteline.evidence.custody.report import Report
from siteline.evidence.custody.rows import Event, canonical, digest_of, read_records
from siteline.evidence.media.match import crop_borders
from siteline.evidence.media.pdq import Pdq, pdq_dihedral
from siteline.model.errors import BrokenCustody
from siteline.store import tables
from siteline.store.db import Database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ACTION = "framed"
METHOD = "pdq/1"
"""How frames are chosen and hashed; another method hashes anew."""

HASHED, NOT_DECODED = "hashed", "not_decoded"
_MANY = 500
_FRAME = tables.frame.c
_LOG = tables.custody_event.c


@dataclass(frozen=True, slots=True)
class View:
    """The eight hashes of one picture: as it is, turned by 90, 180, 270 degrees, and the same four mirrored."""

    hexes: tuple[str, ...]
    quality: int

    @property
    def first(self) -> Pdq:
        """As it is."""
        return Pdq(self.hexes[0], self.quality)


@dataclass(frozen=True, slots=True)
class KeptFrame:
    """One frame of a blob: the picture itself, or a frame of a video."""

    t: float | None
    """When it is shown, seconds from the start of the stream; None for a picture."""

    why: str
    """`picture`, or why it was chosen: `first`, `last`, `cut`, `second`, `moved`."""

    whole: View
    inner: View | None
    """Without uniform borders; None if there are none."""

    @property
    def views(self) -> tuple[View, ...]:
        """Both, as far as there are two."""
        return (self.whole,) if self.inner is None else (self.whole, self.inner)


@dataclass(frozen=True, slots=True)
class Framed:
    """What is known of the frames of one blob."""

    sha256: str
    state: str
    """`hashed` or `not_decoded`."""

    about: Mapping[str, Any]
    """Codec, size, duration, remarks, why it was not decoded, and with what it was tried."""

    frames: tuple[KeptFrame, ...]
    seq: int = 0
    """The row of the log by which it came."""


def look(luma: NDArray[np.float32], t: float | None, why: str) -> KeptFrame:
    """Hash one picture: (rows, columns) luminance, 0 to 255."""
    whole = pdq_dihedral(luma)
    cropped = crop_borders(luma)
    inner = pdq_dihedral(cropped) if cropped.shape != luma.shape else None
    return KeptFrame(t, why, _view(whole), _view(inner) if inner else None)


def _view(hashes: Sequence[Pdq]) -> View:
    return View(tuple(one.hex for one in hashes), hashes[0].quality)


class Frames:
    """The frames of one case's blobs."""

    def __init__(self, db: Database, log: CustodyLog) -> None:
        self._db = db
        self._log = log

    def file(self, framed: Framed, exhibit_id: str, tool: str) -> None:
        """Record the frames of one blob, or that it cannot be decoded, in one transaction with its row."""
        told = [_columns(framed.sha256, place, frame) for place, frame in enumerate(framed.frames)]
        event = Event(
            ACTION,
            object=framed.sha256,
            exhibit_id=exhibit_id,
            tool=tool,
            note=framed.state,
            detail={
                "method": METHOD,
                "frames": len(told),
                "about": dict(framed.about),
                "record": _digest(told),
            },
        )
        with self._db.appending():
            [row] = self._log.append([event])
            self._db.append(tables.frame, *({**one, **row.mark()} for one in told))

    def states(self) -> dict[str, tuple[str, Mapping[str, Any], int]]:
        """(state, about, row) of every blob that was looked at by this method, the newest look."""
        query = sa.select(_LOG.seq, _LOG.object, _LOG.note, _LOG.detail).where(_LOG.action == ACTION)
        found: dict[str, tuple[str, Mapping[str, Any], int]] = {}
        for seq, sha256, state, detail in self._db.rows(query.order_by(_LOG.seq)):
            told = detail_of(detail)
            if told.get("method") == METHOD:
                about = told.get("about")
                found[sha256] = (state, about if isinstance(about, dict) else {}, seq)
        return found

    def of(self, sha256s: Sequence[str]) -> dict[str, Framed]:
        """What is known of these blobs; raises BrokenCustody for a row that was altered."""
        states = self.states()
        wanted = [sha256 for sha256 in dict.fromkeys(sha256s) if sha256 in states]
        frames: dict[str, list[KeptFrame]] = {sha256: [] for sha256 in wanted}
        for start in range(0, len(wanted), _MANY):
            query = (
                sa.select(_FRAME.sha256, _FRAME.t, _FRAME.why, _FRAME.quality, _FRAME.noun, _FRAME.log_seq)
                .where(_FRAME.sha256.in_(wanted[start : start + _MANY]))
                .order_by(_FRAME.seq)
            )
            for sha256, t, why, quality, noun, seq in self._db.rows(query):
                if seq == states[sha256][2]:
                    frames[sha256].append(_read(t, why, quality, noun))
        return {
            sha256: Framed(
                sha256, states[sha256][0], states[sha256][1], tuple(frames[sha256]), states[sha256][2]
            )
            for sha256 in wanted
        }


def _columns(sha256: str, place: int, frame: KeptFrame) -> dict[str, Any]:
    inner = frame.inner
    noun = {
        "views": "".join(frame.whole.hexes),
        "inner": {"views": "".join(inner.hexes), "quality": inner.quality} if inner else None,
    }
    return {
        "sha256": sha256,
        "place": place,
        "t": frame.t,
        "why": frame.why,
        "pdq": frame.whole.hexes[0],
        "quality": frame.whole.quality,
        "noun": canonical(noun),
    }


def _read(t: float | None, why: str, quality: int, noun: str) -> KeptFrame:
    try:
        told = json.loads(noun)
        inner = told["inner"]
        return KeptFrame(
            t,
            why,
            View(_split(told["views"]), int(quality)),
            View(_split(inner["views"]), int(inner["quality"])) if inner else None,
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BrokenCustody("the row of a frame was altered", "Name it: siteline evidence verify") from error


def _split(views: str) -> tuple[str, ...]:
    if len(views) != 512:
        raise ValueError("eight hashes have 512 digits")
    return tuple(views[start : start + 64] for start in range(0, 512, 64))


_TOLD = ("sha256", "place", "t", "why", "pdq", "quality", "noun")


def _digest(told: Sequence[Mapping[str, Any]]) -> str:
    return digest_of([[one[name] for name in _TOLD] for one in told])


def check_frames(db: Database, rows: Sequence[Mapping[str, Any]], report: Report) -> None:
    """Whether the frames of every blob are those that the log says were hashed."""
    said = {row["seq"]: row for row in rows if row["action"] == ACTION}
    came: dict[Any, list[dict[str, Any]]] = {seq: [] for seq in said}
    for record in read_records(db, tables.frame, *_TOLD):
        if record["log_seq"] not in came:
            report.find(
                f"frame of {record['sha256']}", f"the log has no row {record['log_seq']} by which it came"
            )
            continue
        row = said[record["log_seq"]]
        if any(record[column] != row[column] for column in ("created_at", "created_by")):
            report.find(f"frames of {row['object']}", "what is said of them was altered")
        came[record["log_seq"]].append(record)
    for seq, records in came.items():
        row = said[seq]
        if detail_of(row["detail"]).get("record") != _digest(records) or any(
            record["sha256"] != row["object"] for record in records
        ):
            report.find(f"frames of {row['object']}", "they are not those that the log says were hashed")
