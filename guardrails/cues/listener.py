"""Hears cues: for each turn, how likely it says that somebody has chest pain, was promised cover, ...

A small trained network over the utterance's embedding (`evals.training.cues` trains it). All cues
together cost one pair of matrix products, whatever their number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np

from guardrails.trained import weights

WEIGHTS = Path(__file__).parent / "weights.npz"
ABOUT = Path(__file__).parent / "weights.json"
"""How the weights came to be: their sha256, the embedding model, the cues in order."""


@dataclass(frozen=True)
class Listener:
    """The trained network. `cues` are names, in the order of the outputs."""

    cues: tuple[str, ...]
    hidden: tuple[np.ndarray, np.ndarray]
    output: tuple[np.ndarray, np.ndarray]

    def hear(self, vector: np.ndarray) -> Mapping[str, float]:
        """The probability of each cue in a turn; `vector` is the turn's unit vector (384,)."""
        weights, bias = self.hidden
        inner = np.maximum(weights @ vector + bias, 0.0)
        weights, bias = self.output
        scores = 1.0 / (1.0 + np.exp(-(weights @ inner + bias)))
        return dict(zip(self.cues, map(float, scores), strict=True))


@cache
def listener() -> Listener:
    """The listener with the weights of this package; loaded once.

    Raises:
        WeightsError: the weights are missing or were changed.
    """
    raw, about = weights(WEIGHTS, ABOUT)
    with np.load(BytesIO(raw)) as held:
        hidden = held["hidden"].astype("f"), held["hidden_bias"].astype("f")
        output = held["output"].astype("f"), held["output_bias"].astype("f")
    return Listener(tuple(about["cues"]), hidden, output)
