"""Looking at an address as a reader of a page would: every status is an answer, every failure is told, nothing is retried."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from siteline.catalog.remote.address import Hosts, origin_of, without_secrets
from siteline.catalog.remote.body import Again, Tally, length, unpacked
from siteline.model.errors import ForbiddenAddress, NotReached
from siteline.model.look import Hop, Look

if TYPE_CHECKING:
    import httpcore

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LONGEST_HEADER = 500
_KEPT = (
    "content-type", "content-length", "content-encoding", "date", "server", "retry-after", "last-modified", "etag",
    "cf-mitigated", "x-robots-tag", "via",
)  # fmt: skip


def look_at(
    url: str,
    pool_of: Callable[[str], httpcore.ConnectionPool],
    wire_url: Callable[[str], str],
    hosts: Hosts,
    sent: Mapping[str, str],
    *,
    seconds: float,
    idle_seconds: float,
    redirects: int,
    most: int,
) -> Look:
    """Ask once, follow redirects, each checked before it is followed; a body over `most` bytes is kept in part."""
    from siteline.catalog.remote.wire import within

    here, chain = url, list[Hop]()

    def failed(kind: str, said: str) -> Look:
        return Look(url, here, tuple(chain), chain[-1].status if chain else None, failure=kind, said=said)

    with within(seconds) as check_time:
        while True:
            try:
                origin_of(here)
                got = _ask(here, pool_of(here), wire_url(here), sent, idle_seconds, most, check_time)
                if isinstance(got, Look):
                    return Look(
                        url, here, tuple(chain), got.status, got.headers, got.body, got.is_truncated,
                        got.failure, got.said,
                    )  # fmt: skip
                status, location = got
                there = urljoin(here, location)
                chain.append(Hop(here, status, there))
                if there in {hop.url for hop in chain} or len(chain) > redirects:
                    return failed("loop", f"redirected in circles or more than {redirects} times")
                hosts.check_step(here, there)
                here = there
            except ForbiddenAddress as error:
                return failed("forbidden", str(error))
            except NotReached as error:
                return failed("no-host", str(error))
            except (ValueError, UnicodeError):
                return failed("forbidden", f"not an address: {without_secrets(here)}")
            except Exception as error:  # noqa: BLE001  classified, or raised again
                kind, said = _classify(error)
                return failed(kind, said)


def _classify(error: Exception) -> tuple[str, str]:
    """Which failure an exception of the wire is, and its words; raises it again if it is none."""
    import httpcore
    import httpx

    if isinstance(error, httpx.InvalidURL | httpcore.UnsupportedProtocol):
        return "forbidden", "not an address"
    if isinstance(error, httpcore.TimeoutException | TimeoutError):
        return "timeout", "no answer in time"
    if isinstance(error, httpcore.ConnectError):
        said = str(error)
        if "CERTIFICATE" in said.upper() or "SSL" in said.upper():
            return (
                "certificate",
                "its certificate is not to be trusted, or no encrypted connection could be made",
            )
        if said.endswith("is not found"):
            return "no-host", said
        return "no-connection", said if said.startswith("nobody answers") else "no connection"
    if isinstance(error, httpcore.NetworkError | httpcore.ProtocolError | OSError):
        return "broken", "the answer broke off or was no http"
    raise error


def _ask(
    url: str,
    pool: httpcore.ConnectionPool,
    wire: str,
    sent: Mapping[str, str],
    idle_seconds: float,
    most: int,
    check_time: Callable[[], None],
) -> Look | tuple[int, str]:
    """One request: its answer, or the status and place of a redirect."""
    from siteline.catalog.remote.wire import headers_of

    timeout = dict.fromkeys(("connect", "read", "write", "pool"), idle_seconds)
    with pool.stream("GET", wire, headers=list(sent.items()), extensions={"timeout": timeout}) as response:
        headers = headers_of(response.headers)
        if response.status in _REDIRECTS and headers.get("location"):
            return response.status, headers["location"]
        kept = {name: headers[name][:_LONGEST_HEADER] for name in _KEPT if name in headers}
        body, tally, said, failure = bytearray(), Tally(), "", ""
        uncounted = {name: value for name, value in headers.items() if name != "content-length"}
        try:
            for part in unpacked(tally.of(response), uncounted, most, url, check_time):
                body += part
        except NotReached as error:
            said = str(error)
            failure = "" if said.startswith(f"{url}: more than") else "broken"
        except Again as error:
            said, failure = str(error), "broken"
        declared = length(headers)
        is_part = bool(said) or (declared is not None and tally.count < declared)
        return Look(url, url, (), response.status, kept, bytes(body), is_part, failure, said)
