"""Closed Gaussian means of a user's own activation: against quadrature in 40 digits, refusals, and controls."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from spinglass import ComputationError, InputError
from spinglass.activations import Activation, activation, closed_forms, gaussian_means, names
from spinglass.activations.gaussian_integrals import closed_mean
from spinglass.activations.kink_pieces import NoClosedForm, pieces
from spinglass.activations.section_law import gaussian_moments, mean_square
from spinglass.activations.syntax import parsed, symbols

QUANTITIES = ("mean_slope", "mean_intercept", "mean_square")


def _quadrature(f: Any, std: float, kinks: tuple[float, ...]) -> tuple[Any, Any, Any]:
    """(E f′, E[f − x f′], E f²) from values of f alone, in 40 digits."""
    with mp.workdps(45):
        s = mpf(std)
        edges = {mpf(k) / 2 for k in range(-44, 45)} | {mpf(kink) / s for kink in kinks}
        edges |= {sign * mpf(2) ** k / s for k in range(-2, 5) for sign in (-1, 1)}
        inside = sorted(edge for edge in edges if abs(edge) <= 22)
        slope = intercept = square = mpf(0)
        for low, high in pairwise(inside):
            for node, weight in NODES:
                z = (low + high) / 2 + (high - low) / 2 * node
                mass = weight * (high - low) / 2 * mp.exp(-z * z / 2)
                value = f(s * z)
                slope += mass * z * value
                intercept += mass * (2 - z * z) * value
                square += mass * value * value
        norm = mp.sqrt(2 * mp.pi)
        return slope / norm / s, intercept / norm, square / norm


def _nodes(n: int) -> list[tuple[Any, Any]]:
    with mp.workdps(60):
        found = []
        for start in np.polynomial.legendre.leggauss(n)[0]:
            x = mpf(float(start))
            for _ in range(4):
                before, current = mpf(1), x
                for k in range(2, n + 1):
                    before, current = current, ((2 * k - 1) * x * current - (k - 1) * before) / k
                slope = n * (x * current - before) / (x * x - 1)
                x -= current / slope
            found.append((x, 2 / ((1 - x * x) * slope**2)))
        return found


NODES = _nodes(24)

CASES: dict[str, tuple[Any, tuple[float, ...], str]] = {
    # text: (f in mpmath, kinks, which of slope, intercept, square have a closed form)
    "x*erf(x)": (lambda x: x * mp.erf(x), (), "aib"),
    "exp(-x**2)": (lambda x: mp.exp(-x * x), (), "aib"),
    "x**3": (lambda x: x**3, (), "aib"),
    "Max(x, 0)**2": (lambda x: max(x, 0) ** 2, (0,), "aib"),
    "sin(2*x)": (lambda x: mp.sin(2 * x), (), "aib"),
    "x*exp(-x**2/2)": (lambda x: x * mp.exp(-x * x / 2), (), "aib"),
    "erf(x + 1)": (lambda x: mp.erf(x + 1), (), "ai"),
    "Abs(x)": (lambda x: abs(x), (0,), "aib"),
    "Max(x, 0)*x + x": (lambda x: max(x, 0) * x + x, (0,), "aib"),
    "exp(x)": (lambda x: mp.exp(x), (), "aib"),
    "log(1 + exp(x))": (lambda x: mp.log1p(mp.exp(x)), (), "a"),
    "exp(x)*cos(2*x + 1)*x": (lambda x: mp.exp(x) * mp.cos(2 * x + 1) * x, (), "aib"),
    "Max(exp(x) - 2, 0)": (lambda x: max(mp.exp(x) - 2, 0), (float(np.log(2)),), "aib"),
    "erf(x)*Max(x, 0)": (lambda x: mp.erf(x) * max(x, 0), (0,), "aib"),
    "Max(x**2 - 2, 0) + x": (lambda x: max(x * x - 2, 0) + x, (float(mp.sqrt(2)), -float(mp.sqrt(2))), "aib"),
    "x/(1 + x**2)": (lambda x: x / (1 + x * x), (), "aib"),
    "x*atan(x) + x": (lambda x: x * mp.atan(x) + x, (), "ai"),
    "Max(Abs(x) - 1, 0)*x": (lambda x: max(abs(x) - 1, 0) * x, (-1, 1), "aib"),
    "2**x + erf(x)*erf(2*x)": (lambda x: 2**x + mp.erf(x) * mp.erf(2 * x), (), "ai"),
    "exp(x**2/10)*x": (lambda x: mp.exp(x * x / 10) * x, (), "aib"),
    "sinh(x/2)*cosh(x) - 1": (lambda x: mp.sinh(x / 2) * mp.cosh(x) - 1, (), "aib"),
    "x*sigmoid(x)": (lambda x: x / (1 + mp.exp(-x)), (), "a"),
    "x**5 - pi*x**2 + E*x": (lambda x: x**5 - mp.pi * x**2 + mp.e * x, (), "aib"),
    "exp(-Abs(x)) + 0.1*x": (lambda x: mp.exp(-abs(x)) + x / 10, (0,), "aib"),
    "Max(x, 0)*exp(-x)": (lambda x: max(x, 0) * mp.exp(-x), (0,), "aib"),
}


@pytest.mark.parametrize("text", sorted(CASES))
def test_closed_forms_of_expressions(text: str) -> None:
    f, kinks, closed = CASES[text]
    means = gaussian_means(text, integrate_seconds=0.0)
    for letter, quantity, index in zip("aib", QUANTITIES, range(3), strict=True):
        form = getattr(means, quantity)
        assert (form.expression is not None) == (letter in closed), (text, quantity, form.text)
        if form.expression is None:
            assert form.reason
            assert form.latex == ""
            with pytest.raises(InputError, match="no closed form"):
                form(1.0)
            continue
        assert form.expression.free_symbols <= {sp.Symbol("sigma", positive=True)}
        for std in (0.07, 0.6, 1.3):
            if std >= 0.9 * form.largest_std:
                continue
            exact = _quadrature(f, std, kinks)[index]
            tiny = abs(exact) < mpf(10) ** -28
            assert tiny or abs(mpf(form(std)) - exact) <= 1e-13 * abs(exact), (text, quantity, std)
            assert not tiny or abs(form(std)) < 1e-27
            with mp.workdps(45):
                assert abs(form.precise(std, 30) - exact) <= mpf(10) ** -24 * (1 + abs(exact)), (text, quantity, std)


@pytest.mark.parametrize("name", sorted(set(names()) - {"mish", "softsign", "tanh", "sigmoid", "silu", "softplus"}))
def test_catalogue_agrees_with_its_emitted_kernels(name: str) -> None:
    a = activation(name)
    means = gaussian_means(a, integrate_seconds=0.0)
    for std in (0.02, 0.5, 1.0, 3.0, 25.0):
        moments = gaussian_moments(a, std)
        for form, value in ((means.mean_slope, moments.slope), (means.mean_intercept, moments.intercept)):
            assert form.expression is not None
            assert abs(form(std) - value) <= 1e-13 * abs(value) + 1e-80, (name, std, form.text)
        if means.mean_square.expression is not None:
            assert means.mean_square(std) == pytest.approx(mean_square(a, std), rel=1e-13)
        else:
            assert name == "arctan"


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "silu", "softplus"])
def test_what_symmetry_fixes_is_found(name: str) -> None:
    means = gaussian_means(name, integrate_seconds=0.0)
    expected = {
        "tanh": ("none", "0"),
        "sigmoid": ("none", "1/2"),
        "silu": ("1/2", "none"),
        "softplus": ("1/2", "none"),
    }[name]
    shown = (means.mean_slope.text.split(":")[0], means.mean_intercept.text.split(":")[0])
    assert shown == expected
    assert means.mean_square.expression is None


def test_other_parameters_and_sections() -> None:
    elu = gaussian_means(activation("elu", alpha=1.7))
    assert elu.mean_slope(0.8) == pytest.approx(gaussian_moments(activation("elu", alpha=1.7), 0.8).slope, rel=1e-14)
    leaky = gaussian_means(activation("leaky-relu", slope=0.2))
    assert leaky.mean_slope(3.0) == pytest.approx(0.6, rel=1e-15)
    sections = Activation.from_sections([-1.5, 0.25, 2.0], [0.1, 1.0, -0.5, 0.25], intercept=0.3)
    means = gaussian_means(sections)
    for std in (0.1, 1.0, 10.0):
        moments = gaussian_moments(sections, std)
        assert means.mean_slope(std) == pytest.approx(moments.slope, rel=1e-13)
        assert means.mean_intercept(std) == pytest.approx(moments.intercept, rel=1e-12)
        assert means.mean_square(std) == pytest.approx(mean_square(sections, std), rel=1e-12)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(-5, 5), min_size=2, max_size=6))
def test_polynomials(coefficients: list[int]) -> None:
    if not any(coefficients[1:]):
        return
    x, sigma = symbols().x, sp.Symbol("sigma", positive=True)
    f = sum(c * x**k for k, c in enumerate(coefficients))
    moment = {k: sigma**k * sp.factorial2(k - 1) if k % 2 == 0 else 0 for k in range(11)}

    def mean(g: Any) -> Any:
        return sum(value * moment[power[0]] for power, value in sp.Poly(g, x).terms())

    for g in (sp.diff(f, x), f - x * sp.diff(f, x), f**2):
        assert sp.expand(closed_mean(g, sigma).expression - mean(g)) == 0


def test_rho_and_what_is_shown() -> None:
    means = gaussian_means("gelu")
    sigma = sp.Symbol("sigma", positive=True)
    assert sp.simplify(means.rho(2) - 4 * sp.Symbol("c_2") * means.mean_intercept.expression) == 0
    assert float(means.rho(1).subs({sp.Symbol("c_1"): 1, sigma: 1})) == pytest.approx(-0.28209479177387814, rel=1e-14)
    text, latex = means.text(depth=3), means.latex(depth=1)
    assert text.splitlines()[0] == "E[f'(x)] = 1/2"
    assert "rho_3 = " in text
    assert r"\rho_1" in latex
    with pytest.raises(InputError, match="mean slope E f' = 0"):
        gaussian_means("Abs(x)").rho(1)
    with pytest.raises(InputError, match="no closed rho"):
        gaussian_means("tanh").rho(1)
    with pytest.raises(InputError, match="level"):
        means.rho(0)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("foo(x)", "unknown function 'foo'"),
        ("x + y", "unknown name 'y'"),
        ("gleu", "did you mean"),
        ("__import__('os')", "unknown function"),
        ("exp(x**2)", "not integrable"),
        ("1/x", "not finite"),
        ("Heaviside(x)", "jumps"),
        ("3", "does not depend on x"),
        (3, "must be an Activation"),
        (None, "must be an Activation"),
    ],
)
def test_refusals(bad: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        gaussian_means(bad)


def test_bad_arguments() -> None:
    means = gaussian_means("exp(x**2/10)*x")
    assert means.mean_square.largest_std == pytest.approx(2.5**0.5)
    with pytest.raises(InputError, match="must be below"):
        means.mean_square(1.6)
    for std in (0.0, -1.0, float("nan"), 1e101):
        with pytest.raises(InputError, match="preactivation_std"):
            means.mean_slope(std)
    with pytest.raises(InputError, match="digits"):
        means.mean_slope.precise(1.0, 0)
    with pytest.raises(InputError, match="integrate_seconds"):
        gaussian_means("x", integrate_seconds=-1.0)
    with pytest.raises(ComputationError, match="overflow"):
        gaussian_means("exp(x)").mean_slope(60.0)


def test_a_wrong_closed_form_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import spinglass.activations.gaussian_integrals as rules

    right = rules.closed_mean

    def wrong(g: Any, sigma: Any) -> Any:
        mean = right(g, sigma)
        return rules.ClosedMean(mean.expression + sp.Rational(1, 10**9) * sigma**2, mean.largest_std)

    monkeypatch.setattr(rules, "closed_mean", wrong)
    with pytest.raises(ComputationError, match="quadrature gives"):
        gaussian_means("x*erf(x) + x/7")


def test_means_stay_accurate_where_terms_cancel() -> None:
    elu = gaussian_means("Max(x, 0) + exp(Min(x, 0)) - 1")
    for std in (1e-8, 1e-3, 40.0, 1e6, 1e12):
        moments = gaussian_moments(activation("elu"), std)
        assert elu.mean_intercept(std) == pytest.approx(moments.intercept, rel=1e-13)
        assert elu.mean_square(std) == pytest.approx(mean_square(activation("elu"), std), rel=1e-13)


def test_singular_derivatives_have_no_closed_form() -> None:
    means = gaussian_means("Max(x, 0)**0.5*x")
    assert means.mean_slope.expression is None
    assert means.mean_square(1.0) == pytest.approx(mean_square(means.activation, 1.0), rel=1e-12)


def test_hopeless_integrals_end_in_time() -> None:
    start = time.perf_counter()
    means = gaussian_means("sqrt(1 + x**4) + x", integrate_seconds=2.0)
    assert means.mean_intercept.expression is None
    assert time.perf_counter() - start < 30.0


def test_emitted_text_is_kept_and_used_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPINGLASS_CACHE_DIR", str(tmp_path))
    closed_forms._imported.cache_clear()
    closed_forms._derived.cache_clear()
    value = gaussian_means("x*erf(x/3)").mean_intercept(1.0)
    (file,) = (tmp_path / "activations").glob("spinglass_activation_*.py")
    assert "def mean_intercept(sigma: float)" in file.read_text(encoding="utf-8")
    stamp = file.stat().st_mtime_ns
    file_text = file.read_text(encoding="utf-8")
    closed_forms._imported.cache_clear()
    closed_forms._derived.cache_clear()
    assert gaussian_means("x*erf(x/3)").mean_intercept(1.0) == value
    assert file.stat().st_mtime_ns == stamp
    file.write_text("raise SystemExit\n", encoding="utf-8")  # a spoiled file is written again
    closed_forms._imported.cache_clear()
    closed_forms._derived.cache_clear()
    assert gaussian_means("x*erf(x/3)").mean_intercept(1.0) == value
    assert file.read_text(encoding="utf-8") == file_text


def test_pieces_are_exact() -> None:
    x = symbols().x
    found = pieces(parsed("Abs(x**2 - 2)").replace(sp.Abs, symbols().modulus), x)
    assert [(low, high) for low, high, _ in found] == [
        (-sp.oo, -sp.sqrt(2)),
        (-sp.sqrt(2), sp.sqrt(2)),
        (sp.sqrt(2), sp.oo),
    ]
    with pytest.raises(NoClosedForm, match="kinks"):
        pieces(parsed("Abs(sin(x))"), x)


def test_import_stays_light() -> None:
    code = (
        "import sys, spinglass.activations as a; a.gaussian_means; "
        "print([m for m in ('sympy', 'scipy', 'numba', 'mpmath') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"


def test_a_second_process_reads_the_compiled_code_of_the_first(tmp_path):
    code = "from spinglass.activations import gaussian_means as g; print(repr(g('x + x*erf(x)').mean_square(0.7)))"
    environment = {**os.environ, "SPINGLASS_CACHE_DIR": str(tmp_path)}
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment) for _ in range(2)
    ]
    assert [run.returncode for run in runs] == [0, 0], runs[-1].stderr
    assert runs[0].stdout == runs[1].stdout
