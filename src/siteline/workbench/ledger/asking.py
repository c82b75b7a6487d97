"""Counts, shares, casualties and running totals of a case: from one edition each, and stored as queries."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from siteline import __version__
from siteline.ledger.incidents.asking import Asked
from siteline.ledger.incidents.casualties import reckon
from siteline.ledger.incidents.cells import zone_of
from siteline.ledger.incidents.counting import Counting
from siteline.ledger.incidents.definitions import DENOMINATORS, denominator
from siteline.ledger.incidents.queries import query_id
from siteline.ledger.incidents.reconcile import RULES, reconcile
from siteline.ledger.incidents.scopes import read_place
from siteline.ledger.incidents.shares import share
from siteline.ledger.incidents.weapons import Mapping, built_in, read_mapping
from siteline.ledger.incidents.words import WIDTHS, Phrase, read_phrase
from siteline.model.casualty import Scope
from siteline.model.counted import CountSeries
from siteline.model.errors import BadSetting, NotFound
from siteline.model.incident import KINDS, VICTIMS, Edition
from siteline.model.shown import plain
from siteline.workbench.case import Case
from siteline.workbench.custody import note_bytes
from siteline.workbench.ledger.importing import mapping_of
from siteline.workbench.ledger.telling import (
    Source,
    about,
    iso,
    tell_phrase,
    tell_reckoned,
    tell_scope,
    tell_share,
)

CLAIMS = "claims"
WITHOUT_WEAPONS = ("ucdp-ged", "acled")
"""Formats whose rows name no classes of weapons."""


def pick_edition(
    case: Case,
    said: str = "",
    dataset: str = "",
    *,
    of_claims: bool | None = False,
    weapon: str = "",
    as_of: datetime | None = None,
) -> Source:
    """
    The edition that is named; else the newest of the only data set there is.

    of_claims: True for public numbers, False for reports, None for either. weapon: what is asked for; data sets that name no
    weapons cannot be meant then. Raises NotFound, or BadSetting if several fit.
    """
    known = [
        e
        for e in case.incidents.editions(as_of)
        if (of_claims is None or (e.format == CLAIMS) is of_claims) and (not dataset or e.dataset == dataset)
    ]
    if said:
        named = [e for e in known if said in (e.id, e.name, e.label)]
        if weapon and len(named) > 1:
            named = [e for e in named if e.format not in WITHOUT_WEAPONS] or named
        if len(named) == 1:
            return Source(named[0], as_of)
        if named:
            sets = ", ".join(plain(e.label, 60) for e in named)
            raise BadSetting(
                f"{plain(said, 60)!r} is {len(named)} editions: {sets}", "Name one: --dataset NAME"
            )
        return Source(case.incidents.edition(said if not dataset else f"{dataset}/{said}", as_of), as_of)
    if not known:
        form = CLAIMS if of_claims else "FORMAT"
        raise NotFound(
            "no data set of this kind is on record" + (f" as {plain(dataset, 60)!r}" if dataset else ""),
            f"Import one: siteline ledger incidents import FILE --format {form} --edition NAME",
        )
    if weapon:
        known = [e for e in known if e.format not in WITHOUT_WEAPONS] or known
    sets_of = sorted({e.dataset for e in known})
    if len(sets_of) > 1:
        raise BadSetting(
            f"{len(sets_of)} data sets could be meant: {', '.join(plain(name, 40) for name in sets_of)}",
            "Name one: --dataset NAME, or an edition: --edition NAME",
        )
    return Source(newest(known), as_of)


def pick_casualties(case: Case, said: str, dataset: str, as_of: datetime | None) -> Source:
    """Public numbers, if the case has any; else the only data set of events."""
    has_claims = any(e.format == CLAIMS for e in case.incidents.editions(as_of))
    either = None if said or dataset else has_claims
    return pick_edition(case, said, dataset, of_claims=either, as_of=as_of)


def given_days(start: str | None, until: str | None) -> tuple[date | None, date | None]:
    """Days of a window, each as given or open."""
    first, after = _day(start, "--from") if start else None, _day(until, "--to") if until else None
    if first and after:
        _ends(start, until, None)
    return first, after


def tell_series(series: CountSeries) -> dict[str, Any]:
    """A series for other programs."""
    return {
        "title": series.title,
        "unit": series.unit,
        "definition": series.definition,
        "edition": series.edition,
        "source": series.source_line,
        "points": [
            {
                "from": p.start.isoformat(), "to": p.until.isoformat(), "lower": p.lower, "upper": p.upper,
                "unknown": p.unknown,
            }
            for p in series.points
        ],
    }  # fmt: skip


def newest(editions: list[Edition]) -> Edition:
    """The edition whose data goes furthest; among equals, or where that is not known, the last to come."""
    return in_order(editions)[-1]


def in_order(editions: list[Edition]) -> list[Edition]:
    """Editions of one data set, oldest first."""
    if all(e.as_of for e in editions):
        return sorted(editions, key=lambda e: (e.as_of, e.known))
    return sorted(editions, key=lambda e: e.known)


@dataclass(frozen=True, slots=True)
class Words:
    """How weapons are named: ours, or a user's mapping, kept in the case so that queries can run again."""

    mapping: Mapping
    sha256: str = ""
    """Of the user's mapping among the blobs; "" for ours."""


