"""The calls that are live in this process, and the one place where their state changes.

`Calls.take` folds an input into a call, makes it durable and only then tells the listeners. What
is journaled is free of PHI; the vault of a call is in memory only and is emptied at its end.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import thread_time, time

import numpy as np
from pydantic import TypeAdapter

from copilot.bus import Bus
from copilot.conversation import (
    Acknowledged,
    Book,
    Ended,
    Input,
    Observed,
    Passed,
    Rated,
    Said,
    Started,
    State,
    Suggested,
    Ticked,
    fold,
    step,
)
from copilot.events import ConversationEvent, to_json
from copilot.journal import Journal, JournalWriter, Row
from copilot.metrics import FLAGS, LIVE, STAGE_CPU, SUGGESTIONS
from guardrails.phi import Options, Vault

REMEMBERED_VECTORS = 8
ABANDONED = timedelta(hours=24)
"""A call that was never ended and is older than this is not taken up again at a start."""

_INPUTS: Mapping[str, TypeAdapter[Input]] = {
    kind.__name__: TypeAdapter(kind)
    for kind in (
        Started,
        Said,
        Observed,
        Ticked,
        Passed,
        Suggested,
        Rated,
        Acknowledged,
        Ended,
    )
}


@dataclass
class Call:
    """One live conversation. `state` is replaced by `Calls.take` only."""

    conversation_id: str
    tenant: str
    state: State
    vault: Vault
    began: float
    last_id: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    vectors: OrderedDict[str, np.ndarray] = field(default_factory=OrderedDict[str, np.ndarray])
    taken: dict[str, int] = field(default_factory=dict[str, int])
    """The source's revision of each final segment that has been taken."""
    advising: asyncio.Task[None] | None = None
    touched: float = field(default_factory=time)
    told_why: set[str] = field(default_factory=set[str])
    """Why this call's listeners were told that more is masked than there need be."""

    @property
    def agent_id(self) -> str | None:
        """The agent whose call it is."""
        return self.state.started.agent_id if self.state.started else None

    def clock_ms(self) -> int:
        """Milliseconds from the start of the call, never behind what was heard last."""
        return max(self.state.last_ms, int((time() - self.began) * 1000))

    def remember(self, segment_id: str, vector: np.ndarray) -> None:
        """Keeps the vectors of the last few utterances, for questions put over several turns."""
        self.vectors[segment_id] = vector
        while len(self.vectors) > REMEMBERED_VECTORS:
            self.vectors.popitem(last=False)

    def note(self, given: Input) -> None:
        """Remembers that a final segment was taken."""
        if isinstance(given, Said) and given.utterance.final:
            segment_id = given.utterance.segment_id
            self.taken[segment_id] = max(self.taken.get(segment_id, 0), given.source_revision)

    def stamp(self, event: ConversationEvent) -> ConversationEvent:
        """The event with its `event_id` and `at`; ids grow with time, over restarts too."""
        return event.model_copy(update={"event_id": self.next_id(), "at": utc_now()})

    def next_id(self) -> str:
        """The next id of an event: digits of one length, growing with time."""
        self.last_id = max(self.last_id + 1, int(time() * 1_000_000))
        return f"{self.last_id:017d}"


