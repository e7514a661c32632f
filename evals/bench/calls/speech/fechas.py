"""Spanish dates typed, transcribed and said."""

import random
from datetime import date

from evals.bench.calls.speech.habits import Habits, Said, amid, choose
from evals.bench.calls.speech.numbers import cardinal, digit, two, year

_MESES = (
    "- enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
).split()


def say(day: date, part: str, habits: Habits, rng: random.Random) -> Said:
    """A date or a part of it: `daymonth`, `monthyear`, `day`, `year` or the whole for ""."""
    mes = _MESES[day.month]
    number = str(day.day)
    match part:
        case "daymonth":
            if rng.random() < 0.1:
                return Said(f"{number} de {mes}", f"{mes} {number}", f"{mes} {_dia(day.day, rng)}")
            heard = f"{number} de {mes}"
            return Said(heard, heard, f"{_dia(day.day, rng)} de {mes}")
        case "monthyear":
            link = rng.choice(("de", "del"))
            heard = f"{mes} {link} {day.year}"
            return Said(heard, heard, f"{mes} {link} {year(day.year, 'es')}")
        case "day":
            return Said(f"el {number}", f"el {number}", f"el {_dia(day.day, rng)}")
        case "year":
            heard, said = _ano(day.year, rng)
            return Said(str(day.year), heard, said)
        case _:
            return _entera(day, habits, rng)


def _entera(day: date, habits: Habits, rng: random.Random) -> Said:
    """A whole date, day before month but for those long in the States."""
    american = rng.random() < 0.45
    pair = (day.month, day.day) if american else (day.day, day.month)
    mes = _MESES[day.month]
    heard_year, said_year = _ano(day.year, rng)
    short = len(heard_year) == 2 or not said_year.startswith(("mil", "dos mil"))
    link = "del" if short else choose(rng, {"de": 70, "del": 30})
    written = f"{day.day} de {mes} {link} {day.year}"
    if rng.random() < 0.4:
        years = str(day.year) if rng.random() < 0.75 else f"{day.year % 100:02d}"
        written = rng.choice("//-").join((f"{pair[0]:02d}", f"{pair[1]:02d}", years))
    shape = choose(rng, {"words": 70, "numbers": 22, "month first": 8})
    if shape == "numbers":
        return Said(written, *_numeros(pair, day.year, habits, rng))
    if shape == "month first":
        heard = [f"{mes} {day.day}", f"{link} {heard_year}"]
        spoken = [f"{mes} {_dia(day.day, rng)}", f"{link} {said_year}"]
    else:
        el = "el " if rng.random() < 0.4 else ""
        heard = [f"{el}{day.day} de {mes}", f"{link} {heard_year}"]
        spoken = [f"{el}{_dia(day.day, rng)} de {mes}", f"{link} {said_year}"]
    return Said(written, *amid(heard, spoken, habits, rng))


def _ano(number: int, rng: random.Random) -> tuple[str, str]:
    short = f"{number % 100:02d}"
    if rng.random() < 0.24:
        return rng.choice((short, str(number))), two(short, "es", "cero")
    return str(number), year(number, "es")


def _dia(number: int, rng: random.Random) -> str:
    return "primero" if number == 1 and rng.random() < 0.85 else cardinal(number, "es")


def _numeros(
    pair: tuple[int, int], number: int, habits: Habits, rng: random.Random
) -> tuple[str, str]:
    padded = rng.random() < 0.4
    fields = [f"{n:02d}" if padded else str(n) for n in pair]
    words = [two(f, "es", "cero") if len(f) == 2 else digit(f, "es") for f in fields]
    heard_year, said_year = _ano(number, rng)
    itn, spoken = amid([*fields, heard_year], [*words, said_year], habits, rng)
    if itn == " ".join([*fields, heard_year]):
        itn = rng.choice("///  -").join([*fields, heard_year])
    return itn, spoken
