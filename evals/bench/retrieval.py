"""Retrieval: the product's search beside Chroma's plain dense search and plain BM25, in one run.

Without a folder, the product's own questions about the starter passages, as patients and agents
say them, a fifth of them without an answer. With one, any data set in BEIR's form: `corpus.jsonl`,
`queries.jsonl` and `qrels/*.tsv` (Thakur et al., NeurIPS 2021).
"""

import csv
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any, cast
from uuid import uuid4

import numpy as np

from knowledge_base.embedding import MiniLm
from knowledge_base.knowledge import Knowledge
from knowledge_base.passage import Passage
from knowledge_base.retrieve import RELEVANT

QUESTIONS = Path(__file__).parent / "retrieval_questions.jsonl"
STARTER = Path(__file__).parents[2] / "knowledge_base" / "starter"
_DEPTH = 10
_SAMPLES = 1_000
_METRICS = ("ndcg@5", "recall@5", "mrr")
_REFUSALS = ("refusal_precision", "refusal_recall")
Ranked = list[tuple[str, float]]
Search = Callable[[str, np.ndarray], Ranked]


class DataError(ValueError):
    """The data cannot be read; the text is one line."""


@dataclass(frozen=True)
class Question:
    """A question and the passages that answer it, with their gain; none: it has no answer."""

    text: str
    relevant: dict[str, int]
    split: str = "test"


class _Kept:
    """The embedding model, remembering what it embedded: baselines share its vectors."""

    def __init__(self) -> None:
        self._model = MiniLm()
        self.name, self.dimensions = self._model.name, self._model.dimensions
        self._vectors: dict[str, np.ndarray] = {}

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors of texts."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        self._vectors |= zip(missing, self._model.embed(missing), strict=True)
        return np.stack([self._vectors[text] for text in texts])

    def read(self, texts: Sequence[str]) -> list[tuple[np.ndarray, np.ndarray]]:
        """Never asked for here: no rule listens."""
        return self._model.read(texts)


def run(data: Path | None = None) -> dict[str, Any]:
    """The figures of every system, with 95 % bootstrap intervals.

    Raises:
        DataError: the folder is not in BEIR's form.
    """
    embedder = _Kept()
    with tempfile.TemporaryDirectory(prefix="copilot-retrieval-") as folder:
        source = STARTER if data is None else _as_passages(data, Path(folder) / "corpus.jsonl")
        questions = _own_questions() if data is None else _beir_questions(data)
        knowledge = Knowledge.open(Path(folder), embedder=embedder)
        try:
            report = knowledge.import_paths([source], publish=True)
            if report.problems:
                raise DataError(report.problems[0])
            passages = [p for p in knowledge.latest() if p.guards.language == "en"]
            vectors = embedder.embed([question.text for question in questions])

            def product(text: str, vector: np.ndarray) -> Ranked:
                hits = knowledge.search(text, vector, top=_DEPTH)
                return [(hit.passage.passage_id, hit.score) for hit in hits]

            systems = {
                "this product": _measured(product, questions, vectors),
                "Chroma dense": _measured(_chroma(passages, embedder), questions, vectors),
                "BM25": _measured(_bm25(passages), questions, vectors),
            }
        finally:
            knowledge.close()
    return _figures(systems, questions, len(passages))


def table(result: dict[str, Any]) -> str:
    """The figures for a person, at 80 columns."""
    lines = [
        f"{result['passages']} passages; {result['questions']} test questions, "
        f"{result['unanswerable']} of them without an answer; [95 % interval]",
        "",
        f"{'':<14}" + "".join(f"{name:>20}" for name in _METRICS) + f"{'ms':>6}",
    ]
    for system, row in result["systems"].items():
        cells = "".join(_cell(row[name]) for name in _METRICS)
        lines.append(f"{system:<14}{cells}{row['ms']:>6.1f}")
    for baseline, row in result["better_than"].items():
        cells = "".join(_cell(row[name], "+.3f") for name in _METRICS)
        lines.append(f"{'over ' + baseline.split()[-1]:<14}{cells}")
    if result["unanswerable"]:
        lines += ["", f"{'refusal':<14}{'precision':>20}{'recall':>20}"]
        for system, row in result["systems"].items():
            cells = "".join(_cell(row[name]) for name in _REFUSALS)
            lines.append(f"{system:<14}{cells}")
        lines.append(
            f"(this product refuses under its published {RELEVANT}; the others under the cut\n"
            " that is best on the dev questions)"
        )
    return "\n".join(lines)


