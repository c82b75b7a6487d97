# ruff: noqa: SIM117  a server, its client and a refusal read better in each other
"""The guarded client against real servers that fail on purpose."""

from __future__ import annotations

import gzip
import json
import ssl
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from siteline.catalog.remote.web import Answer, Limits, Web
from siteline.model.errors import ForbiddenAddress, NotReached
from tests.servers import Reply, Served, public_names, serving

FILE = bytes(range(256)) * 40
QUICK = Limits(first_wait_s=0.01, idle_seconds=0.5, seconds=1.5)


def client(served: Served, waits: list[float] | None = None, limits: Limits = QUICK) -> Web:
    """A client whose user named the server's own address; public names lead there too."""
    kept: list[float] = [] if waits is None else waits
    return Web((served.url,), limits, resolver=public_names, connector=served.connector, sleep=kept.append)


def flaky(*statuses: int, **headers: str) -> Callable[[Reply], None]:
    """Fails with each status in turn, then works."""

    def route(reply: Reply) -> None:
        if reply.count < len(statuses):
            reply.send(statuses[reply.count], b"busy", **headers)
        else:
            reply.send(200, b'{"ok": true}', Content_Type="application/json")

    return route


def test_it_waits_as_long_as_the_server_asks() -> None:
    """After 429 with Retry-After the next try comes after that many seconds, and never after more than the cap."""
    waits: list[float] = []
    with serving({"/a": flaky(429, 429, Retry_After="7"), "/b": flaky(429, Retry_After="86400")}) as served:
        with client(served, waits) as web:
            assert web.get_json(f"{served.url}/a") == {"ok": True}
            assert web.get_json(f"{served.url}/b") == {"ok": True}
    assert waits == [7.0, 7.0, 60.0]


def test_it_waits_longer_each_time_and_keeps_what_failed() -> None:
    """Server errors are tried again with growing pauses; the answer says what went wrong before it."""
    waits: list[float] = []
    with serving({"/a": flaky(500, 502, 503)}) as served, client(served, waits) as web:
        answer = web.get(f"{served.url}/a")
    assert answer.tried == ("answered 500", "answered 502", "answered 503")
    assert len(waits) == 3
    assert waits == sorted(waits)


def test_it_gives_up_and_says_how_often_it_tried() -> None:
    """A server that never recovers ends in one sentence with address, error and number of tries."""
    with serving({"/a": flaky(*[500] * 99)}) as served, client(served) as web:
        with pytest.raises(NotReached, match=r"127\.0\.0\.1:\d+/a: answered 500; tried 5 times") as refused:
            web.get(f"{served.url}/a?sig=SECRET")
        assert served.counts["/a"] == 5
    assert refused.value.tried == ("answered 500",) * 5
    assert refused.value.status == 500
    assert "SECRET" not in str(refused.value) + repr(refused.value.args)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_what_is_our_fault_is_not_tried_again(status: int) -> None:
    """A refusal by the server is final, and its status is kept."""
    with serving({"/a": lambda reply: reply.send(status, b"no")}) as served, client(served) as web:
        with pytest.raises(NotReached, match=f"answered {status}") as refused:
            web.get(f"{served.url}/a")
        assert (refused.value.status, served.counts["/a"]) == (status, 1)


def test_a_server_that_hangs_is_left() -> None:
    """Silence, and a byte now and then, both end within the time for one answer."""

    def drip(reply: Reply) -> None:
        reply.send_response(200)
        reply.send_header("Content-Length", "1000")
        reply.end_headers()
        for _ in range(40):
            reply.wfile.write(b"x")
            reply.wfile.flush()
            time.sleep(0.1)

    def drip_headers(reply: Reply) -> None:
        for letter in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 40:
            reply.wfile.write(bytes([letter]))
            reply.wfile.flush()
            time.sleep(0.1)

    limits = Limits(tries=2, idle_seconds=0.3, seconds=0.8)
    routes = {"/silent": lambda _: time.sleep(2), "/drip": drip, "/headers": drip_headers}
    with serving(routes) as served, client(served, limits=limits) as web:
        for path in routes:
            started = time.monotonic()
            with pytest.raises(NotReached, match="no answer in time; tried 2 times"):
                web.get(f"{served.url}{path}")
            assert time.monotonic() - started < 2.5


