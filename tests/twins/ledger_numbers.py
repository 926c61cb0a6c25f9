"""Readable twins of ``sim.counts.ledger_numbers``: the same numbers of one run in pandas, joined by keys."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.tables.for_page import FREED, NEXT, NEXT_BY
from sim.counts.ledger_numbers import BANDS, FAMILY_ROOMS, GONE, HELPED
from sim.counts.schema_counts import next_key
from sim.counts.worksheet_rows import AGES, FLOORS, RENTS, SPONTANEOUS, rent_limits
from sim.world.codes import DwellingType, HouseholdClass
from sim.world.names import THERE, YEAR


def binned(values: pd.Series, bins: tuple[tuple[int, str], ...]) -> pd.Series:
    at = np.searchsorted([low for low, _ in bins], values.to_numpy(), side="right") - 1
    return pd.Series(np.array([name for _, name in bins], object)[at], index=values.index)


def left_home(moves: pd.DataFrame) -> pd.Series:
    """Whether a home in the area was left."""
    return moves["from_dwelling"] >= 0


def rent_class(moves: pd.DataFrame, side: str, start: str) -> pd.Series:
    names = np.array([*RENTS, "free"], object)
    at = np.searchsorted(rent_limits(start), moves[f"{side}_rent"].to_numpy(), side="left")
    let = moves[f"{side}_tenure"].isin(["corporatie", "vrije_huur"])
    return pd.Series(names[at], index=moves.index).where(let, "")


def classes(moves: pd.DataFrame, after: pd.DataFrame, start: str) -> dict[str, pd.Series]:
    """The class of each of the seniors' moves, by row of the monitor."""
    left, size = left_home(moves), followers(moves, after)
    named = np.select([size == 1, size == 2, size >= 3], ["one", "two", "three_plus"], "nobody")
    return {
        "moved_to_type": moves["to_type"],
        "reason": moves["trigger"],
        "nood_wens": pd.Series(np.where(moves["nood"], "nood", "wens"), index=moves.index),
        "age_class": binned(moves["age"], AGES),
        "from_type": moves["from_type"],
        "to_type": moves["to_type"],
        "from_tenure": moves["from_tenure"],
        "to_tenure": moves["to_tenure"],
        "from_floor_area": binned(moves["from_floor_area"], FLOORS).where(left, ""),
        "to_floor_area": binned(moves["to_floor_area"], FLOORS),
        "from_rent_class": rent_class(moves, "from", start),
        "to_rent_class": rent_class(moves, "to", start),
        "area_left": moves["from_area"],
        "area_taken": moves["to_area"],
        "new_household": pd.Series(named, index=moves.index).where(left, ""),
    }


def followers(moves: pd.DataFrame, after: pd.DataFrame) -> pd.Series:
    """Persons of the household that took each home left, by row of ``moves``; NaN while nobody did."""
    first = after.drop_duplicates("parent_move_id").set_index("parent_move_id")["household_size"]
    return pd.Series(first.reindex(moves["move_id"]).to_numpy(), index=moves.index)


def monitor(every: pd.DataFrame, months: int, start: str) -> dict[tuple[str, str], float]:
    """Rows of the monitor of one run."""
    fills = every[(every["month"] < months) & every["fills_vacancy"]]
    moves, after = fills[fills["household_class"] == "senior"], every[every["parent_move_id"] >= 0]
    found = {(key, str(name)): n for key, one in classes(moves, after, start).items() for name, n in one.value_counts().items() if name}
    found |= {(f"first_contact_{name}", ""): n for name, n in moves["first_contact"].value_counts().items()}
    left, size = moves[left_home(moves)], followers(moves, after)
    taken = size.notna() & left_home(moves)
    means = {
        "larger_household": (size > moves["household_size"])[taken],
        "from_floor_area_mean": left["from_floor_area"],
        "to_floor_area_mean": moves["to_floor_area"],
        "same_area": left["from_area"].astype(str) == left["to_area"].astype(str),
        "candidates_per_senior_home": fills.loc[fills["to_type"] == "seniorencomplex", "candidates"],
    }
    found |= {(key, ""): float(one.mean()) for key, one in means.items() if len(one)}
    found["senior_households_moved", ""] = moves["household_id"].nunique()
    found["by_measures", SPONTANEOUS] = (moves["instruments"] == "").sum()
    return found


