import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import knowledge_base
from knowledge_base.importers import read
from knowledge_base.passage import Passage

STARTER = Path(knowledge_base.__file__).parent / "starter"
FOUND = read([STARTER])
CLINICAL = ("emergency", "heart-failure", "diabetes", "hypertension", "post-discharge", "scope")


def test_it_is_whole_and_all_of_it_is_in_force() -> None:
    assert FOUND.problems == ()
    assert len(FOUND.passages) >= 70
    assert {p.kind for p in FOUND.passages} == {
        "brand_voice", "protocol", "script", "disclosure", "faq",
    }  # fmt: skip
    assert all(p.effective_from < datetime.now(UTC) for p in FOUND.passages)
    assert all(p.expires is None for p in FOUND.passages)


def test_files_are_named_by_their_ids() -> None:
    names = {path.stem for path in STARTER.rglob("*.md")}
    assert names == {p.passage_id for p in FOUND.passages}
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)


@pytest.mark.parametrize("passage", FOUND.passages, ids=lambda p: p.passage_id)
def test_a_passage_can_be_said(passage: Passage) -> None:
    words = passage.text.split()
    # what the law words is short and fixed; everything else is a few calm sentences
    assert (20 if passage.kind == "disclosure" else 25) <= len(words) <= 110
    sentences = [s for s in re.split(r"(?<=[.?!:])\s+", passage.text) if s]
    assert len(words) / len(sentences) <= 18
    assert passage.owner
    assert passage.approver_role.endswith(("_approver", "_reviewer"))
    assert passage.tags


def test_what_rests_on_a_guideline_names_it() -> None:
    folders = {path.stem: path.parent.name for path in STARTER.rglob("*.md")}
    for passage in FOUND.passages:
        if folders[passage.passage_id] in CLINICAL or passage.kind == "disclosure":
            assert passage.source, passage.passage_id


@pytest.mark.parametrize(
    ("passage_id", "said"),
    [
        ("fdcpa-notice", "attempt to collect a debt"),
        ("fdcpa-notice", "debt collector"),
        ("crisis-988", "988"),
        ("poison-control", "1-800-222-1222"),
        ("hypoglycemia-rule-of-15", "fifteen grams"),
        ("bp-crisis", "one hundred eighty over one hundred twenty"),
        ("scope-medication-change", "not able to tell you to change"),
        ("interpreter-offer", "no cost"),
    ],
)
def test_lines_that_law_or_safety_fix(passage_id: str, said: str) -> None:
    text = next(p.text for p in FOUND.passages if p.passage_id == passage_id)
    assert said in text
