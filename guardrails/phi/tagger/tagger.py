"""The trained tagger: for each word of a turn, how likely it is part of which identifier."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from guardrails.phi.model import ModelError, on_one_core
from guardrails.phi.tagger.features import Piece, rows
from guardrails.phi.tagger.network import network
from guardrails.trained import WeightsError, weights

LABELS = (
    "O", "PERSON", "DATE", "AGE", "PHONE", "EMAIL", "ADDRESS", "CITY", "ZIP", "ORGANIZATION", "SSN",
    "MRN", "MEMBER_ID", "MBI", "ACCOUNT", "CASE_NUMBER", "LICENSE", "DEA", "NPI", "VEHICLE", "DEVICE",
    "CREDIT_CARD", "USERNAME", "ID", "URL", "IP",
)  # fmt: skip
"""O is no identifier; the others are the entities of this package."""
WEIGHTS = Path(__file__).parent / "weights.bin"
ABOUT = Path(__file__).parent / "weights.json"
"""How the weights came to be, and their sha256."""


class Tagger:
    """Reads turns; stateless."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def read(
        self, turn: Piece, before: Sequence[Piece] = (), expected: frozenset[str] = frozenset()
    ) -> np.ndarray:
        """Probabilities of shape (words of the turn, labels)."""
        (found,) = self.read_many([(turn, before, expected)])
        return found

    def read_many(
        self, turns: Sequence[tuple[Piece, Sequence[Piece], frozenset[str]]]
    ) -> list[np.ndarray]:
        """The same for turns of different calls, together, which costs a third."""
        spoken = [turn for turn in turns if turn[0].words]
        found = iter(self._model.predict([rows(*turn) for turn in spoken]) if spoken else ())
        return [_own(next(found), turn) if turn.words else _NOTHING for turn, *_ in turns]


_NOTHING = np.zeros((0, len(LABELS)), dtype="f")


def _own(found: np.ndarray, turn: Piece) -> np.ndarray:
    """The rows of the turn itself, behind those of the turns before."""
    return found[len(found) - len(turn.words) :]


@cache
def tagger() -> Tagger:
    """The tagger with the weights of this package; loaded once.

    Raises:
        ModelError: the weights are missing or were changed.
    """
    try:
        raw, _ = weights(WEIGHTS, ABOUT)
    except WeightsError as error:
        raise ModelError(str(error)) from None
    with on_one_core():
        return Tagger(network(len(LABELS)).from_bytes(raw))
