"""Where the plain model's random numbers come from: the product's keys, or Mesa's own stream."""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter
from types import SimpleNamespace
from typing import TYPE_CHECKING

from sim.behaviour.reactions import EVENT_DRAWS
from sim.market.sight import CHANNELS
from sim.world.chance import Purpose, hash_ints, hash_text

if TYPE_CHECKING:
    from random import Random

    from benchmarks.plain_mesa.agents import Household, Vacancy

MASK = (1 << 64) - 1
ODD_ID, ODD_SECOND = 0x9E3779B97F4A7C15, 0xD1342543DE82EF95
TO_UNIT = 2.0**-53
CIRCLE = 1 << 32
PLACE = attrgetter("place")
MONTHLY = ("WISH", "SEARCH", "FADE", "ADAPT", "LOOK", "LOTTERY", "TIE", "MOVING_TIME")
FIXED = ("TASTE", "SIGHT", "VIEWING", "TURNOVER", "REGISTRATION", "SCOPE")


def mix(z: int) -> int:
    """SplitMix64's finaliser on a number below 2^64."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


class Keyed:
    """The same draws as the engine: one hash of seed, purpose, month and ids each."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def keys(self, month: int) -> SimpleNamespace:
        """The base key of every purpose in a month, by its name in small letters."""
        base = {name.lower(): self._base(Purpose[name], month) for name in MONTHLY}
        base |= {name.lower(): self._base(Purpose[name], 0) for name in FIXED}
        base["nood"] = self._base(Purpose.NOOD, month + EVENT_DRAWS)
        base["arrival"] = self._base(Purpose.ARRIVAL, 1)
        base["demolish"] = self._base(Purpose.PROGRAMME, 0, "demolish")
        return SimpleNamespace(**base)

    def _base(self, purpose: Purpose, month: int, name: str = "") -> int:
        return hash_ints(self.seed, int(purpose), month, hash_text(name) if name else 0)

    def unit(self, key: int, ident: int) -> float:
        """A number in [0, 1) of one id."""
        return (mix((key + ident * ODD_ID) & MASK) >> 11) * TO_UNIT

    def bits(self, key: int, ident: int, second: int) -> int:
        """64 bits of a household and a home."""
        return mix((mix((key + ident * ODD_ID) & MASK) + second * ODD_SECOND) & MASK)

    def lay_out(self, key: int, homes: list[Vacancy]) -> list[list[Vacancy]]:
        """Homes by channel, in order of their place on its circle (see sim/market/sight.py)."""
        circles: list[list[Vacancy]] = [[] for _ in range(CHANNELS)]
        for v in homes:
            bits = mix((key + v.id * ODD_ID) & MASK)
            v.place = bits >> 29 & CIRCLE - 1
            circles[bits >> 61].append(v)
        for some in circles:
            some.sort(key=PLACE)
        return circles

    def seen(self, key: int, who: Household, circles: list[list[Vacancy]], p_sight: float) -> list[Vacancy]:
        """The homes that a household sees, each with this chance; seen stays seen."""
        first, width = mix((key + who.id * ODD_ID) & MASK), int(p_sight * CIRCLE)
        found = []
        for channel, homes in enumerate(circles):
            start = mix((first + channel * ODD_SECOND) & MASK) >> 32
            found += homes[bisect_left(homes, start, key=PLACE) : bisect_left(homes, start + width, key=PLACE)]
            if start + width > CIRCLE:
                found += homes[: bisect_left(homes, start + width - CIRCLE, key=PLACE)]
        return found


class Stream:
    """Mesa's own stream: every number is the next one, so a home is seen anew each month."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.next = random.random

    def keys(self, month: int) -> SimpleNamespace:
        """No keys."""
        return SimpleNamespace(**dict.fromkeys(("nood", "arrival", "demolish", *(n.lower() for n in (*MONTHLY, *FIXED))), 0))

    def unit(self, key: int, ident: int) -> float:
        """The next number in [0, 1)."""
        return self.next()

    def bits(self, key: int, ident: int, second: int) -> int:
        """The next 64 bits."""
        return self.random.getrandbits(64)

    def lay_out(self, key: int, homes: list[Vacancy]) -> list[Vacancy]:
        """As they come."""
        return homes

    def seen(self, key: int, who: Household, homes: list[Vacancy], p_sight: float) -> list[Vacancy]:
        """The homes that a household sees, each with this chance."""
        draw = self.next
        return [v for v in homes if draw() < p_sight]


class Sampled(Stream):
    """The same, but homes seen are one sample instead of a draw for each home on offer: less work than the engine does."""

    def seen(self, key: int, who: Household, homes: list[Vacancy], p_sight: float) -> list[Vacancy]:
        """As many homes as are seen on average."""
        return self.random.sample(homes, int(p_sight * len(homes) + self.next()))
