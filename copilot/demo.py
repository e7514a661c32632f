"""The whole product in one go: an embedded server, the starter knowledge base, a sample call."""

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from copilot.auth import issue
from copilot.embedded import Running, running
from copilot.replay import Recording, play, read
from copilot.settings import load

SAMPLE = Path(__file__).parent / "samples" / "chf_follow_up.jsonl"


async def demo(
    *,
    headless: bool,
    speed: float,
    port: int,
    heard: Callable[[dict[str, Any]], None],
    say: Callable[[str], None],
) -> bool:
    """Plays the sample call into a fresh server; True if the server took everything.

    Headless, the call starts at once and the server ends with it. Otherwise it starts when a
    browser opens the page, and the server goes on until it is interrupted.
    """
    recording = read(SAMPLE)[0]
    agent_id = str(recording.messages[0].get("agent_id", "agent"))
    with tempfile.TemporaryDirectory(prefix="copilot-demo-") as folder:
        # a sample call is no emergency of anybody's
        settings = load(data=Path(folder), port=port, webhook_url=None)
        say("Opening the models and the starter knowledge base ...")
        async with running(settings) as server:
            token = issue(settings, "agent", agent_id)
            if not headless:
                page = f"{server.http}/agent/{recording.conversation_id}#token={token}"
                say(f"\nOpen the agent's page and the call begins:\n\n  {page}\n")
                await _page_opened(server, recording)
                say("The call is live. Press Ctrl-C to end the demo.")
            clean = await play(recording, server.ws, token, speed=speed, heard=heard)
            if not headless:
                say("The call is over; the page stays until you press Ctrl-C.")
                await asyncio.Event().wait()
            return clean


async def _page_opened(server: Running, recording: Recording) -> None:
    while not server.service.bus.listened(recording.conversation_id):  # noqa: ASYNC110
        await asyncio.sleep(0.05)
