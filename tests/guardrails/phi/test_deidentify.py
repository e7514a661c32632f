"""What identifies is masked however it is said; what does not, stays."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardrails.phi import Deidentifier, Vault
from guardrails.phi.reading import runs
from guardrails.phi.spoken import words
from guardrails.utterance import Segment

DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TENS = {
    2: "twenty",
    3: "thirty",
    4: "forty",
    5: "fifty",
    6: "sixty",
    7: "seventy",
    8: "eighty",
    9: "ninety",
}


def segment(text: str, number: int = 0, speaker: Any = "patient", final: bool = True) -> Segment:
    return Segment("c", f"s-{number}", speaker, text, final, number * 1000, number * 1000 + 900)


def mask(deidentifier: Deidentifier, *turns: tuple[str, str], **vault: Any) -> list[str]:
    own = Vault("c", **vault)
    batch = [(segment(text, n, speaker), own) for n, (speaker, text) in enumerate(turns)]
    return [one.utterance.text for one in deidentifier.deidentify(batch)]


SAFE_HARBOR = [
    ("what's your name?", "it's maria gonzalez", "PERSON"),
    ("", "my name is Jordan Miller", "PERSON"),
    ("can you spell your last name", "g o n z a l e z", "PERSON"),
    ("", "I saw doctor stevens about it", "PERSON"),
    ("what's your address?", "forty two ten oak street", "ADDRESS"),
    ("what's your zip?", "nine four one oh seven", "ZIP"),
    ("date of birth?", "oh three oh two fifty two", "DATE"),
    ("", "I was born on march third fifty two", "DATE"),
    ("", "my appointment is the sixth of may", "DATE"),
    ("", "my neighbor tunde drove me", "PERSON"),
    ("", "hello, this is Zebulon Quartz", "PERSON"),
    ("", "the pharmacy is on fifth avenue", "ADDRESS"),
    ("", "my dad is ninety seven years old", "AGE"),
    ("best number to reach you?", "four one five five five five oh one nine nine", "PHONE"),
    ("", "the fax number is (602) 494-5896", "PHONE"),
    ("what's your email?", "m lopez nineteen at gmail dot com", "EMAIL"),
    ("", "my social is six two three double five four four three zero", "SSN"),
    ("medical record number?", "double five seven eight five double three", "MRN"),
    ("member id?", "z g p as in papa five five one two", "MEMBER_ID"),
    ("", "the claim number is five five four four six six", "CASE_NUMBER"),
    ("your driver's license?", "f as in foxtrot three one oh one", "LICENSE"),
    ("your plate number?", "h c as in charlie w six five two six", "VEHICLE"),
    ("serial number on the device?", "s n two zero eight two seven", "DEVICE"),
    ("", "I signed in at www dot example dot com slash mdavis sixty", "URL"),
    ("", "it says two zero zero dot two two dot eight five dot one two six", "IP"),
    ("", "card number four one one one one one one one one one one one one one one one", "CREDIT_CARD"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "said", "kind"), SAFE_HARBOR, ids=[s[1][:40] for s in SAFE_HARBOR]
)
def test_safe_harbor_identifiers_said_aloud(
    deidentifier: Deidentifier, asked: str, said: str, kind: str
) -> None:
    masked = mask(deidentifier, ("agent", asked), ("patient", said))[1]
    assert f"<{kind}_1>" in masked


STAYS = [
    "forty milligrams twice a day",
    "my pressure was one fifty eight over ninety four",
    "the second of the three tablets",
    "may I ask you something",
    "she has Parkinson's and a Foley catheter",
    "today, three days ago, and next week",
    "I gained four pounds since yesterday",
    "it costs twenty five dollars",
    "I'm seventy one years old",
    "at eight thirty in the morning",
    "will you hope to be in august company",
    "call 911 or 988",
    "my a1c was 7.2 percent",
    "I take metformin and lisinopril",
    "vitamin b twelve and the l four l five disc",
]


@pytest.mark.parametrize("text", STAYS)
def test_what_advice_rests_on_stays(deidentifier: Deidentifier, text: str) -> None:
    assert mask(deidentifier, ("patient", text)) == [text]


def test_a_person_keeps_one_placeholder_however_named(deidentifier: Deidentifier) -> None:
    masked = mask(
        deidentifier,
        ("agent", "what's your full name?"),
        ("patient", "it's maria gonzalez"),
        ("agent", "thank you maria, can you spell your last name?"),
        ("patient", "g o n z a l e z"),
        ("agent", "got it. And this is Peter Hall."),
    )
    assert [re.findall(r"<PERSON_\d>", text) for text in masked[1:]] == [
        ["<PERSON_1>"], ["<PERSON_1>"], ["<PERSON_1>"], ["<PERSON_2>"],
    ]  # fmt: skip


def test_on_file_values_are_masked_wherever_heard_and_confirmed(deidentifier: Deidentifier) -> None:
    on_file = {"name": "Hope Street", "date_of_birth": "1952-03-14", "phone": "415-555-0199"}
    vault = Vault("c", on_file=on_file)
    said = "hope street here march fourteenth nineteen fifty two and my phone is four one five five five five oh one nine nine"
    (one,) = deidentifier.deidentify([(segment(said), vault)])
    assert {e.on_file for e in one.utterance.entities} >= {"name", "date_of_birth", "phone"}
    assert "hope" not in one.utterance.text
    assert "nine nine" not in one.utterance.text


def test_a_wrong_date_confirms_nothing(deidentifier: Deidentifier) -> None:
    vault = Vault("c", on_file={"date_of_birth": "1952-03-14"})
    said = segment("I was born on march fifteenth nineteen fifty two")
    (one,) = deidentifier.deidentify([(said, vault)])
    assert [e.on_file for e in one.utterance.entities] == [""]


def test_the_vault_alone_turns_a_placeholder_back(deidentifier: Deidentifier) -> None:
    vault = Vault("c")
    deidentifier.deidentify([(segment("my name is Maria Gonzalez"), vault)])
    assert vault.reveal("<PERSON_1>") == "Maria Gonzalez"
    assert "Maria" not in repr(vault)
    vault.forget()
    assert vault.reveal("<PERSON_1>") is None


def test_numbering_goes_on_after_a_restart(deidentifier: Deidentifier) -> None:
    assert mask(deidentifier, ("patient", "my name is Maria Gonzalez"), counts={"PERSON": 4}) == [
        "my name is <PERSON_5>"
    ]


def test_any_failure_masks_the_whole_text(
    deidentifier: Deidentifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("my name is Maria")

    monkeypatch.setattr(deidentifier._analyzer, "finds", fail)
    (one,) = deidentifier.deidentify([(segment("my name is Maria"), Vault("c"))])
    assert "Maria" not in one.utterance.text
    assert one.utterance.withheld


def test_spans_index_the_masked_text(deidentifier: Deidentifier) -> None:
    vault = Vault("c")
    said = segment("it's Maria Gonzalez at 42 Oak Street, 415-555-0199, 😀 born 3/4/1960")
    (one,) = deidentifier.deidentify([(said, vault)])
    assert len(one.utterance.entities) >= 4
    for entity in one.utterance.entities:
        assert one.utterance.text[entity.start : entity.end] == entity.placeholder


def spoken(digits: str, draw: Any) -> str:
    """Digits as somebody may say them: one by one, doubled, in pairs, with fillers."""
    out: list[str] = []
    at = 0
    while at < len(digits):
        pair = digits[at : at + 2]
        style = draw(st.integers(0, 5))
        if len(pair) == 2 and pair[0] == pair[1] and style == 0:
            out.append(f"double {DIGITS[int(pair[0])]}")
            at += 2
        elif len(pair) == 2 and int(pair[0]) >= 2 and pair[1] != "0" and style == 1:
            out.append(f"{TENS[int(pair[0])]} {DIGITS[int(pair[1])]}")
            at += 2
        else:
            digit = digits[at]
            out.append("oh" if digit == "0" and style == 2 else DIGITS[int(digit)])
            at += 1
        if style == 5 and at < len(digits):
            out.append("uh")
    return " ".join(out)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), digits=st.text("0123456789", min_size=10, max_size=10))
def test_of_a_number_asked_for_nothing_is_left(
    deidentifier: Deidentifier, data: Any, digits: str
) -> None:
    said = spoken(digits, data.draw)
    assert "".join(run.canon for run in runs(words(said), said)) == digits
    masked = mask(
        deidentifier, ("agent", "what's your phone number?"), ("patient", f"sure it's {said}")
    )
    left = set(masked[1].split()) & {*DIGITS, *TENS.values(), "oh", "double"}
    assert not left
