"""
Footage: what it is, and the frames worth comparing.

Frames are taken at scene cuts, once a second, first and last, and where the camera has moved on since the last one;
near-duplicates are dropped; each keeps the time at which it is shown, for the rate may vary. The decoder runs in a
process of its own and may open nothing but the file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siteline.evidence.confined import ask_confined
from siteline.evidence.media.pdq import Pdq, distance, pdq
from siteline.model.errors import BadMedia, MissingExtra
from siteline.model.verdict import Fault, Inspection

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DUPLICATE = 8
"""Frames this close in PDQ are the same picture."""

_LONGEST_SIDE = 640
_SCENE_SIDE = 32
_CUT = 18.0
"""Mean change of luminance (of 255) from one frame to the next that may be a cut."""

_CUT_RATIO = 4.0
"""And it must stand out so much from the changes before it."""

_MOVED = 0.4
"""Change of luminance since the last frame kept, over the picture's own contrast, that shows another view."""

_LEAST_CHANGE = 1.5
"""Less (of 255) is noise, however plain the picture."""

_SOONEST = 0.2
"""Seconds between frames that are kept for movement."""

_CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,gif,ivf,m4v"
"""No playlists: they would make the decoder open other files and addresses."""


@dataclass(frozen=True, slots=True)
class FootageLimits:
    """How much of a video is looked at."""

    most_pixels: int = 8192 * 8192
    most_frames: int = 2000
    """Frames that are kept."""

    whole_s: float = 900.0
    """Footage longer than this is read at its codec's key frames only."""

    seconds: int = 300
    """Time the decoder may take."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame that was kept."""

    t: float
    """When it is shown, seconds from the start of the stream."""

    why: str
    """`first`, `last`, `cut`, `second` or `moved`."""

    pdq: Pdq


@dataclass(frozen=True, slots=True)
class Footage:
    """A video, read."""

    name: str
    codec: str
    width: int
    height: int
    duration_s: float | None
    decoded: int
    """Frames that were decoded."""

    frames: tuple[Frame, ...]
    pictures: tuple[NDArray[np.uint8], ...]
    """Luminance of each frame, at most 640 pixels long."""

    only_key_frames: bool
    remarks: tuple[str, ...]


_USUAL = FootageLimits()


def read_footage(path: Path, limits: FootageLimits = _USUAL) -> Footage:
    """Decode a video within limits; BadMedia says why where it cannot be decoded."""
    import numpy as np

    if find_spec("av") is None:
        raise MissingExtra.of("av", "media")
    with tempfile.TemporaryDirectory() as folder:
        request = {
            "path": str(path.resolve()),
            "folder": folder,
            "most_pixels": limits.most_pixels,
            "most_frames": limits.most_frames,
            "whole_s": limits.whole_s,
        }
        answer = ask_confined(__name__, request, seconds=limits.seconds)
        if "error" in answer:
            raise BadMedia(f"{path.name} was not decoded: {answer['error']}")
        stack = np.load(Path(folder) / "frames.npy", allow_pickle=False)
    frames = tuple(Frame(one["t"], one["why"], Pdq(one["pdq"], one["quality"])) for one in answer["frames"])
    return Footage(
        name=path.name,
        codec=answer["codec"],
        width=answer["width"],
        height=answer["height"],
        duration_s=answer["duration_s"],
        decoded=answer["decoded"],
        frames=frames,
        pictures=tuple(stack),
        only_key_frames=answer["only_key_frames"],
        remarks=tuple(answer["remarks"]),
    )


def inspect_footage(path: Path, limits: FootageLimits = _USUAL) -> Inspection:
    """Verdicts: decoded, not_decoded."""
    try:
        footage = read_footage(path, limits)
    except BadMedia as error:
        fault = Fault("not_decoded", path.name, str(error))
        return Inspection(
            "video",
            "not_decoded",
            "Its bytes can be kept; it was not decoded, so it is not compared.",
            (fault,),
        )
    facts: dict[str, Any] = {
        "codec": footage.codec,
        "width": footage.width,
        "height": footage.height,
        "duration_s": footage.duration_s,
        "decoded": footage.decoded,
        "frames": [
            {"t": frame.t, "why": frame.why, "pdq": frame.pdq.hex, "quality": frame.pdq.quality}
            for frame in footage.frames
        ],
    }
    faults = tuple(Fault("partly", path.name, text, grave=False) for text in footage.remarks)
    means = f"{footage.decoded} frames decoded, {len(footage.frames)} kept for comparison."
    return Inspection("video", "decoded", means, faults, facts)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """In the child: decode one file, write the kept frames beside, and tell of them."""
    import av
    import numpy as np

    options = {"protocol_whitelist": "", "format_whitelist": _CONTAINERS}
    try:
        with (
            Path(request["path"]).open("rb") as stream,
            av.open(stream, mode="r", options=options) as container,
        ):
            if not container.streams.video:
                return {"error": "there is no picture in it"}
            video = container.streams.video[0]
            width, height = video.codec_context.width, video.codec_context.height
            if not 0 < width * height <= request["most_pixels"]:
                return {"error": f"{width} × {height} pixels"}
            length = float(container.duration / av.time_base) if container.duration else None
            sparse = length is not None and length > request["whole_s"]
            if sparse:
                video.codec_context.skip_frame = "NONKEY"
            video.thread_type = "AUTO"
            video.codec_context.thread_count = 2
            chosen = _Chosen(request["most_frames"])
            try:
                for t, picture in _pictures(container, video):
                    chosen.see(t, picture)
            except av.error.FFmpegError as error:
                chosen.remarks.append(
                    f"it could be decoded only up to {chosen.last_t or 0:.2f} s ({_flat(error)})"
                )
    except (av.error.FFmpegError, OSError, ValueError, IndexError) as error:
        return {"error": _flat(error)}
    chosen.finish()
    if not chosen.kept:
        return {"error": "no frame of it could be decoded"}
    if sparse:
        chosen.remarks.append("it is long: only its codec's key frames were looked at")
    np.save(Path(request["folder"]) / "frames.npy", np.stack([picture for _, _, picture, _ in chosen.kept]))
    return {
        "codec": video.codec_context.name,
        "width": width,
        "height": height,
        "duration_s": length,
        "decoded": chosen.seen,
        "only_key_frames": sparse,
        "remarks": chosen.remarks,
        "frames": [
            {"t": round(t, 6), "why": why, "pdq": one.hex, "quality": one.quality}
            for t, why, _, one in chosen.kept
        ],
    }


