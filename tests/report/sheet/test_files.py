"""Figures as files: the same bytes twice, provenance that others can read, nothing personal, nothing that runs."""

from __future__ import annotations

import getpass
import io
import json
import re
import socket
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring
from PIL import Image

from siteline.model.errors import BadInput, MissingExtra
from siteline.report.sheet.house import House
from siteline.report.sheet.lapse import compose_lapse
from siteline.report.sheet.presets import PRESETS, PresetName
from siteline.report.sheet.write import STILL, Format, write_moving, write_still
from siteline.report.sheet.xmp import NAMESPACE, Provenance, SceneSource, packet
from tests.conftest import wanted
from tests.report.sheet.subjects import compose, make_subject

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
BAD = "화성 <script>alert('x')</script> & \u202egnp.exe\u200b Завод"
SMALL = replace(PRESETS[PresetName.SQUARE], pixels_per_unit=0.6)
SHA = "ab" * 32


def provenance() -> Provenance:
    """Of a pair, with a hostile title."""
    return Provenance(
        title=BAD,
        caption="Before and after.",
        alt="Two images.",
        credit="Invented Space Agency",
        licence="CC BY 4.0",
        use="may be published",
        desk="Example Desk",
        stamps=("DRAFT – NOT REVIEWED",),
        simulated=False,
        shape="pair",
        site_id="invented",
        event_id="e000",
        scenes=(
            SceneSource("S21", "2023-12-28", SHA, "before"),
            SceneSource("S22", "2024-01-10", "cd" * 32, "after"),
        ),
        recipe="ef" * 32,
        version="0.1",
    )


@cache
def written(kind: Format) -> bytes:
    """A figure as a file of some format."""
    text = packet(provenance())
    if kind in (Format.GIF, Format.MP4):
        if kind is Format.MP4:
            wanted("av")
        return write_moving(lapse(), kind, House(), text)[0]
    return write_still(compose("pair", SMALL, labels=BAD).sheet, kind, House(), text)[0]


def lapse():  # type: ignore[no-untyped-def]
    """A time-lapse of six frames."""
    made = compose_lapse(make_subject(), SMALL)
    return replace(made, frames=made.frames[:6], durations_ms=made.durations_ms[:6])


def xmp_of(kind: Format, data: bytes) -> bytes:
    """The packet as somebody else's reader finds it."""
    if kind is Format.PDF:
        pikepdf = wanted("pikepdf")
        with pikepdf.open(io.BytesIO(data)) as pdf:
            return bytes(pdf.Root.Metadata.read_bytes())
    if kind is Format.SVG:
        root = fromstring(data)
        metadata = root.find("{http://www.w3.org/2000/svg}metadata/{adobe:ns:meta/}xmpmeta")
        assert metadata is not None
        return ET.tostring(metadata, encoding="utf-8")
    if kind is Format.MP4:
        at = data.index(bytes.fromhex("be7acfcb97a942e89c71999491e3afac"))
        length = int.from_bytes(data[at - 8 : at - 4], "big")
        assert at - 8 + length == len(data)
        return data[at + 16 :]
    if kind is Format.GIF:  # Pillow reads none: the block as the specification lays it out
        at = data.index(b"\x21\xff\x0bXMP DataXMP") + 14
        end = data.index(b"\x01\xff\xfe\xfd", at)
        assert data[end + 1 : end + 258] == bytes(range(255, -1, -1)) + b"\x00"
        return data[at:end]
    with Image.open(io.BytesIO(data)) as picture:
        found = picture.info.get("xmp") or picture.info["XML:com.adobe.xmp"]
        return found if isinstance(found, bytes) else found.encode()


@pytest.mark.parametrize("kind", list(Format))
def test_provenance_is_read_back_by_another_reader(kind: Format) -> None:
    """Title, rights, dates, scene ids with their SHA-256, recipe and version stand in every format."""
    raw = xmp_of(kind, written(kind)).decode()
    body = raw[raw.index("<x:xmpmeta") if "<x:xmpmeta" in raw else 0 :].split("<?xpacket end")[0]
    root = fromstring(body)
    about = root.find(f"{RDF}RDF/{RDF}Description")
    assert about is not None
    title = about.findtext(f"{DC}title/{RDF}Alt/{RDF}li") or ""
    assert title == "화성 <script>alert('x')</script> & gnp.exe Завод"
    assert "CC BY 4.0" in (about.findtext(f"{DC}rights/{RDF}Alt/{RDF}li") or "")
    creators = [li.text for li in about.iterfind(f"{DC}creator/{RDF}Seq/{RDF}li")]
    assert creators == ["Example Desk", "Invented Space Agency"]
    ours = f"{{{NAMESPACE}}}"
    scenes = [
        (li.findtext(f"{ours}id"), li.findtext(f"{ours}sha256"), li.findtext(f"{ours}acquired"))
        for li in about.iterfind(f"{ours}scenes/{RDF}Seq/{RDF}li")
    ]
    assert scenes == [("S21", SHA, "2023-12-28"), ("S22", "cd" * 32, "2024-01-10")]
    assert about.findtext(f"{ours}recipe") == "ef" * 32
    assert about.findtext("{http://ns.adobe.com/xap/1.0/}CreatorTool") == "Siteline 0.1"


