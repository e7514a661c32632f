"""People of many origins: names, nicknames, double surnames, names that are words."""

import random
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from evals.bench.calls import lists, variety

# origin: its share among English calls and among Spanish ones
_ORIGINS = {
    "en_US": (50, 8),
    "words": (13, 2),
    "es_MX": (11, 45),
    "es_CO": (4, 40),
    "vi_VN": (3, 0),
    "en_IN": (4, 0),
    "zh_CN": (3, 0),
    "yo_NG": (2, 0),
    "ig_NG": (1, 0),
    "pl_PL": (1.5, 0),
    "pt_BR": (1, 2),
    "fr_DZ": (1, 0),
    "it_IT": (1.5, 1),
    "en_KE": (1, 0),
    "ja_JP": (1, 0),
}
_WORLD = 10.0
_ATTRIBUTES = ("first_names_male", "first_names_female", "last_names")
_ROMAN = {
    "zh_CN": ("first_romanized_names", "first_romanized_names", "last_romanized_names"),
    "ja_JP": (
        "first_romanized_names_male",
        "first_romanized_names_female",
        "last_romanized_names",
    ),
    "pl_PL": ("first_names_male", "first_names_female", "male_last_names"),
}
_NICKNAMES = {
    "Robert": "Bob Bobby Rob",
    "William": "Bill Will Billy",
    "Richard": "Rick Dick Rich",
    "James": "Jim Jimmy Jamie",
    "John": "Jack Johnny",
    "Michael": "Mike Mikey",
    "Joseph": "Joe Joey",
    "Thomas": "Tom Tommy",
    "Charles": "Chuck Charlie",
    "Christopher": "Chris Kit",
    "Daniel": "Dan Danny",
    "Matthew": "Matt",
    "Anthony": "Tony",
    "Steven": "Steve",
    "Edward": "Ed Eddie Ted",
    "Ronald": "Ron Ronnie",
    "Kenneth": "Ken Kenny",
    "Timothy": "Tim",
    "Jeffrey": "Jeff",
    "Gregory": "Greg",
    "Benjamin": "Ben",
    "Samuel": "Sam",
    "Patrick": "Pat",
    "Alexander": "Alex",
    "Nicholas": "Nick",
    "Jonathan": "Jon",
    "Lawrence": "Larry",
    "Raymond": "Ray",
    "Gerald": "Jerry",
    "Leonard": "Lenny",
    "Zachary": "Zach",
    "Elizabeth": "Liz Beth Betty Lizzie",
    "Margaret": "Peggy Maggie Marge",
    "Katherine": "Kathy Kate Katie",
    "Catherine": "Cathy Cat",
    "Patricia": "Pat Patty Trish",
    "Jennifer": "Jen Jenny",
    "Barbara": "Barb",
    "Susan": "Sue Susie",
    "Deborah": "Deb Debbie",
    "Rebecca": "Becky Becca",
    "Victoria": "Vicky Tori",
    "Kimberly": "Kim",
    "Pamela": "Pam",
    "Jessica": "Jess",
    "Christina": "Chris Tina",
    "Theresa": "Terri",
    "Samantha": "Sam",
    "Alexandra": "Alex Sandy",
    "Francisco": "Paco Pancho",
    "José": "Pepe",
    "Ignacio": "Nacho",
    "Jesús": "Chuy",
    "Guadalupe": "Lupe",
    "Guillermo": "Memo",
    "Enrique": "Quique",
    "Eduardo": "Lalo",
    "Roberto": "Beto",
    "Alejandro": "Alex",
    "Dolores": "Lola",
    "Rosario": "Chayo",
    "Concepción": "Concha",
}


@dataclass(frozen=True)
class Person:
    """Somebody in a call; `nickname` is what the call uses for `first`, if anything."""

    first: str
    middle: str
    last: str
    female: bool
    nickname: str = ""
    suffix: str = ""

    @property
    def full(self) -> str:
        """The name on file."""
        return f"{self.first} {self.last}" + (f" {self.suffix}" if self.suffix else "")


@dataclass(frozen=True)
class _Names:
    male: tuple[str, ...]
    female: tuple[str, ...]
    last: tuple[str, ...]
    weights: tuple[tuple[float, ...], ...] = ()


