"""From Σ(u, m) to the phase diagram: the supremum over the radial derivative, stationary latitudes, signal points."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import sympy as sp

from derivations import growth_rates, mixed_rates
from derivations.claims import Claim, Identity, Numbers
from derivations.covariance_symbols import X0, X1, X2
from derivations.deferred import deferred
from derivations.derivation import Derivation, Result
from derivations.mixed_rates import field_slope, field_value, zed
from derivations.symbols import m, p, u, x

derivation = Derivation(
    "phase-diagram",
    "The phase diagram in a field of order N",
    sources=("benarous2019", "auffinger2013smooth"),
    text=r"""
In a field $D = N\,d(m)$ the number of critical points near energy density $u$ and latitude $m$ grows like
$e^{N\Sigma(u,m)}$. Which latitude dominates, with which index, and where nothing is left to count: these steps turn
$\Sigma(u,m)$ into the functions that answer. One function, the log-potential shifted by a Gaussian, serves the pure
glass, mixtures and the total number alike. Then come the slope in the latitude, the curvature at the equator, the
points of the signal, the field in which the landscape becomes trivial, the price of an index, and the equality of the
annealed zero with the one-step ground-state energy.
""",
)

c = sp.Symbol("c", nonnegative=True)  # the pull on the shift
kap = sp.Symbol("kappa", real=True)  # variance of the shift, less one, in units of the log-potential
grow = sp.Symbol("w", positive=True)  # w > 1: the shift is w + 1/w
beta = sp.Symbol("beta", nonnegative=True)  # ξ′/ξ, and 0 for the total number
e = sp.Symbol("e", real=True)  # u − d, the energy of the random part
d2 = sp.Symbol("d2", real=True)  # d″(m)
part = sp.Symbol("s", positive=True)  # sin of the latitude's distance from the pole: √(1 − m²)


def _sup(objective: Any, low: Any, high: Any, count: int = 400) -> tuple[Any, Any]:
    """(place, value) of the largest value on [low, high]: a grid, then golden section, in mpmath's precision."""
    places = [low + (high - low) * mpmath.mpf(j) / count for j in range(1, count)]
    best = max(places, key=objective)
    step = (high - low) / count
    left, right = best - step, best + step
    golden = (mpmath.sqrt(5) - 1) / 2
    for _ in range(int(2.2 * mpmath.mp.dps) + 20):
        one, other = right - golden * (right - left), left + golden * (right - left)
        if objective(one) > objective(other):
            right = other
        else:
            left = one
    return (left + right) / 2, objective((left + right) / 2)


def potential(place: Any) -> Any:
    """Φ in mpmath's precision."""
    place = abs(place)
    if place <= 2:
        return place**2 / 4 - mpmath.mpf(1) / 2
    w = (place + mpmath.sqrt(place**2 - 4)) / 2
    return mpmath.log(w) + 1 / (2 * w**2)


