"""Pictures of the incident ledger, each with its table beside it: counts over time, shares, a map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteline.model.charted import Legend, MapPoint, ShareBar
from siteline.model.component import PRECISION_M, Precision
from siteline.model.errors import BadSetting, CannotTell, NotFound
from siteline.model.tallied import Span
from siteline.workbench.case import Case
from siteline.workbench.files import write_derived
from siteline.workbench.ledger import asking, sources
from siteline.workbench.ledger.components.pictures import with_legend
from siteline.workbench.ledger.reports import list_reports
from siteline.workbench.ledger.telling import Source, about

if TYPE_CHECKING:
    from siteline.report.figure import Figure
    from siteline.report.ledger.sheet import Sheet

Make = Callable[["Sheet"], "tuple[Figure, str]"]
"""Draws a picture on a sheet; returns it with its table as CSV."""

KINDS = ("counts", "shares", "map")
_RADII = {**{kind.value: PRECISION_M[kind] for kind in Precision}, "district": 20_000.0, "region": 100_000.0}
"""Metres in which a place of each precision lies."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What picture is asked for."""

    kind: str
    weapon: str = ""
    start: str | None = None
    until: str | None = None
    unit: str = "missile"
    step: str = "month"
    of: tuple[str, ...] = ()
    """Denominators; all there are if empty."""

    narrow: bool = False
    holds: tuple[str, ...] = ()
    """Reports whose place is held back: ids, or the starts of them."""

    round_km: float = 0.0


def draw(
    case: Case,
    wanted: Wanted,
    edition: str = "",
    dataset: str = "",
    out: Path | None = None,
    as_of: datetime | None = None,
) -> list[Path]:
    """
    Draw a picture as SVG and PNG, or as `out` says, with its table as CSV beside it; returns the files.

    The same edition always gives the same bytes. Raises NotFound, BadInput or BadSetting.
    """
    from siteline.report.ledger.sheet import Sheet, suffix_of

    if wanted.kind not in KINDS:
        raise BadSetting(f"no picture {wanted.kind!r}", f"There are: {', '.join(KINDS)}.")
    if out is not None and suffix_of(out) is None:
        raise BadSetting(f"{out.name} is neither .svg nor .png", "Name the picture counts.svg or counts.png.")
    if not 0 <= wanted.round_km <= 1000:
        raise BadSetting(
            f"cannot round places to {wanted.round_km:g} km", "Say --round 10, for ten kilometres."
        )
    source = sources.pick_edition(case, edition, dataset, as_of=as_of)
    stem = f"incidents-{wanted.kind}" + ("-narrow" if wanted.narrow else "")
    paths = [out] if out is not None else [case.out / f"{stem}{suffix}" for suffix in (".svg", ".png")]
    make = {"counts": _counts, "shares": _shares, "map": _map}[wanted.kind](case, source, wanted)
    written, table = list[Path](), ""
    for path in paths:
        figure, table = make(Sheet(wanted.narrow, str(suffix_of(path))))
        written.append(write_derived(case, path, "", figure.data))
    written.append(write_derived(case, paths[0].with_suffix(".csv"), "", table.encode()))
    return written


def draw_query(case: Case, said: str, as_of: datetime | None = None) -> Figure:
    """
    The picture of a stored count or share, of the edition that its last answer is of, as SVG.

    Raises NotFound, and CannotTell for a query of another kind.
    """
    from siteline.report.ledger.sheet import Sheet

    query = case.queries.get(said, as_of)
    make = {"count": _counted, "share": _shared}.get(query.kind)
    if make is None or not query.answers:
        raise CannotTell(f"query {query.id} is no count and no share that was answered")
    edition = next(e for e in case.incidents.editions() if e.known == query.answers[-1].edition)
    source, words = Source(edition, as_of), sources.words_again(case, query.asked.get("mapping", ""))
    figure, _ = make(case, source, words, query.asked, query.id)(Sheet(False, ".svg"))
    return figure


def _counts(case: Case, source: Source, wanted: Wanted) -> Make:
    words = sources.words_of(case, None)
    asked = asking.ask_count(case, source, words, wanted.weapon, wanted.start, wanted.until, wanted.unit)
    query = ""
    if source.as_of is None:
        answer = asking.count(case, source, words, asked)
        query = str(asking.keep(case, "count", source, asked, answer).get("query") or "")
    return _counted(case, source, words, asked, query, wanted.step)


def _counted(
    case: Case, source: Source, words: sources.Words, asked: dict[str, Any], query: str, step: str = ""
) -> Make:
    """Bars over time; without a step, by days, weeks or months as the window is long."""
    from siteline.report.ledger.bars import draw_counts, table_of_counts

    answer = asking.count(case, source, words, asked)
    series = asking.count_series(case, source, words, asked, step or _step(asked))
    series = replace(series, query=query)
    notes = [str(note).rstrip(".") for note in answer["notes"]]
    day = data_day(source)

    def make(sheet: Sheet) -> tuple[Figure, str]:
        legend = Legend(
            series.title, f"{series.definition} {series.period}".strip(), series.source_line, series.edition, day,
            tuple(notes), series.query,
        )  # fmt: skip
        return draw_counts(series, day, sheet, notes), with_legend(*table_of_counts(series), legend)

    return make


