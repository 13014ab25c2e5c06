"""Mean numbers of critical points of spherical spin glasses: asymptotic curves, thresholds, activation ratios.

What has compiled kernels is imported on first use, so that the room costs nothing but numpy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

# Not lazy: the function has the name of its module, and only an import made here leaves the name with the function.
from spinglass.complexity.activation_ratio import activation_ratio, ratio_divergence, saddle_ratio
from spinglass.complexity.thresholds import band_edge, band_width, threshold_energy

if TYPE_CHECKING:
    from spinglass.complexity.asymptotic import annealed_complexity, field_complexity
    from spinglass.complexity.closed_forms import total_count_closed_form
    from spinglass.complexity.finite_n import mean_count, mean_count_bins, mean_count_density, mean_energy_density
    from spinglass.complexity.sharp_counts import sharp_count

_MODULE_OF = {
    "annealed_complexity": "asymptotic",
    "field_complexity": "asymptotic",
    "mean_count": "finite_n",
    "mean_count_bins": "finite_n",
    "mean_count_density": "finite_n",
    "mean_energy_density": "finite_n",
    "sharp_count": "sharp_counts",
    "total_count_closed_form": "closed_forms",
}

__all__ = [
    "activation_ratio",
    "annealed_complexity",
    "band_edge",
    "band_width",
    "field_complexity",
    "mean_count",
    "mean_count_bins",
    "mean_count_density",
    "mean_energy_density",
    "ratio_divergence",
    "saddle_ratio",
    "sharp_count",
    "threshold_energy",
    "total_count_closed_form",
]


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(importlib.import_module(f"spinglass.complexity.{_MODULE_OF[name]}"), name)
    raise AttributeError(f"module 'spinglass.complexity' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
