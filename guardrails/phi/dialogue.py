"""A model of the dialogue: what has been asked for and is still open.

"Your date of birth?" makes the next turns likely to hold a date, across back-channels ("okay",
"mm hmm"), pauses and corrections, until it is given or another question takes its place.
"""

import re
from dataclasses import dataclass, replace

PATIENCE = 5
"""How many turns of substance a question stays open."""

_REQUEST = re.compile(
    r"\?|\b(?:what|which|who|when|where|how|can i|could i|may i|can you|could you|would you|will you|please"
    r"|verify|confirm|need|give me|tell me|spell|provide|have|and (?:your|the|his|her)|go ahead|repeat|read|whenever you"
    r"|is that|get|let me (?:get|have|take|grab)|looking for|me da|me regala|d[ií]game|deme|necesito|cu[aá]l|qu[eé])\b"
    r"|^(?:and |okay |alright |great |thanks |perfect |y |bien )*(?:your|the|his|her|date|member|last|phone|name|su|el|la)\b",
    re.IGNORECASE,
)
_CONFIRMS = re.compile(
    r"\?|\b(?:is that|correct|right|confirm|verify|still|correcto|verdad|cierto|sigue)\b",
    re.IGNORECASE,
)
_BACKCHANNEL = re.compile(
    r"^(?:\W|\b(?:ok|okay|okey|uh|um|huh|mm|hmm|mhm|mmm|ah|oh|yes|yeah|yep|yup|right|sure|alright|all|got it|go ahead|go on|uh-huh"
    r"|thank you|thanks|great|perfect|one (?:second|moment|sec)|hold on|let me see|let me get (?:it|that|my card)|i see"
    r"|just a (?:second|moment|minute)|sorry|i'm sorry|pardon|hang on|continue|keep going|and|then|please|no|good|next|what's next|i'm ready|ready|i'm listening|listening|still here|whenever you're ready|take your time"
    r"|s[ií]|aj[aá]|claro|bueno|mande|d[ií]game|diga|adelante|perd[oó]n|gracias|perfecto|siga|un momento|muy bien|entiendo|correcto|exacto)\b)*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What is open in a call: kinds asked for, by whom, and how many turns ago."""

    expected: frozenset[str] = frozenset()
    asker: str = ""
    age: int = 0

    @property
    def open(self) -> frozenset[str]:
        """The kinds that may be about to be given, by either side: the asker may read them back."""
        return self.expected if self.age <= PATIENCE else frozenset()


def backchannel(text: str) -> bool:
    """Whether a turn only says that its speaker is listening."""
    return len(text) < 80 and _BACKCHANNEL.match(text) is not None


def heard(
    dialogue: Dialogue, speaker: str, text: str, named: frozenset[str], given: frozenset[str]
) -> Dialogue:
    """The dialogue after a turn that names some kinds and gave the values of some in full."""
    if backchannel(text):
        return dialogue
    asked = named if _CONFIRMS.search(text) else named - given
    requested = speaker != "patient" and (_REQUEST.search(text) or len(text) < 60)
    if asked and (
        requested
        or "?" in text
        or not dialogue.open  # "my member number, let me find it"
        or speaker == dialogue.asker
    ):
        return Dialogue(asked, speaker)
    if given:
        # a value may go on in the next turns, or be corrected: stay open for a while
        return replace(dialogue, age=max(dialogue.age, PATIENCE - 2) + 1)
    return replace(dialogue, age=dialogue.age + 1)
