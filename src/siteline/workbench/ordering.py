"""
Scenes that must be ordered before they can be fetched: on record before they are ordered, and ordered once.

The intention is a row before anything is sent. Killed at any moment, the next run finds the row, looks the order up by its
name, and goes on where this one stopped; an order that is on no record of this case is found by its name, too.
"""

from __future__ import annotations

import json
import shutil
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from siteline.model.errors import CaseTrouble, NotReached, SitelineError
from siteline.model.found import FoundScene
from siteline.model.order import ImageOrder, OrderState
from siteline.model.place import Site
from siteline.model.remark import Remark
from siteline.workbench.bench import Progress
from siteline.workbench.case import Case
from siteline.workbench.catalogs import key_of, open_web
from siteline.workbench.evidence.custody import note_bytes
from siteline.workbench.prices import budget_of, clip_of, not_bought, price_scenes, refusal, terms_of

if TYPE_CHECKING:
    from siteline.catalog.fetch import Fetched
    from siteline.catalog.planet.account import Account
    from siteline.catalog.planet.orders import Told
    from siteline.catalog.source import Source

STAGE = "wait_for_orders"
_LONGEST_POLL_S = 60.0
_CANNOT = frozenset({401, 403})
_IS_GONE = frozenset({404, 410})
ORDER_AGAIN = "Order it again, which costs again: siteline scenes fetch SITE --retry"


@dataclass(slots=True)
class Ordered:
    """What came of the orders."""

    waiting: list[str] = field(default_factory=list)
    """Scenes that are ordered and not delivered yet."""

    orders: list[ImageOrder] = field(default_factory=list)
    """Those that this run had to do with, as they stand."""

    trouble: SitelineError | None = None
    """Why something was not ordered."""

    remarks: list[Remark] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Desk:
    """All that an order of one site at one source needs."""

    case: Case
    site: Site
    account: Account
    by_id: Mapping[str, FoundScene]
    """Scenes that are to be had now."""

    out: Ordered
    keep: Callable[[Fetched], None]
    """Takes what was fetched into custody, or puts on record why not."""

    progress: Progress
    tell: Callable[[str], None]

    @property
    def source(self) -> Source:
        """Where it is ordered."""
        return self.account.source


def fetch_ordered(
    case: Case,
    site: Site,
    source: Source,
    scenes: Sequence[FoundScene],
    mirrors: Path,
    keep: Callable[[Fetched], None],
    progress: Progress,
    tell: Callable[[str], None],
) -> Ordered:
    """
    Order scenes within the budget, wait for them, and hand each to `keep` as it is complete.

    What was ordered before is fetched, and not ordered again, whatever the budget says now.
    """
    from siteline.catalog.planet.account import Account

    whole = int(case.settings.fetch.whole_file_mb * 1e6)
    with open_web(case, (source,), (), whole) as web:
        account = Account(web, source, key_of(source))
        desk = _Desk(case, site, account, {s.id: s for s in scenes}, Ordered(), keep, progress, tell)
        _adopt(desk)
        _send_intended(desk)
        _order_fresh(desk, not_bought(case, site.id, source, scenes))
        _wait(desk, mirrors)
    return desk.out


def _mine(desk: _Desk) -> list[ImageOrder]:
    """Orders on record that bring a scene which is to be had now."""
    orders = desk.case.orders.of_site(desk.site.id).values()
    return [o for o in orders if o.source == desk.source.name and set(o.holds) & set(desk.by_id)]


def _adopt(desk: _Desk) -> None:
    """Put on record what was ordered of these scenes, and cut alike, and is on no record: a case restored from a copy."""
    from siteline.catalog.planet.orders import list_orders, prefix_of

    known = desk.case.orders.of_site(desk.site.id)
    for told in reversed(list(list_orders(desk.account, name__contains=prefix_of(desk.site.id)))):
        if told.name in known or not set(told.scenes) & set(desk.by_id):
            continue
        for product in {a.key for scene in desk.by_id.values() for a in scene.assets}:
            attempt = next(
                (n for n in range(9) if _named(desk, product, told.scenes, n)[0] == told.name), None
            )
            if attempt is None:
                continue
            _, request = _named(desk, product, told.scenes, attempt)
            charges = dict.fromkeys(told.scenes, _whole_km2(desk)) | _charges(
                desk, [desk.by_id[i] for i in told.scenes if i in desk.by_id]
            )
            order = _order(desk, told.name, product, request, charges)
            desk.case.orders.record(desk.site.id, _as_told(order, told))
            desk.out.remarks.append(
                Remark(
                    desk.source.name,
                    f"order {told.id} was made before; its scenes are fetched, not ordered again",
                )
            )
            known = desk.case.orders.of_site(desk.site.id)
            break


