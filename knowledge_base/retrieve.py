"""Hybrid retrieval: the vectors' similarity, sharpened by shared words.

Dense similarity leads; BM25 adds a little where the words agree. (Plain reciprocal-rank fusion of
the two was measured to be worse than the vectors alone on spoken questions.)
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from knowledge_base.passage import Hit, Passage

RELEVANT = 0.5
"""A hit below this score is not good enough to show."""
LEXICAL_WEIGHT = 0.12
CANDIDATES = 40
_SAME = 0.97
_STEEPNESS = 11.0
_MIDDLE = 0.46
_WORD = re.compile(r"[a-z0-9]+")
_STOP = frozenset(
    """a an and are as at be but by can do does for from had has have how i if in is it its me my of on or
    so that the their them then they this to was we were what when where which who why will with would
    you your about there just um uh yeah okay like know mean really very am been being did""".split()
)


def tokens(text: str) -> list[str]:
    """The words of a text that say something, with plain plurals folded."""
    found = (word for word in _WORD.findall(text.lower()) if word not in _STOP)
    return [word[:-1] if len(word) > 3 and word.endswith("s") else word for word in found]


@dataclass(frozen=True)
class Who:
    """For whom a search is made."""

    program: str = ""
    conditions: tuple[str, ...] = ()
    language: str = "en"


def fits(passage: Passage, who: Who, at: datetime) -> bool:
    """Whether a passage may be shown to this caller now."""
    guards = passage.guards
    if passage.effective_from > at or (passage.expires is not None and passage.expires <= at):
        return False
    if guards.programs and who.program and who.program not in guards.programs:
        return False
    if guards.conditions and who.conditions and not set(guards.conditions) & set(who.conditions):
        return False
    return guards.language.split("-")[0] == who.language.split("-")[0].lower()


class Words:
    """BM25 over passages, by bm25s; kept in memory."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        import bm25s

        self._ids = [passage.passage_id for passage in passages]
        corpus = [tokens(f"{p.title} {p.title} {p.text} {' '.join(p.tags)}") for p in passages]
        self._vocabulary = {word for words in corpus for word in words}
        self._engine = bm25s.BM25() if self._vocabulary else None
        if self._engine is not None:
            self._engine.index(corpus, show_progress=False)

    def scores(self, query: str) -> dict[str, float]:
        """Passages that share words with the query, scored 0 to 1 against the best of them."""
        wanted = [word for word in tokens(query) if word in self._vocabulary]
        if not wanted or self._engine is None:
            return {}
        raw = np.asarray(self._engine.get_scores(wanted))
        best = float(raw.max())
        if best <= 0:
            return {}
        top = np.argsort(-raw)[:CANDIDATES]
        return {self._ids[i]: float(raw[i]) / best for i in top if raw[i] > 0}


def fuse(
    dense: Sequence[tuple[str, float]], lexical: dict[str, float], agreement: float
) -> list[tuple[str, float]]:
    """Candidates by fused score, best first.

    `agreement` is the share of the query's words that the passages know: words weigh little where
    most of the question is none of theirs.
    """
    similarity = dict(dense)
    floor = min(similarity.values(), default=0.0)
    fused = {
        name: similarity.get(name, floor * 0.8) + LEXICAL_WEIGHT * agreement * lexical.get(name, 0.0)
        for name in {*similarity, *lexical}
    }
    return sorted(fused.items(), key=lambda item: -item[1])


def calibrated(score: float) -> float:
    """The fused score as a relevance from 0 to 1."""
    return float(1 / (1 + np.exp(-_STEEPNESS * (score - _MIDDLE))))


def without_doubles(hits: Sequence[Hit], vectors: dict[str, np.ndarray]) -> list[Hit]:
    """The hits without those that say the same as a better one."""
    kept: list[Hit] = []
    for hit in hits:
        own = vectors.get(hit.passage.passage_id)
        others = (vectors.get(k.passage.passage_id) for k in kept)
        if own is None or all(o is None or float(own @ o) < _SAME for o in others):
            kept.append(hit)
    return kept
