"""Yes and no as people say them; what is unclear is neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.rules.yes_no import yes_or_no

YES = """
yes | yep | yeah | yup | uh huh | uh-huh | mm hmm | mhm | I sure have | I sure do | sure | a little bit | kind of
sort of | yeah a little | I do | I am | I have some | I have noticed some | it is | they are | correct | that's right
absolutely | of course | you bet | I think so | I guess so | oh yeah | well, yeah | yes ma'am | once in a while
sometimes | on and off | quite a bit | no, yeah, I do | a bit more than usual | honestly a little | okay, yes
I took it this morning, yes | yes, but only when I climb stairs | I've been, yes | oh no, yes I have | no, I do
Yes. I'm not sleeping well | yes and I'm out of breath | there is a little swelling | they do get puffy
Yes, my ankles are swollen. Can I skip my water pill today? | sí | si | claro que sí | un poquito | a veces
creo que sí | ajá | así es | pues sí | si tengo un poco
"""
NO = """
no | nope | nah | not that I know of | no more than usual | I don't think so | not really | not at all | never
no ma'am | none | nothing like that | uh-uh | uh uh | I haven't | I don't | I'm not | not yet | not today | it isn't
they're not | of course not | absolutely not | I have no swelling | there's none | yeah, no | no, none | neither
mm-mm | not that I can think of | no, nothing new | I do not | no it's fine | no different | nothing unusual
No, I've been fine | no, nothing like that, just tired | No, my ankles are fine | Yeah, I haven't had any
yeah I don't have any chest pain | I haven't, no | not since Tuesday | um I don't think I have | I wouldn't say so
I don't think it's any worse | yeah no I'm good | I can't | no señora | para nada | creo que no | todavía no
no que yo sepa | nunca
"""
NEITHER = """
maybe | I don't know | I'm not sure | not sure | yes and no | hard to say | it depends | perhaps | no idea
no problem | I can't say | I don't remember | possibly | the cat | what do you mean | hmm | okay | let me see
I'm fine | never mind | could be | more or less | I couldn't tell you | I guess | probably not | well | ya know
no, just a little at night | no but sometimes at night a little | yes, I don't feel right | I thought so
it's a little worse | It was quiet | I was at the store | no sé | tal vez | quizás | más o menos | no estoy seguro
"""


def lines(table: str) -> list[str]:
    return [line.strip() for row in table.strip().splitlines() for line in row.split("|")]


@pytest.mark.parametrize("text", lines(YES))
def test_yes_in_its_spoken_forms(text: str) -> None:
    assert yes_or_no(text) == "yes"


@pytest.mark.parametrize("text", lines(NO))
def test_no_in_its_spoken_forms(text: str) -> None:
    assert yes_or_no(text) == "no"


@pytest.mark.parametrize("text", lines(NEITHER))
def test_what_is_unclear_is_neither(text: str) -> None:
    assert yes_or_no(text) == ""


@pytest.mark.parametrize("text", [*lines(YES), *lines(NO)])
def test_case_marks_and_hesitation_do_not_matter(text: str) -> None:
    assert yes_or_no(f"  Um, {text.upper()}...") == yes_or_no(text)


@given(st.text(max_size=60))
def test_any_text_is_answered(text: str) -> None:
    assert yes_or_no(text) in ("yes", "no", "")
