"""Rules and amounts of law, dated, and the checks that a scenario must pass before it runs.

Every amount is a list of (from year-month, value): a run uses what is in force at its start. Sources: docs/evidence.md (D…)
and docs/sources.md (section 9 of the sources behind the toolkit).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.world.errors import Refusal


class Dated(NamedTuple):
    """An amount that changes by date: values from ``since`` (YYYY-MM) on; ``source`` names where they were read."""

    key: str
    unit: str
    values: tuple[tuple[str, float], ...]
    source: str


AMOUNTS: dict[str, Dated] = {
    entry.key: entry
    for entry in (
        Dated("daeb_one", "euro gross per year", (("2024-01", 47699), ("2025-01", 49669)), "D10, D03"),
        Dated("daeb_more", "euro gross per year", (("2024-01", 52671), ("2025-01", 54847)), "D10, D03"),
        Dated("passend_one", "euro gross per year", (("2025-01", 28375),), "D08"),
        Dated("passend_more", "euro gross per year", (("2025-01", 38500),), "D08"),
        Dated("passend_aow_one", "euro gross per year", (("2025-01", 27775),), "D08"),
        Dated("passend_aow_more", "euro gross per year", (("2025-01", 37350),), "D08"),
        Dated("wealth_54a_one", "euro", (("2022-01", 120020),), "BTIV art. 54a; sources section 9"),
        Dated("wealth_54a_more", "euro", (("2022-01", 151767),), "BTIV art. 54a; sources section 9"),
        Dated("aftopping_small", "euro per month", (("2025-01", 682.96),), "D09"),
        Dated("aftopping_large", "euro per month", (("2025-01", 731.93),), "D09"),
        Dated("liberalisatiegrens", "euro per month", (("2024-01", 879.66), ("2025-01", 900.07)), "D10, D04"),
        Dated("betaalbaarheidsgrens", "euro", (("2024-01", 390000), ("2025-01", 405000)), "sources section 9"),
        Dated("nhg_grens", "euro", (("2023-01", 405000), ("2024-01", 435000), ("2025-01", 450000)), "D21, D47 (2025 recalled)"),
        Dated("minimum_verhuiskosten", "euro", (("2023-02", 7156), ("2024-02", 7428), ("2025-02", 7673)), "D01, D02, D46 (2025 recalled)"),
        Dated("dur_huurgewenning_max", "months", (("2021-04", 36),), "Wet tijdelijke huurkorting, in force 1-4-2021"),
    )
}
AOW_AGE = 67  # years; since 2024 (recalled)
PAYERS_OF_MOVING_GRANT = ("gemeente", "provincie")


def amount(key: str, start: str) -> float:
    """The amount in force at ``start`` (YYYY-MM); before its first date the first value."""
    entry = AMOUNTS[key]
    value = entry.values[0][1]
    for since, number in entry.values:
        if since <= start:
            value = number
    return value


def limits(start: str) -> tuple[NDArray, NDArray]:
    """Income limits (gross, wealth last) and rent limits in the order in which ``sim.market.choice`` reads them."""
    incomes = (
        "daeb_one",
        "daeb_more",
        "passend_one",
        "passend_more",
        "passend_aow_one",
        "passend_aow_more",
        "wealth_54a_one",
        "wealth_54a_more",
    )
    rents = ("aftopping_small", "aftopping_large", "liberalisatiegrens")
    return np.array([amount(k, start) for k in incomes]), np.array([amount(k, start) for k in rents])


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
