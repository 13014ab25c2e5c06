"""The supersymmetric integral at large n: exponents, saddles, contours and constants."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from derivations.claims import Claim, Identity, Numbers, Order
from derivations.deferred import deferred
from derivations.derivation import Derivation, Result
from derivations.determinant_integral import at_order, e1, e2, fermionic_polynomial, logarithmic_kernel
from derivations.fyodorov_routes import by_skew_moments
from derivations.moments import gaussian_expectation
from derivations.saddle_contours import along, bosonic_weight, fermionic_integral
from derivations.symbols import n, q1, q2, x, xi

derivation = Derivation(
    "saddle-points",
    "Saddle points of the exact integral",
    sources=("baskerville2021",),
    text=r"""
The starting point is the exact integral of the derivation "determinant",

$$E|\det(A_n-\xi)| = \frac{(2\pi)^{-n}\pi^{n-1/2}}{\Gamma(\frac n2)\Gamma(\frac{n-1}2)}\int_{q_1>0>q_2}
(-\Delta\log\Delta)\,|q_1q_2|^{(n-3)/2}e^{-(q_1^2+q_2^2)/4-i\xi(q_1+q_2)/2}\,P_n\,dq_1dq_2,$$

$\Delta = q_1-q_2$, $P_n = E_r\prod_{a=1,2}(\xi+ir_a)^{n-2}(\xi+ir_a-iq_1)(\xi+ir_a-iq_2)$, the density of
$(r_1,r_2)$ being $(r_1-r_2)^4e^{-(r_1^2+r_2^2)/2}/(24\pi)$. With $\xi = x\sqrt n$, $r_a = -i\sqrt n\,y_a$,
$q_b = i\sqrt n\,z_b$ it is a four-dimensional integral of $e^{n(F(y_1)+F(y_2)+G(z_1)+G(z_2))}$ times a
prefactor without $n$ in an exponent. The prefactor vanishes at the leading saddle: inside the bulk twice over and
outside through $(y_1-y_2)^4$, so that
Gaussian moments up to fourth order, with the cubic and quartic terms of the exponent, are needed. They are taken by
machine. Everything is checked against exact values at finite $n$.
""",
)

y, z = sp.symbols("y z")
m = sp.Symbol("m")  # the saddle; x = −(m + 1/m)
ell = sp.Symbol("ell")  # log(i √n (z1 − z2)) at the saddle: must drop out
phi = sp.Symbol("phi", positive=True)  # x = −2 cos φ, m = exp(iφ) inside the bulk
AT_SADDLE = {x: -(m + 1 / m)}
y1, y2, z1, z2 = sp.symbols("y1 y2 z1 z2")
# What multiplies e^{n(F(y1) + F(y2) + G(z1) + G(z2))}: fermions, and bosons without their logarithm.
FERMIONS = (y1 - y2) ** 4 * sp.prod((x + a + z1) * (x + a + z2) / (x + a) ** 2 for a in (y1, y2))
BOSONS = (z1 - z2) * (z1 * z2) ** sp.Rational(-3, 2)


@derivation.step("exponents", "Exponents and saddles", flips="the sign of xy in the saddle-point equation")
def exponents(sign: int = 1) -> Result:
    r"""$r = -i\sqrt n\,y$ turns $(\xi+ir)^n e^{-r^2/2}$ into $n^{n/2}e^{nF(y)}$ with $F = \log(x+y) + y^2/2$, and $q
    = i\sqrt n\,z$ turns $|q|^{n/2}e^{-q^2/4-i\xi q/2}$ into $n^{n/4}e^{nG(z)}$ with $G = \tfrac12(\log z + z^2/2 +
    xz)$, up to the phase that $|q|$ stands for. Both have the saddle-point equation $y^2+xy+1=0$ of the semicircle:
    the saddles are $m = m_{sc}(x)$ and $1/m$. At a saddle $x + y = -1/y$.

    Check: the values $e^{nF}$ and $e^{nG}$ against the integrand in the old variables; both slopes vanish at both
    roots; the curvatures are $F'' = 1 - y^2$ and $G'' = \tfrac12(1 - z^{-2})$ there.
    """
    fermion = sp.log(x + y) + y**2 / 2
    boson = (sp.log(z) + z**2 / 2 + x * z) / 2
    equation = sp.numer(sp.together(sp.diff(fermion, y)))
    equation = (
        equation.coeff(y, 0) + sign * sp.expand(equation).coeff(y, 1) * y + sp.expand(equation).coeff(y, 2) * y**2
    )
    roots = [root.subs(AT_SADDLE) for root in sp.solve(sp.expand(equation), y)]
    roots = [sp.simplify(root.replace(lambda e: e.is_Pow and e.exp == sp.Rational(1, 2),
                                      lambda e: m - 1 / m)) for root in roots]  # fmt: skip
    slopes = [sp.diff(f, t).subs(AT_SADDLE).subs(t, root) for root in roots for f, t in ((fermion, y), (boson, z))]
    curvatures = [
        sp.diff(f, t, 2).subs(AT_SADDLE).subs(t, root) for root in roots for f, t in ((fermion, y), (boson, z))
    ]
    expected = [value.subs(t, root) for root in roots for value, t in ((1 - y**2, y), ((1 - z**-2) / 2, z))]
    rows = []
    size, place = 7, 0.6
    for old in (0.4, -1.7):
        shift = place * math.sqrt(size)
        point = {x: place, y: 1j * old / math.sqrt(size), z: -1j * old / math.sqrt(size)}
        one = complex(sp.exp(size * fermion.subs(point)).evalf()) * size ** (size / 2)
        rows.append((f"F at r = {old}", one, (shift + 1j * old) ** size * math.exp(-(old**2) / 2)))
        one = complex(sp.exp(size * boson.subs(point)).evalf()) * size ** (size / 4)
        phase = complex(sp.exp(-1j * sp.sign(old) * sp.pi * size / 4).evalf())  # z = −i q/√n
        direct = abs(old) ** (size / 2) * complex(sp.exp(-(old**2) / 4 - 0.5j * shift * old).evalf())
        rows.append((f"G at q = {old}", one, direct * phase))
    claims = (
        Identity(slopes, [0] * 4, what="both slopes vanish at both roots"),
        Identity(curvatures, expected, what="curvatures at the saddles"),
        Numbers(rows, 1e-12, ("exponents in the new variables", "the integrand in the old ones")),
    )
    value = {"fermion": fermion, "boson": boson, "roots": roots}
    return Result(value, [sp.Eq(sp.Function("F")(y), fermion), sp.Eq(sp.Function("G")(z), boson)], claims)


@derivation.step(
    "contours", "Which saddles contribute", flips="the side of the cut from which the bosonic contour is turned"
)
def contours(sign: int = 1) -> Result:
    r"""Fermions: $e^{nF}$ is entire, and the contour (the imaginary axis) may be moved sideways. Inside the bulk the
    line $\operatorname{Re}y = -x/2$ meets both saddles, and on it $\operatorname{Re}F = \tfrac12\log(x^2/4+t^2) +
    (x^2/4-t^2)/2$ is largest exactly there: both contribute. Outside, the line through $y=m$, $|m|<1$, has
    $\operatorname{Re}F = \tfrac12\log(m^{-2}+t^2)+(m^2-t^2)/2$, which falls from $t=0$ on: only $m$ contributes; at
    $1/m$ the curvature $1-m^{-2}$ is negative, and steepest descent runs along the real axis, where the contour does
    not go.

    Bosons: $z_1 = -iq_1/\sqrt n$ runs from 0 to $-i\infty$, $z_2$ from $i\infty$ to 0, and 0 is a valley. Inside:
    from 0 straight to $\bar m$ (on the ray $z=\tau\bar m$ the slope of $2\operatorname{Re}G$ is
    $(\tau-1)((x^2/2-1)\tau-1)/\tau > 0$ up to $\tau=1$), then vertically down, where it falls: $z_1$ takes $\bar m$
    alone, $z_2$ takes $m$ alone. Outside, for $x>2$: along the lower side of the negative axis from 0 over the
    maximum at $m$ to the minimum at $1/m$, which for the vertical direction is a maximum, and down from there: $m$
    alone, $1/m$ being exponentially smaller; $z_2$ takes the mirror image on the upper side of the cut.

    Check: integrals along the old and the new contours.
    """
    rows = []
    with mpmath.workdps(25):
        for place, size in (("0.6", 12), ("-1.7", 9), ("2.6", 10)):
            at = mpmath.mpf(place)
            inside = abs(at) < 2
            saddle = (-at + mpmath.sqrt(at**2 - 4)) / 2
            through = -at / 2 if inside else saddle
            hermite = mpmath.hermite(size, at * mpmath.sqrt(size / mpmath.mpf(2))) * mpmath.mpf(2) ** (
                -mpmath.mpf(size) / 2
            )
            moved = fermionic_integral(at, size, through) * mpmath.mpf(size) ** (mpmath.mpf(size + 1) / 2)
            rows.append((f"He_{size} at x = {place}", moved / mpmath.sqrt(2 * mpmath.pi), hermite))
        for place, size in (("0.6", 12), ("-1.7", 9), ("2.6", 10)):
            at = mpmath.mpf(place)
            weight = bosonic_weight(at, size)
            straight = along(weight, [mpmath.mpc(0), -1j * mpmath.mpf(1)], -1j * mpmath.mpf(1))
            if abs(at) < 2:
                saddle = -at / 2 - 1j * sign * mpmath.sqrt(4 - at**2) / 2
                turned = along(weight, [mpmath.mpc(0), saddle], -1j * sign * mpmath.mpf(1))
            else:
                saddle, far = (-at + mpmath.sqrt(at**2 - 4)) / 2, (-at - mpmath.sqrt(at**2 - 4)) / 2
                hair = mpmath.mpc(0, -sign * mpmath.mpf(10) ** -40)
                turned = along(
                    lambda value, hair=hair, weight=weight: weight(value + hair),
                    [mpmath.mpc(0), saddle, far],
                    -1j * sign * mpmath.mpf(1),
                )
            rows.append((f"bosonic integral at x = {place}", turned, straight))
    claims = (Numbers(rows, 1e-16, ("through the saddles", "Hermite polynomials, the original contour")),)
    shown = r"y_a\in\{m,\bar m\},\ (z_1,z_2)=(\bar m,m)\ \text{inside};\quad y_a=m,\ z_b=m\ \text{outside}"
    return Result({"inside": ((m, 1 / m), (1 / m, m)), "outside": ((m, m), (m, m))}, shown, claims)


@derivation.step(
    "constants", "The constants in front", flips="the sign of log(n − 1) in log Γ(n − 1) = log n! − log n − log(n − 1)"
)
def constants(sign: int = 1) -> Result:
    r"""With $\Gamma(\tfrac n2)\Gamma(\tfrac{n-1}2) = 2^{2-n}\sqrt\pi\,\Gamma(n-1)$ and Stirling's formula, the
    constant of the integral and the powers of $n$ that the new variables bring are, up to $1 + O(1/n)$,

    $$C\, n^{(3n+6)/2} = \frac{n^{(3n+6)/2}}{4\pi\,\Gamma(n-1)} \approx \frac{n^{n/2} e^n}{4\pi\sqrt{2\pi}}\,n^{9/2}.$$

    The powers are $n$ from $dq_1dq_2$, $n^{(n-3)/2}$ from $|q_1q_2|$, $n^3$ from $dr_1dr_2(r_1-r_2)^4$,
    $n^{n-2}\,n^2$ from the fermionic factors and $\sqrt n$ from $\Delta$. The phases left over are $-1$ from
    $dr_1dr_2 = -n\,dy_1dy_2$, $-i$ from $-\Delta = -i\sqrt n(z_1-z_2)$, $1$ from $dq_1dq_2$ (both $z$ running
    outwards) and from $|q_1q_2| = n z_1z_2$.

    Checks: the constant and the fermionic factor are those of the derivation "determinant"; Stirling's formula; and
    the whole integral in the new variables, phases included, by quadrature at $n = 3, 4$.
    """
    stirling = n * sp.log(n) - n + sp.log(2 * sp.pi * n) / 2
    log_gamma = stirling - sp.log(n) - sign * sp.log(n)  # log(n − 1) = log n + O(1/n)
    gamma = sp.Symbol("log_gamma")  # log Γ(n − 1)
    kernel = logarithmic_kernel().subs(sp.gamma(n - 1), sp.exp(gamma))
    powers = n ** ((3 * n + 6) / 2)
    whole = kernel * powers * -1 * -sp.I / (24 * sp.pi)  # density of (r1, r2), phases of dr1 dr2 and of Δ
    value = _without_growth(whole.subs(gamma, log_gamma))

    def claims() -> tuple[Claim, ...]:
        exact = sp.lambdify((n, gamma), sp.log(whole / sp.I), "mpmath")
        numeric = sp.lambdify(n, sp.log(value / sp.I), "mpmath")
        sizes, errors = (20, 80, 320, 1280), []
        with mpmath.workdps(30):
            for size in map(mpmath.mpf, sizes):
                known = exact(size, mpmath.loggamma(size - 1))
                errors.append(float(abs(mpmath.expm1(known - size / 2 * mpmath.log(size) - size - numeric(size)))))
        rows = []
        for size, place in ((3, 0.6), (4, -0.9)):
            front = complex(whole.subs(gamma, sp.log(sp.gamma(n - 1))).subs(n, size).evalf())
            found = front * _new_integral(size, place)
            rows.append((f"n = {size}, x = {place}", found, by_skew_moments(size, place * mpmath.sqrt(size))))
        old, new = [], []
        for size in (2, 3):
            back = {x: xi / sp.sqrt(size), z1: -sp.I * q1 / sp.sqrt(size), z2: -sp.I * q2 / sp.sqrt(size)}
            new.append(sp.Integer(size) ** (size + 2) / 12 * _fermionic_average(size).subs(back))
            old.append(at_order(fermionic_polynomial(), size).subs({e1: q1 + q2, e2: q1 * q2}))
        return (
            Identity(whole * -sp.I * 96 * sp.pi**2 * sp.exp(gamma) / powers, 1, what="the constant of the integral"),
            Identity(new, old, sp.expand, "the fermionic factor of the derivation determinant, n = 2, 3"),
            Numbers(rows, 1e-10, ("quadrature in the new variables", "Fyodorov's identity with skew moments")),
            Order(sizes, errors, -1),
        )

    shown = sp.Eq(sp.Symbol("K_n"), sp.Symbol("n") ** (n / 2) * sp.exp(n) * value, evaluate=False)
    return Result(value, shown, deferred(claims))


def _without_growth(constant: Any) -> Any:
    """The constant over n^{n/2} e^n: its logarithm without its phase, simplified."""
    phase = sp.I
    logarithm = sp.expand_log(sp.log(constant / phase), force=True) - n / 2 * sp.log(n) - n
    return phase * sp.simplify(sp.exp(sp.expand(logarithm)))


def _fermionic_average(size: int) -> Any:
    """E over y_a = i g_a/√n, g standard normal, of the fermionic factor and e^{nF}: a polynomial in x, z1, z2."""
    normal = sp.symbols("g1 g2", real=True)
    weight = sp.exp(sp.expand(size * (exponents()["fermion"] - y**2 / 2)))  # (x + y)^n
    factor = sp.cancel(FERMIONS * weight.subs(y, y1) * weight.subs(y, y2))
    there = {a: sp.I * g / sp.sqrt(size) for a, g in zip((y1, y2), normal, strict=True)}
    return gaussian_expectation(sp.expand(sp.expand(factor).subs(there)), dict.fromkeys(normal, 1))


def _new_integral(size: int, place: float) -> Any:
    """The four-dimensional integral in y and z at a small n: fermions by Gaussian moments, z1 = −ia, z2 = ib."""
    fermions = _fermionic_average(size) * sp.I**2 * 2 * sp.pi / size  # dy1 dy2 upwards
    weights = [sp.exp(sp.expand(size * exponents()["boson"])).subs(z, end) for end in (z1, z2)]
    logarithm = sp.log(sp.I * sp.sqrt(size) * (z1 - z2))
    integrand = sp.lambdify(
        (z1, z2), (sp.expand(fermions) * weights[0] * weights[1] * BOSONS * logarithm).subs(x, place), "numpy"
    )
    nodes, gauss = np.polynomial.legendre.leggauss(100)
    root, angle = (nodes + 1) * 1.2, (nodes[:, None] + 1) * math.pi / 4  # a + b = root³, a/(a + b) = sin² angle
    radius, share = root**3, np.sin(angle) ** 2
    measure = gauss * 1.2 * 3 * root**2 * radius * (gauss[:, None] * math.pi / 4 * np.sin(2 * angle))
    return complex(np.sum(measure * integrand(-1j * radius * share, 1j * radius * (1 - share))))
