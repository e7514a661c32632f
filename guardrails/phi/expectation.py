"""Presidio's context enhancer, with the dialogue as the context.

What was asked for last and is still open, or what the utterance itself names in front of a code,
turns candidates into finds and tells what they are; what the tagger has read as ordinary words
is no find.
"""

import re

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts
from wordfreq import zipf_frequency

from guardrails.phi.checksums import luhn
from guardrails.phi.cities import STATE
from guardrails.phi.lexicon import bare_name
from guardrails.phi.numbers import ENTITIES, LONG
from guardrails.phi.spoken import Run
from guardrails.phi.tagger.recognizer import doubts
from guardrails.phi.view import View

KINDS = {
    "PHONE": "PHONE", "SSN": "SSN", "LAST4": "ID", "MEMBER_ID": "MEMBER_ID", "MRN": "MRN",
    "CREDIT_CARD": "CREDIT_CARD", "ACCOUNT": "ACCOUNT", "CASE": "CASE_NUMBER", "LICENSE": "LICENSE",
    "NPI": "NPI", "DEA": "DEA", "VEHICLE": "VEHICLE", "DEVICE": "DEVICE", "ZIP": "ZIP",
    "USERNAME": "USERNAME", "PIN": "ID", "CODE": "ID",
}  # fmt: skip
"""The kinds of the dialogue that are codes, and the entity each becomes."""
_KEEPS = frozenset({"MBI", "CREDIT_CARD", "NPI", "DEA"})
"""Known by their form whatever was asked for."""
_SHORTEST = {"PHONE": 3, "ZIP": 3, "LAST4": 2, "PIN": 3, "USERNAME": 2}
_IDEAL = {"PHONE": 10, "SSN": 9, "LAST4": 4, "ZIP": 5, "CREDIT_CARD": 16, "PIN": 4}
_SPELLED = frozenset({"VEHICLE", "USERNAME", "MEMBER_ID", "LICENSE", "CASE", "PIN", "CODE", "MRN"})
"""Codes that may be letters alone."""
_MEASURED = re.compile(
    r"\b(?:pressure|systolic|diastolic|bp|sugar|glucose|reading|readings|pulse|heart rate|oxygen|sat|sats|saturation|a1c|weight|weigh"
    r"|weighed|weighs|temperature|temp|fever of|dose|dosage|cholesterol|ldl|hdl|creatinine|potassium|sodium|score|level|levels|count"
    r"|about|around|between|over|under|roughly|approximately|costs?|total|balance|owe|paid|pay|copay|deductible"
    r"|presión|azúcar|glucosa|pulso|oxígeno|peso|temperatura|fiebre|dosis|cuesta|debe|total de|alrededor de|como unos)\b[^?!]{0,25}$",
    re.IGNORECASE,
)


DOUBT = 0.98
"""What the tagger is so sure of to be no identifier stays, but for written forms and the record."""
_CERTAIN = 0.95
_PLAIN_DOUBT = 0.9
_EVERYDAY = 4.5


class DialogueEnhancer(ContextAwareEnhancer):
    """Raises, and names, what the dialogue was waiting for; lowers what was measured."""

    def __init__(self) -> None:
        super().__init__(
            context_similarity_factor=0.65,
            min_score_with_context_similarity=0.85,
            context_prefix_count=0,
            context_suffix_count=0,
        )

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,
        recognizers: list[EntityRecognizer],
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """Presidio's entry: the same results, in place, with scores and types of the dialogue."""
        view = getattr(nlp_artifacts, "view", None)
        if not isinstance(view, View):
            return raw_results
        by_end = {run.end: run for run in view.runs}
        for result in raw_results:
            person = result.entity_type == "PERSON"
            if (
                (person and is_eponym(view, result.start, result.end))
                or (result.entity_type in _PROPER and is_state(view, result.start, result.end))
                or vetoed(view, result.start, result.end, result.entity_type, result.score)
            ):
                result.score = 0.0
                continue
            if result.entity_type in ENTITIES and result.score < 0.9:
                run = by_end.get(result.end)
                if run is not None:
                    self._weigh(view, run, result)
                else:
                    self._name(view, result)
        return raw_results

    def _weigh(self, view: View, run: Run, result: RecognizerResult) -> None:
        before = view.text[max(0, run.start - 60) : run.start]
        length = len(run.canon)
        named = view.named_before(run.start, KINDS)
        if (
            named
            and (run.digits or _all_letters(view, run))
            and length >= _SHORTEST.get(named, 3)
            and not _measured(before, run, named)
        ):
            self._raise(result, run, named, "named in front of it")
            return
        expected = _expected(view, length, run.digits)
        measured = _measured(before, run, "")
        if (
            expected
            and (run.digits or _all_letters(view, run))
            and not measured
            and not _in_a_sentence(view, run)
        ):
            self._raise(result, run, expected, "asked for")
        elif measured and length < 9:
            result.score = 0.0

    def _name(self, view: View, result: RecognizerResult) -> None:
        """A written code says by itself that it is one; the dialogue says which."""
        named = view.named_before(result.start, KINDS)
        kind = named or _expected(view, result.end - result.start, 1)
        if kind:
            result.entity_type = KINDS[kind]

    def _raise(self, result: RecognizerResult, run: Run, kind: str, why: str) -> None:
        if result.entity_type not in _KEEPS:
            result.entity_type = KINDS[kind]
        if not run.letters and 15 <= run.digits <= 16 and luhn(run.canon):
            result.entity_type = "CREDIT_CARD"
        result.score = max(result.score, self.min_score_with_context_similarity)
        explanation = result.analysis_explanation
        explanation.set_supportive_context_word(kind)
        explanation.set_improved_score(result.score)
        explanation.textual_explanation = why


