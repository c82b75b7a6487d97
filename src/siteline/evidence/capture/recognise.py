"""
What a capture is of: the page, or a wall, an error, half a page, something else.

It is `complete` only if nothing speaks against it. Words alone never decide; they count where the page is a wall by its
shape, its status or its headers too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from urllib.parse import urlsplit

OUTCOMES = (
    "complete", "partial", "timeout", "download", "challenge", "login", "consent_wall", "soft_404", "http_error",
    "refused", "unreachable",
)  # fmt: skip
"""What a capture can be; only the first is the page as it was asked for."""

ALIKE = 0.9
"""From this likeness on, to what the site says of an address that never was, a page is a soft 404."""

_SHORT = 1500
_MOST_WORDS = 1500
_LARGE, _COVERS = 0.25, 0.5
"""Shares of the window: a notice as large as this, or anything that covers so much while a notice is up, is a wall."""

_CHALLENGE_MARKS = re.compile(
    r"(?i)cf-chl|challenge-platform|/cdn-cgi/challenge|__cf_chl|_incapsula_|incapsula incident|datadome|px-captcha|"
    r"perimeterx|ddos-guard|sgcaptcha|aws-waf|awswaf|akamai.{0,20}bot|qrator|g-recaptcha|h-captcha|hcaptcha\.com|"
    r"turnstile|smartcaptcha|geetest|friendlycaptcha|anubis_challenge|kasada"
)
_CHALLENGE_WORDS = re.compile(
    r"(?i)just a moment|checking (if the site|your browser)|verify(ing)? (that )?you are (a )?human|are you a robot|"
    r"unusual traffic|security check|enable javascript and cookies|access denied|attention required|ddos protection|"
    r"проверка браузера|вы не робот|请完成.{0,8}验证|人机验证|로봇이 아닙니다|보안 확인"
)
_CONSENT_WORDS = re.compile(
    r"(?i)cookie|consent|zustimm|einwillig|datenschutz|privacy|gdpr|rgpd|accepter|aceptar|accett|akzept|согласи|"
    r"персональных данных|同意|쿠키|동의"
)
_ACCEPT_WORDS = re.compile(
    r"(?i)accept|agree|allow|consent|got it|zustimm|akzept|einverstanden|accepter|j'accepte|aceptar|accett|принять|"
    r"согла|同意|接受|동의|수락"
)
_LOGIN_PATH = re.compile(
    r"(?i)/(log-?in|sign-?in|sso|auth|account/login|users/sign_in|wp-login)(\.[a-z]+)?(/|$)"
)
_CONSENT_HOST = re.compile(r"(?i)^(consent|guce|cmp|privacy)[.-]")


@dataclass(frozen=True, slots=True)
class Overlay:
    """Something that lies over a page."""

    share: float
    """Of the window."""

    text: str


@dataclass(frozen=True, slots=True)
class Sibling:
    """What the same site gave for an address beside this one that cannot be there."""

    status: int
    url: str
    """Where that ended."""

    text: str


@dataclass(frozen=True, slots=True)
class Observed:
    """What a capture saw, as far as it says what it is of."""

    asked: str
    final: str
    status: int
    """Of the page itself; 0 if none came."""

    headers: Mapping[str, str]
    """Of the page, names in lower case."""

    text: str
    html: str = ""
    error: str = ""
    """Why there was no answer, or no whole one."""

    forbidden: bool = False
    timed_out: bool = False
    download: str = ""
    """The media type of what came instead of a page."""

    truncated: str = ""
    failed: tuple[str, ...] = ()
    """Why each part that did not come did not, with its address."""

    requests: int = 0
    has_password_field: bool = False
    overlays: tuple[Overlay, ...] = ()
    scroll_locked: bool = False
    sibling: Sibling | None = None
    unfinished: tuple[str, ...] = ()
    """What of the page could not be taken down, such as its picture."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a capture is of, and why that is said."""

    outcome: str
    reasons: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether it is the page as it was asked for, all of it."""
        return self.outcome == "complete"


def recognise(seen: Observed) -> Recognised:
    """Say what a capture is of: the gravest thing that speaks against its being the page decides."""
    checks = (_nothing, _challenge, _login, _http, _late, _download, _consent, _soft_404, _partial)
    said = [(outcome, reason) for check in checks for outcome, reason in check(seen)]
    if not said:
        return Recognised("complete", ())
    return Recognised(said[0][0], tuple(dict.fromkeys(reason for _, reason in said)))


_Said = Sequence[tuple[str, str]]


def _nothing(seen: Observed) -> _Said:
    if seen.status:
        return ()
    if seen.forbidden:
        return [("refused", seen.error)]
    if seen.timed_out or "in time" in seen.error:
        return [("timeout", seen.error or "nothing came in time")]
    return [("unreachable", seen.error or "no answer came")]


def _challenge(seen: Observed) -> _Said:
    if not seen.status:
        return ()
    by_header = [
        name for name in ("cf-mitigated", "x-datadome", "x-amzn-waf-action") if seen.headers.get(name)
    ]
    mark = _CHALLENGE_MARKS.search(seen.html[:300_000])
    words = _CHALLENGE_WORDS.search(seen.text[:5000])
    refused = seen.status in (401, 403, 405, 429, 503)
    if seen.headers.get("cf-mitigated") or (by_header and refused):
        return [("challenge", f"the header {by_header[0]} says that a check stands before the page")]
    if refused and (mark or words):
        found = mark or words
        return [("challenge", f"answered {seen.status} with a check for robots ({_quoted(found)})")]
    if mark and words and len(seen.text) < _SHORT:
        return [("challenge", f"nothing but a check for robots ({_quoted(words)})")]
    return ()


def _quoted(found: re.Match[str] | None) -> str:
    return " ".join(found[0].split())[:60] if found else ""


def _login(seen: Observed) -> _Said:
    if seen.status == 401:
        return [("login", "answered 401: it wants a login")]
    moved = _path(seen.final) != _path(seen.asked)
    if moved and _LOGIN_PATH.search(_path(seen.final)) and not _LOGIN_PATH.search(_path(seen.asked)):
        return [("login", "led to a page for logging in")]
    asked_for_login = bool(_LOGIN_PATH.search(_path(seen.asked)))
    if seen.has_password_field and len(seen.text) < _SHORT and not asked_for_login and seen.status < 400:
        return [("login", "little more than a field for a password")]
    return ()


def _http(seen: Observed) -> _Said:
    if 300 <= seen.status < 400:
        return [("http_error", f"answered {seen.status} and led nowhere, or in circles")]
    if seen.status < 400:
        return ()
    why = {
        403: ": refused, which is not gone",
        429: ": too many requests",
        451: ": withheld for legal reasons",
    }
    return [("http_error", f"answered {seen.status}{why.get(seen.status, '')}")]


def _late(seen: Observed) -> _Said:
    return [("timeout", "it was not whole when the time was over")] if seen.timed_out and seen.status else ()


def _download(seen: Observed) -> _Said:
    return [("download", f"not a page but a file ({seen.download})")] if seen.download else ()


def _consent(seen: Observed) -> _Said:
    host = urlsplit(seen.final).hostname or ""
    if host != (urlsplit(seen.asked).hostname or "") and _CONSENT_HOST.search(host):
        return [("consent_wall", f"led to {host}, which asks for consent")]
    notices = [o for o in seen.overlays if _CONSENT_WORDS.search(o.text) and _ACCEPT_WORDS.search(o.text)]
    covered = max((o.share for o in seen.overlays), default=0.0)
    if notices and (max(o.share for o in notices) >= _LARGE or covered >= _COVERS or seen.scroll_locked):
        return [("consent_wall", "a question for consent lies over the page")]
    short = 0 < len(seen.text) < _SHORT and 200 <= seen.status < 300
    if short and len({m.lower() for m in _CONSENT_WORDS.findall(seen.text)}) >= 2 and _button(seen):
        return [("consent_wall", "little more than a question for consent")]
    return ()


def _button(seen: Observed) -> bool:
    """Whether there is something to press that says yes."""
    found = re.findall(r"(?is)<(?:button|input)\b[^>]*>[^<]{0,80}", seen.html[:300_000])
    return any(_ACCEPT_WORDS.search(part) for part in found)


def _soft_404(seen: Observed) -> _Said:
    asked, final = urlsplit(seen.asked), urlsplit(seen.final)
    was, now = asked.path.rstrip("/"), final.path.rstrip("/")
    if not was or not 200 <= seen.status < 300:
        return ()
    if asked.hostname == final.hostname and now != was and was.startswith(f"{now}/"):
        return [("soft_404", "led back to the section or the front page")]
    if seen.sibling is None or seen.sibling.status >= 400 or not seen.text.strip():
        return ()
    alike = likeness(seen.text, seen.sibling.text)
    if alike >= ALIKE:
        return [("soft_404", f"{alike:.0%} like what the site gives for an address that never was")]
    return ()


def _partial(seen: Observed) -> _Said:
    said: list[tuple[str, str]] = []
    if seen.truncated:
        said.append(("partial", f"the page itself was cut ({seen.truncated})"))
    elif seen.error and seen.status:
        said.append(("partial", f"the page itself: {seen.error}"))
    if seen.failed:
        said.append(("partial", f"{len(seen.failed)} of {seen.requests} requests failed"))
        said += [("partial", why) for why in seen.failed[:20]]
    said += [("partial", what) for what in seen.unfinished]
    if (
        200 <= seen.status < 300
        and not seen.download
        and not seen.text.strip()
        and "<img" not in seen.html.lower()
    ):
        said.append(("partial", "the page shows nothing"))
    return said


def likeness(one: str, other: str) -> float:
    """How alike two texts are by their words, 0 to 1; digits do not count, they hold dates and addresses."""
    words = [re.findall(r"[^\W\d_]+", text.casefold())[:_MOST_WORDS] for text in (one, other)]
    if not words[0] and not words[1]:
        return 0.0
    return SequenceMatcher(None, words[0], words[1], autojunk=False).ratio()


def _path(url: str) -> str:
    return urlsplit(url).path
