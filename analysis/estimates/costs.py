"""What instruments cost, who pays, extra moves or homes per 100,000 euro, and euro per extra move or home.

How many moves come of the money has an interval whatever the effect. What one more costs is one over that: where the effect is weak
it has no upper end.

Money and effects are both those of the run (the follow-up is in neither). The net effect belongs to the whole
scenario, so euro per extra move stands on rows of the whole scenario: all instruments and years together, for all
payers and for each payer (what that payer spends per extra move, whoever paid the rest). Rows of one instrument and
one year carry money and uses only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from analysis.estimates.effects import BySeed, by_seed
from analysis.estimates.knowledge import ENDS, EUR, FACTOR, MAY_BE_NONE, NONE_IN_BASIS, NOT_ASKED, SHIFT, Spread, in_step, samples
from analysis.estimates.misses import NOT_COMPARED
from analysis.estimates.statistics import Ratio, ratio, turned_over
from analysis.tables.files import need
from analysis.tables.schema import COSTS, SPENDING
from sim.world.names import ALL, BASIS, PLACEBO

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORDS = ("scenario", "instrument", "payer", "year", "eur", "uses", "note", "knowledge", "misses")
RATIOS = tuple(name for name in COSTS.names if name not in WORDS)
PER = 100_000  # euro, of extra moves and homes


class Extra(NamedTuple):
    """Extra moves or homes: float64 [seeds] in a scenario and in basis, and what the study of assumptions makes of them."""

    values: NDArray
    base: NDArray
    spread: Spread


Extras = dict[str, Extra | None]  # None: not counted
COUNTED = {"senior_moves": ("senior_move", ""), "suitable_seniors": ("suitable_home", "_suitable"), "moves": ("link", "_link")}
CHEAPER = Ratio(np.nan, np.nan, np.nan, "it costs less than basis")
PRICED = Spread(FACTOR, np.ones(1))  # the study spent nothing on it: what it costs here is what the user says
DRAWN = "drawn"  # extra senior moves, euro and what the study makes of it, until it is known which scenario brings most per euro
FREE = Ratio(np.nan, np.nan, np.nan, "nothing was spent")
PART = "euro per extra move belongs to the whole scenario"


def costs(
    ledger: pd.DataFrame,
    summary: pd.DataFrame | BySeed,
    start: str,
    months: int,
    spread: Callable[[str, str], Spread] | None = None,
    missed: Callable[[str], str] = lambda _indicator: NOT_COMPARED,
    packages: Collection[str] = (),
) -> pd.DataFrame:
    """The table of costs.csv: means over the seeds.

    Args:
        ledger: the table instruments (month, instrument, organisation, uses, cost_eur by scenario and seed; months in
            which nothing happened may be left out).
        summary: the table summary; gives extra senior moves and suitable homes per seed.
        start: month 0, YYYY-MM; years are calendar years.
        months: length of the run; what falls after it is left out.
        spread: what the study of assumptions makes of the effect of a scenario on an indicator, and of its money.
        packages: scenarios that are not ranked (see ``knowledge.beside``).

    Returns:
        Columns of ``COSTS``. ``lower`` and ``upper`` belong to euro per extra senior move, the other pairs to euro per extra
        suitable home (extra senior household in a suitable home, last twelve months) and per extra link (extra move into
        an empty home, by whomever); no upper end where the number of extra may be zero, and ``note`` says so.
    """
    need(list(ledger.columns), SPENDING, "instruments.parquet")
    rows, values, seeds = summary if isinstance(summary, BySeed) else by_seed(summary)
    at_end = (rows["group_by"] == ALL) & (rows["months_from"] == 0) & (rows["months_to"] == rows["months_to"].max())
    first_year, first_month = (int(part) for part in start.split("-"))
    mine = ledger[(ledger["month"] >= 0) & (ledger["month"] < months)].rename(columns={"organisation": "payer"})
    mine = mine.assign(year=first_year + (first_month - 1 + mine["month"]) // 12)
    parts = []
    for scenario, of_scenario in mine.groupby("scenario", sort=True, observed=True):
        if scenario not in values:
            continue
        extra: Extras = {}
        for key in COUNTED:
            one = (at_end & (rows["indicator"] == key)).to_numpy()
            asked = NOT_ASKED if spread is None else spread(str(scenario), key)
            extra[key] = Extra(values[str(scenario)][one][0], values[BASIS][one][0], asked) if one.any() else None
        money = NOT_ASKED if spread is None else spread(str(scenario), EUR)
        parts += _of(str(scenario), of_scenario, extra, PRICED if money.kind == NONE_IN_BASIS else money, seeds)
    if not parts:
        return pd.DataFrame(columns=list(COSTS.names))
    hang = {what.replace("_", " "): missed(key) for key, (what, _) in COUNTED.items()}
    said = "; ".join(f"{what}: {keys}" for what, keys in hang.items() if keys)
    table = pd.DataFrame(_with_best(parts, packages))
    return table.assign(misses=np.where(table["note"] == PART, "", said))[list(COSTS.names)]


def beyond_basis(ledger: pd.DataFrame, scenarios: Sequence[str], already: Collection[str]) -> pd.DataFrame:
    """The ledger with, of what is done already, only what a scenario makes it cost and do beyond basis; below 0 where that is less."""
    is_there = ledger["instrument"].isin(list(already))
    base, kept = ledger[is_there & (ledger["scenario"] == BASIS)], ~is_there | ~ledger["scenario"].isin(list(scenarios))
    less = [base.assign(scenario=name, uses=-base["uses"], cost_eur=-base["cost_eur"]) for name in scenarios]
    both = pd.concat([ledger[~kept].astype({"scenario": object}), *less])
    keys = [name for name in SPENDING if name not in ("uses", "cost_eur")]
    beyond = both.groupby(keys, as_index=False, observed=True)[["uses", "cost_eur"]].sum()
    beyond = beyond[(beyond["uses"] != 0) | (beyond["cost_eur"] != 0)]
    return pd.concat([ledger[kept].astype({"scenario": object}), beyond], ignore_index=True) if len(beyond) else ledger[kept]


def _with_best(parts: list[dict[str, object]], packages: Collection[str]) -> list[dict[str, object]]:
    """Rows with ``p_best`` in those of whole scenarios, all payers together; packages are not ranked."""
    ranked = [row for row in parts if row.get(DRAWN) is not None and row["scenario"] not in packages]
    whole = [row for row in ranked if (row["instrument"], row["payer"], row["year"]) == (ALL, ALL, ALL)]
    of: list[tuple[Extra, NDArray, Spread]] = [row[DRAWN] for row in whole]  # type: ignore[misc]
    step = in_step({(n, what): one for n, (extra, _, money) in enumerate(of) for what, one in (("extra", extra.spread), ("eur", money))})
    drawn = [_drawn(extra._replace(spread=step[n, "extra"]), _spent(eur, step[n, "eur"])) for n, (extra, eur, _) in enumerate(of)]
    known = [one for one in drawn if one is not None]
    if len(known) == len(whole) > 1:
        for row, mine in zip(whole, known, strict=True):
            row["p_best"] = (mine == np.max(known, axis=0)).mean()
    return parts


def _of(scenario: str, ledger: pd.DataFrame, extra: Extras, money: Spread, seeds: list[int]) -> list[dict[str, object]]:
    """Rows of one scenario: the whole, each payer, payer × year, then instrument × payer × year."""
    if scenario in (BASIS, PLACEBO):
        extra = dict.fromkeys(extra)
    out = [_whole(scenario, ALL, ledger, extra, money, seeds)]
    for payer, of_payer in ledger.groupby("payer", sort=True, observed=True):
        out.append(_whole(scenario, str(payer), of_payer, extra, money, seeds))
    for (payer, year), part in ledger.groupby(["payer", "year"], sort=True, observed=True):
        out.append(_money(scenario, ALL, str(payer), str(year), part["cost_eur"].sum() / len(seeds), part["uses"].sum() / len(seeds)))
    fine = ledger.groupby(["instrument", "payer", "year"], sort=True, observed=True)[["cost_eur", "uses"]].sum()
    for row in fine.reset_index().to_dict("records"):
        eur, uses = row["cost_eur"] / len(seeds), row["uses"] / len(seeds)
        out.append(_money(scenario, row["instrument"], row["payer"], str(row["year"]), eur, uses))
    return out


def _money(scenario: str, instrument: str, payer: str, year: str, eur: float, uses: float) -> dict[str, object]:
    """A row of money and uses, without ratios."""
    money = {"scenario": scenario, "instrument": instrument, "payer": payer, "year": year, "eur": eur, "uses": uses, "note": PART}
    money["knowledge"] = PART
    return money | dict.fromkeys(RATIOS, np.nan)


def _whole(scenario: str, payer: str, ledger: pd.DataFrame, extra: Extras, money: Spread, seeds: list[int]) -> dict[str, object]:
    """Money of a whole scenario and its ratios."""
    row: dict[str, object]
    eur = ledger.groupby("seed")["cost_eur"].sum().reindex(seeds, fill_value=0.0).to_numpy(float)
    row = {
        "scenario": scenario,
        "instrument": ALL,
        "payer": payer,
        "year": ALL,
        "eur": eur.mean(),
        "uses": ledger["uses"].sum() / len(seeds),
        "p_sign": np.nan,
        "p_best": np.nan,
        "knowledge": _why_not(extra["senior_moves"], money, spent := _spent(eur, money)),
    }
    notes = []
    for key, (what, suffix) in COUNTED.items():
        one = extra[key]
        of_money = FREE if not eur.any() else CHEAPER if eur.mean() < 0 else _ratio(one, eur)
        one_more = turned_over(of_money)
        row |= {f"eur_per_extra_{what}": one_more.value, f"lower{suffix}": one_more.lower, f"upper{suffix}": one_more.upper}
        for name, value in (("extra", of_money.value), ("lower_extra", of_money.lower), ("upper_extra", of_money.upper)):
            row[f"{name}_{what}s_per_100k"] = PER * value
        notes += [f"{what.replace('_', ' ')}: {one_more.note}"] if one_more.note else []
        drawn = None if of_money.note or one is None else _drawn(one, spent)
        low, high = (np.nan, np.nan) if drawn is None else np.quantile(drawn, ENDS)
        row |= {f"lower_extra_{what}s_per_100k_full": PER * low, f"upper_extra_{what}s_per_100k_full": PER * high}
        row |= {f"lower{suffix}_full": 1 / high if high > 0 else np.nan, f"upper{suffix}_full": 1 / low if low > 0 else np.nan}
        if key == "senior_moves" and drawn is not None:
            row |= {DRAWN: (one, eur, money), "p_sign": (np.sign(drawn) == np.sign(of_money.value)).mean()}
    return row | {"note": "; ".join(notes)}


def _why_not(extra: Extra | None, money: Spread, spent: NDArray | None) -> str:
    """How knowledge was carried over, or why it is not said."""
    if extra is None:
        return "no effect to divide by"
    if extra.spread.kind not in (FACTOR, SHIFT) or len(extra.values) < 2:
        return extra.spread.said
    return money.said if money.kind != FACTOR else extra.spread.said if spent is not None else MAY_BE_NONE


def _spent(eur: NDArray, money: Spread) -> NDArray | None:
    """Money by chance and knowledge, [SAMPLES]; None where the study does not say, or where it may be none."""
    if money.kind != FACTOR or len(eur) < 2:
        return None
    spent = samples(eur[None], np.zeros((1, len(eur))), money)[0]
    return spent if (spent > 0).all() else None


def _drawn(extra: Extra, spent: NDArray | None) -> NDArray | None:
    """Extra per euro by chance and knowledge, [SAMPLES]; None where the study does not say, or the money may be none."""
    if spent is None or extra.spread.kind not in (FACTOR, SHIFT):
        return None
    return samples(extra.values[None], extra.base[None], extra.spread)[0] / spent


def _ratio(extra: Extra | None, eur: np.ndarray) -> Ratio:
    if extra is None:
        return Ratio(np.nan, np.nan, np.nan, "no effect to divide by")
    return ratio(extra.values - extra.base, eur)


def whole_scenarios(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of costs of whole scenarios, all payers together, basis and placebo left out."""
    chosen = (table["instrument"] == ALL) & (table["payer"] == ALL) & (table["year"] == ALL) & ~table["scenario"].isin([BASIS, PLACEBO])
    return table[chosen].reset_index(drop=True)
