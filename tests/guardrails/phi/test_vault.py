"""Placeholders keep their meaning: one for a value however it is said, and what a date may keep."""

from collections.abc import Callable

import pytest

from guardrails.phi import Deidentified, Options, Vault

Play = Callable[..., list[Deidentified]]


@pytest.mark.parametrize(
    ("kind", "forms"),
    [
        ("PERSON", ("Maria", "maria gonzalez", "m a r i a", "María")),
        ("PHONE", ("415-555-0199", "four one five five five five oh one nine nine", "(415) 555 0199",
                   "four one five triple five oh one double nine")),
        ("DATE", ("march third fifty two", "03/03/1952", "the third of March, 1952")),
        ("ADDRESS", ("42 Oak Street", "forty two oak st")),
        ("EMAIL", ("mlopez19@gmail.com", "m lopez nineteen at gmail dot com")),
        ("MEMBER_ID", ("ZGP55", "z g p as in papa five five", "zgp double five")),
    ],
)  # fmt: skip
def test_one_placeholder_for_one_value(kind: str, forms: tuple[str, ...]) -> None:
    vault = Vault("c")
    assert {vault.placeholder(kind, form) for form in forms} == {f"<{kind}_1>"}


def test_different_values_differ() -> None:
    vault = Vault("c")
    assert vault.placeholder("DATE", "march third") != vault.placeholder("DATE", "march fourth")
    assert vault.placeholder("PERSON", "maria") != vault.placeholder("PERSON", "peter")


def said(play: Play, options: Options, *, year: int = 2026) -> str:
    (one,) = play(
        (
            "patient",
            "I was discharged on March 6, 2025, three days after I came in on March 3, 2025.",
        ),
        options=options,
        this_year=year,
    )
    return one.utterance.text


def test_dates_keep_what_is_asked_for(play: Play) -> None:
    assert "<DATE_1>" in said(play, Options())
    assert "<DATE_1: 2025>" in said(play, Options(dates="year"))
    assert "<DATE_2: 3 days before DATE_1>" in said(play, Options(dates="relation"))


def test_a_year_that_tells_of_great_age_is_not_kept() -> None:
    # 45 CFR 164.514(b)(2)(i)(C): all elements indicative of an age over 89
    vault = Vault("c", options=Options(dates="year"), this_year=2026)
    assert vault.placeholder("DATE", "march third nineteen thirty six") == "<DATE_1>"
    assert vault.placeholder("DATE", "march third nineteen thirty eight") == "<DATE_2: 1938>"


def test_a_noted_placeholder_is_revealed(play: Play) -> None:
    vault = Vault("c", options=Options(dates="year"), this_year=2026)
    play(("patient", "I was discharged on March 6, 2025."), vault=vault)
    assert vault.reveal("<DATE_1: 2025>") == vault.reveal("<DATE_1>") == "March 6, 2025"


def test_the_agents_own_name_stays_where_it_is_wanted(play: Play) -> None:
    turns = (("agent", "thank you for calling this is debra how can i help"),
             ("patient", "hi debra this is ana ruiz"))  # fmt: skip
    kept = [one.utterance.text for one in play(*turns, options=Options(agent_names=False))]
    assert "debra" in kept[0]
    assert "hi debra" in kept[1]
    assert "ana" not in kept[1]
    masked = [one.utterance.text for one in play(*turns)]
    assert "debra" not in " ".join(masked)
