"""One exchange for a browser: kept as it travelled, cut where it must be, and through the proxies that people have."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from siteline.catalog.remote.exchange import Exchanger, Network
from siteline.catalog.remote.proxied import parse_proxy
from siteline.model.errors import BadSetting
from siteline.model.exchange import Ask, CaptureLimits, Exchange
from tests.servers import Reply, Served, public_names, serving

USUAL = CaptureLimits()
TEXT = b"the hall has a roof " * 1000


def ask(folder: Path, site: Served, path: str, limits: CaptureLimits = USUAL, **headers: str) -> Exchange:
    exchanger = Exchanger(folder, limits, (), None, Network(public_names, site.connector))
    try:
        return exchanger.ask(Ask("GET", f"http://a.example{path}", tuple(headers.items())), 5)
    finally:
        exchanger.close()


def test_an_answer_is_kept_as_it_travelled_and_unpacked(tmp_path: Path) -> None:
    """Headers in their order and case, several of one name too; the body packed and plain; redirects not followed."""

    def reply(to: Reply) -> None:
        to.send_response_only(200, "Fine")
        packed = gzip.compress(TEXT)
        for name, value in (
            ("X-B", "1"),
            ("Set-Cookie", "a=1"),
            ("set-cookie", "b=2"),
            ("Content-Encoding", "gzip"),
        ):
            to.send_header(name, value)
        to.send_header("Content-Length", str(len(packed)))
        to.end_headers()
        to.wfile.write(packed)

    moved: Callable[[Reply], None] = lambda to: to.send(301, b"", Location="/a")  # noqa: E731
    with serving({"/a": reply, "/moved": moved}) as site:
        found = ask(tmp_path, site, "/a", Range="bytes=0-1", Cookie="c=1")
        other = tmp_path / "other"
        other.mkdir()
        assert ask(other, site, "/moved").status == 301
        sent = site.asked[0].headers
    assert (found.status, found.reason, found.truncated, found.error) == (200, "Fine", "", "")
    assert [pair for pair in found.headers if pair[0].lower() != "content-length"] == [
        ("X-B", "1"), ("Set-Cookie", "a=1"), ("set-cookie", "b=2"), ("Content-Encoding", "gzip")]  # fmt: skip
    assert found.packed
    assert found.body
    assert gzip.decompress(found.packed.read_bytes()) == found.body.read_bytes() == TEXT
    assert "range" not in sent
    assert sent["cookie"] == "c=1"


@pytest.mark.parametrize("path", ["/long", "/bomb", "/short", "/slow"])
def test_what_is_too_long_too_slow_or_breaks_off_is_cut_and_says_so(tmp_path: Path, path: str) -> None:
    """The part that came is kept."""
    done = threading.Event()

    def slow(to: Reply) -> None:
        to.send_response_only(200)
        to.end_headers()
        to.wfile.write(b"begun")
        done.wait(5)

    routes = {
        "/long": lambda to: to.send(200, b"x" * 100_000),
        "/bomb": lambda to: to.send(200, gzip.compress(b"x" * 5_000_000), Content_Encoding="gzip"),
        "/short": lambda to: to.send(200, b"only this", declared=5000),
        "/slow": slow,
    }
    with serving(routes) as site:
        found = ask(tmp_path, site, path, CaptureLimits(response_bytes=50_000, answer_seconds=1.0))
        done.set()
    assert found.status == 200
    assert (
        found.truncated
        == {"/long": "length", "/bomb": "length", "/short": "disconnect", "/slow": "time"}[path]
    )
    assert found.body
    kept = found.body.read_bytes()
    assert (
        kept
        == {"/long": b"x" * 50_000, "/bomb": b"x" * 50_000, "/short": b"only this", "/slow": b"begun"}[path]
    )


def test_all_requests_and_all_bytes_have_an_end(tmp_path: Path) -> None:
    """After so many, no more are let out, and each says why."""
    limits = CaptureLimits(requests=3, total_bytes=150)
    with serving({"*": lambda to: to.send(200, b"x" * 100)}) as site:
        exchanger = Exchanger(tmp_path, limits, (), None, Network(public_names, site.connector))
        found = [exchanger.ask(Ask("GET", f"http://a.example/{n}"), 5) for n in range(5)]
        exchanger.close()
        assert len(site.asked) == 2
    assert [f.truncated for f in found] == ["", "length", "", "", ""]
    assert [f.forbidden for f in found] == [False, False, True, True, True]
    assert "bytes in all" in found[2].error
    assert "requests" in found[4].error


@contextmanager
def socks(to_port: int) -> Iterator[tuple[int, list[tuple[int, bytes]]]]:
    """A SOCKS5 proxy that leads everything to one port, and keeps the kind and place that it was asked for."""
    asked: list[tuple[int, bytes]] = []
    door = socket.create_server(("127.0.0.1", 0))

    def pump(one: socket.socket, other: socket.socket) -> None:
        try:
            while piece := one.recv(65536):
                other.sendall(piece)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def serve() -> None:
        while True:
            try:
                here, _ = door.accept()
            except OSError:
                return
            stream = here.makefile("rwb", 0)
            wants = 2 if 2 in stream.read(stream.read(2)[1]) else 0
            stream.write(bytes([5, wants]))
            if wants:
                stream.read(1)
                user = stream.read(stream.read(1)[0])
                word = stream.read(stream.read(1)[0])
                stream.write(b"\1\0" if (user, word) == (b"me", b"p:w") else b"\1\1")
            head = stream.read(4)
            if len(head) < 4:
                here.close()
                continue
            kind = head[3]
            place = stream.read(4 if kind == 1 else stream.read(1)[0])
            stream.read(2)
            asked.append((kind, place))
            stream.write(b"\5\0\0\1" + bytes(6))
            there = socket.create_connection(("127.0.0.1", to_port))
            for pair in ((here, there), (there, here)):
                threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield door.getsockname()[1], asked
    finally:
        door.close()


def test_through_socks_the_checked_address_goes_or_the_name_if_the_far_end_looks_it_up(
    tmp_path: Path,
) -> None:
    """socks5 gets the address, socks5h the name; with socks5h nothing is looked up here, and inner names are refused."""

    def never(host: str, port: int) -> tuple[str, ...]:
        raise AssertionError(f"{host} was looked up")

    with serving({"/": lambda to: to.send(200, b"far")}) as site, socks(site.port) as (port, asked):
        for scheme, resolver in (("socks5", public_names), ("socks5h", never)):
            proxy = parse_proxy(f"{scheme}://me:p%3Aw@127.0.0.1:{port}", "--proxy")
            exchanger = Exchanger(tmp_path, CaptureLimits(), (), proxy, Network(resolver))
            found = exchanger.ask(Ask("GET", "http://far.example/"), 5)
            assert (found.status, found.ip, found.error) == (200, "", "")
            bad = ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "169.254.169.254", "localhost", "printer", "nas.local",
                   "metadata.google.internal", "10.1.2.3"]  # fmt: skip
            for host in bad if scheme == "socks5h" else ():
                assert exchanger.ask(Ask("GET", f"http://{host}/"), 5).forbidden, host
            exchanger.close()
        wrong = parse_proxy(f"socks5://me:no@127.0.0.1:{port}", "--proxy")
        exchanger = Exchanger(tmp_path, CaptureLimits(), (), wrong, Network(public_names))
        assert "does not accept" in exchanger.ask(Ask("GET", "http://far.example/"), 5).error
        exchanger.close()
    assert asked[:2] == [(1, socket.inet_aton("93.184.216.34")), (3, b"far.example")]


@pytest.mark.parametrize(
    "said",
    ["", "127.0.0.1:3128", "ftp://secret@x", "http://", "http://h:99999", "http://h/path", "http://[x"],
)
def test_what_is_no_proxy_is_refused_without_repeating_it(said: str) -> None:
    """A proxy's address may hold a password."""
    with pytest.raises(BadSetting, match="SITELINE_PROXY is no address") as told:
        parse_proxy(said, "SITELINE_PROXY")
    assert "secret" not in str(told.value) + told.value.hint
    assert "word" not in repr(parse_proxy("http://me:word@h:1", "--proxy"))


@pytest.mark.parametrize(
    "spelt", ["SOCKS5H://10.0.0.1:9050", "Socks5h://me:word@10.0.0.1", " socks5h://10.0.0.1 "]
)
def test_a_proxy_is_known_by_what_it_is_and_not_by_its_spelling(spelt: str) -> None:
    """socks5h looks names up itself however it is written; what only resembles it is refused."""
    assert parse_proxy(spelt, "--proxy").looks_up
    assert not parse_proxy(spelt.lower().replace("socks5h", "socks5"), "--proxy").looks_up
    for other in ("socks", "socks4", "socks4a", "socks5hh", "https"):
        with pytest.raises(BadSetting):
            parse_proxy(f"{other}://10.0.0.1:9050", "--proxy")
