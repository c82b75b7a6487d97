"""A user's model is asked tile by tile without seams, and a hostile one hurts nobody."""

from __future__ import annotations

import gzip
import io
import time
import zipfile
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from siteline.change.slot.asking import _array, _read_told, asked
from siteline.change.slot.card import fits_pixels, read_card
from siteline.change.slot.inspect import inspect
from siteline.change.slot.propose import Proposals, Question, propose, tells_probability
from siteline.change.slot.seal import ALONE
from siteline.change.slot.tiles import ask_strip, blend, plan_strips, starts, weights
from siteline.model.change import Kind, Proposer, Stage
from siteline.model.dates import DateInterval
from siteline.model.errors import BadModel
from siteline.model.imagery import Grid
from siteline.model.slot import Limits, ModelCard, ModelFile
from tests.change.slot import models
from tests.conftest import missing, wanted

wanted("onnxruntime")

LIMITS = Limits(memory_gb=2.0, seconds=20.0)
PROPOSER = Proposer("Bright roofs", "1.0", "a" * 64, "b" * 64, "CC0", "A", "onnxruntime", "run", "")


def card_of(text: str = models.CARD, **changed: Any) -> ModelCard:
    return replace(read_card(text.encode(), "card.toml"), **changed)


def make_cube(shape: tuple[int, int] = (120, 150), hall: bool = True) -> xr.Dataset:
    """Two looks at dark ground; on the second a bright hall of 18 by 14 pixels."""
    value = np.full((2, 3, *shape), 0.1, np.float32)
    if hall:
        value[1, :, 40:58, 60:74] = 0.7
    return xr.Dataset(
        {
            "value": (("time", "band", "y", "x"), value),
            "why_not": (("time", "y", "x"), np.zeros((2, *shape), np.uint8)),
        },
        coords={"band": ["blue", "green", "red"], "scene": ("time", np.array(["S1", "S2"]))},
        attrs={
            "grid": Grid("EPSG:32652", (3.0, 0.0, 0.0, 0.0, -3.0, 0.0), shape, 3.0),
            "units": "reflectance",
        },
    )


def kept(folder: Path, data: bytes) -> ModelFile:
    path = folder / "model.onnx"
    path.write_bytes(data)
    return ModelFile(str(path), "a" * 64, len(data), "onnxruntime")


def ask(
    folder: Path,
    data: bytes,
    card: ModelCard,
    cube: xr.Dataset,
    scenes: tuple[str, ...],
    limits: Limits = LIMITS,
) -> tuple[xr.Dataset, ...]:
    model = kept(folder, data)
    return tuple(ask_strip(s, cube, card, model, limits) for s in plan_strips((120, 150), card, scenes))


def proposed(
    card: ModelCard,
    cube: xr.Dataset,
    before: tuple[xr.Dataset, ...],
    after: tuple[xr.Dataset, ...],
    *scenes: str,
) -> Proposals:
    proposer = replace(PROPOSER, tells_probability=tells_probability(card))
    question = Question(scenes, DateInterval(None, date(2024, 5, 5)), proposer)
    return propose(before, after, cube, card, question)


def test_an_honest_model_proposes_the_hall_that_it_was_made_for(tmp_path: Path) -> None:
    """One outline along the hall's pixels, with the model's own probability and never a calibrated one."""
    cube, card = make_cube(), card_of()
    found = proposed(card, cube, (), ask(tmp_path, models.bright(), card, cube, ("S2",)), "S2")
    [event] = found.events
    assert event.outline.bounds == (60 * 3.0, -58 * 3.0, 74 * 3.0, -40 * 3.0)
    assert (event.kind, event.stage, event.calibrated) == (Kind.CONSTRUCTION, Stage.ROOFED, False)
    assert 0.95 < event.probability <= 0.99
    assert event.proposer is not None
    assert event.proposer.label == "bright roof"


def test_a_grid_that_is_stretched_a_little_has_the_pixels_it_says() -> None:
    """Five metres of a UTM grid are 5.002 on the ground, and still five; six are not."""
    card = card_of()
    assert fits_pixels(card, 5.00199) is True
    assert fits_pixels(card, 1.9985) is True
    assert fits_pixels(card, 5.1) is False
    assert fits_pixels(card, None) is None


