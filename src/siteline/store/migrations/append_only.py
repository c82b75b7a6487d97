"""Rows are added, never changed: held by the database itself, whoever asks."""

from __future__ import annotations

from alembic import op


def hold_append_only(*names: str) -> None:
    """Refuse UPDATE and DELETE on these tables, by triggers."""
    if op.get_bind().dialect.name == "sqlite":
        for name in names:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} "
                    f"BEGIN SELECT RAISE(ABORT, 'rows of {name} are added, never changed'); END"
                )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION siteline_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'rows of % are added, never changed', TG_TABLE_NAME; END $$"
    )
    for name in names:
        op.execute(
            f"CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON {name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION siteline_append_only()"
        )
