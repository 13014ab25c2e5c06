"""Expressions from users: what is understood, what is refused, and that nothing is ever evaluated as code."""

from __future__ import annotations

import builtins
import math
import pickle
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinglass import InputError, SpinGlassError
from spinglass.activations import Activation, activation, path_sum

UNSAFE = [
    "__import__('os')",
    "__import__('os').system('touch pwned')",
    "x.__class__",
    "x.__class__.__bases__[0]",
    "().__class__.__mro__",
    "(lambda: 0)()",
    "(lambda x: x)(x)",
    "lambda x: x",
    "x if x else x",
    "f'{x}'",
    "f'{exit()}'",
    "(y := 3)",
    "(x := 3)",
    "[x for x in (1,)]",
    "{x for x in (1,)}",
    "sum(x for x in (1,))",
    "{1: x}",
    "{x}",
    "[x]",
    "(x,)",
    "()",
    "x[0]",
    "x < 1",
    "x and 1",
    "not x",
    "~x",
    "x @ x",
    "x % 2",
    "x // 2",
    "x << 2",
    "x | 1",
    "x & 1",
    "x ^ 2",
    "'x'",
    "b'x'",
    "exec('x')",
    "eval('x')",
    "open('f')",
    "getattr(x, 'a')",
    "globals()",
    "print(x)",
    "exp(x)(x)",
    "exp(x)(1)",
    "exp.func(x)",
    "Max(*x)",
    "Max(x, **x)",
    "exp(arg=x)",
    "exp(x, evaluate=False)",
    "sin",
    "exp()",
    "exp(x, x)",
    "Max(x)",
    "tanh(x, 2)",
    "x; x",
    "import os",
    "x = 3",
    "x\nx",
    "x\0",
    "yield x",
    "await x",
    "...",
    "None",
    "True",
    "x + True",
    "1j*x",
    "x + 1j",
    "I*x",
    "oo*x",
    "nan",
    "inf*x",
    "zoo",
    "S(1)",
    "Symbol('y')",
    "y",
    "x + y",
    "t",
    "X",
    "Ι",
    "lamda x",
    "x +",
    "(x",
    "x)",
    "",
    "   ",
    "x x",
    "2x",
    "x**",
    "#",
    "x # y",
    "9**9**9",
    "9**9**9*x",
    "x**9**9",
    "x**1000",
    "x**65",
    "(x**64)**64",
    "((x**8)**8)**8",
    "(10**60)**60",
    "2**2**2**2**2**2",
    "exp(exp(exp(100)))*x",
    "exp(1000)*x",
    "1e400*x",
    "1e101*x",
    "x*1e-101",
    "1" * 120 + "*x",
    "cosh(500)*x",
    "(" * 230 + "x" + ")" * 230,
    "-" * 450 + "x",
    "sin(" * 60 + "x" + ")" * 60,
    "x+" * 260 + "x",
    "+".join(["x"] * 300),
    "x**x",
    "x**(x+1)",
    "(-2)**x",
    "0**x",
    "(x*x)**x",
    "(-1)**0.5*x",
    "(-8)**(1/3)*x",
    "0**-1*x",
    "x/0",
    "x/(1-1)",
    "x/(pi-pi)",
    "log(0)*x",
    "log(-1)*x",
    "sqrt(-1)*x",
    "gamma(x)",
    "factorial(x)",
    "tan(x)",
    "Piecewise((x, x))",
    "sympify('x')",
    "os.system",
    "numpy.sin(x)",
    "math.sin(x)",
    "np.tanh(x)",
    "diff(x)",
    "Integral(x)",
    "x!",
]


@pytest.mark.parametrize("text", UNSAFE)
def test_unsafe_or_meaningless_text_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import sympy

    def forbidden(*_: Any, **__: Any) -> Any:
        raise AssertionError("the text was evaluated")

    for name in ("sympify", "parse_expr", "lambdify"):
        monkeypatch.setattr(sympy, name, forbidden)
    monkeypatch.setattr(builtins, "eval", forbidden)
    start = time.process_time()
    with pytest.raises(InputError, match=r"^expression = "):
        Activation.from_expression(text)
    assert time.process_time() - start < 2.0


