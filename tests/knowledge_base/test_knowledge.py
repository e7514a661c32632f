import json
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from knowledge_base import knowledge as module
from knowledge_base.embedding import MiniLm
from knowledge_base.errors import KnowledgeError
from knowledge_base.knowledge import Knowledge
from knowledge_base.retrieve import RELEVANT

Open = Callable[..., Knowledge]
Write = Callable[..., Path]
SALT = "Salt makes your body hold water. Canned soup and lunch meat hide most of it."
RIDE = "We can book a free ride to your visit. Please ask two days ahead."


@pytest.fixture
def two(opened: Open, write: Write) -> Knowledge:
    write("salt.md", SALT, title="Salt")
    folder = write("ride.md", RIDE, title="Rides", kind="script").parent
    knowledge = opened()
    knowledge.import_paths([folder], publish=True)
    return knowledge


def ids(knowledge: Knowledge, text: str, **given: object) -> list[str]:
    return [hit.passage.passage_id for hit in knowledge.search(text, **given)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("i got up this morning and i'm three pounds heavier than yesterday", "hf-weight-gain"),
        ("my sugar is sixty two and i'm shaking", "hypoglycemia-rule-of-15"),
        ("no way to get to the clinic my son has the car", "schedule-transport"),
        ("i don't see how i'm ever going to pay all of this bill", "billing-payment-plan"),
        ("sometimes i think about killing myself", "crisis-988"),
    ],
)
def test_spoken_questions_find_their_passage(starter: Knowledge, said: str, wanted: str) -> None:
    hits = starter.search(said, top=3)
    assert wanted in [hit.passage.passage_id for hit in hits]
    assert hits[0].score >= RELEVANT
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 <= hit.score <= 1 for hit in hits)


@pytest.mark.parametrize("said", ["my grandson got a new puppy", "mm hmm okay", "", "¿?"])
def test_what_nothing_answers_finds_nothing_good_enough(starter: Knowledge, said: str) -> None:
    assert all(hit.score < RELEVANT for hit in starter.search(said))