def _pictures(container: Any, video: Any) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Time and luminance of each frame, turned as it is meant to be shown."""
    import numpy as np

    size = (0, 0)
    for frame in container.decode(video):
        if frame.time is None:
            continue
        scale = min(1.0, _LONGEST_SIDE / max(frame.width, frame.height))
        turns = round((getattr(frame, "rotation", 0) or 0) / 90) % 4
        wanted = (max(2, round(frame.width * scale)), max(2, round(frame.height * scale)))
        if size == (0, 0):
            size = wanted  # a stream may change its size; all frames are kept alike
        picture = frame.reformat(width=size[0], height=size[1], format="gray").to_ndarray()
        yield float(frame.time), np.ascontiguousarray(np.rot90(picture, turns))


class _Chosen:
    """The frames worth keeping, while they go by."""

    def __init__(self, most: int) -> None:
        self.kept: list[tuple[float, str, NDArray[np.uint8], Pdq]] = []
        self.remarks: list[str] = []
        self.seen = 0
        self.last_t: float | None = None
        self._most = most
        self._second: int | None = None
        self._small: NDArray[np.float32] | None = None
        self._usual: list[float] = []
        self._anchor: tuple[float, NDArray[np.float32]] | None = None
        self._last: tuple[float, NDArray[np.uint8]] | None = None

    def see(self, t: float, picture: NDArray[np.uint8]) -> None:
        """One more frame."""
        self.seen += 1
        self.last_t = t
        small = _thumbnail(picture)
        why = "" if self.seen > 1 else "first"
        if self._small is not None:
            change = float(abs(small - self._small).mean())
            usual = sorted(self._usual)[len(self._usual) // 2] if self._usual else 0.0
            if change > _CUT and change > _CUT_RATIO * usual:
                why = "cut"
            self._usual = [*self._usual[-24:], change]
        self._small = small
        if not why and int(t) != self._second:
            why = "second"
        self._second = int(t)
        self._last = (t, picture)
        if not why and self._anchor is not None and t - self._anchor[0] >= _SOONEST:
            change = float(abs(small - self._anchor[1]).mean())
            why = "moved" if change > max(_LEAST_CHANGE, _MOVED * float(small.std())) else ""
        if why:
            self._anchor = (t, small)
            self._keep(t, why, picture)

    def finish(self) -> None:
        """The last frame is kept too."""
        if self._last is not None and (not self.kept or self.kept[-1][0] != self._last[0]):
            self._keep(self._last[0], "last", self._last[1])

    def _keep(self, t: float, why: str, picture: NDArray[np.uint8]) -> None:
        import numpy as np

        if len(self.kept) >= self._most:
            if not self.remarks:
                self.remarks.append(
                    f"only the first {self._most} frames worth keeping were kept, up to {t:.0f} s"
                )
            return
        own = pdq(picture.astype(np.float32))
        if any(distance(own, other) <= DUPLICATE for _, _, _, other in self.kept):
            return
        self.kept.append((t, why, picture, own))


def _thumbnail(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    import numpy as np

    rows = np.linspace(0, picture.shape[0], _SCENE_SIDE + 1).astype(int)
    columns = np.linspace(0, picture.shape[1], _SCENE_SIDE + 1).astype(int)
    total = np.zeros((picture.shape[0] + 1, picture.shape[1] + 1), np.float32)
    total[1:, 1:] = picture.cumsum(0, dtype=np.float64).cumsum(1)
    corners = total[np.ix_(rows, columns)]
    area = np.outer(np.maximum(np.diff(rows), 1), np.maximum(np.diff(columns), 1))
    mean: NDArray[np.float32] = np.diff(np.diff(corners, axis=0), axis=1) / area
    return mean


def _flat(error: BaseException) -> str:
    text = " ".join(str(error).split())[:200]
    return text.split(": '")[0] or type(error).__name__
