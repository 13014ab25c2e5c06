"""A function of real symbols, branch by branch: what there is to print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Assignment:
    """symbol = expression, before what follows; with `twofold` in twice the precision."""

    symbol: Any
    expression: Any
    twofold: bool = False


@dataclass(frozen=True)
class Branch:
    """Where `condition` holds (a sympy relation, And, Or, true) the value is `value`, after the assignments `body`.

    twofold : form the value in twice the precision and round once.   note : why the branch is there.
    """

    condition: Any
    value: Any
    body: tuple[Assignment, ...] = ()
    twofold: bool = False
    note: str = ""


@dataclass(frozen=True)
class Kernel:
    """A function of real symbols, branch by branch; the first condition that holds decides, the last must be true.

    before : assignments that the conditions need.
    constants : assignments from arguments outside `curve` only; hoisted out of the loop of `name_curve`.
    exact, exact_before : what the twin evaluates instead, where double precision uses a truncated series.
    pair : returns (value, rest), the unevaluated sum of two floats; pairs : arguments that come as such sums.
        A pair kernel is called by others as the sympy function of its name and has no ufunc.
    private : a building block, printed without ufunc.
    A call of another kernel is `sympy.Function(name)(...)`.
    """

    name: str
    arguments: tuple[Any, ...]
    branches: tuple[Branch, ...]
    doc: str = ""
    before: tuple[Assignment, ...] = ()
    constants: tuple[Assignment, ...] = ()
    curve: tuple[Any, ...] = ()
    exact: tuple[Branch, ...] | None = None
    exact_before: tuple[Assignment, ...] | None = None
    pair: bool = False
    pairs: tuple[Any, ...] = ()
    private: bool = False

    def __post_init__(self) -> None:
        import sympy as sp

        if not re.fullmatch(r"_?[a-z][a-z0-9_]*", self.name):
            raise ValueError(f"kernel name {self.name!r} is not a lower-case identifier")
        for symbol in self._symbols():
            if re.fullmatch(r"[hl]\d+", str(symbol)):  # what the printer calls the halves of a sum of two floats
                raise ValueError(f"{self.name}: the symbol {symbol} has a name that the printed text uses itself")
        for branches in (self.branches, self.exact or self.branches):
            if not branches or branches[-1].condition not in (True, sp.true):
                raise ValueError(f"the last branch of {self.name} must hold always")
        self._check_symbols(self.branches, self.before)
        if self.exact is not None:
            self._check_symbols(self.exact, self.exact_before if self.exact_before is not None else self.before)

    def _symbols(self) -> set[Any]:
        """Everything that has a name in the printed text."""
        branches = (*self.branches, *(self.exact or ()))
        lines = (*self.constants, *self.before, *(self.exact_before or ()), *(x for b in branches for x in b.body))
        return {*self.arguments, *(line.symbol for line in lines)}

    def _check_symbols(self, branches: Sequence[Branch], before: Sequence[Assignment]) -> None:
        known = set(self.arguments)
        known = self._defined(known, (*self.constants, *before))
        for branch in branches:
            unknown = (symbols_of(branch.condition) | symbols_of(branch.value)) - self._defined(set(known), branch.body)
            if unknown:
                raise ValueError(f"{self.name}: unknown symbols {sorted(map(str, unknown))}")

    def _defined(self, known: set[Any], body: Iterable[Assignment]) -> set[Any]:
        for line in body:
            unknown = symbols_of(line.expression) - known
            if unknown:
                raise ValueError(f"{self.name}: unknown symbols {sorted(map(str, unknown))} in {line.symbol}")
            known = known | {line.symbol}
        return known


def needed_assignments(lines: Sequence[Assignment], branches: Sequence[Branch]) -> list[Assignment]:
    """The assignments that some branch uses, in their order."""
    wanted: set[Any] = set()
    for branch in branches:
        wanted |= symbols_of(branch.condition) | symbols_of(branch.value)
        for line in branch.body:
            wanted |= symbols_of(line.expression)
    kept = []
    for line in reversed(lines):
        if line.symbol in wanted:
            wanted |= symbols_of(line.expression)
            kept.append(line)
    return kept[::-1]


def symbols_of(expression: Any) -> set[Any]:
    import sympy as sp

    expression = sp.sympify(expression)
    return set(expression.free_symbols)
