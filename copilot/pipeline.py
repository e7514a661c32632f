"""One utterance, one straight road.

    segment -> deidentify -> understand -> judge -> journal -> tell -> advise

`Pipeline.receive` takes one client message and does what the contract says of it. PHI ends inside
`analyst.understand`; nothing after that line has ever seen the raw text.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter

from copilot.advise import Advisor
from copilot.analysis import Analyst, Understood
from copilot.answers import answer
from copilot.call import Call
from copilot.calls import Calls
from copilot.events import (
    Ack,
    Ask,
    ConversationEnd,
    ConversationMessage,
    ConversationStart,
    Error,
    EscalationAck,
    EscalationClose,
    EscalationHandover,
    Feedback,
    NoticeEvent,
    ObservationMessage,
    Reveal,
    Revealed,
    SegmentMessage,
    StepDone,
)
from copilot.inputs import Ended, Observed, Rated, Said, Started, Ticked
from copilot.journal import Journal
from copilot.metrics import ACK, TO_FLAG, UTTERANCES
from copilot.sender import EscalationMessage, Sender, may_join, refused
from guardrails.protocols.answers import entered_answer
from guardrails.utterance import Segment
from guardrails.watch import CallFacts, Observation

Reply = Ack | Revealed | Error | None


__all__ = ["Pipeline", "Reply", "Sender", "may_join"]


@dataclass
class Pipeline:
    """The parts of the road, and the road."""

    calls: Calls
    analyst: Analyst
    advisor: Advisor
    journal: Journal
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def receive(self, message: ConversationMessage, sender: Sender) -> Reply:
        """What to answer to the sender; everything else reaches the listeners by the bus."""
        why = refused(message, sender)
        if why:
            return _error("forbidden", why, message)
        if isinstance(message, ConversationStart):
            return await self._start(message, sender)
        call = await self.calls.find(message.conversation_id)
        if call is None:
            return _error("not_started", "send `conversation.start` first", message)
        if call.tenant != sender.tenant or not may_join(call, sender):
            return _error("forbidden", "this conversation is another agent's", message)
        if call.state.ended is not None and not isinstance(message, Feedback | EscalationMessage):
            standing = isinstance(message, SegmentMessage) and _standing(call, message)
            return (
                Ack(conversation_id=call.conversation_id, segment_id=message.segment_id)
                if standing and isinstance(message, SegmentMessage)
                else _error("ended", "this conversation has ended", message)
            )
        match message:
            case SegmentMessage():
                return await self._hear(call, message)
            case ObservationMessage():
                await self._observe(call, message)
            case Ask():
                self.advisor.answer(call, await self._masked(call, message.text))
            case Feedback():
                text = await self._masked(call, message.text)
                reason = await self._masked(call, message.reason)
                async with call.lock:
                    rated = Rated(message.target_id, message.action, text, reason)
                    await self.calls.take(call, rated)
            case StepDone():
                return await self._tick(call, message)
            case EscalationAck() | EscalationHandover() | EscalationClose():
                return await answer(self.calls, self._masked, call, message, sender)
            case Reveal():
                return await self._reveal(call, message, sender)
            case ConversationEnd():
                await self._end(call, message)
        return None

    async def _hear(self, call: Call, message: SegmentMessage) -> Reply:
        began = perf_counter()
        async with call.lock:
            if call.state.ended is not None:
                return _error("ended", "this conversation has ended", message)
            if not _standing(call, message):
                segment = _segment(message, call)
                understood = await self.analyst.understand(segment, call.vault)
                inputs = [_said(call, one) for one in understood.corrections]
                inputs.append(_said(call, understood, message.revision))
                told = await self.calls.take(call, *inputs)
                self._say_if_withheld(call, understood)
                UTTERANCES.labels(str(message.final).lower()).inc()
                if any(event.type == "flag" for event in told):
                    TO_FLAG.observe(perf_counter() - began)
                if message.final:
                    self.advisor.advise(call, understood, began)
        ACK.observe(perf_counter() - began)
        return Ack(conversation_id=call.conversation_id, segment_id=message.segment_id)

    def _say_if_withheld(self, call: Call, understood: Understood) -> None:
        """Tells the listeners, once for each reason, that more is masked than there need be."""
        why = understood.utterance.withheld
        if why and why not in call.told_why:
            call.told_why.add(why)
            notice = NoticeEvent(
                conversation_id=call.conversation_id, code="masking_degraded", text=why
            )
            self.calls.tell(call, call.stamp(notice))

    async def _start(self, message: ConversationStart, sender: Sender) -> Reply:
        context = message.context
        async with self._starting:
            call = await self.calls.find(message.conversation_id)
            if call is not None:
                if call.tenant != sender.tenant or not may_join(call, sender):
                    return _error("forbidden", "this conversation is another agent's", message)
                if call.state.ended is not None:
                    return _error("ended", "this conversation has ended", message)
                call.vault.update_on_file(context.on_file)
                return None
            call = self.calls.begin(
                message.conversation_id, sender.tenant, message.language, context.on_file
            )
        facts = CallFacts(
            channel=message.channel,
            language=message.language,
            program=message.program or "",
            conditions=context.conditions,
            # an age over 89 identifies: 45 CFR 164.514(b)(2)(i)(C) folds them into one
            age=min(context.age, 90) if context.age is not None else None,
            recording=context.recording,
            direction=context.direction or "",
            licence=context.licence,
            on_file=frozenset(context.on_file),
            day=datetime.fromtimestamp(call.began, UTC).date(),
        )
        agent_id = message.agent_id or (sender.subject if sender.role == "agent" else None)
        async with call.lock:
            await self.calls.take(call, Started(facts, agent_id))
        return None

    async def _observe(self, call: Call, message: ObservationMessage) -> None:
        observation = Observation(
            code=message.code, value=message.value, unit=message.unit, baseline=message.baseline
        )
        async with call.lock:
            await self.calls.take(call, Observed(observation, call.clock_ms()))

    async def _tick(self, call: Call, message: StepDone) -> Reply:
        protocol = self.calls.book.guard.protocols.get(message.protocol_id)
        step = protocol.step(message.step_id) if protocol else None
        # what is no answer of the step could be anything, and is not kept
        if message.answer and (step is None or entered_answer(step, message.answer) is None):
            return _error("invalid_message", "the step knows no such answer", message, "answer")
        async with call.lock:
            at_ms = call.clock_ms()
            ticked = Ticked(message.protocol_id, message.step_id, at_ms, message.answer)
            await self.calls.take(call, ticked)
        return None

    async def _reveal(self, call: Call, message: Reveal, sender: Sender) -> Reply:
        if sender.role != "agent" or call.agent_id != sender.subject:
            return _error("forbidden", "only the conversation's own agent may reveal", message)
        # the audit entry comes first: no look through the window that was not written down
        await asyncio.to_thread(
            self.journal.audit,
            sender.subject,
            "reveal",
            call.conversation_id,
            message.placeholder,
        )
        text = call.vault.reveal(message.placeholder)
        if text is None:
            return _error("unknown_placeholder", "nothing is held for it", message, "placeholder")
        return Revealed(
            conversation_id=call.conversation_id, placeholder=message.placeholder, text=text
        )

    async def _end(self, call: Call, message: ConversationEnd) -> None:
        disposition = await self._masked(call, message.disposition)
        await self.advisor.settle(call)
        async with call.lock:
            await self.calls.take(call, Ended(call.clock_ms(), disposition))

    async def _masked(self, call: Call, text: str | None) -> str:
        """Free text beside the transcript, masked like it but no part of the dialogue."""
        if not text:
            return ""
        note = Segment(
            call.conversation_id, "note", "agent", text, final=False, start_ms=0, end_ms=0
        )
        return (await self.analyst.understand(note, call.vault)).utterance.text


def _standing(call: Call, message: SegmentMessage) -> bool:
    """Whether this segment, or a later revision of it, has been taken already."""
    taken = call.taken.get(message.segment_id)
    return taken is not None and (message.revision <= taken or not message.final)


def _segment(message: SegmentMessage, call: Call) -> Segment:
    standing = call.state.revision_of(message.segment_id)
    return Segment(
        conversation_id=message.conversation_id,
        segment_id=message.segment_id,
        speaker=message.speaker,
        text=message.text,
        final=message.final,
        start_ms=message.start_ms,
        end_ms=max(message.start_ms, message.end_ms),
        revision=message.revision if standing is None else max(message.revision, standing + 1),
    )


def _said(call: Call, understood: Understood, source_revision: int | None = None) -> Said:
    segment_id = understood.utterance.segment_id
    if understood.embedding is not None:
        call.remember(segment_id, understood.embedding)
    if source_revision is None:
        source_revision = call.taken.get(segment_id, 0)
    return Said(understood.utterance, understood.signals, call.clock_ms(), source_revision)


def _error(
    code: str, message: str, about: ConversationMessage, field_name: str | None = None
) -> Error:
    segment_id = about.segment_id if isinstance(about, SegmentMessage) else None
    return Error(
        code=code,
        message=message,
        field=field_name,
        conversation_id=about.conversation_id,
        segment_id=segment_id,
    )
