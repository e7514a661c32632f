"""Two ways round append-only closed: SQLite's INSERT OR REPLACE and Postgres' TRUNCATE."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEYS = {"journal": ("conversation_id", "event_id"), "audit": ("seq",)}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table, key in _KEYS.items():
        if dialect == "sqlite":
            same = " AND ".join(f"{name} = NEW.{name}" for name in key)
            taken = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608
            op.execute(
                f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {taken} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        elif dialect == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
            )


def downgrade() -> None:
    raise NotImplementedError("the journal is append-only; restore a backup instead")
