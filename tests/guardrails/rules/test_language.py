"""The rule language: what a pack may say, what is refused and where, dates and cooldown."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardrails.facts import CallFacts
from guardrails.flag import Flag
from guardrails.packs import PROTOCOLS
from guardrails.protocols.loading import load_protocol
from guardrails.rules.book import Hit, Rulebook
from guardrails.rules.effective import Effective
from guardrails.rules.errors import PackError
from guardrails.rules.pack import read_pack
from guardrails.utterance import Utterance
from guardrails.watch import Guard, Heard, JudgeState, Signals, begin, hear, red_flags_early

PACK = """\
pack: own
version: 3
approver: compliance_approver
source: "Own policy 12"
effective: {from: 2026-01-01, to: 2026-12-31}
rules:
  - id: rude
    category: tone
    severity: warning
    title: "Rude"
    why: "It is rude."
    say: "I am sorry."
    passage: voice
    speaker: patient
    matter: manners
    says:
      - "rude"
      - "(very |so )*(bad|mean)"
    literal: false
    asked: true
    requires: [recording]
    unless: [identity_verified]
    licence: agent
    programs: [own-program]
    resolved_by: ["sorry"]
    cooldown_s: 60
    approver: privacy_officer
    effective: {from: 2026-03-01}
    examples: ["rude", "so rude", "rude one", "rude, really", "very very bad"]
    counter_examples: ["no", "not rude", "if it is rude", "a", "b"]
  - id: late
    category: disclosure
    severity: notice
    version: 7
    source: "Own policy 13"
    title: "Late"
    why: "It is late."
    deadline_s: 60
    settled_by: [gives-recording-notice]
    sure: 0.8
  - id: reading
    category: red_flag
    severity: critical
    title: "High"
    why: "It is high."
    observation: {code: pulse, at_least: 120.5, at_most: 30}
