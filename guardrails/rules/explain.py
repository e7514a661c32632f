"""What a rule says in plain words, and why it fires on a text or not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guardrails.cues.listener import Meaning
from guardrails.rules.phrases import Veto, matches, turn_veto
from guardrails.rules.rule import HEARD, UNHEARD, Rule

if TYPE_CHECKING:
    from guardrails.rules.book import Rulebook

_VETOES: dict[Veto, str] = {
    "negated": "it is denied",
    "hypothetical": "it is imagined or asked about",
    "past": "it is past",
    "family": "it is a relative's history",
    "third person": "it is another person's",
}
_WHO = {
    "agent": "the agent",
    "patient": "the patient, or who calls for them",
    "other": "somebody else on the line",
    "any": "anybody on the line",
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of a rule in a text. `line` is as the rule writes it; `veto`: why it does not count."""

    line: str
    quote: str
    veto: Veto


@dataclass(frozen=True, slots=True)
class Trace:
    """Why a rule fires on a text or not, whatever was said before it.

    `probability` is that of the rule's cue, and `sure` the bar; `similarity` is the cosine to
    `nearest`, one of the rule's `means`, and `threshold` the bar. `why` says it in words; `needs`
    are the conditions of the call under which a flag is raised then.
    """

    rule_id: str
    text: str
    speaker: str
    fires: bool
    phrases: tuple[Phrase, ...]
    cue: str
    probability: float | None
    sure: float
    nearest: str
    similarity: float | None
    threshold: float
    why: tuple[str, ...]
    needs: tuple[str, ...]


def trace(book: "Rulebook", rule: Rule, text: str, speaker: str, meaning: Meaning | None) -> Trace:
    """Why a rule fires on a text or not. `meaning`: None to go by words."""
    heard = book.heard(meaning, speaker)
    near = book.nearest(rule, meaning)
    phrases = tuple(
        dict.fromkeys(
            Phrase(rule.said_as[rule.says.index(m.re)], text[m.start() : m.end()], veto)
            for m, veto in matches(rule.says, text)
        )
    )
    probability = heard.get(rule.cue) if rule.cue else None
    why = [*_speaking(rule, speaker), *_by_phrase(rule, phrases), *_by_cue(rule, probability)]
    if near is not None:
        over = "reaches" if near[1] >= rule.threshold else "is under"
        why.append(f"its meaning is {near[1]:.2f} near {near[0]!r}, which {over} {rule.threshold}")
        if turn_veto(text) and not rule.literal:
            why.append(f"as a whole {_VETOES[turn_veto(text)]}")
    hits = {(hit.rule_id, hit.kind) for hit in book.match(text, speaker, meaning, heard)}
    fires = book.alone(rule, text, speaker, meaning)
    taken = fires and (rule.rule_id, "said") not in hits
    if taken:
        others = sorted(name for name, kind in hits if kind == "said")
        why.append(f"{', '.join(others)} is likelier and takes the turn")
    if (rule.rule_id, "asked") in hits:
        why.append("it is the agent's question: a yes of the patient to it counts")
    return Trace(
        rule_id=rule.rule_id,
        text=text,
        speaker=speaker,
        fires=fires and not taken,
        phrases=phrases,
        cue=rule.cue,
        probability=probability,
        sure=rule.sure,
        nearest=near[0] if near else "",
        similarity=near[1] if near else None,
        threshold=rule.threshold,
        why=tuple(why),
        needs=tuple(needs(rule)),
    )


def described(rule: Rule) -> list[tuple[str, str]]:
    """A rule in plain words: what it is about, and what it says of it."""
    rows = [
        ("flags", f"{rule.title} ({rule.category}, {rule.severity})"),
        ("because", rule.why),
        ("who speaks", _WHO[rule.speaker] if rule.says or rule.means or rule.cue else ""),
        ("when", "\n".join(_triggers(rule))),
        ("unless", "\n".join(_vetoed(rule))),
        ("only if", "\n".join(needs(rule))),
        ("settled by", "\n".join(_settling(rule))),
        ("how often", _often(rule)),
        ("say", rule.say),
        ("passage", rule.passage),
        ("version", str(rule.version)),
        ("in force", str(rule.effective) or "without limit"),
        ("approver", rule.approver),
        ("source", rule.source),
        ("examples", "\n".join(rule.examples)),
        ("not these", "\n".join(rule.counter_examples)),
    ]
    return [(label, text) for label, text in rows if text]