def test_a_model_of_single_images_asked_of_two_proposes_what_is_new(tmp_path: Path) -> None:
    """What stood before is not proposed; what has gone is, as the card says."""
    cube, card = make_cube(), card_of()
    cube["value"].values[:, :, 90:110, 100:120] = 0.7  # stands on both
    before, after = (ask(tmp_path, models.bright(), card, cube, (scene,)) for scene in ("S1", "S2"))
    [event] = proposed(card, cube, before, after, "S1", "S2").events
    assert event.kind is Kind.CONSTRUCTION
    assert event.outline.bounds[0] == 60 * 3.0
    [gone] = proposed(card, cube, after, before, "S1", "S2").events
    assert (gone.kind, gone.stage) == (Kind.DEMOLITION, None)


@pytest.mark.parametrize("names", ['["before", "after"]', '["image"]'])
def test_a_model_of_pairs_gets_both_images(tmp_path: Path, names: str) -> None:
    """As two inputs, or stacked in one."""
    cube = make_cube()
    if "image" in names:
        card = card_of(models.PAIR.replace('["before", "after"]', names))
        stacked = [models.node("Split", ["image"], ["before", "after"], axis=1)]
        made = models.onnx.load_from_string(models.brighter())
        made.graph.node.insert(0, stacked[0])
        del made.graph.input[:]
        made.graph.input.append(
            models.onnx.helper.make_tensor_value_info("image", models.FLOAT, [1, 6, "h", "w"])
        )
        data = made.SerializeToString()
    else:
        card, data = card_of(models.PAIR), models.brighter()
    after = ask(tmp_path, data, card, cube, ("S1", "S2"))
    assert len(proposed(card, cube, (), after, "S1", "S2").events) == 1
    assert not proposed(
        card,
        make_cube(hall=False),
        (),
        ask(tmp_path, data, card, make_cube(hall=False), ("S1", "S2")),
        "S1",
        "S2",
    ).events


def test_where_tiles_lie_changes_nothing(tmp_path: Path) -> None:
    """A model that looks at single pixels answers the same whatever the tiles and their overlap."""
    cube, card = make_cube(), card_of()
    cube["value"].values[:] = np.random.default_rng(3).random(cube["value"].shape, np.float32)
    answers = [
        blend(ask(tmp_path, models.bright(), one, cube, ("S2",)), cube, ("S2",))
        for one in (card, replace(card, tile=256), replace(card, tile=48, overlap=0))
    ]
    expected = 1 / (1 + np.exp(-(40 * cube["value"].values[1].mean(axis=0) - 16)))
    for answer in answers:
        np.testing.assert_allclose(answer[0], expected, atol=2e-5)


def test_what_could_not_be_seen_is_not_proposed(tmp_path: Path) -> None:
    """Cloud over the hall: no answer there; on either image, for something to be new."""
    card = card_of()
    for at in (0, 1):
        cube = make_cube()
        cube["why_not"].values[at, 35:62, 55:80] = 2
        before, after = (ask(tmp_path, models.bright(), card, cube, (scene,)) for scene in ("S1", "S2"))
        assert proposed(card, cube, before, after, "S1", "S2").events == ()


def test_a_mask_gives_no_probability(tmp_path: Path) -> None:
    """Yes or no: the event has a coin's probability, and says that the model told none."""
    card = card_of(
        models.CARD.replace('form = "probability"', 'form = "mask"').replace('"sigmoid"', '"none"')
    )
    [event] = proposed(
        card, make_cube(), (), ask(tmp_path, models.mask(), card, make_cube(), ("S2",)), "S2"
    ).events
    assert event.probability == 0.5
    assert any("no probability" in remark for remark in event.remarks)


def test_channels_are_classes_and_those_that_are_not_named_are_left_out(tmp_path: Path) -> None:
    """A softmax over two channels, of which the card names the second."""
    text = models.CARD.replace('form = "probability"', 'form = "classes"\nchannels = 2')
    card = card_of(text.replace('"sigmoid"', '"softmax"').replace("index = 0", "index = 1"))
    [event] = proposed(
        card, make_cube(), (), ask(tmp_path, models.two_classes(), card, make_cube(), ("S2",)), "S2"
    ).events
    assert event.outline.bounds[0] == 60 * 3.0


def test_too_many_places_are_refused(tmp_path: Path) -> None:
    """A threshold that proposes everything is a fault; a person is to look at each."""
    cube = make_cube(hall=False)
    cube["value"].values[1, :, ::6, ::6] = 0.9
    card = card_of(smallest_px=1, most=50)
    with pytest.raises(BadModel, match="more than 50"):
        proposed(card, cube, (), ask(tmp_path, models.bright(), card, cube, ("S2",)), "S2")


