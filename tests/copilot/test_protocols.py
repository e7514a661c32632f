"""Protocols inside of a call: any order of arrival ends in the same states, flags and events."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.conversation import Book, State, fold, step
from copilot.events import ProtocolEvent
from copilot.inputs import Ended, Input, Observed, Said, Started, Ticked
from guardrails.packs import PROTOCOLS
from guardrails.protocols.loading import load_protocols
from guardrails.rules.book import Rulebook
from guardrails.utterance import Entity, Utterance
from guardrails.watch import CallFacts, Guard, Observation

LINES = [
    ("agent", "What did the scale say this morning?"),
    ("patient", "A hundred and eighty seven, up four pounds since yesterday."),
    ("agent", "Any chest pain, or fainting?"),
    ("patient", "No, nothing like that."),
    ("agent", "Any swelling in your ankles?"),
    ("patient", "They're swollen, yes."),
    ("agent", "That's nothing to worry about."),
    ("agent", "Are you more short of breath at night? And your date of birth?"),
    ("patient", "Not really. It's <DATE_1>, <PERSON_1>."),
    ("agent", "I'm bringing the nurse on the line now."),
]
STARTED = Started(CallFacts(program="chf-rpm", age=71))


@pytest.fixture(scope="module")
def book() -> Book:
    protocols = load_protocols(sorted(PROTOCOLS.glob("*.yaml")), None)
    return Book(Guard(Rulebook([], lambda lines: []), protocols))  # type: ignore[arg-type,return-value]


def said(book: Book, number: int, revision: int = 0) -> Said:
    speaker, text = LINES[number]
    entities = tuple(
        Entity(text.index(mark), text.index(mark) + len(mark), kind, mark)
        for mark, kind in (("<DATE_1>", "DATE"), ("<PERSON_1>", "PERSON"))
        if mark in text
    )
    utterance = Utterance(
        "c", f"s-{number}", speaker, text, entities, True, number * 1000, number * 1000 + 800, revision
    )  # fmt: skip  # type: ignore[arg-type]
    return Said(utterance, book.guard.notice(utterance, None), at_ms=number * 1000 + 900)


def deeds() -> list[Input]:
    """A reading and a step marked by hand, each in the middle of the call."""
    return [
        Observed(Observation("body_weight", 187.4, "lb", 183.0), 2500),
        Ticked("hf-weight-gain", "medicine-taken", 5500, "no"),
    ]


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    order=st.permutations(range(len(LINES) + 2)),
    again=st.lists(st.integers(0, len(LINES) - 1), max_size=6),
)
def test_any_order_and_duplication_ends_in_the_same_protocols(
    book: Book, order: list[int], again: list[int]
) -> None:
    turns = [said(book, number) for number in range(len(LINES))]
    inputs = [*turns, *deeds()]
    straight = fold(book, "c", [STARTED, *sorted(inputs, key=_at), Ended(20_000)])
    repeated = [turns[number] for number in again]
    mixed = fold(book, "c", [STARTED, *(inputs[n] for n in order), *repeated, Ended(20_000)])
    assert mixed.judged == straight.judged
    assert straight.judged is not None
    flags = {flag.flag_id for flag in straight.judged.flags}
    assert "f-branch-hf-weight-gain-reassurance" in flags


def _at(given_input: Input) -> int:
    return given_input.utterance.start_ms if isinstance(given_input, Said) else given_input.at_ms  # type: ignore[union-attr]


def test_a_corrected_turn_takes_its_answer_back(book: Book) -> None:
    state = fold(book, "c", [STARTED, *(said(book, number) for number in range(6))])
    assert _answers(state)["swelling"] == "yes"
    turn = said(book, 5, revision=1).utterance
    mended = Utterance(
        "c", turn.segment_id, "patient", "No, they aren't.", (), True, turn.start_ms, turn.end_ms, 1
    )
    state, events = step(book, state, Said(mended, book.guard.notice(mended, None), 9_000))
    assert _answers(state)["swelling"] == "no"
    told = [event for event in events if isinstance(event, ProtocolEvent)]
    assert {a.step_id: a.answer for a in told[0].answers}["swelling"] == "no"


def test_listeners_hear_of_a_protocol_only_when_something_changed(book: Book) -> None:
    state = fold(book, "c", [STARTED, said(book, 0)])
    small_talk = Utterance("c", "x", "agent", "I see, thank you.", (), True, 500, 900)
    state, events = step(
        book, state, Said(small_talk, book.guard.notice(small_talk, None), at_ms=900)
    )
    assert [event.type for event in events] == ["utterance"]
    state, events = step(book, state, said(book, 1))
    (told,) = (event for event in events if isinstance(event, ProtocolEvent))
    assert told.done == ("weight-today",)
    assert told.next[0].step_id == "emergency-signs"
    assert told.next[0].options == ("yes", "no")
    assert [e.segment_id for e in told.evidence] == ["s-0", "s-1"]


def _answers(state: State) -> dict[str, str]:
    assert state.judged is not None
    return dict(state.judged.protocols[0].answers)