def words_of(case: Case, file: Path | None) -> Words:
    """The mapping to count with; a user's own is kept in the case."""
    if file is None:
        return Words(built_in())
    mapping = mapping_of(file)
    sha256 = case.blobs.keep(file.read_bytes())
    note_bytes(case, [(sha256, "a mapping of words to weapon classes")], "ledger count")
    return Words(mapping, sha256)


def words_again(case: Case, sha256: str) -> Words:
    """The mapping of a stored query."""
    if not sha256:
        return Words(built_in())
    return Words(read_mapping(case.blobs.read(sha256).decode("utf-8-sig"), "the stored mapping"), sha256)


def count(case: Case, source: Source, words: Words, asked: Dict[str, Any]) -> dict[str, Any]:
    """The answer to a count, for people and programs; `asked` as `ask_count` makes it."""
    counting = Counting(case.db, case.incidents, words.mapping)
    question = _question(counting, source, words, asked)
    answer = counting.count(source.edition, question, case.incidents.judged(source.as_of))
    return {
        "lower": answer.lower,
        "upper": answer.upper,
        "unit": answer.unit,
        "definition": answer.definition,
        "period": answer.period,
        **about(source),
        "unknown": answer.unknown,
        "reports": answer.reports,
        "weapon": asked["weapon"] or None,
        "from": asked["from"],
        "to": asked["to"],
        "notes": list(answer.notes),
    }


def count_series(case: Case, source: Source, words: Words, asked: Dict[str, Any], step: str) -> CountSeries:
    """Counts over time, as a chart takes them."""
    counting = Counting(case.db, case.incidents, words.mapping)
    question = _question(counting, source, words, asked)
    return counting.series(source.edition, question, step, case.incidents.judged(source.as_of))


def ask_count(
    case: Case, source: Source, words: Words, weapon: str, start: str | None, until: str | None, unit: str,
    zone: str = "", period: str = "start",
) -> dict[str, Any]:  # fmt: skip
    """What a count asks, without the edition; an open end of the window is that of the data."""
    counting = Counting(case.db, case.incidents, words.mapping)
    first, after = _window(counting, source, start, until)
    if zone:
        zone_of(zone)
    return {
        "dataset": source.edition.dataset, "weapon": weapon.strip(), "from": first.isoformat(),
        "to": after.isoformat(), "unit": unit, "zone": zone, "period": period, "mapping": words.sha256,
    }  # fmt: skip


def shares(case: Case, source: Source, words: Words, asked: Dict[str, Any]) -> dict[str, Any]:
    """The answer to a share under each denominator that was asked for."""
    counting = Counting(case.db, case.incidents, words.mapping)
    question = _question(counting, source, words, {**asked, "unit": "missile", "zone": "", "period": "start"})
    phrase = _phrase(asked["phrase"])
    judged = case.incidents.judged(source.as_of)
    found = [
        share(counting, source.edition, question, denominator(name), words.mapping, phrase, judged)
        for name in asked["of"]
    ]
    told = [tell_share(one, source) for one in found]
    answer = told[0] if len(told) == 1 else {**about(source), "shares": told}
    return {
        **answer,
        "weapon": asked["weapon"],
        "from": asked["from"],
        "to": asked["to"],
        "phrase": tell_phrase(phrase, found) if phrase else None,
    }


