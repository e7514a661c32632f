"""A protocol is followed from the talk: any order, its branches, stops and hand-overs."""

from itertools import permutations
from pathlib import Path

import pytest

from guardrails.facts import CallFacts, Observation
from guardrails.protocols import course
from guardrails.protocols.protocol import Protocol
from tests.guardrails.protocols.made import HEAD, TREE, due, played, protocol, raised

PAIN = ("A: Any chest pain?", "C: No, nothing like that.")
SWELLING = ("A: Is there any swelling?", "C: Not that I know of.")
GAIN = ("A: How much is it up?", "C: About a pound.")


@pytest.fixture
def tree(tmp_path: Path) -> Protocol:
    return protocol(tmp_path)


def test_a_step_is_done_with_the_evidence_of_question_and_answer(tree: Protocol) -> None:
    state = played(tree, *PAIN).protocols[0]
    assert state.done == ("pain",)
    assert state.answers == (("pain", "no"),)
    assert [(e.segment_id, e.quote) for e in state.evidence] == [
        ("s-0", "chest pain"),
        ("s-1", "No, nothing like that."),
    ]


def test_a_question_without_an_answer_and_an_answer_without_a_question_count_for_nothing(
    tree: Protocol,
) -> None:
    assert played(tree, PAIN[0]).protocols[0].done == ()
    assert played(tree, "C: No, no chest pain.").protocols[0].done == ()
    assert played(tree, PAIN[0], "C: What did you say?").protocols[0].done == ()


@pytest.mark.parametrize("order", permutations([PAIN, SWELLING, GAIN]))
def test_any_order_that_the_tree_allows(tree: Protocol, order: tuple[tuple[str, str], ...]) -> None:
    state = played(tree, *(line for pair in order for line in pair))
    assert set(state.protocols[0].done) == {"pain", "swelling", "gain"}
    assert due(state) == ["plan", "fine"]


def test_what_comes_after_another_step_is_not_taken_before_it(tree: Protocol) -> None:
    early = played(tree, "A: What is the plan?", "C: I take it easy today.")
    assert early.protocols[0].done == ()
    later = played(tree, *GAIN, "A: What is the plan?", "C: I take it easy today.")
    assert later.protocols[0].done == ("gain", "plan")


def test_a_branch_opens_by_an_answer_by_a_number_or_by_a_reading(tree: Protocol) -> None:
    assert "nurse" in due(played(tree, *PAIN, SWELLING[0], "C: A little bit."))
    assert "nurse" in due(played(tree, *PAIN, GAIN[0], "C: Four pounds."))
    reading = Observation("body_weight", 86.4, "kg", 85.0)
    assert "nurse" in due(played(tree, reading, *PAIN))
    assert "nurse" not in due(played(tree, *PAIN, SWELLING[0], "C: Maybe."))


def test_who_cannot_say_the_number_has_answered_all_the_same(tree: Protocol) -> None:
    state = played(tree, GAIN[0], "C: I didn't check.")
    assert state.protocols[0].answers == (("gain", "unknown"),)


def test_one_yes_to_two_questions_answers_neither_and_one_no_answers_both(tree: Protocol) -> None:
    both = "A: Any chest pain, any swelling?"
    assert played(tree, both, "C: Yes.").protocols[0].done == ()
    assert set(played(tree, both, "C: No, neither.").protocols[0].done) == {"pain", "swelling"}
    state = played(tree, both, "C: Yes, my ankles are huge.")
    assert state.protocols[0].answers == (("swelling", "yes"),)


def test_an_answer_belongs_to_the_question_asked_last(tree: Protocol) -> None:
    state = played(tree, PAIN[0], "C: Let me think.", SWELLING[0], "C: No.")
    assert state.protocols[0].done == ("swelling",)


def test_a_question_is_not_open_for_ever(tree: Protocol) -> None:
    talk = [line for n in range(3) for line in (f"A: Tell me about day {n}.", "C: It was quiet.")]
    assert played(tree, PAIN[0], *talk, "C: Yes.").protocols[0].done == ()


def test_a_statement_is_not_a_question(tree: Protocol) -> None:
    assert played(tree, "A: The swelling goes down at night.", "C: Yes.").protocols[0].done == ()


