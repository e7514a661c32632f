"""Looks at a protocol as a whole: every step can be reached, and branches do not overlap.

The ways in which the questions can be answered are gone through, as far as the steps in question
depend on them. Of numbers each limit that occurs is taken, and a value on either side of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from guardrails.facts import CallFacts
from guardrails.protocols.protocol import Protocol, StepSpec, standing, stopped_by
from guardrails.protocols.reader import depends_on
from guardrails.protocols.ways import (
    Subject,
    World,
    answers_in,
    conditions_of,
    readings_in,
    units_of,
    values,
)
from guardrails.rules.errors import PackError

MOST = 20_000
"""More ways than this to answer are not gone through: the pack is refused as too tangled."""


@dataclass(frozen=True)
class _Tree:
    protocol: Protocol
    units: Mapping[Subject, str]


def check(protocol: Protocol) -> None:
    """Goes through the ways to answer.

    Raises:
        PackError: a step can never be reached, two branches overlap, an `otherwise` stands alone
            or a number is compared in units that do not measure the same.
    """
    tree = _Tree(protocol, units_of(protocol))
    for step in protocol.steps:
        if _found(tree, [step], 1) is None:
            raise _refused(protocol, step, "can never be reached")
    for name in dict.fromkeys(step.branch for step in protocol.steps if step.branch):
        _check_branch(tree, [step for step in protocol.steps if step.branch == name])


def _check_branch(tree: _Tree, group: Sequence[StepSpec]) -> None:
    rest = [step for step in group if step.otherwise]
    if len(group) < 2 or len(rest) > 1:
        reason = f"branch {group[0].branch!r} needs two steps or more, one `otherwise` at most"
        raise _refused(tree.protocol, group[-1], reason)
    both = _found(tree, group, 2)
    if both is not None:
        world, due = both
        world = _needed(tree, world, due)
        reason = (
            f"overlaps with {due[0].step_id!r} in branch {due[0].branch!r}: "
            f"both are due if {_told(world)}"
        )
        raise _refused(tree.protocol, due[1], reason)


def _found(
    tree: _Tree, steps: Sequence[StepSpec], wanted: int
) -> tuple[World, list[StepSpec]] | None:
    """A way to answer by which at least so many of some steps are due, or None.

    Subjects are settled one by one; a way is left as soon as too few steps can still be due.

    Raises:
        PackError: too many ways had to be gone through.
    """
    subjects = _subjects(tree, steps)
    ways = {subject: values(tree.protocol, subject) for subject in subjects}
    waiting: list[World] = [{}]
    gone = 0
    while waiting:
        gone += 1
        if gone > MOST:
            raise _refused(
                tree.protocol, steps[0], "depends on too much: split the protocol in two"
            )
        world = waiting.pop()
        rest = [subject for subject in subjects if subject not in world]
        due = _due(tree, world, steps, rest)
        if len(due) < wanted:
            continue
        if not rest:
            return world, due
        waiting += [{**world, rest[0]: value} for value in ways[rest[0]]]
    return None


def _needed(tree: _Tree, world: World, steps: Sequence[StepSpec]) -> World:
    """What of a way to answer is enough to make some steps due."""
    for subject in list(world):
        less = {name: value for name, value in world.items() if name != subject}
        found = _standing(tree, less, [name for name in _subjects(tree, steps) if name not in less])
        if all(found[0][step.step_id] is True for step in steps):
            world = less
    return world


def _due(
    tree: _Tree, world: World, steps: Sequence[StepSpec], rest: Sequence[Subject]
) -> list[StepSpec]:
    """Which of some steps are due, or can still be, if all is as a world says; `rest` is open."""
    found, stopped = _standing(tree, world, rest)
    return [s for s in steps if found[s.step_id] is not False and (s.handover or not stopped)]


def _standing(
    tree: _Tree, world: World, rest: Sequence[Subject]
) -> tuple[dict[str, bool | None], str]:
    answers, readings = answers_in(world, tree.units), readings_in(world, tree.units)
    has = tuple(name for (kind, name), v in world.items() if kind == "condition" and v == "yes")
    age = world.get(("age", ""))
    facts = CallFacts(conditions=has, age=round(age) if isinstance(age, float) else None)
    found = standing(tree.protocol, answers, readings, facts, rest)
    return found, stopped_by(tree.protocol, found, answers)


def _subjects(tree: _Tree, steps: Sequence[StepSpec]) -> list[Subject]:
    """What some steps depend on, in the order of the pack."""
    behind = _behind(tree, steps)
    found = ((c.kind, c.name) for step in behind for c in conditions_of(step))
    return list(dict.fromkeys(found))


def _behind(tree: _Tree, steps: Sequence[StepSpec]) -> list[StepSpec]:
    """The steps and all that they depend on."""
    found: dict[str, StepSpec] = {}
    waiting = list(steps)
    while waiting:
        step = waiting.pop()
        if step.step_id not in found:
            found[step.step_id] = step
            waiting += [
                s for s in tree.protocol.steps if s.step_id in depends_on(step, tree.protocol.steps)
            ]
    return list(found.values())


def _told(world: World) -> str:
    """A way to answer, in words."""
    parts = [
        f"{name or kind} is {value:g}" if isinstance(value, float) else f"{name} is {value}"
        for (kind, name), value in world.items()
        if value is not None
    ]
    return ", ".join(parts) or "nothing is known"


def _refused(protocol: Protocol, step: StepSpec, reason: str) -> PackError:
    return PackError(protocol.path, step.line, f"step {step.step_id!r} {reason}")
