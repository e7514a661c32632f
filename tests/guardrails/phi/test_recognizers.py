"""What single recognizers, and the dialogue that weighs them, are there for."""

from collections.abc import Callable

import pytest

from guardrails.phi import Deidentified

Play = Callable[..., list[Deidentified]]
Turns = tuple[tuple[str, str], ...]

GONE: list[tuple[Turns, str]] = [
    ((("agent", "who do you work for?"), ("patient", "riverside paper mill")), "riverside"),
    ((("patient", "I used to work at Riverside Paper Mill before this"),), "Riverside"),
    ((("agent", "what's your address?"), ("patient", "apartment four b")), "four"),
    ((("patient", "he lives at 764 Fagradalsbraut 71 Apt. 762, Egilsstadir, Iceland 70012"),), "Egilsstadir"),
    ((("patient", "Unit 8505 Box 9220, DPO AE 90744"),), "9220"),
    ((("agent", "card number?"), ("patient", "4111 1111 1111 1111"), ("agent", "ending in 1111?")), "1111"),
    ((("agent", "your member id?"), ("patient", "x y 4 4 1 7 2 9"), ("patient", "no sorry, the last two are three one")), "three"),
    ((("agent", "your full name?"), ("patient", "julia, hold on, mercado")), "mercado"),
    ((("agent", "email?"), ("patient", "mrabhi")), "mrabhi"),
    ((("patient", "it's under D-A-N-A"),), "D-A-N-A"),
    ((("patient", "my NPI is 1234567893"),), "1234567893"),
    ((("agent", "and the DEA?"), ("patient", "A B 1 2 3 4 5 6 3")), "3"),
    ((("patient", "they told me to come back on the fourteenth."),), "fourteenth"),
    ((("patient", "my mom is a hundred and one, she's 101"),), "101"),
]  # fmt: skip


@pytest.mark.parametrize(("turns", "word"), GONE, ids=[word for _, word in GONE])
def test_gone(play: Play, turns: Turns, word: str) -> None:
    assert word not in play(*turns)[-1].utterance.text


STAYS = [
    "to be frank with you I'm tired",
    "they put in a jackson pratt drain",
    "could it be stevens johnson syndrome",
    "he takes forty forty twenty twenty ten of prednisone",
    "the reading was 103.3.",
    "we open at eight thirty",
    "I was born in North Carolina",
    "it's code 99213 with a modifier 25",
    "I'm eighty nine years old",
    "call nine one one now",
    "oh yeah I see",
    "on the second floor",
    "let me see, hold on",
]


@pytest.mark.parametrize("text", STAYS)
def test_stays(play: Play, text: str) -> None:
    assert play(("patient", text))[-1].utterance.text == text


SPANISH_GONE: list[tuple[Turns, str]] = [
    ((("agent", "¿con quién tengo el gusto?"), ("patient", "habla guadalupe hernández")), "hernández"),
    ((("agent", "¿su fecha de nacimiento?"), ("patient", "tres de marzo de mil novecientos cincuenta y dos")), "marzo"),
    ((("agent", "¿su teléfono?"), ("patient", "cuatro uno cinco, cinco cincuenta y cinco, cero uno nueve nueve")), "nueve"),
    ((("agent", "¿y su correo?"), ("patient", "lupita arroba gmail punto com")), "lupita"),
    ((("patient", "mi hija maricela me lleva"),), "maricela"),
]  # fmt: skip


@pytest.mark.parametrize(("turns", "word"), SPANISH_GONE, ids=[w for _, w in SPANISH_GONE])
def test_gone_in_spanish(play: Play, turns: Turns, word: str) -> None:
    assert word not in play(*turns, language="es")[-1].utterance.text


@pytest.mark.parametrize(
    "text",
    [
        "tengo dolores de cabeza muy fuertes",
        "dos pastillas de quinientos miligramos",
        "no puedo coger sol ni ver la luz",
        "la presión en ciento cincuenta sobre noventa",
        "mil gracias, a las once y media",
    ],
)
def test_stays_in_spanish(play: Play, text: str) -> None:
    assert play(("patient", text), language="es")[-1].utterance.text == text
