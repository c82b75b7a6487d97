"""Signing: each source's own way, to its own hosts only, and anew when it has run out."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from siteline.catalog.fetch import FetchOptions, fetch_scenes
from siteline.catalog.remote.web import Limits, Web
from siteline.catalog.signing import S3Keys, Signer, sign_s3
from siteline.catalog.source import Source
from siteline.model.errors import BadSetting, ForbiddenAddress, NotReached
from siteline.model.found import FoundScene
from tests.catalog.offered import file_routes, ground, offer, site_at, write_cog
from tests.conftest import missing
from tests.servers import Reply, Served, public_names, serving

SITE = site_at((502_000, 4_396_000, 503_000, 4_397_000))
KEYS = {"AWS_ACCESS_KEY_ID": "name", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    write_cog(folder / "red.tif", ground(600, 600)[None], nodata=0)
    return folder


def test_a_store_s_token_is_fetched_once_and_anew_when_it_is_refused(files: Path, tmp_path: Path) -> None:
    """Six scenes, one token; refused in the middle, a second one; never on record."""
    route = file_routes(files)["/red.tif"]
    given: list[str] = []
    lock = threading.Lock()

    def give(reply: Reply) -> None:
        with lock:
            given.append(f"sig={len(given)}")
        ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        reply.send(200, json.dumps({"token": given[-1], "msft:expiry": ends}).encode())

    def guarded(reply: Reply) -> None:
        said = parse_qs(urlsplit(reply.asked.path).query).get("sig", ["none"])[0]
        old = said == "none" or (said == "0" and reply.count >= 6)
        reply.send(403) if old else route(reply)

    with serving({"/token/test": give, "/red.tif": guarded}) as server:
        found = [
            offer(server.url, {"red": f"{server.url}/red.tif?n={n}"}, f"s-{n}", signing="planetary-computer")
            for n in range(6)
        ]
        with Web([server.url], Limits(tries=1)) as web:
            signer = Signer(web, {"PC_SDK_SAS_URL": f"{server.url}/token"}, {})
            clear = "http://store.blob.core.windows.net/a.tif"
            assert signer.sign(clear, found[0]).url == clear, "a token is not sent in the clear"
            done = list(fetch_scenes(found, SITE, web, signer, tmp_path, FetchOptions(threads=1)))
    assert [one.reason for one in done] == [""] * 6
    assert given == ["sig=0", "sig=1"]
    assert "sig=" not in str(done)


def test_a_token_goes_to_the_store_only() -> None:
    """Another host is asked without it, and no token is fetched for it."""
    with serving({}) as server, Web([server.url]) as web:
        found = offer("planetary-computer", {}, signing="planetary-computer")
        href = "https://elsewhere.example/a.tif"
        assert Signer(web, {}, {}).sign(href, found).url == href
        assert server.asked == []


def by_endpoint(server: Served, **changed: Any) -> tuple[Source, FoundScene]:
    """A source with a token endpoint of its own, and a scene of it."""
    source = Source("ours", f"{server.url}/v1", token_url=f"{server.url}/give?version=1", **changed)
    return source, offer("ours", {"red": f"{server.url}/red.tif"}, signing="planetary-computer")


def test_a_source_s_own_endpoint_gives_its_tokens(files: Path, tmp_path: Path) -> None:
    """Asked at its own address with its own key; not at the Planetary Computer's, and not with that one's key."""
    route = file_routes(files)["/red.tif"]

    def give(reply: Reply) -> None:
        reply.send(200, json.dumps({"token": "sig=ours", "msft:expiry": "2999-01-01T00:00:00Z"}).encode())

    def guarded(reply: Reply) -> None:
        route(reply) if "sig=ours" in reply.asked.path else reply.send(403)

    with serving({"/give/test": give, "/red.tif": guarded}) as server:
        source, found = by_endpoint(server, token_env="OURS")  # noqa: S106
        environ = {
            "OURS": "our-key",
            "PC_SDK_SUBSCRIPTION_KEY": "theirs",
            "PC_SDK_SAS_URL": "https://h.example/t",
        }
        with Web([server.url], Limits(tries=1)) as web:
            signer = Signer(web, environ, {"ours": source})
            [done] = fetch_scenes([found], SITE, web, signer, tmp_path, FetchOptions(threads=1))
            foreign = "https://store.blob.core.windows.net/a.tif"
            assert signer.sign(foreign, found).url == foreign, "another host is not given a token of ours"
            beside = f"http://127.0.0.1:{server.port + 1}/red.tif"
            assert signer.sign(beside, found).url == beside, (
                "nor is another service on the host that gives it"
            )
        asked = [a for a in server.asked if a.path.startswith("/give")]
    assert done.reason == ""
    assert [a.path for a in asked] == ["/give/test?version=1"]
    assert asked[0].headers["authorization"] == "Bearer our-key"
    assert "theirs" not in str([a.headers for a in server.asked])


@pytest.mark.parametrize(
    ("environ", "status", "remedy"),
    [
        ({}, 403, "It wants a key: get one from its provider and set OURS."),
        ({"OURS": "wrong"}, 401, "Check the key in OURS"),
        ({}, 404, "Check token_url"),
    ],
)
def test_a_token_that_is_refused_is_told_once_and_no_file_is_asked_for(
    tmp_path: Path, environ: dict[str, str], status: int, remedy: str
) -> None:
    """Six scenes, one question; the reason is the endpoint's, and the remedy names the variable."""
    with serving({"/give/test": lambda reply: reply.send(status)}) as server:
        source, found = by_endpoint(server, token_env="OURS")  # noqa: S106
        scenes = [replace(found, id=f"s-{n}") for n in range(6)]
        with Web([server.url], Limits(tries=1)) as web:
            signer = Signer(web, environ, {"ours": source})
            done = list(fetch_scenes(scenes, SITE, web, signer, tmp_path, FetchOptions(threads=2)))
        assert len(server.asked) == 1
    shown = f"{server.url}/give/test?version=1"
    assert {one.reason for one in done} == {f"no token for its files: {shown} answered {status}"}
    assert done[0].trouble is not None
    assert remedy in done[0].trouble.hint


