"""Parameters of the base world's programme and of what instruments share (settings of an instrument stand in its class)."""

from sim.parameters import Parameter

_P = Parameter
# fmt: off
PARAMETERS: list[Parameter] = [
    _P("rel_programme_koop", 0.45, 0.2, 0.8, "share of new build", "assumption", "owner-occupied part of the base programme"),
    _P("rel_programme_corporatie", 0.3, 0.1, 0.5, "share of new build", "assumption", "corporatie part of the base programme"),
    _P("rel_programme_meergezins", 0.5, 0.2, 0.9, "share of new build", "assumption", "flats in the base programme"),
    _P("rel_programme_senioren", 0.04, 0.02, 0.35, "share of new build", "F08, F07, F31", "part of the base programme meant for seniors"),
    _P("rel_programme_woz", 1.0, 0.8, 1.5, "factor", "assumption", "WOZ value of new build against a like home in the gemeente"),
]
# fmt: on
