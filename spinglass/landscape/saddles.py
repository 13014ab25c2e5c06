"""Saddles of a chosen index: Newton's method on the image of f, where the lowest modes of the Hessian are reversed.

At each place gradient and Hessian are reflected along the k lowest modes V, g → (1 − 2VVᵀ)g, H → (1 − 2VVᵀ)H, so that
f is climbed along them and descended along all others; a saddle of index k then attracts as a minimum does, and no
other critical point does (image function: Smith, Theor. Chim. Acta 77 (1990) 281; eigenvector following: Cerjan,
Miller, J. Chem. Phys. 75 (1981) 2800). No function decreases along the way, so that convergence is not guaranteed: the
status says what happened.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import checked_int
from spinglass.landscape.descent import Ending
from spinglass.landscape.newton import Model, iterate, trust_region
from spinglass.landscape.objective import LinearMap, Objective, Place
from spinglass.landscape.spectra import lowest_eigenpairs

FloatArray = NDArray[np.float64]

_UNLIKE, _ALIKE = 0.5, 0.15  # errors of the linear model of the gradient: refuse above, widen below


@dataclass(frozen=True, eq=False)
class Modes:
    """Modes of the Hessian: orthonormal tangent vectors (n, k) and their eigenvalues (k,)."""

    vectors: FloatArray
    values: FloatArray

    def reflected_gradient(self, gradient: FloatArray) -> FloatArray:
        """(1 − 2VVᵀ) g."""
        return gradient - 2 * self.vectors @ (self.vectors.T @ gradient)

    def reflected(self, act: LinearMap) -> LinearMap:
        """(1 − 2VVᵀ) H."""
        return lambda v: act(v) - 2 * self.vectors @ (self.values * (self.vectors.T @ v))


def saddle(
    objective: Objective,
    start: FloatArray,
    index: int,
    *,
    tolerance: float = 1e-8,
    max_iterations: int = 500,
    max_inner: int | None = None,
) -> Ending:
    """A critical point with `index` negative eigenvalues, by a trust region on the image of f; 0 is `trust_region`.

    A step is taken when the gradient at its end is that of the linear model, to half of its change. The lowest modes
    are computed at every place. The end of a run that stalled or was cut short can have any index.
    """
    if checked_int("index", index, 0, objective.manifold.dimension) == 0:
        return trust_region(objective, start, tolerance=tolerance, max_iterations=max_iterations, max_inner=max_inner)

    def image(objective: Objective, place: Place) -> Model:
        modes = Modes(*reversed(lowest_eigenpairs(objective, place, index, vectors=True)))
        act = objective.curvature(place)
        return Model(modes.reflected_gradient(place.gradient), modes.reflected(act), act)

    return iterate(objective, start, image, _foreseen, tolerance, max_iterations, max_inner)


def _foreseen(objective: Objective, place: Place, s: FloatArray, bend: FloatArray, end: Place) -> tuple[bool, bool]:
    """Whether the gradient at the end of the step is the one of the linear model.

    Measured by the change of the gradient, or where that is small, as between a mode's rise and its fall, by itself.
    """
    expected = objective.manifold.transport(place.point, s, place.gradient + bend)
    error = float(np.linalg.norm(end.gradient - expected))
    size = max(float(np.linalg.norm(bend)), place.slope)
    return error <= _UNLIKE * size, error <= _ALIKE * size
