"""Numbers in words, in English and Spanish."""

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
).split()
_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
).split()
_UNOS = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
    " dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro"
    " veinticinco veintiséis veintisiete veintiocho veintinueve"
).split()
_DECENAS = "- - veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
_CIENTOS = (
    "- ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos"
    " novecientos"
).split()
_ORDINALES = (
    "- primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo undécimo duodécimo"
).split()


def cardinal(number: int, language: str = "en", joined: bool = False) -> str:
    """A whole number below a thousand million; `joined` puts an "and" after the hundreds."""
    if language == "es":
        return _cardinal_es(number)
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f" {_ONES[ones]}" if ones else "")
    for size, name in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            head, rest = divmod(number, size)
            words = f"{cardinal(head, joined=joined)} {name}"
            link = " and " if joined and 0 < rest < 100 else " "
            return words + (link + cardinal(rest, joined=joined) if rest else "")
    raise ValueError(number)


def _cardinal_es(number: int) -> str:
    if number < 30:
        return _UNOS[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _DECENAS[tens] + (f" y {_UNOS[ones]}" if ones else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        if not rest:
            return "cien" if hundreds == 1 else _CIENTOS[hundreds]
        return f"{_CIENTOS[hundreds]} {_cardinal_es(rest)}"
    size, name = (1000, "mil") if number < 1_000_000 else (1_000_000, "millones")
    head, rest = divmod(number, size)
    if head == 1:
        words = "mil" if size == 1000 else "un millón"
    else:
        words = f"{shortened(_cardinal_es(head))} {name}"
    return words + (f" {_cardinal_es(rest)}" if rest else "")


def shortened(words: str) -> str:
    """A Spanish number as it stands before a noun: "veintiún días"."""
    if words.endswith("veintiuno"):
        return words.removesuffix("veintiuno") + "veintiún"
    return words.removesuffix("o") if words.split()[-1] == "uno" else words


def ordinal(number: int, language: str = "en") -> str:
    """Below a hundred in English; in Spanish to the twelfth, then the cardinal as people say."""
    if language == "es":
        return _ORDINALES[number] if 0 < number <= 12 else _cardinal_es(number)
    if number < len(_ORDINALS):
        return _ORDINALS[number]
    if number < 20:
        return f"{_ONES[number]}th"
    if number < 100:
        tens, ones = divmod(number, 10)
        if not ones:
            return f"{_TENS[tens].removesuffix('y')}ieth"
        return f"{_TENS[tens]} {_ORDINALS[ones]}"
    head, rest = divmod(number, 100)
    return f"{cardinal(head * 100)} {ordinal(rest)}" if rest else f"{cardinal(number)}th"


def suffixed(number: int) -> str:
    """An English ordinal in digits: 1st, 2nd, 11th."""
    ending = "th"
    if number % 100 not in (11, 12, 13):
        ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def digit(character: str, language: str = "en", zero: str = "zero") -> str:
    """One digit; `zero` is the speaker's word for 0 in English."""
    if language == "es":
        return _UNOS[int(character)]
    return zero if character == "0" else _ONES[int(character)]


def two(digits: str, language: str = "en", zero: str = "oh") -> str:
    """Two digits said as one number where they can be: "forty two", "oh five", "zero zero"."""
    if digits[0] == "0":
        return f"{digit('0', language, zero)} {digit(digits[1], language, zero)}"
    return cardinal(int(digits), language)


def natural(digits: str, language: str = "en", zero: str = "oh") -> str:
    """Two to four digits as people run them together: "four fifteen", "twelve hundred"."""
    if len(digits) == 1:
        return digit(digits, language, zero)
    if len(digits) == 2:
        return two(digits, language, zero)
    if len(digits) == 3:
        head = digit(digits[0], language, zero)
        if digits[0] != "0" and digits.endswith("00"):
            return cardinal(int(digits), language)
        return f"{head} {two(digits[1:], language, zero)}"
    if digits[0] != "0" and digits.endswith("000"):
        return cardinal(int(digits), language)
    if digits[0] != "0" and digits.endswith("00") and language == "en":
        return f"{cardinal(int(digits[:2]))} hundred"
    return f"{two(digits[:2], language, zero)} {two(digits[2:], language, zero)}"


def year(number: int, language: str = "en", style: str = "pairs") -> str:
    """A year: `pairs` ("nineteen fifty two"), `split` ("twenty oh four"), `whole` or `short`."""
    if style == "short":
        return two(f"{number % 100:02d}", language)
    if language == "es" or style == "whole" or (number % 1000 < 10 and style != "split"):
        if language == "en" and number < 2000:
            return year(number)
        return cardinal(number, language, joined=style == "whole")
    century, rest = divmod(number, 100)
    if not rest:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {two(f'{rest:02d}', language)}"
