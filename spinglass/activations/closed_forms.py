"""Gaussian means of a user's own activation in closed form: derived, checked against quadrature, compiled."""

from __future__ import annotations

import hashlib
import importlib.util
import math
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from spinglass._errors import ComputationError, InputError, checked_float, checked_int, input_error
from spinglass.activations.activation import Activation, activation
from spinglass.activations.catalogue import CATALOGUE
from spinglass.formulary.precision import settled

_CHECKED_STDS = (0.31, 0.87, 1.6)
_AGREEMENT = 1e-11  # of the mean of |g|
_ACCURACY = 1e-14  # relative error bound above which a value is formed again in multiprecision
_MOST_DIGITS = 10_000
_UNCHECKED = "a closed form was found, but no quadrature converges to check it"


@dataclass(frozen=True, eq=False)
class ClosedForm:
    """One Gaussian mean of an activation as a function of σ, the standard deviation of the pre-activations.

    quantity : what it is the mean of, "f'(x)", "f(x) - x f'(x)" or "f(x)**2".
    expression : sympy expression in the symbol `sigma`, None where no closed form was found; `reason` then says why.
    largest_std : the mean exists for σ below this (∞ unless the activation grows like a Gaussian).

    Calling it gives the value at a σ in double precision (relative accuracy 1e-13, from compiled code), `precise` to
    any number of digits.
    """

    quantity: str
    expression: Any
    reason: str | None
    largest_std: float
    _activation: str
    _compiled: Callable[[float], tuple[float, float]] | None

    @property
    def text(self) -> str:
        """The expression as text, or why there is none."""
        import sympy as sp

        return f"none: {self.reason}" if self.expression is None else sp.sstr(self.expression)

    @property
    def latex(self) -> str:
        """The expression in LaTeX; empty where there is none."""
        import sympy as sp

        return "" if self.expression is None else str(sp.latex(self.expression))

    def __call__(self, preactivation_std: float) -> float:
        """The mean at σ = `preactivation_std`, as a float."""
        std = self._checked(preactivation_std)
        assert self._compiled is not None
        value, error = self._compiled(std)
        if math.isfinite(value) and error * 2.0**-52 <= _ACCURACY * abs(value) and abs(value) > 1e-290:
            return value
        precise = self.precise(std, 20)
        if not 0 <= abs(precise) < sys.float_info.max:
            raise ComputationError(f"E[{self.quantity}] of {self._activation} overflows at sigma = {std:g}")
        return float(precise)

    def precise(self, preactivation_std: Any, digits: int = 50) -> Any:
        """The mean at σ to `digits` digits, as an mpmath number; σ is taken exactly."""
        from mpmath import mp

        from spinglass.activations.interpreter import evaluate
        from spinglass.activations.scaled_erfc import arithmetic, scaled

        digits = checked_int("digits", digits, 1, _MOST_DIGITS)
        self._checked(preactivation_std)
        stable = scaled(self.expression)
        working = (digits + 15, 2 * digits + 40, 4 * digits + 120, 8 * digits + 400)
        value = settled(
            lambda: mp.mpf(evaluate(stable, mp.mpf(preactivation_std), arithmetic())),
            digits,
            working,
            negligible=mp.mpf(10) ** (-4 * digits),
        )
        if value is None:
            raise ComputationError(f"E {self.quantity} cancels beyond {working[-1]} digits at this sigma")
        return value

    def _checked(self, std: Any) -> float:
        if self.expression is None:
            rule = f"has no closed form of E[{self.quantity}]: {self.reason}"
            raise input_error("activation", self._activation, rule)
        number = checked_float("preactivation_std", float(std), 1e-100, 1e100)
        if number >= self.largest_std:
            rule = (
                f"must be below {self.largest_std:.6g}: beyond it E[{self.quantity}] of {self._activation} is infinite"
            )
            raise input_error("preactivation_std", number, rule)
        return number


