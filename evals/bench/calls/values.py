"""The values of one call: everybody named, where the patient lives, every number asked for."""

import random
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from evals.bench.calls import codes, issued, kin, lists, online, people, places, variety
from evals.bench.calls.people import Person
from evals.bench.calls.places import Place
from evals.bench.calls.slots import CODES, PEOPLE
from evals.bench.calls.templates import Template

_CHILD = re.compile(
    r"\b(my baby|pediatric|kindergarten|daycare|diapers?|toddler|infant|la nena|la niña|el niño|el bebé|pañal)",
    re.IGNORECASE,
)
_DAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday",
    "es": "lunes martes miércoles jueves viernes",
}
_TOLL_FREE = ("800", "888", "877", "866", "855", "844", "833")


@dataclass(frozen=True)
class Values:
    """What the slots of a call stand for; codes as they are on paper."""

    people: dict[str, Person]
    place: Place
    dates: dict[str, date]
    age: int
    numbers: dict[str, str]
    wrong: dict[str, str]
    online: dict[str, str]
    plain: dict[str, str]
    """What names nobody: clinic, plan, pharmacy, state, day of the week; and the employer."""


def draw(template: Template, split: str, rng: random.Random) -> Values:
    """One consistent set of values."""
    slots = template.slots()
    names = {slot.name for slot in slots}
    persons = _people(template, split, rng)
    address_parts = {slot.part for slot in slots if slot.name == "address"}
    place = places.draw(rng, split, bool(address_parts - {""}) or "unit" in names, "unit" in names)
    today = date(2025, 1, 6) + timedelta(days=rng.randint(0, 540))
    age = _age(template, "age90" in names, rng)
    born = today - timedelta(days=age * 365 + age // 4 + rng.randint(3, 350))
    user = online.local(persons["patient"], born.year, rng)
    if split == "train" and rng.random() < 0.2:
        user = online.numbered(variety.handle(rng), rng)
    numbers = _numbers(place, persons["doctor"], user.replace(" ", ""), rng)
    return Values(
        people=persons,
        place=place,
        dates={"dob": born, **_dates(today, rng)},
        age=age,
        numbers=numbers,
        wrong={name: codes.wrong(number, rng) for name, number in numbers.items()},
        online={
            "email": _email(persons["patient"], born.year, split, rng),
            "email2": online.email(persons["relative"], born.year - 25, rng),
            "username": user,
            "url": online.url(rng),
            "ip": online.ip(rng),
        },
        plain={
            "clinic": variety.practice(rng)
            if split == "train" and rng.random() < 0.5
            else rng.choice(lists.read("clinics")),
            "health_plan": rng.choice(lists.read("health_plans")),
            "pharmacy": rng.choice(lists.read("pharmacies")),
            "state": place.state,
            "weekday": rng.choice(_DAYS[template.language].split()),
            "employer": variety.workplace(rng, template.language)
            if split == "train" and rng.random() < 0.9
            else rng.choice(lists.own("employers", split)),
        },
    )


def _email(person: Person, born: int, split: str, rng: random.Random) -> str:
    found = online.email(person, born, rng)
    if split == "train" and rng.random() < 0.2:
        found = f"{online.numbered(variety.handle(rng), rng)} @ {found.split(' @ ')[1]}"
    return found


def on_file(values: Values) -> dict[str, str]:
    """What a record of the patient would hold before the call."""
    return {
        "name": values.people["patient"].full,
        "date_of_birth": values.dates["dob"].isoformat(),
        "phone": values.numbers["phone"],
        "email": values.online["email"].replace(" ", ""),
        "address": values.place.line,
        "zip": values.numbers["zip"],
        "member_id": values.numbers["member_id"],
        "mrn": values.numbers["mrn"],
    }


def _people(template: Template, split: str, rng: random.Random) -> dict[str, Person]:
    persons: dict[str, Person] = {}
    middles = {slot.name for slot in template.slots() if slot.part == "middle"}
    taken: set[str] = set()
    for role in PEOPLE:
        shared = None
        if role in ("relative", "relative2", "caller") and rng.random() < 0.5:
            shared = persons["patient"].last
        female = kin.female(template, role)
        if role == "nurse" and female is None:
            female = rng.random() < 0.85
        person = people.draw(rng, split, template.language, female, shared)
        while person.first in taken:
            person = people.draw(rng, split, template.language, female, shared)
        if len(person.middle) == 1 and role in middles:
            person = replace(person, middle=people.draw(rng, split, "en", person.female).first)
        persons[role] = person
        taken.add(person.first)
    return persons


def _age(template: Template, old: bool, rng: random.Random) -> int:
    if old:
        return rng.randint(90, 101)
    if _CHILD.search(template.text):
        return rng.randint(1, 9)
    return min(89, max(18, round(rng.gauss(58, 18))))


def _dates(today: date, rng: random.Random) -> dict[str, date]:
    """Dates of visits and shipments, most of this year, some from long ago or to come."""
    spans = ((-700, -5), (-60, 60), (-90, -2), (1, 60))
    return {
        f"date{i}": today + timedelta(days=rng.randint(*rng.choice((spans[i - 1], spans[1]))))
        for i in range(1, 5)
    }


def _numbers(place: Place, doctor: Person, user: str, rng: random.Random) -> dict[str, str]:
    own = {
        "phone": _phone(place.area, rng),
        "phone2": _phone(place.area if rng.random() < 0.6 else None, rng),
        "fax": _phone(place.area if rng.random() < 0.6 else rng.choice(_TOLL_FREE), rng),
        "zip": place.zip,
        "ssn": issued.ssn(rng),
        "mbi": issued.mbi(rng),
        "dea": issued.dea(rng, people.plain(doctor.last)),
        "npi": issued.npi(rng),
        "vin": issued.vin(rng),
        "card": issued.card(rng),
        "username": user,
    }
    rest = (kind for kind in CODES if kind not in own)
    return own | {kind: codes.draw(kind, rng) for kind in rest}


def _phone(area: str | None, rng: random.Random) -> str:
    if area is None:
        area = rng.choice(lists.read("cities")).rsplit("|", 1)[1]
    exchange = rng.choice([n for n in range(200, 1000) if n % 100 != 11])
    return f"{area}-{exchange}-{rng.randint(0, 9999):04d}"