@derivation.step(
    "shifted-potential", "The log-potential under a Gaussian shift", flips="the sign of kappa outside the bulk"
)
def shifted_potential(sign: int = 1) -> Result:
    r"""When the shift of the Hessian is itself Gaussian, of mean $c$ and variance $1+\kappa$ per spin, the growth rate
    takes $G(c,\kappa) = \sup_z\{\Phi(z)-(z-c)^2/(2(1+\kappa))\}$, $c\ge0$, $\kappa<1$ or $c$ large. Inside the bulk
    the bracket is a parabola, with its maximum at $z = 2c/(1-\kappa)$, which is inside for $c\le1-\kappa$:
    $G = c^2/(2(1-\kappa))-\tfrac12$. Outside $\Phi' = 1/w$, $z = w+1/w$, gives $w-\kappa/w = c$ and
    $G = \log w-\kappa/(2w^2)$. The slope $G' = (z-c)/(1+\kappa)$ is $c/(1-\kappa)$ inside and $1/w$ outside. For
    $\kappa\to-1$ the Gaussian is a point and $G = \Phi$.
    """
    inside_bracket = growth_rates.determinant()["inside"].subs(x, zed) - (zed - c) ** 2 / (2 * (1 + kap))
    best = sp.solve(sp.diff(inside_bracket, zed), zed)[0]
    inside = sp.simplify(inside_bracket.subs(zed, best))
    root = (c + sp.sqrt(c**2 + 4 * sign * kap)) / 2
    outside = sp.log(grow) - kap / (2 * grow**2)
    equation = (
        r"G(c,\kappa) = \frac{c^2}{2(1-\kappa)}-\frac12\ (c\le1-\kappa),\qquad"
        r"\log w-\frac{\kappa}{2w^2},\quad w = \tfrac12\bigl(c+\sqrt{c^2+4\kappa}\bigr)\ (c\ge1-\kappa)"
    )
    value = {"inside": inside, "outside": outside, "root": root, "pull_inside": c / (1 - kap), "pull_outside": 1 / grow}

    def claims() -> tuple[Claim, ...]:
        rows = []
        with mpmath.workdps(25):
            for pull, spread in (
                (0.3, 0.5),
                (0.2, -0.4),
                (1.9, -0.9),
                (0.7, 0.5),
                (2.5, 0.3),
                (2.5, -0.999),
                (4, 1.7),
                (0.01, 1.2),
            ):
                a, k_ = mpmath.mpf(str(pull)), mpmath.mpf(str(spread))
                mine = (
                    a**2 / (2 * (1 - k_)) - mpmath.mpf(1) / 2
                    if k_ < 1 and a <= 1 - k_
                    else sp.lambdify((grow, kap), outside, "mpmath")(sp.lambdify((c, kap), root, "mpmath")(a, k_), k_)
                )
                _, best_value = _sup(
                    lambda z, a=a, k_=k_: potential(z) - (z - a) ** 2 / (2 * (1 + k_)), mpmath.mpf(0), mpmath.mpf(12)
                )
                rows.append((f"c = {pull}, kappa = {spread}", mine, best_value))
        place = grow + 1 / grow
        pull_of = grow - kap / grow
        bracket = growth_rates.determinant()["outside"].subs(growth_rates.w, grow) - (place - pull_of) ** 2 / (
            2 * (1 + kap)
        )
        slope = 1 / grow - (place - pull_of) / (1 + kap)
        return (
            Numbers(rows, 1e-15, ("the closed form", "golden section")),
            Identity(sp.expand(bracket), outside, sp.simplify, "the value outside"),
            Identity(slope, 0, sp.simplify, "stationary outside"),
            Identity(sp.diff(inside, c), c / (1 - kap), sp.simplify, "the slope inside"),
            Identity(sp.diff(outside, grow) / sp.diff(pull_of, grow), 1 / grow, sp.simplify, "the slope outside"),
        )

    return Result(value, equation, deferred(claims))


def _pull() -> Any:
    """G′(c, κ), with its branches."""
    parts = shifted_potential()
    return sp.Piecewise((parts["pull_inside"], sp.And(sp.Lt(kap, 1), sp.Le(c, 1 - kap))), (1 / parts["root"], True))


def _potential() -> Any:
    parts = shifted_potential()
    return sp.Piecewise(
        (parts["inside"], sp.And(sp.Lt(kap, 1), sp.Le(c, 1 - kap))),
        (parts["outside"].subs(grow, parts["root"]), True),
    )


