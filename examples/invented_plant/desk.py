"""What a run needs: commands as they would be typed, two invented people, a web site that loses a page, a clock that is set."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from siteline.cli.app import main
from siteline.evidence.custody.clock import Clock

ANALYST, EDITOR = "Ines Invented", "Otto Invented"
"""She writes, he is the second person. There are no such people."""

LICENCE, CREDIT = "CC0-1.0", "Siteline worked example, invented"
"""Of all that was made for this story."""


class Stop(SystemExit):
    """The story does not go on: something is not as it must be."""


class Desk:
    """One folder with one case, and whoever sits before it. Nothing is signed with your own key: it has one of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.case = folder, folder / "case"
        os.environ |= {"SITELINE_CONFIG": str(folder / "key"), "SITELINE_WHO": ANALYST}

    def __call__(self, *words: str | Path, who: str = ANALYST, show: int = 3, refused: bool = False) -> str:
        """Run one command and return what it says; `show`: how many lines of that to print. Stops where it is refused."""
        said = [str(word) for word in words]
        print(f"\n$ siteline {shlex.join(map(self._short, said))}", flush=True)
        out, err = io.StringIO(), io.StringIO()
        typed = sys.argv
        sys.argv, os.environ["SITELINE_WHO"] = ["siteline", "--case", str(self.case), *said], who
        code = 0
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 1
        sys.argv, os.environ["SITELINE_WHO"] = typed, ANALYST
        if refused != (code == 1) or code > 1:
            print(out.getvalue() + err.getvalue())
            raise Stop(f"the command ended with {code}")
        lines = (err.getvalue() if refused else out.getvalue()).splitlines()
        for line in lines[:show]:
            print(f"  {line}")
        return err.getvalue() if refused else out.getvalue()

    def _short(self, word: str) -> str:
        """A path within the two folders of the story without them."""
        return word.replace(f"{self.folder}/", "").replace(f"{Path(__file__).parent}/", "")

    def ask(self, *words: str | Path, who: str = ANALYST) -> Any:
        """What a command answers with --json."""
        return json.loads(self(*words, "--json", who=who, show=0))


def chapter(title: str) -> None:
    """Say where in the story we are."""
    print(f"\n\n== {title} ==", flush=True)


def must(is_so: bool, what: str) -> None:
    """Whoever sits here goes on only if it is so."""
    if not is_so:
        raise Stop(f"the story does not go on: {what}")


class SetClock(Clock):
    """
    The clock of November 2024, for the days in which the page was watched.

    It says of itself in every row of the custody log that it is no machine's: its boot is named "an invented clock".
    """

    def __init__(self, start: datetime) -> None:
        self._start, self._at = start, start

    def now(self) -> datetime:
        """A little later each time."""
        self._at += timedelta(milliseconds=20)
        return self._at

    def monotonic_ns(self) -> int:
        """It runs on as it is set."""
        return int((self._at - self._start).total_seconds() * 1e9)

    def boot(self) -> str:
        """Of no machine."""
        return "an invented clock"

    def turn_to(self, when: datetime) -> None:
        """Let it be that moment."""
        self._at = when


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


@contextlib.contextmanager
def broadcasting(web: Path) -> Iterator[str]:
    """Serve a folder as a web site of this machine while the block runs; gives HOST:PORT."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(web)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
