"""A formula of the package: its expression, domain, branches, source, derivation, and its value in any arithmetic."""

from __future__ import annotations

import importlib
import json
import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from spinglass._errors import ComputationError, InputError, checked_int, input_error

MANIFEST = Path(__file__).resolve().parents[1] / "generated" / "manifest.json"
_MOST_DIGITS = 100_000


@dataclass(frozen=True)
class Argument:
    """One argument: its symbol, meaning and range; `open` names the bounds outside it: "", "low", "high" or "both"."""

    symbol: str
    meaning: str
    low: float
    high: float
    integer: bool
    open: str

    @property
    def rule(self) -> str:
        """The range in words."""
        kind = "an integer" if self.integer else "a finite real number"
        above = ">" if self.open in ("low", "both") else ">="
        below = "<" if self.open in ("high", "both") else "<="
        left = f"{above} {_shown(self.low)}" if math.isfinite(self.low) else ""
        right = f"{below} {_shown(self.high)}" if math.isfinite(self.high) else ""
        return " ".join(part for part in ("must be", kind, " and ".join(filter(None, (left, right)))) if part)

    def holds(self, value: Any) -> bool:
        """Whether a finite real number is in the range."""
        if self.integer and value != int(value):
            return False
        return bool(self.inside(value))

    def inside(self, value: Any) -> Any:
        """low <= value <= high, without the open bounds; element by element for arrays."""
        above = value > self.low if self.open in ("low", "both") else value >= self.low
        below = value < self.high if self.open in ("high", "both") else value <= self.high
        return above & below


def _shown(bound: float) -> str:
    return str(int(bound)) if bound == int(bound) and abs(bound) < 1e17 else f"{bound:g}"


@dataclass(frozen=True)
class Formula:
    """A closed form with its derivation. Calling it evaluates the compiled kernel in double precision.

    name, title : what it is called; domain : where it is valid; arguments : in the order of a call.
    text, latex : the plain formula; branches : (condition, value) as evaluated, the numerically stable form.
    scale : what its error is measured against ("its own size" or an expression); elementary : only + − × ÷ √.
    equation : the id of the derived equation; derivation : the module that derives it; sources : citations.

    >>> from spinglass import formulary
    >>> edge = formulary.formula("threshold_energy")
    >>> round(edge(3), 12), edge.precise(3, digits=25).__format__(".22f")
    (1.632993161855, '1.6329931618554520654649')
    """

    name: str
    title: str
    equation: str
    derivation: str
    module: str
    domain: str
    text: str
    latex: str
    tree: str
    scale: str
    elementary: bool
    arguments: tuple[Argument, ...]
    branches: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]

    @property
    def expression(self) -> Any:
        """The plain formula as a sympy expression."""
        import sympy as sp
        from sympy.functions.elementary.piecewise import ExprCondPair

        names = {name: getattr(sp, name) for name in dir(sp) if name[:1].isupper() or name in _SYMPY_FUNCTIONS}
        names["ExprCondPair"] = ExprCondPair
        return eval(self.tree, {"__builtins__": {}}, names)  # the package's own committed text, never a user's

    @cached_property
    def _module(self) -> Any:
        return importlib.import_module(f"spinglass.generated.{self.module}")

    def __call__(self, *arguments: ArrayLike) -> Any:
        """The value in double precision; scalars give a float, arrays an array of the broadcast shape."""
        self._check_count(arguments)
        values = [
            self._checked_array(argument, value) for argument, value in zip(self.arguments, arguments, strict=True)
        ]
        result = np.asarray(getattr(self._module, f"{self.name}_ufunc")(*values))
        if np.any(np.isnan(result)):
            raise ComputationError(f"{self.name} is not a number for some of these arguments")
        return float(result) if result.ndim == 0 else result

    def precise(self, *arguments: Any, digits: int = 50) -> Any:
        """The value to `digits` digits as an mpmath number, from the same branches.

        Arguments: integers, floats (taken exactly), fractions, mpmath numbers, or decimal texts ("1.65", "3/2").
        """
        import mpmath

        from spinglass.formulary.arithmetics import Multiprecision

        digits = checked_int("digits", digits, 1, _MOST_DIGITS)
        self._check_count(arguments)
        with mpmath.workdps(2 * digits + 30):  # differences in the formula cost digits
            values = [self._exact(argument, value) for argument, value in zip(self.arguments, arguments, strict=True)]
            result = getattr(self._module, f"{self.name}_in")(Multiprecision(), *values)
        with mpmath.workdps(digits):
            return +mpmath.mpf(result)

    def ball(self, *arguments: Any, bits: int = 128) -> Any:
        """An Arb ball that contains the exact value, computed with `bits` bits; needs the extra `rigorous`.

        Arguments: integers, floats (taken exactly), fractions, or Arb balls. Raises `ComputationError` when a ball
        contains a branch point.
        """
        from spinglass.formulary.arithmetics import Balls

        bits = checked_int("bits", bits, 2, 10**7)
        self._check_count(arguments)
        arithmetic = Balls()
        flint = arithmetic.flint
        saved = flint.ctx.prec
        flint.ctx.prec = bits
        try:
            values = []
            for argument, value in zip(self.arguments, arguments, strict=True):
                if isinstance(value, flint.arb):
                    values.append(value)
                    continue
                exact = _fraction(argument.symbol, value)
                if not argument.holds(exact):
                    raise input_error(argument.symbol, value, argument.rule)
                values.append(arithmetic.ratio(exact.numerator, exact.denominator))
            return arithmetic.number(getattr(self._module, f"{self.name}_in")(arithmetic, *values))
        finally:
            flint.ctx.prec = saved

    def _check_count(self, arguments: tuple[Any, ...]) -> None:
        if len(arguments) != len(self.arguments):
            names = ", ".join(argument.symbol for argument in self.arguments)
            raise input_error("arguments", len(arguments), f"{self.name} takes {len(self.arguments)} ({names})")

    @staticmethod
    def _checked_array(argument: Argument, value: ArrayLike) -> Any:
        try:
            array = np.asarray(value)
            if array.dtype.kind not in "iuf":
                raise TypeError
            array = array.astype(float)
        except (TypeError, ValueError):
            raise input_error(argument.symbol, value, argument.rule) from None
        inside = argument.inside(array) & np.isfinite(array)
        if argument.integer:
            inside = inside & (array == np.floor(array))
        if not np.all(inside):
            raise input_error(argument.symbol, float(array[~inside].flat[0]), argument.rule)
        return array

    @staticmethod
    def _exact(argument: Argument, value: Any) -> Any:
        import mpmath

        if isinstance(value, mpmath.mpf):
            if not mpmath.isfinite(value) or not argument.holds(value):
                raise input_error(argument.symbol, value, argument.rule)
            return value
        exact = _fraction(argument.symbol, value)
        if not argument.holds(exact):
            raise input_error(argument.symbol, value, argument.rule)
        return mpmath.mpf(exact.numerator) / exact.denominator