def test_half_an_answer_is_no_answer() -> None:
    """Fewer bytes than declared are asked for again, whole bodies and ranges alike."""

    def half(reply: Reply) -> None:
        if reply.count:
            reply.send_part(FILE)
        elif "range" in reply.asked.headers:
            reply.send(206, FILE[:50], declared=100, Content_Range=f"bytes 0-99/{len(FILE)}")
        else:
            reply.send(200, FILE[:50], declared=len(FILE))

    with serving({"/whole": half, "/part": half}) as served, client(served) as web:
        assert web.get(f"{served.url}/whole").body == FILE
        part = web.get_range(f"{served.url}/part", 0, 100)
    assert part.body == FILE[:100]
    assert len(part.tried) == 1


def test_a_range_is_the_bytes_asked_for() -> None:
    """A range comes with the size of the whole, and is shorter only at the file's end."""
    with serving({"/a": lambda reply: reply.send_part(FILE, ETag='"v1"')}) as served, client(served) as web:
        part = web.get_range(f"{served.url}/a", 100, 300)
        end = web.get_range(f"{served.url}/a", len(FILE) - 10, len(FILE) + 90)
        assert served.asked[0].headers["range"] == "bytes=100-299"
    assert (part.status, part.body, part.total) == (206, FILE[100:300], len(FILE))
    assert part.headers["etag"] == '"v1"'
    assert end.body == FILE[-10:]


def test_a_server_without_ranges_gives_the_part_all_the_same() -> None:
    """The whole file is read up to the part that was asked for; one too large to read in passing is refused."""
    with serving({"/a": lambda reply: reply.send(200, FILE)}) as served:
        with client(served) as web:
            answer = web.get_range(f"{served.url}/a", 100, 300)
            assert (answer.status, answer.body, answer.total) == (200, FILE[100:300], len(FILE))
        with client(served, limits=Limits(body_bytes=1000)) as web:
            with pytest.raises(NotReached, match="does not give parts"):
                web.get_range(f"{served.url}/a", 100, 300)


@pytest.mark.parametrize(
    "told",
    ["bytes 0-199/10240", "bytes 100-149/10240", "bytes 100-9999/10240", "bytes 1-2", "", "items 100-299/3"],
)
def test_another_range_than_asked_for_is_refused(told: str) -> None:
    """Bytes that lie elsewhere in the file would be another picture."""
    route = lambda reply: reply.send(206, FILE[:200], Content_Range=told)  # noqa: E731
    with (
        serving({"/a": route}) as served,
        client(served) as web,
        pytest.raises(NotReached, match="asked for bytes 100-299"),
    ):
        web.get_range(f"{served.url}/a", 100, 300)


def test_a_gzip_bomb_is_not_unpacked() -> None:
    """A few kilobytes that unpack to a hundred megabytes are given up at the cap."""
    bomb = gzip.compress(bytes(100 << 20))
    limits = Limits(body_bytes=1 << 20)
    with serving({"/a": lambda reply: reply.send(200, bomb, Content_Encoding="gzip")}) as served:
        with (
            client(served, limits=limits) as web,
            pytest.raises(NotReached, match="more than 1,048,576 bytes"),
        ):
            web.get_json(f"{served.url}/a")


def test_an_answer_may_not_be_larger_than_allowed() -> None:
    """Neither a declared size nor an endless stream passes the cap, and neither is tried again."""

    def endless(reply: Reply) -> None:
        reply.send(200, bytes(300_000), declared=-1)

    declared = lambda reply: reply.send(200, b"x", declared=10**12)  # noqa: E731
    with serving({"/declared": declared, "/endless": endless}) as served:
        with client(served, limits=Limits(body_bytes=100_000)) as web:
            for path in ("/declared", "/endless"):
                with pytest.raises(NotReached, match="more than 100,000 bytes"):
                    web.get(f"{served.url}{path}")
                assert served.counts[path] == 1


