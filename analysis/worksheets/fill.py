"""The toolkit's worksheets, filled in from a scenario and its results: ``python -m analysis.worksheets DIR``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from analysis.estimates.worksheet_counts import monitor
from analysis.estimates.worksheet_tables import Shared
from analysis.page.words import capital, span
from analysis.results import Results, finished
from analysis.tables.made import WORKSHEETS
from analysis.workbook.words import Names
from analysis.worksheets import sheets, sheets_xlsx
from analysis.worksheets.sheets import LEGEND, SIGNS, Approach, Sheet
from analysis.worksheets.sheets_monitor import figures
from sim.counts.worksheet_rows import SHEETS
from sim.world.errors import Refusal, hint
from sim.world.names import BASIS, PLACEBO
from verhuisketens.shell import guarded

TEMPLATES = Path(__file__).parents[1] / "templates"
SOURCE = (
    "Werkblad: Platform31, Werken aan doorstroming van senioren. Toolkit voor een aanpak, november 2023. "
    "Ingevuld door verhuisketens, een rekenmodel; de cijfers zijn van een nagebootste gemeente."
)
BREAKS = {
    word.replace("|", ""): word.replace("|", "\u00ad")
    for word in (
        "verhuiskosten|vergoeding",
        "woning|corporatie",
        "welzijns|organisatie",
        "bewoners|initiatief",
        "beschik|baar?",
        "op|nemen?",
        "eengezins|woning",
        "persoons|huishoudens",
        "woonlasten|gewenning",
        "senioren|woningen",
        "verhuis|begeleider",
        "woon|evenement",
        "senioren|makelaar",
        "voorrangs|regel",
        "soepele op|levering",
        "verhuis|vergoeding",
    )
}


def write(folder: Path, scenario: str | None = None, again: bool = False) -> list[Path]:
    """Write werkbladen_NAME.html and .xlsx for one scenario, or for each of the folder; returns the paths.

    Args:
        again: write over a spreadsheet that is there, with all that somebody changed in it.

    Raises:
        Refusal: no such folder or scenario, a run that is not finished, tables lost or damaged, a spreadsheet that is there. Nothing
            is then written.
    """
    results = finished(folder)
    wanted = chosen(results, scenario)
    for path in (folder / f"werkbladen_{name}.xlsx" for name in wanted):
        if path.exists() and not again:
            raise Refusal(f"{path} is there, and may hold what you wrote in it; rename it, or give --again to write over it")
    shared, counted = Shared(results), monitor(results, {BASIS, *wanted})
    made: dict[str, str | bytes] = {}
    names = Names.of(results)
    for name in wanted:
        plan = sheets.approach(results, name, shared, counted)
        filled = all_sheets(plan)
        own = counted[counted["scenario"].isin([BASIS, name])]
        made[f"werkbladen_{name}.html"] = page(plan, filled)
        made[f"werkbladen_{name}.xlsx"] = sheets_xlsx.workbook(filled, own, names, about(plan), SOURCE)
    WORKSHEETS.write(folder, {}, made)
    return [folder / name for name in made]


def chosen(results: Results, scenario: str | None) -> list[str]:
    """The scenario asked for, or all beside basis and placebo (basis when there is no other)."""
    there = [name for name in results.scenarios if name != PLACEBO]
    if scenario is None:
        return there or [BASIS]
    known = [BASIS, *there]
    if scenario not in known:
        raise Refusal(f"{results.folder.path} holds no scenario {scenario!r}{hint(scenario, known)} (there are {', '.join(known)})")
    return [scenario]


def all_sheets(plan: Approach) -> list[Sheet]:
    """The worksheets in the order of the toolkit."""
    return [
        sheets.organisations(plan),
        sheets.ambitions(plan),
        sheets.contacts(plan),
        *sheets.stimulates(plan),
        *(figures(plan, sheet) for sheet in SHEETS),
    ]


def about(plan: Approach) -> str:
    """One line on the run: place, scenario, time, worlds."""
    results = plan.results
    return (
        f"{results.place} · {results.titles[plan.scenario].nl} · {span(results.months).nl} vanaf {results.config['start']} · "
        f"{len(results.seeds)} nagebootste werelden"
    )


def soft(text: str) -> str:
    """A text with places at which long words may be broken."""
    for whole, parts in BREAKS.items():
        text = text.replace(whole, parts).replace(capital(whole), capital(parts))
    return text


def page(plan: Approach, filled: Sequence[Sheet]) -> str:
    """All sheets as one page that prints on A4, landscape."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    spans = {
        (id(table), column, first): last - first + 1
        for sheet in filled
        for table in sheet.tables
        for column, first, last in sheets.runs(table)
    }
    environment.filters["soft"] = soft
    environment.globals |= {"spans": spans, "id": id, "signs": SIGNS, "legend": LEGEND}
    return environment.get_template("worksheets.html").render(
        sheets=filled,
        about=about(plan),
        source=SOURCE,
        place=plan.results.place,
        title=capital(plan.results.titles[plan.scenario].nl),
        style=Markup((TEMPLATES / "worksheets.css").read_text(encoding="utf-8")),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the worksheets and print their paths; returns the exit status, with one line when they cannot be made."""
    parser = argparse.ArgumentParser(prog="python -m analysis.worksheets", description="Fill in the toolkit's worksheets, in Dutch.")
    parser.add_argument("folder", type=Path, help="folder that experiments.compare wrote (its key out)")
    parser.add_argument("--scenario", help="one scenario of the folder; default each of them")
    parser.add_argument("--again", action="store_true", help="write over spreadsheets that are there, and what was changed in them")
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
    given = parser.parse_args(arguments)

    def fill() -> int:
        print("\n".join(map(str, write(given.folder, given.scenario, given.again))))
        return 0

    return guarded(fill, given.debug, "--debug")
