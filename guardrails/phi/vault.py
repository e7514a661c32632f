"""The vault: what one call's placeholders stand for. In memory only, gone at the call's end.

It also holds what the de-identifier must remember to judge the next turn: the dialogue's open
questions, the last turn, and the names heard. Nothing of it has a readable `repr`.
"""

import re
from collections.abc import Mapping

from guardrails.phi.dialogue import Dialogue
from guardrails.phi.lexicon import bare_name
from guardrails.phi.spoken import runs, words


class Vault:
    """One conversation's secrets. `counts` continues the numbering after a restart."""

    def __init__(
        self,
        conversation_id: str,
        *,
        language: str = "en",
        on_file: Mapping[str, str] | None = None,
        counts: Mapping[str, int] | None = None,
    ) -> None:
        self.conversation_id = conversation_id
        self.language = language.split("-")[0].lower()
        self.dialogue = Dialogue()
        self.previous = ""
        self.names: set[str] = set()
        self._counts = dict(counts or {})
        self._by_value: dict[tuple[str, str], str] = {}
        self._texts: dict[str, str] = {}
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

    def placeholder(self, kind: str, text: str) -> str:
        """The placeholder of a value: the same for the same value, however it was said."""
        value = canonical(kind, text)
        family = "PERSON" if kind == "PERSON" else "VALUE"
        found = self._by_value.get((family, value)) or self._related(kind, value)
        if found is None:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            found = f"<{kind}_{self._counts[kind]}>"
            self._texts[found] = text
        elif len(text) > len(self._texts.get(found, "")):
            self._texts[found] = text
        self._by_value[(family, value)] = found
        return found

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

    def reveal(self, placeholder: str) -> str | None:
        """The words behind a placeholder; None if nothing is held."""
        return self._texts.get(placeholder)

    def forget(self) -> None:
        """Empties the vault."""
        self._by_value.clear()
        self._texts.clear()
        self.names.clear()
        self._on_file = ()
        self.previous = ""
        self.dialogue = Dialogue()


def canonical(kind: str, text: str) -> str:
    """A value without the way it was said: digits for number words, lower case, no fillers."""
    found = words(text)
    if kind == "PERSON":
        spelled = runs(found, text)
        if spelled and len(spelled[0].canon) == len(spelled[0].atoms) > 2 and not spelled[0].digits:
            return spelled[0].canon
        parts = [bare_name(word.text) for word in found if word.text[0].isalpha()]
        return " ".join(part for part in parts if len(part) > 1) or text.lower()
    pieces: list[str] = []
    at = 0
    for run in runs(found, text):
        pieces += [text[at : run.start].lower(), run.canon]
        at = run.end
    pieces.append(text[at:].lower())
    said = re.sub(
        r"\b(?:at|dot|slash|the|of|uh|um|and)\b", lambda m: _SIGNS.get(m[0], ""), "".join(pieces)
    )
    said = re.sub(r"(\d)(?:st|nd|rd|th)\b", r"\1", said)
    return re.sub(r"[^a-z0-9@./]", "", said).strip(".")


_SIGNS = {"at": "@", "dot": ".", "slash": "/"}
