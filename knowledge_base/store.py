"""The system of record: every version of every passage, and its embedding by content hash.

Nothing is overwritten: a changed passage is a new version. The vector index can be rebuilt from
here at any time without embedding anything again.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from knowledge_base.errors import KnowledgeError
from knowledge_base.passage import Guards, Passage

SCHEMA = 1
_meta = sa.MetaData()
_version = sa.Table("knowledge_version", _meta, sa.Column("schema", sa.Integer, primary_key=True))
_passages = sa.Table(
    "passage",
    _meta,
    sa.Column("passage_id", sa.String(128), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("owner", sa.String(128), nullable=False),
    sa.Column("approver_role", sa.String(64), nullable=False),
    sa.Column("effective_from", sa.String(32), nullable=False),
    sa.Column("expires", sa.String(32), nullable=True),
    sa.Column("guards", sa.Text, nullable=False),
    sa.Column("tags", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
)
_states = sa.Table(
    "passage_state",
    _meta,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("passage_id", sa.String(128), nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
)
_embeddings = sa.Table(
    "embedding",
    _meta,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
)


class Store:
    """An open record."""

    def __init__(self, url: str) -> None:
        parsed = sa.make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            try:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise KnowledgeError(
                    f"the data folder {Path(parsed.database).parent} is not writable: "
                    f"{error.strerror}"
                ) from None
        self._engine = sa.create_engine(parsed)
        if parsed.get_backend_name() == "sqlite":
            sa.event.listen(self._engine, "connect", _wal)
        try:
            self._prepare()
        except sa.exc.SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
            raise KnowledgeError(f"the knowledge base cannot be opened: {reason}") from None

    def _prepare(self) -> None:
        with self._engine.connect() as connection:
            if sa.inspect(connection).has_table("knowledge_version"):
                found = connection.execute(sa.select(sa.func.max(_version.c.schema))).scalar() or 0
                if found > SCHEMA:
                    raise KnowledgeError(
                        f"the knowledge base was written by a newer version (schema {found}); "
                        "upgrade the program, nothing was changed"
                    )
                return
        with self._engine.begin() as connection:
            _meta.create_all(connection)
            connection.execute(_version.insert(), {"schema": SCHEMA})

    def put(self, passages: Sequence[Passage], state: str) -> list[Passage]:
        """Stores what is new or changed as new versions, all or nothing; returns those."""
        stored: list[Passage] = []
        now = datetime.now(UTC).isoformat()
        with self._engine.begin() as connection:
            for passage in passages:
                latest = connection.execute(
                    sa.select(_passages.c.version, _passages.c.digest)
                    .where(_passages.c.passage_id == passage.passage_id)
                    .order_by(_passages.c.version.desc())
                    .limit(1)
                ).first()
                if latest is not None and latest.digest == whole_digest(passage):
                    if _state_of(connection, passage.passage_id, latest.version) != state:
                        self._mark(connection, passage.passage_id, latest.version, state, now)
                        stored.append(replace(passage, version=latest.version))
                    continue
                version = max(passage.version, latest.version + 1 if latest else 1)
                fresh = replace(passage, version=version)
                connection.execute(_passages.insert(), _row(fresh))
                self._mark(connection, fresh.passage_id, version, state, now)
                stored.append(fresh)
        return stored

    def retire(self, passage_id: str) -> bool:
        """Takes a passage out of force; False if there is none in force."""
        with self._engine.begin() as connection:
            rows = [p for p in self._published(connection) if p.passage_id == passage_id]
            now = datetime.now(UTC).isoformat()
            for passage in rows:
                self._mark(connection, passage_id, passage.version, "retired", now)
        return bool(rows)

    def history(self, passage_id: str) -> list[Passage]:
        """Every version of a passage with its present state, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                sa.select(_passages)
                .where(_passages.c.passage_id == passage_id)
                .order_by(_passages.c.version)
            ).mappings()
            return [
                _passage(row, _state_of(connection, passage_id, row["version"])) for row in rows
            ]

    def in_force(self, at: datetime) -> list[Passage]:
        """What is published and in its dates at a moment: the latest version of each passage."""
        with self._engine.connect() as connection:
            found = self._published(connection)
        standing: dict[str, Passage] = {}
        for passage in found:
            if passage.effective_from <= at and (passage.expires is None or at < passage.expires):
                standing[passage.passage_id] = passage
        return list(standing.values())

    def vectors(self, digests: Sequence[str]) -> dict[str, np.ndarray]:
        """The embeddings kept for content hashes."""
        found: dict[str, np.ndarray] = {}
        with self._engine.connect() as connection:
            for at in range(0, len(digests), 500):
                part = list(digests[at : at + 500])
                query = sa.select(_embeddings).where(_embeddings.c.digest.in_(part))
                for digest, vector in connection.execute(query):
                    found[digest] = np.frombuffer(vector, dtype=np.float32)
        return found

    def keep_vectors(self, vectors: dict[str, np.ndarray]) -> None:
        """Keeps embeddings by content hash."""
        rows = [{"digest": d, "vector": v.astype(np.float32).tobytes()} for d, v in vectors.items()]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(_embeddings.insert(), rows)

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()

    def _published(self, connection: sa.Connection) -> list[Passage]:
        """The published version of each passage, the newest one where there are several."""
        latest = (
            sa.select(sa.func.max(_states.c.seq).label("seq"))
            .group_by(_states.c.passage_id, _states.c.version)
            .subquery()
        )
        query = (
            sa.select(_passages, _states.c.state)
            .join(
                _states,
                (_states.c.passage_id == _passages.c.passage_id)
                & (_states.c.version == _passages.c.version),
            )
            .join(latest, latest.c.seq == _states.c.seq)
            .where(_states.c.state == "published")
            .order_by(_passages.c.passage_id, _passages.c.version)
        )
        return [_passage(row, row["state"]) for row in connection.execute(query).mappings()]

    def _mark(
        self, connection: sa.Connection, passage_id: str, version: int, state: str, at: str
    ) -> None:
        connection.execute(
            _states.insert(),
            {"passage_id": passage_id, "version": version, "state": state, "at": at},
        )


