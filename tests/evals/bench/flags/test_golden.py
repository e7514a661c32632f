"""Golden calls are read as the README says, and flags are judged by it."""

import pytest

from evals.bench.calls.templates import TemplateError
from evals.bench.flags.figures import below_floor, figures, judge
from evals.bench.flags.golden import golden, read
from evals.bench.flags.play import Raised, utterances

CALL = """reason: golden
language: en

## tight-chest
facts: age=71, conditions=chf+diabetes, recording=yes
A: {clinic}, {agent.first} speaking.
C: This is {patient}. My chest feels tight.
=> red_flag | chest tightness now
A: Okay. Anything else?
=> tone? | passes over it
C: No.
"""


def flag(category: str, turn: int) -> Raised:
    return Raised(turn, category, "critical", f"rule-{category}", "", "")


def test_labels_belong_to_the_turn_above_them() -> None:
    (known,) = read(CALL, "x.txt", "dev", 1)
    assert [(d.turn, d.category, d.optional) for d in known.due] == [
        (1, "red_flag", False),
        (2, "tone", True),
    ]
    assert known.facts.age == 71
    assert known.facts.conditions == ("chf", "diabetes")
    assert known.facts.recording


@pytest.mark.parametrize("line", ["=> nonsense | why", "=> red_flag why", "facts: mood=good"])
def test_a_wrong_label_names_file_and_line(line: str) -> None:
    broken = CALL.replace("facts: age=71, conditions=chf+diabetes, recording=yes", line)
    with pytest.raises(TemplateError) as raised:
        list(read(broken, "x.txt", "dev", 1))
    assert (raised.value.file, raised.value.line) == ("x.txt", 5)


def test_identifiers_are_placeholders_in_every_style() -> None:
    (known,) = read(CALL, "x.txt", "dev", 1)
    for style in ("written", "itn", "spoken"):
        said = utterances(known.call, style)
        assert "<PERSON_2>" in said[1].text
        assert said[1].entities[0].on_file == "name"
        assert [u.start_ms for u in said] == sorted(u.start_ms for u in said)


def test_flags_are_judged_by_turn_and_category() -> None:
    (known,) = read(CALL, "x.txt", "dev", 1)
    judged = judge(known, "written", [flag("red_flag", 2), flag("tone", 2), flag("scope", 2)])
    assert [d.category for d in judged.found] == ["red_flag"]
    assert [f.category for f in judged.false] == ["scope"]  # the optional one counts neither way
    late = judge(known, "written", [flag("red_flag", 3)])
    assert not late.found
    assert [f.category for f in late.false] == ["red_flag"]
    row = figures([judged, late])["written"]
    assert row["critical_recall"]["share"] == 0.5
    assert row["precision"]["share"] == pytest.approx(1 / 3, abs=1e-4)
    assert below_floor(row) == ["rule-red_flag"]


def test_both_splits_are_read_and_two_in_five_calls_have_nothing_to_flag() -> None:
    for split, least in (("dev", 80), ("test", 120)):
        calls = list(golden(split, 1))
        assert len(calls) >= least
        quiet = sum(not known.due for known in calls)
        assert quiet / len(calls) > 0.35
