"""Numbers issued by rule, check digits included: SSN, MBI, NPI, DEA, payment cards, VIN."""

import random
import string

from evals.bench.calls.codes import fill

_VIN_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True)
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_MBI_LETTERS = "ACDEFGHJKMNPQRTUVWXY"
_MBI = "CAXNAXNAANN"


def ssn(rng: random.Random) -> str:
    """A number that could have been issued: no area 000, 666 or 9xx."""
    area = rng.choice([n for n in range(1, 900) if n != 666])
    return f"{area:03d}-{rng.randint(1, 99):02d}-{rng.randint(1, 9999):04d}"


def mbi(rng: random.Random) -> str:
    """A Medicare number in the format of CMS: no S, L, O, I, B or Z, dashes as on the card."""
    pools = {
        "C": "123456789",
        "N": string.digits,
        "A": _MBI_LETTERS,
        "X": _MBI_LETTERS + string.digits,
    }
    code = "".join(rng.choice(pools[place]) for place in _MBI)
    return f"{code[:4]}-{code[4:7]}-{code[7:]}"


def luhn(digits: str) -> str:
    """The check digit that belongs behind these digits."""
    total = 0
    for index, character in enumerate(reversed(digits)):
        value = int(character) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def npi(rng: random.Random) -> str:
    """A provider's number: its check digit counts the prefix 80840."""
    body = rng.choice("11112") + fill("########", rng)
    return body + luhn("80840" + body)


def dea(rng: random.Random, surname: str) -> str:
    """A prescriber's number: two letters, six digits and their check digit."""
    initial = surname[0].upper() if surname[0].upper() in string.ascii_uppercase else "X"
    return dea_digits(rng.choice("ABFGM") + initial, fill("######", rng))


def dea_digits(letters: str, digits: str) -> str:
    """Letters and six digits with the check digit."""
    values = [int(d) for d in digits]
    total = values[0] + values[2] + values[4] + 2 * (values[1] + values[3] + values[5])
    return f"{letters}{digits}{total % 10}"


def card(rng: random.Random) -> str:
    """A payment card in the groups printed on it."""
    start, length = rng.choice(
        (("4", 16), ("4", 16), ("5" + rng.choice("12345"), 16), ("37", 15), ("6011", 16))
    )
    body = start + fill("#" * (length - 1 - len(start)), rng)
    number = body + luhn(body)
    if length == 15:
        return f"{number[:4]} {number[4:10]} {number[10:]}"
    return " ".join(number[i : i + 4] for i in range(0, 16, 4))


def vin(rng: random.Random) -> str:
    """A vehicle number with its check digit in the ninth place."""
    letters = "".join(_VIN_VALUES)
    body = (
        rng.choice("12345JKW")
        + "".join(rng.choice(letters + string.digits) for _ in range(10))
        + fill("######", rng)
    )
    total = sum(
        (int(c) if c.isdigit() else _VIN_VALUES[c]) * weight
        for c, weight in zip(body, _VIN_WEIGHTS, strict=True)
    )
    check = "X" if total % 11 == 10 else str(total % 11)
    return body[:8] + check + body[9:]
