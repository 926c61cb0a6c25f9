"""`python tools/compile_kernels.py`: compile what the tests will need, once, so that no two processes of theirs compile the same.

It plays a year of a small place with all instruments at work; where the kernels of this code are kept already, that takes seconds.
"""

from __future__ import annotations

from sim.approach.scenarios import OWN
from sim.interventions import REGISTRY
from sim.model import HousingModel

PLACE, MONTHS, BURN_IN = "terschelling", 12, 6


def main() -> None:
    """See the module."""
    every = {key: {"allow_empty": True} for key in REGISTRY if key != OWN}
    HousingModel(PLACE, seed=1, months=MONTHS, burn_in=BURN_IN, interventions=every).run()


if __name__ == "__main__":
    main()
