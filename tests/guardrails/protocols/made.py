"""Protocols made for tests, and calls of a few turns."""

from pathlib import Path

from guardrails.facts import CallFacts, Observation
from guardrails.protocols import course
from guardrails.protocols.asking import match
from guardrails.protocols.course import Course
from guardrails.protocols.protocol import Protocol
from guardrails.protocols.reader import read_protocol
from guardrails.rules.yamls import read_yaml
from guardrails.utterance import PLACEHOLDER, Entity, Utterance

HEAD = """\
id: p
version: 1
title: "A test"
approver: clinical_approver
source: "for tests"
start: {at: begin}
"""
TREE = (
    HEAD
    + """\
steps:
  - id: pain
    ask: "Any chest pain?"
    asked: ["chest pain"]
    answer: yes_no
    means_yes: ["chest hurts"]
    before_handover: true
    stop: [{answer: yes, then: help}]
  - id: swelling
    ask: "Any swelling?"
    asked: ["swelling"]
    answer: yes_no
    means_yes: ["ankles ... huge"]
  - id: gain
    ask: "How many pounds is it up?"
    asked: ["how (many|much)"]
    answer: number
    units: [lb]
    plausible: {between: [0, 50]}
    may_be_unknown: true
  - id: plan
    ask: "What is the plan?"
    asked: ["plan"]
    answer: any
    after: [gain]
    mandatory: false
  - id: nurse
    ask: "I am getting the nurse."
    asked: ["(getting|get) ... nurse"]
    answer: none
    branch: tier
    handover: true
    unless: [help]
    when:
      - {swelling: yes}
      - {gain: {at_least: 3}}
      - {observation: {code: body_weight, gain_at_least: 3, unit: lb}}
  - id: fine
    ask: "All is well."
    asked: ["(all is well|nothing to worry)"]
    answer: none
    branch: tier
    when: otherwise
    only_then: true
  - id: help
    ask: "Call 911."
    asked: ["911"]
    answer: none
    branch: tier
    handover: true
"""
)


def protocol(tmp_path: Path, content: str = TREE) -> Protocol:
    path = tmp_path / "p.yaml"
    path.write_text(content)
    return read_protocol(path, read_yaml(path), None)


def turn(number: int, line: str) -> Utterance:
    """ "A: ..." or "C: ..."."""
    speaker = "agent" if line.startswith("A: ") else "patient"
    text = line[3:]
    entities = tuple(Entity(m.start(), m.end(), m[1], m[0]) for m in PLACEHOLDER.finditer(text))
    at = number * 5000
    return Utterance("c", f"s-{number}", speaker, text, entities, True, at, at + 4000)


def played(
    followed: Protocol,
    *turns: str | Observation,
    facts: CallFacts | None = None,
    ended: bool = False,
) -> Course:
    """Where a protocol is after a few turns and readings."""
    known, facts = {followed.protocol_id: followed}, facts or CallFacts()
    state = course.start(known, facts)
    for number, given in enumerate(turns):
        if isinstance(given, Observation):
            state = course.observe(known, state, given, facts)
        else:
            said = turn(number, given)
            state = course.hear(known, state, said, match(followed, said), facts)
    return course.finish(known, state) if ended else state


def due(state: Course) -> list[str]:
    return [step.step_id for step in state.protocols[0].next]


def raised(state: Course) -> list[str]:
    return sorted(flag.flag_id for flag in state.flags if flag.status != "resolved")
