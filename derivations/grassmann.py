"""Determinants as integrals over anticommuting and commuting variables: the first step of the supersymmetric method."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from derivations.circles import normal_form
from derivations.claims import Identity, Numbers
from derivations.derivation import Derivation, Result
from derivations.grassmann_algebra import Fermions, GrassmannAlgebra, GrassmannElement, berezin_determinant
from derivations.moments import symmetric_matrix
from derivations.symbols import epsilon, kappa


def bosonic_integral(matrix: Any, eps: float, signature: Sequence[int], points: int = 44) -> complex:
    """(2π)^{−nk/2} ∫ ∏_b dφ_b exp(½ i Σ_b L_b φ_bᵀXφ_b − ½ ε Σ_b φ_bᵀφ_b) over k = len(signature) real vectors of Rⁿ.

    By the trapezoidal rule on all nk axes at once, without use of eigenvalues; it converges exponentially for such
    integrands (1e−14 for eigenvalues up to about 1.5 ε).
    """
    form = np.kron(np.diag(np.asarray(signature, dtype=float)), np.asarray(matrix, dtype=float))
    reach = 8.6 / np.sqrt(eps)
    axis = np.linspace(-reach, reach, points)
    dimensions = form.shape[0]
    grids = np.meshgrid(*[axis] * dimensions, indexing="ij", sparse=True)
    exponent = sum(
        (0.5j * form[j, k] - 0.5 * eps * (j == k)) * grids[j] * grids[k]
        for j in range(dimensions)
        for k in range(dimensions)
    )
    return complex(np.exp(exponent).sum() * ((axis[1] - axis[0]) / np.sqrt(2 * np.pi)) ** dimensions)


derivation = Derivation(
    "grassmann",
    "Determinants as integrals over anticommuting and commuting variables",
    sources=("baskerville2021", "berezin1966"),
    text=r"""
