"""One run of a server: calls are played through it, and all that came out of it is gathered."""

import asyncio
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.bench.phi import leak_model, leak_play
from evals.bench.phi.leak_play import Heard
from evals.bench.phi.leak_script import Played
from evals.bench.phi.leak_search import NOTE, UTTERANCE, Text, files, log_lines, tables
from evals.bench.phi.leak_server import DATA, LOG, MASKED

_ROOT = Path(__file__).resolve().parents[3]
_OWN_WORDS = ("copilot/**/*.py", "guardrails/*/packs/*.yaml", "knowledge_base/starter/**/*.md")
"""What the server says of itself."""
_LIVE, _BEFORE = "live", "before"


@dataclass(frozen=True)
class Run:
    """What a run left: the data folder before, while and after the server ran, and what it said."""

    folder: Path
    numbers: Mapping[str, int]
    """The calls by the names they were played under."""
    first_log: str
    first_pages: dict[str, str]
    heard: Heard
    prompts: list[str]

    def masked(self) -> Iterator[Text]:
        """What the de-identifier gave out."""
        for line in (self.folder / MASKED).read_text().splitlines():
            name, note, text = json.loads(line)
            yield Text(NOTE if note else UTTERANCE, text, "lines", self.numbers[name])

    def before(self) -> Iterator[Text]:
        """What the server wrote and said before it heard a call, and what it may say of itself."""
        yield from files(self.folder / _BEFORE)
        yield from log_lines(self.first_log)
        for page in self.first_pages.values():
            yield _page("http", page)
        for pattern in _OWN_WORDS:
            for file in sorted(_ROOT.glob(pattern)):
                yield Text("file", file.read_text(), "lines")

    def texts(self) -> Iterator[Text]:
        """Everything to look through."""
        heard = self.heard
        yield from self.masked()
        for pattern in ("*.db", "*.sqlite3"):
            for database in sorted((self.folder / DATA).rglob(pattern)):
                yield from tables(database, self.numbers)
        yield from files(self.folder / _LIVE, self.folder / _BEFORE)
        yield from log_lines((self.folder / LOG).read_text())
        for prompt in self.prompts:
            yield Text("llm prompt", prompt, "json")
        for path, page in heard.pages.items():
            yield _page("metrics" if path == "/metrics" else "http", page)
        for name, body in heard.stored.items():
            for event in json.loads(body):
                yield Text("http", json.dumps(event), "json", self.numbers[name])
        for event in heard.events:
            call = self.numbers.get(json.loads(event).get("conversation_id") or "")
            yield Text("ws event", event, "json", call)


def _page(place: str, page: str) -> Text:
    """A page as its texts where it is JSON: run together, times and counts make any number."""
    return Text(place, page, "json" if page[:1] in ("[", "{") else "lines")


def run(folder: Path, calls: Sequence[Played]) -> Run:
    """Plays calls through a server of their own.

    Raises:
        ServerFailed: the server did not start, or a call was not taken to its end.
    """
    folder.mkdir()
    with leak_model.listening() as model, leak_play.serving(folder, model.url) as port:
        first_pages = leak_play.pages(folder, port)
        shutil.copytree(folder / DATA, folder / _BEFORE)
        first_log = (folder / LOG).read_text()
        heard = asyncio.run(leak_play.play(folder, port, calls))
        heard.pages = leak_play.pages(folder, port)
        shutil.copytree(folder / DATA, folder / _LIVE)
    numbers = {one.name: one.number for one in calls}
    return Run(folder, numbers, first_log, first_pages, heard, model.asked)
