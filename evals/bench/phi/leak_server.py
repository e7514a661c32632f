"""The server under the leak test, in a process of its own: `python -m evals.bench.phi.leak_server`.

It is the real one, with one ear more: every text the de-identifier gives out is written down beside
the data folder, so that what it missed can be told from what got past it. It runs until its
standard input ends.
"""

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import TextIO

from copilot.analysis import Analyst, Understood
from copilot.embedded import running
from copilot.logs import configure
from copilot.offline import stay_offline
from copilot.settings import load
from guardrails.phi import Vault
from guardrails.utterance import Segment

DATA, ADDRESS, MASKED, LOG = "data", "address", "masked.jsonl", "log.jsonl"
"""What is in the folder of a run: the data folder, the port, and what came out."""
NOTE = "note"
"""The segment id under which free text beside the transcript is masked."""
_TALKATIVE = ("chromadb", "httpcore", "httpx", "langchain", "openai", "presidio-analyzer",
              "presidio-anonymizer")  # fmt: skip
"""Libraries that quote what they work on once they log everything."""


def main(folder: Path, model_url: str) -> None:
    """Serves until standard input ends."""
    stay_offline()
    configure("debug", "json")
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO)
    with (folder / MASKED).open("w", buffering=1) as masked:
        asyncio.run(_serve(folder, model_url, masked))


async def _serve(folder: Path, model_url: str, masked: TextIO) -> None:
    settings = load(
        data=folder / DATA,
        host="127.0.0.1",
        port=0,
        llm_base_url=model_url,
        llm_model="leak-model",
        log_level="debug",
        log_format="json",
    )
    async with running(settings) as server:
        _listen(server.service.analyst, masked)
        half = folder / f"{ADDRESS}.half"
        half.write_text(str(server.port))
        half.rename(folder / ADDRESS)
        await asyncio.to_thread(sys.stdin.read)


def _listen(analyst: Analyst, masked: TextIO) -> None:
    understand = analyst.understand

    async def listened(segment: Segment, vault: Vault) -> Understood:
        understood = await understand(segment, vault)
        for one in (understood, *understood.corrections):
            row = [segment.conversation_id, segment.segment_id == NOTE, one.utterance.text]
            masked.write(json.dumps(row) + "\n")
        return understood

    analyst.understand = listened


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
