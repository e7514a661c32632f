"""Phrases: what a rule's `says` lines mean, and when a phrase is only mentioned, not meant.

A line is a regular expression over lower-case words in which a space stands for any white space or
a comma, and `...` for up to four words.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from typing import Literal

from guardrails.rules.patterns_check import blows_up

Veto = Literal["", "negated", "hypothetical", "past", "family", "third person"]
"""Why a phrase is not meant of the caller, here and now; "" if it is."""
_CLAUSE = re.compile(r"[.?!;]|,\s*(?:but|and then|so)\b|\bbut\b|\bthough\b|\bhowever\b")
_NEGATED = re.compile(
    r"\b(?:no|not|never|without|none|nothing|denies|denied|neither|nor|isn't|aren't|wasn't|don't|doesn't|didn't|haven't|hasn't"
    r"|hadn't|can't say|won't|free of|negative for|rather than|instead of|gone|went away|no longer|stopped having)\b(?:\W+\w+){0,6}\W*$"
)
_IMAGINED = re.compile(
    r"\b(?:if|in case|whether|unless|should you|were to|what if|suppose|imagine|might get|could get|can cause|can lead|risk of|worried about getting|afraid of"
    r"|prevent|to avoid|watch (?:out )?for|look out for|any|ever|signs? of|symptoms of|such as|call us (?:if|when)|when you get|or if|do you|are you|have you|did you)\b(?:\W+\w+){0,10}\W*$"
)
_MAY_NOT = re.compile(
    r"\b(?:can't|cannot|couldn't|unable to|(?:am|i'm) not (?:able|allowed) to) (?:tell|say|advise|recommend|suggest|ask you|have you|let you)\b(?:\W+\w+){0,6}\W*$"
)
_CONDITION = re.compile(
    r"\b(?:if(?! (?:(?:that|it)(?:'s| is) (?:ok|okay|all right|alright|fine)|you don't mind))|in case|unless|whenever|should you|any time)\b(?:\W+\w+){0,14}\W*$"
)
_PAST = re.compile(
    r"\b(?:years? ago|months ago|last year|back in|when i was|used to|history of|in (?:19|20)\d\d|in (?:nineteen|twenty|ninety|eighty)|as a (?:kid|child)"
    r"|<DATE_\d+[^<>]*>|a long time ago|previously|in the past|before the (?:surgery|operation))\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:mother|father|mom|mum|dad|brother|sister|aunt|uncle|grand(?:mother|father|ma|pa)|cousin|husband|wife|family)\b"
)
_OTHER = re.compile(r"\b(?:friend|neighbou?r|boss|coworker)\b")
_RELATIVE_PAST = re.compile(r"\b(?:had|died|passed|was|suffered|got|history|runs in)\b")


def compiled(line: str, *, checked: bool = False) -> re.Pattern[str]:
    """The pattern of a line; `checked`: it is known that it cannot take for ever.

    Raises:
        ValueError: it is no pattern, or one that could take for ever.
    """
    if re.match(r"\s*\.\.\.|.*\.\.\.\s*$", line, re.DOTALL):
        raise ValueError("begins or ends with `...`, which may stand between words only")
    lowered = re.sub(r"\\.|[^\\]+", _lowered, line.strip())
    gapped = re.sub(r"\s*\.\.\.\s*", r"(?:\\W+\\w+){0,4}?\\W+", lowered)
    spaced = re.sub(r"\[[^\]]*\]| \?| +", _space, gapped)
    whole = rf"(?<!\w)(?:{spaced})(?!\w)"
    try:
        with warnings.catch_warnings(action="error", category=FutureWarning):
            pattern = re.compile(whole)
            reason = "" if checked else blows_up(whole)
    except (re.error, OverflowError, RecursionError, FutureWarning) as error:
        raise ValueError(f"is no pattern: {error}") from None
    if reason:
        raise ValueError(reason)
    return pattern


def _lowered(match: re.Match[str]) -> str:
    """Letters are lowered, but for those of an escape: `\\W` is no `\\w`."""
    return match[0] if match[0].startswith("\\") else match[0].lower()


def _space(match: re.Match[str]) -> str:
    """Between words any white space or a comma may stand; a class in brackets stays as it is."""
    if match[0].startswith("["):
        return match[0]
    return r"[\s,]*" if match[0].endswith("?") else r"[\s,]+"


def first_meant(
    patterns: Sequence[re.Pattern[str]], text: str, *, literal: bool
) -> re.Match[str] | None:
    """The first match that is meant of here and now; `literal` takes any match."""
    lowered = text.lower().replace("’", "'")
    for pattern in patterns:
        for match in pattern.finditer(lowered):
            if literal or not veto(lowered, match.start(), match.end()):
                return match
    return None


def matches(patterns: Sequence[re.Pattern[str]], text: str) -> Iterator[tuple[re.Match[str], Veto]]:
    """Every match in a text, pattern by pattern, and why it is not meant."""
    lowered = text.lower().replace("’", "'")
    for pattern in patterns:
        for match in pattern.finditer(lowered):
            yield match, veto(lowered, match.start(), match.end())


def only_mentioned(patterns: Sequence[re.Pattern[str]], text: str, *, literal: bool) -> bool:
    """Whether a text holds a phrase, and none of its phrases is meant of here and now."""
    if literal or first_meant(patterns, text, literal=False) is not None:
        return False
    return first_meant(patterns, text, literal=True) is not None


def veto(lowered: str, start: int, end: int) -> Veto:
    """Why a phrase is not said of the caller, here and now: denied, imagined, past, of another."""
    head = lowered[:start]
    cuts = [m.end() for m in _CLAUSE.finditer(head)]
    clause = head[cuts[-1] :] if cuts else head
    tail = lowered[end : end + 60]
    tail = _CLAUSE.split(tail)[0]
    if _NEGATED.search(clause[-60:]):
        return "negated"
    if _IMAGINED.search(clause[-90:]):
        return "hypothetical"
    around = f"{clause} {lowered[start:end]} {tail}"
    if _PAST.search(around):
        return "past"
    if _RELATIVE_PAST.search(around) and _RELATIVE.search(clause):
        return "family"
    if _RELATIVE_PAST.search(around) and _OTHER.search(clause):
        return "third person"
    return ""


def turn_veto(text: str) -> Veto:
    """Why the last clause of a turn is not meant: for what is matched by meaning, not by a phrase."""
    lowered = text.lower().replace("’", "'").rstrip(" .?!;,")
    return veto(lowered, len(lowered), len(lowered))


def first_stated(patterns: Sequence[re.Pattern[str]], text: str) -> re.Match[str] | None:
    """The first match that is said of now: not denied ("I can't tell you to take another pill") and
    under no condition ("if it gets worse, call 911")."""
    lowered = text.lower().replace("’", "'")
    for pattern in patterns:
        for match in pattern.finditer(lowered):
            clause = _CLAUSE.split(lowered[: match.start()])[-1]
            vetoes = (_NEGATED, _MAY_NOT, _CONDITION)
            if not any(veto.search(clause[-90:]) for veto in vetoes):
                return match
    return None
