"""`copilot rules` as a compliance officer meets it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from copilot.journal import Journal
from copilot.rules_cli import rules_app
from guardrails.packs import RULES

GOOD = """\
pack: own
version: 1
approver: compliance_approver
effective: {from: 2020-01-01, to: 2020-12-31}
rules:
  - id: rude
    category: tone
    severity: notice
    title: Rude
    why: It is rude.
    passage: voice-no-blame
    approver: privacy_officer
    says: [rude]
    examples: [rude, so rude, rude one, "rude, really", how rude]
    counter_examples: [a, b, c, d, not rude]
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(GOOD)
    return path


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COPILOT_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def rules(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(rules_app, list(map(str, arguments)))


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.usefixtures("data")
def test_a_good_pack_is_told_and_leaves_nothing_behind(own: Path, data: Path) -> None:
    done = rules("check", own)
    assert done.exit_code == 0, done.output
    assert f"{own}: 1 rules, their examples hold" in done.stdout
    (row,) = rows(rules("check", own, "--json"))
    assert (row["ok"], row["pack"], row["version"], row["faults"]) == (True, "own", 1, [])
    assert len(row["sha256"]) == 64
    assert not data.exists()


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("passage: voice-no-blame", "passage: nowhere", 11, "not in force in the knowledge base"),
        ("says: [rude]", "says: ['(a+)+']", 13, "can take for ever"),
        ("so rude", "so bad", 6, "example does not match: 'so bad' (none of its phrases is in"),
        (
            "not rude",
            "very rude",
            6,
            "counter-example matches: 'very rude' ('rude' matches `rude`)",
        ),
    ],
)
def test_a_wrong_pack_is_told_with_its_line(
    own: Path, old: str, new: str, line: int, reason: str
) -> None:
    own.write_text(GOOD.replace(old, new))
    done = rules("check", own)
    assert done.exit_code == 1
    assert done.stdout.startswith(f"{own}:{line}: ")
    assert reason in done.stdout
    (row,) = rows(rules("check", own, "--json"))
    assert (row["ok"], row["faults"][0]["line"]) == (False, line)


@pytest.mark.usefixtures("data")
def test_all_faults_of_a_folder_are_told(tmp_path: Path, own: Path) -> None:
    (tmp_path / "twice.yaml").write_text(GOOD.replace("pack: own", "pack: other"))
    own.write_text(GOOD.replace("so rude", "so bad").replace("not rude", "very rude"))
    done = rules("check", tmp_path)
    assert done.exit_code == 1
    assert [line.rpartition("own.yaml")[2][:4] for line in done.stdout.splitlines()][:2] == [
        ":6: "
    ] * 2
    assert f"the id 'rude' is also in {own}" in done.stdout


@pytest.mark.usefixtures("data")
def test_what_is_no_pack_is_bad_usage(tmp_path: Path) -> None:
    assert rules("check", tmp_path / "none.yaml").exit_code == 2
    assert rules("check", tmp_path).exit_code == 2
    unknown = rules("explain", "red-flag-chest-pains")
    assert unknown.exit_code == 2
    assert "red-flag-chest-pain" in unknown.stderr


@pytest.mark.usefixtures("data")
def test_a_rule_is_explained_at_80_columns(own: Path) -> None:
    done = rules(
        "explain",
        "red-flag-chest-pain",
        "--text",
        "no chest pain",
        "--pack",
        RULES / "red-flags.yaml",
    )
    assert done.exit_code == 0, done.output
    assert max(map(len, done.stdout.splitlines())) <= 80
    said = " ".join(done.stdout.split())
    assert "does not fire on what the patient says: no chest pain" in said
    assert "but it is denied" in said
    assert "heard with 0." in said
    (row,) = rows(rules("explain", "rude", "--text", "rude", "--json", "--pack", own))
    assert row["trace"]["fires"] is True
    assert row["trace"]["needs"] == ["the call starts from 2020-01-01 to 2020-12-31"]


def test_a_pack_is_signed_and_listed(
    own: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPILOT_PACKS", json.dumps([str(own), "shipped/crisis"]))
    before = {row["rule_id"]: row for row in rows(rules("list", "--json"))}
    assert before["rude"]["approved_by"] == ""
    assert before["crisis-abuse"]["in_force"] is True
    done = rules("sign", own, "--as", "c-1")
    assert done.exit_code == 0, done.output
    assert "own v1 is approved by c-1 as compliance_approver" in done.stdout
    row = {row["rule_id"]: row for row in rows(rules("list", "--json"))}["rude"]
    assert (row["approved_by"], row["approver"], row["pack"]) == ("c-1", "privacy_officer", "own")
    assert (row["effective_to"], row["in_force"]) == ("2020-12-31", False)  # approved, but over
    shown = rules("list").stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert row["pack_sha256"][:12] in shown
    journal = Journal.open(f"sqlite:///{data / 'journal.db'}")
    assert journal.verify_audit() == []
    journal.close()


@pytest.mark.usefixtures("data")
def test_a_pack_that_fails_is_not_signed(own: Path) -> None:
    own.write_text(GOOD.replace("so rude", "so bad"))
    assert rules("sign", own, "--as", "c-1").exit_code == 1
    own.write_text(GOOD)
    done = rules("sign", own, "--as", "c-1", "--token", "forged")
    assert done.exit_code == 2
    assert "does not hold" in done.stderr
