"""Scenarios that follow from the cards: all instruments of a category of the menukaart, and the full plan of a sector.

A full plan is for the people of its sector: an instrument for households asks their tenure, unless ``CHOICES`` says otherwise.
"""

from __future__ import annotations

from typing import Any

from sim.interventions import REGISTRY
from sim.interventions.terms import Terms
from sim.world.names import Title

CATEGORIES = {  # in the order of the menukaart
    "passend_aanbod": Title(nl="Alles van categorie 1: passend aanbod", en="All of category 1: enough fitting homes"),
    "op_weg_helpen": Title(nl="Alles van categorie 2: op weg helpen", en="All of category 2: help to get going"),
    "ontzorgen": Title(nl="Alles van categorie 3: ontzorgen", en="All of category 3: taken off one's hands"),
    "prijsprikkel": Title(nl="Alles van categorie 4: prijsprikkel", en="All of category 4: money"),
    "voorrang": Title(nl="Alles van categorie 5: voorrang", en="All of category 5: priority"),
}
SECTORS = {  # of the homes left
    "sociaal": ("corporatie", Title(nl="Volledig plan voor huurders van corporaties", en="Full plan for tenants of corporaties")),
    "particulier": ("koop", Title(nl="Volledig plan voor eigenaren", en="Full plan for owners")),
}
TOOLBOX = (
    *("klusdienst", "verhuisvoucher", "soepele_oplevering", "geen_dubbele_huur"),
    *("huurgewenning", "huurbehoud", "verhuiskostenvergoeding", "voorrang"),
)
CHOICES: dict[str, dict[str, dict[str, Any]]] = {
    "sociaal": {
        "seniorenwoningen": {"rel_corporatie": 1, "rel_koop": 0},
        "wooncoach_sociaal": {"toolbox": list(TOOLBOX)},
        "ooievaarsclausule": {},  # for whoever leaves a home to a family
    },
    "particulier": {
        "seniorenwoningen": {"rel_corporatie": 0, "rel_koop": 1},
        "klusdienst": {"who": {"tenure": "koop"}, "payer": "gemeente"},  # a corporatie may not pay for owners
        "verhuisvoucher": {"who": {"tenure": "koop"}, "payer": "gemeente"},
        "lokale_binding": {},  # for whoever lives in the place
    },
}


def scenarios() -> dict[str, tuple[Title, dict[str, dict[str, Any]]]]:
    """Title and instruments of each, by name."""
    by_category: dict[str, tuple[Title, dict[str, dict[str, Any]]]] = {
        f"categorie_{category}": (title, {key: {} for key, cls in REGISTRY.items() if cls.card.category == category})
        for category, title in CATEGORIES.items()
    }
    by_sector = {
        f"volledig_{sector}": (
            title,
            {key: _for_people_of(sector, tenure, cls) for key, cls in REGISTRY.items() if sector in cls.card.sector},
        )
        for sector, (tenure, title) in SECTORS.items()
    }
    return by_category | by_sector


def _for_people_of(sector: str, tenure: str, cls: type[Terms]) -> dict[str, Any]:
    """Settings of an instrument in the full plan of a sector."""
    key = cls.card.key
    if key in CHOICES[sector]:
        return dict(CHOICES[sector][key])
    asks = cls.model_fields["who"].default.tenure
    return {"who": {"tenure": tenure}} if cls.card.for_households and asks != tenure else {}
