"""Whether words can be a name: what lists say of them, their capitals, what stands beside them."""

import re

from guardrails.phi.lexicon import NOT_NAMES, bare_name, lexicon
from guardrails.phi.speech import SPANISH
from guardrails.phi.spoken import Word
from guardrails.phi.tagger.recognizer import doubts
from guardrails.phi.view import View

VERBS = frozenset(
    """
    will may drew love hope sue grant chase pat rob mark bill wade ward guy see so do an
    """.split()
)
AFTER_NAME = frozenset(
    """
    with from calling at and speaking here in , . ? ! on over again
    """.split()
)


def candidate(name: str, strict: bool) -> bool:
    known = lexicon()
    return (
        known.credible(name, announced=not strict)
        or (strict and name in known.any_name)
        or known.unheard_of(name)
    )


def plausible(
    view: View, word: Word, name: str, strict: bool, count: int, introduced: bool, following: str
) -> bool:
    """Whether a word can be the next part of a name."""
    known = lexicon()
    upper = view.upper(word)
    if view.cased and not upper:
        return count == 0 and not strict and known.safe(name)
    if view.cased:
        rare = introduced and known.unheard_of(name)
        return not strict or count > 0 or rare or known.credible(name, announced=False)
    if not strict:
        return count == 0 or name in known.any_name or known.credible(name, announced=False)
    if count == 0:
        ordinary = name in known.first and name not in VERBS and following in AFTER_NAME
        verb = name.endswith(("ed", "ing", "ly", "s")) and following not in AFTER_NAME
        rare = introduced and known.unheard_of(name) and not verb
        return known.safe(name) or rare or (introduced and ordinary)
    if known.unheard_of(name) and introduced:
        return True
    surname = name in known.last and (name not in known.ordinary or following in AFTER_NAME)
    return surname or known.safe(name)


def supported(view: View, start: int, text: str) -> bool:
    """Whether the tagger finds it thinkable that a word which no list knows is a name."""
    parts = [bare_name(part) for part in text.split()]
    listed = any(part in lexicon().any_name for part in parts)
    return listed or doubts(view, start, start + len(text)) < _UNLIKELY


_UNLIKELY = 0.9


def credible(view: View, start: int, text: str) -> bool:
    """Whether what spaCy takes for a person is one: its errors on speech are words and eponyms."""
    known = lexicon()
    parts = [bare_name(part) for part in text.split() if part[:1].isalpha()]
    if text.isupper() and len(text) < 6:
        return False
    if not parts or any(known.clinical(part) for part in parts) or re.search(r"\d|<|>", text):
        return False
    if not view.cased:
        return _credible_uncased(parts)
    if not all(part[:1].isupper() for part in text.split()):
        return any(known.safe(part) for part in parts) and not any(p in NOT_NAMES for p in parts)
    if any(part in NOT_NAMES or part in SPANISH.fillers for part in parts):
        return False
    named = [part for part in parts if part in known.any_name]
    if len(parts) == 1:
        return (bool(named) or known.unheard_of(parts[0])) and parts[0] not in known.ordinary
    if len(parts) > 1 and not named:
        return any(known.unheard_of(part) for part in parts)
    return len(named) >= 1 and not all(part in known.ordinary for part in parts)


def _credible_uncased(parts: list[str]) -> bool:
    """Whether what the model took for a person in text without capitals may be one."""
    known = lexicon()
    if any(part in NOT_NAMES or part in SPANISH.fillers for part in parts):
        return False
    if len(parts) == 1:
        first = parts[0] in known.first and parts[0] not in VERBS
        return known.safe(parts[0]) or (first and len(parts[0]) > 2)
    named = [part for part in parts if part in known.any_name]
    return bool(named) and not all(part in known.ordinary for part in parts)
