"""What the strength of each instrument rests on: one mark for each card of the menukaart, with the reason and where it was read.

The mark is by the rule of ``sim.parameters.evidence``. What counts for a card: a programme, place or publication that counted something
that its strength can be held against, never beside a group without it. What was counted in a package with others only does not count.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.parameters.evidence import STRONGEST_FIRST, mark_of


class Evidence(NamedTuple):
    """``counts``: how many counted it; ``nl`` and ``en`` say why; ``sources``: ids of docs/evidence.md or sections of docs/sources.md."""

    counts: int
    nl: str
    en: str
    sources: str

    @property
    def mark(self) -> str:
        """A mark of ``STRONGEST_FIRST``."""
        return mark_of(self.counts)


NOT_COUNTED = Evidence(0, "nergens geteld", "counted nowhere", "docs/odd.md")
IN_PACKAGES = "alleen geteld in pakketten met andere maatregelen", "only counted in packages with other measures"
# fmt: off
EVIDENCE: dict[str, Evidence] = {
    "wooncoach_sociaal": Evidence(
        4, "vier programma’s telden gesprekken en verhuizingen; nergens een proef",
        "four programmes counted talks and moves; no trial anywhere", "C36"),
    "wooncoach_particulier": Evidence(
        1, "één gemeente: droeg weinig bij en is gestopt", "one municipality: contributed little and was stopped", "C34"),
    "verhuiskostenvergoeding": Evidence(
        3, "drie programma’s telden verhuizingen met vergoeding; wie ook zonder was verhuisd, is niet bekend",
        "three programmes counted moves with a grant; who would have moved anyway is not known", "C35, docs/sources.md 4"),
    "voorrang": Evidence(
        1, "één stad: meer dan de helft van zulke verhuizingen ging buiten de regeling om",
        "one city: more than half of such moves went outside the scheme", "C20"),
    "huurgewenning": Evidence(0, *IN_PACKAGES, "C08, C29"),
    "huurbehoud": Evidence(0, *IN_PACKAGES, "docs/sources.md 4"),
    "geen_dubbele_huur": Evidence(0, *IN_PACKAGES, "docs/sources.md 4"),
    "campagne": Evidence(
        1, "één gemeente: droeg weinig bij en is gestopt", "one municipality: contributed little and was stopped", "C34"),
    "brieven": Evidence(
        1, "één streek telde brieven, gesprekken en verhuizingen", "one area counted letters, talks and moves", "C01"),
    "seniorenwoningen": Evidence(
        1, "één publicatie, van een bouwer, noemt wat er vrijkomt",
        "one publication, by a developer, says what comes free", "A19"),
    "woningsplitsen": Evidence(
        1, "landelijk geteld hoeveel er gesplitst wordt, niet wat een regeling toevoegt",
        "counted how many are split nationally, not what a scheme adds", "C39"),
    "woningdelen": Evidence(
        1, "één bemiddelaar telde aanbieders en contracten", "one broker counted hosts and contracts", "docs/sources.md 3"),
    "pre_mantelzorgwoning": Evidence(
        1, "één gemeente telde vergunningen", "one municipality counted permits", "docs/sources.md 3"),
    **dict.fromkeys(
        ("woonbehoefteonderzoek", "flexwoningen", "optoppen", "kangoeroewoning", "mantelzorgwoning", "woningruil", "renovatie", "sloop",
         "informatiepunt", "woonevenement", "verhuisbegeleider", "klusdienst", "verhuisvoucher", "soepele_oplevering", "extra_hulpmiddelen",
         "voorinspectie", "financieel_advies", "seniorenhypotheek", "voorrang_afspraken", "lokale_binding", "ooievaarsclausule",
         "passendheidsnorm", "langere_reactietijd", "flexibele_inkomenseisen", "leeftijdsgrens", "extra_punten", "behoud_inschrijftijd",
         "tevredenheidsgarantie"), NOT_COUNTED),
    "interventie_x": Evidence(
        0, "eigen maatregel: u gaf de sterkte zelf op", "your own measure: you gave its strength yourself", "eigen opgave"),
}
# fmt: on


def weakest(marks: list[str]) -> str:
    """The mark of several together; empty of none."""
    return max(marks, key=STRONGEST_FIRST.index) if marks else ""