@dataclass(frozen=True, eq=False)
class GaussianMeans:
    """The Gaussian means of an activation in closed form, as far as they have one.

    mean_slope, mean_intercept, mean_square : E f′(x), E[f(x) − x f′(x)] and E f(x)² for x ~ N(0, σ²), each a
        `ClosedForm`.
    """

    activation: Activation
    mean_slope: ClosedForm
    mean_intercept: ClosedForm
    mean_square: ClosedForm

    def rho(self, level: int) -> Any:
        """ρ_ℓ = c_ℓ E β/(E α)^ℓ, all layers with one law, as a sympy expression in `sigma` and `c_ℓ`.

        Raises `InputError` when E α = 0 (every path has weight zero), or when E α or E β has no closed form.
        """
        import sympy as sp

        from spinglass.activations.path_sum import no_reduction

        level = checked_int("level", level, 1)
        for form in (self.mean_slope, self.mean_intercept):
            if form.expression is None:
                raise input_error("activation", self.activation.name, f"has no closed rho: {form.reason}")
        if self.mean_slope.expression == 0:
            raise no_reduction(self.activation, "for every symmetric law")
        ratio = self.mean_intercept.expression / self.mean_slope.expression**level
        return sp.Symbol(f"c_{level}") * ratio

    def text(self, depth: int = 2) -> str:
        """Everything as lines of text, ρ up to level `depth`."""
        return "\n".join(f"{name} = {text}" for name, text, _ in self._rows(depth))

    def latex(self, depth: int = 2) -> str:
        """Everything as lines of LaTeX; what has no closed form is left out."""
        shown = {"E[f'(x)]": r"E\,\alpha", "E[f(x) - x f'(x)]": r"E\,\beta", "E[f(x)**2]": r"E\,f^2"}
        rows = [(shown.get(name, name.replace("rho", r"\rho")), latex) for name, _, latex in self._rows(depth) if latex]
        return "\n".join(f"{name} = {latex}" for name, latex in rows)

    def _rows(self, depth: int) -> list[tuple[str, str, str]]:
        import sympy as sp

        depth = checked_int("depth", depth, 0)
        rows = []
        for form in (self.mean_slope, self.mean_intercept, self.mean_square):
            bound = f"   (sigma < {form.largest_std:.6g})" if math.isfinite(form.largest_std) else ""
            rows.append((f"E[{form.quantity}]", form.text + bound, form.latex))
        for level in range(1, depth + 1):
            try:
                rho = self.rho(level)
            except InputError as error:
                rows.append((f"rho_{level}", f"none: {error}", ""))
                break
            rows.append((f"rho_{level}", sp.sstr(rho), sp.latex(rho)))
        return rows


def gaussian_means(f: Activation | str, integrate_seconds: float = 5.0) -> GaussianMeans:
    """E f′, E[f − x f′] and E f² of an activation under N(0, σ²), in closed form as functions of σ.

    `f` is an `Activation`, a name of the catalogue, or an expression in x (see `Activation.from_expression`). Covered
    by own rules: polynomials times exponentials of quadratics, error functions, sines and cosines, powers of
    1/(x² + w), on the pieces between kinks (Max, Abs, Heaviside …), and what symmetry fixes; for other algebraic
    functions and logarithms sympy's integrator is tried, for at most `integrate_seconds` in all. What has no closed
    form is None, with the reason.

    Each closed form is compared with quadrature at several σ before it is returned, and compiled (the emitted text
    is kept in the cache folder of the package).

    Raises `InputError` for what `Activation.from_expression` refuses (unknown names, jumps, functions that grow too
    fast for a Gaussian law), `ComputationError` when a closed form and quadrature differ.

    Source: own rules, proved in the derivation "gaussian-means".

    >>> means = gaussian_means("x*erf(x)")
    >>> means.mean_intercept.text
    '-2*sigma**2/(sqrt(pi)*(2*sigma**2 + 1)**(3/2))'
    >>> round(means.mean_intercept(1.0), 12)
    -0.217156671957
    """
    seconds = checked_float("integrate_seconds", integrate_seconds, 0.0)
    chosen = _activation_of(f)
    return _derived(chosen, seconds)


def _activation_of(f: Any) -> Activation:
    if isinstance(f, Activation):
        return f
    if not isinstance(f, str):
        raise input_error("f", f, "must be an Activation, a name of the catalogue or an expression in x")
    try:
        return activation(f)
    except InputError as unknown_name:
        folded = f.strip().lower().replace(" ", "").replace("-", "").replace("_", "")
        if folded.isalpha() and folded not in ("x", "pi", "e"):
            raise unknown_name from None
    return Activation.from_expression(f)


@lru_cache(maxsize=32)
def _derived(chosen: Activation, seconds: float) -> GaussianMeans:
    import time

    import sympy as sp

    from spinglass.activations.gaussian_integrals import recognised
    from spinglass.activations.syntax import symbols

    x = symbols().x
    f = recognised(_symbolic(chosen))
    slope = sp.diff(f, x)
    integrands = {"f'(x)": slope, "f(x) - x f'(x)": f - x * slope, "f(x)**2": f**2}
    deadline = time.monotonic() + seconds
    found = {quantity: _closed(chosen, g, quantity, deadline) for quantity, g in integrands.items()}
    expressions = {quantity: expression for quantity, (expression, _, _) in found.items() if expression is not None}
    compiled = _compiled(chosen, expressions)
    forms = []
    for quantity, (expression, reason, bound) in found.items():
        form = ClosedForm(quantity, expression, reason, bound, chosen.expression, compiled.get(quantity))
        if expression is not None and not _verified(form, integrands[quantity], chosen):
            form = ClosedForm(quantity, None, _UNCHECKED, math.inf, chosen.expression, None)
        forms.append(form)
    return GaussianMeans(chosen, *forms)