def needs(rule: Rule) -> Iterator[str]:
    """The conditions of the call under which a rule raises its flag."""
    for fact in sorted(rule.requires):
        yield "the call is recorded" if fact == "recording" else f"{fact} holds"
    for fact in sorted(rule.unless):
        yield f"{fact} does not hold"
    if rule.licence:
        yield f"who speaks has the licence {rule.licence!r}"
    if rule.programs:
        yield f"the call's program is {' or '.join(sorted(rule.programs))}"
    if str(rule.effective):
        yield f"the call starts {rule.effective}"


def _speaking(rule: Rule, speaker: str) -> Iterator[str]:
    if rule.speaker not in (speaker, "any"):
        yield f"it listens to {_WHO[rule.speaker]}, not to the {speaker}"


def _by_phrase(rule: Rule, phrases: tuple[Phrase, ...]) -> Iterator[str]:
    for phrase in phrases:
        veto = "" if rule.literal or not phrase.veto else f", but {_VETOES[phrase.veto]}"
        yield f"{phrase.quote!r} matches `{phrase.line}`{veto}"
    if rule.says and not phrases:
        yield "none of its phrases is in the text"


def _by_cue(rule: Rule, probability: float | None) -> Iterator[str]:
    if rule.cue and probability is None:
        yield f"without an embedding the cue {rule.cue} is not listened for"
    elif probability is not None:
        over = "reaches" if probability >= rule.sure else "is under"
        yield f"the cue {rule.cue} is heard with {probability:.2f}, which {over} {rule.sure}"
        if rule.says and probability < UNHEARD:
            yield f"under {UNHEARD} its phrases do not count"


def _triggers(rule: Rule) -> Iterator[str]:
    if rule.cue:
        yield f"the cue {rule.cue} is heard, from {rule.sure} on, however it is worded"
    yield from (f"the words: {line}" for line in rule.said_as)
    yield from (f"the meaning, from {rule.threshold} on: {line}" for line in rule.means)
    if rule.asked:
        yield "the agent asks for it and the patient says yes"
    if rule.after:
        yield f"the agent's turn after a patient's {rule.after} does not settle it"
    if rule.deadline_s:
        yield f"it was not settled within the first {rule.deadline_s} s"
    if rule.entity:
        yield f"an identifier of the type {rule.entity} is spoken"
    if rule.reading:
        limits = ("at_least", "at_most", "gain_at_least")
        given = [(name, getattr(rule.reading, name)) for name in limits]
        told = [f"{name.replace('_', ' ')} {limit:g}" for name, limit in given if limit is not None]
        yield f"a reading of {rule.reading.code}: {' or '.join(told)}"


def _vetoed(rule: Rule) -> Iterator[str]:
    if (rule.says or rule.means) and rule.literal:
        yield "never: what is denied or imagined counts too (literal)"
    elif rule.says or rule.means:
        yield "; ".join(_VETOES.values())


def _settling(rule: Rule) -> Iterator[str]:
    yield from (f"the agent's words: {line}" for line in rule.resolved_as)
    yield from (f"the agent's cue {cue}, heard from {HEARD} on" for cue in sorted(rule.settled_by))
    yield from (f"{fact}, once it holds" for fact in sorted(rule.unless))


def _often(rule: Rule) -> str:
    if rule.cooldown_s is None:
        return f"once a call for the matter {rule.matter!r}"
    again = f"again {rule.cooldown_s} s after it was settled, if it is met again"
    return f"once for the matter {rule.matter!r}; {again}"
