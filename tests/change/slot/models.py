"""Tiny models, made as a user's exporter would make them: honest ones, and such as no one should run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.conftest import wanted

onnx = wanted("onnx")
FLOAT, INT64 = onnx.TensorProto.FLOAT, onnx.TensorProto.INT64

CARD = """
siteline = "model/1"
name = "Bright roofs"
version = "1.0"
licence = "CC-BY-4.0"
credit = "A. Trainer"
made_for = "a test"

[images]
count = 1
bands = ["red", "green", "blue"]
units = "reflectance"
gsd_m = [2.0, 5.0]

[input]
names = ["image"]
layout = "NCHW"
type = "float32"
multiply = 1.0
mean = [0.0, 0.0, 0.0]
std = [1.0, 1.0, 1.0]
fill = 0.0
tile = 64
overlap = 16

[output]
name = "answer"
form = "probability"
layout = "NCHW"
activation = "sigmoid"
threshold = 0.5

[[class]]
index = 0
label = "bright roof"
kind = "construction"
stage = "roofed"
vanished = "demolition"

[proposals]
smallest_px = 20
"""
"""Of `bright`."""

PAIR = CARD.replace("count = 1", "count = 2").replace('["image"]', '["before", "after"]')
"""Of `brighter`."""


def _model(nodes: Sequence[Any], inputs: Sequence[str], weights: Sequence[Any] = (), **more: Any) -> Any:
    shape = [1, 3, "h", "w"]
    graph = onnx.helper.make_graph(
        list(nodes),
        "tiny",
        [onnx.helper.make_tensor_value_info(name, FLOAT, shape) for name in inputs],
        [onnx.helper.make_tensor_value_info("answer", more.pop("type", FLOAT), more.pop("out", None))],
        list(weights),
    )
    opsets = [onnx.helper.make_opsetid("", 17), *more.pop("opsets", [])]
    return onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8, **more)


def node(kind: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> Any:
    """One operator."""
    return onnx.helper.make_node(kind, list(inputs), list(outputs), **attributes)


def weight(name: str, values: Sequence[float], shape: Sequence[int], kind: int = FLOAT) -> Any:
    """One weight."""
    return onnx.helper.make_tensor(name, kind, list(shape), list(values))


def bright(bias: float = -16.0, gain: float = 40.0) -> bytes:
    """A logit that is above 0 where the mean of three bands is above 0.4."""
    weights = [weight("w", [gain / 3] * 3, [1, 3, 1, 1]), weight("b", [bias], [1])]
    return _model([node("Conv", ["image", "w", "b"], ["answer"])], ["image"], weights).SerializeToString()


def brighter() -> bytes:
    """A logit that is above 0 where the mean has risen by more than 0.2."""
    weights = [weight("w", [40 / 3] * 3, [1, 3, 1, 1]), weight("b", [-8.0], [1])]
    nodes = [node("Sub", ["after", "before"], ["rise"]), node("Conv", ["rise", "w", "b"], ["answer"])]
    return _model(nodes, ["before", "after"], weights).SerializeToString()


def two_classes() -> bytes:
    """Dark and bright as two channels of one softmax."""
    weights = [weight("w", [-40 / 3] * 3 + [40 / 3] * 3, [2, 3, 1, 1]), weight("b", [16.0, -16.0], [2])]
    return _model([node("Conv", ["image", "w", "b"], ["answer"])], ["image"], weights).SerializeToString()


def mask() -> bytes:
    """0 or 1."""
    nodes = [
        node("ReduceMean", ["image"], ["mean"], axes=[1], keepdims=1),
        node("Greater", ["mean", "level"], ["over"]),
        node("Cast", ["over"], ["answer"], to=FLOAT),
    ]
    return _model(nodes, ["image"], [weight("level", [0.4], [1])]).SerializeToString()


def no_number() -> bytes:
    """The logarithm of what is below 0."""
    nodes = [
        node("Neg", ["image"], ["below"]),
        node("Log", ["below"], ["nan"]),
        node("ReduceMean", ["nan"], ["answer"], axes=[1], keepdims=1),
    ]
    return _model(nodes, ["image"]).SerializeToString()


def breaks_where_bright() -> bytes:
    """No number where the mean is above 0.5, and a number elsewhere."""
    nodes = [
        node("ReduceMean", ["image"], ["mean"], axes=[1], keepdims=1),
        node("Sub", ["level", "mean"], ["left"]),
        node("Log", ["left"], ["answer"]),
    ]
    return _model(nodes, ["image"], [weight("level", [0.5], [1])]).SerializeToString()


def wrong_shape() -> bytes:
    """One number for the whole tile."""
    return _model([node("GlobalAveragePool", ["image"], ["answer"])], ["image"]).SerializeToString()


def far_too_large() -> bytes:
    """A hundred channels where one was said."""
    weights = [weight("w", [1.0] * 300, [100, 3, 1, 1])]
    return _model([node("Conv", ["image", "w"], ["answer"])], ["image"], weights).SerializeToString()


def hungry() -> bytes:
    """Two hundred gigabytes of ones."""
    nodes = [
        node("ConstantOfShape", ["shape"], ["much"], value=weight("", [1.0], [1])),
        node("ReduceSum", ["much"], ["total"], keepdims=0),
        node("ReduceMean", ["image"], ["mean"], axes=[1], keepdims=1),
        node("Mul", ["mean", "total"], ["answer"]),
    ]
    return _model(nodes, ["image"], [weight("shape", [50, 10**9], [2], INT64)]).SerializeToString()


def endless() -> bytes:
    """A loop that adds ones for some thousand years."""
    body = onnx.helper.make_graph(
        [node("Identity", ["go"], ["on"]), node("Add", ["x", "x"], ["y"])],
        "body",
        [
            onnx.helper.make_tensor_value_info("turn", INT64, []),
            onnx.helper.make_tensor_value_info("go", onnx.TensorProto.BOOL, []),
            onnx.helper.make_tensor_value_info("x", FLOAT, None),
        ],
        [
            onnx.helper.make_tensor_value_info("on", onnx.TensorProto.BOOL, []),
            onnx.helper.make_tensor_value_info("y", FLOAT, None),
        ],
    )
    nodes = [
        node("ReduceMean", ["image"], ["mean"], axes=[1], keepdims=1),
        node("Loop", ["turns", "yes", "mean"], ["answer"], body=body),
    ]
    weights = [weight("turns", [2**62], [], INT64), weight("yes", [1], [], onnx.TensorProto.BOOL)]
    return _model(nodes, ["image"], weights).SerializeToString()


def elsewhere(location: str = "/etc/passwd") -> bytes:
    """Weights that are said to lie in another file."""
    model = onnx.load_from_string(bright())
    tensor = model.graph.initializer[0]
    tensor.ClearField("float_data")
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    return model.SerializeToString()


def elsewhere_deep() -> bytes:
    """The same, inside a constant of a graph within a loop."""
    tensor = onnx.load_from_string(elsewhere()).graph.initializer[0]
    inner = onnx.helper.make_graph([node("Constant", [], ["y"], value=tensor)], "inner", [], [])
    nodes = [node("If", ["c"], ["answer"], then_branch=inner, else_branch=inner)]
    return _model(nodes, ["image"]).SerializeToString()


def strange_operator() -> bytes:
    """An operator of somebody's own library."""
    made = onnx.helper.make_node("Backdoor", ["image"], ["answer"], domain="com.example")
    return _model([made], ["image"], opsets=[onnx.helper.make_opsetid("com.example", 1)]).SerializeToString()


def with_metadata(data: bytes, card: str) -> bytes:
    """The card inside the file."""
    model = onnx.load_from_string(data)
    model.metadata_props.add(key="siteline", value=card)
    return model.SerializeToString()
