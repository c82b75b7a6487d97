"""
A stranger's model, asked at arm's length.

It runs in a process with bounded memory and time and without our environment (`child.py`). What comes back is read as
hostile: never more bytes than were asked for, checked for shape, numbers and range before anything uses it.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from siteline.change.slot.seal import ALONE, MEMORY, TIME
from siteline.model.errors import BadModel, MissingExtra
from siteline.model.shown import plain
from siteline.model.slot import Activation, Form, Layout, Limits, ModelCard

Floats = NDArray[np.float32]

PROMISES = (MEMORY, TIME, ALONE)
"""What is held where it can be."""

_LONGEST_HEADER = 64 << 10
_STARTING_S = 60.0
"""For the imports; the model's own start has as long as a tile."""

_SLACK = 1e-3
"""By so much an answer may leave 0–1: rounding of half-precision numbers."""

_KEPT = ("PATH", "PYTHONPATH", "LANG", "SYSTEMROOT", "LD_LIBRARY_PATH")


def runtime_version() -> str:
    """Name and version of what runs models; raises MissingExtra where it is not installed."""
    if importlib.util.find_spec("onnxruntime") is None:
        raise MissingExtra.of("onnxruntime", "ml")
    return f"onnxruntime {importlib.metadata.version('onnxruntime')}"


