"""Questions to the ledger of parts: asked, answered, kept, asked again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from siteline.ledger.components.counting import COUNTRY, Asked, count, share
from siteline.ledger.components.countries import codes_of
from siteline.ledger.components.dating import date_wrecks, implied
from siteline.ledger.components.publishing import Shown, public_count
from siteline.ledger.components.queries import Question
from siteline.ledger.components.reconciling import reconcile
from siteline.model.component import CompanyState, Part, Tally
from siteline.model.dates import parse_acquired
from siteline.model.errors import BadSetting, NotFound
from siteline.model.tallied import Dating, OnList, PartsCount, PartsShare, Reconciled, StatedDating
from siteline.workbench.case import Case
from siteline.workbench.ledger.components.ledger import PartsLedger
from siteline.workbench.ledger.named import names_of, under_one_name, weapons_of

MAKERS = ("brand", "manufacturer", "exporter", "parent")
"""Fields whose values are names of companies."""


def ask(**said: Any) -> Asked:
    """A question from options as they were typed: country names become codes, days become dates."""
    home = said.pop("home", "")
    codes = codes_of(home) if home else ("",)
    if codes is None or len(codes) != 1:
        raise BadSetting(f"{home!r} is not one country", "Write its ISO code: --home KP")
    since, until, state_at = (_day(said.pop(name, None)) for name in ("since", "until", "state_at"))
    if since and until and until <= since:
        raise BadSetting(f"{until} is not after {since}", "The end is the day after the last one.")
    by = str(said.pop("by", "manufacturer")).replace("-", "_")
    by = {"maker": "manufacturer", "seat_country": "seat", "country": "country"}.get(by, by)
    if by == "country":
        raise BadSetting(
            "a country can be that of the maker's headquarters or of the plant",
            "Say which: --by seat, or --by made-in",
        )
    return Asked(by=by, home=codes[0], since=since, until=until, state_at=state_at, **said)


def _day(text: str | None) -> date | None:
    if not text:
        return None
    span = parse_acquired(text)
    if span.first_day != span.last_day:
        raise BadSetting(f"{text!r} is not one day", "Write it as 2024-01-02.")
    return span.first_day


def count_parts(
    case: Case, asked: Asked, as_of: datetime | None = None, *, internal: bool = False
) -> dict[str, Any]:
    """A count, for other programs; makers are named with `internal`, or once they have had their say."""
    ledger = PartsLedger(case, as_of)
    counted = count_of(ledger, asked)
    query = (
        "" if as_of else ledger.queries.keep(Question("count", asked), ledger.edition, numbers_of(counted))
    )
    shown = counted if internal else public_count(counted, ledger.shown)
    return {**tell_count(shown), "query": query, "as_of": as_of.isoformat() if as_of else None}


def share_parts(
    case: Case, asked: Asked, value: str, of: str, as_of: datetime | None = None, *, internal: bool = False
) -> dict[str, Any]:
    """The part that one value has, for other programs."""
    ledger = PartsLedger(case, as_of)
    keys = {name: key for key, name in ledger.shown.names.items() if key in ledger.shown.withheld}
    wanted = keys.get(value, value)
    found = share_of(ledger, asked, wanted, of)
    query = (
        ""
        if as_of
        else ledger.queries.keep(Question("share", asked, wanted, of), ledger.edition, share_numbers(found))
    )
    if not internal:
        names = asked.by not in ("label", *COUNTRY)
        spelled = ledger.shown.name(found.value) if names else found.value
        found = replace(found, value=spelled, counted=public_count(found.counted, ledger.shown))
    return {**tell_share(found), "query": query, "as_of": as_of.isoformat() if as_of else None}


def date_parts(case: Case, wreck: str = "", as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Assembled not before, of each wreck."""
    ledger = PartsLedger(case, as_of)
    found = date_wrecks(ledger.parts, ledger.components.tallies(as_of), wreck, ledger.judged)
    if wreck and not found:
        raise NotFound(f"no wreck {wreck!r}", "See: siteline ledger components list")
    told = []
    for dating in found:
        row = tell_dating(dating, ledger.shown)
        if as_of is None:
            question = Question("dating", Asked(by="label", wreck=dating.wreck))
            row["query"] = ledger.queries.keep(question, ledger.edition, dating_numbers(row))
        told.append(row)
    return told


