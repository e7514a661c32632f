"""Labelled calls: every template filled in, typed, transcribed with digits and spoken in words."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from evals.bench.calls import render, values
from evals.bench.calls.render import Speaker
from evals.bench.calls.slots import SLOTS
from evals.bench.calls.speech.habits import Said, draw
from evals.bench.calls.speech.literal import literal
from evals.bench.calls.templates import SPEAKERS, Choice, Piece, Slot, Template, load
from evals.bench.calls.values import Values

STYLES = ("written", "itn", "spoken")
Span = tuple[int, int, str]
_ARTICLE = re.compile(r"(?:the|el) ")
_SAID_ARTICLE = re.compile(r"(?:^|\s)(?:the|el|del|al|this|that|este|ese) $", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s?(?=\W|$)")
_SORRY = re.compile(
    r"\b(no|not|sorry|wait|oops|scratch|actually|mean|perdón|digo|espere|ay)\b", re.I
)
_ENDS = frozenset({"", "last4", "2of2", "3of3"})


@dataclass(frozen=True)
class Rendering:
    """A turn in one style: its text and the identifiers in it."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Turn:
    """A turn in every style."""

    speaker: str
    renderings: dict[str, Rendering]

    def text(self, style: str) -> str:
        """The turn as one style has it."""
        return self.renderings[style].text

    def spans(self, style: str) -> tuple[Span, ...]:
        """Start, end and kind of every identifier in `text(style)`."""
        return self.renderings[style].spans


@dataclass(frozen=True)
class Call:
    """A labelled call: the same values in three styles."""

    id: str
    template: str
    reason: str
    language: str
    on_file: dict[str, str]
    planted: dict[str, tuple[str, ...]]
    turns: tuple[Turn, ...]


def calls(split: str, seed: int, per_template: int, language: str | None = None) -> Iterator[Call]:
    """Every template of a split filled in `per_template` times; the same for the same seed.

    Raises:
        TemplateError: a template that cannot be read.
    """
    for template in load(split, language):
        for number in range(per_template):
            yield call(template, split, seed, number)


def call(template: Template, split: str, seed: int, number: int) -> Call:
    """One call of a template."""
    rng = random.Random(f"{split}/{template.id}/{seed}/{number}")
    drawn = values.draw(template, split, rng)
    speakers = {
        name: Speaker(draw(rng, template.language, name == "agent"), name == "agent", rng)
        for name in SPEAKERS.values()
    }
    planted: dict[str, list[str]] = {}
    turns = [
        _turn(line.speaker, _chosen(line.pieces, rng), drawn, speakers[line.speaker], planted)
        for line in template.lines
    ]
    return Call(
        id=f"{split}/{template.id}/{seed}/{number}",
        template=template.id,
        reason=template.reason,
        language=template.language,
        on_file=values.on_file(drawn),
        planted={kind: tuple(dict.fromkeys(said)) for kind, said in planted.items()},
        turns=tuple(turns),
    )


def _chosen(pieces: Sequence[Piece], rng: random.Random) -> list[str | Slot]:
    """Pieces with one wording of every choice, plain text in one piece between slots."""
    flat: list[str | Slot] = []
    for piece in pieces:
        parts = _chosen(rng.choice(piece.options), rng) if isinstance(piece, Choice) else [piece]
        for part in parts:
            if isinstance(part, str) and flat and isinstance(flat[-1], str):
                flat[-1] += part
            else:
                flat.append(part)
    cleaned = [re.sub(r"\s+", " ", p) if isinstance(p, str) else p for p in flat]
    if cleaned and isinstance(cleaned[0], str):
        cleaned[0] = cleaned[0].lstrip()
    return [p for p in cleaned if p != ""]


def _turn(
    name: str,
    pieces: Sequence[str | Slot],
    drawn: Values,
    speaker: Speaker,
    planted: dict[str, list[str]],
) -> Turn:
    texts = {style: _Text() for style in STYLES}
    for index, piece in enumerate(pieces):
        before = pieces[index - 1] if index else ""
        after = pieces[index + 1] if index + 1 < len(pieces) else ""
        before, after = (p if isinstance(p, str) else "" for p in (before, after))
        if isinstance(piece, str):
            for style, text in texts.items():
                _add_literal(
                    text, piece, style, isinstance(pieces[index - 1], Slot) and index > 0, speaker
                )
            continue
        misread = _is_misread(pieces[index:])
        said = render.say(piece, drawn, speaker, before, after, misread)
        label = SLOTS[piece.name].label
        for style, text in texts.items():
            _add_value(text, said, style, label, before)
            if label:
                planted.setdefault(label, []).append(text.last)
    return Turn(
        name, {style: Rendering(t.text.strip(), tuple(t.spans)) for style, t in texts.items()}
    )


def _is_misread(rest: Sequence[str | Slot]) -> bool:
    """Whether the slot in front is put right in the same turn: "{phone}. No, sorry, {phone.fix2}"."""
    slot, words = rest[0], rest[1] if len(rest) > 1 else ""
    put_right = isinstance(slot, Slot) and len(rest) > 2 and rest[2] == Slot(slot.name, "fix2")
    if not put_right or not isinstance(slot, Slot) or not isinstance(words, str):
        return False
    return slot.part in _ENDS and _SORRY.search(words) is not None


@dataclass
class _Text:
    text: str = ""
    spans: list[Span] = field(default_factory=list[Span])

    @property
    def last(self) -> str:
        start, end, _ = self.spans[-1]
        return self.text[start:end]

    def add(self, text: str, label: str = "") -> None:
        start = len(self.text)
        self.text += text
        if label:
            self.spans.append((start, len(self.text), label))

    def space(self) -> None:
        if self.text and not self.text.endswith(" "):
            self.text += " "


def _add_literal(text: _Text, piece: str, style: str, glued: bool, speaker: Speaker) -> None:
    if style == "written":
        if text.text.endswith(" ") or not text.text:
            piece = piece.lstrip()
        text.add(re.sub(r" (?=[.,?!;:](?:\s|$))", "", piece))
        return
    if glued and (ending := _POSSESSIVE.match(piece)):
        text.add(ending[0].replace("’", "'"))
        piece = piece[ending.end() :]
    words = literal(piece, style, speaker.habits.language, speaker.rng)
    if words:
        text.space()
        text.add(words)


def _add_value(text: _Text, said: Said, style: str, label: str, before: str) -> None:
    value = said.of(style)
    if style != "written" or not before:
        text.space()
    if label == "DATE" and (article := _ARTICLE.match(value)):
        value = value[article.end() :]
        if not _SAID_ARTICLE.search(text.text):
            text.add(
                article[0].capitalize() if style == "written" and not text.text else article[0]
            )
    if label == "EMAIL" and re.search(r"\bat $", text.text) and value.startswith("at "):
        value = value.removeprefix("at ")
    text.add(value, label)