def draw(
    rng: random.Random,
    split: str,
    language: str,
    female: bool | None = None,
    last: str | None = None,
) -> Person:
    """A person; `last` is the surname of a relative to share."""
    origin = _origin(rng, language)
    names = _names(origin, split)
    woman = rng.random() < 0.54 if female is None else female
    first = _pick(rng, names, 1 if woman else 0)
    middle = _pick(rng, names, 1 if woman else 0)
    if middle == first or rng.random() < 0.35:
        middle = rng.choice("ABCDEFGHJLMNPRSTW")
    surname = last or _surname(rng, names, origin, split)
    if split == "train" and rng.random() < 0.4:
        first = variety.first_name(rng, language)
        surname = last or variety.surname(rng, language)
    ascii_only = rng.random() < (0.75 if language == "en" else 0.2) or origin == "vi_VN"
    if ascii_only:
        first, middle, surname = (plain(text) for text in (first, middle, surname))
    nickname = ""
    if first in _NICKNAMES and rng.random() < 0.35:
        nickname = rng.choice(_NICKNAMES[first].split())
    suffix = rng.choice(("Jr.", "Sr.", "III")) if not woman and rng.random() < 0.03 else ""
    return Person(first, middle, surname, woman, nickname, suffix)


def plain(text: str) -> str:
    """Letters without accents."""
    text = text.replace("ł", "l").replace("Ł", "L").replace("đ", "d").replace("Đ", "D")
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _origin(rng: random.Random, language: str) -> str:
    column = 0 if language == "en" else 1
    weights = {name: share[column] for name, share in _ORIGINS.items()}
    if language == "en":
        rows = [row.split("|")[0] for row in lists.read("people_of_the_world")]
        weights |= dict.fromkeys(rows, _WORLD / len(rows))
    return rng.choices(list(weights), list(weights.values()))[0]


def _surname(rng: random.Random, names: _Names, origin: str, split: str) -> str:
    surname = _pick(rng, names, 2)
    roll = rng.random()
    if origin.startswith("es_") and roll < 0.3:
        other = _pick(rng, names, 2)
        return (
            surname
            if other == surname
            else rng.choice((f"{surname} {other}", f"{surname}-{other}"))
        )
    if roll < 0.06:
        return rng.choice(lists.own("surnames", split))
    if roll < 0.09 and " " not in surname and "-" not in surname:
        other = _pick(rng, _names("en_US", split), 2)
        return f"{surname}-{other}"
    return surname


def _pick(rng: random.Random, names: _Names, column: int) -> str:
    pool = (names.male, names.female, names.last)[column]
    return rng.choices(pool, names.weights[column] if names.weights else None)[0]


def every_name(split: str) -> frozenset[str]:
    """All names that a split may draw."""
    origins = [*_ORIGINS, *(row.split("|")[0] for row in lists.read("people_of_the_world"))]
    pools = [_names(origin, split) for origin in origins]
    return frozenset(name for p in pools for part in (p.male, p.female, p.last) for name in part)


@cache
def _names(origin: str, split: str) -> _Names:
    if origin == "words":
        return _Names(
            lists.own("first_male", split),
            lists.own("first_female", split),
            lists.own("surnames", split),
        )
    world = {row.split("|")[0]: row for row in lists.read("people_of_the_world")}
    if origin in world:
        pools = [lists.half(cell.split(), split) for cell in world[origin].split("|")[1:]]
        male, female, last = (tuple(pool) for pool in pools)
        return _Names(male, female, last)
    provider: Any = import_module(f"faker.providers.person.{origin}").Provider
    weighted = [
        _weighted(getattr(provider, attribute), split)
        for attribute in _ROMAN.get(origin, _ATTRIBUTES)
    ]
    male, female, last = (tuple(pool) for pool in weighted)
    return _Names(male, female, last, tuple(tuple(pool.values()) for pool in weighted))


def _weighted(names: Mapping[str, float] | Iterable[str], split: str) -> dict[str, float]:
    """The names of a split; roots of their frequencies, or the commonest would be all there is."""
    given = dict(names) if isinstance(names, Mapping) else dict.fromkeys(names, 1.0)
    weights = {" ".join(name.replace("’", "'").split()): weight for name, weight in given.items()}
    return {name: weights[name] ** 0.5 for name in lists.half(list(weights), split)}
