"""
Planet's Orders API: requests, and orders that are never made twice.

An order is known by its name: a hash of the site, what is cut out, the scenes and the product. Before one is sent, and whenever
it is not certain that one was taken, Planet is asked for orders of that name.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from siteline.catalog.offered import word
from siteline.catalog.planet.account import REFUSALS, Account, sdk
from siteline.catalog.planet.items import ITEM_TYPE, PRODUCTS
from siteline.model.errors import NotReached
from siteline.model.order import ImageOrder, OrderState

ORDERS = "compute/ops/orders/v2"
MAX_ITEMS = 100
"""Scenes in one order; Planet takes 500, but one that fails then takes more with it."""

_PAGES = 100
_SENDS = 3
_SERVER_FAILED = frozenset({409, 500, 502, 503, 504})
"""Statuses after which an order that the list does not show is sent again; after none, or a broken answer, it is not."""

SETTLE_S = (0.5, 1.0, 2.0, 4.0)
"""After an answer that did not come: when the list of orders is asked whether it was taken all the same."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that an order delivered."""

    name: str
    """Below the order, with `/`."""

    location: str
    """Signed, for some hours."""


@dataclass(frozen=True, slots=True)
class Told:
    """An order as Planet tells it."""

    id: str
    name: str
    state: OrderState
    scenes: tuple[str, ...]
    bundle: str
    tools: str
    """JSON, always the same for the same."""

    files: tuple[File, ...]
    said: str
    """The last message and all hints."""


def build_order(
    site_id: str, product: str, scenes: Sequence[str], clip: Mapping[str, Any], harmonise: bool, attempt: int
) -> tuple[str, dict[str, Any]]:
    """
    Name and request of an order of these scenes, clipped, each file by itself.

    clip: GeoJSON. harmonise: to Sentinel-2. attempt: how many orders that hold one of them have failed before.
    """
    requests = sdk("order_request")
    tools = [*([requests.harmonize_tool("Sentinel-2")] if harmonise else []), requests.clip_tool(dict(clip))]
    bundle, ids = PRODUCTS[product].bundle, sorted(scenes)
    mark = _hash(site_id, json.dumps(tools, sort_keys=True), bundle, *ids, str(attempt))[:24]
    name = f"{prefix_of(site_id)}{mark}"
    request = requests.build_request(
        name,
        # not requests.product(): it asks Planet's server for its list of bundles, past our client
        [{"item_ids": ids, "item_type": ITEM_TYPE, "product_bundle": bundle}],
        order_type="partial",
        tools=tools,
    )
    return name, {"source_type": "scenes", **request}


def prefix_of(site_id: str) -> str:
    """How the names of all orders of a site begin; it tells nobody which site that is."""
    return f"siteline-{_hash('site', site_id)[:12]}-"


def place(
    account: Account, order: ImageOrder, was_sent: bool, sleep: Callable[[float], object] = time.sleep
) -> Told:
    """
    The order at Planet: the one that is there by its name, else sent now.

    was_sent: whether it may have been sent before, so that the list is given time to show it. Raises NotReached: with a
    status of REFUSALS it was not taken, with any other that is not known, and the next run finds out.
    """
    found = find(account, order.name, SETTLE_S if was_sent else (), sleep)
    for left in range(_SENDS - 1, -1, -1):
        if found is not None:
            return found
        try:
            return read_order(account, account.post(ORDERS, json.loads(order.request), is_order=True))
        except NotReached as error:
            if error.status in REFUSALS:
                raise
            found = find(account, order.name, SETTLE_S, sleep)
            if found is None and (left == 0 or error.status not in _SERVER_FAILED):
                raise
    assert found is not None
    return found


def find(
    account: Account, name: str, waits_s: Sequence[float] = (), sleep: Callable[[float], object] = time.sleep
) -> Told | None:
    """The order of this name, the first if there are several; asked again after each wait."""
    for wait in (0.0, *waits_s):
        if wait:
            sleep(wait)
        same = [told for told in list_orders(account, name=name) if told.name == name]
        if same:
            return same[-1]
    return None


def list_orders(account: Account, **wanted: str) -> Iterator[Told]:
    """Orders of this account, newest first; `wanted`: filters as Planet names them."""
    first = account.get(f"{ORDERS}?{urlencode({'source_type': 'scenes', **wanted})}")
    for raw in account.pages(first, "orders", "next", _PAGES):
        try:
            yield read_order(account, raw)
        except NotReached:
            if isinstance(raw, Mapping) and raw.get("name") == wanted.get("name", ...):
                raise  # ours, in a state we do not know: to skip it would order it again
            continue  # of another kind


def get_order(account: Account, order_id: str) -> Told:
    """One order as it stands, its addresses signed anew."""
    return read_order(account, account.get(f"{ORDERS}/{quote(order_id, safe='')}"))


def read_order(account: Account, raw: Any) -> Told:
    """An order as Planet told it; raises NotReached if it is none."""
    try:
        order_id, name, state = raw["id"], raw["name"], OrderState(raw["state"])
        if not re.fullmatch(r"[0-9A-Za-z-]{8,64}", order_id) or not isinstance(name, str):
            raise ValueError
    except (TypeError, KeyError, ValueError) as error:
        raise NotReached(
            f"{account.source.name} answered with JSON that is no order",
            "Run it again; the order is looked up by its name.",
        ) from error
    products = raw.get("products")
    first = (
        products[0] if isinstance(products, list) and products and isinstance(products[0], Mapping) else {}
    )
    ids = first.get("item_ids")
    hints = raw.get("error_hints")
    said = [raw.get("last_message"), *(hints if isinstance(hints, list) else [])]
    return Told(
        id=order_id,
        name=name[:200],
        state=state,
        scenes=tuple(i for i in ids if isinstance(i, str)) if isinstance(ids, list) else (),
        bundle=word(first.get("product_bundle")),
        tools=json.dumps(raw.get("tools"), sort_keys=True),
        files=tuple(_files(raw.get("_links"))),
        said=account.clean("; ".join(dict.fromkeys(str(s) for s in said if s))),
    )


def _files(links: Any) -> Iterator[File]:
    results = links.get("results") if isinstance(links, Mapping) else None
    for one in results if isinstance(results, list) else ():
        if not isinstance(one, Mapping):
            continue
        name, location = one.get("name"), one.get("location")
        if isinstance(name, str) and isinstance(location, str) and name.isprintable() and len(name) <= 500:
            yield File(name, location)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
