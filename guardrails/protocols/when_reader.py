"""Reads the conditions of a pack: `when`, `patients`, the readings that start a protocol, limits."""

from collections.abc import Collection, Mapping
from itertools import product
from math import inf
from pathlib import Path
from typing import Any

from guardrails.protocols.conditions import (
    FALLING,
    RISING,
    STEADY,
    UNKNOWN,
    Condition,
    Kind,
    Limits,
    When,
)
from guardrails.protocols.protocol import StepSpec
from guardrails.protocols.units import UNITS
from guardrails.rules.errors import PackError
from guardrails.rules.fields import Fields
from guardrails.rules.yamls import LINE, line_of

_BOUNDS = ("at_least", "at_most", "above", "below", "between")
_KINDS: tuple[tuple[Kind, str], ...] = (("reading", ""), ("gain", "gain_"))
_READING = frozenset({"code", "unit", "trend", *_BOUNDS, *(f"gain_{bound}" for bound in _BOUNDS)})
_TRENDS = frozenset({RISING, FALLING, STEADY})
RESERVED = frozenset({"observation", "conditions", "no_conditions", "age"})
"""What a `when` may name beside steps; no step may be called so."""
_MOST = 200
"""So many alternatives of one `when` at most: names in several lists multiply."""


def read_when(
    path: Path, row: Mapping[str, Any], field: str, steps: Mapping[str, StepSpec]
) -> When:
    """The conditions in a field: a mapping in which all has to hold, or a list of alternatives.

    `steps` are those that it may ask for answers of.

    Raises:
        PackError: with file, line and reason.
    """
    value = row.get(field)
    if value is None:
        return ()
    alternatives: list[tuple[Condition, ...]] = []
    for given in value if isinstance(value, list) else [value]:
        if not isinstance(given, dict) or set(given) <= {LINE}:
            raise _wrong(path, row, field, "needs conditions, each as `name: value`")
        parts = [_condition(path, given, key, steps) for key in given if key != LINE]
        for found in product(*parts):
            alternatives.append(tuple(c for part in found for c in part))
            if len(alternatives) > _MOST:
                raise _wrong(path, row, field, f"has more than {_MOST} alternatives: split it")
    return tuple(alternatives)


def read_readings(path: Path, row: Mapping[str, Any], field: str) -> When:
    """The readings of a list: a code alone, or a code with limits."""
    given = row.get(field) or []
    if not isinstance(given, list):
        raise _wrong(path, row, field, "must be a list of codes, or of codes with limits")
    return tuple(
        _reading(path, {"code": one} if isinstance(one, str) else one, row, field) for one in given
    )


def read_limits(
    path: Path,
    row: Any,
    unit: str,
    above: Fields,
    prefix: str = "",
    more: Collection[str] = (),
) -> Limits:
    """The limits in a mapping: at_least, at_most, above, below, between (both ends belong to it).

    `above` is the mapping that holds it; `more` are other fields of it.

    Raises:
        PackError: a bound is no number, a field is not known, or no number could hold.
    """
    if not isinstance(row, dict):
        raise above.wrong("", f"needs one of {', '.join(_BOUNDS)}")
    fields = Fields(path, row, {f"{prefix}{bound}" for bound in _BOUNDS} | set(more), ())
    low = [n for b in ("at_least", "above") if (n := fields.number(prefix + b)) is not None]
    high = [n for b in ("at_most", "below") if (n := fields.number(prefix + b)) is not None]
    between = row.get(f"{prefix}between")
    if between is not None:
        if not isinstance(between, list) or len(between) != 2 or not all(map(_is_number, between)):
            raise fields.wrong(f"{prefix}between", "needs two numbers: `[low, high]`")
        low, high = [*low, float(between[0])], [*high, float(between[1])]
    if not low and not high:
        raise fields.wrong("", f"needs one of {', '.join(_BOUNDS)}")
    found = Limits(
        max(low, default=-inf),
        min(high, default=inf),
        bool(low) and fields.number(f"{prefix}above") == max(low),
        bool(high) and fields.number(f"{prefix}below") == min(high),
        unit,
    )
    if found.low > found.high or (found.low == found.high and not found.hold(found.low)):
        raise fields.wrong("", "holds limits between which no number lies")
    return found


