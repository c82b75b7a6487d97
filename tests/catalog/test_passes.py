"""Items of Sentinel-1 become passes with their orbit and polarisations, or say in one sentence why they cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon

from siteline.catalog.items import read_item
from siteline.catalog.offered import Offered
from siteline.catalog.passes import parse_orbit, part_mixed
from siteline.catalog.source import BUILT_IN, Source
from siteline.catalog.twins import choose
from siteline.model.errors import BadItem, BadSetting
from siteline.model.found import FoundScene
from siteline.model.imagery import Use
from siteline.model.radar import Flight, RadarTake, Units
from siteline.store.codec import from_json, to_json
from tests.catalog.mangling import mangled
from tests.catalog.passes import COLLECTION, grd_item, rtc_asset, rtc_item

SOURCE = BUILT_IN["planetary-computer-radar"]
STORE = "https://store.example"
HREFS = {"vv": f"{STORE}/vv.tiff", "vh": f"{STORE}/vh.tiff"}
RING = [[126.0, 39.0], [128.0, 39.0], [128.0, 41.0], [126.0, 41.0], [126.0, 39.0]]
WITHIN = Polygon([(127.0, 39.8), (127.1, 39.8), (127.1, 39.9), (127.0, 39.9)])


def read(raw: dict[str, Any], wanted: tuple[str, ...] = (), source: Source = SOURCE) -> FoundScene:
    return read_item(Offered(raw, "https://catalog.example/item.json", COLLECTION), source, wanted)[0]


def test_a_corrected_pass_goes_on_record_with_orbit_polarisations_and_credit() -> None:
    """Though its product type says GRD: so do all of the Planetary Computer's corrected items."""
    scene = read(rtc_item(HREFS, RING, 3))
    assert scene.fault is None
    assert scene.radar == RadarTake(Flight.ASCENDING, 58, Units.LINEAR)
    assert [(a.key, a.bands, a.nodata, a.gsd_m, a.dtype) for a in scene.assets] == [
        ("vv", ("vv",), -32768, 10, "float32"),
        ("vh", ("vh",), -32768, 10, "float32"),
    ]
    assert (scene.sensor, scene.signing, scene.mask) == ("Sentinel-1 RTC", "planetary-computer", None)
    assert (scene.credit, scene.licence, scene.use) == (
        "Contains modified Copernicus Sentinel data 2023; Microsoft",
        "CC-BY-4.0",
        Use.PUBLISH,
    )
    assert scene.notes["polarisations"] == "vv vh"
    assert from_json(FoundScene, to_json(scene)) == scene


def test_what_a_record_of_before_said_of_no_radar_is_still_read() -> None:
    """A row that was written before passes were read has no word of them."""
    scene = read(rtc_item(HREFS, RING))
    old = to_json(replace(scene, radar=None)).replace('"radar":null,', "")
    assert '"radar"' not in old
    assert from_json(FoundScene, old).radar is None


def test_terms_of_whoever_corrected_it_are_not_guessed() -> None:
    """The mission's own terms do not hold for what somebody made of it."""
    raw = rtc_item(HREFS, RING)
    scene = read_item(Offered(raw, "https://catalog.example/item.json"), SOURCE, ())[0]
    assert (scene.licence, scene.use) == ("unknown", Use.UNKNOWN)
    assert scene.credit == "Contains modified Copernicus Sentinel data 2023"


def test_files_of_another_catalog_are_known_by_their_polarisation() -> None:
    """Keys such as `gamma0_vv` beside an angle; nodata 0; the collection says that it is corrected."""
    raw = rtc_item({}, RING, **{"sar:polarizations": ["VV", "VH"], "sar:product_type": "RTC"})
    raw["collection"] = "sentinel1-rtc-aws"
    raw["assets"] = {
        "gamma0_vh": rtc_asset(HREFS["vh"], "vh", nodata=0),
        "gamma0_vv": rtc_asset(HREFS["vv"], "vv", nodata=0),
        "incidence": rtc_asset(f"{STORE}/angle.tif", "angle"),
    }
    scene = read(raw)
    assert scene.fault is None
    assert [(a.key, a.nodata) for a in scene.assets] == [("gamma0_vv", 0), ("gamma0_vh", 0)]


