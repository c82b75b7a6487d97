"""
Flow charts: parts by what they are, who made them, in which country, on which list.

The height of a band is the number of parts, at most; a band that may be thinner is paler. On a narrow sheet each step
stands by itself, one above the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from siteline.model.charted import Flow, FlowChart, Legend
from siteline.model.tallied import Span
from siteline.report.figure import Figure
from siteline.report.ledger.sheet import (
    COLOURS,
    INK,
    NOT_KNOWN,
    QUIET,
    SMALL,
    Sheet,
    draw_sheet,
    shown,
    wide_in,
    wrapped,
    write,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 14
"""Categories of one column that are drawn; the smaller ones become one."""

_LINE_IN, _GAP_IN, _NODE_IN, _HEAD_IN = 0.125, 0.07, 0.11, 0.24
_PART_IN = 0.075
"""Height of one part, at most."""

_TALLEST_IN = 5.2


@dataclass(frozen=True, slots=True)
class _Node:
    name: str
    lines: tuple[str, ...]
    count: Span
    top: float
    height: float

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def draw_flows(
    chart: FlowChart, legend: Legend, sheet: Sheet | None = None, stamps: Sequence[str] = ()
) -> Figure:
    """A flow chart of all columns; on a narrow sheet, of two columns at a time."""
    sheet = sheet or Sheet()
    chart = _gathered(chart)
    steps = (
        [(i, i + 1) for i in range(len(chart.heads) - 1)]
        if sheet.narrow
        else [tuple(range(len(chart.heads)))]
    )
    panels = [_Panel(chart, columns, sheet) for columns in steps]
    height = sum(panel.height + 0.16 for panel in panels)

    def draw(axes: Axes) -> None:
        down = 0.0
        for panel in panels:
            panel.draw(axes, down)
            down += panel.height + 0.16

    key = (
        "pale band: perhaps fewer, where lists of one wreck may name the same part twice"
        if any(flow.count.lower < flow.count.upper for flow in chart.flows)
        else ""
    )
    total = sum((flow.count for flow in chart.flows), Span(0, 0))
    alt = f"{legend.title}: {total} parts, by {' → '.join(chart.heads)}. " + "; ".join(
        f"{' → '.join(flow.path)}: {flow.count}"
        for flow in sorted(chart.flows, key=lambda f: -f.count.upper)[:10]
    )
    return draw_sheet(
        sheet, legend, height, draw, name="flows", alt=f"{alt}.", below=[key] if key else [], stamps=stamps
    )


def table_of_flows(chart: FlowChart, edition: str) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """What the picture shows, as a table: one row for each path."""
    rows: list[tuple[object, ...]] = [
        (*flow.path, flow.count.lower, flow.count.upper, edition)
        for flow in sorted(chart.flows, key=lambda f: (-f.count.upper, f.path))
    ]
    return (*chart.heads, "lower", "upper", "edition"), rows


def _gathered(chart: FlowChart) -> FlowChart:
    """Each column with MOST categories at the most: the smallest become "12 others"."""
    flows = list(chart.flows)
    unknown = set(chart.unknown)
    for column in range(len(chart.heads)):
        counts: dict[str, int] = {}
        for flow in flows:
            counts[flow.path[column]] = counts.get(flow.path[column], 0) + flow.count.upper
        known = sorted((n for n in counts if n not in unknown), key=lambda n: (-counts[n], n))
        if len(known) <= MOST:
            continue
        rest = set(known[MOST - 1 :])
        word = f"{len(rest)} others"
        flows = [
            Flow((*f.path[:column], word, *f.path[column + 1 :]), f.count) if f.path[column] in rest else f
            for f in flows
        ]
    merged: dict[tuple[str, ...], Span] = {}
    for flow in flows:
        merged[flow.path] = merged.get(flow.path, Span(0, 0)) + flow.count
    return FlowChart(
        chart.heads,
        tuple(Flow(path, count) for path, count in sorted(merged.items())),
        frozenset(unknown),
        chart.colours,
    )


class _Panel:
    """Some columns of a chart, laid out."""

    def __init__(self, chart: FlowChart, columns: Sequence[int], sheet: Sheet) -> None:
        self._chart, self._columns = chart, tuple(columns)
        self._outside = 0.0 if sheet.narrow else self._margin(chart, columns[-1])
        self._wide = sheet.inner_in - self._outside
        self._links = self._merge()
        total = sum(flow.count.upper for flow in chart.flows)
        self._names = [sorted({f.path[c] for f in chart.flows}, key=self._rank(c)) for c in self._columns]
        self._sort()
        self._label_in = self._room()
        self._unit = min(_PART_IN, _TALLEST_IN / max(1, total))
        self._nodes = [self._stack(place) for place in range(len(self._columns))]
        self.height = _HEAD_IN + max(
            (max((n.top + n.height for n in col), default=0.0) for col in self._nodes), default=0.0
        )
        self._nodes = [self._centred(col) for col in self._nodes]

    def draw(self, axes: Axes, down: float) -> None:
        """Paint it with its top at `down`."""
        lefts = self._lefts()
        for place, column in enumerate(self._columns):
            is_last = place == len(self._columns) - 1
            is_last = is_last and not self._outside
            x = lefts[place] + (_NODE_IN if is_last else 0)
            write(
                axes,
                x,
                down + 0.08,
                self._chart.heads[column],
                SMALL,
                weight="bold",
                color=QUIET,
                ha="right" if is_last else "left",
            )
        self._bands(axes, down, lefts)
        for place, nodes in enumerate(self._nodes):
            for node in nodes:
                self._node(axes, node, lefts[place], down, place == len(self._nodes) - 1)

    def _node(self, axes: Axes, node: _Node, left: float, down: float, is_last: bool) -> None:
        from matplotlib.patches import Rectangle

        is_unknown = node.name in self._chart.unknown
        axes.add_patch(
            Rectangle(
                (left, down + node.top), _NODE_IN, node.count.upper * self._unit, facecolor=NOT_KNOWN if is_unknown else INK,
                edgecolor=INK, linewidth=0.5, hatch="//////" if is_unknown else None, zorder=4,
            )
        )  # fmt: skip
        is_last = is_last and not self._outside
        x = left - 0.05 if is_last else left + _NODE_IN + 0.05
        middle = down + node.top + node.count.upper * self._unit / 2
        middle = max(middle, down + node.top + _LINE_IN * len(node.lines) / 2)
        for number, line in enumerate(node.lines):
            y = middle + _LINE_IN * (number - (len(node.lines) - 1) / 2)
            write(
                axes, x, y, line, SMALL, ha="right" if is_last else "left", zorder=6,
                bbox={"facecolor": "white", "alpha": 0.78, "edgecolor": "none", "pad": 0.5},
            )  # fmt: skip

    def _bands(self, axes: Axes, down: float, lefts: Sequence[float]) -> None:
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        for place, links in enumerate(self._links):
            left, right = self._nodes[place], self._nodes[place + 1]
            where = ({n.name: n.top for n in left}, {n.name: n.top for n in right})
            order = ({n.name: i for i, n in enumerate(left)}, {n.name: i for i, n in enumerate(right)})
            starts, ends = dict(where[0]), dict(where[1])
            tops: dict[tuple[str, str], list[float]] = {}
            for a, b in sorted(links, key=lambda pair: (order[0][pair[0]], order[1][pair[1]])):
                tops[a, b] = [starts[a]]
                starts[a] += links[a, b].upper * self._unit
            for a, b in sorted(links, key=lambda pair: (order[1][pair[1]], order[0][pair[0]])):
                tops[a, b].append(ends[b])
                ends[b] += links[a, b].upper * self._unit
            x0, x1 = lefts[place] + _NODE_IN, lefts[place + 1]
            for (a, b), (ya, yb) in sorted(tops.items()):
                count = links[a, b]
                thick = count.upper * self._unit
                ya, yb, mid = ya + down, yb + down, (x0 + x1) / 2
                outline: list[Any] = [
                    (Path.MOVETO, (x0, ya)), (Path.CURVE4, (mid, ya)), (Path.CURVE4, (mid, yb)), (Path.CURVE4, (x1, yb)),
                    (Path.LINETO, (x1, yb + thick)), (Path.CURVE4, (mid, yb + thick)), (Path.CURVE4, (mid, ya + thick)),
                    (Path.CURVE4, (x0, ya + thick)), (Path.CLOSEPOLY, (x0, ya)),
                ]  # fmt: skip
                sure = count.lower / count.upper if count.upper else 0.0
                axes.add_patch(
                    PathPatch(
                        Path([p for _, p in outline], [c for c, _ in outline]), facecolor=self._colour(a, b), linewidth=0.3,
                        edgecolor="white", alpha=0.28 + 0.34 * sure, zorder=2,
                    )
                )  # fmt: skip

    def _colour(self, a: str, b: str) -> str:
        """Of the country where it is one; grey where nothing is known; none by chance beside those that mean something."""
        known = self._chart.colours
        if b in self._chart.unknown and (a in self._chart.unknown or a not in known or b in known):
            return "#8d9298"
        if known:
            return known.get(a) or known.get(b) or QUIET
        return COLOURS[sum(map(ord, b)) % len(COLOURS)]

    def _merge(self) -> list[dict[tuple[str, str], Span]]:
        found: list[dict[tuple[str, str], Span]] = []
        for here, there in zip(self._columns, self._columns[1:], strict=False):
            links: dict[tuple[str, str], Span] = {}
            for flow in self._chart.flows:
                pair = flow.path[here], flow.path[there]
                links[pair] = links.get(pair, Span(0, 0)) + flow.count
            found.append(links)
        return found

    def _count(self, column: int, name: str) -> Span:
        return sum((f.count for f in self._chart.flows if f.path[column] == name), Span(0, 0))

    def _rank(self, column: int) -> Callable[[str], tuple[object, ...]]:
        def rank(name: str) -> tuple[object, ...]:
            is_rest = name.endswith(" others")
            return name in self._chart.unknown, is_rest, -self._count(column, name).upper, name

        return rank

    def _margin(self, chart: FlowChart, column: int) -> float:
        """Width beyond the last column for its names and its head, inches; in between, two would share one gap."""
        longest = max(wide_in(f"{shown(f.path[column])}: {f.count}", SMALL) for f in chart.flows)
        head = wide_in(chart.heads[column], SMALL, bold=True) - _NODE_IN
        return min(max(longest, head) + 0.15, 1.3)

    def _sort(self) -> None:
        """Later columns in the order of what leads to them, so that few bands cross; what nobody knows stays last."""
        for place in range(1, len(self._columns)):
            before = {name: i for i, name in enumerate(self._names[place - 1])}
            links = self._links[place - 1]

            def pull(
                name: str, links: Mapping[tuple[str, str], Span] = links, before: Mapping[str, int] = before
            ) -> float:
                weights = [(before[a], span.upper) for (a, b), span in links.items() if b == name]
                total = sum(w for _, w in weights)
                return sum(i * w for i, w in weights) / total if total else 0.0

            self._names[place].sort(
                key=lambda n: (n in self._chart.unknown, n.endswith(" others"), pull(n), n)
            )

    def _room(self) -> float:
        """Width for the names of one column, inches."""
        gaps = len(self._columns) - 1
        free = self._wide - _NODE_IN * len(self._columns)
        if gaps == 1:
            return free * 0.42
        return free / gaps - 0.1

    def _stack(self, place: int) -> list[_Node]:
        column, top, nodes = self._columns[place], _HEAD_IN, list[_Node]()
        for name in self._names[place]:
            count, lines = self._count(column, name), self._lines(name, column)
            height = max(count.upper * self._unit, _LINE_IN * len(lines))
            nodes.append(_Node(name, lines, count, top, height))
            top += height + _GAP_IN
        return nodes

    def _lines(self, name: str, column: int) -> tuple[str, ...]:
        is_outside = self._outside and column == self._columns[-1]
        room = self._outside - 0.1 if is_outside else self._label_in
        said = f"{shown(name, 'see the table')}: {self._count(column, name)}"
        return tuple(wrapped(said, SMALL, room, most=4))

    def _centred(self, nodes: list[_Node]) -> list[_Node]:
        """A column that is shorter than the tallest stands in the middle of it."""
        if not nodes:
            return nodes
        spare = (self.height - (nodes[-1].top + nodes[-1].height)) / 2
        return [_Node(n.name, n.lines, n.count, n.top + spare, n.height) for n in nodes]

    def _lefts(self) -> list[float]:
        gaps = len(self._columns) - 1
        return [place * (self._wide - _NODE_IN) / max(1, gaps) for place in range(len(self._columns))]
