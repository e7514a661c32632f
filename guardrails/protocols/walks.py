"""Walks: example calls inside of a pack, and where the protocol has to be after them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guardrails.facts import CallFacts, Observation
from guardrails.protocols import course
from guardrails.protocols.asking import match
from guardrails.protocols.protocol import Protocol
from guardrails.rules.errors import PackError
from guardrails.rules.fields import Fields
from guardrails.rules.yamls import LINE, line_of
from guardrails.utterance import PLACEHOLDER, Entity, Speaker, Utterance

WALKS = 2
"""Every protocol carries at least so many."""
_WALK = ("name", "facts", "turns", "ended", "done", "next", "answers", "flags", "status")
_FACTS = ("age", "conditions", "program")
_SPEAKERS: Mapping[str, Speaker] = {"A": "agent", "C": "patient", "O": "other"}
_FLAGS = {
    "f-skipped": "skipped",
    "f-branch": "wrong_branch",
    "f-stop": "past_stop",
    "f-handover": "before_handover",
}


@dataclass(frozen=True)
class Walk:
    """A call of a few turns, and what has to stand after it; None: not looked at.

    `flags` are kinds: skipped, wrong_branch, past_stop, before_handover.
    """

    name: str
    facts: CallFacts
    turns: tuple[Utterance | Observation, ...]
    ended: bool
    done: tuple[str, ...]
    next: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]
    status: str
    line: int


def read_walks(path: Path, row: Mapping[str, Any], protocol: Protocol) -> list[Walk]:
    """The walks of a pack.

    Raises:
        PackError: there are too few, or one is not well formed.
    """
    rows = row.get("walks")
    if not isinstance(rows, list) or len(rows) < WALKS:
        line = line_of(dict(row), "walks")
        raise PackError(str(path), line, f"`walks` needs at least {WALKS} example calls")
    lines = [line_of(dict(row), f"walks.{number}") for number in range(len(rows))]
    return [_walk(path, given, line, protocol) for given, line in zip(rows, lines, strict=True)]


def prove(protocol: Protocol, walks: Sequence[Walk]) -> None:
    """Takes every walk.

    Raises:
        PackError: the protocol is not where the walk says that it is.
    """
    for walk in walks:
        wrong = _taken(protocol, walk)
        if wrong:
            raise PackError(protocol.path, walk.line, f"walk {walk.name!r}: {wrong}")


def _taken(protocol: Protocol, walk: Walk) -> str:
    """What is not as the walk says, or nothing."""
    known = {protocol.protocol_id: protocol}
    state = course.start(known, walk.facts)
    for turn in walk.turns:
        if isinstance(turn, Observation):
            state = course.observe(known, state, turn, walk.facts)
        else:
            state = course.hear(known, state, turn, match(protocol, turn), walk.facts)
    if walk.ended:
        state = course.finish(known, state)
    if not state.protocols:
        return "the protocol does not begin"
    now = state.protocols[0]
    raised = sorted(_FLAGS[_head(f.flag_id)] for f in state.flags if f.status != "resolved")
    answers = dict(now.answers)
    pairs: list[tuple[str, object, object]] = [
        ("done", sorted(now.done), sorted(walk.done)),
        ("next", [due.step_id for due in now.next], list(walk.next)),
        ("flags", raised, sorted(walk.flags)),
        ("answers", {name: answers.get(name) for name, _ in walk.answers}, dict(walk.answers)),
        ("status", now.status if walk.status else "", walk.status),
    ]
    return "; ".join(
        f"`{field}` is {found}, not {wanted}" for field, found, wanted in pairs if found != wanted
    )


def _head(flag_id: str) -> str:
    return "-".join(flag_id.split("-")[:2])


def _walk(path: Path, given: Any, line: int, protocol: Protocol) -> Walk:
    fields = Fields(path, given, _WALK, ("name", "turns"), line)
    about = Fields(path, given.get("facts") or {}, _FACTS, (), line)
    steps = {step.step_id for step in protocol.steps}
    for field in ("done", "next"):
        for name in fields.texts(field):
            if name not in steps:
                raise fields.wrong(field, f"{name!r} is no step of this protocol")
    for name in fields.texts("flags"):
        if name not in _FLAGS.values():
            raise fields.wrong("flags", f"{name!r} is none of {', '.join(_FLAGS.values())}")
    turns, answers = given["turns"], given.get("answers") or {}
    if not isinstance(turns, list) or not isinstance(answers, dict):
        raise fields.wrong("turns", "is a list, and `answers` a mapping")
    return Walk(
        name=fields.text("name"),
        facts=CallFacts(
            program=about.text("program", min(protocol.programs, default="")),
            conditions=about.texts("conditions"),
            age=about.whole("age"),
        ),
        turns=tuple(_turn(path, turn, fields, number) for number, turn in enumerate(turns)),
        ended=fields.yes("ended"),
        done=fields.texts("done"),
        next=fields.texts("next"),
        answers=tuple((str(k), _word(v)) for k, v in answers.items() if k != LINE),
        flags=fields.texts("flags"),
        status=fields.text("status"),
        line=line_of(given),
    )


def _turn(path: Path, turn: Any, walk: Fields, number: int) -> Utterance | Observation:
    """ "A: ..." of the agent, "C: ..." of the patient, "O: ..." of others, or a reading."""
    kind = next((key for key in turn if key != LINE), "") if isinstance(turn, dict) else ""
    if kind == "reading":
        seen = Fields(path, turn[kind], ("code", "value", "unit", "baseline"), ("code", "value"))
        value = seen.number("value")
        return Observation(
            seen.text("code"), value or 0.0, seen.text("unit"), seen.number("baseline")
        )
    if kind not in _SPEAKERS:
        reason = f"turn {number + 1} must be `A: ...`, `C: ...`, `O: ...` or `reading: ...`"
        raise walk.wrong("turns", reason)
    text = _word(turn[kind])
    entities = tuple(Entity(m.start(), m.end(), m[1], m[0]) for m in PLACEHOLDER.finditer(text))
    at = number * 5000
    return Utterance("walk", f"s-{number}", _SPEAKERS[kind], text, entities, True, at, at + 4000)


def _word(value: Any) -> str:
    """A text; YAML reads a bare yes or no as true or false."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
