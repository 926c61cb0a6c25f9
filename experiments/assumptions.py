"""What the model assumes, each with the range within which it may well lie: numbers of behaviour, and what a card does to people.

A range is *stated* where an instrument's setting gives one in its description ("assumption, 0.2-0.8"). A parameter's range for sweeps is
wider than what is plausible, so half of the way to each end is taken (*half-way*). A setting without a range is taken from half to twice
what it is (*half to twice*). How much of an instrument there is (posts, homes, a grant) is no assumption: whoever asks knows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from sim.interventions import REGISTRY as INSTRUMENTS
from sim.interventions.terms import Terms
from sim.parameters import DETAILS
from sim.parameters import REGISTRY as PARAMETERS
from sim.parameters.evidence import mark_of_number
from sim.parameters.priors import Prior, prior_of

if TYPE_CHECKING:
    from typing import Any

    from pydantic.fields import FieldInfo

UNSURE = ("assumption", "fitted")  # words of the evidence of a parameter that no source pins down
STATED = re.compile(r"\(.*assumption,? (?P<low>[\d.,]*\d)-(?P<high>[\d.,]*\d)\b")
AMOUNTS = {  # chosen by whoever delivers it: a dose, not what people do with it
    "fte",
    "fte_per_1000",
    "n_per_1000",
    "n_talks",
    "dur_cycle",
    "eur_survey",
    "rooms",
    "rel_corporatie",
    "rel_koop",
    "n_rooms_taken",
    "rel_labelled",
    "n_labelled",
    "dur_between",
    "eur_grant",
    "eur_plus",
    "dur_path",
    "rank",
    "responses",
    "p_direct",
    "age_label",
    "age_aow",
    "n_spare",
    "rel_most",
    "dur_lived",
    "dur_regret",
}
# say what is counted, and change no decision
COUNTS_ONLY = {"dur_vastzitter", "n_candidates_high", "senior_age"}


class Assumption(NamedTuple):
    """One number that no source pins down.

    Attributes:
        key: a parameter, or INSTRUMENT.setting.
        default: what the model takes.
        low, high: within which it may well lie.
        whole: whether only whole numbers can be.
        rule: where the range is from: ``stated``, ``half-way`` or ``half to twice``.
        unit: of the value; empty where the description says it.
    """

    key: str
    default: float
    low: float
    high: float
    whole: bool
    rule: str
    unit: str = ""

    @property
    def instrument(self) -> str:
        """The instrument of which it is a setting; empty for behaviour."""
        return self.key.partition(".")[0] if "." in self.key else ""

    def at(self, share: float) -> float:
        """The value at a share of the range, from 0 (low) to 1 (high)."""
        value = self.low + share * (self.high - self.low)
        return float(round(value)) if self.whole else value

    def drawn(self, chance: float) -> float:
        """The value of a draw, from 0 (low) by 0.5 (what the model takes) to 1 (high): as likely to lie below what is taken as above."""
        middle = (self.default - self.low) / (self.high - self.low)
        return self.at(2 * chance * middle if chance < 0.5 else middle + (2 * chance - 1) * (1 - middle))


def behaviour() -> list[Assumption]:
    """Of the parameters, in the order of the registry; those of ``DETAILS`` are not asked about one by one."""
    found = []
    for name, one in PARAMETERS.items():
        if name not in COUNTS_ONLY and one.subject not in DETAILS and any(word in one.evidence for word in UNSURE):
            low, high = (one.low + one.default) / 2, (one.high + one.default) / 2
            found.append(Assumption(name, one.default, low, high, name.startswith(("n_", "dur_")), "half-way", one.unit))
    return found


def of_instrument(key: str) -> list[Assumption]:
    """Of the settings of an instrument, in their order."""
    found = []
    for name, field, default in _numbers(key):
        text = field.description or ""
        if name in AMOUNTS:
            continue
        stated = STATED.search(text)
        if stated:
            low, high = (float(stated[side].replace(",", "")) for side in ("low", "high"))
            rule = "stated"
        elif "assumption" in text and default > 0:
            least, most = _limits(field)
            low, high, rule = max(default / 2, least), min(default * 2, most), "half to twice"
        else:
            continue
        found.append(Assumption(f"{key}.{name}", default, low, high, isinstance(default, int) and not name.startswith("eur_"), rule))
    return found


class CardNumber(NamedTuple):
    """A setting of an instrument that is a number: a dose, or what it does to people and what that costs."""

    key: str  # INSTRUMENT.setting
    default: float
    low: float  # what may be asked for at all
    high: float
    dose: bool  # chosen by whoever delivers it
    mark: str
    prior: Prior | None  # none of a dose, for nobody has to guess it
    text: str


def numbers_of_instrument(key: str) -> list[CardNumber]:
    """Every number among the own settings of an instrument. The prior of an assumption lies on what is plausible."""
    plausible = {one.key: (one.low, one.high) for one in of_instrument(key)}
    found = []
    for name, field, default in _numbers(key):
        text, (low, high) = field.description or "", _limits(field)
        mark = mark_of_number(text)
        prior = None if name in AMOUNTS else prior_of(default, *plausible.get(f"{key}.{name}", (low, high)), mark)
        found.append(CardNumber(f"{key}.{name}", default, low, high, name in AMOUNTS, mark, prior, text))
    return found


def _numbers(key: str) -> Iterator[tuple[str, FieldInfo, float]]:
    """Name, field and default of the settings of an instrument that are numbers, but for those that all instruments share."""
    for name, field in INSTRUMENTS[key].model_fields.items():
        default = field.get_default()
        if name not in Terms.model_fields and not isinstance(default, bool) and isinstance(default, int | float):
            yield name, field, default


def _limits(field: FieldInfo) -> tuple[float, float]:
    """The least and the most that a setting may be."""
    least = [rule.ge for rule in field.metadata if hasattr(rule, "ge")]
    most = [rule.le for rule in field.metadata if hasattr(rule, "le")]
    return (float(least[0]) if least else float("-inf")), (float(most[0]) if most else float("inf"))


def as_settings(values: Mapping[str, float], known: Iterable[Assumption]) -> tuple[dict[str, float], dict[str, dict[str, Any]]]:
    """The behaviour, and the settings by instrument, that a set of values by key says."""
    chosen: dict[str, float] = {}
    settings: dict[str, dict[str, Any]] = {}
    for one in known:
        if one.key in values:
            value = int(values[one.key]) if one.whole else values[one.key]
            if one.instrument:
                settings.setdefault(one.instrument, {})[one.key.partition(".")[2]] = value
            else:
                chosen[one.key] = value
    for name in [name for name in chosen if name.endswith("_low")]:
        other = f"{name.removesuffix('_low')}_high"
        if other in PARAMETERS:  # a span: its end is not before its beginning
            chosen[other] = max(chosen.get(other, PARAMETERS[other].default), chosen[name])
    return chosen, settings