# hostile models


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (models.no_number, "no number"),
        (models.wrong_shape, "the card says"),
        (models.far_too_large, "the card says"),
    ],
)
def test_an_answer_that_is_none_is_refused(tmp_path: Path, data: Any, said: str) -> None:
    """No number, another shape, more than was asked for: one sentence each."""
    with pytest.raises(BadModel, match=said) as refused:
        ask(tmp_path, data(), card_of(), make_cube(), ("S2",))
    assert refused.value.hint


def test_logits_without_their_activation_are_refused(tmp_path: Path) -> None:
    """A number beyond 0–1 is no probability, and nobody guesses what it was."""
    card = card_of(models.CARD.replace('"sigmoid"', '"none"'))
    with pytest.raises(BadModel, match="where 0 to 1 was said"):
        ask(tmp_path, models.bright(), card, make_cube(), ("S2",))


def test_a_model_that_never_ends_is_stopped_in_time(tmp_path: Path) -> None:
    """Its process is killed when a tile's time is over, and the machine is free again."""
    began = time.monotonic()
    with pytest.raises(BadModel, match="longer than 2 s"):
        ask(tmp_path, models.endless(), card_of(), make_cube(), ("S2",), Limits(2.0, 2.0))
    assert time.monotonic() - began < 30


def test_a_model_that_eats_memory_is_stopped(tmp_path: Path) -> None:
    """It gets no more than its share; our own process is not touched."""
    with pytest.raises(BadModel) as refused:
        ask(tmp_path, models.hungry(), card_of(), make_cube(), ("S2",))
    assert "memory" in refused.value.hint


def test_a_process_cannot_open_files_or_sockets_once_it_has_the_model(tmp_path: Path) -> None:
    """What is promised is what the process says of itself, and the kernel's own word on it."""
    card = card_of()
    with asked(models.bright(), card, LIMITS, 1) as running:
        if ALONE not in running.held:
            missing("seccomp, without which a model's process is not sealed (the user is told so)")
        status = Path(f"/proc/{running._process.pid}/status").read_text()
        assert "Seccomp:\t2" in status
        assert "NoNewPrivs:\t1" in status
        pid = running._process.pid
    assert not Path(f"/proc/{pid}").exists()


def test_weights_elsewhere_are_not_read_even_if_the_inspection_is_passed_by(tmp_path: Path) -> None:
    """The second wall: the process itself can open nothing."""
    (tmp_path / "weights.bin").write_bytes(b"\0" * 4096)
    with (
        pytest.raises(BadModel),
        asked(models.elsewhere(str(tmp_path / "weights.bin")), card_of(), LIMITS, 1),
    ):
        pass


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("model.onnx", b"\0" * 50_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no graph"),
        (b"hello, world", "no ONNX model"),
        (_bomb(), "zip archive"),
        (gzip.compress(models.bright()), "gzip"),
        (models.bright()[:-40], "no ONNX model"),
        (models.elsewhere(), "another file"),
        (models.elsewhere("../../secret"), "another file"),
        (models.elsewhere_deep(), "another file"),
        (models.strange_operator(), "not ONNX's own: com.example::Backdoor"),
        (b"\x3a\xff\xff\xff\xff\xff\xff\xff\xff\x7f" + b"x" * 20, "too early"),
        (b"\x3a\x02" * 2000, "no"),
    ],
)
def test_a_file_that_is_no_model_is_refused_before_anything_loads_it(data: bytes, said: str) -> None:
    """Archives, cuts, garbage, files that point elsewhere, code of strangers."""
    with pytest.raises(BadModel, match=said) as refused:
        inspect(data, "model.onnx")
    assert refused.value.hint


@settings(max_examples=300, deadline=500)
@given(st.binary(max_size=600), st.integers(0, 400))
def test_no_bytes_break_the_inspection(noise: bytes, at: int) -> None:
    """Whatever stands in a file: a skeleton or a refusal, soon."""
    whole = models.bright()
    for data in (noise, whole[:at] + noise + whole[at:]):
        try:
            inspect(data, "model.onnx")
        except BadModel:
            pass


def test_the_skeleton_is_the_models_own() -> None:
    """Inputs without weights, outputs, operators, metadata."""
    found = inspect(models.with_metadata(models.brighter(), "x = 1"), "m")
    assert (found.inputs, found.outputs) == (["before", "after"], ["answer"])
    assert found.operators == {("", "Sub"), ("", "Conv")}
    assert found.metadata == {"siteline": "x = 1"}