def _step(asked: dict[str, Any]) -> str:
    days = (date.fromisoformat(asked["to"]) - date.fromisoformat(asked["from"])).days
    return "day" if days <= 45 else "week" if days <= 120 else "month" if days <= 1500 else "year"


def _shares(case: Case, source: Source, wanted: Wanted) -> Make:
    if not wanted.weapon:
        raise BadSetting("a share is that of some weapon", "Say which: --weapon KN-23")
    words = sources.words_of(case, None)
    asked = asking.ask_share(case, source, words, wanted.weapon, wanted.start, wanted.until, list(wanted.of))
    query = ""
    if source.as_of is None:
        answer = asking.shares(case, source, words, asked)
        query = str(asking.keep(case, "share", source, asked, answer).get("query") or "")
    return _shared(case, source, words, asked, query)


def _shared(case: Case, source: Source, words: sources.Words, asked: dict[str, Any], query: str) -> Make:
    from siteline.report.ledger.shares import draw_shares, table_of_shares

    answer = asking.shares(case, source, words, asked)
    rows = answer.get("shares", [answer])
    if any(one[side]["upper"] is None for one in rows for side in ("numerator", "denominator")):
        raise BadSetting(
            "reports of that window set no upper bound, so no bar has an end",
            "See the numbers: siteline ledger incidents share",
        )
    bars = [
        ShareBar(
            f"{one['of']} ({one['unit']}s)",
            one["low"] or 0.0,
            min(1.0, one["high"] or 0.0),
            Span(one["numerator"]["lower"], one["numerator"]["upper"]),
            Span(one["denominator"]["lower"], one["denominator"]["upper"]),
            f"{one['unit']}s",
        )
        for one in rows
    ]
    first = rows[0]
    meant = tuple(f"{one['of']}: {one['denominator_is']}" for one in rows)
    when = f"{asked['from']} to before {asked['to']}"
    legend = Legend(
        f"{asked['weapon']}: its share, by what it is a share of ({when})",
        f"numerator: {first['numerator_is']}; {first['period']}".rstrip(". "),
        str(first["source"]),
        f"{first['dataset']}/{first['edition']}",
        data_day(source),
        meant,
        query,
    )

    def make(sheet: Sheet) -> tuple[Figure, str]:
        return draw_shares(bars, legend, sheet), with_legend(*table_of_shares(bars, legend.edition), legend)

    return make


def _map(case: Case, source: Source, wanted: Wanted) -> Make:
    from siteline.report.ledger.map import draw_map, drawable, rounded_to, table_of_map

    words = sources.words_of(case, None)
    start, until = sources.given_days(wanted.start, wanted.until)
    told = list_reports(case, source, words, wanted.weapon, start, until)
    if not told:
        raise NotFound("no report in that window", "See: siteline ledger incidents list")
    for hold in wanted.holds:
        if len(hold) < 4 or not any(str(one["id"]).startswith(hold) for one in told):
            raise NotFound(f"no report {hold!r} to hold back", "See: siteline ledger incidents list")
    points = _points(told, wanted.holds)
    points = rounded_to(points, wanted.round_km) if wanted.round_km else points
    notes = [f"places are rounded to {wanted.round_km:g} km"] if wanted.round_km else []
    from_where = about(source)
    if not drawable(points):
        raise NotFound(
            "no report in that window has a place that can be drawn",
            "The edition gives no coordinates, or all of them are held back; see: siteline ledger incidents list --json",
        )
    definition = (
        "a dot is a place; it grows with its reports, of which some may be of one incident; window "
        f"{wanted.start or 'from the first'} to before {wanted.until or 'the end'}"
    )
    if wanted.weapon:
        definition += "; lower: certainly it, upper: it or another of a set"
    title, edition = (
        f"{wanted.weapon or 'All weapons'}: reports by place",
        f"{from_where['dataset']}/{from_where['edition']}",
    )
    legend = Legend(title, definition, str(from_where["source"]), edition, data_day(source), tuple(notes))

    def make(sheet: Sheet) -> tuple[Figure, str]:
        return draw_map(points, legend, sheet), with_legend(*table_of_map(points, legend.edition), legend)

    return make


def _points(told: Sequence[dict[str, Any]], holds: Sequence[str]) -> list[MapPoint]:
    """Reports that give one place with one precision as one point, with how many they are."""
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for one in told:
        held = any(str(one["id"]).startswith(hold) for hold in holds)
        label = str(one["place"] or one["province"] or "no place given")
        found.setdefault((label, one["lon"], one["lat"], one["precision"], held), []).append(one)
    points = []
    for (label, lon, lat, precision, held), reports in sorted(found.items(), key=lambda kept: str(kept[0])):
        low = sum(bool(one["in_lower"]) for one in reports)
        points.append(MapPoint(label, lon, lat, _RADII.get(precision), Span(low, len(reports)), "", held))
    return points


def data_day(source: Source) -> date:
    """Until when the data of an edition goes; the day on which it was taken in where nobody said."""
    said = source.edition.as_of or source.edition.created_at[:10]
    return date.fromisoformat(said[:10])
