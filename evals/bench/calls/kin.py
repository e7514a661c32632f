"""Whether a person of a template is a woman, by the words around their slot."""

import re

from evals.bench.calls.templates import Template

_MALE = {
    "en": r"mr\.|sir|husband|son|father|dad|daddy|brother|grandfather|grandpa|grandson|uncle|nephew"
    r"|boyfriend|boy|guy|fella|he|he's",
    "es": r"sr\.|señor|don|esposo|marido|hijo|padre|papá|papi|hermano|abuelo|tío|sobrino|novio"
    r"|doctor|niño|nene|él",
}
_FEMALE = {
    "en": r"mrs\.|ms\.|miss|ma'am|wife|daughter|mother|mom|mama|sister|grandmother|grandma"
    r"|granddaughter|aunt|niece|girlfriend|girl|lady|she|she's",
    "es": r"sra\.|srta\.|señora|señorita|doña|esposa|mujer|hija|madre|mamá|mami|hermana|abuela|tía"
    r"|sobrina|novia|doctora|dra\.|niña|nena|enfermera|ella",
}
# "my husband, I'm {caller}" says nothing of the caller
_TURNS = re.compile(
    r"\b(?:i'm|i am|this is|soy|habla|name is|me llamo)\b(?! (?:the|la|el|his|her|a|su))"
)
_AFTER = re.compile(
    r"(?:\.\w+)?\}(?: \{\w+\.\w+\})*, (?:(?:i'm|i am|soy) )?(?:(?:her|his|my|their|your|the|la|el|su|mi) )?"
    r"([a-zá-ú']+)",
    re.IGNORECASE,
)


def female(template: Template, role: str) -> bool | None:
    """True or False where the text tells, None where it does not."""
    language = template.language
    for found in re.finditer(rf"([^{{}}\n]{{0,28}})\{{{role}(?=[.}}])", template.text):
        words = _TURNS.split(found[1].lower())[-1]
        man = _last(_MALE[language], words)
        woman = _last(_FEMALE[language], words)
        if man != woman:
            return woman > man
        if said := _AFTER.match(template.text, found.end()):
            man = _last(_MALE[language], said[1].lower())
            woman = _last(_FEMALE[language], said[1].lower())
            if man != woman:
                return woman > man
    if role != "patient" or language == "es":
        return None
    he, she = (
        len(re.findall(rf"\b(?:{words})\b", template.text, re.IGNORECASE))
        for words in ("he|his|him", "she|her|hers")
    )
    return None if he == she else she > he


def _last(words: str, text: str) -> int:
    found = [match.end() for match in re.finditer(rf"(?<!\w)(?:{words})(?![\w'])", text)]
    return found[-1] if found else -1