The modulus of a determinant is not a polynomial of the matrix. It becomes an integral whose integrand is an
exponential of the matrix, and can therefore be averaged, by
$$|\det X| = \lim_{\varepsilon\downarrow0}\frac{\det(X)^2}{\sqrt{\det(X-i\varepsilon)}\sqrt{\det(X+i\varepsilon)}} .$$
The numerator is an integral over two copies of anticommuting variables, the denominator one over two real vectors.
Conventions: $\bar\chi_j,\chi_j$ anticommute and $\int d\chi\,\chi=1$, $\int d\chi\,1=0$; the last differential acts
first; every pair is integrated by $d\bar\chi_j\,d\chi_j$.
""",
)


@derivation.step(
    "change-of-variables",
    "Berezin's integral under a linear change of variables",
    flips="the sign of the exchange of two generators",
)
def change_of_variables(sign: int = 1) -> Result:
    r"""The integral picks the coefficient of the highest monomial. With $\theta=T\eta$ for a matrix $T$ of commuting
    numbers, $\int d\eta_n\cdots d\eta_1\,f(T\eta)=\det T\int d\theta_n\cdots d\theta_1\,f(\theta)$: the determinant
    itself, where an ordinary integral would give its inverse modulus. Checked for the most general $f$ of $n\le4$
    generators and a symbolic $T$, the determinant by Leibniz's formula. Generators that commute would give the
    permanent."""
    left, right = [], []
    for size in (1, 2, 3, 4):
        matrix = _symbolic_matrix("t", size)
        values = sp.symbols(f"f:{2**size}")
        algebra = GrassmannAlgebra([f"eta_{j}" for j in range(size)], [*matrix.free_symbols, *values], exchange=-sign)
        function = GrassmannElement(algebra, {mask: algebra.coefficient(value) for mask, value in enumerate(values)})
        images = [
            sum((algebra.coefficient(matrix[j, k]) * eta for k, eta in enumerate(algebra.generators())),
                algebra.constant(0))
            for j in range(size)
        ]  # fmt: skip
        measure = algebra.names[::-1]
        integral = algebra.substitute(function, images).integral(*measure)
        left.append(integral.coefficient())
        right.append(sp.expand(_leibniz(matrix) * function.integral(*measure).coefficient()))
    return Result(
        value=left,
        equation=r"\int d\eta\,f(T\eta)=\det T\int d\theta\,f(\theta)",
        claims=(Identity(left, right, sp.expand, "the integral of f(T eta) against det T by Leibniz, n = 1..4"),),
    )


@derivation.step("determinant", "A Gaussian integral over one copy is a determinant", flips="the sign of the exponent")
def determinant(sign: int = 1) -> Result:
    r"""$\int\prod_jd\bar\chi_jd\chi_j\,e^{-\bar\chi M\chi}=\det M$ for every square matrix, since the exponential of an
    even nilpotent element is a polynomial whose highest term contains each permutation once, with its sign. Computed in
    the algebra for a matrix of $n^2$ symbols, $n=1,\dots,4$. No symmetry or reality of $M$ is needed."""
    matrices = [_symbolic_matrix("m", size) for size in (1, 2, 3, 4)]
    left = [berezin_determinant([matrix], [sign]) for matrix in matrices]
    return Result(
        value=left,
        equation=r"\int\prod_jd\bar\chi_jd\chi_j\,e^{-\bar\chi M\chi}=\det M",
        claims=(Identity(left, [_leibniz(matrix) for matrix in matrices], sp.expand, "det M by Leibniz, n = 1..4"),),
    )


@derivation.step("rank-one", "Sources and rank-one perturbations", flips="the sign of the source in front of e eᵀ")
def rank_one(sign: int = 1) -> Result:
    r"""A perturbation of rank one enters the exponent as the product of two odd elements, of square zero:
    $e^{\kappa(\bar\chi\cdot e)(e\cdot\chi)}=1+\kappa(\bar\chi\cdot e)(e\cdot\chi)$, and
    $\int\chi_j\bar\chi_k\,e^{-\bar\chi M\chi}=(\operatorname{adj}M)_{jk}$. Hence
    $\det(M-\kappa ee^T)=\det M-\kappa\,e^T(\operatorname{adj}M)\,e$, which is the factor $1-\kappa\,e^TM^{-1}e$ of the
    low-rank calculation. Symbolic $M$ and $e$, $n=1,2,3$."""
    left, right = [], []
    for size in (1, 2, 3):
        matrix = _symbolic_matrix("m", size)
        vector = sp.Matrix(sp.symbols(f"e_1:{size + 1}"))
        fermions = Fermions(size, 1, [*matrix.free_symbols, *vector.free_symbols, kappa])
        chi, chibar = fermions.chi(), fermions.chibar()
        weight = (-fermions.bilinear(chibar, matrix, chi)).exp()
        along = fermions.bilinear(chibar, vector * vector.T, chi)
        left.append(fermions.integral((1 + sign * fermions.algebra.coefficient(kappa) * along) * weight))
        right.append(_leibniz(matrix - kappa * vector * vector.T))
        cofactors = [fermions.integral(chi[j] * chibar[k] * weight) for j in range(size) for k in range(size)]
        left.extend(cofactors)
        right.extend(matrix.adjugate())
    return Result(
        value=left,
        equation=r"\int\bigl(1+\kappa(\bar\chi\cdot e)(e\cdot\chi)\bigr)e^{-\bar\chi M\chi}=\det(M-\kappa ee^T)",
        claims=(Identity(left, right, sp.expand, "adjugates and the determinant of the perturbed matrix"),),
    )


@derivation.step(
    "two-copies", "Two copies give the square of the determinant", flips="the sign of the second copy's exponent"
)
def two_copies(sign: int = 1) -> Result:
    r"""Copies do not interact, and pairs are even, so that
    $\int e^{-\bar\chi_1M\chi_1-\bar\chi_2M'\chi_2}=\det M\,\det M'$; with $M=M'$ the square. Computed in one algebra
    with all $4n$ generators, for two different matrices of $n^2$ symbols each, $n\le4$ (65 536 monomials), and for
    $M=M'$ symmetric. With the second sign reversed the result is $(-1)^n\det M\,\det M'$: only odd $n$ notice."""
    cases = [(_symbolic_matrix("m", size), _symbolic_matrix("k", size)) for size in (1, 2, 3, 4)]
    cases += [(symmetric_matrix(size, "m"),) * 2 for size in (2, 3, 4)]
    left = [berezin_determinant(pair, [1, sign]) for pair in cases]
    return Result(
        value=left,
        equation=r"\int\prod_{a,j}d\bar\chi_{aj}d\chi_{aj}\,e^{-\sum_a\bar\chi_aM\chi_a}=(\det M)^2",
        claims=(
            Identity(left, [_leibniz(one) * _leibniz(two) for one, two in cases], sp.expand, "determinants by Leibniz"),
        ),
    )


@derivation.step(
    "boson-phase", "One real variable: the Gaussian integral with its phase", flips="the sign of i in the solution"
)
def boson_phase(sign: int = 1) -> Result:
    r"""$I(c)=(2\pi)^{-1/2}\int e^{-c\varphi^2/2}d\varphi$ for $\operatorname{Re}c>0$. Integrating
    $\frac{d}{d\varphi}(\varphi e^{-c\varphi^2/2})$ gives $2c\,I'(c)+I(c)=0$; with $I(1)=1$ the solution is $c^{-1/2}$,
    on the principal branch because $c$ never leaves the right half plane. For the integrand of the bosons
    $c=\varepsilon-i\lambda$ (first vector) and $\varepsilon+i\lambda$ (second), so the phases are
    $e^{\pm\frac i2\arctan(\lambda/\varepsilon)}$, opposite to each other. Written as $(X\mp i\varepsilon)^{-1/2}$ one
    must take the branch that this integral defines, eigenvalue by eigenvalue: the principal root of a whole determinant
    is wrong as soon as the phases add up beyond $\pi$. Checked against the integral itself to 30 digits, by the
    trapezoidal rule, and against modulus and phase."""
    c, angle, lam = sp.Symbol("c"), sp.Symbol("phi", real=True), sp.Symbol("lambda", real=True)
    function = sp.Function("I")
    by_parts = sp.diff(angle * sp.exp(-c * angle**2 / 2), angle)  # integrates to zero: I + 2 c I' = 0
    unit, second = sp.Poly(sp.simplify(by_parts * sp.exp(c * angle**2 / 2)), angle).all_coeffs()[::-2]
    start = sp.integrate(sp.exp(-(angle**2) / 2), (angle, -sp.oo, sp.oo)) / sp.sqrt(2 * sp.pi)
    equation = sp.Eq(unit * function(c) - 2 * second * function(c).diff(c), 0)
    solution = sp.dsolve(equation, function(c), ics={function(1): start}).rhs
    value = solution.subs(c, epsilon - sign * sp.I * lam)
    polar = (epsilon**2 + lam**2) ** sp.Rational(-1, 4) * sp.exp(sp.I * sp.atan(lam / epsilon) / 2)
    rows = []
    with mpmath.workdps(40):
        for number, eps in itertools.product((-3, -1, 0, sp.Rational(1, 2), 2), (sp.Rational(1, 2), 1)):
            derived = mpmath.mpmathify(sp.N(value.subs({lam: number, epsilon: eps}), 40))
            rows.append((f"lambda = {number}, eps = {eps}", derived, _line_integral(number, eps)))
            shown = mpmath.mpmathify(sp.N(polar.subs({lam: number, epsilon: eps}), 40))
            rows.append((f"polar form, lambda = {number}, eps = {eps}", derived, shown))
    modulus = sp.simplify(sp.expand_complex(1 / (value * value.subs(lam, -lam)) ** 2))
    return Result(
        value=value,
        equation=r"(2\pi)^{-1/2}\int d\varphi\,e^{\frac i2\lambda\varphi^2-\frac\varepsilon2\varphi^2}"
        r"=(\varepsilon-i\lambda)^{-1/2}",
        claims=(
            Numbers(rows, 1e-30, ("the solution", "the integral, and modulus and phase")),
            Identity(modulus, epsilon**2 + lam**2, what="the two vectors together"),
        ),
    )


@derivation.step(
    "bosons",
    "Two real vectors give the inverse roots",
    flips="the sign of the second entry of L",
)
def bosons(sign: int = 1) -> Result:
    r"""For $\Phi=(\varphi_1\,\varphi_2)$ and $L=\operatorname{diag}(1,-1)$ the exponent
    $\frac i2\operatorname{tr}[X\Phi L\Phi^T]-\frac\varepsilon2\operatorname{tr}\Phi^T\Phi$ separates into the two
    vectors. A rotation to the eigenbasis of $X$ has Jacobian one and separates it into $2n$ integrals of the previous
    step, each with its $(2\pi)^{-1/2}$: together $(2\pi)^{-n}$ and
    $\prod_j(\varepsilon-i\lambda_j)^{-1/2}(\varepsilon+i\lambda_j)^{-1/2}=\prod_j(\lambda_j^2+\varepsilon^2)^{-1/2}$,
    that is $\det(X-i\varepsilon)^{-1/2}\det(X+i\varepsilon)^{-1/2}$, in which the phases have cancelled. The
    separations are checked symbolically for $n=2,3$ with the general rotation, the constant and the phases by the
    integrals over all $n$ and all $2n$ real variables for $n=1,2$ (trapezoidal rule, $X$ not diagonal, of either sign
    and indefinite)."""
    one_line = boson_phase()
    lam = sp.Symbol("lambda", real=True)
    signature = (1, -sign)
    rows: list[tuple[str, Any, Any]] = []
    for matrix, eps in _EXAMPLES:
        eigenvalues = np.linalg.eigvalsh(np.array(matrix, dtype=float))
        line = sp.lambdify((lam, epsilon), one_line, "numpy")
        for count in (1, 2):
            factors = [line(complex(entry * value), eps) for entry in signature[:count] for value in eigenvalues]
            direct = bosonic_integral(matrix, eps, (1, -1)[:count])
            rows.append((f"X = {matrix}, {count} vectors", np.prod(factors), direct))
    squared = sp.simplify(sp.expand_complex(sp.prod(one_line.subs(lam, entry * lam) ** 2 for entry in signature)))
    rotated = [_rotated_form(size) for size in (2, 3)]
    phi = sp.Matrix(2, 2, sp.symbols("phi_11 phi_12 phi_21 phi_22"))
    matrix = symmetric_matrix(2, "x")
    trace = (matrix * phi * sp.diag(*signature) * phi.T).trace()
    separated = (phi[:, 0].T * matrix * phi[:, 0] - phi[:, 1].T * matrix * phi[:, 1])[0]
    return Result(
        value=sp.sqrt(squared),  # the positive root: the two phases are opposite
        equation=r"(2\pi)^{-n}\int d\Phi\,"
        r"e^{\frac i2\operatorname{tr}[X\Phi L\Phi^T]-\frac\varepsilon2\operatorname{tr}\Phi^T\Phi}"
        r"=\prod_j(\lambda_j^2+\varepsilon^2)^{-1/2}",
        claims=(
            Identity(trace, separated, sp.expand, "the exponent separates into the two vectors"),
            Identity([one for one, _ in rotated], [other for _, other in rotated], what="the eigenbasis, n = 2, 3"),
            Identity(squared, 1 / (lam**2 + epsilon**2), what="the square of the product for one eigenvalue"),
            Numbers(rows, 1e-13, ("products over eigenvalues", "the integral over all variables")),
        ),
    )


@derivation.step("modulus", "The modulus of the determinant", flips="the sign of the second entry of L")
def modulus(sign: int = 1) -> Result:
    r"""Both together:
    $\det(X)^2\prod_j(\lambda_j^2+\varepsilon^2)^{-1/2}=\prod_j\lambda_j^2(\lambda_j^2+\varepsilon^2)^{-1/2}$, which
    grows to $\prod_j|\lambda_j|=|\det X|$ as $\varepsilon\downarrow0$ (and is zero throughout when an eigenvalue
    vanishes). It grows monotonically and stays below $|\det X|$, so that an average over $X$ may be taken before the
    limit. The first correction is $-\frac{\varepsilon^2}2\operatorname{tr}X^{-2}$, relatively. For $n=1$ everything is
    explicit. For $n=1,2,3$ the square is computed in the Grassmann algebra from a rational matrix that is not diagonal,
    the denominator from its characteristic polynomial,
    $\det(X-i\varepsilon)\det(X+i\varepsilon)=\det(X^2+\varepsilon^2)$."""
    positive = sp.Symbol("lambda", positive=True)
    general = sp.Symbol("lambda", real=True)
    regular = berezin_determinant([[[general]], [[general]]]) * bosons.result(sign).value
    limits = [sp.limit(regular.subs(general, value), epsilon, 0, "+") for value in (positive, -positive, 0)]
    squares, moduli = [], []
    for matrix in ([[-3]], [[1, 2], [2, -1]], [[2, -1], [-1, 3]], [[1, 2, 0], [2, -1, 1], [0, 1, -2]]):
        exact = sp.Matrix(matrix)
        size = exact.rows
        fermionic = berezin_determinant([exact, exact])
        bosonic = (epsilon * sp.eye(size) - sp.I * exact).det() * (epsilon * sp.eye(size) + sign * sp.I * exact).det()
        squares.append(sp.sqrt(sp.limit(fermionic**2 / sp.expand(bosonic), epsilon, 0, "+")))
        moduli.append(abs(_leibniz(exact)))
    series = sp.series(regular.subs(general, positive), epsilon, 0, 3).removeO()
    return Result(
        value=regular,
        equation=r"|\det X|=\lim_{\varepsilon\downarrow0}\det(X)^2"
        r"\det(X-i\varepsilon)^{-1/2}\det(X+i\varepsilon)^{-1/2}",
        claims=(
            Identity(limits, [positive, positive, 0], what="n = 1: positive, negative, zero"),
            Identity(series, positive - epsilon**2 / (2 * positive), what="the first correction"),
            Identity(squares, moduli, what="n = 1, 2, 2, 3: the modulus of Leibniz's determinant"),
        ),
    )


_EXAMPLES = (([[1.25]], 1.0), ([[-0.75]], 0.5), ([[1.0, 0.5], [0.5, -0.75]], 1.0), ([[1.0, 0.25], [0.25, 0.5]], 1.0),
             ([[-1.0, 0.5], [0.5, -0.5]], 1.0))  # fmt: skip


def _symbolic_matrix(name: str, size: int) -> Any:
    return sp.Matrix(size, size, lambda j, k: sp.Symbol(f"{name}_{j + 1}{k + 1}"))


def _leibniz(matrix: Any) -> Any:
    """The determinant from its definition, the sum over permutations."""
    size = matrix.rows
    return sum(
        sp.LeviCivita(*order) * sp.prod(matrix[j, k] for j, k in enumerate(order))
        for order in itertools.permutations(range(size))
    )


def _line_integral(lam: Any, eps: Any) -> Any:
    """(2π)^{−1/2} ∫ exp(½ iλφ² − ½ εφ²) dφ by the trapezoidal rule, at the working precision of mpmath.

    The rule with step h errs by exp(−2π² Re(1/c)/h²), c = ε − iλ, and the sum is cut where e^{−εφ²/2} is that small.
    """
    c = mpmath.mpc(mpmath.mpmathify(eps), -mpmath.mpmathify(lam))
    digits = mpmath.log(10) * mpmath.mp.dps
    step = mpmath.pi * mpmath.sqrt(2 * (1 / c).real / digits)
    count = int(mpmath.ceil(mpmath.sqrt(2 * digits / c.real) / step))
    total = 1 + 2 * mpmath.fsum(mpmath.exp(-c * (j * step) ** 2 / 2) for j in range(1, count + 1))
    return step * total / mpmath.sqrt(2 * mpmath.pi)


def _rotated_form(size: int) -> tuple[list[Any], list[Any]]:
    """φᵀXφ, det O and det(ε − iX) for X = O diag(λ) Oᵀ and φ = Oψ with the general rotation O; what they must be."""
    angles = sp.symbols(f"alpha_1:{size * (size - 1) // 2 + 1}", real=True)
    eigenvalues = sp.symbols(f"lambda_1:{size + 1}", real=True)
    psi = sp.Matrix(sp.symbols(f"psi_1:{size + 1}", real=True))
    rotation = sp.eye(size)
    for angle, (j, k) in zip(angles, itertools.combinations(range(size), 2), strict=True):
        plane = sp.eye(size)
        plane[j, j] = plane[k, k] = sp.cos(angle)
        plane[j, k], plane[k, j] = -sp.sin(angle), sp.sin(angle)
        rotation = rotation * plane
    matrix = rotation * sp.diag(*eigenvalues) * rotation.T
    phi = rotation * psi
    resolvent = _leibniz(epsilon * sp.eye(size) - sp.I * matrix)
    left = [normal_form(form, angles) for form in ((phi.T * matrix * phi)[0], _leibniz(rotation), resolvent)]
    right = [sum(value * entry**2 for value, entry in zip(eigenvalues, psi, strict=True)), sp.Integer(1),
             sp.prod(epsilon - sp.I * value for value in eigenvalues)]  # fmt: skip
    return left, right