def ask_share(
    case: Case, source: Source, words: Words, weapon: str, start: str | None, until: str | None,
    of: list[str], phrase: str = "",
) -> dict[str, Any]:  # fmt: skip
    """What a share asks, without the edition."""
    counting = Counting(case.db, case.incidents, words.mapping)
    first, after = _window(counting, source, start, until)
    names = [denominator(name).name for name in of] or list(DENOMINATORS)
    _phrase(phrase)
    return {
        "dataset": source.edition.dataset, "weapon": weapon.strip(), "from": first.isoformat(),
        "to": after.isoformat(), "of": names, "phrase": phrase.strip(), "mapping": words.sha256,
    }  # fmt: skip


def casualties(case: Case, source: Source, words: Words, asked: Dict[str, Any]) -> dict[str, Any]:
    """Least numbers of casualties from public numbers; of a data set of events, the sums that its reports give."""
    first, after = date.fromisoformat(asked["from"]), date.fromisoformat(asked["to"])
    if source.edition.format != CLAIMS:
        counting = Counting(case.db, case.incidents, words.mapping)
        sums = counting.tolls(source.edition, first, after)
        if not sums:
            raise NotFound(
                f"{plain(source.edition.label, 60)} gives no casualties in this window",
                "Import public numbers: siteline ledger incidents import FILE --format claims --edition NAME",
            )
        return {
            **about(source),
            "from": asked["from"],
            "to": asked["to"],
            "sums": sums,
            "definition": "sums over the events of one data set, which holds each event once; a number that is unknown counts 0",
        }
    claims = case.incidents.claims(source.edition)
    named = frozenset(name for claim in claims for name in claim.scope.weapons)
    classes = words.mapping.asked(asked["weapon"], named) if asked["weapon"] else frozenset[str]()
    place = read_place(asked["place"]) if asked["place"] else ()
    if asked["place"] and not place:
        raise BadSetting(
            f"{plain(asked['place'], 60)!r} names no one place", "Name a country, a province or a city."
        )
    whole = Scope(first, after - timedelta(days=1), place, classes, asked["victims"])
    found = [reckon(claims, kind, whole) for kind in asked["kinds"]]
    return {
        **about(source),
        "scope": tell_scope(whole),
        "from": asked["from"],
        "to": asked["to"],
        "weapon": asked["weapon"] or None,
        "casualties": [tell_reckoned(one) for one in found],
        "definition": "the heaviest set of scopes that are provably apart in time, place, weapon or victims; each scope by the "
        "latest statement of each lineage; a death of wounds counts on the day of the attack; missing are never added to killed",
    }


def ask_casualties(
    case: Case, source: Source, weapon: str, start: str | None, until: str | None, place: str, victims: str,
    kinds: list[str], words: Words,
) -> dict[str, Any]:  # fmt: skip
    """What casualties are asked for, without the edition."""
    for kind in kinds:
        if kind not in KINDS:
            raise BadSetting(f"no kind {plain(kind, 40)!r}", f"One of: {', '.join(KINDS)}.")
    if victims not in VICTIMS:
        raise BadSetting(f"no victims {plain(victims, 40)!r}", f"One of: {', '.join(VICTIMS)}.")
    if source.edition.format == CLAIMS:
        scopes = [claim.scope for claim in case.incidents.claims(source.edition)]
        starts = [scope.start for scope in scopes if scope.start]
        ends = [scope.end for scope in scopes if scope.end]
        first, after = _ends(start, until, (min(starts), max(ends)) if starts and ends else None)
    else:
        counting = Counting(case.db, case.incidents, words.mapping)
        first, after = _window(counting, source, start, until)
    return {
        "dataset": source.edition.dataset, "weapon": weapon.strip(), "from": first.isoformat(),
        "to": after.isoformat(), "place": place.strip(), "victims": victims, "kinds": kinds or list(KINDS),
        "mapping": words.sha256,
    }  # fmt: skip


def totals(case: Case, source: Source, words: Words, asked: Dict[str, Any]) -> dict[str, Any]:
    """A series of public totals, every pair held against each other."""
    claims = [claim for claim in case.incidents.claims(source.edition) if claim.key in asked["keys"]]
    named = frozenset(name for claim in claims for name in claim.scope.weapons)
    if asked["weapon"]:
        classes = words.mapping.asked(asked["weapon"], named)
        claims = [claim for claim in claims if claim.scope.weapons & classes]
    series = reconcile(claims)
    return {
        **about(source),
        "weapon": asked["weapon"] or None,
        "claims": [
            {
                "id": c.id, "key": c.key, "unit": c.unit, "low": c.low, "high": c.high, "words": c.words,
                "from": iso(c.scope.start), "until": iso(c.scope.end), "weapons": sorted(c.scope.weapons),
                "lineage": c.lineage, "claimant": c.claimant, "published": c.published, "url": c.url,
            }
            for c in series.claims
        ],
        "pairs": [
            {"a": p.a, "b": p.b, "relation": p.relation, "verdict": p.verdict, "reason": p.reason}
            for p in series.pairs
        ],
        "findings": [{"code": f.code, "claims": list(f.claims), "message": f.said} for f in series.findings],
        "widths": {
            "about": WIDTHS.about, "outside_days": RULES.outside_days, "outside_number": RULES.outside_number,
            "jump": RULES.jump,
        },
    }  # fmt: skip


