"""One utterance, one straight road.

    segment -> deidentify -> understand -> judge -> journal -> tell -> advise

`Pipeline.receive` takes one client message and does what the contract says of it. PHI ends inside
`analyst.understand`; nothing after that line has ever seen the raw text.
"""

import asyncio
from dataclasses import dataclass, field
from time import perf_counter

from copilot.advise import Advisor
from copilot.analysis import Analyst, Understood
from copilot.calls import Call, Calls
from copilot.conversation import Acknowledged, Ended, Observed, Rated, Said, Started, Ticked
from copilot.events import (
    Ack,
    Ask,
    ConversationEnd,
    ConversationMessage,
    ConversationStart,
    Error,
    EscalationAck,
    Feedback,
    NoticeEvent,
    ObservationMessage,
    Reveal,
    Revealed,
    SegmentMessage,
    StepDone,
)
from copilot.journal import Journal
from copilot.metrics import ACK, TO_FLAG, UTTERANCES
from guardrails.utterance import Segment
from guardrails.watch import CallFacts, Observation

Reply = Ack | Revealed | Error | None


@dataclass(frozen=True)
class Sender:
    """Who sent a message: a subject with one role in one tenant."""

    subject: str
    role: str
    tenant: str


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
        if isinstance(message, ConversationStart):
            return await self._start(message, sender)
        call = await self.calls.find(message.conversation_id)
        if call is None:
            return _error("not_started", "send `conversation.start` first", message)
        if call.tenant != sender.tenant or not may_join(call, sender):
            return _error("forbidden", "this conversation is another agent's", message)
        if call.state.ended is not None and not isinstance(message, Feedback):
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
                async with call.lock:
                    ticked = Ticked(message.protocol_id, message.step_id, call.clock_ms())
                    await self.calls.take(call, ticked)
            case EscalationAck():
                return await self._acknowledge(call, message)
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

    async def _acknowledge(self, call: Call, message: EscalationAck) -> Reply:
        note = await self._masked(call, message.note)
        async with call.lock:
            known = {e.escalation_id for e in call.state.escalations}
            if message.escalation_id not in known:
                return _error(
                    "unknown_escalation", "no such escalation here", message, "escalation_id"
                )
            given = Acknowledged(message.escalation_id, call.clock_ms(), note)
            await self.calls.take(call, given)
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


def may_join(call: Call, sender: Sender) -> bool:
    """Whether a sender may take part in a call: an agent only in their own."""
    return sender.role != "agent" or call.agent_id in (None, sender.subject)


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
