"""The path sum: coefficients, laws of the pre-activations, measured samples, refusals."""

from __future__ import annotations

import math
import pickle
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spinglass import ComputationError, InputError
from spinglass.activations import (
    Activation,
    PathSum,
    activation,
    load_preactivations,
    names,
    path_sum,
    path_sum_from_samples,
    propagated_stds,
    section_probabilities,
)

SAME_GLASS_AS_RELU = ["relu", "leaky-relu", "linear", "tanh", "erf", "hard-tanh", "softsign", "arctan", "sine"]
OTHER_GLASS = [
    "gelu",
    "silu",
    "softplus",
    "elu",
    "selu",
    "sigmoid",
    "mish",
    "five-section",
    "hard-sigmoid",
    "hard-swish",
]


@pytest.mark.parametrize("name", SAME_GLASS_AS_RELU)
@pytest.mark.parametrize("std", [0.05, 1.0, [0.3, 1.0, 2.0, 5.0]])
def test_the_glass_of_relu(name: str, std: Any) -> None:
    r = path_sum(activation(name), depth=4, preactivation_std=std)
    assert r.rho.tolist() == [0.0, 0.0, 0.0, 0.0]
    assert r.overlap_field().is_zero


@pytest.mark.parametrize("name", OTHER_GLASS)
def test_other_glasses(name: str) -> None:
    r = path_sum(activation(name), depth=3)
    assert np.all(r.rho != 0)
    assert not r.overlap_field().is_zero


def test_coefficients_are_the_formula() -> None:
    a = activation("softplus")
    stds, c = [0.5, 1.0, 2.0], [1.0, -2.0, 0.25]
    r = path_sum(a, 3, stds, c)
    single = [path_sum(a, 2, s) for s in stds]
    expected = [c[k] * single[k].mean_intercept / math.prod(s.mean_slope for s in single[: k + 1]) for k in range(3)]
    assert np.allclose(r.rho, expected, rtol=1e-15)
    assert r.slopes.tolist() == [s.mean_slope for s in single]
    assert isinstance(r.mean_intercept, np.ndarray)
    assert r.bias_scale.tolist() == c
    assert r.preactivation_std.tolist() == stds


def test_bias_scale_is_raised_to_the_level() -> None:
    a = activation("elu")
    plain, scaled = path_sum(a, 4), path_sum(a, 4, bias_scale=math.sqrt(7.0))
    assert np.allclose(scaled.rho, plain.rho * 7.0 ** (0.5 * np.arange(1, 5)), rtol=1e-14)
    assert isinstance(plain.mean_slope, float)
    assert plain.rho[2] == pytest.approx(plain.mean_intercept / plain.mean_slope**3, rel=1e-14)
    assert path_sum(a, 4, bias_scale=0.0).overlap_field().is_zero


def test_overlap_field_is_the_deterministic_part() -> None:
    r = path_sum(activation("sigmoid"), 3)
    n, m = 8, 0.37
    expected = sum(r.rho[k - 1] * n ** (2 - k) * m ** (3 - k) for k in (1, 2, 3))
    assert r.overlap_field().value(m, n) == pytest.approx(expected, rel=1e-14)
    assert r.overlap_field().p == 3


def test_expansion_over_paths_of_a_real_network() -> None:
    """The algebra of the path sum: output = Σ input paths + Σ bias paths of slopes, weights and one intercept."""
    rng = np.random.default_rng(11)
    a = activation("five-section")
    widths = [3, 4, 2, 1]
    weights = [rng.normal(size=(widths[k + 1], widths[k])) for k in range(3)]
    x = rng.normal(size=3)
    value, slopes, intercepts = x, [], []
    for w in weights:
        z = w @ value
        slopes.append(a.derivative(z))
        intercepts.append(a.intercept(z))
        value = a(z)
    total = 0.0
    for start in range(4):  # 0: input paths; ℓ: bias paths that start in layer ℓ
        for path in np.ndindex(*widths[start:]):
            term = x[path[0]] if start == 0 else intercepts[start - 1][path[0]]
            for k in range(start, 3):
                term *= weights[k][path[k - start + 1], path[k - start]] * slopes[k][path[k - start + 1]]
            total += float(term)
    assert total == pytest.approx(float(value[0]), rel=1e-12)


