"""Yes and no in their spoken forms, in English and Spanish. What is unclear is neither."""

import re
from typing import Literal

_FILLER = (
    r"uh(?![- ]?(?:huh|uh))|um+|oh|ah|ay|er|erm|hmm+|well|so|now|actually|honestly|frankly|to be honest(?: with you)?|you know|i mean|let me (?:see|think)|let's see"
    r"|i think(?! so| not)|i believe(?! so| not)|i'd say|i would say|i guess(?! so| not|$)|thanks?|thank you|okay|ok|right now|at the moment|currently|these days|lately|today"
    r"|pues|bueno|este|eh|mire|a ver|la verdad|ahorita|hoy"
)
_LEAD = re.compile(rf"\W*(?:(?:{_FILLER})\b[\s,.;:!…-]*)*", re.IGNORECASE)
_UNCLEAR = re.compile(
    r"(?:i |i'm |i am |we |it's |it is |that's )*(?:(?:do ?n't|don't|do not|did ?n't|didn't|couldn't|can't|cannot|wouldn't) (?:really |even |quite |honestly )*(?:know(?! of)|remember|recall|tell|say(?! (?:so|that))|understand|follow)"
    r"|not (?:too |so |really |quite |entirely |completely |all that |a hundred percent )*(?:sure|certain|positive)|have no (?:idea|clue)|no (?:idea|clue)|no (?:problem|worries|rush)|yes and no|yeah and no|maybe|perhaps|possibly|probably|it depends|depends|hard to (?:say|tell)"
    r"|could be|might be|may be|who knows|never ?mind|not exactly|more or less|hardly|barely|guess$|wonder"
    r"|sí y no|no (?:lo )?s[eé]|no (?:me acuerdo|recuerdo|entiendo)|no estoy segur[oa]|tal vez|quiz[aá]s?|a lo mejor|puede (?:ser|que)|depende|m[aá]s o menos)\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"(?:no(?:pe)?|nah|naw|not|never|none|neither|nothing|nada|negative|nu[ -]uh|uh[- ]uh|mm[- ]mm|hell no|of course not|absolutely not|definitely not|certainly not|i (?:think|guess|hope|believe) not"
    r"|i (?:do ?n't|don't|do not) (?:think|believe) (?:so|that)"
    r"|(?:i|i'm|it|it's|we|they|he|she|that|that's|there|you)(?:'ve|'re)? ?(?:do|did|does|have|has|had|am|is|are|was|were|will|would|can|could|wo|ca)? ?(?:n't|not)"
    r"|i(?:'ve| have)(?: got)? (?:no|none|nothing)|there(?:'s| is| are) (?:no|none|nothing)"
    r"|(?:i|we|they|it|he|she) (?:don't|didn't|haven't|hadn't|won't|can't|couldn't|wasn't|doesn't|hasn't|isn't|aren't)|(?:it|they|that|there) (?:isn't|aren't|wasn't|weren't)"
    r"|para nada|nunca|jam[aá]s|tampoco|ningun[oa]?|todav[ií]a no|a[uú]n no|creo que no|claro que no|que yo sepa no|no que yo sepa)\b",
    re.IGNORECASE,
)
_YES = re.compile(
    r"(?:yes(?:sir|siree)?|yeah|yea|yah|ya(?! know)|yep|yup|yeh|mhm+|mm[- ]?hmm?|m[- ]?hm|uh[- ]?huh|aye|affirmative|correct|exactly|absolutely|definitely|certainly|of course|indeed|sure|for sure|you bet|true"
    r"|right|that's (?:right|correct|true)|that is (?:right|correct|true)|i (?:think|believe|guess|suppose) so|(?:sure|certainly) (?:do|does|did|have|has|am|is)"
    r"|(?:i|we|they|it|he|she|there|that) (?:sure |certainly |really |definitely |already |always |just |still |also )*(?:(?:do|does|did)(?!n't|\s(?:not|no|none|nothing)\b)|(?:have|has|had|am|is|are|was|were|will|would|can|could)(?=\s*(?:[,.;!?]|$)|\s(?:and|but|yes|too|sometimes|lately|though|now|today|that|been|noticed|(?:had |noticed |got |seen |felt |having )?(?:some|a|quite|more|both))\b))"
    r"|(?:i|we|they)'ve|i'm (?:afraid so|having|feeling)|a (?:(?:little|tiny|wee) )?(?:bit|little|tad|touch|lot)|a little|kind of|kinda|sort of|sorta|some(?:what)?|slightly|sometimes|once in a while|every (?:now and then|once in a while)"
    r"|now and then|on and off|off and on|occasionally|quite (?:a (?:bit|lot|few))|very much|more than usual|too much|s[ií]|claro(?: que s[ií])?|por supuesto|as[ií] es|correcto|exacto|efectivamente|aj[aá]|un po(?:co|quito)|algo|a veces|creo que s[ií]|de vez en cuando)\b",
    re.IGNORECASE,
)
_MORE_NO = re.compile(r"(?:no|not|nothing|none) (?:more|worse|different|any)\b", re.IGNORECASE)
_BUT_SOME = re.compile(
    r"\b(?:but|just|only|except|other than|well|pero|s[oó]lo)\b.{0,25}\b(?:a (?:little|bit|touch|tad)|some|sometimes|slight(?:ly)?|mild(?:ly)?|maybe|once|now and then|un po(?:co|quito)|a veces)\b",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"(?P<yes>yes|yeah|yep|sí|i (?:sure |really )?(?:do|did|have|am)(?=\s*(?:[.,;!?]|$)))\b|(?P<no>no|nope|nah)(?! (?:problem|worries|idea))\b",
    re.IGNORECASE,
)
"""What still counts behind a first yes or no."""
_DENIES = re.compile(r"(?:\w+['\w]* ){0,5}(?:any|none|at all|nothing)\b", re.IGNORECASE)
_LAST = re.compile(r"[\s,](?P<yes>yes|yeah|sí)\W*$|[\s,](?P<no>no|nope)\W*$", re.IGNORECASE)
Word = Literal["yes", "no", ""]


def yes_or_no(text: str) -> Word:
    """How a turn answers a yes-or-no question: "yes", "no", or nothing where it is unclear.

    What a person begins with counts; of several in a row the last one ("yeah, no" is a no). A no
    that goes on to allow for some ("no, just a little at night") is unclear.
    """
    plain = text.replace("’", "'")
    at = _behind(plain, 0)
    if _UNCLEAR.match(plain, at):
        return ""
    no, yes = _NO.match(plain, at), _YES.match(plain, at)
    if no is not None and (yes is None or no.end() >= yes.end()):
        word, at = "no", no.end()
    elif yes is not None:
        word, at = "yes", yes.end()
    else:
        last = _LAST.search(plain)
        return "" if last is None else "yes" if last["yes"] else "no"
    return _gone_on(word, plain, at, _MORE_NO.match(plain, no.start()) if no else None)


def _gone_on(
    word: Literal["yes", "no"], plain: str, at: int, more_no: re.Match[str] | None
) -> Word:
    """The word, after what is said right behind it in the same sentence."""
    if more_no is not None:
        return "no"  # "no more than usual"
    while (again := _AGAIN.match(plain, behind := _behind(plain, at))) is not None:
        word, at = ("yes" if again["yes"] else "no"), again.end()
    if word == "no":
        return "" if _BUT_SOME.search(plain, max(0, at - 1), at + 60) else "no"
    if "." not in plain[at:behind] and (denied := _NO.match(plain, behind)) is not None:
        # "yeah, I haven't had any" is a no, "yes, I don't feel right" is not
        return "no" if _DENIES.match(plain[denied.end() :].lstrip()) else ""
    return word


def _behind(plain: str, at: int) -> int:
    """Where speech goes on behind fillers and marks."""
    lead = _LEAD.match(plain, at)
    return lead.end() if lead else at
