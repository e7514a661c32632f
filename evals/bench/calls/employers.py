"""Where people work: known firms, and for training many that nobody has heard of."""

import random

from evals.bench.calls import lists, places

_TRADES = (
    "Plumbing",
    "Electric",
    "Roofing",
    "Trucking",
    "Foods",
    "Farms",
    "Dairy",
    "Paper",
    "Steel",
    "Tool and Die",
    "Logistics",
    "Freight",
    "Motors",
    "Auto Parts",
    "Landscaping",
    "Construction",
    "Builders",
    "Homes",
    "Supply",
    "Hardware",
    "Lumber",
    "Bakery",
    "Brewing",
    "Airlines",
    "Rail",
    "Energy",
    "Power",
    "Gas",
    "Insurance",
    "Bank",
    "Credit Union",
    "Title",
    "Realty",
    "Software",
    "Systems",
    "Technologies",
    "Analytics",
    "Media",
    "Printing",
    "Textiles",
    "Furniture",
    "Packaging",
    "Plastics",
    "Chemical",
    "Mining",
    "Aerospace",
    "Security",
    "Cleaning",
    "Staffing",
    "Catering",
    "Grill",
    "Diner",
    "Hotel",
    "Resort",
    "Casino",
    "Nursery",
    "Feed and Seed",
    "Poultry",
)
_PUBLIC = (
    "School District",
    "Unified Schools",
    "Elementary",
    "High School",
    "Community College",
    "University",
    "Public Library",
    "Fire Department",
    "Police Department",
    "Transit",
    "Water District",
    "Parks Department",
)
_COINED = (
    "tech",
    "corp",
    "soft",
    "mart",
    "way",
    "max",
    "line",
    "works",
    "pro",
    "net",
    "co",
    "ex",
    "ana",
    "ora",
    "io",
    "ify",
)
_STEMS = (
    "Ver",
    "Nova",
    "Tri",
    "Pan",
    "Omni",
    "Inter",
    "Clear",
    "Bright",
    "Red",
    "Blue",
    "Green",
    "Iron",
    "Star",
    "Sun",
    "Core",
    "Peak",
    "Apex",
    "Prime",
    "Inno",
    "Axi",
    "Zen",
    "Quan",
    "Lumi",
    "Stra",
    "Cor",
    "Alti",
    "Kine",
    "Vita",
)
_KNOWN = 0.3
"""How many of the employers in training are known ones."""


def draw(rng: random.Random, split: str) -> str:
    """The name of an employer."""
    if split != "train" or rng.random() < _KNOWN:
        return rng.choice(lists.own("employers", split))
    surname = rng.choice(places.surnames())
    kind = rng.random()
    if kind < 0.35:
        return f"{surname} {rng.choice(_TRADES)}"
    if kind < 0.45:
        return rng.choice(
            (
                f"{surname} and Sons",
                f"{surname} Brothers",
                f"{surname} & {rng.choice(places.surnames())}",
            )
        )
    if kind < 0.6:
        return f"{places.unheard(rng)} {rng.choice((*_PUBLIC, *_TRADES))}"
    if kind < 0.85:
        coined = rng.choice(_STEMS) + rng.choice(_COINED)
        return coined if rng.random() < 0.6 else f"{coined} {rng.choice(_TRADES)}"
    if kind < 0.93:
        return surname
    return "".join(rng.choice("ABCDEFGHIKLMNPRSTVW") for _ in range(rng.choice((2, 3, 3, 4))))
