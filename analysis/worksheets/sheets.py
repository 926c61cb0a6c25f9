"""Worksheets of the toolkit on organisations: Organisaties, Ambities, Contactmomenten and Stimuleren, in Dutch.

A worksheet is data: tables and boxes of short texts, each with a mark (what is done already, what comes on top). The page and the
spreadsheet are made from the same data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

import sim.interventions.organisations
from analysis.estimates.payers import deliverer, payer
from analysis.estimates.worksheet_tables import Shared
from analysis.page import summary, words
from analysis.page.words import number, readable
from analysis.results import Results
from sim.interventions import REGISTRY as INSTRUMENTS
from sim.world.names import ALL, BASIS, plain

NOW, EXTRA, STOP = "now", "extra", "stop"
SIGNS = {NOW: "●", EXTRA: "+", STOP: "✕", "": ""}  # beside the colour, so that it can be read in black and white
LEGEND = {NOW: "doen we al (basis)", EXTRA: "komt erbij (scenario)", STOP: "stopt in dit scenario"}
ORGANISATIONS = {key: one.nl for key, one in sim.interventions.organisations.ORGANISATIONS.items() if key != "huishouden"}
HOUSEHOLD = ("huishouden", sim.interventions.organisations.ORGANISATIONS["huishouden"].nl)
STAGES = {key: text.nl for key, text in words.STAGES.items()}
CATEGORIES = {
    "passend_aanbod": "1 Passend aanbod",
    "op_weg_helpen": "2 Op weg helpen",
    "ontzorgen": "3 Ontzorgen",
    "prijsprikkel": "4 Prijsprikkel",
    "voorrang": "5 Voorrang",
    "interventie_x": "Eigen interventie",
}
DELIVERS = "Een instrument staat bij de organisatie die het levert; betaalt een ander, dan staat erbij wie."


class Item(NamedTuple):
    """A short text in a cell, with its mark."""

    text: str
    mark: str = ""


Cell = list[Item]


class Part(NamedTuple):
    """An instrument in an approach: its mark, who pays, who delivers, and what is said beside it."""

    mark: str
    payer: str
    deliverer: str
    said: str = ""


@dataclass(frozen=True)
class Table:
    """Cells under a header. Equal neighbours in the first ``merged`` columns and in the last become one.

    ``wide`` are column widths (parts)."""

    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    wide: Sequence[int]
    merged: int = 0
    heads: int = 1  # first columns that name their row
    tall: bool = False  # room to write
    marks: Sequence[str] = ()  # marks of the columns; empty: none


def text_of(cell: Cell) -> str:
    """A cell as plain text: an item per line, its mark before it."""
    return "\n".join(f"{SIGNS[item.mark]} {item.text}".strip() for item in cell)


def runs(table: Table) -> list[tuple[int, int, int]]:
    """Stretches of equal neighbours in the merged columns, as (column, first row, last row).

    The first column is merged by itself, those after it where the first two are equal; so is the last column, where it is equal too.
    """
    found = []
    last = len(table.header) - 1
    for column in (*range(table.merged), last) if table.merged else ():
        parts = (0,) if column == 0 else (0, 1, last) if column == last else (0, 1)
        key = [tuple(text_of(row[part]) for part in parts) for row in table.rows]
        ends = [k for k in range(len(key)) if k + 1 == len(key) or key[k + 1] != key[k]]
        found += [(column, begin, end) for begin, end in zip([0, *(k + 1 for k in ends[:-1])], ends, strict=True)]
    return found


@dataclass(frozen=True)
class Sheet:
    """One worksheet: a name for its tab, the toolkit's question, tables, and notes below."""

    tab: str
    title: str
    question: str
    tables: Sequence[Table]
    notes: Sequence[str] = ()
    legend: bool = True


@dataclass(frozen=True)
class Approach:
    """What is done already and what a scenario adds, per instrument."""

    results: Results
    scenario: str
    shared: Shared
    monitor: pd.DataFrame
    instruments: Mapping[str, Part] = field(default_factory=dict)

    def of(self, organisation: str) -> list[str]:
        """Instruments that an organisation pays."""
        return [key for key, part in self.instruments.items() if part.payer == organisation]

    def by(self, organisation: str) -> list[str]:
        """Instruments that an organisation delivers."""
        return [key for key, part in self.instruments.items() if part.deliverer == organisation]

    def item(self, key: str) -> Item:
        """An instrument as an item."""
        part = self.instruments[key]
        return Item(self.results.instrument(key).nl + (f" ({part.said})" if part.said else ""), part.mark)

    def delivered(self, key: str) -> Item:
        """An instrument as an item, with who pays it where that is somebody else."""
        part, item = self.instruments[key], self.item(key)
        payer = dict((*ORGANISATIONS.items(), HOUSEHOLD)).get(part.payer, part.payer)
        return item if part.payer == part.deliverer else Item(f"{item.text} (betaald door: {payer.lower()})", item.mark)


