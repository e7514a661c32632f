"""Dates typed, transcribed and said, whole and in parts; Spanish ones are in `fechas`."""

import random
from datetime import date

from evals.bench.calls.speech import fechas
from evals.bench.calls.speech.habits import Habits, Said, amid, choose
from evals.bench.calls.speech.numbers import cardinal, digit, ordinal, suffixed, two, year

MONTHS = (
    "- January February March April May June July August September October November December"
).split()


def say(day: date, part: str, habits: Habits, rng: random.Random) -> Said:
    """A date or a part of it: `daymonth`, `monthyear`, `day`, `year` or the whole for ""."""
    if habits.language == "es":
        return fechas.say(day, part, habits, rng)
    match part:
        case "daymonth":
            return _day_month(day, rng)
        case "monthyear":
            return _month_year(day, habits, rng)
        case "day":
            low = suffixed(day.day)
            return Said(f"the {low}", f"the {low}", f"the {ordinal(day.day)}")
        case "year":
            return Said(*_year(day, habits, rng))
        case _:
            return _whole(day, habits, rng)


def _whole(day: date, habits: Habits, rng: random.Random) -> Said:
    written = _written(day, rng)
    shape = choose(rng, {"month first": 56, "numbers": 34, "day first": 10})
    if shape == "numbers":
        return Said(written, *_numbers(day, habits, rng))
    _, heard_year, said_year = _year(day, habits, rng)
    month = MONTHS[day.month].lower()
    if shape == "day first":
        link = " of" if rng.random() < 0.96 else ""
        the = "the " if link else ""
        heard_day = rng.choice((suffixed(day.day), suffixed(day.day), str(day.day)))
        heard = [f"{the}{heard_day}{link} {month}", heard_year]
        return Said(
            written,
            *amid(heard, [f"{the}{ordinal(day.day)}{link} {month}", said_year], habits, rng),
        )
    heard_day, said_day = _day(day.day, rng)
    comma = "," if rng.random() < 0.1 and heard_year == str(day.year) else ""
    link = "of " if rng.random() < 0.02 else ""
    heard = [month, heard_day + comma, link + heard_year]
    return Said(written, *amid(heard, [month, said_day, link + said_year], habits, rng))


def _written(day: date, rng: random.Random) -> str:
    shape = choose(rng, {"numbers": 55, "words": 38, "day first": 4, "iso": 3})
    if shape == "iso":
        return day.isoformat()
    month = MONTHS[day.month]
    if shape == "day first":
        return rng.choice(
            (f"{suffixed(day.day)} of {month} {day.year}", f"{day.day} {month[:3]} {day.year}")
        )
    short = f"{day.year % 100:02d}"
    if shape == "words":
        name = rng.choice((month, month, month[:3] + ("." if rng.random() < 0.3 else "")))
        name = "May" if name.startswith("May") else name
        number = suffixed(day.day) if rng.random() < 0.3 else str(day.day)
        years = f"'{short}" if rng.random() < 0.08 else str(day.year)
        return f"{name} {number}{',' if rng.random() < 0.7 else ''} {years}"
    mark = choose(rng, {"/": 74, "-": 18, ".": 4, " ": 4})
    fields = [f"{n:02d}" if rng.random() < 0.75 else str(n) for n in (day.month, day.day)]
    return mark.join([*fields, short if rng.random() < 0.22 else str(day.year)])


def _day(number: int, rng: random.Random) -> tuple[str, str]:
    """A day after its month, transcribed and said: "3rd", "third"; "3", "three"; "the third"."""
    if rng.random() < 0.18:
        return str(number), cardinal(number)
    if rng.random() < 0.1:
        return f"the {suffixed(number)}", f"the {ordinal(number)}"
    return rng.choice((suffixed(number), suffixed(number), str(number))), ordinal(number)


