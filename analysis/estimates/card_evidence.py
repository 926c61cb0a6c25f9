"""What the strength of each instrument rests on: one mark for each card of the menukaart, with the reason and where it was read.

The rule. ``gemeten``: moves by users of such a measure were counted in programmes of at least two places, never beside a group without it.
``één bron``: one place, or one publication, counted something that the strength can be held against. ``aanname``: nothing was counted, or
only in a package with others; the strength is assumed.
"""

from __future__ import annotations

from typing import NamedTuple

MEASURED, ONE_SOURCE, ASSUMED = "gemeten", "één bron", "aanname"
STRONGEST_FIRST = (MEASURED, ONE_SOURCE, ASSUMED)


class Evidence(NamedTuple):
    """``mark`` of ``STRONGEST_FIRST``; ``nl`` and ``en`` say why; ``sources``: ids of docs/evidence.md or sections of docs/sources.md."""

    mark: str
    nl: str
    en: str
    sources: str


NOT_COUNTED = Evidence(ASSUMED, "nergens geteld", "counted nowhere", "docs/odd.md")
IN_PACKAGES = "alleen geteld in pakketten met andere maatregelen", "only counted in packages with other measures"
# fmt: off
EVIDENCE: dict[str, Evidence] = {
    "wooncoach_sociaal": Evidence(
        MEASURED, "vier programma’s telden gesprekken en verhuizingen; nergens een proef",
        "four programmes counted talks and moves; no trial anywhere", "C36"),
    "wooncoach_particulier": Evidence(
        ONE_SOURCE, "één gemeente: droeg weinig bij en is gestopt", "one municipality: contributed little and was stopped", "C34"),
    "verhuiskostenvergoeding": Evidence(
        MEASURED, "drie programma’s telden verhuizingen met vergoeding; wie ook zonder was verhuisd, is niet bekend",
        "three programmes counted moves with a grant; who would have moved anyway is not known", "C35, docs/sources.md 4"),
    "voorrang": Evidence(
        ONE_SOURCE, "één stad: meer dan de helft van zulke verhuizingen ging buiten de regeling om",
        "one city: more than half of such moves went outside the scheme", "C20"),
    "huurgewenning": Evidence(ASSUMED, *IN_PACKAGES, "C08, C29"),
    "huurbehoud": Evidence(ASSUMED, *IN_PACKAGES, "docs/sources.md 4"),
    "geen_dubbele_huur": Evidence(ASSUMED, *IN_PACKAGES, "docs/sources.md 4"),
    "campagne": Evidence(
        ONE_SOURCE, "één gemeente: droeg weinig bij en is gestopt", "one municipality: contributed little and was stopped", "C34"),
    "brieven": Evidence(
        ONE_SOURCE, "één streek telde brieven, gesprekken en verhuizingen", "one area counted letters, talks and moves", "C01"),
    "seniorenwoningen": Evidence(
        ONE_SOURCE, "één publicatie, van een bouwer, noemt wat er vrijkomt",
        "one publication, by a developer, says what comes free", "A19"),
    "woningsplitsen": Evidence(
        ONE_SOURCE, "landelijk geteld hoeveel er gesplitst wordt, niet wat een regeling toevoegt",
        "counted how many are split nationally, not what a scheme adds", "C39"),
    "woningdelen": Evidence(
        ONE_SOURCE, "één bemiddelaar telde aanbieders en contracten", "one broker counted hosts and contracts", "docs/sources.md 3"),
    "pre_mantelzorgwoning": Evidence(
        ONE_SOURCE, "één gemeente telde vergunningen", "one municipality counted permits", "docs/sources.md 3"),
    **dict.fromkeys(
        ("woonbehoefteonderzoek", "flexwoningen", "optoppen", "kangoeroewoning", "mantelzorgwoning", "woningruil", "renovatie", "sloop",
         "informatiepunt", "woonevenement", "verhuisbegeleider", "klusdienst", "verhuisvoucher", "soepele_oplevering", "extra_hulpmiddelen",
         "voorinspectie", "financieel_advies", "seniorenhypotheek", "voorrang_afspraken", "lokale_binding", "ooievaarsclausule",
         "passendheidsnorm", "langere_reactietijd", "flexibele_inkomenseisen", "leeftijdsgrens", "extra_punten", "behoud_inschrijftijd",
         "tevredenheidsgarantie"), NOT_COUNTED),
    "interventie_x": Evidence(
        ASSUMED, "eigen maatregel: u gaf de sterkte zelf op", "your own measure: you gave its strength yourself", "eigen opgave"),
}
# fmt: on


def weakest(marks: list[str]) -> str:
    """The mark of several together; empty of none."""
    return max(marks, key=STRONGEST_FIRST.index) if marks else ""
