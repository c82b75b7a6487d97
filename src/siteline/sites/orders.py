"""Orders of images that somebody charges for: each change of state is a row, the intention before anything is sent."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from siteline.model.order import ImageOrder
from siteline.store import tables
from siteline.store.codec import from_json, to_json
from siteline.store.db import Database, known_at


class Orders:
    """The orders of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, site_id: str, order: ImageOrder) -> None:
        """File an order as it stands now, unless it stood just so."""
        with self._db.appending():
            if self.of_site(site_id).get(order.name) == order:
                return
            row = {
                "site_id": site_id,
                "name": order.name,
                "source": order.source,
                "state": order.state.value,
                "order_id": order.order_id,
                "km2": sum(order.charged.values()),
                "noun": to_json(order),
            }
            self._db.append(tables.image_order, row)

    def of_site(self, site_id: str, as_of: datetime | None = None) -> dict[str, ImageOrder]:
        """The orders of a site by name, in the order in which they were made, each as it stands."""
        t = tables.image_order.c
        query = sa.select(t.name, t.noun).where(t.site_id == site_id).order_by(t.seq)
        rows = self._db.rows(known_at(query, tables.image_order, as_of))
        return {name: from_json(ImageOrder, noun) for name, noun in rows}

    def of_source(self, source: str) -> tuple[ImageOrder, ...]:
        """All orders at a source, of every site, each as it stands: what its budget has to hold."""
        t = tables.image_order.c
        query = sa.select(t.site_id, t.name, t.noun).where(t.source == source).order_by(t.seq)
        newest = {(site_id, name): noun for site_id, name, noun in self._db.rows(query)}
        return tuple(from_json(ImageOrder, noun) for noun in newest.values())
