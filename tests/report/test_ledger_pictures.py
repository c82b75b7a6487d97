"""Pictures of the ledgers: each says what it shows, whose, of when; nothing overlaps; the same bytes each time."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageColor

from siteline.model.charted import Flow, FlowChart, Legend, MapPoint, ShareBar
from siteline.model.counted import CountPoint, CountSeries
from siteline.model.tallied import Span
from siteline.report.figure import Figure
from siteline.report.ledger import flows
from siteline.report.ledger import map as maps
from siteline.report.ledger import sheet as sheets
from siteline.report.ledger.bars import draw_counts, table_of_counts
from siteline.report.ledger.flows import draw_flows, table_of_flows
from siteline.report.ledger.map import draw_map, rounded_to, table_of_map
from siteline.report.ledger.shares import draw_shares, say_share, table_of_shares
from siteline.report.ledger.sheet import MAYBE, NOT_KNOWN, SMALL, SURE, Sheet, shown, wide_in, wrapped

DAY = date(2024, 3, 1)
LEGEND = Legend(
    "Parts by seat", "parts, each once", "Institute A, 2024-02-20", "abc123", DAY, ("a note",), "q-1"
)
SERIES = CountSeries(
    "KN-23, missiles per month", "missile", "Lower: certain. Upper: perhaps", "By the day of the start", "set/1", "A list",
    (CountPoint(date(2023, 12, 1), date(2024, 1, 1), 1, 4, 0), CountPoint(date(2024, 1, 1), date(2024, 2, 1), 0, 0, 2)),
)  # fmt: skip
BARS = (
    ShareBar("미확인 неизвестно", 0.2, 0.2, Span(2, 2), Span(10, 10), "examined", False),
    ShareBar("United States", 0.3, 0.5, Span(3, 5), Span(10, 10), "examined"),
)
POINTS = (
    MapPoint("함흥", 36.2, 50.0, 100, Span(3, 4)),
    MapPoint("Харьков", 36.25, 49.98, 50_000),
    MapPoint("Secret Mill", 35.0, 49.0, 10, held=True),
    MapPoint("Nowhere", None, None, None),
)
CHART = FlowChart(
    ("part", "maker", "seat"),
    (
        Flow(("memory", "Maker 1", "US"), Span(2, 3)),
        Flow(("memory", "Not identified", "unknown"), Span(1, 1)),
    ),
    frozenset({"Not identified", "unknown"}),
)


def every(sheet: Sheet) -> dict[str, Figure]:
    """One picture of each kind."""
    return {
        "counts": draw_counts(SERIES, DAY, sheet),
        "shares": draw_shares(BARS, LEGEND, sheet),
        "map": draw_map(POINTS, LEGEND, sheet),
        "flows": draw_flows(CHART, LEGEND, sheet),
    }


@pytest.mark.parametrize("suffix", [".svg", ".png"])
@pytest.mark.parametrize("narrow", [False, True])
def test_the_same_input_gives_the_same_bytes(suffix: str, narrow: bool) -> None:
    """No clock, no random id, no order of a set."""
    once, again = every(Sheet(narrow, suffix)), every(Sheet(narrow, suffix))
    assert {name: figure.data for name, figure in once.items()} == {
        name: figure.data for name, figure in again.items()
    }


def test_a_picture_is_what_its_name_says_and_as_wide_as_its_sheet() -> None:
    """An SVG that parses without scripts or addresses, a PNG of a page or a phone."""
    for name, figure in every(Sheet(True, ".svg")).items():
        tree = ElementTree.fromstring(figure.data)
        assert tree.tag.endswith("svg"), name
        assert not any("script" in str(node.tag) or "image" in str(node.tag) for node in tree.iter())
        addresses = [v for node in tree.iter() for k, v in node.attrib.items() if k.endswith("href")]
        assert all(address.startswith("#") for address in addresses), name
    for narrow in (False, True):
        for name, figure in every(Sheet(narrow, ".png")).items():
            picture = Image.open(io.BytesIO(figure.data))
            assert picture.size == figure.size, name
            assert abs(picture.width - Sheet(narrow).width_in * sheets.DPI) <= 1
            edge = np.asarray(picture.convert("L"))
            assert min(edge[:, :4].min(), edge[:, -4:].min(), edge[:4].min(), edge[-4:].min()) == 255, name


def test_definition_source_edition_day_and_query_stand_below() -> None:
    """In the words that are drawn."""
    said = " ".join(sheets._say(LEGEND))
    for word in ("parts, each once", "Institute A", "abc123", "1 March 2024", "q-1", "a note"):
        assert word in said
    assert all(figure.alt and figure.credit and figure.caption for figure in every(Sheet()).values())


def test_what_is_certain_and_what_is_not_differ_in_grey() -> None:
    """A fifth of the scale apart at the least, each from each."""
    grey = sorted(
        0.299 * r + 0.587 * g + 0.114 * b
        for r, g, b in (ImageColor.getrgb(c)[:3] for c in (SURE, MAYBE, NOT_KNOWN))
    )
    assert grey[1] - grey[0] > 51


def test_a_count_without_an_upper_bound_reaches_the_top_and_says_so() -> None:
    """It is neither drawn as zero nor as its lower bound."""
    series = replace(
        SERIES, points=(*SERIES.points, CountPoint(date(2024, 2, 1), date(2024, 3, 1), 2, None, 0))
    )
    figure = draw_counts(series, DAY, Sheet(suffix=".png"))
    assert "without an upper bound" in figure.alt
    assert figure.data != draw_counts(SERIES, DAY, Sheet(suffix=".png")).data
    assert table_of_counts(series)[1][-1][3] is None


def test_tables_beside_pictures_say_the_same() -> None:
    """Ranges, denominators, editions."""
    heads, rows = table_of_counts(SERIES)
    assert dict(zip(heads, rows[0], strict=True))["upper"] == 4
    heads, rows = table_of_shares(BARS, "E")
    assert dict(zip(heads, rows[1], strict=True)) == {
        "label": "United States", "low": 0.3, "high": 0.5, "above_lower": 3, "above_upper": 5, "below_lower": 10,
        "below_upper": 10, "of": "examined", "edition": "E",
    }  # fmt: skip
    heads, rows = table_of_flows(CHART, "E")
    assert rows[0] == ("memory", "Maker 1", "US", 2, 3, "E")
    assert say_share(BARS[1]) == "30.0–50.0 % (3–5 of 10 examined)"


def test_a_place_that_is_held_back_is_nowhere_in_the_picture_or_its_table() -> None:
    """Not as a dot, a name, a number, nor in the words for those who cannot see."""
    heads, rows = table_of_map(POINTS, "E")
    text = repr((heads, rows)) + draw_map(POINTS, LEGEND).alt
    assert "Secret" not in text
    assert "49.0" not in text
    assert "held back" in text
    assert all("Secret" not in name.text for name in _names(POINTS))


def _names(points: tuple[MapPoint, ...]) -> list[maps._Name]:
    placed = maps.drawable(points)
    view = maps._view(placed, Sheet())
    return maps._place_names(placed, maps._spots(placed, view), view)[0]


def test_a_rounded_place_says_how_much_it_was_rounded() -> None:
    """It moves to the middle of its cell, and its circle holds where it was."""
    [point] = rounded_to([POINTS[0]], 10)
    assert (point.lon, point.lat) != (36.2, 50.0)
    assert point.radius_m == pytest.approx(7071, abs=1)
    near = rounded_to([replace(POINTS[0], lon=36.21)], 10)
    assert (near[0].lon, near[0].lat) == (point.lon, point.lat)
    assert point.lon is not None
    assert point.lat is not None
    away = np.hypot((point.lon - 36.2) * 111_320 * np.cos(np.radians(50)), (point.lat - 50) * 111_320)
    assert away <= point.radius_m


_PLACES = st.lists(
    st.builds(
        MapPoint,
        label=st.sampled_from(["Northtown", "Харьков", "함흥시 성천강구역", "A very long name of a very small place", "X"]),
        lon=st.floats(30, 40), lat=st.floats(45, 52), radius_m=st.sampled_from([10.0, 1000.0, 50_000.0, None]),
        count=st.integers(1, 30).map(lambda n: Span(n, n)),
    ),
    max_size=45,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(_PLACES, st.booleans())
def test_no_name_on_a_map_overlaps_another_or_a_dot(points: list[MapPoint], narrow: bool) -> None:
    """However close the places are; every place up to a crowd has its name or its number."""
    placed = sorted(maps.drawable(points), key=lambda p: (-p.count.upper, p.label, p.lon or 0, p.lat or 0))
    view = maps._view(placed, Sheet(narrow))
    spots = maps._spots(placed, view)
    names, _ = maps._place_names(placed, spots, view)
    boxes = [
        (n.left, n.middle - 0.06, n.left + wide_in(n.text, sheets.SMALL), n.middle + 0.06) for n in names
    ]
    for i, box in enumerate(boxes):
        assert box[0] >= 0
        assert box[2] <= view.wide
        assert not any(maps._meet(box, other) for other in boxes[i + 1 :])
        assert not any(
            box[0] < x + r * 0.9 and x - r * 0.9 < box[2] and box[1] < y + r * 0.9 and y - r * 0.9 < box[3]
            for x, y, r in spots
        )


_NAMES = st.sampled_from(
    [
        "Maker 1",
        "ООО Микрон",
        "한국전자 주식회사",
        "A company with a very long name, Incorporated",
        "unknown",
        "B",
    ]
)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(_NAMES, _NAMES, _NAMES, st.integers(1, 40)), min_size=1, max_size=30), st.booleans()
)
def test_no_name_in_a_flow_chart_overlaps_another(
    rows: list[tuple[str, str, str, int]], narrow: bool
) -> None:
    """Nodes and their names stand below each other, and all parts of a column add up."""
    chart = FlowChart(
        ("a", "b", "c"), tuple(Flow((f"a {x}", f"b {y}", f"c {z}"), Span(n, n)) for x, y, z, n in rows)
    )
    gathered = flows._gathered(chart)
    for columns in [(0, 1), (1, 2)] if narrow else [(0, 1, 2)]:
        panel = flows._Panel(gathered, columns, Sheet(narrow))
        for nodes in panel._nodes:
            for above, below in pairwise(nodes):
                assert above.top + max(above.height, 0.125 * len(above.lines)) <= below.top
            assert nodes[-1].top + nodes[-1].height <= panel.height + 1e-9
            assert sum(node.count.upper for node in nodes) == sum(n for *_, n in rows)


def test_the_head_of_the_last_column_stays_on_the_sheet() -> None:
    """It may be longer than every name below it."""
    chart = FlowChart(("part", "seat of the maker"), (Flow(("relay", "x"), Span(1, 1)),))
    sheet = Sheet()
    panel = flows._Panel(flows._gathered(chart), (0, 1), sheet)
    assert panel._lefts()[-1] + wide_in("seat of the maker", SMALL, bold=True) <= sheet.inner_in


def test_no_colour_of_a_country_is_given_to_what_is_not_of_it() -> None:
    """What nobody identified is grey in every panel; a maker in two countries has the colour of neither."""
    chart = FlowChart(
        ("part", "maker", "made in"),
        (
            Flow(("relay", "Maker 1", "X"), Span(1, 1)),
            Flow(("relay", "Maker 2", "X"), Span(1, 1)),
            Flow(("relay", "Maker 2", "Y"), Span(1, 1)),
            Flow(("relay", "Not identified", "Y"), Span(1, 1)),
            Flow(("relay", "Maker 2", "unknown"), Span(1, 1)),
        ),
        frozenset({"Not identified", "unknown"}),
        {"X": "#1f5a8a", "Y": "#d55e00", "Maker 1": "#1f5a8a", "unknown": "#8d9298"},
    )
    colour = flows._Panel(chart, (0, 1, 2), Sheet())._colour
    assert colour("relay", "Maker 1") == colour("Maker 2", "X") == "#1f5a8a"
    assert colour("Not identified", "Y") == "#d55e00"
    assert colour("relay", "Not identified") == colour("Maker 2", "unknown") == "#8d9298"
    assert colour("relay", "Maker 2") not in {"#1f5a8a", "#d55e00", "#8d9298"}


@pytest.mark.parametrize("narrow", [False, True])
def test_no_map_goes_beyond_a_pole(narrow: bool) -> None:
    """Reports from all over the world leave a map of the world, and every degree on it is one of the Earth's."""
    places = [MapPoint("A", -175.0, 70.0, 10), MapPoint("B", 178.0, -54.0, 10)]
    view = maps._view(places, Sheet(narrow))
    assert (view.south, view.north) >= (-90, view.south)
    assert view.north <= 90
    assert view.east - view.west <= 360
    per_degree = view.tall / (view.north - view.south), view.wide / (view.east - view.west)
    middle = math.radians(8)
    assert per_degree[1] / per_degree[0] == pytest.approx(math.cos(middle))  # distances stay what they are
    assert {x for p in places for x in view.at(p.lon or 0, p.lat or 0) if x < 0} == set()


