"""Which sites a case watches: each `site add` is a row, the newest row of an id is the site."""

from __future__ import annotations

import difflib
from datetime import datetime

import sqlalchemy as sa

from siteline.model.errors import NotFound
from siteline.model.place import Site
from siteline.store import tables
from siteline.store.codec import from_json, to_json
from siteline.store.db import Database, known_at


class Register:
    """The sites of one case."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record(self, site: Site, source_sha256: str | None) -> bool:
        """File a site, or a newer form of one; False if it already stands just so."""
        noun = to_json(site)
        current = self._newest(site.id, None)
        if current is not None and current == noun:
            return False
        self._db.append(tables.site, {"site_id": site.id, "noun": noun, "source_sha256": source_sha256})
        return True

    def get(self, site_id: str, as_of: datetime | None = None) -> Site:
        """The site; raises NotFound that lists what there is."""
        noun = self._newest(site_id, as_of)
        if noun is None:
            there = self.ids(as_of)
            near = difflib.get_close_matches(site_id, there, 1)
            listed = f"did you mean {near[0]}?" if near else f"there are: {', '.join(there) or 'none yet'}"
            raise NotFound(f"no site {site_id!r} in this case", f"{listed} (siteline site list)")
        return from_json(Site, noun)

    def ids(self, as_of: datetime | None = None) -> list[str]:
        """Ids of all sites, in the order in which they were first added."""
        first = sa.func.min(tables.site.c.seq)
        query = sa.select(tables.site.c.site_id).group_by(tables.site.c.site_id).order_by(first)
        return [row[0] for row in self._db.rows(known_at(query, tables.site, as_of))]

    def _newest(self, site_id: str, as_of: datetime | None) -> str | None:
        query = (
            sa.select(tables.site.c.noun)
            .where(tables.site.c.site_id == site_id)
            .order_by(tables.site.c.seq.desc())
            .limit(1)
        )
        rows = self._db.rows(known_at(query, tables.site, as_of))
        return str(rows[0][0]) if rows else None