@pytest.mark.parametrize("value", [None, 3, 2.5, b"x", ["x"], np.array(1.0), object()])
def test_expressions_are_text(value: Any) -> None:
    with pytest.raises(InputError, match="must be a text"):
        Activation.from_expression(value)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("log(x)", "near"),
        ("1/x", "near 0"),
        ("sqrt(x)", "near"),
        ("x**0.5", "near"),
        ("1/(x - 0.3137)", "near 0.3137"),
        ("1/(x**2 - 0.6*x + 0.09)", "near 0.3"),
        ("1/sin(x + 0.1)", "near -0.1"),
        ("log(1 + x)", "near -1"),
        ("exp(exp(x))", "near 6.5"),
        ("exp(30*x)", "near 23"),
        ("exp(x**2)", "near"),
        ("x**-2", "near 0"),
        ("tanh(1/x)", "near 0"),
        ("tanh(2/relu(x - 1))", "near 0"),
        ("log(Abs(x))", "near 0"),
        ("sqrt(1 - x**2)", "near"),
        ("1/(1 - softplus(x))", "near 0.54"),
    ],
)
def test_poles_and_branches_are_refused(text: str, where: str) -> None:
    with pytest.raises(InputError, match=f"not finite and real at x {where}"):
        Activation.from_expression(text)


@pytest.mark.parametrize(
    "text", ["sign(x)", "Heaviside(x)", "x + Heaviside(x - 1)", "Max(x, 0) + sign(x - 2)", "sign(sin(x))"]
)
def test_jumps_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="jumps at x ="):
        Activation.from_expression(text)


@pytest.mark.parametrize(
    "text", ["3", "pi", "x - x", "0*x", "x/x", "Max(3, 2)", "sin(x)**2 + cos(x)**2 - x + x", "x**0"]
)
def test_constants_are_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"depend on x|constant|zero"):
        path_sum(Activation.from_expression(text), depth=3)


@pytest.mark.parametrize("text", ["exp(x**2/2)", "x*exp(x**2*0.7)", "exp(0.6*x**2) + x"])
def test_growth_beyond_a_gaussian_law_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"grows too fast|not finite"):
        Activation.from_expression(text)


def test_growth_is_judged_again_at_the_law_in_use() -> None:
    f = Activation.from_expression("x*exp(x**2/8)")
    assert path_sum(f, depth=2, preactivation_std=1.0).mean_slope == pytest.approx(0.75**-1.5, rel=1e-12)
    with pytest.raises(InputError, match=r"too fast|not finite"):
        path_sum(f, depth=2, preactivation_std=3.0)
    g = Activation.from_expression("1/(x - 50) + x")
    assert path_sum(g, depth=2).mean_slope == pytest.approx(1.0, abs=1e-3)
    with pytest.raises(InputError, match="near 50"):
        path_sum(g, depth=2, preactivation_std=4.0)


@pytest.mark.parametrize(
    ("text", "near"),
    [("than(x)", "tanh"), ("lgo(1 + x*x)", "log"), ("sigmod(x)", "sigmoid"), ("max_(x, 0)", "max"), ("p", "pi")],
)
def test_nearest_names_are_offered(text: str, near: str) -> None:
    with pytest.raises(InputError, match=f"did you mean.*{near}"):
        Activation.from_expression(text)


