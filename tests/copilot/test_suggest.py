"""A language model only words what was approved; real HTTP on the loopback."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect

from copilot.auth import issue
from copilot.embedded import running
from copilot.settings import load
from copilot.suggest.compose import Cited, Suggestion
from copilot.suggest.draft import DraftFailed, Llm, draft
from guardrails.answer import check
from guardrails.utterance import Utterance

PASSAGE = "Weigh yourself each morning. Don't skip your water pill on your own. Call us if you gain 3 pounds."
CARD = Suggestion(
    "sg-1", "answer", PASSAGE, "s-1", (Cited("p", 1, "t", PASSAGE),), "extractive", 0.9
)
TURN = Utterance("c", "s-1", "patient", "I'm <PERSON_1>, can I skip it?", (), True, 0, 1)


class Model(BaseHTTPRequestHandler):
    """An OpenAI-compatible endpoint that says what it is told to."""

    says = ""
    status = 200
    asked: list[str] = []  # noqa: RUF012

    def do_POST(self) -> None:
        self.asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(self.status)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        if self.status != 200:
            return
        for piece in [*self.says.split(" "), None]:
            delta = {} if piece is None else {"content": piece + " "}
            choice = {"index": 0, "delta": delta, "finish_reason": None if piece else "stop"}
            body = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m",
                    "choices": [choice]}  # fmt: skip
            self.wfile.write(f"data: {json.dumps(body)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def llm() -> Iterator[Llm]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Model.status, Model.asked = 200, []
    yield Llm(f"http://127.0.0.1:{server.server_port}/v1", "k", "m", 5.0)
    server.shutdown()
    server.server_close()


async def test_checked_sentences_are_streamed_and_the_prompt_is_masked(llm: Llm) -> None:
    Model.says = "Please weigh yourself each morning. Don't skip your water pill on your own."
    pieces = [piece async for piece in draft(llm, CARD, [TURN])]
    assert len(pieces) == 2
    assert "".join(pieces).strip() == Model.says
    assert "<PERSON_1>" in Model.asked[0]


@pytest.mark.parametrize(
    "says",
    ["Take 7 pills now.", "You can skip your water pill on your own.", "It sounds like angina.",
     "I promise you it will be fine.", "Call <PHONE_3>."],
)  # fmt: skip
async def test_what_was_not_approved_is_never_shown(llm: Llm, says: str) -> None:
    Model.says = says
    pieces: list[str] = []
    with pytest.raises(DraftFailed, match="unsafe"):
        async for piece in draft(llm, CARD, [TURN]):
            pieces.append(piece)  # noqa: PERF401
    assert pieces == []


async def test_a_failing_endpoint_is_told_apart(llm: Llm) -> None:
    Model.status = 500
    with pytest.raises(DraftFailed, match="unavailable"):
        _ = [piece async for piece in draft(llm, CARD, [TURN])]


@given(number=st.integers(0, 10_000).filter(lambda n: n != 3))
def test_a_number_that_was_not_approved_never_passes(number: int) -> None:
    assert "number" in check(f"Call us if you gain {number} pounds.", [PASSAGE])


def test_the_approved_text_itself_passes() -> None:
    assert check(PASSAGE, [PASSAGE]) == []


async def test_a_call_is_worded_by_the_model_and_goes_on_when_it_fails(
    llm: Llm, tmp_path: Path
) -> None:
    settings = load(data=tmp_path, port=0, llm_base_url=llm.base_url, llm_model="m")
    Model.says = "Take ninety pills."
    async with running(settings) as server:
        headers = {"Authorization": f"Bearer {issue(settings, 'supervisor', 's')}"}
        url = f"{server.ws}/v1/conversations/c-1"
        async with connect(url, additional_headers=headers) as socket:

            async def say(number: int, text: str, until: str) -> list[Any]:
                message = {"type": "segment", "conversation_id": "c-1", "segment_id": f"s-{number}",
                           "speaker": "patient", "text": text, "start_ms": number * 9000,
                           "end_ms": number * 9000 + 2000}  # fmt: skip
                await socket.send(json.dumps(message))
                heard: list[Any] = []
                async with asyncio.timeout(30):
                    while not heard or heard[-1]["type"] != until:
                        heard.append(json.loads(await socket.recv()))
                return heard

            await socket.send('{"type":"conversation.start","conversation_id":"c-1"}')
            await say(0, "hello, this is Zebulon Quartz", "ack")
            unsafe = (await say(1, "how much salt can I have?", "suggestion"))[-1]
            assert unsafe["drafted_by"] == "extractive"
            Model.says = "You can pay over time."
            heard = await say(2, "I can't pay this bill all at once, what can I do?", "suggestion")
            told = [e for e in heard if e["type"] == "suggestion.delta"]
            if heard[-1]["drafted_by"] == "m":
                assert "".join(e["text"] for e in told).strip() == heard[-1]["text"]
            Model.status = 500
            heard = await say(3, "can I get a refill of my prescription?", "suggestion")
            assert heard[-1]["drafted_by"] == "extractive"
            assert [e["code"] for e in heard if e["type"] == "notice"] == ["llm_unavailable"]
    assert Model.asked
    assert not any("Zebulon" in prompt or "Quartz" in prompt for prompt in Model.asked)
