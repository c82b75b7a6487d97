"""Sources of scenes: those that everybody has, those of siteline.toml, and an address or folder on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from siteline.catalog.remote.address import holds_secret, origin_of, without_secrets
from siteline.model.errors import BadSetting, NotFound

KINDS = ("auto", "stac-api", "stac-static", "folder", "planet")
SIGNINGS = ("", "planetary-computer", "bearer", "s3")
ONLY = ("ground-control", "standard-quality", "permitted")


@dataclass(frozen=True, slots=True)
class Source:
    """One place that offers scenes."""

    name: str
    """As in siteline.toml; of an address or folder that was typed: itself, without keys."""

    url: str
    """Address of a catalog, or a path."""

    kind: str = "auto"
    """One of KINDS; `auto` looks at what is there."""

    collections: tuple[str, ...] = ()
    """Which of its collections are searched; empty: all."""

    signing: str = ""
    """How its files must be signed before they answer; one of SIGNINGS."""

    token_env: str = ""
    """Name of the environment variable that holds its key; of `s3`, without its endings _ACCESS_KEY and _SECRET_KEY."""

    token_url: str = ""
    """Of `planetary-computer`: who gives tokens for its files, if that is another than the Planetary Computer."""

    s3_endpoint: str = ""
    """Of `s3` addresses that are not on AWS: who answers for them."""

    only: tuple[str, ...] = ()
    """Of Planet: what a scene must have, of ONLY."""

    hosts: tuple[str, ...] = ()
    """Other hosts that its files lie on, as host:port; they may be private, and are given its key."""

    is_named: bool = True
    """Whether the user named its address: only then may it lie on a private network."""

    @property
    def folder(self) -> Path | None:
        """Where it is on this machine; None if it is on the network."""
        return None if "://" in self.url else Path(self.url)

    @property
    def host(self) -> str:
        """Whom a search talks to; "" for a folder."""
        return "" if self.folder is not None else origin_of(self.url).host


EARTH_SEARCH = "earth-search"
RADAR_SOURCE = "planetary-computer-radar"
"""Radar has a name of its own: who searches for images of light is not given a hundred passes with them."""

BUILT_IN: Mapping[str, Source] = {
    source.name: source
    for source in (
        Source(
            EARTH_SEARCH,
            "https://earth-search.aws.element84.com/v1",
            "stac-api",
            ("sentinel-2-c1-l2a", "sentinel-2-l2a"),
            is_named=False,
        ),
        Source(
            "planetary-computer",
            "https://planetarycomputer.microsoft.com/api/stac/v1",
            "stac-api",
            ("sentinel-2-l2a", "landsat-c2-l2", "naip"),
            "planetary-computer",
            is_named=False,
        ),
        Source(
            RADAR_SOURCE,
            "https://planetarycomputer.microsoft.com/api/stac/v1",
            "stac-api",
            ("sentinel-1-rtc",),
            "planetary-computer",
            is_named=False,
        ),
        Source(
            "cdse",
            "https://stac.dataspace.copernicus.eu/v1",
            "stac-api",
            ("sentinel-2-l2a",),
            "s3",
            "CDSE_S3",
            "https://eodata.dataspace.copernicus.eu",
            is_named=False,
        ),
        Source(
            "planet",
            "https://api.planet.com",
            "planet",
            ("PSScene",),
            "",
            "PL_API_KEY",
            is_named=False,
        ),
    )
}
"""Sources that need no section in siteline.toml; a section of the same name replaces what it sets."""


def source_named(name: str, known: Mapping[str, Source]) -> Source:
    """The source that a found scene came from, by what its record says: a name, else the address or path itself."""
    return known[name] if name in known else _typed(name, known)


def choose_sources(asked: tuple[str, ...], known: Mapping[str, Source]) -> tuple[Source, ...]:
    """
    The sources that a user asked for, by name, address or folder, in that order; Earth Search if none.

    known: by name. Raises NotFound for a name that is none of these, BadSetting for an address that cannot be one.
    """
    chosen = [_choose(text.strip(), known) for text in asked] or [known[EARTH_SEARCH]]
    return tuple({source.name: source for source in chosen}.values())


def _choose(text: str, known: Mapping[str, Source]) -> Source:
    if text in known:
        return known[text]
    typed = _typed(text, known)
    return next(
        (source for source in known.values() if source.url.rstrip("/") == typed.url.rstrip("/")), typed
    )


def _typed(text: str, known: Mapping[str, Source]) -> Source:
    """A source by its address or path alone."""
    if "://" in text:
        origin_of(text)
        shown = without_secrets(text)
        if holds_secret(text):
            raise BadSetting(
                f"the address of a source may hold no key: {shown}",
                "Put the key into an environment variable and name that with token_env in siteline.toml.",
            )
        return Source(shown, text)
    path = Path(text).expanduser()
    if path.exists():
        place = str(path.resolve())
        return Source(place, place, "folder" if path.is_dir() else "stac-static")
    raise NotFound(
        f"no source {text!r}: neither a name, an address nor a folder",
        f"Known names are {', '.join(known)}; others go into siteline.toml as [sources.NAME].",
    )
