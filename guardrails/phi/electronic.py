"""E-mail and web addresses, IP addresses, user names, written or said.

45 CFR 164.514(b)(2)(i)(F), (N), (O).
"""

import re
from collections.abc import Iterator

from wordfreq import zipf_frequency

from guardrails.phi.speech import ENGLISH, SPANISH
from guardrails.phi.view import Span, View

_TLD = r"(?:com|net|org|edu|gov|mil|co|us|uk|io|info|biz|me|ca|mx|tv|health|app|dev)"
_WRITTEN = re.compile(
    rf"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:https?://|www\.)[^\s,;]+[^\s,;.?!]"
    rf"|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.{_TLD}(?:/[^\s,;]*)?\b",
    re.IGNORECASE,
)
_IP = re.compile(
    r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}\b", re.IGNORECASE
)
_NUMBER_WORD = "|".join(
    sorted(
        {*SPANISH.ones, *SPANISH.teens, *SPANISH.tens, *SPANISH.times, "hundred"},
        key=len,
        reverse=True,
    )
)
_NUMBER = rf"(?:\d{{1,3}}|(?:(?:{_NUMBER_WORD})(?:[\s-]+|\b)){{1,8}})"
_IP_SAID = re.compile(
    rf"\b{_NUMBER}\s*(?:dot|point)\s+{_NUMBER}\s*(?:dot|point)\s+{_NUMBER}\s*(?:dot|point)\s+{_NUMBER}",
    re.IGNORECASE,
)
_DOT = r"\s*(?:,\s*)?(?:\bdot\b|\.|\bperiod\b)\s*"
_AT = re.compile(
    rf"[\s,]+(?:at|@|arroba)[\s,]+(?!www\b)(?:(?!at\b)[\w-]+[\s,]+){{0,3}}?(?!at\b)[\w-]+(?:{_DOT}[\w-]+)*?{_DOT}{_TLD}(?:{_DOT}{_TLD})*\b",
    re.IGNORECASE,
)
_AT_BARE = re.compile(
    r"[\s,]+(?:at|@)[\s,]+(?:gmail|hotmail|yahoo|outlook|icloud|aol)\b", re.IGNORECASE
)
_WEB_SAID = re.compile(
    rf"\b(?:(?:www|w w w|double u double u double u|h t t p s?)\b[\s,]*(?:dot|\.|colon)?[\s,]*(?:slash[\s,]+){{0,2}})"
    rf"[\w-]+(?:{_DOT}[\w-]+)*{_DOT}{_TLD}(?:{_DOT}{_TLD})*\b|\b[\w-]+\s+dot\s+{_TLD}\b(?=\s+(?:forward\s+)?slash\b)",
    re.IGNORECASE,
)
_PATH = re.compile(
    rf"[\s,]+(?:forward\s+)?slash[\s,]+[\w-]+(?:\s+(?:{_NUMBER_WORD}|dash|dot|underscore)\b|\s+\d+\b|(?<=dash)\s+\w+)*",
    re.IGNORECASE,
)
_USER = re.compile(
    r"\b(?:user ?-?name|log ?-?in(?: name| id)?|user id|screen name|portal (?:id|name))\s*(?:is|was|'s|:)\s+(?:uh |um |it's )*",
    re.IGNORECASE,
)
_STOP = frozenset(
    """
    is it's its that's thats at me my email e-mail mail address to yes yeah yep sure okay ok as
    be the a an on and or with for so you can use this i'm i have it was send sent confirm right
    correct reach him her them account contact preferred primary personal work new old one's
    mine would will try also then here's here goes like am are we what read back no sorry
    """.split()
)
_MARKS = frozenset(
    {"dot", "underscore", "dash", "hyphen", "plus", "period", ".", "_", "-", "punto", "guion"}
)
_SPELLED = (
    frozenset(SPANISH.ones)
    | frozenset(SPANISH.teens)
    | frozenset(SPANISH.tens)
    | frozenset(ENGLISH.letters)
    | frozenset(SPANISH.times)
)


