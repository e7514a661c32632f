"""E-mail addresses, user names, portals: as words apart, so that they can be said."""

import random

from evals.bench.calls.codes import fill
from evals.bench.calls.people import Person, plain
from evals.bench.calls.speech.habits import choose

_DOMAINS = {
    "gmail . com": 42,
    "yahoo . com": 15,
    "hotmail . com": 9,
    "outlook . com": 6,
    "aol . com": 6,
    "icloud . com": 6,
    "comcast . net": 3,
    "att . net": 2,
    "verizon . net": 1.5,
    "sbcglobal . net": 1.5,
    "msn . com": 2,
    "live . com": 1.5,
    "me . com": 1,
    "protonmail . com": 1,
    "bellsouth . net": 1,
    "cox . net": 1,
    "ymail . com": 0.7,
    "charter . net": 0.7,
}
_THINGS = (
    "sunny day,blue bird,grandma of 3,big fish,harley rider,cat lady,lucky dog,go bucks,soccer mom,"
    "the real,night owl,sweet pea,rock n roll,gator fan,quilt maker,old school,top cat,mama bear,"
    "tar heel,desert rose,love my dogs,iron man,bass hunter,music lover,happy camper,coffee first,"
    "star gazer,farm girl,dad of 4,jersey girl,texas made,moon child,truck driver,book worm"
).split(",")
_FIRMS = (
    "lakeside med,north gate peds,cedar valley clinic,harbor view,summit care,river bend health,"
    "blue horizon,keystone health,pioneer plan,heartland,clear path,good neighbor"
).split(",")


def email(person: Person, born: int, rng: random.Random) -> str:
    """An address in words: "m lopez 19 @ gmail . com"."""
    domain = choose(rng, _DOMAINS)
    if rng.random() < 0.06:
        domain = f"{_word(person.last)} {rng.choice(('plumbing', 'family', 'law', 'farms'))} . com"
    return f"{local(person, born, rng)} @ {domain}"


def local(person: Person, born: int, rng: random.Random) -> str:
    """What stands before the @ and what makes a user name."""
    first, last = _word(person.first), _word(person.last)
    nick = _word(person.nickname or person.first)
    mark = choose(rng, {" . ": 46, " _ ": 30, " - ": 12, " ": 12})
    number = choose(
        rng,
        {
            f"{born % 100:02d}": 34,
            str(born): 16,
            fill("9", rng): 12,
            fill("9#", rng): 20,
            fill("9##", rng): 12,
            fill("####", rng): 6,
        },
    )
    return choose(
        rng,
        {
            f"{first[0]} {last}": 14,
            f"{first[0]} {last} {number}": 22,
            f"{first}{mark}{last}": 22,
            f"{first}{mark}{last}{rng.choice((' ', ' ', ' . ', ' _ '))}{number}": 10,
            f"{first} {last} {number}": 8,
            f"{last}{mark}{first}": 5,
            f"{nick} {number}": 10,
            f"{first}{mark}{last[0]} {number}": 4,
            f"{first[0]}{mark}{last}": 5,
            f"{first[0]} {last[0]} {number}": 3,
            f"{rng.choice(_THINGS)} {number}": 8,
            f"{rng.choice(_THINGS)}": 2,
        },
    )


def numbered(name: str, rng: random.Random) -> str:
    """A name as it was still free: often with a number behind."""
    return (
        f"{name} {fill(rng.choice(('9', '9#', '9##', '####')), rng)}"
        if rng.random() < 0.6
        else name
    )


def url(rng: random.Random) -> str:
    """A link that leads to one person's page."""
    firm = rng.choice(_FIRMS)
    start = choose(rng, {"": 55, "www . ": 20, "https : / / ": 15, "portal . ": 10})
    end = rng.choice(("com", "org", "org", "net", "health"))
    number = fill("9####", rng)
    path = choose(
        rng,
        {
            f" / patient / {number}": 30,
            f" / pay / {number}": 20,
            f" / my chart / {number}": 15,
            f" / p / {fill('?##?', rng).lower()}": 15,
            f" / visit / {fill('9###', rng)}": 20,
        },
    )
    return f"{start}{firm} . {end}{path}"


def ip(rng: random.Random) -> str:
    """An address of a home or an office."""
    return choose(
        rng,
        {
            f"192.168.{rng.randint(0, 20)}.{rng.randint(2, 254)}": 40,
            f"10.{rng.randint(0, 40)}.{rng.randint(0, 254)}.{rng.randint(2, 254)}": 20,
            ".".join(str(rng.randint(20, 220)) for _ in range(4)): 40,
        },
    )


def _word(name: str) -> str:
    return "".join(c for c in plain(name).lower() if c.isalpha()) or "x"
