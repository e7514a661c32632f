"""Follows a protocol along the talk: a pure function from one state to the next."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from guardrails.facts import Observation
from guardrails.flag import Evidence
from guardrails.protocols.answers import Reply, by_its_words, reply
from guardrails.protocols.conditions import Answer
from guardrails.protocols.protocol import Protocol, StepSpec, beside, is_urgent
from guardrails.protocols.state import (
    Around,
    Asked,
    Breach,
    ProtocolState,
    StepHit,
    Taken,
    comes_now,
    handed_over,
    judged,
    placed,
    spec_of,
    with_breach,
    with_taken,
)
from guardrails.protocols.units import converted
from guardrails.utterance import Utterance

WAIT_TURNS = 3
"""So many turns of the patient a question stays open."""
PATIENCE_TURNS = 3
"""The agent's turns after a stop; by the last of them the hand-over has to have been said."""
_QUOTE = 120


def follow(
    protocol: Protocol,
    state: ProtocolState,
    utterance: Utterance,
    hits: Sequence[StepHit],
    around: Around,
) -> tuple[ProtocolState, tuple[Observation, ...]]:
    """The state after one more utterance, and the readings that the patient read out in it."""
    if state.status == "breached":
        return state, ()
    if utterance.speaker == "agent" and (hits or state.stopped):
        return _agent(protocol, state, utterance, hits, around), ()
    if utterance.speaker == "patient":
        return _patient(protocol, state, utterance, around)
    return state, ()


def _agent(
    protocol: Protocol,
    state: ProtocolState,
    utterance: Utterance,
    hits: Sequence[StepHit],
    around: Around,
) -> ProtocolState:
    """What the agent's turn asks or says: steps opened or done, and what goes against the tree."""
    said_of = _meant_steps(protocol, state, hits, around)
    handing_over = any(spec.handover for spec, _ in said_of)
    for spec, hit in said_of:
        said = Evidence(utterance.segment_id, hit.quote)
        found, stopped = judged(protocol, state, around)
        if spec.only_then and found[spec.step_id] is False:
            deciding = _deciding(protocol, state, spec)
            state = with_breach(state, Breach("wrong_branch", (spec.step_id,), (*deciding, said)))
        taken = {t.step_id for t in state.taken}
        if spec.step_id in taken:
            continue
        if spec.handover:
            missing = () if is_urgent(protocol, spec) else _before_handover(protocol, state)
            if missing and not stopped:
                state = with_breach(state, Breach("before_handover", missing, (said,)))
        elif stopped:
            if not handing_over and not handed_over(protocol, state):
                state = with_breach(state, _past_stop(state, said))
            continue
        elif found[spec.step_id] is False or not comes_now(protocol, spec, taken, found, False):
            continue
        if spec.answer == "none":
            state = with_taken(state, Taken(spec.step_id, Answer(), (said,)))
            state = placed(protocol, state, around)
        else:
            others = tuple(o for o in state.open if o.step_id != spec.step_id)
            state = replace(state, open=(*others, Asked(spec.step_id, said)))
    if state.stopped and not handing_over and not handed_over(protocol, state):
        state = replace(state, turns_past=state.turns_past + 1)
        if state.turns_past >= PATIENCE_TURNS:
            said = Evidence(utterance.segment_id, utterance.text[:_QUOTE])
            state = with_breach(state, _past_stop(state, said))
    return state


def _meant_steps(
    protocol: Protocol, state: ProtocolState, hits: Sequence[StepHit], around: Around
) -> list[tuple[StepSpec, StepHit]]:
    """The steps that were hit; of several hand-overs, which sound alike, those that are due."""
    found, _ = judged(protocol, state, around)
    said_of = [(spec, hit) for hit in hits if (spec := protocol.step(hit.step_id)) is not None]
    if not state.begun:  # what was said before belongs to something else, what was asked does not
        return [(spec, hit) for spec, hit in said_of if spec.answer != "none"]
    handovers = [spec.step_id for spec, _ in said_of if spec.handover]
    for wanted in (True,) if handed_over(protocol, state) else (True, None, False):
        meant = [name for name in handovers if found[name] is wanted]
        if meant:
            kept = meant if wanted else meant[:1]
            return [(s, hit) for s, hit in said_of if not s.handover or s.step_id in kept]
    return [(s, hit) for s, hit in said_of if not s.handover]


