"""Chroma: the vectors of what is in force now, one collection for each kind.

Embedded in the data folder or a server by address, with the same code. Vectors are always given:
Chroma's own embedding function, which downloads a model, is never used. A small change is made in
place; a large one is built beside and swapped in.
"""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from knowledge_base.errors import KnowledgeError

_FOLDER = "chroma"
_LOCK = "chroma.lock"
_BATCH = 2_000


class IndexDown(RuntimeError):
    """Chroma failed; the text is the kind of failure, never what was asked."""


class VectorIndex:
    """The vector side of retrieval.

    One process at a time owns an embedded index: it is no server. `owned` says whether this one
    does; another process searches the vectors of the record instead.
    """

    def __init__(self, data: Path, url: str | None) -> None:
        if url is not None and not urlsplit(url).hostname:
            raise KnowledgeError("the address of Chroma must be http://HOST:PORT")
        self._data = data
        self._url = url
        self._client: Any = None
        self._collections: dict[str, Any] = {}
        self._lock = None if url else _exclusive(data / _LOCK)
        self.owned = url is not None or self._lock is not None

    def nearest(self, kinds: Sequence[str], vector: np.ndarray, top: int) -> list[str]:
        """The ids of the passages nearest to a unit vector, up to `top` of each kind.

        Raises:
            IndexDown: Chroma did not answer.
        """
        names: list[str] = []
        try:
            for kind in kinds:
                collection = self._collections.get(kind)
                if collection is None:
                    raise IndexDown("not loaded")
                answer = collection.query(
                    query_embeddings=vector[None, :], n_results=top, include=[]
                )
                names += answer["ids"][0]
        except IndexDown:
            raise
        except Exception as error:  # whatever Chroma raises, the call goes on with words
            raise IndexDown(type(error).__name__) from None
        return names

    def hold(self, kind: str, digests: dict[str, str], matrix: np.ndarray) -> None:
        """Makes a kind hold exactly these passages: id to content hash, and a vector for each.

        Raises:
            IndexDown: Chroma failed.
        """
        try:
            name, present = self._present(kind)
            held = present or {}
            gone = [i for i in held if i not in digests]
            fresh = [at for at, (i, d) in enumerate(digests.items()) if held.get(i) != d]
            if present is None or len(gone) + len(fresh) > max(100, len(digests) // 5):
                self._swap_in(kind, name, digests, matrix)
                return
            collection = self._collection(name)
            for at in range(0, len(gone), _BATCH):
                collection.delete(ids=gone[at : at + _BATCH])
            _fill(collection, digests, matrix, fresh)
            self._collections[kind] = collection
        except Exception as error:
            raise IndexDown(type(error).__name__) from None

    def throw_away(self) -> None:
        """Deletes a broken embedded index, to be rebuilt from the record."""
        self._disconnect()
        if self._url is None:
            from chromadb.api.shared_system_client import SharedSystemClient

            # a client that failed to open stays in Chroma's cache by its path, half made
            SharedSystemClient.clear_system_cache()
            shutil.rmtree(self._data / _FOLDER, ignore_errors=True)

    def close(self) -> None:
        """Lets go of the index; another process may own it then."""
        self._disconnect()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _present(self, kind: str) -> tuple[str, dict[str, str] | None]:
        """The collection that holds a kind now, and what is in it; None if there is none.

        Generations are numbered; only a complete one has the mark.
        """
        client = self._open()
        found = {
            collection.name: collection.metadata or {}
            for collection in client.list_collections()
            if collection.name.rpartition(".")[0] == kind
        }
        whole = [name for name, metadata in found.items() if metadata.get("whole")]
        for name in found:
            if name not in whole[-1:]:
                client.delete_collection(name)
        if not whole:
            return f"{kind}.0", None
        kept = self._collection(whole[-1]).get(include=["metadatas"])
        digests = (str((metadata or {}).get("digest", "")) for metadata in kept["metadatas"])
        return whole[-1], dict(zip(kept["ids"], digests, strict=True))

    def _swap_in(self, kind: str, old: str, digests: dict[str, str], matrix: np.ndarray) -> None:
        name = f"{kind}.{int(old.rpartition('.')[2]) + 1}"
        collection = self._collection(name)
        _fill(collection, digests, matrix, range(len(digests)))
        collection.modify(metadata={"whole": True})
        self._collections[kind] = collection
        with suppress(Exception):  # there was none before
            self._open().delete_collection(old)

    def _collection(self, name: str) -> Any:
        return self._open().get_or_create_collection(
            name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

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
                secure = parts.scheme == "https"
                self._client = chromadb.HttpClient(
                    host=parts.hostname or "",
                    port=parts.port or (443 if secure else 8000),
                    ssl=secure,
                    settings=quiet,
                )
        return self._client

    def _disconnect(self) -> None:
        self._collections.clear()
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):  # it is broken: that is why it goes
                client.close()


def _fill(
    collection: Any, digests: dict[str, str], matrix: np.ndarray, rows: Sequence[int]
) -> None:
    names = list(digests)
    for at in range(0, len(rows), _BATCH):
        part = list(rows[at : at + _BATCH])
        collection.upsert(
            ids=[names[i] for i in part],
            embeddings=matrix[part],
            metadatas=[{"digest": digests[names[i]]} for i in part],
        )


def _exclusive(path: Path) -> Any:
    """An open file that this process alone has locked, or None where another one has."""
    import fcntl

    try:
        file = path.open("a")
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
