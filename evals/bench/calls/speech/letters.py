"""Letters said one by one: plain, with a word ("m as in mary"), by their Spanish names."""

import random
from dataclasses import replace

from evals.bench.calls.speech.habits import Habits, Said, choose

_NATO = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar"
    " papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu"
).split()
_NAMES = {
    "a": "apple adam able alpha",
    "b": "boy bob baker bravo",
    "c": "cat charlie car cookie",
    "d": "dog david delta",
    "e": "edward echo elephant egg easy",
    "f": "frank fox fred",
    "g": "george girl golf",
    "h": "henry hotel house",
    "i": "igloo ida ice ink",
    "j": "john james jack",
    "k": "king kite kevin",
    "l": "larry lion love lincoln",
    "m": "mary mike mother monkey michael",
    "n": "nancy nora november nickel",
    "o": "ocean oscar orange",
    "p": "peter paul papa pat",
    "q": "queen quiet",
    "r": "robert roger ralph red",
    "s": "sam sierra sugar sally",
    "t": "tom tango thomas tiger",
    "u": "umbrella uncle union",
    "v": "victor vincent violet",
    "w": "william whiskey water",
    "x": "xray xylophone",
    "y": "yellow yankee young",
    "z": "zebra zoo zulu",
}
_PALABRAS = {
    "a": "Ana árbol avión",
    "b": "burro bueno barco Beto",
    "c": "casa Carlos Carmen",
    "d": "dedo Daniel Diana",
    "e": "Elena elefante escuela",
    "f": "Francisco foca Fernando",
    "g": "gato Gabriel",
    "h": "hotel Hugo huevo",
    "i": "iglesia Irma isla",
    "j": "Juan José jirafa",
    "k": "kilo Karla",
    "l": "Luis luna Lola",
    "m": "María mamá mesa México",
    "n": "Nancy nube Nicaragua",
    "o": "oso Óscar ola",
    "p": "Pedro papá Pablo perro",
    "q": "queso Quique",
    "r": "Rosa Ramón ratón",
    "s": "Susana Sara sol",
    "t": "Tomás taza Teresa",
    "u": "uva uno Uruguay",
    "v": "vaca Víctor Verónica",
    "w": "Wilson Washington",
    "x": "xilófono",
    "y": "Yolanda yegua",
    "z": "zapato zorro",
}
_NOMBRES = {
    "b": ("be", "be grande", "be alta"),
    "c": ("ce",),
    "d": ("de",),
    "f": ("efe",),
    "g": ("ge",),
    "h": ("hache",),
    "j": ("jota",),
    "k": ("ka",),
    "l": ("ele",),
    "m": ("eme",),
    "n": ("ene",),
    "ñ": ("eñe",),
    "p": ("pe",),
    "q": ("cu",),
    "r": ("erre", "ere"),
    "s": ("ese",),
    "t": ("te",),
    "v": ("ve", "ve chica", "uve", "ve corta"),
    "w": ("doble u", "doble ve"),
    "x": ("equis",),
    "y": ("i griega", "ye"),
    "z": ("zeta",),
}
_HARD = frozenset("bdptvzcgmnsf")
# the names that recognizers of Spanish speech write; vowels are their own names
_LOOSE = {"en": 0.04, "es": 0.55}


def letter(
    character: str, habits: Habits, rng: random.Random, first: bool = False
) -> tuple[str, str]:
    """A letter as transcribed and as spoken."""
    low = character.lower()
    with_word = habits.letters == "all" or (
        (habits.letters == "hard" and low in _HARD and rng.random() < 0.6)
        or (habits.letters == "first" and first)
    )
    if habits.language == "es":
        return _spanish(low, with_word, habits, rng)
    if not with_word or low not in _NAMES:
        return (low, "double u" if low == "w" and rng.random() < _LOOSE["en"] else low)
    if habits.alphabet == "nato":
        word = _NATO[ord(low) - ord("a")]
    else:
        word = rng.choice(_NAMES[low].split())
    # the alphabet alone, without its letter, is for those who know it
    if habits.alphabet == "nato" and habits.letters == "all" and habits.link == "as":
        return word, word
    link = habits.link if rng.random() < 0.9 else "as in"
    return f"{low} {link} {word}", f"{low} {link} {word}"


def _spanish(low: str, with_word: bool, habits: Habits, rng: random.Random) -> tuple[str, str]:
    names = _NOMBRES.get(low, (low,))
    name = names[0] if with_word or rng.random() < 0.75 else rng.choice(names)
    heard = name if rng.random() < _LOOSE["es"] else low
    if not with_word or low not in _PALABRAS:
        return heard, name
    word = rng.choice(_PALABRAS[low].split()).lower()
    if habits.link == "como en" and word in ("uno",):
        word = "uva"
    return f"{heard} {habits.link} {word}", f"{name} {habits.link} {word}"


def spell(name: str, habits: Habits, rng: random.Random) -> Said:
    """A name in letters, "double n" now and then, "capital" rarely."""
    spoken: list[str] = []
    heard: list[str] = []
    written: list[str] = []
    plain = [character for character in name if character.isalpha()]
    careful = replace(habits, letters="plain") if len(plain) > 8 else habits
    twice = "doble" if habits.language == "es" else "double"
    at = 0
    while at < len(plain):
        character = plain[at]
        if name.startswith("-") or at >= len(plain):
            break
        pair = at + 1 < len(plain) and plain[at + 1].lower() == character.lower()
        written.append(character.upper())
        if pair and rng.random() < max(habits.doubles, 0.25):
            itn, words = letter(character, replace(careful, letters="plain"), rng)
            heard.append(f"{twice} {itn}")
            spoken.append(f"{twice} {words}")
            written.append(character.upper())
            at += 2
            continue
        itn, words = letter(character, careful, rng, first=at == 0)
        heard.append(itn)
        spoken.append(words)
        at += 1
    if habits.language == "en" and rng.random() < 0.03:
        spoken.insert(0, "capital")
        heard.insert(0, "capital")
    joint = choose(rng, {"-": 60, " ": 25, ", ": 10, "": 5})
    # recognizers write a run of plain letters apart, with hyphens or as one
    all_plain = all(len(item) == 1 for item in heard)
    glue = choose(rng, {" ": 70, "-": 20, "": 10}) if all_plain else " "
    return Said(joint.join(written), glue.join(heard), " ".join(spoken))
