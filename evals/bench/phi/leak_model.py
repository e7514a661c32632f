"""A language model on the loopback that keeps every request and answers in each way one can."""

import json
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_ROUND = 8
_FAILS, _BREAKS, _ECHOES, _UNSAFE = 3, 5, 6, 7
"""Of so many answers: an error that quotes the prompt, half a stream, an answer that repeats what
the patient said, and one that nobody approved. The others are words of the approved text."""


@dataclass
class Model:
    """Where it listens, and the bodies it was sent."""

    url: str = ""
    asked: list[str] = field(default_factory=list[str])


@contextmanager
def listening() -> Generator[Model]:
    """An OpenAI-compatible endpoint on a free port."""
    model, counting = Model(), threading.Lock()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            with counting:
                model.asked.append(body)
                turn = len(model.asked) % _ROUND
            failing = turn == _FAILS
            self.send_response(500 if failing else 200)
            self.send_header("Content-Type", "application/json" if failing else "text/event-stream")
            self.end_headers()
            if failing:
                self.wfile.write(json.dumps({"error": {"message": body}}).encode())
                return
            with suppress(OSError):  # whoever asked has heard enough
                for piece in _pieces(body, turn):
                    self.wfile.write(f"data: {piece}\n\n".encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    model.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()


def _pieces(body: str, turn: int) -> Iterator[str]:
    asked = str(json.loads(body)["messages"][-1]["content"])
    approved, _, talk = asked.partition("\n\n")
    said = approved.partition("\n")[2]
    if turn == _ECHOES:
        said = talk.rpartition(": ")[2]
    elif turn == _UNSAFE:
        said = "Take ninety pills now."
    for piece in said.split(" "):
        yield _chunk({"content": f"{piece} "}, None)
        if turn == _BREAKS:
            yield "{"
            return
    yield _chunk({}, "stop")
    yield "[DONE]"


def _chunk(delta: dict[str, str], finish: str | None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    whole = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "leak-model",
             "choices": [choice]}  # fmt: skip
    return json.dumps(whole)
