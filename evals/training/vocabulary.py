"""Chooses the subwords that the tagger knows: what English, Spanish, names and calls need most."""

import random
from collections import defaultdict
from collections.abc import Iterator

from tokenizers import Tokenizer, models
from wordfreq import top_n_list, zipf_frequency

from evals.bench.calls.generate import STYLES, calls
from evals.training.minilm import their_subwords
from guardrails.phi import vocabulary
from guardrails.phi.lexicon import folded, lexicon
from guardrails.phi.spoken import words
from guardrails.phi.tagger.subwords import VOCABULARY

SUBWORDS = 21_000
_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_LISTED = 0.2
"""What a name or a drug of a list counts, beside a word of a call."""


def choose_subwords(seed: int) -> None:
    """Writes the commonest subwords, and every single letter, digit and mark."""
    theirs = their_subwords()
    tokenizer = Tokenizer(
        models.WordPiece(vocab=theirs, unk_token=_SPECIAL[1], max_input_chars_per_word=40)
    )
    counts: dict[str, float] = defaultdict(float)
    for word, weight in _words(seed):
        for piece in tokenizer.encode(folded(word.lower())).tokens:
            counts[piece] += weight
    single = {p for p in theirs if len(p.removeprefix("##")) == 1 and 32 < ord(p[-1]) < 127}
    kept = single | {*sorted(counts, key=lambda piece: -counts[piece])[:SUBWORDS]}
    VOCABULARY.write_text("\n".join([*_SPECIAL, *sorted(kept - set(_SPECIAL))]), encoding="utf-8")


def _words(seed: int) -> Iterator[tuple[str, float]]:
    for language, count in (("en", 60_000), ("es", 30_000)):
        for word in top_n_list(language, count):
            yield word, 10 ** (zipf_frequency(word, language) - 3)
    listed = (*lexicon().ranks, *vocabulary.drugs(), *vocabulary.cities(), *vocabulary.diseases())
    for entry in listed:
        yield from ((word, _LISTED) for word in entry.split())
    rng = random.Random(seed)
    for call in calls("train", seed, 1):
        for turn in call.turns:
            yield from ((word.text, 1.0) for word in words(turn.text(rng.choice(STYLES))))
