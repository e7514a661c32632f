"""People's names in Spanish talk: what introduces them, titles, relatives, names heard before.

They add to the tagger, whose network comes from an English one.
"""

import re
from collections.abc import Iterator

from wordfreq import zipf_frequency

from guardrails.phi.lexicon import bare_name, folded, lexicon
from guardrails.phi.spoken import Word
from guardrails.phi.view import Span, View

_FILL = r"(?:(?:eh|este|pues|uh|um|,|a ver)[\s,]*)*"
_INTRODUCES = re.compile(
    rf"\b(?:me llamo|mi nombre(?: completo)? es|se llama|su nombre es|nombre de|le (?:habla|saluda|atiende)|habla|yo soy|soy|a nombre de|de parte de|apellido(?: es)?"
    rf"|con (?:el|la)? ?(?:señora?|señorita|doctora?)|gracias|hola|buen[oa]s (?:días|dias|tardes|noches))[\s,:]+{_FILL}",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\b(?:señora?|señorita|sra?\.?|srta\.?|don|doña|doctora?|dra?\.?|licenciad[oa]|enfermer[oa]|maestr[oa])\s+",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:mi|su|tu)\s+(?:hij[oa]|espos[oa]|marido|mujer|mamá|mama|papá|papa|madre|padre|herman[oa]|abuel[oa]|ti[oa]|tío|tía|niet[oa]|sobrin[oa]|prim[oa]"
    r"|suegr[oa]|cuñad[oa]|vecin[oa]|amig[oa]|novi[oa]|niñ[oa]|bebé)(?: se llama| es|,)?\s+",
    re.IGNORECASE,
)
_JOINTS = frozenset("de la las los del y e".split())
_WORDS = frozenset(
    """
    luz sol rosa clara esperanza dolores paz salud pilar cruz mercedes rosario consuelo socorro
    angel flor mar estrella alma gloria victoria blanca linda reina domingo julio abril mayo leon
    santos reyes bueno buena señor señora doctor doctora usted ella que como con para por no si
    ya muy bien dios gracias perdon hola mande digame aqui ahi eso esto un una la el los las yo
    tengo quiero necesito puedo puede favor del al es son era fue hay va voy casa calle numero
    camino del dia dias tarde noche hoy manana ayer ahora luego mas menos uno dos tres
    """.split()
)  # fmt: skip
_COMMON = 4.6
_KNOWN = 3.4
_MOST = 4


def find(view: View) -> Iterator[Span]:
    """Every name in a Spanish utterance."""
    words = view.words
    for pattern in (_INTRODUCES, _TITLE, _RELATIVE):
        for match in pattern.finditer(view.text):
            index = next((i for i, w in enumerate(words) if w.start >= match.end()), None)
            titled = pattern is _TITLE
            if index is not None and (span := _taken(view, index, titled=titled)):
                yield span
    for word in words:
        name = bare_name(word.text)
        if name in view.context.known_names and not ordinary(name):
            yield Span(word.start, word.start + len(name), "PERSON", 0.8, "heard before")
    if "NAME" in view.expected and len(words) <= 8:
        start = next((i for i, w in enumerate(words) if _part(view, w, first=True)), None)
        if start is not None and (span := _taken(view, start)):
            yield span


def _taken(view: View, index: int, *, titled: bool = False) -> Span | None:
    start, end, count = -1, -1, 0
    for position in range(index, min(index + _MOST + 2, len(view.words))):
        word = view.words[position]
        joint = count > 0 and word.text in _JOINTS and position + 1 < len(view.words)
        if joint and _part(view, view.words[position + 1], first=False):
            continue
        if count == _MOST or not _part(view, word, first=count == 0 and not titled):
            break
        start = word.start if start < 0 else start
        end, count = word.start + len(bare_name(word.text)), count + 1
    return Span(start, end, "PERSON", 0.85, "introduced") if count else None


def _part(view: View, word: Word, *, first: bool) -> bool:
    """Whether a word can be a part of a name where one is due."""
    if not word.text[0].isalpha() or len(word.text) < 2:
        return False
    if not first and lexicon().last_rank(folded(bare_name(word.text))) == 3 and len(word.text) > 3:
        return not view.cased or view.upper(word)  # "señor reyes": a surname before a word
    if view.cased:
        return view.upper(word) and not ordinary(word.text)
    ranks = lexicon().ranks.get(folded(bare_name(word.text)), (0, 0))
    if ordinary(word.text):
        return False
    rare = zipf_frequency(word.text, "es") < (3.0 if first else 3.4)
    return sum(ranks) > 1 or rare


def ordinary(word: str) -> bool:
    """Whether a word is more often no name in Spanish."""
    plain = folded(bare_name(word))
    ranks = lexicon().ranks.get(plain, (0, 0))
    common = zipf_frequency(word, "es")
    return (
        plain in _WORDS
        or (common >= _COMMON and ranks[0] < 2)
        or (common >= _KNOWN and max(ranks) < 2)
    )
