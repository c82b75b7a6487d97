"""What looks alike: one exhibit against another, one against all, or all against all; and a person's word on a pair."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from siteline.evidence.likeness.frames import HASHED, Framed
from siteline.evidence.likeness.pairs import DEEP, DIFFERENT, MATCH, SAME, Pair, Word
from siteline.evidence.likeness.sweep import sweep
from siteline.model.errors import BadInput, BadMedia, BadSetting, MissingExtra
from siteline.model.exhibit import Exhibit
from siteline.model.remark import Remark
from siteline.workbench.case import Case
from siteline.workbench.evidence.comparing import Comparer, in_order, same_bytes
from siteline.workbench.evidence.framing import SEEN, TOOL, Progress, Visible, frame_all, visible
from siteline.workbench.evidence.journal import log_read
from siteline.workbench.evidence.marks import marked

SHAPE = "matches/1"
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Matched:
    """What came of a search."""

    told: dict[str, Any]
    pairs: tuple[Pair, ...]
    """Those that are told."""

    remarks: tuple[Remark, ...]


def match(case: Case, said: Sequence[str] = (), progress: Progress = lambda *_: None) -> Matched:
    """
    Compare and keep what is found: two exhibits, one with all others (both with local features), or all by their hashes.

    Frames are hashed once for each blob, and a pair that was compared is not compared again. Raises BadInput for what
    is no picture or video, MissingExtra where a video that was named cannot be decoded.
    """
    named = [_seen(case, one) for one in dict.fromkeys(said)]
    seen = visible(case)
    wanted = named if len(named) == 2 else list(seen.by_id.values())
    _log_looks(case, wanted)
    fresh, remarks = frame_all(case, wanted, progress)
    framed = case.frames.of([e.sha256 for e in wanted])
    usable = {sha256: one for sha256, one in framed.items() if one.state == HASHED}
    for one in named:
        if one.sha256 not in usable:
            why = next((r for r in remarks if framed.get(one.sha256) or r.subject == one.id), None)
            if why and "not installed" in why.text:
                raise MissingExtra.of("av", "media")
            raise BadInput(
                f"exhibit {one.id} was not decoded", "Its bytes are kept; it can be compared by a person."
            )
    if named:
        others = named[1:] or [seen.by_sha256[s][0] for s in usable if s in seen.by_sha256]
        _look_closely(case, named[0], others, usable, progress, remarks)
    else:
        _compare_all(case, seen, usable, progress)
    told, pairs = list_pairs(case, named=[e.id for e in named])
    return Matched({**told, "hashed": fresh, "not_compared": _left_out(remarks)}, pairs, tuple(remarks))


def _left_out(remarks: Iterable[Remark]) -> list[dict[str, str]]:
    return [{"exhibit": remark.subject, "why": remark.text} for remark in remarks]


def _seen(case: Case, said: str) -> Exhibit:
    exhibit = case.exhibits.get(said)
    if exhibit.kind not in SEEN:
        raise BadInput(
            f"exhibit {exhibit.id} is of kind {exhibit.kind}: only pictures and videos can look alike",
            "See: siteline evidence list --kind image",
        )
    return exhibit


def _log_looks(case: Case, exhibits: Sequence[Exhibit]) -> None:
    """A look at the bytes of something restricted is a row: once for each, when its frames are made."""
    states = case.frames.states()
    log_read(case, [e.id for e in exhibits if e.sha256 not in states], TOOL)


def _look_closely(
    case: Case,
    one: Exhibit,
    others: Sequence[Exhibit],
    framed: dict[str, Framed],
    progress: Progress,
    remarks: list[Remark],
) -> None:
    """One exhibit against others, with local features; each pair is on record before the next is looked at."""
    comparer, known = Comparer(case, framed), case.pairs.newest()
    others = [other for other in others if other.id != one.id]
    for done, other in enumerate(others):
        progress("compare_evidence", done, len(others))
        before = known.get(frozenset((one.id, other.id)))
        if before is not None and before[0].looked == DEEP:
            continue
        a, b = in_order(one, other)
        try:
            pair = same_bytes(a, b) if a.sha256 == b.sha256 else comparer.deep(a, b)
        except BadMedia as error:
            remarks.append(Remark(other.id, str(error), error.hint))
            continue
        case.pairs.file([pair], TOOL)
    if others:
        progress("compare_evidence", len(others), len(others))


def _compare_all(case: Case, seen: Visible, framed: dict[str, Framed], progress: Progress) -> None:
    """Every blob that is new since the last time against all, by hashes; and exhibits of one blob."""
    known, found = case.pairs.newest(), list[Pair]()

    def keep(pair: Pair) -> None:
        found.append(pair)
        if len(found) >= _BATCH:
            case.pairs.file(found, TOOL)
            found.clear()

    for twins in seen.by_sha256.values():
        for other in twins[1:]:
            if frozenset((twins[0].id, other.id)) not in known:
                keep(same_bytes(twins[0], other))
    upto = case.pairs.swept(case.db.who)
    fresh = [one for one in framed.values() if one.seq > upto]
    comparer = Comparer(case, framed)
    met = list(sweep(fresh, list(framed.values()))) if fresh else []
    for done, pair in enumerate(met):
        progress("compare_evidence", done, len(met))
        first, second = seen.by_sha256[pair.a][0], seen.by_sha256[pair.b][0]
        if frozenset((first.id, second.id)) in known:
            continue
        keep(comparer.at_hashes(first, second, pair))
    if met:
        progress("compare_evidence", len(met), len(met))
    with case.db.appending():
        if found:
            case.pairs.file(found, TOOL)
        if fresh:
            case.pairs.note_sweep(max(one.seq for one in fresh), not seen.hides, TOOL)


def list_pairs(
    case: Case, as_of: datetime | None = None, named: Sequence[str] = (), *, every: bool = False
) -> tuple[dict[str, Any], tuple[Pair, ...]]:
    """
    Pairs on record: those that match, or of which a person said something; `every`: those that do not match, too.

    named: only of these exhibits; of two, their pair whatever it is. What is hidden from the reader is left out.
    """
    seen, words, graphic = visible(case), case.pairs.words(as_of), marked(case)
    newest = case.pairs.newest(as_of)
    origins = {made: {one["id"] for one in made_from} for made, made_from in case.exhibits.origins().items()}
    told: list[dict[str, Any]] = []
    shown: list[Pair] = []
    wanted = [case.exhibits.get(one).id for one in named]
    for both in dict.fromkeys([*newest, *words]):
        if not both <= seen.by_id.keys() or not both >= set(wanted):
            continue
        pair, at = newest.get(both, (None, ""))
        word = words.get(both)
        if pair is None:
            a, b = in_order(*(seen.by_id[one] for one in sorted(both)))
            told.append({"id": None, "a": a.id, "b": b.id, "verdict": None, **_review(word)})
            continue
        if pair.verdict != MATCH and word is None and not every and len(wanted) < 2:
            continue
        shown.append(pair)
        told.append(
            {
                **_tell(pair),
                "at": at,
                **_review(word),
                "made_from": pair.a in origins.get(pair.b, ()) or pair.b in origins.get(pair.a, ()),
                "graphic": bool(both & graphic),
            }
        )
    told.sort(key=lambda one: (one["verdict"] != MATCH, one.get("distance") or 0, one["a"], one["b"]))
    log_read(case, dict.fromkeys(i for one in told for i in (one["a"], one["b"])), TOOL)
    return {"siteline": SHAPE, "matches": told}, tuple(shown)


def _tell(pair: Pair) -> dict[str, Any]:
    names = ("id", "a", "b", "a_sha256", "b_sha256", "verdict", "method", "looked", "distance", "view", "inliers",
             "spread", "t_a", "t_b", "share_a", "share_b", "means")  # fmt: skip
    return {name: getattr(pair, name) for name in names}


def _review(word: Word | None) -> dict[str, Any]:
    said = {"verdict": word.verdict, "who": word.who, "at": word.at, "why": word.why} if word else None
    return {"review": said}


def judge_pair(case: Case, said: str, other: str, verdict: str, why: str) -> tuple[Exhibit, Exhibit]:
    """A person's word on two exhibits: `same` or `different`; the machine's stays beside it."""
    if not why.strip():
        raise BadSetting(
            "a verdict needs its reason", 'Say what you looked at: --why "the same crack in the wall"'
        )
    assert verdict in (SAME, DIFFERENT)
    a, b = _seen(case, said), _seen(case, other)
    if a.id == b.id:
        raise BadSetting("that is one exhibit, not two", "Name the other one.")
    case.pairs.judge(a.id, b.id, verdict, why.strip(), TOOL)
    return a, b
