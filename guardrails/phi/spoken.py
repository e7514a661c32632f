"""What a text is made of: words, and runs of spelled pieces that map back to the words heard."""

import re
from dataclasses import dataclass

_WORD = re.compile(
    r"<[A-Z_]+_\d+[^<>]*>|\d{1,2}:\d{2}|\d+(?:/\d+)+|\d{1,3}(?:,\d{3})+(?!\d)|\d+\.\d+(?!\d|\.\d)"
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
    kind: str  # D digits, T two digits or a Spanish number, H hundreds, L letters
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
