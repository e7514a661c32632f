"""Cues are heard by the trained weights, and by no others."""

from pathlib import Path

import numpy as np
import pytest

from evals.training.lines import AGENT, read
from guardrails.cues.listener import ABOUT, ASKS, WEIGHTS, listener
from guardrails.trained import WeightsError, weights


def test_every_cue_has_examples_and_a_probability() -> None:
    cues = listener().cues
    assert set(cues) == {line.cue for line in read() if line.cue}
    assert set(cues) > AGENT
    heard = listener().hear((np.zeros(384, "f"), np.zeros((5, 384), "f")), agent=False)
    assert list(heard) == list(cues)
    assert all(0.0 <= share <= 1.0 for share in heard.values())


def test_every_cue_has_as_many_lines_that_must_not_count() -> None:
    for cue in (c for c in listener().cues if not c.startswith(ASKS)):
        lines = [line for line in read() if line.cue == cue]
        held = sum(line.holds for line in lines)
        assert held >= 100, cue
        assert len(lines) - held >= 100, cue


def test_changed_or_missing_weights_are_refused(tmp_path: Path) -> None:
    changed = tmp_path / "weights.onnx"
    with pytest.raises(WeightsError, match="missing"):
        weights(changed, ABOUT)
    changed.write_bytes(WEIGHTS.read_bytes()[:-1] + b"x")
    with pytest.raises(WeightsError, match="not the ones"):
        weights(changed, ABOUT)
