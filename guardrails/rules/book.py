"""All rules together, and what of them an utterance matches: stateless, one pass."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from guardrails.cues.listener import WEIGHTS, Meaning, listener
from guardrails.rules.effective import Effective
from guardrails.rules.errors import PackError
from guardrails.rules.explain import trace
from guardrails.rules.pack import Pack
from guardrails.rules.phrases import first_meant, only_mentioned, turn_veto
from guardrails.rules.rule import HEARD, UNHEARD, Rule, read_rules
from guardrails.trained import WeightsError

FACTS = frozenset({"recording"})
"""What a call establishes by itself; protocols establish more."""
QUOTE = 160
"""So many characters of an utterance stand as evidence where all of it was meant."""
Read = Callable[[Sequence[str]], Sequence[Meaning]]
"""The embedding model: from texts to what it makes of each."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule matched an utterance. `kind`: "said", "asked" (an agent's question) or "settled"."""

    rule_id: str
    kind: str
    quote: str


class Rulebook:
    """The rules in force, of `packs`. Immutable once loaded."""

    def __init__(self, rules: Sequence[Rule], read: Read, packs: Sequence[Pack] = ()) -> None:
        self.packs = tuple(packs)
        self.rules = {rule.rule_id: rule for rule in rules}
        rows = [(rule, line) for rule in rules for line in rule.means]
        self._owners, self._lines = [rule for rule, _ in rows], [line for _, line in rows]
        meant = read(self._lines) if rows else ()
        self._matrix = np.array([vector for vector, _ in meant]) if rows else np.zeros((0, 1))
        self.by_entity: dict[str, list[Rule]] = {}
        """The rules that an entity of a type triggers."""
        for rule in rules:
            if rule.entity:
                self.by_entity.setdefault(rule.entity, []).append(rule)
        self.deadlines = [
            (rule, rule.deadline_s * 1000) for rule in rules if rule.deadline_s is not None
        ]
        """The rules with a deadline, and it in milliseconds from the start of the call."""
        self.after = {rule.after: rule.sure for rule in rules if rule.after}
        """The cues of patients after which an agent's turn is looked at, and from where they count."""
        self._cues = [rule for rule in rules if rule.cue or rule.settled_by]
        self._listening = [rule for rule in rules if rule.says or rule.resolved_by]

    @staticmethod
    def read(
        paths: Sequence[Path],
        read: Read,
        known: Collection[str] | None,
        *,
        facts: Collection[str] | None = None,
        proven: Collection[str] = (),
    ) -> "Rulebook":
        """Reads packs, without running their examples.

        `known` are the passages in force and `facts` what the protocols can establish; None takes
        any. Of a pack whose hash is in `proven` the patterns are known to be harmless.

        Raises:
            PackError: a pack is wrong.
        """
        try:
            listener()
        except WeightsError as error:
            raise PackError(str(WEIGHTS), 1, str(error)) from None
        packs: dict[str, Pack] = {}
        rules: dict[str, Rule] = {}
        for path in paths:
            pack, found = read_rules(path, known, proven)
            if pack.pack_id in packs:
                raise PackError(str(path), 1, f"the pack {pack.pack_id!r} is given twice")
            packs[pack.pack_id] = pack
            for rule in found:
                unknown = (rule.requires | rule.unless) - FACTS.union(facts or ())
                if facts is not None and unknown:
                    reason = f"{rule.rule_id}: nothing establishes {sorted(unknown)[0]!r}"
                    raise PackError(str(path), rule.line, reason)
                if rule.rule_id in rules:
                    raise PackError(str(path), rule.line, f"the id {rule.rule_id!r} is used twice")
                rules[rule.rule_id] = rule
        return Rulebook(list(rules.values()), read, list(packs.values()))

    @staticmethod
    def load(
        paths: Sequence[Path],
        read: Read,
        known: Collection[str] | None,
        *,
        facts: Collection[str] | None = None,
        proven: Collection[str] = (),
    ) -> "Rulebook":
        """Reads packs and runs the examples of every rule whose pack is not `proven`.

        Raises:
            PackError: a pack is wrong, or fails its own examples.
        """
        book = Rulebook.read(paths, read, known, facts=facts, proven=proven)
        for fault in book.faults(read, proven):
            raise fault
        return book

    def faults(self, read: Read, proven: Collection[str] = ()) -> list[PackError]:
        """The examples that fail, of every rule whose pack is not `proven`, embedded in one go."""
        files = {pack.path for pack in self.packs if pack.sha256 not in proven}
        shown = [
            (rule, line, wanted)
            for rule in self.rules.values()
            for lines, wanted in ((rule.examples, True), (rule.counter_examples, False))
            for line in (lines if rule.path in files else ())
        ]
        by_meaning = [line for rule, line, _ in shown if rule.means or rule.cue]
        meanings = iter(read(by_meaning) if by_meaning else ())
        found: list[PackError] = []
        for rule, line, wanted in shown:
            meaning = next(meanings) if rule.means or rule.cue else None
            speaker = "patient" if rule.speaker == "any" else rule.speaker
            if self.alone(rule, line, speaker, meaning) != wanted:
                kind = "example" if wanted else "counter-example"
                verb = "does not match" if wanted else "matches"
                why = "; ".join(trace(self, rule, line, speaker, meaning).why)
                reason = f"{rule.rule_id}: {kind} {verb}: {line!r} ({why})"
                found.append(PackError(rule.path, rule.line, reason))
        return found

    def alone(self, rule: Rule, line: str, speaker: str, meaning: Meaning | None) -> bool:
        """Whether a rule matches a line, whatever other rules make of it."""
        heard = self.heard(meaning, speaker)
        if rule.speaker in (speaker, "any") and _cued(rule, line, heard):
            return True
        own = {cue: heard[cue] if cue == rule.cue else 0.0 for cue in heard}
        return _said(self.match(line, speaker, meaning, own), rule)

    def heard(self, meaning: Meaning | None, speaker: str) -> Mapping[str, float]:
        """How likely each cue is in an utterance; nothing without its meaning."""
        if meaning is None or not (self._cues or self.after):
            return {}
        return listener().hear(meaning, agent=speaker == "agent")

    def match(
        self,
        text: str,
        speaker: str,
        meaning: Meaning | None,
        cues: Mapping[str, float],
    ) -> list[Hit]:
        """What an utterance matches. `meaning`: None to go by words alone.

        `cues` are those `heard` in it.
        """
        hits = self._by_cue(text, speaker, cues)
        for rule in self._listening:
            if rule.speaker in (speaker, "any") and cues.get(rule.cue, 1.0) >= UNHEARD:
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
        if meaning is not None and len(self._matrix):
            near = self._matrix @ meaning[0]
            for index in np.flatnonzero(near >= 0.5):
                rule = self._owners[int(index)]
                meant = near[index] >= rule.threshold and rule.speaker in (speaker, "any")
                if meant and not _said(hits, rule) and self._meant(int(index), text):
                    hits.append(Hit(rule.rule_id, "said", text[:QUOTE]))
        return hits

    def _meant(self, index: int, text: str) -> bool:
        """Whether what is near a line by its meaning is meant, as far as the line itself is."""
        rule, line = self._owners[index], self._lines[index]
        return rule.literal or turn_veto(text) in ("", turn_veto(line))

    def nearest(self, rule: Rule, meaning: Meaning | None) -> tuple[str, float] | None:
        """Of a rule's `means` the line nearest to an utterance, and their cosine."""
        rows = [row for row, owner in enumerate(self._owners) if owner is rule]
        if meaning is None or not rows:
            return None
        near = self._matrix[rows] @ meaning[0]
        return self._lines[rows[int(near.argmax())]], float(near.max())

    def _by_cue(self, text: str, speaker: str, cues: Mapping[str, float]) -> list[Hit]:
        """Rules whose cue is heard: of the critical ones, and of each other category, the likeliest.

        Neighbouring matters sound alike, and one is enough to get help.
        """
        hits: list[Hit] = []
        likeliest: dict[tuple[str, Effective], tuple[float, Rule]] = {}
        for rule in self._cues if cues else ():
            if speaker == "agent" and any(cues[cue] >= HEARD for cue in rule.settled_by):
                hits.append(Hit(rule.rule_id, "settled", text[:QUOTE]))
            if rule.speaker in (speaker, "any") and _cued(rule, text, cues):
                surplus = cues[rule.cue] - rule.sure
                group = (
                    rule.severity if rule.severity == "critical" else rule.category,
                    rule.effective,  # one that is out of its dates takes nothing from another
                )
                if group not in likeliest or surplus > likeliest[group][0]:
                    likeliest[group] = surplus, rule
        hits += [Hit(rule.rule_id, "said", text[:QUOTE]) for _, rule in likeliest.values()]
        return hits


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