@pytest.mark.parametrize("kind", list(Format))
def test_the_same_figure_gives_the_same_bytes(kind: Format) -> None:
    """Written twice, equal to the byte."""
    first = written(kind)
    written.cache_clear()
    assert written(kind) == first


@pytest.mark.parametrize("kind", list(Format))
def test_nothing_personal_is_in_the_file(kind: Format) -> None:
    """No login, no host, no folder of this machine."""
    data = written(kind)
    for personal in (getpass.getuser(), socket.gethostname(), str(Path.home()), str(Path.cwd())):
        if len(personal) > 4 and personal != "/root":
            assert personal.encode() not in data
    assert str(Path.cwd()).encode() not in data


def test_svg_is_inert() -> None:
    """No script, no handler, no address that is fetched, no character that turns a line; labels are still legible."""
    data = written(Format.SVG).decode()
    root = fromstring(data)
    tags = {element.tag.split("}")[1] for element in root.iter() if "svg" in element.tag}
    assert tags <= {"svg", "title", "desc", "metadata", "rect", "image", "path", "polygon", "text"}
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            if name.split("}")[-1] == "href":
                assert value.startswith("data:image/jpeg;base64,")
    assert not re.search("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]", data)
    said = " ".join(element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text"))
    assert "화성 <script>" in said


def test_a_pdf_is_whole_and_its_words_can_be_searched() -> None:
    """Another reader opens it, finds one page of the right size, fonts inside and no scripts."""
    pikepdf = wanted("pikepdf")
    sheet = compose("pair", PRESETS[PresetName.PRINT], labels="화성 Завод").sheet
    data, _ = write_still(sheet, Format.PDF, House(), packet(provenance()))
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert pdf.check_pdf_syntax() == []
        [page] = pdf.pages
        assert float(page.MediaBox[2]) == pytest.approx(180 / 25.4 * 72, abs=0.1)
        fonts = page.Resources.Font
        assert all("/FontDescriptor" in (font.get("/DescendantFonts", [font])[0]) for font in fonts.values())
        assert "/OpenAction" not in pdf.Root
        assert "/AA" not in pdf.Root
        assert b"/JavaScript" not in data


def test_print_is_300_dots_per_inch() -> None:
    """The PNG says its resolution: 180 mm wide at 300 dpi."""
    data, size = write_still(
        compose("timeline", PRESETS[PresetName.PRINT]).sheet, Format.PNG, House(), packet(provenance())
    )
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.info["dpi"][0] == pytest.approx(300, abs=0.5)
        assert picture.size == size
        assert size[0] == 2126


def test_a_time_lapse_holds_still_and_says_its_day() -> None:
    """All frames have one size; outside the panel and its hand nothing moves; a film shows them for as long as a GIF."""
    data = written(Format.GIF)
    with Image.open(io.BytesIO(data)) as film:
        assert film.n_frames == 6
        assert film.info["loop"] == 0
        frames = []
        for number in range(film.n_frames):
            film.seek(number)
            frames.append(film.convert("RGB"))
    heads = [frame.crop((0, 0, frame.width, frame.height // 6)).tobytes() for frame in frames]
    assert len(set(heads)) == 1
    assert len({frame.tobytes() for frame in frames}) == 6


def test_a_film_is_played() -> None:
    """An MP4 decodes to as many seconds as its frames are to last."""
    av = wanted("av")
    with av.open(io.BytesIO(written(Format.MP4))) as film:
        count = sum(1 for _ in film.decode(video=0))
        assert count == 7 * 6
        assert film.streams.video[0].width % 2 == 0


def test_a_film_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PyAV a film is refused with the command that brings it; a GIF is still made."""
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtra, match="av is not installed") as refused:
        write_moving(lapse(), Format.MP4, House(), "")
    assert "siteline[media]" in refused.value.hint
    assert write_moving(lapse(), Format.GIF, House(), "")[0].startswith(b"GIF89a")


def test_what_cannot_be_written_is_refused() -> None:
    """A still figure as GIF, a time-lapse as PDF, a printed time-lapse: each says what there is."""
    sheet = compose("timeline", SMALL).sheet
    with pytest.raises(BadInput, match="time-lapses"):
        write_still(sheet, Format.GIF, House(), "")
    with pytest.raises(BadInput, match="cannot be a pdf"):
        write_moving(lapse(), Format.PDF, House(), "")
    with pytest.raises(BadInput, match="cannot be printed"):
        compose_lapse(make_subject(), PRESETS[PresetName.PRINT])
    assert Format.WEBP in STILL


def test_simulated_is_said_in_the_words_of_the_trade() -> None:
    """A simulated figure is of IPTC's source type for media made by an algorithm."""
    told = packet(replace(provenance(), simulated=True))
    assert "digitalsourcetype/algorithmicMedia" in told
    assert "digitalsourcetype/compositeCapture" in packet(provenance())
    assert json.dumps(told)
