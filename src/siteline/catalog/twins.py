"""
One acquisition, offered more than once: reprocessed, or by several sources; one is taken and the reason is kept.

Sentinel-2 products are the same acquisition if satellite, start of the datatake and tile are; Landsat's if satellite,
path, row and day are; others if the satellite and the second are. Always only if they cover the same ground: two pieces
of a pass are two scenes. Where one piece shows the whole site, the neighbour that shows the same pass again is no
second look and is folded into it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from shapely import wkt
from shapely.geometry.base import BaseGeometry

from siteline.catalog.box import shown_share
from siteline.model.found import FoundScene

_S2_PRODUCT = re.compile(r"(S2[A-D])_MSIL\d[AC]_(\d{8}T\d{6})_(?:N\d{4}_)?R\d{3}_T(\w{5})_(\d{8}T\d{6})")
_LANDSAT = re.compile(r"(L[COTE]0\d)_L\w{3}_(\d{6})_(\d{8})(?:_(\d{8}))?_\d\d_(T1|T2|RT|A1|A2)")
_TIERS = {"T1": 3, "T2": 2, "RT": 1}
_SAME_TIME = timedelta(seconds=10)
_SAME_GROUND = 0.8
_WHOLE = 0.999


def choose(
    scenes: Sequence[FoundScene],
    sources: Sequence[str],
    site: BaseGeometry,
    orders: Mapping[str, Sequence[str]] | None = None,
    kept: Collection[str] = (),
) -> tuple[FoundScene, ...]:
    """
    The scenes to take, in order of time, each with those it stands for and why.

    sources: names in order of preference; orders: of each source, its collections in order of preference.
    kept: ids of those whose pixels are in custody; they stay, whatever else is offered.
    """
    best_of = []
    for group in _groups(scenes):
        ranked = sorted(group, key=lambda s: (s.id not in kept, *_worth(s, sources, orders or {})))
        best, others = ranked[0], ranked[1:]
        reason = "its pixels are in custody already" if others and best.id in kept else _why(best, others)
        best_of.append(_instead(best, others, reason))
    folded = _fold_passes(best_of, site, kept)
    return tuple(sorted(folded, key=lambda s: (s.acquired.middle, s.id, s.source)))


def join(
    fresh: Sequence[FoundScene],
    known: Sequence[FoundScene],
    kept: Collection[str],
    sources: Sequence[str],
    site: BaseGeometry,
    orders: Mapping[str, Sequence[str]] | None = None,
) -> tuple[FoundScene, ...]:
    """
    What a search changes of the record: scenes that are new, told otherwise, or better than what was found before.

    known: on record. kept: ids of those whose pixels are in custody: what shows the same acquisition is not taken
    again. Of equals, an offer of a source that was not asked this time stays; its id may be the same.
    """
    names = {(s.id, s.source, s.collection) for s in fresh}
    on_record = {s.id: s for s in known}
    older = [s for s in known if (s.id, s.source, s.collection) not in names]
    carried = [
        replace(s, instead_of=old.instead_of, why=old.why) if (old := on_record.get(s.id)) is not None else s
        for s in fresh
    ]
    not_asked = list(dict.fromkeys(s.source for s in older if s.source not in sources))
    merged = choose([*carried, *older], [*not_asked, *sources], site, orders, kept)
    return tuple(s for s in merged if (old := on_record.get(s.id)) is None or old != replace(s, why=old.why))


def acquisition(scene: FoundScene) -> tuple[str, ...]:
    """What two offers of one acquisition have in common, apart from the second and the ground."""
    for text in (scene.id, scene.notes.get("product", "")):
        if match := _S2_PRODUCT.search(text):
            return "s2", match[1], match[2], match[3]
        if match := _LANDSAT.match(text):
            return "landsat", match[1], match[2], match[3]
    platform = re.sub(r"[\s_]+", "-", scene.notes.get("platform", "").lower())
    tile = re.sub(r"^MGRS-", "", scene.notes.get("tile", ""))
    day = scene.acquired.first_day.isoformat()
    return (
        "other",
        platform or scene.sensor or scene.collection,
        tile if scene.sensor == "Sentinel-2" else "",
        day,
    )


def _groups(scenes: Sequence[FoundScene]) -> list[list[FoundScene]]:
    by_key: dict[tuple[str, ...], list[FoundScene]] = defaultdict(list)
    for scene in scenes:
        by_key[acquisition(scene)].append(scene)
    found: list[list[FoundScene]] = []
    for key, alike in by_key.items():
        groups: list[list[FoundScene]] = []
        for scene in sorted(alike, key=lambda s: (s.acquired.start, s.id, s.source)):
            home = next(
                (g for g in groups if all(_same(scene, other, key[0] != "other") for other in g)), None
            )
            if home is None:
                groups.append([scene])
            else:
                home.append(scene)
        found += groups
    return found


def _same(a: FoundScene, b: FoundScene, by_product: bool) -> bool:
    """Whether two scenes of one key are the same picture: at the same time, of the same ground."""
    if a.mosaic != b.mosaic or (a.id == b.id and a.source == b.source and a.collection == b.collection):
        return a.mosaic == b.mosaic
    near = abs(a.acquired.start - b.acquired.start) <= _SAME_TIME
    if a.acquired.has_hour != b.acquired.has_hour:
        near = a.acquired.first_day == b.acquired.first_day
    return (by_product or near) and _same_ground(a.outline_wkt, b.outline_wkt)


def _same_ground(a: str, b: str) -> bool:
    if not a or not b or a == b:
        return True
    one, other = wkt.loads(a), wkt.loads(b)
    common = one.intersection(other).area
    return bool(common >= _SAME_GROUND * max(one.area, other.area))


def _worth(
    scene: FoundScene, sources: Sequence[str], orders: Mapping[str, Sequence[str]]
) -> tuple[object, ...]:
    """Sort key, best first: can be used, newest processing, numbers without doubt, source, collection."""
    order = list(orders.get(scene.source, ()))
    return (
        scene.fault is not None,
        _is_raw(scene),
        *(-n for n in _processing(scene)),
        "numbers" in scene.notes,
        sources.index(scene.source) if scene.source in sources else len(sources),
        order.index(scene.collection) if scene.collection in order else len(order),
        scene.id,
    )


def _is_raw(scene: FoundScene) -> bool:
    """Whether it is as seen above the atmosphere, where others are corrected for it."""
    return any("_MSIL1C_" in text for text in (scene.id, scene.notes.get("product", "")))


def _processing(scene: FoundScene) -> tuple[int, int]:
    """How new a scene's processing is: baseline or tier, then the day it was processed; 0 where nobody says."""
    match = _LANDSAT.match(scene.id)
    tier = _TIERS.get(match[5] if match else scene.notes.get("tier", ""), 0)
    baseline = int(scene.notes.get("baseline", "0").replace(".", "") or 0)
    return baseline or tier, _processed_day(scene)


