"""Planet's Data API: one quick search, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from shapely import box as rectangle
from shapely import union_all
from shapely.geometry import mapping

from siteline.catalog.box import SearchBox
from siteline.catalog.offered import Offered
from siteline.catalog.planet.account import Account, sdk
from siteline.catalog.planet.items import ITEM_TYPE, MASK, PRODUCTS
from siteline.catalog.stac import USUAL_CAPS, Asked, Caps
from siteline.model.errors import BadSetting, NotReached
from siteline.model.remark import Remark

_PAGE_SIZE = 250


def search_planet(
    account: Account,
    asked: Asked,
    most_cloud: float | None,
    remarks: list[Remark],
    caps: Caps = USUAL_CAPS,
) -> Iterator[Offered]:
    """
    Everything that Planet has for a box and a time, oldest first, one item after the other.

    most_cloud: share of a scene, 0–1. What the account may not download comes too, so that a hole is seen. Raises
    NotReached only where nothing was found before.
    """
    source = account.source
    if odd := [name for name in source.collections if name != ITEM_TYPE]:
        raise BadSetting(
            f"source {source.name}: items of type {odd[0]} are not read",
            f'Only collections = ["{ITEM_TYPE}"] is.',
        )
    body = {"item_types": [ITEM_TYPE], "filter": build_filter(asked, most_cloud, source.only)}
    first = account.post(f"data/v1/quick-search?_sort=acquired%20asc&_page_size={_PAGE_SIZE}", body)
    read = completed = 0
    seen: set[str] = set()
    entries = account.pages(first, "features", "_next", caps.pages)
    while True:
        try:
            raw = next(entries, None)
        except NotReached as error:
            if not read:
                raise
            remarks.append(
                Remark(source.name, f"a page of its answer was not reached: {error}", "Run the search again.")
            )
            return
        if raw is None:
            return
        read += 1
        if read > caps.items or account.web.unpacked_bytes > caps.bytes:
            said = "more than can be read at once; the rest was not read"
            remarks.append(Remark(source.name, said, "Ask for a shorter time."))
            return
        if str(raw.get("id")) in seen:
            continue
        seen.add(str(raw.get("id")))
        if not isinstance(raw.get("assets"), list) and completed < caps.completed:
            completed += 1
            raw = _with_assets(account, raw)
        yield Offered(raw, f"{account.root}/data/v1/")


def build_filter(asked: Asked, most_cloud: float | None, only: tuple[str, ...] = ()) -> dict[str, Any]:
    """
    What is asked of an item, as the Data API wants it.

    only: more that it must have, from siteline.toml: `ground-control`, `standard-quality`, `permitted`.
    """
    filters = sdk("data_filter")
    begins = datetime.combine(asked.first, time(), UTC)
    ends = datetime.combine(asked.last + timedelta(days=1), time(), UTC)
    wanted = [
        filters.geometry_filter(_area(asked.box)),
        filters.date_range_filter("acquired", gte=begins, lt=ends),
        filters.asset_filter(list(PRODUCTS)),
        filters.asset_filter([MASK]),
    ]
    if most_cloud is not None:
        wanted.append(filters.range_filter("cloud_cover", lte=most_cloud))
    if "ground-control" in only:
        wanted.append(filters.string_in_filter("ground_control", ["true"]))
    if "standard-quality" in only:
        wanted.append(filters.std_quality_filter())
    if "permitted" in only:
        wanted.append(filters.permission_filter())
    built: dict[str, Any] = filters.and_filter(wanted)
    return built


def _area(sent: SearchBox) -> dict[str, Any]:
    if sent.west <= sent.east:
        area = rectangle(*sent.bbox)
    else:
        area = union_all(
            [
                rectangle(sent.west, sent.south, 180.0, sent.north),
                rectangle(-180.0, sent.south, sent.east, sent.north),
            ]
        )
    drawn: dict[str, Any] = mapping(area)
    return drawn


def _with_assets(account: Account, raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """An item that came without the list of its assets, with it; itself where Planet does not give that."""
    links = raw.get("_links")
    place = links.get("assets") if isinstance(links, Mapping) else None
    if not isinstance(place, str):
        return raw
    try:
        listed = account.get(place)
    except NotReached:
        return raw
    if not isinstance(listed, Mapping):
        return raw
    allowed = [
        f"assets.{name}:download"
        for name, asset in listed.items()
        if isinstance(asset, Mapping) and "download" in (asset.get("_permissions") or ())
    ]
    return {**raw, "assets": list(listed), "_permissions": allowed}
