"""Numbers and codes that identify: phones, SSN, member, record, account, card, licence numbers...

45 CFR 164.514(b)(2)(i)(D), (E), (G), (H), (I), (J), (K), (L), (M), (R). What a code is, is told
by what was asked for, by the words in front of it, or by its shape; a stretch of digits too long
to be a dose or a reading is masked even when nothing says what it is.
"""

import re
from collections.abc import Iterator

from guardrails.phi.spoken import Run
from guardrails.phi.view import Span, View

KINDS = {
    "PHONE": "PHONE", "SSN": "SSN", "LAST4": "ID", "MEMBER_ID": "MEMBER_ID", "MRN": "MRN",
    "CREDIT_CARD": "CREDIT_CARD", "ACCOUNT": "ACCOUNT", "CASE": "CASE_NUMBER", "LICENSE": "LICENSE",
    "VEHICLE": "VEHICLE", "DEVICE": "DEVICE", "ZIP": "ZIP", "USERNAME": "USERNAME", "PIN": "ID",
}  # fmt: skip
"""The kinds of the dialogue that are codes, and the entity each becomes."""
ENTITIES = sorted({*KINDS.values(), "PHONE", "ID", "NPI", "MBI"})
_SHORTEST = {"PHONE": 3, "ZIP": 3, "LAST4": 2, "PIN": 3, "USERNAME": 2}
_UNIT = re.compile(
    r"[\s-]*(?:%|/|over\b|(?:and a half|point\b)|(?:milli|micro|kilo)?(?:gram|liter|litre)s?\b|mg\b|mcg\b|ml\b|cc\b|kgs?\b"
    r"|milligrams?|units?\b|pounds?\b|lbs?\b|stone\b|ounces?\b|oz\b|per ?cent|percent|degrees?|hours?|minutes?|seconds?"
    r"|(?:business |working )?days?\b|weeks?|months?|years?|yrs?\b|times?\b|tablets?|pills?|capsules?|puffs?|drops?|sprays?"
    r"|steps|calories|carbs|cups?\b|glasses|dollars?|bucks|cents|euros|quid|pence|o'?clock|a\.?m\b|p\.?m\b|inch|inches|feet|foot"
    r"|miles?|beats|bpm|kilos?|litres?|liters?|mmhg|millimeters?|systolic|diastolic|to one\b|out of|on the scale|a day|a week"
    r"|per\b|in the morning|at night|or (?:so|more|less)|something\b|ish\b|more\b|of (?:them|those|the|my|these)\b|thousand|million|hundred)",
    re.IGNORECASE,
)
_MONEY = re.compile(r"[$£€]\s*$")
_MEASURED = re.compile(
    r"\b(?:pressure|systolic|diastolic|bp|sugar|glucose|reading|readings|pulse|heart rate|oxygen|sat|sats|saturation|a1c|weight|weigh"
    r"|weighed|weighs|temperature|temp|fever of|dose|dosage|cholesterol|ldl|hdl|creatinine|potassium|sodium|score|level|levels|count"
    r"|about|around|between|over|under|roughly|approximately|costs?|total|balance|owe|paid|pay|copay|deductible)\b[^?!]{0,25}$",
    re.IGNORECASE,
)
_FIXED = re.compile(
    r"\b(?:\d{3}-\d{2}-\d{4}|(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]\d{4})\b|\(\d{3}\)\s?\d{3}[ -]?\d{4}"
)
_MBI = re.compile(
    r"[1-9](?![sloibz])[a-z](?![sloibz])[a-z0-9]\d(?![sloibz])[a-z](?![sloibz])[a-z0-9]\d"
    r"(?![sloibz])[a-z](?![sloibz])[a-z]\d\d"
)
_UK_POSTCODE = re.compile(r"[a-z]{1,2}\d{1,2}[a-z]?\d[a-z]{2}")
_SPINE = re.compile(r"(?:[lcts]\d{1,2})+")
_COMMON_LINES = frozenset({"911", "988", "411", "211", "311", "112", "999", "18002738255"})
_WRITTEN_CODE = re.compile(
    r"\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])(?:[A-Z]{1,5}-?\d{4,}[A-Z\d]*|[A-Z\d]{2,}-[A-Z\d-]{4,}|\d[A-Z]{1,2}\d?[A-Z\d]{4,})\b",
    re.IGNORECASE,
)


def find(view: View) -> Iterator[Span]:
    """Every code in an utterance."""
    for match in _FIXED.finditer(view.text):
        if match[0].strip("() ") and not _public(match[0]):
            kind = "SSN" if re.fullmatch(r"\d{3}-\d{2}-\d{4}", match[0]) else "PHONE"
            yield Span(match.start(), match.end(), kind, 0.95)
    for match in _WRITTEN_CODE.finditer(view.text):
        named = view.named_before(match.start(), KINDS)
        expected = _expected(view, len(match[0]), 0)
        yield Span(match.start(), match.end(), KINDS.get(named or expected, "ID"), 0.8)
    for run in view.runs:
        kind = _kind(view, run)
        if kind:
            start = run.start
            if start and view.text[start - 1] in "(+":
                start -= 1
            yield Span(start, run.end, kind, 0.85)


