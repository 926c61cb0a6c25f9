"""Every behavioural parameter: default, range, prior, unit and evidence with its mark, one entry each.

One file per subject holds a list ``PARAMETERS``. Rules get the values as ``Params``, one float by its name, and make of them the tables
that kernels read; after a new entry ``python tools/make_params.py`` writes it anew from the registry. Ids such as ``B44``
are rows of ``docs/evidence.md``; the word ``assumption`` stands where no source was found, and the range then says how far it may be off.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING

from sim.parameters.evidence import mark_of_number
from sim.parameters.params import Params
from sim.parameters.priors import Prior, prior_of
from sim.world.errors import Refusal, hint

if TYPE_CHECKING:
    from collections.abc import Mapping

SUBJECTS = ("population", "demography", "fit", "klantreis", "market", "instruments", "settling", "homes", "woonprofielen", "households")
# Subjects of many numbers that each decide little: listed and set by name, but not asked about one by one.
DETAILS = ("homes", "woonprofielen", "households")


@dataclass(frozen=True)
class Parameter:
    """One number of the model.

    Attributes:
        name: key; its prefix tells the kind (n_, p_, rel_, dur_, eur_, age_, km_, m2_, logit_).
        default: value used when nothing else is said.
        low, high: range for sweeps, not a confidence interval; a value outside it is an error.
        unit: unit of the value ("per month", "euro per month", "fit points", …).
        evidence: ids of the evidence table, or the word assumption.
        text: what it is, in one sentence.
        subject: the file in which it stands.
        given: within low to high, where the evidence gives a range or an interval of its own.
    """

    name: str
    default: float
    low: float
    high: float
    unit: str
    evidence: str
    text: str
    subject: str = ""
    given: tuple[float, float] | None = None

    @property
    def mark(self) -> str:
        """On what it rests, by the rule of ``sim.parameters.evidence``."""
        return mark_of_number(self.evidence)

    @property
    def prior(self) -> Prior:
        """How likely its values are, by the rule of ``sim.parameters.priors``."""
        return prior_of(self.default, self.low, self.high, self.mark, self.given)


def _collect() -> dict[str, Parameter]:
    registry: dict[str, Parameter] = {}
    for subject in SUBJECTS:
        for entry in importlib.import_module(f"{__name__}.{subject}").PARAMETERS:
            if entry.name in registry:
                raise Refusal(f"parameter {entry.name} is entered twice ({registry[entry.name].subject}, {subject})")
            registry[entry.name] = Parameter(**{**entry.__dict__, "subject": subject})
    return registry


REGISTRY: dict[str, Parameter] = _collect()


def resolve(overrides: Mapping[str, float] | None = None) -> Params:
    """The defaults with ``overrides`` in their place, as floats.

    Raises:
        Refusal: names the nearest parameter, or the range and unit.
    """
    values = {name: float(entry.default) for name, entry in REGISTRY.items()}
    for name, value in (overrides or {}).items():
        if name not in REGISTRY:
            raise Refusal(f"behaviour.{name} does not exist{hint(name, REGISTRY)} (python -m experiments.list what=parameters)")
        entry = REGISTRY[name]
        if isinstance(value, bool) or not isinstance(value, Real):
            raise Refusal(f"behaviour.{name}={value!r}: a number is needed ({entry.low} to {entry.high} {entry.unit})")
        if not entry.low <= float(value) <= entry.high:
            raise Refusal(f"behaviour.{name}={value} is out of range: {entry.low} to {entry.high} {entry.unit} ({entry.evidence})")
        values[name] = float(value)
    return Params(**values)
