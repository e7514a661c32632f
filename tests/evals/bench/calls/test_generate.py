import random
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.bench.calls import issued, lists, people
from evals.bench.calls.generate import STYLES, Call, call, calls
from evals.bench.calls.slots import SLOTS
from evals.bench.calls.speech import codes as said_codes
from evals.bench.calls.speech import dates, phones
from evals.bench.calls.speech.habits import Habits
from evals.bench.calls.speech.literal import literal
from evals.bench.calls.speech.numbers import cardinal, natural, ordinal, year
from evals.bench.calls.templates import TemplateError, load, parse

HEAD = "reason: refill\nlanguage: en\n"
SPLITS = ("dev", "test")


@pytest.fixture(scope="module", params=SPLITS)
def made(request: pytest.FixtureRequest) -> list[Call]:
    return list(calls(request.param, seed=3, per_template=2))


def one(lines: str, language: str = "en", seed: int = 0) -> Call:
    (template,) = parse(f"reason: r\nlanguage: {language}\n## t\n{lines}", "t.txt")
    return call(template, "dev", seed, 0)


# --- templates


@pytest.mark.parametrize(
    ("body", "line", "problem"),
    [
        ("## a\nA: {nobody}", 4, "unknown slot {nobody}"),
        ("## a\nA: {phone.middle}", 4, "unknown slot {phone.middle}"),
        ("## a\nA: hi\nC: {phone", 5, "'{'"),
        ("## a\nA: phone}", 4, "'}'"),
        ("## a\nA: [Hi|Hello", 4, "'['"),
        ("## a\nA: Hi]", 4, "']'"),
        ("## a\nA: a|b", 4, "'|'"),
        ("## a\n## b\nA: hi", 3, "'a' is empty"),
        ("## a\nA: hi\nhello there", 5, "without speaker"),
        ("## a\nA:", 4, "without speaker"),
        ("A: hi", 3, "before the first template"),
        ("## a\nA: hi\n## a\nA: hi", 5, "used twice"),
        ("", 1, "no template"),
    ],
)
def test_what_is_wrong_with_a_template_is_told_by_line(body: str, line: int, problem: str) -> None:
    with pytest.raises(TemplateError) as caught:
        parse(HEAD + body, "refill.txt")
    assert str(caught.value).startswith(f"refill.txt:{line}: ")
    assert problem in str(caught.value)


@pytest.mark.parametrize("head", ["", "reason: x\n", "language: en\n", "reason: x\nlanguage: fr\n"])
def test_a_file_says_its_reason_and_language(head: str) -> None:
    with pytest.raises(TemplateError, match="the file begins with"):
        parse(f"{head}## a\nA: hi\n", "x.txt")


def test_no_template_stands_in_both_splits() -> None:
    dev, test = ({template.id for template in load(split)} for split in SPLITS)
    assert dev
    assert test
    assert not dev & test


def test_a_language_can_be_asked_for() -> None:
    assert {made.language for made in calls("dev", 1, 1, "es")} == {"es"}


# --- calls


def test_every_template_renders_and_spans_lie_in_the_text(made: list[Call]) -> None:
    labels = {kind.label for kind in SLOTS.values()} - {""}
    for each in made:
        for turn in each.turns:
            assert turn.speaker in ("agent", "patient", "other")
            for style in STYLES:
                text, end = turn.text(style), 0
                assert text == " ".join(text.split())
                assert text
                for start, stop, kind in turn.spans(style):
                    assert end <= start < stop <= len(text)
                    value = text[start:stop]
                    assert value == value.strip()
                    assert value in each.planted[kind]
                    assert kind in labels
                    assert not re.search(r"[,;:?!]$", value)
                    assert not text[start - 1 : start].isalnum()
                    assert not text[stop : stop + 1].isalnum()
                    end = stop


def test_the_styles_are_what_they_say(made: list[Call]) -> None:
    for each in made:
        for turn in each.turns:
            assert not re.search(r"[A-Z{}\[\]|]|  ", turn.text("itn") + turn.text("spoken"))
            assert not re.search(r"\d|[^\w' ]", turn.text("spoken")), turn
            assert len({len(turn.spans(style)) for style in STYLES}) == 1
            kinds = {tuple(kind for _, _, kind in turn.spans(style)) for style in STYLES}
            assert len(kinds) == 1


