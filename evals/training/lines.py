"""Examples of cues: single turns that hold one, and turns close to them that do not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from evals.bench.calls.slots import SLOTS
from evals.bench.calls.templates import ROOT as TEMPLATES
from evals.bench.calls.templates import Choice, Piece, Slot, parse
from guardrails.packs import RULES

ROOT = Path(__file__).parent / "said"
AGENT = frozenset(
    """
    acknowledges-distress offers-interpreter tells-health-details scope-dose-change scope-diagnosis
    scope-reassurance promise tone-blame tone-dismissive phi-voicemail phi-third-party terminology
    gives-recording-notice gives-debt-notice debt-talk pauses-recording verifies-identity
    refers-to-clinician
    """.split()
)
"""The cues that agents give; all others are patients'."""


_CALM = (
    "agents-speak codes contact-and-numbers dates-and-places days-and-years life-stories mixed"
    " names numbers-read-aloud online-and-accounts people-around plain-calls provider-and-field"
    " whole-calls-a work-and-schools where-people-are"
).split()
"""Snippets about other things than illness: their turns are ordinary talk."""
UNLOOKED = frozenset(
    """
    tells-health-details phi-voicemail phi-third-party debt-talk verifies-identity
    refers-to-clinician acknowledges-distress gives-recording-notice pauses-recording
    offers-interpreter gives-debt-notice distress limited-english care-gap-missed-dose
    care-gap-refill care-gap-missed-visit
    """.split()
)
"""What ordinary talk may well hold: nobody looked for it there."""


@dataclass(frozen=True)
class Line:
    """A turn. `cue` is what it is an example of ("" for ordinary talk), `holds` whether it has it.

    `looked` is false where nobody looked for the cues of `UNLOOKED`.
    """

    text: str
    agent: bool
    cue: str
    holds: bool
    looked: bool = True


def packs() -> Iterator[Line]:
    """The examples and counter-examples of the rules that listen for a cue, thrice each."""
    for path in sorted(RULES.glob("*.yaml")):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            for field in ("examples", "counter_examples") * 3 if "cue" in rule else ():
                for text in rule.get(field, ()):
                    yield Line(text, rule["cue"] in AGENT, rule["cue"], field == "examples")


def calm() -> Iterator[Line]:
    """Turns of snippets that are about other things."""
    for name in _CALM:
        path = TEMPLATES / "train" / f"{name}.txt"
        for template in parse(path.read_text(encoding="utf-8"), path.name):
            for line in template.lines:
                text = _plain(line.pieces)
                if line.speaker != "other" and len(text.split()) > 1:
                    yield Line(text, line.speaker == "agent", "", holds=False, looked=False)


def _plain(pieces: Sequence[Piece]) -> str:
    """A turn with the first of every choice, identifiers as placeholders."""
    out = ""
    for piece in pieces:
        if isinstance(piece, Choice):
            out += _plain(piece.options[0])
        elif isinstance(piece, Slot):
            label = SLOTS[piece.name].label
            out += f"<{_TYPES.get(label, label)}_1>" if label else piece.name.replace("_", " ")
        else:
            out += piece
    return " ".join(out.split())


_TYPES = {"NAME": "PERSON", "ORG": "ORGANIZATION"}


def read(root: Path = ROOT) -> Iterator[Line]:
    """The lines of all files, in order.

    A file holds `# CUE` headings with `+` and `-` lines under each, or ordinary turns of patients
    (`C`) and agents (`A`). Lines marked `q` are agents' questions after a cue, which are a cue themselves.
    """
    for path in sorted(root.glob("*.txt")):
        cue = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            mark, _, text = line.strip().partition(" ")
            if mark == "#":
                cue = text.split()[0]
            elif mark in ("+", "-"):
                yield Line(text, cue in AGENT, cue, mark == "+")
            elif mark == "q":
                yield Line(text, True, asks(cue), holds=True)
            elif mark in ("A", "C"):
                yield Line(text, mark == "A", "", holds=False)


def asks(cue: str) -> str:
    """The cue of an agent who asks whether a patient's cue is there."""
    return f"asks-{cue}"


def looked_for(cue: str, line: Line) -> bool:
    """Whether a line of which nothing else is said surely lacks a cue.

    Only a line marked `q`, or one typed without a question mark, surely asks nothing else.
    """
    if cue.startswith("asks-"):
        statement = "?" not in line.text and not line.text.islower()
        return line.cue.startswith("asks-") or (statement and line.looked)
    return line.looked or cue not in UNLOOKED


def family(cue: str) -> str:
    """Cues of one family may sound alike: an example of one says nothing of the others."""
    return next(
        (
            f
            for f in ("red-flag", "crisis", "care-gap", "scope", "tone", "phi-")
            if cue.startswith(f)
        ),
        cue,
    )
