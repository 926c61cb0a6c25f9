"""What is filled, or goes on, in the end, from what was followed for different lengths of time: the product-limit estimate."""

from __future__ import annotations

import numpy as np


def tally(shape: tuple[int, ...], *index: np.ndarray, where: np.ndarray | None = None) -> np.ndarray:
    """How often each combination of codes occurs, float64 of ``shape``; ``where`` chooses rows."""
    codes = tuple(np.asarray(i if where is None else np.asarray(i)[where], dtype=np.int64) for i in index)
    return np.bincount(np.ravel_multi_index(codes, shape), minlength=int(np.prod(shape))).reshape(shape).astype(float)


def by_age(shape: tuple[int, ...], *index: np.ndarray, filled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Homes filled, and homes at risk, at each age; the last index is the age at the fill, else at the end."""
    last_seen = tally(shape, *index)
    return tally(shape, *index, where=filled), np.flip(np.cumsum(np.flip(last_seen, -1), -1), -1)


def share_filled(filled: np.ndarray, at_risk: np.ndarray) -> np.ndarray:
    """Product-limit share of homes ever filled, from counts by age [..., ages]; 0 where no home was opened."""
    hazard = np.divide(filled, at_risk, out=np.zeros(filled.shape), where=at_risk > 0)
    return 1 - np.prod(1 - hazard, axis=-1)


def ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a / b, 0 where b is 0."""
    return np.divide(a, b, out=np.zeros(np.broadcast(a, b).shape), where=b > 0)


def product_limit(moves: np.ndarray, still_open: np.ndarray) -> float:
    """Mean moves of chains with a move, by product-limit over links: an open chain is censored after its last move.

    Beyond the longest chain nothing is added: it is a mean up to there when that chain is open. NaN without chains.
    """
    moves, still_open = np.asarray(moves), np.asarray(still_open, dtype=bool)
    started = moves > 0
    if not started.any():
        return float("nan")
    reached = np.flip(np.cumsum(np.flip(np.bincount(moves[started])[1:])))
    ended = np.bincount(moves[started & ~still_open], minlength=len(reached) + 1)[1:]
    survival = np.cumprod(1 - ratio(ended.astype(float), reached.astype(float)))
    return float(1 + survival[:-1].sum())
