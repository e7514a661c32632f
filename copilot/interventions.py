"""Time to intervention: how long the clinical team was waited for, in each call and overall.

Made of the journal's escalation events. Every opening of an escalation counts by itself; one that
the service withdrew, since the transcript was corrected before anybody answered, is told apart.
All times are milliseconds from the start of the utterance that caused it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from copilot.escalation import CLINICIAN, SERVICE
from copilot.events import EscalationEvent, parse_stored
from copilot.journal import Journal, Row


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening of an escalation; `level` is where it was answered, or has climbed to."""

    conversation_id: str
    escalation_id: str
    category: str
    title: str
    opened_at: str
    status: str
    to: str
    level: int
    time_to_flag_ms: int
    time_to_acknowledge_ms: int | None = None
    time_to_intervention_ms: int | None = None
    time_to_close_ms: int | None = None
    outcome: str = ""
    withdrawn: bool = False


MEASURES = (
    "time_to_flag_ms", "time_to_acknowledge_ms", "time_to_intervention_ms", "time_to_close_ms",
)  # fmt: skip


def since_time(day: date | None) -> str:
    """The first moment of a day in UTC, as the journal writes times; nothing: from its start."""
    return f"{day.isoformat()}T00:00:00.000Z" if day else ""


def read(journal: Journal, since: str, tenant: str | None) -> list[Opening]:
    """The openings since a time, oldest first.

    Raises:
        JournalError: they cannot be read.
    """
    found = openings(journal.of_type("escalation", since, tenant))
    return sorted(found, key=lambda opening: opening.opened_at)


def openings(rows: Iterable[Row]) -> list[Opening]:
    """The openings that escalation rows tell of; rows of one conversation come in order."""
    found: dict[tuple[str, str, str, int], Opening] = {}
    count: dict[tuple[str, str, str], int] = {}
    for row in rows:
        event = parse_stored(row.body)
        if event.type != "escalation":
            continue
        key = row.tenant, row.conversation_id, event.escalation_id
        if event.status == "opened":
            count[key] = count.get(key, 0) + 1
            found[*key, count[key]] = _opened(event)
        elif key in count:  # what was opened before the time asked for is left out
            last = (*key, count[key])
            found[last] = _moved(found[last], event)
    return list(found.values())


def report(openings: Sequence[Opening]) -> dict[str, Any]:
    """Counts, medians and 95th percentiles, overall and by category."""
    categories = sorted({opening.category for opening in openings})
    return {
        "overall": _figures(openings),
        "by_category": {
            category: _figures([o for o in openings if o.category == category])
            for category in categories
        },
    }


def by_call(openings: Sequence[Opening]) -> list[dict[str, Any]]:
    """The openings of each call, one row each."""
    return [asdict(opening) for opening in openings]


def table(found: dict[str, Any], since: str) -> str:
    """The report for a person, at 80 columns."""
    head = f"{'':<12}{'OPENED':>8}{'ANSWERED':>10}{'WITHDRAWN':>11}"
    head += f"{'FLAG':>13}{'ANSWER':>13}{'INTERVENTION':>13}"
    lines = [f"Escalations since {since[:10] or 'the first call'}: median / p95 in seconds", head]
    for name, figures in [("overall", found["overall"]), *found["by_category"].items()]:
        times = "".join(f"{_pair(figures[measure]):>13}" for measure in MEASURES[:3])
        lines.append(
            f"{name:<12}{figures['opened']:>8}{figures['answered']:>10}"
            f"{figures['withdrawn']:>11}{times}"
        )
    return "\n".join(lines)


def _opened(event: EscalationEvent) -> Opening:
    return Opening(
        conversation_id=event.conversation_id,
        escalation_id=event.escalation_id,
        category=event.category or "",
        title=event.title,
        opened_at=event.at,
        status="opened",
        to=event.to,
        level=event.level,
        time_to_flag_ms=event.elapsed_ms,
    )


def _moved(opening: Opening, event: EscalationEvent) -> Opening:
    now = replace(opening, to=event.to, level=event.level)
    by_service = event.by == SERVICE
    match event.status:
        case "acknowledged" | "handed_over" if not by_service:
            intervenes = event.status == "handed_over" or event.by == CLINICIAN
            return replace(
                now,
                status=event.status,
                time_to_acknowledge_ms=_first(opening.time_to_acknowledge_ms, event),
                time_to_intervention_ms=_first(opening.time_to_intervention_ms, event)
                if intervenes
                else opening.time_to_intervention_ms,
            )
        case "closed":
            return replace(
                now,
                status="closed",
                time_to_close_ms=event.elapsed_ms,
                outcome=event.outcome or "",
                withdrawn=by_service,
            )
        case _:
            return now


def _first(known: int | None, event: EscalationEvent) -> int:
    return event.elapsed_ms if known is None else known


def _figures(openings: Sequence[Opening]) -> dict[str, Any]:
    standing = [o for o in openings if not o.withdrawn]

    def of(measure: Callable[[Opening], int | None]) -> dict[str, float | int | None]:
        times = [ms for o in standing if (ms := measure(o)) is not None]
        if not times:
            return {"count": 0, "median": None, "p95": None}
        median, p95 = (float(np.percentile(times, share)) for share in (50, 95))
        return {"count": len(times), "median": round(median), "p95": round(p95)}

    return {
        "opened": len(openings),
        "withdrawn": len(openings) - len(standing),
        "answered": sum(o.time_to_acknowledge_ms is not None for o in standing),
        "climbed": sum(o.level > 0 for o in standing),
        "open": sum(o.status != "closed" for o in standing),
        **{measure: of(lambda o, name=measure: getattr(o, name)) for measure in MEASURES},
    }


def _pair(figures: dict[str, Any]) -> str:
    if not figures["count"]:
        return "-"
    return f"{figures['median'] / 1000:.1f} / {figures['p95'] / 1000:.1f}"
