"""All rules together, and what of them an utterance matches: stateless, one pass."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from guardrails.cues.listener import WEIGHTS, listener
from guardrails.rules.errors import PackError
from guardrails.rules.phrases import first_meant, only_mentioned
from guardrails.rules.rule import HEARD, Rule, read_rules
from guardrails.trained import WeightsError

QUOTE = 160
"""So many characters of an utterance stand as evidence where all of it was meant."""
Embed = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule matched an utterance. `kind`: "said", "asked" (an agent's question) or "settled"."""

    rule_id: str
    kind: str
    quote: str


class Rulebook:
    """The rules in force. Immutable once loaded."""

    def __init__(self, rules: Sequence[Rule], embed: Embed) -> None:
        self.rules = {rule.rule_id: rule for rule in rules}
        rows = [(rule, line) for rule in rules for line in rule.means]
        self._owners = [rule for rule, _ in rows]
        self._matrix = embed([line for _, line in rows]) if rows else np.zeros((0, 1))
        self.by_entity: dict[str, list[Rule]] = {}
        """The rules that an entity of a type triggers."""
        for rule in rules:
            if rule.entity:
                self.by_entity.setdefault(rule.entity, []).append(rule)
        self.deadlines = [
            (rule, rule.deadline_s * 1000) for rule in rules if rule.deadline_s is not None
        ]
        """The rules with a deadline, and it in milliseconds from the start of the call."""
        self.after = frozenset(rule.after for rule in rules if rule.after)
        """The cues of patients after which an agent's turn is looked at."""
        self._cues = [rule for rule in rules if rule.cue or rule.settled_by]
        self._listening = [rule for rule in rules if rule.says or rule.resolved_by]

    @staticmethod
    def load(paths: Sequence[Path], embed: Embed, known: Collection[str] | None) -> "Rulebook":
        """Reads packs and runs every rule's own examples.

        Raises:
            PackError: a pack is wrong, or fails its own examples.
        """
        try:
            listener()
        except WeightsError as error:
            raise PackError(str(WEIGHTS), 1, str(error)) from None
        rules: list[Rule] = []
        for path in paths:
            for rule in read_rules(path, known):
                if any(other.rule_id == rule.rule_id for other in rules):
                    raise PackError(str(path), rule.line, f"the id {rule.rule_id!r} is used twice")
                rules.append(rule)
        book = Rulebook(rules, embed)
        book._prove(embed)
        return book

    def heard(self, vector: np.ndarray | None) -> Mapping[str, float]:
        """How likely each cue is in an utterance; nothing without its vector."""
        return listener().hear(vector) if vector is not None and (self._cues or self.after) else {}

    def match(
        self,
        text: str,
        speaker: str,
        vector: np.ndarray | None,
        cues: Mapping[str, float],
    ) -> list[Hit]:
        """What an utterance matches. `vector`: its unit vector, or None to go by words alone.

        `cues` are those `heard` in it.
        """
        hits = self._by_cue(text, speaker, cues)
        for rule in self._listening:
            if rule.speaker in (speaker, "any"):
                found = first_meant(rule.says, text, literal=rule.literal)
                if found is not None and not _said(hits, rule):
                    hits.append(Hit(rule.rule_id, "said", text[found.start() : found.end()]))
            elif rule.asked and speaker == "agent" and _question(text):
                found = first_meant(rule.says, text, literal=True)
                if found is not None:
                    hits.append(Hit(rule.rule_id, "asked", text[found.start() : found.end()]))
            if rule.resolved_by and speaker == "agent":
                found = first_meant(rule.resolved_by, text, literal=True)
                if found is not None:
                    hits.append(Hit(rule.rule_id, "settled", text[found.start() : found.end()]))
        if vector is not None and len(self._matrix):
            near = self._matrix @ vector
            for index in np.flatnonzero(near >= 0.5):
                rule = self._owners[int(index)]
                meant = near[index] >= rule.threshold and rule.speaker in (speaker, "any")
                if meant and not _said(hits, rule):
                    hits.append(Hit(rule.rule_id, "said", text[:QUOTE]))
        return hits

    def _by_cue(self, text: str, speaker: str, cues: Mapping[str, float]) -> list[Hit]:
        """Rules whose cue is heard: of the critical ones, and of each other category, the likeliest.

        Neighbouring matters sound alike, and one is enough to get help.
        """
        hits: list[Hit] = []
        likeliest: dict[str, tuple[float, Rule]] = {}
        for rule in self._cues if cues else ():
            if speaker == "agent" and any(cues[cue] >= HEARD for cue in rule.settled_by):
                hits.append(Hit(rule.rule_id, "settled", text[:QUOTE]))
            if rule.speaker in (speaker, "any") and _cued(rule, text, cues):
                surplus = cues[rule.cue] - rule.sure
                group = rule.severity if rule.severity == "critical" else rule.category
                if group not in likeliest or surplus > likeliest[group][0]:
                    likeliest[group] = surplus, rule
        hits += [Hit(rule.rule_id, "said", text[:QUOTE]) for _, rule in likeliest.values()]
        return hits

    def _prove(self, embed: Embed) -> None:
        """Runs every rule's own examples, embedded all in one go."""
        shown = [
            (rule, line, wanted)
            for rule in self.rules.values()
            for lines, wanted in ((rule.examples, True), (rule.counter_examples, False))
            for line in lines
        ]
        by_meaning = [line for rule, line, _ in shown if rule.means or rule.cue]
        vectors = iter(embed(by_meaning) if by_meaning else ())
        for rule, line, wanted in shown:
            vector = next(vectors) if rule.means or rule.cue else None
            speaker = "agent" if rule.speaker == "agent" else "patient"
            if self._alone(rule, line, speaker, vector) != wanted:
                kind = "example" if wanted else "counter-example"
                verb = "does not match" if wanted else "matches"
                reason = f"{rule.rule_id}: {kind} {verb}: {line!r}"
                raise PackError(rule.path, rule.line, reason)

    def _alone(self, rule: Rule, line: str, speaker: str, vector: np.ndarray | None) -> bool:
        """Whether a rule matches a line, whatever other rules make of it."""
        cued = _cued(rule, line, self.heard(vector))
        return cued or _said(self.match(line, speaker, vector, {}), rule)


def _cued(rule: Rule, text: str, cues: Mapping[str, float]) -> bool:
    """Whether a rule's cue is heard, and its phrases do not tell that it is only mentioned."""
    surely = bool(rule.cue) and cues.get(rule.cue, 0.0) >= rule.sure
    return surely and not only_mentioned(rule.says, text, literal=rule.literal)


def _said(hits: Sequence[Hit], rule: Rule) -> bool:
    return any(hit.rule_id == rule.rule_id and hit.kind == "said" for hit in hits)


def _question(text: str) -> bool:
    return (
        "?" in text
        or re.search(
            r"\b(?:do|are|have|did|is|any|does) (?:you|he|she|they|there|the|your|it)\b",
            text.lower(),
        )
        is not None
    )
