"""What is looked for: every value of a played call, in every way it is written and spoken.

Texts are compared as words in lower case without separators and fillers, so that "(478) 392-8008"
and "478 392 8008" are the same; numbers are also compared with all their digits in one.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from wordfreq import zipf_frequency

from evals.bench.calls.generate import STYLES, Call, Rendering
from evals.bench.calls.slots import SLOTS
from evals.bench.phi.leak_script import Played
from guardrails.phi.lexicon import lexicon
from guardrails.phi.vocabulary import everyday

Words = tuple[str, ...]
Form = Words | str
"""Words in a row, or the letters and digits of a number in one."""

_WORD = re.compile(r"[^\W_]+")
_FILLERS = frozenset("um umm ummm uh uhh uhhh er err erm mm mmm mmmm".split())
_SHORTEST, _COMPACT, _SPOKEN = 5, 6, 4
_CHANCE = 9
"""Fewer digits than this occur by chance in ids, times and binary files."""
_COMMON = 3.5
"""A word of this frequency (Zipf) or more is an ordinary one."""
_NUMBERS = frozenset(kind.label for kind in SLOTS.values() if "1of2" in kind.parts)
_ON_FILE = {"name": "NAME", "date_of_birth": "DATE"}
BASELINE = "in texts of a server that heard no call"


@dataclass(frozen=True, slots=True)
class Value:
    """An identifier in one of its renderings."""

    kind: str
    style: str
    text: str


@dataclass
class Wanted:
    """The forms to look for in a call, and what cannot be told from ordinary text, and why not."""

    forms: dict[Form, Value] = field(default_factory=dict[Form, Value])
    not_searched: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def keys(self) -> dict[str, str]:
        """Each value once, with its kind."""
        return {"".join(form): value.kind for form, value in self.forms.items()}

    def drop(self, form: Form, why: str) -> None:
        """Looks for it no longer, in neither way."""
        key = "".join(form)
        self.not_searched[key] = why
        for same in [known for known in self.forms if "".join(known) == key]:
            del self.forms[same]


def words(text: str) -> list[str]:
    """The words of a text; fillers, which a note may leave out, are none."""
    return [word for word in _WORD.findall(text.casefold()) if word not in _FILLERS]


def by_chance(form: Form) -> bool:
    """Whether it is but a few digits, as an id or a time may hold."""
    key = "".join(form)
    return key.isdigit() and len(key) < _CHANCE


def wanted(played: Played) -> Wanted:
    """The forms of a call."""
    found = Wanted()
    for value, written in _values(played.call):
        form = tuple(words(value.text))
        why = _unfit(form, written)
        if why:
            found.not_searched["".join(form)] = why
            continue
        found.forms.setdefault(form, value)
        key = "".join(form)
        number = value.kind in _NUMBERS and any(c.isdigit() for c in key)
        if number and len(key) >= _COMPACT:
            found.forms.setdefault(key, value)
            found.forms.setdefault((key,), value)
    index = Index(found.forms)
    for said in played.said():
        for form in _outside(index, said):
            found.drop(form, "also said as ordinary text")
    return found


def _values(call: Call) -> Iterator[tuple[Value, str]]:
    """Every rendering of every value, and each longer part of a name; with how it is written."""
    every: list[tuple[Value, str]] = []
    for turn in call.turns:
        for style in STYLES:
            text = turn.text(style)
            for (start, end, kind), (first, last, _) in zip(
                turn.spans(style), turn.spans("written"), strict=True
            ):
                written = turn.text("written")[first:last]
                every.append((Value(kind, style, text[start:end]), written))
    for name, text in call.on_file.items():
        every.append((Value(_ON_FILE.get(name, name.upper()), "on file", text), text))
    for value, written in every:
        yield value, written
        parts = words(value.text) if value.kind == "NAME" else []
        if len(parts) > 1:
            longer = (part for part in parts if len(part) >= _SHORTEST)
            yield from ((Value(value.kind, value.style, part), part) for part in longer)


def _unfit(form: Words, written: str) -> str:
    """Why a form cannot be told from ordinary text, if so."""
    length = sum(map(len, form))
    short = sum(c.isalnum() for c in written) < _SHORTEST
    if length < _SHORTEST or (short and len(form) < _SPOKEN):
        return "short"
    if len(form) == 1 and form[0].isalpha() and _ordinary(form[0]):
        return "an ordinary word"
    return ""


def _ordinary(word: str) -> bool:
    names = lexicon()
    if word in names.ordinary:
        return True
    known = word not in names.any_name and any(word in every for every in everyday())
    return known and zipf_frequency(word, "en") >= _COMMON


def _outside(index: "Index", said: Rendering) -> set[Form]:
    """Forms that a text holds outside of its identifiers too."""
    places = [m.span() for m in _WORD.finditer(said.text) if m[0].casefold() not in _FILLERS]
    labelled = [any(s <= start and end <= e for s, e, _ in said.spans) for start, end in places]
    found = words(said.text)
    out: set[Form] = set()
    for form, at in index.words(found):
        if not all(labelled[at : at + len(form)]):
            out.add(form)
    owner = [i for i, word in enumerate(found) for _ in word]
    for form, at in index.compact("".join(found)):
        if not all(labelled[owner[i]] for i in range(at, at + len(form))):
            out.add(form)
    return out


class Index:
    """Finds forms in a text."""

    def __init__(self, forms: Iterable[Form]) -> None:
        self._words: set[Words] = set()
        self._compact: dict[str, list[str]] = defaultdict(list)
        lengths: dict[str, set[int]] = defaultdict(set)
        for form in forms:
            if isinstance(form, str):
                self._compact[form[:_COMPACT]].append(form)
            else:
                self._words.add(form)
                lengths[form[0]].add(len(form))
        self._lengths = {first: sorted(n, reverse=True) for first, n in lengths.items()}

    def words(self, found: Sequence[str]) -> Iterator[tuple[Words, int]]:
        """Forms in a row of words and where they begin; the longest where one begins another."""
        if self._lengths.keys().isdisjoint(found):
            return
        at = 0
        while at < len(found):
            for length in self._lengths.get(found[at], ()):
                form = tuple(found[at : at + length])
                if form in self._words:
                    yield form, at
                    at += length - 1
                    break
            at += 1

    def compact(self, text: str) -> Iterator[tuple[str, int]]:
        """Numbers in letters and digits that follow each other, and where they begin."""
        for at in range(len(text) - _COMPACT + 1):
            for form in self._compact.get(text[at : at + _COMPACT], ()):
                if text.startswith(form, at):
                    yield form, at