def read_answer(path: Path, row: Mapping[str, Any], field: str, step: StepSpec) -> Condition:
    """What an answer of a step has to be: yes or no, a choice or some, or limits of a number.

    Raises:
        PackError: the step cannot be answered so.
    """
    value = row[field]
    match step.answer:
        case "number":
            if value == UNKNOWN and step.may_be_unknown:
                return Condition("answer", step.step_id, frozenset({UNKNOWN}))
            if not isinstance(value, dict):
                raise _wrong(path, row, field, "asks for a number: give at_least or another limit")
            unit = step.units[0] if step.units else ""
            limits = read_limits(path, value, unit, Fields(path, row, row.keys(), ()))
            return Condition("answer", step.step_id, limits=limits)
        case "yes_no":
            # YAML reads a bare yes as true
            word = ("yes" if value else "no") if isinstance(value, bool) else value
            if word not in ("yes", "no"):
                raise _wrong(path, row, field, "is answered by yes or no")
            return Condition("answer", step.step_id, frozenset({word}))
        case "choice":
            words = (
                frozenset(map(str, value)) if isinstance(value, list) else frozenset({str(value)})
            )
            known = {name for name, _ in step.choices}
            if not words or not words <= known:
                raise _wrong(path, row, field, f"is answered by {', '.join(sorted(known))}")
            return Condition("answer", step.step_id, words)
        case _:
            reason = f"is answered by `{step.answer}`, which tells no branches apart"
            raise _wrong(path, row, field, reason)


def _condition(
    path: Path, row: Mapping[str, Any], key: str, steps: Mapping[str, StepSpec]
) -> list[tuple[Condition, ...]]:
    """The alternatives of one `name: value`, in each of which all has to hold."""
    value = row[key]
    if key == "observation":
        rows = value if isinstance(value, list) else [value]
        return [tuple(c for given in rows for c in _reading(path, given, row, key))]
    if key in ("conditions", "no_conditions"):
        names = [str(name).lower() for name in (value if isinstance(value, list) else [value])]
        if not names:
            raise _wrong(path, row, key, "names none")
        if key == "no_conditions":
            return [tuple(Condition("condition", name, frozenset({"no"})) for name in names)]
        return [(Condition("condition", name, frozenset({"yes"})),) for name in names]
    if key == "age":
        limits = read_limits(path, value, "", Fields(path, row, row.keys(), ()))
        return [(Condition("age", "", limits=limits),)]
    step = steps.get(key)
    if step is None:
        known = ", ".join(sorted(RESERVED))
        raise _wrong(path, row, key, f"is no step of this protocol, and none of {known}")
    return [(read_answer(path, row, key, step),)]


def _reading(path: Path, given: Any, row: Mapping[str, Any], field: str) -> tuple[Condition, ...]:
    line = line_of(dict(row), field)
    fields = Fields(path, given, _READING, ("code",), line)
    code, unit = fields.text("code"), fields.text("unit", "", ("", *sorted(UNITS)))
    found: list[Condition] = []
    for kind, prefix in _KINDS:
        bounds = {f"{prefix}{bound}" for bound in _BOUNDS} & set(given)
        if bounds:
            limits = read_limits(path, given, unit, fields, prefix, set(given) - bounds)
            found.append(Condition(kind, code, limits=limits))
    if "trend" in given:
        trends = given["trend"] if isinstance(given["trend"], list) else [given["trend"]]
        if not trends or not all(trend in _TRENDS for trend in map(str, trends)):
            raise fields.wrong("trend", f"must be one of {', '.join(sorted(_TRENDS))}")
        found.append(Condition("trend", code, frozenset(map(str, trends))))
    return tuple(found) or (Condition("reading", code, limits=Limits(unit=unit)),)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < inf


def _wrong(path: Path, row: Mapping[str, Any], field: str, reason: str) -> PackError:
    return PackError(str(path), line_of(dict(row), field), f"`{field}` {reason}")
