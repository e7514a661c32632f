"""The calls that are live in this process, and the one place where their state changes.

`Calls.take` folds an input into a call, makes it durable and only then tells the listeners. What
is journaled is free of PHI; the vault of a call is in memory only and is emptied at its end.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from time import thread_time, time
from weakref import WeakValueDictionary

from copilot import escalation
from copilot.bus import Bus
from copilot.call import Call
from copilot.conversation import Book, State, step
from copilot.events import ConversationEvent, EscalationEvent, parse_stored
from copilot.inputs import Input
from copilot.journal import Journal, JournalWriter, Row
from copilot.metrics import (
    FLAGS,
    LIVE,
    STAGE_CPU,
    SUGGESTIONS,
    TO_ACKNOWLEDGE,
    TO_ESCALATION,
    TO_INTERVENTION,
)
from copilot.recovery import durable, event_row, input_row, recovered
from copilot.timestamps import rfc3339
from guardrails.flag import Flag
from guardrails.phi import Options, Vault

ABANDONED = timedelta(hours=24)
"""A call that was never ended and is older than this is not taken up again at a start."""
UNANSWERED = timedelta(days=7)
"""An escalation that nobody answered and that is older than this does not climb any further."""


class Calls:
    """Finds, opens and recovers calls, and takes inputs into them."""

    def __init__(
        self,
        book: Book,
        journal: Journal,
        writer: JournalWriter,
        bus: Bus,
        masking: Options,
        webhooks: Callable[[], None] | None = None,
    ) -> None:
        """`webhooks` is called when something new is in the outbox; None: nothing goes there."""
        self.book = book
        self._journal = journal
        self._writer = writer
        self._bus = bus
        self._masking = masking
        self._webhooks = webhooks
        self._kept: dict[str, Call] = {}
        """Calls that time can move: open ones, and ended ones of which an escalation may climb."""
        self._known = WeakValueDictionary[str, Call]()
        """Every call in memory: whoever works on an ended one shares it, and its lock."""
        self._opening = asyncio.Lock()

    def live(self) -> list[Call]:
        """Every call that is open in this process."""
        return [call for call in self._kept.values() if call.state.ended is None]

    def moving(self) -> list[Call]:
        """Every call that the clock can move: the open ones, and ended ones that may climb."""
        return list(self._kept.values())

    def get(self, conversation_id: str) -> Call | None:
        """The call, if it is in memory."""
        return self._known.get(conversation_id)

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
        self._keep(call)
        return call

    async def find(self, conversation_id: str) -> Call | None:
        """The call, from memory or from the journal; None if it never started."""
        call = self._known.get(conversation_id)
        if call is not None:
            return call
        async with self._opening:
            call = self._known.get(conversation_id)
            if call is None:
                call = await asyncio.to_thread(self._recover, conversation_id)
                if call is not None:
                    self._keep(call)
            return call

    async def recover(self) -> int:
        """Takes up every open call of the last day, and every escalation that nobody answered.

        Returns how many calls there were.
        """
        now = time()
        open_calls = await asyncio.to_thread(
            self._journal.conversations,
            open_only=True,
            since=rfc3339(now - ABANDONED.total_seconds()),
            tenant=None,
        )
        since = rfc3339(now - UNANSWERED.total_seconds())
        escalations = await asyncio.to_thread(self._journal.of_type, "escalation", since, None)
        wanted = {row.conversation_id for row in open_calls} | _unanswered(escalations)
        for conversation_id in sorted(wanted):
            await self.find(conversation_id)
        return len(wanted)

    def _recover(self, conversation_id: str) -> Call | None:
        rows = self._journal.inputs(conversation_id)
        if not rows:
            return None
        last_event_id = self._journal.last_event_id(conversation_id)
        return recovered(self.book, conversation_id, rows, last_event_id, self._masking)

    def _keep(self, call: Call) -> None:
        """Keeps a call in memory for as long as time can move it."""
        climbing = any(
            escalation.may_climb(self.book.ladder, one) for one in call.state.escalations
        )
        self._known[call.conversation_id] = call
        if call.state.ended is None or climbing:
            self._kept[call.conversation_id] = call
        else:
            self._kept.pop(call.conversation_id, None)
        LIVE.set(len(self.live()))

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
            before = state
            state, made = step(self.book, state, given)
            events = [call.stamp(event) for event in made]
            told += events
            if durable(given, before, state, events):
                rows.append(input_row(call, given))
                flags = None if self._webhooks is None else _flags(state)
                rows += [event_row(call, event, flags) for event in events]
        STAGE_CPU.labels("judge").inc(thread_time() - began)
        if rows:
            await self._writer.append(rows)
        if self._webhooks is not None and any(row.webhook for row in rows):
            self._webhooks()
        call.move_to(state)
        for given in inputs:
            call.note(given)
        for event in told:
            self.tell(call, event)
        if state.ended is not None:
            call.vault.forget()
            call.vectors.clear()
            self._keep(call)
        return told

    def tell(self, call: Call, event: ConversationEvent) -> None:
        """Publishes a stamped event that needs no place in the journal, or has it already."""
        if event.type == "flag" and event.status == "raised":
            FLAGS.labels(event.category, event.severity).inc()
        elif event.type == "suggestion":
            drafted = "extractive" if event.drafted_by == "extractive" else "model"
            SUGGESTIONS.labels(event.kind, drafted).inc()
        elif event.type == "escalation":
            _measure(call, event)
        self._bus.publish(call.tenant, event)


def _flags(state: State) -> tuple[Flag, ...]:
    """Every flag there was; as it is judged now before as it was told, masked less well then."""
    return (*(state.judged.flags if state.judged else ()), *state.shown)


def _measure(call: Call, event: EscalationEvent) -> None:
    """Time to intervention for Prometheus: each first answer of an opening counts once."""
    escalated = next(e for e in call.state.escalations if e.escalation_id == event.escalation_id)
    seconds = event.elapsed_ms / 1000
    if event.status == "opened":
        TO_ESCALATION.labels(escalated.category).observe(seconds)
    elif event.by != escalation.SERVICE and event.status in ("acknowledged", "handed_over"):
        at_ms = escalated.since_ms + event.elapsed_ms
        labels = escalated.category, str(escalated.level)
        if escalated.acknowledged_ms == at_ms:
            TO_ACKNOWLEDGE.labels(*labels).observe(seconds)
        if escalated.intervened_ms == at_ms:
            TO_INTERVENTION.labels(*labels).observe(seconds)


def _unanswered(rows: list[Row]) -> set[str]:
    """The conversations of escalation events of which the last word is that somebody is wanted."""
    last: dict[tuple[str, str], str] = {}
    for row in rows:
        event = parse_stored(row.body)
        if event.type == "escalation":
            last[row.conversation_id, event.escalation_id] = event.status
    return {key[0] for key, status in last.items() if status in ("opened", "climbed")}
