"""Pictures of the ledger of parts, each with its table beside it: by what, by whom, where, on which list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from siteline.ledger.components.companies import company_key
from siteline.ledger.components.counting import COUNTERFEIT, COUNTRY, Asked, count
from siteline.ledger.components.countries import name_of
from siteline.ledger.components.exporting import write_table
from siteline.ledger.components.merging import Piece, Wreck, wrecks_of
from siteline.ledger.components.publishing import public_count
from siteline.ledger.components.queries import Question
from siteline.ledger.components.regimes.matching import Index
from siteline.model.charted import Flow, FlowChart, Legend, MapPoint, ShareBar
from siteline.model.component import NOT_IDENTIFIED, PRECISION_M, UNKNOWN, Precision
from siteline.model.errors import BadSetting, NotFound
from siteline.model.regime import Verdict
from siteline.model.tallied import Span
from siteline.store import tables
from siteline.workbench.case import Case
from siteline.workbench.files import write_derived
from siteline.workbench.ledger.components.counting import numbers_of
from siteline.workbench.ledger.components.ledger import PartsLedger

if TYPE_CHECKING:
    from siteline.report.figure import Figure
    from siteline.report.ledger.sheet import Sheet

KINDS = ("flows", "shares", "map")
INTERNAL = "INTERNAL: NAMES OF COMPANIES THAT HAVE NOT HAD THEIR SAY"
NOT_FOUND, PROPOSED = "not found in the regimes loaded", "a name to be checked by a person"
NO_MAKER = "no maker to look for"
_FILED = (
    tables.part_item,
    tables.part_withdrawal,
    tables.maker_reply,
    tables.listing_judgement,
    tables.part_judgement,
    tables.regime_edition,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What picture is asked for."""

    kind: str
    asked: Asked
    narrow: bool = False
    internal: bool = False
    holds: tuple[str, ...] = ()
    """Wrecks whose place is held back."""

    round_km: float = 0.0
    """To how many kilometres places are rounded; 0: not."""


def draw(case: Case, wanted: Wanted, out: Path | None = None, as_of: datetime | None = None) -> list[Path]:
    """
    Draw a picture as SVG and PNG, or as `out` says, with its table as CSV beside it; returns the files.

    The same ledger always gives the same bytes. Raises NotFound or BadSetting.
    """
    from siteline.report.ledger.sheet import Sheet, suffix_of

    if wanted.kind not in KINDS:
        raise BadSetting(f"no picture {wanted.kind!r}", f"There are: {', '.join(KINDS)}.")
    if out is not None and suffix_of(out) is None:
        raise BadSetting(f"{out.name} is neither .svg nor .png", "Name the picture parts.svg or parts.png.")
    if not 0 <= wanted.round_km <= 1000:
        raise BadSetting(
            f"cannot round places to {wanted.round_km:g} km", "Say --round 10, for ten kilometres."
        )
    ledger = PartsLedger(case, as_of)
    if not ledger.parts:
        raise NotFound(
            "no part is on record", "Import a table of parts: siteline ledger components import parts.csv"
        )
    stem = (
        f"parts-{wanted.kind}"
        + ("-internal" if wanted.internal else "")
        + ("-narrow" if wanted.narrow else "")
    )
    paths = [out] if out is not None else [case.out / f"{stem}{suffix}" for suffix in (".svg", ".png")]
    written, table = list[Path](), ""
    for path in paths:
        figure, table = _draw(ledger, wanted, Sheet(wanted.narrow, str(suffix_of(path))))
        written.append(write_derived(case, path, "", figure.data))
    written.append(write_derived(case, paths[0].with_suffix(".csv"), "", table.encode()))
    return written


