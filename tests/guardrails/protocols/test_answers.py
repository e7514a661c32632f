"""What a turn answers to the question of a step."""

import pytest

from guardrails.protocols.answers import by_its_words, entered_answer, reply, stalls
from guardrails.protocols.conditions import Limits
from guardrails.protocols.protocol import StepSpec
from guardrails.rules.phrases import compiled

WEIGHT = StepSpec(
    "weight", "", (), "number", units=("lb", "kg"), plausible=Limits(60, 800), may_be_unknown=True
)
GAIN = StepSpec("gain", "", (), "number", units=("lb", "kg"), plausible=Limits(0, 50))
PRESSURE = StepSpec("pressure", "", (), "number", units=("mmHg",), plausible=Limits(50, 300))
SWELLING = StepSpec(
    "swelling", "", (), "yes_no",
    means_yes=(compiled("ankles ... (huge|tight)"),), means_no=(compiled("shoes fit"),),
)  # fmt: skip
WHY = StepSpec(
    "why", "", (), "choice",
    choices=(("cost", (compiled("(cost|afford)"),)), ("forgets", (compiled("(forget|busy)"),))),
)  # fmt: skip


@pytest.mark.parametrize(
    ("step", "text", "answer"),
    [
        (WEIGHT, "a hundred and eighty seven point four", "187.4 lb"),
        (WEIGHT, "One eighty seven, and it was one eighty three yesterday, so I'm up four pounds.", "187 lb"),
        (WEIGHT, "I weighed 183 last week but 187 today", "187 lb"),
        (WEIGHT, "it was one eighty, no wait, one eighty seven", "187 lb"),
        (WEIGHT, "eighty five kilos", "187.393 lb"),
        (WEIGHT, "I took it at seven a.m. and it was one ninety", "190 lb"),
        (WEIGHT, "I didn't weigh myself", "unknown"),
        (WEIGHT, "my scale is broken", "unknown"),
        (GAIN, "One eighty seven, and it was one eighty three yesterday, so I'm up four pounds.", "4 lb"),
        (GAIN, "two or three pounds", "3 lb"),
        (GAIN, "no, none", "0 lb"),
        (PRESSURE, "one sixty two over ninety eight", "162 mmHg"),
        (SWELLING, "my ankles are huge", "yes"),
        (SWELLING, "well, my shoes fit", "no"),
        (SWELLING, "not that I know of", "no"),
        (WHY, "I can't afford it", "cost"),
        (WHY, "No, it's not the cost, I just forget", "forgets"),
        (WHY, "no i just forget", "forgets"),
        (WHY, "I forget, and it costs a lot, I can't afford it", "cost"),
    ],
)  # fmt: skip
def test_answers_are_understood_from_speech(step: StepSpec, text: str, answer: str) -> None:
    found = reply(step, text)
    assert found is not None
    assert str(found.answer) == answer


def test_a_pressure_reads_out_two_values() -> None:
    found = reply(PRESSURE, "150 over 90")
    assert found is not None
    assert found.numbers == (150, 90)


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (WEIGHT, "let me get on it, hold on"),
        (WEIGHT, "two pillows"),
        (PRESSURE, "twelve percent"),
        (GAIN, "a lot"),
        (SWELLING, "sure, hold on"),
        (SWELLING, "maybe"),
        (WHY, "hmm"),
    ],
)
def test_what_is_no_answer_leaves_the_question_open(step: StepSpec, text: str) -> None:
    assert reply(step, text) is None


@pytest.mark.parametrize("text", ["Sorry, what did you say?", "hold on", "let me check", "pardon?"])
def test_a_turn_that_only_puts_off_is_no_answer_at_all(text: str) -> None:
    assert stalls(text)
    assert reply(StepSpec("a", "", (), "any"), text) is None


def test_only_a_turns_own_words_answer_an_older_question() -> None:
    assert by_its_words(SWELLING, "yes") is None
    found = by_its_words(SWELLING, "yes, my ankles are tight")
    assert found is not None
    assert found.answer.word == "yes"
    assert by_its_words(WEIGHT, "one eighty seven") is None
    assert by_its_words(WEIGHT, "one eighty seven pounds") is not None


@pytest.mark.parametrize(
    ("step", "entered", "known"),
    [
        (SWELLING, "yes", True), (SWELLING, "John Smith", False), (WHY, "cost", True),
        (WHY, "other", False), (WEIGHT, "187.4", True), (WEIGHT, "unknown", True),
        (WEIGHT, "5551234567", False), (GAIN, "99", False), (GAIN, "unknown", False),
    ],
)  # fmt: skip
def test_only_answers_of_the_step_can_be_entered_by_hand(
    step: StepSpec, entered: str, known: bool
) -> None:
    assert (entered_answer(step, entered) is not None) is known
