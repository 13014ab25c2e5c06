"""Contractions of a symmetric tensor with points: value, gradient and Hessian of the form w ↦ S(w, …, w)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def contract(tensor: FloatArray, points: FloatArray, times: int) -> FloatArray:
    """S(w, …, w, ·, …, ·) with `times` slots filled; points (batch, N) → (batch, N, …, N)."""
    n = points.shape[-1]
    batch = points.shape[0]
    if times == 0:
        return np.broadcast_to(tensor, (batch, *tensor.shape))
    result = points @ tensor.reshape(n, -1)
    for _ in range(times - 1):
        result = np.matmul(points[:, None, :], result.reshape(batch, n, -1))[:, 0, :]
    return result.reshape((batch,) + (n,) * (tensor.ndim - times))


def form_value(tensor: FloatArray, points: FloatArray) -> FloatArray:
    """S(w, …, w), shape (batch,)."""
    return contract(tensor, points, tensor.ndim)


def form_gradient(tensor: FloatArray, points: FloatArray) -> FloatArray:
    """p S(w, …, w, ·), shape (batch, N)."""
    p = tensor.ndim
    if p == 0:
        return np.zeros(points.shape)
    return p * contract(tensor, points, p - 1)


def form_hessian(tensor: FloatArray, points: FloatArray) -> FloatArray:
    """p (p−1) S(w, …, w, ·, ·), shape (batch, N, N)."""
    p = tensor.ndim
    if p < 2:
        return np.zeros((*points.shape, points.shape[-1]))
    return p * (p - 1) * contract(tensor, points, p - 2)


def form_hessian_vector(tensor: FloatArray, points: FloatArray, vectors: FloatArray) -> FloatArray:
    """p (p−1) S(w, …, w, v, ·), shape (batch, N)."""
    p = tensor.ndim
    if p < 2:
        return np.zeros(points.shape)
    return p * (p - 1) * np.matmul(contract(tensor, points, p - 2), vectors[:, :, None])[:, :, 0]
