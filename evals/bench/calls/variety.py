"""Values for training beyond the short lists: so that a tagger learns where one is said, not which.

Names of the census, towns of a gazetteer, many streets and workplaces, and invented ones. Whatever
the `test` split may draw is left out, so that its values stay unheard.
"""

import random
from collections.abc import Sequence
from functools import cache
from string import capwords

from evals.bench.calls import lists
from guardrails.phi import vocabulary
from guardrails.phi.lexicon import lexicon

_BEFORE = ("North", "South", "East", "West", "New", "Lake", "Port", "Fort", "Mount", "San", "Santa")
_BEHIND = ("town", "ton", "land", "ville", "berg", "burgh", "borough", "bury", "view", "port",
           "mouth", "stad", "furt", "chester", "fort", "haven", "side", "shire", "field", "wood")  # fmt: skip
_WAYS = ("Forge", "Locks", "Mountain", "Well", "Key", "Neck", "Row", "Parks", "Camp", "Radial",
         "Fields", "Cliffs", "Groves", "Alley", "Summit", "Forest", "Valleys", "Shoal", "Knoll",
         "Mews", "Point", "Isle", "Crossing", "Springs", "Track", "Union", "Meadows")  # fmt: skip
_TRADES = (
    "Plumbing,Trucking,Logistics,Landscaping,Roofing,Electric,Motors,Auto Body,Farms,Dairy,Bakery,"
    "Diner,Construction,Builders,Lumber,Steel,Foods,Packing,Printing,Staffing,Security,Cleaning,"
    "Industries,Manufacturing,Plastics,Machine,Tool and Die,Freight,Transport,Hauling,Insurance,"
    "Realty,Law,Accounting,Dental,Salon,Daycare,Academy,Nursery,Hardware,Furniture,Market,Grocery,"
    "Brewing,Poultry,Orchards,Seafood,Concrete,Paving,Heating and Air,Solutions,Systems,Partners,"
    "Holdings,Group,Enterprises,Supply,Express,Lines,Energy,Mining,Paper,Textiles,Chevrolet,Ford"
).split(",")
_BODIES = (
    "School District,Public Schools,Unified,Elementary,High School,Middle School,Police Department,"
    "Fire Department,Sheriff's Office,Public Works,Transit,Water Authority,Housing Authority,"
    "Community College,University,State,Memorial Hospital,General,Correctional,Parks Department,"
    "Baptist Church,Lutheran,Senior Center,Library,Airport,Mills,Casino,Country Club,Chamber"
).split(",")
_FEATURES = (
    "Blue Ridge,Silver Lake,Red Oak,Golden Gate,Black Bear,Three Rivers,Summit,Pinnacle,Liberty,"
    "Heritage,Patriot,Pioneer,Frontier,Evergreen,Sunrise,Cornerstone,Keystone,Bluebonnet,Magnolia,"
    "Coastal,Delta,Prairie,High Plains,Great Lakes,Big Sky,Iron Horse,Copper Canyon,Eagle,Falcon,"
    "Lone Star,Palmetto,Peach State,Buckeye,Hoosier,Sierra,Cascade,Ozark,Tidewater,Piedmont,Apex,"
    "Premier,Allied,United,National,American,Midwest,Southern,Northern,Pacific,Atlantic,Central"
).split(",")
_PRACTICES = (
    "Family Medicine,Cardiology,Health Center,Pediatrics,Medical Group,Internal Medicine,Clinic,"
    "Orthopedics,Health,Primary Care,Women's Health,Oncology,Eye Care,Urgent Care,Health System,"
    "Care Partners,Physicians,Wellness,Neurology,Dermatology,Home Health,Rehab,Hospice,Imaging"
).split(",")


_OFICIOS = (
    "Taquería,Carnicería,Panadería,Construcciones,Transportes,Limpieza,Jardinería,Mudanzas,Pinturas,"
    "Tortillería,Lavandería,Llantera,Taller,Abarrotes,Empacadora,Maquiladora,Rancho,Viveros,Pollería,"
    "Costuras,Muebles,Restaurante,Mercado,Servicios,Techos,Guardería,Escuela,Iglesia,Colegio,Hotel"
).split(",")
_NOMBRES = (
    "La Esperanza,El Sol,Los Altos,San Marcos,Santa Fe,La Paloma,Del Valle,El Paisano,La Michoacana,"
    "Dos Hermanos,El Águila,La Frontera,Río Grande,Las Palmas,El Norte,La Perla,Tres Reyes,La Luz,"
    "El Milagro,Monte Alto,La Cosecha,El Roble,Buena Vista,La Estrella,Los Pinos,El Dorado"
).split(",")


def first_name(rng: random.Random, language: str = "en") -> str:
    """A first name that the census knows; for Spanish calls one that Spanish says oftener."""
    if language == "es":
        return rng.choice(_hispanic(0))
    return rng.choice(_census(0, common=rng.random() < 0.7))