def test_a_seed_says_all_in_every_process() -> None:
    code = (
        "import hashlib, json, dataclasses\n"
        "from evals.bench.calls.generate import calls\n"
        "rows = [json.dumps(dataclasses.asdict(c)) for c in calls('dev', 5, 1)]\n"
        "print(hashlib.sha256(''.join(rows).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[4],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
    first, second = (list(calls("dev", seed, 1)) for seed in (5, 6))
    assert first == list(calls("dev", 5, 1))
    assert first != second


def test_a_person_named_twice_is_the_same() -> None:
    for seed in range(20):
        made = one(
            "A: Dr. {doctor.last} and Dr. {doctor.last}.\nC: {dob.year} {dob.year}", seed=seed
        )
        (a, b), (c, d) = (turn.spans("written") for turn in made.turns)
        text = made.turns[0].text("written")
        assert text[a[0] : a[1]] == text[b[0] : b[1]]
        assert text.startswith("Dr. ")
        assert c[2] == d[2] == "DATE"


@pytest.mark.parametrize("slot", ["phone", "ssn", "npi", "mbi", "member_id", "card", "vin", "rx"])
def test_pieces_make_up_the_value(slot: str) -> None:
    for seed in range(15):
        for count in (2, 3):
            lines = "\n".join(f"C: {{{slot}.{i}of{count}}}" for i in range(1, count + 1))
            made = one(f"{lines}\nA: {{{slot}}}", seed=seed)
            *pieces, whole = (re.sub(r"\W", "", t.text("written").upper()) for t in made.turns)
            assert whole.removeprefix(
                "1" if slot == "phone" and len(whole) == 11 else ""
            ) == "".join(pieces)


def test_a_wrong_value_is_put_right() -> None:
    for seed in range(15):
        made = one("C: {npi.wrong}, no, {npi.fix2}\nA: {npi}", seed=seed)
        text, right = (turn.text("written") for turn in made.turns)
        wrong, end = text.split(", no, ")
        assert wrong[:-2] == right[:-2]
        assert wrong != right
        assert end == right[-2:]
        corrected = one("C: {phone.3of3}. No, sorry, {phone.fix2}.\nA: {phone.last4}", seed=seed)
        said, last = (turn.text("written") for turn in corrected.turns)
        assert not said.startswith(last)
        assert said.endswith(f"{last[-2:]}.")


def test_what_is_on_file_is_what_is_said() -> None:
    for seed in range(15):
        made = one("C: {dob.year} {zip} {email} {patient.last}", seed=seed)
        text = made.turns[0].text("written")
        assert made.on_file["date_of_birth"][2:4] in text
        assert made.on_file["email"] in text
        assert made.on_file["zip"][:5] in text
        assert made.planted["EMAIL"][0] == made.on_file["email"]


def test_articles_and_possessives_stay_outside() -> None:
    made = one("C: It was the {date1.day}. {doctor.last}'s note.")
    for style in STYLES:
        (day, name) = made.turns[0].spans(style)
        text = made.turns[0].text(style)
        assert text.lower().startswith("it was the ")
        assert day[0] == len("it was the ")
        assert text[name[1] :].startswith("'s note")


def test_what_names_nobody_is_not_labelled() -> None:
    made = one("A: {clinic} {health_plan} {pharmacy} {state} {age} {weekday}")
    assert not any(made.turns[0].spans(style) for style in STYLES)
    assert made.planted == {}


def test_the_splits_do_not_share_names_and_places() -> None:
    for name in ("cities", "streets", "employers", "surnames"):
        assert not set(lists.own(name, "dev")) & set(lists.own(name, "test"))
    drawn = {
        split: {people.draw(random.Random(i), split, "en").first for i in range(400)}
        for split in SPLITS
    }
    # an origin may share a name with another one
    assert len(drawn["dev"] & drawn["test"]) < len(drawn["dev"]) / 6


# --- values


def luhn_holds(digits: str) -> bool:
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits))]
    return sum(n // 10 + n % 10 for n in doubled) % 10 == 0


@pytest.mark.parametrize("seed", range(40))
def test_check_digits(seed: int) -> None:
    rng = random.Random(seed)
    assert luhn_holds(issued.card(rng).replace(" ", ""))
    assert luhn_holds("80840" + issued.npi(rng))
    letters, digits = (code := issued.dea(rng, "Lopez"))[:2], [int(d) for d in code[2:]]
    assert letters[1] == "L"
    assert sum(digits[0:6:2]) + 2 * sum(digits[1:6:2]) - digits[6] in range(0, 200, 10)
    assert re.fullmatch(
        r"[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-[AC-HJKMNP-RT-Y]{2}\d\d",
        issued.mbi(rng),
    )
    assert re.fullmatch(r"(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}", issued.ssn(rng))
    assert re.fullmatch(r"[A-HJ-NPR-Z0-9]{8}[0-9X][A-HJ-NPR-Z0-9]{8}", issued.vin(rng))


def test_check_digits_of_known_numbers() -> None:
    assert issued.luhn("7992739871") == "3"
    assert issued.luhn("80840" + "123456789") == "3"
    assert issued.dea_digits("AB", "123456") == "AB1234563"


# --- speech

DIGITS = "zero one two three four five six seven eight nine".split()
DIGITOS = "cero uno dos tres cuatro cinco seis siete ocho nueve".split()


def back(words: str, language: str) -> str:
    """Digits and letters of a code said one by one; written apart from what said them."""
    names = {"oh": "0", "o": "0", "cero": "0"}
    names |= {w: str(i) for i, w in enumerate(DIGITOS if language == "es" else DIGITS)}
    times = {"double": 2, "triple": 3, "doble": 2}
    found, count = "", 1
    for word in words.split():
        if word in times:
            count = times[word]
            continue
        found += names.get(word, word) * count
        count = 1
    return found.upper()


@given(
    code=st.from_regex(r"[A-NP-Z]{0,3}[0-9]{1,9}(-[0-9]{2,4}){0,2}", fullmatch=True),
    zero=st.sampled_from(["oh", "zero"]),
    doubles=st.sampled_from([0.0, 0.5, 1.0]),
    language=st.sampled_from(["en", "es"]),
    itn=st.sampled_from(["joined", "groups", "dashed", "digits", "loose"]),
    seed=st.integers(0, 10_000),
    pieces=st.integers(1, 3),
)
def test_digits_said_one_by_one_are_the_digits_written(
    code: str, zero: str, doubles: float, language: str, itn: str, seed: int, pieces: int
) -> None:
    code = code if language == "en" else re.sub(r"[A-Z]", "", code)
    plain = code.replace("-", "")
    pieces = min(pieces, len(plain))
    habits = Habits(language=language, zero=zero, doubles=doubles, itn=itn)
    said = said_codes.say(code, habits, random.Random(seed), pieces)
    assert len(said) == pieces
    assert "".join(part.written for part in said).replace("-", "") == plain
    assert "".join(back(part.spoken.replace("double u", "w"), language) for part in said) == plain
    heard = " ".join(re.sub(r"(\d)", r" \1 ", part.itn.replace("-", " ")) for part in said)
    assert back(heard, language).replace(" ", "") == plain


@pytest.mark.parametrize("length", [2, 3])
@pytest.mark.parametrize(("language", "zero"), [("en", "oh"), ("es", "cero")])
def test_no_two_numbers_run_together_sound_the_same(length: int, language: str, zero: str) -> None:
    count = 10**length
    ways = {natural(f"{n:0{length}d}", language, zero) for n in range(count)}
    assert len(ways) == count


def test_telephone_numbers_keep_their_digits() -> None:
    for seed in range(200):
        habits = Habits(itn="groups", runs="mixed", doubles=0.5)
        (said,) = phones.say("415-502-0034", habits, random.Random(seed))
        assert re.sub(r"\D", "", said.written)[-10:] == "4155020034"
        heard = re.sub(r"double (\d)", r"\1\1", said.itn)
        assert re.sub(r"\D", "", heard)[-10:] == "4155020034"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("415", "four fifteen"),
        ("800", "eight hundred"),
        ("505", "five oh five"),
        ("4210", "forty two ten"),
        ("1986", "nineteen eighty six"),
        ("1200", "twelve hundred"),
        ("2000", "two thousand"),
        ("0134", "oh one thirty four"),
    ],
)
def test_numbers_run_together(number: str, words: str) -> None:
    assert natural(number) == words


