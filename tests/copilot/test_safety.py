"""Logs, tokens and settings: nothing said in a call, and no secret, gets out through them."""

import io
import logging
import subprocess
import sys
from pathlib import Path

import pytest
import structlog

from copilot.auth import Authenticator, AuthError, issue
from copilot.logs import configure
from copilot.settings import SettingsError, load

CANARY = "Zebulon Quartz 078-05-1120"


@pytest.fixture
def stderr(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    captured = io.StringIO()
    monkeypatch.setattr(sys, "stderr", captured)
    configure("debug", "json")
    return captured


def test_no_log_call_can_carry_what_was_said(stderr: io.StringIO) -> None:
    log = structlog.get_logger("test")
    log.info("utterance taken", text=CANARY, conversation_id="c-1")
    logging.getLogger("some.library").error("failed on %s", CANARY)
    try:
        raise ValueError(CANARY)
    except ValueError:
        log.exception("it failed")
        logging.getLogger("some.library").exception("oh no %s", CANARY)
    written = stderr.getvalue()
    assert "c-1" in written
    assert "ValueError" in written
    assert "Zebulon" not in written
    assert "1120" not in written


def test_a_token_holds_for_its_role_and_tenant(tmp_path: Path) -> None:
    settings = load(data=tmp_path)
    principal = Authenticator.open(settings).authenticate(issue(settings, "agent", "a-1", "north"))
    assert (principal.subject, principal.role, principal.tenant) == ("a-1", "agent", "north")
    assert (tmp_path / "issuer.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("change", ["forged", "expired", "other key", "nonsense"])
def test_a_token_that_does_not_hold_is_refused(tmp_path: Path, change: str) -> None:
    settings, other = load(data=tmp_path / "a"), load(data=tmp_path / "b")
    token = issue(settings, "agent", "a-1", hours=-1 if change == "expired" else 1)
    if change == "forged":
        head, body, signature = token.split(".")
        token = f"{head}.{body[:-4]}AAAA.{signature}"
    if change == "other key":
        token = issue(other, "agent", "a-1")
    if change == "nonsense":
        token = "nonsense"
    with pytest.raises(AuthError) as refused:
        Authenticator.open(settings).authenticate(token)
    assert token not in str(refused.value)


def test_unknown_roles_are_not_issued(tmp_path: Path) -> None:
    with pytest.raises(AuthError, match="known are"):
        issue(load(data=tmp_path), "king", "a-1")


def test_a_wrong_setting_is_one_line_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPILOT_PORT", "secret-value")
    with pytest.raises(SettingsError, match="COPILOT_PORT") as error:
        load()
    assert "secret-value" not in str(error.value)


_GUARDED = """
import socket, sys
real = socket.socket.connect
def connect(self, address):
    if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        print("LEFT", address, file=sys.__stderr__, flush=True)
        raise OSError("no socket leaves loopback")
    return real(self, address)
socket.socket.connect = connect
looked = socket.getaddrinfo
def getaddrinfo(host, *rest, **more):
    if host not in ("127.0.0.1", "::1", "localhost", None):
        print("LOOKED UP", host, file=sys.__stderr__, flush=True)
        raise socket.gaierror("no name is looked up")
    return looked(host, *rest, **more)
socket.getaddrinfo = getaddrinfo
sys.argv = ["copilot", "demo", "--headless", "--speed", "0", "--json"]
from copilot.__main__ import main
main()
"""


def test_no_socket_leaves_loopback_and_the_demo_tells_the_whole_story() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _GUARDED], capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "LEFT" not in done.stderr
    assert "LOOKED UP" not in done.stderr
    for wanted in ('"type": "summary"', '"category": "scope"', '"category": "red_flag"',
                   '"type": "protocol"', '"type": "suggestion"', '"type": "escalation"'):  # fmt: skip
        assert wanted in done.stdout
    for planted in ("Maria", "fifty two", "oh one four two", "Jordan"):
        assert planted not in done.stdout
