"""Phrases: what a rule's `says` lines mean, and when a phrase is only mentioned, not meant.

A line is a regular expression over lower-case words in which a space stands for any white space or
a comma, and `...` for up to four words.
"""

import re
from collections.abc import Sequence

_NESTED = re.compile(r"\([^()]*[+*][^()]*\)\s*[+*{]|[+*]\s*[+*]")
_CLAUSE = re.compile(r"[.?!;]|,\s*(?:but|and then|so)\b|\bbut\b|\bthough\b|\bhowever\b")
_NEGATED = re.compile(
    r"\b(?:no|not|never|without|none|nothing|denies|denied|neither|nor|isn't|aren't|wasn't|don't|doesn't|didn't|haven't|hasn't"
    r"|hadn't|can't say|won't|free of|negative for|rather than|instead of|gone|went away|no longer|stopped having)\b(?:\W+\w+){0,6}\W*$"
)
_IMAGINED = re.compile(
    r"\b(?:if|in case|whether|unless|should you|were to|what if|suppose|imagine|might get|could get|can cause|can lead|risk of|worried about getting|afraid of"
    r"|prevent|to avoid|watch (?:out )?for|look out for|any|ever|signs? of|symptoms of|such as|call us (?:if|when)|when you get|or if|do you|are you|have you|did you)\b(?:\W+\w+){0,10}\W*$"
)
_PAST = re.compile(
    r"\b(?:years? ago|months ago|last year|back in|when i was|used to|history of|in (?:19|20)\d\d|in (?:nineteen|twenty|ninety|eighty)|as a (?:kid|child)"
    r"|<DATE_\d+[^<>]*>|a long time ago|previously|in the past|before the (?:surgery|operation))\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:mother|father|mom|mum|dad|brother|sister|aunt|uncle|grand(?:mother|father|ma|pa)|cousin|friend|neighbou?r|husband|wife|boss|coworker|family)\b"
)
_RELATIVE_PAST = re.compile(r"\b(?:had|died|passed|was|suffered|got|history|runs in)\b")


def compiled(line: str) -> re.Pattern[str]:
    """The pattern of a line.

    Raises:
        ValueError: it is no pattern, or one that could take for ever.
    """
    if _NESTED.search(line):
        raise ValueError("a repetition inside a repetition can take for ever; write it out")
    gapped = re.sub(r"\s*\.\.\.\s*", r"(?:\\W+\\w+){0,4}?\\W+", line.strip().lower())
    spaced = re.sub(r"\[[^\]]*\]| \?| +", _space, gapped)
    try:
        return re.compile(rf"(?<!\w)(?:{spaced})(?!\w)")
    except re.error as error:
        raise ValueError(f"is no pattern: {error}") from None


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
            if literal or is_meant(lowered, match.start(), match.end()):
                return match
    return None


def only_mentioned(patterns: Sequence[re.Pattern[str]], text: str, *, literal: bool) -> bool:
    """Whether a text holds a phrase, and none of its phrases is meant of here and now."""
    if literal or first_meant(patterns, text, literal=False) is not None:
        return False
    return first_meant(patterns, text, literal=True) is not None


def is_meant(lowered: str, start: int, end: int) -> bool:
    """Whether a phrase is said of here and now: not denied, imagined, past or of a relative."""
    head = lowered[:start]
    cuts = [m.end() for m in _CLAUSE.finditer(head)]
    clause = head[cuts[-1] :] if cuts else head
    tail = lowered[end : end + 60]
    tail = _CLAUSE.split(tail)[0]
    if _NEGATED.search(clause[-60:]) or _IMAGINED.search(clause[-90:]):
        return False
    around = f"{clause} {lowered[start:end]} {tail}"
    if _PAST.search(around):
        return False
    return not (_RELATIVE.search(clause) and _RELATIVE_PAST.search(around))


_YES = re.compile(
    r"^\W*(?:(?:uh|um|oh|well|so|i think|actually|er)\W+)*(?:yes|yeah|yep|yup|i do|i am|i have|i did|a little|a bit|sometimes|kind of|definitely|it does|it is|they are|he does"
    r"|she does|he is|she is|mm ?hmm|uh[- ]huh|correct|sort of|that's right|right|sure|i guess so|sí|si)\b"
)
_NO = re.compile(
    r"^\W*(?:(?:uh|um|oh|well|so|er|i think)\W+)*(?:no|nope|nah|not|never|i don't|i haven't|i'm not|i do not|none|negative|neither|uh[- ]uh)\b"
)


def yes_or_no(text: str) -> str:
    """ "yes", "no" or nothing: how a turn answers a yes-or-no question."""
    lowered = text.lower().replace("’", "'")
    if _NO.match(lowered):
        return "no"
    return "yes" if _YES.match(lowered) else ""
