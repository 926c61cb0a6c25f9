"""What a look compares: a home on offer and a household that searches, one record each."""

from __future__ import annotations

import numpy as np

# Homes on offer this month, one record each.
OFFER = np.dtype(
    [
        ("vacancy", np.int32),  # vacancy row
        ("dwelling", np.int32),  # dwelling row
        ("area", np.int32),
        ("urban", np.int32),
        ("id", np.uint64),  # vacancy id
        ("dwelling_id", np.uint64),
        ("labels", np.uint64),
        ("made_by", np.uint64),  # bit of the instrument through which alone it exists
        ("direct", np.uint64),  # bit k: matched directly by instrument k before advertising
        ("x_km", np.float64),
        ("y_km", np.float64),
        ("rent", np.float64),  # euro per month
        ("woz", np.float64),  # euro
        ("price", np.float64),  # asking price (koop), euro
        ("tenure", np.int32),
        ("kind", np.int32),
        ("rooms", np.int32),
        ("access", np.int32),
        ("age_label", np.int32),
        ("relaxed", np.int32),
        ("quota", np.int32),
        ("ahead", np.int32),  # months until it stands, 0 for a home that does
    ],
    align=True,
)
# Households that search this month; what does not depend on the home looked at is worked out once.
SEEKER = np.dtype(
    [
        ("row", np.int32),  # household row
        ("cls", np.int32),  # HouseholdClass
        ("age", np.int32),  # years
        ("limit", np.int32),  # Limitation
        ("rooms_needed", np.int32),
        ("size", np.int32),  # persons
        ("first", np.int32),  # woonprofiel
        ("second", np.int32),
        ("scope", np.int32),
        ("area", np.int32),  # area that it looks from
        ("nood", np.int32),
        ("patience", np.int32),  # months that it can wait for a home that does not stand yet
        ("rooms_left", np.int32),  # rooms of the present home; 0 without
        ("tenant", np.int32),  # 1: tenant of a corporatie
        ("alert", np.int32),  # 1: does not search; awake on the list, it looks at corporatie homes only
        ("id", np.uint64),
        ("urgent", np.uint64),  # 0 or 1
        ("waited", np.uint64),  # months of registration
        ("touched", np.uint64),  # instruments that work on it
        ("without", np.uint64),  # instruments that are not there for it (of a ghost)
        ("income", np.float64),  # disposable euro per year
        ("gross", np.float64),  # euro per year
        ("wealth", np.float64),  # euro
        ("own_money", np.float64),  # equity and the part of savings that goes into a home, euro
        ("budget", np.float64),  # highest price, euro
        ("senior_loan", np.float64),  # largest loan by what is really paid (Senioren Verhuisregeling), euro; 0: not open to it
        ("toeslag_limit", np.float64),  # highest rent of which huurtoeslag is worked out after a move, euro per month; 0: none
        ("attachment", np.float64),
        ("old_rent", np.float64),  # euro per month
        ("here_cost", np.float64),  # net rent of the present home, euro per month; infinite for who pays none
        ("here_size", np.float64),  # components of the present home
        ("here_reach", np.float64),
        ("here_afford", np.float64),
        ("here_place", np.float64),
        ("here_profile", np.float64),
        ("taste_here", np.float64),  # fit points
        ("x_km", np.float64),
        ("y_km", np.float64),
        ("trouble", np.float64),  # fit points before levers and money
    ],
    align=True,
)
