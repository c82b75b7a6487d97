"""
Records of a WARC or an ARC, one after the other, from a file that may be damaged or hostile.

`Content-Length` is believed only as far as the bytes around it agree. What cannot be read is reported with its
place, and reading goes on behind it where that is possible.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from siteline.evidence.archives.digests import Held, Http, read_digest
from siteline.evidence.archives.segments import Member, Plain, open_segments
from siteline.model.errors import BadArchive
from siteline.model.verdict import Fault

MOST_RECORDS = 5_000_000
_LONGEST_LINE = 1 << 16
_MOST_LINES = 1000
_MOST_BLANKS = 64
_PIECE = 1 << 16
_LONGEST_RECORD = 1 << 42
_VERSION = re.compile(rb"^WARC/\d{1,2}\.\d{1,2}[ \t]*\r?\n$")
_ARC_LINE = re.compile(rb"^(\S+:.*) (\S+) (\d{12,17}) (\S+) (\d{1,13})\r?\n$")
_ARC_START = b"filedesc://"
_DATE = re.compile(r"^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z)?)?)?$")
_NEEDED = ("warc-type", "warc-record-id", "warc-date")
_HTTP_TYPES = frozenset({"request", "response", "revisit"})


@dataclass(frozen=True, slots=True)
class Archived:
    """One record, read to its end."""

    form: str
    """`warc` or `arc`."""

    offset: int
    """Where it starts: in the file if that is not compressed, else where its gzip member starts."""

    type: str
    record_id: str
    url: str
    """As it is written, without the angle brackets that some tools add."""

    date: str
    content_type: str
    length: int
    """Bytes of the block that are really there."""

    headers: tuple[tuple[str, str], ...]
    status: int | None
    """HTTP status of a response."""

    payload_type: str
    block_digest: bool | None
    """Whether the stated block digest holds; None if none was stated, or of an unknown kind."""

    payload_digest: bool | None
    complete: bool
    faults: tuple[Fault, ...]


def walk(stream: BinaryIO) -> Iterator[Archived | Fault]:
    """All records of an archive, and what is wrong between them."""
    count = 0
    arc: bool | None = None
    try:
        for segment in open_segments(stream):
            for one in _of_segment(segment, arc):
                if isinstance(one, Archived):
                    count += 1
                    arc = one.form == "arc"
                yield one
                if count >= MOST_RECORDS:
                    yield Fault(
                        "too_many", segment.place(), f"only the first {MOST_RECORDS} records were read"
                    )
                    return
    except BadArchive as error:
        yield Fault("unreadable", "", str(error))


def read_block(stream: BinaryIO, offset: int, most: int) -> bytes:
    """The block of the record at an offset of a seekable file, or its first `most` bytes."""
    stream.seek(offset)
    segment = next(iter(open_segments(stream)))
    kept: list[bytes] = []
    left = most

    def keep(piece: bytes) -> None:
        nonlocal left
        kept.append(piece[:left])
        left -= len(kept[-1])

    if _record(segment, _next_line(segment), None, keep) is None:
        raise BadArchive(f"no record starts at offset {offset}")
    return b"".join(kept)


def _of_segment(segment: Plain | Member, arc: bool | None) -> Iterator[Archived | Fault]:
    if isinstance(segment, Plain):
        yield from _of_plain(segment)
        return
    first = _next_line(segment)
    if not first:
        return
    record = _record(segment, first, arc)
    if record is None:
        yield Fault("no_record", segment.place(), "this gzip member does not start with a record")
        _drain(segment)
        return
    try:
        behind = _next_line(segment, most=_MOST_BLANKS)
    except BadArchive:
        yield record
        raise
    if not behind:
        yield record
        return
    place = segment.place()
    _drain(segment)
    if _VERSION.match(behind) or _ARC_LINE.match(behind):
        yield Fault(
            "many_in_one_member",
            place,
            f"the gzip member at offset {segment.offset} holds more than one record, so no record has an address; "
            "each must be compressed by itself",
        )
    else:
        yield Fault("length", place, "bytes follow the record: its Content-Length is wrong")
        yield record


def _of_plain(segment: Plain) -> Iterator[Archived | Fault]:
    arc: bool | None = None
    line = _next_line(segment)
    while line:
        start = segment.where - len(line)
        record = _record(segment, line, arc)
        if record is None:
            yield Fault("no_record", f"offset {start}", "no record starts here, where one should")
            line = _seek(segment)
            continue
        arc = record.form == "arc"
        yield record
        line = _next_line(segment)
        if line and not _VERSION.match(line) and not _ARC_LINE.match(line):
            yield Fault(
                "length",
                f"offset {segment.where - len(line)}",
                f"the record at offset {record.offset} is not followed by another: its Content-Length is wrong",
            )
            line = _seek(segment)


def _seek(segment: Plain) -> bytes:
    """The next line that looks like the start of a record."""
    while line := segment.line(_LONGEST_LINE):
        if _VERSION.match(line) or _ARC_LINE.match(line):
            return line
    return b""


def _next_line(segment: Plain | Member, most: int = 1 << 20) -> bytes:
    """The next line that is not blank."""
    for _ in range(most):
        line = segment.line(_LONGEST_LINE)
        if not line or line.strip(b"\r\n \t\0"):
            return line
    return line


def _drain(segment: Plain | Member) -> None:
    while segment.read(_PIECE):
        pass


def _record(
    segment: Plain | Member, first: bytes, arc: bool | None, keep: Callable[[bytes], None] | None = None
) -> Archived | None:
    """The record whose first line was just read; None if it is not one."""
    start = segment.offset if isinstance(segment, Member) else segment.where - len(first)
    if _VERSION.match(first):
        return _warc(segment, start, keep)
    if arc is not False and (match := _ARC_LINE.match(first)):
        return _arc(segment, start, match, keep)
    return None


def _warc(segment: Plain | Member, start: int, keep: Callable[[bytes], None] | None) -> Archived | None:
    headers, faults = _headers(segment)
    said = {name.lower(): value for name, value in reversed(headers)}  # the first of two counts
    faults.extend(
        Fault("header", f"record at {start}", f"it lacks {name}") for name in _NEEDED if not said.get(name)
    )
    kind = said.get("warc-type", "").lower()
    url = said.get("warc-target-uri", "")
    if url.startswith("<") and url.endswith(">"):
        url = url[1:-1]
        faults.append(
            Fault("uri_brackets", f"record at {start}", "its URI is in angle brackets", grave=False)
        )
    if " " in url:
        faults.append(Fault("uri_space", f"record at {start}", "its URI has spaces in it", grave=False))
    date = said.get("warc-date", "")
    if date and not _DATE.match(date):
        faults.append(Fault("header", f"record at {start}", f"its date {date[:40]!r} cannot be read"))
    if kind == "revisit" and not said.get("warc-refers-to-target-uri"):
        faults.append(
            Fault(
                "revisit_target",
                f"record at {start}",
                "a revisit that does not name the address of its original (WARC-Refers-To-Target-URI): "
                "it cannot be replayed",
                grave=False,
            )
        )
    length = said.get("content-length", "")
    if not (length.isascii() and length.isdigit() and len(length) < 16 and int(length) < _LONGEST_RECORD):
        return None
    if len({value for name, value in headers if name.lower() == "content-length"}) > 1:
        faults.append(Fault("length", f"record at {start}", "it states two different lengths"))
    content_type = said.get("content-type", "")
    http = Http() if kind in _HTTP_TYPES and content_type.lower().startswith("application/http") else None
    held = _stated(headers, "warc-block-digest", ("block",), faults, start)
    payload = []
    if kind != "revisit":  # its payload is the original's, not its own
        payload = _stated(
            headers, "warc-payload-digest", ("sent", "plain") if http else ("block",), faults, start
        )
    got = _read_block(segment, int(length), held + payload, http, keep)
    complete = got == int(length)
    if not complete:
        faults.append(
            Fault(
                "cut_short",
                f"record at {start}",
                f"{got} of {length} bytes are there; its digests cannot be told",
            )
        )
    if http is not None:
        _look_at_http(http, kind, said, start, complete, payload, faults)
    return Archived(
        form="warc",
        offset=start,
        type=kind,
        record_id=said.get("warc-record-id", ""),
        url=url,
        date=date,
        content_type=content_type,
        length=got,
        headers=tuple(headers),
        status=http.status if http else None,
        payload_type=http.content_type if http else content_type,
        block_digest=_judge(held, "block", start, complete, faults),
        payload_digest=_judge(payload, "payload", start, complete, faults),
        complete=complete,
        faults=tuple(faults),
    )


def _look_at_http(
    http: Http,
    kind: str,
    said: dict[str, str],
    start: int,
    complete: bool,
    payload: list[Held],
    faults: list[Fault],
) -> None:
    where = f"record at {start}"
    holds = bool(payload) and all(one.holds() for one in payload)
    if http.bad_chunks:
        faults.append(
            Fault(
                "chunks", where, "its body is not chunked as its head says; it is kept as sent", grave=False
            )
        )
    short = complete and kind == "response" and http.declared is not None and not http.chunked
    if short and http.body < (http.declared or 0) and not holds and "warc-truncated" not in said:
        faults.append(
            Fault(
                "body_short",
                where,
                f"the server announced {http.declared} bytes, {http.body} are there",
                grave=False,
            )
        )
    if "warc-truncated" in said:
        faults.append(
            Fault(
                "truncated",
                where,
                f"cut off when it was captured ({said['warc-truncated'][:40]})",
                grave=False,
            )
        )


def _headers(segment: Plain | Member) -> tuple[list[tuple[str, str]], list[Fault]]:
    found: list[tuple[str, str]] = []
    faults: list[Fault] = []
    place = segment.place()
    for _ in range(_MOST_LINES):
        line = segment.line(_LONGEST_LINE)
        if not line.strip(b"\r\n"):
            return found, faults
        if len(line) >= _LONGEST_LINE:
            raise BadArchive(f"a header line of more than {_LONGEST_LINE} bytes at {place}")
        try:
            text = line.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            text = line.decode("latin-1").rstrip("\r\n")
        if text[:1] in (" ", "\t") and found:
            name, value = found[-1]
            if len(value) < _LONGEST_LINE:
                found[-1] = (name, f"{value} {text.strip()}")
            continue
        name, colon, value = text.partition(":")
        if not colon:
            faults.append(Fault("header", place, f"a header line without a colon: {text[:60]!r}"))
            continue
        found.append((name.strip(), value.strip()))
    raise BadArchive(f"a header of more than {_MOST_LINES} lines at {place}")


def _stated(
    headers: list[tuple[str, str]], name: str, ways: tuple[str, ...], faults: list[Fault], start: int
) -> list[Held]:
    found: list[Held] = []
    for one, value in headers:
        if one.lower() != name:
            continue
        stated = read_digest(value)
        if stated is None:
            faults.append(
                Fault(
                    "digest_unknown",
                    f"record at {start}",
                    f"{name}: no known digest in {value[:80]!r}",
                    grave=False,
                )
            )
        elif len(found) < 8:
            found.append(Held(stated, ways))
    return found


def _read_block(
    segment: Plain | Member,
    length: int,
    held: list[Held],
    http: Http | None,
    keep: Callable[[bytes], None] | None,
) -> int:
    got = 0
    while got < length:
        try:
            piece = segment.read(min(_PIECE, length - got))
        except BadArchive:
            if got == 0:
                raise
            break
        if not piece:
            break
        got += len(piece)
        if keep is not None:
            keep(piece)
        sent, plain = http.feed(piece) if http else (b"", b"")
        for one in held:
            one.feed("block", piece)
            if http:
                one.feed("sent", sent)
                one.feed("plain", plain)
    return got


def _judge(held: list[Held], what: str, start: int, complete: bool, faults: list[Fault]) -> bool | None:
    if not held or not complete:
        return None
    ok = True
    for one in held:
        if not one.holds():
            ok = False
            faults.append(
                Fault(
                    f"{what}_digest",
                    f"record at {start}",
                    f"the {what} digest is stated as {one.stated.text[:120]}, the bytes have {one.found()}",
                )
            )
    return ok


def _arc(
    segment: Plain | Member, start: int, match: re.Match[bytes], keep: Callable[[bytes], None] | None
) -> Archived:
    url, _address, date, content_type, length = (part.decode("latin-1") for part in match.groups())
    faults = []
    if " " in url:
        faults.append(Fault("uri_space", f"record at {start}", "its URI has spaces in it", grave=False))
    is_head = url.startswith("filedesc://")
    http = None if is_head else Http()
    got = _read_block(segment, int(length), [], http, keep)
    if got != int(length):
        faults.append(Fault("cut_short", f"record at {start}", f"{got} of {length} bytes are there"))
    return Archived(
        form="arc",
        offset=start,
        type="warcinfo" if is_head else "response",
        record_id="",
        url=url,
        date=_iso(date),
        content_type=content_type,
        length=got,
        headers=(),
        status=http.status if http else None,
        payload_type=(http.content_type or content_type) if http else content_type,
        block_digest=None,
        payload_digest=None,
        complete=got == int(length),
        faults=tuple(faults),
    )


def _iso(digits: str) -> str:
    part = (digits + "00")[:14]
    return f"{part[:4]}-{part[4:6]}-{part[6:8]}T{part[8:10]}:{part[10:12]}:{part[12:14]}Z"
