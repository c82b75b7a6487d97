"""PDQ: agrees with the reference, always 64 digits, never matches what is too plain."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from siteline.evidence.media.exif import inspect_exif
from siteline.evidence.media.pdq import ALIKE, Pdq, alike, distance, inspect_pdq, nearest, pdq, pdq_dihedral
from siteline.evidence.media.pictures import read_luma
from siteline.model.errors import BadInput, BadMedia
from tests.evidence.test_opentimestamps import mangle


@pytest.fixture(scope="module")
def pictures(shared: Path) -> Path:
    return shared / "data/evidence/pdq"


def test_hashes_agree_with_the_reference(pictures: Path) -> None:
    """Within 10 bits at quality 80 or more, which is what implementations may differ by; ours by 4 at most."""
    with (pictures / "reference_hashes.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 10
    for row in rows:
        own = pdq(read_luma(pictures / row["file"]))
        reference = Pdq(row["pdq_reference_hex"], 100)
        if own.quality >= 80:
            assert distance(own, reference) <= 10, row["file"]
        if row["file"].startswith("bridge-mods"):
            assert own.quality >= 80


def test_edits_are_alike_and_turnings_only_by_the_dihedral_search(pictures: Path) -> None:
    original = read_luma(pictures / "bridge-mods/aaa-orig.jpg")
    own = pdq(original)
    edits = [path for path in sorted((pictures / "bridge-mods").glob("*.jpg")) if path.stem != "aaa-orig"]
    assert len(edits) == 7
    for path in edits:
        other = pdq(read_luma(path))
        assert distance(own, other) <= 16, path.name
        assert alike(own, other)
    for mirrored in (original, np.fliplr(original)):
        for turns in range(4):
            turned = np.ascontiguousarray(np.rot90(mirrored, turns))
            if turns == 0 and mirrored is original:
                continue
            assert distance(pdq(turned), own) > 100
            found = nearest(pdq_dihedral(turned), [own])
            assert found is not None
            assert found[0] <= 12


def test_what_is_too_plain_is_kept_and_never_matches(pictures: Path) -> None:
    found = inspect_pdq(pictures / "misc-images/small.jpg")
    assert (found.verdict, found.facts["quality"], len(found.facts["pdq"])) == ("too_plain", 0, 64)
    assert found.facts["pdq"].startswith("000")
    own = Pdq(found.facts["pdq"], 0)
    assert not alike(own, own)
    assert nearest([own], [own]) is None


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 300), st.integers(2, 300), st.integers(0, 2**32 - 1))
def test_a_hash_has_64_digits_whatever_the_size(rows: int, columns: int, seed: int) -> None:
    luma = np.random.default_rng(seed).uniform(0, 255, (rows, columns)).astype(np.float32)
    own = pdq(luma)
    assert len(own.hex) == 64
    assert 0 <= own.quality <= 100
    if own.usable and min(rows, columns) >= 32:
        assert distance(own, pdq(luma * 0.5 + 20)) <= ALIKE


@pytest.mark.parametrize("text", ["", "0" * 63, "0" * 65, "G" * 64, "A" * 64])
def test_other_things_are_not_hashes(text: str) -> None:
    with pytest.raises(BadInput, match="64 hex digits"):
        Pdq(text, 100)


def jpeg(exif: Image.Exif | None = None) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((64, 64), 60).convert("RGB").save(out, "JPEG", **({"exif": exif} if exif else {}))
    return out.getvalue()


def test_a_place_in_a_picture_is_read_and_flagged(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x013B] = "A. Photographer"
    exif.get_ifd(0x8769)[0x9003] = "2024:04:19 10:00:00"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (39.0, 54.0, 36.0), "E", (127.0, 36.0, 0.0)
    (tmp_path / "a.jpg").write_bytes(jpeg(exif))
    found = inspect_exif(tmp_path / "a.jpg")
    assert found.verdict == "exif_sensitive"
    assert found.facts["gps"] == {"latitude": pytest.approx(39.91), "longitude": pytest.approx(127.6)}
    assert found.facts["times"] == {"taken": "2024:04:19 10:00:00"}
    assert {"gps", "personal"} <= found.codes()
    (tmp_path / "b.jpg").write_bytes(jpeg())
    assert inspect_exif(tmp_path / "b.jpg").verdict == "no_exif"


def test_a_real_photo_with_a_place_is_flagged(shared: Path) -> None:
    found = inspect_exif(shared / "data/evidence/c2pa/image/nikon-20221019-building.jpeg")
    assert (found.verdict, "gps" in found.codes()) == ("exif_sensitive", True)
    assert found.as_json()


def test_pictures_that_are_too_large_or_none_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import siteline.evidence.media.pictures as module

    (tmp_path / "a.jpg").write_bytes(b"not a picture")
    assert inspect_exif(tmp_path / "a.jpg").verdict == "not_decoded"
    (tmp_path / "a.jpg").write_bytes(jpeg())
    monkeypatch.setattr(module, "MOST_PIXELS", 100)
    with pytest.raises(BadMedia, match="too many"):
        read_luma(tmp_path / "a.jpg")


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_mangled_pictures_raise_nothing(
    pictures: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    names = [
        "pdq/misc-images/wee.jpg",
        "pdq/misc-images/small.jpg",
        "c2pa/image/nikon-20221019-building.jpeg",
    ]
    raw = (pictures.parent / data.draw(st.sampled_from(names))).read_bytes()[:200_000]
    out = tmp_path_factory.mktemp("mangled") / "a.jpg"
    out.write_bytes(mangle(raw, data))
    assert inspect_exif(out).as_json()
    assert inspect_pdq(out).verdict in ("hashed", "too_plain", "not_decoded")
