"""Figures of plain text in words and as transcripts keep them: doses, pressures, prices, times."""

import re

from evals.bench.calls.speech import money
from evals.bench.calls.speech.numbers import cardinal, digit, natural, ordinal, shortened, year
from evals.bench.calls.speech.reading import UNITS, Reading

_ONE_BY_ONE = frozenset(("911", "988"))
_OVER = {"en": "over", "es": "sobre"}
_TO = {"en": "to", "es": "a"}
_POINT = {"en": "point", "es": "punto"}
_PERCENT = {"en": "percent", "es": "por ciento"}


def say(kind: str, text: str, reading: Reading, before_noun: bool = False) -> str:
    """A figure in words; `kind` is what it was recognized as."""
    language = reading.language
    match kind:
        case "money":
            return money.say(text, reading, before_noun)
        case "percent":
            return f"{_number(text.rstrip('% '), reading)} {_PERCENT[language]}"
        case "time" | "hour":
            return _time(text, reading)
        case "ratio":
            return _ratio(text, reading)
        case "height":
            feet, inches = re.findall(r"\d+", text)
            foot = reading.pick("", "foot ") if language == "en" else "pies "
            return f"{cardinal(int(feet), language)} {foot}{cardinal(int(inches), language)}"
        case "measure":
            return _measure(text, reading)
        case "range":
            low, high = re.split(r"\s?[-–]\s?", text)
            return f"{_number(low, reading)} {_TO[language]} {_number(high, reading)}"
        case "icd" | "mixed":
            return _mixed(text, reading)
        case "ordinal":
            return ordinal(int(re.sub(r"\D", "", text)), language)
        case "plural":
            return _plural(text, reading)
        case _:
            return _number(text, reading)


def transcribe(kind: str, text: str, reading: Reading) -> str:
    """A figure as a transcript with digits has it."""
    low = text.lower()
    if kind == "ratio" and not _is_half(text):
        return low.replace("/", f" {_OVER[reading.language]} ") if _is_pressure(text) else low
    if kind in ("time", "hour"):
        low = re.sub(r"\s?([ap])\.?m\.?", r" \1m", low)
        return low.replace(":00", "") if ":00 " in low else low
    if kind == "range":
        return re.sub(r"\s?[-–]\s?", f" {_TO[reading.language]} ", low)
    if kind == "number" and "," in low and reading.pick("", ",") == "":
        return low.replace(",", "")
    return low.replace("°", " ")


def agreeing(words: str, things: str) -> str:
    """A Spanish number as it stands before what is counted: "treinta y una libras"."""
    return re.sub(r"uno$", "una", words) if things.endswith("as") else shortened(words)


def _is_half(text: str) -> bool:
    return text in ("1/2", "1/4", "3/4", "1/3", "2/3")


def _is_pressure(text: str) -> bool:
    top, bottom = (int(n) for n in text.split("/"))
    return 60 <= top <= 260 and 30 <= bottom <= 160


def _number(text: str, reading: Reading) -> str:
    """A whole or decimal number as people say it on the telephone."""
    language = reading.language
    whole, _, decimals = text.replace(",", "").partition(".")
    grouped = "," in text
    if not decimals:
        return _whole(whole, grouped, reading)
    if decimals == "00":
        return _whole(whole, grouped, reading)
    head = _whole(whole, grouped, reading) if whole not in ("", "0") else ""
    # two decimals with a zero at the end are a price
    if len(decimals) == 2 and decimals[1] == "0" and head:
        return f"{head} {cardinal(int(decimals), language)}"
    said = " ".join(digit(d, language, "oh") for d in decimals)
    if len(decimals) == 2 and decimals[0] != "0":
        said = reading.pick(said, cardinal(int(decimals), language))
    if not head:
        head = digit("0", language) if language == "es" or reading.pick("", "0") else ""
    return f"{head} {_POINT[language]} {said}".strip()


