"""Quantities as people say them, read back with their units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.protocols.numbers import numbers
from guardrails.protocols.units import UNITS, converted, unit_of

ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()


def below_hundred(n: int) -> str:
    if n < 20:
        return ONES[n]
    return TENS[n // 10] + (f" {ONES[n % 10]}" if n % 10 else "")


def in_full(n: int, joint: str) -> str:
    """ "one hundred and eighty seven"."""
    if n < 100:
        return below_hundred(n)
    rest = n % 100
    return f"{ONES[n // 100]} hundred" + (f"{joint}{below_hundred(rest)}" if rest else "")


def run_on(n: int) -> str:
    """ "one eighty seven", "three oh two"."""
    hundreds, rest = divmod(n, 100)
    return f"{ONES[hundreds]} {below_hundred(rest) if rest > 9 else f'oh {ONES[rest]}'}"


@given(n=st.integers(1, 999), joint=st.sampled_from([" ", " and "]))
def test_whole_numbers_said_in_full(n: int, joint: str) -> None:
    assert [number.value for number in numbers(f"it says {in_full(n, joint)} today")] == [n]


@given(st.integers(101, 999).filter(lambda n: n % 100))
def test_numbers_said_without_the_hundred(n: int) -> None:
    assert [number.value for number in numbers(run_on(n))] == [n]


@given(whole=st.integers(1, 400), tenth=st.integers(1, 9))
def test_decimals(whole: int, tenth: int) -> None:
    wanted = float(f"{whole}.{tenth}")
    for text in (f"{whole}.{tenth}", f"{in_full(whole, ' and ')} point {ONES[tenth]}"):
        assert [number.value for number in numbers(f"{text} pounds")] == [wanted], text


@given(above=st.integers(101, 250).filter(lambda n: n % 100), below=st.integers(40, 99))
def test_pressures_are_pairs(above: int, below: int) -> None:
    for text in (
        f"{above} over {below}",
        f"{above}/{below}",
        f"{run_on(above)} over {below_hundred(below)}",
    ):
        found = numbers(f"it was {text} this morning")
        assert [(n.value, n.second) for n in found] == [(above, below)], text


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("a hundred and eighty seven point four", 187.4, ""),
        ("two and a half pounds", 2.5, "lb"),
        ("half a pound", 0.5, "lb"),
        ("a pound and a half", 1.5, "lb"),
        ("a pound", 1, "lb"),
        ("a couple of pounds", 2, "lb"),
        ("eighty-two kilos", 82, "kg"),
        ("ninety two percent", 92, "%"),
        ("five point five millimoles per liter", 5.5, "mmol/L"),
        ("302 mg/dL", 302, "mg/dL"),
        ("one eight seven", 187, ""),
        ("fifteen hundred", 1500, ""),
        ("ciento ochenta y siete libras", 187, "lb"),
        ("doscientos veinte", 220, ""),
        ("$45", 45, "dollars"),
        ("three days", 3, "days"),
    ],
)
def test_values_and_their_units(text: str, value: float, unit: str) -> None:
    assert [(n.value, n.unit) for n in numbers(text)] == [(value, unit)]


@pytest.mark.parametrize(
    "text", ["at six o'clock", "seven a.m.", "<DATE_1>", "oh, I see", "the 12th"]
)
def test_times_dates_and_words_are_no_quantities(text: str) -> None:
    assert numbers(text) == []


def test_several_numbers_each_with_its_place() -> None:
    text = "five or six pounds"
    assert [text[n.start : n.end] for n in numbers(text)] == ["five", "six pounds"]


@given(st.text(max_size=80))
def test_any_text_is_read_and_places_lie_in_it(text: str) -> None:
    for number in numbers(text):
        assert 0 <= number.start < number.end <= len(text)


@given(
    value=st.floats(0.1, 900),
    unit=st.sampled_from(sorted(UNITS)),
    other=st.sampled_from(sorted(UNITS)),
)
def test_units_convert_there_and_back_or_not_at_all(value: float, unit: str, other: str) -> None:
    there = converted(value, unit, other)
    if there is None:
        assert converted(value, other, unit) is None
    else:
        back = converted(there, other, unit)
        assert back == pytest.approx(value, rel=1e-3, abs=0.05)


def test_units_as_devices_name_them() -> None:
    assert [unit_of(name) for name in ("[lb_av]", "mm[Hg]", "/min", "Mg/dL", "stone")] == [
        "lb", "mmHg", "bpm", "mg/dL", "",
    ]  # fmt: skip
    assert converted(3, "lb", "kg") == pytest.approx(1.360777)
    assert converted(2.8, "mmol/L", "mg/dL") == pytest.approx(50.44, abs=0.01)
    assert converted(5, "", "kg") == 5
    assert converted(5, "lb", "%") is None