@derivation.step(
    "latitude",
    "The rate at a latitude: pure, mixed, total",
    flips="the sign of m d' in the pull",
)
def latitude(sign: int = 1) -> Result:
    r"""In a mixture energy $e = u-d$ and radial derivative of the random part are Gaussian with covariance $C$; given
    $e$, the derivative has mean $\beta e$, $\beta = \xi'/\xi$, and variance $\xi''(1+\kappa)$,
    $\kappa = -\xi'(\xi'-\xi)/(\xi\xi'')$. So

    $$\Sigma(u,m) = \tfrac12+\tfrac12\log\frac{\xi''}{\xi'}+\tfrac12\log(1-m^2)-\frac{d'^2(1-m^2)}{2\xi'}
    -\frac{\beta e^2}{2\xi'}+G\Bigl(\frac{|\beta e+md'|}{\sqrt{\xi''}},\kappa\Bigr).$$

    A pure glass has $\kappa = -1$ and the former $\Sigma(u,m)$. The supremum over all energies is the same function
    with $\beta = 0$ and $\kappa = \xi'/\xi''$: $e$ is left out, and the variance is $\xi'+\xi''$.

    Checks: the pure case symbolically; the total by maximising over $u$, and the mixture by maximising over the
    radial derivative with $C^{-1}$ as it stands, both by golden section.
    """
    pull = (beta * e + sign * m * field_slope) / sp.sqrt(X2)
    rest = (
        sp.Rational(1, 2)
        + sp.log(X2 / X1) / 2
        + sp.log(1 - m**2) / 2
        - field_slope**2 * (1 - m**2) / (2 * X1)
        - beta * e**2 / (2 * X1)
    )
    spread = -X1 * (X1 - X0) / (X0 * X2)
    equation = (
        r"\Sigma(u,m) = \tfrac12+\tfrac12\log\frac{\xi''}{\xi'}+\tfrac12\log(1-m^2)-\frac{d'^2(1-m^2)}{2\xi'}"
        r"-\frac{\beta e^2}{2\xi'}+G\Bigl(\frac{|\beta e+md'|}{\sqrt{\xi''}},\kappa\Bigr)"
    )

    def claims() -> tuple[Claim, ...]:
        known = mixed_rates.field()
        pure = {X0: 1, X1: p, X2: p * (p - 1), beta: p, e: u - field_value}
        whole = sp.Symbol("a", positive=True)  # p − 1
        rows = []
        with mpmath.workdps(30):
            for squares, at, slope, energy in (
                ({3: 1.0}, 0.4, 0.9, None),
                ({3: 1.0}, -0.7, 4.0, None),
                ({3: 0.5, 4: 0.5}, 0.6, -1.3, None),
                ({2: 0.5, 3: 0.5}, 0.3, 0.8, -1.1),
                ({1: 0.3, 3: 1.0, 4: 0.2}, -0.5, 1.7, -2.4),
            ):
                value, first, second = (
                    sum(math.perm(d, j) * mpmath.mpf(a) for d, a in squares.items()) for j in range(3)
                )
                mp_m, mp_d = mpmath.mpf(at), mpmath.mpf(slope)
                numbers = {X1: first, X2: second, m: mp_m, field_slope: mp_d}
                numbers |= {beta: 0, e: 0} if energy is None else {beta: first / value, e: mpmath.mpf(energy)}
                spread_value = first / second if energy is None else -first * (first - value) / (value * second)
                mine = _value(rest, numbers) + _shifted(abs(_value(pull, numbers)), spread_value)
                flat = (
                    mpmath.log(second / first) / 2 + mpmath.log(1 - mp_m**2) / 2 - mp_d**2 * (1 - mp_m**2) / (2 * first)
                )
                if energy is None:
                    other = _over_radial(flat, mp_m * mp_d, first + second, second, mpmath.mpf(0))
                else:
                    other = _over_joint(flat, mp_m * mp_d, (value, first, second), mpmath.mpf(energy))
                rows.append((f"{squares}, m = {at}, d' = {slope}, u = {energy}", mine, other))
        return (
            Numbers(rows, 1e-15, ("the closed form", "golden section over the radial derivative"), scale=0.1),
            Identity(
                rest.subs(pure).subs(p, 1 + whole),
                (known["rest"]).subs(p, 1 + whole),
                lambda r: sp.simplify(sp.expand_log(r, force=True)),
                "the pure glass",
            ),
            Identity(pull.subs(pure) ** 2, known["shift"] ** 2, sp.simplify, "its shift"),
            Identity(spread.subs({X0: 1, X1: p, X2: p * (p - 1)}), -1, sp.simplify, "its variance"),
        )

    return Result({"rest": rest, "pull": pull, "spread": spread}, equation, deferred(claims))


def _value(expression: Any, numbers: dict[Any, Any]) -> Any:
    symbols = tuple(numbers)
    return sp.lambdify(symbols, expression, "mpmath")(*(numbers[s] for s in symbols))


def _shifted(pull: Any, spread: Any) -> Any:
    """G in mpmath's precision."""
    parts = shifted_potential()
    if spread < 1 and pull <= 1 - spread:
        return _value(parts["inside"], {c: pull, kap: spread})
    return _value(parts["outside"], {grow: _value(parts["root"], {c: pull, kap: spread}), kap: spread})


def _over_radial(flat: Any, tilt: Any, variance: Any, second: Any, mean: Any) -> Any:
    """½ + sup over the radial derivative y of Φ((y + m d′)/√ξ″) − (y − mean)²/(2 variance), plus `flat`."""
    edge = 12 * mpmath.sqrt(second)

    def height(y: Any) -> Any:
        return potential((y + tilt) / mpmath.sqrt(second)) - (y - mean) ** 2 / (2 * variance)

    return mpmath.mpf(1) / 2 + flat + _sup(height, -edge, edge)[1]


