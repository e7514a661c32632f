"""Trains the tagger of identifiers on generated calls: `python -m evals.training.tagger`.

The snippets of the `train` split are used, filled in anew for each round with values drawn by the
seed, which fixes every draw; the `dev` and `test` templates are by other authors and never seen.
"""

import argparse
import hashlib
import json
import random
import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter
from typing import Any

import numpy as np
from thinc.api import Adam, fix_random_seed

from evals.bench.calls.generate import STYLES, Call, calls
from guardrails.phi.asks import mentions
from guardrails.phi.dialogue import Dialogue, heard
from guardrails.phi.model import on_one_core
from guardrails.phi.speech import SPANISH
from guardrails.phi.tagger.features import COLUMNS, Piece, piece, rows
from guardrails.phi.tagger.network import network
from guardrails.phi.tagger.tagger import ABOUT, LABELS, WEIGHTS

TAGS = {
    "NAME": "PERSON", "AGE90": "AGE", "FAX": "PHONE", "ORG": "ORGANIZATION", "GROUP": "MEMBER_ID",
    "POLICY": "MEMBER_ID", "INVOICE": "ACCOUNT", "CLAIM": "CASE_NUMBER", "CASE": "CASE_NUMBER",
    "RX": "CASE_NUMBER", "AUTH": "CASE_NUMBER", "PLATE": "VEHICLE", "VIN": "VEHICLE",
    "CARD": "CREDIT_CARD", "PIN": "ID",
}  # fmt: skip
"""The generator's kinds whose tag has another name."""
_GIVES = {"PERSON": "NAME", "ORGANIZATION": "EMPLOYER", "CASE_NUMBER": "CASE", "ID": "PIN"}
ASIDE = SPANISH.fillers | frozenset(
    """
    wait hold on let me see check look one sec second moment you know i think mean sorry excuse no
    okay ok yeah just a what is it hang again then a ver espere espérate déjeme perdón digo
    """.split()
) - {"dash", "hyphen", "space", "guion", "guión"}  # fmt: skip
"""What people say between two pieces of a value."""
_STUMBLES = (
    "",
    "",
    "um ",
    "uh ",
    "um, ",
    "er ",
    "like ",
    "you know ",
    "OK, ",
    "so, ",
    "well ",
    "I mean ",
)
_OPEN = frozenset({"PERSON", "CITY", "ORGANIZATION", "ADDRESS", "USERNAME", "EMAIL"})
"""What anything may stand for: its own letters are hidden in part, so that the rest teaches."""
_HIDDEN = 0.4
_TURNS_BEFORE = 3

Example = tuple[np.ndarray, np.ndarray]


def examples(call: Call, style: str, rng: random.Random) -> Iterator[Example]:
    """Rows and labels of each turn of a call; -1 labels what teaches nothing.

    That is the words of the turns before, and what is said aside inside of a value.
    """
    dialogue = Dialogue()
    before: list[Piece] = []
    for turn in call.turns:
        text, spans = disfluent(turn.text(style), turn.spans(style), rng)
        own = piece(text, turn.speaker)
        labels = np.zeros(len(own.words), dtype=int)
        given: set[str] = set()
        for start, end, kind in spans:
            tag = TAGS.get(kind, kind)
            given.add(_GIVES.get(tag, tag))
            for i, word in enumerate(own.words):
                if word.start < end and word.end > start:
                    labels[i] = -1 if word.text in ASIDE else LABELS.index(tag)
        alone = rng.random() < 0.15
        context = [] if alone else before[-_TURNS_BEFORE:]
        expected = frozenset[str]() if alone or rng.random() < 0.2 else dialogue.open
        if own.words:
            found = rows(own, context, expected)
            _hide(found[len(found) - len(labels) :], labels, rng)
            yield found, np.concatenate([np.full(len(found) - len(labels), -1), labels])
        named = frozenset(kind for *_, kind in mentions(text))
        dialogue = heard(dialogue, turn.speaker, text, named, frozenset(given))
        before.append(own)


