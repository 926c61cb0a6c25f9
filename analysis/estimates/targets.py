"""The public figures that the base world is judged by, frozen beforehand: ``sim/data/targets/targets.csv``, read and checked row by row.

What each column is stands in ``sim/data/README.md``. A row with ``counted`` ``yes`` may not change: a test holds their digest.
"""

from __future__ import annotations

import csv
import functools
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from sim.world.errors import Refusal, first_fault, hint
from sim.world.places import Place, resolve

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "sim" / "data" / "targets" / "targets.csv"
EVIDENCE = ROOT / "docs" / "evidence.csv"  # in a clone; an installed package has no documents
ANY = "any"  # a figure that is compared in whatever place was run
NOT_YET = "not counted yet"
LIMITS = ("at_most", "at_least")  # of kinds of tolerance: the value is a limit, and nothing is near it
TEST_PROVINCES = ("Groningen", "Zeeland", "Limburg")  # the declared test: no figure of theirs is ever fitted
FITTED_ON = (
    "amersfoort", "apeldoorn", "arnhem", "delft", "enschede", "ooststellingwerf", "veenendaal", "veldhoven", "vlaardingen", "zwolle",
    "gelderland",
)  # fmt: skip


def _known(place: str) -> str:
    return resolve(place).key


def _numbers(text: object) -> object:
    return tuple(str(text).split(" to "))


Words = Annotated[tuple[str, ...], BeforeValidator(lambda text: tuple(str(text).split())), Field(min_length=1)]
Places = Annotated[Words, AfterValidator(lambda places: places if places == (ANY,) else tuple(map(_known, places)))]
Text = Annotated[str, Field(min_length=1)]


