"""What the finished runs of a calibration say: emulators, what is left of the prior, the draws, recovery of truths, what was kept back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.estimates import calibration as of
from analysis.estimates import emulators, posterior, validation
from experiments import space
from experiments.space import Entry, Switch

if TYPE_CHECKING:
    from numpy.typing import NDArray

BANK, TRIED = 40_000, 10_000  # points of the prior that are weighed; for each truth
DUMMIES = 5  # columns that the model does not read
FOLDS = 10
SEED = 20261130  # of the points, not of a world
TOGETHER = "together"


@dataclass(frozen=True)
class Found:
    """Finished runs: values and figures of each, by its name."""

    names: tuple[str, ...]
    values: tuple[Mapping[str, float], ...]
    figures: pd.DataFrame

    @staticmethod
    def of_lines(lines: Mapping[str, Mapping[str, Any]]) -> Found:
        """Of lines of the file."""
        figures = pd.DataFrame([one["figures"] for one in lines.values()], index=list(lines), dtype=float)
        return Found(tuple(lines), tuple(one["values"] for one in lines.values()), figures)

    def some(self, which: NDArray) -> Found:
        """Those of a mask or of numbers."""
        numbers = np.arange(len(self.names))[which]
        return Found(tuple(self.names[n] for n in numbers), tuple(self.values[n] for n in numbers), self.figures.iloc[numbers])


class Aim(NamedTuple):
    """The targets: by column, logarithms of what was observed, and what parts a run from them."""

    names: tuple[str, ...]
    observed: NDArray
    errors: of.Errors

    def logs(self, found: Found) -> NDArray:
        """[runs, targets]."""
        return np.log(found.figures[list(self.names)].to_numpy(float))


def aim(found: Found, repeats: Found) -> tuple[Aim, list[str]]:
    """The targets, and by name those that a run did not count, which are left out.

    Args:
        repeats: runs of one point under several seeds, two or more.
    """
    table = posterior.discrepancies()
    there = pd.concat([found.figures, repeats.figures])[list(table.index)]
    counted = (np.isfinite(there) & (there > 0)).all()
    names = [str(name) for name in table.index if counted[name]]
    observed = {row.key: row.observed for row in validation.ROWS}
    chance = np.log(repeats.figures[names].to_numpy(float)).var(axis=0, ddof=1)
    errors = of.Errors(chance, table.loc[names, "whole"].to_numpy(float) ** 2)
    return Aim(tuple(names), np.log([observed[name] for name in names]), errors), [name for name in table.index if name not in names]


class Fit(NamedTuple):
    """Emulators, with the errors in which chance is no smaller than the noise that they saw."""

    emulators: emulators.Emulators
    aim: Aim

    def weighed(self, points: NDArray, observed: NDArray | None = None) -> tuple[NDArray, NDArray]:
        """Of each point the logarithm of its likelihood, and its implausibility: [points] each."""
        observed = self.aim.observed if observed is None else observed
        mean, sd = self.emulators.foreseen(points)
        variance = sd**2 + self.aim.errors.chance + self.aim.errors.discrepancy
        far = of.implausibility(of.distances(mean, sd, observed, self.aim.errors))
        return of.log_likelihood(mean, variance, observed), far


def fit(drawn: Sequence[Entry], found: Found, aim: Aim, dummies: int = 0, kernels: Sequence[Any] | None = None, search: bool = True) -> Fit:
    """Emulators of all finished runs; with columns that the model does not read, last."""
    points = np.hstack([space.points_of(drawn, found.values), dummy(len(found.names), dummies, "runs")])
    there = emulators.fit(points, aim.logs(found), kernels, search)
    errors = aim.errors._replace(chance=np.maximum(aim.errors.chance, there.noise**2))
    return Fit(there, aim._replace(errors=errors))


def dummy(n: int, columns: int, of_what: str) -> NDArray:
    """Shares that nothing reads, [n, columns]."""
    return np.random.default_rng([SEED, len(of_what)]).random((n, columns))


class Left(NamedTuple):
    """Points of the prior (dummies last), the logarithm of their likelihood, their weights, and the share that is not ruled out."""

    points: NDArray
    log: NDArray
    weight: NDArray
    share: float


def left(drawn: Sequence[Entry], found: Fit, dummies: int = 0) -> Left:
    """What is left of the prior."""
    points = np.hstack([space.sample(drawn, BANK, SEED + 1), dummy(BANK, dummies, "bank of points")])
    log, far = found.weighed(points)
    kept = far < of.CUT
    return Left(points, log, of.weights(log, kept), float(kept.mean()))


def recover(drawn: Sequence[Entry], found: Found, aim: Aim, truths: int, as_study: bool) -> pd.DataFrame:
    """Whether the regions hold the first runs, each in turn taken for the truth: two rows for each truth, a column for each parameter.

    Emulators are fitted without it, and their shapes without any truth. What was observed is what the run gave, times what the
    discrepancy may make of it (drawn); beside it, in rows of their own, what the run gave as it is, which is less far off than the fit
    allows for. Structure is left as shipped: columns of it are not there.

    Args:
        as_study: whether the truths were drawn as the study that ships draws.
    """
    asked = [one for one in drawn if not isinstance(one, Switch)]
    shipped = {one.key: one.shipped for one in drawn if isinstance(one, Switch)}
    plain = np.array([all(mine.get(key, value) == value for key, value in shipped.items()) for mine in found.values])
    found = found.some(plain)
    truths = min(truths, len(found.names) // 2)
    numbers = np.arange(len(found.names))
    kernels = fit(asked, found.some(numbers >= truths), aim).emulators.kernels
    bank = space.as_study(asked, TRIED, SEED + 2) if as_study else space.sample(asked, TRIED, SEED + 2)
    points, logs = space.points_of(asked, found.values), aim.logs(found)
    error = np.random.default_rng(SEED + 3).normal(size=(truths, len(aim.names))) * np.sqrt(aim.errors.discrepancy)
    rows = []
    for fold in range(min(FOLDS, truths)):
        out = (numbers < truths) & (numbers % FOLDS == fold)
        without = fit(asked, found.some(~out), aim, kernels=kernels, search=False)
        mean, sd = without.emulators.foreseen(np.vstack([bank, points[out]]))
        variance = sd**2 + without.aim.errors.chance + without.aim.errors.discrepancy
        for n, truth in enumerate(np.flatnonzero(out)):
            for as_run in (False, True):
                log = of.log_likelihood(mean, variance, logs[truth] + (0 if as_run else error[truth]))
                weight = of.weights(log[:TRIED])
                low, high = of.region(bank, weight)
                inside = (low <= points[truth]) & (points[truth] <= high)
                joint = of.together(log[:TRIED], weight, log[TRIED + n])
                rows.append({"truth": found.names[truth], "as_run": as_run, "draws": of.effective(weight), TOGETHER: joint})
                rows[-1] |= dict(zip([one.key for one in asked], inside.tolist(), strict=True))
    return pd.DataFrame(rows)


def counted(recovered: pd.DataFrame) -> pd.DataFrame:
    """By parameter, and of all together: how many truths lie in their region. Columns assumption, truths, inside, inside_as_run."""
    names = [name for name in recovered if name not in ("truth", "as_run", "draws")]
    drawn, as_run = (recovered[recovered["as_run"] == one] for one in (False, True))
    rows = [(name, len(drawn), int(drawn[name].sum()), int(as_run[name].sum())) for name in names]
    return pd.DataFrame(rows, columns=["assumption", "truths", "inside", "inside_as_run"])


def run_again(found: Fit, runs: Found, log: NDArray) -> NDArray:
    """Weights of the kept draws once they were run again: the chance of what was observed by the model, over that by the emulators.

    Args:
        log: [runs], of what they were drawn by.
    """
    mine = of.log_likelihood(found.aim.logs(runs), found.aim.errors.discrepancy, found.aim.observed)
    return of.weights(mine - log)


def kept_back(place: str, runs: Found, weight: NDArray) -> pd.DataFrame:
    """What no fit has seen beside the interval of the weighted draws. Columns place, figure, observed, lower, upper, inside."""
    rows = [row for row in validation.ROWS if row.status == "predicted"]
    rows = [row for row in rows if np.isfinite(runs.figures[row.key]).all()]
    figures, observed = runs.figures[[row.key for row in rows]].to_numpy(float), np.array([row.observed for row in rows])
    low, high, inside = of.held(figures, weight, observed)
    content = {"place": place, "figure": [row.key for row in rows], "observed": observed, "lower": low, "upper": high, "inside": inside}
    return pd.DataFrame(content)


def targets_table(found: Fit, drawn: Sequence[Entry], every: Found, runs: Found, weight: NDArray, dummies: int) -> pd.DataFrame:
    """By target: what was observed, its discrepancy, chance, how far emulators are off a run that they have not seen, and the draws.

    ``said`` is the deviation of that error over what emulators said of it: 1 where they are as sure as they may be.
    """
    points = np.hstack([space.points_of(drawn, every.values), dummy(len(every.names), dummies, "runs")])
    error, said = emulators.left_out(points, found.aim.logs(every), found.emulators.kernels, FOLDS)
    figures = runs.figures[list(found.aim.names)].to_numpy(float)
    low, high, inside = of.held(figures, weight, np.exp(found.aim.observed))
    parts = posterior.discrepancies().loc[list(found.aim.names), [*posterior.PARTS, "whole"]]
    more = {
        "observed": np.exp(found.aim.observed),
        "chance": np.sqrt(found.aim.errors.chance),
        "spread": found.aim.logs(every).std(axis=0),
        "left_out": error.std(axis=0),
        "said": (error / said).std(axis=0),
        "lower": low,
        "upper": high,
        "inside": inside,
    }
    return parts.assign(**more).rename_axis("target").reset_index()


def keep_prior() -> dict[str, list[str]]:
    """By instrument the settings that no source pins down: none runs in the base world, so no target of it touches them."""
    from experiments.assumptions import of_instrument
    from experiments.candidates import CARDS

    found = {card: [one.key.partition(".")[2] for one in of_instrument(card)] for card in CARDS}
    return {card: names for card, names in found.items() if names}
