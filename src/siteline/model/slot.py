"""A user's own model: what its card says of it, and how an event that it proposed remembers it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from siteline.model.change import Kind, Stage


class Units(StrEnum):
    """What numbers a model is given, before its own scaling."""

    REFLECTANCE = "reflectance"
    RELATIVE = "relative"
    """0–1 of a picture's white."""

    ANY = "any"


class Layout(StrEnum):
    """Order of a tensor's axes: image, channel, row, column."""

    NCHW = "NCHW"
    NHWC = "NHWC"
    NHW = "NHW"
    """An answer without channels."""


class Form(StrEnum):
    """What a model answers for each pixel."""

    PROBABILITY = "probability"
    """0–1, one channel."""

    MASK = "mask"
    """0 or 1."""

    CLASSES = "classes"
    """One channel a class, 0–1."""

    CLASS_MAP = "class_map"
    """The number of a class."""


class Activation(StrEnum):
    """What is still to be done to an answer."""

    NONE = "none"
    SIGMOID = "sigmoid"
    SOFTMAX = "softmax"


@dataclass(frozen=True, slots=True)
class SlotClass:
    """One sort of thing that a model answers for, and what is proposed where it is found."""

    index: int
    """Channel, or number in a class map; 0 of a model with one answer."""

    label: str
    """In words: "hangar"."""

    kind: Kind
    """What it is when it is there now and was not before."""

    stage: Stage | None = None
    """Of a construction."""

    vanished: Kind | None = None
    """What it is when it was there before and is not now; None: not proposed."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a model wants and what it answers; all of it said, nothing guessed."""

    name: str
    version: str
    licence: str
    credit: str
    made_for: str
    """On what it was trained, in words; "" if it is not said."""

    images: int
    """1: one image; 2: before and after together."""

    bands: tuple[str, ...]
    """In this order."""

    units: Units
    gsd_m: tuple[float, float] | None
    """Pixel sizes for which it was made, m; None if it is not said."""

    names: tuple[str, ...]
    """Input tensors: one, or two for before and after; one input of a pair holds before's channels, then after's."""

    layout: Layout
    dtype: str
    """`float32` or `uint8`."""

    multiply: float
    clip: tuple[float, float] | None
    """After `multiply`."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    """Input = (clip(value · multiply) − mean) / std, by band."""

    fill: float
    """Input where there is no image."""

    tile: int
    """Rows and columns of one question."""

    overlap: int
    """Pixels that neighbouring tiles share."""

    output: str
    form: Form
    out_layout: Layout
    activation: Activation
    threshold: float
    classes: tuple[SlotClass, ...]
    channels: int
    """Of the answer, before anything is left out."""

    smallest_px: int
    """Fewer pixels are not proposed."""

    most: int
    """More proposals than this are a fault of the model, or of its threshold."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model in custody, and by what it is run."""

    href: str
    """Where its bytes lie."""

    sha256: str
    bytes: int
    runtime: str
    """Name and version of the runtime."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the process of a model may take."""

    memory_gb: float = 4.0
    """Address space."""

    seconds: float = 60.0
    """For one tile."""
