"""What each instrument of a scenario contributes: Shapley shares, alone, left out, and what the instruments add to each
other. Made from one table: the value of each indicator in each world of each seed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from analysis.estimates import shapley
from analysis.estimates.effects import unit
from analysis.estimates.shapley import Addition
from analysis.estimates.statistics import half_width, paired
from analysis.tables.files import need
from analysis.tables.schema import BUNDLES, SHAPLEY, WORLDS
from sim.world.names import ALL, BASIS, PLACEBO

if TYPE_CHECKING:
    from numpy.typing import NDArray

BUNDLE = "bundle"  # the row of the whole
ROW = ["indicator", "months_from", "months_to"]


class World(NamedTuple):
    """Some instruments of the scenario at work; ``emptied`` names the one whose toolbox is taken out."""

    keys: tuple[str, ...]
    emptied: str = ""

    @property
    def name(self) -> str:
        """Its name in the table of worlds: keys joined by ``+``; basis without instruments."""
        return ("+".join(self.keys) or BASIS) + (f" ({self.emptied}: empty toolbox)" if self.emptied else "")


class Bundle(NamedTuple):
    """A scenario taken apart.

    Attributes:
        scenario: its name.
        keys: its instruments, sorted.
        toolboxes: those of them that bring along others of them.
        permutations: drawn orders for each seed; 0 for all coalitions.
    """

    scenario: str
    keys: tuple[str, ...]
    toolboxes: tuple[str, ...]
    permutations: int

    @property
    def full(self) -> int:
        """The coalition of all."""
        return (1 << len(self.keys)) - 1

    def additions(self, seed: int) -> list[Addition]:
        """What the shares of a seed are made of. Orders are drawn anew for each seed, so that the interval over the
        seeds holds the error of drawing them too."""
        if self.permutations:
            return shapley.sampled(shapley.drawn_orders(self.keys, self.permutations, seed))
        return shapley.exact(len(self.keys))

    def world(self, coalition: int) -> World:
        """The world of a coalition."""
        return World(tuple(key for k, key in enumerate(self.keys) if coalition >> k & 1))

    def worlds(self, seed: int) -> list[World]:
        """Every world that a seed needs, basis first."""
        bits = [1 << k for k in range(len(self.keys))]
        masks = {0, self.full, *bits, *(self.full ^ bit for bit in bits), *shapley.coalitions(self.additions(seed))}
        return [*map(self.world, sorted(masks)), *(World(self.keys, key) for key in self.toolboxes)]


class Values:
    """Values by world: float64 [rows, seeds] each, a row being an indicator over a period."""

    def __init__(self, worlds: pd.DataFrame, bundle: Bundle) -> None:
        need(list(worlds.columns), WORLDS.names, WORLDS.file)
        self.bundle = bundle
        mine = worlds[worlds["scenario"] == bundle.scenario]
        self.rows = mine.loc[mine["world"] == BASIS, ROW].drop_duplicates().reset_index(drop=True)
        self.seeds = sorted(int(seed) for seed in mine["seed"].unique())
        wide = mine.pivot(index=ROW, columns=["world", "seed"], values="value")
        wide = wide.reindex(pd.MultiIndex.from_frame(self.rows))
        names = mine["world"].unique()
        self.of = {str(name): wide[name].reindex(columns=self.seeds).to_numpy(float) for name in names}

    def coalition(self, mask: int) -> NDArray:
        """Values of a coalition."""
        return self.of[self.bundle.world(mask).name]

    @cached_property
    def floor(self) -> NDArray:
        """Half-width of the placebo's interval, float64 [rows]; NaN without a placebo."""
        if PLACEBO not in self.of:
            return np.full(len(self.rows), np.nan)
        return half_width(paired(self.of[PLACEBO], self.of[BASIS]))

    def figures(self, differences: NDArray, noise: float = 1.0) -> pd.DataFrame:
        """Mean, interval, floor and seeds of differences [rows, seeds]; one row each."""
        found = paired(differences, np.zeros_like(differences))
        return self.rows.assign(
            difference=found.difference,
            lower=found.lower,
            upper=found.upper,
            placebo=noise * self.floor,
            unit=[unit(key) for key in self.rows["indicator"]],
            seeds=found.seeds,
        )


