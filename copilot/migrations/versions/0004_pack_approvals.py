"""Who signed off which content of a pack: append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TABLE = "pack_approvals"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("pack_id", sa.String(128), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(128), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {_TABLE}_no_{verb.lower()} BEFORE {verb} ON {_TABLE} "
                f"BEGIN SELECT RAISE(ABORT, '{_TABLE} is append-only'); END"
            )
        taken = f"EXISTS (SELECT 1 FROM {_TABLE} WHERE sha256 = NEW.sha256)"  # noqa: S608
        op.execute(
            f"CREATE TRIGGER {_TABLE}_no_replace BEFORE INSERT ON {_TABLE} WHEN {taken} "
            f"BEGIN SELECT RAISE(ABORT, '{_TABLE} is append-only'); END"
        )
    elif dialect == "postgresql":
        op.execute(
            f"CREATE FUNCTION {_TABLE}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_TABLE} is append-only'; END $$"
        )
        for name, what, each in (
            ("no_change", "UPDATE OR DELETE", "ROW"),
            ("no_truncate", "TRUNCATE", "STATEMENT"),
        ):
            op.execute(
                f"CREATE TRIGGER {_TABLE}_{name} BEFORE {what} ON {_TABLE} "
                f"FOR EACH {each} EXECUTE FUNCTION {_TABLE}_append_only()"
            )


def downgrade() -> None:
    raise NotImplementedError("approvals are append-only; restore a backup instead")