"""


def blank(lines: object) -> np.ndarray:
    return np.zeros((len(lines), 384), dtype=np.float32)  # type: ignore[arg-type]


def written(folder: Path, text: str | bytes = PACK, name: str = "own.yaml") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def load(path: Path) -> Rulebook:
    return Rulebook.load([path], blank, {"voice"}, facts={"identity_verified"})


def changed(old: str, new: str) -> str:
    assert PACK.count(old) == 1, old
    return PACK.replace(old, new)


def test_a_pack_says_all_this(tmp_path: Path) -> None:
    book = load(written(tmp_path))
    rude, late = book.rules["rude"], book.rules["late"]
    assert (rude.version, rude.approver, rude.source) == (3, "privacy_officer", "Own policy 12")
    assert (late.version, late.approver, late.source) == (7, "compliance_approver", "Own policy 13")
    assert rude.effective == Effective(date(2026, 3, 1), date(2026, 12, 31))
    assert (
        late.effective == book.packs[0].effective == Effective(date(2026, 1, 1), date(2026, 12, 31))
    )
    assert (rude.cooldown_s, late.cooldown_s, late.sure) == (60, None, 0.8)
    assert rude.said_as == ("rude", "(very |so )*(bad|mean)")


RUDE, LATE = "  - id: rude", "  - id: late"
PHRASE = '- "(very |so )*(bad|mean)"'
LIMITS = "{code: pulse, at_least: 120.5, at_most: 30}"


@pytest.mark.parametrize(
    ("old", "new", "where", "reason"),
    [
        ("version: 3", "version: three", "version:", "`version` must be a whole number"),
        ("version: 3\n", "", "pack:", "`version` is missing"),
        ('source: "Own policy 12"', "colour: red", "colour:", "`colour` is no known field"),
        ("from: 2026-01-01", "from: 2026-02-30", "02-30", "'2026-02-30' is no date"),
        ("from: 2026-01-01", "from: 1st of may", "1st", "`from` is no date"),
        ("from: 2026-01-01", "from: 2026-01-01T10:00:00Z", "T10", "`from` is no date"),
        ("from: 2026-01-01", "from: 2027-01-01", "2027", "`to` lies before `from`"),
        ("{from: 2026-03-01}", "{from: 2027-03-01}", "2027", "outside the days of the pack"),
        ("{from: 2026-03-01}", "{since: 2026-03-01}", "since", "`since` is no known field"),
        ("{from: 2026-03-01}", "{}", "{}", "`effective` needs `from`, `to` or both"),
        ("category: tone", "category: mood", "mood", "`category` must be one of red_flag"),
        ("category: tone", "id: again", "again", "`id` stands twice, in line 7 too"),
        ("passage: voice", "passage: nowhere", "nowhere", "not in force in the knowledge base"),
        ("speaker: patient", "speaker: all", "all\n", "`speaker` must be one of agent, patient"),
        (PHRASE, '- "(a+)+b"', "(a+)+b", "can take for ever"),
        (PHRASE, '- "(bad"', '"(bad"', "is no pattern"),
        (PHRASE, "- yes", "- yes", "put 'True' in quotes"),
        ('resolved_by: ["sorry"]', "resolved_by: sorry", "resolved", "must be a list of lines"),
        ("literal: false", 'literal: "no"', "literal", "`literal` must be true or false"),
        ("[recording]", "[recorded]", RUDE, "nothing establishes 'recorded'"),
        ("cooldown_s: 60", "cooldown_s: -1", "cooldown", "must be a whole number above 0"),
        ("cooldown_s: 60", "cooldown_s: 1 min", "cooldown", "must be a whole number above 0"),
        ('"a", "b"]', '"a", "a"]', RUDE, "at least 5 examples and 5 counter-examples"),
        ('very bad"]', 'very good"]', RUDE, "example does not match: 'very very good' (none of its"),
        ('"not rude"', '"rude"', RUDE, "counter-example matches: 'rude' ('rude' matches `rude`)"),
        ("gives-recording-notice", "hums", "hums", "'hums' is no known cue"),
        ("sure: 0.8", "sure: 80", "sure:", "`sure` must lie above 0 and not above 1"),
        ("at_least: 120.5", "at_least: many", "many", "`at_least` must be a number"),
        (", at_least: 120.5, at_most: 30", "", "pulse", "needs one of at_least"),
        (LIMITS, "pulse", "pulse", "must be a mapping of fields"),
        ("    deadline_s: 60\n", "", LATE, "nothing triggers this rule"),
        (LATE, RUDE + "\n    matter: x", "rude\n    matter: x", "the id 'rude' is used twice"),
        (PACK[PACK.index("rules:") :], "rules: 5\n", "rules", "`rules` must be a list"),
        (PACK[PACK.index(RUDE) :], "  - rude\n", "rules", "must be a mapping of fields"),
        (LIMITS, "&a {code: pulse}\n    programs: *a", "*a", "has an alias; write it out"),
    ],
)  # fmt: skip
def test_a_wrong_pack_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, where: str, reason: str
) -> None:
    text = changed(old, new)
    path = written(tmp_path, text)
    with pytest.raises(PackError) as error:
        load(path)
    assert reason in str(error.value)
    assert error.value.line == text[: text.index(where)].count("\n") + 1
    assert str(error.value).startswith(f"{path}:{error.value.line}: ")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"own\.yaml:2: is no UTF-8 text"):
        load(written(tmp_path, b"pack: own\nversion: \xff\n"))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="cannot be read"):
        load(tmp_path / "none.yaml")


def refusal(read: Callable[..., object], path: Path) -> PackError | None:
    """Why a pack is refused, or None; any other exception is a fault of ours."""
    try:
        read(path, None)
    except PackError as error:
        assert error.path == str(path)  # noqa: PT017
        return error
    return None


def loads_or_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    refused = refusal(lambda path, _: load(path), path)
    assert refused is None or (1 <= refused.line <= content.count(b"\n") + 2 and refused.reason)


MUTANT = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@MUTANT
@given(
    at=st.integers(0, len(PACK) - 1), put=st.binary(max_size=2), cut=st.integers(0, 3)
)  # fmt: skip
def test_any_byte_changed_gives_a_pack_or_a_line(
    tmp_path: Path, at: int, put: bytes, cut: int
) -> None:
    content = PACK.encode()
    loads_or_is_refused(tmp_path / "own.yaml", content[:at] + put + content[at + cut :])


VALUES = [
    "5", "-1", "1.5", ".nan", ".inf", "yes", "~", "", "[]", "{}", "[1, [2]]", "{a: b}", "[yes]", '""',
    "2026-13-01", "2026-05-05", "!!set {a}", "!!binary aGk=", "*a", "&a b", "[{a: b}]", "'(a+)+'",
    "0x" + "f" * 400, "1" * 5000, "|\n", "? x", "@x", "%", "\t", "- a", "a: b: c", "[[[[[[[[",
]  # fmt: skip


@MUTANT
@given(line=st.integers(0, PACK.count("\n") - 1), value=st.sampled_from(VALUES))
def test_any_value_in_any_field_gives_a_pack_or_a_line(
    tmp_path: Path, line: int, value: str
) -> None:
    lines = PACK.split("\n")
    head, colon, _ = lines[line].partition(": ")
    lines[line] = f"{head}{colon or ' '}{value}"
    loads_or_is_refused(tmp_path / "own.yaml", "\n".join(lines).encode())


@settings(MUTANT, max_examples=25)
@given(at=st.floats(0, 1, exclude_max=True), value=st.sampled_from(VALUES))
def test_any_value_in_a_protocol_gives_one_or_a_line(tmp_path: Path, at: float, value: str) -> None:
    lines = (PROTOCOLS / "warm-handover.yaml").read_text().split("\n")
    line = int(at * len(lines))
    head, colon, _ = lines[line].partition(": ")
    lines[line] = f"{head}{colon or ' '}{value}"
    refused = refusal(load_protocol, written(tmp_path, "\n".join(lines)))
    assert refused is None or (1 <= refused.line <= len(lines) + 1 and refused.reason)


def test_the_hash_is_of_what_a_pack_says(tmp_path: Path) -> None:
    first = read_pack(written(tmp_path)).sha256
    swapped = changed(
        '    title: "Rude"\n    why: "It is rude."\n', "    why: 'It is rude.'\n    title: Rude\n"
    )
    assert (
        read_pack(written(tmp_path, "# a comment\n" + swapped.replace("\n", "\r\n"))).sha256
        == first
    )
    assert read_pack(written(tmp_path, changed("cooldown_s: 60", "cooldown_s: 61"))).sha256 != first
    assert (
        read_pack(
            written(tmp_path, changed('"rude one", "rude, really"', '"rude, really", "rude one"'))
        ).sha256
        != first
    )


@pytest.mark.parametrize(
    ("day", "fires"),
    [(None, True), ("2026-02-28", False), ("2026-03-01", True), ("2026-12-31", True), ("2027-01-01", False)],
)  # fmt: skip
def test_a_rule_fires_on_calls_that_start_in_its_dates(
    tmp_path: Path, day: str | None, fires: bool
) -> None:
    state = talked(guard(tmp_path), day=day, said=[(0, "patient", "that was rude")])
    assert bool(state.flags) == fires


def guard(folder: Path, text: str = PACK) -> Guard:
    return Guard(load(written(folder, text)), [])


def talked(guard: Guard, said: list[tuple[int, str, str]], day: str | None = None) -> JudgeState:
    facts = CallFacts(
        program="own-program", recording=True, day=date.fromisoformat(day) if day else None
    )
    state = begin(guard, facts)
    for seconds, speaker, text in said:
        at = seconds * 1000
        utterance = Utterance("c", f"s-{seconds}", speaker, text, (), True, at, at + 500)  # type: ignore[arg-type]
        state = hear(guard, state, Heard(utterance, guard.notice(utterance, None)))
    return state


def test_a_rule_out_of_its_dates_takes_no_turn_from_another(tmp_path: Path) -> None:
    rule = replace(load(written(tmp_path)).rules["rude"], cue="distress", says=(), said_as=())
    old = replace(rule, rule_id="old", sure=0.5, effective=Effective(None, date(2025, 12, 31)))
    book = Rulebook([old, replace(rule, rule_id="new")], blank)
    hits = book.match("x", "patient", None, {"distress": 0.99, "gives-recording-notice": 0.0})
    assert {hit.rule_id for hit in hits} == {"old", "new"}


def test_early_red_flags_go_by_the_dates_too(tmp_path: Path) -> None:
    critical = guard(tmp_path, changed("severity: warning", "severity: critical"))
    utterance = Utterance("c", "s", "patient", "rude", (), False, 0, 1)
    signals = critical.notice(utterance, None)
    assert red_flags_early(critical, utterance, signals, date(2026, 5, 5))
    assert not red_flags_early(critical, utterance, signals, date(2027, 5, 5))


MATTER = [(0, "patient", "that was rude"), (10, "agent", "I am sorry about that")]


@pytest.mark.parametrize(
    ("text", "again_s", "status"),
    [
        (PACK, 40, "resolved"),  # within the minute from when it was settled
        (PACK, 71, "raised"),
        (changed("    cooldown_s: 60\n", ""), 3000, "resolved"),
    ],
)
def test_a_settled_matter_comes_back_after_its_cooldown(
    tmp_path: Path, text: str, again_s: int, status: str
) -> None:
    said = [*MATTER, (again_s, "patient", "you are so rude")]
    flag = rude(talked(guard(tmp_path, text), said))
    assert flag.status == status
    assert [e.segment_id for e in flag.evidence] == [f"s-{again_s if status == 'raised' else 0}"]


def test_a_matter_that_stands_is_not_raised_twice(tmp_path: Path) -> None:
    said = [*MATTER, *((at, "patient", "you are so rude") for at in (80, 200, 400))]
    assert rude(talked(guard(tmp_path), said)).evidence[0].segment_id == "s-80"
    said += [(500, "agent", "I am sorry"), (510, "patient", "rude")]
    assert rude(talked(guard(tmp_path), said)).status == "resolved"


def rude(state: JudgeState) -> Flag:
    (flag,) = (flag for flag in state.flags if flag.rule_id == "rude")
    return flag


def test_what_a_journal_says_of_a_rule_that_is_gone_is_passed_over(tmp_path: Path) -> None:
    own = guard(tmp_path)
    hits = tuple(Hit("gone", kind, "x") for kind in ("said", "asked", "settled"))
    state = begin(own, CallFacts())
    for number, (speaker, signals) in enumerate((("agent", Signals(hits)), ("patient", Signals()))):
        utterance = Utterance("c", f"s-{number}", speaker, "yes", (), True, number, number + 1)  # type: ignore[arg-type]
        state = hear(own, state, Heard(utterance, signals))
    assert state.flags == ()
