"""Escalations: a critical matter of a call in the clinical team's hands. Pure: no clock, no I/O.

One escalation for one matter (`flag_id`). It is opened by a critical red flag or crisis, climbs
while nobody answers, is acknowledged, handed over and closed. A matter that comes back opens the
same escalation again. All times are milliseconds from the start of the call.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from guardrails.flag import Category, Flag

Standing = Literal["opened", "acknowledged", "handed_over", "closed"]
Told = Literal["opened", "acknowledged", "handed_over", "climbed", "closed"]
Outcome = Literal["resolved", "sent_to_emergency", "called_back", "false_alarm"]
SERVICE = "service"
"""Who did it, where it was nobody but the service: the transcript was corrected."""
CLINICIAN = "clinician"
_ESCALATED = ("red_flag", "crisis")


@dataclass(frozen=True, slots=True)
class Ladder:
    """Whom an escalation goes to, one after the other, and how long each has to answer."""

    targets: tuple[str, ...] = ("clinical-team", "on-call-clinician", "medical-director")
    climb_ms: int = 60_000

    def at(self, level: int) -> str:
        """Who is called at a level; above the last one, the last one."""
        return self.targets[min(level, len(self.targets) - 1)]


@dataclass(frozen=True, slots=True)
class Escalation:
    """One matter in the clinical team's hands.

    `since_ms` is the start of the utterance that caused it, `opened_ms` when it was (last) opened,
    `reached_ms` when it came to its `level`; `to` is who has it. The other times are the first of
    this opening: `intervened_ms` is a clinician's acknowledgement or a hand-over. `unfounded` says
    that its flag was resolved while somebody worked on it; `by` is the role that closed it.
    """

    escalation_id: str
    flag_id: str
    category: Category
    title: str
    status: Standing
    to: str
    since_ms: int
    opened_ms: int
    reached_ms: int
    level: int = 0
    acknowledged_ms: int | None = None
    intervened_ms: int | None = None
    closed_ms: int | None = None
    unfounded: bool = False
    outcome: Outcome | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to an escalation, for its listeners; the note is masked."""

    escalation: Escalation
    status: Told
    at_ms: int
    by: str = ""
    note: str = ""


Escalations = tuple[Escalation, ...]
Moved = tuple[Escalations, tuple[Change, ...]]


def follow(
    ladder: Ladder,
    escalations: Escalations,
    flags: Iterable[Flag],
    starts: Mapping[str, int],
    at_ms: int,
) -> Moved:
    """What flags that changed their standing do: open, open again, or withdraw an escalation.

    `starts` are the starts of the segments heard, by id.
    """
    known = {escalation.flag_id: escalation for escalation in escalations}
    changes: list[Change] = []
    for flag in flags:
        standing = known.get(flag.flag_id)
        change: Change | None = None
        if flag.status == "resolved":
            change = _withdrawn(standing, at_ms) if standing else None
        elif flag.severity == "critical" and flag.category in _ESCALATED:
            heard = [starts[e.segment_id] for e in flag.evidence if e.segment_id in starts]
            since_ms = min([*heard, at_ms])
            if standing is None:
                opened = _new(ladder, f"e-{len(known) + 1}", flag, since_ms, at_ms)
                change = Change(opened, "opened", at_ms)
            elif flag.status == "raised":
                change = _again(ladder, standing, since_ms, at_ms)
        if change is not None:
            known[flag.flag_id] = change.escalation
            changes.append(change)
    return tuple(known.values()), tuple(changes)


def said_again(
    ladder: Ladder, escalations: Escalations, flag_ids: Collection[str], since_ms: int, at_ms: int
) -> Moved:
    """Opens again what was closed as a false alarm, when the same matter is said anew."""

    def reopened(escalation: Escalation) -> Change | None:
        false_alarm = escalation.status == "closed" and escalation.outcome == "false_alarm"
        if not false_alarm or escalation.flag_id not in flag_ids:
            return None
        return _again(ladder, escalation, min(since_ms, at_ms), at_ms)

    return _each(escalations, reopened)


def climb(ladder: Ladder, escalations: Escalations, at_ms: int) -> Moved:
    """What nobody has answered in time goes one level up; each level has its full time."""

    def up(escalation: Escalation) -> Change | None:
        if not may_climb(ladder, escalation) or at_ms - escalation.reached_ms < ladder.climb_ms:
            return None
        level = escalation.level + 1
        moved = replace(escalation, level=level, to=ladder.at(level), reached_ms=at_ms)
        return Change(moved, "climbed", at_ms)

    return _each(escalations, up)


