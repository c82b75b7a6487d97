"""
The process in which a stranger's model runs: it is handed the model and pixels through a pipe, and answers through another.

It opens nothing by name: the model comes as bytes, after the imports are done and everything else has been given up
(`seal.py`). Run as a program; see `asking.py` for the other end.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from typing import IO, Any

from siteline.change.slot.seal import bound, die_with_parent, seal

_LONGEST_WORD = 4000


def main() -> None:
    """One model; then one answer for each tile, until the pipe is closed."""
    source = sys.stdin.buffer
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is not our answer
    header = _read_header(source)
    die_with_parent()
    held = bound(int(header["memory"]), int(header["seconds"]))
    try:
        data = _prepare(source, header)
        _answer(sink, {"held": [*held, *seal()]})  # said before the model could have a say in it
        session = _open(data)
        _answer(sink, {"inputs": _tell(session.get_inputs()), "outputs": _tell(session.get_outputs())})
        while True:
            asked = _read_header(source)
            _answer(sink, *_run(session, source, asked))
    except EOFError:
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 whatever the model does is told as its fault
        try:
            _answer(sink, {"error": f"{type(error).__name__}: {error}"[:_LONGEST_WORD]})
        finally:
            os._exit(1)


def _prepare(source: IO[bytes], header: dict[str, Any]) -> bytes:
    """Import what will be needed, then take the model's bytes, unread."""
    import numpy as np
    import onnxruntime

    np.zeros(1) + 1  # what is loaded late is loaded now
    onnxruntime.set_default_logger_severity(4)
    return _read_exactly(source, int(header["bytes"]))


def _open(data: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 4
    options.use_deterministic_compute = True
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def _tell(arguments: Any) -> list[dict[str, Any]]:
    return [
        {"name": str(a.name)[:120], "type": str(a.type)[:60], "shape": [str(d)[:40] for d in a.shape]}
        for a in arguments
    ][:64]


def _run(session: Any, source: IO[bytes], asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    import numpy as np

    given = {}
    for one in asked["inputs"]:
        dtype = np.dtype(one["type"])
        shape = tuple(one["shape"])
        data = _read_exactly(source, dtype.itemsize * int(np.prod(shape)))
        given[one["name"]] = np.frombuffer(data, dtype).reshape(shape)
    [found] = session.run([asked["output"]], given)
    array = np.asarray(found)
    if array.size > asked["most"] or array.dtype.kind not in "fiub":
        return {"shape": list(array.shape)[:8], "type": str(array.dtype)[:20], "bytes": 0}, b""
    content = np.ascontiguousarray(array).tobytes()
    return {"shape": list(array.shape), "type": array.dtype.str, "bytes": len(content)}, content


def _read_header(source: IO[bytes]) -> dict[str, Any]:
    (length,) = struct.unpack(">I", _read_exactly(source, 4))
    told: dict[str, Any] = json.loads(_read_exactly(source, length))
    return told


def _read_exactly(source: IO[bytes], count: int) -> bytes:
    data = source.read(count)
    if len(data) < count:
        raise EOFError
    return data


def _answer(sink: IO[bytes], header: dict[str, Any], content: bytes = b"") -> None:
    told = json.dumps(header).encode()
    sink.write(struct.pack(">I", len(told)) + told + content)
    sink.flush()


if __name__ == "__main__":
    main()
