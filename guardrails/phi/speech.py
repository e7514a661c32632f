"""How the speakers of a language say numbers, letters and marks, and which language a turn is in."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Speech:
    """The spoken forms of a language, all in lower case.

    `tens` are followed by `ones` ("fifty two", "cincuenta y dos"); `hundreds` hold whole numbers.
    `spelled_by` are the words between a letter and the word it is spelled by ("b as in bravo").
    `tentative` words are letters only inside of something spelled.
    """

    name: str
    ones: dict[str, str]
    teens: dict[str, str]
    tens: dict[str, str]
    hundreds: dict[str, int]
    times: dict[str, int]
    letters: dict[str, str]
    tentative: frozenset[str]
    fillers: frozenset[str]
    spelled_by: tuple[tuple[str, ...], ...]
    plus: str


_ALPHABET = {
    word: word[0]
    for word in (
        "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november"
        " oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu"
    ).split()
}
_FILLERS = frozenset(
    "uh um er erm uhm ah hmm mm eh like so then dash hyphen space umm uhh well mmm".split()
)
ENGLISH = Speech(
    name="en",
    ones={
        "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4",
        "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9",
    },
    teens={
        "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14",
        "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19",
    },
    tens={
        "twenty": "2", "thirty": "3", "forty": "4", "fourty": "4", "fifty": "5", "sixty": "6",
        "seventy": "7", "eighty": "8", "ninety": "9",
    },
    hundreds={},
    times={"double": 2, "triple": 3, "treble": 3, "quadruple": 4},
    letters={**_ALPHABET, "zee": "z", "zed": "z", "aitch": "h", "jay": "j", "kay": "k"},
    tentative=frozenset({"zee", "zed", "aitch", "jay", "kay"}) | frozenset(_ALPHABET),
    fillers=_FILLERS,
    spelled_by=(("as", "in"), ("for",), ("like",), ("is", "in"), ("as", "an")),
    plus="",
)  # fmt: skip
_CIENTOS = "doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
SPANISH = Speech(
    name="es",
    ones={
        "cero": "0", "uno": "1", "una": "1", "un": "1", "dos": "2", "tres": "3", "cuatro": "4",
        "cinco": "5", "seis": "6", "siete": "7", "ocho": "8", "nueve": "9",
        **{word: digit for word, digit in ENGLISH.ones.items() if word != "o"},
    },
    teens={
        "diez": "10", "once": "11", "doce": "12", "trece": "13", "catorce": "14", "quince": "15",
        "dieciséis": "16", "dieciseis": "16", "diecisiete": "17", "dieciocho": "18",
        "diecinueve": "19", "veintiuno": "21", "veintiún": "21", "veintidós": "22",
        "veintidos": "22", "veintitrés": "23", "veintitres": "23", "veinticuatro": "24",
        "veinticinco": "25", "veintiséis": "26", "veintiseis": "26", "veintisiete": "27",
        "veintiocho": "28", "veintinueve": "29", **ENGLISH.teens,
    },
    tens={
        "veinte": "2", "treinta": "3", "cuarenta": "4", "cincuenta": "5", "sesenta": "6",
        "setenta": "7", "ochenta": "8", "noventa": "9", **ENGLISH.tens,
    },
    hundreds={
        "cien": 100, "ciento": 100,
        **{word: (i + 2) * 100 for i, word in enumerate(_CIENTOS.split())},
    },
    times={"doble": 2, "triple": 3, "double": 2},
    letters={
        **ENGLISH.letters, "be": "b", "ce": "c", "de": "d", "efe": "f", "ge": "g", "hache": "h",
        "jota": "j", "ka": "k", "ele": "l", "eme": "m", "ene": "n", "eñe": "ñ", "pe": "p",
        "cu": "q", "erre": "r", "ere": "r", "ese": "s", "te": "t", "ve": "v", "uve": "v",
        "equis": "x", "ye": "y", "zeta": "z", "ceta": "z",
    },
    tentative=ENGLISH.tentative | {"be", "ce", "de", "ge", "ka", "pe", "cu", "ese", "te", "ve", "ye", "ele", "ene"},
    fillers=_FILLERS | frozenset("este pues guion guión eh ajá bueno eeh mhm".split()),
    spelled_by=(("como", "en"), ("de",), ("como",), ("as", "in"), ("for",)),
    plus="y",
)  # fmt: skip
SPEECH = {"en": ENGLISH, "es": SPANISH}
_ASIDES = (
    r"let me (?:see|check|look)|let's see|hold on|hang on|one (?:sec(?:ond)?|moment)|just a (?:sec(?:ond)?|moment)|you know|i think|i mean"
    r"|what is it|is that an?|it's hard to read|no wait|wait no|wait|no sorry|sorry|excuse me|and then|then|okay|ok|yeah|uh|um|umm|er|erm|uhm|hmm|mm"
    r"|a ver|esp[eé]re(?:se)?|d[eé]jeme ver|perd[oó]n|creo|eh|este|mmm|y luego|luego|despu[eé]s|aj[aá]"
)
ASIDE = re.compile(rf"(?:(?:{_ASIDES})\b[\s,.]*)+", re.IGNORECASE)
"""What people say between two pieces of a value."""

_ES_WORDS = frozenset(
    """
    el la los las de que es mi su sus mis por para con una del al se le lo me te nos está esta
    este esto ese esa eso número numero nombre apellido fecha nacimiento calle cuál cual gracias
    sí si señor señora señorita doctor doctora usted tengo tiene dígame digame bueno buenos buenas
    días dias tardes noches cómo como qué cuándo cuando dónde donde teléfono telefono correo
    dirección direccion seguro cita hija hijo esposa esposo mamá mama papá médico medico pastilla
    pastillas medicina ayer hoy mañana aquí aqui ahí ya muy más mas pero porque entonces también
    perdón perdon claro ajá okey mande quiere puedo puede necesito favor y en hay ha he estoy
    soy era fue gusto llamo llama vivo vive nací cumple cero uno dos tres cuatro cinco seis siete
    ocho nueve diez once doce trece catorce quince veinte treinta cuarenta cincuenta sesenta setenta
    ochenta noventa cien mil enero febrero marzo abril mayo junio julio agosto septiembre octubre
    noviembre diciembre arroba punto guion guión doble correcto exacto calle avenida apartamento
    código codigo postal ciudad un o les fíjese pues este muchas cada vez veces año años
    """.split()
)  # fmt: skip
_EN_WORDS = frozenset(
    """
    the is are was were my your his her our their this that these those it it's i i'm you he she
    we they and or but of to for with on at from what who when where how can could would will
    should do does did have has had not don't be been am yes yeah okay thanks thank please name
    number phone date birth address if so then there here just up out get got going need want
    know take one two three four five six seven eight nine ten twenty thirty forty fifty sixty
    seventy eighty ninety oh zero an about all right sure
    """.split()
)
_WORD = re.compile(r"[a-zà-ÿ']+")


def language_of(text: str, default: str) -> str:
    """The language of a turn, "en" or "es"; `default` where the words do not tell."""
    words = _WORD.findall(text.lower())
    spanish = sum(word in _ES_WORDS for word in words)
    english = sum(word in _EN_WORDS for word in words)
    marked = any(mark in text for mark in "¿¡ñ")
    if spanish > english and (spanish >= 2 or marked or default == "es"):
        return "es"
    if english > spanish and (english >= 2 or default != "es"):
        return "en"
    return default if default in SPEECH else "en"
