"""A slot of a call as one speaker says it."""

import random
from dataclasses import dataclass, field, replace

from evals.bench.calls.slots import DATES, PEOPLE, SPLITS
from evals.bench.calls.speech import codes, dates, names, online, phones, places
from evals.bench.calls.speech.habits import Habits, Said, draw
from evals.bench.calls.speech.numbers import cardinal
from evals.bench.calls.templates import Slot
from evals.bench.calls.values import Values

_PHONES = frozenset({"phone", "phone2", "fax"})


@dataclass
class Speaker:
    """Somebody in a call: their habits, and what they are in the middle of saying."""

    habits: Habits
    agent: bool
    rng: random.Random
    begun: dict[tuple[str, int], tuple[Said, ...]] = field(
        default_factory=dict[tuple[str, int], tuple[Said, ...]]
    )

    def mood(self) -> Habits:
        """The habits for one value: at times people do not do what they always do."""
        if self.rng.random() < 0.2:
            return draw(self.rng, self.habits.language, self.agent)
        return self.habits


def say(
    slot: Slot,
    values: Values,
    speaker: Speaker,
    before: str = "",
    after: str = "",
    misread: bool = False,
) -> Said:
    """One rendering; `before` and `after` are the plain text around the slot.

    A number `misread` is put right by its speaker in the same turn.
    """
    habits, rng, name, part = speaker.mood(), speaker.rng, slot.name, slot.part
    if name in PEOPLE:
        return names.say(values.people[name], part, habits, rng)
    if name in DATES:
        return dates.say(values.dates[name], part, habits, rng)
    if name == "username" and not part:
        return online.say(values.online[name], habits, rng)
    if name in values.numbers:
        return _number(slot, values, speaker, habits, misread)
    match name:
        case "age" | "age90":
            return Said(str(values.age), str(values.age), cardinal(values.age, habits.language))
        case "email" | "email2":
            return _email(values.online[name], part, habits, rng)
        case "url":
            return online.say(values.online[name], habits, rng)
        case "ip":
            return online.ip(values.online[name], habits, rng)
        case "address":
            place = values.place
            text = {"": place.line, "number": place.number, "street": place.street}[part]
            return places.say(text, habits, rng)
        case "unit":
            return places.say(values.place.unit, habits, rng)
        case "city":
            return places.name(values.place.city, rng)
        case "county":
            return _county(values.place.county, before, after, rng)
        case _:
            return places.name(values.plain[name], rng)


def _number(slot: Slot, values: Values, speaker: Speaker, habits: Habits, misread: bool) -> Said:
    rng, name = speaker.rng, slot.name
    number = values.wrong[name] if misread or slot.part == "wrong" else values.numbers[name]
    if slot.part in SPLITS:
        index, pieces = int(slot.part[0]), int(slot.part[-1])
        key = (name, pieces)
        if index == 1 or key not in speaker.begun:
            speaker.begun[key] = _pieces(name, values.numbers[name], habits, rng, pieces)
        if misread:
            return _misread(speaker.begun[key][index - 1], number, habits, rng)
        return speaker.begun[key][index - 1]
    if slot.part == "area":
        return codes.say(number[:3], habits, rng)[0]
    if slot.part in ("last4", "fix2"):
        characters = [c for c in number if c.isalnum()]
        return codes.say("".join(characters[-int(slot.part[-1]) :]), habits, rng)[0]
    if name in _PHONES:
        return phones.say(number, habits, rng)[0]
    said = codes.say(number, habits, rng)[0]
    return replace(said, written=_typed(number, rng))


def _pieces(
    name: str, number: str, habits: Habits, rng: random.Random, pieces: int
) -> tuple[Said, ...]:
    say_pieces = phones.say if name in _PHONES else codes.say
    return say_pieces(number, habits, rng, pieces)


def _misread(last: Said, wrong: str, habits: Habits, rng: random.Random) -> Said:
    """The last piece with the end of the wrong number."""
    characters = [c for c in wrong if c.isalnum()]
    count = sum(c.isalnum() for c in last.written)
    return codes.say("".join(characters[-count:]), habits, rng)[0]


def _typed(number: str, rng: random.Random) -> str:
    """A code as people type it: as printed, or without its dashes."""
    roll = rng.random()
    if roll < 0.2:
        return number.replace("-", "").replace(" ", "")
    if roll < 0.27:
        return number.replace("-", " ")
    return number.lower() if roll < 0.31 else number


def _email(words: str, part: str, habits: Habits, rng: random.Random) -> Said:
    local, domain = words.split(" @ ")
    if part == "local":
        return online.say(local, habits, rng)
    if part == "domain":
        return online.say(f"@ {domain}", habits, rng)
    return online.say(words, habits, rng)


def _county(county: str, before: str, after: str, rng: random.Random) -> Said:
    """With its "County" unless the text around says so already."""
    bare = county.rsplit(" ", 1)[0]
    if after.lower().startswith((" county", " parish")) or before.lower().endswith("condado de "):
        return places.name(bare, rng)
    return places.name(county, rng)
