"""Errors and the checks at the door.

An input error names the argument, the value and the rule, and is raised before any work starts. A computation that
cannot reach its stated accuracy raises `ComputationError`; nothing returns NaN in silence.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import Any


class SpinGlassError(Exception):
    """Base of every error that this package raises on purpose."""


class InputError(SpinGlassError, ValueError):
    """An argument breaks a rule; the message names the argument, its value and the rule."""


class ComputationError(SpinGlassError, ArithmeticError):
    """A computation failed or missed its stated accuracy."""


def input_error(argument: str, value: Any, rule: str) -> InputError:
    """The error for an argument that breaks a rule, worded the same way everywhere."""
    shown = repr(value)
    if len(shown) > 80:
        shown = shown[:77] + "..."
    return InputError(f"{argument} = {shown}: {rule}")


def checked_int(argument: str, value: Any, low: int | None = None, high: int | None = None) -> int:
    """`value` as an integer in [low, high], or an `InputError`. Booleans and fractional numbers are refused."""
    if high is None:
        rule = "must be an integer" if low is None else f"must be an integer >= {low}"
    else:
        rule = f"must be an integer from {low} to {high}"
    if isinstance(value, bool):
        raise input_error(argument, value, rule)
    try:
        number = operator.index(value)
    except TypeError:
        if isinstance(value, float) and value.is_integer():
            number = int(value)
        else:
            raise input_error(argument, value, rule) from None
    if (low is not None and number < low) or (high is not None and number > high):
        raise input_error(argument, value, rule)
    return number


def checked_float(
    argument: str,
    value: Any,
    low: float | None = None,
    high: float | None = None,
    *,
    low_open: bool = False,
    rule: str | None = None,
) -> float:
    """`value` as a finite float in [low, high] ((low, high] with `low_open`), or an `InputError`."""
    if rule is None:
        rule = "must be a finite real number"
        if low is not None:
            rule += f" {'>' if low_open else '>='} {low:g}"
        if high is not None:
            rule += f"{' and' if low is not None else ''} <= {high:g}"
    if isinstance(value, (bool, str)):
        raise input_error(argument, value, rule)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise input_error(argument, value, rule) from None
    if not math.isfinite(number):
        raise input_error(argument, value, rule)
    if low is not None and (number < low or (low_open and number == low)):
        raise input_error(argument, value, rule)
    if high is not None and number > high:
        raise input_error(argument, value, rule)
    return number


def checked_choice(argument: str, value: Any, allowed: Iterable[Any]) -> Any:
    """`value` if it is one of `allowed`, else an `InputError` that offers the nearest names."""
    options = list(allowed)
    if value in options:
        return value
    import difflib

    near = difflib.get_close_matches(str(value), [str(option) for option in options], n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(repr(name) for name in near)}?" if near else ""
    raise input_error(argument, value, f"must be one of {', '.join(map(str, options))}{hint}")
