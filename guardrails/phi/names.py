"""People's names: 45 CFR 164.514(b)(2)(i)(A), and relatives', clinicians' and agents' with them.

A name is known by what introduces it ("my name is", "doctor", "my wife"), by having been asked
for, by having been heard before in the call, or by being a name and hardly a word; the tagger finds
the others. Diseases, drugs and devices called after people stay.
"""

import re
from collections.abc import Iterator

from guardrails.phi import spanish_names
from guardrails.phi.lexicon import NOT_NAMES, bare_name, lexicon
from guardrails.phi.name_evidence import (
    AFTER_NAME,
    VERBS,
    candidate,
    plausible,
)
from guardrails.phi.speech import SPANISH
from guardrails.phi.spoken import Word
from guardrails.phi.view import Span, View

_FILL = r"(?:(?:uh|um|er|erm|like|,|\.|-)[\s,]*)*"
_STRONG_LEAD = re.compile(
    rf"\b(?:(?:my|her|his|their|the|patient'?s?|first|last|middle|maiden|full|given|legal|sur|family|wife'?s|husband'?s|son'?s"
    rf"|daughter'?s|mother'?s|father'?s|doctor'?s|caller'?s|new|married)[\s-]*(?:first |last |full )?name(?:'s| is| was|s are)?(?: spelled)?"
    rf"|name'?s|name is|call me|named|goes by|mi nombre es|me llamo|se llama|speaking (?:with|to)|speak (?:with|to)|talking (?:with|to)|ask for|asked for"
    rf"|under the name(?: of)?|made out to|on behalf of|calling for|here for|attention of|signed by|listed as|it's under)[\s,:]+{_FILL}(?:(?:is|it's|that's)[\s,]+)?",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"\b(?:mr|mrs|ms|miss|mister|missus|missis|mx|dr|doctor|prof|professor|reverend|pastor|señora?|doctora?)\b\.?,?\s+(?:uh\s+|um\s+)?",
    re.IGNORECASE,
)
_NURSE = re.compile(r"\b(?:nurse|sister|father|judge|doc|officer|coach)\s+", re.IGNORECASE)
_ROLE_IS = re.compile(
    r"\b(?:doctor|physician|provider|pcp|surgeon|dentist|midwife|practitioner|manager|worker|coordinator|[a-z]+(?:ologist|iatrician|iatrist|therapist|pharmacist))"
    r"(?: there| here| now)?(?:'s name)? (?:is|was)\s+(?:named |called )?(?:(?:dr|doctor)\b\.?\s+)?",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:my|her|his|their|your|our|the|another)\s+(?:\w+\s+)?(?:wife|husband|spouse|partner|son|daughter|mother|father|mom|mum|dad|sister|brother|aunt"
    r"|uncle|cousin|niece|nephew|friend|neighbou?r|caregiver|caretaker|guardian|grandson|granddaughter|grandmother|grandfather|grandma|grandpa"
    r"|fiancee?|boyfriend|girlfriend|in-law|boss|employer|nurse|colleague|coworker|supervisor|manager|roommate|stepson|stepdaughter|patient|agent"
    r"|doctor|pharmacist|therapist|cardiologist|specialist|baby|kid|child|emergency contact(?: is)?)(?:'s name is|,| is| named| called)?\s+(?:is\s+)?",
    re.IGNORECASE,
)
_WEAK_LEAD = re.compile(
    rf"\b(?:this is|i'?m|i am|it's|it is|that's|that is|thanks|thank you(?: so much| very much)?|hi|hello|hey|good (?:morning|afternoon|evening)|dear|okay|ok|alright|all right"
    rf"|right|sorry|please|bye|goodbye|and|for|with|by|from|to|yes|yeah|ask|tell|saw|see|seeing|contact|sincerely|so|now|then|well|great|perfect|no|hola|soy|gracias)[\s,.]+{_FILL}",
    re.IGNORECASE,
)
_INTRODUCES = re.compile(
    r"\b(?:this is|i'?m|i am|hi|hello|hey|thanks|thank you|good (?:morning|afternoon|evening)|soy|hola)[\s,]",
    re.IGNORECASE,
)
_VOCATIVE_END = re.compile(r"[,.]\s*([A-Z][a-zà-ÿ']+)\s*[?.!,]")
_ANSWER_LEAD = re.compile(
    r"^(?:[\s,.]|\b(?:yes|yeah|yep|yup|sure|okay|ok|um|uh|er|erm|uhm|it's|it is|that's|that is|that would be|of course|absolutely|i'm|i am|this is|hi|hello|so|well|oh|no|sorry|and|the|is|name|my|name's|first|last|speaking|certainly|uhh|sí|si)\b)*",
    re.IGNORECASE,
)
_PARTICLES = frozenset(
    """
    de la del van von der den di da o' mc mac st saint bin al el ben le du dos
    """.split()
)
_ACRONYMS = frozenset(
    """
    ekg ecg mri copd icu er cpr uti adhd iv ct cbc ldl hdl bmi bp dvt gi gp ent ob gyn pcp rn
    lpn np pa md ppe ptsd ocd ibs ibd gerd tia chf cad afib cpap bipap hipaa cvs faq id usa uk
    abc tv dna hiv std sti ivf dnr pt ot ptt inr tsh psa a1c ama otc prn bid tid qid ssn dob mrn
    npi dea hmo ppo hsa fsa cobra eob ach pin ok nhs mmr tb
    """.split()
)


