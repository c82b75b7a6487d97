"""Whether parts of a site changed and how well they were seen, as others read it."""

from __future__ import annotations

from typing import Any

from siteline.model.finding import Answer
from siteline.model.place import Role


def describe_answer(answer: Answer) -> dict[str, Any]:
    """One part of a site as plain JSON; "observation" has the codes of an event's looks."""
    watch = answer.watch
    unit = "px2" if watch.smallest is not None and watch.smallest.unit.startswith("px") else "m2"
    said: dict[str, Any] = {
        "label": watch.label or None,
        "role": watch.role.value,
        "observation": answer.state.value,
        "events": list(answer.event_ids),
        "looked": {"from": watch.seen[0].isoformat(), "to": watch.seen[-1].isoformat()}
        if watch.seen
        else None,
        "looks": {"seen": len(watch.seen), "not_observable": dict(watch.unseen)},
        "longest_gap": None
        if watch.gap is None
        else {
            "from": watch.gap.last.isoformat(),
            "to": watch.gap.next.isoformat(),
            "days": watch.gap.days,
        },
        f"smallest_visible_{unit}": watch.smallest.as_dict() if watch.smallest is not None else None,
        "smallest_visible_contrast": round(watch.contrast, 2),
        "hardly_seen": watch.hidden,
    }
    if watch.role is Role.BUILDING:
        said |= {
            "was_there": answer.was_there,
            "is_there": answer.is_there,
            "roof_changed": answer.roof_changed,
            "faintest_new_roof": None if watch.faintest is None else round(watch.faintest, 2),
            "burnt_out_looks": watch.burnt_out,
        }
    return {**said, "said": list(answer.sentences)}