def _year(day: date, habits: Habits, rng: random.Random) -> tuple[str, str, str]:
    """The year as typed after a month, as transcribed and as spoken."""
    typed = str(day.year)
    if day.year < 2000:
        style = choose(rng, {"pairs": 73, "short": 24, "digits": 3})
    else:
        style = choose(rng, {"whole": 28, "plain": 26, "pairs": 18, "split": 14, "short": 14})
    short = f"{day.year % 100:02d}"
    if style == "short":
        said = two(short, "en", zero_of(habits))
        return (f"'{short}" if rng.random() < 0.1 else typed), rng.choice((short, typed)), said
    if style == "digits":
        return typed, typed, one_by_one(typed, habits)
    # "two thousand fourteen" is heard as much as "twenty fourteen"
    if style == "plain":
        return typed, typed, cardinal(day.year)
    return typed, typed, year(day.year, "en", style)


def _numbers(day: date, habits: Habits, rng: random.Random) -> tuple[str, str]:
    """Month, day and year as figures: "three three fifty two", "oh three oh three fifty two"."""
    padded = rng.random() < 0.4
    fields = [f"{n:02d}" if padded else str(n) for n in (day.month, day.day)]
    zero = zero_of(habits)
    words = [two(f, "en", zero) if len(f) == 2 else digit(f) for f in fields]
    short = f"{day.year % 100:02d}"
    kind = choose(rng, {"short": 46, "long": 42, "digits": 12})
    if kind == "short":
        last, said_year = short, two(short, "en", zero)
    elif kind == "long":
        last = str(day.year)
        said_year = year(
            day.year, "en", rng.choice(("whole", "pairs", "split")) if day.year >= 2000 else "pairs"
        )
    else:
        last = rng.choice((short, str(day.year)))
        said_year = one_by_one(last, habits)
        words = [one_by_one(f, habits) for f in fields]
    fields.append(last)
    words.append(said_year)
    if rng.random() < 0.06:
        mark = rng.choice(("slash", "dash"))
        heard = ("/" if mark == "slash" else "-") if rng.random() < 0.5 else f" {mark} "
        return heard.join(fields), f" {mark} ".join(words)
    itn, spoken = amid(fields, words, habits, rng)
    if itn != " ".join(fields):
        return itn, spoken
    mark = choose(rng, {"/": 46, " ": 26, "-": 10, "": 12 if padded else 0, "apart": 6})
    return (" ".join("".join(fields)) if mark == "apart" else mark.join(fields)), spoken


def zero_of(habits: Habits) -> str:
    """The word for 0 before a digit: years and months keep to one."""
    return "zero" if habits.zero == "zero" else "oh"


def one_by_one(digits: str, habits: Habits) -> str:
    """Digits each by itself."""
    return " ".join(digit(d, habits.language, zero_of(habits)) for d in digits)


def _day_month(day: date, rng: random.Random) -> Said:
    month = MONTHS[day.month]
    low = month.lower()
    shape = choose(rng, {"words": 78, "day first": 12, "numbers": 10})
    if shape == "numbers":
        heard = f"{day.month}{rng.choice('/ ')}{day.day}"
        return Said(f"{day.month}/{day.day}", heard, f"{cardinal(day.month)} {cardinal(day.day)}")
    if shape == "day first":
        number = suffixed(day.day)
        heard = f"the {number} of {low}"
        return Said(f"the {number} of {month}", heard, f"the {ordinal(day.day)} of {low}")
    heard, said = _day(day.day, rng)
    written = suffixed(day.day) if rng.random() < 0.6 else str(day.day)
    name = month if rng.random() < 0.85 else month[:3]
    return Said(f"{name} {written}", f"{low} {heard}", f"{low} {said}")


def _month_year(day: date, habits: Habits, rng: random.Random) -> Said:
    month = MONTHS[day.month]
    typed, heard, said = _year(day, habits, rng)
    link = rng.choice((" ", " ", " of "))
    written = f"{month}{link}{typed}" if rng.random() < 0.88 else f"{day.month:02d}/{day.year}"
    return Said(written, f"{month.lower()}{link}{heard}", f"{month.lower()}{link}{said}")
