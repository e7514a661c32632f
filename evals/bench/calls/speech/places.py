"""Street addresses, apartments and names of places typed, transcribed and said."""

import random
import re

from evals.bench.calls.speech.habits import Habits, Said, amid
from evals.bench.calls.speech.letters import letter
from evals.bench.calls.speech.numbers import cardinal, digit, natural, ordinal

_WORDS = {
    "n": "north",
    "s": "south",
    "e": "east",
    "w": "west",
    "ne": "northeast",
    "nw": "northwest",
    "se": "southeast",
    "sw": "southwest",
    "st": "street",
    "ave": "avenue",
    "blvd": "boulevard",
    "rd": "road",
    "dr": "drive",
    "ln": "lane",
    "ct": "court",
    "pl": "place",
    "cir": "circle",
    "pkwy": "parkway",
    "hwy": "highway",
    "ter": "terrace",
    "trl": "trail",
    "sq": "square",
    "apt": "apartment",
    "ste": "suite",
    "bldg": "building",
    "fl": "floor",
    "rr": "rural route",
    "ft": "fort",
    "mt": "mount",
    "cr": "county road",
    "sr": "state road",
    "fm": "f m",
    "us": "u s",
    "po": "p o",
    "mlk": "m l k",
    "#": "number",
}
_PALABRAS = {
    "apt": "apartamento",
    "apartment": "apartamento",
    "unit": "unidad",
    "lot": "lote",
    "ste": "suite",
    "#": "número",
}
_TOKEN = re.compile(r"#|\d+(?:st|nd|rd|th)\b|\d+|[^\W\d]+(?:'[^\W\d]+)*", re.I)


def say(address: str, habits: Habits, rng: random.Random) -> Said:
    """An address line, a street alone, a number alone or an apartment."""
    heard: list[str] = []
    spoken: list[str] = []
    tokens = _TOKEN.findall(address.replace("P.O.", "PO"))
    words = _WORDS | (_PALABRAS if habits.language == "es" else {})
    long = rng.random() < 0.7
    for index, token in enumerate(tokens):
        low = token.lower()
        if low.isdigit():
            itn, said = _number(low, index, habits, rng)
        elif low[0].isdigit():
            itn, said = low, ordinal(int(low[:-2]))
        elif low in words and not _saint(tokens, index):
            said = words[low]
            itn = said if (long and low not in ("us", "po")) or low == "#" else low
        elif low == "st":
            itn, said = rng.choice(("st", "saint")), "saint"
        elif len(low) == 1 and low.isalpha():
            itn, said = letter(low, habits, rng)
        else:
            itn = said = low
        heard.append(itn)
        spoken.append(said)
    itn, said = amid(heard, spoken, habits, rng)
    # "3b" is one word to a recognizer
    itn = re.sub(r"(?<= \d) (?=[a-z]\b)", "" if rng.random() < 0.7 else " ", itn)
    return Said(address, itn, said)


def _saint(tokens: list[str], index: int) -> bool:
    """Whether "St" stands before a name: "St Charles Ave"."""
    return (
        tokens[index].lower() == "st"
        and index + 1 < len(tokens)
        and tokens[index + 1].lower()
        not in ("apt", "unit", "ste", "#", "lot", "bldg", "n", "s", "e", "w")
    )


def _number(digits: str, index: int, habits: Habits, rng: random.Random) -> tuple[str, str]:
    zero = "zero" if habits.zero == "zero" else "oh"
    language = habits.language
    one_by_one = " ".join(digit(d, language, zero) for d in digits)
    if len(digits) == 1:
        return digits, digit(digits, language)
    roll = rng.random()
    if len(digits) <= 2 and roll < 0.95:
        return digits, cardinal(int(digits), language)
    if roll < 0.2 or digits[0] == "0":
        return (digits if rng.random() < 0.7 else " ".join(digits)), one_by_one
    if language == "es" and roll < 0.75:
        return digits, cardinal(int(digits), "es")
    if len(digits) == 3 and roll < 0.4:
        return digits, cardinal(int(digits), language, joined=rng.random() < 0.4)
    if len(digits) <= 4:
        return digits, natural(digits, language, zero)
    head, tail = digits[:-2], digits[-2:]
    parts = (head[: len(head) % 2 + 1], head[len(head) % 2 + 1 :], tail)
    said = " ".join(natural(p, language, zero) for p in parts if p)
    return digits, said


def name(text: str, rng: random.Random) -> Said:
    """A city, a county or an employer: hyphens fall, "St." is "saint"."""
    low = text.lower().replace("&", "and").replace("-", " ")
    low = re.sub(r"[.,]", "", low)
    spoken = re.sub(r"\bst\b", "saint", re.sub(r"\bft\b", "fort", re.sub(r"\bmt\b", "mount", low)))
    heard = spoken if rng.random() < 0.5 else low
    return Said(text, heard, re.sub(r"\d+", lambda m: natural(m[0]), spoken))
