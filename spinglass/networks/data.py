"""Data for real networks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinglass._errors import SpinGlassError


@dataclass(frozen=True)
class Dataset:
    """Inputs (samples, features), centred and of unit variance over all entries; labels (samples,)."""

    inputs: NDArray[np.float64]
    labels: NDArray[np.int64]
    name: str

    @property
    def classes(self) -> int:
        return int(self.labels.max()) + 1


def load_digits() -> Dataset:
    """The 1 797 handwritten digits (8 × 8 pixels, ten classes) that scikit-learn ships.

    Pixels are centred feature by feature and divided by one common scale. Needs the extra `data`.
    Source: E. Alpaydin and C. Kaynak, Optical recognition of handwritten digits, UCI repository (1998).
    """
    try:
        from sklearn import datasets
    except ImportError:
        raise SpinGlassError('the digits need scikit-learn: pip install "spinglass[data]"') from None
    bunch = datasets.load_digits()
    inputs = np.asarray(bunch.data, dtype=float)
    inputs = inputs - inputs.mean(axis=0)
    return Dataset(inputs / inputs.std(), np.asarray(bunch.target, dtype=np.int64), "digits")
