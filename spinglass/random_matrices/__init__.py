"""Random matrices: ensembles, the semicircle law, exact averages over the GOE at finite n.

Names are imported on first use: compiled kernels load only with the function that needs them. The semicircle law is in
the module `semicircle` (`density`, `cdf`, `quantile`, `stieltjes`, `log_potential`), that of Marchenko and Pastur in
`marchenko_pastur`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spinglass.random_matrices import marchenko_pastur, semicircle
    from spinglass.random_matrices.determinants import mean_abs_determinant, mean_abs_determinant_closed_form
    from spinglass.random_matrices.edge import (
        BETA4_SCALES,
        TracyWidomMoments,
        sample_tracy_widom,
        tracy_widom_cdf,
        tracy_widom_moments,
        tracy_widom_pdf,
        tracy_widom_quantile,
        tracy_widom_sf,
    )
    from spinglass.random_matrices.eigenvalue_laws import GoeEigenvalueLaw
    from spinglass.random_matrices.ensembles import (
        count_below,
        log_abs_determinant,
        sample_goe,
        sample_goe_tridiagonal,
        sample_hermite_tridiagonal,
        sample_laguerre_tridiagonal,
        sample_wishart,
    )
    from spinglass.random_matrices.free_convolution import FreeSum
    from spinglass.random_matrices.index_law import count_probabilities, index_probabilities
    from spinglass.random_matrices.level_density import goe_density
    from spinglass.random_matrices.multiplicative import mean_product
    from spinglass.random_matrices.pfaffian import log_pfaffian
    from spinglass.random_matrices.semicircle import cdf as semicircle_cdf
    from spinglass.random_matrices.semicircle import density as semicircle_density
    from spinglass.random_matrices.semicircle import log_potential, stieltjes
    from spinglass.random_matrices.semicircle import quantile as semicircle_quantile
    from spinglass.random_matrices.soft_edge import soft_edge_density
    from spinglass.random_matrices.spacings import (
        gap_probability,
        spacing_cdf,
        spacing_pdf,
        spacing_sf,
        spacing_variance,
    )
    from spinglass.random_matrices.spiked import outlier_overlap, outlier_position, outlier_standard_deviation
    from spinglass.random_matrices.surmises import (
        mean_spacing_ratio,
        spacing_ratio_pdf,
        spacing_ratios,
        unfold,
        wigner_surmise_cdf,
        wigner_surmise_pdf,
        wigner_surmise_variance,
    )

_MODULE_OF = {
    "BETA4_SCALES": "edge",
    "FreeSum": "free_convolution",
    "GoeEigenvalueLaw": "eigenvalue_laws",
    "TracyWidomMoments": "edge",
    "count_below": "ensembles",
    "count_probabilities": "index_law",
    "gap_probability": "spacings",
    "goe_density": "level_density",
    "index_probabilities": "index_law",
    "log_abs_determinant": "ensembles",
    "log_pfaffian": "pfaffian",
    "log_potential": "semicircle",
    "mean_abs_determinant": "determinants",
    "mean_abs_determinant_closed_form": "determinants",
    "mean_product": "multiplicative",
    "mean_spacing_ratio": "surmises",
    "outlier_overlap": "spiked",
    "outlier_position": "spiked",
    "outlier_standard_deviation": "spiked",
    "sample_goe": "ensembles",
    "sample_goe_tridiagonal": "ensembles",
    "sample_hermite_tridiagonal": "ensembles",
    "sample_laguerre_tridiagonal": "ensembles",
    "sample_tracy_widom": "edge",
    "sample_wishart": "ensembles",
    "semicircle_cdf": "semicircle",
    "semicircle_density": "semicircle",
    "semicircle_quantile": "semicircle",
    "soft_edge_density": "soft_edge",
    "spacing_cdf": "spacings",
    "spacing_pdf": "spacings",
    "spacing_ratio_pdf": "surmises",
    "spacing_ratios": "surmises",
    "spacing_sf": "spacings",
    "spacing_variance": "spacings",
    "stieltjes": "semicircle",
    "tracy_widom_cdf": "edge",
    "tracy_widom_moments": "edge",
    "tracy_widom_pdf": "edge",
    "tracy_widom_quantile": "edge",
    "tracy_widom_sf": "edge",
    "unfold": "surmises",
    "wigner_surmise_cdf": "surmises",
    "wigner_surmise_pdf": "surmises",
    "wigner_surmise_variance": "surmises",
}
_NAME_IN_MODULE = {"semicircle_cdf": "cdf", "semicircle_density": "density", "semicircle_quantile": "quantile"}

__all__ = [
    "BETA4_SCALES",
    "FreeSum",
    "GoeEigenvalueLaw",
    "TracyWidomMoments",
    "count_below",
    "count_probabilities",
    "gap_probability",
    "goe_density",
    "index_probabilities",
    "log_abs_determinant",
    "log_pfaffian",
    "log_potential",
    "marchenko_pastur",
    "mean_abs_determinant",
    "mean_abs_determinant_closed_form",
    "mean_product",
    "mean_spacing_ratio",
    "outlier_overlap",
    "outlier_position",
    "outlier_standard_deviation",
    "sample_goe",
    "sample_goe_tridiagonal",
    "sample_hermite_tridiagonal",
    "sample_laguerre_tridiagonal",
    "sample_tracy_widom",
    "sample_wishart",
    "semicircle",
    "semicircle_cdf",
    "semicircle_density",
    "semicircle_quantile",
    "soft_edge_density",
    "spacing_cdf",
    "spacing_pdf",
    "spacing_ratio_pdf",
    "spacing_ratios",
    "spacing_sf",
    "spacing_variance",
    "stieltjes",
    "tracy_widom_cdf",
    "tracy_widom_moments",
    "tracy_widom_pdf",
    "tracy_widom_quantile",
    "tracy_widom_sf",
    "unfold",
    "wigner_surmise_cdf",
    "wigner_surmise_pdf",
    "wigner_surmise_variance",
]


def __getattr__(name: str) -> Any:
    if name in ("marchenko_pastur", "semicircle"):
        return importlib.import_module(f"spinglass.random_matrices.{name}")
    if name in _MODULE_OF:
        module = importlib.import_module(f"spinglass.random_matrices.{_MODULE_OF[name]}")
        return getattr(module, _NAME_IN_MODULE.get(name, name))
    raise AttributeError(f"module 'spinglass.random_matrices' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