def _whole(digits: str, grouped: bool, reading: Reading) -> str:
    language = reading.language
    value = int(digits)
    if digits in _ONE_BY_ONE:
        if language == "es":
            return natural(digits, "es", "cero")
        return " ".join(digit(d) for d in digits)
    if digits[0] == "0" and len(digits) > 1:
        return " ".join(digit(d, language, reading.pick("oh", "zero")) for d in digits)
    if language == "es":
        if len(digits) == 5 and not grouped and value % 100:
            return natural(digits[0], "es") + " " + natural(digits[1:], "es", "cero")
        return cardinal(value, "es")
    if len(digits) == 3 and value % 100:
        return reading.pick(
            natural(digits), natural(digits), cardinal(value), cardinal(value, joined=True)
        )
    if len(digits) == 4:
        if not grouped and 1900 <= value < 2100:
            return year(value)
        if value % 1000 and not value % 100:
            return reading.pick(natural(digits), cardinal(value))
        return cardinal(value) if grouped or not value % 1000 else natural(digits)
    if len(digits) == 5 and not grouped and value % 100:
        return reading.pick(
            " ".join(digit(d, "en", "zero") for d in digits),
            " ".join(natural(part, "en", "oh") for part in (digits[:1], digits[1:3], digits[3:])),
            " ".join(natural(part, "en", "oh") for part in (digits[:2], digits[2:4], digits[4:])),
        )
    return cardinal(value)


def _time(text: str, reading: Reading) -> str:
    language = reading.language
    clock = re.findall(r"\d+", text)
    half = re.search(r"([ap])\.?m", text.lower())
    hour = int(clock[0])
    words = cardinal(hour, language)
    if language == "es" and hour == 1:
        words = "una"
    if len(clock) > 1 and clock[1] != "00":
        minutes = int(clock[1])
        if language == "es":
            words += (
                " y media"
                if minutes == 30
                else f" {'y ' if minutes < 30 else ''}{cardinal(minutes, 'es')}"
            )
            words = words.replace("y quince", reading.pick("y cuarto", "y quince"))
        else:
            words += f" {natural(clock[1])}"
    elif not half and len(clock) > 1 and language == "en":
        words += reading.pick(" o'clock", "")
    return f"{words} {half[1]} m" if half else words


def _ratio(text: str, reading: Reading) -> str:
    language = reading.language
    halves = {
        "en": {
            "1/2": "half",
            "1/4": "quarter",
            "3/4": "three quarters",
            "1/3": "a third",
            "2/3": "two thirds",
        },
        "es": {
            "1/2": "media",
            "1/4": "un cuarto",
            "3/4": "tres cuartos",
            "1/3": "un tercio",
            "2/3": "dos tercios",
        },
    }
    if _is_half(text):
        return halves[language][text]
    top, bottom = text.split("/")
    words = [_whole(top, False, reading), _whole(bottom, False, reading)]
    if _is_pressure(text):
        return f" {_OVER[language]} ".join(words)
    if bottom == "10":
        return (" out of " if language == "en" else " de ").join(words)
    return " ".join(words)


def _measure(text: str, reading: Reading) -> str:
    number, unit = re.fullmatch(r"([\d.,]+)\s?(\D+)", text).groups()  # pyright: ignore[reportOptionalMemberAccess]
    one, many, uno, muchos = UNITS[unit]
    words = _number(number, reading)
    if reading.language == "es":
        words = agreeing(words, muchos)
        return f"{words} {uno if number == '1' else muchos}"
    return f"{words} {one if number == '1' else many}"


def _mixed(text: str, reading: Reading) -> str:
    """Letters and digits together: "J18.9", "A1c", "B12", "J1745", "401k", "30mg"."""
    language = reading.language
    words: list[str] = []
    head = True
    for part in re.findall(r"\d+|[^\W\d]+|\.", text.lower()):
        if part == ".":
            words.append(_POINT[language])
            head = False
        elif not part.isdigit():
            words.append(part)
        elif not head or (part[0] == "0" and len(part) > 1):
            words.append(" ".join(digit(d, language, "oh") for d in part))
        elif len(part) == 3 and language == "en":
            words.append(natural(part))
        else:
            words.append(_whole(part, False, reading))
    return " ".join(words)


def _plural(text: str, reading: Reading) -> str:
    words = _whole(re.sub(r"\D", "", text), False, reading)
    if reading.language == "es":
        return words
    if words.endswith("y"):
        return words[:-1] + "ies"
    return words + ("es" if words.endswith(("x", "s")) else "s")
