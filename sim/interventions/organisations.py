"""Organisations: what each may do by law or by what it owns, where, and in which stages of the klantreis it meets households.

An instrument names who may pay it (``payers``) and who may deliver it (``deliverers``): an organisation may deliver what it has
one of the instrument's ``powers`` for. ``refuse`` says no, with the rule and the way out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.world.codes import Stage, names

if TYPE_CHECKING:
    from collections.abc import Sequence

STAGES = tuple(names(Stage))


class Power(NamedTuple):
    """Something that not everybody may do; ``rule`` says by what law or ownership, ``source`` where that was read."""

    key: str
    nl: str
    en: str
    rule: str
    source: str


class Organisation(NamedTuple):
    """Who takes part.

    Attributes:
        area: where it can act: ``gemeente``, ``provincie``, ``eigen woningen`` (its own stock), ``eigen cliënten``, ``wijk``, ``markt``.
        powers: keys of ``POWERS``.
        stages: stages of the klantreis in which it meets households in its daily work.
        pays: by what rule it pays, or why it does not.
    """

    key: str
    nl: str
    en: str
    area: str
    powers: tuple[str, ...]
    stages: tuple[str, ...]
    pays: str


# fmt: off
POWERS: dict[str, Power] = {
    one.key: one
    for one in (
        Power("huisvestingsverordening", "regels stellen voor wie voorgaat", "set rules for who goes first",
              "only the gemeente can have a huisvestingsverordening (Huisvestingswet 2014)", "sources section 9"),
        Power("vergunning", "vergunnen en woningbouw plannen", "give permits and plan homes",
              "only the gemeente gives permits and makes the omgevingsplan (Omgevingswet 2024)", "recalled"),
        Power("subsidie", "geld geven om te verhuizen of te bouwen", "give money for moving or building",
              "gemeente and provincie may subsidise, by a rule with a ceiling; a corporatie may not (Woningwet, in force 2015)",
              "sources section 9"),
        Power("eigen_woningen", "eigen woningen toewijzen en de huur bepalen", "let its own homes and set their rent",
              "only the owner of the homes, a corporatie, lets them and sets the rent", "sources section 9"),
        Power("begeleiding", "adviseren en begeleiden", "advise and guide",
              "advice and guidance are free to whoever knows senior households", "sources section 5"),
        Power("voorlichting", "voorlichten", "inform", "everybody may inform", "toolkit"),
        Power("praktische_hulp", "helpen bij de verhuizing", "help with the move",
              "help in kind comes from a corporatie, gemeente, welfare, residents or a firm; a provincie has no people for it",
              "sources section 9"),
        Power("bemiddeling", "kopers en verkopers bij elkaar brengen", "bring buyers and sellers together",
              "agreements with sellers are made by who plans the homes or sells them: gemeente or makelaar", "assumption"),
        Power("financieel_advies", "adviseren over geld en hypotheek", "advise on money and mortgages",
              "advice on a mortgage is for licensed advisers (Wet op het financieel toezicht), such as a makelaar's; a gemeente informs",
              "recalled"),
    )
}

ORGANISATIONS: dict[str, Organisation] = {
    one.key: one
    for one in (
        Organisation("gemeente", "Gemeente", "Municipality", "gemeente",
                     ("huisvestingsverordening", "vergunning", "subsidie", "begeleiding", "voorlichting", "praktische_hulp", "bemiddeling",
                      "financieel_advies"), STAGES[:3], "a gemeente pays by its budget and its subsidy rules"),
        Organisation("provincie", "Provincie", "Province", "provincie", ("subsidie", "begeleiding", "voorlichting"), STAGES[:1],
                     "a provincie pays by a subsidy rule with a ceiling; it has no homes and no task in who gets them"),
        Organisation("corporatie", "Woningcorporatie", "Housing corporation", "eigen woningen",
                     ("eigen_woningen", "begeleiding", "voorlichting", "praktische_hulp"), STAGES,
                     "a corporatie may spend only inside the field of housing (Woningwet, in force 2015), so not on owners or on a grant"),
        Organisation("zorgaanbieder", "Zorgaanbieder", "Care provider", "eigen cliënten", ("begeleiding", "voorlichting"),
                     (STAGES[0], STAGES[4]), "a care provider pays for advice to its own clients, not for homes or moving (assumption)"),
        Organisation("welzijn", "Welzijnsorganisatie", "Welfare organisation", "gemeente",
                     ("begeleiding", "voorlichting", "praktische_hulp"), (STAGES[0], STAGES[1], STAGES[4]),
                     "a welfare organisation pays for people and activities, not for homes or moving (assumption)"),
        Organisation("bewonersinitiatief", "Bewonersinitiatief", "Residents' initiative", "wijk",
                     ("begeleiding", "voorlichting", "praktische_hulp"), (STAGES[0], STAGES[4]),
                     "a residents' initiative gives time, no money (assumption)"),
        Organisation("makelaar", "Makelaar", "Estate agent", "markt",
                     ("begeleiding", "voorlichting", "praktische_hulp", "bemiddeling", "financieel_advies"), STAGES[1:4],
                     "a makelaar is paid by the household or by who hires it, and pays for nothing (assumption)"),
        Organisation("huishouden", "Huishouden zelf", "The household itself", "", (), (),
                     "a household pays only for what it orders itself"),
    )
}
# fmt: on


def refuse(key: str, setting: str, value: str, allowed: Sequence[str], powers: Sequence[str]) -> str:
    """Why an organisation may not pay (``payer``) or deliver (``deliverer``) an instrument, the rule, and the way out, in one line."""
    done = "paid" if setting == "payer" else "delivered"
    where = f"{key}.{setting}={value}: {key} is {done} by {' or '.join(allowed)}"
    if setting == "payer":
        rule = ORGANISATIONS[value].pays if value in ORGANISATIONS else ""
    else:
        rule = "; ".join(POWERS[power].rule for power in powers)
    return f"{where} ({rule}); use {setting}: {allowed[0]}"
