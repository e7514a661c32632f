"""Numbers and codes that identify: phones, SSN, member, record, account, card, licence numbers...

45 CFR 164.514(b)(2)(i)(D), (E), (G), (H), (I), (J), (K), (L), (M), (R). A shape that can hardly be
anything else is a find; every other stretch of digits and letters is a candidate, which the
dialogue (`expectation.py`) may turn into a find. Doses, readings, prices and counts are neither.
"""

import re
from collections.abc import Iterator

from guardrails.phi.checksums import dea, luhn, npi
from guardrails.phi.spoken import Run
from guardrails.phi.view import Span, View

CANDIDATE = 0.2
LONG = 6
"""No dose and no reading has so many digits."""
ENTITIES = [
    "PHONE", "SSN", "ID", "MEMBER_ID", "MBI", "MRN", "CREDIT_CARD", "ACCOUNT", "CASE_NUMBER",
    "LICENSE", "NPI", "DEA", "VEHICLE", "DEVICE", "ZIP", "USERNAME",
]  # fmt: skip
_UNIT = re.compile(
    r"[\s-]*(?:%|/|over\b|(?:and a half|point\b)|(?:milli|micro|kilo)?(?:gram|liter|litre)s?\b|mg\b|mcg\b|ml\b|cc\b|kgs?\b"
    r"|milligrams?|m\s?c?\s?g\b|m\s?l\b|c\s?c\b|m\s?m\b|units?\b|pounds?\b|lbs?\b|stone\b|ounces?\b|oz\b|per ?cent|percent|degrees?|hours?|minutes?|seconds?"
    r"|(?:business |working )?days?\b|weeks?|months?|years?|yrs?\b|times?\b|tablets?|pills?|capsules?|puffs?|drops?|sprays?"
    r"|steps|calories|carbs|cups?\b|glasses|dollars?|bucks|cents|euros|quid|pence|o'?clock|a\.?m\b|p\.?m\b|inch|inches|feet|foot"
    r"|miles?|beats|bpm|kilos?|litres?|liters?|mmhg|millimeters?|systolic|diastolic|to one\b|out of|on the scale|a day|a week"
    r"|per\b|in the morning|at night|or (?:so|more|less)|something\b|ish\b|more\b|of (?:them|those|the|my|these)\b|thousand|million|hundred"
    r"|miligramos|mililitros|unidades|libras|kilos|grados|horas?\b|minutos?\b|días?\b|dias?\b|semanas?\b|mes(?:es)?\b|años?\b|veces|vez\b"
    r"|pastillas?\b|tabletas?\b|cápsulas?\b|gotas?\b|dólares|dolares|pesos|centavos|por ciento|sobre\b|de la (?:mañana|tarde|noche)"
    r"|y (?:media|cuarto)\b|pasos|vasos|cucharad)",
    re.IGNORECASE,
)
_YEAR = re.compile(
    r"\b(?:in|since|until|till|from|of|year|around|about|back in|en|desde)\s+$", re.IGNORECASE
)
_MONEY = re.compile(r"[$£€]\s*$")
_FIXED = re.compile(
    r"\b(?:\d{3}-\d{2}-\d{4}|(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]\d{4})\b|\(\d{3}\)\s?\d{3}[ -]?\d{4}"
)
_MBI = re.compile(
    r"[1-9](?![sloibz])[a-z](?![sloibz])[a-z0-9]\d(?![sloibz])[a-z](?![sloibz])[a-z0-9]\d"
    r"(?![sloibz])[a-z](?![sloibz])[a-z]\d\d"
)
_UK_POSTCODE = re.compile(r"[a-z]{1,2}\d{1,2}[a-z]?\d[a-z]{2}")
_SPINE = re.compile(r"(?:[lcts]\d{1,2})+")
_VIN = re.compile(r"(?=.*\d.*\d.*\d)[a-hj-npr-z0-9]{17}")
_CALLS = re.compile(
    r"\b(?:call|dial|text|ring|llame|marque|llamar)\w*\s+(?:\w+\s+){0,2}$", re.IGNORECASE
)
_PROCEDURE = re.compile(
    r"\b(?:cpt|hcpcs|procedure|billing)(?: code)?(?: is| was)?\W*$", re.IGNORECASE
)
_MODIFIER = re.compile(r"\W*(?:with )?(?:a |the )?modifier\b", re.IGNORECASE)
_CLOCK = re.compile(
    r"\b(?:at|by|till|until|before|after|around|to|las?)\s+(?:about\s+)?$", re.IGNORECASE
)
_COMMON_LINES = frozenset({"911", "988", "411", "211", "311", "711", "112", "999", "18002738255"})
_WRITTEN_CODE = re.compile(
    r"\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])(?:[A-Z]{1,5}-?\d{4,}[A-Z\d]*|[A-Z\d]{2,}-[A-Z\d-]{4,}|\d[A-Z]{1,2}\d?[A-Z\d]{4,})\b",
    re.IGNORECASE,
)


