"""What `siteline.toml` says: read once, checked, frozen."""

from __future__ import annotations

import difflib
import getpass
import os
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from siteline.model.errors import BadSetting
from siteline.model.exchange import CaptureLimits

TEMPLATE = """\
# Settings of this case. No secrets here: keys and passwords come from the environment.

[case]
# who = "A. Analyst"             # signs what you add and judge; default: SITELINE_WHO, else your login name
# database = "postgresql://USER@HOST/NAME"   # default: case.db in this folder

[survey]
# preset = "balanced"           # wide | balanced | strict

[evidence]
# max_gib = 2                   # larger files are refused
# authorities = ["https://tsa.example.org", "https://tsa.example.net"]   # whom `evidence timestamp` asks; two at least
# authority_chain = ["tsa-roots.pem"]     # certificates of theirs that you vouch for, relative to this folder
# calendars = []                # OpenTimestamps calendars that are asked as well
# explorer = ""                 # an Esplora API that gives Bitcoin block headers to `evidence upgrade`
# vantage = "newsroom, Vienna"  # from where you work, as the custody log shall say it; default: SITELINE_VANTAGE

[capture]
# proxy = "socks5h://127.0.0.1:9050"   # through what pages are opened, or "none"; with a password: SITELINE_PROXY
# seconds = 120                 # for one page, all in all
# max_response_mb = 256         # what is longer is cut, and says so
# max_total_mb = 1024
# max_requests = 3000

[claims]
# about_percent = 10            # "about n" reaches so far to either side, when articles are drafted
# dozens = 24                   # the least that "dozens" is; 12 as ACLED codes it
# model = ""                    # a command, or an address: a language model that proposes drafts, too; none by default
# model_hosts = []              # hosts that articles may be sent to, such as "localhost:8080"
# model_token_env = ""          # the environment variable that holds the key of that host

[fetch]
# threads = 16                  # requests at a time, over all scenes
# whole_file_mb = 200           # largest file that is fetched whole, where it cannot be read in parts

[judging]
# terms = "A"                   # words for likelihoods: A (likely) or B (probable); one brief uses one set
# may_look = ["E. Editor"]      # who sees a first assessment before a second analyst has filed theirs

[style]
# desk = "Example Desk"         # printed at the foot of figures
# credit = "Visual investigations"   # beside it; the credit of an image is its own, from its metadata
# accent = "#0b5c8f"            # the rule over the title; readable on white
# outline = "#d55e00"           # of all changes; default: one colour for each kind
# perimeter = "#f4e04d"
# font = "fonts/House-Regular.ttf"   # a font file in this case, or a family installed here, such as "Source Sans 3"
# font_bold = "fonts/House-Bold.ttf"
# logo = "logo.png"             # a PNG or JPEG in this case

[cache]
# max_gb = 20                   # derived arrays; oldest go first

# Where scenes are looked for; earth-search, planetary-computer, planetary-computer-radar and cdse need no section.
# [sources.our-catalog]
# url = "https://stac.example.org/v1"     # or a catalog.json, or a folder of items
# kind = "auto"                 # auto | stac-api | stac-static | folder
# collections = []              # which to search; none: all
# signing = ""                  # how files must be signed: bearer | s3 | planetary-computer
# token_env = ""                # the environment variable that holds the key
# token_url = ""                # of planetary-computer: who gives tokens for its files, if not the Planetary Computer
# hosts = []                    # other hosts on your own network that its files lie on, such as "10.0.0.5:9000"

# Planet charges for what is ordered; nothing is ordered unless a budget is set. The key is in PL_API_KEY.
# [sources.planet]
# budget_km2 = 500              # most that all orders of this case may cost, square kilometres
# budget_scenes = 100           # most scenes
# margin_m = 30                 # ordered around the site
# harmonise = false             # have Planet adjust reflectance to Sentinel-2's
# charge_at_least_km2 = 0.01    # the least that your contract charges for a scene
# wait_minutes = 60             # how long a fetch waits for an order
# only = []                     # ground-control, standard-quality, permitted
"""


