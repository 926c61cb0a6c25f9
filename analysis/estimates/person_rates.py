"""How often persons of the base world move: inside each gemeente, across its border, by age, and into no freed home.

Counted as a population register counts: every person who moves to another address, into a room or in with somebody too. Rates are of
the persons who live there in the model, % per year.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.estimates.rivals import ARRIVED, LEFT, WITHIN
from sim.counts.schema import PERSON_AGES, PERSON_BANDS, PERSON_MOVES, PERSONS
from sim.world.codes import PersonMove
from sim.world.names import BASIS, YEAR

if TYPE_CHECKING:
    import pandas as pd

    from analysis.tables.files import Folder

OF_MOVES = PERSON_MOVES.some("seed", "year", "from_gemeente", "to_gemeente", "kind", "age", "persons")
OF_PERSONS = PERSONS.some("seed", "year", "gemeente", "age", "persons")
AGES = {20: (18, 23), 25: (23, 28), 30: (28, 33), 40: (38, 43), 50: (48, 53), 60: (58, 63), 65: (64, 67), 70: (69, 72), 73: (72, 75)}
ELSEWHERE = ""  # as the tables have it


@dataclass(frozen=True)
class PersonRates:
    """What persons did in the base world, per seed and year.

    Attributes:
        moves: persons by from_gemeente, to_gemeente (CBS codes; ELSEWHERE), kind and age (first age of its band, years).
        there: persons by gemeente and age.
    """

    moves: pd.DataFrame
    there: pd.DataFrame

    def of_gemeenten(self) -> dict[str, dict[str, float]]:
        """Of each gemeente (CBS code) the persons who move inside it, come to it from another, and leave it for another, %."""
        inside = self.moves["from_gemeente"] == self.moves["to_gemeente"]
        return {
            WITHIN: self._rate(self.moves[inside], "to_gemeente"),
            ARRIVED: self._rate(self.moves[~inside], "to_gemeente"),
            LEFT: self._rate(self.moves[~inside], "from_gemeente"),
        }

    def within_all(self) -> float:
        """Persons who move inside their gemeente, all gemeenten together, %."""
        inside = self.moves["from_gemeente"] == self.moves["to_gemeente"]
        return 100 * float(self.moves.loc[inside, "persons"].sum()) / float(self.there["persons"].sum())

    def within_at(self, age: int) -> float:
        """Persons around an age (a key of AGES) who move inside their gemeente, %. Raises ZeroDivisionError where nobody has that age."""
        return self._at(age, lambda moves: moves[moves["from_gemeente"] == moves["to_gemeente"]]["persons"].sum())

    def between_at(self, age: int) -> float:
        """The same of moves to another gemeente: half of those that come to a gemeente of the run, and half of those that leave one."""

        def crossed(moves: pd.DataFrame) -> float:
            other = moves[moves["from_gemeente"] != moves["to_gemeente"]]
            ends = (other["from_gemeente"] != ELSEWHERE).astype(float) + (other["to_gemeente"] != ELSEWHERE)
            return float((ends / 2 * other["persons"]).sum())

        return self._at(age, crossed)

    def into_no_freed_home(self) -> float:
        """Of the persons who move to a place in the run, the share that fills no home that came free or was added."""
        to = self.moves[self.moves["to_gemeente"] != ELSEWHERE]
        return float(to.loc[to["kind"] != PersonMove.OWN_HOME.key, "persons"].sum()) / float(to["persons"].sum())

    def _rate(self, moves: pd.DataFrame, side: str) -> dict[str, float]:
        there = self.there.groupby("gemeente")["persons"].sum()
        moved = moves.groupby(side)["persons"].sum().reindex(there.index, fill_value=0.0)
        return {str(code): float(rate) for code, rate in (100 * moved / there).items()}

    def _at(self, age: int, counted: Callable[[pd.DataFrame], float]) -> float:
        low, above = AGES[age]
        moves, there = (one[one["age"].between(low, above - 1)] for one in (self.moves, self.there))
        return 100 * float(counted(moves)) / float(there["persons"].sum())


def of_folder(folder: Folder, months: int) -> PersonRates | None:
    """The rates of a folder over the whole years of its first ``months``; None without a whole year, or where no persons were counted.

    Raises:
        Refusal: a table is damaged, or lacks a column.
    """
    if months < YEAR or not (folder.has(PERSON_MOVES.name) and folder.has(PERSONS.name)):
        return None
    whole = [("year", "<", months // YEAR)]
    return rates(folder.of_scenario("person_moves", OF_MOVES, BASIS, whole), folder.of_scenario("persons", OF_PERSONS, BASIS, whole))


def rates(moves: pd.DataFrame, persons: pd.DataFrame) -> PersonRates:
    """The rates from the rows of some seeds and whole years (OF_MOVES, OF_PERSONS)."""
    parts = len(persons[["seed", "year"]].drop_duplicates())
    first = dict(zip(PERSON_BANDS, PERSON_AGES, strict=True))

    def of_a_year(table: pd.DataFrame) -> pd.DataFrame:
        words = {name: table[name].astype(str) for name in ("from_gemeente", "to_gemeente", "gemeente", "kind") if name in table}
        return table.assign(**words, persons=table["persons"] / parts, age=table["age"].astype(str).map(first).astype(int))

    return PersonRates(of_a_year(moves), of_a_year(persons))
