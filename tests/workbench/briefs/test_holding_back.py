"""A redaction removes; it does not cover: nothing held back is in any file that goes out, however it is unpacked."""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import html
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st
from PIL import Image

from siteline.evidence.custody.restrictions import Restriction
from siteline.model.errors import BadInput, Leak
from siteline.report.edition.layers import texts_in
from siteline.report.edition.secrets import HELD, REDACTED, Secrets, snapped
from siteline.workbench.briefs.bundling import bundle_edition
from siteline.workbench.briefs.pressing import site_points
from siteline.workbench.case import Case
from tests.workbench.briefs.released import (
    GOOD,
    NOT_PRECISE,
    REPEATED,
    SECRET,
    A,
    as_analyst,
    brief_case,
    built,
    given,
    let_go,
    photograph,
    say,
    take,
    write,
)


def everything_in(data: bytes, deep: int = 0) -> Iterator[bytes]:
    """All bytes that a stranger can get out of a file: another reading than that of the press."""
    yield data
    if deep > 4:
        return
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                yield info.filename.encode() + info.comment + info.extra
                yield from everything_in(archive.read(info), deep + 1)
    if data[:2] == b"\x1f\x8b":
        yield from everything_in(gzip.decompress(data), deep + 1)
    for found in re.finditer(rb"base64,([A-Za-z0-9+/=]+)", data):
        yield from everything_in(base64.b64decode(found[1]), deep + 1)
    for found in re.finditer(rb'"payload":"([A-Za-z0-9+/=]+)"', data):
        yield from everything_in(base64.b64decode(found[1]), deep + 1)
    if data[:2] == b"\xff\xd8" or data[:4] == b"\x89PNG":
        with Image.open(io.BytesIO(data)) as picture:
            yield repr(picture.info).encode()
            exif = picture.getexif()
            yield repr([dict(exif), *(dict(exif.get_ifd(ifd)) for ifd in (0x8769, 0x8825))]).encode()
    if data[:5] == b"%PDF-":
        yield from pdf_parts(data)


def pdf_parts(data: bytes) -> Iterator[bytes]:
    """The words of a PDF as they are shown, its titles and alternative texts, its streams."""
    import pikepdf
    import pypdf

    yield " ".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(data)).pages).encode()
    with pikepdf.open(io.BytesIO(data)) as opened:
        for held in opened.objects:
            if isinstance(held, pikepdf.Stream):
                if "/Length1" in held or held.get("/Subtype") == "/Image":
                    continue  # letters' shapes and pixels are no words
                with contextlib.suppress(pikepdf.PdfError):
                    yield held.read_bytes()
            elif isinstance(held, pikepdf.Dictionary):
                yield " ".join(str(v) for v in held.values() if isinstance(v, pikepdf.String)).encode()


def grep(files: dict[str, bytes], said: str) -> list[str]:
    """Names of the files in which some words stand, whatever their case, spaces, escapes and marks."""
    return grep_all(files, [said])[said]


def grep_all(files: dict[str, bytes], every: Sequence[str]) -> dict[str, list[str]]:
    """The same of several words, each file read once."""
    wanted = {said: "".join(re.findall(r"\w+", said.casefold())) for said in every}
    found: dict[str, list[str]] = {said: [] for said in every}
    seen: dict[bytes, set[str]] = {}
    for name, data in files.items():
        held = set[str]()
        for raw in (name.encode(), *everything_in(data)):
            key = hashlib.sha256(raw).digest()
            if key not in seen:
                seen[key] = _said_in(raw, wanted)
            held |= seen[key]
        for said in held:
            found[said].append(name)
    return found


def _said_in(raw: bytes, wanted: Mapping[str, str]) -> set[str]:
    text = raw.decode("utf-8", "ignore")
    readings = {text, html.unescape(text), html.unescape(re.sub(r"<[^>]*>", "", text)), json_read(text)}
    plain = ["".join(re.findall(r"\w+", reading.casefold())) for reading in readings]
    return {said for said, letters in wanted.items() if any(letters in one for one in plain)}


