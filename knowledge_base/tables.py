"""The tables of the record, and passages as rows of them."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from knowledge_base.passage import Guards, Passage, State

SCHEMA = 1
"""Raised with every change of the tables; a database with a higher one is refused."""
META = sa.MetaData()
VERSION = sa.Table("knowledge_version", META, sa.Column("schema", sa.Integer, primary_key=True))
PASSAGES = sa.Table(
    "passage",
    META,
    sa.Column("passage_id", sa.String(200), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("approver_role", sa.Text, nullable=False),
    sa.Column("effective_from", sa.String(32), nullable=False),
    sa.Column("expires", sa.String(32), nullable=True),
    sa.Column("guards", sa.Text, nullable=False),
    sa.Column("tags", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
)
STATES = sa.Table(
    "passage_state",
    META,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("passage_id", sa.String(200), nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
)
EMBEDDINGS = sa.Table(
    "embedding",
    META,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
)


def wal(connection: Any, _record: object) -> None:
    """Readers and one writer side by side, on every new SQLite connection."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA busy_timeout=5000")
    cursor.close()


def row(passage: Passage) -> dict[str, Any]:
    """A version of a passage as it is kept."""
    return _content(passage) | {
        "version": passage.version,
        "digest": whole_digest(passage),
    }


def passage(row: Mapping[str, Any] | sa.RowMapping, state: State) -> Passage:
    """The passage of a row."""
    programs, conditions, language = json.loads(row["guards"])
    return Passage(
        passage_id=row["passage_id"],
        version=row["version"],
        kind=row["kind"],
        title=row["title"],
        text=row["text"],
        owner=row["owner"],
        approver_role=row["approver_role"],
        effective_from=datetime.fromisoformat(row["effective_from"]),
        expires=datetime.fromisoformat(row["expires"]) if row["expires"] else None,
        state=state,
        guards=Guards(tuple(programs), tuple(conditions), language),
        tags=tuple(json.loads(row["tags"])),
        source=row["source"],
    )


def whole_digest(passage: Passage) -> str:
    """The hash of everything that makes a version, its number and state aside."""
    return hashlib.sha256(json.dumps(_content(passage), sort_keys=True).encode()).hexdigest()


def _content(passage: Passage) -> dict[str, Any]:
    guards = passage.guards
    return {
        "passage_id": passage.passage_id,
        "kind": passage.kind,
        "title": passage.title,
        "text": passage.text,
        "owner": passage.owner,
        "approver_role": passage.approver_role,
        "effective_from": passage.effective_from.astimezone(UTC).isoformat(),
        "expires": passage.expires.astimezone(UTC).isoformat() if passage.expires else None,
        "guards": json.dumps([guards.programs, guards.conditions, guards.language]),
        "tags": json.dumps(passage.tags),
        "source": passage.source,
    }
