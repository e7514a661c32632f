"""`copilot protocol show`: an outline, or a sheet to print and sign."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from copilot.packs_cli import protocol_app
from guardrails.packs import PROTOCOLS


def show(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(protocol_app, ["show", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_a_shipped_protocol_by_its_id() -> None:
    code, out, _ = show("hf-weight-gain")
    assert code == 0
    assert out.startswith("Heart failure: weight gain and symptoms")
    assert "STOP if yes" in out


def test_a_pack_of_ones_own_by_its_file(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text((PROTOCOLS / "warm-handover.yaml").read_text().replace("warm-handover", "mine"))
    code, out, _ = show(str(mine), "--as", "svg")
    assert code == 0
    assert out.startswith("<svg")
    assert "mine, version 2" in out


@pytest.mark.parametrize("arguments", [("nobody",), ("hf-weight-gain", "--as", "pdf")])
def test_what_is_not_known_is_told_with_what_is(arguments: tuple[str, ...]) -> None:
    code, out, err = show(*arguments)
    assert (code, out) == (2, "")
    assert "warm-handover" in err


def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "id: x\nversion: 1\ntitle: T\napprover: a\nsource: s\nstart: {at: noon}\nsteps: []\n"
    )
    code, _, err = show(str(mine))
    assert code == 2
    assert err.startswith(f"{mine}:")
