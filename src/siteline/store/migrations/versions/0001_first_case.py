"""The first case: sites, scenes, runs, surveys, events with versions and judgements, measurements, briefs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from siteline.store.migrations.append_only import hold_append_only

revision = "0001"
down_revision = None

TABLES = ("site", "scene", "run", "survey", "event", "event_version", "judgement", "measurement", "brief")


def upgrade() -> None:
    """Create all tables, frozen here as they were, and hold them append-only by triggers."""
    signed = [("created_at", sa.String(32)), ("created_by", sa.String(200))]

    def table(name: str, *columns: sa.schema.SchemaItem) -> None:
        op.create_table(name, *columns, *(sa.Column(n, kind, nullable=False) for n, kind in signed))

    def text(name: str, size: int | None = None, nullable: bool = False) -> sa.Column[object]:
        return sa.Column(name, sa.String(size) if size else sa.Text(), nullable=nullable)

    table(
        "site",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        text("site_id", 200),
        text("noun"),
        text("source_sha256", 64, nullable=True),
    )
    op.create_index("ix_site_site_id", "site", ["site_id"])
    table(
        "scene",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        text("site_id", 200),
        text("scene_id", 200),
        text("acquired_start", 32),
        text("sha256", 64),
        text("noun"),
    )
    op.create_index("ix_scene_site", "scene", ["site_id", "scene_id"])
    table(
        "run",
        sa.Column("recipe", sa.String(64), primary_key=True),
        text("stage", 200),
        text("inputs"),
        text("versions"),
        sa.Column("seconds", sa.Float, nullable=False),
        text("output"),
    )
    table(
        "survey",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        text("id", 64),
        text("site_id", 200),
        text("noun"),
    )
    op.create_index("ix_survey_id", "survey", ["id"])
    op.create_index("ix_survey_site_id", "survey", ["site_id"])
    table("event", sa.Column("id", sa.String(64), primary_key=True), text("site_id", 200), text("method", 20))
    op.create_index("ix_event_site_id", "event", ["site_id"])
    table(
        "event_version",
        sa.Column("event_id", sa.String(64), sa.ForeignKey("event.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        text("survey_id", 64, nullable=True),
        sa.Column("reproduced", sa.Boolean, nullable=False),
        sa.Column("reported", sa.Boolean, nullable=False),
        text("noun"),
        sa.Column("outline", sa.LargeBinary, nullable=False),
        *(sa.Column(side, sa.Float, nullable=False) for side in ("west", "south", "east", "north")),
    )
    op.create_index("ix_event_version_survey_id", "event_version", ["survey_id"])
    table(
        "judgement",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("event_id", sa.String(64), sa.ForeignKey("event.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        text("status", 20),
        text("why"),
    )
    op.create_index("ix_judgement_event_id", "judgement", ["event_id"])
    table(
        "measurement",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        text("site_id", 200),
        text("subject", 200),
        sa.Column("version", sa.Integer),
        text("what", 40),
        text("noun"),
    )
    op.create_index("ix_measurement_subject", "measurement", ["site_id", "subject"])
    table(
        "brief",
        sa.Column("id", sa.String(26), primary_key=True),
        text("sha256", 64),
        sa.Column("is_draft", sa.Boolean, nullable=False),
        text("cites"),
    )
    hold_append_only(*TABLES)
