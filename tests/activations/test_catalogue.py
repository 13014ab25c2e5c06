"""The catalogue: names, values over the whole range of floats, derivatives, sections."""

from __future__ import annotations

import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

from spinglass import InputError
from spinglass.activations import Activation, activation, names
from spinglass.activations.interpreter import DOUBLE, evaluate
from spinglass.activations.syntax import parsed


def _s(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


SMOOTH = {
    "gelu": lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2,
    "silu": lambda x: x * _s(x),
    "softplus": lambda x: mp.log1p(mp.exp(x)),
    "elu": lambda x: x if x > 0 else mp.expm1(x),
    "selu": lambda x: mpf("1.0507009873554804934") * (x if x > 0 else mpf("1.6732632423543772848") * mp.expm1(x)),
    "tanh": mp.tanh,
    "sigmoid": _s,
    "erf": mp.erf,
    "gaussian": lambda x: mp.exp(-x * x),
    "mish": lambda x: x * mp.tanh(mp.log1p(mp.exp(x))),
    "softsign": lambda x: x / (1 + abs(x)),
    "arctan": mp.atan,
    "sine": mp.sin,
    "hard-swish": lambda x: x * max(mpf(0), min(mpf(1), (x + 3) / 6)),
    "relu": lambda x: max(x, mpf(0)),
    "leaky-relu": lambda x: x if x > 0 else x * mpf(0.01),
    "relu6": lambda x: min(max(x, mpf(0)), mpf(6)),
    "hard-tanh": lambda x: max(mpf(-1), min(x, mpf(1))),
    "hard-sigmoid": lambda x: max(mpf(0), min(mpf(1), x / 6 + mpf(1) / 2)),
    "linear": lambda x: x,
}
POINTS = [*np.linspace(-9.7, 9.7, 37).tolist(), -700.0, -40.2, -1e-3, -1e-9, 1e-9, 1e-3, 40.2, 700.0]


@pytest.mark.parametrize("name", sorted(SMOOTH))
def test_values_and_derivatives_to_full_precision(name: str) -> None:
    f, a = SMOOTH[name], activation(name)
    for point in POINTS:
        if point in a.kinks:
            continue
        with mp.workdps(160):
            x, h = mpf(point), mpf(10) ** -50
            value, slope = f(x), (f(x + h) - f(x - h)) / (2 * h)
            value, slope = float(value), float(slope)
        # e^{−x²} amplifies the rounding of x² by |x²|: about 40 units at |x| = 9
        for found, expected in ((a.value(point), value), (a.derivative(point), slope)):
            bound = 2.0**-52 * (8 + point**2 if name in ("gelu", "gaussian", "erf") else 8)
            assert abs(found - expected) <= bound * abs(expected) + 1e-60, (point, found, expected)


@pytest.mark.parametrize("name", names())
def test_whole_range_of_floats_without_warning_or_nan(name: str) -> None:
    x = np.array(
        [-1.7e308, -1e200, -1e10, -745.2, -710.0, 0.0, -0.0, 5e-324, 1e-300, 710.0, 745.2, 1e10, 1e200, 1.7e308]
    )
    a = activation(name)
    for function in (a.value, a.derivative, a.intercept) if name != "sine" else (a.value, a.derivative):
        assert np.all(np.isfinite(function(x)))


@pytest.mark.parametrize("name", names())
def test_derivative_is_that_of_the_value(name: str) -> None:
    a = activation(name)
    x = np.random.default_rng(3).uniform(-6, 6, 200)
    x = x[np.all(np.abs(x[:, None] - np.array([*a.kinks, 1e9])) > 1e-3, axis=1)]
    central = (a(x + 1e-5) - a(x - 1e-5)) / 2e-5
    assert np.allclose(a.derivative(x), central, atol=1e-8)
    assert np.allclose(a.intercept(x), a(x) - x * a.derivative(x), atol=1e-13)


@pytest.mark.parametrize("name", names())
def test_display_expression_is_the_function(name: str) -> None:
    a = activation(name)
    b = Activation.from_expression(a.expression)
    x = np.linspace(-7, 7, 141)
    assert np.allclose(a(x), b(x), atol=1e-5 if name == "selu" else 1e-13)
    x = x[np.all(np.abs(x[:, None] - np.array([*a.kinks, 1e9])) > 1e-9, axis=1)]
    assert np.allclose(a.derivative(x), b.derivative(x), atol=1e-5 if name == "selu" else 1e-12)


@pytest.mark.parametrize("name", names())
def test_display_text_of_the_derivative(name: str) -> None:
    a = activation(name)
    x = np.linspace(-7.03, 7.01, 141)
    shown = evaluate(parsed(a.derivative_expression), x, DOUBLE)
    assert np.allclose(shown, a.derivative(x), atol=1e-5 if name == "selu" else 1e-13)
    own = Activation.from_expression(a.expression)
    assert np.allclose(evaluate(parsed(own.derivative_expression), x, DOUBLE), own.derivative(x), atol=1e-13)


def test_sections_show_no_derivative_text() -> None:
    assert Activation.from_sections([0], [0, 1]).derivative_expression == ""
    assert activation("elu", alpha=2.0).derivative_expression == "Heaviside(x) + 2*exp(x)*Heaviside(-x)"


@pytest.mark.parametrize("name", names())
def test_instances_are_equal_hashable_picklable(name: str) -> None:
    a = activation(name)
    a(0.3)
    copy = pickle.loads(pickle.dumps(a))
    assert copy == a == activation(name)
    assert len({a, copy}) == 1
    assert copy(0.3) == a(0.3)
    assert copy != activation("tanh" if name != "tanh" else "relu")


def test_five_sections() -> None:
    a = activation("five-section")
    assert a.sections is not None
    assert a.sections.knots == (-2.0, -1.0, 1.0, 2.0)
    assert a.sections.slopes == (0.01, 0.1, 1.0, 0.3, 0.03)
    assert np.allclose(a.sections.intercepts, [-1.08, -0.9, 0.0, 0.7, 1.24], atol=1e-15)
    assert a(0.0) == 0.0
    assert a.is_piecewise_linear


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("ReLU", "relu"),
        ("Leaky ReLU", "leaky-relu"),
        ("hard_tanh", "hard-tanh"),
        ("HARDTANH", "hard-tanh"),
        ("swish", "silu"),
        ("identity", "linear"),
        (" five section ", "five-section"),
    ],
)
def test_spellings(spelling: str, name: str) -> None:
    assert activation(spelling) == activation(name)


