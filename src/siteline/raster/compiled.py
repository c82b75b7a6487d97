"""Machine code for the few loops that numpy cannot do fast: compiled on first use, kept between runs, run on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])
Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_THREADS = 16


def _cache_folder() -> Path | None:
    """Where compiled code is kept: below SITELINE_CACHE, else the user's cache; None if nothing can be written there."""
    own = os.environ.get("SITELINE_CACHE")
    home = os.environ.get("XDG_CACHE_HOME")
    try:
        root = Path(own) if own else (Path(home) if home else Path.home() / ".cache") / "siteline"
        folder = root / "compiled"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder if os.access(folder, os.W_OK) else None


_FOLDER = _cache_folder()
if "NUMBA_CACHE_DIR" not in os.environ and _FOLDER is not None:
    cast(Any, numba.config).CACHE_DIR = str(_FOLDER)  # the source tree may be read-only
_KEPT = "NUMBA_CACHE_DIR" in os.environ or _FOLDER is not None


def compiled(function: Function) -> Function:
    """
    The same function as machine code.

    It lets other threads run meanwhile, and adds up in the order in which it is written: no fast mathematics.
    """
    return cast(Function, numba.njit(cache=_KEPT, nogil=True, error_model="numpy")(function))


def inlined(function: Function) -> Function:
    """A small function that compiled ones call; it becomes part of them."""
    return cast(Function, numba.njit(nogil=True, error_model="numpy", inline="always")(function))


def count_threads() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), MOST_THREADS)
    return min(os.cpu_count() or 1, MOST_THREADS)


def in_bands(work: Callable[[int, int], object], size: int, height: int) -> None:
    """
    Do `work(first, one past the last)` for bands of `height` rows out of `size`, on all cores at once.

    Every band writes to rows of its own, so that the result does not depend on who comes first.
    """
    bands = [(first, min(first + height, size)) for first in range(0, size, height)]
    threads = min(count_threads(), len(bands))
    if threads < 2:
        for first, last in bands:
            work(first, last)
        return
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(work, first, last) for first, last in bands]:
            done.result()


def each(work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """`work` on every item, on all cores at once; results in the order of the items."""
    todo = list(items)
    threads = min(count_threads(), len(todo))
    if threads < 2:
        return [work(item) for item in todo]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, todo))
