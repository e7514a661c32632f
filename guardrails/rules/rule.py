"""A compliance rule, as a pack says it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from guardrails.cues.listener import listener
from guardrails.flag import Category, Severity
from guardrails.rules.errors import PackError
from guardrails.rules.fields import Fields
from guardrails.rules.yamls import LINE, line_of, read_yaml

EXAMPLES = 5
"""Every rule that listens carries at least so many examples, and so many counter-examples."""
THRESHOLD = 0.62
SURE = 0.9
"""From this probability on, a cue raises a flag: a false alarm costs trust."""
HEARD = 0.5
"""From this probability on, a cue of the agent settles a matter."""
_FIELDS = frozenset(
    """
    id version category severity title why say passage speaker matter says means threshold
    literal asked requires unless licence programs deadline_s resolved_by after entity
    observation examples counter_examples source cue sure settled_by
    """.split()
)
_NEEDED = ("id", "category", "severity", "title", "why")


@dataclass(frozen=True)
class Reading:
    """What makes a remote-monitoring reading a matter: limits in the unit of the reading."""

    code: str
    at_least: float | None = None
    at_most: float | None = None
    gain_at_least: float | None = None


@dataclass(frozen=True)
class Rule:
    """One rule. `matter` merges: one flag for each matter in a call.

    `cue` is what it listens for however it is worded, from the probability `sure` on; `says` and
    `means` are phrases. Cues of the agent in `settled_by` settle it.
    """

    rule_id: str
    version: int
    category: Category
    severity: Severity
    title: str
    why: str
    say: str
    passage: str
    speaker: str
    matter: str
    says: tuple[re.Pattern[str], ...]
    means: tuple[str, ...]
    threshold: float
    literal: bool
    cue: str
    sure: float
    settled_by: frozenset[str]
    asked: bool
    requires: frozenset[str]
    unless: frozenset[str]
    licence: str
    programs: frozenset[str]
    deadline_s: int | None
    resolved_by: tuple[re.Pattern[str], ...]
    after: str
    entity: str
    reading: Reading | None
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]
    path: str
    line: int


def read_rules(path: Path, known_passages: Collection[str] | None) -> list[Rule]:
    """The rules of a pack.

    Raises:
        PackError: with file, line and reason.
    """
    pack = read_yaml(path)
    rows = pack.get("rules")
    if not isinstance(rows, list) or not rows:
        raise PackError(str(path), line_of(pack, "rules"), "`rules` must be a list")
    for field in ("pack", "version", "approver"):
        if not pack.get(field):
            raise PackError(str(path), line_of(pack), f"`{field}` is missing")
    return [_rule(path, row, int(pack["version"]), known_passages) for row in rows]


def _rule(path: Path, row: Any, version: int, known: Collection[str] | None) -> Rule:
    if not isinstance(row, dict):
        raise PackError(str(path), 1, "a rule is a mapping")
    fields = Fields(path, row, _FIELDS, _NEEDED)
    if row["category"] not in get_args(Category):
        raise fields.wrong("category", f"must be one of {', '.join(get_args(Category))}")
    if row["severity"] not in get_args(Severity):
        raise fields.wrong("severity", f"must be one of {', '.join(get_args(Severity))}")
    passage = fields.passage(known)
    says = fields.patterns("says")
    means = tuple(str(line) for line in row.get("means") or ())
    listens = bool(says or means or row.get("cue"))
    for field in ("cue", "after", "settled_by"):
        named = row.get(field) or ()
        for cue in (named,) if isinstance(named, str) else named:
            if cue not in listener().cues:
                raise fields.wrong(field, f"{cue!r} is no known cue")
    if not (
        listens
        or row.get("after")
        or row.get("deadline_s")
        or row.get("entity")
        or row.get("observation")
    ):
        raise fields.wrong("id", "nothing triggers this rule")
    examples, counters = (
        tuple(map(str, row.get(f) or ())) for f in ("examples", "counter_examples")
    )
    if listens and (len(examples) < EXAMPLES or len(counters) < EXAMPLES):
        raise fields.wrong(
            "id", f"needs at least {EXAMPLES} examples and {EXAMPLES} counter-examples"
        )
    reading = row.get("observation")
    return Rule(
        rule_id=str(row["id"]),
        version=int(row.get("version") or version),
        category=row["category"],
        severity=row["severity"],
        title=str(row["title"]),
        why=str(row["why"]),
        say=fields.text("say"),
        passage=passage,
        speaker=fields.text("speaker", "patient"),
        matter=fields.text("matter", str(row["id"])),
        says=says,
        means=means,
        threshold=float(row.get("threshold") or THRESHOLD),
        literal=bool(row.get("literal")),
        cue=fields.text("cue"),
        sure=float(row.get("sure") or SURE),
        settled_by=fields.names("settled_by"),
        asked=bool(row.get("asked")),
        requires=fields.names("requires"),
        unless=fields.names("unless"),
        licence=fields.text("licence"),
        programs=fields.names("programs"),
        deadline_s=int(row["deadline_s"]) if row.get("deadline_s") else None,
        resolved_by=fields.patterns("resolved_by"),
        after=fields.text("after"),
        entity=fields.text("entity"),
        reading=Reading(**{k: v for k, v in reading.items() if k != LINE}) if reading else None,
        examples=examples,
        counter_examples=counters,
        path=str(path),
        line=line_of(row),
    )
