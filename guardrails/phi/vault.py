"""The vault: what one call's placeholders stand for. In memory only, gone at the call's end.

It also holds what the de-identifier must remember to judge the next turn: the dialogue's open
questions, the last turns, and the names heard. Nothing of it has a readable `repr`.
"""

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from guardrails.phi.calendar import Day, read_day
from guardrails.phi.dialogue import Dialogue
from guardrails.phi.history import KEPT, Turn
from guardrails.phi.lexicon import bare_name, folded
from guardrails.phi.reading import runs
from guardrails.phi.speech import SPEECH, language_of
from guardrails.phi.spoken import words

DateNotes = Literal["plain", "year", "relation"]
"""What a date's placeholder keeps: nothing, its year, or its year and distance to the first date."""
_OLDEST = 89


@dataclass(frozen=True, slots=True)
class Options:
    """What masking keeps, beside what it must.

    `dates` says what a date's placeholder keeps; `agent_names` masks the names by which agents
    introduce themselves (they identify no patient, but a workforce).
    """

    dates: DateNotes = "plain"
    agent_names: bool = True


class Vault:
    """One conversation's secrets. `counts` continues the numbering after a restart.

    `this_year` bounds the years that a placeholder may keep: a year that tells of an age over 89
    identifies (45 CFR 164.514(b)(2)(i)(C)).
    """

    def __init__(
        self,
        conversation_id: str,
        *,
        language: str = "en",
        on_file: Mapping[str, str] | None = None,
        counts: Mapping[str, int] | None = None,
        options: Options = Options(),
        this_year: int | None = None,
    ) -> None:
        self.conversation_id = conversation_id
        self.language = language.split("-")[0].lower()
        self.spoken = self.language
        self.dialogue = Dialogue()
        self.names: set[str] = set()
        self.recent: deque[Turn] = deque(maxlen=KEPT)
        self.heard: dict[str, str] = {}
        self.options = options
        self.agent_names: set[str] = set()
        self._this_year = this_year
        self._counts = dict(counts or {})
        self._by_value: dict[tuple[str, str], str] = {}
        self._texts: dict[str, str] = {}
        self._days: dict[str, Day] = {}
        self._on_file: tuple[tuple[str, str], ...] = ()
        self.update_on_file(on_file or {})

    def __repr__(self) -> str:
        return f"Vault({self.conversation_id!r}, {len(self._texts)} placeholders)"

    def update_on_file(self, on_file: Mapping[str, str]) -> None:
        """Takes over what the record holds of this patient: masked wherever it is heard."""
        if on_file:
            self._on_file = tuple((name, value) for name, value in on_file.items() if value.strip())

    @property
    def on_file(self) -> tuple[tuple[str, str], ...]:
        """The record's fields and values."""
        return self._on_file

    @property
    def previous(self) -> str:
        """The end of the last turn."""
        return self.recent[-1].segment.text[-300:] if self.recent else ""

    def placeholder(self, kind: str, text: str, continues: str = "") -> str:
        """The placeholder of a value: the same for the same value, however it was said.

        `continues` is the placeholder of the pieces before, where a value is split over turns.
        """
        value = canonical(kind, text)
        family = "PERSON" if kind == "PERSON" else "VALUE"
        plain = _plain(continues)
        known = plain if plain in self._texts else None
        found = known or self._by_value.get((family, value)) or self._related(kind, value)
        if found is None:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            found = f"<{kind}_{self._counts[kind]}>"
            self._texts[found] = text
            if kind == "DATE" and (day := read_day(text)):
                self._days[found] = day
        elif len(text) > len(self._texts.get(found, "")):
            self._texts[found] = text
        self._by_value[(family, value)] = found
        return self._noted(found)

    def _related(self, kind: str, value: str) -> str | None:
        """A person is the same by one of their names: "Maria" is "Maria Gonzalez"."""
        if kind != "PERSON":
            return None
        parts = set(value.split())
        for (family, known), placeholder in self._by_value.items():
            if family != "PERSON":
                continue
            others = set(known.split())
            if (
                parts <= others
                or others <= parts
                or known.replace(" ", "") == value.replace(" ", "")
            ):
                return placeholder
        return None

    def _noted(self, placeholder: str) -> str:
        """The placeholder with what a date may keep: `<DATE_2: 3 days before DATE_1>`."""
        day = self._days.get(placeholder)
        if day is None or self.options.dates == "plain":
            return placeholder
        if self.options.dates == "relation" and day.whole:
            first = next((p for p, d in self._days.items() if d.whole), placeholder)
            anchor = self._days[first].whole
            if anchor is not None and first != placeholder:
                days = (day.whole - anchor).days
                unit = "day" if abs(days) == 1 else "days"
                where = "before" if days < 0 else "after"
                return f"{placeholder[:-1]}: {abs(days)} {unit} {where} {first[1:-1]}>"
        oldest = (self._this_year or 0) - _OLDEST
        if day.year is None or self._this_year is None or day.year < oldest:
            return placeholder
        return f"{placeholder[:-1]}: {day.year}>"

    def remember(self, turn: Turn) -> None:
        """Takes up the last turn, in the place of an earlier revision of it."""
        kept = [t for t in self.recent if t.segment.segment_id != turn.segment.segment_id]
        self.recent = deque([*kept, turn], maxlen=KEPT)

    def correct(self, turn: Turn, anew: Turn) -> None:
        """Puts a turn that was masked anew in the place of the one before."""
        self.recent = deque((anew if t is turn else t for t in self.recent), maxlen=KEPT)

    def reveal(self, placeholder: str) -> str | None:
        """The words behind a placeholder; None if nothing is held."""
        return self._texts.get(_plain(placeholder))

    def forget(self) -> None:
        """Empties the vault."""
        people = (self.names, self.agent_names)
        values = (self._by_value, self._texts, self._days, self.heard)
        for held in (*values, self.recent, *people):
            held.clear()
        self._on_file = ()
        self.dialogue = Dialogue()


