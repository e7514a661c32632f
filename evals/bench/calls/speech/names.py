"""Names of people typed, transcribed and said."""

import random
import re

from evals.bench.calls.people import Person
from evals.bench.calls.speech.habits import Habits, Said, amid, choose
from evals.bench.calls.speech.letters import spell

_SUFFIXES = {"Jr.": "junior", "Sr.": "senior", "III": "the third"}
_SUFIJOS = {"Jr.": "júnior", "Sr.": "sénior", "III": "tercero"}


def say(person: Person, part: str, habits: Habits, rng: random.Random) -> Said:
    """A person by whole name, `first`, `last` or `middle`, or one of them spelled."""
    match part:
        case "spell_first":
            return spell(person.first, habits, rng)
        case "spell_last":
            return spell(person.last, habits, rng)
        case "first":
            return _words([person.nickname or person.first], habits, rng)
        case "last":
            return _words([person.last], habits, rng)
        case "middle":
            return _words([person.middle], habits, rng)
        case _:
            return _whole(person, habits, rng)


def _whole(person: Person, habits: Habits, rng: random.Random) -> Said:
    shape = choose(rng, {"plain": 84, "middle": 8, "nickname": 5, "last first": 2})
    if shape == "middle":
        middle = person.middle if rng.random() < 0.6 else person.middle[0]
        words = [person.first, middle, person.last]
    elif shape == "nickname" and person.nickname:
        words = [person.nickname, person.last]
    elif shape == "last first":
        said = _words([person.last, person.first], habits, rng)
        return Said(f"{person.last}, {person.first}", said.itn, said.spoken)
    else:
        words = [person.first, person.last]
    if person.suffix:
        words.append(person.suffix)
    return _words(words, habits, rng)


def _words(words: list[str], habits: Habits, rng: random.Random) -> Said:
    written = " ".join(f"{w}." if len(w) == 1 and len(words) > 1 else w for w in words)
    suffixes = _SUFIJOS if habits.language == "es" else _SUFFIXES
    spoken = [_spoken(suffixes.get(word, word), rng) for word in words]
    heard = [
        word.lower().rstrip(".") if word in suffixes and rng.random() < 0.5 else said
        for word, said in zip(words, spoken, strict=True)
    ]
    if any("-" in word for word in words) and rng.random() < 0.4:
        heard = [
            w.lower().rstrip(".") if "-" in w else h for w, h in zip(words, heard, strict=True)
        ]
    return Said(written, *amid(heard, spoken, habits, rng))


def _spoken(word: str, rng: random.Random) -> str:
    low = re.sub(r"^st\. ", "saint ", word.lower()).replace("-", " ").replace(".", "")
    return low.replace("'", " ") if "'" in low and rng.random() < 0.12 else low
