"""The de-identifier: segments in, utterances out. PHI ends here.

Presidio does the work: its analyzer over one view of the turn, a registry of this package's
recognizers, its anonymizer for the masking. Whatever fails, the whole text is masked.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import structlog

from guardrails.phi import agents, history, memory, neutral, record, vocabulary
from guardrails.phi.expectation import vetoed
from guardrails.phi.finds import Find, settled
from guardrails.phi.history import Turn
from guardrails.phi.lexicon import lexicon
from guardrails.phi.model import ModelError
from guardrails.phi.presidio import Analyzer, Anonymizer
from guardrails.phi.speech import SPEECH
from guardrails.phi.tagger.features import Piece, piece
from guardrails.phi.tagger.tagger import tagger
from guardrails.phi.vault import Vault
from guardrails.phi.view import View, view_of
from guardrails.sentiment import sentiment
from guardrails.utterance import Entity, Segment, Utterance

_WITHHELD = "<WITHHELD_1>"
_READ_BEFORE = 3
_WINDOW, _OVERLAP = 1500, 200
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Deidentified:
    """One masked utterance, and earlier ones masked anew because of it.

    A correction has its segment's id and a `revision` that is one higher.
    """

    utterance: Utterance
    corrections: tuple[Utterance, ...] = ()


class Deidentifier:
    """Loads once (about a second); one call at a time, for a batch across conversations.

    `without` leaves out recognizers by name, or "dialogue": to measure their worth.
    """

    def __init__(self, without: frozenset[str] = frozenset()) -> None:
        self._without = without
        self.unavailable = ""
        try:
            self._tagger = tagger()
            vocabulary.load()
            lexicon()
        except ModelError as error:  # fail closed: everything is withheld, and says so
            _log.error("model missing")
            self.unavailable = str(error)
        self._analyzer = Analyzer(without)
        self._anonymizer = Anonymizer()

    def deidentify(self, batch: Sequence[tuple[Segment, Vault]]) -> list[Deidentified]:
        """One result for each segment, in order; a vault's segments in the order they came.

        Never raises for what a segment holds: on any failure its whole text is masked and
        `withheld` says why.
        """
        tags = self._tags(batch)
        return [
            self._one(segment, vault, read)
            for (segment, vault), read in zip(batch, tags, strict=True)
        ]

    def find(self, segment: Segment, vault: Vault) -> list[Find]:
        """What would be masked in a text, over its own characters; the dialogue goes on.

        Raises:
            ModelError: a model or a list is missing.
        """
        if self.unavailable:
            raise ModelError(self.unavailable)
        found = self._found(segment, vault)
        self._masked(segment, vault, found)
        return found.finds

    def _tags(self, batch: Sequence[tuple[Segment, Vault]]) -> list[np.ndarray | None]:
        """What the tagger reads of the first turn of each call in a batch, all in one go.

        A later turn of the same call waits for what the first one changes in the dialogue.
        """
        first: dict[int, int] = {}
        for index, (segment, vault) in enumerate(batch):
            if self._reads(segment.text, vault):
                first.setdefault(id(vault), index)
        tags: list[np.ndarray | None] = [None] * len(batch)
        if len(first) > 1:
            try:
                asked = [
                    self._asked(piece(segment.text, segment.speaker), vault)
                    for segment, vault in (batch[index] for index in first.values())
                ]
                found = self._tagger.read_many(asked)
                for index, read in zip(first.values(), found, strict=True):
                    tags[index] = read
            except Exception as error:  # each turn is read by itself then, and fails by itself
                _log.error("masking failed", kind=type(error).__name__, count=len(batch))
        return tags

    def _reads(self, text: str, vault: Vault) -> bool:
        """Whether the tagger reads a text of a call: no longer one than a turn of speech is."""
        tagged = not self.unavailable and "tagger" not in self._without
        return tagged and vault.language in SPEECH and len(text) <= _WINDOW

    def _asked(self, own: Piece, vault: Vault) -> tuple[Piece, list[Piece], frozenset[str]]:
        """What the tagger is asked about a turn: itself, the turns before it, what is open."""
        before = [turn.piece for turn in vault.recent][-_READ_BEFORE:]
        expected = vault.dialogue.open if "dialogue" not in self._without else frozenset[str]()
        return own, before, expected

    def _one(self, segment: Segment, vault: Vault, tags: np.ndarray | None) -> Deidentified:
        if self.unavailable:
            return Deidentified(withheld(segment, self.unavailable))
        foreign = vault.language not in SPEECH
        if foreign and not neutral.readable(segment.text):
            return Deidentified(withheld(segment, neutral.WHY))
        try:
            found = self._found(segment, vault, tags)
            utterance = self._masked(segment, vault, found)
            corrections = self._corrected(vault, found) if segment.final else ()
            why = neutral.WHY if foreign else ""
            return Deidentified(replace(utterance, withheld=why), corrections)
        except Exception as error:  # fail closed
            _log.error("masking failed", kind=type(error).__name__, segment_id=segment.segment_id)
            return Deidentified(withheld(segment, "masking failed"))

    def _found(self, segment: Segment, vault: Vault, tags: np.ndarray | None = None) -> "_Found":
        """What is to be masked in a segment, and what is new in the turns before it."""
        dialogue = "dialogue" not in self._without
        context = memory.context(vault, segment.speaker, dialogue=dialogue)
        view = view_of(segment.text, context)
        if len(view.text) <= _WINDOW:
            view = replace(view, tags=tags) if tags is not None else self._tagged(view, vault)
            finds = self._analyzer.finds(view)
        else:
            finds = self._long(view, vault)
        if vault.language not in SPEECH:
            finds += neutral.finds(view)
        before: dict[int, list[Find]] = {}
        earlier = history.pieces(vault.recent, segment) if dialogue else []
        if earlier:
            whole = history.joined(earlier, view)
            more = settled(self._analyzer.finds(whole), whole.text)
            own, before = history.parted(more, whole.text, earlier, segment.text)
            finds += [f for f in own if not vetoed(view, f.start, f.end, f.type, f.score)]
        finds = settled(finds, segment.text)
        if not vault.options.agent_names:
            finds = agents.spared(view, finds, vault.agent_names)
        return _Found(view, finds, earlier, before)

    def _long(self, view: View, vault: Vault) -> list[Find]:
        """Finds of a text that is no turn of speech, in windows: patterns may be quadratic."""
        finds: list[Find] = []
        for at in range(0, len(view.text), _WINDOW - _OVERLAP):
            part = view_of(view.text[at : at + _WINDOW], view.context)
            found = self._analyzer.finds(self._tagged(part, vault))
            finds += [replace(f, start=f.start + at, end=f.end + at) for f in found]
        return finds

    def _tagged(self, view: View, vault: Vault) -> View:
        if not self._reads(view.text, vault):
            return view
        own = piece(view.text, view.context.speaker, view.words)
        return replace(view, tags=self._tagger.read(*self._asked(own, vault)))

    def _masked(self, segment: Segment, vault: Vault, found: "_Found") -> Utterance:
        """The utterance; a final segment is remembered, with the dialogue after it."""
        text, places = self._anonymizer.mask(segment.text, found.finds, vault)
        if segment.final:
            shown = tuple(placeholder for *_, placeholder in places)
            memory.remember(found.view, vault, found.finds)
            own = piece(segment.text, segment.speaker, found.view.words)
            turn = Turn(segment, own, tuple(found.finds), shown, found.view.expected)
            vault.remember(turn)
        return _utterance(segment, text, _entities(segment.text, found.finds, places, vault))

    def _corrected(self, vault: Vault, found: "_Found") -> tuple[Utterance, ...]:
        """Earlier turns in which something is now known to be a piece of a value."""
        out: list[Utterance] = []
        for index, new in found.before.items():
            turn = found.earlier[index]
            hidden = {i for f in turn.finds for i in range(f.start, f.end)}
            text = turn.segment.text
            if all(
                i in hidden or not text[i].isalnum() for f in new for i in range(f.start, f.end)
            ):
                continue
            finds = settled([*turn.finds, *new], text)
            segment = replace(turn.segment, revision=turn.segment.revision + 1)
            masked, places = self._anonymizer.mask(text, finds, vault)
            shown = tuple(placeholder for *_, placeholder in places)
            out.append(_utterance(segment, masked, _entities(text, finds, places, vault)))
            anew = replace(turn, segment=segment, finds=tuple(finds), shown=shown)
            vault.correct(turn, anew)
        return tuple(out)


@dataclass(frozen=True, slots=True)
class _Found:
    view: View
    finds: list[Find]
    earlier: list[Turn]
    before: dict[int, list[Find]]


def withheld(segment: Segment, why: str) -> Utterance:
    """The utterance of a segment whose text could not be judged."""
    if not segment.text.strip():
        return _utterance(segment, segment.text, ())
    entity = Entity(0, len(_WITHHELD), "WITHHELD", _WITHHELD)
    return replace(_utterance(segment, _WITHHELD, (entity,)), sentiment=0.0, withheld=why)


def _entities(
    text: str, finds: Sequence[Find], places: Sequence[tuple[int, int, str]], vault: Vault
) -> tuple[Entity, ...]:
    return tuple(
        Entity(
            start=start,
            end=end,
            type=find.type,
            placeholder=placeholder,
            on_file=record.confirms(
                vault.on_file, find.type, find.value or text[find.start : find.end]
            ),
        )
        for (start, end, placeholder), find in zip(places, finds, strict=True)
    )


def _utterance(segment: Segment, text: str, entities: tuple[Entity, ...]) -> Utterance:
    return Utterance(
        conversation_id=segment.conversation_id,
        segment_id=segment.segment_id,
        speaker=segment.speaker,
        text=text,
        entities=entities,
        final=segment.final,
        start_ms=segment.start_ms,
        end_ms=segment.end_ms,
        revision=segment.revision,
        sentiment=sentiment(text),
    )
