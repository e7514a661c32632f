"""Trains the listener of cues on lines by many authors: `python -m evals.training.cues`.

Each line is learnt as typed, in lower case without punctuation, and run together with ordinary talk.
"""

import argparse
import hashlib
import json
import random
import re
import sys
from io import BytesIO
from typing import Any, cast

import numpy as np
from thinc.api import Adam, Dropout, Linear, Model, Relu, chain, fix_random_seed

from copilot.analysis import spoken
from evals.training.lines import UNLOOKED, Line, calm, family, packs, read
from guardrails.cues.listener import ABOUT, WEIGHTS
from guardrails.phi.model import on_one_core
from knowledge_base.embedding import MiniLm

HIDDEN = 256
_DROPOUT = 0.4
_BATCH = 128
_HELD = 3.0
"""What a line that holds its cue weighs beside one that does not."""
_OTHERS = 0.3
"""What a line near to one cue weighs for the other cues, of which nobody looked at it."""
_SHORT = 25


def lower(text: str) -> str:
    """As a transcript without case and punctuation has it."""
    return " ".join(re.sub(r"[^\w\s<>'/.]|\.(?!\d)", " ", text).split()).lower()


def variants(lines: list[Line], seed: int) -> list[tuple[str, Line]]:
    """Each line in its forms."""
    rng = random.Random(seed)
    ordinary = {
        side: [x.text for x in lines if not x.cue and x.looked and x.agent == side]
        for side in (True, False)
    }
    out: list[tuple[str, Line]] = []
    for line in lines:
        forms = [line.text, lower(line.text)]
        if not line.looked:
            out.append((rng.choice(forms), line))
            continue
        other = rng.choice(ordinary[line.agent])
        if len(other.split()) < _SHORT:
            mixed = rng.choice((f"{other} {line.text}", f"{line.text} {other}"))
            forms.append(rng.choice((mixed, lower(mixed))))
        out += [(form, line) for form in forms]
    return out


def targets(lines: list[Line], cues: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """What each output should be for each line, and how much it weighs; 0: it teaches nothing."""
    sides = {line.cue: line.agent for line in lines if line.cue}
    wanted = np.zeros((len(lines), len(cues)), "f")
    weight = np.zeros((len(lines), len(cues)), "f")
    for row, line in enumerate(lines):
        for column, cue in enumerate(cues):
            if sides[cue] != line.agent:
                continue
            if cue == line.cue:
                wanted[row, column] = line.holds
                weight[row, column] = _HELD if line.holds else 1.0
            elif cue in UNLOOKED and not line.looked:
                continue
            elif not (line.holds and family(cue) == family(line.cue)):
                weight[row, column] = _OTHERS if line.cue and not line.holds else 1.0
    return wanted, weight


def train(
    vectors: np.ndarray, wanted: np.ndarray, weight: np.ndarray, seed: int, rounds: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The weights and biases of both layers."""
    fix_random_seed(seed)
    with on_one_core():
        inner = Relu(HIDDEN, vectors.shape[1])
        outer = Linear(wanted.shape[1], HIDDEN)
        net = cast(Model[Any, Any], chain(inner, Dropout(_DROPOUT), outer))
    net.initialize(X=vectors[:4], Y=wanted[:4])
    optimizer = Adam(0.003, L2=1e-4)
    order = np.random.default_rng(seed)
    for number in range(rounds):
        optimizer.learn_rate = 0.003 * (1 - number / rounds) + 1e-4
        loss = 0.0
        shuffled = order.permutation(len(vectors))
        for at in range(0, len(shuffled), _BATCH):
            batch = shuffled[at : at + _BATCH]
            scores, backprop = net.begin_update(vectors[batch])
            found = 1.0 / (1.0 + np.exp(-scores))
            loss -= float(
                (weight[batch] * np.log(np.where(wanted[batch] > 0, found, 1 - found) + 1e-7)).sum()
            )
            backprop(((found - wanted[batch]) * weight[batch] / len(batch)).astype("f"))
            net.finish_update(optimizer)
        print(f"round {number + 1}: loss {loss / weight.sum():.4f}", file=sys.stderr)  # noqa: T201
    return tuple(np.asarray(layer.get_param(n)) for layer in (inner, outer) for n in ("W", "b"))  # type: ignore[return-value]


def main() -> None:
    """Trains two networks, puts them side by side and writes the weights."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    lines = [*read(), *calm(), *packs()]
    cues = sorted({line.cue for line in lines if line.cue})
    forms = variants(lines, given.seed)
    embedder = MiniLm()
    vectors = embedder.embed([spoken(text) or "." for text, _ in forms])
    wanted, weight = targets([line for _, line in forms], cues)
    nets = [train(vectors, wanted, weight, given.seed + i, given.rounds) for i in range(2)]
    held = BytesIO()
    np.savez(
        held,
        hidden=np.concatenate([net[0] for net in nets]).astype(np.float16),
        hidden_bias=np.concatenate([net[1] for net in nets]).astype(np.float16),
        output=(np.concatenate([net[2] for net in nets], axis=1) / len(nets)).astype(np.float16),
        output_bias=np.mean([net[3] for net in nets], axis=0).astype(np.float16),
    )
    WEIGHTS.write_bytes(held.getvalue())
    about = {
        "sha256": hashlib.sha256(held.getvalue()).hexdigest(),
        "seed": given.seed,
        "rounds": given.rounds,
        "lines": len(lines),
        "embedding": embedder.name,
        "cues": cues,
    }
    ABOUT.write_text(json.dumps(about, indent=2) + "\n")


if __name__ == "__main__":
    main()
