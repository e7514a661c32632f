"""A value that is said in pieces is masked in each of them, the earlier ones included."""

from collections.abc import Callable

import pytest

from guardrails.phi import Deidentified, Vault

Play = Callable[..., list[Deidentified]]
DIGITS = {"zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}


def final_texts(results: list[Deidentified]) -> list[str]:
    """Each turn as it stands after all corrections."""
    texts = {one.utterance.segment_id: one.utterance.text for one in results}
    for one in results:
        texts |= {correction.segment_id: correction.text for correction in one.corrections}
    return list(texts.values())


SPLIT = [
    (("agent", "what's a good phone number?"), ("patient", "area code four one five"), ("agent", "okay"),
     ("patient", "five five five"), ("agent", "mm hmm"), ("patient", "oh one nine nine")),
    (("patient", "my number is"), ("patient", "four one five five five"), ("patient", "five oh one nine nine")),
    (("agent", "go ahead with the card"), ("patient", "four one one one"), ("agent", "uh huh"),
     ("patient", "one one one one"), ("agent", "go on"), ("patient", "one one one one one one one one")),
    (("agent", "and the member id?"), ("patient", "w four four"), ("agent", "yes"), ("patient", "nine one two seven"),
     ("patient", "no sorry two eight at the end")),
]  # fmt: skip


@pytest.mark.parametrize("turns", SPLIT)
def test_no_piece_is_left(play: Play, turns: tuple[tuple[str, str], ...]) -> None:
    for text in final_texts(play(*turns)):
        assert not DIGITS & set(text.replace("?", "").split()), text


def test_an_earlier_piece_is_corrected_once_it_is_known(play: Play) -> None:
    results = play(
        ("agent", "uh huh"), ("patient", "so it's m lopez"), ("patient", "at gmail dot com")
    )
    earlier = {c.segment_id: c for one in results for c in one.corrections}
    said = final_texts(results)
    assert "lopez" not in " ".join(said)
    if "lopez" in results[1].utterance.text:
        assert earlier["s-1"].revision == 1


def test_pieces_of_one_value_share_a_placeholder(play: Play) -> None:
    vault = Vault("c")
    results = play(
        ("agent", "spell your last name"), ("patient", "g o n z"), ("agent", "okay"), ("patient", "a l e z"),
        vault=vault,
    )  # fmt: skip
    held = {e.placeholder for one in results for e in one.utterance.entities}
    assert held == {"<PERSON_1>"}
    assert vault.reveal("<PERSON_1>") == "g o n z a l e z"


def test_what_counts_something_is_no_piece(play: Play) -> None:
    said = "two puffs every four hours"
    results = play(("agent", "what's your number?"), ("patient", "four one five five five five oh one nine nine"),
                   ("agent", "okay"), ("patient", said))  # fmt: skip
    assert results[-1].utterance.text == said


def test_an_hour_of_talk_leaves_the_vault_small(play: Play) -> None:
    vault = Vault("c")
    turns = [("patient", "I feel a bit better today"), ("agent", "good to hear"),
             ("patient", "my number is 415-555-0199")] * 100  # fmt: skip
    play(*turns, vault=vault)
    assert len(vault.recent) <= 8
    assert repr(vault) == "Vault('c', 1 placeholders)"