def find(view: View) -> Iterator[Span]:
    """Every name in an utterance."""
    if view.spanish:
        yield from spanish_names.find(view)
        yield from _spelled(view)
        return
    known = lexicon()
    words = list(view.words)
    for pattern, most, strict in (
        (_STRONG_LEAD, 3, False),
        (_ROLE_IS, 3, False),
        (_TITLE, 3, False),
        (_NURSE, 3, True),
        (_RELATIVE, 3, True),
        (_WEAK_LEAD, 3, True),
    ):
        for match in pattern.finditer(view.text):
            index = _index_at(words, match.end())
            if index is None:
                continue
            introduced = pattern is _RELATIVE or bool(_INTRODUCES.match(match[0]))
            yield from _taken(view, words, index, most, strict, introduced)
    yield from _answers(view, words)
    yield from _spelled(view)
    for word in words:
        name = bare_name(word.text)
        if name in view.context.known_names and (
            name not in known.ordinary
            or view.upper(word)
            or (name in known.first and name not in VERBS)
        ):
            yield Span(word.start, word.start + len(name), "PERSON", 0.8)
    yield from _standing_alone(view, words)
    for match in _VOCATIVE_END.finditer(view.text):
        if known.name_like(match[1]) and match[1].lower() in known.first:
            yield Span(match.start(1), match.end(1), "PERSON", 0.7)


def _taken(
    view: View, words: list[Word], index: int, most: int, strict: bool, introduced: bool
) -> Iterator[Span]:
    """The name that begins at a word: as many words as look like parts of one."""
    start: int | None = None
    end, count = 0, 0
    position = index
    while position < len(words) and count < most:
        word = words[position]
        name = bare_name(word.text)
        if (
            count
            and (word.text in SPANISH.fillers or word.text == "-")
            and position + 1 < len(words)
        ):
            if word.text != "-" and not view.upper(words[position + 1]):
                break
            position += 1
            continue
        if len(name) == 1 and name.isalpha() and count and view.upper(word):
            position += 1  # a middle initial
            continue
        particle = (
            name in _PARTICLES and position + 1 < len(words) and words[position + 1].text.isalpha()
        )
        if (
            not name[:1].isalpha()
            or len(name) < 2
            or not (
                particle
                or candidate(name, strict)
                or (count and view.cased and view.upper(word) and lexicon().name_like(name))
            )
        ):
            break
        gap = view.text[end : word.start] if start is not None else ""
        if re.search(r"[.?!,;]", gap):
            break
        following = words[position + 1].text if position + 1 < len(words) else "."
        if not plausible(view, word, name, strict, count, introduced, following) and not particle:
            break
        start = word.start if start is None else start
        end = word.start + len(name)
        count += 1
        position += 1
        if word.text != name:  # a possessive ends it
            break
    if start is not None:
        yield Span(start, end, "PERSON", 0.85)


def _answers(view: View, words: list[Word]) -> Iterator[Span]:
    """A short turn that answers a question for a name."""
    if "NAME" not in view.expected:
        return
    lead = _ANSWER_LEAD.match(view.text)
    index = _index_at(words, lead.end() if lead else 0)
    if index is None or len(words) - index > 9:
        return
    cased_name = view.cased and view.upper(words[index])
    first = lexicon().credible(words[index].text, announced=True)
    rest = words[index:]
    alone = sum(word.text.isalpha() and word.text not in SPANISH.fillers for word in rest) <= 4
    if first and (alone or cased_name):
        yield from _taken(view, words, index, 4, not alone, True)


def _spelled(view: View) -> Iterator[Span]:
    """A name spelled letter by letter."""
    for run in view.runs:
        if run.digits or len(run.canon) < 3 or run.canon in _ACRONYMS:
            continue
        spelled = len(run.atoms) >= 3 and all(len(atom.canon) == 1 for atom in run.atoms)
        asked = "NAME" in view.expected or view.named_before(run.start, ("NAME",))
        name = len(run.canon) >= 4 and sum(lexicon().ranks.get(run.canon, (0, 0))) > 0
        if spelled and (asked or name or view.named_before(run.start, ("NAME",), 200)):
            yield Span(run.start, run.end, "PERSON", 0.95 if name or asked else 0.85, "spelled")


def _standing_alone(view: View, words: list[Word]) -> Iterator[Span]:
    """First names that are hardly words, with the surname behind them, wherever they stand."""
    known = lexicon()
    skip = -1
    for index, word in enumerate(words):
        name = bare_name(word.text)
        if index <= skip or not known.safe(name) or (view.cased and not view.upper(word)):
            continue
        heard = view.text[word.start : word.end]
        if heard.isupper() and not view.text.isupper():  # an abbreviation: TIA
            continue
        end = word.start + len(name)
        if index + 1 < len(words) and word.text == name:
            following = words[index + 1]
            surname = bare_name(following.text)
            near = following.start - word.end == 1
            upper = view.upper(following)
            after = words[index + 2].text if index + 2 < len(words) else "."
            ends = surname not in known.ordinary or after in AFTER_NAME
            fits = (
                known.name_like(surname)
                if (view.cased and upper)
                else surname in known.last and ends
            )
            if near and fits and (not view.cased or upper) and surname not in NOT_NAMES:
                end = following.start + len(surname)
                skip = index + 1
        yield Span(word.start, end, "PERSON", 0.7)


def _index_at(words: list[Word], position: int) -> int | None:
    for index, word in enumerate(words):
        if word.start >= position:
            return index
    return None
