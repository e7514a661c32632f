"""Codes said aloud: digits alone, doubled or run together, letters, dashes, slips between."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from evals.bench.calls.speech.groups import Group, groups, lots
from evals.bench.calls.speech.habits import DROPPED, Habits, Said, choose, filler
from evals.bench.calls.speech.letters import letter
from evals.bench.calls.speech.numbers import digit, natural, two

_UNDERSCORE = {"en": "underscore", "es": "guion bajo"}
_CAPITAL = {"en": "capital", "es": "mayúscula"}
_NO = {"en": ("no", "sorry", "i mean", "no wait", "oops"), "es": ("no", "perdón", "digo")}


@dataclass(frozen=True)
class _Unit:
    itn: str
    spoken: str
    joins: bool = True


# keeps what was said twice apart in the transcript
_PAUSE = _Unit("", "", joins=False)


def say(code: str, habits: Habits, rng: random.Random, pieces: int = 1) -> tuple[Said, ...]:
    """One rendering of a code, in as many pieces as it is split over turns."""
    return say_groups(groups(code, rng), habits, rng, pieces)


def say_groups(
    parts: Sequence[Group], habits: Habits, rng: random.Random, pieces: int = 1
) -> tuple[Said, ...]:
    """One rendering of groups already cut."""
    return tuple(_piece(lot, habits, rng) for lot in lots(parts, pieces))


def _piece(lot: Sequence[Group], habits: Habits, rng: random.Random) -> Said:
    written = "".join((g.before if i else "") + g.text for i, g in enumerate(lot))
    said: list[list[_Unit]] = []
    for index, group in enumerate(lot):
        units = _units(group, habits, rng, index == 0)
        if index and habits.dash and group.before.strip() and rng.random() < 0.7:
            said.append(
                [_Unit("-" if habits.itn in ("joined", "dashed") else habits.dash, habits.dash)]
            )
        elif index and rng.random() < habits.slips:
            said += _slip(group, said[-1], habits, rng)
        said.append(units)
    if len(said) == 1 and len(lot[0].text) > 2 and rng.random() < habits.slips / 3:
        said += [[_PAUSE], said[0]]
    spoken = " ".join(unit.spoken for units in said for unit in units if unit.spoken)
    return Said(written, _transcribed(said, habits.itn, rng), spoken)


def _slip(
    group: Group, before: list[_Unit], habits: Habits, rng: random.Random
) -> list[list[_Unit]]:
    """What stands before a group: a filler, the last group again, or this one said wrong."""
    kind = choose(rng, {"filler": 75, "repeat": 17, "correction": 8})
    if kind == "repeat":
        return [[_PAUSE], before, [_PAUSE]]
    if kind == "correction" and group.text.isdigit() and len(group.text) > 1:
        wrong = group.text[:-1] + str((int(group.text[-1]) + rng.randint(1, 9)) % 10)
        word = rng.choice(_NO[habits.language])
        return [
            _units(Group(group.before, wrong), habits, rng, False),
            [_Unit(word, word, joins=False)],
        ]
    word = filler(rng, habits.language, joint=True)
    heard = "" if word in DROPPED and rng.random() < 0.5 else word
    return [[_Unit(heard, word, joins=False)]]


def _units(group: Group, habits: Habits, rng: random.Random, first: bool) -> list[_Unit]:
    units: list[_Unit] = []
    for run in re.findall(r"\d+|\D", group.text):
        if run.isdigit():
            units += _digits(run, habits, rng)
        elif run.isalpha():
            itn, spoken = letter(run, habits, rng, first=first and not units)
            if first and not units and habits.letters != "plain" and rng.random() < 0.04:
                word = _CAPITAL[habits.language]
                itn, spoken = f"{word} {itn}", f"{word} {spoken}"
            units.append(_Unit(itn, spoken, joins=len(itn) == 1))
        else:
            word = _UNDERSCORE[habits.language]
            units.append(_Unit(word, word, joins=False))
    return units


def _digits(run: str, habits: Habits, rng: random.Random) -> list[_Unit]:
    natural_run = habits.runs == "natural" or (habits.runs == "mixed" and rng.random() < 0.5)
    if len(run) > 1 and natural_run:
        return _run_together(run, habits, rng)
    units: list[_Unit] = []
    at = 0
    while at < len(run):
        same = len(run) - at - len(run[at:].lstrip(run[at]))
        word = digit(run[at], habits.language, _zero(habits, rng))
        if same in (2, 3) and rng.random() < habits.doubles:
            times = _times(same, habits.language)
            if rng.random() < 0.4:
                units.append(_Unit(f"{times} {run[at]}", f"{times} {word}", joins=False))
            else:
                units.append(_Unit(run[at] * same, f"{times} {word}"))
            at += same
        else:
            units.append(_Unit(run[at], word))
            at += 1
    return units


def _times(count: int, language: str) -> str:
    words = {"en": ("double", "triple"), "es": ("doble", "triple")}
    return words[language][count - 2]


def _run_together(run: str, habits: Habits, rng: random.Random) -> list[_Unit]:
    zero = _zero(habits, rng)
    language = habits.language
    if run[0] != "0" and len(run) in (3, 4) and run.endswith("00"):
        return [_Unit(run, natural(run, language, zero))]
    units: list[_Unit] = []
    at = len(run) % 2
    # an odd run is "four fifteen" or, less often, "forty one five"; "eighty eight" is not 8-0-8
    if at and (rng.random() < 0.75 or run[-2] == "0"):
        units.append(_Unit(run[0], digit(run[0], language, zero)))
    elif at:
        at, run, tail = 0, run[:-1], run[-1]
        return [
            *_run_together(run, habits, rng),
            _Unit(tail, digit(tail, language, zero)),
        ]
    for pair in (run[i : i + 2] for i in range(at, len(run), 2)):
        if pair[0] == "0":
            units += [_Unit(d, digit(d, language, zero)) for d in pair]
        else:
            units.append(_Unit(pair, two(pair, language, zero)))
    return units


def _zero(habits: Habits, rng: random.Random) -> str:
    return rng.choice(("oh", "zero")) if habits.zero == "mixed" else habits.zero


def _transcribed(said: Sequence[Sequence[_Unit]], style: str, rng: random.Random) -> str:
    """Units put together the way a recognizer with inverse normalisation writes them."""
    text = ""
    joins = False
    apart = rng.random() < 0.5
    for units in said:
        for index, unit in enumerate(units):
            if not unit.itn:
                joins = False
                continue
            glue = " "
            if unit.itn == "-" or text.endswith("-"):
                glue = ""
            elif joins and unit.joins:
                near = text[-1:].isalpha(), unit.itn.isalpha()
                glue = _glue(style, index, apart and any(near), rng)
            text += (glue if text else "") + unit.itn
            joins = unit.joins
    return text


def _glue(style: str, index: int, apart: bool, rng: random.Random) -> str:
    """What stands between two units; `apart` keeps letters by themselves."""
    if style == "joined":
        return ""
    if style == "digits" or apart:
        return " "
    if style == "loose":
        return "" if rng.random() < 0.6 else " "
    if index:
        return ""
    return "-" if style == "dashed" else " "