def reconcile_parts(case: Case, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Every stated figure held against the others and against the parts on record."""
    ledger = PartsLedger(case, as_of)
    tallies = ledger.components.tallies(as_of)
    if not tallies:
        raise NotFound(
            "no figure about parts is on record",
            "Import a table of public claims: siteline ledger components import claims.csv --format claims",
        )
    return [
        tell_reconciled(pair, ledger.shown)
        for pair in reconcile(tallies, ledger.parts, ledger.edition, ledger.judged)
    ]


def count_of(ledger: PartsLedger, asked: Asked) -> PartsCount:
    """The count itself, makers by their names. Raises NotFound."""
    if asked.wreck and not any(p.recovery.wreck == asked.wreck for p in ledger.parts):
        raise NotFound(f"no wreck {asked.wreck!r}", "See: siteline ledger components list")
    if not ledger.parts:
        raise NotFound(
            "no part is on record", "Import a table of parts: siteline ledger components import parts.csv"
        )
    return _count(ledger, asked, ledger.parts, ledger.states)


def share_of(ledger: PartsLedger, asked: Asked, value: str, of: str) -> PartsShare:
    """The share itself; a maker that is named by its entity has the parts of all of its names."""
    names = names_of(ledger.case, value, ledger.as_of) if asked.by in MAKERS else ()
    if not names:
        return share(count_of(ledger, asked), value, of)
    parts, states, one = under_one_name(ledger.parts, ledger.states, names, frozenset(ledger.shown.withheld))
    return share(_count(ledger, asked, parts, states), one, of)


def _count(
    ledger: PartsLedger, asked: Asked, parts: Sequence[Part], states: Sequence[CompanyState]
) -> PartsCount:
    weapon = weapons_of(ledger.case, asked.weapon, ledger.as_of)
    return count(parts, replace(asked, weapon=weapon), ledger.edition, states, ledger.judged)


def numbers_of(counted: PartsCount) -> dict[str, Any]:
    """The numbers of a count alone: what is compared when it runs again."""
    return {
        "bins": [[list(b.codes), b.count.lower, b.count.upper] for b in counted.bins],
        "identified": counted.identified.as_dict(),
        "examined": counted.examined.as_dict(),
        "distinct": counted.distinct.as_dict(),
    }


def share_numbers(found: PartsShare) -> dict[str, Any]:
    """The numbers of a share alone."""
    return {
        "low": found.low, "high": found.high, "numerator": found.numerator.as_dict(), "denominator": found.denominator.as_dict(),
    }  # fmt: skip


def tell_count(counted: PartsCount) -> dict[str, Any]:
    """Interchange form of a count."""
    return {
        "by": counted.by,
        "definition": counted.definition,
        "edition": counted.edition,
        "identified": counted.identified.as_dict(),
        "examined": counted.examined.as_dict(),
        "distinct": counted.distinct.as_dict(),
        "bins": [
            {"value": b.value, "codes": list(b.codes), **b.count.as_dict(), "identified": b.known}
            for b in counted.bins
        ],
        "counterfeit": counted.counterfeit.as_dict(),
        "own_country": counted.own_country.as_dict(),
        "stands_on": [_tell_list(one) for one in counted.stands_on],
        "notes": list(counted.notes),
    }


def _tell_list(one: OnList) -> dict[str, Any]:
    return {
        "wreck": one.wreck,
        "source": one.source,
        "list": one.list,
        "published": one.published.isoformat() if one.published else None,
        "recovered": one.recovered.as_dict() if one.recovered else None,
        "parts": one.parts,
        "examined": one.examined,
        "lacks": list(one.lacks),
    }


def tell_share(found: PartsShare) -> dict[str, Any]:
    """Interchange form of a share."""
    return {
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "numerator": found.numerator.as_dict(),
        "denominator": found.denominator.as_dict(),
        "of": found.of,
        "said": str(found),
        "definition": f"{found.counted.definition}; of what is {found.of}",
        "edition": found.counted.edition,
        "stands_on": [_tell_list(one) for one in found.counted.stands_on],
        "notes": list(found.counted.notes),
    }


def dating_numbers(row: dict[str, Any]) -> dict[str, Any]:
    """A bound without the names of the parts it rests on: what is compared when it is asked again."""
    return {name: value for name, value in row.items() if name != "rests_on"}


def tell_dating(dating: Dating, shown: Shown) -> dict[str, Any]:
    """Interchange form of a bound, as it may be published."""
    return {
        "wreck": dating.wreck,
        "not_before": dating.not_before.isoformat() if dating.not_before else None,
        "rests_on": [shown.text(item) for item in dating.rests_on],
        "without_them": dating.without_them.isoformat() if dating.without_them else None,
        "coded": dating.coded.as_dict(),
        "examined": dating.examined.as_dict(),
        "ambiguous": dating.ambiguous,
        "unread": dating.unread,
        "left_out": dating.left_out,
        "by_year": [{"year": year, **span.as_dict()} for year, span in dating.by_year],
        "stated": [_tell_stated(one) for one in dating.stated],
    }


def _tell_stated(one: StatedDating) -> dict[str, Any]:
    return {
        "not_before": one.not_before.isoformat(),
        "source": one.source,
        "claim": one.claim,
        "components": list(one.components) if one.components else None,
        "with_code": list(one.with_code) if one.with_code else None,
        "within": list(one.within) if one.within else None,
        "years": list(one.years) if one.years else None,
        "of_all": [round(end, 4) for end in one.of_all] if one.of_all else None,
        "parts_with_code_at_least": implied(one),
        "agrees": one.agrees,
    }


def tell_reconciled(pair: Reconciled, shown: Shown) -> dict[str, Any]:
    """Interchange form of two figures held against each other, as it may be published."""
    return {
        "wreck": pair.wreck, "key": shown.text(pair.key), "a": pair.a, "b": pair.b, "verdict": pair.verdict,
        "prefer": pair.prefer, "why": pair.why,
    }  # fmt: skip


def tell_tally(key: str, tally: Tally, shown: Shown) -> dict[str, Any]:
    """Interchange form of a stated figure, as it may be published."""
    return {
        "id": key[:12], "wreck": tally.wreck, "key": shown.text(tally.key), "low": tally.low, "high": tally.high,
        "unit": tally.unit,
        "not_before": tally.not_before.isoformat() if tally.not_before else None, "source": tally.source,
        "lineage": tally.lineage, "claim": tally.claim,
    }  # fmt: skip
