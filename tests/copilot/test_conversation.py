"""The fold: any order of arrival of the same transcript ends in the same call."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.conversation import Book, Ended, Said, Started, State, fold, step
from guardrails.utterance import Utterance
from guardrails.watch import CallFacts

LINES = [
    ("agent", "this call is recorded, may I have your full name and date of birth"),
    ("patient", "my chest feels tight"),
    ("agent", "you can probably skip it today"),
    ("agent", "do you have any chest pain?"),
    ("patient", "yes"),
    ("patient", "I want to die"),
    ("patient", "no chest pain at all"),
    ("agent", "calm down"),
]


def said(book: Book, number: int, revision: int = 0) -> Said:
    speaker, text = LINES[number]
    utterance = Utterance(
        "c", f"s-{number}", speaker, text, (), True, number * 1000, number * 1000 + 800, revision
    )  # type: ignore[arg-type]
    return Said(utterance, book.guard.notice(utterance, None), at_ms=number * 1000 + 900)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    order=st.permutations(range(len(LINES))),
    again=st.lists(st.integers(0, len(LINES) - 1), max_size=6),
)
def test_any_order_and_duplication_ends_in_the_same_flags(
    book: Book, order: list[int], again: list[int]
) -> None:
    straight = fold(book, "c", [Started(CallFacts()), *(said(book, n) for n in range(len(LINES)))])
    mixed = fold(book, "c", [Started(CallFacts()), *(said(book, n) for n in [*order, *again])])
    assert mixed.judged == straight.judged
    assert mixed.heard == straight.heard
    standing = lambda state: {f.flag_id for f in state.shown if f.status != "resolved"}  # noqa: E731
    assert standing(mixed) == standing(straight)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations(range(len(LINES))))
def test_one_escalation_for_one_matter(book: Book, order: list[int]) -> None:
    state = State("c")
    opened: list[str] = []
    for given_input in [Started(CallFacts()), *(said(book, n) for n in order), Ended(99_000)]:
        state, events = step(book, state, given_input)
        opened += [e.flag_id for e in events if e.type == "escalation" and e.status == "opened"]
    assert len(opened) == len(set(opened)) == 2


def test_a_correction_takes_a_flag_back(book: Book) -> None:
    state = fold(book, "c", [Started(CallFacts()), said(book, 1)])
    assert [f.status for f in state.shown] == ["raised"]
    harmless = Utterance("c", "s-1", "patient", "my chess club", (), True, 1000, 1800, 1)
    state, events = step(book, state, Said(harmless, book.guard.notice(harmless, None), 3000))
    assert [(e.status) for e in events if e.type == "flag"] == ["resolved"]
    assert state.escalations[0].status == "closed"
