"""Parameters of the klantreis."""

from sim.parameters import Parameter

_P = Parameter
# fmt: off
PARAMETERS: list[Parameter] = [
    _P("p_wish_senior", 0.0088, 0.001, 0.03, "per month", "fitted: possible wish 18 % at 65-74, 12 % at 75+ (B15, B16)", "chance of a woonwens for a senior household in a home of middling fit"),
    _P("p_wish_other", 0.0100, 0.001, 0.05, "per month", "fitted: household move rate below 55 (B01-B05)", "the same for other households with a home"),
    _P("logit_wish_gap", 3.0, 0.0, 12.0, "logit per fit point", "assumption", "how much a worse fit of the present home raises the chance of a woonwens"),
    _P("logit_wish_attachment", -1.2, -4.0, 0.0, "logit at full attachment", "B23, B28: most stay by attachment; size is an assumption", "attachment to the neighbourhood lowers the chance of a woonwens"),
    _P("logit_wish_age", -0.035, -0.1, 0.0, "logit per year from senior_age + 15 (up to n_years_wish_level below it)", "B15, B16: 18 % at 65-74, 12 % at 75+", "wishes become rarer with age from n_years_wish_level below senior_age + 15 on, and are level before"),
    _P("logit_wish_young", -0.045, -0.15, 0.0, "logit per year from 40", "B01-B05: 27 % move at 25, 6 % at 50", "wishes become rarer with age below senior_age (counted from 18)"),
    _P("logit_wish_koop", -0.25, -1.5, 0.0, "logit", "fitted: owner homes that come free (A34)", "owners have a woonwens less often than tenants"),
    _P("logit_social_norm", 12.0, 0.0, 40.0, "logit per share of neighbours that moved in the last year", "design section 7; assumption", "moves of seniors in the wijk raise the chance; 0 removes the principle"),
    _P("p_search_senior", 0.017, 0.002, 0.05, "per month", "fitted: definite wish 4 % at 65-74, 2 % at 75+ (B15, B16)", "chance that a senior with a woonwens starts to search"),
    _P("p_search_other", 0.10, 0.01, 0.3, "per month", "fitted: definite wish 9 % at 25-65 (B13)", "the same for others"),
    _P("logit_search_delay", -0.4, -2.0, 0.0, "logit", "design section 7 (delay, present bias); assumption", "postponement of a search by a senior without nood; 0 removes the principle"),
    _P("logit_choice_overload", 0.0, -1.0, 0.0, "logit per doubling of the homes in view", "design section 7 (choice overload); form and size are an assumption, so it is off", "the more homes on offer a household would see, the less often it starts to search; 0 removes the principle"),
    _P("p_fade_senior", 0.020, 0.005, 0.1, "per month", "fitted: possible wish 16 % of 65+ (B14); about two years from wish to decision", "chance that a senior's woonwens fades"),
    _P("p_fade_other", 0.04, 0.005, 0.2, "per month", "assumption", "the same for others"),
    _P("p_adapt_share", 0.35, 0.1, 0.6, "share of endings", "B26: 35 % adapt", "part of the fading wishes of seniors in an adaptable home that end in adapting it"),
    _P("p_give_up_senior", 0.017, 0.005, 0.1, "per month", "fitted: definite wish 3 % of 65+ (B13)", "chance that a searching senior without nood gives up"),
    _P("p_give_up_other", 0.025, 0.005, 0.2, "per month", "assumption", "the same for others with a home"),
    _P("rel_give_up_nood", 0.3, 0.0, 1.0, "factor", "assumption", "giving up under nood relative to without"),
    _P("p_nood_fall", 0.15, 0.05, 0.8, "per event", "B26: 25 % would move if the home fails", "chance that the onset of a limitation in a home that does not suit starts a search"),
    _P("p_nood_partner", 0.08, 0.02, 0.5, "per event", "assumption (moves after loss of a partner)", "chance that the loss of a partner starts a search"),
    _P("p_event_children_left", 0.04, 0.0, 0.3, "per event", "assumption", "chance that the leaving of the last child starts a woonwens"),
    _P("p_event_birth", 0.25, 0.0, 0.6, "per event", "assumption", "chance that a birth in a home that became too small starts a search"),
    _P("rel_discontent", 0.2, 0.0, 0.4, "fit points", "fitted: realisation of wishes of all ages (B53)", "a woonwens lowers the taste for the present home by this much, until it fades"),
    _P("dur_vastzitter", 24, 6, 120, "months", "assumption; E06, E17, E18: searches take years", "a household with a home that has searched for so long is a vastzitter; counts only, changes no decision"),
    _P("n_candidates_high", 15, 1, 200, "responses per home", "assumption; in the base world of Zwolle it lies between homes for sale (5-10) and homes to let (14-36)", "homes of a kind that drew so many responses each over the last year are in high demand (vasthouders); counts only, changes no decision"),
    _P("dur_look_elsewhere", 3, 0, 9, "months", "assumption: most who move had no definite wish a year before (B13, B17, B44)", "before it leaves for another gemeente a household looks there so long, and no longer here"),
    _P("dur_settle", 6, 1, 24, "months", "assumption", "NIEUW_THUIS lasts this long"),
    _P("rel_attachment_mean", 0.5, 0.1, 0.9, "0-1", "assumption", "mean of a household's own part of attachment, between households"),
    _P("rel_forgotten", 0.056, 0.0, 0.11, "share per month", "assumption; C03: about a year from talk to keys", "of what a talk, letter, campaign or page told people, so much is forgotten each month: 0.056 leaves half after a year; 0: nothing is forgotten"),
    _P("n_years_wish_level", 5, 0, 15, "years", "assumption", "so many years below senior_age + 15 the chance of a woonwens stops rising"),
]
# fmt: on
