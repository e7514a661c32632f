"""Check digits of identifiers. All take lower-case letters and digits without marks."""

import re


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, as on payment cards."""
    if not digits.isdecimal():
        return False
    total = 0
    for index, character in enumerate(reversed(digits)):
        value = int(character) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def npi(digits: str) -> bool:
    """A National Provider Identifier: ten digits, Luhn behind the prefix 80840 (45 CFR 162.406)."""
    return bool(re.fullmatch(r"[12]\d{9}", digits)) and luhn("80840" + digits)


def dea(code: str) -> bool:
    """A DEA registration number: two letters, six digits and their check digit (21 CFR 1301.34)."""
    match = re.fullmatch(r"[abcdefghjklmprstuxg][a-z9](\d{6})(\d)", code)
    if match is None:
        return False
    first = sum(int(d) for d in match[1][::2])
    second = sum(int(d) for d in match[1][1::2])
    return (first + 2 * second) % 10 == int(match[2])
