"""Parameters of the base world's programme and of what instruments share (settings of an instrument stand in its class)."""

from sim.parameters import Parameter

_P = Parameter
# fmt: off
PARAMETERS: list[Parameter] = [
    _P("rel_programme_koop", 0.45, 0.2, 0.8, "share of new build", "assumption (D86: 0.54 in 2018 and 2019; D88: half as many were sold in 2023 as in 2020)", "owner-occupied part of the base programme"),
    _P("rel_programme_corporatie", 0.3, 0.1, 0.5, "share of new build", "assumption (D86: 0.18 in 2018 and 2019; D87: 0.25 to 0.29 in 2024 and 2025)", "corporatie part of the base programme"),
    _P("rel_programme_meergezins", 0.5, 0.2, 0.9, "share of new build", "assumption (0.47 of the homes of 2005 to 2023, which says how gemeenten differ)", "flats in the base programme, in the whole country"),
    _P("rel_programme_senioren", 0.04, 0.02, 0.35, "share of new build", "F08, F07, F31", "part of the base programme meant for seniors"),
    _P("rel_price_new", 1.2, 1.0, 1.4, "factor", "D85: 1.24 in 2020, 1.19 at the end of 2023", "mean price of new homes for sale over that of homes of the place that change hands", given=(1.19, 1.24)),
    _P("rel_programme_woz", 1.0, 0.8, 1.5, "factor", "assumption", "WOZ value of new build against a like home in the gemeente"),
]
# fmt: on