_COLOUR = r"^#[0-9A-Fa-f]{6}$"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CaseSettings(_Section):
    """Whose case it is and where its rows are."""

    who: str | None = Field(default=None, min_length=1, max_length=200)
    database: str | None = None


class SurveySettings(_Section):
    """How a survey decides what to report."""

    preset: Literal["wide", "balanced", "strict"] = "balanced"


class EvidenceSettings(_Section):
    """How evidence is taken in."""

    max_gib: float = Field(default=2.0, gt=0)
    vantage: str | None = Field(default=None, min_length=1, max_length=200)
    authorities: tuple[str, ...] = Field(default=(), max_length=20)
    authority_chain: tuple[str, ...] = Field(default=(), max_length=100)
    calendars: tuple[str, ...] = Field(default=(), max_length=20)
    explorer: str | None = Field(default=None, max_length=2000)

    @property
    def largest(self) -> int:
        """Bytes of the largest file that is taken."""
        return int(self.max_gib * (1 << 30))


class CaptureSettings(_Section):
    """How pages are captured, and what one may cost."""

    proxy: str | None = Field(default=None, min_length=1, max_length=500)
    seconds: float = Field(default=120.0, ge=1, le=3600)
    max_response_mb: float = Field(default=256.0, gt=0, le=16_000)
    max_total_mb: float = Field(default=1024.0, gt=0, le=64_000)
    max_requests: int = Field(default=3000, ge=1, le=100_000)

    @property
    def limits(self) -> CaptureLimits:
        """The same, as a capture takes it."""
        each, total = int(self.max_response_mb * (1 << 20)), int(self.max_total_mb * (1 << 20))
        return CaptureLimits(each, total, self.max_requests, self.seconds, min(60.0, self.seconds))


class FetchSettings(_Section):
    """How windows of offered scenes are fetched."""

    threads: int = Field(default=16, ge=1, le=32)
    whole_file_mb: float = Field(default=200.0, gt=0, le=4000)


class JudgingSettings(_Section):
    """How claims are judged."""

    terms: Literal["A", "B"] = "A"
    may_look: tuple[str, ...] = ()


class StyleSettings(_Section):
    """How a desk's figures look; files are named by their path inside the case."""

    desk: str = Field(default="", max_length=80)
    credit: str = Field(default="", max_length=120)
    accent: str | None = Field(default=None, pattern=_COLOUR)
    outline: str | None = Field(default=None, pattern=_COLOUR)
    perimeter: str | None = Field(default=None, pattern=_COLOUR)
    font: str | None = Field(default=None, min_length=1, max_length=200)
    font_bold: str | None = Field(default=None, min_length=1, max_length=200)
    logo: str | None = Field(default=None, min_length=1, max_length=500)


class ClaimsSettings(_Section):
    """How articles are drafted: how far words reach, and whether a model proposes, too."""

    about_percent: float = Field(default=10.0, ge=0, le=50)
    third_points: float = Field(default=2.5, ge=0, le=15)
    about_points: float = Field(default=5.0, ge=0, le=20)
    nearly_points: float = Field(default=5.0, gt=0, le=20)
    more_points: float = Field(default=10.0, gt=0, le=30)
    dozens: Literal[12, 24] = 24
    model: str | None = Field(default=None, max_length=2000)
    model_hosts: tuple[str, ...] = ()
    model_token_env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=100)
    model_seconds: float = Field(default=60.0, gt=0, le=3600)
    model_max_kb: int = Field(default=200, ge=1, le=4000)
    model_budget: int = Field(default=200, ge=1, le=2000)


class CacheSettings(_Section):
    """How much derived data may be kept."""

    max_gb: float = Field(default=20.0, gt=0)


