# pyright: basic, reportMissingImports=false
"""Trains the listener of cues on lines by many authors: `python -m evals.training.cues`.

Each line is learnt as typed, in lower case without punctuation, and run together with ordinary talk.
"""

import argparse
import hashlib
import json
import random
import re
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional

from copilot.analysis import spoken
from evals.training.export import export
from evals.training.hearing import Below, Hearing, begin_with_minilm
from evals.training.lines import Line, calm, family, looked_for, packs, read
from evals.training.minilm import TOKENIZER, their_subwords
from guardrails.cues.listener import ABOUT, WEIGHTS

_BATCH = 2_000
_RATE = 1e-4
_LONGEST = 96
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
            elif not looked_for(cue, line):
                continue
            elif not (line.holds and family(cue) == family(line.cue)):
                weight[row, column] = _OTHERS if line.cue and not line.holds else 1.0
    return wanted, weight


def tokenizer() -> Tokenizer:
    """The embedding model's own."""
    found = Tokenizer.from_file(str(TOKENIZER))
    found.enable_truncation(_LONGEST)
    found.no_padding()
    return found


def states(texts: list[str]) -> list[torch.Tensor]:
    """Each text after the shared layers: (subwords, width), half precision."""
    theirs = their_subwords()
    below = Below(sorted(theirs, key=lambda piece: theirs[piece]))
    ids = [one.ids for one in tokenizer().encode_batch(texts)]
    out: list[torch.Tensor] = [torch.empty(0)] * len(ids)
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    for at in range(0, len(order), 64):
        batch = order[at : at + 64]
        fed = torch.nn.utils.rnn.pad_sequence([torch.tensor(ids[i]) for i in batch], True)
        kept = torch.nn.utils.rnn.pad_sequence([torch.ones(len(ids[i])) for i in batch], True)
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            found = below(fed, kept)
        for row, i in zip(found, batch, strict=True):
            out[i] = row[: len(ids[i])].half().clone()
    return out


def train(
    read_by: list[torch.Tensor],
    agents: np.ndarray,
    wanted: np.ndarray,
    weight: np.ndarray,
    seed: int,
    rounds: int,
) -> Hearing:
    """The trained network."""
    torch.manual_seed(seed)
    network = Hearing(wanted.shape[1])
    begin_with_minilm(network)
    network.train()
    layers = [p for n, p in network.named_parameters() if n.startswith("layers")]
    own = [p for n, p in network.named_parameters() if not n.startswith("layers")]
    optimizer = torch.optim.AdamW(
        [{"params": layers, "lr": _RATE}, {"params": own, "lr": _RATE * 8}], weight_decay=0.02
    )
    rng = random.Random(seed)
    targets, weights = torch.from_numpy(wanted), torch.from_numpy(weight)
    sides = torch.from_numpy(agents.astype(np.int64))
    for number in range(rounds):
        began = perf_counter()
        batches = _batches(read_by, rng)
        total = 0.0
        for at, batch in enumerate(batches):
            share = (number + at / len(batches)) / rounds
            for group, rate in zip(optimizer.param_groups, (_RATE, _RATE * 8), strict=True):
                group["lr"] = rate * min(1.0, share * rounds * 4, (1 - share) * 1.02)
            fed, kept = padded([read_by[i] for i in batch])
            with torch.autocast("cpu", torch.bfloat16):
                scores = network(fed, kept, sides[batch])
            each = functional.binary_cross_entropy_with_logits(
                scores.float(), targets[batch] * 0.98 + 0.005, reduction="none"
            )
            loss = (each * weights[batch]).sum() / len(batch)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            total += float(loss.detach()) * len(batch)
        seconds = perf_counter() - began
        mean = total / len(read_by)
        print(f"round {number + 1}: loss {mean:.4f}, {seconds:.0f} s", file=sys.stderr)  # noqa: T201
    return network.eval()


def padded(rows: list[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor]:
    """Turns as one batch, and where it is not padding."""
    fed = torch.nn.utils.rnn.pad_sequence([row.float() for row in rows], True)
    return fed, torch.nn.utils.rnn.pad_sequence([torch.ones(len(row)) for row in rows], True)


def _batches(rows: list[torch.Tensor], rng: random.Random) -> list[list[int]]:
    order = sorted(range(len(rows)), key=lambda i: (len(rows[i]), rng.random()))
    out: list[list[int]] = [[]]
    for i in order:
        if (len(out[-1]) + 1) * len(rows[i]) > _BATCH:
            out.append([])
        out[-1].append(i)
    rng.shuffle(out)
    return [batch for batch in out if batch]


def main() -> None:
    """Trains and writes the weights with what they came from."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--keep", type=Path, help="Where to keep the float weights as well.")
    given = parser.parse_args()
    lines = [*read(), *calm(), *packs()]
    cues = sorted({line.cue for line in lines if line.cue})
    forms = variants(lines, given.seed)
    texts = [spoken(text) or "." for text, _ in forms]
    wanted, weight = targets([line for _, line in forms], cues)
    agents = np.array([line.agent for _, line in forms])
    read_by = states(texts)
    network = train(read_by, agents, wanted, weight, given.seed, given.rounds)
    if given.keep:
        torch.save(network.state_dict(), given.keep)
    shown, kept = padded(read_by[:8])
    fed = {"states": shown, "kept": kept, "agent": torch.from_numpy(agents[:8].astype(np.int64))}
    both = {0: "turns", 1: "subwords"}
    axes = {"states": both, "kept": both, "agent": {0: "turns"}, "scores": {0: "turns"}}
    moved = export(network, WEIGHTS, fed, axes)
    about = {
        "sha256": hashlib.sha256(WEIGHTS.read_bytes()).hexdigest(),
        "seed": given.seed,
        "rounds": given.rounds,
        "lines": len(lines),
        "rounding": round(moved, 4),
        "cues": cues,
    }
    ABOUT.write_text(json.dumps(about, indent=2) + "\n")


if __name__ == "__main__":
    main()