class Asked:
    """A model that runs, to be asked tile by tile; `held` says what its process was kept from."""

    def __init__(self, process: subprocess.Popen[bytes], card: ModelCard, limits: Limits) -> None:
        self._process, self._card, self._limits = process, card, limits
        self.held: tuple[str, ...] = ()

    def start(self, data: bytes, tiles: int) -> None:
        """Hand the model over; raises BadModel if it cannot be loaded, or is not what its card says."""
        limits = self._limits
        header = {
            "memory": int(limits.memory_gb * 2**30),
            "seconds": int(2 * (_STARTING_S + limits.seconds * (tiles + 1))) + 1,
            "bytes": len(data),
        }
        told, _ = self._exchange(header, data, _STARTING_S, "to start", 0)
        held = told.get("held")
        told, _ = self._exchange(None, b"", _STARTING_S + limits.seconds, "to load", 0)
        self.held = tuple(w for w in PROMISES if isinstance(held, list) and w in held)
        for what, wanted, key in (
            ("input", self._card.names, "inputs"),
            ("output", (self._card.output,), "outputs"),
        ):
            there = [str(one.get("name")) for one in told.get(key) or [] if isinstance(one, dict)]
            missing = [name for name in wanted if name not in there]
            spare = [name for name in there if name not in wanted] if what == "input" else []
            if missing or spare:
                raise BadModel(
                    f"the card names the {what} {plain(', '.join(wanted), 80)}, the model has "
                    f"{plain(', '.join(there) or 'none', 80)}",
                    f"Correct the card's {what} names.",
                )

    def answer(self, images: Sequence[Floats]) -> Floats:
        """
        What the model says of one tile: (class, y, x), 0–1, a layer for each class of the card.

        images: one or two of (band, y, x), scaled as the card says. Raises BadModel for an answer that is too late,
        too large, of another shape, no number, or out of range.
        """
        card = self._card
        given = _tensors(images, card)
        header = {
            "inputs": [
                {"name": n, "shape": list(t.shape), "type": t.dtype.str}
                for n, t in zip(card.names, given, strict=True)
            ],
            "output": card.output,
            "most": card.channels * card.tile * card.tile,
        }
        told, content = self._exchange(
            header,
            b"".join(t.tobytes() for t in given),
            self._limits.seconds,
            "for one tile",
            card.channels * card.tile * card.tile * 8,
        )
        return read_answer(_array(told, content, card), card)

    def _exchange(
        self, header: dict[str, Any] | None, content: bytes, seconds: float, what: str, most: int
    ) -> tuple[dict[str, Any], bytes]:
        """One question (None: it was put before), one answer; a process that takes longer is killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        late = threading.Event()

        def end() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            if header is not None:
                words = json.dumps(header).encode()
                try:
                    self._process.stdin.write(struct.pack(">I", len(words)) + words + content)
                    self._process.stdin.flush()
                except OSError:
                    pass  # it has ended; why stands in its last answer
            told, size = _read_told(self._process.stdout, most)
            return told, _read_exactly(self._process.stdout, size)
        except EOFError:
            if late.is_set():
                raise BadModel(
                    f"the model took longer than {seconds:g} s {what} and was stopped",
                    "Use a smaller model or tile, or allow more: --seconds-per-tile.",
                ) from None
            code = self._process.wait(10)
            raise BadModel(
                f"the model's process broke down {what} (exit {code})",
                f"It may have wanted more than {self._limits.memory_gb:g} GB: use a smaller tile, or --memory-gb.",
            ) from None
        finally:
            timer.cancel()


@contextmanager
def asked(data: bytes, card: ModelCard, limits: Limits, tiles: int) -> Iterator[Asked]:
    """A model, running; its process is ended whatever happens. data: the ONNX file, inspected already."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}
    kept |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "siteline.change.slot.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=kept,
        cwd=Path(sys.executable).anchor,
    )
    try:
        running = Asked(process, card, limits)
        running.start(data, tiles)
        yield running
    finally:
        process.kill()
        for pipe in (process.stdin, process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                pass
        process.wait()


def _read_told(source: IO[bytes], most: int) -> tuple[dict[str, Any], int]:
    (length,) = struct.unpack(">I", _read_exactly(source, 4))
    if length > _LONGEST_HEADER:
        raise BadModel("the model's process answered nothing that can be understood")
    try:
        told = json.loads(_read_exactly(source, length))
    except (ValueError, RecursionError):
        raise BadModel("the model's process answered nothing that can be understood") from None
    if not isinstance(told, dict):
        raise BadModel("the model's process answered nothing that can be understood")
    if "error" in told:
        whole = str(told["error"])
        if _is_memory(whole):
            raise BadModel(
                "the model wanted more memory than it may take",
                "Use a smaller model or tile, or allow more: --memory-gb.",
            )
        said, hint = plain(whole, 200), "Try it in onnxruntime itself."
        raise BadModel(f"the model does not run: {said}", hint)
    size = told.get("bytes", 0)
    if not isinstance(size, int) or not 0 <= size <= most:
        raise BadModel(
            f"the model answered {plain(str(size), 20)} bytes where at most {most:,} were asked for"
        )
    return told, size


def _is_memory(said: str) -> bool:
    return any(word in said.lower() for word in ("memory", "bad_alloc", "arena"))


def _read_exactly(source: IO[bytes], count: int) -> bytes:
    data = source.read(count)
    if len(data) < count:
        raise EOFError
    return data


def _tensors(images: Sequence[Floats], card: ModelCard) -> list[NDArray[Any]]:
    """The inputs of one tile, in the order of the card's names."""
    wanted = list(images) if len(card.names) == len(images) else [np.concatenate(list(images), axis=0)]
    tensors = []
    for image in wanted:
        tensor = image[None] if card.layout is Layout.NCHW else image.transpose(1, 2, 0)[None]
        if card.dtype == "uint8":
            tensor = np.clip(np.rint(tensor), 0, 255).astype(np.uint8)
        tensors.append(np.ascontiguousarray(tensor))
    return tensors


def _array(told: dict[str, Any], content: bytes, card: ModelCard) -> NDArray[Any]:
    """The answer as it came; its shape and type are what the card says, or it is refused."""
    side, channels = card.tile, card.channels
    wanted = {
        Layout.NCHW: [1, channels, side, side],
        Layout.NHWC: [1, side, side, channels],
        Layout.NHW: [1, side, side],
    }[card.out_layout]
    shape = told.get("shape")
    if shape != wanted:
        raise BadModel(
            f"the model answers {plain(str(shape), 60)}, the card says {wanted} ({card.out_layout})",
            "Correct output.layout, output.channels or input.tile of the card.",
        )
    try:
        dtype = np.dtype(str(told.get("type")))
    except (TypeError, ValueError, SyntaxError):
        dtype = np.dtype("V1")
    if dtype.kind not in "fiub" or dtype.itemsize * int(np.prod(wanted)) != len(content):
        raise BadModel(
            f"the model answers numbers of type {plain(str(told.get('type')), 20)}, which cannot be read"
        )
    return np.frombuffer(content, dtype).reshape(wanted)


def read_answer(array: NDArray[Any], card: ModelCard) -> Floats:
    """An answer of the right shape as (class, y, x), 0–1; raises BadModel for what is no number or out of range."""
    layers = {
        Layout.NCHW: lambda a: a[0],
        Layout.NHWC: lambda a: a[0].transpose(2, 0, 1),
        Layout.NHW: lambda a: a,
    }[card.out_layout](array)
    numbers = layers.astype(np.float32)
    if not np.isfinite(numbers).all():
        bad = int(np.count_nonzero(~np.isfinite(numbers)))
        raise BadModel(
            f"the model answers {bad:,} values of a tile with no number (NaN or infinite)",
            "Look at its scaling: multiply, mean, std and fill of the card.",
        )
    if card.form is Form.CLASS_MAP:
        if (numbers != np.rint(numbers)).any() or numbers.min() < 0 or numbers.max() > 65_535:
            raise BadModel(
                "the model's class map holds what is no class number", "Correct output.form of the card."
            )
        return np.stack([numbers[0] == one.index for one in card.classes]).astype(np.float32)
    if card.form is Form.MASK and not np.isin(numbers, (0, 1)).all():
        raise BadModel(
            f"the model's mask holds {numbers.min():.3g} to {numbers.max():.3g}, not 0 and 1 alone",
            'If these are probabilities, say form = "probability".',
        )
    numbers = _activated(numbers, card.activation)
    if numbers.min() < -_SLACK or numbers.max() > 1 + _SLACK:
        raise BadModel(
            f"the model answers {numbers.min():.3g} to {numbers.max():.3g} where 0 to 1 was said",
            'If these are logits, say activation = "sigmoid" or "softmax".',
        )
    return np.clip(numbers[[one.index for one in card.classes]], 0, 1)


def _activated(numbers: Floats, activation: Activation) -> Floats:
    if activation is Activation.SIGMOID:
        return np.asarray(0.5 * (1 + np.tanh(0.5 * numbers)), np.float32)
    if activation is Activation.SOFTMAX:
        powers = np.exp(numbers - numbers.max(axis=0, keepdims=True))
        return np.asarray(powers / powers.sum(axis=0, keepdims=True), np.float32)
    return numbers
