"""What is filled, or goes on, in the end, from what was followed for different lengths of time: the product-limit estimate."""

from __future__ import annotations

import numpy as np


def tally(shape: tuple[int, ...], *index: np.ndarray, n: np.ndarray, where: np.ndarray | None = None) -> np.ndarray:
    """How often each combination of codes occurs, float64 of ``shape``, from rows of ``n`` cases each; ``where`` chooses rows."""
    *codes, weights = (np.asarray(one if where is None else one[where], np.int64) for one in (*index, n))
    return (
        np.bincount(np.ravel_multi_index(tuple(codes), shape), weights, minlength=int(np.prod(shape)))
        .reshape(shape)
        .astype(float, copy=False)
    )


def by_age(shape: tuple[int, ...], *index: np.ndarray, filled: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Homes filled, and homes at risk, at each age; the last index is the age at the fill, else at the end."""
    last_seen = tally(shape, *index, n=n)
    return tally(shape, *index, n=n, where=filled), np.flip(np.cumsum(np.flip(last_seen, -1), -1), -1)


def share_filled(filled: np.ndarray, at_risk: np.ndarray) -> np.ndarray:
    """Product-limit share of homes ever filled, from counts by age [..., ages]; 0 where no home was opened."""
    hazard = np.divide(filled, at_risk, out=np.zeros(filled.shape), where=at_risk > 0)
    return 1 - np.prod(1 - hazard, axis=-1)


def ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a / b, 0 where b is 0."""
    return np.divide(a, b, out=np.zeros(np.broadcast(a, b).shape), where=b > 0)