class Target(BaseModel):
    """One figure. ``note`` and ``model`` may change later; all else of a row that counts is frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    evidence: Words
    figure: Text
    definition: Text
    unit: Text
    value: float
    year: Text
    area: Text
    status: Literal["input", "fitted", "predicted"]
    tolerance_kind: Literal["relative", "absolute", "factor", "between", "at_most", "at_least"]
    tolerance: Annotated[tuple[float, ...], BeforeValidator(_numbers)]
    reason: Literal["precision", "year", "area", "definition", "range", "sample", "bar"]
    place: Places
    counted: Literal["yes", "late", "no"]
    model: Literal["counted", "not counted yet"]
    note: str

    @model_validator(mode="after")
    def _within_its_own_tolerance(self) -> Target:
        wanted = 2 if self.tolerance_kind == "between" else 1
        if len(self.tolerance) != wanted:
            raise ValueError(f"tolerance: {self.tolerance_kind} takes {wanted} number{'s' * (wanted - 1)}, such as 0.25 or 3 to 5")
        if not self.low <= self.value <= self.high:
            raise ValueError("tolerance: the value itself lies outside it")
        if self.low == self.high:
            raise ValueError("tolerance: nothing but the value itself lies within it")
        return self

    @property
    def low(self) -> float:
        """The least that is within tolerance."""
        return self._ends[0]

    @property
    def high(self) -> float:
        """The most that is within tolerance."""
        return self._ends[1]

    @property
    def _ends(self) -> tuple[float, float]:
        by = self.tolerance[0]
        match self.tolerance_kind:
            case "relative":
                return self.value - by * abs(self.value), self.value + by * abs(self.value)
            case "absolute":
                return self.value - by, self.value + by
            case "factor":
                return self.value / by, self.value * by
            case "at_most":
                return float("-inf"), self.value + by
            case "at_least":
                return self.value - by, float("inf")
        return by, self.tolerance[-1]

    @property
    def source(self) -> str:
        """Ids of the evidence, as a table shows them."""
        return ", ".join(self.evidence)

    @property
    def where(self) -> str:
        """Area and year of the source."""
        return self.area if self.year == "unknown" else f"{self.area} {self.year}"

    def asked_of(self, place: str) -> bool:
        """Whether a run of a place (its key) is compared with it."""
        return self.place == (ANY,) or place in self.place


@functools.cache
def targets() -> dict[str, Target]:
    """The shipped figures by id, in the order of the file."""
    return read(FILE, evidence_ids())


def read(path: Path, evidence: Iterable[str] | None = None) -> dict[str, Target]:
    """The figures of a file by id, in its order.

    Args:
        evidence: ids that a row may name; None where they are not at hand.

    Raises:
        Refusal: a column too many or too few, a value that cannot be, a double id, an unknown place or id of evidence.
    """
    known = None if evidence is None else set(evidence)
    found: dict[str, Target] = {}
    for at, row in _rows(path):
        try:
            one = Target.model_validate(row)
        except ValidationError as error:
            fault = first_fault(error)
            raise Refusal(f"{at}, column {fault.at[0] if fault.at else 'tolerance'}: {fault.says}; see sim/data/README.md") from None
        if one.id in found:
            raise Refusal(f"{at}, column id: {one.id} is there twice; leave one out")
        for ident in set(one.evidence) - known if known is not None else ():
            raise Refusal(f"{at}, column evidence: {ident} is not in docs/evidence.csv; add it there, with its source")
        found[one.id] = one
    return found


def _rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Where each row stands, and its cells by column."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, restkey="", restval=None)
        if tuple(reader.fieldnames or ()) != tuple(Target.model_fields):
            raise Refusal(f"{path.name}: row 1: columns are {reader.fieldnames}, and must be {', '.join(Target.model_fields)}")
        for number, row in enumerate(reader, start=2):
            if "" in row or None in row.values():
                raise Refusal(f"{path.name}: row {number}: as many cells as the header has are expected; put a text with a comma in quotes")
            yield f"{path.name}: row {number}", row


def evidence_ids(path: Path = EVIDENCE) -> set[str] | None:
    """The ids of the evidence; None in an installed package, which has no documents."""
    if not path.is_file():
        return None
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"] for row in csv.DictReader(file)}


def digest(figures: Iterable[Target]) -> str:
    """SHA-256 (hex) of all that is frozen: rows that count, by id, without ``model`` and ``note``."""
    frozen = sorted((one for one in figures if one.counted == "yes"), key=lambda one: one.id)
    return hashlib.sha256("\n".join(one.model_dump_json(exclude={"model", "note"}) for one in frozen).encode()).hexdigest()


def for_fitting(ident: str) -> Target:
    """A figure that a parameter may be fitted to.

    Raises:
        Refusal: it is none that is fitted, or of a place that is not fitted on.
    """
    known = targets()
    if ident not in known:
        raise Refusal(f"targets.csv: {ident!r} is no figure{hint(ident, known)}")
    one = known[ident]
    if one.status != "fitted":
        raise Refusal(f"targets.csv, {ident}: its status is {one.status}, and nothing may be fitted to it; take one that is fitted")
    for key in one.place if one.place != (ANY,) else ():
        place_for_fitting(key)
    return one


def place_for_fitting(key: str) -> Place:
    """A place on whose figures a parameter may be fitted: the ten gemeenten, Gelderland and what lies in it, or the whole country.

    Raises:
        Refusal: a place of the declared test, or another that is not fitted on.
    """
    place = resolve(key)
    if place.key == "nederland":
        return place
    if in_declared_test(place.key):
        raise Refusal(f"municipality={key!r} lies in the declared test ({', '.join(TEST_PROVINCES)}): nothing is fitted there; {WAY_OUT}")
    if not set(place.gemeenten) <= {code for one in FITTED_ON for code in resolve(one).gemeenten}:
        raise Refusal(f"municipality={key!r} is not fitted on; {WAY_OUT}")
    return place


def in_declared_test(key: str) -> bool:
    """Whether a place holds a gemeente of the provinces of the declared test."""
    return not set(resolve(key).gemeenten).isdisjoint(test_gemeenten())


def test_gemeenten() -> set[str]:
    """CBS codes of the gemeenten of the declared test."""
    from sim.world.figures import column

    codes, provinces = (column("gemeenten", name) for name in ("code", "province"))
    return {str(code) for code, province in zip(codes, provinces, strict=True) if province in TEST_PROVINCES}


WAY_OUT = "fit on the ten gemeenten of the experiment, on Gelderland or on figures of the whole country"
