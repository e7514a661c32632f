"""What words are like: the word vectors of the packaged language model."""

from functools import cache

import numpy as np
from spacy.strings import get_string_id

from guardrails.phi.lexicon import bare_name, folded
from guardrails.phi.model import language_model

_LENGTH = 3.0


@cache
def table() -> np.ndarray:
    """Vectors of shape (rows + 1, 300), all of one length; row 0 is of words that have none.

    Raises:
        ModelError: the packaged model is missing or was changed.
    """
    found = np.asarray(language_model().vocab.vectors.data, dtype="f")
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return np.concatenate([np.zeros((1, found.shape[1]), "f"), found * (_LENGTH / (length + 1e-6))])


def vector(heard: str) -> int:
    """The row of a word in `table`; the vocabulary does not grow by it."""
    rows = language_model().vocab.vectors.key2row
    plain = bare_name(folded(heard.lower()))
    for form in (heard.lower(), plain, plain.title()):
        row = rows.get(get_string_id(form))
        if row is not None:
            return 1 + int(row)
    return 0
