"""All rules together, and what of them an utterance matches: stateless, one pass."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from guardrails.rules.errors import PackError
from guardrails.rules.phrases import first_meant
from guardrails.rules.rule import Rule, read_rules

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
        self._listening = [rule for rule in rules if rule.says or rule.resolved_by]

    @staticmethod
    def load(paths: Sequence[Path], embed: Embed, known: Collection[str] | None) -> "Rulebook":
        """Reads packs and runs every rule's own examples.

        Raises:
            PackError: a pack is wrong, or fails its own examples.
        """
        rules: list[Rule] = []
        for path in paths:
            for rule in read_rules(path, known):
                if any(other.rule_id == rule.rule_id for other in rules):
                    raise PackError(str(path), rule.line, f"the id {rule.rule_id!r} is used twice")
                rules.append(rule)
        book = Rulebook(rules, embed)
        book._prove(embed)
        return book

    def match(self, text: str, speaker: str, vector: np.ndarray | None) -> list[Hit]:
        """What an utterance matches. `vector`: its unit vector, or None to go by words alone."""
        hits: list[Hit] = []
        for rule in self._listening:
            if rule.speaker in (speaker, "any"):
                found = first_meant(rule.says, text, literal=rule.literal)
                if found is not None:
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
                known = any(h.rule_id == rule.rule_id and h.kind == "said" for h in hits)
                if near[index] >= rule.threshold and rule.speaker in (speaker, "any") and not known:
                    hits.append(Hit(rule.rule_id, "said", text[:160]))
        return hits

    def _prove(self, embed: Embed) -> None:
        for rule in self.rules.values():
            lines = [*rule.examples, *rule.counter_examples]
            vectors = embed(lines) if rule.means and lines else [None] * len(lines)
            speaker = "agent" if rule.speaker == "agent" else "patient"
            for index, (line, vector) in enumerate(zip(lines, vectors, strict=True)):
                wanted = index < len(rule.examples)
                hits = self.match(line, speaker, vector)
                found = any(h.rule_id == rule.rule_id and h.kind == "said" for h in hits)
                if found != wanted:
                    kind = "example" if wanted else "counter-example"
                    verb = "does not match" if wanted else "matches"
                    raise PackError(
                        rule.path, rule.line, f"{rule.rule_id}: {kind} {verb}: {line!r}"
                    )


def _question(text: str) -> bool:
    return (
        "?" in text
        or re.search(
            r"\b(?:do|are|have|did|is|any|does) (?:you|he|she|they|there|the|your|it)\b",
            text.lower(),
        )
        is not None
    )
