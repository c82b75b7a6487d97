"""Pictures opened with limits: what they are by their bytes, never more pixels than can be borne."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from siteline.model.errors import BadMedia

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

LARGEST_FILE = 256 << 20
MOST_PIXELS = 200_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "MPO", "AVIF")
"""Formats that a stranger's file may have; the library knows many rare ones, with rarer readers."""


@contextmanager
def open_picture(source: Path | bytes) -> Iterator[Image]:
    """An opened picture, not yet decoded; whatever the library raises becomes one kind of error."""
    from PIL import Image, UnidentifiedImageError

    name = source.name if isinstance(source, Path) else "the picture"
    size = source.stat().st_size if isinstance(source, Path) else len(source)
    if size > LARGEST_FILE:
        raise BadMedia(f"{name} is larger than {LARGEST_FILE >> 20} MiB")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd tags are said as facts, not on stderr
        try:
            opened = Image.open(source if isinstance(source, Path) else io.BytesIO(source), formats=FORMATS)
            with opened as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise BadMedia(f"{name} has {picture.width} × {picture.height} pixels, too many to open")
                yield picture
        except BadMedia:
            raise
        except (
            UnidentifiedImageError,
            Image.DecompressionBombError,
            OSError,
            ValueError,
            SyntaxError,
            EOFError,
            KeyError,
            IndexError,
            TypeError,
            AttributeError,
            OverflowError,
            ZeroDivisionError,
            MemoryError,
        ) as error:
            told = " ".join(str(error).split())[:120]
            raise BadMedia(f"{name} is no picture that can be read: {told or type(error).__name__}") from None


def luma_of(picture: Image, longest: int = 1024) -> NDArray[np.float32]:
    """
    Luminance (rows, columns), 0 to 255, of a picture made at most `longest` pixels long.

    A JPEG is decoded at a fraction of its size; the place of what is seen does not change.
    """
    import numpy as np
    from PIL import Image

    picture.draft("RGB", (longest, longest))
    still = picture
    if "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA"):
        still = Image.alpha_composite(
            Image.new("RGBA", picture.size, (255, 255, 255, 255)), picture.convert("RGBA")
        )
    still = still.convert("RGB")
    if max(still.size) > longest:
        scale = longest / max(still.size)
        size = (max(2, round(still.width * scale)), max(2, round(still.height * scale)))
        still = still.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    pixels = np.asarray(still, dtype=np.float32)
    luma: NDArray[np.float32] = pixels @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    return luma


def read_luma(source: Path | bytes, longest: int = 1024) -> NDArray[np.float32]:
    """Luminance of a picture file."""
    with open_picture(source) as picture:
        return luma_of(picture, longest)
