"""From expressions to text: branches, common parts, twofold arithmetic, sums, and what is refused."""

import math

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from derivations.emit import loaded
from spinglass._printing import Assignment, Branch, Kernel, module_text, python_expression
from spinglass.formulary.arithmetics import Multiprecision

x, y, a = sp.symbols("x y a", real=True)
j = sp.Symbol("j", integer=True)


def _functions(*kernels):
    return loaded(kernels[:-1], kernels[-1])


def test_branches_are_taken_in_order():
    kernel = Kernel("size", (x,), (Branch(x < 0, -x), Branch(sp.And(x >= 0, x < 1), x**2), Branch(True, x)))
    size = _functions(kernel)["size"]
    assert [size(-2.0), size(0.5), size(3.0)] == [2.0, 0.25, 3.0]


def test_repeated_parts_are_evaluated_once_and_nothing_is_reassociated():
    text = module_text([Kernel("f", (x, y), (Branch(True, sp.exp(x * y) + sp.sin(sp.exp(x * y)) + x + y),))], "")
    body = text.split("def f_ufunc")[0]
    assert body.count("math.exp") == 1


@pytest.mark.parametrize(
    "expression",
    [
        sp.sqrt(x) ** 3,
        x ** sp.Rational(-3, 2),
        1 / sp.sqrt(x),
        x**-2,
        x ** sp.Rational(1, 3),
        sp.Rational(2, 3) * x - sp.pi,
        sp.exp(1) * x,
        sp.Max(x, 1) - sp.Min(x, 2) + sp.Abs(x - 3),
        sp.log(x) + sp.asinh(x) * sp.erfc(x) - sp.atan(x),
        sp.sign(x - 2) * sp.cosh(x) / (1 + x**2),
        -(x**2) / (x - 7) ** 3,
        sp.Sum(x**j / (2 * j + 1), (j, 0, 12)) * 2 + sp.Sum(sp.cos(j * x), (j, 1, 3)),
    ],
)
@pytest.mark.parametrize("value", [0.3, 1.0, 2.0, 5.5])
def test_printed_expressions_have_the_value_of_sympy(expression, value):
    functions = _functions(Kernel("f", (x,), (Branch(True, expression),)))
    exact = complex(expression.subs(x, sp.Rational(value)).doit().evalf(30)).real
    assert functions["f"](value) == pytest.approx(exact, rel=1e-14)
    with mpmath.workdps(30):
        assert float(functions["f_in"](Multiprecision(), mpmath.mpf(value))) == pytest.approx(exact, rel=1e-15)


def test_python_expression_is_what_the_kernels_hold():
    assert python_expression(sp.sqrt(x) / 2) == "(1/2)*math.sqrt(x)"


def test_twofold_values_keep_what_double_loses():
    difference = Kernel("gap", (x,), (Branch(True, (x**2 - 2) / (x + 1), twofold=True),))
    plain = Kernel("gap", (x,), (Branch(True, (x**2 - 2) / (x + 1)),))
    at = math.sqrt(2)
    exact = (mpmath.mpf(at) ** 2 - 2) / (mpmath.mpf(at) + 1)
    with mpmath.workdps(50):
        exact = (mpmath.mpf(at) ** 2 - 2) / (mpmath.mpf(at) + 1)
        assert abs(_functions(difference)["gap"](at) / exact - 1) < 2e-16
        assert abs(_functions(plain)["gap"](at) / exact - 1) > 1e-3


@given(st.floats(0.01, 100), st.floats(-100, 100), st.floats(0.01, 100))
def test_twofold_arithmetic_against_sixty_digits(first, second, third):
    value = (x * y - sp.sqrt(a) ** 3 / 7) / (1 + x**2) + sp.Rational(1, 3) * a
    kernel = Kernel("f", (x, y, a), (Branch(True, value, twofold=True),), pair=True, private=True)
    high, low = _functions(kernel)["f"](first, second, third)
    with mpmath.workdps(60):
        exact = sp.lambdify((x, y, a), value, "mpmath")(*map(mpmath.mpf, (first, second, third)))
        size = sum(abs(mpmath.mpf(part)) for part in (first * second / (1 + first**2), third**1.5, third))
        assert abs(mpmath.mpf(high) + mpmath.mpf(low) - exact) <= 1e-29 * size


def test_pairs_pass_between_kernels():
    square = Kernel("square", (x,), (Branch(True, x**2, twofold=True),), pair=True, pairs=(x,), private=True)
    outer = Kernel(
        "outer", (x,), (Branch(True, sp.Function("square")(a) - 2, body=(Assignment(a, x / 3, True),), twofold=True),)
    )
    value = loaded([square], outer)["outer"](4.242640687119285)
    with mpmath.workdps(40):
        assert abs(value / ((mpmath.mpf(4.242640687119285) / 3) ** 2 - 2) - 1) < 1e-14


def test_exact_branches_stand_in_for_a_truncated_series():
    series = Branch(True, 1 + x + x**2 / 2)
    kernel = Kernel("f", (x,), (series,), exact=(Branch(True, sp.exp(x)),))
    functions = _functions(kernel)
    assert functions["f"](0.5) == 1.625
    assert float(functions["f_in"](Multiprecision(), mpmath.mpf(0.5))) == pytest.approx(math.exp(0.5), rel=1e-14)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Kernel("f", (x,), (Branch(True, x + y),)),
        lambda: Kernel("f", (x,), (Branch(x < 0, x),)),
        lambda: Kernel("F", (x,), (Branch(True, x),)),
        lambda: Kernel("f", (x,), (Branch(True, x),), before=(Assignment(a, y),)),
        lambda: Kernel("f", (sp.Symbol("h2", real=True),), (Branch(True, sp.Symbol("h2", real=True)),)),
        lambda: module_text([Kernel("f", (x,), (Branch(True, sp.besselj(0, x)),))], ""),
        lambda: module_text([Kernel("f", (x,), (Branch(True, sp.tan(x), twofold=True),))], ""),
    ],
)
def test_what_cannot_be_printed_is_refused(make):
    with pytest.raises(ValueError, match=r"unknown symbols|must hold always|identifier|uses itself|no .*evaluator"):
        make()


def test_curves_hoist_the_constants():
    kernel = Kernel("f", (x, a), (Branch(True, y * x),), constants=(Assignment(y, sp.log(a)),), curve=(x,))
    functions = _functions(kernel)
    out = np.empty(3)
    functions["f_curve"](np.array([1.0, 2.0, 3.0]), 2.0, out)
    np.testing.assert_array_equal(out, [functions["f"](value, 2.0) for value in (1.0, 2.0, 3.0)])
    loop = module_text([kernel], "").split("def f_curve")[1].split("def f_in")[0]
    assert loop.index("math.log") < loop.index("for i")