def test_decibels_are_told_from_intensities() -> None:
    """By the unit of its bands; where both are there, intensities are taken."""
    raw = rtc_item(HREFS, RING)
    for name in HREFS:
        raw["assets"][name]["raster:bands"][0]["unit"] = "dB"
    assert read(raw).radar == RadarTake(Flight.ASCENDING, 58, Units.DB)
    for name, href in HREFS.items():
        raw["assets"][f"{name}_linear"] = rtc_asset(href, name)
    scene = read(raw)
    assert scene.radar is not None
    assert scene.radar.units is Units.LINEAR
    assert [a.key for a in scene.assets] == ["vv_linear", "vh_linear"]


def test_polarisations_that_were_asked_for_are_taken() -> None:
    """Bands of light do not count; one that it has not is said."""
    raw = rtc_item(HREFS, RING)
    assert [a.bands for a in read(raw, ("vv",)).assets] == [("vv",)]
    assert len(read(raw, ("red", "nir")).assets) == 2
    assert read(raw, ("hh",)).fault == "no file for hh, only vv, vh"


def broken(**changed: Any) -> dict[str, Any]:
    return rtc_item(HREFS, RING, **changed)


def with_band(**band: Any) -> dict[str, Any]:
    raw = rtc_item(HREFS, RING)
    raw["assets"]["vv"] = rtc_asset(HREFS["vv"], "vv", **band)
    return raw


def without_vv() -> dict[str, Any]:
    raw = rtc_item(HREFS, RING)
    del raw["assets"]["vv"]
    return raw


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (grd_item(HREFS, RING), "not corrected for terrain (GRD)"),
        (without_vv(), "its catalog says vv vh, and no file for vv, only vh"),
        (rtc_item({}, RING), "the catalog lists no file of a polarisation for it"),
        (
            broken(**{"sat:orbit_state": None}),
            "its catalog does not say in which direction the satellite flew",
        ),
        (broken(**{"sat:relative_orbit": None}), "its catalog does not say its relative orbit"),
        (broken(**{"sat:relative_orbit": 58.5}), "its catalog does not say its relative orbit"),
        (broken(**{"sat:relative_orbit": 176}), "its catalog does not say its relative orbit"),
        (broken(**{"sar:instrument_mode": "EW"}), "radar in mode EW, and only IW is read"),
        (with_band(nodata=0.05), "vv: its catalog says that 0.05 means no data, and that is an intensity"),
        (with_band(data_type="uint16"), "vv: its numbers are uint16: amplitudes, not intensities"),
        (with_band(scale=0.01), "vv: its numbers are scaled, and radar is read as it is only"),
        (with_band(unit="dB"), "its files are in different units"),
    ],
)
def test_a_pass_that_cannot_be_used_says_why(raw: dict[str, Any], fault: str) -> None:
    """On record with one sentence, and nothing to fetch."""
    scene = read(raw)
    assert scene.fault == fault
    assert scene.assets == ()
    assert scene.radar is None


def test_radar_of_another_mission_is_not_mixed_in() -> None:
    """Its relative orbits are counted otherwise."""
    raw = rtc_item(HREFS, RING, platform="alos-2", constellation="alos")
    scene = read({**raw, "id": "ALOS2-1", "collection": "alos-palsar-rtc"})
    assert scene.fault == "radar; of catalogs only that of Sentinel-1 is read"


def test_passes_without_what_most_have_are_parted_from_the_series() -> None:
    """One of a single polarisation would take the other from all; what is on record counts."""
    both = [read(rtc_item(HREFS, RING, n)) for n in range(3)]
    single = [read(rtc_item({"vv": HREFS["vv"]}, RING, n)) for n in range(3, 7)]
    parted, count = part_mixed([*both, single[0]])
    assert (count, [s.fault for s in parted]) == (1, [None, None, None, "it has vv, most passes have vv vh"])
    assert part_mixed(single[:2], both)[1] == 2
    assert part_mixed([*both, *single])[1] == 0, "all of them have vv, and it is read alone"
    crossed = read(rtc_item({"hh": HREFS["vv"], "hv": HREFS["vh"]}, RING, 9))
    assert part_mixed([*both, crossed])[0][3].fault == "it has hh hv, most passes have vv vh"


