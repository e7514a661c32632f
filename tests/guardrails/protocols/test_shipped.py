"""The protocols that come with the product, and what they look like."""

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.facts import CallFacts, Observation
from guardrails.packs import PROTOCOLS
from guardrails.protocols.drawing import svg
from guardrails.protocols.loading import load_protocols
from guardrails.protocols.picture import text
from guardrails.protocols.protocol import Protocol
from guardrails.protocols.walks import read_walks
from guardrails.rules.yamls import read_yaml
from knowledge_base.importers import read
from tests.guardrails.protocols.made import played

FILES = sorted(PROTOCOLS.glob("*.yaml"))
WANTED = """
appointment billing-question diabetes-high-glucose diabetes-low-glucose hf-weight-gain
hypertension-high-reading identity-verification medication-adherence medication-refill
oxygen-and-pulse post-discharge warm-handover
""".split()


@pytest.fixture(scope="module")
def shipped(starter: Path) -> dict[str, Protocol]:
    """All of them, their checks and walks done, with the passages of the starter in force."""
    passages = {passage.passage_id for passage in read([starter]).passages}
    return {p.protocol_id: p for p in load_protocols(FILES, passages)}


def test_every_protocol_loads_and_cites_its_source(shipped: dict[str, Protocol]) -> None:
    assert sorted(shipped) == WANTED
    assert all(len(protocol.source) > 30 for protocol in shipped.values())
    assert [path.stem for path in FILES] == sorted(shipped)


def test_every_hand_over_and_every_branch_is_walked(shipped: dict[str, Protocol]) -> None:
    for path in FILES:
        protocol = shipped[path.stem]
        walks = read_walks(path, read_yaml(path), protocol)
        told = {name for walk in walks for name in (*walk.done, *walk.next)}
        stops = {step.step_id for step in protocol.steps if step.stops}
        assert stops <= told, protocol.protocol_id


@pytest.mark.parametrize("name", WANTED)
def test_the_outline_fits_a_terminal_and_leaves_nothing_out(
    shipped: dict[str, Protocol], name: str
) -> None:
    outline = text(shipped[name])
    assert max(map(len, outline.splitlines())) <= 80
    for step in shipped[name].steps:
        assert step.step_id in outline
        assert not step.stops or "STOP if" in outline
    assert outline.count("HAND-OVER") == sum(step.handover for step in shipped[name].steps)


@pytest.mark.parametrize("name", WANTED)
def test_the_picture_is_a_sheet_to_sign_in_light_and_dark(
    shipped: dict[str, Protocol], name: str
) -> None:
    protocol = shipped[name]
    drawn = ElementTree.fromstring(svg(protocol))  # noqa: S314  (our own)
    words = [element.text or "" for element in drawn.iter("{http://www.w3.org/2000/svg}text")]
    numbers = {step.step_id: n for n, step in enumerate(protocol.steps, 1)}
    for step in protocol.steps:
        assert f"{numbers[step.step_id]} {step.step_id}" in words
        for stop in step.stops:
            assert f"go to {numbers[stop.then]} {stop.then}" in words
    assert {"Signature", "Date"} <= set(words)
    style = drawn.find("{http://www.w3.org/2000/svg}style")
    assert style is not None
    assert "prefers-color-scheme:dark" in (style.text or "")
    wide, high = (float(n) for n in drawn.attrib["viewBox"].split()[2:])
    for element in drawn.iter():
        assert float(element.attrib.get("x", 0)) <= wide
        assert float(element.attrib.get("y", 0)) <= high


LINES = (
    "A: Any chest pain right now?", "C: No.", "C: Yes, a little.", "A: What did the scale say?",
    "C: One eighty seven.", "A: Any swelling in your ankles?", "C: My ankles are huge.",
    "A: Are you more short of breath?", "C: Not that I know of.", "A: That's nothing to worry about.",
    "A: Take an extra water pill.", "A: I'm getting the nurse on the line now.", "A: Please call 911.",
    "A: And your date of birth?", "C: <DATE_1>, <PERSON_1>", "C: maybe", "A: Take half a cup of juice.",
    "A: What's your sugar?", "C: Sixty two.", "A: How many days did you miss?", "C: I ran out.",
)  # fmt: skip
SEEN = (
    Observation("body_weight", 187.4, "lb", 183), Observation("blood_glucose", 62, "mg/dL"),
    Observation("systolic_blood_pressure", 186, "mmHg"), Observation("oxygen_saturation", 88, "%"),
)  # fmt: skip
FACTS = CallFacts(conditions=("chf", "diabetes", "hypertension"), age=71)


@settings(max_examples=60, deadline=None)
@given(turns=st.lists(st.sampled_from([*LINES, *SEEN]), max_size=25))
def test_whatever_is_said_each_flag_stands_once_and_states_agree(
    shipped: dict[str, Protocol], turns: Sequence[str | Observation]
) -> None:
    for protocol in shipped.values():
        state = played(protocol, *turns, facts=FACTS, ended=True)
        ids = [flag.flag_id for flag in state.flags]
        assert len(ids) == len(set(ids))
        for now in state.protocols:
            due = {step.step_id for step in now.next}
            assert not due & set(now.done)
            assert len(now.done) == len(set(now.done))
            open_flags = [f for f in state.flags if f.status != "resolved"]
            assert (now.status == "breached") == bool(open_flags)
        assert state == played(protocol, *turns, facts=FACTS, ended=True)