class SourceSettings(_Section):
    """One source of scenes; what is not set stays as it is built in, if it is."""

    url: str | None = Field(default=None, min_length=1, max_length=2000)
    kind: Literal["auto", "stac-api", "stac-static", "folder", "planet"] | None = None
    collections: tuple[str, ...] | None = None
    signing: Literal["", "planetary-computer", "bearer", "s3"] | None = None
    token_env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=100)
    token_url: str | None = Field(default=None, min_length=1, max_length=2000)
    s3_endpoint: str | None = Field(default=None, max_length=2000)
    hosts: tuple[str, ...] = ()
    only: tuple[Literal["ground-control", "standard-quality", "permitted"], ...] | None = None
    budget_km2: float | None = Field(default=None, ge=0, le=1e9, allow_inf_nan=False)
    budget_scenes: int | None = Field(default=None, ge=0)
    margin_m: float = Field(default=30.0, ge=0, le=5000, allow_inf_nan=False)
    harmonise: bool = False
    charge_at_least_km2: float = Field(default=0.01, ge=0, le=1e6, allow_inf_nan=False)
    wait_minutes: float = Field(default=60.0, ge=0, le=10_000, allow_inf_nan=False)
    poll_s: float = Field(default=5.0, gt=0, le=600, allow_inf_nan=False)


ORDERING = frozenset(
    (
        "budget_km2",
        "budget_scenes",
        "margin_m",
        "harmonise",
        "charge_at_least_km2",
        "wait_minutes",
        "poll_s",
        "only",
    )
)
"""Settings of a source that charges for what is ordered."""


class Settings(_Section):
    """All of `siteline.toml`."""

    case: CaseSettings = CaseSettings()
    survey: SurveySettings = SurveySettings()
    fetch: FetchSettings = FetchSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    capture: CaptureSettings = CaptureSettings()
    judging: JudgingSettings = JudgingSettings()
    claims: ClaimsSettings = ClaimsSettings()
    style: StyleSettings = StyleSettings()
    cache: CacheSettings = CacheSettings()
    sources: dict[str, SourceSettings] = Field(default_factory=dict)

    def vantage(self) -> str:
        """From where the work is done, as far as the user says."""
        return (self.evidence.vantage or os.environ.get("SITELINE_VANTAGE") or "not stated")[:200]

    def signer(self) -> str:
        """Who signs what is added: the settings, then SITELINE_WHO, then the login name."""
        return self.case.who or os.environ.get("SITELINE_WHO") or _login()


def read_settings(path: Path) -> Settings:
    """Settings of a case; raises BadSetting that names the key and what it may be."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # Windows' editors put a mark before it
    except FileNotFoundError:
        return Settings()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        is_twice = str(error).startswith("Cannot declare")
        remedy = (
            "That section is in the file already, further up: move these lines there, and delete the second heading."
            if is_twice
            else "Correct that line; the file is TOML."
        )
        raise BadSetting(f"{path.name} cannot be read: {error}", remedy) from error
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise BadSetting(f"{path.name}: {key}: {first['msg'].lower()}", _remedy(first["loc"])) from error


def _remedy(where: tuple[int | str, ...]) -> str:
    sections: dict[str, list[str]] = {
        name: list(kind.model_fields)
        for name, kind in (
            ("case", CaseSettings),
            ("survey", SurveySettings),
            ("fetch", FetchSettings),
            ("evidence", EvidenceSettings),
            ("capture", CaptureSettings),
            ("judging", JudgingSettings),
            ("claims", ClaimsSettings),
            ("style", StyleSettings),
            ("cache", CacheSettings),
        )
    }
    sections["sources"] = list(SourceSettings.model_fields) if len(where) > 2 else []
    choices = sections.get(str(where[0]), []) if len(where) > 1 else list(sections)
    if where[0] == "sources" and len(where) == 2:
        return "A source is a section: [sources.NAME] with url = ..."
    near = difflib.get_close_matches(str(where[-1]), choices, 1)
    return (
        f"Did you mean {near[0]}?" if near and near[0] != where[-1] else f"There are: {', '.join(choices)}."
    )


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in some containers
        return "unknown"