def test_number_words() -> None:
    assert cardinal(1952, "es") == "mil novecientos cincuenta y dos"
    assert cardinal(21_000, "es") == "veintiún mil"
    assert cardinal(105, joined=True) == "one hundred and five"
    assert [ordinal(n) for n in (3, 12, 20, 31, 100)] == [
        "third",
        "twelfth",
        "twentieth",
        "thirty first",
        "one hundredth",
    ]
    assert [year(n) for n in (1952, 1905, 1900, 2004, 2012)] == [
        "nineteen fifty two",
        "nineteen oh five",
        "nineteen hundred",
        "two thousand four",
        "twenty twelve",
    ]
    assert year(2004, style="split") == "twenty oh four"


def test_dates_are_said_in_many_ways() -> None:
    day = date(1952, 3, 3)
    rng = random.Random(1)
    spoken = {dates.say(day, "", Habits(), rng).spoken for _ in range(600)}
    assert {
        "march third nineteen fifty two",
        "march third fifty two",
        "the third of march nineteen fifty two",
        "march the third nineteen fifty two",
        "zero three zero three fifty two",
        "three three fifty two",
    } <= spoken
    assert "oh three oh three fifty two" in {
        dates.say(day, "", Habits(zero="oh"), rng).spoken for _ in range(300)
    }
    dichas = {dates.say(day, "", Habits(language="es"), rng).spoken for _ in range(300)}
    assert "tres de marzo de mil novecientos cincuenta y dos" in dichas
    assert "tres de marzo del cincuenta y dos" in dichas


