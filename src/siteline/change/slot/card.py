"""
The card of a user's model: a small TOML or JSON text that says what the model wants and what it answers.

`docs/reference/model-slot.md` describes every line. Nothing has a default that could change an answer.
"""

from __future__ import annotations

import json
import math
import tomllib
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from siteline.model.change import Kind, Stage
from siteline.model.errors import BadModel
from siteline.model.imagery import BANDS
from siteline.model.shown import plain
from siteline.model.slot import Activation, Form, Layout, ModelCard, SlotClass, Units

SHAPE = "model/1"
LARGEST = 64 << 10
"""Bytes of a card."""

METADATA = "siteline"
"""Under this key a card may stand in the metadata of the ONNX file itself."""

_MOST_CHANNELS = 256
_Finite = Annotated[float, Field(allow_inf_nan=False)]
_Words = Annotated[str, Field(min_length=1, max_length=120)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False, frozen=True)


class _Images(_Strict):
    count: Literal[1, 2]
    bands: Annotated[list[str], Field(min_length=1, max_length=len(BANDS))]
    units: Units
    gsd_m: Annotated[list[_Finite], Field(min_length=2, max_length=2)] | None = None


class _Input(_Strict):
    names: Annotated[list[_Words], Field(min_length=1, max_length=2)]
    layout: Literal["NCHW", "NHWC"]
    type: Literal["float32", "uint8"]
    multiply: _Finite
    clip: Annotated[list[_Finite], Field(min_length=2, max_length=2)] | None = None
    mean: list[_Finite]
    std: list[_Finite]
    fill: _Finite
    tile: Annotated[int, Field(ge=16, le=4096)]
    overlap: Annotated[int, Field(ge=0)]


class _Output(_Strict):
    name: _Words
    form: Form
    layout: Layout
    activation: Activation
    threshold: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
    channels: Annotated[int, Field(ge=1, le=_MOST_CHANNELS)] = 1


class _Class(_Strict):
    index: Annotated[int, Field(ge=0, lt=_MOST_CHANNELS)] = 0
    label: _Words
    kind: Kind
    stage: Stage | None = None
    vanished: Kind | None = None


class _Proposals(_Strict):
    smallest_px: Annotated[int, Field(ge=1, le=1_000_000)]
    most: Annotated[int, Field(ge=1, le=2000)] = 200


class _Card(_Strict):
    siteline: Literal["model/1"]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    version: Annotated[str, Field(max_length=40)] = ""
    licence: Annotated[str, Field(max_length=200)] = "unknown"
    credit: Annotated[str, Field(max_length=200)] = "unknown"
    made_for: Annotated[str, Field(max_length=1000)] = ""
    images: _Images
    input: _Input
    output: _Output
    classes: Annotated[list[_Class], Field(alias="class", min_length=1, max_length=_MOST_CHANNELS)]
    proposals: _Proposals

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """What one line says must fit the others."""
        bands, given, out = self.images.bands, self.input, self.output
        for band in bands:
            _demand(band in BANDS, f"images.bands: no band {band!r}; there are {', '.join(BANDS)}")
        _demand(len(set(bands)) == len(bands), "images.bands: a band is named twice")
        for name, numbers in (("mean", given.mean), ("std", given.std)):
            _demand(
                len(numbers) == len(bands), f"input.{name}: {len(numbers)} numbers for {len(bands)} bands"
            )
        _demand(all(one > 0 for one in given.std), "input.std: every number is above 0")
        for where, ends in (("input.clip", given.clip), ("images.gsd_m", self.images.gsd_m)):
            _demand(ends is None or ends[0] < ends[1], f"{where}: the lower end comes first")
        _demand(self.images.gsd_m is None or self.images.gsd_m[0] > 0, "images.gsd_m: above 0")
        _demand(len(given.names) <= self.images.count, "input.names: two inputs need two images")
        _demand(2 * given.overlap < given.tile, "input.overlap: less than half a tile")
        has_channels = out.form is Form.CLASSES
        _demand(has_channels or out.channels == 1, "output.channels: only a form of classes has several")
        _demand(out.layout is not Layout.NHW or out.channels == 1, "output.layout: NHW has one channel")
        fits = {
            Form.PROBABILITY: (Activation.NONE, Activation.SIGMOID),
            Form.CLASSES: (Activation.NONE, Activation.SIGMOID, Activation.SOFTMAX),
        }.get(out.form, (Activation.NONE,))
        _demand(out.activation in fits, f"output.activation: {out.activation} does not fit {out.form}")
        indices = [one.index for one in self.classes]
        _demand(len(set(indices)) == len(indices), "class.index: one is named twice")
        if has_channels:
            _demand(max(indices) < out.channels, "class.index: there are fewer channels")
        elif out.form is not Form.CLASS_MAP:
            _demand(indices == [0], f"class: a {out.form} has one class, index 0")
        for one in self.classes:
            _demand(
                one.stage is None or one.kind is Kind.CONSTRUCTION, "class.stage: only a construction has one"
            )
            _demand(
                one.stage is not None or one.kind is not Kind.CONSTRUCTION,
                f"class.stage: a construction has one: {', '.join(Stage)}",
            )
        return self