def test_packed_json_is_read() -> None:
    """gzip is understood, whatever the content type says; a page instead of JSON is named for what it is."""
    packed = gzip.compress(json.dumps({"a": 1}).encode())
    routes = {
        "/good": lambda reply: reply.send(200, packed, Content_Encoding="gzip", Content_Type="text/plain"),
        "/page": lambda reply: reply.send(
            200, b"<html>log in</html>", Content_Type="text/html; charset=utf-8"
        ),
        "/deep": lambda reply: reply.send(200, b"[" * 200_000, Content_Type="application/json"),
        "/half": lambda reply: reply.send(
            200, packed[:-9] if not reply.count else packed, Content_Encoding="gzip"
        ),
    }
    with serving(routes) as served, client(served) as web:
        assert web.get_json(f"{served.url}/good") == {"a": 1}
        assert web.get_json(f"{served.url}/half") == {"a": 1}
        with pytest.raises(NotReached, match="answered with text/html that is not JSON"):
            web.get_json(f"{served.url}/page")
        with pytest.raises(NotReached, match="not JSON"):
            web.get_json(f"{served.url}/deep")


def to(url: str, status: int = 302) -> Callable[[Reply], None]:
    return lambda reply: reply.send(status, Location=url)


@pytest.mark.parametrize(
    "place",
    [
        "http://127.0.0.1:{port}/secret",
        "http://127.0.0.1:1/secret",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/x",
        "http://[::ffff:10.0.0.1]/x",
        "http://2130706433/x",
        "http://0177.0.0.1/x",
        "http://0x7f.1/x",
        "http://10.1.2.3/x",
        "http://192.168.0.1/x",
        "http://100.64.0.1/x",
        "http://0.0.0.0/x",
        "http://224.0.0.1/x",
        "http://localhost/x",
        "file:///etc/passwd",
        "ftp://public.example/x",
        "gopher://public.example/x",
        "http://user:word@public.example/x",
    ],
)
def test_a_public_host_leads_nobody_into_a_private_network(place: str) -> None:
    """Not by a redirect and not by a link, not even to a private host that is a source of its own."""
    with serving({"/secret": lambda reply: reply.send(200, b"secret")}) as served:
        place = place.format(port=served.port)
        with client(served) as web, pytest.raises(ForbiddenAddress):
            web.get(place, via="https://public.example/items/1")
        with serving({"/a": to(place)}) as public:
            with Web((served.url,), QUICK, public_names, public.connector, sleep=lambda _: None) as web:
                with pytest.raises(ForbiddenAddress):
                    web.get("http://public.example/a")
        assert not served.asked


def test_a_private_host_is_read_only_if_the_user_named_it() -> None:
    """The same address is refused unnamed and read when named; the port counts."""
    with serving({"/a": lambda reply: reply.send(200, b"here")}) as served:
        with client(served) as web:
            assert web.get(f"{served.url}/a").body == b"here"
        for named in ((), ("http://127.0.0.1:1",), ("http://public.example",)):
            with Web(named, QUICK) as web, pytest.raises(ForbiddenAddress, match="private network"):
                web.get(f"{served.url}/a")


def test_a_named_private_host_leads_only_to_named_hosts() -> None:
    """What a host inside learns goes to nobody whom the user did not name."""
    with serving({"/ok": lambda reply: reply.send(200, b"ok")}) as other:
        routes = {"/out": to("http://public.example/x"), "/other": to(f"{other.url}/ok")}
        with serving(routes) as served:
            with client(served) as web:
                for path in ("/out", "/other"):
                    with pytest.raises(ForbiddenAddress):
                        web.get(f"{served.url}{path}")
            with Web((served.url, other.url), QUICK) as web:
                assert web.get(f"{served.url}/other").body == b"ok"


def test_redirects_end() -> None:
    """A circle and an endless chain are left, an ordinary redirect is followed."""

    def chain(reply: Reply) -> None:
        reply.send(302, Location=f"/chain?n={len(reply.asked.path)}{reply.count}")

    routes = {"/circle": to("/circle2"), "/circle2": to("/circle"), "/chain": chain, "/a": to("/b", 301)}
    routes["/b"] = lambda reply: reply.send(200, b"b")
    with serving(routes) as served, client(served) as web:
        assert web.get(f"{served.url}/a").body == b"b"
        for path in ("/circle", "/chain"):
            with pytest.raises(NotReached, match="in circles or more than 5 times"):
                web.get(f"{served.url}{path}")


