"""The automaton of a pattern (Glushkov's): a state for each character that the pattern asks for.

Made from the tree of Python's own parser.
"""

from collections import Counter
from dataclasses import dataclass, field
from functools import reduce
from itertools import product
from operator import or_
from re import _compiler as compiler  # pyright: ignore[reportAttributeAccessIssue]
from re import _constants as op  # pyright: ignore[reportAttributeAccessIssue]
from re import _parser as parser  # pyright: ignore[reportAttributeAccessIssue]
from typing import Any

COPIES = 8
"""A repetition of at most so many times is written out; a longer one counts as endless."""
OPTIONAL = 10
"""More parts in a row that may be left out and match alike are too many."""
STATES = 3_000
BESIDE = "repetitions side by side that fit {} alike can take very long; make them one"
NESTED = "a repetition inside a repetition can take for ever; write it out"
TANGLED = "has too many repetitions to be checked; split it into several patterns"
_EMPTY = "a part can be empty in two ways, and its repetition can take for ever; drop one"
_BACK = "a repetition of what a group held can take for ever; write it out"
_CHARS = frozenset([*map(chr, range(128)), *"’éñßáíóúü¿¡\u00a0\u0663中"])
_Part = tuple[int, list[int], list[int]]
"""In how many ways a part can be empty, the states it can begin with and those it can end with."""


@dataclass
class Automaton:
    """`labels`: what each state matches, as bits over `chars`; `ways`: how many lead from one to one.

    `reason` says why the pattern must not be used, as far as its making shows; or is empty.
    """

    chars: str
    labels: list[int] = field(default_factory=list[int])
    ways: Counter[tuple[int, int]] = field(default_factory=Counter[tuple[int, int]])
    reason: str = ""
    inside: int = 0
    known: dict[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])

    def shown(self, label: int) -> str:
        """A character that a label matches, a letter if it has one."""
        chars = [char for i, char in enumerate(self.chars) if label >> i & 1]
        return repr(next(filter(str.isalpha, chars), " " if " " in chars else chars[0]))


def automaton(pattern: str) -> Automaton:
    """The automaton of a pattern.

    Raises:
        re.error, OverflowError, RecursionError: it is no pattern that Python takes.
    """
    tree = parser.parse(pattern)
    made = Automaton("".join(sorted(_CHARS.union(pattern, pattern.swapcase()))))
    _sequence(made, tree, tree.state.flags)
    return made


def _sequence(made: Automaton, items: Any, flags: int) -> _Part:
    empty, first, last, optional = 1, list[int](), list[int](), list[int]()
    for kind, value in items:
        nothing, starts, ends = _item(made, kind, value, flags)
        made.ways.update(product(last, starts))
        first = first + starts if empty else first
        last = last + ends if nothing else ends
        empty *= nothing
        label = reduce(or_, (made.labels[s] for s in starts), 0)
        optional = [*optional, label] if nothing else []
        if sum(bool(label & other) for other in optional) > OPTIONAL:
            made.reason = BESIDE.format(made.shown(label))
    return empty, first, last


def _item(made: Automaton, kind: Any, value: Any, flags: int) -> _Part:
    part: _Part = 1, [], []
    made.reason = made.reason or (TANGLED if len(made.labels) > STATES else "")
    if made.reason:
        return part
    if kind in (op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY):
        made.labels.append(_label(made, kind, value, flags))
        part = 0, [len(made.labels) - 1], [len(made.labels) - 1]
    elif kind in (op.MAX_REPEAT, op.MIN_REPEAT):
        least, most, body = value
        part = _repeat(made, least, most, body, flags)
    elif kind is op.BRANCH:
        parts = [_sequence(made, branch, flags) for branch in value[1]]
        part = (
            sum(p[0] for p in parts),
            [s for p in parts for s in p[1]],
            [s for p in parts for s in p[2]],
        )
    elif kind is op.SUBPATTERN:
        part = _sequence(made, value[3], (flags | value[1]) & ~value[2])
    elif kind is op.ATOMIC_GROUP:
        part = _sequence(made, value, flags)
    elif kind in (op.ASSERT, op.ASSERT_NOT):
        _sequence(made, value[1], flags)  # takes no text: its states are linked to no others
    elif kind in (op.POSSESSIVE_REPEAT, op.GROUPREF, op.GROUPREF_EXISTS):
        made.reason = NESTED if kind is op.POSSESSIVE_REPEAT else _BACK
    made.reason = made.reason or (_EMPTY if part[0] > 1 else "")
    return part


def _label(made: Automaton, kind: Any, value: Any, flags: int) -> int:
    key = f"{kind} {value}", flags
    if key not in made.known:
        state = parser.State()
        state.flags, state.str = flags, ""
        one = compiler.compile(parser.SubPattern(state, [(kind, value)]), flags)
        made.known[key] = sum(1 << found.start() for found in one.finditer(made.chars))
    return made.known[key]


def _repeat(made: Automaton, least: int, most: int, body: Any, flags: int) -> _Part:
    looped = most > COPIES or (most > 1 and made.inside > 0)
    made.inside += most > 1
    empty, first, last = _sequence(made, body, flags)
    ends = last
    for copy in range(1, 0 if looped else most):
        nothing, starts, more = _sequence(made, body, flags)
        made.ways.update(product(ends, starts))
        first = first + starts if nothing else first
        ends = ends + more if nothing else more
        last = last + more if nothing or copy >= least else more
    made.inside -= most > 1
    if looped:
        made.ways.update(product(last, first))
    # what can be empty can be so once more after each time
    return empty + (least == 0) + (empty if most > 1 else 0), first, last
