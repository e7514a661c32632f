"""The append-only event log and the audit log: what happened in every call, free of PHI.

SQLAlchemy Core over SQLite (WAL, full sync: an append that returned survives a power cut) or
Postgres by address (`synchronous_commit` on, whatever the server's default). Triggers in the
database refuse to change or delete a row.
"""

import asyncio
import json
import threading
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from copilot import audit, outbox
from copilot.approvals import Approvals
from copilot.database import JournalError, open_database, reason, writer

_meta = sa.MetaData()
_journal = sa.Table(
    "journal",
    _meta,
    sa.Column("conversation_id", sa.String(128), primary_key=True),
    sa.Column("event_id", sa.String(32), primary_key=True),
    *(sa.Column(name, sa.String) for name in ("tenant", "kind", "type", "at", "body")),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the journal: an input to a conversation, or an event that came of it.

    `webhook` is what is put in the outbox with it; it is no part of the journal.
    """

    conversation_id: str
    event_id: str
    tenant: str
    kind: Literal["input", "event"]
    type: str
    at: str
    body: str
    webhook: outbox.Message | None = None


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """One conversation of the journal; times are RFC 3339, `ended_at` empty while it is open."""

    conversation_id: str
    tenant: str
    agent_id: str | None
    started_at: str
    ended_at: str


class Journal:
    """An open journal. `append` may be called from several threads."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = writer(engine)
        self._writing = threading.Lock()

    @staticmethod
    def open(url: str) -> "Journal":
        """Opens the journal and brings its schema up to date.

        Raises:
            JournalError: the address is none, the place is not writable, or a newer version
                wrote the database; nothing was changed then.
        """
        return Journal(open_database(url))

    def append(self, rows: Sequence[Row]) -> None:
        """Writes rows in one transaction; they are durable when it returns.

        Raises:
            JournalError: nothing was written.
        """
        if not rows:
            return
        with self._write() as connection:
            names = _journal.c.keys()
            lines = [{name: getattr(row, name) for name in names} for row in rows]
            connection.execute(_journal.insert(), lines)
            outbox.put(connection, (row.webhook for row in rows if row.webhook))

    def events(self, conversation_id: str, after: str = "", limit: int | None = None) -> list[Row]:
        """The events of a conversation after one of them, in order; the first `limit` of them.

        Raises:
            JournalError: they cannot be read; so for every reader here.
        """
        return self._rows(conversation_id, "event", after, limit)

    def inputs(self, conversation_id: str) -> list[Row]:
        """The inputs of a conversation, in the order in which they were taken."""
        return self._rows(conversation_id, "input", "", None)

    def of_type(self, kind: str, since: str, tenant: str | None) -> list[Row]:
        """The events of one type since a time, in order within each conversation."""
        query = (
            sa.select(_journal)
            .where(_journal.c.kind == "event", _journal.c.type == kind, _journal.c.at >= since)
            .order_by(_journal.c.conversation_id, _journal.c.event_id)
        )
        if tenant is not None:
            query = query.where(_journal.c.tenant == tenant)
        with self._read() as connection:
            return [Row(**row) for row in connection.execute(query).mappings()]

    def outbox(self) -> outbox.Outbox:
        """The outbox of webhooks beside it."""
        return outbox.Outbox(self._engine)

    def conversations(
        self, *, open_only: bool, since: str | None, tenant: str | None
    ) -> list[ConversationRow]:
        """The conversations that started since a time, oldest first."""
        began, ended = _journal.alias(), _journal.alias()
        query = (
            sa.select(began.c.conversation_id, began.c.tenant, began.c.at, began.c.body, ended.c.at)
            .outerjoin(
                ended,
                (ended.c.conversation_id == began.c.conversation_id)
                & (ended.c.type == "conversation.ended"),
            )
            .where(began.c.type == "conversation.started")
            .order_by(began.c.at)
        )
        if open_only:
            query = query.where(ended.c.at.is_(None))
        if since is not None:
            query = query.where(began.c.at >= since)
        if tenant is not None:
            query = query.where(began.c.tenant == tenant)
        with self._read() as connection:
            return [
                ConversationRow(key, owner, json.loads(body).get("agent_id"), start, end or "")
                for key, owner, start, body, end in connection.execute(query)
            ]

    def last_event_id(self, conversation_id: str) -> str:
        """The highest id used in a conversation, or nothing."""
        query = sa.select(sa.func.max(_journal.c.event_id)).where(
            _journal.c.conversation_id == conversation_id
        )
        with self._read() as connection:
            return connection.execute(query).scalar() or ""

    def audit(self, actor: str, action: str, conversation_id: str, detail: str) -> None:
        """Adds an entry to the audit log, chained to the one before by its hash.

        Raises:
            JournalError: nothing was written.
        """
        with self._write() as connection:
            audit.add(connection, actor, action, conversation_id, detail)

    def verify_audit(self) -> list[str]:
        """What is wrong with the audit log's chain: a line a fault, none if it is whole."""
        with self._read() as connection:
            return audit.faults(connection)

    def approvals(self) -> Approvals:
        """The sign-offs of packs beside it."""
        return Approvals(self._engine)

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()

    def _rows(self, conversation_id: str, kind: str, after: str, limit: int | None) -> list[Row]:
        query = (
            sa.select(_journal)
            .where(
                _journal.c.conversation_id == conversation_id,
                _journal.c.kind == kind,
                _journal.c.event_id > after,
            )
            .order_by(_journal.c.event_id)
            .limit(limit)
        )
        with self._read() as connection:
            return [Row(**row) for row in connection.execute(query).mappings()]

    @contextmanager
    def _read(self) -> Generator[sa.Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise JournalError(f"the journal cannot be read: {reason(error)}") from None

    @contextmanager
    def _write(self) -> Generator[sa.Connection]:
        """A transaction that no other writer of this process is beside."""
        try:
            with self._writing, self._writer.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise JournalError(f"the journal cannot be written: {reason(error)}") from None


class JournalWriter:
    """Group commit: appends that come close together share one transaction and one sync."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._waiting: list[tuple[Sequence[Row], asyncio.Future[None]]] = []
        self._busy = False
        self._writers: set[asyncio.Task[None]] = set()

    async def append(self, rows: Sequence[Row]) -> None:
        """Returns once the rows are durable.

        Raises:
            JournalError: they were not written.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, done))
        if not self._busy:
            self._busy = True
            task = asyncio.create_task(self._drain())
            self._writers.add(task)
            task.add_done_callback(self._writers.discard)
        await done

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting, []
            try:
                rows = [row for part, _ in group for row in part]
                await loop.run_in_executor(self._thread, self._journal.append, rows)
            except Exception:  # whoever waits must hear of it, whatever it was
                await self._one_by_one(group)
                continue
            for _, done in group:
                if not done.done():
                    done.set_result(None)
        self._busy = False

    async def _one_by_one(
        self, group: Sequence[tuple[Sequence[Row], "asyncio.Future[None]"]]
    ) -> None:
        """A group that failed is tried in its parts, so that one call's rows harm no other's."""
        loop = asyncio.get_running_loop()
        for rows, done in group:
            try:
                await loop.run_in_executor(self._thread, self._journal.append, rows)
            except Exception as error:
                if not done.done():
                    done.set_exception(JournalError(str(error) if isinstance(error, JournalError)
                                                    else type(error).__name__))  # fmt: skip
            else:
                if not done.done():
                    done.set_result(None)

    def close(self) -> None:
        """Waits for what is under way."""
        self._thread.shutdown(wait=True)
