"""Addresses in real towns: house number, street, apartment, city, county, ZIP code."""

import random
from dataclasses import dataclass

from evals.bench.calls import lists, variety
from evals.bench.calls.codes import fill
from evals.bench.calls.speech.habits import choose

_STATES: dict[str, str] = {
    "AK": "Alaska",
    "AL": "Alabama",
    "AR": "Arkansas",
    "AZ": "Arizona",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DE": "Delaware",
    "FL": "Florida",
    "GA": "Georgia",
    "HI": "Hawaii",
    "IA": "Iowa",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "MA": "Massachusetts",
    "MD": "Maryland",
    "ME": "Maine",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MO": "Missouri",
    "MS": "Mississippi",
    "MT": "Montana",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "NE": "Nebraska",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NV": "Nevada",
    "NY": "New York",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VA": "Virginia",
    "VT": "Vermont",
    "WA": "Washington",
    "WI": "Wisconsin",
    "WV": "West Virginia",
    "WY": "Wyoming",
}
_LONG = {
    "St": "Street",
    "Ave": "Avenue",
    "Rd": "Road",
    "Dr": "Drive",
    "Ln": "Lane",
    "Ct": "Court",
    "Blvd": "Boulevard",
    "Pl": "Place",
    "Cir": "Circle",
    "Pkwy": "Parkway",
    "Hwy": "Highway",
    "Ter": "Terrace",
    "Trl": "Trail",
    "Grv": "Grove",
    "Cv": "Cove",
}


@dataclass(frozen=True)
class Place:
    """Where somebody lives; `line` is the whole address line, at times a box or a route."""

    number: str
    street: str
    unit: str
    line: str
    city: str
    county: str
    state: str
    zip: str
    area: str


def draw(rng: random.Random, split: str, plain: bool, unit: bool) -> Place:
    """A place; `plain` wants a house on a street, `unit` keeps the apartment out of the line."""
    city, county, state, prefix, area = rng.choice(lists.own("cities", split)).split("|")
    if split == "train" and rng.random() < 0.8:
        city = variety.city(rng)
    number = choose(
        rng,
        {
            fill("9##", rng): 34,
            fill("9###", rng): 42,
            fill("9####", rng): 14,
            fill("9#", rng): 8,
            fill("9", rng): 2,
        },
    )
    street = _street(rng, split)
    apartment = _unit(rng)
    line = f"{number} {street}"
    if not plain and rng.random() < 0.14:
        line = _elsewhere(rng)
    elif not unit and rng.random() < 0.25:
        line += rng.choice((" ", " ", ", ")) + apartment
    code = prefix + fill("##", rng) + (f"-{fill('9###', rng)}" if rng.random() < 0.08 else "")
    ending = {"LA": "Parish", "AK": "Borough"}.get(state, "County")
    return Place(
        number, street, apartment, line, city, f"{county} {ending}", _STATES[state], code, area
    )


def _street(rng: random.Random, split: str) -> str:
    if split == "train" and rng.random() < 0.15:
        return variety.way(rng)
    kind = choose(rng, {"name": 66, "number": 18, "highway": 8, "county": 4, "court": 4})
    way = rng.choice(("N", "S", "E", "W")) if rng.random() < 0.3 else ""
    if rng.random() < 0.35 and way:
        way = {"N": "North", "S": "South", "E": "East", "W": "West"}[way]
    if kind == "number":
        count = rng.randint(1, 99) if rng.random() < 0.85 else rng.randint(100, 199)
        name = f"{count}{_ending(count)} {_type(rng.choice(('St', 'Ave', 'St', 'Pl')), rng)}"
        if rng.random() < 0.15:
            return f"{name} {rng.choice(('NE', 'NW', 'SE', 'SW'))}"
    elif kind == "highway":
        return (
            rng.choice(("Highway", "US Highway", "State Route", "Hwy")) + f" {rng.randint(2, 399)}"
        )
    elif kind == "county":
        return rng.choice(("County Road", "CR", "FM")) + f" {rng.randint(11, 2999)}"
    else:
        base, kind_of_way = rng.choice(lists.own("streets", split)).split("|")
        if split == "train" and rng.random() < 0.75:
            base = variety.street(rng)
        name = f"{base} {_type(kind_of_way, rng)}".strip()
    return f"{way} {name}".strip()


def _ending(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _type(short: str, rng: random.Random) -> str:
    return _LONG.get(short, short) if rng.random() < 0.4 else short


def _unit(rng: random.Random) -> str:
    name = choose(
        rng, {"Apt": 40, "Apartment": 26, "Unit": 16, "#": 8, "Lot": 5, "Ste": 2, "Trailer": 2}
    )
    number = choose(
        rng,
        {
            fill("9", rng): 18,
            fill("9##", rng): 34,
            fill("9", rng) + rng.choice("ABCD"): 22,
            rng.choice("ABCDEF"): 16,
            fill("1#", rng): 10,
            rng.choice("ABCD") + fill("9", rng): 5,
        },
    )
    return f"{name}{'' if name == '#' else ' '}{number}"


def _elsewhere(rng: random.Random) -> str:
    """An address without street: a box, a rural route."""
    number = choose(rng, {fill("9##", rng): 40, fill("9###", rng): 40, fill("9#", rng): 20})
    box = rng.choice(("PO Box", "P.O. Box", "PO Box", "Box"))
    return rng.choice(
        (f"{box} {number}", f"{box} {number}", f"RR {rng.randint(1, 9)} Box {number}")
    )
