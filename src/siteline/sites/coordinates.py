"""Where something is, as people write it: degrees in any spelling, MGRS, or a link to a map."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import mgrs

from siteline.model.errors import BadPlace

METRES_PER_DEGREE = 111_320.0
_LONGEST = 8_192


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the ground, and how sure the text is of it."""

    lon: float
    """Degrees east, -180 to 180."""

    lat: float
    """Degrees north, -90 to 90."""

    precision_m: float
    """Half of the last digit (or of the MGRS square; one screen pixel of a map view), metres."""

    read_as: str
    """In words: "decimal degrees, latitude first", "pin of a Google Maps link"."""

    zoom: float | None = None
    """Zoom level of a map link, if it says so."""


def parse_place(text: str) -> Place:
    """
    The point that a text means; what could mean two places is refused, and nothing is ever fetched.

    Two plain numbers are latitude, then longitude. Raises BadPlace.
    """
    said = text.strip().strip("<>").strip()
    if not said:
        raise BadPlace("no place was given")
    if len(said) > _LONGEST:
        raise BadPlace(f"too long for a place: {len(said)} characters")
    if link := _link_of(said):
        return _read_link(link)
    plain = _spell_plainly(said)
    for read in (_read_mgrs, _read_compact, _read_lettered, _read_labelled, _read_unlettered):
        if place := read(plain):
            return place
    if re.search(r"[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}\b", plain):
        raise BadPlace(
            f"a plus code is not read: {_short(said)}", "Open it on a map and copy the coordinates."
        )
    if re.search("[NSEW]", plain) and re.search(r"\d.*\d", plain):
        raise BadPlace(
            f"not a place: {_short(said)}", "Give both numbers a letter, N or S and E or W: 39.9N 127.6E."
        )
    raise BadPlace(f"not a place: {_short(said)}")


# One angle: degrees, degrees-minutes, degrees-minutes-seconds

