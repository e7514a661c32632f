"""BM25 over passages, by bm25s, with scores that mean the same for every question."""

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_STOP = frozenset(
    """a about actually after all also am an and any are as at be because been being but by can
    can't could did didn't do does doesn't doing don't for from get getting go going gonna got had
    has have having he hello her here hey hi him his how i i'd i'll i'm i've if in into is it it's
    its just kind know let like little lot maybe me mean might mm more much my need no not now of
    oh ok okay on one only or our out please really right said say she should so some something
    sort still such sure tell than thank thanks that that's the their them then there there's these
    they they're thing things think this those to too uh uhm um up us very wanna want wanted was
    wasn't we well were what what's when where which while who why will with wondering would yeah
    yes you your""".split()
)


def tokens(text: str) -> list[str]:
    """The words of a text that carry meaning, lower case, with plain endings folded."""
    return [_folded(word) for word in _WORD.findall(text.lower()) if word not in _STOP]


def _folded(word: str) -> str:
    word = word.removesuffix("'s")
    if len(word) < 4 or not word.isascii():
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 2 and not word.endswith("ss"):
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] in "bdgmnprt":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word


class Words:
    """An index of texts; position i of an answer belongs to text i."""

    def __init__(self, texts: Sequence[str]) -> None:
        corpus = [tokens(text) for text in texts]
        spread = Counter(word for words in corpus for word in set(words))
        self._size = len(corpus)
        # Lucene's idf, which is what bm25s scores with
        self._weight = {
            word: math.log(1 + (len(corpus) - count + 0.5) / (count + 0.5))
            for word, count in spread.items()
        }
        self._unknown = math.log(1 + (len(corpus) + 0.5) / 0.5)
        self._engine = None
        if spread:
            import bm25s

            self._engine = bm25s.BM25(method="lucene")
            self._engine.index(corpus, show_progress=False)

    def scores(self, query: str) -> np.ndarray:
        """How much of what the query asks for each text says: 0 (nothing) to 1, float32.

        BM25 divided by the most that any text could score for this query, words that no text
        holds included: so it says nothing about a question foreign to the texts.
        """
        asked = list(dict.fromkeys(tokens(query)))
        known = [word for word in asked if word in self._weight]
        if self._engine is None or not known:
            return np.zeros(self._size, dtype=np.float32)
        ceiling = sum(self._weight.get(word, self._unknown) for word in asked)
        return np.asarray(self._engine.get_scores(known), dtype=np.float32) / ceiling
