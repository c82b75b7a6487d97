"""Supplied masks: what each kind of mask says, as one set of codes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siteline.model.imagery import WhyNot

MASK_BANDS = {"nonzero_bad": 1, "scl": 1, "qa_pixel": 1, "udm2": 8}


def read_codes(mask: NDArray[np.generic], kind: str) -> NDArray[np.uint8]:
    """
    `WhyNot` codes (y, x) of a supplied mask (band, y, x).

    kind: `nonzero_bad` (anything but 0 is bad), `udm2` (Planet: 1 clear, 2 snow, 3 shadow, 4 light haze,
    5 heavy haze, 6 cloud, 7 confidence, 8 unusable), `scl` (Sentinel-2 scene classes), `qa_pixel` (Landsat
    Collection 2 bits). Light haze counts as usable, as the provider says it should.
    """
    first = np.asarray(mask[0])
    codes = np.zeros(first.shape, np.uint8)
    if kind == "udm2":
        codes[np.asarray(mask[2]) == 1] = WhyNot.CLOUD_SHADOW
        codes[np.asarray(mask[1]) == 1] = WhyNot.SNOW
        codes[(np.asarray(mask[4]) == 1) | (np.asarray(mask[5]) == 1)] = WhyNot.CLOUD
        if mask.shape[0] > 7:
            codes[(np.asarray(mask[7]) & 1) == 1] = WhyNot.NO_IMAGE  # bit 0: black fill
    elif kind == "scl":
        codes[first == 0] = WhyNot.NO_IMAGE
        codes[first == 1] = WhyNot.SATURATED
        codes[first == 3] = WhyNot.CLOUD_SHADOW
        codes[(first == 8) | (first == 9) | (first == 10)] = WhyNot.CLOUD
        codes[first == 11] = WhyNot.SNOW
    elif kind == "qa_pixel":
        bits = first.astype(np.uint32)
        codes[(bits & 0b10_0000) > 0] = WhyNot.SNOW
        codes[(bits & 0b1_0000) > 0] = WhyNot.CLOUD_SHADOW
        codes[(bits & 0b1110) > 0] = WhyNot.CLOUD
        codes[(bits & 0b1) > 0] = WhyNot.NO_IMAGE
    else:
        codes[first != 0] = WhyNot.CLOUD
    return codes
