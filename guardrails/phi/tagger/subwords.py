"""Turns as the tagger's network reads them: each word as subwords, with what lists say of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, models

from guardrails.phi.lexicon import folded

VOCABULARY = Path(__file__).parent / "subwords.txt"
"""The subwords, one a line: the commoner ones of MiniLM's vocabulary."""
PADDING, UNKNOWN, FIRST, LAST, HIDDEN = range(5)
"""The five subwords that are none: the first lines of the file."""
_ROOM, _CLIPPED = 480, 2
"""Of a turn with more subwords than this only so many of each word are read."""
_DIGITS = 4
"""A longer number is read as so many zeros: which digits it has tells nothing."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A word as the network sees it: its subwords and its features."""

    subwords: tuple[int, ...]
    columns: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """A turn behind the words before it; arrays as `evals.training.network` says, of one turn.

    The first `before` words are those of earlier turns.
    """

    subwords: np.ndarray
    owners: np.ndarray
    columns: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    before: int


def frame(before: Sequence[Seen], own: Sequence[Seen]) -> Frame:
    """Puts the words of a turn behind those before it."""
    longest = _CLIPPED if sum(len(w.subwords) for w in (*before, *own)) > _ROOM else None
    subwords, owners = [FIRST], [0]
    starts: list[int] = []
    ends: list[int] = []
    for part in (before, own) if before else (own,):
        for word in part:
            starts.append(len(subwords))
            kept = word.subwords[:longest]
            subwords += kept
            owners += [len(starts)] * len(kept)
            ends.append(len(subwords) - 1)
        subwords.append(LAST)
        owners.append(0)
    columns = [word.columns for part in (before, own) for word in part]
    return Frame(
        subwords=np.array(subwords, dtype=np.int64),
        owners=np.array(owners, dtype=np.int64),
        columns=np.array(columns, dtype=np.int64),
        starts=np.array(starts, dtype=np.int64),
        ends=np.array(ends, dtype=np.int64),
        before=len(before),
    )


def together(frames: Sequence[Frame]) -> dict[str, np.ndarray]:
    """Several turns as one batch, padded to the longest."""
    longest = max(len(f.subwords) for f in frames)
    most = max(len(f.starts) for f in frames)
    shapes: dict[str, tuple[int, ...]] = {
        "subwords": (longest,),
        "owners": (longest,),
        "columns": (most, frames[0].columns.shape[1]),
        "starts": (most,),
        "ends": (most,),
    }
    out = {name: np.zeros((len(frames), *shape), np.int64) for name, shape in shapes.items()}
    for name, rows in out.items():
        for row, one in zip(rows, frames, strict=True):
            found = getattr(one, name)
            row[: len(found)] = found
    return out


@lru_cache(maxsize=50_000)
def subwords(heard: str) -> tuple[int, ...]:
    """The subwords of a word or mark, at least one."""
    lower = folded(heard.lower())
    if len(lower) > _DIGITS and lower.isdigit():
        lower = "0" * len(lower)
    return tuple(_tokenizer().encode(lower).ids[:12]) or (UNKNOWN,)


@cache
def vocabulary() -> tuple[str, ...]:
    """The subwords in their order."""
    return tuple(VOCABULARY.read_text(encoding="utf-8").split("\n"))


@cache
def _tokenizer() -> Tokenizer:
    known = {subword: number for number, subword in enumerate(vocabulary())}
    unknown = vocabulary()[UNKNOWN]
    return Tokenizer(models.WordPiece(vocab=known, unk_token=unknown, max_input_chars_per_word=40))