def _plain(placeholder: str) -> str:
    """A placeholder without its note."""
    return re.sub(r":[^<>]*>$", ">", placeholder)


def canonical(kind: str, text: str) -> str:
    """A value without the way it was said: digits for number words, lower case, no fillers."""
    if kind == "DATE":
        day = read_day(text)
        if day is not None and day.month is not None:
            return f"{day.year or ''}-{day.month}-{day.day or ''}"
    found = words(text)
    spelled = runs(found, text, SPEECH[language_of(text, "en")])
    if kind == "PERSON":
        if spelled and len(spelled[0].canon) == len(spelled[0].atoms) > 2 and not spelled[0].digits:
            return folded(spelled[0].canon)
        parts = [folded(bare_name(word.text)) for word in found if word.text[0].isalpha()]
        return " ".join(part for part in parts if len(part) > 1) or text.lower()
    pieces: list[str] = []
    at = 0
    for run in spelled:
        pieces += [text[at : run.start].lower(), run.canon]
        at = run.end
    pieces.append(text[at:].lower())
    said = _WORDS.sub(lambda m: _SIGNS.get(m[0], ""), "".join(pieces))
    said = re.sub(r"(\d)(?:st|nd|rd|th)\b", r"\1", said)
    return re.sub(r"[^a-z0-9@./_]", "", said).strip(".")


_SIGNS = {
    "at": "@", "arroba": "@", "dot": ".", "punto": ".", "slash": "/", "underscore": "_",
    "street": "st", "avenue": "ave", "road": "rd", "drive": "dr", "lane": "ln", "court": "ct",
    "boulevard": "blvd", "apartment": "apt", "north": "n", "south": "s", "east": "e", "west": "w",
}  # fmt: skip
_WORDS = re.compile(rf"\b(?:{'|'.join(_SIGNS)}|the|of|uh|um|and)\b")