@pytest.mark.parametrize("seconds", [-3600, 0, 30, 90, 600])
def test_a_token_of_short_life_is_not_asked_for_with_every_part(seconds: int) -> None:
    """Given for a minute, or by a clock that is wrong: used all the same until it is refused, or half of it is gone."""

    def give(reply: Reply) -> None:
        ends = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
        reply.send(200, json.dumps({"token": f"sig={reply.count}", "msft:expiry": ends}).encode())

    with serving({"/give/test": give}) as server, Web([server.url], Limits(tries=1)) as web:
        source, found = by_endpoint(server)
        signer = Signer(web, {}, {"ours": source})
        signed = {signer.sign(f"{server.url}/red.tif", found).url for _ in range(20)}
        assert len(server.asked) == 1
        assert len(signed) == 1
        again = signer.sign(f"{server.url}/red.tif", found, signed.pop())
        assert again.url.endswith("sig=1")


def test_who_signs_leads_nobody_into_a_private_network(tmp_path: Path) -> None:
    """Neither a redirect of a public endpoint nor a file that a public catalog lists: no token, no key, no request."""
    with serving({"*": lambda reply: reply.send(200, b"{}")}) as inside:
        with serving({"/give/test": lambda reply: reply.send(302, Location=f"{inside.url}/t")}) as public:
            source = Source(
                "ours",
                "http://stac.example/v1",
                token_url="http://sign.example/give",  # noqa: S106
                token_env="OURS",  # noqa: S106
            )
            offers = [
                offer("ours", {"red": href}, f"s-{n}", signing="planetary-computer")
                for n, href in enumerate(("http://stac.example/red.tif", f"{inside.url}/red.tif"))
            ]
            with Web([], Limits(tries=1), public_names, public.connector) as web:
                signer = Signer(web, {"OURS": "our-key"}, {"ours": source})
                done = list(fetch_scenes(offers, SITE, web, signer, tmp_path, FetchOptions(threads=1)))
        assert inside.asked == []
        assert [type(one.trouble) for one in done] == [ForbiddenAddress] * 2


@pytest.mark.parametrize("token", ["", "a b", "schlüssel", "plain=word&sig=0", "just-a-word"])
def test_a_token_that_could_be_told_in_an_error_is_none(token: str) -> None:
    """What cannot be recognised as a secret in an address would stand in errors and records."""

    def give(reply: Reply) -> None:
        reply.send(200, json.dumps({"token": token, "msft:expiry": "2999-01-01T00:00:00Z"}).encode())

    with serving({"/give/test": give}) as server, Web([server.url], Limits(tries=1)) as web:
        source, found = by_endpoint(server)
        with pytest.raises(NotReached, match="that is no token") as told:
            Signer(web, {}, {"ours": source}).sign(f"{server.url}/red.tif", found)
    assert not token or token not in str(told.value)