def approach(results: Results, scenario: str, shared: Shared, monitor: pd.DataFrame) -> Approach:
    """Compare the settings of basis and scenario, as the manifest lists them."""
    listed = results.manifest.get("scenarios", {})
    now = dict((listed.get(BASIS) or {}).get("instruments") or {})
    then = dict((listed.get(scenario) or {}).get("instruments") or {})
    found: dict[str, Part] = {}
    for key, settings in now.items():
        found[key] = Part(NOW if key in then and not _stopped(then[key]) else STOP, payer(key, settings), deliverer(key, settings))
    for key, settings in then.items():
        if key not in now:
            found[key] = Part(EXTRA, payer(key, settings), deliverer(key, settings))
        elif settings != now[key] and not _stopped(settings):
            found[key] = Part(EXTRA, payer(key, settings), deliverer(key, settings), "doen we al, wordt anders")
    return Approach(results, scenario, shared, monitor, dict(sorted(found.items())))


def _stopped(settings: Mapping[str, Any]) -> bool:
    """Whether settings say that nothing is delivered."""
    return settings.get("capacity") == 0


def organisations(plan: Approach) -> Sheet:
    """Who takes part: what each delivers, what it pays, and who could do more."""
    reached = plan.results.manifest.get("reached", {})
    costs = costs_per_year(plan)
    rows = []
    for name, label in (*ORGANISATIONS.items(), HOUSEHOLD):
        own, paid = plan.by(name), plan.of(name)
        if name == HOUSEHOLD[0] and not paid:
            continue
        deliver = [key for key, cls in sorted(INSTRUMENTS.items()) if name in cls.card.may_deliver and key not in map(plain, own)]
        pay = [key for key, cls in sorted(INSTRUMENTS.items()) if name in cls.card.payers and key not in map(plain, paid)]
        given = [_with_reach(plan, key, reached) for key in own]
        cost = f"€ {number(costs[name])} per jaar" if costs.get(name) else ""
        rows.append(
            [
                [Item(label)],
                [one for one in given if one.mark in (NOW, STOP)],
                [one for one in given if one.mark == EXTRA],
                [plan.item(key) for key in paid] + ([Item(cost)] if cost else []),
                [Item(_listed(plan.results, deliver, "geen instrument in dit model"))],
                [Item(_listed(plan.results, pay, "betaalt geen instrument in dit model"))],
            ]
        )
    head = ("Organisatie", "Levert dit al", "Levert erbij", "Betaalt in dit scenario", "Kan ook leveren", "Kan ook betalen")
    question = "Welke organisaties leveren een bijdrage aan het passend wonen van senioren of kunnen daar een bijdrage aan leveren?"
    notes = (
        "Wie levert en wie betaalt zijn twee dingen: een instrument staat bij wie het levert, en in de kolom betaalt bij wie het betaalt.",
        "Denk ook aan kleinere organisaties, die bijvoorbeeld vooral in een kern of wijk actief zijn.",
    )
    table = Table(head, rows, (4, 5, 5, 5, 6, 6), marks=("", NOW, EXTRA, "", "", ""))
    return Sheet("Organisaties", "Werkblad Organisaties", question, [table], notes)


def _listed(results: Results, keys: Sequence[str], none: str) -> str:
    return ", ".join(sorted(results.instrument(key).nl for key in keys)) if keys else none


def _with_reach(plan: Approach, key: str, reached: Mapping[str, Mapping[str, float]]) -> Item:
    item = plan.item(key)
    n = reached.get(BASIS if item.mark == STOP else plan.scenario, {}).get(key)
    return item if n is None else Item(f"{item.text}: bereikt {number(n)} huishoudens", item.mark)


def costs_per_year(plan: Approach) -> dict[str, float]:
    """Euro per year of the run that each organisation pays in the scenario, mean over the seeds."""
    ledger = plan.shared.ledger
    own = ledger[ledger["scenario"] == plan.scenario]
    per_year = len(plan.results.seeds) * plan.results.months / 12
    return (own.groupby("organisation")["cost_eur"].sum() / per_year).to_dict()