def test_a_narrower_search_spoils_no_pass_that_is_on_record() -> None:
    """Of all, it takes their one polarisation; of a few, they stay as they are; of none it makes a fault."""
    both = [read(rtc_item(HREFS, RING, n)) for n in range(10)]
    narrow = [read(rtc_item(HREFS, RING, n), ("vv",)) for n in range(10)]
    assert part_mixed(narrow, both) == (tuple(narrow), 0)
    assert part_mixed(narrow[:4], both) == (tuple(both[:4]), 0)
    new = read(rtc_item(HREFS, RING, 10), ("vv",))
    assert part_mixed([*narrow[:4], new], both)[1] == 1, "it is not on record, and most have more"


def test_a_fault_is_one_printable_line() -> None:
    """Whatever the catalog calls its files."""
    raw = rtc_item(HREFS, RING)
    file = rtc_asset(HREFS["vv"], "vv", data_type="uint16\x1b[2J")
    raw["assets"] = {"vv\x1b[31m\n": {**file, "sar:polarizations": ["VV"]}, "vh": raw["assets"]["vh"]}
    fault = read(raw).fault
    assert fault == "vv [31m: its numbers are uint16 [2J: amplitudes, not intensities"


def test_slices_of_one_pass_are_one_look() -> None:
    """Where they overlap both hold the same speckle: of two that show the site one is taken; of a pass later on, too."""
    first = rtc_item(HREFS, RING)
    second = rtc_item(HREFS, RING, datetime="2023-10-03T09:32:35.300000Z")
    second["id"] = first["id"].replace("T093157", "T093222")
    later = rtc_item(HREFS, RING, 1)
    other = rtc_item(HREFS, RING, 0, ("descending", 109))
    taken = choose([read(raw) for raw in (first, second, later, other)], [SOURCE.name], WITHIN)
    assert [s.id for s in taken] == [first["id"], other["id"], later["id"]]
    assert taken[0].instead_of == (second["id"],)


def test_a_corrected_pass_is_taken_before_the_product_that_it_was_made_from() -> None:
    """Both are the same acquisition."""
    both = [read(grd_item(HREFS, RING)), read(rtc_item(HREFS, RING))]
    [taken] = choose(both, [SOURCE.name], WITHIN)
    assert taken.collection == "sentinel-1-rtc"
    assert taken.why == ("of the same acquisition; the other cannot be used: not corrected for terrain (GRD)")


@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_a_mangled_pass_breaks_nothing(data: st.DataObject) -> None:
    """Whatever stands anywhere in one, it can be filed and compared, or is refused in our words."""
    whole = rtc_item(HREFS, RING)
    try:
        scene = read(mangled(whole, data), data.draw(st.sampled_from([(), ("vv",)])))
    except BadItem:
        return
    assert from_json(FoundScene, to_json(scene)) == scene
    assert scene.fault is not None or (scene.radar is not None and scene.assets)
    (parted, *_), _ = part_mixed([scene, read(whole)])
    assert len(choose([parted, read(rtc_item(HREFS, RING, 1))], [SOURCE.name], WITHIN)) in (1, 2)


@pytest.mark.parametrize(
    ("text", "held"),
    [("ascending", (True, True, False)), ("58", (True, False, True)), ("Asc 58", (True, False, False))],
)
def test_an_orbit_is_a_direction_a_number_or_both(text: str, held: tuple[bool, ...]) -> None:
    """As a user types it."""
    takes = (("ascending", 58), ("ascending", 131), ("descending", 58))
    wish = parse_orbit(text)
    assert tuple(wish.holds(RadarTake(Flight(f), n, Units.LINEAR)) for f, n in takes) == held


@pytest.mark.parametrize("text", ["", "sideways", "0", "176", "58 109", "ascending descending"])
def test_what_is_no_orbit_is_refused(text: str) -> None:
    """With what could be written."""
    with pytest.raises(BadSetting, match="no orbit of Sentinel-1"):
        parse_orbit(text)