@pytest.mark.parametrize(
    ("text", "f"),
    [
        ("x*erf(x)", lambda x: x * math.erf(x)),
        ("x*erfc(-x/sqrt(2))/2", lambda x: x * math.erfc(-x / math.sqrt(2)) / 2),
        ("-x**2", lambda x: -(x**2)),
        ("2**-x + x", lambda x: 2**-x + x),
        ("2**3**0.5*x", lambda x: 2 ** (3**0.5) * x),
        ("+x - -x", lambda x: 2 * x),
        ("E**x + e*x + pi", lambda x: math.e**x + math.e * x + math.pi),
        ("ln(1 + x*x) + x", lambda x: math.log(1 + x * x) + x),
        ("arctan(x) + atan(2*x)", lambda x: math.atan(x) + math.atan(2 * x)),
        ("sinh(x/3) - cosh(x/5)", lambda x: math.sinh(x / 3) - math.cosh(x / 5)),
        ("asinh(x) + arcsinh(x - 1)", lambda x: math.asinh(x) + math.asinh(x - 1)),
        ("max(x, 0, -x/2) + min(x, 1)", lambda x: max(x, 0, -x / 2) + min(x, 1)),
        ("abs(x - 1) + x/2", lambda x: abs(x - 1) + x / 2),
        (
            "relu(x - 1) + softplus(2*x) + sigmoid(x)",
            lambda x: max(x - 1, 0) + math.log1p(math.exp(2 * x)) + 1 / (1 + math.exp(-x)),
        ),
        ("x*Heaviside(x) + 0.1*x", lambda x: max(x, 0) + 0.1 * x),
        ("x*sign(x) + x", lambda x: abs(x) + x),
        ("(1 + x**2)**(1/3) + x", lambda x: (1 + x * x) ** (1 / 3) + x),
        ("sign(x)*sqrt(Abs(x))", lambda x: math.copysign(math.sqrt(abs(x)), x)),
        ("(((x)))", lambda x: x),
        ("1_0*x", lambda x: 10 * x),
        ("sin(x)*cos(x)*exp(-x*x)", lambda x: math.sin(x) * math.cos(x) * math.exp(-x * x)),
        ("sqrt((x - 1)**2) + x", lambda x: abs(x - 1) + x),
    ],
)
def test_values_and_derivatives(text: str, f: Any) -> None:
    a = Activation.from_expression(text)
    for x in np.random.default_rng(1).uniform(-5, 5, 60).tolist():
        assert math.isclose(a(x), f(x), rel_tol=1e-13, abs_tol=1e-14)
        if min((abs(x - k) for k in a.kinks), default=1.0) > 1e-3:
            assert math.isclose(a.derivative(x), (f(x + 1e-6) - f(x - 1e-6)) / 2e-6, rel_tol=1e-6, abs_tol=1e-6)


@pytest.mark.parametrize(
    ("text", "kinks"),
    [
        ("Abs(x - pi) + tanh(x)", [math.pi]),
        ("Max(x**2 - 2, x)", [-1.0, 2.0]),
        ("Min(tanh(x), 0.5) + x", [math.atanh(0.5)]),
        ("Abs(x**3 - x)*Abs(x) + x", [-1.0, 0.0, 1.0]),
        ("Max(exp(x) - 3, 0) + x", [math.log(3)]),
        ("x*Heaviside(3*x - 1)*(x - 1/3) + x", [1 / 3]),
        ("tanh(x)", []),
    ],
)
def test_kinks(text: str, kinks: list[float]) -> None:
    found = Activation.from_expression(text).kinks
    assert len(found) == len(kinks)
    assert np.allclose(found, kinks, atol=1e-14)


@pytest.mark.parametrize(
    ("text", "knots", "slopes"),
    [
        ("Max(0, x)", (0.0,), (0.0, 1.0)),
        ("relu(x) + 0.1*Min(x, 0)", (0.0,), (0.1, 1.0)),
        ("Max(-1, Min(1, x))", (-1.0, 1.0), (0.0, 1.0, 0.0)),
        ("Abs(x - 1) - Abs(x + 1) + 3*x", (-1.0, 1.0), (3.0, 1.0, 3.0)),
        ("2*x + 1", (), (2.0,)),
        ("Max(x, x)", (), (1.0,)),
        ("x*Heaviside(x)", (0.0,), (0.0, 1.0)),
    ],
)
def test_piecewise_linear_expressions_get_sections(text: str, knots: Any, slopes: Any) -> None:
    a = Activation.from_expression(text)
    assert a.sections is not None
    assert a.sections.knots == knots
    assert a.sections.slopes == pytest.approx(slopes, abs=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "Max(0, x)",
        "tanh(x)",
        "x - x**3/7",
        "sin(x)*cosh(x/4)",
        "x*Abs(x)",
        "erf(x) + atan(x)",
        "sinh(x)*exp(-x*x)",
        "softplus(x) - softplus(-x)",
        "sigmoid(x) - 1/2",
        "exp(x) - exp(-x)",
        "sign(x)*log(1 + Abs(x))",
        "Max(0.1*x, x)",
    ],
)
def test_exact_zeros_of_the_mean_intercept(text: str) -> None:
    r = path_sum(Activation.from_expression(text), depth=4, preactivation_std=[0.2, 1.0, 2.0, 5.0])
    assert r.rho.tolist() == [0.0] * 4
    assert r.overlap_field().is_zero


