import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from knowledge_base.errors import KnowledgeError
from knowledge_base.passage import Passage
from knowledge_base.store import Store

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def passage(text: str = "one", **given: object) -> Passage:
    fields = {
        "passage_id": "p",
        "version": 1,
        "kind": "faq",
        "title": "t",
        "text": text,
        "owner": "o",
        "approver_role": "r",
        "effective_from": NOW - 30 * DAY,
    }
    return Passage(**(fields | given))  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store(f"sqlite:///{tmp_path / 'deep' / 'knowledge.db'}")
    yield found
    found.close()


def texts(store: Store, at: datetime) -> list[str]:
    return [found.text for found in store.standing(at).passages]


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)


def test_a_change_is_a_new_version_and_nothing_is_lost(store: Store) -> None:
    assert [p.version for p in store.put([passage("one")], "published")] == [1]
    assert store.put([passage("one")], "published") == []
    assert [p.version for p in store.put([passage("two")], "published")] == [2]
    assert [(p.version, p.text, p.state) for p in store.history("p")] == [
        (1, "one", "published"),
        (2, "two", "published"),
    ]
    assert texts(store, soon()) == ["two"]


def test_a_draft_is_not_in_force_and_does_not_take_back_what_is(store: Store) -> None:
    store.put([passage("one")], "published")
    store.put([passage("one")], "draft")
    store.put([passage("two")], "draft")
    assert texts(store, soon()) == ["one"]
    store.put([passage("two")], "published")
    assert texts(store, soon()) == ["two"]


def test_what_takes_effect_later_waits_and_what_expired_stays_away(store: Store) -> None:
    store.put([passage("one")], "published")
    later = passage("two", effective_from=NOW + 2 * DAY, expires=NOW + 4 * DAY)
    store.put([later], "published")
    standing = store.standing(NOW + DAY)
    assert [p.text for p in standing.passages] == ["one"]
    assert standing.until == NOW + 2 * DAY
    assert texts(store, NOW + 2 * DAY) == ["two"]
    assert texts(store, NOW + 4 * DAY) == []
    assert store.standing(NOW + 5 * DAY).until is None


def test_the_past_can_be_asked_for(store: Store) -> None:
    before = datetime.now(UTC)
    store.put([passage("one")], "published")
    first = datetime.now(UTC)
    store.put([passage("two")], "published")
    second = datetime.now(UTC)
    assert store.retire("p")
    assert not store.retire("p")
    assert texts(store, before) == []
    assert texts(store, first) == ["one"]
    assert texts(store, second) == ["two"]
    assert texts(store, soon()) == []


def test_the_revision_grows_with_every_change(store: Store) -> None:
    seen = [store.revision()]
    for change in (lambda: store.put([passage("one")], "draft"), lambda: store.retire("p")):
        change()
        seen.append(store.revision())
    assert seen[0] < seen[1] == seen[2]  # a draft cannot be retired: nothing changed


def test_vectors_are_kept_by_content(store: Store) -> None:
    kept = {"a": np.arange(4, dtype=np.float32), "b": np.ones(4, dtype=np.float32)}
    store.keep_vectors(kept)
    store.keep_vectors(kept)
    found = store.vectors(["a", "b", "c"])
    assert set(found) == {"a", "b"}
    assert found["a"].tolist() == [0, 1, 2, 3]


def test_a_database_of_a_newer_version_is_refused_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "knowledge.db"
    Store(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO knowledge_version VALUES (99)")
    connection.close()
    with pytest.raises(KnowledgeError, match="newer version") as raised:
        Store(f"sqlite:///{path}")
    assert "\n" not in str(raised.value)


def test_a_folder_or_file_that_is_no_database_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(KnowledgeError, match="not writable"):
        Store(f"sqlite:///{tmp_path / 'file' / 'knowledge.db'}")
    (tmp_path / "broken.db").write_text("this is no database at all, " * 100)
    with pytest.raises(KnowledgeError, match="not a database"):
        Store(f"sqlite:///{tmp_path / 'broken.db'}")
