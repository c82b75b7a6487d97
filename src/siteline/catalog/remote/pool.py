"""Threads that fetch: one pool for all scenes, the earliest scene first, and gone with the process."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable, Sequence
from functools import partial

Work = Callable[[], None]


class Pool:
    """
    Runs work in order of its scene on a fixed number of threads; closed by `close`.

    Work must not raise: `Steps` tells of its faults. The threads are daemons, so that Ctrl-C does not wait for a server
    that hangs; what they fetched is in the journals.
    """

    def __init__(self, threads: int) -> None:
        self._work: queue.PriorityQueue[tuple[int, int, Work]] = queue.PriorityQueue()
        self._ordinal = itertools.count()
        self._closed = threading.Event()
        for number in range(threads):
            threading.Thread(target=self._run, name=f"fetch-{number}", daemon=True).start()

    def submit(self, order: int, work: Work) -> None:
        """Do this when all that has a lower order is begun."""
        self._work.put((order, next(self._ordinal), work))

    def close(self) -> None:
        """Begin nothing more."""
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                _, _, work = self._work.get(timeout=0.2)
            except queue.Empty:
                continue
            if not self._closed.is_set():
                work()


class Steps:
    """Work in steps: one begins when all work of the one before has ended; the first failure ends them."""

    def __init__(
        self, pool: Pool, order: int, steps: Sequence[Work], ended: Callable[[BaseException | None], None]
    ) -> None:
        """`ended` is called once, by one of the threads, with the first failure or None."""
        self._pool = pool
        self._order = order
        self._left = list(steps)
        self._ended = ended
        self._running = 0
        self._failure: BaseException | None = None
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Start the first step."""
        self._advance()

    def add(self, work: Work) -> None:
        """More work, for which the step that is running is waited for too; called from inside it."""
        with self._lock:
            self._running += 1
        self._pool.submit(self._order, partial(self._run, work))

    def _run(self, work: Work) -> None:
        try:
            if self._failure is None:
                work()
        except BaseException as error:  # noqa: BLE001  handed to whoever waits
            with self._lock:
                self._failure = self._failure or error
        with self._lock:
            self._running -= 1
            over = self._running == 0
        if over:
            self._advance()

    def _advance(self) -> None:
        if self._failure is not None or not self._left:
            self._ended(self._failure)
        else:
            self.add(self._left.pop(0))
