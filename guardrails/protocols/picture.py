"""A protocol for the eye: an outline for the terminal, an SVG for a page."""

import textwrap
from html import escape

from guardrails.protocols.protocol import Protocol, StepSpec

_ROW, _WIDE, _INDENT = 64, 720, 28


def text(protocol: Protocol) -> str:
    """An outline at 80 columns; steps under a condition are indented."""
    lines = [f"{protocol.title} ({protocol.protocol_id} v{protocol.version})", ""]
    for number, step in enumerate(protocol.steps, 1):
        indent = "    " if step.when else ""
        head = f"{indent}{number:>2}. {step.step_id}{'' if step.mandatory else ' (optional)'}"
        lines += [head + _condition(step)]
        lines += textwrap.wrap(
            step.ask, 76, initial_indent=f"{indent}    ", subsequent_indent=f"{indent}    "
        )
    return "\n".join(lines)


def svg(protocol: Protocol) -> str:
    """A picture: a box a step, from top to bottom, conditions on the line into the box."""
    height = 56 + _ROW * len(protocol.steps)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDE} {height}" '
        f'font-family="system-ui, sans-serif" font-size="13" role="img">',
        f"<title>{escape(protocol.title)}</title>",
        f'<text x="16" y="28" font-size="17" font-weight="600">{escape(protocol.title)}</text>',
    ]
    for row, step in enumerate(protocol.steps):
        x, y = 16 + (_INDENT if step.when else 0), 44 + row * _ROW
        dash = "" if step.mandatory else ' stroke-dasharray="4 3"'
        out.append(
            f'<rect x="{x}" y="{y}" width="{_WIDE - x - 16}" height="50" rx="8" '
            f'fill="none" stroke="#5b6b7c"{dash}/>'
        )
        label = escape(f"{step.step_id}{_condition(step)}")
        out.append(f'<text x="{x + 12}" y="{y + 20}" font-weight="600">{label}</text>')
        ask = escape(textwrap.shorten(step.ask, 96, placeholder=" ..."))
        out.append(f'<text x="{x + 12}" y="{y + 39}">{ask}</text>')
    return "\n".join([*out, "</svg>"])


def _condition(step: StepSpec) -> str:
    return "".join(f"  [if {name}: {wanted}]" for name, wanted in step.when)
