"""The command line as a person meets it."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "copilot", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
        env={**os.environ, "COLUMNS": "80", **environment},
    )


COMMANDS = [
    ["demo"], ["serve"], ["replay"], ["phi"], ["kb", "import"], ["kb", "search"], ["kb", "list"],
    ["kb", "show"], ["kb", "history"], ["rules", "check"], ["rules", "explain"], ["rules", "list"],
    ["rules", "sign"], ["protocol", "show"], ["token", "create"],
    ["audit", "verify"], ["eval", "phi"], ["eval", "retrieval"], ["eval", "load"],
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_examples(command: list[str]) -> None:
    done = run(*command, "--help")
    assert done.returncode == 0
    assert "Example" in done.stdout


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nsys.argv=['copilot','--help']\nfrom copilot.__main__ import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([m for m in ('spacy','chromadb','presidio_analyzer','langchain_openai',"
        "'onnxruntime','fastapi','numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.strip().endswith("[]"), done.stdout[-200:]


def test_phi_masks_rows_with_what_was_said_before() -> None:
    rows = [
        {"conversation_id": "a", "speaker": "agent", "text": "what is your zip code?"},
        {"conversation_id": "b", "speaker": "patient", "text": "I take forty milligrams"},
        {"conversation_id": "a", "speaker": "patient", "text": "nine four one oh seven"},
    ]
    done = run("phi", "--jsonl", stdin="".join(json.dumps(row) + "\n" for row in rows))
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["text"] for row in found] == [rows[0]["text"], rows[1]["text"], "<ZIP_1>"]
    span = found[2]["spans"][0]
    assert (span["start"], span["end"]) == (0, len(rows[2]["text"]))


def test_phi_names_a_bad_row_without_its_content() -> None:
    done = run("phi", "--jsonl", stdin='{"text": 5, "x": "Zebulon"}\n')
    assert done.returncode == 2
    assert "row 1" in done.stderr
    assert "Zebulon" not in done.stderr


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run("serve", "--port", port, "--data", str(tmp_path / "d"))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert port in done.stderr
    assert not (tmp_path / "d").exists()


def test_a_data_folder_that_is_not_writable_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("serve", "--port", "0", "--data", str(tmp_path / "file" / "data"))
    assert done.returncode == 2
    assert "not writable" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_rule_pack_with_a_mistake_is_refused_with_its_line(tmp_path: Path) -> None:
    pack = tmp_path / "bad.yaml"
    pack.write_text("pack: x\nversion: 1\napprover: y\nrules:\n  - id: a\n    severity: loud\n")
    done = run("rules", "check", str(pack))
    assert done.returncode == 1
    assert f"{pack}:5: `category` is missing" in done.stdout


def test_a_recording_with_a_mistake_is_refused_with_its_line(tmp_path: Path) -> None:
    call = tmp_path / "call.jsonl"
    call.write_text('{"type":"conversation.start","conversation_id":"c"}\n{"type":"segment"}\n')
    done = run("replay", str(call))
    assert done.returncode == 2
    assert f"{call}:2:" in done.stderr


def test_protocols_can_be_shown() -> None:
    assert "first-identifier" in run("protocol", "show", "identity-verification").stdout
    assert run("protocol", "show", "identity-verification", "--as", "svg").stdout.startswith("<svg")
