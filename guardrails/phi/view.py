"""What a recognizer sees: the utterance, the dialogue before it, and what the call already holds."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from presidio_analyzer import AnalysisExplanation, LocalRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

from guardrails.phi.asks import mentions
from guardrails.phi.reading import runs
from guardrails.phi.speech import SPEECH, Speech, language_of
from guardrails.phi.spoken import Run, Word, words


@dataclass(frozen=True)
class Span:
    """A find: the words heard at [start, end), of an entity type, with a score from 0 to 1.

    Below 0.5 it is a candidate, masked only if the dialogue was waiting for it. `why` says in a
    few fixed words what gave it away, never what was said.
    """

    start: int
    end: int
    type: str
    score: float = 0.85
    why: str = ""


@dataclass(frozen=True)
class Context:
    """What was there before an utterance: `expected` are the kinds asked for and still open.

    `language` is the call's, "en" or "es". `heard` are values masked before, with their type: codes
    in canonical form, others in lower case; `just_given`: a code was, in the last turns.
    """

    speaker: str = "other"
    language: str = "en"
    expected: frozenset[str] = frozenset()
    previous: str = field(default="", repr=False)
    known_names: frozenset[str] = field(default=frozenset(), repr=False)
    on_file: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    heard: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    just_given: bool = False


@dataclass(frozen=True)
class View:
    """One utterance with its context. `tags`: the tagger's probabilities, a row for each word."""

    text: str = field(repr=False)
    lower: str = field(repr=False)
    words: tuple[Word, ...] = field(repr=False)
    runs: tuple[Run, ...] = field(repr=False)
    mentions: tuple[tuple[int, int, str], ...]
    cased: bool
    speech: Speech
    context: Context
    tags: np.ndarray | None = field(default=None, repr=False)

    @property
    def expected(self) -> frozenset[str]:
        """The kinds asked for and still open."""
        return self.context.expected

    @property
    def spanish(self) -> bool:
        """Whether this turn is in Spanish."""
        return self.speech.name == "es"

    def named_before(self, start: int, kinds: Iterable[str], reach: int = 70) -> str:
        """The nearest kind that the utterance itself names in front of a place, or nothing."""
        wanted = frozenset(kinds)
        near = [
            (end, kind)
            for begin, end, kind in self.mentions
            if kind in wanted and begin < start and start - end <= reach
        ]
        return max(near)[1] if near else ""

    def names_anywhere(self, *kinds: str) -> bool:
        """Whether the utterance names one of the kinds."""
        return any(kind in kinds for _, _, kind in self.mentions)

    def upper(self, word: Word) -> bool:
        """Whether a word was written with a capital."""
        return self.text[word.start].isupper()


def view_of(text: str, context: Context = Context()) -> View:
    """The view of a text: its language, words, spelled runs and named kinds, worked out once."""
    found = words(text)
    speech = SPEECH[language_of(text, context.language)]
    return View(
        text=text,
        lower=text.lower(),
        words=tuple(found),
        runs=tuple(runs(found, text, speech)),
        mentions=tuple(mentions(text)),
        # "I" alone tells nothing: lower-case transcripts keep it
        cased=bool(re.search(r"\b(?!I\b)[A-ZÀ-Þ]", text)),
        speech=speech,
        context=context,
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
            RecognizerResult(
                span.type,
                span.start,
                span.end,
                span.score,
                AnalysisExplanation(self.name, span.score, textual_explanation=span.why),
                {
                    RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                    RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                },
            )
            for span in self._find(view)
        ]
