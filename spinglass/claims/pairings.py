"""The pairings of theory and simulation that claims name.

Each takes `samples`, `seed`, `workers` and its own parameters, and returns the comparisons of the theory together with
those of a theory that is wrong in one named place.
"""

from __future__ import annotations

from collections.abc import Callable

from spinglass.claims.descent import descent_limit, searches_in_census
from spinglass.claims.determinants import (
    closed_determinants,
    determinant_index_means,
    determinant_means,
    rank_one_ratios,
)
from spinglass.claims.edge_laws import tracy_widom_approach, tracy_widom_frequencies
from spinglass.claims.eigenvalue_laws import eigenvalue_law_frequencies
from spinglass.claims.eigenvalues import eigenvalue_density, soft_edge_counts
from spinglass.claims.equilibrium import langevin_energies
from spinglass.claims.evidence import Evidence
from spinglass.claims.field_limits import field_approach, linear_field_rate_approach, trivialisation_approach
from spinglass.claims.found_spectra import found_outliers, found_spectra
from spinglass.claims.gaussian_averages import closed_gaussian_means, path_sum_moments
from spinglass.claims.global_spectra import covariance_spectra, free_sum_spectra
from spinglass.claims.level_spacings import bulk_spacings, three_level_ratios
from spinglass.claims.limits import (
    complexity_approach,
    log_potential_approach,
    prefactor_approach,
    rank_one_approach,
    ratio_approach,
    soft_edge_approach,
)
from spinglass.claims.mixed_counts import mixed_field_counts
from spinglass.claims.mixed_glasses import mixed_complexity_approach
from spinglass.claims.point_counts import closed_form_counts, critical_point_counts, residual_counts
from spinglass.claims.spiked_spectra import spike_outliers

PAIRINGS: dict[str, Callable[..., Evidence]] = {
    "critical-point-counts": critical_point_counts,
    "closed-form-counts": closed_form_counts,
    "residual-counts": residual_counts,
    "mixed-field-counts": mixed_field_counts,
    "searches-in-census": searches_in_census,
    "descent-limit": descent_limit,
    "found-spectra": found_spectra,
    "found-outliers": found_outliers,
    "langevin-energies": langevin_energies,
    "determinant-means": determinant_means,
    "determinant-index-means": determinant_index_means,
    "closed-determinants": closed_determinants,
    "log-potential-approach": log_potential_approach,
    "rank-one-ratios": rank_one_ratios,
    "rank-one-approach": rank_one_approach,
    "eigenvalue-density": eigenvalue_density,
    "soft-edge-counts": soft_edge_counts,
    "soft-edge-approach": soft_edge_approach,
    "eigenvalue-laws": eigenvalue_law_frequencies,
    "edge-laws": tracy_widom_frequencies,
    "edge-law-approach": tracy_widom_approach,
    "bulk-spacings": bulk_spacings,
    "three-level-ratios": three_level_ratios,
    "spike-outliers": spike_outliers,
    "covariance-spectra": covariance_spectra,
    "free-sum-spectra": free_sum_spectra,
    "path-sum-moments": path_sum_moments,
    "closed-gaussian-means": closed_gaussian_means,
    "ratio-approach": ratio_approach,
    "complexity-approach": complexity_approach,
    "field-approach": field_approach,
    "linear-field-rate-approach": linear_field_rate_approach,
    "trivialisation-approach": trivialisation_approach,
    "mixed-complexity-approach": mixed_complexity_approach,
    "prefactor-approach": prefactor_approach,
}
