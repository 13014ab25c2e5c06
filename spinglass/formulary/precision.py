"""Precision that settles: the working digits of an evaluation grow until two values agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def settled(value_at: Callable[[], Any], digits: int, working: Iterable[int], negligible: Any = 0) -> Any:
    """The value to `digits` digits as an mpmath number: that of the first two evaluations in a row that agree.

    value_at : evaluates at the current precision of mpmath.   working : the numbers of digits to work with, in turn.
    negligible : where no two agree and the last two are at most this, the value is 0; else the answer is None.
    Zero twice is no agreement: a small difference may be lost twice.
    """
    import mpmath

    before: Any = None
    value: Any = None
    for places in working:
        before = value
        with mpmath.workdps(places):
            value = value_at()
            if before is None:
                continue
            if mpmath.isinf(value) and value == before:
                return value
            agree = value and abs(value - before) <= abs(value) * mpmath.mpf(10) ** (-digits - 2)
        if agree:
            with mpmath.workdps(digits):
                return +value
    small = before is not None and abs(before) <= negligible and abs(value) <= negligible
    return mpmath.mpf(0) if small else None
