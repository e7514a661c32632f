"""Where the packs that come with the product are."""

from pathlib import Path

RULES = Path(__file__).parent / "rules" / "packs"
PROTOCOLS = Path(__file__).parent / "protocols" / "packs"
