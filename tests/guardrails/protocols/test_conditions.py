"""Conditions over answers, readings, the patient's conditions and age."""

import pytest

from guardrails.facts import CallFacts, Observation
from guardrails.protocols.conditions import Answer, Condition, Known, Limits, holds, trend


def known(
    *readings: Observation, answers: dict[str, Answer] | None = None, facts: CallFacts | None = None
) -> Known:
    return Known(answers or {}, (), readings, facts or CallFacts())


def weights(*values: float) -> list[Observation]:
    return [Observation("body_weight", value, "lb") for value in values]


@pytest.mark.parametrize(
    ("values", "way"),
    [
        ((183, 184, 186), "rising"),
        ((183, 183, 184), "rising"),
        ((186, 184), "falling"),
        ((183, 183), "steady"),
        ((183, 190, 180), "steady"),
        ((183,), ""),
        ((200, 183, 184, 186), "rising"),
    ],
)
def test_a_trend_is_that_of_the_last_three_readings(values: tuple[float, ...], way: str) -> None:
    assert trend(weights(*values)) == way


def test_what_the_patient_reads_out_again_is_no_trend() -> None:
    rising = Condition("trend", "body_weight", frozenset({"rising"}))
    said = Observation("body_weight", 187, "lb", said=True)
    assert holds(((rising,),), known(*weights(183), said)) is False
    assert holds(((rising,),), known(*weights(183, 185), said)) is True


def test_a_gain_is_over_the_baseline_in_the_unit_of_the_limit() -> None:
    gained = ((Condition("gain", "body_weight", limits=Limits(low=3, unit="lb")),),)
    assert holds(gained, known(Observation("body_weight", 185.9, "lb", 182.9))) is True
    assert holds(gained, known(Observation("body_weight", 84.4, "kg", 83.0))) is True
    assert holds(gained, known(Observation("body_weight", 84.2, "kg", 83.0))) is False
    assert holds(gained, known(Observation("body_weight", 190, "lb"))) is False


def test_the_last_reading_counts() -> None:
    high = ((Condition("reading", "systolic", limits=Limits(low=180)),),)
    first, second = Observation("systolic", 190), Observation("systolic", 150, said=True)
    assert holds(high, known(first)) is True
    assert holds(high, known(first, second)) is False


def test_what_is_not_answered_is_open_and_what_is_not_known_does_not_hold() -> None:
    asked = Condition("answer", "pain", frozenset({"yes"}))
    old = Condition("age", "", limits=Limits(low=65))
    chf = Condition("condition", "chf", frozenset({"yes"}))
    assert holds(((asked,),), known()) is None
    assert holds(((asked, old),), known()) is False
    assert holds(((asked,), (chf,)), known(facts=CallFacts(conditions=("CHF",)))) is True
    assert holds(((asked,),), known(answers={"pain": Answer("no")})) is False
    assert holds((), known()) is True


def test_an_answer_marked_without_a_word_leaves_its_branches_open() -> None:
    asked = Condition("answer", "pain", frozenset({"yes"}))
    assert holds(((asked,),), known(answers={"pain": Answer()})) is None


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(low=3, unit="lb"), "at least 3 lb"),
        (Limits(high=54, high_open=True, unit="mg/dL"), "below 54 mg/dL"),
        (Limits(low=2, high=3), "from 2 to 3"),
        (Limits(low=2, high=3, high_open=True), "at least 2 and below 3"),
    ],
)
def test_limits_in_words(limits: Limits, words: str) -> None:
    assert str(limits) == words
