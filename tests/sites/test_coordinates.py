"""What people write for a place, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteline.model.errors import BadPlace, SitelineError
from siteline.sites.coordinates import parse_place

HALL = (39.9012, 127.6034)


@pytest.mark.parametrize(
    "text",
    [
        "39.9012N 127.6034E",
        "39.9012, 127.6034",
        "39.9012 127.6034",
        "39,9012 127,6034",
        "39,9012; 127,6034",
        "N39.9012 E127.6034",
        "127.6034E 39.9012N",
        "39.9012° N, 127.6034° E",
        "３９.９０１２，１２７.６０３４",
        "lat: 39.9012, lng: 127.6034",
        "Longitude 127.6034 Latitude 39.9012",
        "북위 39.9012도 동경 127.6034도",
        "北纬39.9012度 东经127.6034度",
        "39.9012° с. ш. 127.6034° в. д.",
        "geo:39.9012,127.6034;u=35",
    ],
)
def test_decimal_degrees_are_read_in_any_spelling(text: str) -> None:
    """Decimal points or commas, letters before or after, and four scripts all mean the same place."""
    place = parse_place(text)
    assert (place.lat, place.lon) == pytest.approx(HALL)
    assert place.precision_m == pytest.approx(5.6, abs=0.2)


@pytest.mark.parametrize(
    "text",
    [
        "39°54'12\"N 127°36'18\"E",
        "39°54’12”N, 127°36’18”E",
        "39º54′12″N 127º36′18″E",
        "39˚ 54´ 12´´ N / 127˚ 36´ 18´´ E",
        "N 39° 54' 12\" E 127° 36' 18\"",
        "39 54 12 N 127 36 18 E",
        "39-54-12N 127-36-18E",
        "39:54:12N 127:36:18E",
        "39d54m12sN 127d36m18sE",
        "395412N 1273618E",
        "39°54.2'N 127°36.3'E",
        "39°54,2'N 127°36,3'E",
        "39°54'12\", 127°36'18\"",
    ],
)
def test_degrees_and_minutes_are_read_with_every_mark(text: str) -> None:
    """Typographic primes, dashes, colons and no marks at all give the same minutes and seconds."""
    place = parse_place(text)
    assert place.lat == pytest.approx(39 + 54 / 60 + 12 / 3600)
    assert place.lon == pytest.approx(127 + 36 / 60 + 18 / 3600)


@pytest.mark.parametrize(
    ("link", "read_as"),
    [
        (
            "https://www.google.com/maps/place/X/@39.95,127.65,15z/data=!3m1!1e3!4m6!8m2!3d39.9012!4d127.6034!16s",
            "pin of a Google Maps link",
        ),
        ("https://www.google.com/maps/@39.9012,127.6034,1500m/data=!3m1!1e3", "centre of a Google Maps view"),
        ("https://www.google.com/maps/@39.9012,127.6034,17.5z", "centre of a Google Maps view"),
        ("https://maps.google.co.kr/maps?q=39.9012,127.6034&z=12", "place of a Google Maps link"),
        (
            "https://maps.google.com/?q=loc:39.9012+127.6034&ll=39.9012,127.6034",
            "centre of a Google Maps view",
        ),
        ("https://www.google.com/maps/search/?api=1&query=39.9012%2C127.6034", "place of a Google Maps link"),
        ("https://www.google.com/maps/search/39.9012,+127.6034?entry=tts", "place of a Google Maps link"),
        (
            "https://www.google.com/maps/place/39%C2%B054'04.32%22N+127%C2%B036'12.24%22E/@1,2,17z",
            "place of a Google Maps link",
        ),
        (
            "https://consent.google.com/m?continue=https%3A%2F%2Fwww.google.com%2Fmaps%2F%4039.9012%2C127.6034%2C15z",
            "centre of a Google Maps view",
        ),
        (
            "https://earth.google.com/web/@39.9012,127.6034,10.5a,1500d,35y,0h,0t,0r",
            "centre of a Google Earth view",
        ),
        ("https://www.openstreetmap.org/#map=15/39.9012/127.6034", "centre of an OpenStreetMap view"),
        (
            "https://www.openstreetmap.org/?mlat=39.9012&mlon=127.6034#map=15/39.8/127.5",
            "marker of an OpenStreetMap link",
        ),
        ("https://www.bing.com/maps?cp=39.9012%7E127.6034&lvl=17.0&style=h", "centre of a Bing Maps view"),
        ("https://www.bing.com/maps?sp=point.39.9012_127.6034_Hall&cp=1~2", "pin of a Bing Maps link"),
        ("https://yandex.com/maps/?l=sat&ll=127.6034%2C39.9012&z=15", "centre of a Yandex Maps view"),
        ("https://yandex.ru/maps/?ll=1%2C2&pt=127.6034,39.9012&z=15", "pin of a Yandex Maps link"),
        ("https://maps.apple.com/?ll=39.9012,127.6034&q=Hall&t=k", "centre of an Apple Maps view"),
        ("https://maps.apple.com/place?coordinate=39.9012,127.6034&name=X", "pin of an Apple Maps link"),
        (
            "https://browser.dataspace.copernicus.eu/?zoom=14&lat=39.9012&lng=127.6034&themeId=DEFAULT",
            "centre of a Copernicus Browser view",
        ),
        (
            "https://apps.sentinel-hub.com/eo-browser/?zoom=10&lat=39.9012&lng=127.6034",
            "centre of a Sentinel Hub view",
        ),
        (
            "https://zoom.earth/maps/satellite/#view=39.9012,127.6034,10z/date=2024-04-19",
            "centre of a Zoom Earth link",
        ),
        ("zoom.earth/#39.9012,127.6034,15z,sat", "centre of a Zoom Earth link"),
        (
            "http://wikimapia.org/#lang=en&lat=39.9012&lon=127.6034&z=15&m=w",
            "centre of a link to wikimapia.org",
        ),
    ],
)
def test_map_links_are_read_without_opening_them(link: str, read_as: str) -> None:
    """A pin wins over the centre of the view, and the answer says which of the two was read."""
    place = parse_place(link)
    assert (place.lat, place.lon) == pytest.approx(HALL)
    assert place.read_as == read_as


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("127.6, 39.9", "If you mean 39.9N 127.6E"),
        ("39,127", "39.9N 127.6E"),
        ("39,9,127,6", "39.9N 127.6E"),
        ("39 54 12 127 36 18", "Add N or S"),
        ("39.9N 127.6", "both numbers a letter"),
        ("39N 40N", "one E/W"),
        ("-39.9N 127.6E", "drop the sign"),
        ("91N 10E", "order and the numbers"),
        ("39.9, 190", "order and the numbers"),
        ("39°61'N 127°00'E", "Check the numbers"),
        ("https://goo.gl/maps/abc", "copy the long address"),
        ("https://maps.app.goo.gl/abc", "copy the long address"),
        ("https://yandex.ru/maps/-/CCUxyz", "copy the long address"),
        ("https://www.google.com/maps/data=!3d1.5!4d2.5!3d3.5!4d4.5", "select the one"),
        ("https://www.openstreetmap.org/about", "address bar"),
        ("https://www.bing.com/maps?cp=127.6~39.9", "39.9N 127.6E"),
        ("52SDJ123456789", "Check the digits"),
        ("99SDJ1234567890", "Check zone"),
        ("8Q8PWJ2X+XX", "copy the coordinates"),
        ("the plant", "decimal degrees"),
        ("", "decimal degrees"),
        ("39.9", "decimal degrees"),
    ],
)
def test_what_could_mean_two_places_is_refused_with_the_remedy(text: str, remedy: str) -> None:
    """Nothing is guessed: a refusal says how to write it so that it means one place."""
    with pytest.raises(BadPlace) as refusal:
        parse_place(text)
    assert remedy in refusal.value.hint


def test_mgrs_means_the_middle_of_its_square() -> None:
    """Fewer digits move the point to the middle of a larger square, and the precision says so."""
    fine, coarse = parse_place("52SDJ1234567890"), parse_place("52S DJ 12 67")
    assert fine.precision_m == pytest.approx(0.5)
    assert coarse.precision_m == pytest.approx(500)
    assert abs(fine.lat - coarse.lat) * 111_320 < 600
    assert parse_place("31UDQ4825111932").lat == pytest.approx(48.8582, abs=1e-3)  # Eiffel tower
    assert parse_place("31UDQ4825111932").lon == pytest.approx(2.2945, abs=1e-3)


def test_a_coarse_view_is_no_exact_place() -> None:
    """Seven digits of a map centre at zoom 3 are worth a screen pixel, not a centimetre."""
    assert parse_place("https://www.openstreetmap.org/#map=3/39.9012345/127.6034567").precision_m > 10_000


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_what_we_write_we_read(lat: float, lon: float) -> None:
    """Degrees with hemispheres, to seven digits, come back as they were."""
    text = f"{abs(lat):.7f}{'NS'[lat < 0]} {abs(lon):.7f}{'EW'[lon < 0]}"
    place = parse_place(text)
    assert place.lat == pytest.approx(lat, abs=1e-7)
    assert place.lon == pytest.approx(lon, abs=1e-7)


@given(
    st.one_of(
        st.text(),
        st.text("0123456789.,°'\"NSEW- +/;", max_size=40),
        st.text(max_size=30).map(lambda t: f"https://www.google.com/maps/{t}"),
        st.text(max_size=30).map(lambda t: f"https://{t}"),
    )
)
def test_any_text_is_a_place_or_a_refusal(text: str) -> None:
    """No text makes the reader fail in a way that we did not intend."""
    try:
        place = parse_place(text)
    except SitelineError:
        return
    assert -90 <= place.lat <= 90
    assert -180 <= place.lon <= 180
    assert place.precision_m > 0
