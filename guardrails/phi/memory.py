"""What a call remembers for judging its next turn: what is open, who was named, what was given."""

import re
from collections.abc import Sequence

from guardrails.phi import again
from guardrails.phi.dialogue import heard
from guardrails.phi.finds import Find
from guardrails.phi.lexicon import bare_name
from guardrails.phi.speech import SPEECH
from guardrails.phi.tagger.recognizer import CODES
from guardrails.phi.vault import Vault, canonical
from guardrails.phi.view import Context, View

_NAMED = {
    "PERSON": {"NAME"}, "DATE": {"DOB", "DATE"}, "ID": {"LAST4", "PIN", "CODE"},
    "CASE_NUMBER": {"CASE"}, "MBI": {"MEMBER_ID"}, "ORGANIZATION": {"EMPLOYER"},
}  # fmt: skip
"""The kinds of the dialogue that a find of a type answers; its own name where it is not here."""
_SURE = 0.75
"""Finds below this are masked, but nothing is learnt from them."""
_JUST = 3


def context(vault: Vault, speaker: str, *, dialogue: bool = True) -> Context:
    """What was there before a turn; without the dialogue, only what the record and names say."""
    last = list(vault.recent)[-_JUST:]
    return Context(
        speaker=speaker,
        language=vault.spoken if vault.spoken in SPEECH else "en",
        expected=vault.dialogue.open if dialogue else frozenset(),
        previous=vault.previous if dialogue else "",
        known_names=frozenset(vault.names),
        on_file=vault.on_file,
        heard=tuple(vault.heard.items()) if dialogue else (),
        just_given=any(find.type in CODES for turn in last for find in turn.finds),
    )


def remember(view: View, vault: Vault, finds: Sequence[Find]) -> None:
    """The vault after a final turn: names heard, what was given, what is open."""
    given: set[str] = set()
    for find in finds:
        given |= _NAMED.get(find.type, {find.type})
        if find.type == "PERSON" and find.score >= _SURE:
            words = view.text[find.start : find.end].split()
            vault.names |= {bare_name(w) for w in words if len(w) > 2 and w.isalpha()}
        if find.score >= _SURE:
            said = (find.value or view.text[find.start : find.end]).lower()
            if find.type in CODES and len(code := canonical(find.type, said)) >= 3:
                vault.heard[code] = find.type
            elif find.type in again.PHRASES:
                vault.heard[said] = find.type
                street = re.sub(r"^\W*\d+\W+", "", said)
                if find.type == "ADDRESS" and " " in street:
                    vault.heard[street] = find.type
    named = frozenset(kind for _, _, kind in view.mentions)
    vault.dialogue = heard(vault.dialogue, view.context.speaker, view.text, named, frozenset(given))
    vault.spoken = view.speech.name if vault.language in SPEECH else vault.language
