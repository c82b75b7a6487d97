"""What a user must know of looks that were laid on one another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from siteline.cube.draft import Draft
from siteline.cube.native import is_reflectance
from siteline.cube.options import CubeOptions
from siteline.model.place import Site
from siteline.model.remark import Remark

_TELL_SHARE = 0.0005
"""Of the site; what is less than that is not worth a word."""


def tell_alignment(drafts: Sequence[Draft], site: Site, options: CubeOptions) -> tuple[Remark, ...]:
    """What to beware of in single looks and in the series, each thing once."""
    told = []
    for draft in drafts:
        scene, shift = draft.native.attrs["scene"], draft.shift
        if draft.why is None and draft.nudge is not None:
            told += _tell_nudge(scene, draft, options)
        elif draft.why is None and shift is not None and shift.residual > options.flag_residual_px:
            told.append(
                Remark(
                    scene,
                    f"may still lie {shift.residual:.1f} px beside the other looks",
                    "Do not measure on it alone.",
                )
            )
        elif draft.native.attrs["fault"] is not None:
            told.append(Remark(scene, f"left out: {draft.why}", "Fetch the file again."))
    used = [draft for draft in drafts if draft.why is None]
    turned = [
        draft
        for draft in used
        if draft.nudge is None and draft.transform != tuple(draft.native.attrs["transform"])
    ]
    if turned:
        told.append(
            Remark(
                site.id,
                f"{len(turned)} of {len(used)} frames were turned or moved to lie on the others",
                "Their shifts are counted from there.",
            )
        )
    unknown = [draft for draft in used if draft.shift is None and draft.nudge is None]
    if unknown:
        told.append(
            Remark(
                site.id,
                f"{len(unknown)} of {len(used)} looks could not be aligned (too little to hold on to): "
                "used where they lie, residual unknown",
            )
        )
    adrift = [draft for draft in used if draft.shift is not None and np.isnan(draft.shift.residual)]
    if adrift:
        told.append(
            Remark(
                site.id,
                f"too little of the former site is left in {len(adrift)} of {len(used)} looks to lay them on the "
                "others: used where their files put them on average, residual unknown",
                "Do not measure small movements across that change.",
            )
        )
    if len({is_reflectance(draft.native) for draft in used}) > 1:
        told.append(
            Remark(
                site.id,
                "some scenes have a scale and some have none: all are treated as relative",
                "Give scale and offset for all of them.",
            )
        )
    return tuple(told)


def _tell_nudge(scene: str, draft: Draft, options: CubeOptions) -> list[Remark]:
    """That a look lies where a person put it, and how far from where the images would."""
    said = "lies where it was nudged by hand"
    if draft.shift is None or draft.beside_px is None:
        return [Remark(scene, f"{said}; there is too little to hold on to, to check that")]
    if draft.beside_px <= options.flag_residual_px:
        return [Remark(scene, f"{said}, within {options.flag_residual_px:g} px of where the images put it")]
    return [
        Remark(
            scene,
            f"{said}, {draft.beside_px:.1f} px from where the images would put it",
            "Check the nudge; siteline scenes nudge SITE SCENE --undo takes it back.",
        )
    ]


def tell_vote(
    surfaces: NDArray[np.bool_] | None, inside: NDArray[np.bool_], site: Site
) -> tuple[Remark, ...]:
    """That the supplied masks took ground or roofs for cloud, if more than a speck of the site is concerned."""
    share = 0.0 if surfaces is None else np.count_nonzero(surfaces & inside) / np.count_nonzero(inside)
    if share < _TELL_SHARE:
        return ()
    return (
        Remark(
            site.id,
            f"the supplied masks call {100 * share:.2g} % of the site cloud, shadow or snow on most clear images, and it looks "
            "the same on all of them: taken for ground or roofs, and used",
        ),
    )
