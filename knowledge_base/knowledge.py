"""The knowledge base as one thing: record, index and retrieval together."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import numpy as np

from knowledge_base.embedding import MiniLm
from knowledge_base.importers import read
from knowledge_base.index import IndexDown, VectorIndex
from knowledge_base.passage import Hit, Kind, Passage
from knowledge_base.retrieve import CANDIDATES, Who, Words, calibrated, fits, fuse, tokens, without_doubles
from knowledge_base.store import Store, content_digest

KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True)
class ImportReport:
    """What an import did: how many files and passages, what changed, what was refused."""

    files: int
    passages: int
    changed: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class _Standing:
    """What is in force, ready to be searched."""

    passages: dict[str, Passage]
    vectors: dict[str, np.ndarray]
    words: Words
    kinds: tuple[str, ...]


class Knowledge:
    """An open knowledge base. Searching is safe while another thread imports."""

    def __init__(self, store: Store, index: VectorIndex, embedder: MiniLm) -> None:
        self.embedder = embedder
        self.degraded = ""
        self._store = store
        self._index = index
        self._writing = threading.Lock()
        self._standing = self._load()

    @staticmethod
    def open(
        data: Path,
        *,
        database_url: str | None = None,
        chroma_url: str | None = None,
        embedder: MiniLm | None = None,
    ) -> "Knowledge":
        """Opens the record and the index of a data folder; a broken index is rebuilt.

        Raises:
            KnowledgeError: in one line.
        """
        store = Store(database_url or f"sqlite:///{data / 'knowledge.db'}")
        return Knowledge(store, VectorIndex(data, chroma_url), embedder or MiniLm())

    def import_paths(
        self,
        paths: Sequence[Path],
        *,
        publish: bool,
        contains_phi: Callable[[str], bool] | None = None,
    ) -> ImportReport:
        """Reads files and folders into the record; published ones are in force at once."""
        found = read(paths, contains_phi)
        with self._writing:
            changed = self._store.put(found.passages, "published" if publish else "draft")
            if changed and publish:
                self._standing = self._load()
        return ImportReport(found.files, len(found.passages), len(changed), found.problems)

    def retire(self, passage_id: str) -> bool:
        """Takes a passage out of force."""
        with self._writing:
            done = self._store.retire(passage_id)
            if done:
                self._standing = self._load()
        return done

    def search(
        self,
        text: str | None = None,
        embedding: np.ndarray | None = None,
        *,
        top: int = 5,
        kinds: Sequence[str] | None = None,
        program: str = "",
        conditions: tuple[str, ...] = (),
        language: str = "en",
        at: datetime | None = None,
    ) -> list[Hit]:
        """The passages in force that answer best, by text, by vector or by both."""
        standing = self._standing
        if embedding is None:
            embedding = self.embedder.embed([text or ""])[0]
        wanted = [kind for kind in standing.kinds if kinds is None or kind in kinds]
        try:
            dense = self._index.query(wanted, embedding, CANDIDATES)
            self.degraded = ""
        except IndexDown as error:
            self.degraded = f"the vector index is down ({error}); searching by words"
            dense = []
        lexical = standing.words.scores(text) if text else {}
        asked = tokens(text) if text else []
        known = sum(word in standing.words._vocabulary for word in asked)  # pyright: ignore[reportPrivateUsage]
        agreement = known / len(asked) if asked else 0.0
        who = Who(program, conditions, language)
        now = at or datetime.now(UTC)
        ranked = fuse(dense, lexical, agreement) if dense else _by_words(lexical, agreement)
        hits: list[Hit] = []
        for passage_id, score in ranked:
            passage = standing.passages.get(passage_id)
            if passage is None or passage.kind not in wanted or not fits(passage, who, now):
                continue
            hits.append(Hit(passage, calibrated(score)))
            if len(hits) == top + 5:
                break
        return without_doubles(hits, standing.vectors)[:top]

    def get(self, passage_id: str) -> Passage | None:
        """The version of a passage that is in force."""
        return self._standing.passages.get(passage_id)

    def history(self, passage_id: str) -> list[Passage]:
        """Every version of a passage, oldest first."""
        return self._store.history(passage_id)

    def in_force(self, at: datetime) -> list[Passage]:
        """What may be said at a moment."""
        return self._store.in_force(at)

    def close(self) -> None:
        """Closes the record."""
        self._store.close()

    def _load(self) -> _Standing:
        """Reads what is in force, embeds what is new, and brings the index up to date."""
        passages = self._store.in_force(datetime.now(UTC))
        digests = {passage.passage_id: content_digest(passage) for passage in passages}
        kept = self._store.vectors(list(set(digests.values())))
        missing = {d: p for p in passages if (d := digests[p.passage_id]) not in kept}
        if missing:
            texts = [f"{p.title}. {p.text}" for p in missing.values()]
            fresh = dict(zip(missing, self.embedder.embed(texts), strict=True))
            self._store.keep_vectors(fresh)
            kept |= fresh
        vectors = {name: kept[digest] for name, digest in digests.items()}
        kinds = tuple(kind for kind in KINDS if any(p.kind == kind for p in passages))
        self._index_all(passages, digests, vectors, kinds)
        return _Standing({p.passage_id: p for p in passages}, vectors, Words(passages), kinds)

    def _index_all(
        self,
        passages: Sequence[Passage],
        digests: dict[str, str],
        vectors: dict[str, np.ndarray],
        kinds: Sequence[str],
    ) -> None:
        for attempt in (1, 2):
            try:
                for kind in kinds:
                    ids = sorted(p.passage_id for p in passages if p.kind == kind)
                    stamp = hashlib.sha256(
                        "\n".join(f"{name} {digests[name]}" for name in ids).encode()
                    ).hexdigest()
                    matrix = np.stack([vectors[name] for name in ids])
                    self._index.replace(kind, ids, matrix, stamp)
            except IndexDown as error:
                self.degraded = f"the vector index is down ({error}); searching by words"
                if attempt == 1:
                    self._index.throw_away()
                continue
            self.degraded = ""
            return


def _by_words(lexical: dict[str, float], agreement: float) -> list[tuple[str, float]]:
    """The ranking while Chroma is down: shared words alone, scored with care."""
    ranked = sorted(lexical.items(), key=lambda item: -item[1])
    return [(name, 0.3 + 0.25 * agreement * score) for name, score in ranked]