def json_read(text: str) -> str:
    """A text with its escapes undone."""
    return re.sub(r"\\\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)


def published(case: Case, folder: Path) -> dict[str, bytes]:
    """Every file of every edition, its bundle, and the page as it is built again."""
    files = {}
    for edition in case.releases.all():
        for output in edition.noun.outputs:
            files[f"{edition.name}: {output.name}"] = case.blobs.read(output.sha256)
        out = folder / f"{edition.noun.number}.zip"
        bundle_edition(case, edition.name, out)
        files[out.name] = out.read_bytes()
    return files


def test_a_redacted_sentence_is_in_no_file_and_neither_is_what_it_rested_on(tmp_path: Path) -> None:
    case = brief_case(tmp_path)
    say(case, "G1", SECRET, page=f"From the notebook. {SECRET} End.")
    photo = photograph(case)
    file = write(
        tmp_path,
        GOOD,
        f"A guard said this: {SECRET} [@statement:G1]",
        f'![The gate](exhibit:{photo.id} "The gate, where {REPEATED}")',
        "<!-- " + SECRET + " -->",
    )
    built(case, file)
    names = {s.text: s.id for s in _sentences(case, file)}
    redacted = next(i for text, i in names.items() if "guard" in text)
    done = let_go(tmp_path, file, given(redact=[f"{redacted}=to protect a source"]))
    files = published(as_analyst(tmp_path / "case", A), tmp_path)
    files["rebuilt"] = built(as_analyst(tmp_path / "case", A), file).encode()
    assert grep(files, SECRET) == []
    assert grep(files, REPEATED) == []
    assert grep(files, "G1.txt") == []
    assert "to protect a source" in files["hall/1: page.html"].decode()
    assert REDACTED in files["hall/1: page.html"].decode()
    told = json.loads(files["hall/1: trace.json"])
    assert {"id": redacted, "redacted": "to protect a source"} in told["sentences"]
    assert SECRET not in repr(done.edition.noun)
    assert grep({"x": (tmp_path / "hall.md").read_bytes()}, SECRET) == ["x"]  # the search itself can find it


def test_words_that_a_printed_sentence_repeats_are_told_of_and_a_whole_repeat_is_taken_out(
    tmp_path: Path,
) -> None:
    case = brief_case(tmp_path)
    told = "Roofs inside the line drawn by hand were replaced in spring."
    file = write(
        tmp_path,
        GOOD,
        "Walls inside the line drawn by hand were raised in May, one guard said. [caveat; editorial]",
        f"{told} [caveat; editorial]",
        f"So it is: {told[:-1].lower()}, we think. [caveat; editorial]",
    )
    built(case, file)
    done = let_go(tmp_path, file, given(redact=["s3=safety"]))
    assert {r.subject for r in done.remarks} == {"s2", "s4"}
    texts = {s.id: s.text for s in done.edition.noun.sentences}
    assert texts["s2"].startswith("Walls inside the line drawn by hand were raised")
    assert texts["s4"] == f"So it is: {REDACTED}, we think."
    files = published(as_analyst(tmp_path / "case", A), tmp_path)
    assert grep(files, told) == []


def _sentences(case: Case, file: Path):  # type: ignore[no-untyped-def]
    from siteline.workbench.briefs.checking import check_brief

    return check_brief(case, file).brief.sentences


@pytest.mark.parametrize("how", ["round", "withhold"])
def test_an_exact_place_is_in_no_file(tmp_path: Path, how: str) -> None:
    case = brief_case(tmp_path)
    photo = photograph(case)
    file = write(tmp_path, GOOD, f"![The gate](exhibit:{photo.id})")
    built(case, file)
    said = given(*NOT_PRECISE, round_km=5.0) if how == "round" else given(*NOT_PRECISE, withhold=True)
    let_go(tmp_path, file, said)
    case = as_analyst(tmp_path / "case", A)
    files = published(case, tmp_path)
    points = list(site_points(case, case.register.get("s")))
    assert points
    for name, data in files.items():
        for raw in everything_in(data):
            numbers = {
                round(float(n), 3) for n in re.findall(r"-?\d{1,3}\.\d{3,}", raw.decode("utf-8", "ignore"))
            }
            rounded = {c for p in points for c in snapped(*_middle(points), 5.0)} if how == "round" else set()
            exact = {round(c, 3) for p in points for c in p} - rounded
            assert not numbers & exact, name
    for scene in case.scenes.all("s"):
        assert grep(files, scene.sha256) == []
        assert grep(files, scene.id) == []
    place = json.loads(files["hall/1: places/places-1.geojson"])
    [feature] = place["features"]
    assert (feature["geometry"] is None) == (how == "withhold")
    assert "<coordinates>" not in files["hall/1: places/places-1.kml"].decode() or how == "round"
    assert not [n for n in files if n.endswith(".jpg") and b"GPS" in b"".join(everything_in(files[n]))]


def _middle(points: list[tuple[float, float]]) -> tuple[float, float]:
    return sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)


