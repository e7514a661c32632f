"""The packs that come with the product are those that were proven."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from guardrails import packs
from guardrails.packs import MANIFEST, manifest, proven
from guardrails.rules.errors import PackError
from knowledge_base.embedding import MiniLm
from scripts.pack_manifest import current


def test_the_manifest_is_that_of_the_packs() -> None:
    assert json.loads(MANIFEST.read_text()) == current(), "run `python -m scripts.pack_manifest`"


def test_proof_holds_for_the_cues_and_the_model_it_was_made_with() -> None:
    known = manifest()
    assert proven(known, MiniLm.name) == set(known.packs.values()) != set()
    assert proven(known, "another-model") == frozenset()
    assert proven(replace(known, weights="0" * 64), MiniLm.name) == frozenset()


@pytest.mark.parametrize("content", ["", "[]", '{"packs": {"a": 1}}', '{"packs": []}'])
def test_a_broken_manifest_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    broken = tmp_path / "packs.sha256.json"
    broken.write_text(content)
    monkeypatch.setattr(packs, "MANIFEST", broken)
    with pytest.raises(PackError, match=r"packs\.sha256\.json:1: is missing or broken"):
        manifest()
