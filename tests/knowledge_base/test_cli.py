import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from knowledge_base import cli

Write = Callable[..., Path]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `copilot kb ...` on a data folder of the test: exit code, stdout, stderr."""
    monkeypatch.setenv("COPILOT_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("COPILOT_DATABASE_URL", raising=False)
    monkeypatch.delenv("COPILOT_CHROMA_URL", raising=False)

    def invoke(*words: object) -> tuple[int, str, str]:
        result = CliRunner().invoke(cli.app, [str(word) for word in words])
        return result.exit_code, result.stdout, result.stderr

    return invoke


def test_a_passage_from_import_to_retirement(run: Run, write: Write, tmp_path: Path) -> None:
    path = write("salt.md", "Canned soup holds a lot of salt.", title="Salt", source="AHA")
    assert run("import", path)[0] == 0
    assert run("search", "salt in soup")[0] == 1
    assert run("import", path, "--publish")[0] == 0
    code, out, _ = run("search", "how much salt is in soup", "--json", "--top", 1)
    row = json.loads(out)
    assert code == 0
    assert list(row) == ["passage_id", "version", "kind", "title", "score", "text"]
    assert (row["passage_id"], row["version"], row["kind"]) == ("salt", 1, "faq")
    write("salt.md", "Canned soup holds too much salt.", title="Salt")
    run("import", path, "--publish")
    code, out, _ = run("history", "salt", "--json")
    assert [json.loads(line)["version"] for line in out.splitlines()] == [1, 2]
    assert "too much salt" in run("show", "salt")[1]
    assert "a lot of salt" in run("show", "salt", "--version", 1)[1]
    assert run("retire", "salt")[0] == 0
    assert "salt" not in run("list")[1]
    assert "retired" in run("list", "--all")[1]
    for words in (("retire", "salt"), ("show", "none"), ("show", "salt", "--version", 9)):
        assert run(*words)[0] == 2


def test_many_questions_at_once(run: Run, write: Write, tmp_path: Path) -> None:
    run("import", write("salt.md", "Canned soup holds a lot of salt."), "--publish")
    queries = tmp_path / "q.jsonl"
    queries.write_text('{"id":"q1","text":"salt?"}\n\n{"id":2,"text":"the weather"}\n')
    code, out, _ = run("search", "--queries", queries, "--json")
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [answer["query_id"] for answer in answers] == ["q1", "2"]
    assert answers[0]["hits"][0]["passage_id"] == "salt"
    queries.write_text('{"id":"q1","text":"salt?"}\n{"id":"q2"}\n')
    code, out, err = run("search", "--queries", queries)
    assert (code, out) == (2, "")
    assert f"{queries}:2" in err


def test_mistakes_are_told_and_the_rest_is_imported(run: Run, write: Write) -> None:
    good, bad = write("good.md"), write("bad.md", kind="poem")
    code, _, err = run("import", good.parent, "--publish")
    assert code == 1
    assert f"{bad}:3: `kind` must be" in err
    assert "good" in run("list", "--json")[1]
    assert run("import", bad)[0] == 2
    assert run("import", bad.parent / "missing")[0] == 2


def test_import_asks_the_phi_check_it_was_given(
    run: Run, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "_phi_check", None)
    cli.refuse_phi_by(lambda: lambda text: "Maria" in text)
    code, _, err = run("import", write("a.md", "Ask for Maria at the desk."))
    assert code == 2
    assert "personal health information" in err
    assert "Maria" not in err


def test_wrong_use_is_exit_2_and_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for words in (
        ("search",),
        ("search", " "),
        ("search", "x", "--queries", tmp_path / "q"),
        ("search", "--queries", tmp_path / "missing"),
        ("list", "--data", tmp_path / "file" / "kb"),
    ):
        code, out, err = run(*words)
        assert (code, out, err.count("\n")) == (2, "", 1)


def test_tables_fit_80_columns(run: Run, write: Write) -> None:
    name = "an-id-that-is-much-longer-than-the-column-it-is-shown-in"
    run("import", write(f"{name}.md", "word " * 60, title="Title " * 20), "--publish")
    for words in (
        ("list",),
        ("list", "--all"),
        ("search", "word"),
        ("show", name),
        ("history", name),
    ):
        out = run(*words)[1]
        assert name[:25] in out or words[0] == "history"
        assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("command", ["import", "search", "list", "show", "history", "retire"])
def test_every_command_shows_an_example(run: Run, command: str) -> None:
    code, out, _ = run(command, "--help")
    assert code == 0
    assert f"copilot kb {command}" in " ".join(out.split())
