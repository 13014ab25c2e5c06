"""A formula of the package: its expression, domain, branches, source, derivation, and its value in any arithmetic."""

from __future__ import annotations

import importlib
import json
import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from spinglass._errors import ComputationError, InputError, checked_int, input_error
from spinglass.formulary.precision import settled

MANIFEST = Path(__file__).resolve().parents[1] / "generated" / "manifest.json"
_MOST_DIGITS = 100_000
_MOST_TEXT = 10_000  # characters of a number given as text, and decimal places of its exponent
_DOUBLINGS = 7


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
    valid : a relation between the arguments that an evaluation needs, as text, or None.
    equation : the id of the derived equation; derivation : the module that derives it; sources : citations.

    >>> from spinglass import formulary
    >>> edge = formulary.formula("threshold_energy")
    >>> import mpmath
    >>> round(edge(3), 12), mpmath.nstr(edge.precise(3, digits=25), 23)
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
    valid: str | None
    _valid_tree: str | None
    arguments: tuple[Argument, ...]
    branches: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]

    @property
    def expression(self) -> Any:
        """The plain formula as a sympy expression."""
        return _expression(self.tree)

    @cached_property
    def _module(self) -> Any:
        return importlib.import_module(f"spinglass.generated.{self.module}")

    def __call__(self, *arguments: ArrayLike) -> Any:
        """The value in double precision; scalars give a float, arrays an array of the broadcast shape."""
        self._check_count(arguments)
        values = [
            self._checked_array(argument, value) for argument, value in zip(self.arguments, arguments, strict=True)
        ]
        try:
            np.broadcast_shapes(*(value.shape for value in values))
        except ValueError:
            raise input_error("arguments", [value.shape for value in values], "must have shapes that match") from None
        with np.errstate(all="ignore"):
            self._check_relation(values, "numpy")
            result = np.asarray(getattr(self._module, f"{self.name}_ufunc")(*values))
        if np.any(np.isnan(result)):
            raise ComputationError(f"{self.name} is not a number for some of these arguments")
        return float(result) if result.ndim == 0 else result

    def precise(self, *arguments: Any, digits: int = 50) -> Any:
        """The value to `digits` digits as an mpmath number, from the same branches.

        Arguments: integers, floats (taken exactly), fractions, mpmath numbers, or decimal texts ("1.65", "3/2").
        The working precision is doubled until two values agree, since differences in a formula cost digits.
        Raises `ComputationError` where they never do.
        """
        digits = checked_int("digits", digits, 1, _MOST_DIGITS)
        self._check_count(arguments)
        exact = [self._exact(argument, value) for argument, value in zip(self.arguments, arguments, strict=True)]
        working = digits + 30 + 4 * max((_decades(value) for value in exact), default=0)
        steps = [working << doubling for doubling in range(_DOUBLINGS)]
        value = settled(lambda: self._twin([_as_mpf(number) for number in exact]), digits, steps)
        if value is None:
            raise ComputationError(f"{self.name} does not settle to {digits} digits with {steps[-1]} digits of work")
        return value

    def _twin(self, values: list[Any]) -> Any:
        """The value of the twin in mpmath at its current precision, a real number."""
        import mpmath

        from spinglass.formulary.arithmetics import Multiprecision

        self._check_relation(values, "mpmath")
        try:
            value = getattr(self._module, f"{self.name}_in")(Multiprecision(), *values)
        except (ZeroDivisionError, OverflowError, ValueError) as problem:
            raise ComputationError(f"{self.name} has no value at these arguments: {problem}") from None
        if isinstance(value, mpmath.mpc) or mpmath.isnan(value):
            raise ComputationError(f"{self.name} is not a real number at these arguments")
        return mpmath.mpf(value)

    def ball(self, *arguments: Any, bits: int = 128) -> Any:
        """An Arb ball that contains the exact value, computed with `bits` bits; needs the extra `rigorous`.

        Arguments: integers, floats (taken exactly), fractions, decimal texts, or Arb balls inside the range. For exact
        arguments more bits are used where cancellation costs them. Raises `ComputationError` when a ball contains a
        branch point, or no value is enclosed.
        """
        from spinglass.formulary.arithmetics import Balls

        bits = checked_int("bits", bits, 2, 10**7)
        self._check_count(arguments)
        arithmetic = Balls()
        flint = arithmetic.flint
        exact = not any(isinstance(value, flint.arb) for value in arguments)
        saved = flint.ctx.prec
        try:
            for factor in (1, 4, 16, 64) if exact else (1,):
                flint.ctx.prec = bits * factor
                values = [
                    self._ball(argument, value, arithmetic)
                    for argument, value in zip(self.arguments, arguments, strict=True)
                ]
                self._check_relation(values, "balls")
                result = arithmetic.number(getattr(self._module, f"{self.name}_in")(arithmetic, *values))
                if result.rel_accuracy_bits() >= bits - 16:
                    break
        finally:
            flint.ctx.prec = saved
        if result.is_nan():
            raise ComputationError(f"{self.name} has no finite enclosure at these arguments")
        return result

    @staticmethod
    def _ball(argument: Argument, value: Any, arithmetic: Any) -> Any:
        if isinstance(value, arithmetic.flint.arb):
            low, high = (arithmetic.number(bound) for bound in (argument.low, argument.high))
            above = value > low if argument.open in ("low", "both") else value >= low
            below = value < high if argument.open in ("high", "both") else value <= high
            whole = value.is_exact() and value.is_integer() if argument.integer else value.is_finite()
            if not (above and below and whole):
                raise input_error(argument.symbol, value, argument.rule)
            return value
        exact = _fraction(argument.symbol, value)
        if not argument.holds(exact):
            raise input_error(argument.symbol, value, argument.rule)
        return arithmetic.ratio(exact.numerator, exact.denominator)

    def _check_relation(self, values: list[Any], arithmetic: str) -> None:
        """Refuse arguments, each within its range, that do not belong together."""
        if self._valid_tree is None:
            return
        holds = _relation(self._valid_tree, tuple(argument.symbol for argument in self.arguments), arithmetic)(*values)
        if not np.all(holds):
            raise input_error("arguments", [str(value) for value in values], f"must satisfy {self.valid}")

    def _check_count(self, arguments: tuple[Any, ...]) -> None:
        if len(arguments) != len(self.arguments):
            names = ", ".join(argument.symbol for argument in self.arguments)
            raise input_error("arguments", len(arguments), f"{self.name} takes {len(self.arguments)} ({names})")

    @staticmethod
    def _checked_array(argument: Argument, value: ArrayLike) -> Any:
        try:
            array = np.asarray(value)
            if array.dtype.kind not in "iuf" or np.ma.isMaskedArray(value):
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
        return exact