def ambitions(plan: Approach) -> Sheet:
    """The four questions, with what the run knows of each."""
    effect = next(
        (verdict.nl for name, verdict, _ in summary.scenario_lines(plan.results) if name == plan.results.titles[plan.scenario]),
        "Er is geen scenario om met basis te vergelijken.",
    )
    effect = words.capital(effect).rstrip(".") + "."
    name = plan.results.titles[plan.scenario].nl
    boxes = (
        ("Wat zien we als onze gezamenlijke opgave?", challenge(plan)),
        ("Wat willen we bereiken? Wat is onze ambitie op doorstroming?", [f"In deze berekening: ‘{name}’. {effect}", ""]),
        ("Welke doelen stellen we?", goals(plan)),
        ("Wat zijn de aandachtspunten waar we rekening mee moeten houden?", points(plan)),
    )
    rows = [[[Item(question)], [Item(line) for line in lines]] for question, lines in boxes]
    notes = (
        "Gemiddeld duurt het twee jaar voordat senioren een verhuisbeslissing nemen. Veel ouderen verhuizen pas als er sprake is van nood: "
        "een val, ziekte of verlies van de partner. Voorkom noodverhuizingen door te sturen op wensverhuizingen (toolkit).",
        "Vasthouders hebben geen verhuiswens en wonen in een woning waar veel vraag naar is. Vastzitters willen wel verhuizen, maar "
        "vinden geen passende woning. Voor beide groepen is een andere aanpak nodig (toolkit).",
    )
    table = Table(("Vraag", "Wat de berekening erover zegt, en ruimte voor uw antwoord"), rows, (3, 9), tall=True)
    return Sheet("Ambities", "Werkblad Ambities", "Waar willen de samenwerkende organisaties zich op richten?", [table], notes, False)


def mean_of(plan: Approach, key: str, scenario: str = BASIS) -> float:
    """Mean of a line of the monitor; NaN when it is not there."""
    table = plan.monitor
    found = table.loc[(table["scenario"] == scenario) & (table["key"] == key), "mean"]
    return float(found.iloc[0]) if len(found) else float("nan")


def challenge(plan: Approach) -> list[str]:
    """The opgave in sentences, from basis."""
    sentences = (
        ("unsuitable_seniors", "{} oudere huishoudens wonen ongeschikt."),
        ("adaptable_seniors", "{} oudere huishoudens wonen in een woning die aanpasbaar is."),
        ("seniors_with_wish", "{} oudere huishoudens hebben een verhuiswens."),
        ("small_in_family_home", "{} huishoudens van één of twee personen wonen in een eengezinswoning."),
    )
    found = [text.format(number(mean)) for key, text in sentences if (mean := mean_of(plan, key)) == mean]
    share = mean_of(plan, "nood_wens.nood.share")
    if share == share:
        found.append(f"Van de verhuizingen van senioren is {number(100 * share)} procent uit nood.")
    return ["In de nagebootste gemeente, volgens de begrippen van dit model:", *found, ""] if found else [""]


def goals(plan: Approach) -> list[str]:
    """Goals that experiments.goals worked out in this folder, each in its own month; else how to do that."""
    file = plan.results.folder.path / "goals.csv"
    lines = []
    if file.is_file():
        same = ["goal", "month", "target", "seeds"]  # rows of basis may be of another file of goals, or of other seeds
        table = plan.results.folder.table("goals", (*same, "scenario", "share", "lower", "upper", "due"))
        due = table[table["due"].astype(bool) & (table["goal"] != ALL)]
        base = due[due["scenario"] == BASIS].set_index(same)
        for _, row in due[due["scenario"] == plan.scenario].iterrows():
            key = tuple(row[same])
            beside = f"; met wat we al doen in {_share(base.loc[key])}" if key in base.index and plan.scenario != BASIS else ""
            within, share = words.span(int(row["month"]) + 1).nl, _share(row, f" van {row['seeds']} nagebootste werelden")
            lines.append(f"{readable(str(row['goal']))}: binnen {within} gehaald in {share}{beside}.")
    if not lines:
        lines = [
            "Nog geen doelen doorgerekend. Bijvoorbeeld: binnen 5 jaar woont 95 procent van de senioren geschikt.",
            "Doorrekenen kan met: python -m experiments.goals (zie docs/howto-goals.md).",
        ]
    return [*lines, ""]