def surname(rng: random.Random, language: str = "en") -> str:
    """A surname that the census knows, now and then one that is an everyday word."""
    if language == "es":
        return rng.choice(_hispanic(1))
    if rng.random() < 0.06:
        return rng.choice(_words())
    return rng.choice(_census(1, common=rng.random() < 0.7))


def city(rng: random.Random) -> str:
    """A town of the gazetteer, or one that is on no map."""
    return rng.choice(_towns()) if rng.random() < 0.6 else _unheard(rng)


def street(rng: random.Random) -> str:
    """The name of a street without its type."""
    return surname(rng) if rng.random() < 0.25 else rng.choice(lists.read("streets_more"))


def way(rng: random.Random) -> str:
    """A street of an unusual kind."""
    return f"{surname(rng)} {rng.choice(_WAYS)}"


def handle(rng: random.Random) -> str:
    """What people call themselves online, in words and marks apart."""
    found = rng.choice(lists.read("handles"))
    return " ".join(found.replace(".", " . ").replace("-", " - ").replace("_", " _ ").split())


def workplace(rng: random.Random, language: str = "en") -> str:
    """A workplace: a known one or an invented one."""
    if language == "es" and rng.random() < 0.4:
        name = surname(rng, "es") if rng.random() < 0.5 else rng.choice(_NOMBRES)
        return f"{rng.choice(_OFICIOS)} {name}"
    if rng.random() < 0.45:
        return rng.choice(_workplaces())
    last, trade = surname(rng), rng.choice(_TRADES)
    return rng.choice(
        (
            f"{last} {trade}",
            f"{last} and Sons",
            f"{last} Brothers {trade}",
            f"{last} & {surname(rng)}",
            f"{rng.choice(_FEATURES)} {trade}",
            f"{rng.choice(_FEATURES)} {trade}",
            f"{city(rng)} {rng.choice(_BODIES)}",
            f"{city(rng)} {rng.choice(_BODIES)}",
            f"{first_name(rng)}'s {trade}",
            f"{_coined(rng)}",
            f"{_coined(rng)} {trade}",
            f"{''.join(rng.choice('ABCDEFGHJKLMNPRSTVW') for _ in range(rng.choice((2, 3, 3))))} {trade}",
        )
    )


def practice(rng: random.Random) -> str:
    """A clinic, of the kind that the call itself is with."""
    name = rng.choice((rng.choice(_FEATURES), city(rng), rng.choice(_FEATURES)))
    return f"{name} {rng.choice(_PRACTICES)}"


def _coined(rng: random.Random) -> str:
    return (rng.choice("Ve Tra Lo Ne Syn Ar Qua Zen Mer Cor Al In".split())
            + rng.choice("ri va ti no ma do lu xa be so".split())
            + rng.choice("on ix ex ia ent us tech corp gen is um a".split()))  # fmt: skip


def _unheard(rng: random.Random) -> str:
    name = surname(rng) if rng.random() < 0.6 else first_name(rng)
    if rng.random() < 0.25:
        return f"{rng.choice(_BEFORE)} {name}"
    town = name + rng.choice(_BEHIND)
    return f"{rng.choice(_BEFORE)} {town}" if rng.random() < 0.25 else town


@cache
def _census(column: int, *, common: bool) -> Sequence[str]:
    """Common names, or those of a few people; `column` 0: first names, 1: surnames."""
    ranks = (2, 3) if common else (1,)
    kept = [n for n, found in lexicon().ranks.items() if found[column] in ranks and len(n) > 2]
    return tuple(capwords(name) for name in sorted(kept) if name not in _unheard_in_test())


@cache
def _hispanic(column: int) -> Sequence[str]:
    """Names of the census that are met more in Spanish than in English."""
    from wordfreq import zipf_frequency

    return tuple(
        name
        for common in (True, False)
        for name in _census(column, common=common)
        if zipf_frequency(name, "es") > max(2.4, zipf_frequency(name, "en") + 0.1)
    )


@cache
def _words() -> Sequence[str]:
    """Surnames that are everyday words."""
    from wordfreq import zipf_frequency

    known = lexicon()
    return tuple(
        name
        for name in _census(1, common=True)
        if name.lower() in known.ordinary and zipf_frequency(name, "en") > 3.3
    )


@cache
def _towns() -> Sequence[str]:
    theirs = {row.split("|")[0].lower() for row in lists.own("cities", "test")}
    return tuple(capwords(name) for name in sorted(vocabulary.cities() - theirs))


@cache
def _workplaces() -> Sequence[str]:
    theirs = {name.lower() for name in lists.own("employers", "test")}
    return tuple(name for name in lists.read("employers_more") if name.lower() not in theirs)


@cache
def _unheard_in_test() -> frozenset[str]:
    from evals.bench.calls.people import every_name

    return frozenset(name.lower() for name in every_name("test"))
