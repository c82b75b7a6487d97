"""Frames of exhibits: hashed once for each blob, their pictures kept in the cache for a closer look."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteline.evidence.likeness.frames import HASHED, NOT_DECODED, Framed, look
from siteline.evidence.media.footage import Footage, Frame
from siteline.model.errors import BadInput, BadMedia, MissingExtra, NotFound
from siteline.model.exhibit import Exhibit
from siteline.model.remark import Remark
from siteline.store.blobs import room_on_disk
from siteline.workbench.case import Case

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TOOL = "evidence match"
SEEN = ("image", "video")
"""Kinds of exhibits that can look alike."""

_SHARE_OF_CACHE = 0.1
"""Part of the cache's cap that pictures of frames may take."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Visible:
    """The pictures and videos of a case that somebody may see."""

    by_id: dict[str, Exhibit]
    by_sha256: dict[str, list[Exhibit]]
    """Oldest first."""

    hides: bool
    """Whether there are others that he may not see."""


def visible(case: Case) -> Visible:
    """The pictures and videos that whoever opened the case may see."""
    hidden = case.exhibits.hidden()
    seen = [exhibit for _, exhibit in case.exhibits.after(0) if exhibit.kind in SEEN]
    open_ones = [exhibit for exhibit in seen if exhibit.id not in hidden]
    by_sha256: dict[str, list[Exhibit]] = {}
    for exhibit in open_ones:
        by_sha256.setdefault(exhibit.sha256, []).append(exhibit)
    return Visible({e.id: e for e in open_ones}, by_sha256, len(open_ones) < len(seen))


def frame_all(case: Case, exhibits: Sequence[Exhibit], progress: Progress) -> tuple[int, list[Remark]]:
    """
    Hash the frames of those blobs that were not hashed yet, one commit each; how many, and what was left out, why.

    What could not be decoded is tried again once the decoder is another version.
    """
    states, decoder = case.frames.states(), _decoder()
    waiting = [
        exhibit
        for exhibit in {e.sha256: e for e in exhibits}.values()
        if (known := states.get(exhibit.sha256)) is None
        or (known[0] == NOT_DECODED and known[1].get("decoder") != decoder)
    ]
    remarks: list[Remark] = []
    for done, exhibit in enumerate(waiting):
        progress("frame_evidence", done, len(waiting))
        try:
            framed = _frame(case, exhibit, decoder)
        except MissingExtra as error:
            remarks.append(Remark(exhibit.id, f"not looked at: {error}", error.hint))
            continue
        except (OSError, NotFound) as error:
            remarks.append(
                Remark(exhibit.id, f"its bytes cannot be read: {error}", "See: siteline evidence verify")
            )
            continue
        case.frames.file(framed, exhibit.id, TOOL)
    if waiting:
        progress("frame_evidence", len(waiting), len(waiting))
    states = case.frames.states()
    for exhibit in exhibits:
        state, about, _ = states.get(exhibit.sha256, ("", {}, 0))
        if state == NOT_DECODED:
            remarks.append(Remark(exhibit.id, f"not decoded, so not compared: {about.get('why', '')}"))
    return len(waiting), remarks


def _decoder() -> str:
    try:
        return f"av {version('av')}"
    except PackageNotFoundError:
        return "without av"


def _frame(case: Case, exhibit: Exhibit, decoder: str) -> Framed:
    try:
        if exhibit.kind == "image":
            luma = _luma(case, exhibit.sha256)
            about: dict[str, Any] = {"rows": luma.shape[0], "columns": luma.shape[1]}
            return Framed(exhibit.sha256, HASHED, about, (look(luma, None, "picture"),))
        import numpy as np

        footage = _decode(case, exhibit.sha256)
        frames = tuple(
            look(picture.astype(np.float32), frame.t, frame.why)
            for frame, picture in zip(footage.frames, footage.pictures, strict=True)
        )
    except (BadMedia, BadInput) as error:
        why = str(error).replace(exhibit.sha256[2:], exhibit.name)
        return Framed(exhibit.sha256, NOT_DECODED, {"why": why[:500], "decoder": decoder}, ())
    about = {
        "codec": footage.codec,
        "width": footage.width,
        "height": footage.height,
        "duration_s": footage.duration_s,
        "decoded": footage.decoded,
        "only_key_frames": footage.only_key_frames,
        "remarks": list(footage.remarks),
        "decoder": decoder,
    }
    return Framed(exhibit.sha256, HASHED, about, frames)


def _luma(case: Case, sha256: str) -> NDArray[np.float32]:
    from siteline.evidence.media.pictures import read_luma

    return read_luma(case.blobs.path(sha256))


def _decode(case: Case, sha256: str) -> Footage:
    """A video decoded, its pictures put into the cache."""
    from siteline.evidence.media.footage import read_footage

    footage = read_footage(case.blobs.path(sha256))
    _remember(case, sha256, footage)
    return footage


def pictures_of(case: Case, exhibit: Exhibit, framed: Framed) -> Footage:
    """The frames of an exhibit with their pictures (luminance), whatever kind it is; decoded again if need be."""
    import numpy as np

    if exhibit.kind == "image":
        luma = np.clip(np.round(_luma(case, exhibit.sha256)), 0, 255).astype(np.uint8)
        frame = Frame(0.0, "picture", framed.frames[0].whole.first)
        return Footage(exhibit.name, "", luma.shape[1], luma.shape[0], None, 1, (frame,), (luma,), False, ())
    kept = _recall(case, exhibit.sha256)
    pictures = kept if kept is not None else _decode(case, exhibit.sha256).pictures
    if len(pictures) != len(framed.frames):  # another decoder than then
        raise BadMedia(f"{exhibit.name} decodes to other frames than were hashed")
    frames = tuple(Frame(one.t or 0.0, one.why, one.whole.first) for one in framed.frames)
    height, width = pictures[0].shape
    return Footage(exhibit.name, "", width, height, None, len(frames), frames, tuple(pictures), False, ())


def _home(case: Case, sha256: str) -> Path:
    return case.cache / "frames" / f"{sha256}.npz"


def _remember(case: Case, sha256: str, footage: Footage) -> None:
    import numpy as np

    home = _home(case, sha256)
    with room_on_disk(case.folder):
        home.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix=".part-", dir=home.parent)
        aside = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                np.savez_compressed(stream, pictures=np.stack(footage.pictures))
            aside.replace(home)
        finally:
            aside.unlink(missing_ok=True)
    _trim(case, home)


def _recall(case: Case, sha256: str) -> tuple[NDArray[np.uint8], ...] | None:
    import numpy as np

    try:
        with np.load(_home(case, sha256), allow_pickle=False) as kept:
            return tuple(kept["pictures"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _trim(case: Case, newest: Path) -> None:
    """What was written longest ago goes first; it is made again when it is needed."""
    files = sorted(newest.parent.glob("*.npz"), key=lambda file: file.stat().st_mtime)
    surplus = sum(file.stat().st_size for file in files) - _SHARE_OF_CACHE * case.settings.cache.max_gb * 1e9
    for file in files:
        if surplus <= 0 or file == newest:
            return
        surplus -= file.stat().st_size
        file.unlink(missing_ok=True)
