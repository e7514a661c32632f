"""De-identification of calls: the only way from a segment to an utterance."""

from guardrails.phi.engine import Deidentified, Deidentifier, withheld
from guardrails.phi.model import ModelError
from guardrails.phi.vault import Options, Vault

__all__ = [
    "Deidentified",
    "Deidentifier",
    "ModelError",
    "Options",
    "Vault",
    "withheld",
]
