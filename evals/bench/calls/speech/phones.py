"""Telephone numbers typed, transcribed and said."""

import random
from dataclasses import replace

from evals.bench.calls.speech.codes import say_groups
from evals.bench.calls.speech.groups import Group
from evals.bench.calls.speech.habits import Habits, Said, choose


def say(number: str, habits: Habits, rng: random.Random, pieces: int = 1) -> tuple[Said, ...]:
    """Ten digits, "415-555-0134", whole or split over turns."""
    area, exchange, line = number.split("-")
    mark = choose(rng, {"-": 70, " ": 12, ".": 12, "": 6})
    parts = [Group("", area), Group("-", exchange), Group("-", line)]
    # people who say digits one by one still run "eight hundred" together
    if habits.runs == "single" and rng.random() < 0.12:
        habits = replace(habits, runs="mixed")
    # the dash of a telephone number is hardly ever said
    habits = replace(habits, dash=habits.dash if rng.random() < 0.12 else "")
    if pieces > 1:
        return say_groups(parts, habits, rng, pieces)
    (said,) = say_groups(parts, habits, rng)
    written = (
        f"({area}) {exchange}-{line}" if rng.random() < 0.3 else mark.join((area, exchange, line))
    )
    if rng.random() >= 0.04:
        return (Said(written, said.itn, said.spoken),)
    one = "uno" if habits.language == "es" else "one"
    country = rng.choice(("1-", "+1 ", "1 "))
    return (Said(country + written, f"1 {said.itn}", f"{one} {said.spoken}"),)