def find(view: View) -> Iterator[Span]:
    """Every address of a machine or a mailbox, and user names that were asked for."""
    for match in _WRITTEN.finditer(view.text):
        yield Span(match.start(), match.end(), "EMAIL" if "@" in match[0] else "URL", 0.95)
    for pattern in (_IP, _IP_SAID):
        for match in pattern.finditer(view.text):
            yield Span(match.start(), match.end(), "IP", 0.95)
    for pattern in (_AT, _AT_BARE):
        for match in pattern.finditer(view.text):
            start = _local_part(view, match.start())
            if start < match.start():
                yield Span(start, match.end(), "EMAIL", 0.95)
    for match in _WEB_SAID.finditer(view.text):
        end = match.end()
        while path := _PATH.match(view.text, end):
            end = path.end()
        yield Span(match.start(), end, "URL", 0.95)
    yield from _user_names(view)


def _local_part(view: View, end: int) -> int:
    """Where the part in front of "at" begins: letters, numbers and names, joined or not."""
    before = [word for word in view.words if word.end <= end]
    start, pieces, joined = end, 0, False
    for index in range(len(before) - 1, -1, -1):
        word = before[index].text
        if word in SPANISH.fillers and word not in _MARKS and word != "like":
            continue
        if word == "," and start != end:
            continue
        if word in _MARKS:
            joined = True
            start = before[index].start
            continue
        if word in _STOP or not word[0].isalnum():
            break
        spelled = len(word) == 1 or word in _SPELLED or word.isdigit()
        if (
            spelled
            and index >= 2
            and before[index - 1].text == "in"
            and before[index - 2].text == "as"
        ):
            continue
        if not spelled and not joined:
            pieces += 1
            if pieces > 2:
                break
        joined = False
        start = before[index].start
    return start


def _user_names(view: View) -> Iterator[Span]:
    for match in _USER.finditer(view.text):
        end = _token_end(view, match.end())
        if end > match.end():
            yield Span(match.end(), end, "USERNAME", 0.85)
    yield from _bare_answers(view)
    if "USERNAME" in view.expected and len(view.words) <= 10:
        lead = re.match(
            r"(?:(?:yes|yeah|sure|okay|ok|um|uh|it's|it is|that's|i think|so|my (?:user ?name|login)(?: is)?)[\s,]+)*",
            view.text,
            re.IGNORECASE,
        )
        start = lead.end() if lead else 0
        rest = view.text[start:].strip(" .")
        if re.search(r"\d|underscore|dot|_", rest) or (
            rest and len(rest.split()) == 1 and len(rest) > 4
        ):
            yield Span(start, start + len(view.text[start:].rstrip(" .?!")), "USERNAME", 0.7)


def _bare_answers(view: View) -> Iterator[Span]:
    """What is given where a mailbox or a login was asked for, and is no everyday word."""
    kinds = [kind for kind in ("EMAIL", "USERNAME") if kind in view.expected]
    if not kinds or len(view.words) > 12 or "?" in view.text:
        return
    for word in view.words:
        rare = len(word.text) > 3 and zipf_frequency(word.text, "en") < _RARE
        if word.text[0].isalpha() and rare and word.text not in _STOP:
            start = _local_part(view, word.end)
            score = 0.95 if len(view.words) <= _BARE else 0.7
            end = _token_end(view, word.start)
            yield Span(min(start, word.start), end, kinds[0], score, "asked for")


_RARE, _BARE = 2.5, 3


def _token_end(view: View, start: int) -> int:
    """The end of one name with the numbers and marks that follow it."""
    end = start
    for word in view.words:
        if word.start < start:
            continue
        spelled = (
            word.text in _SPELLED
            or word.text in _MARKS
            or word.text.isdigit()
            or len(word.text) == 1
        )
        if word.start == start or spelled or word.start == end:
            if word.text in (".", ",") and word.end >= len(view.text.rstrip()):
                break
            end = word.end
        else:
            break
    return end
