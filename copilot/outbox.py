"""The outbox of webhooks: what is still to be told to the clinical team's system, and what was.

A message is written in the transaction of the event that it tells of, so that neither is there
without the other. It waits until it is delivered or given up; both are kept. Free of PHI.
"""

from collections.abc import Collection, Generator, Iterable
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from copilot.database import JournalError, reason, writer

State = Literal["waiting", "delivered", "failed"]

_table = sa.Table(
    "outbox",
    sa.MetaData(),
    sa.Column("seq", sa.Integer, primary_key=True),
    *(
        sa.Column(name, sa.String)
        for name in (
            "webhook_id", "tenant", "conversation_id", "escalation_id", "event_id", "body",
            "created_at", "state", "next_at", "settled_at", "reason",
        )
    ),
    sa.Column("attempts", sa.Integer),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be posted about one event; `webhook_id` stays the same over every attempt."""

    webhook_id: str
    tenant: str
    conversation_id: str
    escalation_id: str
    event_id: str
    body: str
    created_at: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A message as it stands: times are RFC 3339, empty for not yet; `reason` is of the last try.

    `seq` is its place in the outbox.
    """

    seq: int
    message: Message
    state: State
    attempts: int
    next_at: str
    settled_at: str
    reason: str


def put(connection: sa.Connection, messages: Iterable[Message]) -> None:
    """Puts messages into the outbox, in order, within the caller's transaction."""
    for message in messages:
        connection.execute(
            _table.insert(),
            {
                **asdict(message),
                "state": "waiting",
                "attempts": 0,
                "next_at": message.created_at,
                "settled_at": "",
                "reason": "",
            },
        )


class Outbox:
    """The outbox of an open journal's database. May be used from several threads.

    Every method raises `JournalError` where the database cannot be read or written.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._writer = writer(engine)

    def due(self, now: str, under_way: Collection[int], most: int) -> list[Entry]:
        """What may be posted now, oldest first: of each escalation only the first that waits."""
        waiting = _table.c.state == "waiting"
        heads = (
            sa.select(sa.func.min(_table.c.seq))
            .where(waiting)
            .group_by(_table.c.conversation_id, _table.c.escalation_id)
        )
        query = (
            sa.select(_table)
            .where(
                _table.c.seq.in_(heads),
                _table.c.seq.not_in(list(under_way)),
                _table.c.next_at <= now,
            )
            .order_by(_table.c.seq)
            .limit(most)
        )
        return self._entries(query)

    def delivered(self, seq: int, at: str) -> None:
        """The endpoint has taken it."""
        self._settle(seq, state="delivered", settled_at=at, reason="")

    def postponed(self, seq: int, next_at: str, why: str) -> None:
        """It was not taken; it is tried again."""
        self._settle(seq, next_at=next_at, reason=why)

    def given_up(self, seq: int, at: str, why: str) -> None:
        """It was not taken and is not tried again; it stays to be seen."""
        self._settle(seq, state="failed", settled_at=at, reason=why)

    def failed(self, tenant: str, most: int = 200) -> list[Entry]:
        """What was given up, newest first."""
        query = (
            sa.select(_table)
            .where(_table.c.state == "failed", _table.c.tenant == tenant)
            .order_by(_table.c.seq.desc())
            .limit(most)
        )
        return self._entries(query)

    def count(self, state: State) -> int:
        """How many messages are in a state."""
        query = sa.select(sa.func.count()).select_from(_table).where(_table.c.state == state)
        with self._reading() as connection:
            return connection.execute(query).scalar_one()

    def _settle(self, seq: int, **values: str) -> None:
        change = (
            sa.update(_table)
            .where(_table.c.seq == seq)
            .values(attempts=_table.c.attempts + 1, **values)
        )
        try:
            with self._writer.begin() as connection:
                connection.execute(change)
        except SQLAlchemyError as error:
            raise JournalError(f"the outbox cannot be written: {reason(error)}") from None

    def _entries(self, query: sa.Select[tuple[object, ...]]) -> list[Entry]:
        with self._reading() as connection:
            rows = connection.execute(query).mappings().all()
        names = Message.__dataclass_fields__
        return [
            Entry(
                message=Message(**{name: row[name] for name in names}),
                **{name: row[name] for name in row if name not in names},
            )
            for row in rows
        ]

    @contextmanager
    def _reading(self) -> Generator[sa.Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise JournalError(f"the outbox cannot be read: {reason(error)}") from None
