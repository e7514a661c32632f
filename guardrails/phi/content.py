"""A check on content that is to be published: does it hold a number that can only be a person's?

Names, phone numbers and addresses may well belong in a passage (a clinic's own); a social
security number, a Medicare beneficiary identifier or a payment card never does.
"""

import re

from guardrails.phi.numbers import find
from guardrails.phi.view import view_of

_NEVER = frozenset({"SSN", "MBI", "CREDIT_CARD"})


def holds_identifier(text: str) -> bool:
    """Whether a text holds such a number, written with its marks or named as what it is."""
    if not re.search(r"\d{3}", text):
        return False
    view = view_of(text)
    return any(
        span.type in _NEVER
        and (span.score > 0.9 or view.named_before(span.start, _NEVER | {"MEMBER_ID"}))
        for span in find(view)
    )
