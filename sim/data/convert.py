"""Make the project's own figure files from the folder of collected source tables.

    python sim/data/convert.py SOURCE_FOLDER

Facts are selected, renamed (year in the column name) and put together per subject; nothing is moved in time here: that
is done by ``sim.population.base_year``, where it can be read and repeated. What each column is and where it comes from: README.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm

TARGET = Path(__file__).parent / "population"
WIJK_GEMEENTEN = (
    "Amersfoort",
    "Apeldoorn",
    "Arnhem",
    "Delft",
    "Enschede",
    "Ooststellingwerf",
    "Veenendaal",
    "Veldhoven",
    "Vlaardingen",
    "Zwolle",
)
WIJK_PROVINCE = "Gelderland"
BANDS = range(0, 100, 5)
BUILT_AS = {"flats": ("apartment",), "houses": ("terraced", "semi_detached", "detached")}
PERIODS = ("pre1945", "1945_1964", "1965_1984", "1985_2004", "2005_2023")
FEWEST = 5  # persons in a year between two gemeenten: what is below adds 8 % of the persons in 31,000 rows
BROKEN_KINDS = ["GM0988"]  # Weert: a quarter of its stock is in that source
GEMEENTE_COLUMNS = {
    "gm_code": "code",
    "gm_name": "name",
    "province": "province",
    "urbanity_class_2022": "urban_2022",
    "population_2020": "population_2020",
    "population_2022": "population_2022",
    "population_20241231": "population_20241231",
    "pct_age_65_plus_2022": "pct_age_65_plus_2022",
    "households_2020": "households_2020",
    "pct_hh_one_person_2020": "pct_one_person_2020",
    "pct_hh_no_children_2020": "pct_no_children_2020",
    "pct_hh_with_children_2020": "pct_with_children_2020",
    "avg_household_size_2020": "mean_household_size_2020",
    "dwellings_2022": "dwellings_2022",
    "dwellings_20240101": "dwellings_20240101",
    "dwellings_20241231": "dwellings_20241231",
    "new_build_dwellings_2024": "new_build_2024",
    "pct_multi_family_2020": "pct_multi_family_2020",
    "pct_occupied_2020": "pct_occupied_2020",
    "pct_owner_occupied_2020": "pct_owner_2020",
    "pct_owner_occupied_2022": "pct_owner_2022",
    "pct_rent_housing_corporation_2020": "pct_corporation_2020",
    "pct_rent_other_landlord_2020": "pct_other_landlord_2020",
    "woz_value_2022_keur": "woz_keur_2022",
    "mean_sale_price_2024_eur": "sale_price_eur_2024",
    "pct_hh_lowest_40_income_2020": "pct_households_low40_2020",
    "pct_persons_lowest_40_income_2022": "pct_persons_low40_2022",
}
WIJK_COLUMNS = {
    "wk_code": "code",
    "wk_name": "name",
    "gm_code": "gemeente",
    "urbanity_class": "urban_2022",
    "population": "population_2022",
    "pct_age_0_14": "pct_age_0_14_2022",
    "pct_age_15_24": "pct_age_15_24_2022",
    "pct_age_25_44": "pct_age_25_44_2022",
    "pct_age_45_64": "pct_age_45_64_2022",
    "pct_age_65_plus": "pct_age_65_plus_2022",
    "dwellings": "dwellings_2022",
    "woz_value_keur": "woz_keur_2022",
    "pct_owner_occupied": "pct_owner_2022",
    "pct_persons_lowest_40_income": "pct_persons_low40_2022",
    "households_2017": "households_2017",
    "pct_hh_one_person_2017": "pct_one_person_2017",
    "pct_hh_no_children_2017": "pct_no_children_2017",
    "pct_hh_with_children_2017": "pct_with_children_2017",
    "avg_household_size_2017": "mean_household_size_2017",
}
AGES = {"under 25": 15, "25-34": 25, "35-44": 35, "45-54": 45, "55-64": 55, "65-74": 65, "75+": 75}
TENURES = {"owner": "koop", "housing_corporation": "corporatie", "other_rental": "vrije_huur"}
KINDS = {"single_family": "eengezins", "multi_family": "meergezins"}


def gemeenten(source: Path) -> pd.DataFrame:
    """One row per gemeente: stock, households, moves and population by age."""
    table = pd.read_csv(source / "gemeenten.csv")
    out = table[list(GEMEENTE_COLUMNS)].rename(columns=GEMEENTE_COLUMNS)
    out.insert(3, "x_km", (table["dwelling_centre_x_rd"] / 1000).round(2))
    out.insert(4, "y_km", (table["dwelling_centre_y_rd"] / 1000).round(2))
    moves = pd.read_csv(source / "gemeenten_moves_2025.csv").set_index("gm_code").reindex(out["code"])
    out["moved_within_2025"] = moves["moved_within_gemeente_persons"].to_numpy()
    out["arrived_2025"] = moves["arrived_from_other_gemeente_persons"].to_numpy()
    left = moves["left_to_other_gemeente_persons"].where(moves["asylum_reception_distortion"] != 1)
    out["left_2025"] = left.to_numpy()
    kinds = pd.read_csv(source / "gemeenten_dwellings_type_period_2023.csv").set_index("gm_code").drop(BROKEN_KINDS).reindex(out["code"])
    lately = kinds.filter(like="_2005_2023")
    flats = (100 * lately["apartment_2005_2023"] / lately.sum(axis=1, min_count=4)).round().astype("Int64")
    out.insert(out.columns.get_loc("new_build_2024") + 1, "pct_new_flats_2005_2023", flats.to_numpy())
    ages = pd.read_csv(source / "gemeenten_age_sex_2021.csv").set_index("gm_code").reindex(out["code"])
    for a in BANDS:
        out[f"age_{a}_2021"] = ages[[f"m_{_band(a)}", f"f_{_band(a)}"]].sum(axis=1).to_numpy()
    for column in ("moved_within_2025", "arrived_2025", "left_2025"):
        out[column] = out[column].astype("Int64")
    return out.sort_values("code")


def wijken(source: Path) -> pd.DataFrame:
    """One row per wijk of the ten gemeenten and of Gelderland."""
    table = pd.read_csv(source / "wijken.csv")
    table = table[table["gm_name"].isin(WIJK_GEMEENTEN) | (table["province"] == WIJK_PROVINCE)]
    out = table[list(WIJK_COLUMNS)].rename(columns=WIJK_COLUMNS)
    out.insert(3, "x_km", (table["x_rd"] / 1000).round(2))
    out.insert(4, "y_km", (table["y_rd"] / 1000).round(2))
    matched = table["hh2017_match"].to_numpy() == 1
    of_2017 = [c for c in out.columns if c.endswith("_2017")]
    out.loc[~matched, of_2017] = np.nan
    for column in (
        "urban_2022",
        "households_2017",
        "pct_one_person_2017",
        "pct_no_children_2017",
        "pct_with_children_2017",
    ):
        out[column] = out[column].astype("Int64")
    return out.sort_values("code")


def ages(source: Path) -> pd.DataFrame:
    """National figures per 5-year age: persons by sex, death rate, living alone or with a partner in The Hague."""
    people = pd.read_csv(source / "gemeenten_age_sex_2021.csv")
    death = pd.read_csv(source / "mortality_abridged.csv")
    place = pd.read_csv(source / "hh_position_age_sex_denhaag_2019.csv")
    rows = []
    for a in BANDS:
        row: dict[str, float] = {"age_from": a}
        at = death[death["age_from"] <= max(a, 1)].iloc[-1]
        for sex, letter, word in (("men", "m", "male"), ("women", "f", "female")):
            row[f"{sex}_2021"] = int(people[f"{letter}_{_band(a)}"].sum())
            row[f"death_rate_{sex}_2020_2025"] = at[f"mx_{word}_2020_2025"]
            here = place[(place["sex"] == sex) & (place["age_from"] == a)].iloc[0]
            for name, column in (("alone", "living_alone"), ("partner", "living_with_partner")):
                row[f"{name}_{sex}_den_haag_2019"] = here[f"{column}_persons"]
        rows.append(row)
    return pd.DataFrame(rows)


def joint(source: Path) -> pd.DataFrame:
    """National households by age, type, tenure and type of dwelling."""
    table = pd.read_csv(source / "hh_age_type_tenure_dwelling_nl_2024.csv")
    return pd.DataFrame(
        {
            "age_from": table["age_of_reference_person"].map(AGES),
            "household_type": table["household_type"].replace("couple_no_children", "couple"),
            "tenure": table["tenure"].map(TENURES),
            "dwelling_type": table["dwelling_type"].map(KINDS),
            "households_2024": table["households"].round(0).astype(int),
        }
    )


def headship(source: Path) -> pd.DataFrame:
    """National households by 5-year age and type."""
    table = pd.read_csv(source / "hh_age_type_nl_2024.csv")
    wide = table.pivot(index="age_of_reference_person_from", columns="household_type", values="households")
    wide = wide.rename(columns={"couple_no_children": "couple"})
    wide.columns = [f"{name}_2024" for name in wide.columns]
    return wide.rename_axis("age_from").round(0).astype(int).reset_index()


def homes(source: Path) -> pd.DataFrame:
    """Floor area (mean and spread of its logarithm) and rooms per tenure and type of dwelling."""
    floor = pd.read_csv(source / "floor_area_classes_nl.csv")
    rooms = pd.read_csv(source / "rooms_by_tenure_dwelling_assumed.csv")
    bounds = np.log([50.0, 75.0, 100.0, 150.0, 250.0])
    rows = []
    for (kind, tenure), part in floor.groupby(["dwelling_type", "tenure"]):
        below = part["share_of_dwellings_pct"].cumsum().to_numpy()[:-1] / 100
        usable = (below > 0.005) & (below < 0.995)
        slope = np.polyfit(norm.ppf(below[usable]), bounds[usable], 1)[0]
        here = rooms[(rooms["dwelling_type"] == kind) & (rooms["tenure"] == tenure)]["share_of_dwellings_pct"]
        rows.append(
            {
                "tenure": TENURES[str(tenure)],
                "dwelling_type": KINDS[str(kind)],
                "mean_floor_area_m2_2022": part["mean_floor_area_of_cell_m2"].iloc[0],
                "sd_log_floor_area_2022": round(slope, 3),
                **{f"pct_rooms_{k}_assumed": v for k, v in zip(range(1, 7), here, strict=True)},
            }
        )
    return pd.DataFrame(rows)


def income(source: Path) -> pd.DataFrame:
    """Disposable household income (mean, and spread of its logarithm) by age, type and tenure."""
    table = pd.read_csv(source / "income_age_type_tenure_2024.csv")
    return pd.DataFrame(
        {
            "age_from": table["age_of_reference_person"].map(AGES),
            "household_type": table["household_type"].replace("couple_no_children", "couple"),
            "tenure": table["tenure"].map(TENURES),
            "mean_income_keur_2024": table["mean_disposable_income_keur_per_year"],
            "sd_log_income_assumed": table["lognormal_sigma"],
        }
    )


def limitation(source: Path) -> pd.DataFrame:
    """Persons at home with a mobility limitation by age (55 and over) and sex, %."""
    table = pd.read_csv(source / "mobility_by_age_derived.csv")
    wide = table.pivot(index="age", columns="sex", values="mobility_limitation_prevalence_pct")
    return pd.DataFrame({"age": wide.index, "pct_limited_men": wide["men"], "pct_limited_women": wide["women"]})


def provinces(source: Path) -> pd.DataFrame:
    """Mean floor area per province."""
    table = pd.read_csv(source / "floor_area_means.csv")
    table = table[(table["dwelling_type"] == "all") & (table["year"] == 2022)]
    names = [*sorted(pd.read_csv(source / "gemeenten.csv")["province"].unique()), "Nederland"]
    table = table[table["region"].isin(names)]
    return pd.DataFrame({"region": table["region"], "mean_floor_area_m2_2022": table["mean_floor_area_m2"]})


def periods(source: Path) -> pd.DataFrame:
    """Homes of 2023 by type and period of building, per gemeente; the houses of all kinds added up."""
    table = pd.read_csv(source / "gemeenten_dwellings_type_period_2023.csv").set_index("gm_code").drop(BROKEN_KINDS).sort_index()
    out = {}
    for kind, of_source in BUILT_AS.items():
        for period in PERIODS:
            name = f"{kind}_{period.replace('pre', 'before_')}_2023"
            out[name] = table[[f"{one}_{period}" for one in of_source]].sum(axis=1).astype(int)
    return pd.DataFrame(out).rename_axis("code").reset_index()


def exchange(source: Path) -> pd.DataFrame:
    """Persons who moved from one gemeente to another in 2018, by pair; pairs below FEWEST together as ``elsewhere``."""
    pairs = pd.read_csv(source / "od_2018.csv").set_axis(["code", "other", "persons_2018"], axis=1)
    few = pairs["persons_2018"] < FEWEST
    rest = pairs[few].groupby("code", as_index=False)["persons_2018"].sum().assign(other="elsewhere")
    return pd.concat([pairs[~few], rest])[["code", "other", "persons_2018"]].sort_values(["code", "other"])


def moves(source: Path) -> pd.DataFrame:
    """Persons who move to an ordinary dwelling per year, and those who go to another gemeente, by age, % of persons."""
    young = pd.read_csv(source / "moves_by_age_2017.csv")
    old = pd.read_csv(source / "moves_by_age_74plus.csv")
    share = (young["pct_moved_within_gemeente"] + young["pct_moved_between_gemeenten"]).round(2)
    within, between = old["of_which_within_gemeente_pct_per_year"], old["of_which_between_gemeenten_pct_per_year"]
    to_home = between * old["moved_to_ordinary_dwelling_pct_per_year"] / (within + between)  # the others go to a place with care
    return pd.DataFrame(
        {
            "age": [*young["age"], *old["age"]],
            "pct_moved": [*share, *old["moved_to_ordinary_dwelling_pct_per_year"]],
            "pct_between": [*young["pct_moved_between_gemeenten"], *to_home.round(2)],
            "year": [2017] * len(young) + [2022] * len(old),
            "status": ["READ"] * len(young) + ["DERIVED"] * len(old),
        }
    )


def children(source: Path) -> pd.DataFrame:
    """Children at home: households by number, and the share of young people still at home by age."""
    count = pd.read_csv(source / "hh_children_2023.csv")
    count = count[count["region"] == "Nederland"].set_index("household_type")
    dynamics = pd.read_csv(source / "household_dynamics.csv")
    home = dynamics[dynamics["quantity"] == "share_living_at_parental_home"]
    numbers = ["one_child_households", "two_children_households", "three_plus_children_households"]
    couples = count.loc[["unmarried_couple", "married_couple"], numbers].sum()
    rows = [("couple_with_children", k + 1, couples.iloc[k], "households 2023") for k in range(3)]
    rows += [("one_parent", k + 1, count.loc["one_parent", numbers].iloc[k], "households 2023") for k in range(3)]
    rows += [("at_home", int(a), v, "% of persons of this age 2021") for a, v in zip(home["age_from"], home["value"], strict=True)]
    return pd.DataFrame(rows, columns=["subject", "number_or_age", "value", "unit"])


def rival_gemeenten(source: Path) -> pd.DataFrame:
    """What simple forecasts need of gemeenten beside population/gemeenten.csv; no world reads it."""
    table = pd.read_csv(source / "gemeenten.csv").set_index("gm_code").sort_index()
    pairs = pd.read_csv(source / "od_2018.csv")
    arrived, left = (pairs.groupby(side)["persons"].sum().reindex(table.index).fillna(0) for side in ("to_gemeente", "from_gemeente"))
    density = table["address_density_per_km2_2020"]
    found = {"area_km2": table["area_km2"], "address_density_per_km2_2020": density, "arrived_2018": arrived, "left_2018": left}
    out = pd.DataFrame(found).rename_axis("code").reset_index()
    return out.astype({"arrived_2018": int, "left_2018": int})


def rival_moves(source: Path) -> pd.DataFrame:
    """Persons who move within and between gemeenten per year, by age, % of persons; no world reads it."""
    young, old = (pd.read_csv(source / f"moves_by_age_{name}.csv") for name in ("2017", "74plus"))
    within, between = "of_which_within_gemeente_pct_per_year", "of_which_between_gemeenten_pct_per_year"
    return pd.DataFrame(
        {
            "age": [*young["age"], *old["age"]],
            "pct_within": [*young["pct_moved_within_gemeente"], *old[within]],
            "pct_between": [*young["pct_moved_between_gemeenten"], *old[between]],
            "year": [2017] * len(young) + [2022] * len(old),
            "status": ["READ"] * len(young) + ["DERIVED"] * len(old),
        }
    )


def _band(a: int) -> str:
    return f"{a}_{a + 4}" if a < 95 else "95_plus"


SUBJECTS = {
    "gemeenten": gemeenten,
    "wijken": wijken,
    "ages": ages,
    "national_joint": joint,
    "national_households": headship,
    "homes": homes,
    "income": income,
    "limitation": limitation,
    "provinces": provinces,
    "periods": periods,
    "moves": moves,
    "exchange": exchange,
    "children": children,
}
OF_RIVALS = {"gemeenten": rival_gemeenten, "moves": rival_moves}


def main(source: Path) -> None:
    """Write every subject as one CSV file (UTF-8, comma, line feed)."""
    for folder, subjects in ((TARGET, SUBJECTS), (TARGET.with_name("rivals"), OF_RIVALS)):
        folder.mkdir(exist_ok=True)
        for name, make in subjects.items():
            make(source).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python sim/data/convert.py SOURCE_FOLDER")
    main(Path(sys.argv[1]))