def _patient(
    protocol: Protocol, state: ProtocolState, utterance: Utterance, around: Around
) -> tuple[ProtocolState, tuple[Observation, ...]]:
    """What the patient's turn answers: the question asked last, and identifiers that were offered."""
    unasked = any(step.answer == "entity" or step.offered for step in protocol.steps)
    if utterance.withheld or not (state.open or unasked):
        return state, ()
    read: list[Observation] = []
    for step, asked, given in _answered(protocol, state, utterance, around.facts.on_file):
        spoken = Evidence(utterance.segment_id, given.quote)
        evidence = (spoken,) if asked is None else (asked.evidence, spoken)
        state = with_taken(state, Taken(step.step_id, given.reply.answer, evidence))
        unit = step.units[0] if step.units else ""
        for code, value in zip(step.reads, given.reply.numbers, strict=False):
            read.append(Observation(code, value, unit, _baseline(code, unit, around), said=True))
    state = placed(protocol, state, replace(around, readings=(*around.readings, *read)))
    waiting = (replace(o, waited=o.waited + 1) for o in state.open)
    return replace(state, open=tuple(o for o in waiting if o.waited < WAIT_TURNS)), tuple(read)


@dataclass(frozen=True, slots=True)
class _Given:
    reply: Reply
    quote: str


def _answered(
    protocol: Protocol, state: ProtocolState, utterance: Utterance, on_file: frozenset[str]
) -> Iterable[tuple[StepSpec, Asked | None, _Given]]:
    taken = {t.step_id for t in state.taken}
    used = {e.quote for t in state.taken for e in t.evidence}
    for step in protocol.steps:
        wanted = step.answer == "entity" and step.step_id not in taken
        # before anybody asked who it is, only what the record holds is an identifier
        held = step.entities if not state.begun else step.entities & on_file
        spoken = _entity(step, utterance, held, used) if wanted else ""
        if spoken:
            used.add(spoken)
            asked = next((o for o in state.open if o.step_id == step.step_id), None)
            yield step, asked, _Given(Reply(Answer()), spoken)
        open_ids = {o.step_id for o in state.open}
        if step.offered and step.step_id not in taken | open_ids:
            offered = by_its_words(step, utterance.text)
            if offered is not None:
                yield step, None, _Given(offered, utterance.text[:_QUOTE])
    answered = False
    turns = dict.fromkeys(o.evidence.segment_id for o in reversed(state.open))
    for turn in turns:  # the question asked last is the one that is answered
        open_ = [
            (spec_of(protocol, o.step_id), o) for o in state.open if o.evidence.segment_id == turn
        ]
        heard = [
            (step, asked, (by_its_words if answered else reply)(step, utterance.text))
            for step, asked in open_
        ]
        yes = [step for step, _, r in heard if r is not None and r.answer.word == "yes"]
        for step, asked, given in heard:
            if step in yes and len(yes) > 1:  # "swelling? chest pain?" "Yes": to which of them?
                given = by_its_words(step, utterance.text)
            if given is not None:
                yield step, asked, _Given(given, utterance.text[:_QUOTE])
        answered = answered or any(given is not None for _, _, given in heard)


def _entity(
    step: StepSpec, utterance: Utterance, held: frozenset[str], used: Collection[str]
) -> str:
    """An identifier that was given and counts for no other step, or nothing.

    What the record holds (`held`) must be what was said.
    """
    for entity in utterance.entities:
        spoken = utterance.text[entity.start : entity.end]
        fits = entity.on_file in step.entities if held else entity.type in step.entities
        if fits and spoken not in used:
            return spoken
    return ""


def _before_handover(protocol: Protocol, state: ProtocolState) -> tuple[str, ...]:
    """The steps that have to come before a hand-over and were not even asked."""
    asked = {o.step_id for o in state.open}
    named = {step for b in state.breaches if b.kind == "before_handover" for step in b.steps}
    due = {step.step_id for step in state.next} - asked - named
    return tuple(s.step_id for s in protocol.steps if s.before_handover and s.step_id in due)


def _deciding(protocol: Protocol, state: ProtocolState, step: StepSpec) -> tuple[Evidence, ...]:
    """Where the answers were heard that the conditions of a step (or of its branch) go by."""
    steps = [step, *(spec_of(protocol, n) for n in (*step.unless, *beside(step, protocol.steps)))]
    names = {
        c.name for s in steps for alternative in s.when for c in alternative if c.kind == "answer"
    }
    return tuple(t.evidence[-1] for t in state.taken if t.step_id in names and t.evidence)


def _past_stop(state: ProtocolState, said: Evidence) -> Breach:
    why = next((t.evidence for t in state.taken if t.step_id == state.stopped), ())
    return Breach("past_stop", (state.stopped,), (*why, said))


def _baseline(code: str, unit: str, around: Around) -> float | None:
    """The patient's usual value, from the last reading that came with one."""
    for reading in reversed(around.readings):
        if reading.code == code and reading.baseline is not None:
            return converted(reading.baseline, reading.unit, unit)
    return None
