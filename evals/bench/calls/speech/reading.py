"""How the figures of a plain text may be read: language, choice between ways, units."""

import random
from dataclasses import dataclass

# unit: English one and many, Spanish one and many
UNITS: dict[str, tuple[str, str, str, str]] = {
    "mg": ("milligram", "milligrams", "miligramo", "miligramos"),
    "mcg": ("microgram", "micrograms", "microgramo", "microgramos"),
    "ml": ("milliliter", "milliliters", "mililitro", "mililitros"),
    "mL": ("milliliter", "milliliters", "mililitro", "mililitros"),
    "kg": ("kilo", "kilos", "kilo", "kilos"),
    "g": ("gram", "grams", "gramo", "gramos"),
    "lb": ("pound", "pounds", "libra", "libras"),
    "lbs": ("pounds", "pounds", "libras", "libras"),
    "oz": ("ounce", "ounces", "onza", "onzas"),
    "cm": ("centimeter", "centimeters", "centímetro", "centímetros"),
    "mm": ("millimeter", "millimeters", "milímetro", "milímetros"),
    "ft": ("foot", "feet", "pie", "pies"),
    "hr": ("hour", "hours", "hora", "horas"),
    "hrs": ("hours", "hours", "horas", "horas"),
    "min": ("minute", "minutes", "minuto", "minutos"),
    "L": ("liter", "liters", "litro", "litros"),
    "°F": ("degree", "degrees", "grado", "grados"),
    "°C": ("degree", "degrees", "grado", "grados"),
    "°": ("degree", "degrees", "grado", "grados"),
    "x": ("time", "times", "vez", "veces"),
}


@dataclass(frozen=True)
class Reading:
    """The language of a text and the choice between ways to read it."""

    language: str
    rng: random.Random | None = None

    def pick(self, *ways: str) -> str:
        """One way; the first where nothing is random."""
        return self.rng.choice(ways) if self.rng else ways[0]