@pytest.mark.parametrize(
    ("wrong", "offered"), [("gleu", "gelu"), ("softpuls", "softplus"), ("sigmod", "sigmoid"), ("reluu", "relu")]
)
def test_unknown_names_offer_the_nearest(wrong: str, offered: str) -> None:
    with pytest.raises(InputError, match=rf"{wrong}.*did you mean.*'{offered}'"):
        activation(wrong)


@pytest.mark.parametrize("wrong", ["", "zzzzzz", 3, None, ["relu"]])
def test_bad_names(wrong: Any) -> None:
    with pytest.raises(InputError, match="name"):
        activation(wrong)


def test_parameters() -> None:
    assert activation("leaky-relu", slope=0.2)(-1.0) == -0.2
    assert activation("leaky-relu", slope=0.2) != activation("leaky-relu")
    assert activation("leaky-relu", slope=0.2).label == "leaky ReLU (slope 0.2)"
    assert activation("leaky-relu", slope=0.01) == activation("leaky-relu")
    assert activation("elu", alpha=2.0)(-1.0) == pytest.approx(2 * (np.exp(-1) - 1), rel=1e-15)
    for parameters in ({"alpha": 1.0}, {"slope": float("nan")}, {"slope": "big"}):
        with pytest.raises(InputError):
            activation("leaky-relu", **parameters)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="takes no parameters"):
        activation("relu", slope=1.0)


@pytest.mark.parametrize("x", [float("nan"), float("inf"), [0.0, float("nan")], "a", [1, "b"]])
def test_values_only_at_finite_numbers(x: Any) -> None:
    with pytest.raises(InputError):
        activation("gelu")(x)


def test_shapes() -> None:
    a = activation("gelu")
    assert type(a(1)) is float
    assert a(np.ones((2, 3))).shape == (2, 3)
    assert a.derivative([0.0]).shape == (1,)


def test_import_is_light() -> None:
    code = (
        "import sys, spinglass.activations as a; a.names(); a.activation('relu'); "
        "print([m for m in ('sympy', 'scipy', 'numba', 'matplotlib', 'mpmath') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"
