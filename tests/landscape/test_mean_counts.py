"""Mean numbers of critical points from complete enumeration against exact Kac–Rice values, within 4.5 errors."""

import math
from functools import partial

import numpy as np
import pytest

from spinglass import landscape
from spinglass.hamiltonians import OverlapField, SphericalGlass

census = partial(landscape.census, certify=False)
# (glass, N, exact mean). Pure: Auffinger, Ben Arous, Černý (2013), Gaussian integrals done exactly; fields and
# mixtures: Kac–Rice integrals in quadrature to at least nine digits. r = ξ″/ξ′ = 1 gives 2N exactly.
MEANS = {
    "N2": (SphericalGlass(p=3), 2, 2 * math.sqrt(7)),
    "N3": (SphericalGlass(p=3), 3, 10.5523597411975803),
    "N4": (SphericalGlass(p=3), 4, 18.7902338010301536),
    "N5": (SphericalGlass(p=3), 5, 31.4969142094365525),
    "N6": (SphericalGlass(p=3), 6, 50.8731365172507097),
    "rho0.5_N2": (SphericalGlass(p=3, field=OverlapField(3, [0.5])), 2, 5.200440021),
    "rho1_N2": (SphericalGlass(p=3, field=OverlapField(3, [1.0])), 2, 4.964529697),
    "rho0.5_N3": (SphericalGlass(p=3, field=OverlapField(3, [0.5])), 3, 10.261064938),
    "rho0.5_N4": (SphericalGlass(p=3, field=OverlapField(3, [0.5])), 4, 18.140158438),
    "rho-1_N4": (SphericalGlass(p=3, field=OverlapField(3, [-1.0])), 4, 16.58122891),
    "h1_N3": (SphericalGlass(p=3, field=OverlapField.linear(1.0)), 3, 8.034175789546),
    "h2.5_N3": (SphericalGlass(p=3, field=OverlapField.linear(2.5)), 3, 3.303316884112),
    "hsqrt3_N4": (SphericalGlass(p=3, field=OverlapField.linear(math.sqrt(3))), 4, 6.411929399289),
    "random_field_N5": (SphericalGlass(mixture={1: math.sqrt(3), 3: 1.0}), 5, 10.0),
    "random_field_p2_N3": (SphericalGlass(mixture={1: math.sqrt(2), 2: 1.0}), 3, 3.788854381999831757),
    "four_N3": (SphericalGlass(p=4), 3, 15.14534138012398),
    "four_N4": (SphericalGlass(p=4), 4, 32.508214346530934),
    "four_rho0.5_N3": (SphericalGlass(p=4, field=OverlapField(4, [0.5])), 3, 14.15822214922591),
    "five_N3": (SphericalGlass(p=5), 3, 19.75040627920733),
    "mixed_N3": (SphericalGlass(mixture={2: 1.0, 3: 1.0, 4: 1.0}), 3, 11.571233814367385),
    "quartic_N4": (SphericalGlass(p=3, field=OverlapField.spike(1.0, 4)), 4, 18.37361491353011),
    "quintic_p2_N4": (SphericalGlass(p=2, field=OverlapField.spike(1.0, 5)), 4, 9.748265039805455),
    "random_field_p2_N5": (SphericalGlass(mixture={1: math.sqrt(2), 2: 1.0}), 5, 4.164513802219796),
}


def counts(glass, n, samples, seed):
    rng = np.random.default_rng(seed)
    result = np.empty(samples)
    for k in range(samples):
        found = census(glass.sample(n, rng))
        assert found.complete
        result[k] = found.count
    return result


@pytest.mark.parametrize(("glass", "n", "exact"), MEANS.values(), ids=MEANS.keys())
def test_mean_counts(glass, n, exact):
    quick = glass.p < 4 and len(glass.field.polynomial(n)) < 5
    samples = 400 if n > 4 else 1500 if quick else 500
    found = counts(glass, n, samples, seed=n)
    assert abs(found.mean() - exact) < 4.5 * found.std() / math.sqrt(samples)


def test_the_means_tell_fields_apart():
    """Negative control: the count with ρ = −1 is many standard errors from the exact value without field."""
    found = counts(SphericalGlass(p=3, field=OverlapField(3, [-1.0])), 4, 1500, seed=4)
    assert abs(found.mean() - 18.7902338) > 8 * found.std() / math.sqrt(1500)