def vetoed(view: View, start: int, end: int, kind: str, score: float) -> bool:
    """Whether the tagger, which reads the whole turn in its dialogue, overrules a find.

    Not a written form, nor a long number: no dose and no reading has six digits.
    """
    if score >= _CERTAIN:
        return False
    limit = _PLAIN_DOUBT if kind == "PERSON" and _plain(view, start, end) else DOUBT
    if doubts(view, start, end) <= limit:
        return False
    run = next((run for run in view.runs if run.end == end), None)
    return kind not in ENTITIES or run is None or run.digits < LONG


def _plain(view: View, start: int, end: int) -> bool:
    """Whether every word is an everyday one: "frank", "young"."""
    words = [bare_name(w.text) for w in view.words if start <= w.start < end]
    return all(zipf_frequency(word, "en") >= _EVERYDAY for word in words)


def is_eponym(view: View, start: int, end: int) -> bool:
    """Whether a name is that of a disease, a device or a procedure: "Jackson-Pratt drain"."""
    said = re.sub(r"['’]s\b|[^a-z]+", " ", view.lower[start:end]).strip()
    return said in _EPONYMS or _MEDICAL.match(view.text, end) is not None


def is_state(view: View, start: int, end: int) -> bool:
    """Whether a name is that of a state or a country, and stands where one would."""
    said = view.lower[start:end]
    if not STATE.fullmatch(said) and said not in ("carolina", "dakota"):
        return False
    return " " in said or _IN.search(view.lower[:start]) is not None


_PROPER = frozenset({"PERSON", "CITY", "ORGANIZATION"})
_IN = re.compile(
    r"\b(?:in|from|to|of|for|near|around|across|north|south|west|new|state|the|en|de)\s+$"
)
_EPONYMS = frozenset(
    {"stevens johnson", "jackson pratt", "guillain barre", "ehlers danlos", "epstein barr", "charcot marie",
     "charcot marie tooth", "lou gehrig", "von willebrand", "whipple"}
)  # fmt: skip
_MEDICAL = re.compile(
    r"(?:['’]s)?[\s-]+(?:disease|syndrome|palsy|sign|cyst|drain|catheter|monitor|maneuver|scale|score|test|procedure|fracture|neuroma|apple|contracture"
    r"|tendon|lymphoma|disorder|thyroiditis|esophagus|node|tube|insulin|inhaler|stockings?|reflex|position|bandage|phenomenon|triad|law|pratt drain)\b",
    re.IGNORECASE,
)


def _measured(before: str, run: Run, named: str) -> bool:
    """Whether the words in front say that it is a reading, a dose or a price."""
    found = None
    for match in _MEASURED.finditer(before):
        found = match
    if found is None or run.singles >= 6 or len(run.canon) >= 7:
        return False
    return not named or "number" not in before[found.start() :]


def _in_a_sentence(view: View, run: Run) -> bool:
    """A short number in a long turn is rarely the answer to what was asked."""
    rest = len(view.words) - len(run.atoms)
    return len(run.canon) < 4 and rest > 8


def _expected(view: View, length: int, digits: int) -> str:
    """The kind asked for that a code of this length fits best."""
    fitting = [
        kind
        for kind in KINDS
        if kind in view.expected
        and length >= _SHORTEST.get(kind, 3)
        and (digits or kind != "PHONE")
    ]
    return min(fitting, key=lambda kind: abs(_IDEAL.get(kind, 9) - length)) if fitting else ""


def _all_letters(view: View, run: Run) -> bool:
    """Letters alone are a code where a code of letters was asked for."""
    return len(run.canon) >= 3 and len(run.atoms) >= 3 and bool(_SPELLED & view.expected)
