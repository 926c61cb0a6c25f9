"""Parameters of fit (passend wonen) and of housing cost."""

from sim.parameters import Parameter

_P = Parameter
# fmt: off
PARAMETERS: list[Parameter] = [
    _P("senior_age", 55, 50, 75, "years", "assumption; the toolkit lets partners choose", "a household whose oldest adult has this age is a senior household"),
    _P("rel_weight_size", 0.25, 0.05, 0.5, "share of fit", "assumption", "weight of size in fit"),
    _P("rel_weight_access", 0.25, 0.05, 0.5, "share of fit", "B38, B21: health is the main motive of 37 % of 65+ and 2/3 of 75+; level is an assumption", "weight of accessibility in fit, seniors"),
    _P("rel_weight_access_young", 0.02, 0, 0.2, "share of fit", "assumption", "weight of accessibility in fit, others"),
    _P("rel_weight_afford", 0.25, 0.05, 0.5, "share of fit", "assumption; C29: the rent difference may not be too large", "weight of affordability in fit"),
    _P("rel_weight_place", 0.15, 0.0, 0.4, "share of fit", "B28: neighbourhood 63 %, children near 34 % of reasons to stay; level is an assumption", "weight of place in fit"),
    _P("rel_weight_profile", 0.15, 0.0, 0.4, "share of fit", "assumption", "weight of the woonprofiel (or preferred type) in fit"),
    _P("rel_loss_too_small", 0.35, 0.1, 0.6, "per missing room", "assumption", "loss of size fit per room short of the EU norm (F41)"),
    _P("rel_loss_no_spare", 0.1, 0.0, 0.2, "per spare room", "assumption: families look for more than the norm, which is a minimum", "loss of size fit per spare room, of two, that a home lacks; below senior age"),
    _P("rel_loss_too_large", 0.06, 0.0, 0.2, "per spare room", "assumption", "loss of size fit per room above the norm and two spare rooms; half of it below senior age"),
    _P("rel_access_loss_walking", 0.75, 0.4, 1.0, "share", "assumption", "loss of access fit with a walking aid in a home that is not adaptable"),
    _P("rel_access_loss_adaptable", 0.45, 0.2, 0.7, "share", "assumption; toolkit: adaptable for at most 10,000 euro", "the same in a home that can be adapted"),
    _P("rel_optimism", 0.6, 0.0, 1.0, "share", "toolkit ch. 3 names onrealistisch optimisme; size is an assumption", "part of the own future limitation that is not seen; 0 removes the principle"),
    _P("rel_loss_aversion", 2.0, 1.0, 3.0, "factor", "toolkit ch. 3 names verliesaversie; about twice is an assumption", "losses against the present home weigh this many times gains; 1 removes the principle"),
    _P("rel_housing_cost_norm", 0.27, 0.2, 0.4, "share of disposable income", "assumption", "housing cost above this share lowers affordability"),
    _P("rel_housing_cost_span", 0.25, 0.1, 0.5, "share of disposable income", "assumption", "affordability is 0 at the norm plus this share"),
    _P("rel_mortgage_rate", 0.035, 0.01, 0.07, "per year", "assumption", "interest on mortgage debt"),
    _P("rel_owner_upkeep", 0.009, 0.003, 0.02, "of WOZ value per year", "assumption", "upkeep, insurance and owner's taxes"),
    _P("rel_place_distance", 0.6, 0.2, 1.0, "share", "B48: distance falls with age; assumption", "loss of place fit at rel_place_reach kilometres and beyond"),
    _P("km_place_reach", 15, 5, 40, "km", "assumption; most moves between gemeenten go to a neighbour (B48)", "distance at which place fit has lost all that distance can take"),
    _P("rel_place_leave_wijk", 0.35, 0.0, 0.8, "share at full attachment", "B46: 43-55 % of seniors who move stay in their buurt; level is an assumption", "loss of place fit on leaving the wijk, times attachment"),
    _P("rel_taste_sd", 0.07, 0.02, 0.2, "fit points", "assumption", "spread of a household's fixed taste for a dwelling"),
    _P("rel_present_bias", 0.35, 0.0, 0.9, "share", "design section 7 (delay); assumption", "weight of the first year's rent against the full rent; 0 removes the principle"),
    _P("rel_second_profile", 0.85, 0.5, 1.0, "factor", "toolkit sources section 1: built projects are hybrids; assumption", "what the second woonprofiel counts"),
    _P("n_rooms_over_norm", 2, 0, 4, "rooms", "assumption", "rooms above the norm that are no loss; families look for them"),
    _P("rel_access_wheelchair", 0.95, 0.7, 1.0, "share", "assumption", "how well a step-free home suits who needs a wheelchair"),
    _P("n_years_foresight", 10, 3, 20, "years", "assumption", "so many years ahead a household without optimism would reckon with a limitation"),
]
# fmt: on
