"""Word lists of names and places, halved so that no entry stands in both splits."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path


@cache
def read(name: str) -> tuple[str, ...]:
    """The lines of a list."""
    return tuple((Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8").splitlines())


def half[T](entries: Sequence[T], split: str) -> Sequence[T]:
    """Every other entry: those of `test` are not those of `dev`."""
    return entries[1::2] if split == "test" else entries[::2]


@cache
def own(name: str, split: str) -> tuple[str, ...]:
    """The entries of a list that a split draws from."""
    return tuple(half(read(name), split))