def _processed_day(scene: FoundScene) -> int:
    said = re.sub(r"[^0-9]", "", scene.notes.get("processed", "")[:10])
    if len(said) == 8:
        return int(said)
    for text in (scene.notes.get("product", ""), scene.id):
        if match := _S2_PRODUCT.search(text):
            return int(match[4][:8])
        if (match := _LANDSAT.match(text)) and match[4]:
            return int(match[4])
    return 0


def _why(best: FoundScene, others: Sequence[FoundScene]) -> str:
    if not others:
        return ""
    second = others[0]
    if second.fault is not None and best.fault is None:
        return f"of the same acquisition; the other cannot be used: {second.fault}"
    if _is_raw(second) and not _is_raw(best):
        return "of the same acquisition; the other is not corrected for the atmosphere"
    (level, day), (level_2, day_2) = _processing(best), _processing(second)
    if level != level_2:
        name = "processing baseline" if "baseline" in best.notes else "tier"
        old = second.notes.get("baseline" if name != "tier" else "tier") or "unknown"
        return f"newest processing of the same acquisition: {name} {best.notes.get('baseline') or _tier(best)}, not {old}"
    if day != day_2:
        return (
            f"newest processing of the same acquisition: processed {_said_day(day)}, not {_said_day(day_2)}"
        )
    if "numbers" in second.notes and "numbers" not in best.notes:
        return "of the same acquisition; what the other's numbers mean is in doubt"
    if second.source != best.source:
        return f"of the same acquisition; {best.source} was named before {second.source}"
    return f"of the same acquisition; collection {best.collection} comes before {second.collection}"


def _tier(scene: FoundScene) -> str:
    match = _LANDSAT.match(scene.id)
    return match[5] if match else scene.notes.get("tier", "unknown")


def _said_day(day: int) -> str:
    text = str(day)
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 else "on an unknown day"


def _instead(best: FoundScene, others: Sequence[FoundScene], why: str) -> FoundScene:
    if not others:
        return best
    names = dict.fromkeys(
        (*best.instead_of, *(o.id for o in others), *(i for o in others for i in o.instead_of))
    )
    names.pop(best.id, None)
    reasons = dict.fromkeys(filter(None, (*best.why.split("; "), why)))
    return replace(best, instead_of=tuple(names), why="; ".join(reasons))


def _fold_passes(scenes: Sequence[FoundScene], site: BaseGeometry, kept: Collection[str]) -> list[FoundScene]:
    """Of the pieces of one pass, where one shows the whole site: that one, of tiles always the same."""
    passes: dict[tuple[str, ...], list[FoundScene]] = defaultdict(list)
    for scene in scenes:
        key = acquisition(scene)
        if key[0] == "s2":
            passes["s2", key[1], key[2]].append(scene)
        elif key[0] == "landsat":
            passes["landsat", key[1], key[2][:3], key[3]].append(scene)
        elif (
            scene.radar is not None
        ):  # slices of one pass hold the same look where they overlap, speckle and all
            orbit = scene.notes.get("absolute orbit") or scene.acquired.first_day.isoformat()
            passes["radar", key[1], scene.radar.track, orbit].append(scene)
        else:
            passes["alone", scene.source, scene.collection, scene.id].append(scene)
    folded = []
    for pieces in passes.values():
        whole = [p for p in pieces if p.fault is None and (shown_share(p.outline_wkt, site) or 0.0) >= _WHOLE]
        if len(pieces) == 1 or not whole:
            folded += pieces
            continue
        best = min(whole, key=lambda s: (s.id not in kept, acquisition(s), s.id))
        others = [p for p in pieces if p is not best and p.fault is None and p.id not in kept]
        folded.append(
            _instead(best, others, "shows the whole site; the other piece shows the same pass again")
        )
        folded += [p for p in pieces if p is not best and p not in others]
    return folded
