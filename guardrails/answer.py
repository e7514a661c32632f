"""Checks on a drafted answer: is every word of it covered by what was approved?

Pure; on doubt a draft fails, and the approved text is shown as it is.
"""

import re
from collections.abc import Sequence
from typing import Literal

from guardrails.utterance import PLACEHOLDER

Finding = Literal["number", "negation", "ungrounded", "scope", "promise", "placeholder", "length"]
COVERED = 0.5
"""The share of a sentence's content words that the passages must hold."""
_WORD = re.compile(r"[a-z']+")
_NUMBER = re.compile(
    r"\d+(?:[.,/:]\d+)*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy"
    r"|eighty|ninety|hundred|thousand|half|twice|double)\b"
)
_STOP = frozenset(
    """
    a an and are as at be but by can do for from had has have how i if in is it its me my of on
    or so that the their them then there they this to was we were what when which who will with
    would you your i'm i'll it's let let's please thank thanks here just right sure understand
    sorry hear help now okay about could may up out not no any some more
    """.split()
)
_NEGATIONS = re.compile(
    r"\b(?:not|no|never|don't|do not|doesn't|can't|cannot|won't|without|avoid)\b"
)
_SCOPE = re.compile(
    r"\byou (?:can|could|should|may) (?:safely |just |probably )?(?:stop|skip|double|increase|decrease|reduce|halve)\b"
    r"|\b(?:sounds like|you (?:probably|likely|definitely) have|it'?s (?:probably|likely))\b"
)
_PROMISE = re.compile(
    r"\b(?:guarantee|promise you|definitely (?:covered|be fine)|will be fine|nothing to worry)\b"
)


def check(draft: str, passages: Sequence[str], heard: Sequence[str] = ()) -> list[Finding]:
    """What is wrong with a draft: nothing, if it may be shown.

    `heard` are masked turns whose placeholders the draft may repeat.
    """
    findings: list[Finding] = []
    approved = " ".join(passages).lower()
    said = draft.lower()
    if set(_NUMBER.findall(said)) - set(_NUMBER.findall(approved)):
        findings.append("number")
    placeholders = _placeholders(draft)
    if placeholders - _placeholders(" ".join(heard)):
        findings.append("placeholder")
    if _SCOPE.search(said) and not _SCOPE.search(approved):
        findings.append("scope")
    if _PROMISE.search(said) and not _PROMISE.search(approved):
        findings.append("promise")
    if len(draft) > 2 * max(len(approved), 200):
        findings.append("length")
    stems = {_stem(word) for word in _WORD.findall(approved)}
    for sentence in re.split(r"(?<=[.?!])\s+", said):
        content = [w for w in _WORD.findall(sentence) if w not in _STOP and len(w) > 2]
        covered = sum(_stem(word) in stems for word in content)
        if len(content) >= 3 and covered < COVERED * len(content):
            findings.append("ungrounded")
            break
    if len(_NEGATIONS.findall(said)) < len(_NEGATIONS.findall(approved)) and _drops(said, passages):
        findings.append("negation")
    return findings


def _placeholders(text: str) -> set[str]:
    return {match[0] for match in PLACEHOLDER.finditer(text)}


def _drops(said: str, passages: Sequence[str]) -> bool:
    """Whether a draft says without its "not" what a passage says with one."""
    own = re.split(r"(?<=[.?!,])\s+", said)
    for passage in passages:
        for clause in re.split(r"(?<=[.?!,])\s+", passage.lower()):
            if not _NEGATIONS.search(clause):
                continue
            wanted = {_stem(w) for w in _WORD.findall(clause) if w not in _STOP} - {
                "don't",
                "can't",
            }
            for mine in own:
                held = {_stem(w) for w in _WORD.findall(mine)}
                if len(wanted) >= 2 and wanted <= held and not _NEGATIONS.search(mine):
                    return True
    return False


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
