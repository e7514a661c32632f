"""The conversation as a fold: `state, events = step(book, state, input)`.

Pure: frozen types in, frozen types out; no I/O, no model, no clock (time comes in with the
input). Inputs are free of PHI and are journaled, so folding the journal again gives the same
state: that is recovery after a restart.

Final utterances are kept in the order they were spoken (`start_ms`, then `segment_id`). One that
arrives last is judged on top of what stands; a late or corrected one has the call judged anew
from its start, so any order of arrival ends in the same flags.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from copilot.events import (
    ConversationEnded,
    ConversationEvent,
    ConversationStarted,
    EntitySpan,
    EscalationEvent,
    EvidenceItem,
    FlagEvent,
    NextStep,
    ProtocolEvent,
    QuotedSource,
    Source,
    SuggestionEvent,
    SummaryEvent,
    UtteranceEvent,
)
from copilot.suggest.compose import Suggestion
from copilot.summary import Escalated, summarise
from guardrails import watch
from guardrails.flag import Flag
from guardrails.utterance import Utterance
from guardrails.watch import (
    CallFacts,
    Guard,
    Heard,
    JudgeState,
    Observation,
    ProtocolState,
    Signals,
)


@dataclass(frozen=True)
class Book:
    """What a call is judged by: the guard (rules and protocols) and the passages they cite."""

    guard: Guard
    sources: Mapping[str, Source] = field(default_factory=dict[str, Source])
    escalate_to: str = "clinical-team"


# ---- inputs: what can happen to a call --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started:
    """The call began."""

    facts: CallFacts
    agent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance was heard, and what stateless matching found in it.

    `source_revision` is the source's own count; `utterance.revision` also counts the corrections
    that masking made.
    """

    utterance: Utterance
    signals: Signals
    at_ms: int
    source_revision: int = 0


@dataclass(frozen=True, slots=True)
class Observed:
    """A reading came in from remote monitoring."""

    observation: Observation
    at_ms: int


