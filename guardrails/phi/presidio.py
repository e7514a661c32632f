"""Presidio put together for calls: registry, NLP engine over a given doc, context, operator."""

import os
from typing import Any

os.environ.setdefault("TLDEXTRACT_CACHE", "")  # no suffix list is ever fetched

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpEngine
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig
from presidio_anonymizer.entities import RecognizerResult as Masked
from presidio_anonymizer.operators import Operator, OperatorType

from guardrails.phi import (
    again,
    dates,
    electronic,
    names,
    numbers,
    places,
    record,
)
from guardrails.phi.expectation import DialogueEnhancer
from guardrails.phi.finds import Find, finds_of
from guardrails.phi.tagger import recognizer
from guardrails.phi.vault import Vault
from guardrails.phi.view import CallArtifacts, SpeechRecognizer, View, view_of

LANGUAGE = "en"
"""Presidio's name for all calls: the language of a turn is the view's, since people mix them."""
THRESHOLD = 0.5
RECOGNIZERS = {
    "names": (["PERSON"], names.find),
    "dates": (["DATE", "AGE"], dates.find),
    "places": (["ADDRESS", "CITY"], places.find),
    "numbers": (numbers.ENTITIES, numbers.find),
    "electronic": (["EMAIL", "URL", "IP", "USERNAME"], electronic.find),
    "again": ([*numbers.ENTITIES, *again.PHRASES], again.find),
    "tagger": (recognizer.ENTITIES, recognizer.find),
    "on file": ([*numbers.ENTITIES, "PERSON", "DATE", "EMAIL", "ADDRESS", "CITY"], record.find),
}
"""Every recognizer by name: the entities it finds, and the function from a view to spans."""


class _GivenDocs(NlpEngine):
    """Presidio's NLP engine where the view has been made already."""

    def load(self) -> None:
        """Nothing to load: the tagger is the engine's."""

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


def registry(without: frozenset[str] = frozenset()) -> RecognizerRegistry:
    """The recognizers of US healthcare calls, less those left out by name."""
    found = RecognizerRegistry(supported_languages=[LANGUAGE])
    for name, (entities, find) in RECOGNIZERS.items():
        if name not in without:
            found.add_recognizer(SpeechRecognizer(name, entities, find, LANGUAGE))
    return found


class Analyzer:
    """Presidio's analyzer from a view to finds, unsettled."""

    def __init__(self, without: frozenset[str] = frozenset()) -> None:
        self._engine = AnalyzerEngine(
            registry=registry(without),
            nlp_engine=_GivenDocs(),
            supported_languages=[LANGUAGE],
            default_score_threshold=THRESHOLD,
            context_aware_enhancer=DialogueEnhancer(),
            # the decision process would write the text itself into a log
            log_decision_process=False,
        )

    def finds(self, view: View) -> list[Find]:
        """Everything that any recognizer found in a view."""
        found = self._engine.analyze(
            view.text, LANGUAGE, nlp_artifacts=_artifacts(view), return_decision_process=True
        )
        return finds_of(found)


class _Placeholder(Operator):
    """Presidio operator: puts the vault's placeholder in the place of what was found."""

    def operate(self, text: str | None = None, params: dict[str, Any] | None = None) -> str:
        given = params or {}
        find = next(given["finds"])
        return given["vault"].placeholder(find.type, find.value or text or "", find.continues)

    def validate(self, params: dict[str, Any] | None = None) -> None:
        if not params or not isinstance(params.get("vault"), Vault):
            raise ValueError("the operator needs the vault of the call")

    def operator_name(self) -> str:
        return "vault_placeholder"

    def operator_type(self) -> OperatorType:
        return OperatorType.Anonymize


class Anonymizer:
    """Presidio's anonymizer with the operator of the vault."""

    def __init__(self) -> None:
        self._engine = AnonymizerEngine()
        self._engine.add_anonymizer(_Placeholder)

    def mask(
        self, text: str, finds: list[Find], vault: Vault
    ) -> tuple[str, list[tuple[int, int, str]]]:
        """The masked text, and each find's place and placeholder in it, in order."""
        for find in finds:  # numbers are given in the order of speech
            vault.placeholder(find.type, find.value or text[find.start : find.end], find.continues)
        # Presidio replaces from the end of a text to its beginning
        operator = OperatorConfig(
            "vault_placeholder", {"vault": vault, "finds": iter(reversed(finds))}
        )
        masked = self._engine.anonymize(
            text,
            [Masked(f.type, f.start, f.end, f.score) for f in finds],
            operators={"DEFAULT": operator},
        )
        items = sorted(masked.items, key=lambda item: item.start)
        return masked.text, [(i.start, i.end, masked.text[i.start : i.end]) for i in items]
