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

from copilot import announce, escalation
from copilot.escalation import Escalation, Ladder, Moved
from copilot.events import ConversationEnded, ConversationEvent, Source
from copilot.inputs import (
    Acknowledged,
    Closed,
    Ended,
    HandedOver,
    Input,
    Observed,
    Passed,
    Rated,
    Said,
    Started,
    Suggested,
    Ticked,
)
from copilot.suggest.compose import Suggestion
from copilot.summary import summarise
from guardrails import watch
from guardrails.flag import Flag
from guardrails.utterance import Utterance
from guardrails.watch import CallFacts, Guard, Heard, JudgeState


@dataclass(frozen=True)
class Book:
    """What a call is judged by: the guard (rules and protocols) and the passages they cite."""

    guard: Guard
    sources: Mapping[str, Source] = field(default_factory=dict[str, Source])
    ladder: Ladder = field(default_factory=Ladder)


# ---- state ------------------------------------------------------------------------------------


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
            # one that lies before the last turn has the call judged anew, as a late turn has
            late = any(h.utterance.start_ms >= given.at_ms for h in state.heard[-1:])
            judged = _rejudge(book, state) if late else _apply(book, _judged(state), given)
            return _judge(book, state, judged)
        case Passed():
            return _pass(book, state, given)
        case Suggested():
            shown = replace(state, suggestions=(*state.suggestions, given.suggestion))
            return shown, (announce.suggestion(state.conversation_id, given.suggestion),)
        case Rated():
            return replace(state, ratings=(*state.ratings, given)), ()
        case Acknowledged() | HandedOver() | Closed():
            return _answer(state, given)
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
    event = announce.started(state.conversation_id, given.facts, given.agent_id)
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
        day = _judged(state).facts.day
        early += watch.red_flags_early(book.guard, utterance, given.signals, day)
        state = replace(state, partials=(*others, utterance), early=early)
        state, events = _judge(book, state, _judged(state))
        return state, (announce.utterance(utterance), *events)
    if standing is not None and utterance.revision <= standing:
        return state, ()
    heard = Heard(utterance=utterance, signals=given.signals)
    kept = tuple(h for h in state.heard if h.utterance.segment_id != utterance.segment_id)
    in_order = standing is None and (not kept or _spoken(kept[-1]) < _spoken(heard))
    in_order = in_order and all(deed.at_ms <= utterance.start_ms for deed in state.deeds[-1:])
    state = replace(
        state,
        partials=others,
        heard=(*kept, heard) if in_order else tuple(sorted((*kept, heard), key=_spoken)),
        early=tuple(f for f in state.early if f.evidence[0].segment_id != utterance.segment_id),
    )
    judged = watch.hear(book.guard, _judged(state), heard) if in_order else _rejudge(book, state)
    state, events = _judge(book, state, judged)
    if standing is None:
        state, again = _say_again(book, state, heard)
        events = (*events, *again)
    return state, (announce.utterance(utterance), *events)


def _pass(book: Book, state: State, given: Passed) -> Step:
    state = replace(state, last_ms=_later(state, given.at_ms))
    events: tuple[ConversationEvent, ...] = ()
    if state.ended is None:
        state, events = _judge(book, state, watch.tick(book.guard, _judged(state), given.at_ms))
    moved = escalation.climb(book.ladder, state.escalations, state.last_ms)
    state, climbed = _escalated(state, moved)
    return state, (*events, *climbed)


def _answer(state: State, given: Acknowledged | HandedOver | Closed) -> Step:
    """What the clinical team, or the agent for it, did with an escalation."""
    state = replace(state, last_ms=_later(state, given.at_ms))
    all_of_them, which, at_ms = state.escalations, given.escalation_id, state.last_ms
    by, note = given.by, given.note
    match given:
        case Acknowledged():
            moved = escalation.acknowledge(all_of_them, which, at_ms, by=by, note=note)
        case HandedOver():
            moved = escalation.hand_over(all_of_them, which, at_ms, to=given.to, by=by, note=note)
        case Closed():
            outcome = given.outcome
            moved = escalation.close(all_of_them, which, at_ms, outcome=outcome, by=by, note=note)
    return _escalated(state, moved)


def _end(book: Book, state: State, given: Ended) -> Step:
    if state.ended is not None or state.started is None:
        return state, ()
    at_ms = _later(state, given.at_ms)
    # what only a partial raised stands: a call may break off in the middle of a word
    state = replace(state, ended=replace(given, at_ms=at_ms), last_ms=at_ms)
    judged = watch.finish(book.guard, _judged(state), at_ms)
    state, events = _judge(book, state, judged)
    ended = ConversationEnded(conversation_id=state.conversation_id, disposition=given.disposition)
    return state, (*events, ended, _summary(state))


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
            return watch.step_done(book.guard, judged, deed.protocol_id, deed.step_id, deed.answer)


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
    state, escalated = _escalated(
        state,
        escalation.follow(book.ladder, state.escalations, changed, _starts(state), state.last_ms),
    )
    call = state.conversation_id
    told_of = [announce.protocol(call, was) for was in before]
    moved = tuple(
        event for now in judged.protocols if (event := announce.protocol(call, now)) not in told_of
    )
    flags = (announce.flag(call, flag, book.sources) for flag in changed)
    return state, (*flags, *escalated, *moved)


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


def _say_again(book: Book, state: State, heard: Heard) -> Step:
    """A matter whose escalation was closed as a false alarm may be said anew, and not be one."""
    utterance = heard.utterance
    day = _judged(state).facts.day
    standing = {flag.flag_id: flag for flag in state.shown if flag.status != "resolved"}
    anew = {
        flag.flag_id
        for flag in watch.red_flags_early(book.guard, utterance, heard.signals, day)
        if flag.flag_id in standing
        and all(e.segment_id != utterance.segment_id for e in standing[flag.flag_id].evidence)
    }
    at_ms = state.last_ms
    moved = escalation.said_again(book.ladder, state.escalations, anew, utterance.start_ms, at_ms)
    return _escalated(state, moved)


def _escalated(state: State, moved: Moved) -> Step:
    """Takes moved escalations over and tells what changed."""
    escalations, changes = moved
    told = tuple(announce.escalation(state.conversation_id, change) for change in changes)
    return replace(state, escalations=escalations), told


def _starts(state: State) -> dict[str, int]:
    """When each segment began that was heard, by id."""
    partial = {u.segment_id: u.start_ms for u in state.partials}
    return partial | {h.utterance.segment_id: h.utterance.start_ms for h in state.heard}


def _summary(state: State) -> ConversationEvent:
    """The wrap-up of an ended call."""
    shown = {s.suggestion_id for s in state.suggestions}
    accepted = {r.target_id for r in state.ratings if r.action in ("accepted", "edited")} & shown
    note = summarise(
        [heard.utterance for heard in state.heard],
        state.shown,
        state.judged.protocols if state.judged else (),
        state.escalations,
        suggestions=len(shown),
        accepted=len(accepted),
        disposition=state.ended.disposition if state.ended else "",
        duration_ms=state.last_ms,
    )
    return announce.summary(state.conversation_id, note)


def _spoken(heard: Heard) -> tuple[int, str]:
    return heard.utterance.start_ms, heard.utterance.segment_id


def _later(state: State, at_ms: int) -> int:
    return max(state.last_ms, at_ms)
