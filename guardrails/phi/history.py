"""The last turns of a call, and a value that is split over several of them.

People say a number in pieces ("four one five" / "okay" / "five five five"), and speech
recognizers cut where somebody breathes. The pieces of one speaker, with only back-channels
between them, are read together; what is found across a cut is masked in each of its pieces.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from guardrails.phi.asks import mentions
from guardrails.phi.dialogue import backchannel
from guardrails.phi.finds import Find
from guardrails.phi.tagger.features import Piece
from guardrails.phi.view import Context, View, view_of
from guardrails.utterance import Segment

KEPT = 8
"""How many turns a call remembers."""
_PIECES = 3
_LONGEST = 220
_MEASURE = re.compile(
    r"\?|\b(?:pressure|sugar|weight|pulse|oxygen|temperature|dose|how (?:many|much|long|often)|presión|azúcar|peso|cuánt[oa]s?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn as it was heard and masked. Never leaves the vault.

    `shown` are the placeholders of the finds, in their order.
    """

    segment: Segment
    piece: Piece = field(repr=False)
    finds: tuple[Find, ...] = field(repr=False)
    shown: tuple[str, ...]
    expected: frozenset[str]


def pieces(recent: Sequence[Turn], segment: Segment) -> list[Turn]:
    """The earlier turns that a segment may go on with, oldest first."""
    found: list[Turn] = []
    length = 0
    for turn in reversed(recent):
        if turn.segment.speaker == segment.speaker:
            length += len(turn.segment.text)
            if length > _LONGEST or len(found) == _PIECES:
                break
            found.append(turn)
        elif not _listens(turn):
            break
    return found[::-1]


def _listens(turn: Turn) -> bool:
    """Whether a turn of the other speaker only listens, reads back or says "and the rest?"."""
    text = turn.segment.text
    left, at = "", 0
    for find in turn.finds:
        left += text[at : find.start]
        at = find.end
    left += text[at:]
    if backchannel(left):
        return True
    return len(left.split()) <= 4 and not _MEASURE.search(left.rstrip("? ")) and not mentions(left)


def joined(earlier: Sequence[Turn], view: View) -> View:
    """The view of all pieces read as one utterance."""
    texts = [turn.segment.text for turn in earlier]
    expected = view.expected | earlier[0].expected
    context: Context = replace(view.context, expected=expected)
    return view_of(" ".join([*texts, view.text]), context)


def starts(texts: Sequence[str]) -> list[int]:
    """Where each text begins when they are joined by one space."""
    out, at = list[int](), 0
    for text in texts:
        out.append(at)
        at += len(text) + 1
    return out


def parted(
    found: Iterable[Find], whole: str, earlier: Sequence[Turn], last: str
) -> tuple[list[Find], dict[int, list[Find]]]:
    """Finds of the joined text, by piece: those of the last one, and those new in earlier ones.

    Only what crosses a cut says anything new of an earlier piece.
    """
    texts = [*(turn.segment.text for turn in earlier), last]
    begins = starts(texts)
    own: list[Find] = []
    before: dict[int, list[Find]] = {}
    for find in found:
        touched = [
            i
            for i, begin in enumerate(begins)
            if find.start < begin + len(texts[i]) and find.end > begin
        ]
        crossing = len(touched) > 1
        value = whole[find.start : find.end] if crossing else ""
        continues = _placeholder(earlier, touched, find, begins) if crossing else ""
        for i in touched:
            part = replace(
                find,
                start=max(0, find.start - begins[i]),
                end=min(len(texts[i]), find.end - begins[i]),
                value=value,
                continues=continues,
                why=f"{find.why}, over turns" if crossing else find.why,
            )
            if i == len(earlier):
                own.append(part)
            elif crossing:
                before.setdefault(i, []).append(part)
    return own, before


def _placeholder(
    earlier: Sequence[Turn], touched: Sequence[int], find: Find, begins: Sequence[int]
) -> str:
    """The placeholder that an earlier piece of the same value has already."""
    for i in touched:
        if i >= len(earlier):
            continue
        turn = earlier[i]
        for known, shown in zip(turn.finds, turn.shown, strict=True):
            inside = find.start < begins[i] + known.end and find.end > begins[i] + known.start
            if inside and known.type == find.type:
                return shown
    return ""
