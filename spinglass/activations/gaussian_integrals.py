"""Gaussian means of expressions in closed form: E g(x), x ~ N(0, σ²), by rules for products of known factors.

On each piece between kinks g is expanded into terms c x^n e^{Ax²+Bx+C} Π erf(a_i x + b_i) times sines, cosines or
powers of quadratics. With s² = σ²/(1 − 2Aσ²) and μ = B s² the exponential turns the law into N(μ, s²), and

    E e^{Ax²+Bx+C} h(x)   = (s/σ) e^{μ²/(2s²) + C} E h(y),   y ~ N(μ, s²)
    E y^n h(y) 1_{l<y<u}  = μ E y^{n−1} h + s² [(n−1) E y^{n−2} h + E y^{n−1} h′] − s² [y^{n−1} h φ_{μ,s}]_l^u   (Stein)
    E erf(a y + b)        = erf((aμ + b)/√(1 + 2a²s²))
    E erf(ay) erf(cy)     = (2/π) asin(2acs²/√((1 + 2a²s²)(1 + 2c²s²))),   μ = 0
    E erf(ay) 1_{y>0}     = atan(√2 a s)/π,   μ = 0
    E 1/(y² + w)          = √(π/(2ws²)) e^{w/(2s²)} erfc(√(w/(2s²))),   μ = 0, w > 0   (Voigt profile at its centre)

Terms that are odd on the whole line vanish, terms that are even are twice their half. Proofs of the rules: the
derivation "gaussian-means". What the rules do not reach raises `NoClosedForm` with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from spinglass.activations.kink_pieces import NoClosedForm, pieces
from spinglass.activations.syntax import symbols

_MAX_TERMS = 400
_MAX_STEIN = 6


@dataclass(frozen=True)
class ClosedMean:
    """E g(x) as an expression in σ, valid for σ < `largest_std` (∞ unless g grows like a Gaussian)."""

    expression: Any
    largest_std: Any


@dataclass(frozen=True)
class _Term:
    """coefficient · x^power · e^{ax²+bx+c} · Π erf · Π trigonometric · Π rational · Π other factors."""

    coefficient: Any
    power: int = 0
    exponent: tuple[Any, Any, Any] = (sp.S.Zero, sp.S.Zero, sp.S.Zero)
    erfs: tuple[tuple[Any, Any], ...] = ()
    trigonometric: tuple[Any, ...] = ()
    rational: tuple[Any, ...] = ()
    others: tuple[Any, ...] = ()


def closed_mean(g: Any, sigma: Any) -> ClosedMean:
    """E g(x) for x ~ N(0, σ²), by the rules of this module; raises `NoClosedForm` where they do not reach."""
    rules = _Rules(sigma)
    prepared = _prepared(g)
    try:
        value = rules.mean(prepared)
    except NoClosedForm as direct:
        rules = _Rules(sigma)
        even_part = _prepared((prepared + prepared.xreplace({rules.x: -rules.x})) / 2)
        try:
            value = rules.mean(sp.expand(even_part))
        except NoClosedForm:
            raise direct from None
    if value.has(sp.nan, sp.zoo, sp.oo, sp.I):
        raise NoClosedForm("it is singular at a kink")
    bound = sp.Min(*rules.bounds) if rules.bounds else sp.oo
    return ClosedMean(tidied(value, sigma), bound)


def tidied(value: Any, sigma: Any) -> Any:
    """The expression with equal terms collected: powers of sums stay factors, erf + erfc of one argument are joined."""
    bases: dict[Any, Any] = {}

    def named(node: Any) -> Any:
        """Each sum in the base gets a name of its own, with the sign that makes it positive for small σ."""
        content, result = sp.S.One, sp.S.One
        for part in sp.Mul.make_args(sp.factor(node.base)):
            root, power = part.as_base_exp()
            if not root.is_Add:
                content *= part
                continue
            if root.subs(sigma, sp.Rational(1, 10**6)).is_negative:
                root, content = sp.expand(-root), content * (-1) ** power
            result *= bases.setdefault(root, sp.Dummy("d", positive=True)) ** (power * node.exp)
        return content**node.exp * result

    value = value.replace(_is_sum_power, named)
    value = sp.expand(value)
    # error functions: erfc(u) + erf(u) = 1, one of the two for each argument
    for node in sorted(value.atoms(sp.erfc), key=sp.default_sort_key):
        if value.has(sp.erf(node.args[0])):
            value = sp.expand(value.xreplace({node: 1 - sp.erf(node.args[0])}))
    for node in sorted(value.atoms(sp.erf), key=sp.default_sort_key):
        factor = value.coeff(node)
        rest = sp.expand(value - factor * node)
        if factor != 0 and not rest.has(node):
            terms = set(sp.Add.make_args(rest))
            if all(-part in terms for part in sp.Add.make_args(sp.expand(factor))):
                value = sp.expand(rest + factor) - factor * sp.erfc(node.args[0])
    value = sp.powsimp(value, combine="exp")
    for function in (sp.erf, sp.erfc, sp.exp):
        nodes = sorted((node for node in value.atoms(function) if node.has(sigma)), key=sp.default_sort_key)
        if len(nodes) == 1:
            value = sp.collect(value, nodes[0], sp.factor_terms)
    value = sp.factor_terms(value)
    value = value.xreplace({name: base for base, name in bases.items()})
    value = value.replace(sp.exp, lambda u: sp.exp(sp.factor(u)))
    return value.replace(
        lambda node: node.is_Add and node.is_rational_function(sigma) and not node.is_polynomial(sigma),
        lambda node: sp.factor(sp.together(node)),
    )


def _is_sum_power(node: Any) -> bool:
    return bool(
        node.is_Pow
        and (node.base.is_Add or node.base.is_Mul or node.base.is_Pow)
        and not (node.exp.is_Integer and node.exp > 0)
    ) and (node.base.has(sp.Add))


def _prepared(g: Any) -> Any:
    """g with hyperbolic functions, erfc and powers of numbers written out, and reflected arguments normalised."""
    own = symbols()
    x = own.x
    g = g.replace(sp.sinh, lambda u: (sp.exp(u) - sp.exp(-u)) / 2).replace(
        sp.cosh, lambda u: (sp.exp(u) + sp.exp(-u)) / 2
    )
    g = g.replace(sp.erfc, lambda u: 1 - sp.erf(u)).replace(sp.Abs, own.modulus)
    g = g.replace(
        lambda node: node.is_Pow and node.exp.has(x) and not node.base.has(x) and node.base != sp.E,
        lambda node: sp.exp(node.exp * sp.log(node.base)),
    )
    g = g.replace(own.pair_maximum, lambda a, b: b + _ramp(a - b, own))

    def reflected(u: Any) -> bool:
        return bool(u.could_extract_minus_sign())

    g = g.replace(
        lambda node: isinstance(node, own.sigmoid) and reflected(node.args[0]), lambda n: 1 - own.sigmoid(-n.args[0])
    )
    g = g.replace(
        lambda node: isinstance(node, own.softplus) and reflected(node.args[0]),
        lambda n: own.softplus(-n.args[0]) + n.args[0],
    )
    return g


def recognised(f: Any) -> Any:
    """f with log(1 + e^u) and 1/(1 + e^u) as softplus(u) and sigmoid(−u), whose symmetries are known."""
    own = symbols()

    def exponent(node: Any) -> Any:
        if node.is_Add and len(node.args) == 2 and sp.S.One in node.args:
            other = node.args[1] if node.args[0] == 1 else node.args[0]
            if isinstance(other, sp.exp) and other.args[0].has(own.x):
                return other.args[0]
        return None

    f = f.replace(
        lambda node: isinstance(node, sp.log) and exponent(node.args[0]) is not None,
        lambda node: own.softplus(exponent(node.args[0])),
    )
    return f.replace(
        lambda node: node.is_Pow and node.exp.is_Integer and node.exp < 0 and exponent(node.base) is not None,
        lambda node: own.sigmoid(-exponent(node.base)) ** (-node.exp),
    )


def _ramp(u: Any, own: Any) -> Any:
    u = sp.expand(u)
    return u * own.step(u) if u.has(own.x) else sp.Max(u, 0)


class _Rules:
    """One integration: the symbols, the terms known so far and the bounds on σ that they need."""

    def __init__(self, sigma: Any) -> None:
        self.x = symbols().x
        self.sigma = sigma
        self.bounds: set[Any] = set()
        self.known: dict[Any, Any] = {}

    def mean(self, g: Any, depth: int = 0) -> Any:
        total = sp.S.Zero
        for low, high, part in pieces(g, self.x):
            total += self.on_piece(part, low, high, depth)
        return total

    def on_piece(self, g: Any, low: Any, high: Any, depth: int) -> Any:
        terms = sp.Add.make_args(sp.expand(g))
        if len(terms) > _MAX_TERMS:
            raise NoClosedForm(f"it expands into more than {_MAX_TERMS} terms")
        return sum((self.of_term(self.split(term), term, low, high, depth) for term in terms), sp.S.Zero)

    def split(self, term: Any) -> _Term:
        x = self.x
        coefficient, power, exponent = sp.S.One, 0, [sp.S.Zero] * 3
        erfs: list[tuple[Any, Any]] = []
        trigonometric, rational, others = [], [], []
        for factor in sp.Mul.make_args(term):
            base, order = factor.as_base_exp()
            if not factor.has(x):
                coefficient *= factor
            elif factor == x or (base == x and order.is_Integer and order > 0):
                power += int(order)
            elif isinstance(factor, sp.exp) or base == sp.E:
                polynomial = _polynomial(factor.exp if factor.is_Pow else factor.args[0], x)
                if polynomial is None or polynomial.degree() > 2:
                    others.append(factor)
                else:
                    exponent = [
                        old + polynomial.coeff_monomial(x**k) for old, k in zip(exponent, (2, 1, 0), strict=True)
                    ]
            elif (
                isinstance(base, (sp.erf, sp.sin, sp.cos))
                and order.is_Integer
                and order > 0
                and _linear(base.args[0], x)
            ):
                if isinstance(base, sp.erf):
                    polynomial = sp.Poly(base.args[0], x)
                    erfs += [(polynomial.coeff_monomial(x), polynomial.coeff_monomial(1))] * int(order)
                else:
                    trigonometric.append(factor)
            elif order.is_Integer and order < 0 and _polynomial(base, x) is not None:
                rational.append(factor)
            else:
                others.append(factor)
        return _Term(
            coefficient, power, tuple(exponent), tuple(erfs), tuple(trigonometric), tuple(rational), tuple(others)
        )

    def of_term(self, term: _Term, written: Any, low: Any, high: Any, depth: int) -> Any:
        whole = low == -sp.oo and high == sp.oo
        half = (low, high) in ((-sp.oo, sp.S.Zero), (sp.S.Zero, sp.oo))
        if whole and (term.others or term.rational or term.trigonometric or term.erfs) and self.parity(written) < 0:
            return sp.S.Zero
        hard = term.others or term.rational or term.trigonometric or len(term.erfs) > 1
        if hard and half and self.parity(written) > 0:
            return self.of_term(term, written, -sp.oo, sp.oo, depth) / 2
        if term.trigonometric and not term.others and not term.rational:
            return self.oscillating(term, low, high, depth)
        if term.others or term.rational:
            if not whole:
                raise NoClosedForm(f"no rule covers {_shown(written, self.x)} on a half line")
            return self.by_parts(term, written, depth) if term.others else self.rational(term, written)
        return term.coefficient * self.atom(term.power, *term.exponent, term.erfs, low, high)

    def parity(self, g: Any) -> int:
        """1 for an even, −1 for an odd function, 0 when it is neither (or not seen to be)."""
        mirrored = _prepared(g.xreplace({self.x: -self.x}))
        if sp.expand(mirrored - g) == 0:
            return 1
        return -1 if sp.expand(mirrored + g) == 0 else 0

    def oscillating(self, term: _Term, low: Any, high: Any, depth: int) -> Any:
        from sympy.simplify.fu import TR8

        x = self.x
        if not (low == -sp.oo and high == sp.oo) or term.erfs:
            raise NoClosedForm("a sine or cosine beside a kink or an error function has no real closed form")
        total = sp.S.Zero
        product = sp.Mul(*term.trigonometric)
        while (single := sp.expand(TR8(product))) != product:
            product = single
        for wave in sp.Add.make_args(product):
            factor, function = sp.S.One, None
            for part in sp.Mul.make_args(wave):
                if not part.has(x):
                    factor *= part
                elif function is None and isinstance(part, (sp.sin, sp.cos)):
                    function = part
                else:
                    raise NoClosedForm(f"no rule covers {_shown(wave, x)}")
            if function is None:
                total += factor * self.atom(term.power, *term.exponent, (), low, high)
                continue
            line = sp.Poly(function.args[0], x)
            k, d = line.coeff_monomial(x), line.coeff_monomial(1)
            a, b, c = term.exponent
            s2 = self.variance(a)
            # moments of N((b + ik)s², s²): the real or imaginary part of e^{i(kx+d)}
            re, im = sp.expand(_moment(term.power, (b + sp.I * k) * s2, s2)).as_real_imag()
            size = sp.sqrt(s2) / self.sigma * sp.exp((b**2 - k**2) * s2 / 2 + c)
            angle = b * k * s2 + d
            if isinstance(function, sp.cos):
                total += factor * size * (re * sp.cos(angle) - im * sp.sin(angle))
            else:
                total += factor * size * (re * sp.sin(angle) + im * sp.cos(angle))
        return term.coefficient * total

    def rational(self, term: _Term, written: Any) -> Any:
        """x^n e^{ax²+c}/Π(x² + w)^m on the whole line, by partial fractions and derivatives in w."""
        x = self.x
        a, b, c = term.exponent
        if b != 0 or term.erfs or term.trigonometric:
            raise NoClosedForm(f"no rule covers {_shown(written, x)}")
        s2 = self.variance(a)
        total = sp.S.Zero
        for part in sp.Add.make_args(sp.apart(x**term.power * sp.Mul(*term.rational), x)):
            below = sp.denom(sp.together(part))
            above = sp.cancel(part * below)
            if not below.has(x):
                total += sum(
                    coefficient / below * _moment(order, sp.S.Zero, s2)
                    for (order,), coefficient in sp.Poly(above, x).terms()
                )
                continue
            content, factors = sp.factor_list(below, x)
            if len(factors) != 1:
                raise NoClosedForm(f"no rule covers {_shown(part, x)}")
            quadratic, order = sp.Poly(factors[0][0], x), factors[0][1]
            lead, middle, last = (quadratic.coeff_monomial(x**k) for k in (2, 1, 0))
            numerator = sp.Poly(above, x)
            if quadratic.degree() != 2 or middle != 0 or not (last / lead).is_positive or numerator.degree() > 1:
                raise NoClosedForm(f"the mean of {_shown(part, x)} is a Voigt profile off its centre")
            w = sp.Dummy("w", positive=True)
            profile = sp.sqrt(sp.pi / (2 * w * s2)) * sp.exp(w / (2 * s2)) * sp.erfc(sp.sqrt(w / (2 * s2)))
            value = (-1) ** (order - 1) * sp.diff(profile, w, order - 1) / sp.factorial(order - 1)
            total += numerator.coeff_monomial(1) / content / lead**order * value.subs(w, last / lead)
        return term.coefficient * sp.sqrt(s2) / self.sigma * sp.exp(c) * total

    def by_parts(self, term: _Term, written: Any, depth: int) -> Any:
        """E x^n G = σ² [(n−1) E x^{n−2} G + E x^{n−1} G′] as long as G′ is simpler."""
        x, n = self.x, term.power
        if n == 0 or depth >= _MAX_STEIN:
            raise NoClosedForm(f"no rule gives the Gaussian mean of {_shown(written, x)}")
        g = written / x**n
        lower = (n - 1) * self.mean(x ** (n - 2) * g, depth + 1) if n > 1 else sp.S.Zero
        return self.sigma**2 * (lower + self.mean(sp.expand(x ** (n - 1) * sp.diff(g, x)), depth + 1))

    def variance(self, a: Any) -> Any:
        """s² = σ²/(1 − 2aσ²)."""
        if a.is_positive:
            self.bounds.add(1 / sp.sqrt(2 * a))
        elif not a.is_nonpositive:
            raise NoClosedForm(f"the sign of the exponent {a} is not known")
        return self.sigma**2 / (1 - 2 * a * self.sigma**2)

    def atom(self, n: int, a: Any, b: Any, c: Any, erfs: tuple[tuple[Any, Any], ...], low: Any, high: Any) -> Any:
        """E x^n e^{ax²+bx+c} Π erf(a_i x + b_i) 1_{low<x<high}."""
        key = (n, a, b, c, erfs, low, high)
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._atom(*key)
        return found

    def _atom(self, n: int, a: Any, b: Any, c: Any, erfs: tuple[tuple[Any, Any], ...], low: Any, high: Any) -> Any:
        s2 = self.variance(a)
        mu = b * s2
        if n == 0:
            return sp.sqrt(s2) / self.sigma * sp.exp(mu * b / 2 + c) * self.probability(mu, s2, erfs, low, high)
        result = mu * self.atom(n - 1, a, b, c, erfs, low, high)
        if n > 1:
            result += s2 * (n - 1) * self.atom(n - 2, a, b, c, erfs, low, high)
        for i, (slope, shift) in enumerate(erfs):
            rest = erfs[:i] + erfs[i + 1 :]
            inner = self.atom(n - 1, a - slope**2, b - 2 * slope * shift, c - shift**2, rest, low, high)
            result += s2 * 2 * slope / sp.sqrt(sp.pi) * inner
        for end, sign in ((low, 1), (high, -1)):
            if end in (sp.oo, -sp.oo) or (end == 0 and n > 1):
                continue
            density = sp.exp((a * end + b) * end + c - end**2 / (2 * self.sigma**2)) / (self.sigma * sp.sqrt(2 * sp.pi))
            result += (
                sign * s2 * end ** (n - 1) * density * sp.Mul(*(sp.erf(slope * end + shift) for slope, shift in erfs))
            )
        return result

    def probability(self, mu: Any, s2: Any, erfs: tuple[tuple[Any, Any], ...], low: Any, high: Any) -> Any:
        """E Π erf(a_i y + b_i) 1_{low<y<high}, y ~ N(μ, s²)."""
        whole = low == -sp.oo and high == sp.oo
        centred = mu == 0 and all(shift == 0 for _, shift in erfs)
        half = centred and (low, high) in ((-sp.oo, sp.S.Zero), (sp.S.Zero, sp.oo))
        if not erfs:
            if whole:
                return sp.S.One
            spread = sp.sqrt(2 * s2)
            if high == sp.oo:
                return sp.erfc((low - mu) / spread) / 2
            if low == -sp.oo:
                return sp.erfc((mu - high) / spread) / 2
            return (sp.erf((high - mu) / spread) - sp.erf((low - mu) / spread)) / 2
        if len(erfs) % 2 and whole and centred:
            return sp.S.Zero
        if len(erfs) == 1:
            slope, shift = erfs[0]
            if whole:
                return sp.erf(sp.factor(slope * mu + shift) / sp.sqrt(sp.factor(1 + 2 * slope**2 * s2)))
            if half:
                return (1 if high == sp.oo else -1) * sp.atan(slope * sp.sqrt(2 * s2)) / sp.pi
            raise NoClosedForm("an error function beside a kink gives Owen's T function")
        if len(erfs) == 2 and centred and (whole or half):
            (p, _), (q, _) = erfs
            # asin(u) = atan(u/√(1 − u²)): stays accurate when u comes near 1
            below = sp.sqrt(sp.factor(1 + 2 * (p**2 + q**2) * s2))
            return sp.atan(2 * p * q * s2 / below) * (2 if whole else 1) / sp.pi
        raise NoClosedForm("a product of shifted or of three error functions gives Owen's T function or worse")


def _moment(n: int, mu: Any, s2: Any) -> Any:
    """E y^n, y ~ N(μ, s²)."""
    return sum(sp.binomial(n, 2 * k) * sp.factorial2(2 * k - 1) * s2**k * mu ** (n - 2 * k) for k in range(n // 2 + 1))


def _polynomial(expression: Any, x: Any) -> Any:
    polynomial = expression.as_poly(x)
    if polynomial is None or any(coefficient.has(x) for coefficient in polynomial.coeffs()):
        return None
    return polynomial


def _linear(expression: Any, x: Any) -> bool:
    polynomial = _polynomial(expression, x)
    return polynomial is not None and polynomial.degree() <= 1


def _shown(expression: Any, x: Any) -> str:
    text = sp.sstr(expression)
    return text if len(text) < 60 else text[:57] + "..."
