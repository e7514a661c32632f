"""The tagger's network: hashed columns, then convolutions that reach further with each layer."""

from typing import Any, cast

import numpy as np
from thinc.api import (
    HashEmbed,
    Maxout,
    Model,
    Softmax_v2,
    chain,
    concatenate,
    residual,
    with_array,
)

from guardrails.phi.tagger.features import COLUMNS, REACH
from guardrails.phi.tagger.vectors import table

WIDTH = 128
_TABLES = {"word": (64, 6000), "prefix": (32, 2000), "suffix": (32, 2000), "names": (32, 400),
           "lists": (24, 1200), "shape": (16, 400)}  # fmt: skip
_SMALL = (16, 64)
_VECTOR = 64


def network(labels: int, dropout: float = 0.0) -> Model[Any, Any]:
    """From rows of features to the probability of each label, for a list of turns."""
    columns = [
        _vectors(index)
        if name == "vector"
        else HashEmbed(*_TABLES.get(name, _SMALL), column=index, seed=index, dropout=dropout)
        for index, name in enumerate(COLUMNS)
    ]
    layers = [
        residual(
            chain(
                _neighbours(reach),
                Maxout(WIDTH, WIDTH * 3, nP=2, normalize=True, dropout=dropout),
            )
        )
        for reach in REACH
    ]
    wide = sum(_VECTOR if name == "vector" else _TABLES.get(name, _SMALL)[0] for name in COLUMNS)
    return cast(
        Model[Any, Any],
        with_array(
            chain(
                concatenate(*columns),
                Maxout(WIDTH, wide, nP=3, normalize=True, dropout=dropout),
                *layers,
                Softmax_v2(labels, WIDTH),
            ),
            pad=max(REACH) * 2,
        ),
    )


def _vectors(column: int) -> Model[Any, Any]:
    """The vector of each word, turned by trained weights; none where the word has none."""
    known = table()

    def init(model: Model[Any, Any], X: Any = None, Y: Any = None) -> None:  # noqa: N803
        drawn = np.random.default_rng(column).standard_normal((known.shape[1], _VECTOR))
        model.set_param("W", (drawn / np.sqrt(known.shape[1])).astype("f"))

    def forward(model: Model[Any, Any], rows: np.ndarray, is_train: bool) -> Any:
        found = known[rows[:, column].astype(np.int64)]

        def backward(gradient: np.ndarray) -> np.ndarray:
            model.inc_grad("W", cast(Any, found.T @ gradient))
            return rows

        return found @ model.get_param("W"), backward

    return Model("vectors", forward, init=init, params={"W": None}, dims={"nO": _VECTOR})


def _neighbours(reach: int) -> Model[Any, Any]:
    """Each row beside the ones `reach` before and behind it."""

    def forward(model: Model[Any, Any], rows: np.ndarray, is_train: bool) -> Any:
        wide = np.zeros((len(rows), 3, rows.shape[1]), dtype=rows.dtype)
        wide[:, 1] = rows
        wide[reach:, 0] = rows[:-reach]
        wide[:-reach, 2] = rows[reach:]

        def backward(gradient: np.ndarray) -> np.ndarray:
            parts = gradient.reshape(len(rows), 3, -1)
            out = parts[:, 1].copy()
            out[:-reach] += parts[reach:, 0]
            out[reach:] += parts[:-reach, 2]
            return out

        return wide.reshape(len(rows), -1), backward

    return Model(f"neighbours({reach})", forward)
