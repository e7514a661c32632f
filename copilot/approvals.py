"""Sign-offs of packs: whose approval stands behind a content, by its hash, and what is in force.

Rows are only ever added. Each is written in one transaction with its entry in the audit log.
"""

import json
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from copilot import audit
from copilot.database import JournalError, reason, writer
from guardrails.rules.pack import Pack

SIGNED, IN_FORCE = "pack.signed", "packs.in_force"
"""Actions in the audit log."""

_table = sa.Table(
    "pack_approvals",
    sa.MetaData(),
    sa.Column("sha256", sa.String, primary_key=True),
    sa.Column("version", sa.Integer),
    *(sa.Column(name, sa.String) for name in ("pack_id", "role", "subject", "at")),
)


@dataclass(frozen=True, slots=True)
class Approval:
    """Who signed off a pack's content, as what, and when (RFC 3339)."""

    sha256: str
    pack_id: str
    version: int
    role: str
    subject: str
    at: str


class Approvals:
    """The sign-offs in an open journal's database.

    Every method raises `JournalError` where the database cannot be read or written.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = writer(engine)

    def all(self) -> dict[str, Approval]:
        """Every sign-off, by the hash of what was signed."""
        with self._open(self._engine) as connection:
            rows = connection.execute(sa.select(_table)).mappings()
            return {row["sha256"]: Approval(**row) for row in rows}

    def sign(self, pack: Pack, subject: str) -> Approval:
        """Records that a subject, in the role that the pack names, approves its content.

        Content that is signed off already keeps its first approval.
        """
        with self._open(self._writer) as connection:
            found = (
                connection.execute(sa.select(_table).where(_table.c.sha256 == pack.sha256))
                .mappings()
                .first()
            )
            if found is not None:
                return Approval(**found)
            detail = _line(
                pack=pack.pack_id, version=pack.version, sha256=pack.sha256, role=pack.approver
            )
            at = audit.add(connection, subject, SIGNED, "", detail)
            made = Approval(pack.sha256, pack.pack_id, pack.version, pack.approver, subject, at)
            connection.execute(_table.insert(), asdict(made))
            return made

    def note_in_force(self, packs: Sequence[dict[str, Any]]) -> bool:
        """Writes what is in force into the audit log, where it differs from the last such entry."""
        detail = _line(packs=sorted(packs, key=lambda row: str(row["pack"])))
        with self._open(self._writer) as connection:
            if audit.last_detail(connection, IN_FORCE) == detail:
                return False
            audit.add(connection, "service", IN_FORCE, "", detail)
            return True

    @contextmanager
    def _open(self, engine: sa.Engine) -> Generator[sa.Connection]:
        try:
            with engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise JournalError(f"the approvals cannot be kept: {reason(error)}") from None


def _line(**values: Any) -> str:
    return json.dumps(values, sort_keys=True, separators=(",", ":"))
