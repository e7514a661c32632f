"""Rules: what is meant is noticed, what is only mentioned is not; wrong packs are refused."""

from pathlib import Path

import numpy as np
import pytest

from guardrails.flag import Flag
from guardrails.rules.book import Read
from guardrails.rules.errors import PackError
from guardrails.rules.phrases import compiled
from guardrails.utterance import Entity, Utterance
from guardrails.watch import (
    CallFacts,
    Guard,
    Heard,
    JudgeState,
    Observation,
    begin,
    finish,
    hear,
    observe,
)
from knowledge_base.embedding import MiniLm

PACKS = Path(__file__).parent.parent.parent.parent / "guardrails"
RULES, PROTOCOLS = (sorted((PACKS / n / "packs").glob("*.yaml")) for n in ("rules", "protocols"))


def blank(lines: object) -> np.ndarray:
    return np.zeros((len(lines), 384), dtype=np.float32)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def read() -> Read:
    return MiniLm().read


@pytest.fixture(scope="module")
def guard(read: Read) -> Guard:
    return Guard.load(RULES, PROTOCOLS, read, None)


def judged(
    guard: Guard,
    *turns: tuple[str, str],
    facts: CallFacts | None = None,
    done: bool = False,
    read: Read | None = None,
) -> JudgeState:
    """The judgement on a few turns; without `read` by their words alone."""
    state = begin(guard, facts or CallFacts())
    for number, (speaker, text) in enumerate(turns):
        utterance = Utterance(
            "c", f"s-{number}", speaker, text, (), True, number * 5000, number * 5000 + 4000
        )  # type: ignore[arg-type]
        meaning = read([text])[0] if read else None
        state = hear(guard, state, Heard(utterance, guard.notice(utterance, meaning)))
    return finish(guard, state, 100_000) if done else state


def raised(state: JudgeState) -> set[str]:
    return {flag.rule_id for flag in state.flags if flag.status != "resolved"}


def test_every_category_has_a_rule(guard: Guard) -> None:
    categories = {rule.category for rule in guard.book.rules.values()}
    assert categories | {"protocol"} == set(Flag.__dataclass_fields__["category"].type.__args__)


@pytest.mark.parametrize(
    "text",
    ["no chest pain", "if I get chest pain I'll call", "my mother had chest pain in ninety four",
     "I had chest pain years ago", "I don't have chest pain or anything"],
)  # fmt: skip
def test_a_symptom_denied_imagined_past_or_anothers_raises_nothing(guard: Guard, text: str) -> None:
    assert raised(judged(guard, ("patient", text))) == set()


def test_a_yes_to_the_agents_question_counts(guard: Guard) -> None:
    asked = ("agent", "any chest pain?")
    assert raised(judged(guard, asked)) == set()
    assert raised(judged(guard, asked, ("patient", "no, none"))) == set()
    assert raised(judged(guard, asked, ("patient", "yeah a little"))) == {"red-flag-chest-pain"}


def test_one_matter_is_one_flag(guard: Guard) -> None:
    state = judged(guard, *[("patient", "my chest feels tight")] * 5)
    assert len(state.flags) == 1


def test_notices_are_rationed_and_critical_flags_are_not(guard: Guard) -> None:
    state = judged(
        guard,
        ("patient", "I forgot to take my pills"),
        ("patient", "I missed my appointment"),
        ("patient", "my chest feels tight"),
        ("patient", "I can't breathe"),
    )
    assert sorted(f.severity for f in state.flags) == ["critical", "critical", "notice"]


def test_health_details_before_the_caller_is_verified(guard: Guard) -> None:
    details = ("agent", "your test results are back")
    assert "identity-before-phi" in raised(judged(guard, details))
    state = begin(guard, CallFacts(on_file=frozenset({"name", "date_of_birth"})))
    name = Entity(6, 16, "PERSON", "<PERSON_1>", "name")
    born = Entity(21, 29, "DATE", "<DATE_1>", "date_of_birth")
    turns = [
        Utterance(
            "c", "a", "agent", "can you verify your full name and date of birth", (), True, 0, 1
        ),
        Utterance("c", "b", "patient", "I'm   <PERSON_1> and <DATE_1>", (name, born), True, 2, 3),
        Utterance("c", "d", "agent", details[1], (), True, 4, 5),
    ]
    for utterance in turns:
        state = hear(guard, state, Heard(utterance, guard.notice(utterance, None)))
    assert "identity_verified" in state.known
    assert "identity-before-phi" not in raised(state)


def test_a_value_that_is_not_on_file_verifies_nobody(guard: Guard) -> None:
    state = begin(guard, CallFacts(on_file=frozenset({"name", "date_of_birth"})))
    wrong = (Entity(0, 10, "PERSON", "<PERSON_1>"), Entity(11, 19, "DATE", "<DATE_1>"))
    for utterance in (
        Utterance(
            "c", "a", "agent", "please verify your full name and date of birth", (), True, 0, 1
        ),
        Utterance("c", "b", "patient", "<PERSON_1> <DATE_1>", wrong, True, 2, 3),
    ):
        state = hear(guard, state, Heard(utterance, guard.notice(utterance, None)))
    assert "identity_verified" not in state.known


def test_the_recording_notice_has_a_deadline_and_settles(guard: Guard) -> None:
    recorded = CallFacts(recording=True)
    talk = [("agent", "hello there how are you today"), ("patient", "fine")] * 8
    assert "disclosure-recording" in raised(judged(guard, *talk, facts=recorded))
    notice = ("agent", "this call may be recorded for quality")
    assert "disclosure-recording" not in raised(judged(guard, notice, *talk, facts=recorded))


