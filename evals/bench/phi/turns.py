"""Labelled turns: read from a file or a folder, or generated from templates and a seed."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evals.bench.calls.generate import STYLES, calls
from guardrails.phi.offline import speaker_of
from guardrails.utterance import Speaker

Spans = list[tuple[int, int, str]]
IGNORED = "ORG_IGN"
"""A label that counts neither as an identifier nor as a false find."""


class DataError(ValueError):
    """The labelled data cannot be used; one line to show."""


@dataclass(frozen=True)
class Turn:
    """A labelled turn: `labels` are start, end and kind of its identifiers."""

    conversation: str
    speaker: Speaker
    style: str
    text: str
    labels: Spans
    language: str = "en"


def generated(split: str, seed: int, per_template: int, language: str | None) -> list[Turn]:
    """Turns of generated calls: the same for the same split, seed and number."""
    return [
        Turn(
            f"{call.id}/{style}",
            speaker_of(turn.speaker),
            style,
            turn.text(style),
            list(turn.spans(style)),
            call.language,
        )
        for call in calls(split, seed, per_template, language)
        for style in STYLES
        for turn in call.turns
    ]


def read(path: Path) -> list[Turn]:
    """Labelled turns: a JSONL of `text` and `spans`, or a folder of calls with `phi_labels.json`.

    Raises:
        DataError: what is missing or wrong.
    """
    try:
        turns = list(_folder(path) if path.is_dir() else _rows(path))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: {type(error).__name__}: not labelled turns") from None
    if not turns:
        raise DataError(f"{path}: holds no turns")
    return turns


def _rows(path: Path) -> Iterator[Turn]:
    for number, line in enumerate(path.read_text().splitlines()):
        row = json.loads(line)
        style = str(row.get("style", "written"))
        call = row.get("call", number)
        speaker = speaker_of(row.get("role", "other"))
        yield Turn(f"{call}/{style}", speaker, style, str(row["text"]), _labels(row["spans"]))


def _folder(path: Path) -> Iterator[Turn]:
    labelled = json.loads((path / "phi_labels.json").read_text())
    labels: dict[str, Spans] = {row["segment_id"]: _labels(row["spans"]) for row in labelled}
    for file in sorted(path.glob("*.jsonl")):
        for line in file.read_text().splitlines():
            row = json.loads(line)
            if row["type"] == "segment":
                found = labels.get(row["segment_id"], [])
                speaker = speaker_of(row["speaker"])
                yield Turn(file.stem, speaker, "real speech", str(row["text"]), found)


def _labels(rows: Iterable[tuple[int, int, str]]) -> Spans:
    return [(int(start), int(end), str(kind)) for start, end, kind in rows]
