"""Check digits of identifiers."""

import pytest

from guardrails.phi.checksums import dea, luhn, npi


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (luhn, "4111111111111111", "4111111111111112"),
        (npi, "1234567893", "1234567890"),
        (dea, "ab1234563", "ab1234564"),
    ],
)
def test_one_wrong_digit_fails(check: object, right: str, wrong: str) -> None:
    assert callable(check)
    assert check(right)
    assert not check(wrong)
    assert not check("")
    assert not check("maria")
