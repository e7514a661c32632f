"""Packs the Census Bureau's names of 2020 for the lexicon: `python -m scripts.name_list FIRST LAST`.

Both are CSV files with the columns `name` and `prop100k` (people in 100,000 who have it), as the
Census Bureau publishes them (public domain; names of 100 people or more). The list written holds
a name a line with two digits: how common it is as a first name and as a surname, 0 (not) to 3.
"""

import csv
import lzma
import sys
from pathlib import Path

LIST = Path(__file__).parent.parent / "guardrails" / "phi" / "lists" / "census-2020.txt.xz"


def ranks(path: Path) -> dict[str, int]:
    """How common each name of a file is: 1 rare, 2 known, 3 common."""
    found: dict[str, int] = {}
    with path.open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            name = row["name"].lower()
            if name.isascii() and name.isalpha() and name != "allothernames":
                share = float(row["prop100k"] or 0)
                found[name] = max(found.get(name, 0), 1 + (share >= 4) + (share >= 40))
    return found


def main() -> None:
    """Writes the list."""
    first, last = (ranks(Path(name)) for name in sys.argv[1:3])
    lines = (f"{n} {first.get(n, 0)}{last.get(n, 0)}" for n in sorted({*first, *last}))
    LIST.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
