"""What one speaker keeps doing in a call: the word for zero, doubles, spelling, fillers."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_HESITATIONS = {
    "en": {
        "uh": 32,
        "um": 28,
        "let me see": 7,
        "hold on": 6,
        "let's see": 4,
        "sorry": 3,
        "hang on": 3,
        "you know": 2,
        "i think": 2,
        "what is it": 1,
    },
    "es": {
        "eh": 26,
        "este": 26,
        "a ver": 12,
        "espere": 5,
        "déjeme ver": 5,
        "perdón": 3,
        "mmm": 6,
        "espérese": 2,
        "creo": 2,
    },
}
# what joins groups of a code, beside hesitations
_JOINTS = {
    "en": {"and then": 12, "then": 9, "and": 6, "okay": 4, "it's hard to read": 1, "is that a": 1},
    "es": {"y luego": 10, "luego": 8, "y": 6, "después": 4, "ajá": 2},
}
_LINKS = {
    "en": {"as in": 60, "like": 20, "for": 17, "as": 3},
    "es": {"de": 55, "como": 15, "como en": 22, "como de": 8},
}
# what recognizers of speech drop when they write figures
DROPPED = frozenset({"uh", "um", "eh", "mmm"})


@dataclass(frozen=True)
class Said:
    """One rendering of a value in the three styles."""

    written: str
    itn: str
    spoken: str

    def of(self, style: str) -> str:
        """The text of one style."""
        return {"written": self.written, "itn": self.itn, "spoken": self.spoken}[style]


@dataclass(frozen=True)
class Habits:
    """How a speaker says codes, and how the recognizer of the call writes them down."""

    language: str = "en"
    zero: str = "zero"
    """The word for 0; `mixed` goes between "oh" and "zero"."""
    runs: str = "single"
    """Digits one by one (`single`), run together (`natural`) or either (`mixed`)."""
    doubles: float = 0.0
    """How often "55" is "double five"."""
    letters: str = "plain"
    """Which letters get a word: none (`plain`), the confusable (`hard`), the `first` or `all`."""
    alphabet: str = "names"
    link: str = "as in"
    dash: str = ""
    """The word for "-" in codes, empty where it is left out."""
    slips: float = 0.0
    """How often something stands between two groups: a filler, a repeat, a correction."""
    itn: str = "groups"
    """How figures are put together: `joined`, `groups`, `dashed`, `digits` or `loose`."""


def draw(rng: random.Random, language: str, agent: bool) -> Habits:
    """The habits of a speaker; agents spell with care and slip less."""
    spanish = language == "es"
    return Habits(
        language=language,
        zero=choose(rng, {"oh": 46, "zero": 32, "mixed": 18, "o": 4}),
        runs=choose(rng, {"single": 58, "mixed": 30, "natural": 12}),
        doubles=rng.choice((0, 0, 0.15, 0.15, 0.7) if not spanish else (0, 0, 0, 0.1, 0.5)),
        letters=choose(rng, {"plain": 50, "hard": 27, "first": 8, "all": 28 if agent else 11}),
        alphabet=choose(rng, {"names": 3, "nato": 3 if agent else 1}),
        link=choose(rng, _LINKS[language]),
        dash=choose(
            rng,
            {"": 60, "dash": 25, "hyphen": 8, "minus": 1}
            if not spanish
            else {"": 65, "guion": 30, "menos": 2, "raya": 2},
        ),
        slips=rng.choice((0, 0.05, 0.12, 0.25)) * (0.5 if agent else 1),
        itn=choose(rng, {"joined": 26, "groups": 30, "dashed": 12, "digits": 20, "loose": 12}),
    )


def choose[T](rng: random.Random, weights: Mapping[T, float]) -> T:
    """One key, by weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def filler(rng: random.Random, language: str, joint: bool = False) -> str:
    """What people say while they look for the rest; `joint` where a list of groups goes on."""
    joints = _JOINTS[language] if joint else {}
    return choose(rng, _HESITATIONS[language] | joints)


def amid(
    heard: Sequence[str], spoken: Sequence[str], habits: Habits, rng: random.Random
) -> tuple[str, str]:
    """Parts of a value joined as transcribed and as spoken, now and then with a filler between."""
    if len(heard) != len(spoken) or len(heard) < 2 or rng.random() >= habits.slips * 1.5:
        return " ".join(heard), " ".join(spoken)
    word, at = filler(rng, habits.language), rng.randrange(1, len(heard))
    kept = [] if word in DROPPED and rng.random() < 0.5 else [word]
    return (
        " ".join([*heard[:at], *kept, *heard[at:]]),
        " ".join([*spoken[:at], word, *spoken[at:]]),
    )
