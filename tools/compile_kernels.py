"""`python tools/compile_kernels.py`: compile what the tests will need, once, so that no two processes of theirs compile the same.

It plays a year of a small place with all instruments at work, and makes every table of it; where the kernels of this code are kept
already, that takes seconds.
"""

from __future__ import annotations

from sim import run
from sim.approach.scenarios import OWN
from sim.interventions import REGISTRY

PLACE, MONTHS, BURN_IN = "terschelling", 12, 6


def main() -> None:
    """See the module."""
    every = {key: {"allow_empty": True} for key in REGISTRY if key != OWN}
    run.run_scenario(run.burn_in(PLACE, 1, MONTHS, BURN_IN, 0), every)


if __name__ == "__main__":
    main()