_WHOLE, _NUMBER = r"(\d{1,3})", r"(\d{1,3}(?:[.,]\d{1,15})?)"
_STEP = r"(?:\s*{mark}\s*|\s*[:-]\s*|\s+)"
_DEGREES = re.compile(rf"([+-]?)\s*{_NUMBER}\s*°?", re.ASCII)
_MINUTES = re.compile(rf"([+-]?)\s*{_WHOLE}{_STEP.format(mark='°')}{_NUMBER}\s*'?", re.ASCII)
_SECONDS = re.compile(
    rf"([+-]?)\s*{_WHOLE}{_STEP.format(mark='°')}{_WHOLE}{_STEP.format(mark=chr(39))}{_NUMBER}\s*\"?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class _Angle:
    degrees: float
    signed: bool
    step: float
    """Half of the last digit, degrees."""


def _angle(text: str) -> _Angle | None:
    said = text.strip(" ,;/")
    for pattern, unit in ((_DEGREES, 1.0), (_MINUTES, 60.0), (_SECONDS, 3600.0)):
        if match := pattern.fullmatch(said):
            sign, *parts = match.groups()
            return _sum_up(sign, [p.replace(",", ".") for p in parts], unit)
    return None


def _sum_up(sign: str, parts: list[str], unit: float) -> _Angle:
    numbers = [float(part) for part in parts]
    if any(part >= 60 for part in numbers[1:]):
        raise BadPlace(f"{numbers[1:]} are not minutes and seconds: each is below 60", "Check the numbers.")
    degrees = sum(number / 60**power for power, number in enumerate(numbers))
    decimals = len(parts[-1].partition(".")[2])
    return _Angle(-degrees if sign == "-" else degrees, bool(sign), 0.5 * 10.0**-decimals / unit)


# Two angles, in each of the ways people write them


def _read_compact(text: str) -> Place | None:
    """395412N 1273600E, as in aviation notices."""
    match = re.fullmatch(
        r"(\d{2})(\d{2})(\d{2})?\s*([NS])[\s,;/]*(\d{3})(\d{2})(\d{2})?\s*([EW])", text, re.ASCII
    )
    if not match:
        return None
    lat_parts, lon_parts = [p for p in match.group(1, 2, 3) if p], [p for p in match.group(5, 6, 7) if p]
    lat = _sum_up("", lat_parts, 60.0 ** (len(lat_parts) - 1))
    lon = _sum_up("", lon_parts, 60.0 ** (len(lon_parts) - 1))
    return _from_letters((lat, match[4]), (lon, match[8]), "degrees, minutes and seconds without marks")


def _read_lettered(text: str) -> Place | None:
    """39.9N 127.6E, N39.9 E127.6, and the same in minutes and seconds."""
    if not re.search("[NSEW]", text):
        return None
    part = r"([^NSEW]{1,40})"
    if match := re.fullmatch(rf"{part}([NSEW])[\s,;/]*{part}([NSEW])[\s,;/.]*", text):
        pairs = ((match[1], match[2]), (match[3], match[4]))
    elif match := re.fullmatch(rf"([NSEW]){part}([NSEW]){part}", text):
        pairs = ((match[2], match[1]), (match[4], match[3]))
    else:
        return None
    first, second = _angle(pairs[0][0]), _angle(pairs[1][0])
    if first is None or second is None:
        return None
    exact = "°" in text and ("'" in text or '"' in text)
    read_as = "degrees and minutes with hemispheres" if exact else "degrees with hemispheres"
    return _from_letters((first, pairs[0][1]), (second, pairs[1][1]), read_as)


def _from_letters(one: tuple[_Angle, str], two: tuple[_Angle, str], read_as: str) -> Place:
    if one[1] in "EW":
        one, two = two, one
    if one[1] not in "NS" or two[1] not in "EW":
        raise BadPlace(
            f"two {'longitudes' if one[1] in 'EW' else 'latitudes'} are no place", "Give one N/S and one E/W."
        )
    if one[0].signed or two[0].signed:
        raise BadPlace(
            "a sign and a hemisphere letter together mean two things", "Keep the letter, drop the sign."
        )
    lat = one[0].degrees * (-1 if one[1] == "S" else 1)
    lon = two[0].degrees * (-1 if two[1] == "W" else 1)
    return _place(lat, lon, (one[0].step, two[0].step), read_as)


def _read_labelled(text: str) -> Place | None:
    """Lat 39.9, lon 127.6, in either order."""
    mark, number = r"[\s:=]*", r"([+-]?[\d.,]{1,24}?)"
    lat, lon = rf"LAT(?:ITUDE)?\.?{mark}", rf"L(?:ON|NG|ONG|ONGITUDE)\.?{mark}"
    if match := re.fullmatch(rf"{lat}{number}\s*°?[\s,;/]*{lon}{number}\s*°?", text, re.ASCII):
        first, second = match[1], match[2]
    elif match := re.fullmatch(rf"{lon}{number}\s*°?[\s,;/]*{lat}{number}\s*°?", text, re.ASCII):
        second, first = match[1], match[2]
    else:
        return None
    one, two = _angle(first), _angle(second)
    return _place(one.degrees, two.degrees, (one.step, two.step), "named degrees") if one and two else None


def _read_unlettered(text: str) -> Place | None:
    """39.9, 127.6 and 39°54'12", 127°36': latitude first, and refused where that is impossible."""
    whole, decimal = r"[+-]?\d{1,3}", r"[+-]?\d{1,3}(?:\.\d{1,15})?"
    if re.fullmatch(rf"{whole},{whole}", text, re.ASCII) or re.fullmatch(
        r"[+-]?\d+(,[+-]?\d+){3}", text, re.ASCII
    ):
        raise BadPlace(f"commas in {text} may be decimal or may part two numbers", "Write 39.9N 127.6E.")
    comma = r"[+-]?\d{1,3},\d{1,15}"
    marked = r"[+-]?\s*\d{1,3}(?:[.,]\d{1,15})?\s*°"
    match = (
        re.fullmatch(rf"({decimal})\s*[\s,;/]\s*({decimal})", text, re.ASCII)
        or re.fullmatch(rf"({comma})(?:\s*[;/]\s*|,\s+|\s+)({comma})", text, re.ASCII)
        or re.fullmatch(rf"({marked}[^°]{{0,40}}?)[\s,;/]*({marked}[^°]{{0,40}})", text, re.ASCII)
    )
    if not match:
        if re.fullmatch(r"[+-]?[\d.]+([\s:]+[\d.]+){3,5}", text, re.ASCII):
            raise BadPlace(
                f"numbers without marks may mean several places: {_short(text)}", "Add N or S, E or W."
            )
        return None
    one, two = _angle(match[1]), _angle(match[2])
    spelling = "degrees and minutes" if "'" in text or '"' in text else "decimal degrees"
    return _latitude_first(one, two, f"{spelling}, latitude first") if one and two else None


def _latitude_first(lat: _Angle, lon: _Angle, read_as: str, zoom: float | None = None) -> Place:
    if abs(lat.degrees) > 90 and abs(lon.degrees) <= 90 and abs(lat.degrees) <= 180:
        meant = f"{_hemisphere(lon.degrees, 'NS')} {_hemisphere(lat.degrees, 'EW')}"
        raise BadPlace(
            f"{lat.degrees:g}, {lon.degrees:g} cannot be latitude, longitude; they look swapped",
            f"If you mean {meant}, write it so.",
        )
    return _place(lat.degrees, lon.degrees, (lat.step, lon.step), read_as, zoom)


def _place(
    lat: float, lon: float, steps: tuple[float, float], read_as: str, zoom: float | None = None
) -> Place:
    if not abs(lat) <= 90:
        raise BadPlace(
            f"{lat:g} is not a latitude: it lies between -90 and 90", "Check the order and the numbers."
        )
    if not abs(lon) <= 180:
        raise BadPlace(
            f"{lon:g} is not a longitude: it lies between -180 and 180", "Check the order and the numbers."
        )
    shrink = math.cos(math.radians(lat))
    precision = METRES_PER_DEGREE * max(steps[0], steps[1] * shrink)
    if zoom is not None and 0 <= zoom <= 30:
        precision = max(precision, 156_543.03 * shrink / 2**zoom)
    return Place(lon, lat, precision, read_as, zoom)


def _hemisphere(degrees: float, letters: str) -> str:
    return f"{abs(degrees):g}{letters[degrees < 0]}"


# MGRS

_MGRS = re.compile(
    r"((?:\d{1,2}[C-HJ-NP-X])|[ABYZ])\s*([A-HJ-NP-Z]{2})\s*(\d{0,10}|\d{1,5}\s+\d{1,5})", re.ASCII
)


def _read_mgrs(text: str) -> Place | None:
    """52TBK 12345 67890: the middle of the square that the digits name."""
    match = _MGRS.fullmatch(text)
    if not match:
        return None
    zone, square, digits = match.groups()
    halves = digits.split() if " " in digits else [digits[: len(digits) // 2], digits[len(digits) // 2 :]]
    if len(digits.replace(" ", "")) % 2 or (halves and len(halves[0]) != len(halves[-1])):
        raise BadPlace(f"an MGRS reference has as many digits east as north: {text}", "Check the digits.")
    side = 10.0 ** (5 - len(halves[0]))
    middle = "".join(f"{half}5".ljust(5, "0")[:5] for half in halves)
    try:
        lat, lon = mgrs.MGRS().toLatLon(f"{zone}{square}{middle}")
    except (mgrs.core.MGRSError, ValueError, UnicodeError) as error:
        raise BadPlace(
            f"there is no such MGRS square: {text}", "Check zone, band and square letters."
        ) from error
    half_degree = side / 2 / METRES_PER_DEGREE
    return _place(lat, lon, (half_degree, half_degree), f"MGRS, middle of a square of {side:,.0f} m")


# Map links: each reader takes a taken-apart link and answers with a place, or None

_PAIR = r"([+-]?\d{1,3}(?:\.\d{1,15})?),\s*([+-]?\d{1,3}(?:\.\d{1,15})?)"
_SHORT_HOSTS = frozenset(
    (
        *("goo.gl", "maps.app.goo.gl", "g.co", "bit.ly", "t.co", "tinyurl.com", "ow.ly"),
        *("is.gd", "binged.it", "her.is", "clck.ru", "maps.apple"),
    )
)


@dataclass(frozen=True, slots=True)
class _Link:
    host: str
    path: str
    query: dict[str, str]
    fragment: str
    whole: str


def _link_of(text: str) -> _Link | None:
    if text.lower().startswith("geo:"):
        text = f"https://geo.uri/{text[4:]}"
    if not re.match(r"[a-z][a-z0-9+.-]{0,20}://", text, re.IGNORECASE):
        if not re.match(r"(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,12}(?:[/?#]|$)", text, re.IGNORECASE):
            return None
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").removeprefix("www.")
        query = dict(parse_qsl(parts.query, max_num_fields=100))
    except ValueError as error:
        raise BadPlace(f"not a link: {_short(text)}", "Copy the whole address of the map.") from error
    return _Link(host, unquote_plus(parts.path), query, unquote_plus(parts.fragment), unquote_plus(text))


def _read_link(link: _Link, nested: bool = False) -> Place:
    if link.host in _SHORT_HOSTS or _is_short(link):
        raise BadPlace(
            f"a shortened link does not hold the place: {_short(link.whole)}",
            "Open it in a browser and copy the long address; Siteline fetches nothing.",
        )
    for inner in ("continue", "url", "q"):
        held = link.query.get(inner, "")
        if not nested and held.startswith(("http://", "https://")) and (target := _link_of(held)):
            return _read_link(target, nested=True)
    for knows, read in _READERS:
        if re.search(knows, link.host) and (place := read(link)):
            return place
    if place := _read_named(link, f"link to {link.host}"):
        return place
    raise BadPlace(
        f"no coordinates in this link: {_short(link.whole)}",
        "Copy the address from the address bar after moving the map, or write 39.9N 127.6E.",
    )


def _is_short(link: _Link) -> bool:
    return (
        bool(re.search(r"(^|\.)yandex\.", link.host) and link.path.startswith("/maps/-/"))
        or (link.host in ("osm.org", "openstreetmap.org") and link.path.startswith("/go/"))
        or (link.host == "maps.apple.com" and link.path.startswith("/p/"))
    )


def _pair(text: str | None, read_as: str, zoom: float | None = None, lon_first: bool = False) -> Place | None:
    """A pair at the beginning of `text`, latitude first unless the map says otherwise."""
    match = re.match(rf"\s*{_PAIR}(?![\d.])", text or "", re.ASCII)
    if not match:
        return None
    one, two = _angle(match[1]), _angle(match[2])
    if one is None or two is None:
        return None
    if lon_first:
        return _place(two.degrees, one.degrees, (two.step, one.step), read_as, zoom)
    return _latitude_first(one, two, read_as, zoom)


def _level(text: str | None) -> float | None:
    match = re.match(r"\d{1,2}(?:\.\d{1,10})?(?![\d.])", text or "", re.ASCII)
    return float(match[0]) if match else None


def _read_google(link: _Link) -> Place | None:
    name = "Google Earth" if link.host.startswith("earth.") else "Google Maps"
    view = re.search(rf"/@{_PAIR}((?:,[+-]?[\d.]{{1,20}}[a-z])*)", link.path, re.ASCII)
    levels = re.search(r",([\d.]{1,20})z", view[3]) if view else None
    zoom = _level(levels[1]) if levels else _level(link.query.get("z") or link.query.get("zoom"))
    pins = set(
        re.findall(r"!3d([+-]?\d{1,3}(?:\.\d{1,15})?)!4d([+-]?\d{1,3}(?:\.\d{1,15})?)", link.whole, re.ASCII)
    )
    if len(pins) > 1:
        raise BadPlace(
            "the link marks several places", "Open it, select the one you mean, and copy the address."
        )
    if pins:
        return _pair(",".join(pins.pop()), f"pin of a {name} link")
    asked = [link.query.get(key) for key in ("q", "query", "destination", "daddr")]
    asked += [
        re.sub(r"^/maps/(?:place|search|dir/[^/]*)/", "", link.path)
        if link.path.startswith("/maps/")
        else None
    ]
    for said in asked:
        if place := _asked(said, f"place of a {name} link"):
            return place
    for key in ("ll", "center", "viewpoint", "cbll", "sll"):
        if place := _pair(link.query.get(key), f"centre of a {name} view", zoom):
            return place
    return _pair(view[0][2:], f"centre of a {name} view", zoom) if view else None


def _asked(said: str | None, read_as: str) -> Place | None:
    """Coordinates typed into a search box."""
    text = (said or "").removeprefix("loc:").split("/")[0].strip()
    if place := _pair(text, read_as):
        return place
    if "°" in text and (place := _read_lettered(_spell_plainly(text))):
        return Place(place.lon, place.lat, place.precision_m, read_as)
    return None


def _read_osm(link: _Link) -> Place | None:
    if place := _latlon(link.query.get("mlat"), link.query.get("mlon"), "marker of an OpenStreetMap link"):
        return place
    number = r"([+-]?\d{1,3}(?:\.\d{1,15})?)"
    match = re.search(rf"map=(\d{{1,2}}(?:\.\d{{1,6}})?)/{number}/{number}", link.fragment, re.ASCII)
    return _latlon(match[2], match[3], "centre of an OpenStreetMap view", float(match[1])) if match else None


def _read_bing(link: _Link) -> Place | None:
    zoom = _level(link.query.get("lvl"))
    if pin := re.match(r"point\.([\d.+-]{1,20})_([\d.+-]{1,20})_", link.query.get("sp", "") + "_"):
        return _latlon(pin[1], pin[2], "pin of a Bing Maps link")
    if place := _pair(link.query.get("cp", "").replace("~", ","), "centre of a Bing Maps view", zoom):
        return place
    return _asked(link.query.get("where1") or link.query.get("q"), "place of a Bing Maps link")


def _read_yandex(link: _Link) -> Place | None:
    """Yandex writes longitude first, except in what was typed into the search box."""
    zoom = _level(link.query.get("z"))
    for key in ("whatshere[point]", "pt", "poi[point]"):
        if place := _pair(link.query.get(key), "pin of a Yandex Maps link", lon_first=True):
            return place
    if place := _asked(link.query.get("text"), "place of a Yandex Maps link"):
        return place
    return _pair(link.query.get("ll"), "centre of a Yandex Maps view", zoom, lon_first=True)


def _read_apple(link: _Link) -> Place | None:
    for key in ("coordinate", "q", "address"):
        if place := _asked(link.query.get(key), "pin of an Apple Maps link"):
            return place
    for key in ("ll", "center", "sll"):
        if place := _pair(link.query.get(key), "centre of an Apple Maps view", _level(link.query.get("z"))):
            return place
    return None


def _read_zoom_earth(link: _Link) -> Place | None:
    for key, what in (("place=", "pin"), ("view=", "centre"), ("", "centre")):
        match = re.search(rf"(?:^|[/&#]){key}({_PAIR})(?:,([\d.]{{1,10}})z)?", link.fragment, re.ASCII)
        if match:
            return _pair(
                match[1], f"{what} of a Zoom Earth link", _level(match[4]) if what == "centre" else None
            )
    return None


def _read_named(link: _Link, what: str) -> Place | None:
    """Links that name their numbers: lat, lng or lon, and often zoom."""
    named = {**link.query, **dict(parse_qsl(link.fragment.lstrip("/?"), max_num_fields=100, separator="&"))}
    lat = named.get("lat") or named.get("latitude")
    lon = named.get("lng") or named.get("lon") or named.get("longitude")
    return _latlon(lat, lon, f"centre of a {what}", _level(named.get("zoom") or named.get("z")))


def _read_geo(link: _Link) -> Place | None:
    return _pair(link.path.lstrip("/").split(";")[0], "geo link")


def _latlon(lat: str | None, lon: str | None, read_as: str, zoom: float | None = None) -> Place | None:
    return _pair(f"{lat},{lon}", read_as, zoom) if lat and lon else None


_READERS: tuple[tuple[str, Callable[[_Link], Place | None]], ...] = (
    (r"(^|\.)google\.[a-z.]{2,6}$", _read_google),
    (r"(^|\.)(openstreetmap\.org|osm\.org)$", _read_osm),
    (r"(^|\.)bing\.com$", _read_bing),
    (r"(^|\.)yandex\.[a-z.]{2,6}$", _read_yandex),
    (r"^maps\.apple\.com$", _read_apple),
    (r"(^|\.)zoom\.earth$", _read_zoom_earth),
    (
        r"^browser\.(dataspace\.copernicus|stac\.dataspace\.copernicus)\.eu$",
        lambda k: _read_named(k, "Copernicus Browser view"),
    ),
    (r"(^|\.)sentinel-hub\.com$", lambda k: _read_named(k, "Sentinel Hub view")),
    (r"^geo\.uri$", _read_geo),
)


# One spelling for the many marks people use

_MARKS = str.maketrans(
    dict.fromkeys("º˚∘⁰", "°")
    | dict.fromkeys("’‘‛′ʹʼʻ´`＇ˊ‵", "'")
    | dict.fromkeys("”“‟″ʺˮ〃＂˝‶", '"')
    | dict.fromkeys("−–—‒﹣－", "-")
    | dict.fromkeys("，、", ",")
    | dict.fromkeys("\u00a0\u2009\u202f\u2007\u3000\t\r\n", " ")
    | dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff\u202a\u202c", None)
)
_WORDS = (
    (r"北纬|北緯|북위|\bNORTH\b|С\.?\s*Ш\.?", "N"),
    (r"南纬|南緯|남위|\bSOUTH\b|Ю\.?\s*Ш\.?", "S"),
    (r"东经|東経|東經|동경|\bEAST\b|В\.?\s*Д\.?", "E"),
    (r"西经|西経|西經|서경|\bWEST\b|З\.?\s*Д\.?", "W"),
    (r"度|도(?![a-z])|\bDEG(?:REES?)?\b|(?<=\d)\s*DEG\b", "°"),
    (r"分|분", "'"),
    (r"秒|초", '"'),
)


def _spell_plainly(text: str) -> str:
    """Upper case, ASCII digits, one degree sign, one prime, one double prime, hemispheres as letters."""
    said = unicodedata.normalize("NFKC", text.translate(_MARKS))
    said = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in said).upper()
    for words, letter in _WORDS:
        said = re.sub(words, letter, said)
    said = said.replace("''", '"')
    said = re.sub(r"(\d)\s*D\s*(\d{1,2})\s*M\s*([\d.]{1,12})\s*S(?=\s*[NSEW])", r"\1°\2'\3" + '"', said)
    return re.sub(r" +", " ", said).strip()


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:77]}…")
