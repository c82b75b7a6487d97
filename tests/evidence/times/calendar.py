"""An OpenTimestamps calendar for tests: it promises, and later leads to a block, as the real ones do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import Reply, serving

PENDING = b"\x00" + bytes.fromhex("83dfe30d2ef90c8e")
BITCOIN = b"\x00" + bytes.fromhex("0588960d73d71901")
HEIGHT = 830_000


def number(value: int) -> bytes:
    """Seven bits a byte."""
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def sized(data: bytes) -> bytes:
    return number(len(data)) + data


class Calendar:
    """What it was asked, and what it answers."""

    def __init__(self, name: bytes) -> None:
        self.name = name
        self.url = ""
        self.says = ""
        """The address that it puts into its promises; "" for its own."""

        self.asked: list[bytes] = []
        self.is_mined = False

    def commitment(self, digest: bytes) -> bytes:
        return hashlib.sha256(digest + self.name).digest()

    def promise(self, digest: bytes) -> bytes:
        address = sized((self.says or self.url).encode())
        return b"\xf0" + sized(self.name) + b"\x08" + PENDING + sized(address)

    def proof(self, commitment: bytes) -> bytes:
        return b"\xf1" + sized(b"coinbase") + b"\x08" + BITCOIN + sized(number(HEIGHT))

    def root(self, digest: bytes) -> bytes:
        """The Merkle root of the block that this calendar's proof leads to."""
        return hashlib.sha256(b"coinbase" + self.commitment(digest)).digest()

    def headers(self, file: Path) -> Path:
        """A file of headers in which its block stands, as an explorer gives it."""
        file.write_text(json.dumps([self.block()]))
        return file

    def block(self) -> dict[str, object]:
        return {
            "height": HEIGHT,
            "merkle_root": self.root(self.asked[0])[::-1].hex(),
            "timestamp": 1_790_000_000,
        }

    def answer(self, reply: Reply) -> None:
        path = reply.asked.path
        if path == "/digest":
            self.asked.append(reply.asked.body)
            reply.send(200, self.promise(reply.asked.body))
        elif path.startswith("/timestamp/") and self.is_mined:
            reply.send(200, self.proof(bytes.fromhex(path.rpartition("/")[2])))
        elif path == f"/block-height/{HEIGHT}":
            reply.send(200, b"00" * 32)
        elif path.startswith("/block/"):
            reply.send(200, json.dumps(self.block()).encode(), Content_Type="application/json")
        else:
            reply.send(404, b"Pending confirmation in Bitcoin blockchain")


@contextmanager
def calendar(name: bytes) -> Iterator[Calendar]:
    made = Calendar(name)
    with serving({"*": made.answer}) as served:
        made.url = served.url
        yield made
