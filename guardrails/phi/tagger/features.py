"""What the tagger sees of each word: itself, its ends, its shape, what lists say of it, the dialogue.

A row of numbers for each word, each the row of a table of the network. Words of the turns before
come first, so that the network reads a question and its answer as one.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from wordfreq import zipf_frequency

from guardrails.phi import vocabulary
from guardrails.phi.asks import ORDER
from guardrails.phi.calendar import MONTHS, ORDINALS
from guardrails.phi.lexicon import bare_name, folded, lexicon
from guardrails.phi.speech import SPANISH
from guardrails.phi.spoken import Word, words
from guardrails.phi.tagger.subwords import Seen, subwords

_TABLES = {
    "word": 6000,
    "prefix": 2000,
    "suffix": 2000,
    "shape": 400,
    "names": 160,
    "spanish": 12,
    "lists": 520,
    "place": 8,
    "asked": 64,
    "also asked": 64,
}
COLUMNS = tuple(_TABLES)
ROWS = tuple(_TABLES.values())
"""The columns, and how many values each has. Hashed values share rows; 0 is hidden or none."""
BEFORE = 16
"""How many words of the turns before are read along."""
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


def read(
    turn: Piece, before: Sequence[Piece], expected: frozenset[str]
) -> tuple[list[Seen], list[Seen]]:
    """The last `BEFORE` words of the turns before, and the words of the turn."""
    asked = [i + 1 for i, kind in enumerate(ORDER) if kind in expected][:2]
    asked += [0] * (2 - len(asked))
    context: list[Seen] = []
    for age, earlier in enumerate(reversed(before)):
        left = BEFORE - len(context)
        if left <= 0:
            break
        place = 4 + min(age, 1) * 2 + earlier.agent
        context = [_seen(earlier, w, place, asked) for w in earlier.words[-left:]] + context
    return context, [_seen(turn, w, 2 + turn.agent, asked) for w in turn.words]


def _seen(turn: Piece, word: Word, place: int, asked: Sequence[int]) -> Seen:
    heard = turn.text[word.start : word.end]
    return Seen(subwords(heard), (*_word(heard), place, *asked))


@lru_cache(maxsize=50_000)
def _word(heard: str) -> tuple[int, ...]:
    lower = folded(heard.lower())
    digits = re.sub(r"\d", "0", lower)
    word = digits if len(digits) < 12 else digits[:12]
    return (
        _hash(word, "word"),
        _hash(digits[:3], "prefix"),
        _hash(digits[-3:], "suffix"),
        _hash(_shape(heard), "shape"),
        _named(lower),
        1 + int(zipf_frequency(heard.lower(), "es")),
        _listed(lower),
    )


def _hash(text: str, column: str) -> int:
    """The same in every process, unlike `hash`; never 0."""
    return zlib.crc32(text.encode()) % (_TABLES[column] - 1) + 1


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