def _over_joint(flat: Any, tilt: Any, entries: tuple[Any, Any, Any], energy: Any) -> Any:
    value, first, second = entries
    inverse = mpmath.inverse(mpmath.matrix([[value, first], [first, first + second]]))
    edge = 12 * mpmath.sqrt(second)

    def height(y: Any) -> Any:
        form = inverse[0, 0] * energy**2 + 2 * inverse[0, 1] * energy * y + inverse[1, 1] * y**2
        return potential((y + tilt) / mpmath.sqrt(second)) - form / 2

    return mpmath.mpf(1) / 2 + flat + _sup(height, -edge, edge)[1]


@derivation.step("slope", "The slope in the latitude", flips="the sign of the pull's share")
def slope(sign: int = 1) -> Result:
    r"""With $M = \beta e+md'$, $e_m = -d'$ and $M_m = (1-\beta)d'+md''$,

    $$\Sigma_m = -\frac m{1-m^2}+\frac{d'(md'-(1-m^2)d''+\beta e)}{\xi'}
    +\frac{\operatorname{sign}M}{\sqrt{\xi''}}\,G'\,M_m.$$

    Check: numerical derivatives of $\Sigma(u,m)$ in 40 digits for cubic fields, inside the bulk and outside.
    """
    steepness = sp.Symbol("g", real=True)  # G′ sign M
    value = (
        -m / (1 - m**2)
        + field_slope * (m * field_slope - (1 - m**2) * d2 + beta * e) / X1
        + sign * steepness * ((1 - beta) * field_slope + m * d2) / sp.sqrt(X2)
    )
    equation = (
        r"\Sigma_m = -\frac m{1-m^2}+\frac{d'(md'-(1-m^2)d''+\beta e)}{\xi'}"
        r"+\frac{\operatorname{sign}M}{\sqrt{\xi''}}\,G'\,\bigl((1-\beta)d'+md''\bigr)"
    )

    def claims() -> tuple[Claim, ...]:
        parts = latitude()
        rows = []
        with mpmath.workdps(40):
            for squares, bump, at, energy in (
                ({3: 1}, 0.5 * m**2, 0.3, -1.9),
                ({3: 1}, 0.5 * m**2, 0.3, -1.0),
                ({4: 1}, -0.8 * m**3 + 0.2 * m, -0.6, 0.4),
                ({3: 0.5, 4: 0.5}, 1.3 * m**3, 0.8, -2.2),
                ({3: 1}, 2.0 * m, 0.9, None),
                ({3: 1}, 0.3 * m**2, 0.2, None),
            ):
                value_, first, second = (
                    sum(math.perm(d, j) * mpmath.mpf(a) for d, a in squares.items()) for j in range(3)
                )
                total = energy is None
                spread = first / second if total else -first * (first - value_) / (value_ * second)
                share = mpmath.mpf(0) if total else first / value_
                fields = [sp.lambdify(m, sp.diff(bump, m, j), "mpmath") for j in range(3)]

                def numbers(place: Any, fields: Any = fields, share: Any = share, first: Any = first) -> dict[Any, Any]:
                    height = 0 if energy is None else mpmath.mpf(energy) - fields[0](place)  # noqa: B023
                    return {
                        m: place,
                        field_slope: mpmath.mpf(fields[1](place)),
                        d2: mpmath.mpf(fields[2](place)),
                        e: height,
                        beta: share,
                        X1: first,
                        X2: second,  # noqa: B023
                    }

                def height(place: Any, numbers: Any = numbers, spread: Any = spread) -> Any:
                    at_place = numbers(place)
                    return _value(parts["rest"], at_place) + _shifted(abs(_value(parts["pull"], at_place)), spread)

                here = numbers(mpmath.mpf(at))
                pull = _value(parts["pull"], here)
                inside = spread < 1 and abs(pull) <= 1 - spread
                gain = (
                    abs(pull) / (1 - spread)
                    if inside
                    else 1 / _value(shifted_potential()["root"], {c: abs(pull), kap: spread})
                )
                mine = _value(value, {**here, steepness: mpmath.sign(pull) * gain})
                rows.append(
                    (f"{squares}, d = {bump}, m = {at}, u = {energy}", mine, mpmath.diff(height, mpmath.mpf(at)))
                )
        return (Numbers(rows, 1e-15, ("the formula", "a numerical derivative"), scale=0.1),)

    return Result({"value": value, "steepness": steepness}, equation, deferred(claims))


