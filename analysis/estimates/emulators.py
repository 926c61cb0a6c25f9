"""Emulators: what the model would give of each target at a point that it was not run at, and how sure that is.

One Gaussian process for each target, on the logarithm of the figure: a line in every direction and a smooth bend around it, with a
length of its own for each parameter (Rasmussen and Williams 2006). scikit-learn fits it, and is read only when one is asked for.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.world.errors import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_STEPS = 30  # of the search for lengths: later ones move the left-out error by less than its own chance
LINE, BEND, CHANCE = (1e-4, 1e2), (1e-4, 1e2), (1e-4, 2.0)  # bounds of variances, the variance of the target being 1
LENGTHS = (0.2, 30.0)  # bounds, the range of a parameter being 1: beyond it a bend is a line
AT_ONCE = 4000  # points


@dataclass(frozen=True)
class Emulators:
    """One emulator for each target.

    Attributes:
        processes: fitted, of scikit-learn.
        noise: [targets], standard deviation of what no parameter explains, on the logarithm.
    """

    processes: tuple[Any, ...]
    noise: NDArray

    @property
    def kernels(self) -> tuple[Any, ...]:
        """The shapes that were found, for a fit to other runs."""
        return tuple(one.kernel_ for one in self.processes)

    def foreseen(self, points: NDArray) -> tuple[NDArray, NDArray]:
        """Mean and standard deviation [points, targets] of the logarithm of each target, the noise of a run left out."""
        mean, sd = (np.empty((len(points), len(self.processes))) for _ in range(2))
        for start in range(0, len(points), AT_ONCE):
            some = slice(start, start + AT_ONCE)
            for n, one in enumerate(self.processes):
                mean[some, n], whole = one.predict(points[some], return_std=True)
                sd[some, n] = np.sqrt(np.maximum(whole**2 - self.noise[n] ** 2, 0.0))
        return mean, sd


def fit(points: NDArray, figures: NDArray, kernels: Sequence[Any] | None = None, search: bool = True) -> Emulators:
    """Emulators of what runs gave.

    Args:
        points: [runs, parameters], each from 0 to 1.
        figures: [runs, targets], logarithms of what came out.
        kernels: where the search for a shape begins; with ``search`` off, the shape itself.

    Raises:
        Refusal: scikit-learn is not installed.
    """
    try:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.gaussian_process import GaussianProcessRegressor
    except ImportError:
        raise Refusal("this needs scikit-learn, which is not installed: pip install scikit-learn") from None
    found, noise = [], []
    for n, figure in enumerate(figures.T):
        shape = kernels[n] if kernels else _shape(points.shape[1])
        one = GaussianProcessRegressor(shape, optimizer=_searched if search else None, normalize_y=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a length at its bound: a line, as a figure often is
            found.append(one.fit(points, figure))
        noise.append(np.sqrt(one.kernel_.k2.noise_level) * float(figure.std()))
    return Emulators(tuple(found), np.array(noise))


def _shape(parameters: int) -> Any:
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, DotProduct, WhiteKernel

    bend = ConstantKernel(1.0, BEND) * RBF(np.full(parameters, 2.0), LENGTHS)
    return bend + ConstantKernel(0.3, LINE) * DotProduct(1.0, "fixed") + WhiteKernel(0.1, CHANCE)


def _searched(objective: Any, start: NDArray, bounds: NDArray) -> tuple[NDArray, float]:
    from scipy.optimize import minimize

    found = minimize(objective, start, method="L-BFGS-B", jac=True, bounds=bounds, options={"maxiter": MOST_STEPS})
    return found.x, float(found.fun)


def left_out(points: NDArray, figures: NDArray, kernels: Sequence[Any], folds: int = 10) -> tuple[NDArray, NDArray]:
    """Each run beside what emulators say of it that were fitted without it: errors and their said deviations, [runs, targets].

    The runs are dealt over the folds in turn; the shapes stay those of the whole. What is said holds the noise of a run.
    """
    error, said = np.empty_like(figures), np.empty_like(figures)
    for fold in range(folds):
        out = np.arange(len(points)) % folds == fold
        if out.all() or not out.any():
            continue
        there = fit(points[~out], figures[~out], kernels, search=False)
        mean, sd = there.foreseen(points[out])
        error[out], said[out] = mean - figures[out], np.hypot(sd, there.noise)
    return error, said
