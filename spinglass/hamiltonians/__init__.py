"""Spherical multi-spin Hamiltonians: couplings, overlap fields, realisations."""

from spinglass.hamiltonians.overlap_field import OverlapField

__all__ = ["OverlapField"]
