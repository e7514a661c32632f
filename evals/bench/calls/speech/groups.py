"""Codes cut into groups the way people breathe, and dealt to the pieces of a split."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

_SIZES: dict[int, tuple[tuple[int, ...], ...]] = {
    5: ((5,), (2, 3), (3, 2)),
    6: ((3, 3), (3, 3), (2, 2, 2), (6,)),
    7: ((3, 4), (3, 4), (7,), (4, 3), (2, 2, 3)),
    8: ((4, 4), (3, 3, 2), (2, 2, 2, 2), (8,)),
    9: ((3, 3, 3), (3, 3, 3), (3, 2, 4), (9,)),
    10: ((3, 3, 4), (3, 3, 4), (4, 3, 3), (10,), (2, 4, 4)),
    11: ((4, 3, 4), (3, 4, 4), (3, 3, 3, 2)),
    12: ((4, 4, 4), (3, 3, 3, 3)),
}
_SEPARATORS = "-/. "


@dataclass(frozen=True)
class Group:
    """Characters said in one breath, and what is written before them."""

    before: str
    text: str


def groups(code: str, rng: random.Random) -> list[Group]:
    """A code cut at its separators, and long runs cut the way people breathe."""
    found: list[Group] = []
    for before, run in re.findall(rf"([{_SEPARATORS}]*)([^{_SEPARATORS}]+)", code):
        for index, part in enumerate(_breaths(run, rng)):
            found.append(Group(before if index == 0 else "", part))
    return found


def _breaths(run: str, rng: random.Random) -> list[str]:
    if len(run) <= 4:
        return [run]
    blocks = re.findall(r"\d+|\D+", run)
    if len(blocks) > 3:
        blocks = [run]
    parts: list[str] = []
    for block in blocks:
        for size in rng.choice(_SIZES.get(len(block), (_even(len(block)),))):
            parts.append(block[:size])
            block = block[size:]
    # a letter alone is said with the digits after it
    if len(parts) > 1 and len(parts[0]) == 1:
        parts[:2] = [parts[0] + parts[1]]
    return parts


def _even(length: int) -> tuple[int, ...]:
    if length <= 4:
        return (length,)
    full, rest = divmod(length, 4)
    return (4,) * full + ((rest,) if rest else ())


def lots(parts: Sequence[Group], pieces: int) -> list[list[Group]]:
    """Groups dealt to pieces of about the same length, in order."""
    if len(parts) < pieces:
        cut: list[Group] = []
        for group in parts:
            half = max(1, len(group.text) * len(parts) // pieces)
            cut += [
                Group(group.before if at == 0 else "", group.text[at : at + half])
                for at in range(0, len(group.text), half)
            ]
        parts = cut
    dealt: list[list[Group]] = []
    rest = list(parts)
    for left in range(pieces, 0, -1):
        total = sum(len(group.text) for group in rest)
        lot = [rest.pop(0)] if rest else []
        while rest and (
            left == 1
            or (
                len(rest) >= left
                and sum(len(g.text) for g in lot) + len(rest[0].text) / 2 <= total / left
            )
        ):
            lot.append(rest.pop(0))
        dealt.append(lot)
    return dealt
