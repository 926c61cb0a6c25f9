"""What instruments cost, who pays, extra moves or homes per 100,000 euro, and euro per extra move or home.

How many moves come of the money has an interval whatever the effect. What one more costs is one over that: where the effect is weak
it has no upper end.

Money and effects are both those of the run (the follow-up is in neither). The net effect belongs to the whole
scenario, so euro per extra move stands on rows of the whole scenario: all instruments and years together, for all
payers and for each payer (what that payer spends per extra move, whoever paid the rest). Rows of one instrument and
one year carry money and uses only.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from analysis.estimates.effects import by_seed
from analysis.estimates.statistics import Ratio, ratio, turned_over
from analysis.tables.files import need
from analysis.tables.schema import COSTS, SPENDING
from sim.world.names import ALL, BASIS, PLACEBO

RATIOS = tuple(name for name in COSTS.names if name not in ("scenario", "instrument", "payer", "year", "eur", "uses", "note"))
PER = 100_000  # euro, of extra moves and homes
Extra = dict[str, np.ndarray | None]  # extra moves and homes per seed
COUNTED = {"senior_moves": ("senior_move", ""), "suitable_seniors": ("suitable_home", "_suitable"), "moves": ("link", "_link")}
CHEAPER = Ratio(np.nan, np.nan, np.nan, "it costs less than basis")
FREE = Ratio(np.nan, np.nan, np.nan, "nothing was spent")
PART = "euro per extra move belongs to the whole scenario"


def costs(ledger: pd.DataFrame, summary: pd.DataFrame, start: str, months: int) -> pd.DataFrame:
    """The table of costs.csv: means over the seeds.

    Args:
        ledger: the table instruments (month, instrument, organisation, uses, cost_eur by scenario and seed; months in
            which nothing happened may be left out).
        summary: the table summary; gives extra senior moves and suitable homes per seed.
        start: month 0, YYYY-MM; years are calendar years.
        months: length of the run; what falls after it is left out.

    Returns:
        Columns of ``COSTS``. ``lower`` and ``upper`` belong to euro per extra senior move, the other pairs to euro per extra
        suitable home (extra senior household in a suitable home, last twelve months) and per extra link (extra move into
        an empty home, by whomever); no upper end where the number of extra may be zero, and ``note`` says so.
    """
    need(list(ledger.columns), SPENDING, "instruments.parquet")
    rows, values, seeds = by_seed(summary)
    at_end = (rows["group_by"] == ALL) & (rows["months_from"] == 0) & (rows["months_to"] == rows["months_to"].max())
    first_year, first_month = (int(part) for part in start.split("-"))
    mine = ledger[(ledger["month"] >= 0) & (ledger["month"] < months)].rename(columns={"organisation": "payer"})
    mine = mine.assign(year=first_year + (first_month - 1 + mine["month"]) // 12)
    parts = []
    for scenario, of_scenario in mine.groupby("scenario", sort=True, observed=True):
        if scenario not in values:
            continue
        extra: Extra = {}
        for key in COUNTED:
            one = (at_end & (rows["indicator"] == key)).to_numpy()
            extra[key] = (values[str(scenario)][one] - values[BASIS][one])[0] if one.any() else None
        parts += _of(str(scenario), of_scenario, extra, seeds)
    if not parts:
        return pd.DataFrame(columns=list(COSTS.names))
    return pd.DataFrame(parts)[list(COSTS.names)]


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


def _of(scenario: str, ledger: pd.DataFrame, extra: Extra, seeds: list[int]) -> list[dict[str, object]]:
    """Rows of one scenario: the whole, each payer, payer × year, then instrument × payer × year."""
    if scenario in (BASIS, PLACEBO):
        extra = dict.fromkeys(extra)
    out = [_whole(scenario, ALL, ledger, extra, seeds)]
    for payer, of_payer in ledger.groupby("payer", sort=True, observed=True):
        out.append(_whole(scenario, str(payer), of_payer, extra, seeds))
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
    return money | dict.fromkeys(RATIOS, np.nan)


def _whole(scenario: str, payer: str, ledger: pd.DataFrame, extra: Extra, seeds: list[int]) -> dict[str, object]:
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
    }
    notes = []
    for key, (what, suffix) in COUNTED.items():
        of_money = FREE if not eur.any() else CHEAPER if eur.mean() < 0 else _ratio(extra[key], eur)
        one_more = turned_over(of_money)
        row |= {f"eur_per_extra_{what}": one_more.value, f"lower{suffix}": one_more.lower, f"upper{suffix}": one_more.upper}
        for name, value in (("extra", of_money.value), ("lower_extra", of_money.lower), ("upper_extra", of_money.upper)):
            row[f"{name}_{what}s_per_100k"] = PER * value
        notes += [f"{what.replace('_', ' ')}: {one_more.note}"] if one_more.note else []
    return row | {"note": "; ".join(notes)}


def _ratio(extra: np.ndarray | None, eur: np.ndarray) -> Ratio:
    if extra is None:
        return Ratio(np.nan, np.nan, np.nan, "no effect to divide by")
    return ratio(extra, eur)


def whole_scenarios(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of costs of whole scenarios, all payers together, basis and placebo left out."""
    chosen = (table["instrument"] == ALL) & (table["payer"] == ALL) & (table["year"] == ALL) & ~table["scenario"].isin([BASIS, PLACEBO])
    return table[chosen].reset_index(drop=True)
