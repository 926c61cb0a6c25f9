"""Parameters of who lives where at the start, what living there for years has done, and how the journeys of the start stand."""

from sim.parameters import Parameter

_P = Parameter
# fmt: off
PARAMETERS: list[Parameter] = [
    _P("age_senior_home", 55, 50, 70, "years", "assumption", "from this age of its oldest adult a household comes first for a home in a complex for seniors, at the start"),
    _P("rel_first_senior_home", 10.0, 2.0, 20.0, "error units", "assumption", "how far who has that age comes first for such a home, over an error of 1"),
    _P("age_claim", 45, 35, 60, "years", "assumption", "from this age the claim on a step-free home rises, at the start"),
    _P("n_years_claim", 45, 20, 55, "years", "assumption", "over so many years it rises"),
    _P("rel_claim_person", 0.35, 0.0, 1.0, "error units per person", "assumption", "what each further person of a household takes off its claim on a step-free home"),
    _P("rel_room_floor", 0.22, 0.05, 0.6, "log floor area per room", "assumption", "what a room counts, beside the log of the floor area, in how large a home is"),
    _P("rel_room_need", 0.6, 0.2, 1.5, "rooms per room needed", "assumption", "how much larger who needs a room more lives, at the start"),
    _P("rel_room_two", 0.6, 0.0, 1.5, "rooms", "assumption; CBS: 88 m2 for one person", "how much larger two adults live than one"),
    _P("rel_room_income", 0.4, 0.0, 1.2, "rooms per log income", "assumption", "how much larger who has more income lives"),
    _P("eur_room_income_least", 5000, 1000, 12000, "euro per year, disposable", "assumption", "below this income no less is reckoned with in who lives larger"),
    _P("rel_room_age", 0.25, 0.0, 0.8, "rooms per ten years", "assumption", "how much larger who is older lives: years in which one grew into a home"),
    _P("age_room", 30, 20, 40, "years", "assumption", "from this age one grows into a larger home"),
    _P("n_years_room", 35, 10, 50, "years", "assumption", "over so many years one does"),
    _P("rel_debt_25", 0.80, 0.5, 1.0, "of WOZ value", "assumption", "mortgage of an owner of 25, or younger, who has one"),
    _P("rel_debt_35", 0.66, 0.4, 0.9, "of WOZ value", "assumption", "mortgage of an owner of 35 who has one; in between by age"),
    _P("rel_debt_45", 0.52, 0.3, 0.8, "of WOZ value", "assumption", "mortgage of an owner of 45 who has one"),
    _P("rel_debt_55", 0.42, 0.2, 0.7, "of WOZ value", "assumption", "mortgage of an owner of 55 who has one"),
    _P("rel_debt_62", 0.38, 0.15, 0.65, "of WOZ value", "assumption", "mortgage of an owner of 62 to 64 who has one"),
    _P("eur_debt_65", 182_551.0, 140_000, 225_000, "euro", "D41", "mean mortgage of owners of 65-74 who have one"),
    _P("eur_debt_75", 137_073.0, 100_000, 175_000, "euro", "D41", "mean mortgage of owners of 75-84 who have one"),
    _P("eur_debt_85", 113_595.0, 80_000, 150_000, "euro", "D41", "mean mortgage of owners of 85 and over who have one"),
    _P("eur_woz_owned", 373_000.0, 340_000, 410_000, "euro", "assumption: from the fit of the stock of 2022", "mean WOZ value of owned homes in the country in 2022, to which those mortgages belong"),
    _P("rel_no_mortgage_45", 0.08, 0.03, 0.15, "share of owners", "assumption", "owners of 45-54 without mortgage"),
    _P("rel_no_mortgage_young", 0.03, 0.0, 0.08, "share of owners", "assumption", "owners below 45 without mortgage"),
    _P("rel_debt_sd", 0.45, 0.2, 0.8, "log", "assumption", "spread of the log mortgage between owners of an age"),
    _P("rel_debt_shift", 0.1, 0.0, 0.32, "log", "assumption: about half the square of rel_debt_sd", "taken off the log mortgage, so that the spread leaves its mean"),
    _P("rel_wealth_age", 0.02, 0.0, 0.05, "log per year", "assumption", "how wealth rises with age"),
    _P("age_wealth_middle", 52, 45, 60, "years", "assumption", "age at which wealth outside the home is the median"),
    _P("age_wealth_low", 20, 18, 35, "years", "assumption", "below this age wealth falls no further"),
    _P("age_wealth_high", 80, 65, 99, "years", "assumption", "above this age wealth rises no further"),
    _P("rel_wealth_income", 0.4, 0.0, 1.0, "log per place among incomes", "assumption", "how wealth rises with income, in standard deviations of the log income"),
    _P("km_around", 15, 8, 30, "km", "assumption", "a gemeente whose centre is this near is around another"),
    _P("p_find_senior", 0.08, 0.03, 0.2, "per month", "assumption: what the base world gives in its own long run", "chance that a senior who searches finds a home, by which the searchers of the start are drawn"),
    _P("p_find_other", 0.10, 0.03, 0.3, "per month", "assumption: what the base world gives in its own long run", "the same for others with a home"),
    _P("rel_start_norm", 0.03, 0.0, 0.1, "share", "assumption: what the base world gives (B06 to B09)", "seniors around that moved in the last year, as the journeys of the start have it"),
    _P("dur_start_offers", 3, 1, 12, "months", "assumption", "empty homes of the start come on offer over so many months"),
    _P("age_registration", 18, 16, 23, "years", "assumption", "from this age one registers with the corporaties"),
]
# fmt: on
