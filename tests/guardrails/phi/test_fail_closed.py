"""On doubt, mask: failures, missing models, languages that nothing here can read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from guardrails.phi import Deidentified, Deidentifier, Vault, engine, vocabulary
from guardrails.phi.model import ModelError
from guardrails.phi.tagger import tagger
from guardrails.utterance import Segment

Play = Callable[..., list[Deidentified]]
SAID = Segment("c", "s-1", "patient", "my name is Maria Gonzalez", True, 0, 900)


def test_a_missing_model_withholds_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise ModelError("the file weights.onnx is missing")

    monkeypatch.setattr(engine, "tagger", missing)
    (one,) = Deidentifier().deidentify([(SAID, Vault("c"))])
    assert one.utterance.text == "<WITHHELD_1>"
    assert "missing" in one.utterance.withheld


def test_a_changed_word_list_withholds_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    package, file, table, _ = vocabulary._DRUGS
    monkeypatch.setattr(vocabulary, "_DRUGS", (package, file, table, "0" * 64))
    vocabulary.drugs.cache_clear()
    try:
        (one,) = Deidentifier().deidentify([(SAID, Vault("c"))])
    finally:
        monkeypatch.undo()
        vocabulary.drugs.cache_clear()
    assert one.utterance.text == "<WITHHELD_1>"
    assert "word list" in one.utterance.withheld


def test_changed_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    changed = tmp_path / "weights.onnx"
    changed.write_bytes(tagger.WEIGHTS.read_bytes()[:-1] + b"0")
    monkeypatch.setattr(tagger, "WEIGHTS", changed)
    tagger.tagger.cache_clear()
    try:
        with pytest.raises(ModelError, match="not the ones"):
            tagger.tagger()
    finally:
        tagger.tagger.cache_clear()


def test_an_unread_language_loses_every_number_and_capital(play: Play) -> None:
    (one,) = play(
        ("patient", "Ich heiße Anna Schmidt, wohne in Berlin und bin 47"), language="de-DE"
    )
    for planted in ("Anna", "Schmidt", "Berlin", "47"):
        assert planted not in one.utterance.text
    assert "wohne" in one.utterance.text
    assert "not supported" in one.utterance.withheld


def test_an_unread_language_without_capitals_is_withheld(play: Play) -> None:
    (one,) = play(("patient", "ich heiße anna"), language="de-DE")
    assert one.utterance.text == "<WITHHELD_1>"
    assert one.utterance.withheld


def test_a_long_text_is_masked_to_its_end(play: Play) -> None:
    (one,) = play(("patient", "I feel fine today. " * 3000 + "My name is Maria Gonzalez."))
    assert "Gonzalez" not in one.utterance.text
    assert len(one.utterance.text) > 50_000
