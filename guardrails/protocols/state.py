"""How far a protocol is on a call: what was asked, answered and done, and what is due by it."""

from dataclasses import dataclass, replace
from typing import Literal

from guardrails.facts import CallFacts, Observation
from guardrails.flag import Evidence
from guardrails.protocols.answers import entered_answer, options
from guardrails.protocols.conditions import Answer
from guardrails.protocols.protocol import Protocol, StepSpec, is_urgent, standing, stopped_by

Status = Literal["started", "advanced", "completed", "breached"]
Begun = Literal["", "call", "talk", "reading"]
"""What began a protocol; nothing: it waits."""
BreachKind = Literal["wrong_branch", "past_stop", "before_handover"]


@dataclass(frozen=True, slots=True)
class StepHit:
    """The agent asked (or said) a step; `protocol_id` alone: a phrase that begins the protocol."""

    protocol_id: str
    step_id: str
    quote: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was asked and answered (or said), with where both were heard."""

    step_id: str
    answer: Answer
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that waits for its answer; `waited` counts the patient's turns since."""

    step_id: str
    evidence: Evidence
    waited: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """A step that is due, how to ask it, and the answers it knows (for a number: none)."""

    step_id: str
    ask: str
    options: tuple[str, ...] = ()
    handover: bool = False


@dataclass(frozen=True, slots=True)
class Breach:
    """What the agent did against the tree, with the answers that say so and the agent's words."""

    kind: BreachKind
    steps: tuple[str, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class ProtocolState:
    """How far a protocol is. `next` are the steps that are due.

    `taken` is all that was asked and answered; `done` leaves out what the tree did not ask for.
    `stopped` names the step whose answer ended the questions.
    """

    protocol_id: str
    title: str
    status: Status
    step_id: str = ""
    done: tuple[str, ...] = ()
    next: tuple[Due, ...] = ()
    taken: tuple[Taken, ...] = ()
    open: tuple[Asked, ...] = ()
    begun: Begun = ""
    began: tuple[Evidence, ...] = ()
    stopped: str = ""
    turns_past: int = 0
    breaches: tuple[Breach, ...] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Where the steps done were asked and answered, in the order of the talk."""
        return tuple(e for t in self.taken if t.step_id in self.done for e in t.evidence)

    @property
    def answers(self) -> tuple[tuple[str, str], ...]:
        """The answers of the steps done: "yes", "no", a choice, "187.4 lb", "unknown"."""
        return tuple(
            (t.step_id, str(t.answer))
            for t in self.taken
            if t.step_id in self.done and str(t.answer)
        )


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of the call beside this protocol."""

    facts: CallFacts
    readings: tuple[Observation, ...] = ()


def asleep(protocol: Protocol) -> ProtocolState:
    """A protocol that has not begun: it is followed all the same, but nobody hears of it."""
    return ProtocolState(protocol.protocol_id, protocol.title, "started")


def begin(
    protocol: Protocol,
    state: ProtocolState,
    around: Around,
    by: Begun,
    began: tuple[Evidence, ...] = (),
) -> ProtocolState:
    """A protocol that has just begun; what was asked and answered before counts.

    `began` is the phrase that did it.
    """
    state = replace(state, begun=by, began=began, turns_past=0, breaches=())
    return placed(protocol, state, around)


def tick(
    protocol: Protocol, state: ProtocolState, step_id: str, answer: str, around: Around
) -> ProtocolState:
    """The state after the agent has marked a step as done, or has put its answer right."""
    step = protocol.step(step_id)
    entered = entered_answer(step, answer) if step is not None and answer else None
    done = step_id in state.done and entered is None
    if step is None or done or state.status == "breached":
        return state
    evidence = (Evidence("", "marked by the agent"),)
    state = with_taken(state, Taken(step_id, entered or Answer(), evidence))
    return placed(protocol, state, around)


def placed(protocol: Protocol, state: ProtocolState, around: Around) -> ProtocolState:
    """The state with what is done and due by what is known now."""
    if state.status == "breached":
        return state
    found, stopped = judged(protocol, state, around)
    taken = {t.step_id for t in state.taken}
    done = tuple(
        t.step_id
        for t in state.taken
        if found[t.step_id] is True or spec_of(protocol, t.step_id).handover
    )
    handovers = [spec for name in done if (spec := spec_of(protocol, name)).handover]
    over = stopped or any(is_urgent(protocol, spec) for spec in handovers)
    due = [
        step
        for step in protocol.steps
        if found[step.step_id] is True
        and step.step_id not in taken
        and (step.handover or (not over and (not handovers or step.before_handover)))
        and comes_now(protocol, step, taken, found, bool(stopped))
    ]
    waiting = any(step.mandatory for step in due)
    status: Status = "started" if not done else "advanced" if waiting else "completed"
    return replace(
        state,
        done=done,
        step_id=done[-1] if done else "",
        next=tuple(Due(s.step_id, s.ask, options(s), s.handover) for s in due),
        status=status,
        stopped=stopped,
        open=tuple(o for o in state.open if o.step_id not in taken),
    )


def skipped(protocol: Protocol, state: ProtocolState) -> list[StepSpec]:
    """The mandatory steps that are still due."""
    due = {step.step_id for step in state.next}
    return [step for step in protocol.steps if step.mandatory and step.step_id in due]


def judged(
    protocol: Protocol, state: ProtocolState, around: Around
) -> tuple[dict[str, bool | None], str]:
    """Whether the condition of each step holds, and the step whose answer ended the questions."""
    answers = {t.step_id: t.answer for t in state.taken}
    found = standing(protocol, answers, around.readings, around.facts)
    return found, stopped_by(protocol, found, answers)


def comes_now(
    protocol: Protocol,
    step: StepSpec,
    taken: set[str],
    found: dict[str, bool | None],
    stopped: bool,
) -> bool:
    """Whether all that comes before a step is done or does not apply."""
    return all(
        name in taken or found[name] is False or (stopped and not spec_of(protocol, name).handover)
        for name in step.after
    )


def with_breach(state: ProtocolState, breach: Breach) -> ProtocolState:
    """The state with a breach, unless it is known."""
    if any((b.kind, b.steps) == (breach.kind, breach.steps) for b in state.breaches):
        return state
    return replace(state, breaches=(*state.breaches, breach))


def handed_over(protocol: Protocol, state: ProtocolState) -> bool:
    """Whether a hand-over was said."""
    return any(spec_of(protocol, name).handover for name in state.done)


def with_taken(state: ProtocolState, taken: Taken) -> ProtocolState:
    """The state with one more step asked and answered."""
    others = (t for t in state.taken if t.step_id != taken.step_id)
    return replace(state, taken=(*others, taken))


def spec_of(protocol: Protocol, step_id: str) -> StepSpec:
    """A step that is known to be one of the protocol's."""
    return next(step for step in protocol.steps if step.step_id == step_id)