def _draw(ledger: PartsLedger, wanted: Wanted, sheet: Sheet) -> tuple[Figure, str]:
    from siteline.report.ledger.flows import draw_flows, table_of_flows
    from siteline.report.ledger.map import draw_map, drawable, rounded_to, table_of_map
    from siteline.report.ledger.shares import draw_shares, table_of_shares

    stamps = (INTERNAL,) if wanted.internal and ledger.shown.withheld else ()
    if wanted.kind == "flows":
        chart, legend = flows_of(ledger, wanted)
        figure, (heads, rows) = (
            draw_flows(chart, legend, sheet, stamps),
            table_of_flows(chart, legend.edition),
        )
    elif wanted.kind == "shares":
        bars, legend = shares_of(ledger, wanted)
        figure, (heads, rows) = (
            draw_shares(bars, legend, sheet, stamps),
            table_of_shares(bars, legend.edition),
        )
    else:
        points, legend = places_of(ledger, wanted)
        points = rounded_to(points, wanted.round_km) if wanted.round_km else points
        if not drawable(points):
            raise NotFound(
                "no wreck has a place that can be drawn",
                "The table gives no lat and lon, or all of them are held back; see: siteline ledger components list --json",
            )
        figure, (heads, rows) = draw_map(points, legend, sheet, stamps), table_of_map(points, legend.edition)
    return figure, with_legend(heads, rows, legend)


def with_legend(heads: Sequence[str], rows: Sequence[Sequence[object]], legend: Legend) -> str:
    """A table as CSV in which every row says what it is, whose, and as of when."""
    more = (legend.definition, legend.source, legend.as_of.isoformat(), legend.query)
    return write_table((*heads, "definition", "source", "as_of", "query"), [(*row, *more) for row in rows])


def shares_of(ledger: PartsLedger, wanted: Wanted) -> tuple[list[ShareBar], Legend]:
    """Shares of what was examined, by one field."""
    counted = count(ledger.parts, wanted.asked, ledger.edition, ledger.states)
    query = _keep(ledger, wanted.asked) if ledger.as_of is None else ""
    shown = counted if wanted.internal else public_count(counted, ledger.shown)
    below = counted.examined
    bars = [
        ShareBar(
            bin_.value,
            bin_.count.lower / below.upper if below.upper else 0.0,
            min(1.0, bin_.count.upper / max(1, below.lower)),
            bin_.count,
            below,
            "examined",
            bin_.known,
        )
        for bin_ in shown.bins
    ]
    title = {
        "seat": "Parts by country of the maker's headquarters",
        "made_in": "Parts by country of manufacture",
        "label": "Parts by kind",
        "brand": "Parts by brand",
        "exporter": "Parts by exporter",
        "parent": "Parts by parent company of the maker",
    }.get(wanted.asked.by, "Parts by maker")
    notes = (f"{counted.identified} identified of {counted.examined} examined", *shown.notes)
    return bars, _legend(ledger, wanted, title, f"{counted.definition}; of what is examined", notes, query)


def flows_of(ledger: PartsLedger, wanted: Wanted) -> tuple[FlowChart, Legend]:
    """Part → maker → country → regime; the country is that of `asked.by`, `seat` or `made_in`, never both."""
    field = wanted.asked.by if wanted.asked.by in COUNTRY else "seat"
    wrecks = [
        w
        for w in wrecks_of(ledger.parts, ledger.judged)
        if not wanted.asked.wreck or w.key == wanted.asked.wreck
    ]
    if not wrecks:
        raise NotFound(f"no wreck {wanted.asked.wreck!r}", "See: siteline ledger components list")
    found = _listed(ledger, [piece for wreck in wrecks for piece in wreck.pieces])
    paths: dict[tuple[str, ...], Span] = {}
    for wreck in wrecks:
        path_of = {id(piece): _path(ledger, wanted, piece, field, found) for piece in wreck.pieces}
        for path in sorted(set(path_of.values())):
            span = wreck.span(partial(_on, path_of, path))
            paths[path] = paths.get(path, Span(0, 0)) + span
    has_lists = bool(ledger.regimes.editions(ledger.as_of))
    heads = (
        "part",
        "maker",
        "seat of the maker" if field == "seat" else "made in",
        *(("regime",) if has_lists else ()),
    )
    editions = "; ".join(map(str, ledger.regimes.editions(ledger.as_of)))
    looked = sum((wreck.looked_at() for wreck in wrecks), Span(0, 0))
    notes = [f"{sum(paths.values(), Span(0, 0))} parts on the lists, of {looked} examined"]
    if has_lists:
        notes.append(f"regimes loaded: {editions}; on a list only where a person has confirmed it")
        notes.append("to be on a list today says nothing of the day on which a part was made or sold")
    if not wanted.internal and ledger.shown.withheld:
        notes.append("makers are numbered until they have had their say")
    chart = FlowChart(
        heads,
        tuple(Flow(path, span) for path, span in sorted(paths.items())),
        frozenset({NOT_IDENTIFIED, UNKNOWN, COUNTERFEIT, NOT_FOUND, PROPOSED, NO_MAKER}),
        _colours(paths),
    )
    where = f"wreck {wanted.asked.wreck}" if wanted.asked.wreck else "all wrecks on record"
    definition = (
        f"parts by kind, maker, {heads[2]}{' and regime' if has_lists else ''}; {where}; each part once"
    )
    query = _keep(ledger, Asked(by=field, wreck=wanted.asked.wreck)) if ledger.as_of is None else ""
    return chart, _legend(ledger, wanted, "From part to maker to country", definition, notes, query)


