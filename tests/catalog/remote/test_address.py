"""Addresses are told without secrets, and private ones are known for what they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.catalog.remote.address import holds_secret, is_private, origin_of, without_secrets
from siteline.catalog.remote.web import Web
from siteline.model.errors import ForbiddenAddress

SECRET = "S3CRETVALUE"  # noqa: S105


@pytest.mark.parametrize(
    "url",
    [
        "https://h.example/a.tif?sv=2024&se=2024-01-01&sr=c&sp=rl&sig=S3CRETVALUE",
        "https://h.example/a.tif?X-Amz-Credential=S3CRETVALUE&X-Amz-Signature=S3CRETVALUE",
        "https://h.example/a.tif?x%2Damz%2Dsecurity%2Dtoken=S3CRETVALUE",
        "https://h.example/a.tif?api_key=S3CRETVALUE",
        "https://h.example/a.tif?apikey=S3CRETVALUE",
        "https://h.example/a.tif?access_token=S3CRETVALUE",
        "https://h.example/a.tif?AWSAccessKeyId=S3CRETVALUE&Signature=S3CRETVALUE",
        "https://h.example/a.tif?band=1;token=S3CRETVALUE",
        "https://h.example/a.tif?next=https%3A%2F%2Fx%2F%3Ftoken%3DS3CRETVALUE",
        "https://user:S3CRETVALUE@h.example/a.tif",
        "https://S3CRETVALUE@h.example/a.tif",
        "https://h.example/a.tif#token=S3CRETVALUE",
    ],
)
def test_no_secret_is_shown(url: str) -> None:
    """Keys, tokens, signatures and passwords leave the address; host and path stay."""
    shown = without_secrets(url)
    assert SECRET not in shown
    assert holds_secret(url) or "#" in url
    assert shown.startswith("https://h.example/a.tif")


def test_what_is_no_secret_stays() -> None:
    """An address without keys is told as it is."""
    url = "https://h.example:8443/S2A_28QCH/B04.tif?version=2&collections=a,b&sceneid=7&st=1&expires=no"
    assert without_secrets(url) == url
    assert not holds_secret(url + "&text=a%20b")


@given(st.text())
def test_any_text_can_be_told(text: str) -> None:
    """Whatever a catalog lists as an address, telling it never fails, and twice is as good as once."""
    shown = without_secrets(text)
    assert without_secrets(shown) == shown


@given(st.text())
def test_any_text_is_an_address_or_refused(text: str) -> None:
    """Whatever a catalog lists is http, https or refused."""
    try:
        assert origin_of(text).scheme in ("http", "https")
    except ForbiddenAddress:
        pass


@pytest.mark.parametrize(
    "ip",
    ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
     "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1",
     "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "fe80::1%eth0"],
)  # fmt: skip
def test_private_addresses_are_known(ip: str) -> None:
    """Loopback, private, link-local, metadata, multicast and reserved, also where IPv6 wraps them."""
    assert is_private(ip)


@pytest.mark.parametrize(
    "ip", ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
)
def test_public_addresses_are_known(ip: str) -> None:
    """Hosts on the internet, also behind IPv6 translation."""
    assert not is_private(ip)


@pytest.mark.parametrize("host", ["foo..bar", "a" * 64 + ".example", "\udcff.example"])
def test_a_name_that_no_host_has_is_refused(host: str) -> None:
    """Such names come from catalogs: they are one scene's fault, never a traceback."""
    with pytest.raises(ForbiddenAddress, match=r"no host has such a name|only http"):
        origin_of(f"https://{host}/x.tif")


def test_a_name_that_cannot_be_sent_is_refused() -> None:
    """Names that one rule for letters allows and the next does not."""
    with Web([]) as web, pytest.raises(ForbiddenAddress, match="not an address"):
        web.get("https://\u2603.example/x.tif")
