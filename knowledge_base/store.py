"""The system of record: every version of every passage, and its embedding by content hash.

Nothing is overwritten: a changed passage is a new version, a changed state is a new row. So what
was in force at any past moment can be asked for, and the index can be rebuilt from here without
embedding anything again.
"""

from collections import defaultdict
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import batched
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from sqlalchemy.event import listen
from sqlalchemy.exc import SQLAlchemyError

from knowledge_base import tables
from knowledge_base.errors import KnowledgeError
from knowledge_base.passage import Passage, State
from knowledge_base.tables import EMBEDDINGS, PASSAGES, SCHEMA, STATES, VERSION

_MANY = 500


@dataclass(frozen=True)
class Standing:
    """What is in force from `since` to, but not including, `until` (None: until a change)."""

    passages: tuple[Passage, ...]
    since: datetime
    until: datetime | None


class Store:
    """An open record, in SQLite (WAL) or Postgres.

    Raises:
        KnowledgeError: it cannot be opened, or a newer program wrote it.
    """

    def __init__(self, url: str) -> None:
        parsed = sa.make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        self._where = "the knowledge base"
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            self._where = f"the knowledge base {parsed.database}"
            try:
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                folder = Path(parsed.database).parent
                raise KnowledgeError(
                    f"the data folder {folder} is not writable: {error.strerror}"
                ) from None
        self._engine = sa.create_engine(parsed)
        if parsed.get_backend_name() == "sqlite":
            listen(self._engine, "connect", tables.wal)
        try:
            self._prepare()
        except KnowledgeError:
            self.close()
            raise

    def _prepare(self) -> None:
        with self._one_line("cannot be opened"), self._engine.begin() as connection:
            if sa.inspect(connection).has_table(VERSION.name):
                found = connection.execute(sa.select(sa.func.max(VERSION.c.schema))).scalar() or 0
                if found > SCHEMA:
                    raise KnowledgeError(
                        f"{self._where} was written by a newer version (schema {found}); "
                        "upgrade the program, nothing was changed"
                    )
                return
            tables.META.create_all(connection)
            connection.execute(VERSION.insert(), {"schema": SCHEMA})

    def put(self, passages: Sequence[Passage], state: State) -> list[Passage]:
        """Stores what is new or changed as new versions, all or nothing; returns those.

        What is unchanged keeps its version; it is marked only to publish it.
        """
        stored: list[Passage] = []
        now = datetime.now(UTC).isoformat()
        rows: list[dict[str, object]] = []
        marks: list[dict[str, object]] = []
        with self._one_line("cannot be written"), self._engine.begin() as connection:
            latest = _latest(connection, [passage.passage_id for passage in passages])
            for passage in passages:
                version, digest, present = latest.get(passage.passage_id, (0, "", ""))
                if digest == tables.whole_digest(passage):
                    if state != "published" or present == "published":
                        continue
                else:
                    version = max(passage.version, version + 1)
                    rows.append(tables.row(replace(passage, version=version)))
                stored.append(replace(passage, version=version, state=state))
                marks.append(_mark(passage.passage_id, version, state, now))
            for table, given in ((PASSAGES, rows), (STATES, marks)):
                if given:
                    connection.execute(table.insert(), given)
        return stored

    def retire(self, passage_id: str) -> bool:
        """Takes every published version of a passage out of force; False if there is none."""
        now = datetime.now(UTC).isoformat()
        with self._one_line("cannot be written"), self._engine.begin() as connection:
            published = [
                _mark(passage_id, passage.version, "retired", now)
                for passage in _versions(connection, passage_id)
                if passage.state == "published"
            ]
            if published:
                connection.execute(STATES.insert(), published)
        return bool(published)

    def history(self, passage_id: str) -> list[Passage]:
        """Every version of a passage with its present state, oldest first."""
        with self._one_line("cannot be read"), self._engine.connect() as connection:
            return _versions(connection, passage_id)

    def latest(self) -> list[Passage]:
        """The newest version of every passage, whatever its state."""
        with self._one_line("cannot be read"), self._engine.connect() as connection:
            newest = {passage.passage_id: passage for passage in _versions(connection)}
        return list(newest.values())

    def standing(self, at: datetime) -> Standing:
        """What is in force at a moment, and between which moments that holds.

        Of each passage, the newest version that was published and had taken effect counts;
        where it has expired, no older one comes back.
        """
        with self._one_line("cannot be read"), self._engine.connect() as connection:
            rows = connection.execute(sa.select(PASSAGES)).mappings().all()
            marks = connection.execute(sa.select(STATES).order_by(STATES.c.seq)).all()
        state: dict[tuple[str, int], str] = {}
        turns: set[datetime] = set()
        for mark in marks:
            moment = datetime.fromisoformat(mark.at)
            turns.add(moment)
            if moment <= at:
                state[mark.passage_id, mark.version] = mark.state
        newest: dict[str, Passage] = {}
        for row in sorted(rows, key=lambda row: (row["passage_id"], row["version"])):
            if state.get((row["passage_id"], row["version"])) != "published":
                continue
            passage = tables.passage(row, "published")
            turns.add(passage.effective_from)
            if passage.expires:
                turns.add(passage.expires)
            if passage.effective_from <= at:
                newest[passage.passage_id] = passage
        return Standing(
            tuple(p for p in newest.values() if p.expires is None or at < p.expires),
            max((turn for turn in turns if turn <= at), default=datetime.min.replace(tzinfo=UTC)),
            min((turn for turn in turns if turn > at), default=None),
        )

    def revision(self) -> int:
        """A number that grows with every change of what may be said."""
        with self._one_line("cannot be read"), self._engine.connect() as connection:
            return connection.execute(sa.select(sa.func.max(STATES.c.seq))).scalar() or 0

    def vectors(self, digests: Sequence[str]) -> dict[str, np.ndarray]:
        """The embeddings kept for content hashes: float32 each."""
        found: dict[str, np.ndarray] = {}
        with self._one_line("cannot be read"), self._engine.connect() as connection:
            for part in batched(digests, _MANY):
                query = sa.select(EMBEDDINGS).where(EMBEDDINGS.c.digest.in_(part))
                for digest, vector in connection.execute(query):
                    found[digest] = np.frombuffer(vector, dtype=np.float32)
        return found

    def keep_vectors(self, vectors: dict[str, np.ndarray]) -> None:
        """Keeps embeddings by content hash; those kept already stay."""
        with self._one_line("cannot be written"), self._engine.begin() as connection:
            known: set[str] = set()
            for part in batched(vectors, _MANY):
                query = sa.select(EMBEDDINGS.c.digest).where(EMBEDDINGS.c.digest.in_(part))
                known |= set(connection.execute(query).scalars())
            fresh = [
                {"digest": digest, "vector": vector.astype(np.float32).tobytes()}
                for digest, vector in vectors.items()
                if digest not in known
            ]
            if fresh:
                connection.execute(EMBEDDINGS.insert(), fresh)

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()

    @contextmanager
    def _one_line(self, fault: str) -> Generator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            # the driver's own text only: SQLAlchemy's would quote the statement's values
            reason = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
            raise KnowledgeError(f"{self._where} {fault}: {reason}") from None


