"""Figures count what they say they count."""

import json
import random
from pathlib import Path

import pytest

from evals.bench.phi import report
from evals.bench.phi.figures import figures, worst
from evals.bench.phi.turns import DataError, Turn, generated, read
from evals.training.examples import disfluent

TURNS = [
    Turn("c", "patient", "written", "I am Ana Ruiz, call 415-555-0199", [(5, 13, "NAME"), (20, 32, "PHONE")]),
    Turn("c", "patient", "written", "I take 40 mg", []),
    Turn("c", "agent", "written", "at the clinic", [(3, 13, "ORG_IGN")]),
]  # fmt: skip


def found(turn: Turn) -> list[tuple[int, int, str]]:
    """Half of the name, the phone, a dose, an ignored place."""
    return {
        TURNS[0].text: [(5, 8, "PERSON"), (20, 32, "PHONE")],
        TURNS[1].text: [(7, 9, "ID")],
        TURNS[2].text: [(3, 13, "ORGANIZATION")],
    }[turn.text]


def test_shares_precision_and_false_alarms() -> None:
    result, misses = figures(TURNS, found)
    row = result["styles"]["written"]
    assert row["identifiers"] == 2
    assert row["masked_in_full"] == 0.5
    assert row["precision"] == pytest.approx(0.6667)
    assert row["types"] == {"NAME": [1, 0.0], "PHONE": [1, 1.0]}
    assert row["false_alarm_percent"] == 25.0  # one of four words
    assert [(m.words, m.false) for m in misses] == [("Ana Ruiz", False), ("40", True)]
    assert [m.words for m in worst(misses)] == ["Ana Ruiz"]


def test_the_page_shows_misses_and_escapes(tmp_path: Path) -> None:
    turn = Turn("c", "patient", "written", "<b>Ana</b>", [(3, 6, "NAME")])
    _, misses = figures([turn], lambda _: [])
    report.page(misses, tmp_path / "misses.html")
    page = (tmp_path / "misses.html").read_text()
    assert "&lt;b&gt;<mark>Ana</mark>&lt;/b&gt;" in page


def test_the_table_fits_a_terminal() -> None:
    result, misses = figures(TURNS, found)
    worst_rows = [
        {"kind": m.kind, "style": m.style, "words": m.words, "text": m.text, "before": m.before}
        for m in worst(misses)
    ]
    shown = report.table(
        {"data": "x", "turns": 3, "systems": {"copilot": result}, "worst": worst_rows}
    )
    assert "0.500" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_labelled_rows_and_folders_are_read(tmp_path: Path) -> None:
    row = {"call": 1, "role": "C", "style": "itn", "text": "ana", "spans": [[0, 3, "NAME"]]}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
    (turn,) = read(tmp_path / "rows.jsonl")
    assert (turn.speaker, turn.style, turn.labels) == ("patient", "itn", [(0, 3, "NAME")])
    (tmp_path / "empty.jsonl").write_text("")
    for wrong in ("empty.jsonl", "missing.jsonl"):
        with pytest.raises(DataError, match=wrong):
            read(tmp_path / wrong)


def test_generated_turns_are_the_same_for_a_seed() -> None:
    assert generated("dev", 1, 1, "es") == generated("dev", 1, 1, "es")
    assert {turn.language for turn in generated("dev", 1, 1, "es")} == {"es"}


def test_stumbling_moves_the_labels_with_the_words() -> None:
    chance = random.Random(4)
    for turn in generated("dev", 1, 1, "en")[:300]:
        text, spans = disfluent(turn.text, turn.labels, chance)
        for (start, end, _), (begin, stop, _) in zip(turn.labels, spans, strict=True):
            assert text[begin:stop] == turn.text[start:end]