def test_relu_keeps_its_variance_at_he_initialisation() -> None:
    assert np.allclose(propagated_stds(activation("relu"), 6, math.sqrt(2)), math.sqrt(2), rtol=1e-14)
    assert np.allclose(propagated_stds(activation("linear"), 4, 0.5), 0.5 ** np.arange(1, 5), rtol=1e-14)


def test_propagation_agrees_with_the_arcsine_kernel() -> None:
    """E erf(σz)² = (2/π) asin(2σ²/(1+2σ²)): Williams, Computation with infinite neural networks, eq. 11."""
    variance = [1.5**2 + 0.3**2]
    for _ in range(4):
        q = variance[-1]
        variance.append(1.5**2 * 2 / math.pi * math.asin(2 * q / (1 + 2 * q)) + 0.3**2)
    r = path_sum(activation("erf"), 5, weight_std=1.5, bias_std=0.3)
    assert np.allclose(r.preactivation_std**2, variance, rtol=1e-13)


def test_propagation_agrees_with_a_wide_network() -> None:
    rng = np.random.default_rng(5)
    a, width, sw, sb = activation("softplus"), 3000, 1.2, 0.4
    stds = propagated_stds(a, 3, sw, sb)
    h = rng.normal(size=width)
    h *= math.sqrt(width) / np.linalg.norm(h)
    for std in stds:
        z = rng.normal(size=(width, width)) @ h * (sw / math.sqrt(width)) + sb * rng.normal(size=width)
        assert abs(np.mean(z**2) / std**2 - 1) < 4.5 * math.sqrt(2 / width) * 2
        h = a(z)


@pytest.mark.parametrize("name", ["gelu", "five-section", "softplus", "tanh", "relu"])
@pytest.mark.parametrize("layout", ["one", "rows", "list"])
def test_measured_law_agrees_with_the_gaussian_one(name: str, layout: str) -> None:
    rng = np.random.default_rng(17)
    a, stds, n = activation(name), [0.7, 1.3, 2.0], 40_000
    if layout == "one":
        stds = [1.3] * 3
        samples: Any = 1.3 * rng.normal(size=n)
    else:
        samples = [s * rng.normal(size=n + 1000 * k * (layout == "list")) for k, s in enumerate(stds)]
        samples = np.array(samples) if layout == "rows" else samples
    r, exact = path_sum_from_samples(a, samples, depth=3), path_sum(a, 3, stds)
    assert r.standard_error is not None
    assert r.slope_error is not None
    for found, expected, error in ((r.rho, exact.rho, r.standard_error), (r.slopes, exact.slopes, r.slope_error)):
        assert np.all(np.abs(found - expected) <= 4.5 * error + 1e-14), (found, expected, error)
    assert np.allclose(r.preactivation_std, stds, rtol=0.03)


@pytest.mark.parametrize("one_sample", [True, False])
def test_standard_errors_cover_the_scatter(one_sample: bool) -> None:
    rng = np.random.default_rng(2)
    a = activation("elu")
    runs = [path_sum_from_samples(a, rng.normal(size=400 if one_sample else (3, 400)), 3) for _ in range(400)]
    scatter = np.std([r.rho for r in runs], axis=0)
    claimed = np.sqrt(np.mean([r.standard_error**2 for r in runs if r.standard_error is not None], axis=0))
    assert np.all(np.abs(scatter / claimed - 1) < 4.5 / math.sqrt(2 * len(runs)) + 0.03)


def test_measured_sections_are_fractions() -> None:
    a = activation("five-section")
    samples = np.array([-3.0, -1.5, 0.0, 0.5, 1.5, 1.7, 9.0, -0.5])
    pi = section_probabilities(a, preactivations=samples)
    assert pi.tolist() == [0.125, 0.125, 0.375, 0.25, 0.125]
    r = path_sum_from_samples(a, samples, 2)
    assert a.sections is not None
    assert r.mean_slope == pytest.approx(pi @ a.sections.slopes, rel=1e-15)
    assert r.mean_intercept == pytest.approx(pi @ a.sections.intercepts, rel=1e-14)
    per_neuron = section_probabilities(a, preactivations=samples.reshape(4, 2), axis=0)
    assert per_neuron.tolist() == [[0.25, 0.0, 0.25, 0.25, 0.25], [0.0, 0.25, 0.5, 0.25, 0.0]]
    per_input = section_probabilities(a, preactivations=samples.reshape(4, 2), axis=1)
    assert per_input.shape == (4, 5)
    assert np.allclose(per_input.mean(axis=0), pi)
    for axis in (2, "a"):
        with pytest.raises(InputError, match="axis"):
            section_probabilities(a, preactivations=samples.reshape(4, 2), axis=axis)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="axis"):
        section_probabilities(a, preactivations=samples, axis=0)
    with pytest.raises(InputError, match="no sections"):
        section_probabilities(activation("gelu"))


