"""Escalations: one for one matter, never lost, never doubled, climbing while nobody answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.call import Call
from copilot.conversation import Book, State, step
from copilot.escalation import Escalation, Ladder
from copilot.events import EscalationEvent
from copilot.inputs import (
    Acknowledged,
    Closed,
    Ended,
    HandedOver,
    Input,
    Passed,
    Said,
    Started,
)
from copilot.recovery import durable, input_row, recovered
from guardrails.phi import Options, Vault
from guardrails.utterance import Utterance
from guardrails.watch import CallFacts

CHEST, DYING, HARMLESS = "my chest feels tight", "I want to die", "my chess club meets today"
TEXTS = [CHEST, DYING, HARMLESS]


@dataclass
class Played:
    """A call that is played: its state, what was told, and what was journaled."""

    book: Book
    state: State = field(default_factory=lambda: State("c"))
    told: list[EscalationEvent] = field(default_factory=list)
    journaled: list[Input] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.take(Started(CallFacts()))

    def take(self, given: Input) -> list[EscalationEvent]:
        before = self.state
        self.state, events = step(self.book, before, given)
        if durable(given, before, self.state, events):
            self.journaled.append(given)
        new = [e for e in events if e.type == "escalation"]
        self.told += new
        return new

    def say(
        self, segment: str, text: str, at_ms: int, revision: int = 0, final: bool = True
    ) -> list[EscalationEvent]:
        start = at_ms - 1_000
        heard = Utterance("c", segment, "patient", text, (), final, start, start + 800, revision)  # type: ignore[arg-type]
        return self.take(Said(heard, self.book.guard.notice(heard, None), at_ms))

    @property
    def only(self) -> Escalation:
        (one,) = self.state.escalations
        return one


@pytest.fixture
def call(book: Book) -> Played:
    return Played(book)


def statuses(events: Sequence[EscalationEvent]) -> list[str]:
    return [event.status for event in events]


def test_the_clock_runs_from_the_start_of_the_utterance(call: Played) -> None:
    (opened,) = call.say("s-1", CHEST, at_ms=5_000)
    assert (opened.status, opened.elapsed_ms, opened.level) == ("opened", 1_000, 0)
    assert (opened.to, opened.category) == ("clinical-team", "red_flag")
    assert opened.title
    (answered,) = call.take(Acknowledged("e-1", 65_000, by="clinician"))
    assert (answered.status, answered.elapsed_ms, answered.by) == (
        "acknowledged", 61_000, "clinician",
    )  # fmt: skip


def test_nobody_answers_and_it_climbs_each_level_once_to_the_last(call: Played) -> None:
    call.say("s-1", CHEST, at_ms=1_000)
    seconds = [n for n in range(1, 400) if call.take(Passed(1_000 + n * 1_000))]
    assert seconds == [60, 120]
    assert [(e.status, e.level, e.to) for e in call.told[1:]] == [
        ("climbed", 1, "on-call-clinician"),
        ("climbed", 2, "medical-director"),
    ]
    assert call.take(Acknowledged("e-1", 500_000))[0].level == 2


def test_an_answer_ends_the_climb(call: Played) -> None:
    call.say("s-1", CHEST, at_ms=1_000)
    call.take(Acknowledged("e-1", 30_000, by="agent"))
    assert call.take(Passed(900_000)) == []


def test_it_climbs_after_the_end_of_the_call_too(call: Played) -> None:
    call.say("s-1", CHEST, at_ms=1_000)
    call.take(Ended(10_000))
    assert statuses(call.take(Passed(61_000))) == ["climbed"]
    assert statuses(call.take(Acknowledged("e-1", 70_000))) == ["acknowledged"]
    closing = Closed("e-1", "called_back", 80_000, note="reached her", by="clinician")
    (closed,) = call.take(closing)
    assert (closed.status, closed.outcome, closed.note) == ("closed", "called_back", "reached her")
    assert call.take(Passed(900_000)) == []


def test_each_level_has_its_full_time_after_a_long_silence(call: Played) -> None:
    """The service was down: whoever is called next has as long to answer as everybody."""
    call.say("s-1", CHEST, at_ms=1_000)
    assert statuses(call.take(Passed(600_000))) == ["climbed"]
    assert call.take(Passed(601_000)) == []
    assert statuses(call.take(Passed(660_000))) == ["climbed"]


def test_raised_resolved_and_raised_again_is_one_escalation(call: Played) -> None:
    call.say("s-1", CHEST, at_ms=1_000)
    (closed,) = call.say("s-1", HARMLESS, at_ms=2_000, revision=1)
    assert (closed.status, closed.outcome, closed.by) == ("closed", "resolved", "service")
    (opened,) = call.say("s-2", CHEST, at_ms=9_000)
    assert (opened.escalation_id, opened.status, opened.elapsed_ms) == ("e-1", "opened", 1_000)
    assert call.only.outcome is None


def test_what_was_called_before_is_called_again(call: Played) -> None:
    call.say("s-1", CHEST, at_ms=1_000)
    call.take(Passed(70_000))
    call.say("s-1", HARMLESS, at_ms=71_000, revision=1)
    (opened,) = call.say("s-2", CHEST, at_ms=80_000)
    assert (opened.level, opened.to) == (1, "on-call-clinician")


def test_a_corrected_transcript_takes_no_work_away_from_a_clinician(call: Played) -> None:
    call.say("s-1", CHEST, at_ms=1_000)
    call.take(Acknowledged("e-1", 5_000, by="clinician"))
    (noted,) = call.say("s-1", HARMLESS, at_ms=6_000, revision=1)
    assert (noted.status, noted.by) == ("acknowledged", "service")
    assert "resolved" in noted.note
    assert call.only.status == "acknowledged"
    (again,) = call.say("s-2", CHEST, at_ms=9_000)
    assert (again.status, again.by) == ("acknowledged", "service")
    assert "again" in again.note


def test_a_false_alarm_that_is_said_again_is_opened_again(call: Played) -> None:
    call.say("s-1", CHEST, at_ms=1_000)
    call.take(Closed("e-1", "false_alarm", 3_000, by="agent"))
    (opened,) = call.say("s-2", CHEST, at_ms=9_000)
    assert (opened.escalation_id, opened.status, opened.elapsed_ms) == ("e-1", "opened", 1_000)


@pytest.mark.parametrize("outcome", ["resolved", "sent_to_emergency", "called_back"])
def test_what_was_dealt_with_stays_closed_when_it_is_talked_about(
    call: Played, outcome: Any
) -> None:
    call.say("s-1", CHEST, at_ms=1_000)
    call.take(Closed("e-1", outcome, 3_000, by="agent"))
    assert call.say("s-2", CHEST, at_ms=9_000) == []


def test_a_false_alarm_from_a_partial_is_not_reopened_by_its_own_final(call: Played) -> None:
    call.say("s-1", CHEST, at_ms=1_000, final=False)
    call.take(Closed("e-1", "false_alarm", 1_500, by="agent"))
    assert call.say("s-1", CHEST, at_ms=2_000) == []


def test_a_call_that_breaks_off_in_the_middle_of_a_word_still_calls_for_help(call: Played) -> None:
    call.say("s-1", CHEST, at_ms=1_000, final=False)
    assert call.take(Ended(2_000)) == []
    assert call.only.status == "opened"
    assert statuses(call.take(Passed(61_000))) == ["climbed"]


def test_handed_over_says_to_whom_and_may_be_handed_on(call: Played) -> None:
    call.say("s-1", CHEST, at_ms=1_000)
    (first,) = call.take(HandedOver("e-1", "911", 11_000, by="agent", note="on the line"))
    assert (first.status, first.to, first.note) == ("handed_over", "911", "on the line")
    (second,) = call.take(HandedOver("e-1", "cardiology", 21_000, by="clinician"))
    assert second.to == "cardiology"
    (taken,) = call.take(Acknowledged("e-1", 31_000, by="clinician"))
    assert (taken.status, taken.to) == ("acknowledged", "cardiology")


def test_answers_said_twice_count_once_and_closed_is_closed(call: Played) -> None:
    call.say("s-1", CHEST, at_ms=1_000)
    assert len(call.take(Acknowledged("e-1", 2_000, by="agent"))) == 1
    assert call.take(Acknowledged("e-1", 3_000, by="agent")) == []
    assert len(call.take(Acknowledged("e-1", 4_000, by="clinician"))) == 1
    assert call.take(Acknowledged("e-1", 5_000, by="clinician")) == []
    assert len(call.take(Closed("e-1", "resolved", 6_000))) == 1
    for late in (
        Closed("e-1", "false_alarm", 7_000),
        HandedOver("e-1", "911", 7_000),
        Acknowledged("e-1", 7_000, by="clinician"),
        Acknowledged("e-9", 7_000),
    ):
        assert call.take(late) == []
    assert call.only.outcome == "resolved"


@pytest.mark.parametrize(
    ("answers", "acknowledge", "intervention"),
    [
        ([], None, None),
        ([Acknowledged("e-1", 11_000, by="agent")], 11_000, None),
        ([Acknowledged("e-1", 11_000, by="agent"), Acknowledged("e-1", 21_000, by="clinician")], 11_000, 21_000),
        ([HandedOver("e-1", "911", 31_000, by="agent")], 31_000, 31_000),
        ([Acknowledged("e-1", 41_000, by="clinician"), HandedOver("e-1", "911", 51_000)], 41_000, 41_000),
    ],
)  # fmt: skip
def test_figures_of_a_call(
    call: Played, answers: list[Input], acknowledge: int | None, intervention: int | None
) -> None:
    call.say("s-1", CHEST, at_ms=1_000)
    for answer in answers:
        call.take(answer)
    _, events = step(call.book, call.state, Ended(60_000))
    (metrics,) = (event.metrics for event in events if event.type == "summary")
    assert metrics["time_to_flag_ms"] == 1_000
    assert metrics["time_to_acknowledge_ms"] == acknowledge
    assert metrics["time_to_intervention_ms"] == intervention
    assert metrics["escalations_unanswered"] == (acknowledge is None)


def test_of_several_the_slowest_is_told(call: Played) -> None:
    call.say("s-1", CHEST, at_ms=1_000)
    call.say("s-2", DYING, at_ms=5_000)
    call.take(Acknowledged("e-1", 8_000))
    call.take(Acknowledged("e-2", 60_000))
    _, events = step(call.book, call.state, Ended(61_000))
    (metrics,) = (event.metrics for event in events if event.type == "summary")
    assert (metrics["escalations"], metrics["time_to_acknowledge_ms"]) == (2, 56_000)


def test_a_ladder_that_became_shorter_still_has_somebody_at_every_level() -> None:
    assert Ladder(("nurse-line",)).at(2) == "nurse-line"


def test_two_partials_that_hold_up_one_flag_are_both_remembered(call: Played) -> None:
    call.say("s-1", CHEST, at_ms=1_000, final=False)
    call.say("s-2", CHEST, at_ms=2_000, final=False)
    assert call.say("s-1", HARMLESS, at_ms=3_000) == []
    assert replayed(call).shown == call.state.shown


def replayed(played: Played) -> State:
    """The state that the journal gives, rows and all."""
    call = Call("c", "default", played.state, Vault("c"), 0.0)
    rows = [input_row(call, each) for each in played.journaled]
    return recovered(played.book, "c", rows, "", Options()).state


_by = st.sampled_from(["agent", "supervisor", "clinician", "admin"])
_which = st.sampled_from(["e-1", "e-2", "e-3"])
_acts = st.one_of(
    st.tuples(st.just("say"), st.sampled_from(["a", "b", "c"]), st.sampled_from(TEXTS), st.booleans()),
    st.tuples(st.just("pass"), st.sampled_from([1, 20, 61, 200])),
    st.tuples(st.just("ack"), _which, _by),
    st.tuples(st.just("handover"), _which, _by),
    st.tuples(st.just("close"), _which, _by, st.sampled_from(["resolved", "sent_to_emergency", "called_back", "false_alarm"])),
    st.tuples(st.just("end")),
)  # fmt: skip


def made(act: tuple[Any, ...], played: Played, now: int, spoken: int) -> Input | None:
    match act:
        case ("say", segment, text, final):
            if played.state.ended is not None:
                return None
            start, revision = (ord(segment) - 97) * 3_000, spoken
            heard = Utterance(
                "c", segment, "patient", text, (), final, start, start + 900, revision
            )  # type: ignore[arg-type]
            return Said(heard, played.book.guard.notice(heard, None), now)
        case ("pass", _):
            return Passed(now)
        case ("ack", which, by):
            return Acknowledged(which, now, by=by)
        case ("handover", which, by):
            return HandedOver(which, "911", now, by=by)
        case ("close", which, by, outcome):
            return Closed(which, outcome, now, by=by)
        case _:
            return Ended(now)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=st.lists(_acts, max_size=25))
def test_whatever_happens_one_matter_has_one_escalation_and_replay_finds_it_again(
    book: Book, acts: list[tuple[Any, ...]]
) -> None:
    played = Played(book)
    levels: dict[str, int] = {}
    open_now: set[str] = set()
    now = 0
    for number, act in enumerate(acts):
        now = max(played.state.last_ms, now) + (act[1] * 1_000 if act[0] == "pass" else 700)
        given_input = made(act, played, now, number)
        if given_input is None:
            continue
        for event in played.take(given_input):
            assert event.elapsed_ms >= 0
            if event.status == "opened":
                assert event.escalation_id not in open_now, "opened twice"
                open_now.add(event.escalation_id)
            else:
                assert event.escalation_id in open_now, "told of one that is not open"
            if event.status == "closed":
                open_now.discard(event.escalation_id)
        standing = played.state.escalations
        assert (
            len({e.flag_id for e in standing})
            == len(standing)
            == len({e.escalation_id for e in standing})
        )
        assert {e.escalation_id for e in standing if e.status != "closed"} == open_now
        for one in standing:
            assert one.level >= levels.get(one.escalation_id, 0)
            levels[one.escalation_id] = one.level
            assert 0 <= one.since_ms <= one.opened_ms <= one.reached_ms <= played.state.last_ms
            for at_ms in (one.acknowledged_ms, one.intervened_ms, one.closed_ms):
                assert at_ms is None or at_ms >= one.opened_ms

    again = replayed(played)
    assert again.escalations == played.state.escalations
    assert again.shown == played.state.shown
    assert again.heard == played.state.heard
