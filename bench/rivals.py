"""What one would do without a series: difference two dates."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.ndimage import find_objects, label
from skimage.filters import threshold_otsu

from siteline.change.objects import outline_of
from siteline.model.change import ChangeEvent, Kind, Method
from siteline.model.dates import DateInterval
from siteline.model.imagery import Look


def find_by_two_dates(cube: xr.Dataset, looks: tuple[Look, ...], least_px: int) -> list[ChangeEvent]:
    """
    Change vector analysis of the first and the last clear look: standardised bands, Otsu's threshold, connected pixels.

    Its events can only be dated to the whole span.
    """
    usable = cube["why_not"].values == 0
    clear = np.flatnonzero(usable.mean(axis=(1, 2)) >= 0.9)
    first, last = (int(clear[0]), int(clear[-1])) if clear.size > 1 else (0, len(usable) - 1)
    both = usable[first] & usable[last]

    def standard(t: int) -> NDArray[np.float64]:
        value = cube["value"].values[t].astype(np.float64)
        mean, spread = value[:, both].mean(axis=1), value[:, both].std(axis=1)
        return (value - mean[:, None, None]) / spread[:, None, None]

    length = np.linalg.norm(standard(last) - standard(first), axis=0)
    changed = (length > threshold_otsu(length[both])) & both
    labels, count = label(changed, np.ones((3, 3)))
    by_id = {look.scene_id: look for look in looks}
    ids = [str(s) for s in cube["scene"].values]
    span = DateInterval(by_id[ids[first]].acquired.first_day, by_id[ids[last]].acquired.last_day)
    grid = cube.attrs["grid"]
    found = []
    for k, where in enumerate(find_objects(labels), start=1):
        mask = labels[where] == k
        if mask.sum() < least_px:
            continue
        outline = outline_of(mask, where[0].start, where[1].start, grid.transform)
        found.append(
            ChangeEvent(
                outline,
                grid.crs,
                Kind.SURFACE_CHANGE,
                None,
                Method.DETECTED,
                0.5,
                False,
                span,
                None,
                ids[first],
                ids[last],
                (),
            )
        )
    assert len(found) <= count
    return found