def _send_intended(desk: _Desk) -> None:
    """Orders that a run before meant to send: looked up by name, sent if they are not there."""
    from siteline.catalog.planet.orders import SETTLE_S, find

    for order in _mine(desk):
        if order.state is not OrderState.INTENDED:
            continue
        told = find(desk.account, order.name, SETTLE_S)
        if told is not None:
            desk.case.orders.record(desk.site.id, _as_told(order, told))
            continue
        budget = budget_of(desk.case, desk.source)
        if not budget.is_set or budget.overspent:
            said = "never sent: the budget is smaller now"
            desk.case.orders.record(desk.site.id, replace(order, state=OrderState.REFUSED, said=said))
            continue
        _send(desk, order)


def _order_fresh(desk: _Desk, fresh: Sequence[FoundScene]) -> None:
    if not fresh or desk.out.trouble is not None:
        return
    from siteline.catalog.planet.orders import MAX_ITEMS

    price, remarks = price_scenes(desk.case, desk.site, desk.account, fresh)
    desk.out.remarks += remarks
    desk.out.trouble = refusal(price, desk.site.id)
    if desk.out.trouble is not None:
        return
    terms = terms_of(desk.case, desk.source)
    desk.tell(
        f"{desk.source.host} learns the outline of the site with {terms.margin_m:g} m around it, and which scenes you order"
    )
    desk.tell(f"{desk.source.name}: ordering {len(fresh)} scenes, {price.km2:,.2f} km²")
    groups: dict[str, list[FoundScene]] = defaultdict(list)
    for scene in fresh:
        groups[scene.assets[0].key].append(scene)
    for product, alike in groups.items():
        for start in range(0, len(alike), MAX_ITEMS):
            part = alike[start : start + MAX_ITEMS]
            ids = [scene.id for scene in part]
            name, request = _named(desk, product, ids, _attempt(desk, ids))
            order = _order(desk, name, product, request, {i: price.charges[i] for i in ids})
            desk.case.orders.record(
                desk.site.id, order
            )  # before it is sent: this is what a killed run leaves
            _send(desk, order, is_first=True)


def _send(desk: _Desk, order: ImageOrder, is_first: bool = False) -> None:
    """Send an order and record what came of it; what goes wrong stops no other."""
    from siteline.catalog.planet.account import REFUSALS
    from siteline.catalog.planet.orders import place

    try:
        told = place(desk.account, order, was_sent=not is_first)
    except NotReached as error:
        if error.status in REFUSALS:
            refused = replace(order, state=OrderState.REFUSED, said=error.said or str(error))
            desk.case.orders.record(desk.site.id, refused)
            desk.out.orders.append(refused)
            if error.status not in (401, 429):
                _fail(desk, order.scenes, f"Planet did not take the order: {error.said or error}", error.hint)
                return
            desk.out.trouble = error
        else:
            desk.out.trouble = NotReached(
                f"{error}; whether Planet took the order is not known",
                "Run it again: the order is looked up by its name first, and never made twice.",
                error.url,
                error.status,
                error.tried,
            )
        return
    desk.case.orders.record(desk.site.id, _as_told(order, told))


def _wait(desk: _Desk, mirrors: Path) -> None:
    """Ask how the orders stand, ever less often, and fetch each as it is delivered."""
    from siteline.catalog.planet.orders import get_order

    terms = terms_of(desk.case, desk.source)
    pending = [o for o in _mine(desk) if o.state is not OrderState.INTENDED]
    count, pause = len(pending), terms.poll_s
    ends = time.monotonic() + terms.wait_minutes * 60
    while pending:
        desk.progress(STAGE, count - len(pending), count)
        for order in list(pending):
            try:
                told = get_order(desk.account, order.order_id)
            except NotReached as error:
                if error.status in _CANNOT:
                    raise
                if error.status in _IS_GONE:
                    pending.remove(order)
                    lost = replace(order, state=OrderState.GONE, said=str(error))
                    desk.case.orders.record(desk.site.id, lost)
                    desk.out.orders.append(lost)
                    _fail(desk, order.holds, f"Planet knows order {order.order_id} no longer", ORDER_AGAIN)
                    continue
                desk.out.remarks.append(
                    Remark(desk.source.name, f"order {order.order_id} cannot be asked for: {error}")
                )
                pending.remove(order)
                desk.out.waiting += [scene for scene in order.holds if scene in desk.by_id]
                continue
            if not told.state.is_open:
                pending.remove(order)
                _finish(desk, _as_told(order, told), told, mirrors)
        left = ends - time.monotonic()
        if pending and left <= 0:
            break
        if pending:
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, _LONGEST_POLL_S)
    for order in pending:
        desk.out.waiting += [scene for scene in order.holds if scene in desk.by_id]
        desk.out.orders.append(order)
        again = f"Run it again later: siteline scenes fetch {desk.site.id}"
        desk.out.remarks.append(
            Remark(desk.source.name, f"order {order.order_id} is still being prepared", again)
        )
    if count:
        desk.progress(STAGE, count, count)


