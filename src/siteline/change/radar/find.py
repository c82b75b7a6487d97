"""A radar series goes in, dated changes of the ground come out, each with what every orbit saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import ndimage

from siteline.change.radar.dating import MARGIN, Dated, Track, date_changes
from siteline.change.radar.odds import odds_of
from siteline.change.radar.options import REACH_M, TESTED_LOOKS, TESTED_PIXEL_M, RadarOptions
from siteline.change.radar.pwtt import weigh_event
from siteline.change.radar.quiet import looks_for
from siteline.change.radar.tracks import Ready, make_ready, tracks_of
from siteline.change.radar.within import Asked, Line, date_within
from siteline.model.dates import DateInterval
from siteline.model.imagery import Grid
from siteline.model.radar import RadarChanges, RadarEvent, RadarLook, TrackSight
from siteline.model.remark import Remark
from siteline.raster.grid import outline_of, polygon_mask

Mask = NDArray[np.bool_]
Logs = NDArray[np.floating]

_AROUND = np.ones((3, 3), bool)
_SPARE_LOOKS = (6, 3)
"""Of each round: how many looks before the first story are not trusted to be before it."""

_ONE_THING_PX, _PEAKS_APART_PX = 16, 2
"""Pieces of more pixels may be several things; their peaks lie farther apart than so many pixels."""

WORKS_M = 6.0
"""How far beyond an outline of images of light the ground is taken into the date of its first works."""

_FEWEST_PX = 3
"""Where an outline has fewer pixels, those that it touches are taken, too."""

_ONE_STORY_DAYS = 75
_MOST_PIXELS = 4000
"""A place of more is dated by an even sample of its pixels."""


def find_radar_changes(
    cube: xr.Dataset, looks: tuple[RadarLook, ...], asked: tuple[Asked, ...], options: RadarOptions
) -> RadarChanges:
    """
    What changed on the ground, and between which two radar looks, tested one track at a time.

    cube: `cube/radar.py` says what it holds; looks: all of them, used or not. Places that any track finds are dated by all.
    asked: places, in the cube's CRS, of which images of light say that they changed: radar is asked at each by itself, and what
    it sees beyond their reach are events of its own. A track with too few looks says nothing, and that is said.
    """
    ready, remarks = ready_tracks(cube, options)
    return tell_changes(ready, cube, looks, asked, options, remarks)


def ready_tracks(cube: xr.Dataset, options: RadarOptions) -> tuple[tuple[Ready, ...], tuple[Remark, ...]]:
    """All tracks with looks enough, and what is to be said of the others."""
    remarks, ready = [], []
    for name in tracks_of(cube):
        count = int((cube["track"].values == name).sum())
        if count < options.least_looks:
            remarks.append(
                Remark(
                    f"radar, {name}",
                    f"{count} looks are too few to test for change: it says nothing",
                    f"Add scenes of that orbit: at least {options.least_looks}, better 40.",
                )
            )
            continue
        ready.append(make_ready(cube, name, options))
    return tuple(ready), tuple(remarks)


def tell_changes(
    ready: Sequence[Ready],
    cube: xr.Dataset,
    looks: tuple[RadarLook, ...],
    asked: tuple[Asked, ...],
    options: RadarOptions,
    remarks: tuple[Remark, ...] = (),
) -> RadarChanges:
    """What `find_radar_changes` finds, of tracks that were made ready before."""
    grid: Grid = cube.attrs["grid"]
    answers: list[RadarEvent | None] = [None] * len(asked)
    events: tuple[RadarEvent, ...] = ()
    if ready:
        found = np.any([track.found for track in ready], axis=0)
        logs = [track.lee_logs() for track in ready] if found.any() else []
        bands = tuple(str(name) for name in cube["band"].values)
        near = [polygon_mask(one.outline.buffer(REACH_M), grid, all_touched=True) for one in asked]
        answers = [
            _begin(_answer(ready, logs, found & mask, grid, options), one, ready, grid, bands)
            for mask, one in zip(near, asked, strict=True)
        ]
        claimed = np.any([m for m, a in zip(near, answers, strict=True) if a is not None] or [~found], axis=0)
        events = _events_of(ready, logs, found & ~claimed, grid, options)
    return RadarChanges(
        events,
        tuple(answers),
        tuple(track.state for track in ready),
        looks,
        bool(ready) and _is_tested(ready, cube, grid),
        (*remarks, *_tell(ready)),
    )


def _answer(
    ready: Sequence[Ready], logs: Sequence[Logs], mask: Mask, grid: Grid, options: RadarOptions
) -> RadarEvent | None:
    """What radar says of one place that it was asked about: its gravest story; None if it sees none."""
    if mask.sum() < options.least_pixels:
        return None
    stories = [s for s in date_place(ready, mask) if s.gain >= options.least_gain]
    told = [_event(ready, logs, mask, story, grid) for story in stories]
    return max(told, key=lambda e: e.gain, default=None)


def _begin(
    answer: RadarEvent | None, asked: Asked, ready: Sequence[Ready], grid: Grid, bands: tuple[str, ...]
) -> RadarEvent | None:
    """What radar says of a place, and on which of the days that images of light allow works began there."""
    if answer is None or asked.onset.after is None:
        return answer
    near = asked.outline.buffer(WORKS_M)
    mask = polygon_mask(near, grid, all_touched=False)
    if mask.sum() < _FEWEST_PX:
        mask = polygon_mask(near, grid, all_touched=True)
    if not mask.any():  # beside the site, within reach of what was found
        return answer
    lines = []
    for track in ready:
        before = sum(day <= asked.onset.after for day in track.days)
        freed = track.season.free_place(
            track.raw[:, :, mask], before, looks_for(int(mask.sum()), track.windows)
        )
        level = 10 * np.log10(freed.mean(axis=2, dtype=np.float64))
        lines.append(Line(track.days, level, bands, track.wander))
    return replace(answer, began=date_within(lines, asked.onset, asked.kind))


def _is_tested(ready: Sequence[Ready], cube: xr.Dataset, grid: Grid) -> bool:
    """Whether the series is like those on which probabilities were fitted and checked."""
    low, high = TESTED_PIXEL_M
    return (
        grid.gsd_m is not None
        and low <= grid.gsd_m <= high
        and set(map(str, cube["band"].values)) == {"vv", "vh"}
        and all(TESTED_LOOKS[0] <= len(track.days) <= TESTED_LOOKS[1] for track in ready)
    )


def _tell(ready: Sequence[Ready]) -> list[Remark]:
    """What the user must know of the calibration."""
    told = []
    for track in ready:
        if not np.isfinite(track.state.threshold):
            told.append(
                Remark(
                    f"radar, {track.name}",
                    "too little of the site is quiet to count false alarms on: it finds nothing",
                    "Draw a larger area of interest, with unchanged ground around the works.",
                )
            )
    return told


def _events_of(
    ready: Sequence[Ready], logs: Sequence[Logs], found: Mask, grid: Grid, options: RadarOptions
) -> tuple[RadarEvent, ...]:
    """All changes of places that changed, the most probable first."""
    height = np.max([track.statistic / track.state.threshold for track in ready], axis=0)
    events = []
    for mask, stories in _dated_pieces(ready, found, height, options):
        for story in _without_returns(stories):
            if story.gain >= options.least_gain:
                events.append(_event(ready, logs, mask, story, grid))
    return tuple(sorted(events, key=lambda e: (-e.probability, -e.gain, e.outline.bounds)))


def _without_returns(stories: Sequence[Dated]) -> list[Dated]:
    """What came and went again is one event, from when it came on: its going is none of its own."""
    told: list[Dated] = []
    is_return = False
    for story in stories:
        if not is_return:
            told.append(story)
        is_return = story.back and not is_return
    return told


def _dated_pieces(
    ready: Sequence[Ready], found: Mask, height: Logs, options: RadarOptions
) -> list[tuple[Mask, tuple[Dated, ...]]]:
    """
    Places that changed, each with its stories.

    What touches may be several things that changed at different times: it is parted around its peaks, each part is dated, and
    parts that may be of one day are put together again.
    """
    pieces, count = ndimage.label(found, _AROUND)
    told: list[tuple[Mask, tuple[Dated, ...]]] = []
    for number in range(1, count + 1):
        whole = pieces == number
        if whole.sum() < options.least_pixels:
            continue
        parts = _part(whole, height, options.least_pixels)
        dated = [(part, date_place(ready, part)) for part in parts]
        for group in _together(dated):
            if len(group) == 1:
                told.append(group[0])
            else:
                mask = np.any([part for part, _ in group], axis=0)
                told.append((mask, date_place(ready, mask)))
    return told


def _part(whole: Mask, height: Logs, least: int) -> list[Mask]:
    """A piece parted around the peaks of the statistic, if it is large enough to be more than one thing."""
    from skimage.feature import peak_local_max
    from skimage.segmentation import watershed

    if whole.sum() <= _ONE_THING_PX:
        return [whole]
    smoothed = ndimage.gaussian_filter(np.where(whole, np.log(np.maximum(height, 1e-3)), 0.0), 1.0)
    peaks = peak_local_max(  # type: ignore[no-untyped-call]
        smoothed, min_distance=_PEAKS_APART_PX, labels=whole.astype(int)
    )
    marks = np.zeros(whole.shape, int)
    marks[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
    basins = watershed(-smoothed, marks, mask=whole)  # type: ignore[no-untyped-call]
    parts = [basins == n for n in range(1, len(peaks) + 1)]
    return [part for part in parts if part.sum() >= least] or [whole]


def _together(dated: list[tuple[Mask, tuple[Dated, ...]]]) -> list[list[tuple[Mask, tuple[Dated, ...]]]]:
    """Parts that touch and whose first stories may be of one day and were seen best within two months, in groups."""
    groups: list[list[tuple[Mask, tuple[Dated, ...]]]] = []
    for one in dated:
        mine = [g for g in groups if any(_may_be_one(one, other) for other in g)]
        for group in mine:
            groups.remove(group)
        groups.append([one, *(other for group in mine for other in group)])
    return groups


def _may_be_one(a: tuple[Mask, tuple[Dated, ...]], b: tuple[Mask, tuple[Dated, ...]]) -> bool:
    if not a[1] or not b[1] or not (ndimage.binary_dilation(a[0], _AROUND) & b[0]).any():
        return False
    first, second = a[1][0], b[1][0]
    overlap = min(first.by, second.by) > max(first.after, second.after)
    return overlap and abs((first.main - second.main).days) <= _ONE_STORY_DAYS


def date_place(ready: Sequence[Ready], mask: Mask, margin: float = MARGIN) -> tuple[Dated, ...]:
    """
    The stories of one place, from all tracks.

    First with the season that each pixel shares; then anew with the season that the place had before it changed first.
    """
    sample = _sample(mask)
    tracks = [
        Track(
            t.days,
            t.season.free(t.raw[:, :, sample[0], sample[1]]),
            looks_for(int(mask.sum()), t.windows),
            t.wander,
        )
        for t in ready
    ]
    stories = date_changes(tracks, margin)
    for spare in _SPARE_LOOKS:
        if not stories:
            break
        day = stories[0].main if spare == _SPARE_LOOKS[0] else stories[0].by
        tracks = [
            replace(
                track,
                series=t.season.free_place(
                    t.raw[:, :, sample[0], sample[1]], _before(t, day, spare), track.looks
                ),
            )
            for t, track in zip(ready, tracks, strict=True)
        ]
        stories = date_changes(tracks, margin)
    return stories


def _before(track: Ready, day: date, spare: int) -> int:
    """How many looks surely precede works that show on a day."""
    return max(0, sum(d < day for d in track.days) - spare)


def _sample(mask: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    rows, cols = np.nonzero(mask)
    if rows.size > _MOST_PIXELS:
        few = np.linspace(0, rows.size - 1, _MOST_PIXELS).astype(np.intp)
        rows, cols = rows[few], cols[few]
    return rows, cols


def _event(ready: Sequence[Ready], logs: Sequence[Logs], mask: Mask, story: Dated, grid: Grid) -> RadarEvent:
    sights = tuple(_sight(track, log, mask, story) for track, log in zip(ready, logs, strict=True))
    pixels = int(mask.sum())
    assert grid.crs is not None
    return RadarEvent(
        outline=outline_of(mask, grid),
        crs=grid.crs,
        onset=DateInterval(story.after, story.by),
        main=story.main,
        until=story.until,
        probability=round(odds_of(story.gain, pixels, sum(s.seen for s in sights)), 3),
        gain=round(story.gain, 1),
        pixels=pixels,
        tracks=sights,
    )


def _sight(track: Ready, logs: NDArray[np.floating], mask: Mask, story: Dated) -> TrackSight:
    days = track.days
    before = [n for n, day in enumerate(days) if day <= story.after]
    after = [
        n for n, day in enumerate(days) if day >= story.main and (story.until is None or day <= story.until)
    ]
    top = float(track.statistic[mask].max())
    steps: tuple[float, ...] = ()
    if before and after:
        place = track.raw[:, :, mask]
        rise = np.log10(place[after].mean(axis=(0, 2)) / place[before].mean(axis=(0, 2)))
        steps = tuple(round(10 * float(r), 2) for r in rise)
    first = days[0].toordinal()
    t = weigh_event(
        logs[:, :, mask][..., None],
        np.array([d.toordinal() - first for d in days]),
        story.main.toordinal() - first,
    )
    shown = [n for n, day in enumerate(days) if day >= story.by]
    return TrackSight(
        track=track.name,
        seen=bool(track.found[mask].any()),
        exceeds=round(top / track.state.threshold, 3) if np.isfinite(track.state.threshold) else 0.0,
        step_db=steps,
        pwtt=round(float(np.nanmax(t)), 2) if np.isfinite(t).any() else 0.0,
        last_without=track.scenes[before[-1]] if before else None,
        first_with=track.scenes[shown[0]] if shown else None,
    )
