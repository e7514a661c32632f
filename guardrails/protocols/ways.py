"""The ways in which what a protocol asks for can turn out: one value for each that differs."""

from collections.abc import Mapping
from itertools import pairwise
from math import inf

from guardrails.facts import Observation
from guardrails.protocols.conditions import FALLING, RISING, STEADY, UNKNOWN, Answer, Condition
from guardrails.protocols.protocol import Protocol, StepSpec
from guardrails.protocols.units import converted
from guardrails.rules.errors import PackError

Subject = tuple[str, str]
"""Kind and name of what a condition is about."""
Value = str | float | None
"""A word, a number in the unit of its subject, or None: it is not known."""
World = Mapping[Subject, Value]
_BEFORE = {RISING: -1.0, FALLING: 1.0, STEADY: 0.0}
"""How far the reading before lies from the last one, by trend."""


def values(protocol: Protocol, subject: Subject) -> list[Value]:
    """What a subject can be: one value for each way in which its conditions can come out.

    Raises:
        PackError: it is compared in units that do not measure the same.
    """
    tests = [
        c for step in protocol.steps for c in conditions_of(step) if (c.kind, c.name) == subject
    ]
    unit = units_of(protocol).get(subject, "")
    found: dict[tuple[bool, ...], Value] = {}
    for value in _all_values(protocol, subject):
        outcome = tuple(_comes_out(test, value, unit) for test in tests)
        # without a reading there is no gain and no trend either
        found.setdefault((*outcome, value is None), value)
    return list(found.values())


def conditions_of(step: StepSpec) -> list[Condition]:
    """All conditions of a step, those of its stops included."""
    return [*(c for conditions in step.when for c in conditions), *(s.if_ for s in step.stops)]


def units_of(protocol: Protocol) -> dict[Subject, str]:
    """The unit in which each subject is looked at: the first that occurs."""
    found: dict[Subject, str] = {}
    for condition in (c for step in protocol.steps for c in conditions_of(step)):
        subject = ("reading" if condition.kind == "gain" else condition.kind, condition.name)
        if condition.limits is not None and condition.limits.unit:
            found.setdefault(subject, condition.limits.unit)
            if subject[0] == "reading":
                found.setdefault(("gain", condition.name), condition.limits.unit)
    return found


def answers_in(world: World, units: Mapping[Subject, str]) -> dict[str, Answer]:
    """The answers of a world, by step."""
    return {
        name: Answer(value or "")
        if isinstance(value, str) or value is None
        else Answer(number=value, unit=units.get((kind, name), ""))
        for (kind, name), value in world.items()
        if kind == "answer"
    }


def readings_in(world: World, units: Mapping[Subject, str]) -> list[Observation]:
    """Readings of which values, gains over baseline and trends are as a world says."""
    found: list[Observation] = []
    for code in dict.fromkeys(name for kind, name in world if kind in ("reading", "gain", "trend")):
        value = world.get(("reading", code), 100.0)
        if not isinstance(value, float):
            continue
        gain, way = world.get(("gain", code)), world.get(("trend", code))
        unit = units.get(("reading", code), "")
        before = _BEFORE.get(str(way or ""))
        if before is not None:
            found.append(Observation(code, value + before, unit))
        baseline = value - gain if isinstance(gain, float) else None
        found.append(Observation(code, value, unit, baseline))
    return found


def _all_values(protocol: Protocol, subject: Subject) -> list[Value]:
    """Each word of a subject, or each limit of its numbers and a value on either side of it."""
    kind, name = subject
    if kind == "condition":
        return ["yes", "no"]
    if kind == "trend":
        return [*_BEFORE, ""]
    step = protocol.step(name) if kind == "answer" else None
    if step is not None and step.answer != "number":
        return ["yes", "no"] if step.answer == "yes_no" else [word for word, _ in step.choices]
    ends = _ends(protocol, subject)
    plausible = step.plausible if step is not None else None
    if plausible is not None:
        ends |= {end for end in (plausible.low, plausible.high) if abs(end) < inf}
    points = sorted(ends) or [0.0]
    between = [(a + b) / 2 for a, b in pairwise(points)]
    numbers: list[Value] = [
        value
        for value in (*points, *between, points[0] - 1, points[-1] + 1)
        if plausible is None or plausible.hold(value)
    ]
    if step is None:
        return [*numbers, None]
    return [*numbers, UNKNOWN] if step.may_be_unknown else numbers


def _ends(protocol: Protocol, subject: Subject) -> set[float]:
    """The limits that a subject is compared with, in one unit."""
    unit, ends = units_of(protocol).get(subject, ""), set[float]()
    for step in protocol.steps:
        for limits in (
            c.limits for c in conditions_of(step) if (c.kind, c.name) == subject and c.limits
        ):
            for end in (end for end in (limits.low, limits.high) if abs(end) < inf):
                value = converted(end, limits.unit, unit)
                if value is None:
                    reason = f"`{step.step_id}` compares {subject[1]!r} in {limits.unit}, which is no {unit}"
                    raise PackError(protocol.path, step.line, reason)
                ends.add(value)
    return ends


def _comes_out(test: Condition, value: Value, unit: str) -> bool:
    if not isinstance(value, float):
        return value in test.among
    return test.limits is not None and test.limits.hold(converted(value, unit, test.limits.unit))
