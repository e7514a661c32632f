"""A compliance rule, as a pack says it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

from guardrails.cues.listener import listener
from guardrails.flag import Category, Severity
from guardrails.rules.effective import Effective
from guardrails.rules.errors import PackError
from guardrails.rules.fields import Fields
from guardrails.rules.pack import Pack, pack_of
from guardrails.rules.yamls import line_of, read_yaml

EXAMPLES = 5
"""Every rule that listens carries at least so many examples, and so many counter-examples."""
THRESHOLD = 0.62
"""From this cosine on, a turn means what a line of `means` says."""
LEAST_THRESHOLD = 0.5
SURE = 0.8
"""From this probability on, a cue raises a flag: a false alarm costs trust."""
UNHEARD = 0.1
"""Below this probability of its cue a phrase does not count: it is only mentioned."""
HEARD = 0.5
"""From this probability on, a cue of the agent settles a matter."""
SPEAKERS = ("agent", "patient", "other", "any")
_FIELDS = frozenset(
    """
    id version category severity title why say passage speaker matter says means threshold
    literal asked requires unless licence programs deadline_s resolved_by after entity
    observation examples counter_examples source cue sure settled_by effective cooldown_s approver
    """.split()
)
_NEEDED = ("id", "category", "severity", "title", "why")
_READING = ("code", "at_least", "at_most", "gain_at_least")


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
    `means` are phrases. Cues of the agent in `settled_by` settle it. `cooldown_s`: a matter that
    was settled is raised anew when it is met so many seconds later; None is once a call. `approver`
    is the role that answers for it.
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
    said_as: tuple[str, ...]
    """The lines of `says`, as they are written."""
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
    cooldown_s: int | None
    resolved_by: tuple[re.Pattern[str], ...]
    resolved_as: tuple[str, ...]
    """The lines of `resolved_by`, as they are written."""
    after: str
    entity: str
    reading: Reading | None
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]
    effective: Effective
    approver: str
    source: str
    path: str
    line: int


def read_rules(
    path: Path, known_passages: Collection[str] | None, proven: Collection[str] = ()
) -> tuple[Pack, tuple[Rule, ...]]:
    """A pack and its rules. `proven`: hashes of packs whose patterns are known to be harmless.

    Raises:
        PackError: with file, line and reason.
    """
    content = read_yaml(path)
    pack = pack_of(path, content)
    if pack.kind != "rules":
        raise PackError(str(path), 1, "holds a protocol, not rules")
    checked = pack.sha256 in proven
    line = line_of(content, "rules")
    return pack, tuple(
        _rule(path, row, line, pack, known_passages, checked) for row in content["rules"]
    )


def _rule(
    path: Path, row: Any, line: int, pack: Pack, known: Collection[str] | None, checked: bool
) -> Rule:
    fields = Fields(path, row, _FIELDS, _NEEDED, line)
    category = cast(Category, fields.text("category", among=get_args(Category)))
    severity = cast(Severity, fields.text("severity", among=get_args(Severity)))
    for field in ("cue", "after"):
        if fields.has(field) and fields.text(field) not in listener().cues:
            raise fields.wrong(field, f"{fields.text(field)!r} is no known cue")
    for cue in fields.texts("settled_by"):
        if cue not in listener().cues:
            raise fields.wrong("settled_by", f"{cue!r} is no known cue")
    listens = any(fields.has(field) for field in ("says", "means", "cue"))
    if not listens and not any(map(fields.has, ("after", "deadline_s", "entity", "observation"))):
        raise fields.wrong("id", "nothing triggers this rule")
    examples, counters = fields.texts("examples"), fields.texts("counter_examples")
    if listens and (len(set(examples)) < EXAMPLES or len(set(counters)) < EXAMPLES):
        raise fields.wrong(
            "id", f"needs at least {EXAMPLES} examples and {EXAMPLES} counter-examples"
        )
    threshold = fields.share("threshold", THRESHOLD)
    if threshold < LEAST_THRESHOLD:
        raise fields.wrong("threshold", f"must be {LEAST_THRESHOLD} at least: less means nothing")
    effective = fields.effective().within(pack.effective)
    if not effective:
        raise fields.wrong("effective", f"lies outside the days of the pack, {pack.effective}")
    return Rule(
        rule_id=fields.text("id"),
        version=fields.whole("version") or pack.version,
        category=category,
        severity=severity,
        title=fields.text("title"),
        why=fields.text("why"),
        say=fields.text("say"),
        passage=fields.passage(known),
        speaker=fields.text("speaker", "patient", among=SPEAKERS),
        matter=fields.text("matter", fields.text("id")),
        says=fields.patterns("says", checked=checked),
        said_as=fields.texts("says"),
        means=fields.texts("means"),
        threshold=threshold,
        literal=fields.yes("literal"),
        cue=fields.text("cue"),
        sure=fields.share("sure", SURE),
        settled_by=fields.names("settled_by"),
        asked=fields.yes("asked"),
        requires=fields.names("requires"),
        unless=fields.names("unless"),
        licence=fields.text("licence"),
        programs=fields.names("programs"),
        deadline_s=fields.whole("deadline_s"),
        cooldown_s=fields.whole("cooldown_s"),
        resolved_by=fields.patterns("resolved_by", checked=checked),
        resolved_as=fields.texts("resolved_by"),
        after=fields.text("after"),
        entity=fields.text("entity"),
        reading=_reading(path, row) if fields.has("observation") else None,
        examples=examples,
        counter_examples=counters,
        effective=effective,
        approver=fields.text("approver", pack.approver),
        source=fields.text("source", pack.source),
        path=str(path),
        line=line_of(row),
    )


def _reading(path: Path, row: dict[str, Any]) -> Reading:
    fields = Fields(path, row["observation"], _READING, ("code",), line_of(row, "observation"))
    found = Reading(fields.text("code"), *map(fields.number, _READING[1:]))
    if found == Reading(found.code):
        raise fields.wrong("code", f"needs one of {', '.join(_READING[1:])}")
    return found
