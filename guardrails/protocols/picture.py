"""A protocol as an outline for the terminal, 80 columns wide."""

from textwrap import wrap

from guardrails.protocols.protocol import Protocol, StepSpec
from guardrails.protocols.wording import (
    answer_words,
    grouped,
    marks,
    patients_words,
    reasons,
    start_words,
    unless_words,
)

_WIDE = 80


def text(protocol: Protocol) -> str:
    """The outline: whom it is for, what begins it, the steps, their branches and stops."""
    name = f"{protocol.protocol_id} v{protocol.version}"
    gap = _WIDE - len(protocol.title) - len(name)
    lines = [f"{protocol.title}{' ' * gap}{name}" if gap > 1 else f"{protocol.title}\n{name}"]
    for label, words in (
        ("For", patients_words(protocol)),
        ("Begins", start_words(protocol)),
        ("Source", protocol.source),
        ("Approved by", protocol.approver.replace("_", " ")),
        ("Establishes", protocol.sets.replace("_", " ")),
    ):
        if words:
            lines += _hung(f"{label + ':':<13}", words)
    numbers = {step.step_id: number for number, step in enumerate(protocol.steps, 1)}
    for group in grouped(protocol):
        lines.append("")
        branch = len(group) > 1
        if branch:
            lines.append(f"  ┌─ one of these ({group[0].branch})")
        for place, step in enumerate(group):
            bar = "  │" if branch else ""
            lines += [bar + line for line in _step(step, numbers, _WIDE - len(bar))]
            if branch:
                lines.append("  ├─" if place < len(group) - 1 else "  └─")
    return "\n".join(line.rstrip() for line in lines)


def _step(step: StepSpec, numbers: dict[str, int], wide: int) -> list[str]:
    head = f"{numbers[step.step_id]:>3}  {step.step_id}"
    right = ", ".join([answer_words(step), *marks(step)])
    lines = [f"{head}  [{right}]"]
    if len(lines[0]) > wide:
        lines = [head, *_hung("     ", f"[{right}]", wide)]
    for number, reason in enumerate(reasons(step)):
        lines += _hung("     if  " if number == 0 else "     or  ", reason, wide)
    if step.unless:
        lines += _hung("     ", unless_words(step), wide)
    if step.after:
        names = ", ".join(f"{numbers[name]} {name}" for name in step.after)
        lines += _hung("     after ", names, wide)
    lines += _hung("     ", f"“{step.ask}”", wide)
    for stop in step.stops:
        answer = stop.if_.limits or " or ".join(sorted(stop.if_.among))
        then = f"{answer}: no more questions, go to {numbers[stop.then]} {stop.then}"
        lines += _hung("     STOP if ", then, wide)
    return lines


def _hung(label: str, words: str, wide: int = _WIDE) -> list[str]:
    """Words behind a label, wrapped under their own beginning."""
    indent = " " * len(label)
    return wrap(words, wide, initial_indent=label, subsequent_indent=indent, break_on_hyphens=False)
