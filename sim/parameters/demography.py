"""Parameters of demography and of the border."""

from sim.parameters import Parameter

_P = Parameter
PARAMETERS: list[Parameter] = [
    _P("rel_death", 1.0, 0.8, 1.3, "factor", "F26; UN life table 2020-2025; observed mortality in 2020 was 3 % higher", "deaths relative to the life table"),
    _P("rel_care", 1.0, 0.3, 2.0, "factor", "B31, F37", "moves to care relative to the rates by age"),
    _P("rel_limitation", 1.0, 0.5, 2.0, "factor", "F48, F24; onset derived from prevalence", "onset of a limitation relative to the rates by age"),
    _P("rel_birth", 0.96, 0.5, 1.5, "factor", "F32", "births relative to the rates by age"),
    _P("rel_birth_first", 0.9, 0.5, 2.0, "factor", "F32; assumption", "births of women without children at home, relative to the rates by age"),
    _P("rel_birth_second", 2.0, 0.5, 3.0, "factor", "assumption, so that families keep the sizes of 2023", "births of women with one child"),
    _P("rel_birth_third", 0.6, 0.1, 2.0, "factor", "assumption, so that families keep the sizes of 2023", "births of women with two children or more"),
    _P("rel_leave_home", 1.0, 0.5, 1.5, "factor", "F27-F29", "leaving home relative to the rates by age"),
    _P("rel_separation", 1.0, 0.5, 1.5, "factor", "F35, F36", "separations relative to the rates by age"),
    _P("rel_union", 1.2, 0.3, 2.5, "factor", "F11, F28, F35: the couples of 2024 held level; assumption", "unions relative to the rates by age"),
    _P("rel_worse_limitation", 0.25, 0.0, 1.0, "factor", "assumption", "from walking aid to wheelchair, relative to the onset of a limitation"),
    _P("rel_children_leave_along", 0.1, 0.0, 0.5, "share", "assumption", "separations in which the children go along with the leaver"),
    _P("p_departure_frees_dwelling", 0.25, 0.25, 0.6, "per departing household", "calibrated so that A34 and A25 hold; assumption", "departures that free a dwelling"),
    _P("rel_share_outside_region", 0.5, 0.35, 0.65, "share", "assumption", "part of the moves across the borders of a region's gemeenten that crosses the region's border"),
    _P("rel_departure_young", 2.0, 1.0, 4.0, "factor", "B01-B08: movers between gemeenten are young", "departures below 35 relative to those from 35"),
    _P("dur_patience_low", 6, 1, 24, "months", "assumption", "shortest time that an arrival waits for a home"),
    _P("dur_patience_high", 36, 6, 120, "months", "assumption", "longest time that an arrival waits for a home"),
]
