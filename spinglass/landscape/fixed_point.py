"""Residuals of the homogeneous equations in integers of fixed point: the few points where rounding decides."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinglass.landscape.homogeneous_system import HomogeneousSystem

ComplexArray = NDArray[np.complex128]

_BITS = 180
_integer = np.frompyfunc(lambda x: _scaled(float(x)), 1, 1)
_float = np.frompyfunc(lambda k: k / (1 << _BITS), 1, 1)


def _scaled(x: float) -> int:
    """x in units, rounded down where it has more digits."""
    numerator, denominator = x.as_integer_ratio()
    return (numerator << _BITS) // denominator


class FixedPoint:
    """Complex numbers: two arrays of Python's integers, in units of 2^{−180}."""

    def __init__(self, real: Any, imag: Any) -> None:
        self.real, self.imag = real, imag

    @classmethod
    def of(cls, x: Any) -> FixedPoint:
        """Floating-point numbers, exactly but for digits below the unit."""
        x = np.asarray(x)
        return cls(_integer(x.real.astype(float)), _integer(np.asarray(x.imag, dtype=float)))

    def rounded(self) -> Any:
        """As floating-point numbers."""
        return np.asarray(_float(self.real), dtype=float) + 1j * np.asarray(_float(self.imag), dtype=float)

    def __add__(self, other: FixedPoint) -> FixedPoint:
        return FixedPoint(self.real + other.real, self.imag + other.imag)

    def __sub__(self, other: FixedPoint) -> FixedPoint:
        return FixedPoint(self.real - other.real, self.imag - other.imag)

    def __mul__(self, other: FixedPoint) -> FixedPoint:
        real = self.real * other.real - self.imag * other.imag
        return FixedPoint(real >> _BITS, (self.real * other.imag + self.imag * other.real) >> _BITS)

    def __matmul__(self, other: FixedPoint) -> FixedPoint:
        real = self.real @ other.real - self.imag @ other.imag
        return FixedPoint(real >> _BITS, (self.real @ other.imag + self.imag @ other.real) >> _BITS)

    def __getitem__(self, key: Any) -> FixedPoint:
        return FixedPoint(self.real[key], self.imag[key])


class FixedPointSystem:
    """F(z, λ) = (∂Φ/∂x − λx, x·x − μ², a·z − 1) of a homogeneous system, without loss by cancellation."""

    def __init__(self, system: HomogeneousSystem) -> None:
        self.n, self.degree, self.has_mu = system.n_spins, system.degree, system.has_mu
        self.tensors = {k: k * _integer(np.asarray(tensor, dtype=float)) for k, tensor in system.tensors.items()}
        self.direction = _integer(system.direction)
        self.slopes = {k: k * _scaled(float(c)) for k, c in enumerate(system.field) if k and c}

    def point(self, y: ComplexArray) -> FixedPoint:
        """y, exactly."""
        return FixedPoint.of(y)

    def rounded(self, y: FixedPoint) -> ComplexArray:
        """The nearest floating-point numbers."""
        result: ComplexArray = y.rounded()
        return result

    def moved(self, y: FixedPoint, step: Any) -> FixedPoint:
        """y + step."""
        return y + FixedPoint.of(step)

    def residual(self, y: FixedPoint, chart: ComplexArray) -> ComplexArray:
        """F(y), rounded at the end only."""
        n = self.n
        x, multiplier = y[:n], y[-1]
        unit = 1 << _BITS
        powers = [FixedPoint(unit, 0)]
        for _ in range(self.degree if self.has_mu else 0):
            powers.append(powers[-1] * y[n])
        zero = np.zeros(n, dtype=object)
        total = FixedPoint(zero, zero)
        for k, tensor in self.tensors.items():
            part = FixedPoint(tensor, np.zeros_like(tensor))
            for _ in range(k - 1):
                part = part @ x
            total = total + (part * powers[self.degree - k] if k < self.degree else part)
        if self.slopes:
            latitude = FixedPoint(self.direction @ x.real >> _BITS, self.direction @ x.imag >> _BITS)
            slope, power = FixedPoint(0, 0), FixedPoint(unit, 0)
            for k in range(1, self.degree + 1):
                if k in self.slopes:
                    slope = slope + FixedPoint(self.slopes[k], 0) * power * powers[self.degree - k]
                power = power * latitude
            total = total + slope * FixedPoint(self.direction, np.zeros_like(self.direction))
        total = total - x * multiplier
        rows = list(total.rounded())
        if self.has_mu:
            rows.append(complex((x @ x - y[n] * y[n]).rounded()))
        rows.append(complex((FixedPoint.of(chart) @ y[:-1] - FixedPoint(unit, 0)).rounded()))
        return np.array(rows)
