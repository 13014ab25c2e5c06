"""Mean numbers of critical points of spherical spin glasses: asymptotic curves, thresholds, activation ratios.

Names are imported on first use: compiled kernels load only with the function that needs them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spinglass.complexity.asymptotic import annealed_complexity
    from spinglass.complexity.thresholds import band_edge, band_width, threshold_energy

_MODULE_OF = {
    "annealed_complexity": "asymptotic",
    "band_edge": "thresholds",
    "band_width": "thresholds",
    "threshold_energy": "thresholds",
}

__all__ = [
    "annealed_complexity",
    "band_edge",
    "band_width",
    "threshold_energy",
]


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(importlib.import_module(f"spinglass.complexity.{_MODULE_OF[name]}"), name)
    raise AttributeError(f"module 'spinglass.complexity' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
