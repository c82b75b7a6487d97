"""
An ONNX file read as a stranger's: what it would load and run, before anything loads or runs it.

The file is a protobuf message; only its skeleton is walked, in plain code that allocates nothing by its word. Refused are
files that point to other files, operators that are not ONNX's own, and whatever is no such message. That the runtime
then sees the same file as we did is not taken for granted: it reads it where it can open nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from siteline.model.errors import BadModel
from siteline.model.shown import plain

LARGEST = 512 << 20
"""Bytes of a model; an ONNX file with all its weights inside cannot have more than 2 GiB."""

_DEEPEST = 12
"""Graphs within graphs."""

_MOST_NODES = 200_000
_STANDARD = ("", "ai.onnx", "ai.onnx.ml")
_KINDS = {
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "gzip-compressed",
    b"\x89HDF": "an HDF5 file",
    b"\x80\x02": "a pickle",
}

_MODEL_GRAPH, _MODEL_META, _MODEL_TRAINING, _MODEL_FUNCTIONS = 7, 14, 20, 25
_GRAPH_NODE, _GRAPH_WEIGHTS, _GRAPH_INPUT, _GRAPH_OUTPUT, _GRAPH_SPARSE = 1, 5, 11, 12, 15
_EXTERNAL = 1


@dataclass(slots=True)
class Inspected:
    """The skeleton of a model."""

    inputs: list[str] = field(default_factory=list)
    """Names of the graph's inputs that are no weights."""

    outputs: list[str] = field(default_factory=list)
    operators: set[tuple[str, str]] = field(default_factory=set)
    """(domain, operator)."""

    own: set[tuple[str, str]] = field(default_factory=set)
    """Functions that the file defines itself, out of other operators."""

    metadata: dict[str, str] = field(default_factory=dict)
    nodes: int = 0


def inspect(data: bytes, name: str) -> Inspected:
    """The skeleton of an ONNX file; raises BadModel for what is none, or would reach beyond itself."""
    for magic, what in _KINDS.items():
        if data.startswith(magic):
            raise BadModel(f"{name} is {what}, not an ONNX model", "Unpack it, or export the model as ONNX.")
    found, weights = Inspected(), set[str]()
    has_graph = False
    try:
        for number, value in _fields(memoryview(data)):
            if number == _MODEL_GRAPH:
                has_graph = True
                _graph(_message(value), found, weights, 0)
            elif number == _MODEL_FUNCTIONS:
                _function(_message(value), found)
            elif number == _MODEL_META:
                key, text = _pair(_message(value))
                found.metadata[key] = text
            elif number == _MODEL_TRAINING:
                raise BadModel(f"{name} holds training steps", "Export it for inference only.")
    except _NoMessageError as error:
        raise BadModel(
            f"{name} is no ONNX model: {error}", "Export it again, and hand in the whole file."
        ) from None
    except _BeyondError as error:
        raise BadModel(
            f"{name} keeps weights in another file ({plain(str(error), 60)})",
            "Save it as one file: onnx.save(model, path, save_as_external_data=False).",
        ) from None
    if not has_graph or not found.nodes:
        raise BadModel(f"{name} is no ONNX model: it has no graph", "Export the model as ONNX.")
    strange = sorted(
        f"{domain or 'ai.onnx'}::{kind}"
        for domain, kind in found.operators
        if domain not in _STANDARD and (domain, kind) not in found.own
    )
    if strange:
        told = plain(", ".join(strange[:3]), 120)
        raise BadModel(
            f"{name} uses operators that are not ONNX's own: {told}",
            "Export it with standard operators only; code of a stranger is not loaded.",
        )
    found.inputs = [one for one in found.inputs if one not in weights]
    return found


class _NoMessageError(Exception):
    """The bytes are no such message."""


class _BeyondError(Exception):
    """A tensor whose values are in another file."""


