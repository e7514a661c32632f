"""A protocol in words, for pictures and flags: "if breathing is yes, and age is at least 65"."""

from collections.abc import Iterable

from guardrails.protocols.conditions import Condition, When
from guardrails.protocols.protocol import Protocol, StepSpec


def when_words(step: StepSpec) -> str:
    """When a step is due; nothing where it always is."""
    return ", ".join(filter(None, (", or ".join(reasons(step)), unless_words(step))))


def reasons(step: StepSpec) -> list[str]:
    """Each alternative under which a step is due, those of stops included."""
    if step.otherwise:
        return ["nothing else of this branch applies"]
    return list(dict.fromkeys(map(together, step.when)))


def unless_words(step: StepSpec) -> str:
    """What keeps a step from being due, or nothing."""
    return f"unless {' or '.join(step.unless)} applies" if step.unless else ""


def together(conditions: Iterable[Condition]) -> str:
    """Conditions that all have to hold."""
    return " and ".join(map(condition, conditions))


def condition(given: Condition) -> str:
    """One condition."""
    name = given.name.replace("_", " ")
    words = " or ".join(sorted(given.among))
    match given.kind:
        case "answer":
            return f"{given.name} is {given.limits or words}"
        case "age":
            return f"age is {given.limits}"
        case "condition":
            return f"patient has {name}" if "yes" in given.among else f"patient has no {name}"
        case "trend":
            return f"{name} is {words}"
        case "gain":
            return f"{name} over baseline is {given.limits}"
        case "reading":
            limits = str(given.limits or "").strip()
            bare = given.limits is None or limits in ("", given.limits.unit)
            return f"a reading of {name}" if bare else f"{name} is {limits}"


def alternatives(when: When) -> str:
    """Alternatives; names of conditions are put together, as there can be many."""
    has = [
        c[0].name for c in when if len(c) == 1 and c[0].kind == "condition" and "yes" in c[0].among
    ]
    rest = [together(c) for c in when if not (len(c) == 1 and c[0].name in has)]
    first = [f"patient has {' or '.join(name.replace('_', ' ') for name in has)}"] if has else []
    return ", or ".join(dict.fromkeys([*first, *rest]))


def start_words(protocol: Protocol) -> str:
    """What begins a protocol."""
    start = protocol.start
    who = "anyone" if start.speaker == "any" else f"the {start.speaker}"
    parts = ["the call begins"] if start.at_once else []
    if start.readings:
        parts.append(alternatives(start.readings))
    if start.says:
        parts.append(f"{who} speaks of it")
    return ", or ".join(parts)


def patients_words(protocol: Protocol) -> str:
    """Whom a protocol is for."""
    parts: list[str] = []
    if protocol.programs:
        parts.append(f"program {', '.join(sorted(protocol.programs))}")
    if protocol.patients:
        parts.append(alternatives(protocol.patients))
    return ", or ".join(parts) or "every call"


def answer_words(step: StepSpec) -> str:
    """What a step waits for."""
    match step.answer:
        case "none":
            return "said by the agent"
        case "any":
            return "any answer"
        case "yes_no":
            return "yes or no"
        case "entity":
            return "an identifier"
        case "choice":
            return "one of: " + ", ".join(name for name, _ in step.choices)
        case _:
            unit = f" in {' or '.join(step.units)}" if step.units else ""
            return f"a number{unit}" + (", or unknown" if step.may_be_unknown else "")


def marks(step: StepSpec) -> list[str]:
    """What is special about a step."""
    given = (
        (step.handover, "HAND-OVER"),
        (not step.mandatory, "optional"),
        (step.before_handover, "before any hand-over"),
        (step.only_then, "wrong anywhere else"),
    )
    return [words for holds, words in given if holds]


def grouped(protocol: Protocol) -> list[list[StepSpec]]:
    """The steps as they are drawn: alone, or the steps of a branch together, where the first is."""
    groups: dict[str, list[StepSpec]] = {}
    for step in protocol.steps:
        groups.setdefault(f"branch {step.branch}" if step.branch else step.step_id, []).append(step)
    return list(groups.values())
