"""The knowledge base as one thing: record, index and retrieval together."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched
from pathlib import Path
from time import monotonic
from typing import Protocol

import numpy as np

from knowledge_base.importers import read
from knowledge_base.index import IndexDown, VectorIndex
from knowledge_base.passage import Hit, Passage
from knowledge_base.retrieve import Audience, Corpus, embedded_text
from knowledge_base.store import Standing, Store

LOOK_SECONDS = 1.0
"""How often a search looks whether another process has changed the record."""
RETRY_SECONDS = 30.0
"""How long a failed Chroma is left alone before it is tried again."""
_KEPT_AT_ONCE = 256


class Embedder(Protocol):
    """A model of texts. `name` is kept with the vectors: another name embeds anew."""

    name: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of texts: float32, (len(texts), dimensions)."""
        ...

    def read(self, texts: Sequence[str]) -> list[tuple[np.ndarray, np.ndarray]]:
        """Of each text its unit vector, and its subwords half-way through the model."""
        ...


@dataclass(frozen=True)
class ImportReport:
    """What an import did: how many files and passages, what changed, what was refused and why."""

    files: int
    passages: int
    changed: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class _View:
    """What is in force between two moments, ready to be searched."""

    standing: Standing
    corpus: Corpus
    revision: int

    def holds(self, at: datetime) -> bool:
        until = self.standing.until
        return self.standing.since <= at and (until is None or at < until)


