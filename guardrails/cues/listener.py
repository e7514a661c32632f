"""Hears cues: for each turn, how likely it says that somebody has chest pain, was promised cover, ...

A small trained network (`evals.training.cues`) over what the embedding model makes of the turn
half-way: one reading serves meaning and cues. All cues together cost one run of two layers.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from guardrails.trained import weights

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

WEIGHTS = Path(__file__).parent / "weights.onnx"
ABOUT = Path(__file__).parent / "weights.json"
"""How the weights came to be: their sha256, the embedding model, the cues in order."""
ASKS = "asks-"
"""What the cue of an agent begins with who asks whether a patient's cue is there."""


Meaning = tuple[np.ndarray, np.ndarray]
"""What the embedding model makes of a turn: its unit vector (384,), and its subwords after the
model's fourth layer, (subwords, 384)."""


class Listener:
    """The trained network. `cues` are names, in the order of the outputs."""

    def __init__(self, cues: tuple[str, ...], session: "InferenceSession") -> None:
        self.cues = cues
        self._session = session

    def hear(self, meaning: Meaning, *, agent: bool) -> Mapping[str, float]:
        """The probability of each cue in a turn of the agent, or of anybody else."""
        states = meaning[1][None].astype(np.float32)
        fed = {
            "states": states,
            "kept": np.ones(states.shape[:2], dtype=np.float32),
            "agent": np.array([agent], dtype=np.int64),
        }
        scores = np.asarray(self._session.run(None, fed)[0])[0]
        found = 1.0 / (1.0 + np.exp(-scores))
        return dict(zip(self.cues, map(float, found), strict=True))


@cache
def listener() -> Listener:
    """The listener with the weights of this package; loaded once.

    Raises:
        WeightsError: the weights are missing or were changed.
    """
    import onnxruntime as ort

    raw, about = weights(WEIGHTS, ABOUT)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = ort.InferenceSession(raw, options, providers=["CPUExecutionProvider"])
    return Listener(tuple(about["cues"]), session)