def _decades(value: Any) -> int:
    """How many decimal places a number lies from 1."""
    import mpmath

    number = _as_mpf(value)
    return min(int(abs(mpmath.log10(abs(number)))), 10_000) if number else 0


def _as_mpf(value: Any) -> Any:
    import mpmath

    return mpmath.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else value


def _expression(tree: str) -> Any:
    """A sympy expression from the constructor text of the manifest: the package's own, never a user's."""
    import sympy as sp
    from sympy.functions.elementary.piecewise import ExprCondPair

    names = {name: getattr(sp, name) for name in dir(sp) if name[:1].isupper() or name in _SYMPY_FUNCTIONS}
    names["ExprCondPair"] = ExprCondPair
    return eval(tree, {"__builtins__": {}}, names)


@lru_cache(maxsize=128)
def _relation(tree: str, symbols: tuple[str, ...], arithmetic: str) -> Any:
    """A relation of the manifest as a function in numpy, mpmath or Arb (there it holds only if it certainly does)."""
    import sympy as sp

    relation = _expression(tree)
    named = {str(symbol): symbol for symbol in relation.free_symbols}
    ordered = [named.get(symbol, sp.Symbol(symbol)) for symbol in symbols]
    if arithmetic == "balls":
        return sp.lambdify(ordered, relation, [{"sqrt": lambda x: x.sqrt(), "Abs": abs, "log": lambda x: x.log()}])
    return sp.lambdify(ordered, relation, arithmetic)


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
    if isinstance(value, str):
        checked_text(symbol, value)
    try:
        return Fraction(value.item() if isinstance(value, np.generic) else value)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        raise input_error(symbol, value, rule) from None


def checked_text(symbol: str, text: str) -> None:
    """Refuse a number whose exact fraction would fill the memory."""
    exponent = re.search(r"[eE]([+-]?\d+)", text)
    if len(text) > _MOST_TEXT or (exponent and (len(exponent[1]) > 6 or abs(int(exponent[1])) > _MOST_TEXT)):
        rule = f"must be a number of at most {_MOST_TEXT} characters, with an exponent up to {_MOST_TEXT}"
        raise input_error(symbol, f"{text[:40]}{'...' * (len(text) > 40)}", rule)


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
    valid, tree = entry.pop("valid") or (None, None)
    sources = tuple(entry.pop("sources"))
    return Formula(
        name=name, arguments=arguments, branches=branches, sources=sources, valid=valid, _valid_tree=tree, **entry
    )


def _unknown(name: Any, known: list[str]) -> InputError:
    import difflib

    near = difflib.get_close_matches(str(name), known, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "`spinglass theory list` names all of them"
    return input_error("name", name, f"is not a formula of the package; {hint}")