def test_a_stop_leaves_only_the_hand_over(tree: Protocol) -> None:
    state = played(tree, PAIN[0], "C: My chest hurts.")
    assert due(state) == ["help"]
    assert state.protocols[0].stopped == "pain"
    done = played(tree, PAIN[0], "C: My chest hurts.", "A: Please call 911 now.", ended=True)
    assert done.protocols[0].status == "completed"
    assert raised(done) == []


def test_going_on_past_a_stop_is_flagged_once_and_settled_by_the_hand_over(tree: Protocol) -> None:
    turns = [PAIN[0], "C: Yes.", SWELLING[0], "C: No.", GAIN[0]]
    state = played(tree, *turns)
    assert raised(state) == ["f-stop-p"]
    flag = state.flags[0]
    assert flag.category == "protocol"
    assert flag.say == "Call 911."
    assert [(e.segment_id, e.quote) for e in flag.evidence] == [
        ("s-0", "chest pain"), ("s-1", "Yes."), ("s-2", "swelling"),
    ]  # fmt: skip
    assert raised(played(tree, *turns, "A: Okay, call 911.")) == []


def test_a_stop_that_nobody_acts_on_is_flagged_although_nothing_is_asked(tree: Protocol) -> None:
    talk = ["A: I see, that is good to know.", "C: Mm."] * 3
    assert raised(played(tree, PAIN[0], "C: Yes.", *talk[:2])) == []
    assert raised(played(tree, PAIN[0], "C: Yes.", *talk)) == ["f-stop-p"]


def test_the_wrong_branch_is_flagged_with_the_answer_and_what_was_said(tree: Protocol) -> None:
    said = "A: That is nothing to worry about."
    state = played(tree, *PAIN, SWELLING[0], "C: Yes, some.", said)
    assert raised(state) == ["f-branch-p-fine"]
    quotes = [e.quote for e in state.flags[0].evidence]
    assert "Yes, some." in quotes
    assert quotes[-1] == "nothing to worry"
    assert raised(played(tree, *PAIN, *SWELLING, *GAIN, said)) == []
    assert raised(played(tree, *PAIN, said)) == []  # nothing is decided yet


def test_what_is_denied_or_under_a_condition_is_not_said(tree: Protocol) -> None:
    yes = [*PAIN, SWELLING[0], "C: Yes, some."]
    assert raised(played(tree, *yes, "A: I can't tell you that all is well.")) == []
    state = played(tree, *yes, "A: If it gets worse, call 911.")
    assert "help" not in state.protocols[0].done


def test_handing_over_without_what_has_to_come_first_is_flagged_and_can_be_mended(
    tree: Protocol,
) -> None:
    early = [SWELLING[0], "C: Yes.", "A: I'm getting the nurse."]
    assert raised(played(tree, *early)) == ["f-handover-p-pain"]
    assert raised(played(tree, *early, *PAIN)) == []
    assert raised(played(tree, *PAIN, *early)) == []
    assert raised(played(tree, *early, ended=True)) == ["f-handover-p-pain"]


def test_calling_for_help_needs_nothing_first(tree: Protocol) -> None:
    assert raised(played(tree, "A: Please call 911.", ended=True)) == []


def test_a_hand_over_ends_the_questions(tree: Protocol) -> None:
    state = played(tree, *PAIN, SWELLING[0], "C: Yes.", "A: I'm getting the nurse.", ended=True)
    assert state.protocols[0].status == "completed"
    assert due(state) == []


def test_what_was_skipped_is_flagged_at_the_end_once(tree: Protocol) -> None:
    state = played(tree, *PAIN, ended=True)
    assert state.protocols[0].status == "breached"
    assert [f.flag_id for f in state.flags] == ["f-skipped-p"]
    assert "swelling, gain" in state.flags[0].why
    assert state.flags[0].evidence


