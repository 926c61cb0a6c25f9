"""Amounts of law by the date from which each holds, and the checks that a scenario must pass before it runs.

This is the one place of them. Every value has its date and its source: a row of docs/evidence.csv, which says whether it was read or is
recalled, or docs/sources.md (section 9). A run uses what is in force in its first month, for its whole length: money is euro of the
start year, so an amount that rises with prices stays as it is. A start after the newest amounts takes those, as worth of its own year.
Before the first month of which all amounts are known there is no run (``first_month``; ``sim.world.span`` refuses it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.world.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Dated(NamedTuple):
    """An amount that changes by date: each of ``values`` holds from its month (YYYY-MM) on, and names its source."""

    key: str
    unit: str
    values: tuple[tuple[str, float, str], ...]  # since, amount, source


INCOME, RENT, EURO = "euro gross per year", "euro per month", "euro"
SQUARE, LINE = "euro per month and squared euro gross per year", "euro per month and euro gross per year"
KINDS = ("one", "more", "aow_one", "aow_more")  # households: one person, more; both with AOW (index: more + 2 × AOW)
SOURCE_9, TIJDELIJKE_HUURKORTING = "sources section 9", "Wet tijdelijke huurkorting, in force 1-4-2021"
OTHER_SOURCES = (SOURCE_9, TIJDELIJKE_HUURKORTING)
# fmt: off
AMOUNTS: dict[str, Dated] = {
    entry.key: entry
    for entry in (
        # who may have which home
        Dated("daeb_one", INCOME, (("2024-01", 47699, "D10"), ("2025-01", 49669, "D03"), ("2026-01", 51537, "D70"))),
        Dated("daeb_more", INCOME, (("2024-01", 52671, "D10"), ("2025-01", 54847, "D03"), ("2026-01", 56910, "D70"))),
        Dated("passend_one", INCOME, (("2024-01", 27725, "D72"), ("2025-01", 28375, "D08"), ("2026-01", 29400, "D71"))),
        Dated("passend_more", INCOME, (("2024-01", 37625, "D72"), ("2025-01", 38500, "D08"), ("2026-01", 39925, "D71"))),
        Dated("passend_aow_one", INCOME, (("2024-01", 27225, "D72"), ("2025-01", 27775, "D08"), ("2026-01", 28775, "D71"))),
        Dated("passend_aow_more", INCOME, (("2024-01", 36675, "D72"), ("2025-01", 37350, "D08"), ("2026-01", 38650, "D71"))),
        Dated("wealth_54a_one", EURO, (("2024-01", 140213, "D74"), ("2025-01", 141896, "D74"), ("2026-01", 146011, "D75"))),
        Dated("wealth_54a_more", EURO, (("2024-01", 177301, "D74"), ("2025-01", 179429, "D74"), ("2026-01", 184633, "D75"))),
        Dated("aftopping_small", RENT, (("2024-01", 650.43, "D72"), ("2025-01", 682.96, "D09"), ("2026-01", 713.02, "D73"))),
        Dated("aftopping_large", RENT, (("2024-01", 697.07, "D72"), ("2025-01", 731.93, "D09"), ("2026-01", 764.14, "D73"))),
        Dated("liberalisatiegrens", RENT, (("2024-01", 879.66, "D10"), ("2025-01", 900.07, "D04"), ("2026-01", 932.93, "D49"))),
        Dated("middenhuur", RENT, (
            ("2024-01", 1123.13, "D82"), ("2024-07", 1157.95, "D82"), ("2025-01", 1184.82, "D05"), ("2026-01", 1228.07, "D70"))),
        Dated("betaalbaarheidsgrens", EURO, (("2024-01", 390000, SOURCE_9), ("2025-01", 405000, "D47"), ("2026-01", 420000, "D47"))),
        # mortgages
        Dated("nhg_grens", EURO, (("2024-01", 435000, "D21"), ("2025-01", 450000, "D47"), ("2026-01", 470000, "D47"))),
        Dated("senior_mortgage_age", "years", (("2018-04", 57, "D81"),)),
        Dated("senior_mortgage_of_value", "share", (("2018-04", 0.8, "D81"),)),
        # huurtoeslag; the aftoppingsgrenzen above, and the liberalisatiegrens as its highest rent, belong to it
        Dated("kwaliteitskortingsgrens", RENT, (("2024-01", 454.47, "D78"), ("2025-01", 477.20, "D77"), ("2026-01", 498.20, "D73"))),
        Dated("toeslag_norm_one", RENT, (("2024-01", 226.67, "D78"), ("2025-01", 236.19, "D77"), ("2026-01", 250.67, "D76"))),
        Dated("toeslag_norm_more", RENT, (("2024-01", 226.67, "D78"), ("2025-01", 234.38, "D77"), ("2026-01", 248.86, "D76"))),
        Dated("toeslag_norm_aow_one", RENT, (("2024-01", 224.85, "D78"), ("2025-01", 236.19, "D77"), ("2026-01", 250.67, "D76"))),
        Dated("toeslag_norm_aow_more", RENT, (("2024-01", 223.04, "D78"), ("2025-01", 234.38, "D77"), ("2026-01", 248.86, "D76"))),
        Dated("toeslag_lowered", RENT, (("2024-01", 37.72, "D78"), ("2025-01", 37.14, "D77"), ("2026-01", 48.15, "D76"))),
        Dated("toeslag_square_one", SQUARE, (("2024-01", 4.1337e-7, "D78"), ("2025-01", 4.38698e-7, "D77"), ("2026-01", 0, "D76"))),
        Dated("toeslag_square_more", SQUARE, (("2024-01", 2.4449e-7, "D78"), ("2025-01", 2.98184e-7, "D77"), ("2026-01", 0, "D76"))),
        Dated("toeslag_square_aow_one", SQUARE, (("2024-01", 5.59775e-7, "D78"), ("2025-01", 4.38698e-7, "D77"), ("2026-01", 0, "D76"))),
        Dated("toeslag_square_aow_more", SQUARE, (("2024-01", 3.63503e-7, "D78"), ("2025-01", 2.98184e-7, "D77"), ("2026-01", 0, "D76"))),
        Dated("toeslag_line_one", LINE, (("2024-01", 0.002393492603, "D78"), ("2025-01", 0.000446392665, "D77"), ("2026-01", 0, "D76"))),
        Dated("toeslag_line_more", LINE, (("2024-01", 0.001807837711, "D78"), ("2025-01", -0.001382497146, "D77"), ("2026-01", 0, "D76"))),
        Dated("toeslag_line_aow_one", LINE, (
            ("2024-01", -0.002120192534, "D78"), ("2025-01", 0.000446392665, "D77"), ("2026-01", 0, "D76"))),
        Dated("toeslag_line_aow_more", LINE, (
            ("2024-01", -0.003053924481, "D78"), ("2025-01", -0.001382497146, "D77"), ("2026-01", 0, "D76"))),
        Dated("toeslag_point_one", INCOME, (("2024-01", 20700, "D78"), ("2025-01", 22700, "D77"), ("2026-01", 23425, "D76"))),
        Dated("toeslag_point_more", INCOME, (("2024-01", 26975, "D78"), ("2025-01", 30450, "D77"), ("2026-01", 31500, "D76"))),
        Dated("toeslag_point_aow_one", INCOME, (("2024-01", 22025, "D78"), ("2025-01", 22700, "D77"), ("2026-01", 23425, "D76"))),
        Dated("toeslag_point_aow_more", INCOME, (("2024-01", 29325, "D78"), ("2025-01", 30450, "D77"), ("2026-01", 31500, "D76"))),
        Dated("toeslag_taper_one", "share", (("2024-01", 0, "D78"), ("2026-01", 0.27, "D76"))),
        Dated("toeslag_taper_more", "share", (("2024-01", 0, "D78"), ("2026-01", 0.22, "D76"))),
        Dated("toeslag_share_capped", "share", (("2024-01", 0.65, "D78"), ("2026-01", 0.65, "D76"))),
        Dated("toeslag_share_above", "share", (("2024-01", 0.4, "D78"), ("2026-01", 0.4, "D76"))),
        Dated("toeslag_any_rent", "1: yes", (("2024-01", 0, "D78"), ("2026-01", 1, "D76"))),
        Dated("toeslag_young", "years", (("2024-01", 23, "D78"), ("2026-01", 21, "D76"))),
        Dated("toeslag_wealth", "euro per adult", (("2024-01", 36952, "D74"), ("2025-01", 37395, "D74"), ("2026-01", 38479, "D75"))),
        # what is paid, and how long
        Dated("minimum_verhuiskosten", EURO, (("2023-02", 7156, "D02"), ("2024-02", 7428, "D01"), ("2025-02", 7673, "D46"))),
        Dated("dur_huurgewenning_max", "months", (("2021-04", 36, TIJDELIJKE_HUURKORTING),)),
    )
}
# fmt: on
TOP_POINTS = 186  # most points of a home with a regulated rent: its highest rent is ``middenhuur`` (D05, D91)
TOP_SHARE_PER_POINT = 0.00559  # of that rent, taken off per point less: 457.62 at 80, 1,123.13 at 186 points (D91)
FEWEST_POINTS = 40  # below which the highest rent falls no further (D91)
AOW_AGE = 67  # years, in 2024 to 2027 (recalled; 67 and three months from 2028, which whole years do not tell apart)
LARGE = 3  # persons from which the higher aftoppingsgrens holds
MORTGAGE_YEARS = 30  # longest term of a mortgage by annuity (recalled)
PAYERS_OF_MOVING_GRANT = ("gemeente", "provincie")


def first_month() -> str:
    """The first month (YYYY-MM) of which all amounts are known."""
    return max(entry.values[0][0] for entry in AMOUNTS.values())


def newest_month() -> str:
    """The month (YYYY-MM) of the newest amount."""
    return max(entry.values[-1][0] for entry in AMOUNTS.values())


def amount(key: str, start: str) -> float:
    """The amount in force at ``start`` (YYYY-MM): the last one known by then.

    Raises:
        Refusal: before its first date.
    """
    known = [number for since, number, _ in AMOUNTS[key].values if since <= start]
    if not known:
        since = AMOUNTS[key].values[0][0]
        raise Refusal(f"law: {key} is known from {since} on, and the start is {start}: let it be {first_month()} or later")
    return known[-1]


def amounts(keys: Sequence[str], start: str) -> NDArray:
    """Several amounts in force at ``start``, float64, in the order of ``keys``."""
    return np.array([amount(key, start) for key in keys], np.float64)


def limits(start: str) -> tuple[NDArray, NDArray]:
    """Income limits (gross, wealth last) and rent limits in the order in which ``sim.market.choice`` reads them."""
    incomes = ("daeb_one", "daeb_more", *(f"passend_{kind}" for kind in KINDS), "wealth_54a_one", "wealth_54a_more")
    return amounts(incomes, start), amounts(("aftopping_small", "aftopping_large", "liberalisatiegrens"), start)


def check_moving_grant(payer: str) -> None:
    """Who may pay a verhuiskostenvergoeding for doorstroming.

    Raises:
        Refusal: when a corporatie would pay it.
    """
    if payer not in PAYERS_OF_MOVING_GRANT:
        raise Refusal(
            f"verhuiskostenvergoeding: a {payer} may not pay a moving grant for doorstroming (Woningwet, in force 2015; "
            f"toolkit Platform31 2023): use payer gemeente or provincie, or let the corporatie help in kind"
        )


def check_rehousing(key: str, eur: float, start: str) -> None:
    """What a tenant is paid who must move for renovation or demolition.

    Raises:
        Refusal: for less than the statutory minimum in force at ``start`` (YYYY-MM).
    """
    least = amount("minimum_verhuiskosten", start)
    if eur < least:
        raise Refusal(
            f"{key}: eur_moving={eur:g} euro, and who must move for renovation or demolition is paid at least {least:g} "
            f"(BW 7:220 and the minimum of the ministerial rule, as in force in {start[:4]}): pay at least that"
        )


def check_huurgewenning(months: int, start: str) -> None:
    """Length of a temporary rent discount.

    Raises:
        Refusal: outside 1 to 36 months.
    """
    longest = int(amount("dur_huurgewenning_max", start))
    if not 1 <= months <= longest:
        raise Refusal(
            f"huurgewenning: dur_path={months} months, the law allows 1 to {longest} (Wet tijdelijke huurkorting, 2021); "
            f"a longer discount is huurbehoud"
        )


def check_local_binding(share: float, verordening: bool) -> None:
    """Priority for people with local binding.

    Raises:
        Refusal: for more than half of the homes, or without a huisvestingsverordening.
    """
    if not verordening:
        raise Refusal(
            "lokale_binding: a gemeente may give priority by local binding only with a huisvestingsverordening that shows scarcity "
            "(Huisvestingswet, 1-1-2024): set huisvestingsverordening: true, or leave the instrument out"
        )
    if share > 0.5:
        raise Refusal(
            f"lokale_binding: rel_labelled={share:g}, and at most half of the designated homes may go by local binding "
            f"(Huisvestingswet, 1-1-2024; owner homes: new, below the betaalbaarheidsgrens, not the NHG limit of the bill)"
        )


def check_free_space(share: float) -> None:
    """Corporatie homes let without an income limit.

    Raises:
        Refusal: for more than the free space.
    """
    if share > 0.15:
        raise Refusal(
            f"flexibele_inkomenseisen: rel_labelled={share:g}, and at least 85 % of the lettings must go to the income group "
            f"(Woningwet, 2022: 92.5 %, or 85 % with a local agreement): at most 0.15"
        )