def test_distress_without_a_word_of_empathy(guard: Guard) -> None:
    state = begin(guard, CallFacts())
    sad = Utterance("c", "a", "patient", "I am so scared and alone", (), True, 0, 1, sentiment=-0.9)
    cold = Utterance("c", "b", "agent", "what is your zip code please", (), True, 2, 3)
    for utterance in (sad, cold):
        state = hear(guard, state, Heard(utterance, guard.notice(utterance, None)))
    assert raised(state) == {"tone-empathy"}


@pytest.mark.parametrize(
    ("said", "category"),
    [
        ("the coffee keeps running out of one side of his mouth since this morning", "red_flag"),
        ("there's an elephant parked on my breastbone and it won't get off", "red_flag"),
        ("everybody would be better off if I was gone and I know how I'd do it", "crisis"),
    ],
)
def test_a_cue_is_heard_however_it_is_worded(
    guard: Guard, read: Read, said: str, category: str
) -> None:
    found = judged(guard, ("patient", said), read=read).flags
    assert [flag.category for flag in found] == [category]


@pytest.mark.parametrize(
    "said",
    [
        "no chest pain, no, nothing like that",
        "my mother had a stroke in ninety four",
        "this bill is going to kill me",
        "I'm pregnant and feel fine",
        "I take my pills every day",
    ],
)
def test_ordinary_talk_raises_nothing_by_its_meaning(guard: Guard, read: Read, said: str) -> None:
    assert not judged(guard, ("patient", said), read=read).flags


def test_a_cue_of_the_agent_settles_the_matter(guard: Guard, read: Read) -> None:
    sad = ("patient", "I'm scared to death, I don't know what to do, I can't stop crying")
    kind = ("agent", "oh, that must be so frightening, and I'm right here with you")
    cold = ("agent", "and what is the zip code on the account please")
    assert "tone-empathy" not in raised(judged(guard, sad, kind, read=read))
    assert "tone-empathy" in raised(judged(guard, sad, cold, read=read))


def test_an_unknown_cue_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    text = (PACKS / "rules" / "packs" / "crisis.yaml").read_text()
    path.write_text(text.replace("cue: crisis-abuse", "cue: crisis-of-faith"))
    with pytest.raises(PackError, match="'crisis-of-faith' is no known cue"):
        Guard.load([path], [], blank, None)


def test_clinicians_may_do_what_agents_may_not(guard: Guard) -> None:
    advice = ("agent", "you should stop taking the pill")
    assert "scope-dose-change" in raised(judged(guard, advice))
    assert raised(judged(guard, advice, facts=CallFacts(licence="clinician"))) == set()


def test_readings_raise_flags_and_start_protocols(guard: Guard) -> None:
    facts = CallFacts(program="chf-rpm")
    state = begin(guard, facts)
    state = observe(guard, state, Observation("body_weight", 187.4, "lb", 183.0), 1000)
    assert raised(state) == {"reading-weight-gain"}
    assert "hf-weight-gain" in {p.protocol_id for p in state.protocols}
    state = observe(guard, state, Observation("oxygen_saturation", 86, "%"), 2000)
    assert "reading-oxygen" in raised(state)


def test_a_reading_that_the_patient_reads_out_counts_like_one_that_was_sent(guard: Guard) -> None:
    facts = CallFacts(program="htn-rpm")
    asked = ("agent", "sit quietly and measure again please, what does it say?")
    start = ("patient", "my blood pressure is high")
    assert "reading-bp-crisis" not in raised(judged(guard, start, asked, facts=facts))
    told = ("patient", "it's one eighty four over ninety")
    flags = judged(guard, start, asked, told, facts=facts).flags
    (flag,) = [flag for flag in flags if flag.rule_id.startswith("reading-")]
    assert flag.evidence[0].segment_id == "s-2"


@pytest.mark.parametrize("line", ["(a+)+b", "(x*)*", "a++", "(", "[z"])
def test_patterns_that_are_wrong_or_blow_up_are_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"repetition|no pattern"):
        compiled(line)


HEAD = "pack: p\nversion: 1\napprover: x\nrules:\n"
RULE = """  - id: r
    category: tone
    severity: notice
    title: T
    why: W
    says: [rude]
    literal: true
    examples: [rude, so rude, rude one, "rude, really", how rude]
    counter_examples: [a, b, c, d, {last}]
"""


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("rules: []", "`rules` must be a list"),
        ("a: [", ""),
        (HEAD + "  - id: r\n    colour: red\n", "6: `colour` is no known field"),
        (HEAD + RULE.format(last="rude"), "counter-example matches"),
        (HEAD + RULE.format(last="e").replace("category: tone", "category: mood"), "6: `category`"),
        (
            HEAD + RULE.format(last="e").replace("why: W", "why: W\n    passage: none"),
            "not in force",
        ),
        (HEAD + RULE.format(last="e").replace("[rude]", "['(a+)+']"), "for ever"),
        (HEAD + RULE.format(last="e") + RULE.format(last="e"), "used twice"),
    ],
)
def test_a_wrong_pack_is_refused_with_file_line_and_reason(
    tmp_path: Path, content: str, reason: str
) -> None:
    path = tmp_path / "pack.yaml"
    path.write_text(content)
    with pytest.raises(PackError) as error:
        Guard.load([path], [], blank, {"known"})
    assert str(error.value).startswith(f"{path}:")
    assert reason in str(error.value)
