"""Bitcoin block headers from a file that the user trusts: raw headers, or what a block explorer answers."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from siteline.model.errors import BadProof

LARGEST_FILE = 200 << 20
_RAW = re.compile(r"^(\d{1,8})[\s,:]+([0-9a-fA-F]{160})$")


@dataclass(frozen=True, slots=True)
class BlockHeader:
    """What is needed of one block to hold a proof against it."""

    height: int
    merkle_root: bytes
    """32 bytes as in the header; explorers print them reversed."""

    time: int
    """Unix seconds, by the miner's clock."""

    source: str
    """Where it was taken from, and whether its proof of work was checked."""


def read_headers(path: Path) -> dict[int, BlockHeader]:
    """
    Headers by height.

    One a line: `HEIGHT HEX` with the 80 bytes of the header, whose proof of work is checked; or a JSON object
    as explorers give it (`height`, `merkle_root` or `merkleroot`, `timestamp` or `time`), or one JSON list of these.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise BadProof(f"{path.name} is too large for a file of block headers")
    text = path.read_text(encoding="utf-8", errors="strict").strip()
    headers: dict[int, BlockHeader] = {}
    for number, one in enumerate(_entries(text, path.name), start=1):
        header = _raw(one, path.name, number) if isinstance(one, str) else _told(one, path.name, number)
        if header.height in headers and headers[header.height].merkle_root != header.merkle_root:
            raise BadProof(f"{path.name} names two different blocks of height {header.height}")
        headers[header.height] = header
    if not headers:
        raise BadProof(f"{path.name} holds no block header")
    return headers


def _entries(text: str, name: str) -> list[str | dict[str, object]]:
    if text.startswith("["):
        try:
            listed = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise BadProof(f"{name} is not JSON: {error}") from None
        if not all(isinstance(one, dict) for one in listed):
            raise BadProof(f"{name} must be a list of objects")
        return list(listed)
    found: list[str | dict[str, object]] = []
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("{"):
            try:
                found.append(json.loads(line))
            except (ValueError, RecursionError) as error:
                raise BadProof(f"{name} is not JSON: {error}") from None
        else:
            found.append(line)
    return found


def _raw(line: str, name: str, number: int) -> BlockHeader:
    match = _RAW.match(line)
    if match is None:
        raise BadProof(
            f"{name}, entry {number}: neither `HEIGHT HEADER` with 160 hex digits nor a JSON object"
        )
    raw = bytes.fromhex(match[2])
    exponent, mantissa = raw[75], int.from_bytes(raw[72:75], "little")
    target = mantissa << (8 * (exponent - 3)) if exponent >= 3 else 0
    work = int.from_bytes(hashlib.sha256(hashlib.sha256(raw).digest()).digest(), "little")
    if not 0 < work <= target < 1 << 224:
        raise BadProof(
            f"{name}, entry {number}: this header carries no proof of work; it is not of the block chain"
        )
    return BlockHeader(
        int(match[1]), raw[36:68], int.from_bytes(raw[68:72], "little"), f"{name} (proof of work checked)"
    )


def told_header(one: dict[str, object], name: str) -> BlockHeader:
    """A header as an explorer tells it, taken on trust; raises BadProof."""
    return _told(one, name, 1)


def _told(one: dict[str, object], name: str, number: int) -> BlockHeader:
    height = one.get("height")
    root = one.get("merkle_root", one.get("merkleroot"))
    time = one.get("timestamp", one.get("time"))
    if not (isinstance(height, int) and isinstance(time, int) and isinstance(root, str)):
        raise BadProof(f"{name}, entry {number}: height, merkle_root and timestamp are needed")
    if not 0 <= height < 1 << 31 or not 0 <= time < 1 << 32 or not re.fullmatch(r"[0-9a-fA-F]{64}", root):
        raise BadProof(f"{name}, entry {number}: height, merkle_root or timestamp cannot be right")
    return BlockHeader(height, bytes.fromhex(root)[::-1], time, f"{name} (taken on trust)")