@dataclass(frozen=True, slots=True)
class Ticked:
    """The agent marked a protocol step as done."""

    protocol_id: str
    step_id: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Passed:
    """Time went by: deadlines are looked at."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class Suggested:
    """A suggestion was shown."""

    suggestion: Suggestion
    at_ms: int


@dataclass(frozen=True, slots=True)
class Rated:
    """The agent's word on a suggestion or a flag; free text is masked."""

    target_id: str
    action: str
    text: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The clinical team took an escalation over; the note is masked."""

    escalation_id: str
    at_ms: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """The call is over; the disposition is masked."""

    at_ms: int
    disposition: str = ""


Input = Started | Said | Observed | Ticked | Passed | Suggested | Rated | Acknowledged | Ended

# ---- state ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Escalation:
    """One matter handed to the clinical team; `since_ms` is the start of what caused it."""

    escalation_id: str
    flag_id: str
    status: str
    since_ms: int
    opened_ms: int
    acknowledged_ms: int | None = None


@dataclass(frozen=True, slots=True)
class State:
    """All that is known of a call. Holds no PHI and no model."""

    conversation_id: str
    started: Started | None = None
    heard: tuple[Heard, ...] = ()
    partials: tuple[Utterance, ...] = ()
    deeds: tuple[Observed | Ticked, ...] = ()
    judged: JudgeState | None = None
    early: tuple[Flag, ...] = ()
    shown: tuple[Flag, ...] = ()
    unconfirmed: frozenset[str] = frozenset()
    escalations: tuple[Escalation, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    ratings: tuple[Rated, ...] = ()
    ended: Ended | None = None
    last_ms: int = 0

    def revision_of(self, segment_id: str) -> int | None:
        """The revision of a final segment that stands, or None if there is none yet."""
        for heard in reversed(self.heard):
            if heard.utterance.segment_id == segment_id:
                return heard.utterance.revision
        return None


Step = tuple[State, tuple[ConversationEvent, ...]]


def step(book: Book, state: State, given: Input) -> Step:
    """The call after one input, and what its listeners are told."""
    match given:
        case Started():
            return _start(book, state, given)
        case Said():
            return _say(book, state, given)
        case Observed() | Ticked():
            state = replace(state, deeds=(*state.deeds, given), last_ms=_later(state, given.at_ms))
            return _judge(book, state, _apply(book, _judged(state), given))
        case Passed():
            state = replace(state, last_ms=_later(state, given.at_ms))
            return _judge(book, state, watch.tick(book.guard, _judged(state), given.at_ms))
        case Suggested():
            shown = replace(state, suggestions=(*state.suggestions, given.suggestion))
            return shown, (_suggestion_event(state, given.suggestion),)
        case Rated():
            return replace(state, ratings=(*state.ratings, given)), ()
        case Acknowledged():
            return _acknowledge(book, state, given)
        case Ended():
            return _end(book, state, given)


def fold(book: Book, conversation_id: str, inputs: Iterable[Input]) -> State:
    """The state after all inputs: recovery from the journal."""
    state = State(conversation_id)
    for given in inputs:
        state, _ = step(book, state, given)
    return state


# ---- what each input does ---------------------------------------------------------------------


def _start(book: Book, state: State, given: Started) -> Step:
    if state.started is not None:
        return state, ()
    state = replace(state, started=given, judged=watch.begin(book.guard, given.facts))
    event = ConversationStarted(
        conversation_id=state.conversation_id,
        channel=given.facts.channel,
        language=given.facts.language,
        program=given.facts.program or None,
        agent_id=given.agent_id,
    )
    state, events = _judge(book, state, _judged(state))
    return state, (event, *events)


def _say(book: Book, state: State, given: Said) -> Step:
    utterance = given.utterance
    standing = state.revision_of(utterance.segment_id)
    others = tuple(p for p in state.partials if p.segment_id != utterance.segment_id)
    state = replace(state, last_ms=max(_later(state, given.at_ms), utterance.end_ms))
    if not utterance.final:
        if standing is not None:
            return state, ()
        early = tuple(f for f in state.early if f.evidence[0].segment_id != utterance.segment_id)
        early += watch.red_flags_early(book.guard, utterance, given.signals)
        state = replace(state, partials=(*others, utterance), early=early)
        state, events = _judge(book, state, _judged(state))
        return state, (_utterance_event(utterance), *events)
    if standing is not None and utterance.revision <= standing:
        return state, ()
    heard = Heard(utterance=utterance, signals=given.signals)
    kept = tuple(h for h in state.heard if h.utterance.segment_id != utterance.segment_id)
    in_order = standing is None and (not kept or _spoken(kept[-1]) < _spoken(heard))
    in_order = in_order and all(deed.at_ms <= utterance.end_ms for deed in state.deeds[-1:])
    state = replace(
        state,
        partials=others,
        heard=(*kept, heard) if in_order else tuple(sorted((*kept, heard), key=_spoken)),
        early=tuple(f for f in state.early if f.evidence[0].segment_id != utterance.segment_id),
    )
    judged = watch.hear(book.guard, _judged(state), heard) if in_order else _rejudge(book, state)
    state, events = _judge(book, state, judged)
    return state, (_utterance_event(utterance), *events)


def _acknowledge(book: Book, state: State, given: Acknowledged) -> Step:
    events: list[ConversationEvent] = []
    escalations: list[Escalation] = []
    for escalation in state.escalations:
        if escalation.escalation_id == given.escalation_id and escalation.status == "opened":
            escalation = replace(
                escalation, status="acknowledged", acknowledged_ms=_later(state, given.at_ms)
            )
            events.append(_escalation_event(book, state, escalation, given.at_ms))
        escalations.append(escalation)
    state = replace(state, escalations=tuple(escalations), last_ms=_later(state, given.at_ms))
    return state, tuple(events)


def _end(book: Book, state: State, given: Ended) -> Step:
    if state.ended is not None or state.started is None:
        return state, ()
    at_ms = _later(state, given.at_ms)
    state = replace(state, ended=replace(given, at_ms=at_ms), last_ms=at_ms, early=())
    judged = watch.finish(book.guard, _judged(state), at_ms)
    state, events = _judge(book, state, judged)
    ended = ConversationEnded(conversation_id=state.conversation_id, disposition=given.disposition)
    return state, (*events, ended, _summary_event(state))


# ---- judging ----------------------------------------------------------------------------------


def _judged(state: State) -> JudgeState:
    if state.judged is None:
        raise ValueError("the conversation has not started")
    return state.judged


def _apply(book: Book, judged: JudgeState, deed: Observed | Ticked | Heard) -> JudgeState:
    match deed:
        case Heard():
            return watch.hear(book.guard, judged, deed)
        case Observed():
            return watch.observe(book.guard, judged, deed.observation, deed.at_ms)
        case Ticked():
            return watch.step_done(book.guard, judged, deed.protocol_id, deed.step_id)


def _rejudge(book: Book, state: State) -> JudgeState:
    """The whole call judged anew, in the order it was spoken."""
    facts = state.started.facts if state.started else CallFacts()
    judged = watch.begin(book.guard, facts)
    acts: list[tuple[int, str, Observed | Ticked | Heard]] = [
        *((h.utterance.start_ms, h.utterance.segment_id, h) for h in state.heard),
        *((deed.at_ms, "", deed) for deed in state.deeds),
    ]
    for _, _, act in sorted(acts, key=lambda act: act[:2]):
        judged = _apply(book, judged, act)
    return judged


def _judge(book: Book, state: State, judged: JudgeState) -> Step:
    """Takes a new judgement over and tells what changed by it."""
    before = state.judged.protocols if state.judged else ()
    state = replace(state, judged=judged)
    changed = tuple(_changed(state, judged))
    told = {flag.flag_id: flag for flag in (*state.shown, *changed)}
    final = {flag.flag_id for flag in judged.flags}
    raised_early = {flag.flag_id for flag in state.early}
    state = replace(state, shown=tuple(told.values()), unconfirmed=frozenset(raised_early - final))
    state, escalated = _escalate(book, state, changed)
    moved = tuple(
        _protocol_event(state, now)
        for now in judged.protocols
        if now not in before and (now.status != "started" or now.next or now.done)
    )
    return state, (*(_flag_event(book, state, flag) for flag in changed), *escalated, *moved)


def _changed(state: State, judged: JudgeState) -> Iterator[Flag]:
    """The flags whose standing differs from what the listeners were last told."""
    final = {flag.flag_id: flag for flag in judged.flags}
    wanted = {flag.flag_id: flag for flag in state.early if flag.flag_id not in final} | final
    shown = {flag.flag_id: flag for flag in state.shown}
    for flag_id, flag in wanted.items():
        told = shown.get(flag_id)
        if told is None:
            if flag.status != "resolved":
                yield replace(flag, status="raised")
        elif flag.status == "resolved":
            if told.status != "resolved":
                yield flag
        elif told.status == "resolved":
            yield replace(flag, status="raised")
        elif told.status == "raised" and flag_id in final and flag.status == "confirmed":
            yield flag
        elif flag_id in final and flag_id in state.unconfirmed:
            yield replace(flag, status="confirmed")
    for flag_id, told in shown.items():
        if flag_id not in wanted and told.status != "resolved":
            yield replace(told, status="resolved")


def _escalate(book: Book, state: State, changed: tuple[Flag, ...]) -> Step:
    events: list[ConversationEvent] = []
    escalations = {e.flag_id: e for e in state.escalations}
    starts = {u.segment_id: u.start_ms for u in state.partials}
    starts |= {h.utterance.segment_id: h.utterance.start_ms for h in state.heard}
    for flag in changed:
        known = escalations.get(flag.flag_id)
        if flag.status == "resolved":
            if known is None or known.status == "closed":
                continue
            now = replace(known, status="closed")
        elif flag.severity == "critical" and flag.category in ("red_flag", "crisis"):
            if known is not None and known.status != "closed":
                continue
            heard_at = [starts[e.segment_id] for e in flag.evidence if e.segment_id in starts]
            now = Escalation(
                escalation_id=known.escalation_id if known else f"e-{len(escalations) + 1}",
                flag_id=flag.flag_id,
                status="opened",
                since_ms=min(heard_at, default=state.last_ms),
                opened_ms=state.last_ms,
            )
        else:
            continue
        escalations[flag.flag_id] = now
        events.append(_escalation_event(book, state, now, state.last_ms))
    return replace(state, escalations=tuple(escalations.values())), tuple(events)


# ---- events -----------------------------------------------------------------------------------


def _utterance_event(utterance: Utterance) -> UtteranceEvent:
    return UtteranceEvent(
        conversation_id=utterance.conversation_id,
        segment_id=utterance.segment_id,
        speaker=utterance.speaker,
        text=utterance.text,
        final=utterance.final,
        entities=tuple(
            EntitySpan(start=e.start, end=e.end, type=e.type, placeholder=e.placeholder)
            for e in utterance.entities
        ),
        sentiment=utterance.sentiment,
        start_ms=utterance.start_ms,
        end_ms=utterance.end_ms,
        revision=utterance.revision,
        withheld=utterance.withheld,
    )


def _flag_event(book: Book, state: State, flag: Flag) -> FlagEvent:
    return FlagEvent(
        conversation_id=state.conversation_id,
        flag_id=flag.flag_id,
        category=flag.category,
        severity=flag.severity,
        status=flag.status,
        title=flag.title,
        why=flag.why,
        say=flag.say,
        rule_id=flag.rule_id,
        rule_version=flag.rule_version,
        evidence=tuple(EvidenceItem(segment_id=e.segment_id, quote=e.quote) for e in flag.evidence),
        sources=tuple(book.sources[p] for p in flag.passage_ids if p in book.sources),
    )


def _protocol_event(state: State, protocol: ProtocolState) -> ProtocolEvent:
    return ProtocolEvent(
        conversation_id=state.conversation_id,
        protocol_id=protocol.protocol_id,
        title=protocol.title,
        status=protocol.status,
        step_id=protocol.step_id,
        done=protocol.done,
        next=tuple(NextStep(step_id=step_id, ask=ask) for step_id, ask in protocol.next),
        evidence=tuple(
            EvidenceItem(segment_id=e.segment_id, quote=e.quote) for e in protocol.evidence
        ),
    )


def _suggestion_event(state: State, suggestion: Suggestion) -> SuggestionEvent:
    return SuggestionEvent(
        conversation_id=state.conversation_id,
        suggestion_id=suggestion.suggestion_id,
        kind=suggestion.kind,
        text=suggestion.text,
        in_reply_to=suggestion.in_reply_to,
        passages=tuple(
            QuotedSource(passage_id=p.passage_id, version=p.version, title=p.title, quote=p.quote)
            for p in suggestion.passages
        ),
        drafted_by=suggestion.drafted_by,
        confidence=suggestion.confidence,
    )


def _escalation_event(
    book: Book, state: State, escalation: Escalation, at_ms: int
) -> EscalationEvent:
    return EscalationEvent.model_validate(
        {
            "conversation_id": state.conversation_id,
            "escalation_id": escalation.escalation_id,
            "flag_id": escalation.flag_id,
            "to": book.escalate_to,
            "status": escalation.status,
            "elapsed_ms": max(0, _later(state, at_ms) - escalation.since_ms),
        }
    )


def _summary_event(state: State) -> SummaryEvent:
    """The wrap-up of an ended call."""
    shown = {s.suggestion_id for s in state.suggestions}
    accepted = {r.target_id for r in state.ratings if r.action in ("accepted", "edited")} & shown
    summary = summarise(
        [heard.utterance for heard in state.heard],
        state.shown,
        state.judged.protocols if state.judged else (),
        [
            Escalated(
                e.opened_ms - e.since_ms,
                None if e.acknowledged_ms is None else e.acknowledged_ms - e.since_ms,
            )
            for e in state.escalations
        ],
        suggestions=len(shown),
        accepted=len(accepted),
        disposition=state.ended.disposition if state.ended else "",
        duration_ms=state.last_ms,
    )
    return SummaryEvent(
        conversation_id=state.conversation_id,
        text=summary.text,
        disposition=summary.disposition,
        actions=summary.actions,
        metrics=summary.metrics,
    )


def _spoken(heard: Heard) -> tuple[int, str]:
    return heard.utterance.start_ms, heard.utterance.segment_id


def _later(state: State, at_ms: int) -> int:
    return max(state.last_ms, at_ms)
