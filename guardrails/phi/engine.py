"""The de-identifier: segments in, utterances out. PHI ends here.

Presidio does the work: its analyzer over one shared spaCy doc, a registry of this package's
recognizers, its anonymizer for the masking. Whatever fails, the whole text is masked.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

os.environ.setdefault("TLDEXTRACT_CACHE", "")  # no suffix list is ever fetched

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NlpEngine
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig
from presidio_anonymizer.entities import RecognizerResult as PlaceholderResult
from presidio_anonymizer.operators import Operator, OperatorType

from guardrails.phi import dates, electronic, names, numbers, places, record
from guardrails.phi.dialogue import heard
from guardrails.phi.lexicon import bare_name, lexicon
from guardrails.phi.model import language_model
from guardrails.phi.vault import Vault
from guardrails.phi.view import CallArtifacts, SpeechRecognizer, View, view_of
from guardrails.sentiment import sentiment
from guardrails.utterance import Entity, Segment, Utterance

LANGUAGE = "en"
_RANK = {"EMAIL": 9, "URL": 8, "IP": 8, "ADDRESS": 7, "DATE": 6, "MBI": 6, "CREDIT_CARD": 6}
_NAMED = {
    "PERSON": {"NAME"}, "DATE": {"DOB", "DATE"}, "ID": {"LAST4", "PIN"}, "CASE_NUMBER": {"CASE"},
    "MBI": {"MEMBER_ID"},
}  # fmt: skip
_WITHHELD = "<WITHHELD_1>"
_MAX_DOC = 20_000
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Deidentified:
    """One masked utterance, and earlier ones masked anew because of it."""

    utterance: Utterance
    corrections: tuple[Utterance, ...] = ()


class _Placeholder(Operator):
    """Presidio operator: puts a vault's placeholder in the place of what was found."""

    def operate(self, text: str | None = None, params: dict[str, Any] | None = None) -> str:
        given = params or {}
        return given["vault"].placeholder(given["entity_type"], text or "")

    def validate(self, params: dict[str, Any] | None = None) -> None:
        if not params or not isinstance(params.get("vault"), Vault):
            raise ValueError("the operator needs the vault of the call")

    def operator_name(self) -> str:
        return "vault_placeholder"

    def operator_type(self) -> OperatorType:
        return OperatorType.Anonymize


class _GivenDocs(NlpEngine):
    """Presidio's NLP engine where the doc has been made already, in a batch."""

    def load(self) -> None:
        """The model is loaded by `language_model`."""

    def is_loaded(self) -> bool:
        return True

    def process_text(self, text: str, language: str) -> CallArtifacts:
        return _artifacts(view_of(text))

    def process_batch(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, texts: Any, language: str, **kwargs: Any
    ) -> Any:
        return ((text, self.process_text(text, language)) for text in texts)

    def is_stopword(self, word: str, language: str) -> bool:
        return False

    def is_punct(self, word: str, language: str) -> bool:
        return False

    def get_supported_entities(self) -> list[str]:
        return ["PERSON"]

    def get_supported_languages(self) -> list[str]:
        return [LANGUAGE]


def _artifacts(view: View) -> CallArtifacts:
    artifacts = CallArtifacts(
        entities=[],
        tokens=None,  # pyright: ignore[reportArgumentType]
        tokens_indices=[],
        lemmas=[],
        nlp_engine=None,
        language=LANGUAGE,
    )
    artifacts.view = view
    return artifacts


def registry() -> RecognizerRegistry:
    """The recognizers of US healthcare calls, as a Presidio registry."""
    found = RecognizerRegistry(supported_languages=[LANGUAGE])
    for name, entities, find in (
        ("names in speech", ["PERSON"], names.find),
        ("dates in speech", ["DATE", "AGE"], dates.find),
        ("places in speech", ["ADDRESS", "CITY"], places.find),
        ("numbers and codes in speech", numbers.ENTITIES, numbers.find),
        ("electronic addresses in speech", ["EMAIL", "URL", "IP", "USERNAME"], electronic.find),
        ("identifiers on file", [*numbers.ENTITIES, "PERSON", "DATE", "EMAIL", "ADDRESS", "CITY"], record.find),
    ):  # fmt: skip
        found.add_recognizer(SpeechRecognizer(name, entities, find, LANGUAGE))
    return found


