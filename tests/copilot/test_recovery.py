"""A restarted server goes on with every open call, and nothing on disk names a patient."""

import asyncio
import json
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from copilot.auth import issue
from copilot.embedded import Running, running
from copilot.settings import Settings, load

START = {
    "type": "conversation.start",
    "conversation_id": "c-1",
    "context": {"on_file": {"name": "Zebulon Quartz", "phone": "415-555-0199"}},
}


def segment(number: int, text: str) -> dict[str, Any]:
    return {
        "type": "segment", "conversation_id": "c-1", "segment_id": f"s-{number}",
        "speaker": "patient", "text": text, "start_ms": number * 1000, "end_ms": number * 1000 + 900,
    }  # fmt: skip


async def talk(server: Running, settings: Settings, messages: list[Any], last: str) -> list[Any]:
    headers = {"Authorization": f"Bearer {issue(settings, 'supervisor', 's')}"}
    heard: list[Any] = []
    async with connect(f"{server.ws}/v1/conversations/c-1", additional_headers=headers) as socket:
        for message in messages:
            await socket.send(json.dumps(message))
        async with asyncio.timeout(30):
            while True:
                heard.append(json.loads(await socket.recv()))
                if last in (heard[-1]["type"], heard[-1].get("segment_id")) and heard[-1][
                    "type"
                ] in (
                    "ack",
                    "summary",
                ):
                    return heard


async def test_open_calls_go_on_after_a_restart(tmp_path: Path) -> None:
    settings = load(data=tmp_path, port=0)
    first = [START, segment(1, "it's Zebulon Quartz, my number is four one five five five five oh one nine nine"),
             segment(2, "my chest feels tight")]  # fmt: skip
    async with running(settings) as server:
        before = await talk(server, settings, first, "s-2")
    async with running(settings) as server:
        second = [START, segment(2, "my chest feels tight"), segment(3, "this is Ingrid Marlow now"),
                  {"type": "conversation.end", "conversation_id": "c-1"}]  # fmt: skip
        after = await talk(server, settings, second, "summary")
    replayed = [e["event_id"] for e in after if e["type"] in ("utterance", "flag")]
    told = [e["event_id"] for e in before if e["type"] in ("utterance", "flag")]
    assert replayed[: len(told)] == told
    third = next(e for e in after if e.get("segment_id") == "s-3" and e["type"] == "utterance")
    assert third["text"] == "this is <PERSON_2> now"
    summary = after[-1]
    assert summary["metrics"]["escalations"] == 1
    assert summary["metrics"]["utterances"] == 3
    for file in tmp_path.rglob("*"):
        if file.is_file():
            content = file.read_bytes().lower()
            for planted in (
                b"zebulon",
                b"quartz",
                b"5550199",
                b"555-0199",
                b"oh one nine nine",
                b"ingrid",
            ):
                assert planted not in content, f"{planted!r} in {file.name}"
