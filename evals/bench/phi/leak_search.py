"""Looks for values in all that came out, and says of each how it got there.

All that a server writes is text the de-identifier gave out, or its own. A value that stands there
with the words around it as the de-identifier gave them out was `missed`; any other was `leaked`.
"""

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from filecmp import cmp
from pathlib import Path
from typing import Any, Literal

from evals.bench.phi.leak_forms import Form, Index, Value, Wanted, by_chance, words

Cause = Literal["missed", "leaked"]
_AROUND, _AROUND_COMPACT = 2, 4
_LONG = 10
_RAW = re.compile(r'\\[nrt"\\/]|["\x00-\x1f\x7f\ufffd]')
"""What parts the texts in a binary file or a JSON document."""
_PREFIX = re.compile(r"\s*(?:- |\w+: )")
_IDS = frozenset(
    "agent_id at conversation_id digest effective ended_at event_id flag_id hash passage_id"
    " previous_hash rule_id segment_id started_at suggestion_id timestamp".split()
)
_NUMBER = "timestamp"
"""What a number counts as: a count or a time, of which a few digits say nothing."""
UTTERANCE, NOTE = "utterance", "note"
"""What the de-identifier gives out."""
_SPOKEN_OF = frozenset({"http", "journal", "llm prompt", "log", "ws event", UTTERANCE, NOTE})
"""Where texts of people may be."""
_SILENT = frozenset({"chroma", "knowledge", "log", "metrics"})
"""Where nothing of a call may stand, masked or not."""


@dataclass(frozen=True, slots=True)
class Text:
    """Something that came out, of one call where that is known (by its number)."""

    place: str
    text: str
    shape: Literal["json", "lines", "raw"] = "raw"
    call: int | None = None

    def pieces(self) -> Iterator[tuple[str, bool]]:
        """The texts in it, and whether each may be one of a person."""
        spoken = self.place in _SPOKEN_OF
        if self.shape == "raw":
            yield from ((piece, False) for piece in set(_RAW.split(self.text)))
            return
        if self.shape == "json":
            leaves = _leaves(json.loads(self.text), "")
            texts = ((text, spoken and key not in _IDS) for key, text in leaves)
        else:
            texts = iter([(self.text, spoken)])
        for text, person in texts:
            for line in text.splitlines():
                yield line, person

    def with_line(self, line: str) -> "Text":
        """A copy that holds one more line."""
        if self.shape == "json":
            more = json.dumps([json.loads(self.text), line])
        else:
            more = f"{self.text}\n{line}\n"
        return Text(self.place, more, self.shape, self.call)


