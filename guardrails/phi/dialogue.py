"""A model of the dialogue: what has been asked for and is still open.

"Your date of birth?" makes the next turns likely to hold a date, across back-channels ("okay",
"mm hmm"), pauses and corrections, until it is given or another question takes its place.
"""

import re
from dataclasses import dataclass, replace

PATIENCE = 5
"""How many turns of substance a question stays open."""

_KINDS: dict[str, str] = {
    "NAME": r"(?:first|last|full|middle|maiden|sur|legal|given|family|your|her|his|their|patient'?s?"
    r"|caller'?s?|doctor'?s?|spell(?:ing)?(?: of)?(?: your| the)?)[ -]?(?:and last |and surname )?names?\b"
    r"|who (?:am i|do i have|is this|'s this|are you|was that)|who'?s calling|(?:may|can|could) i (?:ask|know) who"
    r"|speaking (?:to|with)\s*\??$|spell (?:that|it|your|the|his|her)|(?:your|the) name\b"
    r"|\bname (?:please|again|for me|on the)|(?:su|el) (?:nombre|apellido)",
    "DOB": r"date of birth|birth ?date|birth ?day|\bd\.?o\.?b\.?\b|(?:were|was|are) (?:you|he|she|they) born"
    r"|\bborn\b|fecha de nacimiento|confirm (?:the )?date",
    "DATE": r"what (?:day|date)|which (?:day|date)|when (?:was|is|did|were|are|would|will|do|does)"
    r"|(?:move|change|reschedule|book|schedule)\b.{0,30}\b(?:to|for|on)\s*\??$|date of (?:service|admission|discharge|visit|injury)"
    r"|(?:appointment|admitted|discharged|seen|visit|surgery) (?:on|was|is)",
    "AGE": r"how old|\bage\b",
    "PHONE": r"(?:tele)?phone|call ?-?back|\bcell\b|\bmobile\b|best number|good number|contact number|reach (?:you|him|her|them)"
    r"|number (?:to|i can|we can|where)|\bfax\b|\bpager\b|area code|emergency contact|tel[eé]fono|landline|extension",
    "EMAIL": r"\be-? ?mails?\b|correo",
    "ADDRESS": r"\baddress\b|where (?:do|does|are) (?:you|he|she|they) (?:live|located|staying)|street name|mailing|moved"
    r"|\blives? (?:at|on|in)\b|\bdirecci[oó]n\b|deliver(?:ed|y)? to|ship(?:ped)? (?:it )?to|home is",
    "ZIP": r"\bzip\b|postal|post ?code",
    "CITY": r"(?:what|which) (?:city|town|county)|\bcity\b|\btown\b|\bcounty\b",
    "SSN": r"\bsocial\b|\bssn\b|seguro social|tax ?payer|tax id",
    "LAST4": r"last (?:four|4)|ending in|ends (?:in|with)|final four",
    "MEMBER_ID": r"member|subscriber|polic(?:y|ies) (?:number|id)|group (?:number|id)|insurance (?:id|card|number)|\bid (?:number|on|card)"
    r"|medicare|medicaid|beneficiary|on (?:the|your|my) card|\bplan (?:id|number)|health plan",
    "MRN": r"record number|\bmrn\b|chart number|patient (?:id|number)|medical record|hospital number|nhs number",
    "CREDIT_CARD": r"(?:credit|debit|payment|bank) card|card number|\bvisa\b|master ?card|\bamex\b|american express|card on file|\bcvv\b|expir(?:y|ation|es)",
    "ACCOUNT": r"account|routing|\biban\b|invoice|statement number|guarantor",
    "CASE": r"(?:claim|case|confirmation|reference|ticket|tracking|order|prescription|rx|authori[sz]ation|auth|referral|call|file|complaint|trace)"
    r"(?: ?(?:number|id|code|#|no\.?))|\brx\b|certificate",
    "LICENSE": r"licen[sc]e|\bdea\b|\bnpi\b|passport|\bdriver",
    "VEHICLE": r"\bplate|\bvehicle|\bvin\b|\btag number|registration|\bcar\b",
    "DEVICE": r"serial|device (?:id|number)|model number|pacemaker (?:id|number)|\bimei\b|\budi\b|lot number|on the back of",
    "USERNAME": r"user ?-? ?name|log ?-?in(?: name| id)?|user id|screen name|portal (?:id|name)|\bhandle\b|usuario",
    "URL": r"web ?(?:site|page|address)|\burl\b|\blink\b|portal at",
    "IP": r"\bi\.? ?p\.? address|\bip\b",
    "PIN": r"\bpass ?(?:word|code|phrase)|\bpin\b|security code|access code|verification code|one time code",
}
_ASKED = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS.items()]
_REQUEST = re.compile(
    r"\?|\b(?:what|which|who|when|where|how|can i|could i|may i|can you|could you|would you|will you|please"
    r"|verify|confirm|need|give me|tell me|spell|provide|have|and (?:your|the|his|her)|go ahead|repeat|read"
    r"|is that|get)\b|^(?:and |okay |alright |great |thanks |perfect )*(?:your|the|his|her|date|member|last|phone)\b",
    re.IGNORECASE,
)
_CONFIRMS = re.compile(r"\?|\b(?:is that|correct|right|confirm|verify|still)\b", re.IGNORECASE)
_BACKCHANNEL = re.compile(
    r"^(?:\W|\b(?:ok|okay|uh|um|huh|mm|hmm|mhm|yes|yeah|yep|right|sure|alright|got it|go ahead|go on"
    r"|thank you|thanks|great|perfect|one (?:second|moment|sec)|hold on|let me see|let me get (?:it|that|my card)"
    r"|just a (?:second|moment|minute)|sorry|i'm sorry|pardon|hang on|continue|and|then|please|no)\b)*$",
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


def mentions(text: str) -> list[tuple[int, int, str]]:
    """Every kind that a text names, with where it does, left to right."""
    found = [(m.start(), m.end(), kind) for kind, rx in _ASKED for m in rx.finditer(text)]
    return sorted(found)


def heard(
    dialogue: Dialogue, speaker: str, text: str, named: frozenset[str], given: frozenset[str]
) -> Dialogue:
    """The dialogue after a turn that names some kinds and gave the values of some in full."""
    if _BACKCHANNEL.match(text) is not None:
        return dialogue
    asked = named if _CONFIRMS.search(text) else named - given
    requested = speaker != "patient" and (_REQUEST.search(text) or len(text) < 60)
    if asked and (
        requested
        or "?" in text
        or not dialogue.expected  # "my member number, let me find it"
        or speaker == dialogue.asker
    ):
        return Dialogue(asked, speaker)
    if given:
        # a value may go on in the next turns, or be corrected: stay open for a while
        return replace(dialogue, age=max(dialogue.age, PATIENCE - 2) + 1)
    return replace(dialogue, age=dialogue.age + 1)