@pytest.mark.parametrize(
    "even",
    [
        activation("gaussian"),
        Activation.from_expression("x*erf(x)"),
        Activation.from_sections([0], [-1, 1]),
        Activation.from_expression("cos(x) + x*x"),
        activation("leaky-relu", slope=-1.0),
    ],
)
def test_even_activations_have_no_reduction(even: Activation) -> None:
    for std in (0.1, 1.0, 4.0):
        with pytest.raises(InputError, match="every path has weight zero"):
            path_sum(even, 3, std)
    samples = np.random.default_rng(0).normal(size=2000)
    with pytest.raises(InputError, match="every path has weight zero"):
        path_sum_from_samples(even, np.concatenate([samples, -samples]), 3)
    with pytest.raises(InputError, match="every path has weight zero"):
        path_sum_from_samples(even, samples, 3)


def test_even_activation_under_a_shifted_measured_law() -> None:
    samples = 2.0 + np.random.default_rng(0).normal(size=20_000)
    r = path_sum_from_samples(Activation.from_expression("x**2"), samples, 2)
    assert r.mean_slope == pytest.approx(4.0, abs=0.1)


@pytest.mark.parametrize(
    "arguments",
    [
        {"depth": 1},
        {"depth": 0},
        {"depth": -3},
        {"depth": 2.5},
        {"depth": True},
        {"depth": "3"},
        {"depth": None},
        {"preactivation_std": 0.0},
        {"preactivation_std": -1.0},
        {"preactivation_std": float("nan")},
        {"preactivation_std": float("inf")},
        {"preactivation_std": [1.0, 1.0]},
        {"preactivation_std": [1.0, 1.0, 0.0]},
        {"preactivation_std": [[1.0] * 3]},
        {"preactivation_std": "1"},
        {"preactivation_std": None},
        {"preactivation_std": True},
        {"bias_scale": float("nan")},
        {"bias_scale": [1.0]},
        {"bias_scale": "a"},
        {"bias_scale": [1.0, 2.0, float("inf")]},
        {"bias_scale": 1e200},
        {"bias_scale": None},
        {"bias_scale": 1j},
        {"weight_std": 0.0},
        {"weight_std": -1.0},
        {"weight_std": float("nan")},
        {"bias_std": 1.0},
        {"weight_std": 1.0, "bias_std": -1.0},
        {"weight_std": 1.0, "preactivation_std": 2.0},
        {"weight_std": 1.0, "preactivation_std": [1.0, 1.0, 1.0]},
    ],
)
def test_bad_arguments(arguments: dict[str, Any]) -> None:
    name = next(iter(arguments))
    with pytest.raises(InputError, match="|".join(arguments)):
        path_sum(activation("gelu"), **{"depth": 3, **arguments})
    assert name


@pytest.mark.parametrize("wrong", ["relu", None, math.tanh, 3])
def test_the_activation_is_an_activation(wrong: Any) -> None:
    with pytest.raises(InputError, match="activation = "):
        path_sum(wrong, 3)
    with pytest.raises(InputError, match="activation = "):
        path_sum_from_samples(wrong, [1.0, 2.0], 3)


BAD_SAMPLES = [
    np.array([1.0, float("nan")]),
    np.array([1.0, float("inf")]),
    np.array([]),
    np.zeros((3, 0)),
    np.array(1.0),
    np.zeros((3, 4, 5)),
    np.array([1 + 1j, 2.0]),
    np.array([1.0, None], dtype=object),
    np.array(["a", "b"]),
    np.array([True, False]),
    np.array(["2020-01-01"], dtype="datetime64[D]"),
]


@pytest.mark.parametrize(
    "samples", [*BAD_SAMPLES, np.ones((2, 10)), [np.ones(4), np.ones(4)], [[1.0], [2.0], [3.0]], "x", None, [1.0]]
)
def test_bad_samples(samples: Any) -> None:
    with pytest.raises(InputError, match="preactivations"):
        path_sum_from_samples(activation("gelu"), samples, 3)


