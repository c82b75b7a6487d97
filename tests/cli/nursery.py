"""
Commands in processes of their own, without seconds of imports for each: a process that has done the imports is forked.

Run as a program it reads one JSON object per line (words, cwd, env, files for what is said, seconds) and answers each with
its exit code.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from tempfile import TemporaryDirectory
from typing import IO

from tests.schema import copy_tables, migrated

TIMED_OUT = -1
OTHERS = (
    "babel.numbers",
    "docx",
    "httpx",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "matplotlib.font_manager",
    "odc.stac",
    "pypdf",
    "rapidfuzz",
    "skimage.feature",
    "skimage.transform",
    "weasyprint",
)
"""What commands import when they need it, and what takes them long."""


@dataclass(frozen=True)
class Ended:
    """What a command said."""

    code: int
    out: str
    err: str


class Nursery:
    """One process to fork from; started when it is first needed, ended with us."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def run(
        self,
        words: Sequence[str],
        cwd: Path,
        env: Mapping[str, str],
        seconds: float,
        kill_after: int = 0,
        dies_at: str = "",
    ) -> Ended:
        """
        Run `siteline` with these words; raises TimeoutExpired as subprocess does.

        kill_after: `kill -9` it as soon as it has printed so many lines. dies_at: `kill -9` it at a call, as in
        "siteline.store.blobs:Blobs.keep:3", where the third begins, or "…:3 done", where it has ended.
        """
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        with TemporaryDirectory() as name:
            files = [str(Path(name) / said) for said in ("out", "err")]
            asked = {
                "words": list(words),
                "cwd": str(cwd),
                "env": dict(env),
                "files": files,
                "seconds": seconds,
                "kill_after": kill_after,
                "dies_at": dies_at,
            }
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            assert answer, "the process that commands are forked from has died"
            code = int(answer)
            if code == TIMED_OUT:
                raise subprocess.TimeoutExpired(list(words), seconds)
            out, err = (Path(file).read_text(encoding="utf-8") for file in files)
        return Ended(code, out, err)

    def killed(self, moment: str, *words: str | Path, cwd: Path, who: str = "A. Analyst") -> str:
        """What a command had printed when it was killed at a moment (as `dies_at`), which it must have reached."""
        env = {**os.environ, "SITELINE_WHO": who}
        ended = self.run([str(word) for word in words], cwd, env, 120, dies_at=moment)
        assert ended.code == 128 + signal.SIGKILL, f"{moment} never came: {ended.out}{ended.err}"
        return ended.out

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.cli.nursery"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).parents[2],
            )
            atexit.register(self._end)
        return self._process

    def _end(self) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait(10)


def _serve(asked: IO[str], answers: IO[str]) -> None:
    _prepare()
    for line in asked:
        said = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(said)
        answers.write(f"{_wait(child, said['seconds'], said['kill_after'], said['files'][0])}\n")
        answers.flush()


def _prepare() -> None:
    """All that is the same for each command: imports, the options of 160 commands, the tables of a new case."""
    import siteline

    ours = (m.name for m in walk_packages(siteline.__path__, "siteline.") if "migrations" not in m.name)
    for module in (*(name for name in ours if not name.endswith("__main__")), *OTHERS):
        with contextlib.suppress(ImportError):  # of an extra
            import_module(module)
    copy_tables()
    migrated()
    from siteline.cli.app import built

    built()
    gc.collect()
    gc.freeze()  # a child that collects leaves alone, and so shares, what was there before it


def _become(said: dict[str, object]) -> None:
    """Be the command: its words, folder, environment and streams; never returns."""
    from siteline.cli.app import main

    code = 1
    try:
        os.setpgid(0, 0)
        os.chdir(str(said["cwd"]))
        os.environ.clear()
        os.environ.update(said["env"])  # type: ignore[call-overload]
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, file in enumerate(said["files"], 1):  # type: ignore[arg-type, var-annotated]
            os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
        sys.argv = ["siteline", *said["words"]]  # type: ignore[misc]
        if said["dies_at"]:
            _die_at(str(said["dies_at"]))
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 what an interpreter would print, and its exit code
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


def _die_at(moment: str) -> None:
    """Let a call of ours be this process's last."""
    module, name, which = moment.split(":")
    number, _, is_done = which.partition(" ")
    owner, left = import_module(module), int(number)
    *path, name = name.split(".")
    for part in path:
        owner = getattr(owner, part)
    call = getattr(owner, name)

    def last(*args: object, **named: object) -> object:
        nonlocal left
        left -= 1
        if left == 0 and not is_done:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = call(*args, **named)
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, last)


def _wait(child: int, seconds: float, kill_after: int, out: str) -> int:
    until = time.monotonic() + seconds
    while True:
        if kill_after and Path(out).exists() and Path(out).read_bytes().count(b"\n") >= kill_after:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            kill_after = 0
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
        if time.monotonic() > until:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return TIMED_OUT
        time.sleep(0.005)


if __name__ == "__main__":
    _serve(sys.stdin, sys.stdout)
