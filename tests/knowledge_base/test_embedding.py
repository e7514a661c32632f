from pathlib import Path

import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from knowledge_base import embedding
from knowledge_base.embedding import MiniLm
from knowledge_base.errors import KnowledgeError


def test_vectors_are_those_of_all_minilm_l6_v2(embedder: MiniLm) -> None:
    # the similarities that the model's card publishes for the unquantised model
    asked, *others = embedder.embed(
        [
            "That is a happy person",
            "That is a happy dog",
            "That is a very happy person",
            "Today is a sunny day",
        ]
    )
    assert np.array(others) @ asked == pytest.approx([0.695, 0.943, 0.257], abs=0.04)


def test_many_texts_give_what_one_gives_in_the_order_asked(embedder: MiniLm) -> None:
    texts = [("word " * (n % 23 + 1)) + str(n) for n in range(70)]
    together = embedder.embed(texts)
    assert together.shape == (70, 384)
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(70), abs=1e-5)
    alone = np.stack([embedder.embed([text])[0] for text in texts[::10]])
    assert (together[::10] * alone).sum(axis=1).min() > 0.98


def test_it_is_langchains_interface(embedder: MiniLm) -> None:
    assert isinstance(embedder, Embeddings)
    assert embedder.embed_documents(["a b"])[0] == pytest.approx(embedder.embed_query("a b"))


def test_nothing_and_too_much_are_embedded_too(embedder: MiniLm) -> None:
    assert embedder.embed([]).shape == (0, 384)
    assert np.isfinite(embedder.embed(["", "word " * 10_000])).all()


def test_a_file_other_than_the_pinned_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    package, name, _ = embedding._TOKENIZER
    with pytest.raises(KnowledgeError, match="not the pinned file"):
        embedding.checked(package, name, "0" * 64)
    with pytest.raises(KnowledgeError, match="is not installed"):
        embedding.checked("no_such_package_here", Path("x").name, "0" * 64)