@pytest.mark.parametrize(
    "told",
    [
        {"shape": [1, 1, 64, 64], "type": "|O"},
        {"shape": [1, 1, 64, 64], "type": "<f8"},
        {"shape": [1, 1, 64, 64], "type": "(2,)f4, f4"},
        {"shape": [1, 1, 64, 64], "type": "__import__('os')"},
        {"shape": [1, 1, 64, 64]},
        {"shape": [2**40], "type": "<f4"},
        {"shape": None, "type": "<f4"},
    ],
)
def test_a_process_that_lies_about_its_answer_is_not_believed(told: dict[str, Any]) -> None:
    """Pointers for numbers, other lengths, types that are none: refused before a byte is read as a number."""
    with pytest.raises(BadModel):
        _array(told, b"\0" * (64 * 64 * 4), card_of())


@pytest.mark.parametrize(
    "header",
    [b"[]", b"{", b'{"bytes": -1}', b'{"bytes": 99999999}', b'{"bytes": "9"}', b"[" * 60_000, b"\xff"],
)
def test_a_header_that_is_none_is_refused(header: bytes) -> None:
    """Garbage, lengths beyond what was asked for, depth without end."""
    with pytest.raises(BadModel):
        _read_told(io.BytesIO(len(header).to_bytes(4, "big") + header), 1000)
    with pytest.raises(BadModel):
        _read_told(io.BytesIO(b"\xff\xff\xff\xff"), 1000)


# cards


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('siteline = "model/1"', 'siteline = "model/2"', "siteline"),
        ("tile = 64\n", "", "input.tile"),
        ("tile = 64", "tile = 99999999", "input.tile"),
        ("tile = 64", "tile = nan", "input.tile"),
        ("overlap = 16", "overlap = 32", "less than half a tile"),
        ("multiply = 1.0", "multiply = inf", "input.multiply"),
        ("std = [1.0, 1.0, 1.0]", "std = [1.0, 0.0, 1.0]", "above 0"),
        ("std = [1.0, 1.0, 1.0]", "std = [1.0]", "1 numbers for 3 bands"),
        ('["red", "green", "blue"]', '["red", "green", "infrared"]', "no band"),
        ('["image"]', '["a", "b"]', "two images"),
        ('stage = "roofed"\n', "", "a construction has one"),
        ('kind = "construction"', 'kind = "factory"', "kind"),
        ("threshold = 0.5", "threshold = 1.5", "threshold"),
        ('layout = "NCHW"\nactivation', 'layout = "WHCN"\nactivation', "layout"),
        ("fill = 0.0", "fill = 0.0\nsurprise = 1", "surprise"),
        ('"Bright roofs"', '"Bright\\u202eroofs"', "plain text"),
        ("[images]", "[images", "card.toml"),
    ],
)
def test_a_card_that_leaves_something_to_be_guessed_is_refused(old: str, new: str, said: str) -> None:
    """Each line is there, and fits the others; the refusal names it."""
    assert old in models.CARD
    with pytest.raises(BadModel, match=said) as refused:
        read_card(models.CARD.replace(old, new, 1).encode(), "card.toml")
    assert "card.toml" in str(refused.value)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader_of_cards(data: bytes) -> None:
    """A card or a refusal."""
    for text in (data, b"{" + data):
        try:
            read_card(text, "card")
        except BadModel:
            pass


# tiles


@given(st.integers(1, 3000), st.integers(16, 512), st.data())
def test_tiles_cover_a_length_and_share_what_was_asked(length: int, tile: int, data: st.DataObject) -> None:
    """No pixel without a tile, none beyond the end, neighbours share at least the overlap."""
    overlap = data.draw(st.integers(0, (tile - 1) // 2))
    found = starts(length, tile, overlap)
    assert found[0] == 0
    assert max(found[-1] + tile, length) == max(tile, length)
    assert all(0 < b - a <= tile - overlap for a, b in pairwise(found))


@given(st.integers(16, 128), st.integers(0, 60))
def test_every_pixel_of_a_tile_counts_a_little(tile: int, overlap: int) -> None:
    """Weights are never nought, and never above one: no seam, no hole."""
    found = weights(tile, min(overlap, (tile - 1) // 2))
    assert found.min() > 0
    assert found.max() <= 1


def test_the_card_in_the_manual_is_one() -> None:
    """What a reader copies is accepted."""
    manual = (Path(__file__).parents[3] / "docs/reference/model-slot.md").read_text(encoding="utf-8")
    card = read_card(manual.split("```toml\n", 1)[1].split("```", 1)[0].encode(), "model-slot.md")
    assert (card.name, card.classes[0].vanished) == ("Bright roofs", Kind.DEMOLITION)