def _finish(desk: _Desk, order: ImageOrder, told: Told, mirrors: Path) -> None:
    """An order has ended: take what it delivered, say of each scene that it did not deliver why."""
    from siteline.catalog.planet.delivery import GONE, Delivery, deliver

    wanted = [scene for scene in order.holds if scene in desk.by_id] or list(order.scenes)
    if not told.state.is_delivered:
        desk.case.orders.record(desk.site.id, order)
        desk.out.orders.append(order)
        _fail(
            desk,
            order.scenes,
            f"Planet's order {told.id} {told.state.value}: {told.said or 'no reason is given'}",
        )
        return
    folder = desk.case.cache / "orders" / told.id
    try:
        delivery = Delivery(desk.account, told, folder)
    except CaseTrouble:
        raise
    except SitelineError as error:
        if isinstance(error, NotReached) and error.status == GONE:
            order = replace(order, state=OrderState.GONE, said=str(error))
        desk.case.orders.record(desk.site.id, order)
        desk.out.orders.append(order)
        _fail(desk, wanted, str(error), error.hint)
        return
    missing = set(order.scenes) - delivery.scenes()
    fresh, order = missing - set(order.missing), replace(order, missing=tuple(sorted(missing)))
    desk.case.orders.record(desk.site.id, order)
    desk.out.orders.append(order)
    _fail(desk, sorted(fresh), f"Planet did not deliver it: {told.said or 'no reason is given'}")
    manifest = {"order": told.id, "sha256": desk.case.blobs.keep_file(delivery.manifest_file)}
    note_bytes(desk.case, [(manifest["sha256"], f"manifest of order {told.id}")], "scenes fetch")
    harmonised = "to Sentinel-2, by Planet" if '"harmonize"' in order.request else "no"
    scenes = [
        replace(s, notes=MappingProxyType({**s.notes, "order": told.id, "harmonised": harmonised}))
        for i in order.holds
        if (s := desk.by_id.get(i)) is not None
    ]
    is_whole = True
    for fetched, files in deliver(delivery, scenes, desk.site, mirrors, told):
        if isinstance(fetched.trouble, NotReached) and fetched.trouble.status == GONE:
            desk.case.orders.record(
                desk.site.id, replace(order, state=OrderState.GONE, said=str(fetched.trouble))
            )
        is_whole = is_whole and fetched.trouble is None
        digests = [desk.case.blobs.keep_file(file) for file in files]
        delivered = f"delivered in order {told.id} for scene {fetched.found.id}"
        note_bytes(desk.case, [(sha256, delivered) for sha256 in digests], "scenes fetch")
        told_of = zip(fetched.headers.items(), digests, strict=True)
        kept = {key: {**said, "sha256": sha256} for (key, said), sha256 in told_of}
        desk.keep(replace(fetched, headers={**kept, "manifest.json": manifest}))
    if is_whole:
        shutil.rmtree(folder, ignore_errors=True)


def _fail(desk: _Desk, scenes: Iterable[str], reason: str, remedy: str = "") -> None:
    """Put on record why scenes are not here, of those that are to be had now."""
    from siteline.catalog.fetch import Fetched

    for scene in scenes:
        if scene in desk.by_id:
            trouble = SitelineError(reason, remedy)
            address = desk.by_id[scene].assets[0].href
            desk.keep(
                Fetched(desk.by_id[scene], None, trouble, address, 0.0, 0, {}, None, desk.case.cache / "none")
            )


def _attempt(desk: _Desk, ids: Sequence[str]) -> int:
    """How many orders that hold one of these scenes came to nothing: the next one needs another name."""
    orders = desk.case.orders.of_site(desk.site.id).values()
    ended = (OrderState.FAILED, OrderState.CANCELLED, OrderState.GONE)
    return sum(
        bool(set(ids) & set(o.scenes if o.state in ended else o.missing))
        for o in orders
        if o.source == desk.source.name
    )


def _named(desk: _Desk, product: str, ids: Sequence[str], attempt: int) -> tuple[str, dict[str, object]]:
    from siteline.catalog.planet.orders import build_order
    from siteline.catalog.planet.price import geojson_of

    clip = geojson_of(clip_of(desk.case, desk.site, desk.source))
    harmonise = terms_of(desk.case, desk.source).harmonise and product.endswith("_sr")
    return build_order(desk.site.id, product, ids, clip, harmonise, attempt)


def _order(
    desk: _Desk, name: str, product: str, request: Mapping[str, object], charges: Mapping[str, float]
) -> ImageOrder:
    text = json.dumps(request, sort_keys=True)
    return ImageOrder(name, desk.source.name, OrderState.INTENDED, product, text, charges)


def _charges(desk: _Desk, scenes: Sequence[FoundScene]) -> dict[str, float]:
    from siteline.catalog.planet.price import charges_of

    least = terms_of(desk.case, desk.source).charge_at_least_km2
    return charges_of(scenes, clip_of(desk.case, desk.site, desk.source), least)


def _whole_km2(desk: _Desk) -> float:
    from siteline.catalog.planet.price import area_km2

    return area_km2(clip_of(desk.case, desk.site, desk.source))


def _as_told(order: ImageOrder, told: Told) -> ImageOrder:
    return replace(order, order_id=told.id, state=told.state, said=told.said)
