"""How figures are laid out: nothing overlaps, nothing is clipped, nothing is too small to read."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from shapely.geometry import LineString, box

from siteline.model.change import Kind
from siteline.model.imagery import Use
from siteline.report.sheet.labels import Room
from siteline.report.sheet.letters import Faces, broken, can_spell, cut, width_of
from siteline.report.sheet.marks import Picture, Sheet, Words, overlap
from siteline.report.sheet.panel import _sign, fit, sign_radius
from siteline.report.sheet.presets import PRESETS, PresetName
from siteline.report.sheet.raster import dashed, paint, paint_onto, pixels_of
from siteline.report.stretch import Window
from tests.report.sheet.subjects import EVERY, compose

FACES = Faces()
HOSTILE = "A\u202e-2\u200b \x1b[31m<script>alert(1)</script> " + "Ω" * 10_000


def box_of(words: Words) -> tuple[float, float, float, float]:
    """Where a line of text lies, without its descenders."""
    wide = width_of(words.text, words.size, FACES, words.bold)
    left = words.x - wide * {"start": 0.0, "middle": 0.5, "end": 1.0}[words.anchor]
    return left, words.y - words.size * 0.42, left + wide, words.y + words.size * 0.42


def faults_of(sheet: Sheet, smallest: float) -> list[str]:
    """What a reader would stumble over."""
    words = [mark for mark in sheet.marks if isinstance(mark, Words) and mark.text.strip()]
    faults = [f"{w.size:.1f} units: {w.text}" for w in words if w.size < smallest - 1e-6]
    for one in words:
        x0, y0, x1, y1 = box_of(one)
        if x0 < -0.01 or y0 < -0.01 or x1 > sheet.width + 0.01 or y1 > sheet.height + 0.01:
            faults.append(f"outside the sheet: {one.text}")
    for a, b in combinations(words, 2):
        if overlap(box_of(a), box_of(b)):
            faults.append(f"over one another: {a.text!r}, {b.text!r}")
    faults += [
        f"furniture over furniture: {a}, {b}" for a, b in combinations(sheet.taken, 2) if overlap(a, b)
    ]
    return faults


@pytest.mark.parametrize(("shape", "name"), EVERY)
@pytest.mark.parametrize(
    "asked", [{}, {"is_image": True}, {"labels": HOSTILE}], ids=["earth", "frame", "hostile"]
)
def test_no_word_is_small_clipped_or_over_another(
    shape: str, name: PresetName, asked: dict[str, Any]
) -> None:
    """Every shape in every preset, on the ground, in a frame, and with labels of 10,000 letters."""
    preset = PRESETS[name]
    made = compose(shape, preset, **asked)
    assert faults_of(made.sheet, preset.smallest) == []


@pytest.mark.parametrize(("shape", "name"), EVERY)
def test_a_story_keeps_words_out_of_where_the_app_lays_its_own(shape: str, name: PresetName) -> None:
    """No word lies in the upper or lower band of a story; square and story have their exact size."""
    preset = PRESETS[name]
    sheet = compose(shape, preset).sheet
    assert round(sheet.width * sheet.pixels_per_unit) == {"print": 2126, "web": 1600}.get(name, 1080)
    if preset.height is None:
        assert sheet.height <= preset.highest + 1e-6
        return
    assert round(sheet.height * sheet.pixels_per_unit) == {"square": 1080, "story": 1920}[name]
    for words in (mark for mark in sheet.marks if isinstance(mark, Words)):
        assert preset.safe_top <= box_of(words)[1] + 1
        assert box_of(words)[3] <= sheet.height - preset.safe_bottom + 1


@pytest.mark.parametrize("shape", ["pair", "filmstrip", "map"])
def test_a_licensed_size_is_obeyed_and_said(shape: str) -> None:
    """No image of a scene that may be published at 150 pixels is larger on the sheet, and the user is told."""
    scene = {"use": Use.PUBLISH_MAX_PX, "publish_max_px": 150}
    made = compose(shape, PRESETS[PresetName.WEB], scene=scene)
    for mark in made.sheet.marks:
        if isinstance(mark, Picture):
            assert max(*pixels_of(mark, made.sheet.pixels_per_unit), *mark.image.size) <= 150
    assert any("150 pixels" in note for note in made.notes)


@given(
    limit=st.integers(1, 1200),
    left=st.floats(0, 300),
    top=st.floats(0, 300),
    name=st.sampled_from(PresetName),
)
@settings(max_examples=50, deadline=None)
@example(limit=3, left=0.25, top=0.0, name=PresetName.WEB)
def test_no_rounding_adds_a_pixel_to_a_licensed_size(
    limit: int, left: float, top: float, name: PresetName
) -> None:
    """Wherever on the sheet a picture lies, as many pixels are painted as its licence allows, and not one more."""
    scale = PRESETS[name].pixels_per_unit
    box = fit(Window(0, 30, 0, 40), (left, top, left + 2000, top + 2000), limit, PRESETS[name])
    mark = Picture(Image.new("RGB", (2, 2), (0, 0, 0)), box)
    assert pixels_of(mark, scale)[0] == limit
    white = Image.new("RGB", [math.ceil(side * scale) + 3 for side in box[2:]], (255, 255, 255))
    page = white.copy()
    paint_onto(page, [mark], scale, FACES)
    seen = ImageChops.difference(page, white).getbbox()
    assert seen is not None
    assert (seen[2] - seen[0], seen[3] - seen[1]) == pixels_of(mark, scale)


def test_a_pair_is_dashed_where_inferred() -> None:
    """Before a new building its outline is dashed, after it solid; of a removed one it is the other way round."""
    from siteline.report.sheet.pairs import _outlines
    from tests.report.sheet.subjects import make_subject

    rises, falls = make_subject(event=0), make_subject(event=4)
    assert [_outlines(rises, scene)[0].is_inferred for scene in ("S21", "S22")] == [True, False]
    assert [_outlines(falls, scene)[0].is_inferred for scene in ("S11", "S12")] == [False, True]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(5, 260), st.integers(5, 180), st.integers(4, 60), st.integers(4, 40)),
        min_size=1,
        max_size=14,
    )
)
def test_labels_never_overlap_nor_do_leaders_cross_them(things: list[tuple[int, int, int, int]]) -> None:
    """However things lie: no two labels touch, all are inside, no leader crosses a label or another leader."""
    shapes = [box(x, y, x + w, y + h) for x, y, w, h in things]
    room = Room((0, 0, 320, 240))
    avoid = [shape.bounds for shape in shapes]
    seats = [seat for shape in shapes if (seat := room.seat(shape, (34, 16), avoid)) is not None]
    assert seats
    leaders = [(n, LineString(seat.leader)) for n, seat in enumerate(seats) if seat.leader]
    for a, b in combinations(seats, 2):
        assert not overlap(a.box, b.box)
    for seat in seats:
        assert box(0, 0, 320, 240).contains(box(*seat.box))
    for n, leader in leaders:
        assert not any(leader.crosses(box(*seat.box)) for m, seat in enumerate(seats) if m != n)
    assert not any(a.crosses(b) for (_, a), (_, b) in combinations(leaders, 2))


def test_on_a_full_sheet_a_sign_stands_closer_to_others_rather_than_nowhere() -> None:
    """Where there is no place with its usual room around it, one with less will do; it still touches nothing."""
    radius = sign_radius("7", 10 * 0.95)
    room = Room((0, 0, 200, 200))
    free = box(100 - 1.2 * radius, 0, 100 + 1.2 * radius, 200)
    room.take((0, 0, 100 - 1.2 * radius, 200))
    room.take((100 + 1.2 * radius, 0, 200, 200))
    marks = _sign("7", box(98, 95, 102, 105), Kind.CONSTRUCTION, "#aa3333", 10, room, ())
    [number] = [mark for mark in marks if isinstance(mark, Words)]
    assert number.text == "7"
    assert free.contains(box(*room.taken[-1]))
    assert not any(overlap(room.taken[-1], other) for other in room.taken[:-1])


@given(st.text(max_size=300), st.floats(20, 400))
def test_text_is_cut_and_broken_within_its_width(text: str, width: float) -> None:
    """No line is wider than what it was given, whatever the text."""
    assert width_of(cut(text, 12, width, FACES), 12, FACES) <= width + 0.01
    for line in broken(text, 12, width, 4, FACES):
        assert width_of(line, 12, FACES) <= width + 0.01


def test_scripts_are_spelled() -> None:
    """Korean and Cyrillic, and Arabic where letters can be joined; hidden signs alone say nothing."""
    from PIL import features

    from siteline.report.lettering import cjk_font

    assert can_spell("Завод №2", FACES)
    assert can_spell("화성 공장", FACES) == (cjk_font() is not None)
    assert can_spell("مصنع", FACES) == features.check("raqm")
    assert not can_spell("\u200b\u202e", FACES)


def test_units_and_days_stay_with_their_numbers() -> None:
    """No line ends between a number and its unit, or a day and its month."""
    lines = broken("about 2,178 m² (95 %: 2,026–2,330) on 28 December", 10, 92, 9, FACES)
    ends = [line.split()[-1] for line in lines[:-1]]
    assert not any(end.strip("(").replace(",", "").isdigit() for end in ends), lines


def test_dashes_add_up() -> None:
    """A dashed line covers its share of the line, and turns corners."""
    pieces = dashed([(0, 0), (10, 0), (10, 10)], (3, 2))
    assert sum(LineString(piece).length for piece in pieces) == pytest.approx(12, abs=1.1)
    assert any(len(piece) == 3 or (10, 0) in piece for piece in pieces)


def test_a_sheet_is_painted_the_same_twice() -> None:
    """The same figure, the same pixels."""
    sheets = [compose("pair", PRESETS[PresetName.SQUARE]).sheet for _ in range(2)]
    assert paint(sheets[0], FACES).tobytes() == paint(sheets[1], FACES).tobytes()


def test_numbers_on_a_pair_of_a_whole_site_are_named() -> None:
    """The caption and the alternative text say what each number stands for, and the sheet says where to look."""
    made = compose("whole pair", PRESETS[PresetName.SQUARE])
    for text in (made.caption, made.alt):
        assert "1: A-2 new building, not visible on 28 December 2023" in text
        assert "7: ground cleared" in text
    assert any("named in the caption" in mark.text for mark in made.sheet.marks if isinstance(mark, Words))
