"""Words for two witnesses: what radar bears out, what it alone sees, and where it does not agree."""

from __future__ import annotations

from dataclasses import replace

from siteline.model.change import ChangeEvent
from siteline.model.dates import DateInterval, say_day
from siteline.model.radar import Agreement, TrackSight, Witnesses

ALONE = "seen by radar only"


def as_seen(event: ChangeEvent) -> ChangeEvent:
    """The event with the days that images of light alone give it: "visible" is theirs to say."""
    own = event.witnesses.optical if event.witnesses else None
    return event if own is None else replace(event, onset=own.onset)


def say_narrowed(event: ChangeEvent) -> str:
    """ "with radar, after 3 May and by 15 May 2024" where radar narrowed the days; "" where it did not."""
    own = event.witnesses.optical if event.witnesses else None
    if own is None or own.onset == event.onset:
        return ""
    return f"with radar, {say_days(event.onset)}"


def say_days(onset: DateInterval) -> str:
    """An interval of days: "after 3 May and by 15 May 2024"."""
    if onset.after is None:
        return f"by {say_day(onset.by)}"
    same_year = onset.after.year == onset.by.year
    return f"after {say_day(onset.after, not same_year)} and by {say_day(onset.by)}"


def say_witnesses(event: ChangeEvent) -> list[str]:
    """What each witness alone saw, in sentences; none where no radar was searched."""
    told = event.witnesses
    if told is None:
        return []
    if told.agreement is Agreement.OPTICAL_ONLY:
        reason = told.why_not or "radar saw no change there"
        return [f"Seen on images of light only: {reason}."]
    tracks = ", ".join(_say_track(track) for track in told.radar)
    assert told.radar_onset is not None
    if told.agreement is Agreement.RADAR_ONLY:
        return [f"Radar alone sees the ground change {say_days(told.radar_onset)} ({tracks})."]
    return [
        f"Radar sees the ground change {say_days(told.radar_onset)} ({tracks}).",
        _say_agreement(event, told),
    ]


def _say_agreement(event: ChangeEvent, told: Witnesses) -> str:
    assert told.optical is not None
    alone = f"Images of light alone: {say_days(told.optical.onset)}"
    if told.agreement is Agreement.CONTRADICT:
        return f"{alone}. The two do not agree, and neither is preferred."
    if told.optical.onset == event.onset:
        return f"{alone}; radar does not narrow that."
    if told.began is not None:
        return f"{alone}; of these days, radar puts the first works {say_days(told.began)}."
    return f"{alone}; both together: {say_days(event.onset)}."


def _say_track(track: TrackSight) -> str:
    if not track.seen:
        return f"{track.track}: no change of its own"
    steps = "/".join(f"{step:+.1f}" for step in track.step_db).replace("-", "−")
    return f"{track.track}: {steps} dB" if steps else f"{track.track}: changed"