def test_keys_stay_with_the_host_they_are_for() -> None:
    """A key goes to the host that was asked, never to the one it redirects to; neither does a search."""
    with (
        serving(
            {"/a": to("http://other.example/b", 307), "/b": lambda reply: reply.send(200, b"{}")}
        ) as served,
        client(served) as web,
    ):
        web.get("http://public.example/a", {"Authorization": "Bearer KEY", "X-Api-Key": "KEY"})
        assert served.asked[0].headers["authorization"] == "Bearer KEY"
        assert "KEY" not in str(served.asked[1].headers)
        with pytest.raises(ForbiddenAddress, match="would learn what is searched for"):
            web.post_json("http://public.example/a", {"bbox": [1, 2, 3, 4]})


def test_the_checked_address_is_the_one_that_is_asked() -> None:
    """A name that answers otherwise the second time leads nowhere else: it is looked up once."""
    answers = iter([("93.184.216.34",), ("127.0.0.1",)])
    with serving({"/a": lambda reply: reply.send(200, b"x", Connection="close")}) as served:
        with Web((), QUICK, resolver=lambda *_: next(answers), connector=served.connector) as web:
            for _ in range(3):
                assert web.get("http://rebinds.example/a").body == b"x"
        assert {asked.headers["host"] for asked in served.asked} == {"rebinds.example"}


def test_nobody_there_is_said_plainly() -> None:
    """A name that does not exist, and a port where nobody listens."""

    def nowhere(host: str, port: int) -> tuple[str, ...]:
        raise OSError

    with Web((), Limits(), resolver=nowhere, sleep=lambda _: None) as web:
        with pytest.raises(NotReached, match=r"host gone\.example is not found; tried 2 times"):
            web.get("https://gone.example/a")
    with Web(("http://127.0.0.1:9",), Limits(tries=1), sleep=lambda _: None) as web:
        with pytest.raises(NotReached, match=r"nobody answers at 127\.0\.0\.1:9; tried once"):
            web.get("http://127.0.0.1:9/a")


def test_an_answer_keeps_no_header_that_could_hold_a_secret() -> None:
    """Only the headers that say what the bytes are go on record."""
    route = lambda reply: reply.send(200, b"x", Set_Cookie="session=KEY", ETag='"1"', X_Token="KEY")  # noqa: E731, S106
    with serving({"/a": route}) as served, client(served) as web:
        answer: Answer = web.get(f"{served.url}/a?token=KEY&band=red")
    assert set(answer.headers) == {"etag", "content-length", "date"}
    assert answer.url == f"{served.url}/a?band=red"


def test_many_threads_share_it() -> None:
    """Two hundred ranges from sixteen threads, each right, over few connections."""
    with serving({"/a": lambda reply: reply.send_part(FILE)}) as served, client(served) as web:

        def part(start: int) -> bool:
            return web.get_range(f"{served.url}/a", start, start + 50).body == FILE[start : start + 50]

        with ThreadPoolExecutor(16) as pool:
            assert all(pool.map(part, range(0, 10_000, 50)))
        assert len({asked.client for asked in served.asked}) <= 32


def test_the_name_is_kept_where_the_address_is_pinned(tmp_path: Path) -> None:
    """TLS asks for the host's own name and holds its certificate against it, though the connection goes to an address."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=right.example",
         "-addext", "subjectAltName=DNS:right.example", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    here = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    here.load_cert_chain(cert, key)
    trusting = ssl.create_default_context(cafile=str(cert))
    with serving({"/a": lambda reply: reply.send(200, b"x")}, tls=here) as served:
        with Web((), QUICK, public_names, served.connector, lambda _: None, trusting) as web:
            assert web.get("https://right.example/a").body == b"x"
            with pytest.raises(NotReached, match="certificate is not to be trusted"):
                web.get("https://wrong.example/a")


def test_an_address_of_six_is_an_address() -> None:
    """A source on IPv6 loopback is refused unnamed; named, it is asked there."""
    with Web((), QUICK) as web, pytest.raises(ForbiddenAddress, match="private network"):
        web.get("http://[::1]:9/a")
    with Web(("http://[::1]:9",), Limits(tries=1)) as web, pytest.raises(NotReached, match="nobody answers"):
        web.get("http://[::1]:9/a")
