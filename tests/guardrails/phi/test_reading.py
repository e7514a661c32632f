"""Spoken forms map back to what they stand for, and to the words heard."""

import random
import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evals.bench.calls.speech import codes, habits
from guardrails.phi import Deidentified
from guardrails.phi.reading import runs
from guardrails.phi.speech import SPEECH, language_of
from guardrails.phi.spoken import words

Play = Callable[..., list[Deidentified]]


@pytest.mark.parametrize(
    ("text", "canon"),
    [
        ("m b as in bravo four one seven", "mb417"),
        ("double five, uh, oh two", "5502"),
        ("(415) 555-0199", "4155550199"),
        ("four hundred fifteen", "415"),
        ("eight hundred five five five", "800555"),
        ("twelve hundred", "1200"),
        ("two thousand and four", "2004"),
        ("twenty-one twelve and nineteen eighty-six", "21121986"),
        ("eight let me see nine hold on seven", "897"),
        ("m for mary l like larry 4 5", "ml45"),
        ("forty m g", "40"),
    ],
)
def test_english_forms(text: str, canon: str) -> None:
    assert [run.canon for run in runs(words(text), text)] == [canon]


@pytest.mark.parametrize(
    ("text", "canon"),
    [
        ("cuatro quince cincuenta y cinco doble cero uno", "41555001"),
        ("mil novecientos cincuenta y dos", "1952"),
        ("dos mil veinticuatro", "2024"),
        ("ochocientos cincuenta", "850"),
        ("veinte tres", "203"),
        ("eme como en maría, cuatro cinco", "m45"),
        ("ge o ene zeta a ele e zeta", "gonzalez"),
    ],
)
def test_spanish_forms(text: str, canon: str) -> None:
    assert [run.canon for run in runs(words(text), text, SPEECH["es"])] == [canon]


@pytest.mark.parametrize(
    ("text", "default", "language"),
    [
        ("¿me da su número de teléfono?", "en", "es"),
        ("cuatro uno cinco", "en", "es"),
        ("yes it's four one five", "es", "en"),
        ("okay", "es", "es"),
        ("okay", "en", "en"),
        ("", "de", "en"),
    ],
)
def test_the_language_of_a_turn(text: str, default: str, language: str) -> None:
    assert language_of(text, default) == language


def test_what_is_no_number_is_none() -> None:
    for text in ("oh yeah I forgot", "as I said", "we sang", "una taza de té"):
        assert not [run for run in runs(words(text), text) if run.digits]


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=200))
def test_runs_lie_in_the_text_and_do_not_overlap(text: str) -> None:
    for speech in SPEECH.values():
        found = runs(words(text), text, speech)
        assert all(0 <= run.start < run.end <= len(text) for run in found)
        assert all(a.end <= b.start for a, b in pairwise(found))


_LEFT = re.compile(
    r"\d|\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)\b"
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    code=st.from_regex(r"[A-HJ-NP-Z]{0,3}[0-9]{6,10}", fullmatch=True),
    seed=st.integers(0, 10_000),
    language=st.sampled_from(["en", "es"]),
)
def test_of_a_code_asked_for_nothing_is_left(
    play: Play, code: str, seed: int, language: str
) -> None:
    rng = random.Random(seed)
    (said,) = codes.say(code, habits.draw(rng, language, False), rng)
    asked = {"en": "and your member ID number?", "es": "¿y su número de miembro?"}[language]
    for text in (said.written, said.itn, said.spoken):
        *_, answer = play(("agent", asked), ("patient", text), language=language)
        assert not _LEFT.search(re.sub(r"<[^>]+>", "", answer.utterance.text)), text
