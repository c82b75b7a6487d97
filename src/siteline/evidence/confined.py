"""
Readers of hostile files, kept in a process of their own.

A native library that is handed a crafted file may crash, spin or swallow memory. Run in a child with limits, it
can do none of that to the case: the child dies, and the file is said to be unreadable.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from siteline.model.errors import BadMedia

_SECONDS = 60
_MEMORY = 6 << 30
"""Address space, most of which native libraries only reserve."""

_LONGEST_ANSWER = 64 << 20


def ask_confined(module: str, request: dict[str, Any], *, seconds: int = _SECONDS) -> dict[str, Any]:
    """
    The answer of `module`'s `answer(request)`, computed in a child with bounded time and memory.

    The child gets no environment but what Python needs: no secrets, no proxies; and it never imports from the current
    folder (-P), which may be full of a stranger's files.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "PYTHONPATH", "HOME", "TMPDIR", "LANG", "SYSTEMROOT", "LD_LIBRARY_PATH")
    }
    kept |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", "siteline.evidence.confined", module, str(seconds)],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=seconds,
            env=kept,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BadMedia(f"the file kept its reader busy for more than {seconds} s and was given up") from None
    if done.returncode != 0 or len(done.stdout) > _LONGEST_ANSWER:
        raise BadMedia(f"the reader of the file broke down (exit {done.returncode})")
    try:
        answer = json.loads(done.stdout)
    except (ValueError, RecursionError):
        raise BadMedia("the reader of the file answered nothing that can be understood") from None
    assert isinstance(answer, dict)
    return answer


def _limit(seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: only the time is bounded there
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (2 * seconds, 2 * seconds))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """What the child knows of the world outside: the names of its environment."""
    return {"names": sorted(os.environ), **request}


def main() -> None:
    """The child: one request on stdin, one answer on stdout."""
    from importlib import import_module

    module = sys.argv[1]
    _limit(int(sys.argv[2]))
    assert module.startswith("siteline.evidence.")
    request = json.loads(sys.stdin.buffer.read())
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is not our answer
    json.dump(import_module(module).answer(request), out)
    out.close()


if __name__ == "__main__":
    main()
