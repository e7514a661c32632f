"""Settings: from the environment, with a wrong one told in one line and never repeated."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from copilot.settings import Settings, SettingsError, load


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith(("COPILOT_", "OPENAI_"))]:
        monkeypatch.delenv(name)


def test_with_nothing_set_everything_is_embedded() -> None:
    settings = load()
    assert settings.journal_url == "sqlite:///data/journal.db"
    assert settings.knowledge_url == "sqlite:///data/knowledge.db"
    assert settings.host == "127.0.0.1"
    assert settings.llm is None


def test_the_command_line_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPILOT_PORT", "1111")
    monkeypatch.setenv("COPILOT_DATA", "/srv/copilot")
    settings = load(port=2222)
    assert (settings.port, settings.data) == (2222, Path("/srv/copilot"))


def test_lists_are_json_and_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPILOT_RULES_DIRS", '["/a", "/b"]')
    monkeypatch.setenv("COPILOT_PORT", "")
    settings = load()
    assert settings.rules_dirs == (Path("/a"), Path("/b"))
    assert settings.port == 8765


def test_one_database_holds_both_where_an_address_is_given() -> None:
    settings = load(database_url="postgresql://u:hunter2@h/d")
    assert settings.journal_url == settings.knowledge_url == "postgresql://u:hunter2@h/d"


def test_a_model_is_asked_only_where_one_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "plain")
    llm = load().llm
    assert llm is not None
    assert (llm.base_url, llm.api_key) == (None, "plain")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("COPILOT_LLM_API_KEY", "own")
    llm = load().llm
    assert llm is not None
    assert (llm.base_url, llm.api_key) == ("http://127.0.0.1:1/v1", "own")


def test_secrets_are_not_shown() -> None:
    settings = load(
        llm_api_key="hunter2",
        database_url="postgresql://u:hunter2@h/d",
        chroma_url="http://u:hunter2@h:1",
    )
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("COPILOT_PORT", "secret-value"),
        ("COPILOT_PORT", "70000"),
        ("COPILOT_RULES_DIRS", "secret-value"),
        ("COPILOT_RULES_DIRS", '["a", {"secret-value": 1}]'),
        ("COPILOT_LOG_LEVEL", "secret-value"),
        ("COPILOT_LLM_TIMEOUT_S", "0"),
    ],
)
def test_a_wrong_setting_is_one_line_without_its_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=variable) as error:
        load()
    assert "secret-value" not in str(error.value)
    assert "\n" not in str(error.value)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        load().port = 1


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, info in Settings.model_fields.items() if not info.description] == []
