"""Recordings: client events and vCon become the same calls."""

import json
from pathlib import Path

import pytest

from copilot.replay import RecordingError, read


def test_a_start_and_an_end_are_added(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    segment = {"type": "segment", "conversation_id": "c", "segment_id": "s", "speaker": "agent",
               "text": "hi", "start_ms": 5, "end_ms": 900}  # fmt: skip
    path.write_text(json.dumps(segment))
    (recording,) = read(path)
    kinds = [m["type"] for m in recording.messages]
    assert kinds == ["conversation.start", "segment", "conversation.end"]
    assert recording.due(1) == 900


def test_a_vcon_is_read_by_its_roles_and_times(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    dialog = [
        {"type": "text", "start": "2026-01-01T00:00:05Z", "parties": 1, "body": "I need a refill"},
        {"type": "text", "start": "2026-01-01T00:00:00Z", "parties": 0, "body": "How can I help?"},
    ]
    parties = [{"role": "agent"}, {"role": "customer"}]
    path.write_text(
        json.dumps({"vcon": "0.0.2", "uuid": "u-1", "parties": parties, "dialog": dialog})
    )
    (recording,) = read(path)
    said = [(m["speaker"], m["start_ms"]) for m in recording.messages if m["type"] == "segment"]
    assert said == [("agent", 0), ("patient", 5000)]


@pytest.mark.parametrize("content", ["", "nonsense", '{"vcon":"1","payload":"x"}', '{"vcon":"1"}'])
def test_what_is_no_recording_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "c.jsonl"
    path.write_text(content)
    with pytest.raises(RecordingError, match=str(path)):
        read(path)
