"""What the tagger sees of each word: itself, its ends, its shape, what lists say of it, the dialogue.

A row of numbers for each word; a column is hashed into a table of the network. Words of the turn
before come first, so that the network reads a question and its answer as one.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from wordfreq import zipf_frequency

from guardrails.phi import vocabulary
from guardrails.phi.asks import ORDER
from guardrails.phi.calendar import MONTHS, ORDINALS
from guardrails.phi.lexicon import bare_name, folded, lexicon
from guardrails.phi.speech import SPANISH
from guardrails.phi.spoken import Word, words
from guardrails.phi.tagger.vectors import vector

COLUMNS = (
    "word",
    "prefix",
    "suffix",
    "shape",
    "names",
    "spanish",
    "lists",
    "vector",
    "place",
    "asked",
    "also asked",
)
REACH = (1, 2, 4, 8, 1)
"""How far to each side each layer of the network looks."""
BEFORE = sum(REACH)
"""How many words of the turns before are read along: as many as the network sees."""
_NUMBERS = {
    **dict.fromkeys(SPANISH.ones, 1),
    **dict.fromkeys(SPANISH.teens, 2),
    **dict.fromkeys(SPANISH.tens, 3),
    **dict.fromkeys([*SPANISH.hundreds, "hundred", "thousand", "mil"], 4),
    **dict.fromkeys(ORDINALS, 5),
    **dict.fromkeys(MONTHS, 6),
    **dict.fromkeys(SPANISH.fillers, 7),
}


@dataclass(frozen=True)
class Piece:
    """A turn as the tagger reads it: its words, and whether the agent says them."""

    words: tuple[Word, ...]
    text: str
    agent: bool


def piece(text: str, speaker: str, found: Sequence[Word] | None = None) -> Piece:
    """A turn for the tagger."""
    return Piece(tuple(words(text) if found is None else found), text, speaker == "agent")


def rows(turn: Piece, before: Sequence[Piece], expected: frozenset[str]) -> np.ndarray:
    """Rows of the turns before (at most `BEFORE` words), then of the turn: (words, columns)."""
    asked = [i + 1 for i, kind in enumerate(ORDER) if kind in expected][:2]
    asked += [0] * (2 - len(asked))
    context: list[tuple[int, ...]] = []
    for age, earlier in enumerate(reversed(before)):
        left = BEFORE - len(context)
        if left <= 0:
            break
        own = [
            (*_word(earlier.text[w.start : w.end]), 4 + min(age, 1) * 2 + earlier.agent, *asked)
            for w in earlier.words[-left:]
        ]
        context = own + context
    own = [(*_word(turn.text[w.start : w.end]), 2 + turn.agent, *asked) for w in turn.words]
    return np.asarray(context + own, dtype=np.uint64).reshape(-1, len(COLUMNS))


@lru_cache(maxsize=50_000)
def _word(heard: str) -> tuple[int, ...]:
    lower = folded(heard.lower())
    digits = re.sub(r"\d", "0", lower)
    word = digits if len(digits) < 12 else digits[:12]
    return (
        _hash(word),
        _hash("p" + digits[:3]),
        _hash("s" + digits[-3:]),
        _hash("h" + _shape(heard)),
        _named(lower),
        1 + int(zipf_frequency(heard.lower(), "es")),
        _listed(lower),
        vector(heard),
    )


def _hash(text: str) -> int:
    """The same in every process, unlike `hash`."""
    return zlib.crc32(text.encode()) + 1


def _shape(heard: str) -> str:
    shape = re.sub(r"[a-zß-ÿ]", "x", re.sub(r"[A-ZÀ-Þ]", "X", re.sub(r"\d", "d", heard)))
    return re.sub(r"x{3,}", "xxx", shape)[:10]


def _named(lower: str) -> int:
    """How common a word is as a first name, as a surname and as an English word."""
    bare = bare_name(lower)
    known = lexicon()
    first = known.first_rank(bare)
    last = known.last_rank(bare)
    return 1 + first + 4 * last + 16 * int(zipf_frequency(bare, "en"))


def _listed(lower: str) -> int:
    bare = bare_name(lower)
    others, nouns = vocabulary.everyday()
    flags = (
        bare in vocabulary.drugs(),
        bare in vocabulary.diseases(),
        bare in others,
        bare in nouns,
        bare in vocabulary.cities() or bare in vocabulary.counties(),
        len(bare) == 1 and bare.isalpha(),
    )
    return 1 + _NUMBERS.get(lower, 0) + 8 * sum(1 << i for i, flag in enumerate(flags) if flag)
