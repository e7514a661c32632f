"""A wrong protocol is refused, with file, line and reason."""

import random
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardrails.packs import PROTOCOLS
from guardrails.protocols import checks
from guardrails.protocols.loading import load_protocol, load_protocols
from guardrails.rules.errors import PackError
from guardrails.rules.pack import read_pack
from tests.guardrails.protocols.made import HEAD, TREE

WALKS = """\
walks:
  - {name: one, turns: [{A: "Any x?"}, {C: "no"}], done: [a], next: []}
  - {name: two, turns: [{A: "hello"}], done: [], next: [a]}
"""
STEP = '  - {{id: {0}, ask: "{0}?", asked: [x], answer: yes_no{1}}}\n'


def steps(*more: str) -> str:
    return HEAD + "steps:\n" + "".join(STEP.format(*line.split("|")) for line in more)


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (steps("a|, when: {b: yes}", "b|, when: {a: no}"), 8, "in a circle: a -> b -> a"),
        (steps("a|, after: [b]", "b|, after: [a]"), 8, "in a circle"),
        (steps("a|", "b|, when: {a: yes, c: no}", "c|, when: {a: no}"), 9, "'b' can never be reached"),
        (steps("a|", "b|, when: [{age: {at_least: 65}}], branch: k", "c|, when: {age: {at_least: 70}}, branch: k"),
         10, "overlaps with 'b' in branch 'k': both are due if age is 70"),
        (steps("a|", "b|, when: {a: yes}, branch: k", "c|, branch: k"), 10, "both are due if a is yes"),
        (steps("a|", "b|, when: {a: yes}, branch: k"), 9, "needs two steps or more"),
        (steps("a|", "b|, when: {a: yes}, branch: k", "c|, when: otherwise, branch: k", "d|, when: otherwise, branch: k"),
         11, "one `otherwise` at most"),
        (steps("a|, passage: nowhere"), 8, "names 'nowhere', which is not in force"),
        (steps("a|, colour: red"), 8, "`colour` is no known field"),
        (steps("a|", "a|"), 9, "'a' is used twice"),
        (steps("a|, when: {z: yes}"), 8, "`z` is no step of this protocol"),
        (steps("a|", "b|, when: {a: maybe}"), 9, "is answered by yes or no"),
        (steps("a|, after: [z]"), 8, "'z' is no step of this protocol"),
        (steps("a|, only_then: true"), 8, "needs a `when` or an `unless`"),
        (steps("a|, stop: [{answer: yes, then: b}]", "b|"), 8, "'b' is no hand-over step"),
        (steps("a|, units: [lb]"), 8, "belongs to `answer: number`"),
        (steps("a|, when: {age: {at_least: 9, at_most: 3}}"), 8, "between which no number lies"),
        (steps("a|, when: {age: {over: 9}}"), 8, "`over` is no known field"),
        (steps("a|, when: {observation: {code: w, unit: stone}}"), 8, "`unit` must be one of"),
        (steps("a|, when: {observation: {code: w, trend: up}}"), 8, "`trend` must be one of"),
        (steps("age|"), 8, "means something else in `when`"),
        (HEAD + 'steps:\n  - {id: a, ask: A, asked: ["(a+)+b"]}\n', 8, "for ever"),
        (HEAD + "steps:\n  - {id: a, ask: A, asked: [x], answer: choice, choices: {one: [x]}}\n", 8, "needs at least two"),
        (HEAD.replace("start: {at: begin}\n", "") + "steps: []\n", 1, "`start` is missing"),
        (HEAD.replace("{at: begin}", "{at: noon}") + "steps:\n  - {id: a, ask: A, asked: [x]}\n", 6, "`at` must be"),
        (HEAD.replace("{at: begin}", "{speaker: any}") + "steps:\n  - {id: a, ask: A, asked: [x]}\n", 6, "needs `at: begin`"),
        (HEAD.replace("version: 1", "version: one") + "steps:\n  - {id: a, ask: A, asked: [x]}\n", 2, "whole number"),
    ],
)  # fmt: skip
def test_a_wrong_protocol_is_refused_with_file_line_and_reason(
    tmp_path: Path, content: str, line: int, reason: str
) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(content + WALKS)
    with pytest.raises(PackError) as error:
        load_protocol(path, {"known"})
    assert str(error.value).startswith(f"{path}:{line}: "), str(error.value)
    assert reason in str(error.value)