@derivation.step("equator", "The curvature at the equator", flips="the sign of the resolvent's share")
def equator(sign: int = 1) -> Result:
    r"""For an even field ($d' = 0$ at $m = 0$) the equator is stationary, with curvature

    $$\Sigma_{mm}(u,0) = -1-\frac{{d''}^2}{\xi'}+\frac{\beta e\,d''}{\xi'}
    +\frac{\operatorname{sign}e}{\sqrt{\xi''}}\,G'\,(2-\beta)\,d''.$$

    A field that starts with $m^3$ never destabilises it: there the dominant latitude can only jump. For the pure
    glass and $d = \lambda m^2$ this is minus
    $1+4\lambda^2/p-2\lambda B$, $B = u+(p-2)\operatorname{Re}m_{\rm sc}(x)/\sqrt{p(p-1)}$: the equator is unstable
    between $\lambda_\pm = \tfrac p4(B\pm\sqrt{B^2-4/p})$.

    Check: second derivatives of $\Sigma(u,m)$ in 40 digits.
    """
    parts = slope()
    gain = sp.Symbol("g", real=True)
    near = parts["value"].subs(parts["steepness"], sign * gain)
    linear = near.subs(field_slope, d2 * m)
    value = sp.expand(sp.diff(linear, m).subs(m, 0))
    strength = sp.Symbol("lambda", real=True)
    drive = sp.Symbol("B", real=True)
    quadratic = 1 + 4 * strength**2 / p - 2 * strength * drive
    roots = sp.solve(quadratic, strength)
    equation = [
        r"\Sigma_{mm}(u,0) = -1-\frac{{d''}^2}{\xi'}+\frac{\beta e\,d''}{\xi'}"
        r"+\frac{\operatorname{sign}e}{\sqrt{\xi''}}\,G'\,(2-\beta)\,d''",
        r"\lambda_\pm = \frac p4\bigl(B\pm\sqrt{B^2-4/p}\bigr),\quad"
        r"B = u+\frac{(p-2)\operatorname{Re}m_{\rm sc}(x)}{\sqrt{p(p-1)}}",
    ]

    def claims() -> tuple[Claim, ...]:
        known = mixed_rates.field()
        rows = []
        with mpmath.workdps(40):
            for degree, bend, offset, energy in (
                (3, 0.7, 0, -1.9),
                (3, -0.9, 0.2, -1.1),
                (4, 1.3, 0, 2.4),
                (5, 2, 0, -1),
            ):
                bump = sp.Rational(str(offset)) + sp.Rational(str(bend)) * m**2 / 2
                at = {field_value: bump, field_slope: sp.diff(bump, m), u: sp.Rational(str(energy)), p: degree}
                flat = sp.lambdify(m, known["rest"].subs(at), "mpmath")
                place = sp.lambdify(m, known["shift"].subs(at), "mpmath")
                exact = mpmath.diff(lambda t, f=flat, s=place: f(t) + potential(s(t)), mpmath.mpf(0), 2)
                height = mpmath.mpf(str(energy)) - mpmath.mpf(str(offset))
                shift = height * mpmath.sqrt(mpmath.mpf(degree) / (degree - 1))
                pull = shift / 2 if abs(shift) <= 2 else 2 / (shift + mpmath.sign(shift) * mpmath.sqrt(shift**2 - 4))
                mine = _value(
                    value,
                    {
                        d2: mpmath.mpf(str(bend)),
                        e: height,
                        beta: mpmath.mpf(degree),
                        X1: mpmath.mpf(degree),
                        X2: mpmath.mpf(degree * (degree - 1)),
                        gain: pull,
                    },
                )
                rows.append((f"p = {degree}, d'' = {bend}, u = {energy}", mine, exact))
        specialised = value.subs({X1: p, X2: p * (p - 1), beta: p, d2: 2 * strength})
        return (
            Numbers(rows, 1e-15, ("the formula", "a numerical second derivative")),
            Identity(
                specialised,
                -quadratic.subs(drive, e - (p - 2) * gain / sp.sqrt(p * (p - 1))),
                sp.simplify,
                "the pure glass with a quadratic field",
            ),
            Identity(
                [sp.expand(quadratic.subs(strength, root)) for root in roots], [0, 0], sp.simplify, "the two strengths"
            ),
        )

    return Result({"value": value, "gain": gain, "roots": roots, "drive": drive}, equation, deferred(claims))