def find(view: View) -> Iterator[Span]:
    """Every code in an utterance, and every candidate for one."""
    for match in _FIXED.finditer(view.text):
        if match[0].strip("() ") and not public(match[0]):
            kind = "SSN" if re.fullmatch(r"\d{3}-\d{2}-\d{4}", match[0]) else "PHONE"
            yield Span(match.start(), match.end(), kind, 0.95, "written form")
    for match in _WRITTEN_CODE.finditer(view.text):
        yield Span(match.start(), match.end(), "ID", 0.8, "letters with digits")
    for run in view.runs:
        if known_line(view, run.start, run.canon) or counts(view, run):
            continue
        start = run.start
        if start and view.text[start - 1] in "(+":
            start -= 1
        kind, why = shape(view, run)
        yield Span(start, run.end, kind or "ID", 0.85 if kind else CANDIDATE, why)


def known_line(view: View, start: int, canon: str) -> bool:
    """A public number: 911 and 988 always, shorter services only where somebody calls them."""
    if not public(canon):
        return False
    return canon in ("911", "988") or len(canon) > 3 or bool(_CALLS.search(view.text[:start]))


def public(text: str) -> bool:
    """A number that everybody may know: an emergency, crisis or service line."""
    digits = re.sub(r"\D", "", text)
    return digits in _COMMON_LINES or re.fullmatch(r"9{3,6}|1{3}|0[38]00|0845", digits) is not None


def counts(view: View, run: Run) -> bool:
    """Whether a unit, a currency or a table of procedures says that a short run is no code."""
    before = view.text[max(0, run.start - 16) : run.start]
    year = re.fullmatch(r"(?:19|20)\d\d", run.canon) and _YEAR.search(before)
    clock = re.fullmatch(r"(?:[1-9]|1[0-2])[0-5]\d", run.canon) and _CLOCK.search(before)
    procedure = run.digits == 5 and (
        _PROCEDURE.search(before) or _MODIFIER.match(view.text, run.end)
    )
    return len(run.canon) < 9 and bool(
        procedure or year or clock or _UNIT.match(view.text, run.end) or _MONEY.search(before)
    )


def shape(view: View, run: Run) -> tuple[str, str]:
    """What a run can only be by its form, and why; nothing if its form tells nothing."""
    canon, digits, letters = run.canon, run.digits, run.letters
    if _SPINE.fullmatch(canon) or (letters and digits < 2):
        return "", ""
    if any(atom.kind == "H" for atom in run.atoms) and digits < 7:
        return "", ""
    if _MBI.fullmatch(canon):
        return "MBI", "Medicare form"
    if dea(canon):
        return "DEA", "check digit"
    if _VIN.fullmatch(canon) and letters:
        return "VEHICLE", "vehicle number form"
    piece = letters and "ADDRESS" in view.expected and len(canon) >= 3
    if _UK_POSTCODE.fullmatch(canon) or piece:
        return "ZIP", "postcode form"
    if letters:
        return ("ID", "letters with digits") if len(canon) >= 5 and digits >= 3 else ("", "")
    return _digits(view, run)


def _digits(view: View, run: Run) -> tuple[str, str]:
    canon, digits = run.canon, run.digits
    if 13 <= digits <= 19 and luhn(canon):
        return "CREDIT_CARD", "check digit"
    if npi(canon):
        return "NPI", "check digit"
    if len(run.atoms) > 3 and all(len(a.canon) == 2 and a.canon[1] in "05" for a in run.atoms):
        return "", ""  # a taper: "forty forty twenty twenty ten"
    if digits in (10, 11) or (digits == 7 and run.singles >= 6):
        return "PHONE", "length"
    if digits >= 9:
        return ("ID" if digits != 9 else "SSN"), "length"
    whole = len(view.words) - len(run.atoms) <= 4
    if digits >= 6 and (run.singles >= digits - 2 or len(run.atoms) == 1 or whole):
        return "ID", "length"
    if digits == 5 and (run.singles == 5 or whole):
        return "ZIP", "length"
    counting = canon in "0123456789" or canon in "9876543210"
    asked = whole and "?" in view.context.previous
    if digits == 4 and not counting and (run.singles == 4 or asked):
        return "ID", "digit by digit"
    return "", ""
