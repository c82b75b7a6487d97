"""A table of parts read: strict, or lenient with what was rejected; nothing is lost either way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from siteline.ledger.components.cells import (
    countries_in,
    day_in,
    days_in,
    is_nobody,
    names_in,
    number_in,
    text_in,
    weapons_in,
    whole_in,
)
from siteline.ledger.components.columns import columns_of
from siteline.ledger.components.datecodes import (
    is_code,
    is_scheme,
    looks_like_date_code,
    readings,
    schemes_of,
)
from siteline.ledger.components.markings import has_html, normal_marking, without_html
from siteline.ledger.components.tables import Table, cells_of
from siteline.model.cells import CellFault, CellRefused
from siteline.model.component import (
    NOT_IDENTIFIED,
    PROVIDES,
    Attribution,
    Basis,
    Flag,
    Item,
    LedgerSource,
    Part,
    Precision,
    Recovery,
    Trace,
)
from siteline.model.remark import Remark
from siteline.store.sheets import Line

_LABEL = 60
_STATUS = ("", "requested", "answered", "no_reply", "refused")
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Intake:
    """What a table says, and what of it cannot be taken."""

    parts: tuple[Part, ...]
    """Each once, in the order of the table."""

    faults: tuple[CellFault, ...]
    rejected: tuple[Line, ...]
    """The lines that the faults are on, in order."""

    remarks: tuple[Remark, ...]
    repeated: int
    """Lines that say again, word for word, what an earlier line said."""


def read_parts(table: Table) -> Intake:
    """The parts of a table. Raises BadComponents only for what spoils the whole of it: its header."""
    columns, remarks = columns_of(list(table.header), table.name)
    parts: dict[Part, int] = {}
    tagged: dict[tuple[str, str, str, str], tuple[Part, int]] = {}
    faults, rejected = list[CellFault](), list[Line]()
    repeated: dict[str, list[int]] = {}
    stripped, unread = list[int](), list[int]()
    for line in table.lines:
        try:
            said = cells_of(line, columns)
            if any(has_html(cell) for cell in said.values()):
                stripped.append(line.number)
                said = {
                    column: without_html(cell) if has_html(cell) else cell for column, cell in said.items()
                }
                said = {column: cell for column, cell in said.items() if cell}
            part = _part(said)
            if part in parts:
                repeated.setdefault(_named(part), []).append(line.number)
                continue
            tag = (part.recovery.wreck, part.item.tag, part.source.name, part.source.list)
            if part.item.tag and tag in tagged:
                raise CellRefused(
                    "item",
                    "id-repeated",
                    f"item {part.item.tag!r} of wreck {tag[0]!r} stands on line {tagged[tag][1]} already, and says "
                    "something else there",
                )
        except CellRefused as refused:
            faults.append(refused.on(line.number))
            rejected.append(line)
            continue
        parts[part] = line.number
        if part.item.tag:
            tagged[tag] = (part, line.number)
        if part.item.date_code and not _can_read(part):
            unread.append(line.number)
    told = [*remarks, *_tell(table.name, repeated, stripped, unread)]
    return Intake(
        tuple(parts),
        tuple(faults),
        tuple(rejected),
        tuple(told),
        sum(len(again) for again in repeated.values()),
    )


def known_by(part: Part) -> date | None:
    """The latest day on which a part can have come into being: it was recovered, or told of, by then."""
    if part.recovery.days is not None:
        return part.recovery.days.last
    return part.source.published


def _can_read(part: Part) -> bool:
    return bool(readings(part.item.date_code, part.item.scheme, known_by(part)))


def _part(said: Mapping[str, str]) -> Part:
    for column in ("wreck", "source"):
        if not text_in(said, column):
            raise CellRefused(column, "empty", "every line says of which wreck it is, and who says so")
    recovery, item = _recovery(said), _item(said)
    source = _source(said, recovery)
    return Part(source, recovery, item, _made(said), _trace(said))


def _recovery(said: Mapping[str, str]) -> Recovery:
    lat, lon = number_in(said, "lat", -90, 90), number_in(said, "lon", -180, 180)
    if (lat is None) != (lon is None):
        raise CellRefused("lat" if lat is None else "lon", "half-place", "one coordinate without the other")
    home = countries_in(said, "weapon_country")
    if len(home) > 1:
        raise CellRefused("weapon_country", "country", "one country; leave it blank where it is not known")
    return Recovery(
        wreck=text_in(said, "wreck", 120),
        incident=text_in(said, "incident", 120),
        weapons=weapons_in(said, "weapon"),
        weapon_country=home[0] if home else "",
        place=text_in(said, "place", 200),
        precision=_word(said, "place_precision", Precision, Precision.UNKNOWN),
        lon=lon,
        lat=lat,
        days=days_in(said, "recovered"),
        recovered_by=text_in(said, "recovered_by", 200),
        custody=text_in(said, "custody"),
        examined=whole_in(said, "examined"),
    )


def _item(said: Mapping[str, str]) -> Item:
    marking, code = text_in(said, "marking", 200), text_in(said, "date_code", 40)
    if marking and not code and looks_like_date_code(marking):
        raise CellRefused(
            "marking", "date-code-as-marking", f"{marking!r} reads as a date code; put it under date_code"
        )
    if marking and code and normal_marking(marking) == normal_marking(code):
        raise CellRefused("marking", "date-code-as-marking", f"{marking!r} is the date code again")
    if code and not is_code(code):
        raise CellRefused(
            "date_code",
            "part-number-as-date-code",
            f"{code!r} has not the form of a date code; if it is a part number, put it under marking",
        )
    scheme = text_in(said, "date_scheme", 80)
    if scheme and not is_scheme(scheme):
        raise CellRefused(
            "date_scheme",
            "scheme",
            f"{scheme!r}: write yyww, wwyy, yyyyww, or as letter-week:K=2022, as documented",
        )
    label = text_in(said, "label", 1000)
    if len(label) > _LABEL:
        raise CellRefused(
            "label", "label-long", f"{len(label)} characters; a label names the part in a few words"
        )
    return Item(
        tag=text_in(said, "item", 80),
        label=" | ".join(sorted({p.strip() for p in label.split("|") if p.strip()}))
        if label and not is_nobody(label)
        else NOT_IDENTIFIED,
        marking_raw=marking,
        marking=normal_marking(marking),
        date_code=code,
        scheme="|".join(schemes_of(scheme)),
        photo=text_in(said, "photo", 200),
        condition=text_in(said, "condition", 200),
        flags=_flags(said),
        quantity=whole_in(said, "quantity") or 1,
        goods_code="".join(letter for letter in text_in(said, "goods_code", 40) if letter.isalnum()).upper(),
        notes=text_in(said, "notes", 2000),
    )


def _made(said: Mapping[str, str]) -> Attribution:
    return Attribution(
        brand=names_in(said, "brand"),
        manufacturer=names_in(said, "manufacturer"),
        seat=countries_in(said, "seat_country"),
        made_in=countries_in(said, "made_in"),
        exporter=names_in(said, "exporter"),
        plant=text_in(said, "plant", 200),
        basis=_word(said, "basis", Basis, Basis.SOURCE_SAYS),
        probability=number_in(said, "probability", 0, 1),
    )


def _source(said: Mapping[str, str], recovery: Recovery) -> LedgerSource:
    given = {
        w.strip().casefold() for w in text_in(said, "provides").replace("|", ";").split(";") if w.strip()
    }
    if wrong := given - set(PROVIDES):
        raise CellRefused("provides", "word", f"{min(wrong)!r}; known are: {', '.join(PROVIDES)}")
    has = {
        "place": bool(recovery.place) or recovery.lat is not None,
        "date": recovery.days is not None,
        "custody": bool(recovery.custody),
        "confidence": "probability" in said,
    }
    provides = tuple(w for w in PROVIDES if (w in given if given else has[w]))
    url = text_in(said, "source_url", 2000)
    if url and not url.startswith(("http://", "https://")):
        raise CellRefused("source_url", "url", f"{url[:60]!r} is no http address")
    return LedgerSource(
        text_in(said, "source", 200), text_in(said, "list", 200), url, day_in(said, "published"), provides
    )


def _trace(said: Mapping[str, str]) -> Trace | None:
    status = text_in(said, "trace_status", 40).casefold().replace(" ", "_")
    if status not in _STATUS:
        raise CellRefused("trace_status", "word", f"{status!r}; known are: {', '.join(_STATUS[1:])}")
    trace = Trace(
        day_in(said, "trace_requested"),
        text_in(said, "trace_reply", 2000),
        text_in(said, "diversion_point", 200),
        status,
    )
    return None if trace == Trace() else trace


def _flags(said: Mapping[str, str]) -> tuple[Flag, ...]:
    words = {
        w.strip().casefold() for w in text_in(said, "flags").replace("|", ";").replace(",", ";").split(";")
    } - {""}
    if wrong := words - set(Flag):
        raise CellRefused("flags", "word", f"{min(wrong)!r}; known are: {', '.join(Flag)}")
    return tuple(sorted(Flag(word) for word in words))


def _word(said: Mapping[str, str], column: str, kind: type[E], otherwise: E) -> E:
    word = text_in(said, column, 60).casefold().replace(" ", "_").replace("-", "_")
    if not word:
        return otherwise
    if word not in set(kind):
        raise CellRefused(column, "word", f"{word!r}; known are: {', '.join(kind)}")
    return kind(word)


def _named(part: Part) -> str:
    return f"{part.recovery.wreck} / {part.item.tag}" if part.item.tag else f"{part.recovery.wreck} (no id)"


def _tell(name: str, repeated: dict[str, list[int]], stripped: list[int], unread: list[int]) -> list[Remark]:
    told = []
    if repeated:
        ids = ", ".join(f"{what} ×{len(lines) + 1}" for what, lines in sorted(repeated.items())[:8])
        more = f" and {len(repeated) - 8} more" if len(repeated) > 8 else ""
        total = sum(len(lines) for lines in repeated.values())
        told.append(
            Remark(
                name,
                f"{total} repeated line{'s' if total > 1 else ''}, counted once: {ids}{more}",
                "parts that are alike need an item id each, or a quantity",
            )
        )
    if stripped:
        told.append(Remark(name, f"HTML was taken out of cells on {_lines(stripped)}; the words stay"))
    if unread:
        told.append(
            Remark(
                name,
                f"date codes that no documented scheme reads, or that lie after the recovery, on {_lines(unread)}",
            )
        )
    return told


def _lines(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:8]))
    return f"line{'s' if len(numbers) > 1 else ''} {shown}" + (
        f" and {len(numbers) - 8} more" if len(numbers) > 8 else ""
    )
