"""Exchanges as records of a WARC: request and response as they travelled, and a word on what was not let through."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

from siteline.evidence.archives.writing import NewRecord
from siteline.model.exchange import Exchange

_KEPT_ASIDE = frozenset(("transfer-encoding",))
"""Headers of the connection, not of what was sent: kept under another name, or players would undo it twice."""


def records_of(exchanges: Sequence[Exchange], folder: Path) -> Iterator[NewRecord]:
    """The records of all exchanges, in order; bodies are streamed through files in `folder`."""
    for number, exchange in enumerate(exchanges):
        if exchange.status == 0:
            said = {"error": exchange.error, "refused": exchange.forbidden, "method": exchange.ask.method}
            yield NewRecord(
                "metadata",
                _plain(exchange.ask.url),
                exchange.started,
                json.dumps(said, ensure_ascii=False).encode(),
                "application/json",
            )
            continue
        answer, question = f"urn:uuid:{uuid4()}", f"urn:uuid:{uuid4()}"
        block = folder / f"block-{number:05}"
        _write_block(block, exchange)
        extra = [("WARC-Concurrent-To", f"<{question}>")]
        if exchange.ip:
            extra.append(("WARC-IP-Address", exchange.ip))
        if exchange.truncated:
            extra.append(("WARC-Truncated", exchange.truncated))
        url = _plain(exchange.ask.url)
        yield NewRecord(
            "response",
            url,
            exchange.started,
            block,
            "application/http; msgtype=response",
            answer,
            tuple(extra),
        )
        block.unlink()
        yield NewRecord(
            "request",
            url,
            exchange.started,
            _question(exchange),
            "application/http; msgtype=request",
            question,
            (("WARC-Concurrent-To", f"<{answer}>"),),
        )


def _write_block(block: Path, exchange: Exchange) -> None:
    lines = [f"HTTP/1.1 {exchange.status} {_line(exchange.reason)}".rstrip()]
    for name, value in exchange.headers:
        aside = "X-Archive-Orig-" if name.lower() in _KEPT_ASIDE else ""
        lines.append(f"{aside}{_line(name)}: {_line(value)}")
    with block.open("wb") as out:
        out.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace"))
        if exchange.packed is not None:
            with exchange.packed.open("rb") as body:
                while piece := body.read(1 << 20):
                    out.write(piece)


def _question(exchange: Exchange) -> bytes:
    ask = exchange.ask
    path = "/" + ask.url.split("/", 3)[3] if ask.url.count("/") > 2 else "/"
    lines = [
        f"{ask.method} {path} HTTP/1.1",
        *(f"{_line(name)}: {_line(value)}" for name, value in ask.headers),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace") + ask.body


def _line(said: str) -> str:
    return "".join(c for c in said if c >= " " and c != "\x7f")


def _plain(url: str) -> str:
    return "".join(
        c if "!" <= c <= "~" else "".join(f"%{b:02X}" for b in c.encode("utf-8", "surrogatepass"))
        for c in url
    )