class Knowledge:
    """An open knowledge base. Searching is safe while another thread, or process, imports.

    `degraded` is empty, or one line that says how the search is less than it should be.
    """

    def __init__(self, store: Store, index: VectorIndex, embedder: Embedder) -> None:
        self.embedder = embedder
        self.degraded = ""
        self._store = store
        self._index = index
        self._changing = threading.RLock()
        self._looked = self._failed = monotonic()
        self._past: _View | None = None
        self._view = self._load()

    @staticmethod
    def open(
        data: Path,
        *,
        database_url: str | None = None,
        chroma_url: str | None = None,
        embedder: Embedder | None = None,
    ) -> "Knowledge":
        """Opens the record and the index of a data folder; a lost or broken index is rebuilt.

        Raises:
            KnowledgeError: in one line.
        """
        store = Store(database_url or f"sqlite:///{data / 'knowledge.db'}")
        if embedder is None:
            from knowledge_base.embedding import MiniLm

            embedder = MiniLm()
        return Knowledge(store, VectorIndex(data, chroma_url), embedder)

    def import_paths(
        self,
        paths: Sequence[Path],
        *,
        publish: bool,
        contains_phi: Callable[[str], bool] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> ImportReport:
        """Reads files and folders into the record; published ones are in force at once.

        A file with a mistake gives nothing, the others go on. An import that is interrupted goes
        on where it stopped: what is embedded is kept. `progress` hears (embedded, to embed).

        Raises:
            KnowledgeError: the record cannot be written.
        """
        found = read(paths, contains_phi)
        self._vectors(found.passages, progress)
        with self._changing:
            changed = self._store.put(found.passages, "published" if publish else "draft")
            if changed and publish:
                self._view = self._load()
        return ImportReport(found.files, len(found.passages), len(changed), found.problems)

    def retire(self, passage_id: str) -> bool:
        """Takes a passage out of force; False if it is not published."""
        with self._changing:
            done = self._store.retire(passage_id)
            if done:
                self._view = self._load()
        return done

    def search(
        self,
        text: str | None = None,
        embedding: np.ndarray | None = None,
        *,
        top: int = 5,
        kinds: Sequence[str] | None = None,
        program: str = "",
        conditions: Sequence[str] = (),
        language: str = "en",
        at: datetime | None = None,
    ) -> list[Hit]:
        """The passages in force that answer best, by text, by unit vector or by both.

        A score under `retrieve.RELEVANT` is not good enough to show. `at` asks what would have
        been found at another moment.
        """
        vector = self.embedder.embed([text or ""])[0] if embedding is None else embedding
        audience = Audience(tuple(kinds or ()), program or "", tuple(conditions), language or "en")
        view = self._current(at)
        corpus = view.corpus
        if view is not self._view or not self._index.owned:
            return corpus.search(text or "", vector, audience, top, corpus.exact)
        if not self.degraded:
            try:
                return corpus.search(text or "", vector, audience, top, self._index.nearest)
            except IndexDown as error:
                self._down(error)
        return corpus.search(text or "", vector, audience, top, None)

    def get(self, passage_id: str, version: int | None = None) -> Passage | None:
        """A version of a passage, or the one in force, or nothing."""
        if version is None:
            corpus = self._current(None).corpus
            row = corpus.row.get(passage_id)
            return None if row is None else corpus.passages[row]
        found = (p for p in self._store.history(passage_id) if p.version == version)
        return next(found, None)

    def history(self, passage_id: str) -> list[Passage]:
        """Every version of a passage, oldest first."""
        return self._store.history(passage_id)

    def latest(self) -> list[Passage]:
        """The newest version of every passage, drafts and retired ones included."""
        return self._store.latest()

    def in_force(self, at: datetime) -> list[Passage]:
        """What may be said at a moment, past or to come."""
        view = self._view
        if view.holds(at) and view.revision == self._store.revision():
            return list(view.standing.passages)
        return list(self._store.standing(at).passages)

    def close(self) -> None:
        """Closes the record and lets go of the index."""
        self._index.close()
        self._store.close()

    def _current(self, at: datetime | None) -> _View:
        """The view for a moment; the live one is brought up to date first if it is due."""
        now = datetime.now(UTC)
        tick = monotonic()
        due = tick - self._looked >= LOOK_SECONDS
        retry = bool(self.degraded) and tick - self._failed >= RETRY_SECONDS
        if (due or retry or not self._view.holds(now)) and self._changing.acquire(blocking=False):
            try:
                self._looked = tick
                stale = not self._view.holds(now) or self._view.revision != self._store.revision()
                if stale or retry:
                    self._view = self._load()
            finally:
                self._changing.release()
        view = self._view
        if at is None or view.holds(at):
            return view
        past = self._past
        if past is None or past.revision != view.revision or not past.holds(at):
            standing = self._store.standing(at)
            past = self._past = _View(standing, self._corpus(standing.passages), view.revision)
        return past

    def _load(self) -> _View:
        """Reads what is in force now and brings the index up to date."""
        revision = self._store.revision()
        standing = self._store.standing(datetime.now(UTC))
        view = _View(standing, self._corpus(standing.passages), revision)
        if self._index.owned:
            self._fill_index(standing.passages)
        return view

    def _corpus(self, passages: Sequence[Passage]) -> Corpus:
        vectors = self._vectors(passages)
        matrix = np.zeros((len(passages), self.embedder.dimensions), dtype=np.float32)
        for row, passage in enumerate(passages):
            matrix[row] = vectors[self._digest(passage)]
        return Corpus(passages, matrix)

    def _vectors(
        self, passages: Sequence[Passage], progress: Callable[[int, int], None] | None = None
    ) -> dict[str, np.ndarray]:
        """Vectors by content hash; what is new is embedded and kept, a few hundred at a time."""
        wanted = {self._digest(passage): embedded_text(passage) for passage in passages}
        kept = self._store.vectors(list(wanted))
        missing = [name for name in wanted if name not in kept]
        done = 0
        for part in batched(missing, _KEPT_AT_ONCE):
            vectors = self.embedder.embed([wanted[name] for name in part])
            fresh = dict(zip(part, vectors, strict=True))
            self._store.keep_vectors(fresh)
            kept |= fresh
            done += len(part)
            if progress is not None:
                progress(done, len(missing))
        return kept

    def _fill_index(self, passages: Sequence[Passage]) -> None:
        digests = {passage.passage_id: self._digest(passage) for passage in passages}
        vectors = self._vectors(passages)
        for attempt in (1, 2):
            try:
                for kind in dict.fromkeys(passage.kind for passage in passages):
                    own = {p.passage_id: digests[p.passage_id] for p in passages if p.kind == kind}
                    self._index.hold(kind, own, np.stack([vectors[d] for d in own.values()]))
            except IndexDown as error:
                self._down(error)
                if attempt == 1:
                    self._index.throw_away()
                continue
            self.degraded = ""
            return

    def _down(self, error: IndexDown) -> None:
        self._failed = monotonic()
        self.degraded = f"the vector index is down ({error}); searching by words"

    def _digest(self, passage: Passage) -> str:
        """The hash under which the vector of a passage is kept: the model and what it read."""
        said = f"{self.embedder.name}\n{embedded_text(passage)}"
        return hashlib.sha256(said.encode()).hexdigest()