def _share(row: pd.Series, of: str = "") -> str:
    """A share of the worlds, with its interval."""
    share, low, high = (number(100 * float(row[key])) for key in ("share", "lower", "upper"))
    return f"{share} procent{of} (door toeval {low} tot {high} procent)"


def points(plan: Approach) -> list[str]:
    """What to mind: how sure it is, who waits, and what the model does not know."""
    ledger = plan.shared.ledger
    own = ledger[ledger["scenario"] == plan.scenario]
    waiting = own.groupby("instrument")["waiting"].sum() / (len(plan.results.seeds) * plan.results.months)
    names = {key: plan.results.instrument(str(key)).nl for key in waiting.index}
    lines = [f"{names[key]}: elke maand wachten gemiddeld {number(n)} huishoudens." for key, n in waiting.items() if n >= 1]
    lines.append(f"De cijfers zijn gemiddelden over {len(plan.results.seeds)} nagebootste werelden. Een model is geen voorspelling.")
    lines.append("Een stevige inzet kan tot wachtlijsten leiden als er te weinig geschikte woningen zijn (toolkit).")
    return [*lines, ""]


def contacts(plan: Approach) -> Sheet:
    """In which stage of the klantreis each organisation meets seniors."""
    rows = []
    for name, label in ORGANISATIONS.items():
        keys = [key for key in plan.by(name) if _meets(key)]
        rows.append(
            [[Item(label)], *([plan.delivered(key) for key in keys if stage in INSTRUMENTS[plain(key)].card.stages] for stage in STAGES)]
        )
    usual = "; ".join(
        f"{label}: {', '.join(STAGES[stage].lower() for stage in sim.interventions.organisations.ORGANISATIONS[name].stages)}"
        for name, label in ORGANISATIONS.items()
    )
    notes = (
        DELIVERS,
        f"Waar organisaties senioren ook zonder deze instrumenten tegenkomen (aanname): {usual}.",
        "Houd rekening met de klantreis van senioren! Elke stap vraagt een andere inzet.",
        "Lege vakken: hier heeft in dit scenario geen organisatie contact. Schrijf erbij wie senioren hier al kent.",
    )
    return Sheet(
        "Contactmomenten",
        "Werkblad Contactmomenten",
        "Op welke manier heeft elke organisatie contact met senioren? Op welke manier helpt zij hen verder?",
        [Table(("Organisatie", *STAGES.values()), rows, (4, 5, 5, 5, 5, 5), tall=True)],
        notes,
    )


def _meets(key: str) -> bool:
    """Whether an instrument meets seniors: one that only adds homes does not."""
    return plain(key) in INSTRUMENTS and set(INSTRUMENTS[plain(key)].card.levers_used) != {"supply"}


def category_in(key: str, stage: str) -> str:
    """Category of the menukaart under which an instrument works in a stage; empty where it does not.

    The toolkit has the coach twice: talks under op weg helpen, the plan and the day of the move under ontzorgen.
    """
    card = INSTRUMENTS[plain(key)].card
    if stage not in card.stages:
        return ""
    helps = card.category == "op_weg_helpen" and "trouble" in card.levers_used and stage in ("verhuizen", "nieuw_thuis")
    return "ontzorgen" if helps else card.category


def stimulate(plan: Approach, name: str) -> Sheet:
    """One organisation: categories of the menukaart by stages of the klantreis."""
    keys = [key for key in plan.by(name) if plain(key) in INSTRUMENTS]
    rows = [
        [[Item(label)], *([plan.delivered(key) for key in keys if category == category_in(key, stage)] for stage in STAGES)]
        for category, label in CATEGORIES.items()
    ]
    label = dict((*ORGANISATIONS.items(), HOUSEHOLD))[name]
    question = (
        "Welke bijdragen kun je als organisatie leveren aan het stimuleren van senioren om na te denken over wat zij nodig hebben bij het "
        "zelfstandig blijven wonen en/of het faciliteren van senioren die een verhuiswens hebben?"
    )
    return Sheet(
        f"Stimuleren {label}"[:31],
        f"Werkblad Stimuleren: {label}",
        question,
        [Table(("Bijdrage", *STAGES.values()), rows, (4, 5, 5, 5, 5, 5), tall=True)],
        (DELIVERS,),
    )


def stimulates(plan: Approach) -> list[Sheet]:
    """A sheet for each organisation with an instrument; one empty sheet when nobody has any."""
    there = [name for name in ORGANISATIONS if plan.by(name)]
    return [stimulate(plan, name) for name in there or ["gemeente"]]
