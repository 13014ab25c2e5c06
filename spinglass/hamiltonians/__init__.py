"""Spherical multi-spin Hamiltonians: couplings, overlap fields, realisations."""

from spinglass.hamiltonians.overlap_field import OverlapField
from spinglass.hamiltonians.spherical import Realisation, SphericalGlass, tangent_basis
from spinglass.hamiltonians.symmetric_tensor import SymmetricTensor

__all__ = ["OverlapField", "Realisation", "SphericalGlass", "SymmetricTensor", "tangent_basis"]
