"""Numbers as people say them: "a hundred and eighty seven point four", "one fifty over ninety".

Identifiers are read by `guardrails.phi.reading`; a quantity is another grammar (tens after a
hundred, decimals, halves, pairs, units) over the same words.
"""

from dataclasses import dataclass
from functools import cache

from guardrails.protocols.units import LONG_UNITS, unit_of

_POINTS = frozenset({"point", "dot", "punto", "coma"})
_OVER = frozenset({"over", "sobre", "/"})
_HUNDREDS = frozenset({"hundred", "hundreds"})
_ANDS = frozenset({"and", "y"})


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was said; `second` is the lower one of "150 over 90"; `unit` if one was said.

    `start` and `end` index the text.
    """

    value: float
    second: float | None
    unit: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Tables:
    ones: dict[str, int]
    teens: dict[str, int]
    tens: dict[str, int]
    hundreds: dict[str, int]


@cache
def _tables() -> _Tables:
    """The words for numbers in English and Spanish."""
    # late: its package takes seconds to load, and drawing a protocol needs no numbers
    from guardrails.phi.speech import SPANISH

    return _Tables(
        ones={word: int(digit) for word, digit in SPANISH.ones.items()},
        teens={word: int(digits) for word, digits in SPANISH.teens.items()},
        tens={word: int(digit) * 10 for word, digit in SPANISH.tens.items()},
        hundreds=dict(SPANISH.hundreds),
    )


def numbers(text: str) -> list[Number]:
    """Every quantity in a text, from left to right. Clock times and placeholders are none."""
    from guardrails.phi.spoken import words

    found = [_Word(word.text, word.start, word.end) for word in words(text)]
    reading = _Reading([word for word in found if word.text not in ("-", "–")], _tables())
    return reading.all()


@dataclass(frozen=True, slots=True)
class _Reading:
    found: list[_Word]
    tables: _Tables

    def all(self) -> list[Number]:
        out: list[Number] = []
        index = 0
        while index < len(self.found):
            read = self._pair(index)
            if read is None:
                index += 1
                continue
            value, second, unit, at = read
            behind, after = self._unit(at)
            unit = unit or behind or ("dollars" if self._at(index - 1) == "$" else "")
            if not self._is_time(at):
                start, end = self.found[index].start, self.found[after - 1].end
                out.append(Number(value, second, unit, start, end))
            index = after
        return out

    def _at(self, index: int) -> str:
        return self.found[index].text if 0 <= index < len(self.found) else ""

    def _pair(self, index: int) -> tuple[float, float | None, str, int] | None:
        """A number, the one said under it ("over ninety"), a unit inside of it, and where it ends."""
        above, slash, below = self._at(index).partition("/")
        if slash and above.isdecimal() and below.isdecimal():
            return float(above), float(below), "", index + 1
        if self._at(index) in ("a", "an", "un", "una") and unit_of(self._at(index + 1)):
            half = self._half(index + 2)  # "a pound", "a pound and a half"
            return 1.0 if half == index + 2 else 1.5, None, unit_of(self._at(index + 1)), half
        read = self._quantity(index)
        if read is None:
            return None
        value, at = read
        under = self._quantity(at + 1) if self._at(at) in _OVER else None
        return (value, under[0], "", under[1]) if under else (value, None, "", at)

    def _quantity(self, index: int) -> tuple[float, int] | None:
        """A number at a word, with what is said behind its point or its half: and where it ends."""
        word = self._at(index)
        if word in ("half", "medio", "media"):  # "half a pound"
            skip = 2 if self._at(index + 1) in ("a", "an") else 1
            return (0.5, index + skip) if unit_of(self._at(index + skip)) else None
        whole = self._digits(index) or self._hundreds(index)
        if whole is None:
            if word in ("couple", "par"):
                return 2.0, index + (2 if self._at(index + 1) in ("of", "de") else 1)
            return None
        value, at = whole
        decimals, after = self._decimals(at)
        if decimals:
            return float(f"{int(value)}.{decimals}"), after
        half = self._half(at)
        return (value, at) if half == at else (value + 0.5, half)

    def _half(self, index: int) -> int:
        """Where "and a half" ends, or where it would begin."""
        if self._at(index) in _ANDS:
            skip = 2 if self._at(index + 1) in ("a", "one") else 1
            if self._at(index + skip) in ("half", "medio", "media"):
                return index + skip + 1
        return index

    def _digits(self, index: int) -> tuple[float, int] | None:
        word = self._at(index)
        if not word[:1].isdigit():
            return None
        plain = word.replace(",", "")
        if not plain.replace(".", "", 1).isdecimal():  # "12th", "7:10", a date in three parts
            return None
        value = float(plain)
        if self._at(index + 1) in _HUNDREDS and value < 100:
            return value * 100, index + 2
        return value, index + 1

    def _decimals(self, index: int) -> tuple[str, int]:
        """The digits behind a point, and where they end."""
        if self._at(index) not in _POINTS:
            return "", index
        digits, at = "", index + 1
        while True:
            word = self._at(at)
            if word.isdecimal():
                digits += word
            elif word in self.tables.ones:
                digits += str(self.tables.ones[word])
            elif word in self.tables.teens or word in self.tables.tens:
                small = self._small(at)
                if small is None:
                    return digits, at
                digits, at = digits + str(small[0]), small[1] - 1
            else:
                return digits, at
            at += 1

    def _hundreds(self, index: int) -> tuple[float, int] | None:
        """A whole number in words."""
        thousand = self._below_thousand(index)
        word = self._at(index)
        if thousand is None and word == "mil":
            thousand = 1, index
        if thousand is None:
            return None
        value, at = thousand
        if self._at(at) in ("thousand", "mil") and value:
            rest = self._below_thousand(at + 1 + (self._at(at + 1) in _ANDS))
            return (value * 1000 + rest[0], rest[1]) if rest else (value * 1000, at + 1)
        return value, at

    def _below_thousand(self, index: int) -> tuple[int, int] | None:
        word = self._at(index)
        if word in self.tables.hundreds:  # "ciento ochenta y siete"
            rest = self._small(index + 1)
            base = self.tables.hundreds[word]
            return (base + rest[0], rest[1]) if rest and rest[0] else (base, index + 1)
        if word in ("a", "an", "one") and self._at(index + 1) in _HUNDREDS:
            return self._behind_hundred(100, index + 2)
        if word in _HUNDREDS:
            return self._behind_hundred(100, index + 1)
        small = self._small(index)
        if small is None:
            return None
        value, at = small
        if self._at(at) in _HUNDREDS and value:
            return self._behind_hundred(value * 100, at + 1)
        return self._run_on(index, value, at)

    def _behind_hundred(self, base: int, at: int) -> tuple[int, int]:
        skip = 1 if self._at(at) in _ANDS else 0
        rest = self._small(at + skip)
        return (base + rest[0], rest[1]) if rest else (base, at)

    def _run_on(self, index: int, value: int, at: int) -> tuple[int, int]:
        """What follows without a "hundred": "one eighty seven", "three oh two", "one eight seven"."""
        ones = self.tables.ones
        if value > 99 or at - index > 1 or value == 0:
            return value, at
        if self._at(at) in ("oh", "o", "zero", "cero") and self._at(at + 1) in ones:
            return value * 100 + ones[self._at(at + 1)], at + 2
        tail = self._small(at)
        if value < 10 and self._at(at) in ones:
            third = self._at(at + 1)
            digits = value * 10 + ones[self._at(at)]
            if third in ones and self._at(at + 2) not in _HUNDREDS:
                return digits * 10 + ones[third], at + 2
            return value, at  # "five six pounds" is "five or six"
        if tail is not None and tail[0] >= 10 and (value < 10 or 10 < value < 20):
            return value * 100 + tail[0], tail[1]
        return value, at

    def _small(self, index: int) -> tuple[int, int] | None:
        """A number below a hundred in words."""
        word = self._at(index)
        if word in self.tables.ones:
            plain = word not in ("oh", "un", "una")  # "oh, I see", "una cosa"
            return (self.tables.ones[word], index + 1) if plain else None
        if word in self.tables.teens:
            return self.tables.teens[word], index + 1
        if word not in self.tables.tens:
            return None
        skip = 1 if self._at(index + 1) == "y" else 0
        one = self._at(index + 1 + skip)
        if one in self.tables.ones and self.tables.ones[one] and one not in ("un", "una"):
            return self.tables.tens[word] + self.tables.ones[one], index + 2 + skip
        return self.tables.tens[word], index + 1

    def _unit(self, index: int) -> tuple[str, int]:
        """The unit behind a number, and where it ends."""
        ahead = " ".join(self._at(index + i) for i in range(3))
        for name, unit in LONG_UNITS:
            if ahead == name or ahead.startswith(name + " "):
                return unit, index + len(name.split())
        unit = unit_of(self._at(index))
        return (unit, index + 1) if unit else ("", index)

    def _is_time(self, index: int) -> bool:
        """Whether a clock time was read: "seven a.m.", "six o'clock", "eight thirty in the morning"."""
        ahead = "".join(self._at(index + i) for i in range(4))
        words = " ".join(self._at(index + i) for i in range(3))
        return ahead.startswith(("am", "a.m", "pm", "p.m", "o'clock", "oclock")) or words in (
            "in the morning", "in the afternoon", "in the evening", "de la mañana", "de la tarde",
        )  # fmt: skip
