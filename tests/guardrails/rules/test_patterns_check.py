"""Patterns that could take for ever are refused; those that pass do not, on any text tried."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardrails.packs import shipped
from guardrails.rules.fields import patterns
from guardrails.rules.patterns_check import blows_up
from guardrails.rules.phrases import compiled
from guardrails.rules.yamls import read_yaml

SECONDS = 5
"""Far above what a harmless pattern takes, far below what a harmful one does."""


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+b", "(x*)*", "(a|a)*b", "(a|ab|b)*c", r"(\w+ ?)*x", "(?:a|b|ab)+$", "(a*b*)*c",
        "(a?b?)*c", r"^(([a-z])+.)+[A-Z]([a-z])+$", "(?=(a+)+b)c", "a(?:b(?:a?)+)*ab",
        "(?:(?:a?)?b)*c", r"(a)\1*", "(?:.a|b.)*c", "(ab|(?:a)b)*c",
    ],
)  # fmt: skip
def test_exponential_patterns_are_found(pattern: str) -> None:
    assert blows_up(pattern)


@pytest.mark.parametrize(
    "pattern",
    [r"\w+\w*x", "(.*)(.*)x", "(a?){30}a{30}", "a?" * 20 + "a" * 20, "(ab)*a(ba)*b", r"\s*\s+x",
     "(a{0,9}){0,9}b", r"(\w+ )*(the \w+ )*x"],
)  # fmt: skip
def test_patterns_of_a_high_power_are_found(pattern: str) -> None:
    assert blows_up(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["chest pain", "(a|b)*c", r"(\w+ )*x", "(a+b)+", "(so |very |really )*(bad|sad)", "(ab|a)(bc)*",
     r"x(?:\W+\w+){0,4}?\W+y", r"[0-9]{1,3}(?:,[0-9]{3})*", "a|b|", "", "(?!x)a*", "[z", "("],
)  # fmt: skip
def test_harmless_patterns_and_wrong_ones_pass(pattern: str) -> None:
    assert blows_up(pattern) == ""


def mappings(value: object) -> Iterator[dict[str, Any]]:
    """A mapping and all that are in it."""
    if isinstance(value, dict):
        yield value
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in held:
        yield from mappings(part)


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_every_pattern_of_the_product_passes(path: Path) -> None:
    for mapping in mappings(read_yaml(path)):
        for field in {"says", "resolved_by", "asked"} & mapping.keys():
            if isinstance(mapping[field], list):
                patterns(path, mapping, field)


def test_the_line_as_it_is_compiled_is_checked() -> None:
    with pytest.raises(ValueError, match="side by side"):
        compiled("(very )* ?(bad)")  # a space stands for any white space
    assert compiled("(very )*(bad)").search("very very bad")
    assert compiled(r"\D+x").search("abx")  # an escape keeps its case


PIECES = st.sampled_from(["a", "b", "ab", "ba", "[ab]", r"\w", " ", "a?", "."])
PATTERNS = st.recursive(
    PIECES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{0,3}", "{2}", "{2,20}", "*?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=8,
)
PUMPED = ["a", "b", "ab", "ba", "aab", "abb", "aba", "a ", "ab ", " "]


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Python looks for signals while it matches: a pattern that takes too long is stopped."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    timer = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, before)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(pattern=PATTERNS)
def test_what_passes_takes_no_long_time_on_any_text(pattern: str) -> None:
    if blows_up(pattern):
        return
    whole = re.compile(f"{pattern}(?!.|\n)(?<=c)")  # it never matches: every way is tried
    with at_most(SECONDS):
        for text in (
            piece * times + end for piece in PUMPED for times in (30, 300) for end in "c!"
        ):
            whole.match(text)