def _mark(passage_id: str, version: int, state: State, at: str) -> dict[str, object]:
    return {"passage_id": passage_id, "version": version, "state": state, "at": at}


def _states(
    connection: sa.Connection, names: Sequence[str] | None = None
) -> dict[tuple[str, int], State]:
    query = sa.select(STATES).order_by(STATES.c.seq)
    if names is not None:
        query = query.where(STATES.c.passage_id.in_(names))
    return {(mark.passage_id, mark.version): mark.state for mark in connection.execute(query)}


def _versions(connection: sa.Connection, passage_id: str | None = None) -> list[Passage]:
    query = sa.select(PASSAGES).order_by(PASSAGES.c.passage_id, PASSAGES.c.version)
    if passage_id is not None:
        query = query.where(PASSAGES.c.passage_id == passage_id)
    states = _states(connection, None if passage_id is None else [passage_id])
    return [
        tables.passage(row, states.get((row["passage_id"], row["version"]), "draft"))
        for row in connection.execute(query).mappings()
    ]


def _latest(connection: sa.Connection, names: Sequence[str]) -> dict[str, tuple[int, str, str]]:
    """The newest version of passages: its number, its digest and its state."""
    versions: dict[str, list[tuple[int, str]]] = defaultdict(list)
    states: dict[tuple[str, int], State] = {}
    for part in batched(names, _MANY):
        query = sa.select(PASSAGES.c.passage_id, PASSAGES.c.version, PASSAGES.c.digest)
        for name, version, digest in connection.execute(
            query.where(PASSAGES.c.passage_id.in_(part))
        ):
            versions[name].append((version, digest))
        states |= _states(connection, part)
    return {
        name: (*max(found), states.get((name, max(found)[0]), "draft"))
        for name, found in versions.items()
    }
