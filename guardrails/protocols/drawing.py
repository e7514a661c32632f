"""A protocol as a picture (SVG): a sheet that can be printed and signed, in light and dark."""

from dataclasses import dataclass, field
from html import escape
from textwrap import wrap

from guardrails.protocols.picture import text
from guardrails.protocols.protocol import Protocol, StepSpec, Stop
from guardrails.protocols.wording import (
    answer_words,
    grouped,
    marks,
    patients_words,
    reasons,
    start_words,
    unless_words,
)

_WIDE, _MARGIN, _GAP, _PAD = 960, 40, 22, 14
_TRUNK = 620
"""The width of a step; the lane to its right is for stops."""
_LINE, _CHAR = 18, 7.5
"""The height of a line, and the width of a character at 13 pixels in the widest usual font."""
_STYLE = """
.protocol{--page:#fff;--ink:#1b2530;--soft:#55626f;--line:#8794a1;--box:#f6f8fa;--band:#e3ecf6;--stop:#a61b1b;--stopbox:#fdecec;--hand:#0b5394;font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:13px}
@media (prefers-color-scheme:dark){.protocol{--page:#12181f;--ink:#e6ebf0;--soft:#a9b5c1;--line:#6b7885;--box:#1b232c;--band:#1d3044;--stop:#ff9b9b;--stopbox:#3a1d1f;--hand:#8fc2ff}}
.protocol .page{fill:var(--page)}.protocol text{fill:var(--ink)}.protocol .soft{fill:var(--soft)}
.protocol .name{font-weight:600}.protocol .title{font-size:22px;font-weight:650}
.protocol .box{fill:var(--box);stroke:var(--line)}.protocol .optional{stroke-dasharray:5 4}
.protocol .hand{fill:var(--band);stroke:var(--hand);stroke-width:2.5}.protocol .tag{fill:var(--hand);font-weight:600}
.protocol .flow{stroke:var(--line);fill:none;stroke-width:1.5}.protocol .tip{fill:var(--line)}
.protocol .stopbox{fill:var(--stopbox);stroke:var(--stop)}.protocol .stop{fill:var(--stop);font-weight:600}
.protocol .stopflow{stroke:var(--stop);fill:none;stroke-width:1.5}.protocol .stoptip{fill:var(--stop)}
.protocol .group{fill:none;stroke:var(--line);stroke-dasharray:2 4}
"""


@dataclass(slots=True)
class _Sheet:
    """What has been drawn so far, and how far down."""

    numbers: dict[str, int]
    down: float = 0.0
    out: list[str] = field(default_factory=list[str])

    def words(self, x: float, y: float, given: str, kind: str = "") -> None:
        name = f' class="{kind}"' if kind else ""
        self.out.append(f'<text x="{x:g}" y="{y:g}"{name}>{escape(given)}</text>')

    def box(self, x: float, y: float, wide: float, high: float, kind: str) -> None:
        self.out.append(
            f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" rx="7" class="{kind}"/>'
        )

    def arrow(self, x: float, y: float, to: float, kind: str = "") -> None:
        """Downwards."""
        self.out.append(
            f'<path d="M{x:g} {y:g}V{to - 6:g}" class="{kind}flow"/>'
            f'<path d="M{x - 4.5:g} {to - 7:g}h9l-4.5 7z" class="{kind}tip"/>'
        )


def svg(protocol: Protocol) -> str:
    """The picture: steps from top to bottom, branches side by side, stops to the right.

    Colours follow the reader's light or dark setting. The outline stands in it as its description.
    """
    sheet = _Sheet({step.step_id: number for number, step in enumerate(protocol.steps, 1)})
    _head(sheet, protocol)
    for place, group in enumerate(grouped(protocol)):
        if place:
            sheet.arrow(_MARGIN + 30, sheet.down, sheet.down + _GAP)
            sheet.down += _GAP
        if len(group) == 1:
            _single(sheet, group[0])
        else:
            _branch(sheet, group)
    _foot(sheet, protocol)
    high = sheet.down + _MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="protocol" role="img" '
            f'viewBox="0 0 {_WIDE} {high:g}" width="{_WIDE}" height="{high:g}" '
            f'aria-labelledby="protocol-title protocol-outline">',
            f'<title id="protocol-title">{escape(protocol.title)}</title>',
            f'<desc id="protocol-outline">{escape(text(protocol))}</desc>',
            f"<style>{_STYLE}</style>",
            f'<rect class="page" width="{_WIDE}" height="{high:g}"/>',
            *sheet.out,
            "</svg>",
        ]
    )


def _head(sheet: _Sheet, protocol: Protocol) -> None:
    sheet.words(_MARGIN, 52, protocol.title, "title")
    sheet.words(_MARGIN, 74, f"{protocol.protocol_id}, version {protocol.version}", "soft")
    sheet.down = 84
    for label, given in (
        ("For", patients_words(protocol)),
        ("Begins when", start_words(protocol)),
        ("Source", protocol.source),
    ):
        for number, line in enumerate(_wrapped(given, _WIDE - 2 * _MARGIN - 100)):
            sheet.down += _LINE
            if number == 0:
                sheet.words(_MARGIN, sheet.down, label, "soft")
            sheet.words(_MARGIN + 100, sheet.down, line)
    sheet.down += _GAP


