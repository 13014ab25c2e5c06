"""The path sum: a network with slopes and intercepts per neuron, expanded into paths, and its reduction to a glass."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import sympy as sp

from derivations.claims import Identity, Numbers
from derivations.derivation import Derivation, Result
from derivations.explicit_networks import (
    WIDTHS,
    five_section_network,
    forward,
    intercept_of,
    level_of,
    levels_of_explicit_network,
    network_symbols,
    paths_by_layer,
    slope_of,
)
from derivations.symbols import m, q

derivation = Derivation(
    "path-sum",
    "The path sum of a network: overlap field and residual mixture",
    sources=("choromanska2015", "baskerville2021"),
    text=r"""
A network of $H$ weight layers with the activation $f$ after each: $z^{(\ell)} = W^{(\ell)} y^{(\ell-1)}$,
$y^{(\ell)}_i = f(z^{(\ell)}_i)$, $y^{(0)}$ the input, widths $n_0, …, n_H$. On the section of $f$ that holds
$z^{(\ell)}_i$ the neuron is a line, $f(z) = α z + β$. The forward pass is then a polynomial in weights, slopes and
intercepts, whose monomials are the paths. Expansion and counts are algebra and are done here on explicit networks.
The modelling assumptions (slopes and intercepts replaced by their means, weights drawn from $N$ values that meet
equally often on the paths, one independent Gaussian per tuple of weights) are assumptions, named where they enter.
""",
)


@derivation.step(
    "expansion", "The forward pass is a sum over paths", flips="the sign of the intercept in the line of a neuron"
)
def expansion(sign: int = 1) -> Result:
    r"""
    Layer by layer, $y^{(\ell)}_i = α^{(\ell)}_i \sum_j W^{(\ell)}_{ij} y^{(\ell-1)}_j + β^{(\ell)}_i$, with a
    symbol for every weight, slope, intercept and input ($H = 1, 2, 3$). Multiplying out gives a polynomial whose
    monomials are exactly the paths that one reads off the graph: from an input through all layers, or from the
    intercept of a neuron through the layers above it. Every coefficient is one: no path occurs twice. Second check:
    a network with a continuous activation of five sections and rational weights, evaluated neuron by neuron through
    $f$ itself, gives the same rational number as the polynomial at the slopes and intercepts of the sections that
    are met.
    """
    expanded = {widths: forward(widths, intercept_sign=sign) for widths in WIDTHS}
    by_graph = [
        sp.Poly(sum(sum(paths) for paths in paths_by_layer(widths).values()), *network_symbols(widths)).as_expr()
        for widths in WIDTHS
    ]
    ones = [set(polynomial.coeffs()) == {sp.Integer(1)} for polynomial in expanded.values()]
    through, met = five_section_network()
    widths = WIDTHS[-1]
    claims = (
        Identity(
            [poly.as_expr() for poly in expanded.values()],
            by_graph,
            simplify=sp.expand,
            what="the sum over the graph's paths",
        ),
        Identity([sp.Integer(int(one)) for one in ones], [sp.S.One] * len(ones), what="every coefficient is 1"),
        Identity(
            expanded[widths].as_expr().subs(met), through, what="a forward pass through five sections, in fractions"
        ),
    )
    equation = (
        r"\sum_i y^{(H)}_i = \sum_{i_0 … i_H} x_{i_0}"
        r" \prod_{\ell=1}^{H} α^{(\ell)}_{i_\ell} W^{(\ell)}_{i_\ell i_{\ell-1}}"
        r" + \sum_{\ell=1}^{H} \sum_{i_\ell … i_H}"
        r" β^{(\ell)}_{i_\ell} \prod_{k=\ell+1}^{H} α^{(k)}_{i_k} W^{(k)}_{i_k i_{k-1}}"
    )
    return Result(expanded, equation, claims)


@derivation.step("counts", "Length and number of the paths of each level", flips="the sign of the slopes")
def counts(sign: int = 1) -> Result:
    r"""
    The monomials are sorted by the layer $\ell$ in which they start and their degrees are read off: a path from the
    input has $H$ weights and $H$ slopes; one of level $\ell$ has $H-\ell$ weights, $H-\ell$ slopes, one intercept
    and no input. With all symbols set to 1 the groups give the numbers of paths, $n_0 n_1 \cdots n_H$ and $n_\ell
    \cdots n_H$. (The control takes every slope with the wrong sign: groups of odd length then count negatively.)
    """
    found, expected, degrees, lengths = [], [], [], []
    for widths in WIDTHS:
        depth = len(widths) - 1
        polynomial = forward(widths, slope_sign=sign)
        names = polynomial.gens
        groups: dict[int, Any] = dict.fromkeys(range(depth + 1), sp.S.Zero)
        shapes: dict[int, set[tuple[int, ...]]] = {level: set() for level in range(depth + 1)}
        for monomial, coefficient in polynomial.terms():
            level = level_of(monomial, names)
            groups[level] += coefficient
            kinds = [sum(o for name, o in zip(names, monomial, strict=True) if name.name[0] == kind) for kind in "wabx"]
            shapes[level].add(tuple(kinds))
        for level in range(depth + 1):
            found.append(groups[level])
            expected.append(sp.Integer(math.prod(widths[level:])))
            (shape,) = shapes[level]
            degrees += [sp.Integer(order) for order in shape]
            lengths += [depth - level, depth - level, int(level > 0), int(level == 0)]
    claims = (
        Identity(found, expected, what="n_l ... n_H paths of level l"),
        Identity(
            degrees, [sp.Integer(length) for length in lengths], what="weights, slopes, intercepts, inputs on a path"
        ),
    )
    equation = (
        r"\#_0 = n_0 n_1 \cdots n_H \;(H \text{ weights}), \qquad"
        r" \#_\ell = n_\ell \cdots n_H \;(H - \ell \text{ weights})"
    )
    return Result(found, equation, claims)


@derivation.step(
    "mean-slopes",
    "Independent sections: slopes and intercepts by their means",
    flips="the sign of the mean intercept of the second layer",
)
def mean_slopes(sign: int = 1) -> Result:
    r"""
    Assumption: the section of each neuron is drawn independently of the others, of the inputs and of the weights. A
    path meets a neuron at most once, so the polynomial has degree at most one in the pair $(α, β)$ of every neuron,
    and its mean over the sections is the polynomial at the means: shown by enumerating all assignments of two
    sections to the neurons of a network of $H = 2$ with symbolic weights, slopes and probabilities. What the papers
    then assume beyond this is that the fluctuation around the mean may be dropped.
    """
    widths = (2, 2, 2)
    polynomial = forward(widths).as_expr()
    probability = sp.symbols("pi1:3", positive=True)
    slopes = [sp.symbols(f"alpha{layer}_1:3", real=True) for layer in (1, 2)]
    intercepts = [sp.symbols(f"beta{layer}_1:3", real=True) for layer in (1, 2)]
    neurons = [(layer, i) for layer in (1, 2) for i in range(2)]
    mean = sp.S.Zero
    for sections in itertools.product((0, 1), repeat=len(neurons)):
        weight, point = sp.S.One, {}
        for (layer, i), section in zip(neurons, sections, strict=True):
            weight *= probability[layer - 1] if section == 0 else 1 - probability[layer - 1]
            point[slope_of(layer, i)] = slopes[layer - 1][section]
            point[intercept_of(layer, i)] = intercepts[layer - 1][section]
        mean += weight * polynomial.xreplace(point)
    at_means = {}
    for layer, i in neurons:
        share = probability[layer - 1]
        a, b = slopes[layer - 1], intercepts[layer - 1]
        at_means[slope_of(layer, i)] = share * a[0] + (1 - share) * a[1]
        at_means[intercept_of(layer, i)] = (sign if layer == 2 else 1) * (share * b[0] + (1 - share) * b[1])
    replaced = polynomial.xreplace(at_means)
    claims = (Identity(replaced, mean, simplify=sp.expand, what="the mean over all 16 assignments of sections"),)
    equation = (
        r"E\Big[β^{(\ell)}_{i_\ell} \prod_{k>\ell} α^{(k)}_{i_k}\Big] = E β^{(\ell)} \prod_{k=\ell+1}^{H} E α^{(k)}"
    )
    return Result(replaced, equation, claims)


def _means(depth: int) -> tuple[list[Any], list[Any]]:
    return (
        [sp.Symbol(f"alpha_{j}", nonzero=True, real=True) for j in range(1, depth + 1)],
        [sp.Symbol(f"beta_{j}", real=True) for j in range(1, depth + 1)],
    )


@derivation.step(
    "coefficients",
    "The coefficients ρ_ℓ, layers with different laws",
    flips="the sign of the intercept in the recursion of the layers",
)
def coefficients(sign: int = 1) -> Result:
    r"""
    With means in place of slopes and intercepts, one scalar recursion carries all paths: each layer multiplies what
    is there by its mean slope and a weight ($W$ counts weights), and adds its mean intercept, $P_\ell = E
    α^{(\ell)} W P_{\ell-1} + c_\ell\, E β^{(\ell)}$, $P_0 = X$. The coefficient of $X W^H$ is the common factor
    $\prod_j E α^{(j)}$ of the input paths. The sign and the size of the surface are free, so it is divided out, and
    the coefficient of $W^{H-\ell}$ is then
    $$ρ_\ell = c_\ell\, E β^{(\ell)} \Big/ \prod_{j \le \ell} E α^{(j)},$$
    which is $c_\ell E β/(E α)^\ell$ when all layers have one law. $c_\ell$ is the modelling scale of the bias
    paths: 1 for weights of order one. With weights $w/\sqrt N$ an input path carries $N^{-H/2}$ and a path of level
    $\ell$ only $N^{-(H-\ell)/2}$, so that $c_\ell = N^{\ell/2}$. Checked against the package's own path sum
    (quadrature and closed forms, a different activation law in every layer).
    """
    W, X = sp.symbols("W X")
    found: dict[int, list[Any]] = {}
    for depth in (2, 3, 4):
        alphas, betas = _means(depth)
        scales = [sp.Symbol(f"c_{j}") for j in range(1, depth + 1)]
        surface = X
        for alpha, beta, scale in zip(alphas, betas, scales, strict=True):
            surface = sp.expand(alpha * W * surface + sign * scale * beta)
        common = surface.coeff(X, 1).coeff(W, depth)
        found[depth] = [
            sp.cancel(surface.coeff(X, 0).coeff(W, depth - level) / common) for level in range(1, depth + 1)
        ]
    alphas, betas = _means(3)
    by_paths = levels_of_explicit_network(alphas, betas)
    size = sp.Symbol("N", positive=True)
    scaled = [size ** sp.Rational(-(3 - level), 2) / size ** sp.Rational(-3, 2) for level in (1, 2, 3)]
    claims = (
        Numbers(_against_the_package(found[4], 4), 1e-13, ("the symbolic coefficients", "the package's path_sum")),
        Identity(
            [entry.subs({sp.Symbol(f"c_{j}"): 1 for j in (1, 2, 3)}) for entry in found[3]],
            by_paths,
            what="levels of the explicit network of three layers, one value per weight",
        ),
        Identity(scaled, [size ** sp.Rational(level, 2) for level in (1, 2, 3)], what="c_l for weights w/sqrt(N)"),
    )
    equation = r"ρ_\ell = c_\ell \frac{E β^{(\ell)}}{\prod_{j \le \ell} E α^{(j)}}"
    return Result(found, equation, claims)


def _against_the_package(symbolic: Sequence[Any], depth: int) -> list[tuple[str, Any, Any]]:
    from spinglass.activations import activation, path_sum

    rows = []
    alphas, betas = _means(depth)
    for name, stds, scale in (
        ("gelu", (0.5, 1.0, 1.5, 2.0), 1.0),
        ("elu", (1.3, 0.7, 1.1, 3.0), 1.5),
        ("sigmoid", (1.0,) * 4, 0.5),
    ):
        numbers = path_sum(activation(name), depth, preactivation_std=stds, bias_scale=scale)
        point: dict[Any, Any] = {sp.Symbol(f"c_{j}"): sp.Float(scale, 30) ** j for j in range(1, depth + 1)}
        point.update(zip(alphas, (sp.Float(float(a), 30) for a in numbers.slopes), strict=True))
        point.update(zip(betas, (sp.Float(float(b), 30) for b in numbers.intercepts), strict=True))
        for level, (entry, value) in enumerate(zip(symbolic, numbers.rho, strict=True), 1):
            rows.append((f"{name}, l = {level}", float(entry.subs(point)), float(value)))
    return rows


@derivation.step(
    "overlap-field",
    "The bias paths make a polynomial of the latitude",
    flips="the sign of the exponent of the common scale N^{-(H-1)/2}",
)
def overlap_field(sign: int = 1) -> Result:
    r"""
    Assumption: the weights take $N$ values $w_1, …, w_N$, and on the bias paths of level $\ell$ every
    $(H-\ell)$-tuple of them occurs equally often. The sum over tuples factorises, $\sum_{i_1 … i_{H-\ell}} w_{i_1}
    \cdots w_{i_{H-\ell}} = (\sum_i w_i)^{H-\ell}$, and with $\sum_i w_i = N m$ and the scale $N^{-(H-1)/2}$ that
    the random part has ($\mathrm{Var}\, h = N$ on the sphere $|w|^2 = N$),
    $$D(m) = N^{-(H-1)/2} \sum_\ell ρ_\ell (N m)^{H-\ell} = \sum_\ell ρ_\ell N^{(H+1)/2 - \ell} m^{H-\ell},$$
    a function of the latitude alone. Checked: the sum over explicit tuples of three symbolic weights, and the
    package's overlap field.
    """
    from spinglass.hamiltonians import OverlapField

    depth = sp.Symbol("H", integer=True, positive=True)
    size = sp.Symbol("N", positive=True)
    weights = sp.symbols("w1:4", real=True)
    tuples, powers = [], []
    for length in (0, 1, 2, 3):
        tuples.append(sum((sp.Mul(*choice) for choice in itertools.product(weights, repeat=length)), sp.S.Zero))
        powers.append(sum(weights) ** length)
    fields: dict[int, Any] = {}
    rows = []
    for number in (2, 3, 4):
        rho = sp.symbols(f"rho_1:{number + 1}", real=True)
        scale = size ** (-sign * (depth - 1) / 2)
        field = sum(
            rho[level - 1] * sp.powsimp(scale.subs(depth, number) * size ** (number - level)) * m ** (number - level)
            for level in range(1, number + 1)
        )
        fields[number] = field
        values = [0.4, -0.7, 0.2, 1.1][:number]
        package = OverlapField(p=number, rho=values)
        for spins in (5, 30):
            for latitude in (-0.8, 0.1, 0.6):
                point = {size: spins, m: sp.Float(latitude, 30), **dict(zip(rho, values, strict=True))}
                rows.append(
                    (
                        f"H = {number}, N = {spins}, m = {latitude}",
                        float(field.subs(point)),
                        float(package.value(latitude, spins)),
                    )
                )
    claims = (
        Numbers(rows, 1e-13, ("the sum of the levels", "the package's overlap field"), scale=1e-3),
        Identity(tuples, powers, simplify=sp.expand, what="sums over all tuples of three weights"),
    )
    return Result(fields, r"D(m) = \sum_{\ell=1}^{H} ρ_\ell N^{(H+1)/2-\ell} m^{H-\ell}", claims)


_branch = sp.Symbol("s", positive=True)
_depth = sp.Symbol("H", positive=True)


@derivation.step(
    "residual-covariance",
    "A residual network is a mixture of all lengths",
    flips="the sign of one of the two configurations",
)
def residual_covariance(sign: int = 1) -> Result:
    r"""
    With an identity skip around every layer, $y \mapsto (y + \sqrt s\, B y)/\sqrt{1+s}$, the product over layers is
    a sum over subsets of layers: a path uses the branch in some of them and the skip in the others, $\binom{H}{k}$
    subsets have $k$ branches. Assumption as above: each subset $S$ of size $k$ has its own independent standard
    Gaussians $X^S$, one for each $k$-tuple of weights. The Gaussian function
    $$h(w) = (1+s)^{-H/2} \sum_S s^{k/2} N^{-(k-1)/2} \sum_{i_1 … i_k} X^S_{i_1 … i_k} w_{i_1} \cdots w_{i_k}$$
    is written out for $N = 2$, $H ≤ 3$ with symbols for every $X$; the covariance is the sum of the products of the
    coefficients of each $X$ at $w$ and at $w'$. It is $N ξ(q)$ with $ξ(q) = ((1+sq)/(1+s))^H$ and $q = w·w'/N$, for
    all $w, w'$.
    """
    spins = 2
    one, other = sp.symbols("w1:3", real=True), sp.symbols("v1:3", real=True)
    found, expected, lengths, binomials = [], [], [], []
    overlap = sum(a * b for a, b in zip(one, other, strict=True)) / spins
    for depth in (1, 2, 3):
        subsets = [set(chosen) for k in range(depth + 1) for chosen in itertools.combinations(range(depth), k)]
        skips = sp.symbols(f"B1:{depth + 1}", commutative=False)
        product = sp.expand(sp.Mul(*(1 + branch for branch in skips)))
        by_length = [0] * (depth + 1)
        for term in sp.Add.make_args(product):
            by_length[0 if term == 1 else len(term.args) if term.is_Mul else 1] += 1
        lengths += by_length
        binomials += [math.comb(depth, k) for k in range(depth + 1)]
        covariance = sp.S.Zero
        for subset in subsets:
            length = len(subset)
            amplitude = _branch ** sp.Rational(length, 2) * sp.Integer(spins) ** sp.Rational(1 - length, 2)
            for choice in itertools.product(range(spins), repeat=length):
                here = amplitude * sp.Mul(*(one[i] for i in choice))
                there = amplitude * sp.Mul(*(sign * other[i] for i in choice))
                covariance += here * there
        found.append(sp.expand(covariance / (1 + _branch) ** depth))
        expected.append(spins * ((1 + _branch * overlap) / (1 + _branch)) ** depth)
    claims = (
        Identity(found, expected, what="N xi(q), for N = 2 and H = 1, 2, 3"),
        Identity(
            [sp.Integer(k) for k in lengths], [sp.Integer(k) for k in binomials], what="binomial numbers of lengths"
        ),
    )
    xi = ((1 + _branch * q) / (1 + _branch)) ** _depth
    return Result(xi, sp.Eq(sp.Function("xi")(q), xi, evaluate=False), claims)


@derivation.step(
    "residual-border", "Where the residual landscape becomes trivial", flips="the sign of the branch's variance"
)
def residual_border(sign: int = 1) -> Result:
    r"""
    $r = ξ''/ξ'$ at $q = 1$ takes the part of $p - 1$ in the counts of critical points. By differentiation, $r =
    (H-1)s/(1+s)$; $r = 1$, the border of the trivial landscape, is $s = 1/(H-2)$. With $s = τ/H$ and $H → ∞$ the
    covariance becomes $e^{τ(q-1)}$, for which $r = τ$: the border is $τ = 1$ whatever the depth. Checked against
    the binomial law of the length $k$ of a path, whose factorial moments are $ξ' = E k$ and $ξ'' = E k(k-1)$, and
    against the limit's series.
    """
    xi = residual_covariance().subs(_branch, sign * _branch)
    ratio = sp.simplify((sp.diff(xi, q, 2) / sp.diff(xi, q)).subs(q, 1))
    (border,) = sp.solve(sp.Eq(ratio, 1), _branch)
    tau = sp.Symbol("tau", positive=True)
    logarithm = sp.series(
        sp.log(xi).subs({_branch: tau / _depth}).subs(_depth, 1 / sp.Symbol("h", positive=True)),
        sp.Symbol("h", positive=True),
        0,
        1,
    )
    limit = sp.exp(sp.expand(logarithm.removeO()))
    by_moments, by_ratio = [], []
    for depth in range(2, 8):
        share = _branch / (1 + _branch)
        law = [sp.binomial(depth, k) * share**k * (1 - share) ** (depth - k) for k in range(depth + 1)]
        first = sum(k * weight for k, weight in enumerate(law))
        second = sum(k * (k - 1) * weight for k, weight in enumerate(law))
        by_moments.append(second / first)
        by_ratio.append(ratio.subs(_depth, depth))
    claims = (
        Identity(by_ratio, by_moments, what="factorial moments of the binomial length, H = 2 ... 7"),
        Identity(ratio.subs(_branch, 1 / (_depth - 2)), sp.S.One, what="r = 1 at s = 1/(H - 2)"),
        Identity(border, 1 / (_depth - 2), what="the only solution of r = 1"),
        Identity(limit, sp.exp(tau * (q - 1)), what="the limit of great depth"),
        Identity(sp.limit(ratio.subs(_branch, tau / _depth), _depth, sp.oo), tau, what="r in the limit"),
    )
    equation = [sp.Eq(sp.Symbol("r"), ratio, evaluate=False), sp.Eq(sp.Symbol("s_*"), border, evaluate=False), limit]
    return Result({"ratio": ratio, "border": border, "limit": limit}, equation, claims)