class Deidentifier:
    """Loads once (about two seconds); one call at a time, for a batch across conversations."""

    def __init__(self) -> None:
        self._nlp = language_model()
        lexicon()
        self._analyzer = AnalyzerEngine(
            registry=registry(),
            nlp_engine=_GivenDocs(),
            supported_languages=[LANGUAGE],
            default_score_threshold=0.5,
            log_decision_process=False,
        )
        self._anonymizer = AnonymizerEngine()
        self._anonymizer.add_anonymizer(_Placeholder)
        self.find_spans("Warm up, this is Maria.", Vault("warm-up"), "agent")

    def deidentify(self, batch: Sequence[tuple[Segment, Vault]]) -> list[Deidentified]:
        """One result for each segment, in order; a vault's segments in the order they came.

        Never raises for what a segment holds: on any failure its whole text is masked and
        `withheld` says why.
        """
        people = self._people([segment.text for segment, _ in batch])
        return [
            Deidentified(self._one(segment, vault, found))
            for (segment, vault), found in zip(batch, people, strict=True)
        ]

    def find_spans(self, text: str, vault: Vault, speaker: str) -> list[RecognizerResult]:
        """What would be masked in a text, over its own characters; the dialogue goes on."""
        people = self._people([text])[0]
        view = _view(text, vault, speaker, people or ())
        results = self._results(view)
        _remember(view, vault, results)
        return results

    def _people(self, texts: Sequence[str]) -> list[tuple[tuple[int, int, str], ...] | None]:
        """spaCy's persons of each text, one doc each, in one batch; None where it failed."""
        try:
            # the vocabulary of a long-lived process would grow with every name it hears
            with self._nlp.memory_zone():
                docs = self._nlp.pipe([text[:_MAX_DOC] for text in texts])
                return [
                    tuple(
                        (ent.start_char, ent.end_char, ent.text)
                        for ent in doc.ents
                        if ent.label_ == "PERSON"
                    )
                    for doc in docs
                ]
        except Exception as error:  # fail closed: the texts are withheld
            _log.error("language model failed", kind=type(error).__name__, count=len(texts))
            return [None] * len(texts)

    def _one(
        self, segment: Segment, vault: Vault, people: tuple[tuple[int, int, str], ...] | None
    ) -> Utterance:
        if people is None:
            return _withheld(segment, "the language model failed")
        if vault.language not in ("en", "es"):
            return _withheld(segment, "this language is not supported")
        try:
            view = _view(segment.text, vault, segment.speaker, people)
            results = self._results(view)
            masked = self._mask(segment, vault, results)
            if segment.final:
                _remember(view, vault, results)
            return masked
        except Exception as error:  # fail closed
            _log.error("masking failed", kind=type(error).__name__, segment_id=segment.segment_id)
            return _withheld(segment, "masking failed")

    def _results(self, view: View) -> list[RecognizerResult]:
        found = self._analyzer.analyze(view.text, LANGUAGE, nlp_artifacts=_artifacts(view))
        return _settled(found, view.text)

    def _mask(self, segment: Segment, vault: Vault, results: list[RecognizerResult]) -> Utterance:
        for result in results:  # numbers are given in the order of speech
            vault.placeholder(result.entity_type, segment.text[result.start : result.end])
        operator = OperatorConfig("vault_placeholder", {"vault": vault})
        masked = self._anonymizer.anonymize(
            segment.text,
            [PlaceholderResult(r.entity_type, r.start, r.end, r.score) for r in results],
            operators={"DEFAULT": operator},
        )
        items = sorted(masked.items, key=lambda item: item.start)
        entities = tuple(
            Entity(
                start=item.start,
                end=item.end,
                type=item.entity_type,
                placeholder=masked.text[item.start : item.end],
                on_file=record.confirms(
                    vault.on_file, item.entity_type, segment.text[result.start : result.end]
                ),
            )
            for item, result in zip(items, results, strict=True)
        )
        return _utterance(segment, masked.text, entities)


def _view(text: str, vault: Vault, speaker: str, people: tuple[tuple[int, int, str], ...]) -> View:
    return view_of(
        text,
        speaker=speaker,
        expected=vault.dialogue.open,
        previous=vault.previous,
        known_names=frozenset(vault.names),
        on_file=vault.on_file,
        people=people,
    )


def _remember(view: View, vault: Vault, results: list[RecognizerResult]) -> None:
    """The vault after a final turn: names heard, what was given, what is open."""
    given: set[str] = set()
    for result in results:
        given |= _NAMED.get(result.entity_type, {result.entity_type})
        if result.entity_type == "PERSON" and result.score >= 0.75:
            words = view.text[result.start : result.end].split()
            vault.names |= {bare_name(w) for w in words if len(w) > 2 and w.isalpha()}
    named = frozenset(kind for _, _, kind in view.mentions)
    vault.dialogue = heard(vault.dialogue, view.speaker, view.text, named, frozenset(given))
    vault.previous = view.text[-300:]


def _settled(found: list[RecognizerResult], text: str) -> list[RecognizerResult]:
    """No two overlap: what overlaps becomes one span of the stronger type."""
    spans = sorted(found, key=lambda r: (r.start, -r.end))
    out: list[RecognizerResult] = []
    for span in spans:
        if span.end <= span.start or "<" in text[span.start : span.end]:
            continue
        if out and (span.start < out[-1].end or _joined(out[-1], span, text)):
            last = out[-1]
            strongest = max(last, span, key=_strength)
            out[-1] = RecognizerResult(
                strongest.entity_type,
                last.start,
                max(last.end, span.end),
                max(last.score, span.score),
            )
        else:
            out.append(RecognizerResult(span.entity_type, span.start, span.end, span.score))
    return out


def _joined(last: RecognizerResult, span: RecognizerResult, text: str) -> bool:
    """Two finds of one type with only spaces between are one, as Presidio's anonymizer has it."""
    between = text[last.end : span.start]
    return last.entity_type == span.entity_type and bool(between) and between.isspace()


def _strength(result: RecognizerResult) -> tuple[bool, int, float, int]:
    on_file = result.score >= 0.99
    return on_file, _RANK.get(result.entity_type, 1), result.score, result.end - result.start


def _withheld(segment: Segment, why: str) -> Utterance:
    if not segment.text.strip():
        return _utterance(segment, segment.text, ())
    entity = Entity(0, len(_WITHHELD), "WITHHELD", _WITHHELD)
    return replace(_utterance(segment, _WITHHELD, (entity,)), sentiment=0.0, withheld=why)


def _utterance(segment: Segment, text: str, entities: tuple[Entity, ...]) -> Utterance:
    return Utterance(
        conversation_id=segment.conversation_id,
        segment_id=segment.segment_id,
        speaker=segment.speaker,
        text=text,
        entities=entities,
        final=segment.final,
        start_ms=segment.start_ms,
        end_ms=segment.end_ms,
        revision=segment.revision,
        sentiment=sentiment(text),
    )
