"""Make ``rates.csv`` from a folder of source tables: python sim/data/demography/convert.py FOLDER

The source tables and what was done to them are described in the README of this folder.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from statistics import NormalDist

BIRTHS_2023 = 164_487  # F32
MEAN_AGE_BIRTH, SD_AGE_BIRTH = 32.0, 4.9  # all births; assumption beside the first births (30.3, 4.7)
SHARE_BORN_IN_COUPLES = 0.92  # assumption
PARTNERED = {
    18: 0.15,
    20: 0.25,
    25: 0.52,
    30: 0.68,
    35: 0.73,
    40: 0.73,
    45: 0.72,
}  # women, assumption on The Hague 2019
# Unions per person who keeps house without a partner, per cent a year (from age, men, women). Derived: the rate that
# keeps the share of women with a partner by age as it was on 1-1-2024, given who leaves home alone (F28) and who
# separates or is widowed; the men's so that as many are found two years older. From 65 on: assumption. Level: rel_union.
UNION = (
    (18, 1.0, 12.0),
    (20, 13.5, 24.0),
    (25, 17.5, 18.5),
    (30, 15.5, 11.2),
    (35, 14.0, 11.2),
    (40, 10.0, 8.1),
    (45, 8.0, 6.7),
    (50, 6.5, 5.0),
    (55, 4.1, 2.5),
    (60, 2.3, 1.2),
    (65, 1.0, 0.5),
    (75, 0.4, 0.1),
    (85, 0.0, 0.0),
)


def read(folder: Path, name: str) -> list[dict[str, str]]:
    """Rows of one source table."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rates(folder: Path) -> list[tuple[str, str, int, float]]:
    """(quantity, sex, age, chance per year) for ages 0 to 110."""
    out: list[tuple[str, str, int, float]] = []
    death = {int(row["age"]): row for row in read(folder, "mortality.csv")}
    for sex, column in (("man", "qx_male"), ("woman", "qx_female")):
        out += [("death", sex, age, float(death[min(age, 104)][column])) for age in range(111)]
    for quantity, name, column in (
        ("care", "care_entry_by_age.csv", "move_to_care_pct_per_year"),
        ("limitation", "mobility_by_age_derived.csv", "mobility_limitation_onset_pct_per_year"),
    ):
        for sex, word in (("man", "men"), ("woman", "women")):
            known = {int(r["age"]): float(r[column]) / 100 for r in read(folder, name) if r["sex"] == word and r[column]}
            low, high = min(known), max(known)
            out += [(quantity, sex, age, known[min(age, high)] if age >= low else 0.0) for age in range(111)]
    dynamics = read(folder, "household_dynamics.csv")
    leave = {int(r["age_from"]): float(r["value"]) / 100 for r in dynamics if r["quantity"] == "leaving_parental_home_net"}
    out += [("leave_home", "any", age, leave.get(age, 0.15 if 30 <= age < 60 else 0.0)) for age in range(111)]
    out += [("separation", "any", age, _separation(dynamics, age)) for age in range(111)]
    for sex, place in (("man", 1), ("woman", 2)):
        for age in range(111):
            begun = [row for row in UNION if row[0] <= age]
            out.append(("union", sex, age, begun[-1][place] / 100 if begun else 0.0))
    return out + _births(folder)


def _separation(dynamics: list[dict[str, str]], age: int) -> float:
    for row in dynamics:
        if row["quantity"] == "couple_separation" and int(row["age_from"]) <= max(25, age) <= int(row["age_to"] or 200):
            return float(row["value"]) / 100
    return 0.0


def _births(folder: Path) -> list[tuple[str, str, int, float]]:
    women = [0.0] * 111
    for row in read(folder, "gemeenten_age_sex_2021.csv"):
        for age in range(0, 95, 5):
            for year in range(age, age + 5):
                women[year] += float(row[f"f_{age}_{age + 4}"]) / 5
    normal = NormalDist(MEAN_AGE_BIRTH, SD_AGE_BIRTH)
    out = []
    for age in range(111):
        births = BIRTHS_2023 * (normal.cdf(age + 1) - normal.cdf(age)) if 18 <= age < 46 else 0.0
        share = next((PARTNERED[a] for a in sorted(PARTNERED, reverse=True) if a <= age), 0.5)
        rate = births / women[age] if women[age] else 0.0
        out.append(("birth", "partnered", age, rate * SHARE_BORN_IN_COUPLES / share))
        out.append(("birth", "single", age, rate * (1 - SHARE_BORN_IN_COUPLES) / (1 - share)))
    return out


def main() -> None:
    """Write rates.csv beside this file."""
    if len(sys.argv) != 2:
        sys.exit("usage: python sim/data/demography/convert.py FOLDER_OF_SOURCE_TABLES")
    with (Path(__file__).parent / "rates.csv").open("w", encoding="utf-8", newline="\n") as file:
        file.write("quantity,group,age,chance_per_year\n")
        file.writelines(f"{q},{group},{age},{value:.6g}\n" for q, group, age, value in rates(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
