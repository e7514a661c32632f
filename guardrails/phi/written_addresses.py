"""Addresses as they are written, of any country: number, street, flat, town, postal code."""

import re
from collections.abc import Iterator

from guardrails.phi.view import Span, View

_CAP = r"(?:[A-ZÀ-ÞĀ-Ž][\w.'’-]*|\d+[a-z]{0,2}\.?)"
_SMALL = r"(?:of|de|la|del|di|da|do|dos|van|der|den|am|an|u\.|rkp\.|gate|tér|út|utca)"
_WRITTEN = re.compile(
    rf"(?:\b\d{{1,6}}(?:[ ,]+(?:{_CAP}|{_SMALL})){{1,6}}|\b{_CAP}(?:[ ]+(?:{_CAP}|{_SMALL})){{0,4}}[ ]+\d{{1,5}}[a-z]?)"
    rf"[\s,>]+(?:Apt|Suite|Ste|Unit)\.? ?\w{{1,5}}"
    rf"(?:[\s,>]+{_CAP}(?:[ ]+(?:{_CAP}|{_SMALL}|\([^)\n]*\))){{0,4}}){{0,3}}(?:[\s,>]+[A-Z]{{0,2}}[ -]?\d{{4,6}}\b)?"
    rf"|\b\d{{1,6}}(?:[ ]+(?:{_CAP}|{_SMALL})){{1,6}}[\s,>]+{_CAP}(?:[ ]+{_CAP}){{0,3}}[\s,>]+(?:[A-Z]{{2,3}}|nan|{_CAP}(?:[ ]+{_CAP}){{0,2}})?[\s,]*\d{{4,6}}\b"
)
_SLICE, _LONGEST = 1000, 200
_MILITARY = re.compile(
    r"\b(?:PSC|Unit|CMR|USNV|USNS|USS|USCGC)\s+\w+(?:,?\s+Box\s+\d+)?[\s,]+(?:APO|FPO|DPO)[\s,]+A[AEP]\s+\d{5}\b",
    re.IGNORECASE,
)


def find(view: View) -> Iterator[Span]:
    """Every address written out in a text with capitals, and military ones."""
    for match in _MILITARY.finditer(view.text):
        yield Span(match.start(), match.end(), "ADDRESS", 0.95, "written form")
    # in slices: the pattern is quadratic in the length of what it reads
    for at in range(0, len(view.text) if view.cased else 0, _SLICE):
        for match in _WRITTEN.finditer(view.text, at, at + _SLICE + _LONGEST):
            yield Span(match.start(), match.end(), "ADDRESS", 0.95, "written form")