def _leaves(value: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, int | float):
        yield _NUMBER, str(value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield "", name
            yield from _leaves(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key)


@dataclass(frozen=True, slots=True)
class Hit:
    """A value that stands where none should. `seen_in` is the call whose text it is, if known."""

    place: str
    cause: Cause
    call: int
    value: Value
    form: Form
    seen_in: int | None

    @property
    def key(self) -> tuple[int, str]:
        """The call and the value, however it is written."""
        return self.call, "".join(self.form)


class Masked:
    """What the de-identifier gave out."""

    def __init__(self, texts: Iterable[Text]) -> None:
        calls: dict[int, list[list[str]]] = defaultdict(list)
        for text in texts:
            if text.call is not None:
                calls[text.call].append(words(text.text))
        self._joined = {
            joint: {
                call: "|".join(joint.join(found) for found in every)
                for call, every in calls.items()
            }
            for joint in (" ", "")
        }
        self._whole = {joint: "|".join(held.values()) for joint, held in self._joined.items()}

    def holds(self, call: int, window: str, joint: str) -> bool:
        """Whether a call's masked texts hold words in a row."""
        return window in self._joined[joint].get(call, "")

    def holds_anywhere(self, window: str, joint: str) -> bool:
        """Whether those of any call do."""
        return window in self._whole[joint]


@dataclass
class Search:
    """The forms of all calls, and what has been found of them."""

    wanted: Sequence[Wanted]
    masked: Masked
    found: dict[tuple[object, ...], Hit] = field(default_factory=dict[tuple[object, ...], Hit])
    searched: dict[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        self._owners: dict[Form, dict[int, Value]] = {}
        for call, one in enumerate(self.wanted):
            for form, value in one.forms.items():
                self._owners.setdefault(form, {})[call] = value
        self._index = Index(self._owners)
        self._clean: dict[bool, set[str]] = {False: set(), True: set()}

    @property
    def owners(self) -> Mapping[Form, Mapping[int, Value]]:
        """The calls whose value a form is."""
        return self._owners

    def look(self, text: Text) -> list[Hit]:
        """Looks through a text; what was found in it."""
        self.searched[text.place] = self.searched.get(text.place, 0) + 1
        hits: list[Hit] = []
        for piece, person in text.pieces():
            if piece in self._clean[person]:
                continue
            found = list(self.forms(piece, person))
            if not found:
                self._clean[person].add(piece)
            for form, window, joint in found:
                hit = self._judge(text, form, window, joint)
                if hit is not None:
                    hits.append(hit)
                    self.found.setdefault((hit.place, hit.cause, *hit.key), hit)
        return hits

    def unseen(self) -> list[str]:
        """One long value of each kind and style that was found nowhere."""
        seen = {"".join(hit.form) for hit in self.found.values()}
        picked: dict[tuple[str, str], str] = {}
        for form, owners in self._owners.items():
            value = next(iter(owners.values()))
            key = "".join(form)
            if key not in seen and len(key) >= _LONG:
                picked.setdefault((value.kind, value.style), value.text)
        return list(picked.values())

    def forms(self, piece: str, person: bool) -> Iterator[tuple[Form, str, str]]:
        """Forms in a text with what is around them, and what joins it: a blank, or nothing."""
        found = words(piece)
        # who spoke, or a dash, is no part of what was said
        prefix = _PREFIX.match(piece)
        first = len(words(prefix[0])) if prefix else 0
        for form, at in self._index.words(found):
            if person or not by_chance(form):
                start = max(at - _AROUND, first if at >= first else 0)
                yield form, " ".join(found[start : at + len(form) + _AROUND]), " "
        if person:
            joined, left = "".join(found), len("".join(found[:first]))
            for form, at in self._index.compact(joined):
                start = max(at - _AROUND_COMPACT, left if at >= left else 0)
                yield form, joined[start : at + len(form) + _AROUND_COMPACT], ""

    def _judge(self, text: Text, form: Form, window: str, joint: str) -> Hit | None:
        owners = self._owners[form]
        if text.place in _SILENT:
            return self._hit(text, "leaked", next(iter(owners)), form)
        calls = list(owners) if text.call is None else [text.call]
        for call in calls:
            if self.masked.holds(call, window, joint):
                # what another call's value reads like may be ordinary text in this one
                return self._hit(text, "missed", call, form) if call in owners else None
        if text.call is None and self.masked.holds_anywhere(window, joint):
            return None
        call = text.call if text.call in owners else next(iter(owners))
        return self._hit(text, "leaked", call or 0, form)

    def _hit(self, text: Text, cause: Cause, call: int, form: Form) -> Hit:
        return Hit(text.place, cause, call, self._owners[form][call], form, text.call)


def tables(file: Path, numbers: Mapping[str, int]) -> Iterator[Text]:
    """Every row of every table of an SQLite file; rows of a conversation belong to its call."""
    place = file.stem
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        database.text_factory = lambda raw: raw.decode(errors="replace")
        names = [
            row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        for name in names:
            for row in database.execute(f'SELECT * FROM "{name}"'):  # noqa: S608
                cells = {key: row[key] for key in row.keys()}  # noqa: SIM118
                call = numbers.get(str(cells.get("conversation_id", "")))
                body = cells.pop("body", None)
                if body is not None:
                    yield Text(place, str(body), "json", call)
                yield Text(place, "\n".join(_plain(cell) for cell in cells.values()), call=call)


def _plain(cell: object) -> str:
    return cell.decode(errors="replace") if isinstance(cell, bytes) else str(cell)


def files(folder: Path, before: Path | None = None) -> Iterator[Text]:
    """Every file of a folder as it is on disk, but for those that were the same before."""
    for file in sorted(folder.rglob("*")):
        earlier = before / file.relative_to(folder) if before else None
        if not file.is_file():
            continue
        if earlier is None or not earlier.exists() or not cmp(earlier, file, shallow=False):
            yield Text("file", f"{file.name}\n{file.read_bytes().decode(errors='replace')}")


def log_lines(text: str) -> Iterator[Text]:
    """What a process printed: JSON lines, and whatever else came."""
    for line in text.splitlines():
        try:
            json.loads(line)
        except ValueError:
            yield Text("log", line, "lines")
        else:
            yield Text("log", line, "json")
