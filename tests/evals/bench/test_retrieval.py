import json
from pathlib import Path

import pytest

from evals.bench.retrieval import QUESTIONS, DataError, run, table
from knowledge_base.importers import read

STARTER = Path(__file__).parents[3] / "knowledge_base" / "starter"


def test_the_questions_are_about_the_starter_passages() -> None:
    rows = [json.loads(line) for line in QUESTIONS.read_text().splitlines()]
    known = {passage.passage_id for passage in read([STARTER]).passages}
    assert len(rows) >= 120
    assert len({row["text"] for row in rows}) == len({row["id"] for row in rows}) == len(rows)
    assert {name for row in rows for name in row["relevant"]} <= known
    for split in ("dev", "test"):
        own = [row for row in rows if row["split"] == split]
        assert 0.15 < sum(not row["relevant"] for row in own) / len(own) < 0.25


def beir(folder: Path) -> Path:
    corpus = {
        "d1": "Canned soup holds a lot of salt.",
        "d2": "A ride to the clinic is free.",
        "d3": "Wash your hands before you check your sugar.",
    }
    queries = {"q1": "how salty is soup", "q2": "how do i get there", "q3": "not judged"}
    (folder / "qrels").mkdir()
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = [json.dumps({"_id": key, "title": "", "text": text}) for key, text in rows.items()]
        (folder / f"{name}.jsonl").write_text("\n".join(lines))
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td3\t0\nq2\td2\t1\n"
    )
    return folder


def test_a_beir_folder_is_measured_beside_both_baselines(tmp_path: Path) -> None:
    result = run(beir(tmp_path))
    assert (result["passages"], result["questions"], result["unanswerable"]) == (3, 2, 0)
    assert set(result["systems"]) == {"this product", "Chroma dense", "BM25"}
    value, low, high = result["systems"]["this product"]["ndcg@5"]
    assert low <= value <= high
    assert value == 1
    json.dumps(result)
    assert max(map(len, table(result).splitlines())) <= 80


def test_a_folder_in_another_form_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"corpus\.jsonl"):
        run(tmp_path)
