"""Parameters of the households of the start: couples, children at home, and who is limited."""

from sim.parameters import Parameter

_P = Parameter
# fmt: off
PARAMETERS: list[Parameter] = [
    _P("n_children_15", 1.2, 1.0, 1.8, "children at home", "assumption", "mean of couples with children whose reference person is 15-24"),
    _P("n_children_25", 1.6, 1.2, 2.2, "children at home", "assumption", "the same at 25-34"),
    _P("n_children_35", 2.0, 1.5, 2.5, "children at home", "assumption", "the same at 35-44"),
    _P("n_children_45", 1.95, 1.5, 2.5, "children at home", "assumption", "the same at 45-54"),
    _P("n_children_55", 1.4, 1.1, 2.0, "children at home", "assumption", "the same at 55-64"),
    _P("n_children_65", 1.15, 1.0, 1.6, "children at home", "assumption", "the same at 65-74"),
    _P("n_children_75", 1.1, 1.0, 1.5, "children at home", "assumption", "the same from 75 on"),
    _P("rel_children_one_parent", 0.68, 0.4, 1.0, "factor", "assumption", "children beyond the first of a one-parent household, over those of couples"),
    _P("rel_four_children", 0.23, 0.1, 0.35, "share of households with three or more children at home", "assumption", "those with four or more"),
    _P("age_mother", 31.5, 29, 33, "years", "assumption; the first child comes at 30.3", "mean age of a mother at birth, over all children"),
    _P("n_years_mother_sd", 5.0, 3.5, 6.5, "years", "assumption", "spread of that age"),
    _P("rel_children_wijk", 0.5, 0.1, 1.5, "log odds of a further child", "assumption", "how far a wijk may be from its gemeente in children: its persons include those in institutions"),
    _P("n_years_man_older", 2.5, 1.5, 3.5, "years", "assumption", "the man of a couple is so much older than the woman"),
    _P("n_years_man_older_sd", 4.2, 2.5, 6.0, "years", "assumption", "spread of that difference"),
    _P("age_gap_from", 17, 16, 20, "years", "assumption", "from this age the difference grows"),
    _P("n_years_gap", 15, 5, 25, "years", "assumption", "it grows over so many years"),
    _P("rel_gap_least", 0.1, 0.0, 0.5, "share", "assumption", "the least of the difference that there is at any age"),
    _P("rel_home_at_45", 0.01, 0.0, 0.04, "share", "assumption", "persons of 45 and over who still live with their parents"),
    _P("rel_limited_young", 0.002, 0.0005, 0.01, "share", "assumption", "persons of 20 who are limited in moving about"),
]
# fmt: on
