"""The protocols of one call together: begun, followed, ended; and the flags that come of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from guardrails.facts import CallFacts, Observation
from guardrails.flag import Evidence, Flag
from guardrails.protocols import tracker
from guardrails.protocols.breaches import flags_of, skipped_flag
from guardrails.protocols.protocol import Protocol, begun_by, concerns
from guardrails.protocols.state import (
    Around,
    Begun,
    ProtocolState,
    StepHit,
    asleep,
    begin,
    placed,
    skipped,
    tick,
)
from guardrails.utterance import Utterance

Protocols = Mapping[str, Protocol]


@dataclass(frozen=True, slots=True)
class Course:
    """What the protocols of a call have come to; `readings` in the order in which they came.

    `waiting` are those that concern the call and have not begun. `flags` are all that were ever
    raised, with their status.
    """

    protocols: tuple[ProtocolState, ...] = ()
    waiting: tuple[ProtocolState, ...] = ()
    readings: tuple[Observation, ...] = ()
    flags: tuple[Flag, ...] = ()


def start(protocols: Protocols, facts: CallFacts) -> Course:
    """The protocols that concern the call, those begun that begin with it."""
    waiting = tuple(asleep(p) for p in protocols.values() if concerns(p, facts))
    wanted = {p.protocol_id: () for p in protocols.values() if p.start.at_once}
    return _with_begun(protocols, Course(waiting=waiting), wanted, facts, "call")


def hear(
    protocols: Protocols,
    course: Course,
    utterance: Utterance,
    hits: Sequence[StepHit],
    facts: CallFacts,
) -> Course:
    """The course after one more final utterance, and what of the protocols it holds."""
    known = [(hit, protocols[hit.protocol_id]) for hit in hits if hit.protocol_id in protocols]
    phrases = {
        protocol.protocol_id: (Evidence(utterance.segment_id, hit.quote),)
        for hit, protocol in known
        if not hit.step_id
    }
    course = _with_begun(protocols, course, phrases, facts, "talk")
    around, readings = Around(facts, course.readings), course.readings
    moved: list[ProtocolState] = []
    for state in (*course.protocols, *course.waiting):
        name = state.protocol_id
        own = [hit for hit, protocol in known if hit.step_id and protocol.protocol_id == name]
        now, read = tracker.follow(protocols[name], state, utterance, own, around)
        moved.append(now)
        if len(moved) <= len(course.protocols):
            readings += read
    course = replace(
        course,
        protocols=tuple(moved[: len(course.protocols)]),
        waiting=tuple(moved[len(course.protocols) :]),
        readings=readings,
    )
    return _flagged(protocols, course, facts)


def observe(protocols: Protocols, course: Course, seen: Observation, facts: CallFacts) -> Course:
    """The course after a reading came in: it may begin protocols, and make steps due."""
    course = replace(course, readings=(*course.readings, seen))
    wanted = {p.protocol_id: () for p in protocols.values() if begun_by(p, course.readings, facts)}
    course = _with_begun(protocols, course, wanted, facts, "reading")
    return _flagged(protocols, course, facts)


def step_done(
    protocols: Protocols,
    course: Course,
    protocol_id: str,
    step_id: str,
    facts: CallFacts,
    answer: str = "",
) -> Course:
    """The course after the agent marked a step as done, or put its answer right."""
    around = Around(facts, course.readings)
    moved = tuple(
        tick(protocols[p.protocol_id], p, step_id, answer, around)
        if p.protocol_id == protocol_id
        else p
        for p in course.protocols
    )
    return _flagged(protocols, replace(course, protocols=moved), facts)


def finish(protocols: Protocols, course: Course) -> Course:
    """The course at the end of the call: mandatory steps that were skipped.

    A protocol that a phrase began is held against the agent only if it was taken up: by the agent,
    or with a question that was answered.
    """
    ended: list[ProtocolState] = []
    flags = list(course.flags)
    for state in course.protocols:
        protocol = protocols[state.protocol_id]
        open_ = {f.flag_id for f in flags_of(protocol, state) if f.status != "resolved"}
        missing = skipped(protocol, state) if _taken_up(protocol, state) else []
        named = {
            step
            for breach in state.breaches
            for step in breach.steps
            if breach.kind == "before_handover"
        }
        unnamed = [step for step in missing if step.step_id not in named]
        if unnamed:
            flags.append(skipped_flag(protocol, state, unnamed))
        ended.append(replace(state, status="breached") if missing or open_ else state)
    return replace(course, protocols=tuple(ended), flags=tuple(flags))


def _taken_up(protocol: Protocol, state: ProtocolState) -> bool:
    if state.begun != "talk" or protocol.start.speaker == "agent":
        return state.begun != "talk" or bool(state.taken)
    return any(len(taken.evidence) > 1 for taken in state.taken)


def established(protocols: Protocols, course: Course) -> frozenset[str]:
    """What the completed protocols establish ("identity_verified")."""
    done = (protocols[p.protocol_id] for p in course.protocols if p.status == "completed")
    return frozenset(protocol.sets for protocol in done if protocol.sets)


def _with_begun(
    protocols: Protocols,
    course: Course,
    wanted: Mapping[str, tuple[Evidence, ...]],
    facts: CallFacts,
    by: Begun,
) -> Course:
    """The course with protocols begun, of those that wait; each with the phrase that did it."""
    around = Around(facts, course.readings)
    begun = tuple(
        begin(protocols[s.protocol_id], s, around, by, wanted[s.protocol_id])
        for s in course.waiting
        if s.protocol_id in wanted
    )
    waiting = tuple(s for s in course.waiting if s.protocol_id not in wanted)
    return replace(course, protocols=course.protocols + begun, waiting=waiting)


def _flagged(protocols: Protocols, course: Course, facts: CallFacts) -> Course:
    """The course with every protocol looked at by all readings, and the flags by that."""
    around = Around(facts, course.readings)
    moved = tuple(placed(protocols[p.protocol_id], p, around) for p in course.protocols)
    flags = tuple(f for p in moved for f in flags_of(protocols[p.protocol_id], p))
    return replace(course, protocols=moved, flags=flags)
