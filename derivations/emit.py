"""Emission: a formula that a derivation ends in, and the text of `spinglass/generated/` that evaluates it.

The plain form is what one reads; the kernel is the numerically stable form, branch by branch (`spinglass._printing`).
Every build evaluates both to 50 digits at the formula's sample points and refuses to emit a kernel that differs.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from derivations.claims import Verdict
from derivations.derivation import Derivation, Step
from spinglass._printing import Kernel, module_text

ROOT = Path(__file__).resolve().parents[1]
GENERATED = ROOT / "spinglass" / "generated"
BIBLIOGRAPHY = ROOT / "derivations" / "bibliography.bib"


@dataclass(frozen=True)
class Argument:
    """An argument of a formula: what it is, and its range without the `open` bounds ("low", "high" or "both")."""

    symbol: Any
    meaning: str
    low: float = -math.inf
    high: float = math.inf
    integer: bool = False
    open: str = ""


@dataclass(frozen=True)
class Formula:
    """A formula that is emitted.

    kernel : the main kernel, whose name is the formula's name and whose arguments are those of `arguments`.
    plain : the formula as one reads it, in the symbols of `arguments` (Piecewise where it has branches).
    step : the step that ends in it; its id is the equation id.
    helpers : kernels that the main one calls, printed before it (once per module, whoever lists them).
    points(rng, count) : sample points over the whole domain, tuples in the order of the arguments; `special` : the
        points that must be among them (thresholds, neighbours of branch points, limits).
    scale : the natural scale for errors in units in the last place: None for the value's own size, or an expression
        in the arguments (the size of the terms, where the value crosses zero).
    valid : a relation between the arguments that their ranges cannot say, checked at every evaluation.
    """

    kernel: Kernel
    title: str
    step: Step
    arguments: tuple[Argument, ...]
    plain: Any
    domain: str
    points: Callable[[np.random.Generator, int], Iterable[tuple[float, ...]]]
    special: tuple[tuple[float, ...], ...] = ()
    helpers: tuple[Kernel, ...] = ()
    scale: Any = None
    valid: Any = True

    @property
    def name(self) -> str:
        return self.kernel.name

    @property
    def elementary(self) -> bool:
        """Whether the plain form has only + − × ÷ √, moduli, signs and branches."""
        plain = sp.sympify(self.plain)
        allowed = (sp.Abs, sp.sign, sp.Piecewise, sp.Max, sp.Min)
        functions = all(isinstance(node, allowed) for node in plain.atoms(sp.Function))
        return functions and all(node.exp.is_Rational and node.exp.q <= 2 for node in plain.atoms(sp.Pow))

    def check(self) -> None:
        """Refuse a formula whose parts do not belong together."""
        symbols = tuple(argument.symbol for argument in self.arguments)
        if symbols != self.kernel.arguments:
            raise ValueError(f"{self.name}: the kernel takes {self.kernel.arguments}, the formula {symbols}")
        if self.kernel.private or self.kernel.pair:
            raise ValueError(f"{self.name}: a public formula needs a public kernel")
        for part, name in ((self.plain, "plain form"), (self.valid, "condition")):
            unknown = sp.sympify(part).free_symbols - set(symbols)
            if unknown:
                raise ValueError(f"{self.name}: unknown symbols {sorted(map(str, unknown))} in the {name}")

    def sample(self, count: int, seed: int = 0) -> list[tuple[float, ...]]:
        """The special points and `count` random ones."""
        rng = np.random.default_rng(seed)
        drawn = [tuple(float(value) for value in point) for point in self.points(rng, count)]
        return [*self.special, *drawn]

    def plain_value(self, point: Sequence[float]) -> Any:
        """The plain form at a point, in mpmath at its current precision."""
        return _plain_function(self.plain, self.kernel.arguments)(*(mpmath.mpf(value) for value in point))

    def scale_value(self, point: Sequence[float]) -> Any:
        """The natural scale at a point."""
        own = abs(self.plain_value(point))
        if self.scale is None:
            return own
        given = _plain_function(self.scale, self.kernel.arguments)(*(mpmath.mpf(value) for value in point))
        return max(own, abs(given))

    def agreement(self, count: int = 40) -> tuple[Verdict, Verdict]:
        """At the sample points, against the plain form: the twin to 50 digits; the branches of the kernel, too.

        The branches are evaluated without rounding, so that what is left is the error of their series and of the
        coefficients printed as floats: less than a unit in the last place of the natural scale.
        """
        twin = loaded(self.helpers, self.kernel)[f"{self.name}_in"]
        stable = loaded(tuple(map(_as_printed, self.helpers)), _as_printed(self.kernel))[f"{self.name}_in"]
        points = self.sample(count, seed=1)
        exact = self._gap(twin, points)
        rounded = self._gap(stable, points, float(np.finfo(float).tiny))
        return (
            Verdict(bool(exact[0] < mpmath.mpf(10) ** -50), f"closed form = plain form: {_shown_gap(exact, points)}"),
            Verdict(bool(rounded[0] < 2**-52), f"branches = plain form: {_shown_gap(rounded, points)}"),
        )

    def _gap(self, function: Any, points: Sequence[tuple[float, ...]], floor: float = 0.0) -> tuple[Any, Any]:
        """The largest difference from the plain form in units of the natural scale (at least `floor`), and where."""
        from spinglass.formulary.arithmetics import Multiprecision

        worst, where = mpmath.mpf(0), None
        with mpmath.workdps(130):
            for point in points:
                value = function(Multiprecision(), *(mpmath.mpf(number) for number in point))
                plain, scale = self.plain_value(point), max(self.scale_value(point), mpmath.mpf(floor))
                if plain == value:
                    continue
                error = abs(value - plain) / scale if scale else abs(value - plain)
                if not error <= worst:
                    worst, where = error, point
        return worst, where


def _shown_gap(gap: tuple[Any, Any], points: Sequence[Any]) -> str:
    worst, where = gap
    return f"{mpmath.nstr(worst, 2)} of the scale at {len(points)} points" + (f" (at {where})" if where else "")


def _as_printed(kernel: Kernel) -> Kernel:
    """The kernel whose twin has the branches of double precision."""
    return replace(kernel, exact=None, exact_before=None)


@lru_cache(maxsize=256)
def _plain_function(expression: Any, symbols: tuple[Any, ...]) -> Any:
    return sp.lambdify(symbols, expression, "mpmath")


def loaded(helpers: Sequence[Kernel], kernel: Kernel) -> dict[str, Any]:
    """The twins of kernels, executed from their text without compiling."""
    text = module_text([*helpers, kernel], "")
    namespace: dict[str, Any] = {}
    exec(text.replace("@jit\n", "").replace("@vectorize\n", ""), namespace)  # our own printed text
    return namespace


def modules(derivations: Sequence[Derivation]) -> dict[str, str]:
    """File name → text of everything in `spinglass/generated/` that these derivations emit, the manifest excepted."""
    texts = {}
    homes: dict[str, tuple[Kernel, str]] = {}
    for derivation in derivations:
        if not derivation.formulas:
            continue
        kernels: list[Kernel] = []
        home = f"spinglass.generated.{module_name(derivation)}"
        imported = tuple(homes.values())
        for formula in derivation.formulas:
            formula.check()
            for kernel in (*formula.helpers, formula.kernel):
                if kernel.name not in homes:
                    homes[kernel.name] = (kernel, home)
                    kernels.append(kernel)
                elif homes[kernel.name][0] != kernel:
                    raise ValueError(f"{derivation.id}: two kernels named {kernel.name}")
        lines = [f"{derivation.title}: compiled evaluators.", ""]
        lines += [f"Emitted by derivations/{module_name(derivation)}.py: do not edit, build again."]
        lines += ["", "Equations:"]
        lines += [f"    {formula.name}: {formula.step.id}" for formula in derivation.formulas]
        sources = sorted({key for formula in derivation.formulas for key in sources_of(derivation, formula.step)})
        lines += [f"Sources: {', '.join(sources)}."]
        text = module_text(kernels, "\n".join(lines) + "\n\nDigest: @@.", imported)
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        texts[f"{module_name(derivation)}.py"] = text.replace("Digest: @@.", f"Digest: {digest}.")
    return texts


def module_name(derivation: Derivation) -> str:
    """The module of a derivation, here and in `spinglass/generated/`."""
    return derivation.id.replace("-", "_")


def sources_of(derivation: Derivation, step: Step) -> tuple[str, ...]:
    """The bibliography keys of a step: its own, else those of its derivation."""
    return step.sources or derivation.sources


def manifest(derivations: Sequence[Derivation]) -> str:
    """The text of manifest.json: every equation id and every formula."""
    cited = citations()
    equations: dict[str, Any] = {}
    formulas: dict[str, Any] = {}
    for derivation in derivations:
        for step in derivation.steps:
            equations[step.id] = {
                "title": step.title,
                "derivation": f"derivations/{step.file}",
                "sources": list(sources_of(derivation, step)),
            }
        for formula in derivation.formulas:
            for argument in formula.arguments:
                if argument.open not in ("", "low", "high", "both"):
                    raise ValueError(f"{formula.name}: open = {argument.open!r}")
            if formula.name in formulas:
                raise ValueError(f"two formulas named {formula.name}")
            plain = sp.sympify(formula.plain)
            formulas[formula.name] = {
                "title": formula.title,
                "equation": formula.step.id,
                "derivation": f"derivations/{formula.step.file}",
                "module": module_name(derivation),
                "domain": formula.domain,
                "text": sp.sstr(plain),
                "latex": sp.latex(plain),
                "tree": sp.srepr(plain),
                "scale": "its own size" if formula.scale is None else sp.sstr(formula.scale),
                "elementary": formula.elementary,
                "valid": None if formula.valid is True else [sp.sstr(formula.valid), sp.srepr(formula.valid)],
                "arguments": [
                    {
                        "symbol": str(argument.symbol),
                        "meaning": argument.meaning,
                        "low": argument.low if math.isfinite(argument.low) else None,
                        "high": argument.high if math.isfinite(argument.high) else None,
                        "integer": argument.integer,
                        "open": argument.open,
                    }
                    for argument in formula.arguments
                ],
                "branches": [list(branch) for branch in shown_branches(formula)],
                "sources": [cited[key] for key in sources_of(derivation, formula.step)],
            }
    return json.dumps({"equations": equations, "formulas": formulas}, indent=1, ensure_ascii=False) + "\n"


def shown_branches(formula: Formula) -> list[tuple[str, str]]:
    """(condition, value) of the stable form, as text; assignments follow the value as "where".

    Rows of a helper kernel that the value calls begin with its name: ("helper(v)", …), ("helper(v), v < 2", …).
    """
    rows = []
    for kernel in (formula.kernel, *_called(formula)):
        name = f"{kernel.name}({', '.join(map(str, kernel.arguments))})" if kernel is not formula.kernel else ""
        for branch in kernel.branches:
            needed = [*kernel.constants, *kernel.before, *branch.body]
            used = _used(branch.value, branch.condition, needed)
            where = "; ".join(f"{line.symbol} = {_text(line.expression)}" for line in used)
            condition = "otherwise" if branch.condition in (True, sp.true) else _text(branch.condition)
            value = _text(branch.value) + (f", where {where}" if where else "")
            rows.append((f"{name}, {condition}" if name else condition, value))
    return rows


def _text(expression: Any) -> str:
    return str(sp.sstr(sp.sympify(expression), full_prec=False))


def _called(formula: Formula) -> list[Kernel]:
    """The helpers that the main kernel calls, those that they call after them."""
    known = {kernel.name: kernel for kernel in formula.helpers}
    found: list[Kernel] = []
    queue = [formula.kernel]
    while queue:
        kernel = queue.pop(0)
        parts = [line.expression for line in (*kernel.constants, *kernel.before)]
        for branch in kernel.branches:
            parts += [branch.value, *(line.expression for line in branch.body)]
        names = {type(node).__name__ for part in parts for node in sp.sympify(part).atoms(sp.Function)}
        for name in sorted(names & set(known)):
            if known[name] not in found:
                found.append(known[name])
                queue.append(known[name])
    return found


def _used(value: Any, condition: Any, lines: Sequence[Any]) -> list[Any]:
    wanted = set(sp.sympify(value).free_symbols) | set(sp.sympify(condition).free_symbols)
    kept = []
    for line in reversed(lines):
        if line.symbol in wanted:
            wanted |= set(sp.sympify(line.expression).free_symbols)
            kept.append(line)
    return kept[::-1]


@lru_cache(maxsize=1)
def citations() -> dict[str, str]:
    """Bibliography key → the citation in one line."""
    from pybtex.database import parse_file

    entries = {}
    for key, entry in parse_file(str(BIBLIOGRAPHY)).entries.items():
        authors = entry.persons.get("author", [])
        people = [" ".join(map(str, [*person.prelast_names, *person.last_names])) for person in authors]
        fields = [entry.fields.get(name, "") for name in ("title", "journal", "booktitle", "volume", "pages", "note")]
        parts = [", ".join(people), *filter(None, fields), entry.fields.get("year", "")]
        entries[key] = _plain_text(", ".join(parts))
    return entries


def _plain_text(text: str) -> str:
    from pybtex.richtext import Text

    return str(Text.from_latex(text)).replace("\xa0", " ") if "\\" in text or "{" in text else text