def places_of(ledger: PartsLedger, wanted: Wanted) -> tuple[list[MapPoint], Legend]:
    """Where wrecks were recovered, each with its parts."""
    wrecks = [
        w
        for w in wrecks_of(ledger.parts, ledger.judged)
        if not wanted.asked.wreck or w.key == wanted.asked.wreck
    ]
    if missing := set(wanted.holds) - {w.key for w in wrecks}:
        raise NotFound(f"no wreck {min(missing)!r} to hold back", "See: siteline ledger components list")
    points = [_point(ledger, wanted, wreck) for wreck in wrecks]
    notes = (
        ["sources give some wrecks several places; the least exact is drawn"]
        if any(_several(w) for w in wrecks)
        else []
    )
    if wanted.round_km:
        notes.append(f"places are rounded to {wanted.round_km:g} km")
    definition = "where wrecks were recovered; a dot grows with the parts that were examined"
    query = _keep(ledger, Asked(by="label", wreck=wanted.asked.wreck)) if ledger.as_of is None else ""
    return points, _legend(ledger, wanted, "Where parts were recovered", definition, notes, query)


def _point(ledger: PartsLedger, wanted: Wanted, wreck: Wreck) -> MapPoint:
    told = [part.recovery for piece in wreck.pieces for part in piece.told]
    placed = sorted(
        {r for r in told if r.lat is not None},
        key=lambda r: (-(PRECISION_M[r.precision] or 1e9), r.lat or 0, r.lon or 0),
    )
    best = placed[0] if placed else told[0]
    label = best.place or wreck.key
    if not wanted.internal:
        label = ledger.shown.text(label)
    radius = None if best.precision is Precision.UNKNOWN else PRECISION_M[best.precision]
    when = str(wreck.days or "")
    return MapPoint(label, best.lon, best.lat, radius, wreck.looked_at(), when, wreck.key in wanted.holds)


def _several(wreck: Wreck) -> bool:
    return (
        len(
            {
                (p.recovery.lat, p.recovery.lon)
                for piece in wreck.pieces
                for p in piece.told
                if p.recovery.lat is not None
            }
        )
        > 1
    )


def _path(
    ledger: PartsLedger, wanted: Wanted, piece: Piece, field: str, found: dict[str, str] | None
) -> tuple[str, ...]:
    makers = piece.values("manufacturer") or piece.values("brand")
    say = (lambda name: name) if wanted.internal else ledger.shown.name
    keys = sorted({company_key(name) for name in makers})
    label = " or ".join(piece.values("label")) or NOT_IDENTIFIED
    label = label if wanted.internal else ledger.shown.text(label)
    maker = " or ".join(sorted({say(name) for name in makers})) or NOT_IDENTIFIED
    country = " or ".join(map(name_of, piece.values(field))) or UNKNOWN
    if piece.is_counterfeit:
        maker, country = COUNTERFEIT, UNKNOWN
    path = (label, maker, country)
    if found is None:
        return path
    regimes = (
        sorted({found.get(key, NOT_FOUND) for key in keys})
        if keys and not piece.is_counterfeit
        else [NO_MAKER]
    )
    return (*path, " or ".join(regimes))


