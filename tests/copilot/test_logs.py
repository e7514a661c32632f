"""Nothing said in a call gets out through a log line, whatever the code does."""

import ast
import io
import json
import logging
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.logs import EVENTS, FIELDS, MASKED, configure

CANARY = "Zebulon Quartz 078-05-1120"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What goes to stderr once logging is set up; everything is put back afterwards."""
    captured, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers, root.level
    for place, name in ((sys, "excepthook"), (threading, "excepthook"), (sys, "unraisablehook")):
        monkeypatch.setattr(place, name, getattr(place, name))
    monkeypatch.setattr(sys, "stderr", captured)
    configure("debug", "json")
    yield captured
    root.handlers, root.level = handlers, level
    logging.captureWarnings(False)
    structlog.reset_defaults()


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_known_events_and_fields_pass(written: io.StringIO) -> None:
    structlog.get_logger("x").error("message not taken", type="segment", conversation_id="c-1", count=3)  # fmt: skip
    (line,) = lines(written)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "message not taken", "level": "error", "type": "segment", "conversation_id": "c-1", "count": 3,
    }  # fmt: skip


def test_other_texts_fields_and_values_do_not(written: io.StringIO) -> None:
    log = structlog.get_logger("x")
    log.info(f"heard {CANARY}")
    log.info("ready", text=CANARY, count=[CANARY], kind=CANARY, where=CANARY, code=ValueError(CANARY))  # fmt: skip
    first, second = lines(written)
    assert first["event"] == MASKED
    assert {name: second.get(name) for name in ("text", "where", "count", "kind", "code")} == {
        "text": None, "where": None, "count": MASKED, "kind": MASKED, "code": MASKED,
    }  # fmt: skip
    assert "Zebulon" not in written.getvalue()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(name=st.sampled_from(sorted(FIELDS | {"text", "msg"})), said=st.text(max_size=30))
def test_speech_passes_in_no_field(written: io.StringIO, name: str, said: str) -> None:
    said = f"my name is {said}"
    written.truncate(written.seek(0))
    structlog.get_logger("x").info(**{"event": "ready", name: said})
    (line,) = lines(written)
    assert said not in line.values()
    assert line["event"] == (MASKED if name == "event" else "ready")


def test_an_exception_shows_its_type_and_place_without_its_words(written: io.StringIO) -> None:
    log = structlog.get_logger("x")
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        log.exception("message failed")
        caught = error
    log.error("message failed", exc_info=caught)
    log.error("message failed", exc_info=(ValueError, caught, caught.__traceback__))
    logging.getLogger("some.library").error("oh no %s", CANARY, exc_info=caught)
    for line in lines(written):
        assert line["kind"] == "ValueError"
        assert line["where"].startswith("test_logs.py:")
    assert len(lines(written)) == 4
    assert "Zebulon" not in written.getvalue()


@pytest.mark.parametrize("level", [1, 20, 30, 35, 50, 99])
def test_libraries_show_that_they_spoke_and_not_what(written: io.StringIO, level: int) -> None:
    library = logging.getLogger("some.library")
    library.setLevel(1)
    library.log(level, "failed on %s", CANARY)
    (line,) = lines(written)
    assert line["event"] == "library message"
    assert line["logger"] == "some.library"
    assert line["where"].startswith("test_logs.py:")
    assert "Zebulon" not in written.getvalue()


def test_warnings_and_presidios_explanations_are_held_back(written: io.StringIO) -> None:
    explanations = logging.getLogger("decision_process")
    own = logging.StreamHandler(written)
    explanations.addHandler(own)
    explanations.setLevel(logging.INFO)
    explanations.info(CANARY)
    explanations.removeHandler(own)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn(CANARY, UserWarning, stacklevel=1)
    assert [line["logger"] for line in lines(written)] == ["py.warnings"]
    assert "Zebulon" not in written.getvalue()


@pytest.mark.parametrize("place", ["main", "thread", "finalizer"])
def test_what_nobody_catches_is_told_without_its_words(place: str) -> None:
    program = f"""
import sys, threading
from copilot.logs import configure
configure("info", "json")
def fail(*_):
    raise ValueError({CANARY!r})
class Held:
    __del__ = fail
if {place!r} == "main":
    fail()
elif {place!r} == "thread":
    thread = threading.Thread(target=fail); thread.start(); thread.join()
else:
    Held()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT
    )
    (line,) = [json.loads(text) for text in done.stderr.splitlines()]
    assert (line["event"], line["kind"], line["level"]) == ("uncaught", "ValueError", "error")
    assert " fail" in line["where"]
    assert done.returncode == (1 if place == "main" else 0)


def test_levels_are_kept(written: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", written)
    configure("warning", "console")
    log = structlog.get_logger("x")
    log.info("ready")
    log.warning("draft failed", kind="timeout")
    assert "ready" not in written.getvalue()
    assert "kind=timeout" in written.getvalue()


def _log_calls() -> Iterator[tuple[str, ast.Call]]:
    for package in ("copilot", "guardrails", "knowledge_base", "evals"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and isinstance(node.func.value, ast.Name)
                    and node.func.value.id in ("_log", "log", "logger")
                ):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_every_log_call_in_the_code_says_something_listed() -> None:
    wrong: list[str] = []
    calls = list(_log_calls())
    for place, call in calls:
        told = call.args[0] if call.args else None
        if not (isinstance(told, ast.Constant) and told.value in EVENTS):
            wrong.append(f"{place}: the event is not in copilot.logs.EVENTS")
        wrong += [
            f"{place}: {keyword.arg} is not in copilot.logs.FIELDS"
            for keyword in call.keywords
            if keyword.arg not in FIELDS | {"exc_info"}
        ]
    assert len(calls) > 5
    assert wrong == []
