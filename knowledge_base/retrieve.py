"""Hybrid retrieval: the meaning of a question leads, shared words sharpen it.

Every candidate, whichever side found it, gets both its cosine similarity and its BM25 score; a
weighted sum of the two, fitted on questions with known answers, is the ranking and, through a
logistic curve, the relevance. (Reciprocal-rank fusion was measured to be worse than the vectors
alone on spoken questions; docs/knowledge.md has the figures.)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge_base.passage import Hit, Passage
from knowledge_base.words import Words

RELEVANT = 0.5
"""A hit below this score is not good enough to show."""
CANDIDATES = 40
"""How many passages each side, and each kind, may put forward."""
COSINE, WORDS, OFFSET = 13.0, 4.5, -5.8
_SAME = 0.97
"""Passages whose vectors are at least this close say the same."""

Dense = Callable[[Sequence[str], np.ndarray, int], Sequence[str]]
"""Kinds, a unit vector and a number, to the ids of the passages nearest to it in each kind."""


@dataclass(frozen=True)
class Audience:
    """For whom, and among what, a search is made. What is empty excludes nothing."""

    kinds: tuple[str, ...] = ()
    program: str = ""
    conditions: tuple[str, ...] = ()
    language: str = "en"

    def includes(self, passage: Passage) -> bool:
        """Whether a passage may be shown to this caller.

        A guard excludes only what is known to be otherwise: a call whose conditions are not
        stated hears what is meant for any of them.
        """
        guards = passage.guards
        if self.kinds and passage.kind not in self.kinds:
            return False
        if guards.programs and self.program and self.program not in guards.programs:
            return False
        if guards.conditions and self.conditions and not {*guards.conditions} & {*self.conditions}:
            return False
        return _primary(guards.language) == _primary(self.language)


def embedded_text(passage: Passage) -> str:
    """The text whose vector stands for a passage."""
    return ". ".join(filter(None, (passage.title, ", ".join(passage.tags), passage.text)))


def worded_text(passage: Passage) -> str:
    """The text whose words stand for a passage; the title counts double."""
    return " ".join((passage.title, passage.title, passage.text, *passage.tags))


def relevance(cosine: np.ndarray, words: np.ndarray) -> np.ndarray:
    """How likely a passage answers a question, 0 to 1, from its two similarities."""
    return 1 / (1 + np.exp(-(COSINE * cosine + WORDS * words + OFFSET)))


class Corpus:
    """Passages in force, ready to be searched: `matrix` holds the unit vector of each, in order."""

    def __init__(self, passages: Sequence[Passage], matrix: np.ndarray) -> None:
        self.passages = tuple(passages)
        self.row = {passage.passage_id: i for i, passage in enumerate(passages)}
        self.kinds = tuple(dict.fromkeys(passage.kind for passage in passages))
        self._matrix = matrix
        self._words = Words([worded_text(passage) for passage in passages])
        self._rows_for: dict[Audience, np.ndarray] = {}

    def search(
        self, text: str, vector: np.ndarray, audience: Audience, top: int, dense: Dense | None
    ) -> list[Hit]:
        """The best passages for a question, best first.

        `dense` puts passages forward by vector; without it only shared words do, and where there
        are none, every passage is compared.
        """
        allowed = self._allowed(audience)
        lexical = self._words.scores(text)
        wide = max(CANDIDATES, 2 * top)
        rows = _best(np.where(allowed, lexical, 0.0), wide)
        if dense is not None:
            kinds = [kind for kind in self.kinds if not audience.kinds or kind in audience.kinds]
            near = (self.row.get(name) for name in dense(kinds, vector, wide))
            found = [i for i in near if i is not None and allowed[i]]
            # guards left too few: the vectors in memory are exact and need no filter
            if len(found) < min(top, int(allowed.sum())):
                found = self._nearest(vector, allowed, wide)
            rows = np.union1d(rows, np.asarray(found, dtype=np.intp))
        elif not rows.size:
            rows = np.asarray(self._nearest(vector, allowed, wide), dtype=np.intp)
        score = relevance(self._matrix[rows] @ vector, lexical[rows])
        return self._without_doubles(rows, score, top)

    def exact(self, kinds: Sequence[str], vector: np.ndarray, top: int) -> list[str]:
        """What Chroma would answer, from the vectors in memory."""
        allowed = self._allowed(Audience(kinds=tuple(kinds), language="*"))
        return [self.passages[i].passage_id for i in self._nearest(vector, allowed, top)]

    def _nearest(self, vector: np.ndarray, allowed: np.ndarray, top: int) -> list[int]:
        similarity = np.where(allowed, self._matrix @ vector + 2, 0.0)
        return _best(similarity, top).tolist()

    def _allowed(self, audience: Audience) -> np.ndarray:
        found = self._rows_for.get(audience)
        if found is None:
            anyone = audience.language == "*"
            found = np.fromiter(
                (
                    p.kind in audience.kinds if anyone else audience.includes(p)
                    for p in self.passages
                ),
                dtype=bool,
                count=len(self.passages),
            )
            if len(self._rows_for) >= 64:
                self._rows_for.clear()
            self._rows_for[audience] = found
        return found

    def _without_doubles(self, rows: np.ndarray, score: np.ndarray, top: int) -> list[Hit]:
        kept: list[int] = []
        hits: list[Hit] = []
        for at in np.argsort(-score, kind="stable"):
            row = int(rows[at])
            if kept and float((self._matrix[kept] @ self._matrix[row]).max()) >= _SAME:
                continue
            kept.append(row)
            hits.append(Hit(self.passages[row], float(score[at])))
            if len(hits) == top:
                break
        return hits


def _best(values: np.ndarray, top: int) -> np.ndarray:
    """The rows of the largest positive values, in no order."""
    if len(values) > top:
        rows = np.argpartition(-values, top - 1)[:top]
    else:
        rows = np.arange(len(values))
    return rows[values[rows] > 0]


def _primary(language: str) -> str:
    return language.replace("_", "-").split("-")[0].lower()