def _on(path_of: dict[int, tuple[str, ...]], path: tuple[str, ...], piece: Piece) -> int:
    return 2 if path_of[id(piece)] == path else 0


def _listed(ledger: PartsLedger, pieces: Sequence[Piece]) -> dict[str, str] | None:
    """On which regime a person has found each maker; None if no list is loaded."""
    if not ledger.regimes.editions(ledger.as_of):
        return None
    listings = ledger.regimes.listings(ledger.as_of)
    judged = ledger.regimes.judgements(ledger.as_of)
    index = Index(entry for entry in listings if entry.names)
    found: dict[str, str] = {}
    for name in sorted({n for p in pieces for n in (p.values("manufacturer") or p.values("brand"))}):
        key = company_key(name)
        matches = [m for m in index.find(name, (), judged, key) if m.verdict is not Verdict.DIFFERENT]
        sure = sorted({m.listing.programme for m in matches if m.verdict is Verdict.SAME})
        found[key] = ", ".join(sure) if sure else PROPOSED if matches else NOT_FOUND
    return found


def _colours(paths: dict[tuple[str, ...], Span]) -> dict[str, str]:
    """A colour for each of the largest countries, and for all makers in it, wherever else nothing is known of them."""
    from siteline.report.ledger.sheet import COLOURS

    totals: dict[str, int] = {}
    for (_, _, country, *_), span in paths.items():
        totals[country] = totals.get(country, 0) + span.upper
    order = [c for c in sorted(totals, key=lambda c: (-totals[c], c)) if c != UNKNOWN]
    colours = {country: COLOURS[i] if i < len(COLOURS) else "#8d9298" for i, country in enumerate(order)}
    makers: dict[str, set[str]] = {}
    for _, maker, country, *_ in paths:
        makers.setdefault(maker, set()).update({country} - {UNKNOWN})
    one = {maker: colours[next(iter(its))] for maker, its in makers.items() if len(its) == 1}
    one |= dict.fromkeys((maker for maker, its in makers.items() if not its), "#8d9298")
    return {**one, **colours, UNKNOWN: "#8d9298"}


def _keep(ledger: PartsLedger, asked: Asked) -> str:
    counted = count(ledger.parts, asked, ledger.edition, ledger.states)
    return ledger.queries.keep(Question("count", asked), ledger.edition, numbers_of(counted))


def _legend(
    ledger: PartsLedger, wanted: Wanted, title: str, definition: str, notes: Sequence[str], query: str
) -> Legend:
    chosen = [p for p in ledger.parts if not wanted.asked.wreck or p.recovery.wreck == wanted.asked.wreck]
    say = (lambda text: text) if wanted.internal else ledger.shown.text
    sources = sorted({(p.source.name, p.source.list, p.source.published or date.min) for p in chosen})
    said = [
        ", ".join(
            word
            for word in (say(name), say(listed), day.isoformat() if day != date.min else "undated")
            if word
        )
        for name, listed, day in sources
    ]
    shown = said[:8] + ([f"{len(said) - 8} more lists"] if len(said) > 8 else [])
    return Legend(title, definition, "; ".join(shown), ledger.edition, filled_on(ledger), tuple(notes), query)


def filled_on(ledger: PartsLedger) -> date:
    """The last day on which anything was added to the ledger, or the day asked for."""
    if ledger.as_of is not None:
        return ledger.as_of.date()
    newest = [
        row[0]
        for table in _FILED
        for row in ledger.case.db.rows(sa.select(sa.func.max(table.c.created_at)))
        if row[0]
    ]
    return datetime.fromisoformat(max(newest)).date()
