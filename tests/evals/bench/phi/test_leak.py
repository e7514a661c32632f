"""No value of a call gets out but by the de-identifier, and the search for them finds what is there."""

import json
from dataclasses import replace

import pytest

from evals.bench.calls.generate import STYLES, Call, Rendering, Turn
from evals.bench.phi.leak import leak, leak_table
from evals.bench.phi.leak_forms import wanted
from evals.bench.phi.leak_script import Played
from evals.bench.phi.leak_search import UTTERANCE, Hit, Masked, Search, Text

NAMES = ("Zebulon Quartzfield", "zebulon uh quartzfield")
PHONE, SPOKEN_PHONE = "478-392-8008", "four seven eight three nine two eight oh oh eight"


def turn(text: str, **values: str) -> Turn:
    """A turn that is the same in every style."""
    spans = tuple((text.index(v), text.index(v) + len(v), kind) for kind, v in values.items())
    return Turn("caller", dict.fromkeys(STYLES, Rendering(text, spans)))


CALL = Call(
    "made/up", "made-up", "test", "en", {"name": "Zebulon Quartzfield", "zip": "31203"}, {},
    (
        turn(f"this is {NAMES[0]}", NAME=NAMES[0]),
        turn(f"it's {PHONE}", PHONE=PHONE),
        turn(f"I said {SPOKEN_PHONE}", PHONE=SPOKEN_PHONE),
        turn("ask for Hopkins, at Hopkins Trucking", ORG="Hopkins Trucking"),
        turn("Madison, in Dane County", NAME="Madison"),
        turn("we live in Madison, on the 14th of Maple", DATE="14th"),
        turn("his name is Will", NAME="Will"),
    ),
)  # fmt: skip
OTHER = replace(CALL, on_file={}, turns=(turn("Oh, Rosalinda", NAME="Rosalinda"),))


def searched(*masked: tuple[int, str]) -> Search:
    every = [wanted(Played(number, call)) for number, call in enumerate((CALL, OTHER))]
    return Search(every, Masked(Text(UTTERANCE, text, "lines", call) for call, text in masked))


def found(hits: list[Hit]) -> list[tuple[str, str]]:
    return sorted({(hit.cause, hit.value.kind) for hit in hits})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"text": "hi ZEBULON quartzfield"}', "NAME"),
        ('{"text": ["x", {"deep": "Zebulon, um, Quartzfield."}]}', "NAME"),
        ('{"text": "Mr Quartzfield"}', "NAME"),
        ('{"text": "call (478) 392.8008"}', "PHONE"),
        ('{"text": "call 4783928008"}', "PHONE"),
        ('{"text": "call 47 839 28 00 8"}', "PHONE"),
        ('{"text": "four seven eight three nine two eight oh oh eight"}', "PHONE"),
        ('{"text": "zip 31203"}', "ZIP"),
        ('{"zebulon quartzfield": 1}', "NAME"),
        ('{"text": "Quartzfield: 1"}', "NAME"),
    ],
)
def test_a_value_is_found_however_it_is_written(text: str, kind: str) -> None:
    assert found(searched().look(Text("ws event", text, "json", 0))) == [("leaked", kind)]


def test_a_value_is_found_in_a_binary_file() -> None:
    text = '\x00\x17"text":"my name\\nis Zebulon Quartzfield"\x00\ufffd4783928008\x00'
    hits = searched().look(Text("file", text))
    assert found(hits) == [("leaked", "NAME"), ("leaked", "PHONE")]


def test_digits_that_an_id_may_hold_are_no_hit() -> None:
    search = searched()
    event = {"event_id": "00031203", "at": "31203", "elapsed": 31203}
    assert search.look(Text("ws event", json.dumps(event), "json", 0)) == []
    assert search.look(Text("file", "\x0031203\x00")) == []


def test_what_reads_like_ordinary_text_is_not_looked_for() -> None:
    looked_for = wanted(Played(0, CALL))
    why = looked_for.not_searched
    assert why["will"] == why["14th"] == "short"
    assert why["madison"] == "also said as ordinary text"
    assert "hopkinstrucking" in looked_for.keys


def test_what_was_missed_is_told_from_what_leaked() -> None:
    search = searched((0, "this is Zebulon Quartzfield speaking"), (1, "the zip is 31203 here"))
    missed = Text("journal", '{"quote": "this is Zebulon Quartzfield"}', "json", 0)
    assert found(search.look(missed)) == [("missed", "NAME")]
    prompt = Text(
        "llm prompt", '{"content": "Talk:\\npatient: this is Zebulon Quartzfield"}', "json"
    )
    assert found(search.look(prompt)) == [("missed", "NAME")]
    elsewhere = Text("journal", '{"note": "spoke to Zebulon Quartzfield"}', "json", 0)
    assert found(search.look(elsewhere)) == [("leaked", "NAME")]
    ordinary = Text("journal", '{"text": "the zip is 31203"}', "json", 1)
    assert search.look(ordinary) == []
    assert found(search.look(replace(missed, call=1))) == [("leaked", "NAME")]
    assert found(search.look(replace(missed, place="log"))) == [("leaked", "NAME")]


def test_nothing_leaks_from_a_real_server() -> None:
    result = leak(12, seed=7, split="dev")
    assert result["leaked"] == 0, leak_table(result)
    assert result["not_taken"] == {}
    assert result["searched_for"] > 200
    assert result["prompts"] > 0
    assert result["revealed"] > 0
    places = result["places"]
    assert places["journal"]["texts"] > result["acknowledged"] > 200
    for place in ("utterance", "note", "chroma", "knowledge", "file", "log", "llm prompt", "http",
                  "metrics", "ws event"):  # fmt: skip
        assert places[place]["texts"] > 0, place
    for place, (planted, seen) in result["self_check"].items():
        assert seen == planted > 10, place
    assert "0 leaked" in leak_table(result)
