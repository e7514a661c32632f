"""Calls in a language that nothing here can read: on doubt, mask.

The recognizers that need no language run as ever (digits, addresses of machines, values on
file); beside them every number and every capitalised word is masked. A text without capitals
shows nothing of its names, and is withheld whole.
"""

import re

from guardrails.phi.finds import Find
from guardrails.phi.view import View

WHY = "this language is not supported: every number and capitalised word is masked"
_NUMBER = re.compile(r"\S*\d\S*")
_CAPITALISED = re.compile(r"(?<!\w)[^\W\d_a-zà-ÿ]\w*(?:[-'’]\w+)*")


def readable(text: str) -> bool:
    """Whether a text has capitals that can tell names from words."""
    letters = [c for c in text if c.isalpha()]
    return not letters or any(c.isupper() for c in letters)


def finds(view: View) -> list[Find]:
    """Every token with a digit, and every capitalised word."""
    found = [
        Find(m.start(), m.end(), "ID", 0.6, "unread language: number")
        for m in _NUMBER.finditer(view.text)
    ]
    found += [
        Find(m.start(), m.end(), "PERSON", 0.6, "unread language: capital")
        for m in _CAPITALISED.finditer(view.text)
        if m[0][0].isupper()
    ]
    return found