def _cell(interval: Sequence[float], form: str = ".3f") -> str:
    value, low, high = interval
    return f"{f'{value:{form}} [{low:.2f}, {high:.2f}]':>20}"


def _measured(
    search: Search, questions: Sequence[Question], vectors: np.ndarray
) -> tuple[list[Ranked], float]:
    search(questions[0].text, vectors[0])  # what is loaded at the first question is not its cost
    began = process_time()
    found = [search(q.text, vector) for q, vector in zip(questions, vectors, strict=True)]
    return found, (process_time() - began) * 1000 / len(questions)


def _figures(
    systems: dict[str, tuple[list[Ranked], float]], questions: list[Question], passages: int
) -> dict[str, Any]:
    asked = [i for i, q in enumerate(questions) if q.split == "test" and q.relevant]
    open_ended = [i for i, q in enumerate(questions) if q.split == "test" and not q.relevant]
    dev = [i for i, q in enumerate(questions) if q.split == "dev"]
    rows: dict[str, Any] = {}
    scores: dict[str, dict[str, np.ndarray]] = {}
    for name, (found, ms) in systems.items():
        quality = np.array([_quality([i for i, _ in found[q]], questions[q]) for q in asked])
        scores[name] = dict(zip(_METRICS, quality.T, strict=True))
        rows[name] = {metric: _interval(values) for metric, values in scores[name].items()}
        rows[name]["ms"] = ms
        if open_ended:
            cut = RELEVANT if name == "this product" else _best_cut(found, questions, dev)
            rows[name] |= _refusals(found, asked, open_ended, cut)
    ours = scores["this product"]
    return {
        "passages": passages,
        "questions": len(asked) + len(open_ended),
        "unanswerable": len(open_ended),
        "systems": rows,
        "better_than": {
            name: {metric: _interval(ours[metric] - other[metric]) for metric in _METRICS}
            for name, other in scores.items()
            if name != "this product"
        },
    }


def _quality(ranked: list[str], question: Question) -> tuple[float, float, float]:
    """nDCG@5, recall@5 and the reciprocal rank of the first answer among ten."""
    gains = [question.relevant.get(name, 0) for name in ranked]
    ideal = sorted(question.relevant.values(), reverse=True)
    first = next((rank for rank, gain in enumerate(gains, 1) if gain), None)
    recalled = sum(gain > 0 for gain in gains[:5]) / min(5, len(ideal))
    return _dcg(gains) / _dcg(ideal), recalled, 1 / first if first else 0.0


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / np.log2(rank + 2) for rank, gain in enumerate(gains[:5]))


def _best(found: list[Ranked], questions: Sequence[int]) -> np.ndarray:
    return np.array([found[i][0][1] if found[i] else -np.inf for i in questions])


def _best_cut(found: list[Ranked], questions: list[Question], dev: Sequence[int]) -> float:
    """The cut with the best F1 of refusal on the dev questions."""
    best = _best(found, dev)
    foreign = np.array([not questions[i].relevant for i in dev])

    def f1(cut: float) -> float:
        refused = best < cut
        both = (refused & foreign).sum()
        return 2 * both / max(refused.sum() + foreign.sum(), 1)

    return max((float(cut) for cut in best), key=f1, default=0.0)


def _refusals(
    found: list[Ranked], asked: Sequence[int], foreign: Sequence[int], cut: float
) -> dict[str, tuple[float, float, float]]:
    refused = np.concatenate([_best(found, asked) < cut, _best(found, foreign) < cut])
    has_none = np.arange(len(refused)) >= len(asked)
    rng = np.random.default_rng(1)
    samples = [np.arange(len(refused))]
    samples += [rng.integers(0, len(refused), len(refused)) for _ in range(_SAMPLES)]
    both = np.array([(refused[s] & has_none[s]).sum() for s in samples])
    precision = both / np.maximum([refused[s].sum() for s in samples], 1)
    recall = both / np.maximum([has_none[s].sum() for s in samples], 1)
    return {
        name: (float(v[0]), *(float(q) for q in np.quantile(v[1:], (0.025, 0.975))))
        for name, v in zip(_REFUSALS, (precision, recall), strict=True)
    }  # pyright: ignore[reportReturnType]


