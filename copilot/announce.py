"""What the listeners of a call are told: wire events made of its utterances, flags and the rest.

Pure. Event ids and times are stamped on later, when an event goes out.
"""

from collections.abc import Mapping

from copilot.escalation import Change
from copilot.events import (
    ConversationStarted,
    EntitySpan,
    EscalationEvent,
    EvidenceItem,
    FlagEvent,
    NextStep,
    ProtocolEvent,
    QuotedSource,
    Source,
    StepAnswer,
    SuggestionEvent,
    SummaryEvent,
    UtteranceEvent,
)
from copilot.suggest.compose import Suggestion
from copilot.summary import Summary
from guardrails.flag import Flag
from guardrails.utterance import Utterance
from guardrails.watch import CallFacts, ProtocolState


def started(conversation_id: str, facts: CallFacts, agent_id: str | None) -> ConversationStarted:
    """The call is live."""
    return ConversationStarted(
        conversation_id=conversation_id,
        channel=facts.channel,
        language=facts.language,
        program=facts.program or None,
        agent_id=agent_id,
    )


def utterance(heard: Utterance) -> UtteranceEvent:
    """What was said, masked."""
    return UtteranceEvent(
        conversation_id=heard.conversation_id,
        segment_id=heard.segment_id,
        speaker=heard.speaker,
        text=heard.text,
        final=heard.final,
        entities=tuple(
            EntitySpan(start=e.start, end=e.end, type=e.type, placeholder=e.placeholder)
            for e in heard.entities
        ),
        sentiment=heard.sentiment,
        start_ms=heard.start_ms,
        end_ms=heard.end_ms,
        revision=heard.revision,
        withheld=heard.withheld,
    )


def flag(conversation_id: str, raised: Flag, sources: Mapping[str, Source]) -> FlagEvent:
    """A flag as it stands now, with the passages it cites that are in force."""
    return FlagEvent(
        conversation_id=conversation_id,
        flag_id=raised.flag_id,
        category=raised.category,
        severity=raised.severity,
        status=raised.status,
        title=raised.title,
        why=raised.why,
        say=raised.say,
        rule_id=raised.rule_id,
        rule_version=raised.rule_version,
        evidence=tuple(
            EvidenceItem(segment_id=e.segment_id, quote=e.quote) for e in raised.evidence
        ),
        sources=tuple(sources[p] for p in raised.passage_ids if p in sources),
    )


def protocol(conversation_id: str, state: ProtocolState) -> ProtocolEvent:
    """A protocol as it stands now, and what comes next in it."""
    return ProtocolEvent(
        conversation_id=conversation_id,
        protocol_id=state.protocol_id,
        title=state.title,
        status=state.status,
        step_id=state.step_id,
        done=state.done,
        next=tuple(
            NextStep(step_id=s.step_id, ask=s.ask, options=s.options, handover=s.handover)
            for s in state.next
        ),
        evidence=tuple(
            EvidenceItem(segment_id=e.segment_id, quote=e.quote) for e in state.evidence
        ),
        answers=tuple(StepAnswer(step_id=name, answer=answer) for name, answer in state.answers),
        stopped_by=state.stopped,
    )


def suggestion(conversation_id: str, shown: Suggestion) -> SuggestionEvent:
    """What the agent could say, and the approved passages behind it."""
    return SuggestionEvent(
        conversation_id=conversation_id,
        suggestion_id=shown.suggestion_id,
        kind=shown.kind,
        text=shown.text,
        in_reply_to=shown.in_reply_to,
        passages=tuple(
            QuotedSource(passage_id=p.passage_id, version=p.version, title=p.title, quote=p.quote)
            for p in shown.passages
        ),
        drafted_by=shown.drafted_by,
        confidence=shown.confidence,
    )


def escalation(conversation_id: str, change: Change) -> EscalationEvent:
    """What happened to an escalation, and how long after the start of what caused it."""
    now = change.escalation
    return EscalationEvent(
        conversation_id=conversation_id,
        escalation_id=now.escalation_id,
        flag_id=now.flag_id,
        to=now.to,
        status=change.status,
        elapsed_ms=change.at_ms - now.since_ms,
        level=now.level,
        category=now.category,
        title=now.title,
        by=change.by,
        outcome=now.outcome,
        note=change.note,
    )


def summary(conversation_id: str, note: Summary) -> SummaryEvent:
    """The wrap-up of an ended call."""
    return SummaryEvent(
        conversation_id=conversation_id,
        text=note.text,
        disposition=note.disposition,
        actions=note.actions,
        metrics=note.metrics,
    )
