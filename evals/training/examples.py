"""Examples for the tagger: the turns of generated calls, with the label of each word."""

import random
import re
from collections.abc import Iterator, Sequence

import numpy as np

from evals.bench.calls.generate import STYLES, Call, calls
from guardrails.phi.asks import mentions
from guardrails.phi.dialogue import Dialogue, heard
from guardrails.phi.speech import SPANISH
from guardrails.phi.tagger.features import COLUMNS, ROWS, Piece, piece, read
from guardrails.phi.tagger.subwords import HIDDEN, UNKNOWN, Frame, Seen, frame, vocabulary
from guardrails.phi.tagger.tagger import LABELS

TAGS = {
    "NAME": "PERSON", "AGE90": "AGE", "FAX": "PHONE", "ORG": "ORGANIZATION", "GROUP": "MEMBER_ID",
    "POLICY": "MEMBER_ID", "INVOICE": "ACCOUNT", "CLAIM": "CASE_NUMBER", "CASE": "CASE_NUMBER",
    "RX": "CASE_NUMBER", "AUTH": "CASE_NUMBER", "PLATE": "VEHICLE", "VIN": "VEHICLE",
    "CARD": "CREDIT_CARD", "PIN": "ID",
}  # fmt: skip
"""The generator's kinds whose tag has another name."""
_GIVES = {"PERSON": "NAME", "ORGANIZATION": "EMPLOYER", "CASE_NUMBER": "CASE", "ID": "PIN"}
ASIDE = SPANISH.fillers | frozenset(
    """
    wait hold on let me see check look one sec second moment you know i think mean sorry excuse no
    okay ok yeah just a what is it hang again then a ver espere espérate déjeme perdón digo
    """.split()
) - {"dash", "hyphen", "space", "guion", "guión"}  # fmt: skip
"""What people say between two pieces of a value."""
_STUMBLES = (
    "",
    "",
    "um ",
    "uh ",
    "um, ",
    "er ",
    "like ",
    "you know ",
    "OK, ",
    "so, ",
    "well ",
    "I mean ",
)
_OPEN = frozenset({"PERSON", "CITY", "ORGANIZATION", "ADDRESS", "USERNAME", "EMAIL"})
"""What anything may stand for: its own letters are hidden in part, so that the rest teaches."""
_HIDDEN = 0.4
_TURNS_BEFORE = 3
_OWN = [COLUMNS.index(name) for name in ("word", "prefix", "suffix")]
_LISTED = [COLUMNS.index(name) for name in ("names", "spanish", "lists")]
Example = tuple[Frame, np.ndarray]


def examples(call: Call, style: str, rng: random.Random) -> Iterator[Example]:
    """Each turn of a call and the label of each of its words; -1 labels what teaches nothing.

    That is what is said aside inside of a value.
    """
    dialogue = Dialogue()
    before: list[Piece] = []
    for turn in call.turns:
        text, spans = disfluent(turn.text(style), turn.spans(style), rng)
        own = piece(text, turn.speaker)
        labels = np.zeros(len(own.words), dtype=int)
        given: set[str] = set()
        for start, end, kind in spans:
            tag = TAGS.get(kind, kind)
            given.add(_GIVES.get(tag, tag))
            for i, word in enumerate(own.words):
                if word.start < end and word.end > start:
                    labels[i] = -1 if word.text in ASIDE else LABELS.index(tag)
        alone = rng.random() < 0.15
        context = [] if alone else before[-_TURNS_BEFORE:]
        expected = frozenset[str]() if alone or rng.random() < 0.2 else dialogue.open
        if own.words:
            earlier, seen = read(own, context, expected)
            yield frame(earlier, _hidden(seen, labels, rng)), labels
        named = frozenset(kind for *_, kind in mentions(text))
        dialogue = heard(dialogue, turn.speaker, text, named, frozenset(given))
        before.append(own)


def disfluent(
    text: str, spans: Sequence[tuple[int, int, str]], rng: random.Random
) -> tuple[str, list[tuple[int, int, str]]]:
    """One turn in four as people stumble: fillers and repeated words, never inside of a value."""
    if rng.random() > 0.25:
        return text, list(spans)
    out, at, moved = "", 0, list(spans)
    for match in list(re.finditer(r"\S+\s+", text)):
        out += text[at : match.end()]
        at = match.end()
        inside = any(start < at < end for start, end, _ in spans)
        touches = any(start < match.end() and match.start() < end for start, end, _ in spans)
        if inside or rng.random() > 0.1:
            continue
        extra = rng.choice(_STUMBLES)
        if not extra and not touches:
            extra = match[0].strip() + (", " if "," in text else " ")
        moved = [
            (s + len(extra), e + len(extra), k) if start >= at else (s, e, k)
            for (s, e, k), (start, _, _) in zip(moved, spans, strict=True)
        ]
        out += extra
    return out + text[at:], moved


def _hidden(seen: Sequence[Seen], labels: np.ndarray, rng: random.Random) -> list[Seen]:
    """Hides some words, so that what is around them and what lists say of them is learnt.

    Some ordinary words become ones that no list knows: a rare word is not yet a name.
    """
    out: list[Seen] = []
    for word, label in zip(seen, labels, strict=True):
        subwords, columns = word.subwords, list(word.columns)
        if rng.random() < (_HIDDEN if LABELS[label] in _OPEN else 0.03):
            for column in _OWN:
                columns[column] = 0
            if rng.random() < 0.4:
                subwords = (UNKNOWN,) if rng.random() < 0.5 else (HIDDEN,)
        elif label == 0 and rng.random() < 0.03:
            for column in _OWN:
                columns[column] = rng.randrange(1, ROWS[column])
            for column in _LISTED:
                columns[column] = 1
            subwords = tuple(rng.randrange(HIDDEN + 1, len(vocabulary())) for _ in subwords)
        out.append(Seen(subwords, tuple(columns)))
    return out


def data(seed: int, per_template: int) -> list[Example]:
    """Every turn of every snippet, in two of the three styles."""
    rng = random.Random(seed)
    return [
        example
        for call in calls("train", seed, per_template)
        for style in rng.sample(STYLES, 2)
        for example in examples(call, style, rng)
    ]
