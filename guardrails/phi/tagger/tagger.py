"""The trained tagger: for each word of a turn, how likely it is part of which identifier."""

from collections.abc import Sequence
from functools import cache
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from guardrails.phi.model import ModelError
from guardrails.phi.tagger.features import BEFORE, Piece, read
from guardrails.phi.tagger.subwords import Frame, frame, together
from guardrails.trained import WeightsError, weights

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

LABELS = (
    "O", "PERSON", "DATE", "AGE", "PHONE", "EMAIL", "ADDRESS", "CITY", "ZIP", "ORGANIZATION", "SSN",
    "MRN", "MEMBER_ID", "MBI", "ACCOUNT", "CASE_NUMBER", "LICENSE", "DEA", "NPI", "VEHICLE", "DEVICE",
    "CREDIT_CARD", "USERNAME", "ID", "URL", "IP",
)  # fmt: skip
"""O is no identifier; the others are the entities of this package."""
WEIGHTS = Path(__file__).parent / "weights.onnx"
ABOUT = Path(__file__).parent / "weights.json"
"""How the weights came to be, and their sha256."""
_MOST = 100
"""A longer turn is read in parts of so many words."""
_BATCH = 8
"""So many turns of like length are read at once; what is padded costs as much as what is said."""


class Tagger:
    """Reads turns; stateless. `session` runs the network of `evals.training.network`."""

    def __init__(self, session: "InferenceSession") -> None:
        self._session = session

    def read(
        self, turn: Piece, before: Sequence[Piece] = (), expected: frozenset[str] = frozenset()
    ) -> np.ndarray:
        """Probabilities of shape (words of the turn, labels)."""
        (found,) = self.read_many([(turn, before, expected)])
        return found

    def read_many(
        self, turns: Sequence[tuple[Piece, Sequence[Piece], frozenset[str]]]
    ) -> list[np.ndarray]:
        """The same for turns of different calls, together, which costs less."""
        parts = [(i, part) for i, turn in enumerate(turns) for part in _parts(*turn)]
        found: dict[int, np.ndarray] = {}
        order = sorted(range(len(parts)), key=lambda i: len(parts[i][1].subwords))
        for batch in batched(order, _BATCH):
            fed = together([parts[i][1] for i in batch])
            scores = np.asarray(self._session.run(None, fed)[0])
            for i, rows in zip(batch, _shares(scores), strict=True):
                frame = parts[i][1]
                found[i] = rows[frame.before : len(frame.starts)]
        out: list[list[np.ndarray]] = [[] for _ in turns]
        for i, (turn, _) in enumerate(parts):
            out[turn].append(found[i])
        return [np.concatenate(rows) if rows else _NOTHING for rows in out]


_NOTHING = np.zeros((0, len(LABELS)), dtype="f")


def _parts(turn: Piece, before: Sequence[Piece], expected: frozenset[str]) -> list[Frame]:
    """A turn as the network reads it, a long one in parts, each behind the words before it."""
    context, own = read(turn, before, expected)
    frames: list[Frame] = []
    for at in range(0, len(own), _MOST):
        frames.append(frame(context, own[at : at + _MOST]))
        context = own[: at + _MOST][-BEFORE:]
    return frames


def _shares(scores: np.ndarray) -> np.ndarray:
    found = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return found / found.sum(axis=-1, keepdims=True)


@cache
def tagger() -> Tagger:
    """The tagger with the weights of this package; loaded once.

    Raises:
        ModelError: the weights are missing or were changed.
    """
    import onnxruntime as ort

    try:
        raw, _ = weights(WEIGHTS, ABOUT)
    except WeightsError as error:
        raise ModelError(str(error)) from None
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return Tagger(ort.InferenceSession(raw, options, providers=["CPUExecutionProvider"]))
