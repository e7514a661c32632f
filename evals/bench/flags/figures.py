"""Of what was due, what was raised; of what was raised, what was due; and what that costs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from evals.bench.flags.golden import Due, Golden
from evals.bench.flags.play import Raised

CRITICAL = frozenset({"red_flag", "crisis"})
FLOOR = 0.8
"""A rule whose flags are right less often is reported by name."""
_NEAR = 1


@dataclass(frozen=True)
class Judged:
    """A call in one style: what was found, missed and false."""

    call: str
    style: str
    found: tuple[Due, ...]
    missed: tuple[Due, ...]
    right: tuple[Raised, ...]
    false: tuple[Raised, ...]


def judge(known: Golden, style: str, raised: Sequence[Raised]) -> Judged:
    """A call's flags against its labels.

    A flag is right where one of its category is due within a turn of it, and counts neither way
    where one is that two people would argue about. What is due is found where a flag of its
    category that is not false was raised by the turn after it: the same matter is flagged once in
    a call. Flags of protocols are not labelled and not judged.
    """
    right: list[Raised] = []
    argued: list[Raised] = []
    false: list[Raised] = []
    for flag in raised:
        near = [d for d in known.due if d.category == flag.category and _near(d, flag)]
        if any(not d.optional for d in near):
            right.append(flag)
        elif near:
            argued.append(flag)
        elif flag.category != "protocol":
            false.append(flag)
    wanted = [d for d in known.due if not d.optional]
    found = [
        d
        for d in wanted
        if any(f.category == d.category and f.turn <= d.turn + _NEAR for f in (*right, *argued))
    ]
    missed = [d for d in wanted if d not in found]
    return Judged(
        known.call.template, style, tuple(found), tuple(missed), tuple(right), tuple(false)
    )


def _near(due: Due, flag: Raised) -> bool:
    return abs(due.turn - flag.turn) <= _NEAR


def figures(judged: Iterable[Judged]) -> dict[str, Any]:
    """Recall and precision with 95 % intervals, by style and category, and each rule's worth."""
    styles: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        styles[one.style].append(one)
    return {style: _figures(calls) for style, calls in styles.items()}


def _figures(calls: Sequence[Judged]) -> dict[str, Any]:
    found = Counter(d.category for c in calls for d in c.found)
    missed = Counter(d.category for c in calls for d in c.missed)
    right = Counter(f.category for c in calls for f in c.right)
    false = Counter(f.category for c in calls for f in c.false)
    categories = sorted({*found, *missed, *right, *false})
    by_rule = Counter(f.rule_id for c in calls for f in c.right)
    by_rule_false = Counter(f.rule_id for c in calls for f in c.false)
    critical = (sum(found[c] for c in CRITICAL), sum(missed[c] for c in CRITICAL))
    return {
        "calls": len(calls),
        "recall": _share(found.total(), missed.total()),
        "critical_recall": _share(*critical),
        "precision": _share(right.total(), false.total()),
        "false_flags_per_call": round(false.total() / len(calls), 3),
        "flags_per_call": round((right.total() + false.total()) / len(calls), 3),
        "categories": {
            c: {
                "recall": _share(found[c], missed[c]),
                "precision": _share(right[c], false[c]),
            }
            for c in categories
        },
        "rules": {
            rule: {
                "precision": _share(by_rule[rule], by_rule_false[rule]),
                "interruptions_per_call": round(
                    (by_rule[rule] + by_rule_false[rule]) / len(calls), 3
                ),
            }
            for rule in sorted({*by_rule, *by_rule_false})
        },
    }


def _share(yes: int, no: int) -> dict[str, Any]:
    count = yes + no
    return {
        "count": count,
        "share": round(yes / count, 4) if count else None,
        "interval": _wilson(yes, count) if count else None,
    }


def _wilson(yes: int, count: int) -> list[float]:
    """The 95 % interval of a share (Wilson, JASA 22, 1927)."""
    share, z = yes / count, 1.96
    middle = share + z * z / (2 * count)
    reach = z * ((share * (1 - share) + z * z / (4 * count)) / count) ** 0.5
    return [round((middle + sign * reach) / (1 + z * z / count), 4) for sign in (-1, 1)]


def below_floor(found: dict[str, Any]) -> list[str]:
    """The rules whose precision is below `FLOOR`, with at least two flags to judge by."""
    return [
        rule
        for rule, row in found["rules"].items()
        if row["precision"]["count"] > 1 and row["precision"]["share"] < FLOOR
    ]
