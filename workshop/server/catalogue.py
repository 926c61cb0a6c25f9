"""The cards as a screen shows them: doses in people and euro, who pays, for whom, and on what the strength rests."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from analysis.estimates.card_evidence import EVIDENCE, NOT_COUNTED
from analysis.page.chain_drawing import FLAGS, WHO
from analysis.page.sections.cards import MARKS
from analysis.page.wijken import area_name
from analysis.page.words import STAGES, Text, condition
from experiments.runs.manifest import areas
from sim.counts.indicators import REGISTRY as INDICATORS
from sim.interventions import REGISTRY
from sim.interventions.organisations import ORGANISATIONS
from sim.interventions.who import Who
from sim.parameters.evidence import MEASURED
from sim.world.codes import DwellingType, EndReason, HouseholdClass, Origin, Tenure, Trigger
from workshop.engine.doses import ORDINARY, Doses
from workshop.server import named, said
from workshop.server.tables import Sheet

CATEGORIES = {"passend_aanbod": "1", "op_weg_helpen": "2", "ontzorgen": "3", "prijsprikkel": "4", "voorrang": "5"}
SECTORS = {"sociaal": "sociaal", "particulier": "particulier", "sociaal, particulier": "beide"}
CODES = {"origin": Origin, "end": EndReason, "trigger": Trigger, "class": HouseholdClass, "tenure": Tenure, "type": DwellingType}
COLUMNS = ("amount", "people", "eur_per_year")


def sheet(doses: Doses) -> Sheet:
    """The table ``cards``: a row for each card and dose, ``CARD.DOSE``."""
    found = Sheet("cards")
    for key, sizes in doses.items():
        for size, one in sizes.items():
            if one.why_not is None:
                numbers = {name: getattr(one, name) for name in COLUMNS}
                found.put(f"{key}.{size}", {**numbers, "unit": one.unit.nl, "price": one.price})
    return found


def cards(doses: Doses, alone: Mapping[tuple[str, str], Any]) -> list[dict[str, Any]]:
    """Every card that can be played, in the order of the menukaart.

    Args:
        alone: by card and dose, the effects of that card alone; what is not worked out is lacking.
    """
    numbers = sheet(doses)
    return [_card(key, doses, numbers, alone) for key, cls in REGISTRY.items() if cls.card.category in CATEGORIES]


def _card(key: str, doses: Doses, numbers: Sheet, alone: Mapping[tuple[str, str], Any]) -> dict[str, Any]:
    card, evidence = REGISTRY[key].card, EVIDENCE.get(key, NOT_COUNTED)
    settings = doses[key][ORDINARY].settings or {}
    return {
        "key": key,
        **card.title,
        "category": CATEGORIES[card.category],
        "sector": SECTORS[card.sector],
        "line": _for_whom(settings)._asdict(),
        "payer": said.organisation(str(settings.get("payer", "")))._asdict(),
        "deliverer": said.organisation(str(settings.get("deliverer") or card.usual_deliverer(str(settings.get("payer")))))._asdict(),
        "stages": list(card.stages),
        "evidence": {"mark": MARKS[evidence.mark]._asdict(), "nl": evidence.nl, "en": evidence.en, "but": _but(evidence.mark)},
        "doses": {size: _dose(key, size, doses, numbers) for size in doses[key]},
        "alone": {size: alone.get((key, size)) for size in doses[key]},
    }


def _but(mark: str) -> dict[str, str] | None:
    """What a mark does not say: what was counted has never been tried beside a group without it."""
    return said.NO_TRIAL._asdict() if mark == MEASURED else None


def _dose(key: str, size: str, doses: Doses, numbers: Sheet) -> dict[str, Any]:
    one, row = doses[key][size], f"{key}.{size}"
    if one.why_not is not None:
        return {"why_not": one.why_not._asdict()}
    return {**{name: numbers.cell(row, name) for name in COLUMNS}, "unit": one.unit._asdict(), "price": one.price}


@lru_cache(maxsize=4)
def words(place: str) -> dict[str, Any]:
    """Names of what stands in tables: indicators, organisations, stages, codes and areas."""
    organisations = [
        {"key": one.key, "nl": one.nl, "en": one.en, "stages": list(one.stages)} for one in ORGANISATIONS.values() if one.stages
    ]
    return {
        "indicators": {key: named.indicator(key)._asdict() for key in INDICATORS},
        "organisations": organisations,
        "stages": [{"key": key, **text._asdict()} for key, text in STAGES.items()],
        "codes": {name: {one.key: {"nl": one.nl, "en": one.en} for one in members} for name, members in CODES.items()}
        | {"class": {one.key: named.group(one.key)._asdict() for one in HouseholdClass}}
        | {name: {key: text._asdict() for key, text in texts.items()} for name, texts in (("flag", FLAGS), ("who", WHO))},
        "areas": {code: {"nl": name, "en": name} for code in areas(place) if (name := area_name(areas(place), code))},
    }


def _for_whom(settings: Mapping[str, Any]) -> Text:
    """The labels that ask something, in words."""
    anybody = Who().model_dump(mode="json")
    asked = {name: value for name, value in (settings.get("who") or {}).items() if value != anybody.get(name) or name == "age"}
    said = [condition(name, str(value)) for name, value in asked.items() if isinstance(value, int | float | str) and value is not True]
    nl, en = (", ".join(one.of(language) for one in said) for language in ("nl", "en"))
    return Text(f"Voor wie: {nl}." if nl else "Voor iedereen.", f"For whom: {en}." if en else "For everybody.")
