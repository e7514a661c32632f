"""Libraries are kept from reporting and downloading; LangSmith is the operator's own choice."""

import os

import pytest
from langsmith.utils import get_env_var, tracing_is_enabled

from copilot.offline import stay_offline


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", os.environ.copy())
    for name in [n for n in os.environ if n.startswith(("LANGSMITH_", "LANGCHAIN_"))]:
        del os.environ[name]
    get_env_var.cache_clear()


@pytest.mark.parametrize(
    ("name", "off"),
    [("ANONYMIZED_TELEMETRY", "False"), ("HF_HUB_OFFLINE", "1"), ("TRANSFORMERS_OFFLINE", "1"),
     ("DO_NOT_TRACK", "1"), ("OTEL_SDK_DISABLED", "true")],
)  # fmt: skip
def test_telemetry_and_downloads_are_off_whatever_was_set(name: str, off: str) -> None:
    os.environ[name] = "something else"
    stay_offline()
    assert os.environ[name] == off


def test_nothing_is_traced_unless_it_was_asked_for() -> None:
    stay_offline()
    assert not tracing_is_enabled()


@pytest.mark.parametrize(
    "name",
    ["LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING", "LANGCHAIN_TRACING"],
)
@pytest.mark.parametrize("wanted", ["true", "false"])
def test_whoever_set_langsmith_gets_what_was_set(name: str, wanted: str) -> None:
    os.environ[name] = wanted
    stay_offline()
    get_env_var.cache_clear()
    assert tracing_is_enabled() == (wanted == "true")
