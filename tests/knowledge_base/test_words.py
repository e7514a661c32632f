import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.words import Words, tokens

WORDS = Words(["refill your water pills", "a ride to the visit", "swollen ankles and legs"])


def test_endings_and_fillers_do_not_matter() -> None:
    assert tokens("Um, I was weighing the swollen ankles") == tokens("weighed swollen ankle")
    assert tokens("uh yeah so I mean like") == []


def test_the_score_is_the_share_of_the_question_that_a_text_answers() -> None:
    whole = WORDS.scores("water pills")
    half = WORDS.scores("water slides")
    assert whole.argmax() == half.argmax() == 0
    assert 0 < half[0] < whole[0] <= 1
    assert WORDS.scores("nothing of it").max() == 0


def test_no_texts_no_scores() -> None:
    assert Words([]).scores("water").shape == (0,)
    assert Words(["the of and"]).scores("water").tolist() == [0]


@given(st.text(max_size=80))
def test_any_question_scores_between_nothing_and_all(question: str) -> None:
    scores = WORDS.scores(question)
    assert scores.shape == (3,)
    assert np.isfinite(scores).all()
    assert scores.min() >= 0
    assert scores.max() <= 1
