"""Units of readings: their names as spoken, written and in UCUM, and what they come to.

Factors: 1 lb = 0.45359237 kg (international pound, 1959); 1 mmol/L of glucose = 18.0156 mg/dL
(molar mass 180.156 g/mol).
"""

_NAMES = {
    "lb": "lb lbs pound pounds [lb_av] libra libras",
    "kg": "kg kgs kilo kilos kilogram kilograms kilogramo kilogramos",
    "mg/dL": "mg/dl mgdl",
    "mmol/L": "mmol/l mmol millimole millimoles milimoles",
    "mmHg": "mmhg mm[hg]",
    "%": "% percent por-ciento",
    "bpm": "bpm /min beats beat {beats}/min beats/min beats/minute latidos",
    "days": "day days d día días dia dias",
    "weeks": "week weeks wk semana semanas",
    "months": "month months mo mes meses",
    "hours": "hour hours h hora horas",
    "minutes": "minute minutes min minuto minutos",
    "dollars": "$ dollar dollars bucks dólar dólares dolares",
    "doses": "dose doses pill pills tablet tablets pastilla pastillas dosis",
}
_CANONICAL = {name: unit for unit, names in _NAMES.items() for name in names.split()}
_IN_BASE = {
    "kg": ("mass", 1.0),
    "lb": ("mass", 0.45359237),
    "mg/dL": ("glucose", 1.0),
    "mmol/L": ("glucose", 18.0156),
    "minutes": ("time", 1.0),
    "hours": ("time", 60.0),
    "days": ("time", 1440.0),
    "weeks": ("time", 10080.0),
}
LONG_UNITS = (
    ("milligrams per deciliter", "mg/dL"), ("milligrams a deciliter", "mg/dL"),
    ("mg per dl", "mg/dL"), ("mg / dl", "mg/dL"), ("miligramos por decilitro", "mg/dL"),
    ("millimoles per liter", "mmol/L"), ("mmol / l", "mmol/L"),
    ("millimeters of mercury", "mmHg"), ("mm hg", "mmHg"), ("por ciento", "%"),
    ("per cent", "%"), ("beats per minute", "bpm"), ("beats a minute", "bpm"),
)  # fmt: skip
"""Names of several words, in lower case."""
UNITS = frozenset(_NAMES)
"""The units that a pack may name."""


def unit_of(name: str) -> str:
    """The unit of a name in any of its forms, or nothing."""
    return _CANONICAL.get(name.strip().lower().replace(" ", ""), "")


def converted(value: float, unit: str, wanted: str) -> float | None:
    """A value in another unit, or None if the two do not measure the same.

    A unit that is not given, on either side, is taken to be the other one.
    """
    have, want = unit_of(unit), unit_of(wanted)
    if not unit or not wanted or (have == want and have):
        return round(value, 6)
    if have in _IN_BASE and want in _IN_BASE and _IN_BASE[have][0] == _IN_BASE[want][0]:
        return round(value * _IN_BASE[have][1] / _IN_BASE[want][1], 6)
    return None