def test_the_agent_can_mark_a_step_and_put_an_answer_right(tree: Protocol) -> None:
    known, facts = {"p": tree}, CallFacts()
    state = course.step_done(known, course.start(known, facts), "p", "swelling", facts)
    assert state.protocols[0].done == ("swelling",)
    state = course.step_done(known, state, "p", "pain", facts, "no")
    assert "nurse" not in due(state)
    state = course.step_done(known, state, "p", "swelling", facts, "yes")
    assert dict(state.protocols[0].answers) == {"pain": "no", "swelling": "yes"}
    assert "nurse" in due(state)


def test_a_reading_after_the_end_of_the_questions_makes_a_step_due_again(tree: Protocol) -> None:
    turns = [*PAIN, *SWELLING, *GAIN, "A: All is well."]
    assert played(tree, *turns).protocols[0].status == "completed"
    state = played(tree, *turns, Observation("body_weight", 190, "lb", 183))
    assert state.protocols[0].status == "advanced"
    assert "nurse" in due(state)


BY_PHRASE = TREE.replace("start: {at: begin}", 'start: {says: ["weight ... up"], speaker: any}')


def test_what_was_asked_before_a_protocol_began_counts(tmp_path: Path) -> None:
    late = protocol(tmp_path, BY_PHRASE)
    assert played(late, *PAIN).protocols == ()
    state = played(late, *PAIN, "C: My weight is up.")
    assert state.protocols[0].done == ("pain",)
    assert state.protocols[0].began[0].quote == "weight is up"


def test_what_was_said_before_a_protocol_began_does_not_count(tmp_path: Path) -> None:
    late = protocol(tmp_path, BY_PHRASE)
    state = played(late, "A: I'm getting the nurse.", "C: My weight is up.")
    assert state.protocols[0].done == ()
    assert due(state) == ["pain", "swelling", "gain"]


def test_a_protocol_that_only_a_patients_word_began_is_not_held_against_anybody(
    tmp_path: Path,
) -> None:
    late = protocol(tmp_path, BY_PHRASE)
    assert raised(played(late, "C: My weight is up.", "A: I see.", ended=True)) == []
    assert raised(played(late, "C: My weight is up.", *PAIN, ended=True)) == ["f-skipped-p"]


READINGS = TREE.replace(
    "start: {at: begin}",
    "start: {observations: [{code: body_weight, gain_at_least: 2, unit: lb}]}\n"
    "programs: [rpm]\npatients: {conditions: [chf], age: {at_least: 40}}",
)


@pytest.mark.parametrize(
    ("facts", "value", "begins"),
    [
        (CallFacts(program="rpm"), 186, True),
        (CallFacts(program="rpm"), 184, False),
        (CallFacts(conditions=("chf",), age=71), 186, True),
        (CallFacts(conditions=("chf",), age=30), 186, False),
        (CallFacts(conditions=("chf",)), 186, False),
        (CallFacts(program="other"), 186, False),
    ],
)
def test_a_reading_begins_it_for_whom_it_is_meant(
    tmp_path: Path, facts: CallFacts, value: float, begins: bool
) -> None:
    reading = Observation("body_weight", value, "lb", 183)
    state = played(protocol(tmp_path, READINGS), reading, facts=facts)
    assert bool(state.protocols) is begins


IDENTITY = (
    HEAD.replace("start: {at: begin}", 'start: {says: ["date of birth"]}')
    + """\
steps:
  - {id: one, ask: "Name?", asked: [name], answer: entity, entities: [PERSON, ADDRESS, name]}
  - {id: two, ask: "Born?", asked: [born], answer: entity, entities: [DATE, ADDRESS, date_of_birth]}
"""
)


def test_one_identifier_does_not_count_for_two_steps(tmp_path: Path) -> None:
    ask = "A: Your name and date of birth?"
    who = protocol(tmp_path, IDENTITY)
    assert played(who, ask, "C: <ADDRESS_1>, yes <ADDRESS_1>").protocols[0].done == ("one",)
    assert played(who, ask, "C: <DATE_1>, I live at <ADDRESS_1>").protocols[0].status == "completed"


def test_an_identifier_said_before_anybody_asked_counts_only_if_the_record_holds_it(
    tmp_path: Path,
) -> None:
    who = protocol(tmp_path, IDENTITY)
    state = played(who, "C: It's about my visit on <DATE_1>.", "A: And your date of birth?")
    assert state.protocols[0].done == ()
