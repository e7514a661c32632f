"""Whether words can be a name: what lists say of them, their capitals, what stands beside them."""

from guardrails.phi.lexicon import lexicon
from guardrails.phi.spoken import Word
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