def _interval(values: np.ndarray) -> tuple[float, float, float]:
    """The mean with its 95 % bootstrap interval."""
    rng = np.random.default_rng(1)
    means = values[rng.integers(0, len(values), (_SAMPLES, len(values)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(values.mean()), float(low), float(high)


def _chroma(passages: list[Passage], embedder: _Kept) -> Search:
    """What Chroma alone gives: one collection, title and text embedded, nothing else."""
    import chromadb
    from chromadb.config import Settings

    client = chromadb.EphemeralClient(settings=Settings(anonymized_telemetry=False))
    collection = client.create_collection(
        f"baseline-{uuid4().hex}",
        embedding_function=None,
        configuration={"hnsw": {"space": "cosine"}},
    )
    vectors = embedder.embed([_plain(passage) for passage in passages])
    for at in range(0, len(passages), 2_000):
        collection.add(
            ids=[passage.passage_id for passage in passages[at : at + 2_000]],
            embeddings=vectors[at : at + 2_000],
        )

    def search(_: str, vector: np.ndarray) -> Ranked:
        answer = collection.query(
            query_embeddings=vector[None, :], n_results=_DEPTH, include=["distances"]
        )
        distances = (answer["distances"] or [[]])[0]
        return [(name, 1 - d) for name, d in zip(answer["ids"][0], distances, strict=True)]

    return search


def _bm25(passages: list[Passage]) -> Search:
    """bm25s as it comes: its own tokens and English stop words, title and text."""
    import bm25s

    engine = bm25s.BM25()
    texts = [_plain(passage) for passage in passages]
    engine.index(bm25s.tokenize(texts, stopwords="en", show_progress=False), show_progress=False)
    names = [passage.passage_id for passage in passages]

    def search(text: str, _: np.ndarray) -> Ranked:
        asked = bm25s.tokenize([text], stopwords="en", return_ids=False, show_progress=False)
        if not asked[0]:
            return []
        scores = engine.get_scores(cast(list[str], asked[0]))
        return [(names[i], float(scores[i])) for i in np.argsort(-scores)[:_DEPTH]]

    return search


def _plain(passage: Passage) -> str:
    return f"{passage.title}. {passage.text}"


def _own_questions() -> list[Question]:
    rows = (json.loads(line) for line in QUESTIONS.read_text().splitlines())
    return [Question(row["text"], dict.fromkeys(row["relevant"], 1), row["split"]) for row in rows]


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text().split("\n") if line.strip()]
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from None
    except ValueError:
        raise DataError(f"{path}: is no JSONL") from None


def _as_passages(folder: Path, path: Path) -> Path:
    with path.open("w") as file:
        for row in _rows(folder / "corpus.jsonl"):
            given = {"id": str(row["_id"]), "title": row.get("title") or "", "text": row["text"]}
            if given["text"].strip():
                file.write(json.dumps(given) + "\n")
    return path


def _beir_questions(folder: Path) -> list[Question]:
    texts = {str(row["_id"]): row["text"] for row in _rows(folder / "queries.jsonl")}
    found = [folder / "qrels" / "test.tsv", *sorted(folder.glob("qrels/*.tsv"))]
    path = next((path for path in found if path.exists()), None)
    if path is None:
        raise DataError(f"{folder}/qrels: holds no .tsv")
    relevant: dict[str, dict[str, int]] = {}
    with path.open() as file:
        for row in list(csv.reader(file, delimiter="\t"))[1:]:
            if len(row) >= 3 and int(row[2]) > 0:
                relevant.setdefault(row[0], {})[row[1]] = int(row[2])
    return [Question(texts[name], gains) for name, gains in relevant.items() if name in texts]