@pytest.mark.parametrize(
    ("text", "itn", "spoken"),
    [
        ("Take 40 mg, okay?", "take 40 mg okay", "take forty milligrams okay"),
        ("158/94", "158 over 94", "one fifty eight over ninety four"),
        ("It's $25.", "it's $25", "it's twenty five dollars"),
        ("$14.90", "$14.90", "fourteen ninety"),
        ("8:30", "8:30", "eight thirty"),
        ("A1C 7.2%", "a1c 7.2%", "a one c seven point two percent"),
        ("J18.9", "j18.9", "j eighteen point nine"),
        ("the 1st", "the 1st", "the first"),
        ("1,000 a day", "1000 a day", "one thousand a day"),
        ("10-15 follow-up", "10 to 15 follow up", "ten to fifteen follow up"),
        ("call 911", "call 911", "call nine one one"),
        ("21's the cutoff", "21's the cutoff", "twenty one's the cutoff"),
        ("uh-huh, I'm fine", "uh huh i'm fine", "uh huh i'm fine"),
        ("the $40 copay", "the $40 copay", "the forty dollar copay"),
        ("Mr.", "mister", "mister"),
    ],
)
def test_plain_text_in_every_style(text: str, itn: str, spoken: str) -> None:
    assert literal(text, "written") == text
    assert literal(text, "itn") == itn
    assert literal(text, "spoken") == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Tiene 158/94.", "tiene ciento cincuenta y ocho sobre noventa y cuatro"),
        ("a las 1:30", "a las una y media"),
        ("$21", "veintiún dólares"),
        ("50 mg", "cincuenta miligramos"),
        ("21 onzas al 7.5%", "veintiuna onzas al siete punto cinco por ciento"),
        ("la Dra.", "la doctora"),
    ],
)
def test_plain_spanish(text: str, spoken: str) -> None:
    assert literal(text, "spoken", "es") == spoken