def shares_by_seed(values: Values) -> NDArray:
    """Shapley shares of each seed, float64 [instruments, rows, seeds]. In each seed they add up to the whole."""
    bundle = values.bundle
    found = np.zeros((len(bundle.keys), len(values.rows), len(values.seeds)))
    for s, seed in enumerate(values.seeds):
        additions = bundle.additions(seed)
        of_seed = {mask: values.coalition(mask)[:, s] for mask in shapley.coalitions(additions)}
        found[:, :, s] = shapley.shares(len(bundle.keys), additions, of_seed)
    return found


def shares_table(values: Values) -> pd.DataFrame:
    """The table of shapley.csv: for each indicator a row per instrument, then the row ``bundle``.

    Returns:
        Columns of ``SHAPLEY``. ``share`` is in the indicator's own unit, the mean over the seeds, with its 95 % interval;
        ``bundle`` is the net effect of the whole scenario, and the sum of the shares above it. ``placebo``: the floor.
    """
    bundle = values.bundle
    parts = {key: values.figures(share) for key, share in zip(bundle.keys, shares_by_seed(values), strict=True)}
    parts[BUNDLE] = values.figures(values.coalition(bundle.full) - values.coalition(0))
    table = _stacked(parts, bundle).rename(columns={"difference": "share"})
    return table.assign(permutations=bundle.permutations)[list(SHAPLEY.names)]


def parts_table(values: Values) -> pd.DataFrame:
    """The table of bundles.csv: for each indicator the whole, then each instrument by kind.

    Returns:
        Columns of ``BUNDLES``. ``alone``: the instrument alone minus basis. ``without``: the whole minus the whole without it.
        ``interaction``: without minus alone, what it does more beside the others than by itself; for ``bundle`` the
        whole minus the sum of what each does alone. ``toolbox``: the whole minus the whole with that instrument's
        toolbox empty. ``together``: the whole minus basis. ``placebo``: the floor, wider for interactions, which are
        made of more than two worlds.
    """
    bundle, full = values.bundle, values.coalition(values.bundle.full)
    basis = values.coalition(0)
    bits = {key: 1 << k for k, key in enumerate(bundle.keys)}
    alone = {key: values.coalition(bit) - basis for key, bit in bits.items()}
    without = {key: full - values.coalition(values.bundle.full ^ bit) for key, bit in bits.items()}
    n = len(bits)
    whole = {
        "together": values.figures(full - basis),
        "interaction": values.figures(full - basis - sum(alone.values()), shapley.noise([1.0, n - 1.0] + [1.0] * n)),
    }
    parts = {BUNDLE: _kinds(whole)}
    for key in bundle.keys:
        own = {"alone": values.figures(alone[key]), "without": values.figures(without[key])}
        own["interaction"] = values.figures(without[key] - alone[key], shapley.noise([1.0] * 4))
        if key in bundle.toolboxes:
            own["toolbox"] = values.figures(full - values.of[World(bundle.keys, key).name])
        parts[key] = _kinds(own)
    return _stacked(parts, bundle)[list(BUNDLES.names)]


def _kinds(figures: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    return pd.concat([table.assign(kind=kind) for kind, table in figures.items()])


def _stacked(parts: Mapping[str, pd.DataFrame], bundle: Bundle) -> pd.DataFrame:
    """Tables by instrument as one, indicator by indicator."""
    whole = pd.concat([table.assign(instrument=key) for key, table in parts.items()])
    return whole.sort_index(kind="stable").reset_index(drop=True).assign(scenario=bundle.scenario)


def worlds_table(summaries: Mapping[tuple[str, int], pd.DataFrame], bundle: Bundle) -> pd.DataFrame:
    """The table of worlds.csv, from the table summary of each run by (name of the world, seed): all households, the
    whole run."""
    parts = []
    for (world, seed), table in summaries.items():
        chosen = (table["group_by"] == ALL) & (table["months_from"] == 0)
        chosen &= table["months_to"] == table["months_to"].max()
        parts.append(table.loc[chosen, [*ROW, "value"]].assign(world=world, seed=seed))
    frame = pd.concat(parts, ignore_index=True).assign(scenario=bundle.scenario)
    return frame.astype({"indicator": object})[list(WORLDS.names)]
