"""The slots a template may name: what each is labelled as and the parts it has."""

from dataclasses import dataclass

SPLITS = frozenset({"1of2", "2of2", "1of3", "2of3", "3of3"})
_PERSON = frozenset({"", "first", "last", "middle", "spell_first", "spell_last"})
_DATE = frozenset({"", "daymonth", "monthyear", "day", "year"})
_CODE = frozenset({"", "last4", "fix2", "wrong"}) | SPLITS
_WHOLE = frozenset({""})

PEOPLE = (
    "patient",
    "caller",
    "agent",
    "agent2",
    "relative",
    "relative2",
    "doctor",
    "doctor2",
    "nurse",
)
DATES = ("dob", "date1", "date2", "date3", "date4")
CODES = tuple(
    "ssn mrn member_id mbi group account policy claim case rx auth invoice license dea npi plate"
    " vin device card username pin".split()
)
UNLABELLED = ("clinic", "health_plan", "pharmacy", "state", "age", "weekday")


@dataclass(frozen=True)
class Kind:
    """The label of a slot, empty where the slot names nobody, and the parts it has."""

    label: str
    parts: frozenset[str] = _WHOLE


SLOTS: dict[str, Kind] = {
    **{name: Kind("NAME", _PERSON) for name in PEOPLE},
    **{name: Kind("DATE", _DATE) for name in DATES},
    "age90": Kind("AGE90"),
    **{name: Kind("PHONE", _CODE | {"area"}) for name in ("phone", "phone2")},
    "fax": Kind("FAX", _CODE | {"area"}),
    **{name: Kind("EMAIL", frozenset({"", "local", "domain"})) for name in ("email", "email2")},
    "address": Kind("ADDRESS", frozenset({"", "number", "street"})),
    "unit": Kind("ADDRESS"),
    "city": Kind("CITY"),
    "county": Kind("CITY"),
    "zip": Kind("ZIP", _CODE),
    "employer": Kind("ORG"),
    **{name: Kind(name.upper(), _CODE) for name in CODES},
    "url": Kind("URL"),
    "ip": Kind("IP"),
    **{name: Kind("") for name in UNLABELLED},
}
