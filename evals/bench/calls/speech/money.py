"""Prices in words."""

from evals.bench.calls.speech.numbers import cardinal, natural, shortened
from evals.bench.calls.speech.reading import Reading


def say(text: str, reading: Reading, before_noun: bool = False) -> str:
    """A price in words; "a forty dollar copay" `before_noun`."""
    thousands = text.lower().endswith("k")
    amount, _, cents = text.strip("$kK ").replace(",", "").partition(".")
    value, language = int(amount), reading.language
    words = cardinal(value, language)
    if thousands:
        return f"{words} {'mil' if language == 'es' else reading.pick('thousand', 'k')}"
    if language == "es":
        return _dolares(value, words, cents, reading)
    if 100 < value < 1000:
        words = reading.pick(words, cardinal(value, joined=True))
        words = words.replace("one hundred", reading.pick("one hundred", "a hundred"))
    elif 1000 < value < 10_000 and value % 1000:
        words = reading.pick(words, natural(str(value)))
    unit = "dollar" if value == 1 or before_noun else "dollars"
    if not cents or cents == "00":
        short = natural(amount) if 100 < value < 1000 else words
        return reading.pick(f"{words} {unit}", f"{words} {unit}", f"{words} {unit}", short)
    small = cardinal(int(cents))
    if not value:
        return f"{small} cents"
    # "two fourteen sixty", not "two hundred sixty" for 200.60
    if value % 100 or value < 100:
        run = natural(str(value)) if value < 10_000 else words
        return reading.pick(f"{run} {natural(cents)}", f"{words} {unit} and {small} cents")
    return f"{words} {unit} and {small} cents"


def _dolares(value: int, words: str, cents: str, reading: Reading) -> str:
    head = f"{shortened(words)} {'dólar' if value == 1 else 'dólares'}"
    if not cents or cents == "00":
        return head
    small = shortened(cardinal(int(cents), "es"))
    if not value:
        return f"{small} centavos"
    return reading.pick(f"{head} con {small} centavos", f"{head} con {small}")
