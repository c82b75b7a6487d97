"""The chart of counts: in every preset within its sheet, gaps hatched, words whole, the same twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from siteline.findings.activity import make_series
from siteline.model.activity import CountSeries
from siteline.report.sheet.counts import compose_counts
from siteline.report.sheet.house import House, contrast
from siteline.report.sheet.marks import Line, Plate, Sheet, Words
from siteline.report.sheet.presets import PRESETS, PresetName
from tests.factory import make_scene
from tests.findings.test_activity import make_count


def make_chart(days: int = 8, **changed: Any) -> CountSeries:
    """Counts on so many images, each fourth of which could not be seen."""
    scenes = {f"S{n}": make_scene(f"S{n}", f"2024-{1 + n % 12:02}-{1 + n // 12:02}") for n in range(days)}
    counts = [
        make_count(f"S{n}", None if n % 4 == 3 else 3 * n, None if n % 4 == 3 else 3 * n + n % 3)
        for n in range(days)
    ]
    [series] = make_series(counts, scenes)
    return replace(series, **changed)


def sheet_of(series: CountSeries, preset: PresetName = PresetName.WEB) -> Sheet:
    return compose_counts(series, "The plant", "A. Maker", PRESETS[preset], House()).sheet


@pytest.mark.parametrize("preset", list(PresetName))
@pytest.mark.parametrize("days", [1, 8, 60])
def test_everything_lies_on_the_sheet(preset: PresetName, days: int) -> None:
    """Bars, hatching and words; from one image to sixty."""
    sheet = sheet_of(make_chart(days), preset)
    for mark in sheet.marks:
        if isinstance(mark, Plate):
            points = [mark.box[:2], mark.box[2:]]
        elif isinstance(mark, Line):
            points = list(mark.points)
        elif isinstance(mark, Words):
            points = [(mark.x, mark.y)]
        else:
            continue
        for x, y in points:
            assert -0.01 <= x <= sheet.width + 0.01
            assert -0.01 <= y <= sheet.height + 0.01
    smallest = min(mark.size for mark in sheet.marks if isinstance(mark, Words))
    assert smallest >= PRESETS[preset].smallest - 1e-9


def test_a_gap_is_hatched_and_a_nought_is_a_line() -> None:
    """They cannot be taken for one another, nor in grey."""
    marks = sheet_of(make_chart()).marks
    bars = [m for m in marks if isinstance(m, Plate) and m.fill == "#0b5c8f"]
    assert min(m.box[3] - m.box[1] for m in bars) > 0
    assert contrast("#0b5c8f", "#a9c9de") >= 3
    hatching = [m for m in marks if isinstance(m, Line) and m.opacity == 0.7]
    assert len(hatching) > 10


def test_the_words_say_all_that_is_drawn() -> None:
    """Every range and every reason stands in the text for those who cannot see it; the credit is there."""
    series = make_chart()
    made = compose_counts(series, "The plant", "A. Maker", PRESETS[PresetName.WEB], House())
    for look in series.looks:
        assert (str(look.counted) if look.counted is not None else look.reason) in made.alt
    assert any(isinstance(m, Words) and "Images: A. Maker" in m.text for m in made.sheet.marks)
    assert (
        made.sheet == compose_counts(series, "The plant", "A. Maker", PRESETS[PresetName.WEB], House()).sheet
    )
