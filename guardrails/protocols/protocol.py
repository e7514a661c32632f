"""A protocol, as a pack says it: steps in order, some only where an earlier answer asks for them."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guardrails.rules.errors import PackError
from guardrails.rules.phrases import compiled
from guardrails.rules.yamls import LINE, line_of, read_yaml

ANSWERS = frozenset({"none", "any", "yes_no", "number", "entity"})
_STEP = frozenset(["id", "ask", "asked", "answer", "entities", "mandatory", "when", "passage"])
_TOP = frozenset(
    """
    id version title approver source start programs steps sets severity passage
    """.split()
)


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

    def wrong(mapping: dict[str, Any], field: str, reason: str) -> PackError:
        return PackError(str(path), line_of(mapping, field), f"`{field}` {reason}")

    for field in row:
        if field not in _TOP and field != LINE:
            raise wrong(row, field, "is no known field")
    for field in ("id", "version", "title", "approver", "start", "steps"):
        if not row.get(field):
            raise wrong(row, field, "is missing")
    passage = str(row.get("passage") or "")
    if passage and known is not None and passage not in known:
        raise wrong(row, "passage", f"names {passage!r}, which is not in force")
    start = row["start"]
    if not isinstance(start, dict) or not {"at", "says", "observations"} & set(start):
        raise wrong(row, "start", "needs `at: begin`, `says` or `observations`")
    steps: list[StepSpec] = []
    for step in row["steps"]:
        steps.append(_step(path, step, steps))
    return Protocol(
        protocol_id=str(row["id"]),
        version=int(row["version"]),
        title=str(row["title"]),
        programs=frozenset(map(str, row.get("programs") or ())),
        at_once=start.get("at") == "begin",
        says=tuple(_pattern(path, start, "says", line) for line in start.get("says") or ()),
        speaker=str(start.get("speaker") or "any"),
        observations=frozenset(map(str, start.get("observations") or ())),
        steps=tuple(steps),
        sets=str(row.get("sets") or ""),
        passage=passage,
    )


def _step(path: Path, step: Any, before: list[StepSpec]) -> StepSpec:
    if not isinstance(step, dict):
        raise PackError(str(path), 1, "a step is a mapping")

    def wrong(field: str, reason: str) -> PackError:
        return PackError(str(path), line_of(step, field), f"`{field}` {reason}")

    for field in step:
        if field not in _STEP and field != LINE:
            raise wrong(field, "is no known field")
    for field in ("id", "ask", "asked"):
        if not step.get(field):
            raise wrong(field, "is missing")
    if any(other.step_id == step["id"] for other in before):
        raise wrong("id", f"{step['id']!r} is used twice")
    answer = str(step.get("answer") or "any")
    if answer not in ANSWERS:
        raise wrong("answer", f"must be one of {', '.join(sorted(ANSWERS))}")
    when = {k: v for k, v in (step.get("when") or {}).items() if k != LINE}
    for name in when:
        earlier = next((other for other in before if other.step_id == name), None)
        if earlier is None:
            # a step may only wait for an earlier one, so there can be no cycle
            raise wrong("when", f"{name!r} is no earlier step: this step could never be reached")
        if earlier.answer != "yes_no":
            raise wrong("when", f"{name!r} is no yes-or-no step: its branches would overlap")
    return StepSpec(
        step_id=str(step["id"]),
        ask=str(step["ask"]),
        asked=tuple(_pattern(path, step, "asked", line) for line in step["asked"]),
        answer=answer,
        entities=frozenset(map(str, step.get("entities") or ())),
        mandatory=bool(step.get("mandatory", True)),
        when=tuple((str(k), "yes" if v in (True, "yes") else "no") for k, v in when.items()),
    )


def _pattern(path: Path, row: dict[str, Any], field: str, line: Any) -> re.Pattern[str]:
    try:
        return compiled(str(line))
    except ValueError as error:
        raise PackError(str(path), line_of(row, field), f"`{field}` {line!r}: {error}") from None
