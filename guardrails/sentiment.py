"""How a turn feels, from -1 (distress) to 1: a small lexicon, with negation. No model."""

import re

_NEGATIVE = {
    "scared": 0.7, "afraid": 0.5, "worried": 0.5, "worry": 0.4, "anxious": 0.5, "terrified": 0.9,
    "upset": 0.6, "angry": 0.7, "furious": 0.9, "frustrated": 0.7, "frustrating": 0.7,
    "ridiculous": 0.8, "unacceptable": 0.8, "terrible": 0.7, "awful": 0.7, "horrible": 0.8,
    "worst": 0.7, "hate": 0.7, "crying": 0.8, "cry": 0.6, "hopeless": 1.0,
    "alone": 0.4, "confused": 0.4, "lost": 0.3,
    "exhausted": 0.5, "overwhelmed": 0.7, "nobody": 0.4, "useless": 0.7, "stupid": 0.6,
    "complaint": 0.5, "waiting": 0.2, "died": 0.7, "desperate": 0.9, "panic": 0.7,
    "depressed": 0.8, "sad": 0.6, "emergency": 0.5,
}  # fmt: skip
_POSITIVE = {
    "thanks": 0.3, "thank": 0.3, "great": 0.5, "good": 0.3, "perfect": 0.5, "wonderful": 0.7,
    "appreciate": 0.6, "helpful": 0.6, "better": 0.4, "happy": 0.6, "glad": 0.5, "relieved": 0.6,
    "excellent": 0.7, "love": 0.5, "lovely": 0.5, "kind": 0.4, "awesome": 0.6, "fine": 0.2,
}  # fmt: skip
_NEGATORS = frozenset(
    """
    not no never isn't wasn't don't didn't doesn't can't couldn't without aren't
    """.split()
)


def sentiment(text: str) -> float:
    """The feeling of a text, -1 to 1, two decimals. Placeholders and unknown words weigh nothing."""
    words = re.findall(r"[a-z']+", text.lower())
    total = 0.0
    for index, word in enumerate(words):
        weight = _POSITIVE.get(word, 0.0) - _NEGATIVE.get(word, 0.0)
        if weight and any(before in _NEGATORS for before in words[max(0, index - 3) : index]):
            weight *= -0.5
        total += weight
    return round(max(-1.0, min(1.0, total)), 2)