_SYMPY_FUNCTIONS = frozenset(
    {
        "acosh",
        "acos",
        "airyai",
        "airyaiprime",
        "asin",
        "asinh",
        "atan",
        "atanh",
        "besseli",
        "cos",
        "cosh",
        "erf",
        "erfc",
        "exp",
        "false",
        "gamma",
        "log",
        "loggamma",
        "oo",
        "pi",
        "sign",
        "sin",
        "sinh",
        "sqrt",
        "tan",
        "tanh",
        "true",
    }
)


def _fraction(symbol: str, value: Any) -> Fraction:
    rule = "must be a finite real number: an integer, a float, a fraction, or a decimal text"
    if isinstance(value, (bool, np.bool_)):
        raise input_error(symbol, value, rule)
    try:
        return Fraction(value.item() if isinstance(value, np.generic) else value)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        raise input_error(symbol, value, rule) from None


@lru_cache(maxsize=1)
def _manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return loaded


def equations() -> dict[str, dict[str, Any]]:
    """Every equation id with its title, derivation and sources."""
    return dict(_manifest()["equations"])


def names() -> tuple[str, ...]:
    """The names of all formulas."""
    return tuple(_manifest()["formulas"])


def formula(name: str) -> Formula:
    """The formula of this name, or an `InputError` with the nearest names."""
    entries = _manifest()["formulas"]
    if not isinstance(name, str) or name not in entries:
        raise _unknown(name, list(entries))
    entry = dict(entries[name])
    arguments = tuple(
        Argument(
            given["symbol"],
            given["meaning"],
            -math.inf if given["low"] is None else float(given["low"]),
            math.inf if given["high"] is None else float(given["high"]),
            bool(given["integer"]),
            given["open"],
        )
        for given in entry.pop("arguments")
    )
    branches = tuple((condition, value) for condition, value in entry.pop("branches"))
    return Formula(name=name, arguments=arguments, branches=branches, sources=tuple(entry.pop("sources")), **entry)


def _unknown(name: Any, known: list[str]) -> InputError:
    import difflib

    near = difflib.get_close_matches(str(name), known, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"known are {', '.join(known)}"
    return input_error("name", name, f"is not a formula of the package; {hint}")
