"""E-mail addresses, user names, portals and addresses of machines typed, transcribed and said."""

import random
import re
from dataclasses import replace

from evals.bench.calls.speech.habits import Habits, Said, amid, choose
from evals.bench.calls.speech.letters import letter
from evals.bench.calls.speech.numbers import cardinal, digit, natural, two

_MARKS = {
    "en": {
        ".": ("dot",) * 24 + ("point", "period"),
        "_": ("underscore",) * 9 + ("under score",),
        "-": ("dash", "dash", "dash", "hyphen"),
        "/": ("slash", "slash", "forward slash"),
        "@": ("at",),
        ":": ("colon",),
        "?": ("question mark",),
        "=": ("equals",),
    },
    "es": {
        ".": ("punto",),
        "_": ("guion bajo", "guion bajo", "raya abajo"),
        "-": ("guion", "guion medio"),
        "/": ("diagonal", "barra", "slash"),
        "@": ("arroba",),
        ":": ("dos puntos",),
        "?": ("signo de pregunta",),
        "=": ("igual",),
    },
}
_SPELLED = frozenset("www https http aol msn att sbcglobal hca id pt ip".split())
_TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\w\s]|_")


_NOTES = {
    "en": ("all one word", "all lower case", "no spaces", "all together"),
    "es": ("todo junto", "todo en minúsculas", "sin espacios"),
}


def say(words: str, habits: Habits, rng: random.Random) -> Said:
    """An address whose words are told apart by spaces: "m lopez 19 @ gmail . com"."""
    marks = {mark: rng.choice(ways) for mark, ways in _MARKS[habits.language].items()}
    tokens = _TOKEN.findall(words)
    at = tokens.index("@") if "@" in tokens else len(tokens)
    # only what stands before the "at" is ever spelled, and hardly ever with words for letters
    spelled = rng.random() < 0.14 and sum(map(len, tokens[:at])) < 13 and "/" not in tokens
    careful = habits if rng.random() < 0.25 else replace(habits, letters="plain")
    heard: list[str] = []
    spoken: list[str] = []
    for index, token in enumerate(tokens):
        if token in marks:
            itn = said = marks[token]
        else:
            itn, said = _token(token, spelled and index < at, careful, habits, rng)
        heard.append(itn)
        spoken.append(said)
    if 0 < at < len(tokens) and rng.random() < habits.slips:
        note = rng.choice(_NOTES[habits.language])
        heard.insert(at, note)
        spoken.insert(at, note)
    loose, said = amid(heard, spoken, habits, rng)
    written = words.replace(" ", "")
    return Said(written, _transcribed(written, tokens, loose, rng), said)


def _token(
    token: str, spelled: bool, careful: Habits, habits: Habits, rng: random.Random
) -> tuple[str, str]:
    low = token.lower()
    if low.isdigit():
        return low, _figure(low, habits, rng)
    if low in _SPELLED:
        return low, " ".join("double u" if c == "w" and rng.random() < 0.3 else c for c in low)
    if len(low) == 1:
        return letter(low, habits, rng)
    if spelled:
        letters = [letter(c, careful, rng) for c in low]
        return " ".join(heard for heard, _ in letters), " ".join(said for _, said in letters)
    return low, low


def _figure(digits: str, habits: Habits, rng: random.Random) -> str:
    zero = "zero" if habits.zero == "zero" else "oh"
    if len(digits) <= 4 and rng.random() < 0.65:
        return natural(digits, habits.language, zero)
    return " ".join(digit(d, habits.language, zero) for d in digits)


def _transcribed(written: str, tokens: list[str], loose: str, rng: random.Random) -> str:
    """Formatted whole, half or not at all."""
    shape = choose(rng, {"whole": 38, "half": 24, "loose": 38})
    low = written.lower()
    if shape == "whole":
        return low
    if shape == "half" and "@" in tokens:
        local, _, domain = low.partition("@")
        at = " arroba " if " arroba " in f" {loose} " else " at "
        return f"{local}{at}{domain}".strip()
    return loose


def ip(address: str, habits: Habits, rng: random.Random) -> Said:
    """Four numbers: "one ninety two dot one sixty eight dot one dot twenty"."""
    dot = "punto" if habits.language == "es" else rng.choice(("dot", "dot", "point"))
    spoken: list[str] = []
    one_by_one = rng.random() < 0.4
    for part in address.split("."):
        if one_by_one:
            spoken.append(" ".join(digit(d, habits.language, "zero") for d in part))
        elif len(part) == 3 and not part.endswith("00"):
            spoken.append(f"{digit(part[0], habits.language)} {two(part[1:], habits.language)}")
        else:
            spoken.append(cardinal(int(part), habits.language))
    heard = choose(rng, {".": 60, f" {dot} ": 34, " ": 6})
    return Said(address, heard.join(address.split(".")), f" {dot} ".join(spoken))
