"""Follows protocols along the talk: a pure function from one state to the next."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from guardrails.flag import Evidence
from guardrails.protocols.protocol import Protocol, StepSpec
from guardrails.rules.phrases import first_meant, yes_or_no
from guardrails.utterance import Utterance

_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)\b"
)
_EARLY_TURNS = 3


Status = Literal["started", "advanced", "completed", "breached"]


@dataclass(frozen=True, slots=True)
class StepHit:
    """The agent asked (or said) a step; `protocol_id` alone: a phrase that begins the protocol."""

    protocol_id: str
    step_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class ProtocolState:
    """How far a protocol is. `next` are the steps that are due, with how to ask them."""

    protocol_id: str
    title: str
    status: Status
    step_id: str = ""
    done: tuple[str, ...] = ()
    next: tuple[tuple[str, str], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    open: tuple[tuple[str, str, str, int], ...] = ()
    """Steps asked and not yet answered: step, segment, quote, and turns waited."""


def begin(protocol: Protocol) -> ProtocolState:
    """A protocol that has just begun."""
    state = ProtocolState(protocol.protocol_id, protocol.title, "started")
    return replace(state, next=_due(protocol, state))


def match(protocol: Protocol, utterance: Utterance) -> list[StepHit]:
    """What of a protocol an utterance asks or begins: stateless."""
    hits: list[StepHit] = []
    if protocol.says and protocol.speaker in (utterance.speaker, "any"):
        found = first_meant(protocol.says, utterance.text, literal=utterance.speaker == "agent")
        if found is not None:
            quote = utterance.text[found.start() : found.end()]
            hits.append(StepHit(protocol.protocol_id, "", quote))
    if utterance.speaker == "agent":
        for step in protocol.steps:
            found = first_meant(step.asked, utterance.text, literal=True)
            if found is not None:
                quote = utterance.text[found.start() : found.end()]
                hits.append(StepHit(protocol.protocol_id, step.step_id, quote))
    return hits


def follow(
    protocol: Protocol,
    state: ProtocolState,
    utterance: Utterance,
    hits: list[StepHit],
    on_file: frozenset[str],
) -> ProtocolState:
    """The state after one more utterance. `on_file`: the fields of the record that are known."""
    if state.status in ("completed", "breached"):
        return state
    specs = {step.step_id: step for step in protocol.steps}
    for hit in hits:
        step = specs.get(hit.step_id)
        if step is None or step.step_id in state.done:
            continue
        if step.answer == "none":
            state = _mark(protocol, state, step, "", utterance.segment_id, hit.quote)
        else:
            others = tuple(o for o in state.open if o[0] != step.step_id)
            state = replace(
                state, open=(*others, (step.step_id, utterance.segment_id, hit.quote, 0))
            )
    if utterance.speaker == "patient":
        state = _answered(protocol, state, utterance, specs, on_file)
    return state


def tick(protocol: Protocol, state: ProtocolState, step_id: str) -> ProtocolState:
    """The state after the agent has marked a step as done."""
    step = next((s for s in protocol.steps if s.step_id == step_id), None)
    if step is None or step_id in state.done or state.status in ("completed", "breached"):
        return state
    return _mark(protocol, state, step, "", "", "marked by the agent")


def _answered(
    protocol: Protocol,
    state: ProtocolState,
    utterance: Utterance,
    specs: dict[str, StepSpec],
    on_file: frozenset[str],
) -> ProtocolState:
    """What a patient's turn answers: steps that were asked, or identifiers that were offered."""
    for step in protocol.steps:
        given = step.answer == "entity" and _entity(step, utterance, on_file)
        if given and step.step_id not in state.done:
            spoken = utterance.text[given[0] : given[1]]
            state = _mark(protocol, state, step, "", utterance.segment_id, spoken)
    for step_id, _, _, waited in state.open:
        step = specs[step_id]
        answer = yes_or_no(utterance.text) if step.answer == "yes_no" else ""
        fits = (
            (step.answer == "any" and len(utterance.text.split()) > 1)
            or (step.answer == "yes_no" and bool(answer))
            or (step.answer == "number" and bool(_NUMBER.search(utterance.text.lower())))
        )
        if fits and step_id not in state.done:
            quote = utterance.text[:120]
            state = _mark(protocol, state, step, answer, utterance.segment_id, quote)
        elif waited >= _EARLY_TURNS:
            state = replace(state, open=tuple(o for o in state.open if o[0] != step_id))
    older = tuple((s, g, q, w + 1) for s, g, q, w in state.open if s not in state.done)
    return replace(state, open=older)


def _entity(
    step: StepSpec, utterance: Utterance, on_file: frozenset[str]
) -> tuple[int, int] | None:
    """Where an identifier was given. What the record holds must be what was said."""
    held = step.entities & on_file
    for entity in utterance.entities:
        if entity.on_file in step.entities if held else entity.type in step.entities:
            return entity.start, entity.end
    return None


def _mark(
    protocol: Protocol, state: ProtocolState, step: StepSpec, answer: str, segment: str, quote: str
) -> ProtocolState:
    state = replace(
        state,
        done=(*state.done, step.step_id),
        step_id=step.step_id,
        status="advanced",
        answers=(*state.answers, (step.step_id, answer)) if answer else state.answers,
        evidence=(*state.evidence, Evidence(segment, quote)) if segment else state.evidence,
    )
    due = _due(protocol, state)
    waiting = [s for s in protocol.steps if s.mandatory and s.step_id in {name for name, _ in due}]
    return replace(state, next=due, status="completed" if not waiting else "advanced")


def _due(protocol: Protocol, state: ProtocolState) -> tuple[tuple[str, str], ...]:
    answers = dict(state.answers)
    return tuple(
        (step.step_id, step.ask)
        for step in protocol.steps
        if step.step_id not in state.done
        and all(answers.get(name) == wanted for name, wanted in step.when)
    )


def skipped(protocol: Protocol, state: ProtocolState) -> list[StepSpec]:
    """The mandatory steps that are still due."""
    due = {name for name, _ in state.next}
    return [step for step in protocol.steps if step.mandatory and step.step_id in due]
