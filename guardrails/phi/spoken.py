"""Spoken forms: numbers, letters and codes as people say them, mapped back to the words heard.

`runs` finds each stretch of a text that spells something ("m b as in bravo four one seven",
"double five, uh, oh two", "(415) 555-0199") and gives its canonical form ("mb417", "5502",
"4155550199") with the exact span it came from, so one recognizer serves every form.
"""

import re
from dataclasses import dataclass, replace

ONES = {
    "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "cero": "0", "uno": "1", "una": "1", "dos": "2", "tres": "3", "cuatro": "4", "cinco": "5",
    "seis": "6", "siete": "7", "ocho": "8", "nueve": "9",
}  # fmt: skip
TEENS = {
    "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14",
    "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
    "diez": "10", "doce": "12", "trece": "13", "catorce": "14", "quince": "15",
}  # fmt: skip
TENS = {
    "twenty": "2", "thirty": "3", "forty": "4", "fourty": "4", "fifty": "5", "sixty": "6",
    "seventy": "7", "eighty": "8", "ninety": "9", "treinta": "3", "cuarenta": "4",
    "cincuenta": "5", "sesenta": "6", "setenta": "7", "ochenta": "8", "noventa": "9",
}  # fmt: skip
ALPHABET = {
    word: word[0]
    for word in [
        "alpha",
        "bravo",
        "charlie",
        "delta",
        "echo",
        "foxtrot",
        "golf",
        "hotel",
        "india",
        "juliet",
        "juliett",
        "kilo",
        "lima",
        "mike",
        "november",
        "oscar",
        "papa",
        "quebec",
        "romeo",
        "sierra",
        "tango",
        "uniform",
        "victor",
        "whiskey",
        "xray",
        "yankee",
        "zulu",
    ]
} | {"alfa": "a"}
FILLERS = frozenset(
    """
    uh um er erm uhm ah hmm mm eh like so then dash hyphen space umm uhh este pues
    """.split()
)
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_JOINING = frozenset("-,.()–—;")
_WORD = re.compile(
    r"<[A-Z_]+_\d+>|\d{1,2}:\d{2}|\d+(?:/\d+)+|\d{1,3}(?:,\d{3})+(?!\d)|\d+\.\d+(?![.\d])"
    r"|\d+(?:st|nd|rd|th)\b|\d+|[A-Za-zÀ-ÿ]+(?:['’][A-Za-z]+)*|[^\sA-Za-zÀ-ÿ\d]"
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word or mark of a text, in lower case, with where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Atom:
    """One spelled piece: `canon` is what it stands for. `single`: said digit by digit."""

    canon: str
    start: int
    end: int
    kind: str  # D digits, T tens and teens, H hundreds, L letters
    single: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of spelled pieces; fillers and marks between them belong to its span."""

    atoms: tuple[Atom, ...]

    @property
    def start(self) -> int:
        """Where it begins in the text."""
        return self.atoms[0].start

    @property
    def end(self) -> int:
        """Where it ends in the text."""
        return self.atoms[-1].end

    @property
    def canon(self) -> str:
        """Digits and lower-case letters only."""
        return "".join(atom.canon for atom in self.atoms)

    @property
    def digits(self) -> int:
        """How many digits it holds."""
        return sum(character.isdigit() for character in self.canon)

    @property
    def letters(self) -> int:
        """How many letters it holds."""
        return len(self.canon) - self.digits

    @property
    def singles(self) -> int:
        """How many digits were said one by one."""
        return sum(len(atom.canon) for atom in self.atoms if atom.single)


def words(text: str) -> list[Word]:
    """The words and marks of a text. Placeholders, times, decimals and fractions are one each."""
    return [Word(m[0].lower(), m.start(), m.end()) for m in _WORD.finditer(text)]


def runs(found: list[Word], text: str) -> list[Run]:
    """Every stretch of spelled pieces, left to right, each as long as it can be."""
    out: list[Run] = []
    atoms: list[Atom] = []
    index = 0
    while index < len(found):
        atom, used = _atom(found, index, text, bool(atoms))
        if atom is not None:
            atoms.append(atom)
        elif not atoms or not _joins(found, index):
            out += _finished(atoms, found, text)
            atoms = []
        index += used
    return out + _finished(atoms, found, text)


def _joins(found: list[Word], index: int) -> bool:
    word = found[index]
    if word.text in FILLERS:
        return True
    if word.text == "and":  # "twenty-one twelve and nineteen eighty-six"
        return index + 1 < len(found) and _is_number(found[index + 1].text)
    return word.text in _JOINING


def _is_number(word: str) -> bool:
    return word in ONES or word in TEENS or word in TENS or word.isdigit()


def _atom(found: list[Word], index: int, text: str, running: bool) -> tuple[Atom | None, int]:
    """The spelled piece that begins at a word, and how many words it takes."""
    word = found[index]
    following = found[index + 1] if index + 1 < len(found) else None
    name = word.text
    if name in _TIMES and following is not None:
        inner, used = _atom(found, index + 1, text, True)
        if inner is not None and len(inner.canon) == 1:
            canon = inner.canon * _TIMES[name]
            return Atom(canon, word.start, inner.end, inner.kind, inner.single), used + 1
        return None, 1
    if name.isdigit():
        return Atom(name, word.start, word.end, "D", single=len(name) == 1), 1
    if name == "o" and following is not None and following.text in ("as", "for"):
        return _letter(found, index, text)
    if name in ONES and (name != "o" or running or _spelled(following)):
        return Atom(ONES[name], word.start, word.end, "D", single=True), 1
    if name in TEENS:
        return Atom(TEENS[name], word.start, word.end, "T"), 1
    if name in TENS:
        tail = found[index + 1 : index + 3]
        if tail and tail[0].text == "-":
            tail = tail[1:]
        else:
            tail = tail[:1]
        if tail and tail[0].text in ONES and ONES[tail[0].text] != "0":
            used = 2 if tail[0] is following else 3
            return Atom(TENS[name] + ONES[tail[0].text], word.start, tail[0].end, "T"), used
        return Atom(TENS[name] + "0", word.start, word.end, "T"), 1
    if name == "hundred" and running:
        return Atom("00", word.start, word.end, "H"), 1
    if len(name) == 1 and name.isalpha():
        return _letter(found, index, text)
    touches = following is not None and following.start == word.end and following.text.isdigit()
    if touches and 2 <= len(name) <= 4 and name.isalpha():
        return Atom(name, word.start, word.end, "L"), 1
    upper = text[word.start : word.end].isupper() and 2 <= len(name) <= 3 and name.isalpha()
    if upper and (running or (following is not None and _is_number(following.text))):
        return Atom(name, word.start, word.end, "L"), 1
    if name in ALPHABET and (running or (following is not None and _code(following.text))):
        return Atom(ALPHABET[name], word.start, word.end, "L"), 1
    return None, 1


def _letter(found: list[Word], index: int, text: str) -> tuple[Atom | None, int]:
    """A letter, with the word it is spelled by: "b as in bravo"."""
    word = found[index]
    before = found[index - 1] if index else None
    if before is not None and before.text in "'’" and before.end == word.start:
        return None, 1
    rest = [w.text for w in found[index + 1 : index + 4]]
    if rest[:2] == ["as", "in"] and len(rest) == 3:
        return Atom(word.text, word.start, found[index + 3].end, "L", single=True), 4
    if len(rest) >= 2 and rest[0] in ("for", "like") and rest[1][:1] == word.text:
        return Atom(word.text, word.start, found[index + 2].end, "L", single=True), 3
    return Atom(word.text, word.start, word.end, "L"), 1


def _spelled(word: Word | None) -> bool:
    return word is not None and (_is_number(word.text) or len(word.text) == 1)


def _code(word: str) -> bool:
    return _is_number(word) or word in ALPHABET or (len(word) == 1 and word.isalnum())


_OPENERS = frozenset(
    """
    is it's its yes yeah yep that's be number sure okay ok um uh , : . id - was
    """.split()
)


def _finished(atoms: list[Atom], found: list[Word], text: str) -> list[Run]:
    """The run of the atoms, without an article or a pronoun at its edges."""
    if not atoms:
        return []
    index = {word.start: i for i, word in enumerate(found)}
    while atoms and _stray(atoms[-1]) and text[atoms[-1].end :].strip(" .,?!"):
        atoms = atoms[:-1]
    while atoms and _stray(atoms[0]):
        at = index.get(atoms[0].start, 0)
        if (at == 0 or found[at - 1].text in _OPENERS) and len(atoms) > 1:
            break
        atoms = atoms[1:]
    if atoms and all(
        atom.kind == "L" or text[atom.start : atom.end].lower() == "o" for atom in atoms
    ):
        atoms = [
            replace(atom, canon="o", kind="L") if atom.canon == "0" else atom for atom in atoms
        ]
    return [Run(tuple(atoms))] if atoms else []


def _stray(atom: Atom) -> bool:
    """A lone "a" or "i" (or a "y", Spanish for "and") that is a word, not a letter."""
    return atom.canon in ("a", "i", "y") and atom.kind == "L" and not atom.single
