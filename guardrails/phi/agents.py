"""The agent's own name: masked like any other by default, kept where an operator asks for it."""

import re
from collections.abc import Sequence

from guardrails.phi.finds import Find
from guardrails.phi.lexicon import bare_name
from guardrails.phi.view import View

_INTRODUCES = re.compile(
    r"\b(?:this is|my name is|my name's|i'm|i am|it's|speaking with|talking to|habla|me llamo|mi nombre es|soy)[\s,]+(?:uh|um|again)?[\s,]*$",
    re.IGNORECASE,
)


def spared(view: View, finds: Sequence[Find], names: set[str]) -> list[Find]:
    """The finds without the names by which the agent introduced themselves; takes up new ones."""
    kept: list[Find] = []
    for find in finds:
        words = {bare_name(w) for w in view.text[find.start : find.end].split()}
        own = view.context.speaker == "agent" and _INTRODUCES.search(view.text[: find.start])
        if find.type == "PERSON" and own:
            names |= words
        elif find.type != "PERSON" or not words <= names:
            kept.append(find)
    return kept