def test_a_key_goes_to_its_source_and_to_hosts_named_with_it_only() -> None:
    """A catalog cannot have the key sent to a host of its choice."""
    files = "files.data.example.org:443"
    source = Source(
        "ours",
        "https://stac.data.example.org/v1",
        signing="bearer",
        token_env="OUR_KEY",  # noqa: S106
        hosts=(files,),
    )
    found = offer("ours", {}, signing="bearer")
    with Web([]) as web:
        signer = Signer(web, {"OUR_KEY": "k"}, {"ours": source})
        for host in ("stac.data.example.org", "a.stac.data.example.org", "files.data.example.org"):
            assert signer.sign(f"https://{host}/a.tif", found).headers == {"Authorization": "Bearer k"}
        strangers = (
            "example.org",
            "evil.data.example.org",
            "stac.data.example.org.evil.net",
            "xstac.data.example.org",
        )
        for host in strangers:
            with pytest.raises(ForbiddenAddress, match="its own host"):
                signer.sign(f"https://{host}/a.tif", found)
        for address in ("http://stac.data.example.org/a.tif", "https://stac.data.example.org:8443/a.tif"):
            with pytest.raises(ForbiddenAddress, match="its own host"):
                signer.sign(address, found)
        with pytest.raises(BadSetting, match="OUR_KEY"):
            Signer(web, {"OUR_KEY": "schlüssel"}, {"ours": source}).sign(
                "https://stac.data.example.org/a.tif", found
            )
        with pytest.raises(BadSetting, match="OUR_KEY"):
            Signer(web, {}, {"ours": source}).sign("https://stac.data.example.org/a.tif", found)


def test_a_signature_is_that_of_aws_s_own_example() -> None:
    """The worked example of Amazon's documentation of signatures in a query, but for how long it is good for."""
    import siteline.catalog.signing as signing

    keys = S3Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", region="us-east-1")
    before, signing._S3_SECONDS = signing._S3_SECONDS, 86400
    try:
        query = signing._signature(
            "https://examplebucket.s3.amazonaws.com", "/test.txt", keys, datetime(2013, 5, 24, tzinfo=UTC)
        )
    finally:
        signing._S3_SECONDS = before
    assert query.endswith("X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")


def test_without_keys_a_bucket_is_asked_as_the_public_asks() -> None:
    """Plain https; a source that wants keys says so instead."""
    now = datetime(2024, 1, 1, tzinfo=UTC)
    href = "s3://sentinel-cogs/a b/B04.tif"
    assert sign_s3(href, S3Keys(), now).url == "https://sentinel-cogs.s3.amazonaws.com/a%20b/B04.tif"
    eu = S3Keys(region="eu-west-1")
    assert sign_s3(href, eu, now).url.startswith("https://sentinel-cogs.s3.eu-west-1.amazonaws.com/")
    assert sign_s3("s3://a.b/c", S3Keys(), now).url == "https://s3.amazonaws.com/a.b/c"
    with pytest.raises(BadSetting, match="keys of your own"):
        sign_s3(href, S3Keys(), now, must=True)
    assert "secret" not in repr(S3Keys("name", "secret"))
    for bad in ("s3://", "s3://bucket", "s3://bucket/", "s3://buck@et/key", "s3://a/../b/c", "s3:///key"):
        with pytest.raises(ForbiddenAddress, match="not the address of a file in S3"):
            sign_s3(bad, S3Keys(), now)


@pytest.fixture(scope="module")
def bucket(files: Path) -> Iterator[str]:
    """A stand-in for S3 that holds red.tif in a private bucket; its address."""
    try:
        from moto.server import ThreadedMotoServer
    except ImportError:
        missing("moto[server]")
    import boto3

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    address = f"http://127.0.0.1:{port}"
    client = boto3.client(
        "s3",
        endpoint_url=address,
        aws_access_key_id="name",
        aws_secret_access_key="secret",  # noqa: S106
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="scenes")
    client.put_object(Bucket="scenes", Key="2024 April/red.tif", Body=(files / "red.tif").read_bytes())
    yield address
    server.stop()


@pytest.mark.parametrize("by", ["AWS_ENDPOINT_URL", "section"])
def test_a_window_is_read_from_s3(bucket: str, files: Path, tmp_path: Path, by: str) -> None:
    """By the environment's keys and endpoint, or by those that a source's section names."""
    found = offer("ours", {"red": "s3://scenes/2024 April/red.tif"}, signing="s3")
    source = Source("ours", "https://catalog.example/v1", signing="s3")
    environ = {**KEYS, "AWS_ENDPOINT_URL": bucket}
    if by == "section":
        source = Source(
            "ours",
            "https://catalog.example/v1",
            signing="s3",
            token_env="OUR",  # noqa: S106
            s3_endpoint=bucket,
        )
        environ = {"OUR_ACCESS_KEY": "name", "OUR_SECRET_KEY": "secret"}
    with Web([bucket], Limits(tries=2, first_wait_s=0.01)) as web:
        signer = Signer(web, environ, {"ours": source})
        [done] = fetch_scenes([found], SITE, web, signer, tmp_path, FetchOptions(threads=2))
    assert done.scene is not None, done.reason
    assert done.bytes < (files / "red.tif").stat().st_size / 2
    assert done.headers["red"]["address"] == "s3://scenes/2024%20April/red.tif"