def _symbolic(chosen: Activation) -> Any:
    """The exact expression of an activation in x."""
    import sympy as sp

    from spinglass.activations.syntax import parsed, symbols

    own = symbols()
    if chosen.kind == "expression":
        return parsed(chosen.expression)
    if chosen.kind == "catalogue" and chosen.name != "selu":
        given = {key: _Exact(value) for key, value in chosen.parameters}
        return parsed(CATALOGUE[chosen.name].expression.format(**given))
    if chosen.name == "selu" and chosen.kind == "catalogue":
        return parsed("1.0507009873554804934*(Max(x, 0) + 1.6732632423543772848*(exp(Min(x, 0)) - 1))")
    assert chosen.sections is not None
    sections = chosen.sections
    home = int(sections.section_of(0.0))
    exact = [sp.Rational(repr(float(value))) for value in sections.slopes]
    f = exact[home] * own.x + sp.Rational(repr(float(sections.intercepts[home])))
    for k, knot in enumerate(sections.knots):
        place = sp.Rational(repr(float(knot)))
        ramp = own.pair_maximum(own.x - place, 0) if k >= home else -own.pair_maximum(place - own.x, 0)
        f += (exact[k + 1] - exact[k]) * (1 if k >= home else -1) * ramp
    return f


class _Exact(float):
    """A float that formats with all its digits."""

    def __format__(self, specification: str) -> str:
        return f"({float(self)!r})"


def _closed(chosen: Activation, g: Any, quantity: str, deadline: float) -> tuple[Any, str | None, float]:
    """(expression, reason, largest σ)."""
    import sympy as sp

    from spinglass.activations.gaussian_integrals import closed_mean
    from spinglass.activations.kink_pieces import NoClosedForm

    sigma = sp.Symbol("sigma", positive=True)
    try:
        mean = closed_mean(g, sigma)
    except NoClosedForm as error:
        expression = _integrated(g, deadline)
        return (expression, None, math.inf) if expression is not None else (None, str(error), math.inf)
    return mean.expression, None, float(mean.largest_std)


def _verified(form: ClosedForm, integrand: Any, chosen: Activation) -> bool:
    """Compare a closed form with quadrature in double precision at several σ; False where no quadrature converges."""
    import numpy as np

    from spinglass.activations.interpreter import DOUBLE, evaluate
    from spinglass.activations.quadrature import gaussian_mean

    def g(points: Any) -> Any:
        with np.errstate(all="ignore"):
            return np.broadcast_to(evaluate(integrand, points, DOUBLE), points.shape)

    checked = 0
    for std in _CHECKED_STDS:
        std *= min(1.0, 0.45 * form.largest_std)  # near the bound the quadrature itself fails
        try:
            mean = gaussian_mean(g, std, chosen.formulas.kinks)
        except ComputationError:
            continue
        checked += 1
        value = form(std)
        if not abs(value - mean.value) <= 10 * mean.error + _AGREEMENT * mean.absolute:
            raise ComputationError(
                f"the closed form of E[{form.quantity}] of {chosen.expression} at sigma = {std} is {value!r}, "
                f"quadrature gives {mean.value!r}"
            )
    return checked > 0


def _compiled(chosen: Activation, expressions: dict[str, Any]) -> dict[str, Callable[[float], tuple[float, float]]]:
    """(value, error bound in units of 2^-52) of each expression, from an emitted module in the cache folder."""
    import sympy as sp

    from spinglass._printing import Branch, Kernel, module_text
    from spinglass.activations.rounding import rounding_bound
    from spinglass.activations.scaled_erfc import KERNEL_MODULE, kernel, scaled

    if not expressions:
        return {}
    sigma = sp.Symbol("sigma", positive=True)
    kernels, names = [], {}
    for quantity, name in (("f'(x)", "mean_slope"), ("f(x) - x f'(x)", "mean_intercept"), ("f(x)**2", "mean_square")):
        expression = expressions.get(quantity)
        if expression is None or not _printable(expression):
            continue
        names[quantity] = name
        stable = _short_numbers(scaled(expression))
        kernels.append(Kernel(name, (sigma,), (Branch(sp.true, stable),), private=True))
        kernels.append(
            Kernel(f"{name}_error", (sigma,), (Branch(sp.true, _short_numbers(rounding_bound(stable))),), private=True)
        )
    result: dict[str, Callable[[float], tuple[float, float]]] = {}
    if kernels:
        shown = chosen.expression.replace("\\", " ").replace('"', "'")
        header = f"Gaussian means of f(x) = {shown}.\n\nEmitted by spinglass; may be deleted."
        module = _imported(module_text(kernels, header, ((kernel(), KERNEL_MODULE),)))
        for quantity, name in names.items():
            result[quantity] = _pair(getattr(module, name), getattr(module, f"{name}_error"))
    for quantity in expressions:
        result.setdefault(quantity, lambda std: (math.nan, math.inf))
    return result


