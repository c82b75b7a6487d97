"""Footage decoded in a child that may open nothing else; stills found in it, and none in strangers."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from siteline.evidence.media.footage import Footage, FootageLimits, inspect_footage, read_footage
from siteline.evidence.media.match import Frames, Still, crop_borders, find_still
from siteline.evidence.media.pdq import Pdq, distance
from siteline.model.errors import BadMedia
from tests.conftest import wanted
from tests.evidence.stills import EASY, HARD, as_sent, bars, grab, logo
from tests.evidence.test_c2pa import listening

av = wanted("av")

SHARES = [0.21, 0.64]


@pytest.fixture(scope="module")
def videos(shared: Path) -> Path:
    return shared / "data/evidence/video"


@pytest.fixture(scope="module")
def read(videos: Path) -> dict[str, Footage]:
    return {path.stem: read_footage(path) for path in sorted(videos.glob("*.mp4"))}


@pytest.fixture(scope="module")
def frames(read: dict[str, Footage]) -> dict[str, Frames]:
    return {name: Frames(one) for name, one in read.items()}


def test_frames_keep_the_time_at_which_they_are_shown(read: dict[str, Footage], videos: Path) -> None:
    """First, last, one a second; near-duplicates dropped; hashes as the reference has them at that time."""
    for name, footage in read.items():
        times = [frame.t for frame in footage.frames]
        assert times == sorted(times)
        assert times[0] == 0
        assert max(b - a for a, b in pairwise(times)) <= 1.5
        reference = [line.split(",") for line in (videos / f"vpdq-hashes/{name}.txt").read_text().split()]
        for frame in footage.frames:
            row = min(reference, key=lambda line: abs(float(line[3]) - frame.t))
            if frame.pdq.quality >= 80:
                assert distance(frame.pdq, Pdq(row[2], 100)) <= 20, (name, frame.t)
    hashes = [frame.pdq for frame in read["pattern-hd-no-bar"].frames]
    assert all(distance(a, b) > 8 for i, a in enumerate(hashes) for b in hashes[:i])


def test_stills_are_found_in_the_footage_they_come_from(frames: dict[str, Frames], videos: Path) -> None:
    """At least 95 % of crops, recolours and small logos; at least 80 % of large logos and pillar boxes."""
    stills = grab(videos / "pattern-hd-no-bar.mp4", SHARES)
    for edits, bar in ((EASY, 0.95), (HARD, 0.8)):
        found = [
            find_still(Still(name, as_sent(edit(still))), frames["pattern-hd-no-bar"]).verdict == "match"
            for name, edit in edits.items()
            for still in stills
        ]
        assert np.mean(found) >= bar, (list(edits), found)


def test_footage_with_a_logo_and_bars_of_its_own_is_found_from_a_clean_still(
    frames: dict[str, Frames], videos: Path
) -> None:
    """The real edits of the data: small logo at least 95 %, large logo at least 80 %."""
    stills = grab(videos / "pattern-hd-no-bar.mp4", [0.1, 0.75])
    for name in ("pattern-sd-with-small-logo-bar", "pattern-sd-with-large-logo-bar"):
        matches = [find_still(Still("still", as_sent(still)), frames[name]) for still in stills]
        assert all(match.verdict == "match" for match in matches), name


def test_the_time_of_a_match_is_the_time_of_the_still(frames: dict[str, Frames], videos: Path) -> None:
    still = grab(videos / "pattern-hd-no-bar.mp4", [0.5])[0]
    match = find_still(Still("still", as_sent(logo(0.4)(still))), frames["pattern-hd-no-bar"])
    assert match.t == pytest.approx(0.5 * 6.87, abs=0.7)


def test_nothing_is_found_among_strangers(
    read: dict[str, Footage], frames: dict[str, Frames], videos: Path
) -> None:
    """No frame within 31 bits, and no still of one scene in the other, not even where both carry one logo."""
    a, b = (
        [frame.pdq for frame in read[name].frames if frame.pdq.usable]
        for name in ("pattern-hd-no-bar", "doorknob-hd-no-bar")
    )
    assert min(distance(x, y) for x in a for y in b) > 31
    for source, other in (
        ("doorknob-hd-no-bar", "pattern-hd-no-bar"),
        ("pattern-hd-no-bar", "doorknob-hd-no-bar"),
    ):
        for still in grab(videos / f"{source}.mp4", [0.05]):
            for edit in (EASY["crop to 80 %"], bars(0.2)):
                match = find_still(Still("still", as_sent(edit(still))), frames[other])
                assert (match.verdict, match.inliers < 20) == ("no_match", True)
                assert "does not show that it is not in it" in match.means or "too plain" in match.means


def test_a_shared_logo_is_not_a_shared_scene() -> None:
    """Two scenes of noise with the same large, rich logo in the same corner."""
    rng = np.random.default_rng(5)
    mark = rng.uniform(0, 255, (30, 30)).repeat(5, 0).repeat(5, 1).astype(np.float32)

    def scene(seed: int) -> np.ndarray:
        luma = (
            np.random.default_rng(seed)
            .uniform(40, 220, (48, 64))
            .repeat(12, 0)
            .repeat(12, 1)
            .astype(np.float32)
        )
        luma[20:170, 600:750] = mark
        return luma

    still, other = scene(1), scene(2)
    footage = Footage("other", "none", 768, 576, 1.0, 1, (), (other.astype(np.uint8),), False, ())
    from dataclasses import replace

    from siteline.evidence.media.footage import Frame
    from siteline.evidence.media.pdq import pdq

    footage = replace(footage, frames=(Frame(0.0, "first", pdq(other)),))
    match = find_still(Still("still", still), Frames(footage))
    assert match.verdict == "no_match"
    assert match.inliers >= 20, "the logo itself is recognised, or the test shows nothing"
    assert match.spread < 0.08


def test_uniform_borders_are_cropped_and_pictures_are_not() -> None:
    rng = np.random.default_rng(3)
    picture = rng.uniform(0, 255, (120, 160)).astype(np.float32)
    boxed = np.full((180, 260), 7, np.float32)
    boxed[30:150, 50:210] = picture
    inner = crop_borders(boxed + rng.normal(0, 1, boxed.shape).astype(np.float32))
    assert abs(inner.shape[0] - 120) <= 4
    assert abs(inner.shape[1] - 160) <= 4
    assert crop_borders(picture).shape == picture.shape
    blank = np.full((50, 50), 9, np.float32)
    assert crop_borders(blank).shape == blank.shape


def made(path: Path, pictures: list[np.ndarray], rate: int = 10) -> Path:
    """A small video of given pictures."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 320, 240, "yuv420p", 4_000_000
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_image(Image.fromarray(picture))))
        container.mux(stream.encode())
    return path