def _single(sheet: _Sheet, step: StepSpec) -> None:
    high = _step(sheet, step, _MARGIN, sheet.down, _TRUNK)
    right = _MARGIN + _TRUNK
    for number, stop in enumerate(step.stops):
        _stop(sheet, stop, right, sheet.down + 8 + number * 54)
    sheet.down += max(high, 54 * len(step.stops))


def _branch(sheet: _Sheet, group: list[StepSpec]) -> None:
    """The steps of a branch side by side, at most three in a row."""
    top = sheet.down
    sheet.words(_MARGIN + _PAD, top + 20, f"ONE OF THESE ({group[0].branch})", "soft")
    across = min(3, len(group)) if len(group) != 4 else 2
    wide = (_WIDE - 2 * _MARGIN - 2 * _PAD - (across - 1) * _PAD) / across
    sheet.down = top + 32
    for first in range(0, len(group), across):
        row = group[first : first + across]
        high = max(_height(step, sheet.numbers, wide) for step in row)
        for place, step in enumerate(row):
            _step(sheet, step, _MARGIN + _PAD + place * (wide + _PAD), sheet.down, wide, high)
        sheet.down += high + _PAD
    sheet.box(_MARGIN, top, _WIDE - 2 * _MARGIN, sheet.down - top, "group")


def _step(
    sheet: _Sheet, step: StepSpec, x: float, y: float, wide: float, high: float = 0.0
) -> float:
    """One step in its box; gives its height."""
    high = high or _height(step, sheet.numbers, wide)
    kind = "hand" if step.handover else "box" if step.mandatory else "box optional"
    sheet.box(x, y, wide, high, kind)
    at = y + 6
    for line, kind in _lines(step, sheet.numbers, wide):
        at += _LINE
        sheet.words(x + _PAD, at, line, kind)
    return high


def _height(step: StepSpec, numbers: dict[str, int], wide: float) -> float:
    return _LINE * len(_lines(step, numbers, wide)) + 20


def _lines(step: StepSpec, numbers: dict[str, int], wide: float) -> list[tuple[str, str]]:
    """What stands in the box of a step: each line, and how it looks."""
    inner = wide - 2 * _PAD
    found: list[tuple[str, str]] = []
    if step.handover:
        found.append(("HAND-OVER", "tag"))
    found += [(line, "name") for line in _wrapped(f"{numbers[step.step_id]} {step.step_id}", inner)]
    for number, reason in enumerate(reasons(step)):
        found += _soft(f"{'if' if number == 0 else 'or'} {reason}", inner)
    found += _soft(unless_words(step), inner)
    if step.after:
        found += _soft("after " + ", ".join(f"{numbers[n]} {n}" for n in step.after), inner)
    found += [(line, "") for line in _wrapped(f"“{step.ask}”", inner)]
    about = [answer_words(step), *(mark for mark in marks(step) if mark != "HAND-OVER")]
    return found + _soft(", ".join(about), inner)


def _stop(sheet: _Sheet, stop: Stop, x: float, y: float) -> None:
    """A stop, in the lane to the right of its question."""
    left, wide = x + 34, _WIDE - _MARGIN - x - 34
    answer = stop.if_.limits or " or ".join(sorted(stop.if_.among))
    sheet.out.append(
        f'<path d="M{x:g} {y + 22:g}H{left - 6:g}" class="stopflow"/>'
        f'<path d="M{left - 7:g} {y + 17.5:g}v9l7 -4.5z" class="stoptip"/>'
    )
    sheet.box(left, y, wide, 46, "stopbox")
    sheet.words(left + 12, y + 19, f"STOP if {answer}", "stop")
    sheet.words(left + 12, y + 36, f"go to {sheet.numbers[stop.then]} {stop.then}", "stop")


def _foot(sheet: _Sheet, protocol: Protocol) -> None:
    """How to read it, and where to sign."""
    sheet.down += _GAP + 6
    legend = (
        "Dashed: optional. Blue: the clinical team takes over. Red: no more questions. "
        "Questions may be asked in any order, but where it says “after”."
    )
    for line in _wrapped(legend, _WIDE - 2 * _MARGIN):
        sheet.down += _LINE
        sheet.words(_MARGIN, sheet.down, line, "soft")
    sheet.down += 52
    role = protocol.approver.replace("_", " ").capitalize()
    for x, wide, label in (
        (_MARGIN, 340, role),
        (_MARGIN + 370, 300, "Signature"),
        (_MARGIN + 700, 180, "Date"),
    ):
        sheet.out.append(f'<path d="M{x} {sheet.down:g}h{wide}" class="flow"/>')
        sheet.words(x, sheet.down + 17, label, "soft")
    sheet.down += 17


def _soft(given: str, wide: float) -> list[tuple[str, str]]:
    return [(line, "soft") for line in _wrapped(given, wide)]


def _wrapped(given: str, wide: float) -> list[str]:
    return wrap(given, int(wide / _CHAR), break_on_hyphens=False)
