import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge_base.importers import read

Write = Callable[..., Path]


def test_front_matter_becomes_a_passage(write: Write) -> None:
    path = write(
        "a-1.md",
        "One line\ngoes on here.\n\n- a list\n- keeps its lines",
        title='"Salt: less of it"',
        version=3,
        expires="2027-02-01",
        programs="[chf-rpm]",
        conditions="[chf, diabetes]",
        language="en-US",
        tags="[salt]",
        source="AHA",
    )
    (passage,) = read([path]).passages
    assert passage.passage_id == "a-1"
    assert passage.title == "Salt: less of it"
    assert passage.version == 3
    assert passage.text == "One line goes on here.\n\n- a list\n- keeps its lines"
    assert passage.effective_from == datetime(2026, 1, 1, tzinfo=UTC)
    assert passage.expires == datetime(2027, 2, 1, tzinfo=UTC)
    assert passage.guards.programs == ("chf-rpm",)
    assert passage.guards.conditions == ("chf", "diabetes")
    assert passage.guards.language == "en-US"


@pytest.mark.parametrize(
    ("fields", "line", "reason"),
    [
        ({"owner": None}, 1, "`owner` is missing"),
        ({"kind": "poem"}, 3, "`kind` must be one of"),
        ({"effective_from": "soon"}, 7, "`effective_from` must be a date"),
        ({"effective_from": "2026-13-01"}, 7, "month must be in 1..12"),
        ({"expires": "2020-01-01"}, 8, "`expires` must be later"),
        ({"version": "two"}, 8, "`version` must be a whole number"),
        ({"colour": "red"}, 8, "`colour` is no known field"),
        ({"title": "[a, b]"}, 4, "`title` must be one value"),
        ({"title": '"open'}, 8, "front matter:"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(
    write: Write, fields: dict[str, object], line: int, reason: str
) -> None:
    path = write("p.md", **fields)
    found = read([path])
    assert found.passages == ()
    assert len(found.problems) == 1
    assert found.problems[0].startswith(f"{path}:{line}: ")
    assert reason in found.problems[0]


def test_every_mistake_of_a_file_is_named_and_other_files_go_on(write: Write) -> None:
    bad = write("bad.md", kind="poem", owner=None, effective_from="soon")
    write("good.md")
    found = read([bad.parent])
    assert [passage.passage_id for passage in found.passages] == ["good"]
    assert len(found.problems) == 3
    assert all(problem.startswith(str(bad)) for problem in found.problems)


def test_two_files_with_one_id(write: Write) -> None:
    first, second = write("a.md", id="same"), write("b.md", id="same")
    found = read([first.parent])
    assert len(found.passages) == 1
    assert found.problems == (f"{second}:1: the id 'same' is also in {first}",)


def test_a_passage_that_carries_phi_is_refused_without_quoting_it(write: Write) -> None:
    path = write("phi.md", "Ask for Maria Gonzalez.")
    found = read([path], contains_phi=lambda text: "Gonzalez" in text)
    assert found.passages == ()
    assert "personal health information" in found.problems[0]
    assert "Gonzalez" not in found.problems[0]


def test_plain_markdown_is_split_at_its_headings(tmp_path: Path) -> None:
    path = tmp_path / "guide.md"
    path.write_text("# Visits\n\nCome early.\n\n## Parking\n\nPark behind the house.\n")
    first, second = read([tmp_path]).passages
    assert (first.passage_id, first.title) == ("guide-visits", "Visits")
    assert (second.passage_id, second.title) == ("guide-visits-parking", "Visits / Parking")
    assert second.text == "Park behind the house."
    assert second.source == "guide.md#parking"
    long = "A sentence that says something. " * 200
    path.write_text(f"# Long\n\n{long}")
    pieces = read([tmp_path]).passages
    assert len(pieces) > 3
    assert len({piece.passage_id for piece in pieces}) == len(pieces)
    assert all(len(piece.text) <= 1_200 for piece in pieces)


def test_jsonl_rows_become_passages(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [
        {"id": "a/1", "title": "T", "text": "Words with a\u2028separator.", "kind": "script"},
        {"id": 7, "text": "No title here", "extra": "ignored", "tags": ["t"]},
    ]
    path.write_text("\ufeff" + "\n".join(json.dumps(r, ensure_ascii=False) for r in rows))
    found = read([path])
    assert found.problems == ()
    first, second = found.passages
    assert (first.passage_id, first.kind) == ("a/1", "script")
    assert (second.passage_id, second.title, second.kind) == ("7", "No title here", "faq")
    assert second.tags == ("t",)


def test_one_wrong_row_refuses_its_file_and_names_every_wrong_row(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(
        '{"id":"a","text":"x"}\n{"id":\n[1]\n{"id":"b","text":" "}\n{"id":"a","text":"y"}'
    )
    found = read([path])
    assert found.passages == ()
    assert [problem.removeprefix(f"{path}:")[:1] for problem in found.problems] == list("2345")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xff\xfe\x00x")
    (tmp_path / "b.md").write_text("")
    (tmp_path / "c.md").write_text("---\nid: x\n")
    (tmp_path / "d.pdf").write_text("%PDF")
    names = ["a.md", "b.md", "c.md", "d.pdf", "missing.md"]
    found = read([tmp_path / name for name in names])
    assert found.passages == ()
    reasons = ["no UTF-8", "no text", "no closing", "are not read", "cannot be read"]
    for problem, reason in zip(found.problems, reasons, strict=True):
        assert reason in problem