def _fields(view: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """(number, value) of each field of a message: a number, or the bytes of what has a length."""
    at, end = 0, len(view)
    while at < end:
        key, at = _varint(view, at)
        number, wire = key >> 3, key & 7
        if number == 0:
            raise _NoMessageError(f"byte {at} begins no field")
        if wire == 0:
            value, at = _varint(view, at)
            yield number, value
        elif wire == 2:
            length, at = _varint(view, at)
            if length > end - at:
                raise _NoMessageError("it ends too early")
            yield number, view[at : at + length]
            at += length
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
            if at > end:
                raise _NoMessageError("it ends too early")
        else:
            raise _NoMessageError(f"byte {at} begins no field")


def _varint(view: memoryview, at: int) -> tuple[int, int]:
    total = 0
    for shift in range(0, 70, 7):
        if at >= len(view):
            raise _NoMessageError("it ends too early")
        byte = view[at]
        at += 1
        total |= (byte & 0x7F) << shift
        if byte < 0x80:
            return total, at
    raise _NoMessageError(f"byte {at} ends no number")


def _message(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise _NoMessageError("a number where a part should be")
    return value


def _text(value: int | memoryview) -> str:
    return bytes(_message(value)[:4096]).decode("utf-8", "replace")


def _graph(view: memoryview, found: Inspected, weights: set[str], depth: int) -> None:
    if depth > _DEEPEST:
        raise _NoMessageError("graphs within graphs without end")
    for number, value in _fields(view):
        if number == _GRAPH_NODE:
            _node(_message(value), found, depth)
        elif number == _GRAPH_WEIGHTS:
            weights.add(_tensor(_message(value)))
        elif number == _GRAPH_SPARSE:
            for _, part in _fields(_message(value)):
                if not isinstance(part, int):
                    _tensor(part)
        elif number in (_GRAPH_INPUT, _GRAPH_OUTPUT) and depth == 0:
            names = [_text(v) for n, v in _fields(_message(value)) if n == 1]
            (found.inputs if number == _GRAPH_INPUT else found.outputs).extend(names)


def _node(view: memoryview, found: Inspected, depth: int) -> None:
    found.nodes += 1
    if found.nodes > _MOST_NODES:
        raise _NoMessageError(f"more than {_MOST_NODES:,} operators")
    kind, domain = "", ""
    for number, value in _fields(view):
        if number == 4:
            kind = _text(value)
        elif number == 7:
            domain = _text(value)
        elif number == 5:
            for inner, part in _fields(_message(value)):
                if inner in (5, 10):  # a tensor, or several
                    _tensor(_message(part))
                elif inner in (6, 11):  # a graph, or several
                    _graph(_message(part), found, set(), depth + 1)
                elif inner in (22, 23):  # sparse ones
                    for _, deep in _fields(_message(part)):
                        if not isinstance(deep, int):
                            _tensor(deep)
    found.operators.add((domain, kind))


def _tensor(view: memoryview) -> str:
    """Its name; raises _BeyondError if its values are elsewhere."""
    name, where, is_external = "", "", False
    for number, value in _fields(view):
        if number == 8 and not isinstance(value, int):
            name = _text(value)
        elif number == 13:
            is_external = True
            if not isinstance(value, int):
                key, text = _pair(value)
                where = text if key == "location" else where
        elif number == 14 and value == _EXTERNAL:
            is_external = True
    if is_external:
        raise _BeyondError(where or name or "without a name")
    return name


def _function(view: memoryview, found: Inspected) -> None:
    name, domain = "", ""
    for number, value in _fields(view):
        if number == 1:
            name = _text(value)
        elif number == 10:
            domain = _text(value)
        elif number == 7:
            _node(_message(value), found, 1)
    found.own.add((domain, name))


def _pair(view: memoryview) -> tuple[str, str]:
    key, text = "", ""
    for number, value in _fields(view):
        if number == 1:
            key = _text(value)
        elif number == 2:
            text = bytes(_message(value)[: 64 << 10]).decode("utf-8", "replace")
    return key, text
