"""Why a rule fires on a text or not, told as it is."""

from pathlib import Path

import pytest

from guardrails.packs import RULES
from guardrails.rules.book import Rulebook
from guardrails.rules.explain import Trace, described, trace
from knowledge_base.embedding import MiniLm


@pytest.fixture(scope="module")
def model() -> MiniLm:
    return MiniLm()


@pytest.fixture(scope="module")
def book(model: MiniLm) -> Rulebook:
    return Rulebook.read(sorted(RULES.glob("*.yaml")), model.read, None)


def told(
    book: Rulebook, text: str, rule: str = "red-flag-chest-pain", speaker: str = "patient"
) -> Trace:
    return trace(book, book.rules[rule], text, speaker, None)


@pytest.mark.parametrize(
    ("text", "veto"),
    [
        ("I have chest pain", ""),
        ("no chest pain today", "negated"),
        ("what if I get chest pain", "hypothetical"),
        ("I had chest pain years ago", "past"),
        ("my mother had chest pain", "family"),
        ("my neighbor had chest pain", "third person"),
    ],
)
def test_the_phrase_and_what_speaks_against_it(book: Rulebook, text: str, veto: str) -> None:
    found = told(book, text)
    assert found.fires == (veto == "")
    (phrase,) = found.phrases
    assert (phrase.quote, phrase.veto) == ("chest pain", veto)
    assert phrase.line == "(chest|heart) (pain|pains|pressure|tightness|discomfort)"


def test_the_cue_and_its_bar(book: Rulebook, model: MiniLm) -> None:
    text = "there's an elephant parked on my breastbone and it won't get off"
    found = trace(book, book.rules["red-flag-chest-pain"], text, "patient", model.read([text])[0])
    assert found.fires
    assert found.probability is not None
    assert found.probability >= found.sure == 0.8
    assert f"is heard with {found.probability:.2f}, which reaches 0.8" in " ".join(found.why)
    assert "without an embedding" in " ".join(told(book, text).why)


def test_who_speaks_and_what_the_call_needs(book: Rulebook) -> None:
    found = told(book, "your test results are back", "identity-before-phi", "agent")
    assert found.fires
    assert "identity_verified does not hold" in found.needs
    silent = told(book, "your test results are back", "identity-before-phi")
    assert not silent.fires
    assert "it listens to the agent, not to the patient" in silent.why


def test_a_question_of_the_agent_waits_for_a_yes(book: Rulebook) -> None:
    found = told(book, "any chest pain?", speaker="agent")
    assert not found.fires
    assert "a yes of the patient to it counts" in found.why[-1]


def test_a_likelier_neighbour_takes_the_turn(book: Rulebook, model: MiniLm) -> None:
    text = "my sugar is 520 and I keep throwing up"
    meaning = model.read([text])[0]
    hits = book.match(text, "patient", meaning, book.heard(meaning, "patient"))
    for rule in (r for r in book.rules.values() if book.alone(r, text, "patient", meaning)):
        found = trace(book, rule, text, "patient", meaning)
        assert found.fires == any(h.rule_id == rule.rule_id and h.kind == "said" for h in hits)


MEANING = """\
pack: own
version: 1
approver: compliance_approver
rules:
  - id: parcel
    category: care_gap
    severity: notice
    title: Parcel
    why: It is gone.
    means: [my parcel was stolen]
    examples:
      - my parcel was stolen
      - somebody stole my parcel
      - the parcel got stolen
      - a thief took my parcel
      - my package was stolen
    counter_examples:
      - my parcel was not stolen
      - what if my parcel gets stolen
      - my parcel was stolen years ago
      - my knee hurts
      - hello
"""


@pytest.mark.parametrize(
    ("text", "fires", "why"),
    [
        ("they stole my parcel", True, "its meaning is"),
        ("my parcel was not stolen", False, "as a whole it is denied"),
        ("my knee hurts", False, "is under 0.62"),
    ],
)
def test_meaning_is_told_with_the_nearest_line(
    tmp_path: Path, model: MiniLm, text: str, fires: bool, why: str
) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(MEANING)
    own = Rulebook.load([path], model.read, None)
    found = trace(own, own.rules["parcel"], text, "patient", model.read([text])[0])
    assert (found.fires, found.nearest) == (fires, "my parcel was stolen")
    assert why in "; ".join(found.why)


def test_a_rule_is_described_in_words(book: Rulebook) -> None:
    rows = dict(described(book.rules["disclosure-recording"]))
    assert "not settled within the first 60 s" in rows["when"]
    assert rows["only if"] == "the call is recorded"
    assert rows["approver"] == "compliance_approver"
    assert rows["passage"] == "recording-notice"
    reading = dict(described(book.rules["reading-weight-gain"]))
    assert reading["when"] == "a reading of body_weight: gain at least 3"
    for rule in book.rules.values():
        words = dict(described(rule))
        assert {"flags", "because", "when", "how often", "say", "approver", "source"} <= set(words)