def _demand(holds: bool, why: str) -> None:
    if not holds:
        raise ValueError(why)


def read_card(text: bytes, name: str) -> ModelCard:
    """The card in a TOML or JSON text; raises BadModel naming the line at fault."""
    if len(text) > LARGEST:
        raise BadModel(f"{name} has {len(text):,} bytes", f"A card is a small text, up to {LARGEST:,} bytes.")
    try:
        card = _Card.model_validate(_parse(text, name))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        said = plain(str(first["msg"]).removeprefix("Value error, "), 160)
        raise BadModel(
            f"{name}: {plain(where, 60) + ': ' if where else ''}{said}", "See docs/reference/model-slot.md."
        ) from None
    for field, words in (
        ("name", card.name),
        ("version", card.version),
        *(("class.label", c.label) for c in card.classes),
    ):
        if plain(words, 120) != words:
            raise BadModel(
                f"{name}: {field}: {plain(words, 60)!r} is not plain text", "Write it in plain letters."
            )
    given, out = card.input, card.output
    return ModelCard(
        name=card.name,
        version=card.version,
        licence=plain(card.licence) or "unknown",
        credit=plain(card.credit) or "unknown",
        made_for=plain(card.made_for, 1000),
        images=card.images.count,
        bands=tuple(card.images.bands),
        units=card.images.units,
        gsd_m=None if card.images.gsd_m is None else (card.images.gsd_m[0], card.images.gsd_m[1]),
        names=tuple(given.names),
        layout=Layout(given.layout),
        dtype=given.type,
        multiply=given.multiply,
        clip=None if given.clip is None else (given.clip[0], given.clip[1]),
        mean=tuple(given.mean),
        std=tuple(given.std),
        fill=given.fill,
        tile=given.tile,
        overlap=given.overlap,
        output=out.name,
        form=out.form,
        out_layout=out.layout,
        activation=out.activation,
        threshold=out.threshold,
        classes=tuple(SlotClass(c.index, c.label, c.kind, c.stage, c.vanished) for c in card.classes),
        channels=out.channels,
        smallest_px=card.proposals.smallest_px,
        most=card.proposals.most,
    )


def _parse(text: bytes, name: str) -> dict[str, Any]:
    try:
        words = text.decode("utf-8-sig")
        said = (
            json.loads(words, parse_constant=_refuse_constant)
            if words.lstrip()[:1] == "{"
            else tomllib.loads(words)
        )
    except UnicodeDecodeError as error:
        raise BadModel(f"{name} is not UTF-8 text: byte {error.start}", "Save it as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise BadModel(f"{name}: {plain(str(error), 120)}", "Write it as TOML or JSON.") from None
    if not isinstance(said, dict):
        raise BadModel(f"{name} is no card", "See docs/reference/model-slot.md.")
    return said


def _refuse_constant(said: str) -> float:
    raise ValueError(f"{said} is no number")


GRID_SCALE = 0.005
"""By so much, as a share, a pixel on the ground may differ from what its grid calls it: projections stretch."""


def fits_pixels(card: ModelCard, gsd_m: float | None) -> bool | None:
    """Whether a model was made for pixels of this size; None where nobody says."""
    if card.gsd_m is None or gsd_m is None or not math.isfinite(gsd_m):
        return None
    return card.gsd_m[0] * (1 - GRID_SCALE) <= gsd_m <= card.gsd_m[1] * (1 + GRID_SCALE)