def test_almost_odd_is_not_odd() -> None:
    for text in ("tanh(x) + 1e-9*x*x", "x + 1e-12*exp(x)*x", "tanh(x) + Max(0, x - 20)", "sin(x) + 1e-30"):
        assert path_sum(Activation.from_expression(text), depth=2, preactivation_std=3.0).rho[0] != 0.0


def test_expression_equals_catalogue_everywhere() -> None:
    for name in ("gelu", "silu", "softplus", "mish", "elu", "sigmoid"):
        a = activation(name)
        b = Activation.from_expression(a.expression)
        for std in (0.1, 1.0, 7.0):
            r, s = path_sum(a, 3, std), path_sum(b, 3, std)
            assert np.allclose(r.rho, s.rho, rtol=2e-12, atol=0)


def test_derivative_where_double_arithmetic_overflows() -> None:
    a = Activation.from_expression("1/(1 + exp(-x))")
    assert a.derivative(-720.0) == pytest.approx(math.exp(-720.0), rel=1e-9)
    assert a.derivative([-800.0, 800.0]).tolist() == [0.0, 0.0]


def test_pickle_and_equality() -> None:
    a = Activation.from_expression("x*erf(x) + x")
    a(1.0)
    b = pickle.loads(pickle.dumps(a))
    assert a == b
    assert hash(a) == hash(b)
    assert b(1.5) == a(1.5)
    assert Activation.from_expression("x*erf(x) + x", name="mine").label == "mine"
    with pytest.raises(InputError, match="name"):
        Activation.from_expression("x", name="")


_atoms = st.sampled_from(["x", "x", "x", "1", "0.5", "pi", "3", "1e-3"])
_texts = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.builds("({}{}{})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds(
            "{}({})".format, st.sampled_from(["exp", "log", "tanh", "Abs", "sin", "sigmoid", "sqrt", "sign"]), inner
        ),
        st.builds("({})**{}".format, inner, st.sampled_from(["2", "0.5", "-1", "x", "3"])),
        st.builds("Max({},{})".format, inner, inner),
    ),
    max_leaves=5,
)


@given(_texts)
@settings(max_examples=120, deadline=None, derandomize=True)
def test_random_expressions_work_or_are_refused(text: str) -> None:
    try:
        a = Activation.from_expression(text)
        x = np.linspace(-3, 3, 13)
        assert np.all(np.isfinite(a(x)))
        r = path_sum(a, depth=2)
    except SpinGlassError:
        return
    assert np.all(np.isfinite(r.rho))


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_random_text_never_crashes(text: str) -> None:
    try:
        Activation.from_expression(text)
    except InputError:
        return


def test_long_sums_are_not_deep() -> None:
    terms = "+".join(f"Abs(x-{k})" for k in range(45))
    a = Activation.from_expression(terms)
    assert len(a.kinks) == 45
    assert a(0.5) == pytest.approx(sum(abs(0.5 - k) for k in range(45)), rel=1e-14)
    product = Activation.from_expression("*".join(["(1+sin(x)/9)"] * 35))
    assert product(0.3) == pytest.approx((1 + math.sin(0.3) / 9) ** 35, rel=1e-13)


def test_parts_that_vanish_on_an_interval_add_no_kinks() -> None:
    a = Activation.from_expression("Max(Max(x - 0.123, 0), 0) + x")
    assert a.kinks == (0.123,)
