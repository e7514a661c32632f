"""The trained tagger: for each word of a turn, how likely it is part of which identifier."""

import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np

from guardrails.phi.model import ModelError
from guardrails.phi.tagger.features import Piece, rows
from guardrails.phi.tagger.network import network

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
        if not turn.words:
            return np.zeros((0, len(LABELS)), dtype="f")
        (found,) = self._model.predict([rows(turn, before, expected)])
        return cast(np.ndarray, found[len(found) - len(turn.words) :])


@cache
def tagger() -> Tagger:
    """The tagger with the weights of this package; loaded once.

    Raises:
        ModelError: the weights are missing or were changed.
    """
    try:
        raw = WEIGHTS.read_bytes()
        wanted = json.loads(ABOUT.read_text())["sha256"]
    except (OSError, ValueError, KeyError):
        raise ModelError("the tagger's weights are missing") from None
    if hashlib.sha256(raw).hexdigest() != wanted:
        raise ModelError("the tagger's weights are not the ones that were trained")
    return Tagger(network(len(LABELS)).from_bytes(raw))