def test_the_exact_place_is_there_where_it_is_needed(tmp_path: Path) -> None:
    case = brief_case(tmp_path)
    file = write(tmp_path, GOOD)
    built(case, file)
    let_go(tmp_path, file, given())
    files = published(as_analyst(tmp_path / "case", A), tmp_path)
    [feature] = json.loads(files["hall/1: places/places-1.geojson"])["features"]
    assert feature["geometry"]["type"] == "Polygon"
    assert b"<coordinates>" in files["hall/1: places/places-1.kml"]


def test_what_is_confidential_is_never_named(tmp_path: Path) -> None:
    case = brief_case(tmp_path)
    kept = take(
        case,
        b"the list of informants",
        "informants-of-the-valley.txt",
        restriction=Restriction("sources", (A, "B. Second")),
    )
    file = write(tmp_path, GOOD, "A list called informants-of-the-valley.txt exists. [caveat; editorial]")
    built(case, file)
    let_go(tmp_path, file, given())
    files = published(as_analyst(tmp_path / "case", A), tmp_path)
    for said in (kept.id, kept.sha256, kept.name):
        assert grep(files, said) == []


def test_a_held_figure_is_not_there(tmp_path: Path) -> None:
    case = brief_case(tmp_path)
    photo = photograph(case)
    file = write(tmp_path, GOOD, f"![The northern gate in winter](exhibit:{photo.id})")
    built(case, file)
    let_go(tmp_path, file, given(hold=["f1=people could be recognised"]))
    files = published(as_analyst(tmp_path / "case", A), tmp_path)
    assert not [name for name in files if "figures/" in name]
    assert "people could be recognised" in files["hall/1: page.html"].decode()
    assert grep(files, photo.sha256) == []


def test_figures_carry_the_number_of_their_edition(tmp_path: Path) -> None:
    case = brief_case(tmp_path)
    photo = photograph(case)
    file = write(tmp_path, GOOD, f"![The gate](exhibit:{photo.id})")
    built(case, file)
    let_go(tmp_path, file, given())
    files = published(as_analyst(tmp_path / "case", A), tmp_path)
    picture = files["hall/1: figures/f1-1.jpg"]
    with Image.open(io.BytesIO(picture)) as opened:
        opened.load()
        assert opened.info["comment"] == b"edition 1, figure 1"
    sidecar = json.loads(files["hall/1: figures/f1-1.jpg.json"])
    assert (sidecar["edition"], sidecar["figure"]) == ("1", 1)


@pytest.mark.parametrize(("decision", "name"), [("redact", "s99=x"), ("hold", "f9=x")])
def test_a_hold_of_what_is_not_there_is_refused(tmp_path: Path, decision: str, name: str) -> None:
    case = brief_case(tmp_path)
    file = write(tmp_path, GOOD)
    built(case, file)
    with pytest.raises(BadInput, match="has no"):
        let_go(tmp_path, file, given(**{decision: [name]}))


def test_a_reason_that_repeats_what_is_redacted_stops_the_release(tmp_path: Path) -> None:
    case = brief_case(tmp_path)
    file = write(tmp_path, GOOD, "The northern gate is left open at night. [caveat; editorial]")
    built(case, file)
    with pytest.raises(Leak):
        let_go(tmp_path, file, given(redact=["s2=the northern gate is left open at night"]))
    assert case.releases.all() == []


WORD = st.text(st.characters(categories=("Ll", "Lu", "Nd")), min_size=1, max_size=9)
SENTENCE = st.lists(WORD, min_size=2, max_size=14)
BETWEEN = st.sampled_from([" ", "  ", ", ", "\n", " – ", "\u200b ", "… "])