def test_a_mark_is_spoken_of_only_where_it_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bars too thin for numbers keep their "?"; those too thin for that do without, and the note does not name it."""
    from siteline.report.ledger import bars

    said: list[str] = []
    monkeypatch.setattr(bars, "write", lambda axes, x, y, text, *_, **__: said.append(text))
    for count, has_mark in ((2, True), (36, True), (400, False)):
        said.clear()
        months = tuple(
            CountPoint(date(1990 + i // 12, 1 + i % 12, 1), date(1990 + (i + 1) // 12, 1 + (i + 1) % 12, 1), 0, 3, i % 2)
            for i in range(count)
        )  # fmt: skip
        figure = draw_counts(replace(SERIES, points=months), DAY, Sheet(narrow=True, suffix=".svg"))
        assert (b"marked" in figure.data) == has_mark
        assert sum(text.endswith("?") for text in said) == (count // 2 if has_mark else 0)


def test_many_small_makers_become_others() -> None:
    """A picture has room for so many; none of their parts is lost."""
    chart = FlowChart(
        ("a", "b"), tuple(Flow(("x", f"Maker {i}"), Span(1 + (i < 5), 1 + (i < 5))) for i in range(40))
    )
    gathered = flows._gathered(chart)
    assert len({flow.path[1] for flow in gathered.flows}) == flows.MOST
    assert sum(flow.count.upper for flow in gathered.flows) == sum(flow.count.upper for flow in chart.flows)
    assert draw_flows(chart, LEGEND).data


def test_korean_and_cyrillic_are_drawn_and_what_cannot_be_is_said() -> None:
    """A script that joins or runs to the left is not drawn wrongly, but pointed to in the table."""
    assert shown("ООО Микрон") == "ООО Микрон"
    assert "see the table" in shown("شرکت می‌سازد")
    assert wrapped("a\u202eb", 8, 3) == ["ab"]
    for figure in every(Sheet(suffix=".svg")).values():
        assert b"DejaVu" not in figure.data or b"<text" not in figure.data


def test_a_table_of_a_picture_is_no_formula() -> None:
    """A maker named =cmd() stays text in a spreadsheet."""
    from siteline.workbench.ledger.components.pictures import with_legend

    text = with_legend(
        *table_of_flows(FlowChart(("a", "b"), (Flow(("=1+1", "x"), Span(1, 1)),)), "E"), LEGEND
    )
    [row] = list(csv.DictReader(io.StringIO(text)))
    assert row["a"] == "'=1+1"
    told = {name: row[name] for name in ("definition", "source", "as_of", "query")}
    assert list(told.values()) == ["parts, each once", "Institute A, 2024-02-20", "2024-03-01", "q-1"]
