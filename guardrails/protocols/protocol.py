"""A protocol, as a pack says it: steps in order, some only where an earlier answer asks for them."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guardrails.rules.errors import PackError
from guardrails.rules.fields import Fields, patterns
from guardrails.rules.yamls import LINE, read_yaml

ANSWERS = frozenset({"none", "any", "yes_no", "number", "entity"})
_STEP = frozenset(["id", "ask", "asked", "answer", "entities", "mandatory", "when", "passage"])
_TOP = frozenset(
    """
    id version title approver source start programs steps sets severity passage
    """.split()
)

_TOP_NEEDED = ("id", "version", "title", "approver", "start", "steps")


@dataclass(frozen=True)
class StepSpec:
    """One step. Done when the agent has asked (or said) it and, if it wants one, has an answer.

    `when` are the answers of earlier steps under which the step is due; empty: always.
    """

    step_id: str
    ask: str
    asked: tuple[re.Pattern[str], ...]
    answer: str
    entities: frozenset[str]
    mandatory: bool
    when: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Protocol:
    """A checklist or a tree. Begins at once, by a phrase, or by a reading."""

    protocol_id: str
    version: int
    title: str
    programs: frozenset[str]
    at_once: bool
    says: tuple[re.Pattern[str], ...]
    speaker: str
    observations: frozenset[str]
    steps: tuple[StepSpec, ...]
    sets: str
    passage: str


def read_protocol(path: Path, known: Collection[str] | None) -> Protocol:
    """The protocol of a file.

    Raises:
        PackError: with file, line and reason.
    """
    row = read_yaml(path)
    fields = Fields(path, row, _TOP, _TOP_NEEDED)
    passage = fields.passage(known)
    start = row["start"]
    if not isinstance(start, dict) or not {"at", "says", "observations"} & set(start):
        raise fields.wrong("start", "needs `at: begin`, `says` or `observations`")
    steps: list[StepSpec] = []
    for step in row["steps"]:
        steps.append(_step(path, step, steps))
    return Protocol(
        protocol_id=str(row["id"]),
        version=int(row["version"]),
        title=str(row["title"]),
        programs=fields.names("programs"),
        at_once=start.get("at") == "begin",
        says=patterns(path, start, "says"),
        speaker=str(start.get("speaker") or "any"),
        observations=frozenset(map(str, start.get("observations") or ())),
        steps=tuple(steps),
        sets=fields.text("sets"),
        passage=passage,
    )


def _step(path: Path, step: Any, before: list[StepSpec]) -> StepSpec:
    if not isinstance(step, dict):
        raise PackError(str(path), 1, "a step is a mapping")
    fields = Fields(path, step, _STEP, ("id", "ask", "asked"))
    if any(other.step_id == step["id"] for other in before):
        raise fields.wrong("id", f"{step['id']!r} is used twice")
    answer = fields.text("answer", "any")
    if answer not in ANSWERS:
        raise fields.wrong("answer", f"must be one of {', '.join(sorted(ANSWERS))}")
    when = {k: v for k, v in (step.get("when") or {}).items() if k != LINE}
    for name in when:
        earlier = next((other for other in before if other.step_id == name), None)
        if earlier is None:
            # a step may only wait for an earlier one, so there can be no cycle
            raise fields.wrong(
                "when", f"{name!r} is no earlier step: this step could never be reached"
            )
        if earlier.answer != "yes_no":
            raise fields.wrong("when", f"{name!r} is no yes-or-no step: its branches would overlap")
    return StepSpec(
        step_id=str(step["id"]),
        ask=str(step["ask"]),
        asked=fields.patterns("asked"),
        answer=answer,
        entities=fields.names("entities"),
        mandatory=bool(step.get("mandatory", True)),
        when=tuple((str(k), "yes" if v in (True, "yes") else "no") for k, v in when.items()),
    )
