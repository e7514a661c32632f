"""Numbers that a clinic, an insurer or a shop makes up, in the formats they have."""

import random
import string

from evals.bench.calls.speech.habits import choose

_LETTERS = "ACDEFGHJKMNPQRTUVWXY"

# `#` a digit, `9` a digit but 0, `?` a letter, `*` either; other characters stand for themselves
_FORMATS: dict[str, dict[str, float]] = {
    "mrn": {
        "9######": 30,
        "9#######": 18,
        "9#####": 12,
        "00######": 8,
        "MR######": 5,
        "E9######": 6,
        "M#########": 4,
        "##-##-##": 6,
        "9##-##-###": 4,
        "9####": 3,
        "H########": 4,
    },
    "member_id": {
        "W9########": 14,
        "???9########": 14,
        "???###?#####": 8,
        "H########-01": 6,
        "9########": 14,
        "9##########": 6,
        "??#######": 10,
        "###-##-####-0#": 3,
        "?########": 10,
        "9######-0#": 6,
        "U#######0#": 4,
        "####-####-####": 5,
        "9#######A": 4,
    },
    "group": {
        "9####": 20,
        "9#####": 20,
        "70-######": 8,
        "GRP######": 5,
        "????####": 8,
        "0#####": 10,
        "9######-###": 6,
        "?#####": 10,
        "RX####": 6,
        "00#####": 4,
    },
    "account": {
        "9#######": 22,
        "9######": 12,
        "9#########": 18,
        "####-####-##": 8,
        "00########": 8,
        "AC-######": 5,
        "?######": 8,
        "V9#########": 6,
        "9#####-##": 7,
    },
    "policy": {
        "9########": 18,
        "?##-####-##": 6,
        "POL-#####-##": 4,
        "?######": 10,
        "??#######": 14,
        "9#########": 16,
        "##-???-####-#": 6,
        "?#########-0#": 8,
    },
    "claim": {
        "2#########": 18,
        "2############": 8,
        "CLM-2024-#####": 3,
        "CL#######": 5,
        "E#########": 12,
        "9#######": 14,
        "2024########": 8,
        "####-####-####": 4,
        "?9##?####": 6,
        "2#-#######": 6,
    },
    "case": {
        "9#######": 24,
        "0#######": 8,
        "CS-######": 8,
        "INC#######": 6,
        "9#####": 16,
        "?-#####": 5,
        "9####-##": 5,
        "REF#####": 4,
        "S9#########": 6,
        "9#########": 8,
    },
    "rx": {
        "9######": 42,
        "6######": 10,
        "7#######": 6,
        "0######": 8,
        "C#######": 6,
        "9######-0#": 6,
        "2######": 8,
        "N######": 3,
    },
    "auth": {
        "A#########": 14,
        "9#########": 18,
        "PA-######": 8,
        "9########": 14,
        "AUTH-#####": 3,
        "?##########": 8,
        "OP#######": 5,
        "IP########": 4,
        "0#########": 5,
        "??####-####": 5,
    },
    "invoice": {
        "9#####": 26,
        "INV-#####": 10,
        "9#######": 20,
        "9####-##": 7,
        "2024-####": 7,
        "B######": 8,
        "9####": 8,
    },
    "license": {
        "?#######": 20,
        "?############": 8,
        "########": 16,
        "#########": 12,
        "???##-##-####": 3,
        "??######": 14,
        "?###-####-####": 5,
        "S########": 6,
        "WDL???####??": 2,
        "##-###-####": 5,
    },
    "plate": {
        "???####": 28,
        "#???###": 24,
        "???-####": 10,
        "### ???": 14,
        "??##???": 5,
        "???###": 10,
        "#??####": 5,
        "?##-???": 4,
    },
    "device": {
        "???######?": 20,
        "SN#########": 6,
        "?#?##?####": 10,
        "9########": 14,
        "??#-#####": 10,
        "#########-?": 5,
        "???-######": 8,
        "??####-##": 5,
    },
    "pin": {"####": 70, "######": 20, "#####": 10},
}


def fill(pattern: str, rng: random.Random) -> str:
    """A pattern of `#`, `9`, `?` and `*` filled in."""
    fills = {
        "#": string.digits,
        "9": string.digits[1:],
        "?": "ABCDEFGHJKLMNPQRSTUVWXYZ",
        "*": "ABCDEFGHJKLMNPQRSTUVWXYZ" + string.digits,
    }
    return "".join(rng.choice(fills[c]) if c in fills else c for c in pattern)


def draw(kind: str, rng: random.Random) -> str:
    """A code of a kind that has no rule of its own but formats."""
    return fill(choose(rng, _FORMATS[kind]), rng)


def wrong(code: str, rng: random.Random) -> str:
    """The code as somebody misreads it: another one in its last two characters."""
    places = [i for i, c in enumerate(code) if c.isalnum()][-2:]
    characters = list(code)
    last = [characters[i] for i in places]
    if (
        len(last) == 2
        and last[0] != last[1]
        and last[0].isdigit() == last[1].isdigit()
        and rng.random() < 0.5
    ):
        characters[places[0]], characters[places[1]] = last[1], last[0]
        return "".join(characters)
    at = rng.choice(places)
    pool = string.digits if characters[at].isdigit() else _LETTERS
    characters[at] = rng.choice([c for c in pool if c != characters[at]])
    return "".join(characters)