class Calls:
    """Finds, opens and recovers calls, and takes inputs into them."""

    def __init__(
        self, book: Book, journal: Journal, writer: JournalWriter, bus: Bus, masking: Options
    ) -> None:
        self.book = book
        self._journal = journal
        self._writer = writer
        self._bus = bus
        self._masking = masking
        self._live: dict[str, Call] = {}
        self._opening = asyncio.Lock()

    def live(self) -> list[Call]:
        """Every call that is open in this process."""
        return list(self._live.values())

    def get(self, conversation_id: str) -> Call | None:
        """The call, if it is live."""
        return self._live.get(conversation_id)

    def begin(
        self, conversation_id: str, tenant: str, language: str, on_file: Mapping[str, str]
    ) -> Call:
        """A call that begins now, with a vault of its own."""
        vault = Vault(
            conversation_id,
            language=language,
            on_file=on_file,
            options=self._masking,
            this_year=datetime.now(UTC).year,
        )
        call = Call(conversation_id, tenant, State(conversation_id), vault, began=time())
        self._live[conversation_id] = call
        LIVE.set(len(self._live))
        return call

    async def find(self, conversation_id: str) -> Call | None:
        """The call, from memory or from the journal; None if it never started."""
        call = self._live.get(conversation_id)
        if call is not None:
            return call
        async with self._opening:
            if conversation_id not in self._live:
                call = await asyncio.to_thread(self._recover, conversation_id)
                if call is None or call.state.ended is not None:
                    return call
                self._live[conversation_id] = call
                LIVE.set(len(self._live))
            return self._live[conversation_id]

    async def recover(self) -> int:
        """Takes up every open call of the last day from the journal; how many there were."""
        since = (datetime.now(UTC) - ABANDONED).isoformat(timespec="milliseconds")
        rows = await asyncio.to_thread(
            self._journal.conversations, open_only=True, since=since, tenant=None
        )
        for row in rows:
            await self.find(row.conversation_id)
        return len(rows)

    def _recover(self, conversation_id: str) -> Call | None:
        rows = self._journal.inputs(conversation_id)
        if not rows:
            return None
        inputs = [_INPUTS[row.type].validate_json(row.body) for row in rows]
        state = fold(self.book, conversation_id, inputs)
        language = state.started.facts.language if state.started else "en"
        at = datetime.fromisoformat(rows[0].at.replace("Z", "+00:00"))
        vault = Vault(
            conversation_id,
            language=language,
            counts=_placeholder_counts(state),
            options=self._masking,
            this_year=at.year,
        )
        last_id = int(self._journal.last_event_id(conversation_id) or 0)
        call = Call(conversation_id, rows[0].tenant, state, vault, at.timestamp(), last_id)
        for given in inputs:
            call.note(given)
        return call

    async def take(self, call: Call, *inputs: Input) -> list[ConversationEvent]:
        """Folds inputs into the call: durable first, then told. The caller holds `call.lock`.

        Raises:
            JournalError: nothing was stored, the call stands as before.
        """
        began = thread_time()
        state = call.state
        rows: list[Row] = []
        told: list[ConversationEvent] = []
        for given in inputs:
            state, made = step(self.book, state, given)
            events = [call.stamp(event) for event in made]
            told += events
            if _durable(given, events):
                rows.append(self._input_row(call, given))
                rows += [_event_row(call, event) for event in events]
        STAGE_CPU.labels("judge").inc(thread_time() - began)
        if rows:
            await self._writer.append(rows)
        call.state = state
        for given in inputs:
            call.note(given)
        call.touched = time()
        for event in told:
            self.tell(call, event)
        if state.ended is not None:
            call.vault.forget()
            call.vectors.clear()
            self._live.pop(call.conversation_id, None)
            LIVE.set(len(self._live))
        return told

    def tell(self, call: Call, event: ConversationEvent) -> None:
        """Publishes a stamped event that needs no place in the journal, or has it already."""
        if event.type == "flag" and event.status == "raised":
            FLAGS.labels(event.category, event.severity).inc()
        elif event.type == "suggestion":
            drafted = "extractive" if event.drafted_by == "extractive" else "model"
            SUGGESTIONS.labels(event.kind, drafted).inc()
        self._bus.publish(call.tenant, event)

    def _input_row(self, call: Call, given: Input) -> Row:
        kind = type(given).__name__
        body = _INPUTS[kind].dump_json(given).decode()
        return Row(
            conversation_id=call.conversation_id,
            event_id=call.next_id(),
            tenant=call.tenant,
            kind="input",
            type=kind,
            at=utc_now(),
            body=body,
        )


def utc_now() -> str:
    """RFC 3339, UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _durable(given: Input, events: list[ConversationEvent]) -> bool:
    """Partials and ticks of the clock leave a trace only when something came of them."""
    match given:
        case Said():
            return given.utterance.final or any(event.type != "utterance" for event in events)
        case Passed():
            return bool(events)
        case _:
            return True


def _event_row(call: Call, event: ConversationEvent) -> Row:
    return Row(
        conversation_id=call.conversation_id,
        event_id=event.event_id,
        tenant=call.tenant,
        kind="event",
        type=event.type,
        at=event.at,
        body=to_json(event),
    )


def _placeholder_counts(state: State) -> dict[str, int]:
    """The highest number used for each type of placeholder, so that numbering goes on."""
    counts: dict[str, int] = {}
    for heard in state.heard:
        for entity in heard.utterance.entities:
            plain, *_ = entity.placeholder.strip("<>").partition(":")
            kind, _, number = plain.rpartition("_")
            if number.isdigit():
                counts[kind] = max(counts.get(kind, 0), int(number))
    return counts