def _state_of(connection: sa.Connection, passage_id: str, version: int) -> str:
    query = (
        sa.select(_states.c.state)
        .where(_states.c.passage_id == passage_id, _states.c.version == version)
        .order_by(_states.c.seq.desc())
        .limit(1)
    )
    return connection.execute(query).scalar() or "draft"


def content_digest(passage: Passage) -> str:
    """The hash under which the embedding of a passage is kept: its title and its text."""
    return hashlib.sha256(f"{passage.title}\n{passage.text}".encode()).hexdigest()


def whole_digest(passage: Passage) -> str:
    """The hash of everything that makes a version, its number aside."""
    row = {k: v for k, v in _row(passage, digest="").items() if k != "version"}
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()


def _row(passage: Passage, digest: str | None = None) -> dict[str, Any]:
    return {
        "passage_id": passage.passage_id,
        "version": passage.version,
        "kind": passage.kind,
        "title": passage.title,
        "text": passage.text,
        "owner": passage.owner,
        "approver_role": passage.approver_role,
        "effective_from": passage.effective_from.isoformat(),
        "expires": passage.expires.isoformat() if passage.expires else None,
        "guards": json.dumps(
            [passage.guards.programs, passage.guards.conditions, passage.guards.language]
        ),
        "tags": json.dumps(passage.tags),
        "source": passage.source,
        "digest": whole_digest(passage) if digest is None else digest,
    }


def _passage(row: Any, state: str) -> Passage:
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
        state=state,  # pyright: ignore[reportArgumentType]
        guards=Guards(tuple(programs), tuple(conditions), language),
        tags=tuple(json.loads(row["tags"])),
        source=row["source"],
    )


def _wal(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