def may_climb(ladder: Ladder, escalation: Escalation) -> bool:
    """Whether time alone can still move it."""
    return escalation.status == "opened" and escalation.level + 1 < len(ladder.targets)


def acknowledge(
    escalations: Escalations, escalation_id: str, at_ms: int, *, by: str, note: str
) -> Moved:
    """Somebody has it. Said twice, it counts once; a clinician's word counts after an agent's."""

    def taken(escalation: Escalation) -> Change | None:
        intervenes = by == CLINICIAN and escalation.intervened_ms is None
        if escalation.status == "acknowledged" and not intervenes:
            return None
        moved = replace(
            escalation,
            status="acknowledged",
            acknowledged_ms=_first(escalation.acknowledged_ms, at_ms),
            intervened_ms=at_ms if intervenes else escalation.intervened_ms,
        )
        return Change(moved, "acknowledged", at_ms, by, note)

    return _open_one(escalations, escalation_id, taken)


def hand_over(
    escalations: Escalations, escalation_id: str, at_ms: int, *, to: str, by: str, note: str
) -> Moved:
    """Somebody else has it now, named by role or place; may happen more than once."""

    def given(escalation: Escalation) -> Change:
        moved = replace(
            escalation,
            status="handed_over",
            to=to,
            acknowledged_ms=_first(escalation.acknowledged_ms, at_ms),
            intervened_ms=_first(escalation.intervened_ms, at_ms),
        )
        return Change(moved, "handed_over", at_ms, by, note)

    return _open_one(escalations, escalation_id, given)


def close(
    escalations: Escalations,
    escalation_id: str,
    at_ms: int,
    *,
    outcome: Outcome,
    by: str,
    note: str,
) -> Moved:
    """It is over, and how it ended."""

    def ended(escalation: Escalation) -> Change:
        return Change(_closed(escalation, at_ms, outcome, by), "closed", at_ms, by, note)

    return _open_one(escalations, escalation_id, ended)


def _new(ladder: Ladder, escalation_id: str, flag: Flag, since_ms: int, at_ms: int) -> Escalation:
    return Escalation(
        escalation_id=escalation_id,
        flag_id=flag.flag_id,
        category=flag.category,
        title=flag.title,
        status="opened",
        to=ladder.at(0),
        since_ms=since_ms,
        opened_ms=at_ms,
        reached_ms=at_ms,
    )


def _again(ladder: Ladder, standing: Escalation, since_ms: int, at_ms: int) -> Change | None:
    """The same matter is there again: opened anew if it was closed, else noted."""
    if standing.status == "closed":
        opened = replace(
            standing,
            status="opened",
            to=ladder.at(standing.level),  # who was called before is called again
            since_ms=since_ms,
            opened_ms=at_ms,
            reached_ms=at_ms,
            acknowledged_ms=None,
            intervened_ms=None,
            closed_ms=None,
            unfounded=False,
            outcome=None,
            by="",
        )
        return Change(opened, "opened", at_ms)
    if standing.unfounded:
        note = "The flag behind it is raised again."
        return Change(replace(standing, unfounded=False), standing.status, at_ms, SERVICE, note)
    return None


def _withdrawn(standing: Escalation, at_ms: int) -> Change | None:
    """The flag is resolved: closed if nobody has answered yet, else noted for who works on it."""
    if standing.status == "closed" or standing.unfounded:
        return None
    note = "The flag behind it is resolved."
    if standing.status == "opened":
        closed = _closed(standing, at_ms, "resolved", SERVICE)
        return Change(closed, "closed", at_ms, SERVICE, note)
    return Change(replace(standing, unfounded=True), standing.status, at_ms, SERVICE, note)


def _closed(escalation: Escalation, at_ms: int, outcome: Outcome, by: str) -> Escalation:
    return replace(escalation, status="closed", closed_ms=at_ms, outcome=outcome, by=by)


def _open_one(
    escalations: Escalations, escalation_id: str, move: Callable[[Escalation], Change | None]
) -> Moved:
    """Moves the one meant, unless it is closed: that is opened again by its matter alone."""
    return _each(
        escalations,
        lambda e: move(e) if e.escalation_id == escalation_id and e.status != "closed" else None,
    )


def _each(escalations: Escalations, move: Callable[[Escalation], Change | None]) -> Moved:
    changes = {e.escalation_id: change for e in escalations if (change := move(e)) is not None}
    moved = tuple(
        changes[e.escalation_id].escalation if e.escalation_id in changes else e
        for e in escalations
    )
    return moved, tuple(changes.values())


def _first(known: int | None, now: int) -> int:
    return now if known is None else known
