"""What a protocol is: steps, and when each of them is due."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from guardrails.facts import CallFacts, Observation
from guardrails.protocols.conditions import Answer, Condition, Known, Limits, When, holds
from guardrails.rules.effective import Effective

ANSWERS = ("none", "any", "yes_no", "number", "choice", "entity")
"""What a step waits for. "none": the agent says something, and that is all."""
Patterns = tuple[re.Pattern[str], ...]


@dataclass(frozen=True)
class Stop:
    """An answer that ends the questions: from there on only hand-over steps are due."""

    if_: Condition
    then: str


@dataclass(frozen=True)
class StepSpec:
    """One step. Done when the agent has asked (or said) it and, if it wants one, has an answer.

    `when` are the alternatives under which it is due (empty: always), `unless` the steps of which
    no condition may hold, `after` those that come first; `otherwise`: due where the condition of
    no other step of its `branch` holds. `offered`: its answer counts
    without the question. `only_then`: to ask or say it
    where `when` does not hold is a wrong branch. `before_handover`: to hand over without it is a
    skipped step. `handover`: the clinical team takes over here.
    """

    step_id: str
    ask: str
    asked: Patterns
    answer: str = "any"
    entities: frozenset[str] = frozenset()
    choices: tuple[tuple[str, Patterns], ...] = ()
    means_yes: Patterns = ()
    means_no: Patterns = ()
    units: tuple[str, ...] = ()
    plausible: Limits | None = None
    may_be_unknown: bool = False
    offered: bool = False
    reads: tuple[str, ...] = ()
    mandatory: bool = True
    when: When = ()
    unless: tuple[str, ...] = ()
    otherwise: bool = False
    after: tuple[str, ...] = ()
    branch: str = ""
    only_then: bool = False
    before_handover: bool = False
    handover: bool = False
    stops: tuple[Stop, ...] = ()
    passage: str = ""
    line: int = 1


@dataclass(frozen=True)
class Start:
    """What begins a protocol: the call itself, a phrase, or a reading that fits `readings`."""

    at_once: bool = False
    says: Patterns = ()
    speaker: str = "any"
    readings: When = ()


@dataclass(frozen=True)
class Protocol:
    """A checklist or a tree.

    `programs` and `patients` say whom it concerns; neither: every call. `order` names the steps
    so that each one stands behind those that it depends on. `sets` is what its completion
    establishes.
    """

    protocol_id: str
    version: int
    title: str
    approver: str
    source: str
    effective: Effective
    programs: frozenset[str]
    patients: When
    start: Start
    steps: tuple[StepSpec, ...]
    order: tuple[str, ...]
    severity: str
    sets: str
    passage: str
    path: str = ""

    def step(self, step_id: str) -> StepSpec | None:
        """The step of an id, or None."""
        return next((step for step in self.steps if step.step_id == step_id), None)


def concerns(protocol: Protocol, facts: CallFacts) -> bool:
    """Whether a call is one that the protocol is for, on a day on which it is in force."""
    if not protocol.effective.holds(facts.day):
        return False
    if not protocol.programs and not protocol.patients:
        return True
    if facts.program and facts.program in protocol.programs:
        return True
    return bool(protocol.patients) and holds(protocol.patients, Known({}, (), (), facts)) is True


def begun_by(protocol: Protocol, readings: Sequence[Observation], facts: CallFacts) -> bool:
    """Whether the last of the call's readings begins the protocol."""
    known = Known({}, (), readings, facts)
    return any(
        readings[-1].code in {condition.name for condition in conditions}
        and holds((conditions,), known) is True
        for conditions in protocol.start.readings
    )


def standing(
    protocol: Protocol,
    answers: Mapping[str, Answer],
    readings: Sequence[Observation],
    facts: CallFacts,
    still_open: Collection[tuple[str, str]] = (),
) -> dict[str, bool | None]:
    """Whether the condition of each step holds; None as long as that is open."""
    found: dict[str, bool | None] = {}
    own: dict[str, bool | None] = {}
    ruled_out: set[str] = set()
    undecided = set(still_open)
    known = Known(answers, ruled_out, readings, facts, undecided)
    specs = {step.step_id: step for step in protocol.steps}
    for step_id in protocol.order:
        step = specs[step_id]
        own[step_id] = _own(step, protocol.steps, own, known)
        others = [own[name] for name in step.unless]
        if own[step_id] is False or True in others:
            found[step_id] = False
            ruled_out.add(step_id)
        else:
            found[step_id] = None if own[step_id] is None or None in others else True
        if found[step_id] is None:
            undecided.add(("answer", step_id))
    return found


def _own(
    step: StepSpec, steps: Iterable[StepSpec], own: Mapping[str, bool | None], known: Known
) -> bool | None:
    """Whether a step's own condition holds; that of an `otherwise` if no other of its branch does."""
    if not step.otherwise:
        return holds(step.when, known)
    others = [own[name] for name in beside(step, steps)]
    return False if True in others else None if None in others else True


def stopped_by(
    protocol: Protocol, found: Mapping[str, bool | None], answers: Mapping[str, Answer]
) -> str:
    """The step that is due and whose answer ended the questions, or nothing.

    `found` is whether the condition of each step holds.
    """
    known = Known(answers, (), (), CallFacts())
    for step in protocol.steps:
        for stop in step.stops:
            if found[step.step_id] is True and holds(((stop.if_,),), known) is True:
                return step.step_id
    return ""


def is_urgent(protocol: Protocol, step: StepSpec) -> bool:
    """Whether a stop leads to a hand-over: nothing has to come before that."""
    return any(stop.then == step.step_id for other in protocol.steps for stop in other.stops)


def beside(step: StepSpec, steps: Iterable[StepSpec]) -> list[str]:
    """The other steps of the branch of an `otherwise`."""
    return [
        other.step_id
        for other in steps
        if step.otherwise and other.branch == step.branch and not other.otherwise
    ]
