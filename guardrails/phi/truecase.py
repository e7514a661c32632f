"""Capitals for a transcript that has none, so that a model of written language can read it.

Words that people are called by get one, wherever they stand; the model decides by the sentence
which of them is a name. Lengths do not change, so offsets hold. Measured in docs/phi.md.
"""

import re

from guardrails.phi.lexicon import NOT_NAMES, bare_name, lexicon
from guardrails.phi.speech import language_of

EVERYDAY = 4.0
"""A surname that is more often a word than this (Zipf) stays in lower case."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_I = frozenset({"i", "i'm", "i've", "i'd", "i'll"})


def truecased(text: str) -> str:
    """The text as it is if it has capitals, or is Spanish; otherwise with likely names in capitals."""
    if re.search(r"\b(?!I\b)[A-Z]", text) or language_of(text, "en") != "en":
        return text
    cased = _WORD.sub(_capital, text)
    return cased[:1].upper() + cased[1:]


def _capital(match: re.Match[str]) -> str:
    from wordfreq import zipf_frequency

    word = match[0]
    bare = bare_name(word)
    known = lexicon()
    if word in _I:
        return "I" + word[1:]
    if bare in NOT_NAMES or known.clinical(bare):
        return word
    rare = zipf_frequency(bare, "en") < EVERYDAY
    if bare in known.first or (bare in known.any_name and rare) or known.unheard_of(bare):
        return word[0].upper() + word[1:]
    return word
