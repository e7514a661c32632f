"""Dates are read however they are said."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guardrails.phi.calendar import Day, read_day
from guardrails.phi.record import same_date


@pytest.mark.parametrize(
    "text",
    [
        "march third fifty two", "March 3rd, 1952", "03/03/1952", "3/3/52", "3-3-52", "1952-03-03",
        "the third of march nineteen fifty two", "oh three oh three fifty two", "three three fifty two",
        "zero three zero three one nine five two", "march the third, uh, nineteen fifty two", "3 3 1952",
        "tres de marzo de mil novecientos cincuenta y dos", "el 3 de marzo de 1952",
    ],
)  # fmt: skip
def test_one_day_in_every_form(text: str) -> None:
    assert read_day(text) == Day(1952, 3, 3)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("the fourteenth", Day(day=14)),
        ("march 2024", Day(2024, 3)),
        ("june two thousand four", Day(2004, 6)),
        ("december twenty first two thousand and one", Day(2001, 12, 21)),
        ("nineteen fifty two", Day(1952)),
        ("sep 14", Day(month=9, day=14)),
        ("hello there", None),
    ],
)
def test_parts_of_a_date(text: str, day: Day | None) -> None:
    assert read_day(text) == day


@given(st.dates(min_value=date(1925, 1, 1), max_value=date(2024, 12, 31)))
def test_written_dates_are_read_back(day: date) -> None:
    for text in (f"{day:%m/%d/%Y}", f"{day:%B} {day.day}, {day.year}", day.isoformat()):
        found = read_day(text)
        assert found is not None
        assert found.whole == day


@example("0²²0")
@example("0²00")
@given(st.text(max_size=60))
def test_anything_may_be_said(text: str) -> None:
    read_day(text)


def test_a_part_of_a_date_confirms_nothing() -> None:
    assert same_date("march third fifty two", "1952-03-03")
    assert not same_date("march third", "1952-03-03")
    assert not same_date("march fourth fifty two", "1952-03-03")