def test_two_spin_glass_has_2n_points():
    assert set(counts(SphericalGlass(p=2), 5, 50, seed=0)) == {10}


def test_distribution_for_three_spins():
    """P(count = 2, 6, 10, 14) against an independent Monte Carlo of 2500 samples: 0.0228, 0.1796, 0.4216, 0.3760."""
    samples = 2500
    found = counts(SphericalGlass(p=3), 3, samples, seed=31)
    assert set(found) == {2, 6, 10, 14}
    for count, probability in ((2, 0.0228), (6, 0.1796), (10, 0.4216), (14, 0.3760)):
        error = math.sqrt(probability * (1 - probability) * (1 / samples + 1 / 2500))
        assert abs(np.mean(found == count) - probability) < 4.5 * error


def by_index(glass, n, samples, seed, cut=math.inf):
    rng = np.random.default_rng(seed)
    rows = np.empty((samples, n))
    for k in range(samples):
        found = census(glass.sample(n, rng))
        rows[k] = np.bincount(found.index[found.energy_density <= cut], minlength=n)
    return rows


@pytest.mark.parametrize(
    ("p", "n", "exact"),
    [
        (3, 3, [3.13808993529939508, 4.27617987059879015, 3.13808993529939508]),
        (3, 4, [3.57952446150764355, 5.81559243900743324, 5.81559243900743324, 3.57952446150764355]),
        (4, 4, [5.48130227556814, 10.772804897697325, 10.772804897697325, 5.48130227556814]),
        (
            3,
            5,
            [3.99981201611496945, 7.37422855235912814, 8.74883307248833735, 7.37422855235912814, 3.99981201611496945],
        ),
    ],
)
def test_mean_counts_by_index(p, n, exact):
    """Exact index-resolved means of the pure glass."""
    rows = by_index(SphericalGlass(p=p), n, 800, seed=50 + n)
    error = rows.std(axis=0) / math.sqrt(800)
    assert np.all(np.abs(rows.mean(axis=0) - exact) < 4.5 * error)


def test_mean_counts_by_index_of_a_mixed_glass():
    """ξ = 0.16 q + 0.64 q² + q³, D = N(0.6 m² + 0.3 m), N = 3: Kac–Rice by index 2.65866281, 3.29499790, 2.63633509."""
    # N(0.6 m² + 0.3 m) in the coefficients of the p = 3 field: ρ₁ = 0.6, ρ₂ N^0 = 0.3 N
    field = OverlapField(3, [0.6, 0.9])
    rows = by_index(SphericalGlass(mixture={1: 0.4, 2: 0.8, 3: 1.0}, field=field), 3, 2000, seed=77)
    error = rows.std(axis=0) / math.sqrt(2000)
    assert np.all(np.abs(rows.mean(axis=0) - [2.65866281, 3.29499790, 2.63633509]) < 4.5 * error)


def test_the_sign_of_the_field_matters():
    """h_ρ(w) = −h_{−ρ}(−w) in law: D = ρNm² with ρ < 0 has other energies of minima; a wrong sign is seen at once."""
    lowest = {}
    for rho in (-1.0, 1.0):
        rng = np.random.default_rng(5)
        glass = SphericalGlass(p=3, field=OverlapField(3, [rho]))
        lowest[rho] = np.array([census(glass.sample(4, rng)).energy_density[[0, -1]] for _ in range(400)])
    error = (lowest[-1.0][:, 0] - lowest[1.0][:, 0]).std() / math.sqrt(400)
    assert lowest[-1.0][:, 0].mean() < lowest[1.0][:, 0].mean() - 10 * error
    # the minimum at −ρ is minus the maximum at ρ, sample by sample
    assert np.max(np.abs(lowest[-1.0][:, 0] + lowest[1.0][:, 1])) < 1e-12


def test_mean_counts_by_index_with_a_field_of_higher_degree():
    """p = 3, D = N Σ c_j m^j of degree five, N = 3: exact means by index (Kac–Rice, ten digits)."""
    field = OverlapField.from_polynomial([0, 0.2, 0.3, 0.4, 0.5, 0.6])
    rows = by_index(SphericalGlass(p=3, field=field), 3, 1000, seed=78)
    error = rows.std(axis=0) / math.sqrt(1000)
    assert np.all(np.abs(rows.mean(axis=0) - [2.973900452447706, 3.784447066705926, 2.810546614258219]) < 4.5 * error)