def scene(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (12, 16, 3), np.uint8).repeat(20, 0).repeat(20, 1)


def test_a_scene_cut_is_kept_where_it_happens(tmp_path: Path) -> None:
    """Two stills of 0.65 s each: the second begins between whole seconds."""
    footage = read_footage(made(tmp_path / "a.mp4", [scene(1)] * 6 + [scene(2)] * 3))
    assert [(frame.why, round(frame.t, 2)) for frame in footage.frames] == [("first", 0.0), ("cut", 0.6)]


def test_limits_are_kept_and_told(tmp_path: Path) -> None:
    path = made(tmp_path / "a.mp4", [scene(n) for n in range(12)])
    few = read_footage(path, FootageLimits(most_frames=3))
    assert len(few.frames) == 3
    assert "only the first 3" in few.remarks[0]
    sparse = read_footage(path, FootageLimits(whole_s=0.5))
    assert sparse.only_key_frames
    assert sparse.decoded < 12
    with pytest.raises(BadMedia, match="320 × 240"):
        read_footage(path, FootageLimits(most_pixels=1000))
    with pytest.raises(BadMedia, match="more than 0"):
        read_footage(path, FootageLimits(seconds=0))


@pytest.mark.parametrize("raw", [b"", b"ID3" + b"\0" * 500, b"\0\0\0\x20ftypisom" + b"\xff" * 3000])
def test_what_cannot_be_decoded_is_kept_and_said_so(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "x.mp4").write_bytes(raw)
    found = inspect_footage(tmp_path / "x.mp4")
    assert found.verdict == "not_decoded"
    assert "Its bytes can be kept" in found.means


def test_footage_that_breaks_off_is_read_as_far_as_it_goes(videos: Path, tmp_path: Path) -> None:
    raw = (videos / "doorknob-hd-no-bar.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(raw[: len(raw) * 2 // 3])
    assert inspect_footage(tmp_path / "cut.mp4").verdict in ("decoded", "not_decoded")


def test_a_playlist_makes_the_decoder_open_nothing(tmp_path: Path) -> None:
    """A file of addresses, under any name: neither other files nor the network are touched."""
    with listening() as (port, asked):
        for name, text in (
            (
                "a.mp4",
                f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:{port}/x.ts\n#EXT-X-ENDLIST\n",
            ),
            ("b.m3u8", f"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:{port}/y.ts\n"),
            ("c.txt", f"ffconcat version 1.0\nfile 'http://127.0.0.1:{port}/z.mp4'\n"),
            ("d.sdp", f"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video {port} RTP/AVP 96\n"),
        ):
            (tmp_path / name).write_text(text)
            with pytest.raises(BadMedia, match="not decoded"):
                read_footage(tmp_path / name)
        assert asked == []


def test_a_still_is_also_a_picture_in_bytes() -> None:
    out = io.BytesIO()
    Image.fromarray(scene(4)).save(out, "PNG")
    assert as_sent(Image.open(io.BytesIO(out.getvalue()))).shape == (240, 320)
