"""
Rows of a table as statements.

Understood are tables of public claims as researchers keep them (`claimant`, `polarity`, `qualifier`, `period_start`) and the
ones that we export. A row is read or refused, never mended: `Refused` says which cell and why.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from siteline.claims.amount import is_count, is_share, read_amount, read_ratio
from siteline.claims.cells import (
    Lookup,
    look_up,
    read_asked,
    read_exhibits,
    read_hand,
    read_hedge,
    read_language,
    read_nouns,
    read_period,
    read_short,
    read_translation,
    read_url,
)
from siteline.claims.hedging import kind_of
from siteline.claims.speakers import read_speaker
from siteline.claims.statements import LONGEST_ID, LONGEST_KEY, LONGEST_LINEAGE
from siteline.claims.table import Row
from siteline.model.cells import CellRefused
from siteline.model.claim import (
    Anchor,
    AnchorKind,
    Claim,
    ClaimKind,
    Hedge,
    HedgeKind,
    Scope,
    Stance,
    Statement,
)
from siteline.model.errors import BadInput
from siteline.model.interval import Interval, Period

REQUIRED = ("id", "claim_key")
COLUMNS = (
    "id", "lineage", "claim_key", "subject", "subject_ids", "predicate", "value_low", "value_high", "qualifier", "unit",
    "value_type", "value_text", "value_ids", "read_low", "read_high", "excludes", "definition", "kind", "condition",
    "period_start", "period_end", "period_text", "place", "place_id", "thing", "stance", "negated", "hedges", "attribution",
    "published", "quote", "paraphrase", "language", "translation", "cites", "wire", "dataset", "imagery", "evidence",
    "supports", "asked", "anchor", "exhibit", "start", "end", "rendition", "url", "note",
)  # fmt: skip
"""Of the tables that we write; exhibits by their SHA-256."""

LOOSE = ("scope", "claimant", "hedge", "polarity")
"""Columns of tables that others write."""

VALUE_TYPES = ("count", "ratio", "share", "number", "date", "entity", "alias", "list", "text", "nonresponse")
Finder = Callable[[str, str], Anchor]
"""The place of a quote in an exhibit, by its id; raises Refused unless it stands there exactly once."""

_POLARITY = {
    "": "", "assert": "asserts", "asserts": "asserts", "deny": "denies", "denies": "denies", "retracted": "corrects",
    "conditional": "asserts", "negate": "asserts", "negated": "asserts",
}  # fmt: skip
_WORDED = ("entity", "alias", "list", "text", "date")


def _no_place(exhibit_id: str, quote: str) -> Anchor:
    raise CellRefused("start", "bad_number", f"where in exhibit {exhibit_id} do these words start and end?")


def read_row(row: Row, exhibit: Lookup, find: Finder = _no_place) -> Statement:
    """
    The statement of a row; raises Refused.

    find: places words in an exhibit whose row does not say where they stand.
    """
    try:
        return _read(row, exhibit, find)
    except BadInput as error:
        raise CellRefused("", "cannot_be", str(error)) from error


def references(row: Row) -> list[tuple[str, str, str, str]]:
    """
    Relations to other rows that a note names, as (a, kind, b, the words): "superseded by C014", "same-day update of C015".

    They are the table's words, kept as such; whether those ids are there is the caller's to see.
    """
    own, note = row.text("id"), row.text("note")
    found = []
    for pattern, kind, turned in _REFERENCES:
        for match in pattern.finditer(note):
            other = match["id"].rstrip(".,;:")
            a, b = (other, own) if turned else (own, other)
            found.append((a, kind, b, match[0].strip()))
    return found


_REFERENCES = (
    (re.compile(r"superseded by (?P<id>[\w:-]+)", re.I), "supersedes", True),
    (re.compile(r"supersedes (?P<id>[\w:-]+)", re.I), "supersedes", False),
    (re.compile(r"(?:later |same-day |same day )*update of (?P<id>[\w:-]+)", re.I), "supersedes", False),
    (re.compile(r"sub-?event of (?P<id>[\w:-]+)", re.I), "narrows", False),
    (re.compile(r"corrected by (?P<id>[\w:-]+)", re.I), "corrects", True),
    (re.compile(r"retracted by (?P<id>[\w:-]+)", re.I), "retracts", True),
)


def disagreement(statement: Statement) -> str | None:
    """What the words of a ratio say otherwise than its numbers; None where they agree or cannot be read."""
    value = statement.claim.value
    if value is None or statement.claim.value_type != "ratio":
        return None
    read = read_ratio(statement.quote or statement.paraphrase)
    if read is None or read.value.meets(value):
        return None
    return f"its words give {read.value} ({read.direction.value}), its numbers {value}"


def _read(row: Row, exhibit: Lookup, find: Finder) -> Statement:
    name = read_short(row, "id", LONGEST_ID, required=True)
    lineage = read_short(row, "lineage", LONGEST_LINEAGE)
    stance, is_negated, is_conditional = _stance(row)
    hedges = _hedges(row)
    if (
        stance is Stance.ASSERTS
        and any(h.kind is not HedgeKind.CONDITIONAL for h in hedges)
        and not row.text("stance")
    ):
        stance = Stance.HEDGES
    spoken = read_speaker(row.text("claimant"))
    chain = read_nouns(row, "attribution", read_hand) or spoken.chain
    published = read_period(row, "published")
    return Statement(
        id=name,
        anchor=_anchor(row, exhibit, find),
        claim=_claim(row, is_conditional),
        stance=stance,
        quote=row.text("quote"),
        paraphrase=row.text("paraphrase"),
        language=read_language(row),
        translation=read_translation(row),
        hedges=hedges,
        is_negated=is_negated,
        attribution=chain,
        said=published,
        lineage=lineage,
        cites=row.text("cites") or spoken.cites,
        wire=row.text("wire"),
        dataset=row.text("dataset") or spoken.dataset,
        imagery=read_exhibits(row, "imagery", exhibit),
        evidence=read_exhibits(row, "evidence", exhibit),
        supports=tuple(row.text("supports").split()),
        asked=read_asked(row),
        note=row.text("note"),
    )


def _claim(row: Row, is_conditional: bool) -> Claim:
    key = read_short(row, "claim_key", LONGEST_KEY, required=True)
    low, high = row.number("value_low"), row.number("value_high")
    said_type, unit, qualifier = row.text("value_type"), row.text("unit"), row.text("qualifier")
    if said_type and said_type not in VALUE_TYPES:
        raise CellRefused(
            "value_type", "bad_value_type", f"{said_type[:40]!r} is none of {', '.join(VALUE_TYPES)}"
        )
    if low is not None and high is not None and low > high:
        raise CellRefused("value_high", "bad_interval", f"{high:g} is less than value_low, {low:g}")
    stated = None if low is None and high is None else Interval(low, high)
    if said_type == "ratio" and not unit:
        unit = "ratio"
    value = _value(row, low, high, qualifier, unit, said_type)
    kind = said_type or _type_of(unit, value)
    text = row.text("value_text")
    if value is None and not text and kind in _WORDED:
        text = row.text("paraphrase") or row.text("quote")
    claim_kind = row.text("kind") or "fact"
    if claim_kind not in set(ClaimKind):
        raise CellRefused("kind", "bad_kind", f"{claim_kind[:40]!r} is neither fact nor judgement")
    return Claim(
        key=key,
        subject=row.text("subject"),
        predicate=read_short(row, "predicate", LONGEST_KEY),
        value=value,
        value_text="" if kind == "nonresponse" else text,
        value_type="" if kind == "nonresponse" else kind,
        unit=read_short(row, "unit", 100) or unit,
        qualifier=qualifier,
        stated=stated if stated != value else None,
        kind=ClaimKind(claim_kind),
        scope=_scope(row),
        condition=row.text("condition") or ("not said" if is_conditional else ""),
        subject_ids=tuple(row.text("subject_ids").split()),
        value_ids=tuple(row.text("value_ids").split()),
        definition=row.text("definition"),
    )


def _value(
    row: Row, low: float | None, high: float | None, qualifier: str, unit: str, said_type: str
) -> Interval | None:
    """As the table reads it, if it does; else by our own reading of the words at the number."""
    read = row.number("read_low"), row.number("read_high")
    excludes = row.text("excludes").split()
    if set(excludes) - {"low", "high"}:
        raise CellRefused("excludes", "bad_interval", "it names neither low nor high")
    if read != (None, None) or excludes:
        return Interval(*read, "low" in excludes, "high" in excludes)
    if row.text("read_low") == "" and said_type == "date":
        return None if low is None and high is None else Interval(low, high)
    try:
        return read_amount(low, high, qualifier, unit)
    except BadInput as error:
        raise CellRefused("qualifier", "bad_interval", str(error)) from error


def _type_of(unit: str, value: Interval | None) -> str:
    if value is None:
        return ""
    if is_share(unit):
        return "share"
    if unit.strip().lower() == "ratio":
        return "ratio"
    return "count" if is_count(unit, value.low, value.high) else "number"


def _scope(row: Row) -> Scope:
    place, thing, loose = row.text("place"), row.text("thing"), row.text("scope")
    if loose and not (place or thing):
        if loose[0].isupper() or not loose[0].isascii():  # "Ukraine" is a place, "one remnant" a thing
            place = loose
        else:
            thing = loose
    return Scope(_span(row), place, row.text("place_id"), thing)


def _span(row: Row) -> Period | None:
    starts, ends = read_period(row, "period_start"), read_period(row, "period_end")
    text = row.text("period_text")
    if starts is None and ends is None:
        return Period(text=text) if text else None
    first = starts.first if starts else None
    last = ends.last if ends else None
    if first is not None and last is not None and first > last:
        raise CellRefused("period_end", "bad_interval", f"{last} is before period_start, {first}")
    return Period(first, last, text)


def _stance(row: Row) -> tuple[Stance, bool, bool]:
    """Stance, whether the words are negated, whether they are conditional."""
    stance, polarity = row.text("stance"), row.text("polarity").lower()
    is_negated = row.text("negated").lower() in ("yes", "true", "1") or polarity in ("negate", "negated")
    if stance and stance not in set(Stance):
        raise CellRefused("stance", "bad_stance", f"{stance[:40]!r} is none of {', '.join(Stance)}")
    if polarity not in _POLARITY and polarity not in set(Stance):
        raise CellRefused(
            "polarity", "bad_polarity", f"{polarity[:40]!r} is none of assert, deny, retracted, conditional"
        )
    if stance:
        return Stance(stance), is_negated, False
    if row.text("value_type") == "nonresponse":
        return Stance.NONRESPONSE, is_negated, False
    said = _POLARITY.get(polarity, polarity) or "asserts"
    return Stance(said), is_negated, polarity == "conditional"


def _hedges(row: Row) -> tuple[Hedge, ...]:
    listed = read_nouns(row, "hedges", read_hedge)
    loose = row.text("hedge")
    return listed or ((Hedge(loose, kind_of(loose)),) if loose else ())


def _anchor(row: Row, exhibit: Lookup, find: Finder) -> Anchor:
    url = read_url(row)
    kind = row.text("anchor") or ("words" if row.text("exhibit") else "url")
    if kind not in set(AnchorKind):
        raise CellRefused("anchor", "bad_anchor", f"{kind[:40]!r} is none of {', '.join(AnchorKind)}")
    if kind == "url":
        if not url:
            raise CellRefused("url", "no_anchor", "neither an address nor an exhibit has these words")
        return Anchor(AnchorKind.URL, url=url)
    name, sha256 = look_up(row, "exhibit", row.text("exhibit"), exhibit)
    start, end = row.number("start"), row.number("end")
    if kind == "words" and start is None and end is None:
        found = find(name, row.text("quote"))
        return replace(found, rendition=row.text("rendition") or found.rendition, url=url or found.url)
    if kind == "words" and (start is None or start != int(start) or end is None or end != int(end)):
        raise CellRefused(
            "start",
            "bad_number",
            "words in an exhibit need a whole number for start and for end, or neither where they stand there once",
        )
    return Anchor(
        AnchorKind(kind),
        name,
        sha256,
        None if start is None else int(start),
        None if end is None else int(end),
        row.text("rendition"),
        url,
    )