@pytest.mark.parametrize(
    ("walks", "reason"),
    [
        ("", "`walks` needs at least 2 example calls"),
        (WALKS.replace("next: []", "next: [a]"), "walk 'one': `next` is [], not ['a']"),
        (WALKS.replace("done: [a]", "done: []"), "`done` is ['a'], not []"),
        (WALKS.replace("next: []", "next: [], flags: [skipped]"), "`flags` is [], not ['skipped']"),
        (WALKS.replace("next: []", "next: [], answers: {a: yes}"), "`answers` is {'a': 'no'}"),
        (WALKS.replace("next: []", "next: [], status: breached"), "`status` is completed"),
        (WALKS.replace("next: []", "next: [z]"), "'z' is no step"),
        (WALKS.replace("{A: \"hello\"}", "{B: \"hello\"}"), "turn 1 must be"),
        (WALKS.replace("{A: \"hello\"}", "{reading: {code: w, value: high}}"), "must be a number"),
    ],
)  # fmt: skip
def test_a_pack_whose_own_walk_fails_is_refused(tmp_path: Path, walks: str, reason: str) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(steps("a|") + walks)
    with pytest.raises(PackError) as error:
        load_protocol(path, None)
    assert reason in str(error.value)


def test_a_protocol_that_is_right_is_taken_and_ids_are_used_once(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    for path in (one, two):
        path.write_text(steps("a|") + WALKS)
    assert load_protocol(one, None).protocol_id == "p"
    with pytest.raises(PackError, match=r"two\.yaml:1: the id 'p' is used twice"):
        load_protocols([one, two], None)


def test_what_was_proven_before_is_not_proven_again(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(steps("a|"))
    assert load_protocol(path, None, proven={read_pack(path).sha256}).protocol_id == "p"


def test_a_tree_too_tangled_to_be_gone_through_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checks, "MOST", 20)
    with pytest.raises(PackError, match="depends on too much: split the protocol"):
        load_protocol(PROTOCOLS / "hf-weight-gain.yaml", None)


def _changed(value: Any, way: random.Random) -> Any:
    """A pack with one of its values replaced by something else, or left out."""
    if isinstance(value, dict) and value:
        key = way.choice(list(value))
        if way.random() < 0.25:
            return {k: v for k, v in value.items() if k != key}
        return {**value, key: _changed(value[key], way)}
    if isinstance(value, list) and value:
        index = way.randrange(len(value))
        return [*value[:index], _changed(value[index], way), *value[index + 1 :]]
    return way.choice([None, "", "x", 7, -1.5, True, [], {}, [1], {"a": 1}, "yes", [["x"]]])


SHIPPED = [yaml.safe_load(path.read_text()) for path in sorted(PROTOCOLS.glob("*.yaml"))]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10_000), times=st.integers(1, 3))
def test_whatever_is_wrong_with_a_pack_is_said_and_nothing_breaks(
    tmp_path: Path, seed: int, times: int
) -> None:
    way = random.Random(seed)
    pack = way.choice([*SHIPPED, yaml.safe_load(TREE + WALKS)])
    for _ in range(times):
        pack = _changed(pack, way)
    path = tmp_path / "p.yaml"
    path.write_text(yaml.safe_dump(pack))
    try:
        load_protocol(path, None)
    except PackError as error:
        assert str(error).startswith(f"{path}:")  # noqa: PT017


def test_the_example_of_the_documentation_is_a_pack(tmp_path: Path) -> None:
    docs = Path(__file__).parents[3] / "docs" / "protocols.md"
    pack, walks = re.findall(r"```yaml\n(.*?)```", docs.read_text(), re.DOTALL)
    walk = walks.removeprefix("walks:\n")
    path = tmp_path / "p.yaml"
    path.write_text(pack.replace("walks: [...]", f"walks:\n{walk}{walk}"))
    assert load_protocol(path, None).protocol_id == "hf-weight-gain"
