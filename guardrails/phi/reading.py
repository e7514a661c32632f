"""Reads spoken forms: numbers, letters and codes as people say them, back to what they stand for.

`runs` finds each stretch of a text that spells something ("m b as in bravo four one seven",
"double five, uh, oh two", "(415) 555-0199", "cuatro uno cinco") and gives its canonical form
("mb417", "5502", "4155550199", "415") with the exact span it came from, so one recognizer serves
every form.
"""

from dataclasses import dataclass, replace

from guardrails.phi.speech import ASIDE, ENGLISH, Speech
from guardrails.phi.spoken import Atom, Run, Word

_JOINING = frozenset("-,.()–—;")
_ALOUD = frozenset({"capital", "uppercase", "lowercase", "letter", "letra", "mayúscula"})


def runs(found: list[Word], text: str, speech: Speech = ENGLISH) -> list[Run]:
    """Every stretch of spelled pieces, left to right, each as long as it can be."""
    return _Reading(found, text, speech).runs()


@dataclass(slots=True)
class _Reading:
    """One text being read in one language."""

    found: list[Word]
    text: str
    speech: Speech

    def runs(self) -> list[Run]:
        out: list[Run] = []
        atoms: list[Atom] = []
        index = 0
        while index < len(self.found):
            aside = self._aside(index) if atoms else 0
            if aside:
                index += aside
                continue
            atom, used = self._atom(index, bool(atoms))
            if atom is not None:
                atoms.append(atom)
            elif not atoms or not self._joins(index):
                out += self._finished(atoms)
                atoms = []
            index += used
        return out + self._finished(atoms)

    def _at(self, index: int) -> str:
        return self.found[index].text if 0 <= index < len(self.found) else ""

    def _aside(self, index: int) -> int:
        """How many words are said aside, between two pieces of one value."""
        match = ASIDE.match(self.text, self.found[index].start)
        if match is None:
            return 0
        used = 0
        while index + used < len(self.found) and self.found[index + used].start < match.end():
            used += 1
        return used if self._spelled(index + used) else 0

    def _joins(self, index: int) -> bool:
        word = self._at(index)
        if word in self.speech.fillers:
            return True
        if word in _ALOUD:
            return self._spelled(index + 1)
        if word in ("and", self.speech.plus):  # "twenty-one twelve and nineteen eighty-six"
            return self._is_number(self._at(index + 1))
        return word in _JOINING

    def _is_number(self, word: str) -> bool:
        speech = self.speech
        numbers = (speech.ones, speech.teens, speech.tens, speech.hundreds)
        return word.isdigit() or any(word in table for table in numbers)

    def _spelled(self, index: int) -> bool:
        """Whether a word is a number or a letter."""
        word = self._at(index)
        return bool(word) and (self._is_number(word) or (len(word) == 1 and word.isalnum()))

    def _atom(self, index: int, running: bool) -> tuple[Atom | None, int]:
        """The spelled piece that begins at a word, and how many words it takes."""
        word, speech = self.found[index], self.speech
        name = word.text
        if name in speech.times and index + 1 < len(self.found):
            inner, used = self._atom(index + 1, True)
            if inner is not None and len(inner.canon) == 1:
                canon = inner.canon * speech.times[name]
                return Atom(canon, word.start, inner.end, inner.kind, inner.single), used + 1
            return None, 1
        if name.isdecimal():
            return Atom(name, word.start, word.end, "D", single=len(name) == 1), 1
        if name == "o" and self._at(index + 1) in ("as", "for", "like"):
            return self._letter(index, "o")
        number = self._number(index)
        if number is not None:
            canon, used, kind = number
            if (
                name not in ("o", "oh")
                or self._goes_on(index + 1)
                or (running and self._ends(index))
            ):
                single = kind == "D"
                return Atom(canon, word.start, self.found[index + used - 1].end, kind, single), used
        if len(name) == 1 and name.isalpha():
            return self._letter(index, name)
        following = self.found[index + 1] if index + 1 < len(self.found) else None
        touches = following is not None and following.start == word.end and following.text.isdigit()
        behind = index > 0 and running and self.found[index - 1].end == word.start
        behind = behind and self._at(index - 1).isdigit()
        if (touches or behind) and 2 <= len(name) <= 4 and name.isalpha() and name not in _UNITS:
            return Atom(name, word.start, word.end, "L"), 1
        upper = self.text[word.start : word.end].isupper() and 2 <= len(name) <= 3 and name != "ok"
        if upper and name.isalpha() and (running or self._is_number(self._at(index + 1))):
            return Atom(name, word.start, word.end, "L"), 1
        if name in speech.letters and self._is_letter_name(index, running):
            return self._letter(index, speech.letters[name])
        return None, 1

    def _goes_on(self, index: int) -> bool:
        """Whether something spelled follows, behind fillers: "oh uh double five"."""
        while self._at(index) in self.speech.fillers:
            index += 1
        return self._spelled(index) or self._at(index) in self.speech.times

    def _ends(self, index: int) -> bool:
        """Whether nothing is said right behind a word: "five oh.", not "oh yeah"."""
        following = self._at(index + 1)
        return not following or not following[0].isalnum() or following in self.speech.fillers

    def _is_letter_name(self, index: int, running: bool) -> bool:
        """Whether the name of a letter stands among other spelled things."""
        name, speech = self._at(index), self.speech
        behind = self._spelled(index + 1) or (
            self._at(index + 1) in speech.letters and self._at(index + 1) not in speech.tentative
        )
        alphabet = name in ENGLISH.letters and self._at(index + 1) in ENGLISH.letters
        if name not in speech.tentative or name in ENGLISH.letters:
            return running or behind or alphabet or self._spelled_by(index) > 0
        # "de" and "te" are words, unless letters follow
        letters = self._is_letter(index + 1) and self._is_letter(index + 2)
        return letters or (running and (behind or index + 1 == len(self.found)))

    def _is_letter(self, index: int) -> bool:
        word = self._at(index)
        return (len(word) == 1 and word.isalpha()) or word in self.speech.letters

    def _spelled_by(self, index: int) -> int:
        """How many words stand between a letter and the word it is spelled by; 0 for none."""
        for joint in self.speech.spelled_by:
            if tuple(self._at(index + 1 + i) for i in range(len(joint))) == joint:
                return len(joint)
        return 0

    def _number(self, index: int) -> tuple[str, int, str] | None:
        """A number said in words: its digits, how many words it takes, D (one digit), T or H."""
        small = self._below_hundred(index)
        name, speech = self._at(index), self.speech
        if name in speech.hundreds or name == "mil":
            return self._spanish_number(index)
        if small is None:
            return None
        value, used, kind = small
        after = self._at(index + used)
        if after == "mil" and speech.name == "es":
            return self._spanish_number(index)
        if after in _POWERS and value != "0":
            tail = self._tail(index + used + 1)
            total = int(value) * _POWERS[after] + (int(tail[0]) if tail else 0)
            return str(total), used + 1 + (tail[1] if tail else 0), "H"
        return value, used, kind

    def _tail(self, index: int) -> tuple[str, int] | None:
        """What follows "hundred": not the first of single digits ("eight hundred five five five")."""
        skip = 1 if self._at(index) == "and" else 0
        found = self._below_hundred(index + skip)
        if found is None or found[0].startswith("0"):
            return None
        if found[2] == "D" and self._spelled(index + skip + 1):
            return None
        return found[0], found[1] + skip

    def _below_hundred(self, index: int) -> tuple[str, int, str] | None:
        name, speech = self._at(index), self.speech
        if name in speech.ones:
            return speech.ones[name], 1, "D"
        if name in speech.teens:
            return speech.teens[name], 1, "T"
        if name in speech.tens:
            joint = self._at(index + 1)
            used = 2 if joint and joint in ("-", speech.plus) else 1
            one = speech.ones.get(self._at(index + used), "0")
            # Spanish joins tens and ones by "y" alone; without it they are two numbers
            joined = used == 2 or speech.name != "es" or name in ENGLISH.tens
            if one != "0" and joined:
                return speech.tens[name] + one, used + 1, "T"
            return speech.tens[name] + "0", 1, "T"
        return None

    def _spanish_number(self, index: int) -> tuple[str, int, str] | None:
        """ "mil novecientos cincuenta y dos", "dos mil veinte", "cuatrocientos quince"."""
        value, at = 0, index
        if self._at(at) != "mil":
            small = self._below_hundred(at)
            if small is not None and self._at(at + small[1]) == "mil":
                value, at = int(small[0]) * 1000, at + small[1] + 1
        else:
            value, at = 1000, at + 1
        thousands = value > 0
        hundred = self.speech.hundreds.get(self._at(at))
        if hundred is not None:
            value, at = value + hundred, at + 1
        rest = self._below_hundred(at)
        if rest is not None and not rest[0].startswith("0"):
            digit = rest[2] == "D" and self._spelled(at + 1)
            if not digit and (thousands or hundred is not None):
                value, at = value + int(rest[0]), at + rest[1]
        return (str(value), at - index, "T") if at > index else None

    def _letter(self, index: int, letter: str) -> tuple[Atom | None, int]:
        """A letter, with the word it is spelled by: "b as in bravo"."""
        word = self.found[index]
        if index and self._at(index - 1) in "'’" and self.found[index - 1].end == word.start:
            return None, 1
        between = self._spelled_by(index)
        model = self._at(index + 1 + between) if between else ""
        if model[:1].isalpha() and (between == 2 or model[:1] == letter):
            end = self.found[index + 1 + between].end
            return Atom(letter, word.start, end, "L", True), between + 2
        return Atom(letter, word.start, word.end, "L"), 1

    def _finished(self, atoms: list[Atom]) -> list[Run]:
        """The run of the atoms, without an article or a pronoun at its edges."""
        if not atoms:
            return []
        atoms = _unitless(atoms)
        index = {word.start: i for i, word in enumerate(self.found)}
        name = len(atoms) > 3 and all(atom.kind == "L" for atom in atoms)  # "d a n a"
        while (
            atoms
            and not name
            and self._stray(atoms[-1])
            and self.text[atoms[-1].end :].strip(" .,?!")
        ):
            atoms = atoms[:-1]
        while atoms and self._stray(atoms[0]):
            at = index.get(atoms[0].start, 0)
            if (at == 0 or self._at(at - 1) in _OPENERS) and len(atoms) > 1:
                break
            atoms = atoms[1:]
        if atoms and all(
            atom.kind == "L" or self.text[atom.start : atom.end].lower() == "o" for atom in atoms
        ):
            atoms = [
                replace(atom, canon="o", kind="L") if atom.canon == "0" else atom for atom in atoms
            ]
        return [Run(tuple(atoms))] if atoms else []

    def _stray(self, atom: Atom) -> bool:
        """A lone "a" or "i" (in Spanish also "y", "e", "o", "u") that is a word, no letter."""
        words = "aiyeou" if self.speech.name == "es" else "aiy"
        return len(atom.canon) == 1 and atom.canon in words and atom.kind == "L" and not atom.single


def _unitless(atoms: list[Atom]) -> list[Atom]:
    """The atoms without a unit spelled at their end: "forty m g"."""
    letters = 0
    while letters < len(atoms) and atoms[-1 - letters].kind == "L":
        letters += 1
    unit = "".join(atom.canon for atom in atoms[len(atoms) - letters :])
    return atoms[: len(atoms) - letters] if letters and unit in _UNITS else atoms


_UNITS = frozenset(
    {"mg", "mcg", "ml", "cc", "kg", "lb", "lbs", "iu", "mmhg", "mm", "cm", "bpm", "g"}
)
_POWERS = {"hundred": 100, "thousand": 1000}
_OPENERS = frozenset(
    """
    is it's its yes yeah yep that's be number sure okay ok um uh , : . id - was es sí si
    """.split()
)
