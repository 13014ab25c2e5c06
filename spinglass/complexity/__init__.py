"""Mean numbers of critical points of spherical spin glasses: asymptotic curves, thresholds, activation ratios.

What has compiled kernels is imported on first use, so that the room costs nothing but numpy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

# Not lazy: the function has the name of its module, and only an import made here leaves the name with the function.
from spinglass.complexity.activation_ratio import activation_ratio, ratio_divergence, saddle_ratio
from spinglass.complexity.phase_diagram import equator_instability, phase_boundaries, phase_diagram
from spinglass.complexity.thresholds import band_edge, band_width, threshold_energy

if TYPE_CHECKING:
    from spinglass.complexity.asymptotic import annealed_complexity, field_complexity
    from spinglass.complexity.closed_forms import total_count_closed_form
    from spinglass.complexity.convergence import approach_table, sharp_density
    from spinglass.complexity.finite_n import mean_count, mean_count_bins, mean_count_density, mean_energy_density
    from spinglass.complexity.ground_states import algorithmic_threshold, ground_state_energy, one_step_solution
    from spinglass.complexity.latitude_planes import latitude_diagram
    from spinglass.complexity.leading_order import (
        dominant_latitude,
        index_cost,
        latitude_maxima,
        leading_complexity,
        typical_index,
    )
    from spinglass.complexity.sharp_counts import sharp_count
    from spinglass.complexity.trivialisation import field_band_edge, field_rate, signal_points, trivialisation_field

_MODULE_OF = {
    "algorithmic_threshold": "ground_states",
    "annealed_complexity": "asymptotic",
    "approach_table": "convergence",
    "dominant_latitude": "leading_order",
    "field_band_edge": "trivialisation",
    "field_complexity": "asymptotic",
    "field_rate": "trivialisation",
    "ground_state_energy": "ground_states",
    "index_cost": "leading_order",
    "latitude_diagram": "latitude_planes",
    "latitude_maxima": "leading_order",
    "leading_complexity": "leading_order",
    "mean_count": "finite_n",
    "mean_count_bins": "finite_n",
    "mean_count_density": "finite_n",
    "mean_energy_density": "finite_n",
    "one_step_solution": "ground_states",
    "sharp_count": "sharp_counts",
    "sharp_density": "convergence",
    "signal_points": "trivialisation",
    "total_count_closed_form": "closed_forms",
    "trivialisation_field": "trivialisation",
    "typical_index": "leading_order",
}

__all__ = [
    "activation_ratio",
    "algorithmic_threshold",
    "annealed_complexity",
    "approach_table",
    "band_edge",
    "band_width",
    "dominant_latitude",
    "equator_instability",
    "field_band_edge",
    "field_complexity",
    "field_rate",
    "ground_state_energy",
    "index_cost",
    "latitude_diagram",
    "latitude_maxima",
    "leading_complexity",
    "mean_count",
    "mean_count_bins",
    "mean_count_density",
    "mean_energy_density",
    "one_step_solution",
    "phase_boundaries",
    "phase_diagram",
    "ratio_divergence",
    "saddle_ratio",
    "sharp_count",
    "sharp_density",
    "signal_points",
    "threshold_energy",
    "total_count_closed_form",
    "trivialisation_field",
    "typical_index",
]


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(importlib.import_module(f"spinglass.complexity.{_MODULE_OF[name]}"), name)
    raise AttributeError(f"module 'spinglass.complexity' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
