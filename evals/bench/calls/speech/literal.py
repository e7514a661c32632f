"""The plain text between slots: as typed, in lower case with digits, and with number words."""

import random
import re

from evals.bench.calls.speech import figures
from evals.bench.calls.speech.reading import UNITS, Reading

_ABBREVIATIONS = {
    "en": {
        "dr.": "doctor",
        "mr.": "mister",
        "mrs.": "mrs",
        "vs.": "versus",
        "etc.": "et cetera",
        "a.m.": "a m",
        "p.m.": "p m",
        "e-mail": "email",
        "w/": "with",
        "&": "and",
        "+": "plus",
        "=": "equals",
        "#": "number",
        "@": "at",
        "°": "degrees",
        "%": "percent",
    },
    "es": {
        "dr.": "doctor",
        "dra.": "doctora",
        "sr.": "señor",
        "sra.": "señora",
        "srta.": "señorita",
        "ud.": "usted",
        "uds.": "ustedes",
        "etc.": "etcétera",
        "a.m.": "a m",
        "p.m.": "p m",
        "&": "y",
        "+": "más",
        "=": "igual a",
        "#": "número",
        "@": "arroba",
        "°": "grados",
        "%": "por ciento",
    },
}
_ABBREVIATION = {
    language: re.compile(
        "|".join(
            (rf"(?<!\w){re.escape(word)}" if word[0].isalpha() else re.escape(word))
            for word in sorted(words, key=len, reverse=True)
        ),
        re.IGNORECASE,
    )
    for language, words in _ABBREVIATIONS.items()
}
_UNIT = r"(?:" + "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True)) + r")"
_FIGURE = re.compile(
    rf"""
      (?P<money>\$\s?(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d\d)?(?:[kK]\b)?)
    | (?P<percent>\d+(?:\.\d+)?\s?%)
    | (?P<time>\b\d{{1,2}}:\d\d(?:\s?[ap]\.?m\b\.?)?)
    | (?P<hour>\b\d{{1,2}}\s?[ap]\.?m\b\.?)
    | (?P<ratio>\b\d+/\d+\b)
    | (?P<height>\b\d'\d{{1,2}}\b"?)
    | (?P<measure>(?<![\w.])(?:(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?|\.\d+)\s?{_UNIT}(?![\w]))
    | (?P<range>(?<![\w.])\d+(?:\.\d+)?\s?[-–]\s?\d+(?:\.\d+)?(?![\w]))
    | (?P<icd>\b[A-Z]\d[\dA-Z]\.\d[\dA-Z]*)
    | (?P<ordinal>\b\d+(?:st|nd|rd|th)\b)
    | (?P<plural>(?<![\w.])\d+s\b)
    | (?P<number>(?<![\w.,])(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?(?![\w])|(?<![\w.])\.\d+)
    | (?P<mixed>\b(?=\w*\d)\w+\b)
    """,
    re.VERBOSE,
)
# what a price stands before: "a $40 copay"
_NOUN = re.compile(
    r" (?:co-?pay|no.show|fee|deductible|bill|charge|payment|balance|credit|gift|limit|fine|deposit)\b"
)
# what is counted in Spanish: "31 libras"
_THINGS = re.compile(r" (\w+s)\b")
# marks inside figures that transcripts keep, out of the way of the clearing of punctuation
_KEPT = str.maketrans("$%.:/,-", "\ue000\ue001\ue002\ue003\ue004\ue005\ue006")
_BACK = str.maketrans("\ue000\ue001\ue002\ue003\ue004\ue005\ue006", "$%.:/,-")
_APOSTROPHES = str.maketrans("’‘", "''")


def literal(text: str, style: str, language: str = "en", rng: random.Random | None = None) -> str:
    """The text in one style; without `rng` the commonest wording of every figure."""
    if style == "written":
        return text
    text = text.translate(_APOSTROPHES)
    reading = Reading(language, rng)
    spoken = style == "spoken"
    text = _FIGURE.sub(lambda found: _figure(found, spoken, reading), text)
    text = _ABBREVIATION[language].sub(lambda found: _abbreviation(found[0], spoken, reading), text)
    low = re.sub(r"(?<!\w)'|[^\w'\ue000-\ue006\s]|_", " ", text.lower())
    return " ".join(low.split()).translate(_BACK)


def _figure(found: re.Match[str], spoken: bool, reading: Reading) -> str:
    kind, text = found.lastgroup or "", found[0]
    if spoken:
        noun = _NOUN.match(found.string, found.end()) is not None
        words = figures.say(kind, text, reading, noun)
        if reading.language == "es" and (thing := _THINGS.match(found.string, found.end())):
            words = figures.agreeing(words, thing[1])
    else:
        words = figures.transcribe(kind, text, reading).translate(_KEPT)
    # "21's the cutoff" stays one word
    return f" {words}" if found.string[found.end() :].startswith("'") else f" {words} "


def _abbreviation(text: str, spoken: bool, reading: Reading) -> str:
    low = text.lower()
    full = _ABBREVIATIONS[reading.language][low]
    if not spoken and low[:2] in ("dr", "mr", "sr"):
        return reading.pick(full, low.removesuffix("."))
    if low == "mrs." and spoken:
        return reading.pick(full, full, full, "missus")
    return f" {full} " if not text[0].isalpha() else full