def ask_totals(source: Source, weapon: str, keys: list[str]) -> dict[str, Any]:
    """What a reconciliation asks, without the edition."""
    return {
        "dataset": source.edition.dataset,
        "weapon": weapon.strip(),
        "keys": keys or ["missiles_fired", "attacks"],
        "mapping": "",
    }


def keep(
    case: Case, kind: str, source: Source, asked: Dict[str, Any], answer: dict[str, Any]
) -> dict[str, Any]:
    """File an answer as a stored query; what an earlier edition said is added if it was something else."""
    name = query_id(kind, asked)
    value = value_of(kind, answer)
    earlier = [one for one in case.queries.all() if one.id == name]
    case.queries.keep(kind, asked, source.edition.known, source.moment(), value, answer, __version__)
    changed = [
        {"edition": one.answer.get("edition"), "value": one.value}
        for query in earlier
        for one in query.answers
        if one.value != value and not one.as_of and one.edition != source.edition.known
    ]
    return {**answer, "query": name, "changed_from": changed[-1] if changed else None}


def value_of(kind: str, answer: Dict[str, Any]) -> dict[str, Any]:
    """The numbers of an answer alone: what staleness is judged by."""
    if kind == "count":
        return {name: answer[name] for name in ("lower", "upper", "unknown")}
    if kind == "share":
        told = answer.get("shares", [answer])
        return {one["of"]: [one["numerator"], one["denominator"]] for one in told}
    if kind == "casualties":
        if "sums" in answer:
            return {
                f"{one['kind']} {one['victims']}": [one["low"], one["best"], one["high"]]
                for one in answer["sums"]
            }
        return {
            one["kind"]: [one["lower"], one["upper"], [c["lower"] for c in one["conditional"]]]
            for one in answer["casualties"]
        }
    return {f"{p['a']} {p['b']}": p["verdict"] for p in answer["pairs"]}


# inside


def _question(counting: Counting, source: Source, words: Words, asked: Dict[str, Any]) -> Asked:
    classes = None
    if asked["weapon"]:
        known = frozenset[str]()
        if words.mapping.meant(asked["weapon"]).unmapped:
            known = counting.classes_of(source.edition)
        classes = words.mapping.asked(asked["weapon"], known)
    return Asked(
        asked["weapon"], classes, date.fromisoformat(asked["from"]), date.fromisoformat(asked["to"]), asked["unit"],
        asked["zone"], asked["period"],
    )  # fmt: skip


def _window(counting: Counting, source: Source, start: str | None, until: str | None) -> tuple[date, date]:
    ends = None if start and until else counting.first_and_last(source.edition)
    return _ends(start, until, ends)


def _ends(start: str | None, until: str | None, ends: tuple[date, date] | None) -> tuple[date, date]:
    if (not start or not until) and ends is None:
        raise BadSetting("the edition has no dated row", "Give the window: --from DATE --to DATE")
    first = _day(start, "--from") if start else ends[0] if ends else date.min
    after = _day(until, "--to") if until else ends[1] + timedelta(days=1) if ends else date.max
    if first >= after:
        raise BadSetting(
            f"a window from {first} to {after} holds no day",
            "--from is the first day, --to the day after the last one.",
        )
    return first, after


def _day(said: str, option: str) -> date:
    try:
        if len(said) != 10:
            raise ValueError
        return date.fromisoformat(said)
    except ValueError as error:
        raise BadSetting(f"{option} {plain(said, 40)!r} is no day", "Write YYYY-MM-DD.") from error


def _phrase(said: str) -> Phrase | None:
    if not said.strip():
        return None
    phrase = read_phrase(said)
    if phrase is None:
        raise BadSetting(
            f"no share in {plain(said, 60)!r}",
            'Write it as "about a third", "nearly half", "30 %" or "one in three".',
        )
    return phrase
