"""Counts, shares, casualties and running totals of a case: from one edition each, and stored as queries."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from datetime import date, timedelta
from functools import partial
from typing import Any

from siteline import __version__
from siteline.ledger.incidents.asking import Asked
from siteline.ledger.incidents.carrying import carry
from siteline.ledger.incidents.casualties import reckon
from siteline.ledger.incidents.cells import zone_of
from siteline.ledger.incidents.counting import Counting
from siteline.ledger.incidents.definitions import DENOMINATORS, denominator
from siteline.ledger.incidents.queries import query_id
from siteline.ledger.incidents.reconcile import RULES, reconcile
from siteline.ledger.incidents.scopes import read_place
from siteline.ledger.incidents.shares import share
from siteline.ledger.incidents.words import WIDTHS, Phrase, read_phrase
from siteline.model.casualty import Scope
from siteline.model.counted import CountSeries
from siteline.model.errors import BadSetting, NotFound
from siteline.model.incident import KINDS, VICTIMS
from siteline.model.shown import plain
from siteline.workbench.case import Case
from siteline.workbench.ledger.named import classes_of
from siteline.workbench.ledger.sources import CLAIMS, Words, ends_of
from siteline.workbench.ledger.telling import (
    Source,
    about,
    iso,
    tell_phrase,
    tell_reckoned,
    tell_scope,
    tell_share,
)


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


def count(case: Case, source: Source, words: Words, asked: Dict[str, Any]) -> dict[str, Any]:
    """The answer to a count, for people and programs; `asked` as `ask_count` makes it."""
    counting = Counting(case.db, case.incidents, words.mapping)
    question = _question(case, counting, source, words, asked)
    answer = counting.count(
        source.edition, question, carry(case.db, case.incidents, [source.edition], source.as_of).judged
    )
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
    question = _question(case, counting, source, words, asked)
    return counting.series(
        source.edition, question, step, carry(case.db, case.incidents, [source.edition], source.as_of).judged
    )


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
    question = _question(
        case, counting, source, words, {**asked, "unit": "missile", "zone": "", "period": "start"}
    )
    phrase = _phrase(asked["phrase"])
    judged = carry(case.db, case.incidents, [source.edition], source.as_of).judged
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
    classes = frozenset[str]()
    if asked["weapon"]:
        classes = classes_of(case, words.mapping, asked["weapon"], lambda: named, source.as_of)
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
        first, after = ends_of(start, until, (min(starts), max(ends)) if starts and ends else None)
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
        classes = classes_of(case, words.mapping, asked["weapon"], lambda: named, source.as_of)
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


def _question(case: Case, counting: Counting, source: Source, words: Words, asked: Dict[str, Any]) -> Asked:
    classes = None
    if asked["weapon"]:
        known = partial(counting.classes_of, source.edition)
        classes = classes_of(case, words.mapping, asked["weapon"], known, source.as_of)
    return Asked(
        asked["weapon"], classes, date.fromisoformat(asked["from"]), date.fromisoformat(asked["to"]), asked["unit"],
        asked["zone"], asked["period"],
    )  # fmt: skip


def _window(counting: Counting, source: Source, start: str | None, until: str | None) -> tuple[date, date]:
    ends = None if start and until else counting.first_and_last(source.edition)
    return ends_of(start, until, ends)


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
