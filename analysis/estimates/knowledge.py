"""How far what we do not know may move an effect: a study of draws that ships with the project, carried over to any run.

In the study each card ran alone under many draws of the assumptions (``experiments.study``). What a draw makes of a card goes to a run
as a factor on its effect, or, where the study cannot tell the effect from 0, as a shift in proportion to the level in basis. It is
provisional (*voorlopig*): one place, one dose of each card, assumptions that no data narrowed down beyond the rule of the study.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.estimates.statistics import LEVEL, wilson
from sim.counts.indicators import REGISTRY
from sim.interventions import REGISTRY as INSTRUMENTS
from sim.world.names import ALL, BASIS, PLACEBO

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

FOLDER = Path(__file__).resolve().parents[1] / "knowledge"
OLDER = FOLDER / "older"  # a study of an older market, for cards that have not been run anew; there until all have
OLDER_FROM = 1_000_000  # added to the numbers of its draws, for none of them is a draw of the other study
OF_OLDER = "of an older market"
FACTOR, SHIFT = "factor", "shift"
NONE_IN_BASIS = "the study has none in basis"
NO_WIDER = "the draws vary no more than by chance"  # so that both intervals are one
NO_VALUE = "no value in some seed"
MAY_BE_NONE = "the money may be none"
NOT_AS_STUDIED = "not as studied: "
OF_THIS_RUN = "draws of this run"  # nothing was carried over
ELSEWHERE = "calibrated elsewhere"  # the public figures that these draws were weighed by are of another place
UNFELT = {"payer", "deliverer", "allow_empty", "eur_fixed"}  # settings that change nobody's move
FEWEST = 2  # draws of which an effect of cards is known
TOLD = 4  # standard errors from 0 at which a factor can be formed: below it one divides by noise
SAMPLES = 1200  # of chance and draw together: ends of an interval hold still to about a tenth of its width
EUR = "eur"  # what a card costs, beside the indicators of the study
ENDS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
AT_ONCE = 4000  # rows
SEPARATOR = "/"
OF_GROUPS, GROUPINGS = {"moves", "senior_moves", "fit"}, {"class", "income", "tenure", "seniors"}  # for whom: what a page tells of groups


class Spread(NamedTuple):
    """What the draws make of an effect: ``kind`` is factor or shift, with one of ``values`` for each draw, or says why there is none.

    ``but`` says what a reader of the figures must know; ``draws`` are the numbers of the draws, in their order (empty: of no study).
    ``error``: of all shifts together, the standard error of what they are shifts from, for the study has few worlds of that.
    """

    kind: str
    values: NDArray
    but: str = ""
    draws: NDArray = np.zeros(0, int)
    error: float = 0.0

    @property
    def said(self) -> str:
        """What stands in the column ``knowledge``."""
        return "; ".join(filter(None, (self.kind, self.but)))

    def for_others(self, changed: Collection[str]) -> Spread:
        """The same for a run in which something (keys of cards, ``strength``) is not as it was in the study."""
        if self.kind not in (FACTOR, SHIFT) or not changed:
            return self
        return self._replace(but="; ".join(filter(None, (self.but, NOT_AS_STUDIED + ", ".join(sorted(changed))))))


def figure(indicator: str, group_by: str = ALL, group: str = ALL) -> str:
    """The name that an indicator of a group has in the study: ``senior_moves``, ``moves/class/starter``."""
    return indicator if group_by == ALL else SEPARATOR.join((indicator, group_by, group))


def of_group(named: str) -> tuple[str, str, str]:
    """Indicator, group_by and group of a figure."""
    indicator, group_by, group = (*named.split(SEPARATOR), ALL, ALL)[:3]
    return indicator, group_by, group


def studied(indicator: str, group_by: str) -> bool:
    """Whether the study that ships counts it: everything of all households, and some of the groups."""
    return group_by == ALL or (indicator in OF_GROUPS and group_by in GROUPINGS)


COLUMNS = ("lower_full", "upper_full", "p_sign", "p_best", "p_best_lower", "p_best_upper", "draws", "regret", "knowledge")  # of beside
NOT_ASKED = Spread("not asked for", np.zeros(0))
NOTHING_DIFFERS = Spread("the placebo holds no instrument", np.zeros(0))


@dataclass(frozen=True)
class Study:
    """Effects by draw: columns card, indicator, group_by, group, draw (0: as shipped), base, difference, error.

    ``about`` says how they were made. Each card has the same draws; NaN where it was left out of one. ``older`` is asked for cards together
    of which one is not here.
    """

    effects: pd.DataFrame
    about: Mapping[str, Any]
    older: Study | None = None

    @property
    def cards(self) -> set[str]:
        """Those of which something is known, here or in the older study."""
        return set(self.effects["card"].astype(str)) | (self.older.cards if self.older else set())

    def spread(self, cards: Collection[str], named: str) -> Spread:
        """Of cards together: what each draw makes of the sum of their effects on a ``figure``, each alone."""
        table = self._by_figure.get(named)
        if not cards:
            return Spread("no instrument", np.zeros(0))
        if table is None:
            return Spread("the study does not count it", np.zeros(0))
        lacking = sorted(set(cards) - set(table))
        if lacking and self.older:
            found = self.older.spread(cards, named)
            return found._replace(but="; ".join(filter(None, (OF_OLDER, found.but)))) if found.kind in (FACTOR, SHIFT) else found
        if lacking:
            return Spread(f"not in the study: {', '.join(lacking)}", np.zeros(0))
        parts = [table[card] for card in sorted(cards)]
        together = np.sum([part.difference for part in parts], axis=0)
        error = np.sqrt(np.sum([part.error**2 for part in parts], axis=0))
        shipped, base, drawn = together[0], parts[0].base, ~np.isnan(together[1:])
        if np.isnan(shipped) or drawn.sum() < FEWEST:
            return Spread("fewer draws than can say anything", np.zeros(0))
        values, numbers = together[1:][drawn], parts[0].draws[1:][drawn]
        kept, but = without_noise(values, error[1:][drawn]), ""
        if not np.ptp(kept) and np.ptp(values):
            kept, but = np.full_like(kept, shipped), NO_WIDER  # where their mean lies is noise, too
        if abs(shipped) >= TOLD * error[0] and shipped != 0:
            return Spread(FACTOR, kept / shipped, but, numbers)
        if base == 0 or np.isnan(base):
            return Spread(NONE_IN_BASIS, np.zeros(0))
        return Spread(SHIFT, (kept - shipped) / base, but, numbers, 0.0 if but else error[0] / base)

    @cached_property
    def _by_figure(self) -> dict[str, dict[str, Part]]:
        keys = ["indicator", "group_by", "group", "card"]
        table = self.effects.astype(dict.fromkeys(keys, str)).sort_values([*keys, "draw"], kind="stable")
        difference, error, base = (table[name].to_numpy(float) for name in ("difference", "error", "base"))
        draws = table["draw"].to_numpy(int)
        names = table[keys].to_numpy(object)
        starts = np.flatnonzero(np.r_[True, (names[1:] != names[:-1]).any(axis=1)]) if len(table) else np.zeros(0, int)
        found: dict[str, dict[str, Part]] = {}
        for first, last in zip(starts, [*starts[1:], len(table)], strict=False):
            *of, card = names[first]
            found.setdefault(figure(*of), {})[card] = Part(difference[first:last], error[first:last], float(base[first]), draws[first:last])
        return found


class Part(NamedTuple):
    """One card and indicator: differences and their errors by draw (NaN: left out), the first as shipped, and the level of basis."""

    difference: NDArray
    error: NDArray
    base: float
    draws: NDArray


def otherwise(held: Mapping[str, Mapping[str, Any]], strengths: Iterable[float] = ()) -> list[str]:
    """What is not as in the study, in which each card has its defaults: cards (key to settings), and ``strength`` where it is not 1."""
    changed = [key for key, settings in held.items() if key in INSTRUMENTS and _felt(settings) != _felt(_defaults(key))]
    return changed + ["strength"] * any(one != 1 for one in strengths)


@cache
def _defaults(key: str) -> dict[str, Any]:
    return INSTRUMENTS[key]().model_dump(mode="json", by_alias=True)


def _felt(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in UNFELT}


@cache
def shipped() -> Study:
    """The study that ships with the project."""
    older = None
    if OLDER.is_dir():
        older = _study(OLDER)
        numbers = older.effects["draw"]
        older = Study(older.effects.assign(draw=numbers.where(numbers == 0, numbers + OLDER_FROM)), older.about)
    here = _study(FOLDER)
    return Study(here.effects, here.about, older)


def _study(folder: Path) -> Study:
    about = json.loads((folder / "study.json").read_text(encoding="utf-8"))
    return Study(pd.read_parquet(folder / "effects.parquet"), about)  # of half a million numbers


@cache
def draws() -> pd.DataFrame:
    """What each assumption is in each draw: a column per assumption, by number of draw; NaN where a study does not draw it."""
    parts = []
    for folder, first in ((FOLDER, 0), (OLDER, OLDER_FROM)):
        if folder.is_dir():
            table = pd.read_csv(folder / "draws.csv")
            parts.append(table.assign(draw=table["draw"] + first).pivot(index="draw", columns="assumption", values="value"))
    return pd.concat(parts)


@cache
def deciding() -> pd.DataFrame:
    """Of each card the assumptions that decide most, by the older study where it must: card, rank, assumption, correlation, draws."""
    here = pd.read_csv(FOLDER / "deciding.csv")
    if not OLDER.is_dir():
        return here
    before = pd.read_csv(OLDER / "deciding.csv")
    return pd.concat([here, before[~before["card"].isin(here["card"])]], ignore_index=True).sort_values("card", kind="stable")


def without_noise(values: NDArray, error: NDArray) -> NDArray:
    """Values drawn in to their mean until they vary as much as they do beyond their own noise (``error``: standard errors)."""
    variance = values.var(ddof=1)
    kept = max(0.0, 1 - float((error**2).mean()) / variance) if variance > 0 else 0.0
    return values.mean() + np.sqrt(kept) * (values - values.mean())


@cache
def chance(n_seeds: int) -> NDArray:
    """Weights of seeds, [seeds, SAMPLES]: sums of them times differences from the mean deviate as Student's t over the seeds does.

    The same for every row and scenario, so that what hangs together over the seeds does so here.
    """
    draws = np.random.default_rng(2026)
    weights = draws.standard_normal((n_seeds, SAMPLES))
    spread = np.sqrt((n_seeds - 1) / draws.chisquare(n_seeds - 1, SAMPLES))
    return weights * spread / np.sqrt(n_seeds * (n_seeds - 1))


@cache
def noise() -> NDArray:
    """Standard normal [SAMPLES], the same for every row and scenario: of the worlds in which the study ran what is shipped."""
    return np.random.default_rng(2027).standard_normal(SAMPLES)


def samples(values: ArrayLike, base: ArrayLike, spread: Spread) -> NDArray:
    """What an effect may be, by chance and by draw together: float [rows, SAMPLES].

    Args:
        values, base: [rows, seeds], of a scenario and of basis in the same worlds.
    """
    low = np.asarray(base, float)
    d = np.asarray(values, float) - low
    mean = d.mean(axis=1, keepdims=True)
    found = (d - mean) @ chance(d.shape[1])
    found += mean
    drawn = np.resize(spread.values, SAMPLES)  # draw after draw, over and over
    if spread.kind == FACTOR:
        found *= drawn
        return found
    found += (drawn + spread.error * noise()) * low.mean(axis=1)[:, None]
    found[(d == 0).all(axis=1)] = 0.0  # nothing is different: what we do not know changes nothing either
    return found


def in_step(spreads: Mapping[Any, Spread]) -> dict[Any, Spread]:
    """Spreads with the draws that all of them have, so that effects which hang together over the draws are compared draw by draw."""
    of = [one.draws for one in spreads.values() if len(one.draws)]
    common = reduce(np.intersect1d, of) if of else np.zeros(0, int)
    kept = {key: np.isin(one.draws, common) for key, one in spreads.items()}
    return {key: one._replace(values=one.values[kept[key]], draws=common) if len(one.draws) else one for key, one in spreads.items()}


def sure(drawn: NDArray, sign: NDArray) -> NDArray:
    """How likely a sign [rows] is by samples [rows, SAMPLES]; unknown where it is 0."""
    times = np.where(sign > 0, (drawn > 0).sum(axis=1), (drawn < 0).sum(axis=1))
    return np.where(sign == 0, np.nan, times / drawn.shape[1])


class Ranked(NamedTuple):
    """Of one scenario beside the others: float64 arrays [rows]; NaN where there is nothing to choose."""

    p_best: NDArray  # how likely it does most
    regret: NDArray  # how much less it does than whichever does most, on average over the samples; 0 if it always does most


def ranked(drawn: Mapping[str, NDArray], indicator: str) -> dict[str, Ranked]:
    """How each scenario does beside the others for an indicator, by samples [rows, SAMPLES] of each.

    Without entries where the indicator has no better side, or with fewer than two scenarios.
    """
    side = REGISTRY[indicator].better if indicator in REGISTRY else 0
    if side == 0 or len(drawn) < 2:
        return {}
    together = list(drawn.values())
    most = together[0].copy()
    for one in together[1:]:
        (np.maximum if side > 0 else np.minimum)(most, one, out=most)
    top = [one == most for one in together]
    ties = np.maximum(np.sum(top, axis=0, dtype=np.int64), 1)  # shared where they tie
    unknown = np.isnan(most).any(axis=1) | np.all([(one == 0).all(axis=1) for one in together], axis=0)
    found = {}
    for name, mine, one in zip(drawn, top, together, strict=True):
        less = np.abs(most - one).mean(axis=1)
        found[name] = Ranked(*(np.where(unknown, np.nan, value) for value in ((mine / ties).mean(axis=1), less)))
    return found


def among_best(drawn: Mapping[str, NDArray], indicator: str, n: int) -> dict[str, NDArray]:
    """How likely each scenario is one of the ``n`` that do most for an indicator, by samples [rows, SAMPLES] of each: float64 [rows].

    Without entries where the indicator has no better side. Who ties with the last of the n is one of them.
    """
    side = REGISTRY[indicator].better if indicator in REGISTRY else 0
    if side == 0 or not drawn:
        return {}
    together = side * np.array(list(drawn.values()))
    last = np.sort(together, axis=0)[-min(n, len(together))]
    return {name: (one >= last).mean(axis=1) for name, one in zip(drawn, together, strict=True)}


def beside(
    figures: ArrayLike,
    values: Mapping[str, NDArray],
    spread: Callable[[str, str], Spread] | None = None,
    packages: Collection[str] = (),
) -> dict[str, pd.DataFrame]:
    """The columns of what is not known, beside differences from basis.

    Args:
        figures: [rows], of each row of the values, as ``figure`` names them.
        values: [rows, seeds] by scenario, basis among them.
        spread: of a scenario and figure; None: nothing is said.
        packages: scenarios that hold another one and more. They are not ranked: that they do more than their parts is their structure.

    Returns:
        By scenario, basis left out: COLUMNS, in the order of the rows. ``draws``: of how many draws p_best and regret are; p_best_lower
        and p_best_upper: Wilson's interval for so many.
    """
    of, names = np.asarray(figures), [name for name in values if name != BASIS]
    found = {name: {key: np.full(len(of), np.nan) for key in COLUMNS[:-1]} for name in names}
    words = {name: np.full(len(of), "", object) for name in names}
    for named in dict.fromkeys(of.tolist()):
        rows = np.flatnonzero(of == named)
        spreads = {name: NOTHING_DIFFERS if name == PLACEBO else NOT_ASKED if spread is None else spread(name, named) for name in names}
        for name in names:
            words[name][rows] = spreads[name].said
        known = [name for name in names if spreads[name].kind in (FACTOR, SHIFT) and values[BASIS].shape[1] >= 2]
        step = AT_ONCE // max(len(known), 1)
        for some in (rows[first : first + step] for first in range(0, len(rows) if known else 0, step)):
            base = values[BASIS][some]
            drawn = {name: samples(values[name][some], base, spreads[name]) for name in known}
            for name, one in drawn.items():
                found[name]["lower_full"][some], found[name]["upper_full"][some] = np.quantile(one, ENDS, axis=1)
                words[name][some[np.isnan(found[name]["lower_full"][some])]] = NO_VALUE
                found[name]["p_sign"][some] = sure(one, np.sign((values[name][some] - base).mean(axis=1)))
            alone = [name for name in known if name not in packages]
            alike = in_step({name: spreads[name] for name in alone})
            drawn = {name: drawn[name] for name in alone}
            if any(len(alike[name].values) < len(spreads[name].values) for name in alone):
                drawn = {name: samples(values[name][some], base, alike[name]) for name in alone if len(alike[name].values) >= FEWEST}
            n = min((len(one.draws) for one in alike.values() if len(one.draws)), default=0)
            for name, rank in ranked(drawn, of_group(named)[0]).items():
                low, high = wilson(rank.p_best, n)
                of_so_many = np.where(np.isnan(rank.p_best) | (n == 0), np.nan, n)
                for key, value in {**rank._asdict(), "p_best_lower": low, "p_best_upper": high, "draws": of_so_many}.items():
                    found[name][key][some] = value
    return {name: pd.DataFrame(found[name] | {"knowledge": words[name]}) for name in names}