def disfluent(
    text: str, spans: Sequence[tuple[int, int, str]], rng: random.Random
) -> tuple[str, list[tuple[int, int, str]]]:
    """One turn in four as people stumble: fillers and repeated words, never inside of a value."""
    if rng.random() > 0.25:
        return text, list(spans)
    out, at, moved = "", 0, list(spans)
    for match in list(re.finditer(r"\S+\s+", text)):
        out += text[at : match.end()]
        at = match.end()
        inside = any(start < at < end for start, end, _ in spans)
        touches = any(start < match.end() and match.start() < end for start, end, _ in spans)
        if inside or rng.random() > 0.1:
            continue
        extra = rng.choice(_STUMBLES)
        if not extra and not touches:
            extra = match[0].strip() + (", " if "," in text else " ")
        moved = [
            (s + len(extra), e + len(extra), k) if start >= at else (s, e, k)
            for (s, e, k), (start, _, _) in zip(moved, spans, strict=True)
        ]
        out += extra
    return out + text[at:], moved


def _hide(found: np.ndarray, labels: np.ndarray, rng: random.Random) -> None:
    """Hides some words, so that what is around them and what lists say of them is learnt.

    Some ordinary words become ones that no list knows: a rare word is not yet a name.
    """
    own = [COLUMNS.index(name) for name in ("word", "prefix", "suffix")]
    listed = [COLUMNS.index(name) for name in ("names", "spanish", "lists")]
    vector = COLUMNS.index("vector")
    for i, label in enumerate(labels):
        if rng.random() < (_HIDDEN if LABELS[label] in _OPEN else 0.03):
            found[i, own] = 0
        elif label == 0 and rng.random() < 0.03:
            found[i, own] = [rng.randrange(1, 1 << 32) for _ in own]
            found[i, listed] = 1
        else:
            continue
        if rng.random() < 0.5:
            found[i, vector] = 0


def data(seed: int, per_template: int) -> list[Example]:
    """Every turn of every snippet, in two of the three styles."""
    rng = random.Random(seed)
    return [
        example
        for call in calls("train", seed, per_template)
        for style in rng.sample(STYLES, 2)
        for example in examples(call, style, rng)
    ]


def train(seed: int, rounds: int, per_template: int, size: int = 64) -> tuple[Any, list[float]]:
    """The trained network, and the mean loss of each round."""
    fix_random_seed(seed)
    with on_one_core():
        model = network(len(LABELS), dropout=0.15)
    losses: list[float] = []
    optimizer = Adam(0.002, L2=0.0, grad_clip=1.0)
    # calls of the next round are made while this one is learnt
    making = ProcessPoolExecutor(1)
    coming = making.submit(data, seed * 1000, per_template)
    for number in range(rounds):
        optimizer.learn_rate = 0.002 * (1 - number / rounds) + 0.0001
        began = perf_counter()
        found = coming.result()
        if number + 1 < rounds:
            coming = making.submit(data, seed * 1000 + number + 1, per_template)
        if number == 0:
            some = found[:8]
            model.initialize(
                X=[x for x, _ in some], Y=[np.zeros((len(y), len(LABELS)), "f") for _, y in some]
            )
        random.Random(seed + number).shuffle(found)
        total = count = 0.0
        for at in range(0, len(found), size):
            batch = found[at : at + size]
            guessed, backprop = model.begin_update([x for x, _ in batch])
            wanted = sum(int((y >= 0).sum()) for _, y in batch)
            gradients: list[np.ndarray] = []
            for guess, (_, labels) in zip(guessed, batch, strict=True):
                kept = labels >= 0
                gradient = np.zeros_like(guess)
                gradient[kept] = guess[kept]
                gradient[np.nonzero(kept)[0], labels[kept]] -= 1
                total -= float(np.log(guess[np.nonzero(kept)[0], labels[kept]] + 1e-9).sum())
                gradients.append(gradient / wanted)
            count += wanted
            backprop(gradients)
            model.finish_update(optimizer)
        losses.append(round(total / count, 5))
        seconds = perf_counter() - began
        print(f"round {number + 1}: loss {losses[-1]}, {seconds:.0f} s", file=sys.stderr)  # noqa: T201
    making.shutdown()
    return model, losses


def main() -> None:
    """Trains and writes the weights with what they came from."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--per-template", type=int, default=1)
    given = parser.parse_args()
    model, losses = train(given.seed, given.rounds, given.per_template)
    # the trained network without its dropout
    plain = network(len(LABELS))
    plain.from_bytes(model.to_bytes())
    raw = plain.to_bytes()
    WEIGHTS.write_bytes(raw)
    about = {
        "sha256": hashlib.sha256(raw).hexdigest(),
        "seed": given.seed,
        "rounds": given.rounds,
        "per_template": given.per_template,
        "losses": losses,
    }
    ABOUT.write_text(json.dumps(about, indent=2) + "\n")


if __name__ == "__main__":
    main()
