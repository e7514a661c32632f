"""Patterns that could take for ever, found before they are used.

Python's `re` goes back and tries again: exponential time where one text fits a loop in two ways,
a high power where a text can be split between two loops in many. Both can be read off the
pattern's automaton: the criteria EDA and IDA of Weber and Seidl, "On the degree of ambiguity of
finite automata" (1991).
"""

import re
from functools import reduce
from itertools import product
from operator import or_

from guardrails.rules.automaton import BESIDE, NESTED, TANGLED, Automaton, automaton

LOOKS = 50_000
"""A pattern whose repetitions take more looks to compare is refused."""
_TWICE = "a repetition that fits {} in two ways can take for ever; make its alternatives differ"


def blows_up(pattern: str) -> str:
    """Why a pattern can take very long on some text, or "". What is no pattern is "" too.

    What passes takes, from each place of a text, time in proportion to the text. What is refused
    may still be harmless: what look-arounds forbid, for one, is not considered.
    """
    try:
        made = automaton(pattern)
    except (re.error, OverflowError, RecursionError):
        return ""
    return made.reason or _twice(made)


def _twice(made: Automaton) -> str:
    """Whether one text leads from a state back to it in two ways, or through two loops in many."""
    size, labels = len(made.labels), made.labels
    after: list[list[int]] = [[] for _ in range(size)]
    for end, start in made.ways:
        after[end].append(start)
    reach, before = [0] * size, list[int]()
    while reach != before:  # nearly all ways lead forward: a few rounds are enough
        before = list(reach)
        for state in reversed(range(size)):
            reach[state] = reduce(or_, (1 << s | reach[s] for s in after[state]), 0)
    if any(n > 1 and reach[start] >> end & 1 for (end, start), n in made.ways.items()):
        return NESTED
    loops = [state for state in range(size) if reach[state] >> state & 1]
    inner = {s: [t for t in after[s] if reach[t] >> s & 1] for s in loops}
    seen: set[tuple[int, int]] = set()
    pairs = [(state, state) for state in loops]
    for one, other in pairs:
        for a, b in product(inner[one], inner[other]):
            if labels[a] & labels[b] and (one != other or a < b):
                if a == b:
                    return _TWICE.format(made.shown(labels[a]))
                if (a, b) not in seen:
                    seen.add((a, b))
                    pairs.append((a, b))
    return _beside(made, after, inner, reach)


def _beside(
    made: Automaton, after: list[list[int]], inner: dict[int, list[int]], reach: list[int]
) -> str:
    """Whether a text that goes round one loop also leads on to, and goes round, a later one."""
    labels, looks = made.labels, 0
    for here, there in product(inner, inner):
        both = labels[here] & labels[there]
        if not both or not reach[here] >> there & 1 or reach[there] >> here & 1:
            continue
        seen: set[tuple[int, int, int]] = set()
        todo = [(here, here, there)]
        for x, y, z in todo:
            for a, b in product(inner[x], after[y]):
                for c in inner[z] if labels[a] & labels[b] else ():
                    if labels[a] & labels[b] & labels[c] and (a, b, c) not in seen:
                        seen.add((a, b, c))
                        todo.append((a, b, c))
        looks += len(todo)
        if (here, there, there) in seen:
            return BESIDE.format(made.shown(both))
        if looks > LOOKS:
            return TANGLED
    return ""
