"""The audit log: who did what, each entry chained to the one before by its hash.

Functions over an open connection, so that an entry is written in one transaction with what it
tells of.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

_audit = sa.Table(
    "audit",
    sa.MetaData(),
    sa.Column("seq", sa.Integer, primary_key=True),
    *(
        sa.Column(name, sa.String)
        for name in (
            "at", "actor", "action", "conversation_id", "detail", "previous_hash", "hash",
        )
    ),
)  # fmt: skip


def add(
    connection: sa.Connection, actor: str, action: str, conversation_id: str, detail: str
) -> str:
    """Adds an entry within the caller's transaction; returns its time, RFC 3339."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("LOCK TABLE audit IN EXCLUSIVE MODE"))
    last = connection.execute(
        sa.select(_audit.c.seq, _audit.c.hash).order_by(_audit.c.seq.desc()).limit(1)
    ).first()
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    entry: dict[str, Any] = {
        "seq": last.seq + 1 if last else 1,
        "at": at,
        "actor": actor,
        "action": action,
        "conversation_id": conversation_id,
        "detail": detail,
        "previous_hash": last.hash if last else "",
    }
    connection.execute(_audit.insert(), {**entry, "hash": _chained(entry)})
    return at


def last_detail(connection: sa.Connection, action: str) -> str | None:
    """The detail of the last entry with an action, or None."""
    query = (
        sa.select(_audit.c.detail)
        .where(_audit.c.action == action)
        .order_by(_audit.c.seq.desc())
        .limit(1)
    )
    return connection.execute(query).scalar()


def faults(connection: sa.Connection) -> list[str]:
    """What is wrong with the chain: a line a fault, none if it is whole.

    Entries cut off at its end leave a whole chain: compare the last hash with one kept elsewhere
    to notice that.
    """
    problems: list[str] = []
    previous, expected = "", 1
    for row in connection.execute(sa.select(_audit).order_by(_audit.c.seq)).mappings():
        entry = {name: row[name] for name in row if name != "hash"}
        if row["seq"] != expected:
            problems.append(f"entry {expected} is missing")
        if row["previous_hash"] != previous:
            problems.append(f"entry {row['seq']} does not follow the one before it")
        if row["hash"] != _chained(entry):
            problems.append(f"entry {row['seq']} was changed")
        previous, expected = row["hash"], row["seq"] + 1
    return problems


def _chained(entry: dict[str, Any]) -> str:
    line = json.dumps(entry, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()