def _short_numbers(expression: Any) -> Any:
    """Integers beyond 2^53 as floats: the compiler's integers end at 2^63."""
    import sympy as sp

    long = [node for node in expression.atoms(sp.Rational) if max(abs(node.p), node.q) > 2**53]
    return expression.xreplace({node: sp.Float(node, 17) for node in long})


def _pair(value: Callable[[float], float], error: Callable[[float], float]) -> Callable[[float], tuple[float, float]]:
    from numba.core.errors import NumbaError

    def both(std: float) -> tuple[float, float]:
        try:
            return float(value(std)), float(error(std))
        except (OverflowError, ZeroDivisionError, ValueError, NumbaError):  # formed in multiprecision instead
            return math.nan, math.inf

    return both


def _printable(expression: Any) -> bool:
    import sympy as sp

    known = (sp.exp, sp.log, sp.erf, sp.erfc, sp.atan, sp.asin, sp.sin, sp.cos)
    return all(isinstance(node, known) for node in expression.atoms(sp.Function))


@lru_cache(maxsize=64)
def _imported(text: str) -> ModuleType:
    """The module of an emitted text: written once to the cache folder, under the digest of its text, and imported."""
    from spinglass._jit import source_digest, user_cache_dir

    digest = hashlib.sha256((source_digest() + text).encode()).hexdigest()[:24]
    name = f"spinglass_activation_{digest}"
    try:
        folder = user_cache_dir() / "activations"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.py"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            _write(path, text)
    except (OSError, RuntimeError):
        path = Path(_own_folder().name) / f"{name}.py"
        _write(path, text)
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module  # numba's cache finds the functions of a module by its name
    specification.loader.exec_module(module)
    return module


@lru_cache(maxsize=1)
def _own_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder that goes with the process, where the cache cannot be written."""
    return tempfile.TemporaryDirectory(prefix="spinglass-")


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all: another process may read it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    os.replace(temporary, path)


def _integrated(g: Any, deadline: float) -> Any:
    """E g by sympy's integrator in a process of its own, until the deadline; None where it finds nothing."""
    import time

    import sympy as sp

    from spinglass.activations.syntax import symbols

    rest = deadline - time.monotonic()
    allowed = (sp.log, sp.exp)
    if rest < 1.0 or any(not isinstance(node, allowed) for node in g.atoms(sp.Function)):
        return None
    x = symbols().x
    if any(inner.has(sp.exp, sp.log) and inner != node for node in g.atoms(sp.log, sp.exp) for inner in node.args):
        return None
    program = (
        "import pickle, sys; import sympy as sp\n"
        "g, x, sigma = pickle.load(sys.stdin.buffer)\n"
        "density = sp.exp(-x**2/(2*sigma**2))/(sigma*sp.sqrt(2*sp.pi))\n"
        "sys.stdout.buffer.write(pickle.dumps(sp.simplify(sp.integrate(sp.expand(g*density), (x, -sp.oo, sp.oo)))))\n"
    )
    try:
        given = pickle.dumps((g, x, sp.Symbol("sigma", positive=True)))
        done = subprocess.run([sys.executable, "-c", program], input=given, capture_output=True, timeout=rest)
        if done.returncode != 0:
            return None
        value = pickle.loads(done.stdout)  # written by our own process
    except (subprocess.TimeoutExpired, OSError, pickle.PickleError, EOFError, AttributeError, RecursionError):
        return None
    known = (sp.exp, sp.log, sp.erf, sp.erfc, sp.atan, sp.sin, sp.cos)
    plain = all(isinstance(node, known) for node in value.atoms(sp.Function))
    return value if plain and not value.has(sp.Integral, sp.I, sp.nan, sp.zoo, sp.oo) else None
