"""A language model asked for drafts: a command, or an address on a host that the settings allow; bounded in time and bytes."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import urlsplit

from siteline.claims.draft.proposals import Proposer, read_answer, request_of
from siteline.model.errors import BadSetting, ForbiddenAddress, NotReached
from siteline.workbench.settings import ClaimsSettings

LARGEST_ANSWER = 8 << 20
_PIECE = 1 << 16


def proposer_of(settings: ClaimsSettings) -> Proposer | None:
    """The model that the settings name; None where they name none, as they do by default."""
    said = (settings.model or "").strip()
    if not said:
        return None
    if not said.startswith(("http://", "https://")):
        return Command(said, settings.model_seconds)
    parts = urlsplit(said)
    host = parts.hostname or ""
    place = f"{host}:{parts.port}" if parts.port else host
    if parts.username or parts.password:
        raise BadSetting("claims.model holds a password", "Name the variable that has it: model_token_env")
    if place not in settings.model_hosts and host not in settings.model_hosts:
        raise ForbiddenAddress(
            f"{place} is not among claims.model_hosts", f'If articles may go there: model_hosts = ["{place}"]'
        )
    token = os.environ.get(settings.model_token_env or "", "")
    if settings.model_token_env and not token:
        raise BadSetting(f"{settings.model_token_env} is not set", "It holds the key of the model's host.")
    return Endpoint(said, settings.model_seconds, token)


@dataclass(frozen=True)
class Command:
    """A program that reads the request on its input, and writes its answer on its output."""

    said: str
    seconds: float

    @property
    def name(self) -> str:
        """The program's name, without its arguments: they may hold secrets."""
        return f"command {os.path.basename((self._words() or ['?'])[0])}"[:150]  # noqa: PTH119 a name, no path

    def propose(self, text: str, span_budget: int) -> Sequence[Any]:
        """Run it once."""
        with tempfile.TemporaryFile() as asked:
            asked.write(request_of(text, span_budget))
            asked.seek(0)
            try:
                process = subprocess.Popen(  # noqa: S603 the user's own program, no shell
                    self._words(),
                    stdin=asked,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:
                raise NotReached(
                    f"{self.name} cannot be run: {error}", "See claims.model in siteline.toml."
                ) from error
            with process:
                body, why = _read_all(process, self.seconds)
        if why or process.returncode:
            raise NotReached(
                f"{self.name} {why or f'ended with {process.returncode}'}", "The drafts by rules stand."
            )
        return _proposals(body, self.name)

    def _words(self) -> list[str]:
        try:
            return shlex.split(self.said)
        except ValueError as error:
            raise BadSetting(
                f"claims.model cannot be split into words: {error}", "Mend its quotation marks."
            ) from error


@dataclass(frozen=True)
class Endpoint:
    """An address that takes the request by POST; redirects are not followed."""

    url: str
    seconds: float
    token: str = ""

    @property
    def name(self) -> str:
        """Host and path."""
        parts = urlsplit(self.url)
        return f"{parts.netloc}{parts.path}"[:150]

    def propose(self, text: str, span_budget: int) -> Sequence[Any]:
        """Ask once; what takes longer than it may is left alone."""
        answered: list[bytes | NotReached] = []
        asking = threading.Thread(target=lambda: answered.append(self._ask(text, span_budget)), daemon=True)
        asking.start()
        asking.join(self.seconds)
        if not answered:
            raise NotReached(f"{self.name} takes too long", "The drafts by rules stand.")
        if isinstance(answered[0], NotReached):
            raise answered[0]
        return _proposals(answered[0], self.name)

    def _ask(self, text: str, span_budget: int) -> bytes | NotReached:
        import httpx

        headers = {
            "content-type": "application/json",
            "accept": "application/json",
            "accept-encoding": "identity",
        }
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        until = time.monotonic() + self.seconds
        body = bytearray()
        try:
            with (
                httpx.Client(
                    timeout=min(30.0, self.seconds), follow_redirects=False, trust_env=False
                ) as client,
                client.stream(
                    "POST", self.url, content=request_of(text, span_budget), headers=headers
                ) as answer,
            ):
                if answer.status_code != 200:
                    return NotReached(
                        f"{self.name} answered {answer.status_code}", "The drafts by rules stand."
                    )
                for piece in answer.iter_raw():
                    body += piece
                    if len(body) > LARGEST_ANSWER or time.monotonic() > until:
                        why = "takes too long" if len(body) <= LARGEST_ANSWER else "answers with too much"
                        return NotReached(f"{self.name} {why}", "The drafts by rules stand.")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return NotReached(
                f"{self.name} was not reached: {type(error).__name__}", "The drafts by rules stand."
            )
        return bytes(body)


def _proposals(body: bytes, name: str) -> Sequence[Any]:
    try:
        return read_answer(body)
    except ValueError as error:
        raise NotReached(
            f"{name} gave no answer that can be read: {error}", "The drafts by rules stand."
        ) from error


def _read_all(process: subprocess.Popen[bytes], seconds: float) -> tuple[bytes, str]:
    """(its output, what went wrong); a program that says too much, or takes too long, is ended with its children."""
    said: list[bytes] = []
    assert process.stdout is not None
    reader = threading.Thread(target=_read_some, args=(process.stdout, said), daemon=True)
    reader.start()
    reader.join(seconds)
    why = "takes too long" if reader.is_alive() else ""
    body = b"".join(said)
    if not why and len(body) > LARGEST_ANSWER:
        why = "answers with too much"
    if not why:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
    if process.poll() is None:
        why = why or "does not end"
        _end(process)
    return body, why


def _read_some(stream: IO[bytes], said: list[bytes]) -> None:
    total = 0
    while total <= LARGEST_ANSWER and (piece := stream.read(_PIECE)):
        said.append(piece)
        total += len(piece)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError, AttributeError):
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
