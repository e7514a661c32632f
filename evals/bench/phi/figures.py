"""Figures of one system on labelled turns.

An identifier counts as masked when every letter and digit of it is; a find counts as right when it
overlaps a label. False alarms are words masked in turns that hold no identifier. Intervals are
95 %, by bootstrap over conversations.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from time import process_time
from typing import Any

from evals.bench.phi.systems import Finder
from evals.bench.phi.turns import IGNORED, Spans, Turn

_ROUNDS = 400


@dataclass(frozen=True)
class Miss:
    """An identifier that was not masked in full (`kind` is its label), or a false find."""

    kind: str
    style: str
    start: int
    end: int
    text: str
    before: str
    false: bool = False
    left: int = 0

    @property
    def words(self) -> str:
        """The words in question."""
        return self.text[self.start : self.end]


@dataclass
class _Count:
    whole: dict[str, list[tuple[str, bool]]]
    right: list[bool]
    free: int = 0
    alarms: int = 0


def figures(turns: Sequence[Turn], find: Finder) -> tuple[dict[str, Any], list[Miss]]:
    """Figures by style and type, and everything that went wrong."""
    find(turns[0])
    began = process_time()
    found = [find(turn) for turn in turns]
    milliseconds = (process_time() - began) / len(turns) * 1000
    styles: dict[str, _Count] = {}
    misses: list[Miss] = []
    before: dict[str, str] = {}
    for turn, spans in zip(turns, found, strict=True):
        count = styles.setdefault(turn.style, _Count(defaultdict(list), []))
        misses += _judge(turn, spans, count, before.get(turn.conversation, ""))
        before[turn.conversation] = turn.text
    result = {
        "ms_cpu_per_turn": round(milliseconds, 2),
        "styles": {style: _style(count) for style, count in styles.items()},
    }
    return result, misses


def _judge(turn: Turn, spans: Spans, count: _Count, before: str) -> list[Miss]:
    wrong: list[Miss] = []
    covered = {i for start, end, _ in spans for i in range(start, end)}
    for start, end, kind in turn.labels:
        if kind == IGNORED:
            continue
        left = sum(turn.text[i].isalnum() and i not in covered for i in range(start, end))
        count.whole[turn.conversation].append((kind, not left))
        if left:
            wrong.append(Miss(kind, turn.style, start, end, turn.text, before, False, left))
    for start, end, kind in spans:
        touching = [k for s, e, k in turn.labels if start < e and s < end]
        if touching and all(k == IGNORED for k in touching):
            continue
        count.right.append(bool(touching))
        if not touching:
            wrong.append(Miss(kind, turn.style, start, end, turn.text, before, True))
    if not turn.labels:
        count.free += len(turn.text.split())
        count.alarms += sum(len(turn.text[s:e].split()) for s, e, _ in spans)
    return wrong


def _style(count: _Count) -> dict[str, Any]:
    calls = list(count.whole.values())
    every = [item for call in calls for item in call]
    types: dict[str, list[bool]] = defaultdict(list)
    for kind, whole in every:
        types[kind].append(whole)
    return {
        "identifiers": len(every),
        "masked_in_full": _share([whole for _, whole in every]),
        "interval": _interval(calls),
        "precision": _share(count.right),
        "false_alarm_percent": round(100 * count.alarms / count.free, 3) if count.free else None,
        "types": {kind: [len(v), _share(v)] for kind, v in sorted(types.items())},
    }


def _share(values: list[bool]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _interval(calls: list[list[tuple[str, bool]]]) -> list[float] | None:
    """By calls that hold an identifier, drawn with replacement."""
    held = [(len(call), sum(whole for _, whole in call)) for call in calls if call]
    if not held:
        return None
    chance = random.Random(7)
    shares: list[float] = []
    for _ in range(_ROUNDS):
        drawn = chance.choices(held, k=len(held))
        shares.append(sum(whole for _, whole in drawn) / sum(n for n, _ in drawn))
    shares.sort()
    return [round(shares[int(_ROUNDS * 0.025)], 4), round(shares[int(_ROUNDS * 0.975)], 4)]


def worst(misses: Sequence[Miss], most: int = 10) -> list[Miss]:
    """The misses that leave most of an identifier, one for each wording."""
    seen: set[str] = set()
    found: list[Miss] = []
    for miss in sorted(misses, key=lambda m: (m.false, -m.left)):
        if miss.words not in seen and not miss.false and len(found) < most:
            seen.add(miss.words)
            found.append(miss)
    return found