def test_a_given_vector_is_not_computed_again(
    starter: Knowledge, embedder: MiniLm, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector = embedder.embed(["my feet are swollen"])[0]
    monkeypatch.setattr(starter, "embedder", None)
    assert ids(starter, "my feet are swollen", embedding=vector)[0] == "hf-swelling"
    assert starter.search(None, vector)[0].passage.passage_id == "hf-swelling"


def test_spanish_calls_hear_spanish_passages_and_others_do_not(starter: Knowledge) -> None:
    assert ids(starter, "no quiero vivir", language="es-US")[0] == "crisis-988-es"
    found = starter.search("no quiero vivir", top=50)
    assert all(hit.passage.guards.language == "en" for hit in found)


def test_guards_keep_a_passage_from_those_it_is_not_for(opened: Open, write: Write) -> None:
    write("a.md", SALT, programs="[chf-rpm]")
    folder = write("b.md", RIDE, conditions="[diabetes]").parent
    knowledge = opened()
    knowledge.import_paths([folder], publish=True)
    assert set(ids(knowledge, "salt")) == {"a", "b"}
    assert ids(knowledge, "salt", program="dm", conditions=("chf", "diabetes")) == ["b"]
    assert ids(knowledge, "salt", program="chf-rpm", conditions=("chf",)) == ["a"]
    assert ids(knowledge, "salt", kinds=["script"]) == []


def test_near_duplicates_are_shown_once(opened: Open, write: Write) -> None:
    write("a.md", SALT, title="Salt")
    write("b.md", RIDE, title="Rides")
    folder = write("c.md", SALT + " ", title="Salt").parent
    knowledge = opened()
    knowledge.import_paths([folder], publish=True)
    assert len(ids(knowledge, "how much salt")) == 2


def test_drafts_are_kept_and_not_found(opened: Open, write: Write) -> None:
    knowledge = opened()
    report = knowledge.import_paths([write("salt.md", SALT)], publish=False)
    assert (report.files, report.passages, report.changed) == (1, 1, 1)
    assert knowledge.search("salt") == []
    assert knowledge.get("salt") is None
    draft = knowledge.get("salt", 1)
    assert draft is not None
    assert draft.state == "draft"


def test_importing_again_updates_and_never_embeds_twice(
    opened: Open, write: Write, embedder: MiniLm
) -> None:
    counting = Counting(embedder)
    knowledge = opened(embedder=counting)
    path = write("salt.md", SALT)
    knowledge.import_paths([path], publish=True)
    assert knowledge.import_paths([path], publish=True).changed == 0
    write("salt.md", SALT, owner="another")  # a new version, the same words
    assert knowledge.import_paths([path], publish=True).changed == 1
    assert counting.texts == 1
    write("salt.md", RIDE)
    knowledge.import_paths([path], publish=True)
    assert counting.texts == 2
    (hit,) = knowledge.search("can you get me a ride")
    assert (hit.passage.version, hit.passage.text) == (3, RIDE)
    first = knowledge.get("salt", 1)
    assert first is not None
    assert first.text == SALT
    knowledge.close()
    again = opened(embedder=counting)
    again.search("ride")
    assert counting.texts == 4  # the two questions; what was kept is not embedded anew


def test_retired_passages_are_gone_at_once_and_stay_in_the_past(two: Knowledge) -> None:
    before = datetime.now(UTC)
    assert two.retire("salt")
    assert not two.retire("salt")
    assert ids(two, "salt in soup") == ["ride"]
    assert {p.passage_id for p in two.in_force(before)} == {"salt", "ride"}
    assert ids(two, "salt in soup", at=before) == ["salt", "ride"]


def test_a_lost_index_is_rebuilt(two: Knowledge, opened: Open, tmp_path: Path) -> None:
    two.close()
    for file in (tmp_path / "kb" / "chroma").rglob("*"):
        if file.is_file():
            file.unlink()
    again = opened()
    assert again.degraded == ""
    assert ids(again, "salt")[0] == "salt"


def test_a_broken_index_is_rebuilt(two: Knowledge, opened: Open, tmp_path: Path) -> None:
    two.close()
    (tmp_path / "kb" / "chroma" / "chroma.sqlite3").write_bytes(b"garbage " * 4_000)
    again = opened()
    assert again.degraded == ""
    assert ids(again, "salt")[0] == "salt"


def test_while_chroma_fails_words_find_and_the_failure_is_told(
    two: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    two._index._collections.clear()
    assert ids(two, "is there salt in canned soup")[0] == "salt"
    assert "vector index is down" in two.degraded
    assert ids(two, "qwxyz")  # no shared word: still an answer, if a poor one
    monkeypatch.setattr(module, "RETRY_SECONDS", 0)
    assert ids(two, "is there salt in canned soup")[0] == "salt"
    assert two.degraded == ""


def test_a_chroma_server_that_is_away_degrades_and_opens(opened: Open, write: Write) -> None:
    knowledge = opened(chroma_url="http://127.0.0.1:9")
    knowledge.import_paths([write("salt.md", SALT)], publish=True)
    assert "vector index is down" in knowledge.degraded
    assert ids(knowledge, "salt") == ["salt"]
    with pytest.raises(KnowledgeError, match="http://HOST:PORT"):
        opened("other", chroma_url="nonsense")


def test_another_process_publishes_and_this_one_sees_it(
    two: Knowledge, opened: Open, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0)
    other = opened()  # the index is owned by the first: this one searches the record
    assert ids(other, "salt")[0] == "salt"
    assert other.degraded == ""
    other.import_paths([write("late.md", "Our office opens at eight.")], publish=True)
    assert ids(two, "when do you open")[0] == "late"
    assert two.degraded == ""
    assert two._index._collections["faq"].count() == 2


def test_what_takes_effect_during_a_call_is_found_from_then_on(opened: Open, write: Write) -> None:
    knowledge = opened()
    start = datetime.now(UTC) + timedelta(seconds=0.6)
    path = write("salt.md", SALT, effective_from=start.isoformat())
    knowledge.import_paths([path], publish=True)
    assert knowledge.search("salt") == []
    assert ids(knowledge, "salt", at=start) == ["salt"]
    while datetime.now(UTC) < start:
        threading.Event().wait(0.05)
    assert ids(knowledge, "salt") == ["salt"]


def test_searching_while_another_thread_imports(two: Knowledge, tmp_path: Path) -> None:
    rows = [{"id": f"r{n}", "text": f"Note {n} about office hours."} for n in range(40)]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    work = threading.Thread(target=two.import_paths, args=([path],), kwargs={"publish": True})
    vector = two.embedder.embed(["salt"])[0]
    work.start()
    while work.is_alive():
        assert ids(two, "salt", embedding=vector)[0] == "salt"
    work.join()
    assert two.degraded == ""
    assert len(two.in_force(datetime.now(UTC))) == 42


def test_many_passages_are_swapped_in_and_stay_findable(two: Knowledge, tmp_path: Path) -> None:
    rows = [{"id": f"r{n}", "text": f"Room {n} is on floor {n % 7}."} for n in range(300)]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    heard: list[tuple[int, int]] = []
    report = two.import_paths([path], publish=True, progress=lambda *at: heard.append(at))
    assert report.changed == 300
    assert heard[-1] == (300, 300)
    names = [c.name for c in two._index._open().list_collections()]
    assert sorted(names) == ["faq.2", "script.1"]
    assert "salt" in ids(two, "is there salt in canned soup")


class Counting:
    """The real model, counting what it embeds."""

    def __init__(self, model: MiniLm) -> None:
        self.name, self.dimensions = model.name, model.dimensions
        self._model = model
        self.texts = 0

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        self.texts += len(texts)
        return self._model.embed(texts)

    def read(self, texts: Sequence[str]) -> list[tuple[np.ndarray, np.ndarray]]:
        self.texts += len(texts)
        return self._model.read(texts)