@pytest.mark.parametrize(
    "samples", [np.arange(5), np.ones((3, 4)), np.array([1.5, 2.5], dtype=">f4"), np.float16([1, 2])]
)
def test_npy_round_trip(samples: Any, tmp_path: Path) -> None:
    np.save(tmp_path / "z.npy", samples)
    loaded = load_preactivations(tmp_path / "z.npy")
    assert loaded.dtype == np.float64
    assert np.array_equal(loaded, samples)


@pytest.mark.parametrize("samples", BAD_SAMPLES)
def test_bad_npy(samples: Any, tmp_path: Path) -> None:
    np.save(tmp_path / "z.npy", samples, allow_pickle=True)
    with pytest.raises(InputError, match=r"path|preactivations"):
        load_preactivations(tmp_path / "z.npy")


class _Bomb:
    def __reduce__(self) -> Any:
        return (pytest.fail, ("the pickle was executed",))


def test_nothing_in_a_file_is_executed(tmp_path: Path) -> None:
    np.save(tmp_path / "bomb.npy", np.array([_Bomb()], dtype=object), allow_pickle=True)
    (tmp_path / "bare.npy").write_bytes(pickle.dumps([1.0]))
    np.savez(tmp_path / "many.npz", a=np.ones(3))
    (tmp_path / "short.npy").write_bytes(b"\x93NUMPY\x01\x00")
    np.save(tmp_path / "cut.npy", np.ones(100))
    (tmp_path / "cut.npy").write_bytes((tmp_path / "cut.npy").read_bytes()[:-80])
    (tmp_path / "header.npy").write_bytes(b"\x93NUMPY\x01\x00\x10\x00" + b"__import__('os')")
    for name in ("bomb.npy", "bare.npy", "many.npz", "short.npy", "cut.npy", "header.npy", "absent.npy", "."):
        with pytest.raises(InputError, match=r"^path = "):
            load_preactivations(tmp_path / name)


def test_results_are_read_only_and_picklable() -> None:
    r = path_sum(activation("silu"), 3)
    with pytest.raises(ValueError, match="read-only"):
        r.rho[0] = 1.0
    with pytest.raises(AttributeError):
        r.depth = 4  # type: ignore[misc]
    copy = pickle.loads(pickle.dumps(r))
    assert isinstance(copy, PathSum)
    assert np.array_equal(copy.rho, r.rho)
    assert copy.activation == r.activation


@pytest.mark.parametrize("name", [n for n in names() if n != "gaussian"])
def test_a_path_sum_is_fast(name: str) -> None:
    a = activation(name)
    path_sum(a, 5)
    best = math.inf
    for _ in range(5):
        start = time.perf_counter()
        path_sum(a, 5)
        best = min(best, time.perf_counter() - start)
    assert best < 0.010


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("std", [5e-324, 1e-100, 1e-8, 1e8, 1e100, 1e300])
def test_extreme_laws_give_numbers_or_a_clear_error(name: str, std: float) -> None:
    for arguments in ({"preactivation_std": std}, {"weight_std": std}):
        try:
            r = path_sum(activation(name), 3, **arguments)  # type: ignore[arg-type]
        except InputError:
            assert (
                not 1e-8 <= std <= 1e8 or name in ("gaussian", "sine") or "vanish or explode" in str(sys.exc_info()[1])
            )
            continue
        except ComputationError:
            assert name == "sine"  # no quadrature follows 1e8 oscillations
            continue
        assert np.all(np.isfinite(r.rho))


def test_propagation_that_explodes_or_vanishes_is_an_error() -> None:
    with pytest.raises(InputError, match="vanish or explode"):
        propagated_stds(activation("linear"), 60, 1e5)
    with pytest.raises(InputError, match="vanish or explode"):
        propagated_stds(activation("linear"), 60, 1e-5)
    with pytest.raises(InputError, match=r"grows too fast|not a finite real number"):
        propagated_stds(Activation.from_expression("x*exp(x**2/8)"), 3, 3.0)


def test_large_tables_are_fast() -> None:
    x = np.linspace(-6, 6, 20_001)
    a = Activation.from_table(x, np.logaddexp(0, x))
    start = time.perf_counter()
    r = path_sum(a, 3)
    a(np.linspace(-9, 9, 100_000))
    assert time.perf_counter() - start < 1.0
    assert np.allclose(r.rho, path_sum(activation("softplus"), 3).rho, rtol=1e-6)
