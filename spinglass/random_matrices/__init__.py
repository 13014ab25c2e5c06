"""Random matrices: ensembles, the semicircle law, exact averages over the GOE at finite n.

Names are imported on first use: compiled kernels load only with the function that needs them. The semicircle law is in
the module `semicircle` (`density`, `cdf`, `quantile`, `stieltjes`, `log_potential`).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spinglass.random_matrices import semicircle
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
    from spinglass.random_matrices.ensembles import (
        count_below,
        log_abs_determinant,
        sample_goe,
        sample_goe_tridiagonal,
    )
    from spinglass.random_matrices.index_law import count_probabilities, index_probabilities
    from spinglass.random_matrices.level_density import goe_density
    from spinglass.random_matrices.multiplicative import mean_product
    from spinglass.random_matrices.pfaffian import log_pfaffian
    from spinglass.random_matrices.semicircle import cdf as semicircle_cdf
    from spinglass.random_matrices.semicircle import density as semicircle_density
    from spinglass.random_matrices.semicircle import log_potential, stieltjes
    from spinglass.random_matrices.semicircle import quantile as semicircle_quantile
    from spinglass.random_matrices.soft_edge import soft_edge_density

_MODULE_OF = {
    "BETA4_SCALES": "edge",
    "TracyWidomMoments": "edge",
    "count_below": "ensembles",
    "count_probabilities": "index_law",
    "goe_density": "level_density",
    "index_probabilities": "index_law",
    "log_abs_determinant": "ensembles",
    "log_pfaffian": "pfaffian",
    "log_potential": "semicircle",
    "mean_abs_determinant": "determinants",
    "mean_abs_determinant_closed_form": "determinants",
    "mean_product": "multiplicative",
    "sample_goe": "ensembles",
    "sample_goe_tridiagonal": "ensembles",
    "sample_tracy_widom": "edge",
    "semicircle_cdf": "semicircle",
    "semicircle_density": "semicircle",
    "semicircle_quantile": "semicircle",
    "soft_edge_density": "soft_edge",
    "stieltjes": "semicircle",
    "tracy_widom_cdf": "edge",
    "tracy_widom_moments": "edge",
    "tracy_widom_pdf": "edge",
    "tracy_widom_quantile": "edge",
    "tracy_widom_sf": "edge",
}
_NAME_IN_MODULE = {"semicircle_cdf": "cdf", "semicircle_density": "density", "semicircle_quantile": "quantile"}

__all__ = [
    "BETA4_SCALES",
    "TracyWidomMoments",
    "count_below",
    "count_probabilities",
    "goe_density",
    "index_probabilities",
    "log_abs_determinant",
    "log_pfaffian",
    "log_potential",
    "mean_abs_determinant",
    "mean_abs_determinant_closed_form",
    "mean_product",
    "sample_goe",
    "sample_goe_tridiagonal",
    "sample_tracy_widom",
    "semicircle",
    "semicircle_cdf",
    "semicircle_density",
    "semicircle_quantile",
    "soft_edge_density",
    "stieltjes",
    "tracy_widom_cdf",
    "tracy_widom_moments",
    "tracy_widom_pdf",
    "tracy_widom_quantile",
    "tracy_widom_sf",
]


def __getattr__(name: str) -> Any:
    if name == "semicircle":
        return importlib.import_module("spinglass.random_matrices.semicircle")
    if name in _MODULE_OF:
        module = importlib.import_module(f"spinglass.random_matrices.{_MODULE_OF[name]}")
        return getattr(module, _NAME_IN_MODULE.get(name, name))
    raise AttributeError(f"module 'spinglass.random_matrices' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
