"""What a recognizer sees: the utterance, the dialogue before it, and what the call already holds."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from presidio_analyzer import LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from guardrails.phi.dialogue import mentions
from guardrails.phi.spoken import Run, Word, runs, words


@dataclass(frozen=True)
class Span:
    """A find: the words heard at [start, end), of an entity type, with a score from 0 to 1."""

    start: int
    end: int
    type: str
    score: float = 0.85


@dataclass(frozen=True)
class View:
    """One utterance with its context. `expected` are the kinds asked for and still open."""

    text: str
    lower: str
    words: tuple[Word, ...]
    runs: tuple[Run, ...]
    mentions: tuple[tuple[int, int, str], ...]
    cased: bool
    speaker: str = "other"
    expected: frozenset[str] = frozenset()
    previous: str = ""
    known_names: frozenset[str] = frozenset()
    on_file: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    people: tuple[tuple[int, int, str], ...] = field(default=(), repr=False)

    def named_before(self, start: int, kinds: Iterable[str], reach: int = 70) -> str:
        """The nearest kind that the utterance itself names in front of a place, or nothing."""
        wanted = frozenset(kinds)
        near = [
            (end, kind)
            for begin, end, kind in self.mentions
            if kind in wanted and begin < start and start - end <= reach
        ]
        return max(near)[1] if near else ""


def view_of(
    text: str,
    *,
    speaker: str = "other",
    expected: frozenset[str] = frozenset(),
    previous: str = "",
    known_names: frozenset[str] = frozenset(),
    on_file: tuple[tuple[str, str], ...] = (),
    people: tuple[tuple[int, int, str], ...] = (),
) -> View:
    """The view of a text: its words, spelled runs and named kinds, worked out once."""
    found = words(text)
    return View(
        text=text,
        lower=text.lower(),
        words=tuple(found),
        runs=tuple(runs(found, text)),
        mentions=tuple(mentions(text)),
        # "I" alone tells nothing: lower-case transcripts keep it
        cased=bool(re.search(r"\b(?!I\b)[A-Z]", text)),
        speaker=speaker,
        expected=expected,
        previous=previous,
        known_names=known_names,
        on_file=on_file,
        people=people,
    )


class CallArtifacts(NlpArtifacts):
    """Presidio's artifacts of one utterance, with the view for the recognizers of this package."""

    view: View


class SpeechRecognizer(LocalRecognizer):
    """A Presidio recognizer around one function from a view to spans."""

    def __init__(
        self, name: str, entities: list[str], find: Callable[[View], Iterable[Span]], language: str
    ) -> None:
        self._find = find
        super().__init__(supported_entities=entities, name=name, supported_language=language)

    def load(self) -> None:
        """Nothing to load: the lexicon is shared."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts
    ) -> list[RecognizerResult]:
        """Presidio's entry."""
        view = getattr(nlp_artifacts, "view", None)
        if not isinstance(view, View):
            view = view_of(text)
        return [
            RecognizerResult(span.type, span.start, span.end, span.score)
            for span in self._find(view)
        ]