@settings(max_examples=200, deadline=None)
@given_any(
    words=SENTENCE, around=st.lists(WORD, max_size=6), gaps=st.lists(BETWEEN, min_size=20, max_size=20)
)
def test_however_a_sentence_is_set_it_is_found_and_taken_out(
    words: list[str], around: list[str], gaps: list[str]
) -> None:
    """Other spaces, other stops, other case: none of it hides the sentence, and cleaning leaves none of it."""
    secrets = Secrets({"s1": " ".join(words) + "."})
    set_again = "".join(word.upper() + gap for word, gap in zip(words, gaps, strict=False))
    text = " ".join(around) + " " + set_again + " " + " ".join(around)
    if all(len(w.upper().casefold()) for w in words):
        assert next(secrets.find(text), None) is not None
    cleaned = secrets.clean(text)
    assert next(secrets.find(cleaned), None) is None


PLACES = ["39.9123 N, 127.6123 E", "39°54'44\"N 127°36'44\"E", "N 39.9123, E 127.6123", "39.91234, 127.61234",
          "52SDG 12345 67890", "geo:39.9,127.6", "https://www.google.com/maps/@39.9,127.6,15z", "8Q7XWF2J+9V",
          "https://www.openstreetmap.org/#map=15/39.9/127.6", "39° 54′ N", "39,9123° N 127,6123° E"]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_places_in_prose_are_taken_out(place: str) -> None:
    secrets = Secrets(is_place_held=True)
    assert secrets.clean(f"The gate is at {place} exactly.") in (
        f"The gate is at {HELD} exactly.",
        f"The gate is at {HELD}{HELD} exactly.",
        f"The gate is at {HELD} {HELD} exactly.",
    )


@pytest.mark.parametrize(
    "said",
    [
        "about 4,300 m² (95 %: 4,080–4,550)",
        "12 North Street",
        "pages 10.5, 11.25",
        "on 3 April 2024",
        "3 Sites",
    ],
)
def test_numbers_that_are_no_places_stay(said: str) -> None:
    assert Secrets(is_place_held=True, places=((39.9, 127.6),)).clean(said) == said


@given_any(
    lat=st.floats(-84, 84),
    lon=st.floats(-180, 180),
    km=st.floats(0.5, 100),
    off=st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
)
def test_rounding_moves_no_place_further_than_the_net_and_always_to_the_same_node(
    lat: float, lon: float, km: float, off: tuple[float, float]
) -> None:
    node = snapped(lat, lon, km)
    assert snapped(*node, km)[0] == pytest.approx(node[0], abs=0.002)
    assert abs(node[0] - lat) * 111.32 <= km / 2 + 0.1
    assert -180 <= node[1] <= 180


@given_any(
    places=st.lists(st.tuples(st.floats(-80, 80), st.floats(-179, 179)), min_size=1, max_size=5),
    off=st.tuples(st.floats(-0.0018, 0.0018), st.floats(-0.0018, 0.0018)),
    is_turned=st.booleans(),
)
def test_a_place_that_is_held_is_found_in_a_file_of_numbers(
    places: list[tuple[float, float]], off: tuple[float, float], is_turned: bool
) -> None:
    """Near any of several places, in either order; far from all of them two numbers are just numbers."""
    secrets = Secrets(is_place_held=True, places=tuple(places))
    for lat, lon in places:
        near, far = (lat + off[0], lon + off[1]), (lat + 100 if lat < 0 else lat - 100, lon)
        for (first, second), is_held in ((near, True), (far, False)):
            if is_held or all(abs(first - a) > 0.01 and abs(first - b) > 0.01 for a, b in places):
                said = (second, first) if is_turned else (first, second)
                found = list(secrets.find(f"x {said[0]:.5f} 12 {said[1]:.5f} y", is_data=True))
                assert (found != []) is is_held


@settings(deadline=None)
@given_any(
    data=st.binary(max_size=300),
    head=st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"%PDF-"]),
)
def test_no_file_breaks_the_look_into_it(data: bytes, head: bytes) -> None:
    list(texts_in(head + data))