def _public(text: str) -> bool:
    """A number that everybody may know: an emergency, crisis or service line."""
    digits = re.sub(r"\D", "", text)
    return digits in _COMMON_LINES or re.fullmatch(r"9{3,6}|1{3}|0[38]00|0845", digits) is not None


def _kind(view: View, run: Run) -> str:
    """The entity type of a run, or nothing if it may stay."""
    canon, length = run.canon, len(run.canon)
    if _public(canon) or (not run.digits and not _spelled_code(view, run)):
        return ""
    after = view.text[run.end :]
    before = view.text[max(0, run.start - 60) : run.start]
    if length < 9 and (_UNIT.match(after) or _MONEY.search(before)):
        return ""
    named = view.named_before(run.start, KINDS)
    if named and length >= _SHORTEST.get(named, 3) and not _measured(before, run, named):
        return _by_shape(KINDS[named], run)
    expected = _expected(view, length, run.digits)
    if expected and not _measured(before, run, "") and not _in_a_sentence(view, run):
        return _by_shape(KINDS[expected], run)
    return "" if _measured(before, run, "") and length < 9 else _unnamed(view, run)


def _measured(before: str, run: Run, named: str) -> bool:
    """Whether the words in front say that it is a reading, a dose or a price."""
    found = None
    for match in _MEASURED.finditer(before):
        found = match
    if found is None or run.singles >= 6 or len(run.canon) >= 7:
        return False
    return not named or "number" not in before[found.start() :]


def _in_a_sentence(view: View, run: Run) -> bool:
    """A short number in a long turn is rarely the answer to what was asked."""
    rest = len(view.words) - len(run.atoms)
    return len(run.canon) < 4 and rest > 8


def _expected(view: View, length: int, digits: int) -> str:
    """The kind asked for that a code of this length fits best."""
    fitting = [
        kind
        for kind in KINDS
        if kind in view.expected
        and length >= _SHORTEST.get(kind, 3)
        and (digits or kind != "PHONE")
    ]
    if not fitting:
        return ""
    ideal = {"PHONE": 10, "SSN": 9, "LAST4": 4, "ZIP": 5, "CREDIT_CARD": 16, "PIN": 4}
    return min(fitting, key=lambda kind: abs(ideal.get(kind, 9) - length))


def _spelled_code(view: View, run: Run) -> bool:
    """Letters alone are a code where a code of letters was asked for."""
    code = {"VEHICLE", "USERNAME", "MEMBER_ID", "LICENSE", "CASE", "PIN"} & view.expected
    return len(run.canon) >= 3 and bool(code) and len(run.atoms) >= 3


def _by_shape(kind: str, run: Run) -> str:
    digits = run.digits
    if not run.letters and 15 <= digits <= 16 and _luhn(run.canon):
        return "CREDIT_CARD"
    if kind == "MEMBER_ID" and _MBI.fullmatch(run.canon):
        return "MBI"
    return kind


def _unnamed(view: View, run: Run) -> str:
    """The type of a code that nothing announced; on doubt a long one is masked."""
    canon, digits, letters = run.canon, run.digits, run.letters
    if _SPINE.fullmatch(canon) or (letters and digits < 2):
        return ""
    if any(atom.kind == "H" for atom in run.atoms) and digits < 7:
        return ""
    if _MBI.fullmatch(canon):
        return "MBI"
    if _UK_POSTCODE.fullmatch(canon) or (
        letters and "ADDRESS" in view.expected and len(canon) >= 3
    ):
        return "ZIP"
    if letters:
        return "ID" if len(canon) >= 5 and digits >= 3 else ""
    if 13 <= digits <= 19 and _luhn(canon):
        return "CREDIT_CARD"
    if digits in (10, 11) or (digits == 7 and run.singles >= 6):
        return "PHONE"
    if digits >= 9:
        return "ID" if digits != 9 else "SSN"
    mostly_single = run.singles >= digits - 2
    whole = len(view.words) - len(run.atoms) <= 4
    if digits >= 6 and (mostly_single or len(run.atoms) == 1 or whole):
        return "ID"
    if digits == 5 and (run.singles == 5 or (whole and not _UNIT.match(view.text[run.end :]))):
        return "ZIP"
    counting = canon in "0123456789" or canon in "9876543210"
    if digits == 4 and not counting and (run.singles == 4 or (whole and "?" in view.previous)):
        return "ID"
    return ""


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 check digit."""
    if not digits.isdigit():
        return False
    total = 0
    for index, character in enumerate(reversed(digits)):
        value = int(character) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
