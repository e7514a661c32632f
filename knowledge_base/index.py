"""Chroma: the vectors of what is in force now, one collection for each kind.

Embedded in the data folder or a server by address, with the same code. Vectors are always given:
Chroma's own embedding function, which downloads a model, is never used.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import numpy as np

from knowledge_base.errors import KnowledgeError

BATCH = 2_000
_FOLDER = "chroma"


class VectorIndex:
    """The vector side of retrieval; raises `IndexDown` when Chroma fails."""

    def __init__(self, data: Path, url: str | None) -> None:
        self._data = data
        self._url = url
        self._client: Any = None
        self._collections: dict[str, Any] = {}

    def query(self, kinds: Sequence[str], vector: np.ndarray, top: int) -> list[tuple[str, float]]:
        """Ids of passages with their cosine similarity, best first.

        Raises:
            IndexDown: Chroma did not answer.
        """
        hits: list[tuple[str, float]] = []
        try:
            for kind in kinds:
                collection = self._collection(kind)
                answer = collection.query(
                    query_embeddings=[vector.tolist()], n_results=top, include=["distances"]
                )
                hits += zip(
                    answer["ids"][0], (1 - d for d in answer["distances"][0]), strict=True
                )
        except Exception as error:  # whatever Chroma raises, calls go on with words alone
            self._collections.clear()
            raise IndexDown(type(error).__name__) from None
        return sorted(hits, key=lambda hit: -hit[1])[:top]

    def replace(self, kind: str, ids: Sequence[str], vectors: np.ndarray, stamp: str) -> None:
        """Makes a kind hold exactly these passages; a no-op where it does already."""
        try:
            collection = self._collection(kind)
            if (collection.metadata or {}).get("stamp") == stamp and collection.count() == len(ids):
                return
            client = self._open()
            client.delete_collection(kind)
            self._collections.pop(kind, None)
            collection = self._collection(kind)
            for at in range(0, len(ids), BATCH):
                collection.add(
                    ids=list(ids[at : at + BATCH]),
                    embeddings=cast(Any, vectors[at : at + BATCH]),
                )
            collection.modify(metadata={"stamp": stamp})
            self._collections.pop(kind, None)
        except Exception as error:
            self._collections.clear()
            raise IndexDown(type(error).__name__) from None

    def throw_away(self) -> None:
        """Deletes a broken embedded index, to be rebuilt from the record."""
        self._client = None
        self._collections.clear()
        if self._url is None:
            from chromadb.api.shared_system_client import SharedSystemClient

            SharedSystemClient.clear_system_cache()
            shutil.rmtree(self._data / _FOLDER, ignore_errors=True)

    def _collection(self, kind: str) -> Any:
        if kind not in self._collections:
            self._collections[kind] = self._open().get_or_create_collection(
                kind, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
            )
        return self._collections[kind]

    def _open(self) -> Any:
        if self._client is None:
            import chromadb
            from chromadb.config import Settings

            quiet = Settings(anonymized_telemetry=False)
            if self._url is None:
                folder = str(self._data / _FOLDER)
                self._client = chromadb.PersistentClient(path=folder, settings=quiet)
            else:
                parts = urlsplit(self._url)
                if not parts.hostname:
                    raise KnowledgeError("the address of Chroma must be http://HOST:PORT")
                self._client = chromadb.HttpClient(
                    host=parts.hostname,
                    port=parts.port or 8000,
                    ssl=parts.scheme == "https",
                    settings=quiet,
                )
        return self._client


class IndexDown(RuntimeError):
    """Chroma failed; the text is the kind of failure."""
