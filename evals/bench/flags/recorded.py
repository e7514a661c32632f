"""Recorded calls without labels: every flag raised in them, for a person to judge."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from copilot.replay import Recording, RecordingError, files, read
from evals.bench.flags.play import Raised, guard, through
from guardrails.phi import Deidentifier, Vault
from guardrails.rules.book import Read
from guardrails.utterance import Segment, Utterance
from guardrails.watch import CallFacts
from knowledge_base.embedding import MiniLm


@dataclass(frozen=True)
class Flagged:
    """A flag in a call."""

    call: str
    flag: Raised


def run(data: Path, licence: str) -> dict[str, Any]:
    """All flags of the calls in a file or folder, played as `licence` agents.

    Raises:
        RecordingError: the file cannot be played.
    """
    reader: Read = MiniLm().read
    watched = guard(reader)
    deidentifier = Deidentifier()
    flagged: list[Flagged] = []
    calls = 0
    skipped: list[str] = []
    for recording in _recordings(data, skipped):
        calls += 1
        said = _masked(recording, deidentifier)
        facts = CallFacts(licence=licence)
        raised = through(watched, reader, recording.conversation_id, facts, said)
        flagged += [Flagged(recording.conversation_id, flag) for flag in raised]
    return {
        "data": data.name,
        "licence": licence,
        "calls": calls,
        "skipped": skipped,
        "flags": len(flagged),
        "flags_per_call": round(len(flagged) / calls, 2) if calls else 0.0,
        "rules": dict(Counter(one.flag.rule_id for one in flagged).most_common()),
        "raised": [{"call": one.call, **asdict(one.flag)} for one in flagged],
    }


def _recordings(data: Path, skipped: list[str]) -> Iterator[Recording]:
    """The calls of a file, or of those in a folder that hold any; the others are `skipped`."""
    for path in files([data]):
        try:
            yield from read(path)
        except RecordingError:
            if data.is_file():
                raise
            skipped.append(path.name)


def _masked(recording: Recording, deidentifier: Deidentifier) -> list[Utterance]:
    vault = Vault(recording.conversation_id)
    segments = [
        Segment(
            recording.conversation_id, m["segment_id"], m["speaker"], m["text"], True,
            m["start_ms"], m["end_ms"],
        )
        for m in recording.messages
        if m["type"] == "segment" and m.get("final", True)
    ]  # fmt: skip
    return [deidentifier.deidentify([(s, vault)])[0].utterance for s in segments]


def table(result: dict[str, Any]) -> str:
    """Every flag, at 80 columns."""
    lines = [f"{result['data']}: {result['flags']} flags in {result['calls']} calls"]
    for row in result["raised"]:
        where = f"{row['call']}:{row['turn']}"
        lines += [f"{row['rule_id']:<28} {where[-50:]:>51}", f"    {row['quote'][:76]}"]
    counts: Sequence[tuple[str, int]] = list(result["rules"].items())
    return "\n".join([*lines, "", *(f"{count:>5}  {rule}" for rule, count in counts)])