def freed_homes(moves: pd.DataFrame, chains: pd.DataFrame, months: int) -> pd.DataFrame:
    """Homes that seniors left, by (homes, by, next): one column for each seed of the ledger, 0 where there were none."""
    seeds = sorted(moves["seed"].unique())
    follows = moves.loc[moves["parent_move_id"] >= 0, ["seed", "parent_move_id", "household_size", "from_tenure"]]
    left = moves[(moves["household_class"] == HouseholdClass.SENIOR.key) & moves["fills_vacancy"] & moves["left_vacancy"]]
    left = left[left["month"] < months]
    found = left[["seed", "move_id", "chain_id", "from_type", "from_rooms"]].merge(
        follows, "left", left_on=["seed", "move_id"], right_on=["seed", "parent_move_id"]
    )
    found = found.merge(chains[["seed", "chain_id", "end_reason"]], "left", on=["seed", "chain_id"])
    taken, size = found["household_size"].notna().to_numpy(), found["household_size"].fillna(0).to_numpy()
    gone = np.where(found["end_reason"].isin(GONE), "demolished", "empty")
    had_home = (found["from_tenure"].astype(object).fillna("") != "").to_numpy()
    kinds = {
        "persons": np.where(taken, np.select([size == 1, size == 2], ["1", "2"], "3+"), gone),
        "home": np.where(taken, np.where(had_home, "with a home", "starter"), gone),
    }
    family = (found["from_type"] == DwellingType.EENGEZINS.key) & (found["from_rooms"] >= FAMILY_ROOMS)
    parts = {}
    for homes, inside in zip(FREED, (np.ones(len(found), bool), family.to_numpy(bool)), strict=True):
        for by in NEXT_BY:
            counts = pd.crosstab(kinds[by][inside], found["seed"].to_numpy()[inside]) if inside.any() else pd.DataFrame()
            kind = [one for one in NEXT if one in (("1", "2", "3+") if by == "persons" else ("starter", "with a home")) + NEXT[-2:]]
            parts[homes, by] = counts.reindex(index=kind, columns=seeds, fill_value=0).fillna(0)
    return pd.concat(parts, names=["homes", "by", "next"])


def helped_moves(moves: pd.DataFrame, months: int) -> int:
    """Moves on which any instrument worked that is added."""
    added = [any(one and not one.startswith(THERE) for one in str(names).split("+")) for names in moves["instruments"]]
    return int((np.array(added, bool) & (moves["month"] < months)).sum())


def figures(every: pd.DataFrame, chains: pd.DataFrame, months: int) -> dict[tuple[str, str], float]:
    """What public figures are compared with, of one run."""
    run, found = every[every["month"] < months], {}
    fills, moved = run[run["fills_vacancy"]], run[run["from_dwelling"] >= 0]
    inside = moved["from_area"].astype(str).str[2:6] == moved["to_area"].astype(str).str[2:6]
    same = moved["from_area"].astype(str) == moved["to_area"].astype(str)
    for name, (low, high) in BANDS.items():
        old = moved["age"].between(low, high)
        found |= {
            ("moved", name): old.sum(),
            ("moved_in_gemeente", name): (old & inside).sum(),
            ("moved_in_wijk", name): (old & same).sum(),
        }
        found["moved_into_vacancy", name] = (old & moved["fills_vacancy"]).sum()
        found["persons_moved", name] = moved.loc[old, "household_size"].sum()
    starter = (fills["from_dwelling"] < 0) & ~fills["left_home_elsewhere"]
    later, begun = (
        fills["link"] > 1,
        chains[~chains["origin"].isin(["new_build", "split", "voor_start"]) & (chains["start_month"] < months)],
    )
    found |= {("later_links", "all"): later.sum(), ("later_links", "starters"): (later & starter).sum()}
    found |= {("homes_left", "all"): fills["left_vacancy"].sum(), ("chains_begun", "all"): len(begun)}
    for tenure in ("koop", "corporatie", "vrije_huur"):
        taken, left = fills["to_tenure"] == tenure, fills["from_tenure"] == tenure
        found |= {("homes_taken", tenure): taken.sum(), ("homes_taken_by_starters", tenure): (taken & starter).sum()}
        found |= {
            ("homes_left", tenure): (left & fills["left_vacancy"]).sum(),
            ("chains_begun", tenure): (begun["origin_tenure"] == tenure).sum(),
        }
    let = fills[fills["to_tenure"] == "corporatie"]
    found |= {("lettings", name): let[name].sum() for name in ("registered_months", "waited_months", "candidates")}
    new = chains.loc[chains["origin"] == "new_build", ["chain_id"]]
    first = every[every["link"] == 1].merge(new, on="chain_id")
    both = first.merge(every, left_on="move_id", right_on="parent_move_id", suffixes=("", "_next"))
    same_year = (both["month"] // YEAR == both["month_next"] // YEAR).sum()
    return found | {("left_by_new_build", "all"): len(both), ("left_by_new_build", "same_year"): same_year}


def numbers(moves: pd.DataFrame, chains: pd.DataFrame, months: int, start: str) -> dict[tuple[str, str], float]:
    """All of them, of one run; counts of 0 included."""
    found = monitor(moves, months, start) | figures(moves, chains, months) | {(HELPED, ""): helped_moves(moves, months)}
    homes = freed_homes(moves.assign(seed=0), chains.assign(seed=0), months)
    return found | {(next_key(which, by), name): float(row.sum()) for (which, by, name), row in homes.iterrows()}
