# pyright: basic, reportMissingImports=false
"""Trains the tagger of identifiers on generated calls: `python -m evals.training.tagger`.

The snippets of the `train` split are used, filled in anew for each round with values drawn by the
seed, which fixes every draw; the `dev` and `test` templates are by other authors and never seen.
"""

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import torch
from torch.nn import functional

from evals.bench.calls.generate import calls
from evals.training.examples import Example, data, examples
from evals.training.export import export
from evals.training.network import Network, begin_with_minilm
from evals.training.vocabulary import choose_subwords
from guardrails.phi.tagger.subwords import together, vocabulary
from guardrails.phi.tagger.tagger import ABOUT, LABELS, WEIGHTS

_PRETRAINED = ("subwords", "positions", "norm", "layers")
_RATE = 2e-4
_BATCH = 3_000
_AXES = {
    "subwords": "subwords", "owners": "subwords", "columns": "words", "starts": "words",
    "ends": "words", "scores": "words",
}  # fmt: skip


def batches(found: Sequence[Example], rng: random.Random) -> list[list[Example]]:
    """Turns of like length together, in batches of about `_BATCH` subwords, in random order."""
    order = sorted(found, key=lambda example: (len(example[0].subwords), rng.random()))
    out: list[list[Example]] = [[]]
    for example in order:
        if (len(out[-1]) + 1) * len(example[0].subwords) > _BATCH:
            out.append([])
        out[-1].append(example)
    rng.shuffle(out)
    return [batch for batch in out if batch]


def train(seed: int, rounds: int, per_template: int) -> tuple[Network, list[float]]:
    """The trained network, and the mean loss of each round."""
    torch.manual_seed(seed)
    network = Network(len(vocabulary()), len(LABELS))
    begin_with_minilm(network, list(vocabulary()))
    network.train()
    pretrained = [p for n, p in network.named_parameters() if n.startswith(_PRETRAINED)]
    own = [p for n, p in network.named_parameters() if not n.startswith(_PRETRAINED)]
    optimizer = torch.optim.AdamW(
        [{"params": pretrained, "lr": _RATE}, {"params": own, "lr": _RATE * 5}], weight_decay=0.01
    )
    losses: list[float] = []
    # calls of the next round are made while this one is learnt
    making = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    coming = making.submit(data, seed * 1000, per_template)
    for number in range(rounds):
        began = perf_counter()
        found = batches(coming.result(), random.Random(seed + number))
        if number + 1 < rounds:
            coming = making.submit(data, seed * 1000 + number + 1, per_template)
        total = count = 0.0
        for at, batch in enumerate(found):
            share = (number + at / len(found)) / rounds
            for group, rate in zip(optimizer.param_groups, (_RATE, _RATE * 5), strict=True):
                group["lr"] = rate * min(1.0, share * rounds * 5, (1 - share) * 1.02)
            loss, words = _loss(network, batch)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            total += float(loss.detach()) * words
            count += words
            if at % 200 == 0:
                print(f"  {at}/{len(found)} {total / count:.4f}", file=sys.stderr)  # noqa: T201
        losses.append(round(total / count, 5))
        seconds = perf_counter() - began
        print(f"round {number + 1}: loss {losses[-1]}, {seconds:.0f} s", file=sys.stderr)  # noqa: T201
    making.shutdown()
    return network.eval(), losses


def _loss(network: Network, batch: Sequence[Example]) -> tuple[torch.Tensor, int]:
    """The mean loss over the words of the turns themselves, and how many they are."""
    fed = {name: torch.from_numpy(rows) for name, rows in together([f for f, _ in batch]).items()}
    wanted = torch.full(fed["starts"].shape, -1)
    for row, (one, labels) in zip(wanted, batch, strict=True):
        row[one.before : one.before + len(labels)] = torch.from_numpy(labels)
    with torch.autocast("cpu", torch.bfloat16):
        scores = network(**fed)
    flat = scores.float().reshape(-1, scores.shape[-1])
    loss = functional.cross_entropy(flat, wanted.reshape(-1), ignore_index=-1)
    return loss, int((wanted >= 0).sum())


def main() -> None:
    """Trains and writes the weights with what they came from."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--per-template", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="Where to keep the float weights as well.")
    given = parser.parse_args()
    choose_subwords(given.seed)
    network, losses = train(given.seed, given.rounds, given.per_template)
    if given.keep:
        torch.save(network.state_dict(), given.keep)
    rng = random.Random(given.seed)
    shown = islice(calls("train", given.seed, 1), 30)
    some = [example[0] for call in shown for example in examples(call, "spoken", rng)]
    fed = {name: torch.from_numpy(rows) for name, rows in together(some).items()}
    axes = {name: {0: "turns", 1: _AXES[name]} for name in (*fed, "scores")}
    moved = export(network, WEIGHTS, fed, axes)
    about = {
        "sha256": hashlib.sha256(WEIGHTS.read_bytes()).hexdigest(),
        "seed": given.seed,
        "rounds": given.rounds,
        "per_template": given.per_template,
        "losses": losses,
        "rounding": round(moved, 4),
    }
    ABOUT.write_text(json.dumps(about, indent=2) + "\n")


if __name__ == "__main__":
    main()
