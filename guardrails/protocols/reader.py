"""Reads a protocol from a pack, field by field; `checks` looks at it as a whole."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from guardrails.protocols.conditions import Condition, When
from guardrails.protocols.protocol import (
    ANSWERS,
    Patterns,
    Protocol,
    Start,
    StepSpec,
    Stop,
    beside,
)
from guardrails.protocols.units import UNITS
from guardrails.protocols.when_reader import (
    RESERVED,
    read_answer,
    read_limits,
    read_readings,
    read_when,
)
from guardrails.rules.errors import PackError
from guardrails.rules.fields import Fields, patterns
from guardrails.rules.yamls import LINE, line_of

_STEP = frozenset(
    """
    id ask asked answer entities choices means_yes means_no units plausible may_be_unknown reads
    offered mandatory when unless after branch only_then before_handover handover stop passage
    """.split()
)
_ONLY_FOR = {
    "entities": "entity",
    "choices": "choice",
    "means_yes": "yes_no",
    "means_no": "yes_no",
    "units": "number",
    "plausible": "number",
    "may_be_unknown": "number",
    "reads": "number",
}
"""Fields of a step, and the kind of answer that they belong to."""
_TOP = frozenset(
    """
    id version title approver source effective start programs patients steps sets severity passage
    walks
    """.split()
)
_TOP_NEEDED = ("id", "version", "title", "approver", "source", "start", "steps")
_START = frozenset({"at", "says", "speaker", "observations"})
_SPEAKERS = ("agent", "patient", "other", "any")


def read_protocol(
    path: Path, row: Mapping[str, Any], known: Collection[str] | None, *, checked: bool = False
) -> Protocol:
    """The protocol of what was read from a pack file.

    `known` are the passages in force, None takes any; `checked`: its patterns are known to be safe.

    Raises:
        PackError: with file, line and reason.
    """
    fields = Fields(path, row, _TOP, _TOP_NEEDED)
    if not isinstance(row["steps"], list):
        raise fields.wrong("steps", "must be a list")
    steps: dict[str, StepSpec] = {}
    rows: dict[str, dict[str, Any]] = {}
    for number, given in enumerate(row["steps"]):
        line = line_of(dict(row), f"steps.{number}")
        step = _step(path, given, known, line, checked=checked)
        if step.step_id in steps:
            raise Fields(path, given, _STEP, ()).wrong("id", f"{step.step_id!r} is used twice")
        steps[step.step_id], rows[step.step_id] = step, given
    steps = {name: _connected(path, rows[name], step, steps) for name, step in steps.items()}
    steps = _with_stops(path, rows, steps)
    return Protocol(
        protocol_id=fields.text("id"),
        version=fields.whole("version") or 0,
        title=fields.text("title"),
        approver=fields.text("approver"),
        source=fields.text("source"),
        effective=fields.effective(),
        programs=fields.names("programs"),
        patients=_patients(path, row, fields),
        start=_start(path, row, fields, checked=checked),
        steps=tuple(steps.values()),
        order=_order(path, steps),
        severity=fields.text("severity", "warning", ("warning", "critical")),
        sets=fields.text("sets"),
        passage=fields.passage(known),
        path=str(path),
    )


def depends_on(step: StepSpec, steps: Collection[StepSpec]) -> set[str]:
    """The steps that a step waits for: by its conditions, by `after`, `unless` or `otherwise`."""
    asked = {c.name for conditions in step.when for c in conditions if c.kind == "answer"}
    return asked | {*step.after, *step.unless, *beside(step, steps)}


def _start(path: Path, row: Mapping[str, Any], top: Fields, *, checked: bool) -> Start:
    start = row["start"]
    if not isinstance(start, dict) or not {"at", "says", "observations"} & set(start):
        raise top.wrong("start", "needs `at: begin`, `says` or `observations`")
    fields = Fields(path, start, _START, ())
    return Start(
        at_once=bool(fields.text("at", "", ("begin",))),
        says=fields.patterns("says", checked=checked),
        speaker=fields.text("speaker", "any", _SPEAKERS),
        readings=read_readings(path, start, "observations"),
    )


def _patients(path: Path, row: Mapping[str, Any], top: Fields) -> When:
    found = read_when(path, row, "patients", {})
    if any(c.kind not in ("condition", "age") for conditions in found for c in conditions):
        raise top.wrong("patients", "may name conditions, no_conditions and age only")
    return found


def _step(
    path: Path, row: Any, known: Collection[str] | None, line: int, *, checked: bool
) -> StepSpec:
    """A step by itself, without what connects it with others."""
    fields = Fields(path, row, _STEP, ("id", "ask", "asked"), line)
    answer = fields.text("answer", "any", ANSWERS)
    for field, kind in _ONLY_FOR.items():
        if fields.has(field) and answer != kind:
            raise fields.wrong(field, f"belongs to `answer: {kind}`")
    if fields.text("id") in RESERVED:
        raise fields.wrong("id", f"{row['id']!r} means something else in `when`")
    if answer == "entity" and not fields.has("entities"):
        raise fields.wrong("entities", "is missing: which identifiers answer this step")
    units = fields.texts("units")
    for unit in units:
        if unit not in UNITS:
            raise fields.wrong("units", f"{unit!r} is none of {', '.join(sorted(UNITS))}")
    return StepSpec(
        step_id=fields.text("id"),
        ask=fields.text("ask"),
        asked=fields.patterns("asked", checked=checked),
        answer=answer,
        entities=fields.names("entities"),
        choices=_choices(path, row, fields, checked=checked) if answer == "choice" else (),
        means_yes=fields.patterns("means_yes", checked=checked),
        means_no=fields.patterns("means_no", checked=checked),
        units=units,
        plausible=read_limits(path, row["plausible"], units[0] if units else "", fields)
        if fields.has("plausible")
        else None,
        may_be_unknown=fields.yes("may_be_unknown"),
        offered=fields.yes("offered"),
        reads=fields.texts("reads"),
        mandatory=fields.yes("mandatory") or "mandatory" not in row,
        branch=fields.text("branch"),
        only_then=fields.yes("only_then"),
        before_handover=fields.yes("before_handover"),
        handover=fields.yes("handover"),
        passage=fields.passage(known),
        line=line_of(row),
    )


def _choices(
    path: Path, row: Mapping[str, Any], fields: Fields, *, checked: bool
) -> tuple[tuple[str, Patterns], ...]:
    given = row.get("choices")
    if not isinstance(given, dict) or len(given) < 3:  # two, beside the lines
        raise fields.wrong("choices", "needs at least two, each with its patterns")
    names = [key for key in given if key != LINE]
    return tuple((str(name), patterns(path, given, name, checked=checked)) for name in names)


def _connected(
    path: Path, row: dict[str, Any], step: StepSpec, steps: Mapping[str, StepSpec]
) -> StepSpec:
    """The step with its conditions, its stops and what it comes after."""
    fields = Fields(path, row, _STEP, ())
    otherwise = row.get("when") == "otherwise"
    if otherwise and not step.branch:
        raise fields.wrong("when", "`otherwise` needs a `branch` with other steps")
    for field in ("after", "unless"):
        for name in fields.texts(field):
            if name not in steps:
                raise fields.wrong(field, f"{name!r} is no step of this protocol")
    if step.only_then and row.get("when") is None and not fields.has("unless"):
        raise fields.wrong("only_then", "needs a `when` or an `unless`")
    stops = row.get("stop") or []
    if not isinstance(stops, list):
        raise fields.wrong("stop", "is a list of `answer` and `then`")
    return replace(
        step,
        when=() if otherwise else read_when(path, row, "when", steps),
        otherwise=otherwise,
        unless=fields.texts("unless"),
        after=fields.texts("after"),
        stops=tuple(_stop(path, given, line_of(row, "stop"), step, steps) for given in stops),
    )


def _stop(path: Path, given: Any, line: int, step: StepSpec, steps: Mapping[str, StepSpec]) -> Stop:
    fields = Fields(path, given, ("answer", "then"), ("then",), line)
    if "answer" not in given:
        raise fields.wrong("answer", "is missing")
    then = steps.get(fields.text("then"))
    if then is None or not then.handover:
        raise fields.wrong("then", f"{given['then']!r} is no hand-over step of this protocol")
    return Stop(read_answer(path, given, "answer", step), then.step_id)


def _with_stops(
    path: Path, rows: Mapping[str, dict[str, Any]], steps: Mapping[str, StepSpec]
) -> dict[str, StepSpec]:
    """The steps, where a stop's answer is one more reason for the hand-over that it leads to."""
    reasons: dict[str, list[tuple[Condition, ...]]] = {}
    for step in steps.values():
        for stop in step.stops:
            reasons.setdefault(stop.then, []).append((stop.if_,))
    whole = dict(steps)
    for name, found in reasons.items():
        if whole[name].otherwise:
            fields = Fields(path, rows[name], _STEP, ())
            raise fields.wrong("when", "`otherwise` cannot be where a stop leads to")
        whole[name] = replace(whole[name], when=(*whole[name].when, *found))
    return whole


def _order(path: Path, steps: Mapping[str, StepSpec]) -> tuple[str, ...]:
    """The steps, each behind those that it depends on.

    Raises:
        PackError: they depend on each other in a circle.
    """
    needs = {name: sorted(depends_on(step, steps.values())) for name, step in steps.items()}
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as error:
        circle: list[str] = error.args[1]
        reason = f"the steps wait for each other in a circle: {' -> '.join(circle)}"
        raise PackError(str(path), steps[circle[0]].line, reason) from None
