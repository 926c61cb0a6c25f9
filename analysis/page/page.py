"""The page: one self-contained file, made from the results of a folder and the pictures drawn of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from analysis.estimates.costs import whole_scenarios
from analysis.estimates.effects import FIRST, whole_run
from analysis.page import summary, words
from analysis.page.caused import caused_table, naive_table, windows_table
from analysis.page.cells import UNKNOWN, Cell, Table, cell_of, range_of
from analysis.page.charts import Chart, group_label, no_ratio
from analysis.page.figures import inline
from analysis.page.words import Text, both, numbers, span
from analysis.results import Results
from sim.world.names import ALL, PLACEBO

if TYPE_CHECKING:
    from collections.abc import Iterable

TEMPLATES = Path(__file__).parents[1] / "templates"
SOURCES = (
    Text(
        "Bevolking, woningen, inkomen: CBS open data (CC BY 4.0).",
        "Population, homes, income: CBS open data (CC BY 4.0).",
    ),
    Text(
        "Sterftekansen: Verenigde Naties, World Population Prospects 2024 (CC BY 3.0 IGO).",
        "Mortality: United Nations, World Population Prospects 2024 (CC BY 3.0 IGO).",
    ),
    Text(
        "Instrumenten: Platform31, Werken aan doorstroming van senioren. Toolkit voor een aanpak, november 2023.",
        "Instruments: Platform31, Werken aan doorstroming van senioren. Toolkit voor een aanpak, November 2023.",
    ),
    Text(
        "Codes voor obstakels: VERA, de open standaard van de woningcorporaties (CC0).",
        "Codes of obstacles: VERA, the open standard of the housing corporations (CC0).",
    ),
    Text(
        "Alle bronnen en aannames staan in de map docs van het project. De programmacode valt onder EUPL-1.2.",
        "All sources and assumptions are in the folder docs of the project. The code is licensed under EUPL-1.2.",
    ),
)


def say(text: Text | str) -> Markup:
    """A text as HTML: both languages, of which the page shows one."""
    if isinstance(text, str):
        return Markup(escape(text))
    if text.nl == text.en:
        return Markup(escape(text.nl))
    return Markup('<span lang="nl">{}</span><span lang="en">{}</span>').format(text.nl, text.en)


def wordy(text: Text) -> bool:
    """Whether a cell holds words rather than a number."""
    return text.nl[:1].isalpha()


def page(results: Results, pictures: Sequence[tuple[Chart, Mapping[str, bytes]]]) -> str:
    """The whole page.

    Args:
        pictures: each chart with its SVG by language (nl, en).
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["say"] = say
    environment.globals |= {"T": Text, "wordy": wordy}
    shown = {
        chart.key: {
            "chart": chart,
            "svg": {language: Markup(inline(svg[language], f"{chart.key}-{language}")) for language in words.LANGUAGES},
        }
        for chart, svg in pictures
    }
    return environment.get_template("report.html").render(
        results=results,
        headline=summary.headline(results),
        provisional=summary.provisional(results),
        lines=summary.scenario_lines(results),
        chance=summary.chance_lines(results),
        pictures=shown,
        first_year=first_year(results),
        effects=effects_table(results),
        periods=periods_table(results),
        groups=groups_table(results),
        costs=costs_table(results),
        reached=reached_table(results),
        caused=caused_table(results),
        windows=windows_table(results),
        naive=naive_table(results),
        conditions=conditions_table(results),
        pots=pots_table(results),
        design=design(results),
        versions=versions(results),
        sources=SOURCES,
        style=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),
    )


def effects_table(results: Results) -> Table:
    """Indicators × scenarios over the whole run, with the value of basis; the first indicators, then the others."""
    e = results.effects
    known = [key for key in FIRST if key in set(e["indicator"])]
    rest = [key for key in e["indicator"].drop_duplicates() if key not in known]
    return _by_scenario(results, [(key, words.indicator(key), whole_run(e, key)) for key in (*known, *rest)], with_base=True)


def _by_scenario(results: Results, lines: Iterable[tuple[str, Text, pd.DataFrame]], with_base: bool = False) -> Table:
    """A table with a column per scenario; each line is (indicator, label, rows of effects)."""
    scenarios = results.scenarios
    rows: list[dict[str, Any]] = []
    for key, label, found in lines:
        scale = words.SCALE.get(key, 1.0)
        one = {row["scenario"]: row for _, row in found.iterrows()}
        cells = [cell_of(one.get(name), scale) for name in scenarios]
        base = [Cell(numbers(scale * results.base_value(key), _digits(key)))] if with_base else []
        rows.append({"head": label, "unit": words.unit(key), "cells": [*base, *cells]})
    header = ([Text("Basis", "Base")] if with_base else []) + [results.titles[name] for name in scenarios]
    return {"header": header, "rows": rows, "words": 0}


def _digits(key: str) -> int:
    return {"fit": 1, "moves_set_off": 2, "waiting_months": 1, "senior_moves_km": 2}.get(key, 0)


def periods_table(results: Results) -> Table:
    """Extra senior moves by period."""
    e = results.effects
    rows = e[(e["indicator"] == "senior_moves") & (e["group_by"] == ALL) & (e["months_from"] == 0) & (e["scenario"] != PLACEBO)]
    lines = []
    for end in sorted(rows["months_to"].unique()):
        time = span(int(end))
        label = Text(f"eerste {time.nl}", f"first {time.en}")
        lines.append(("senior_moves", label, rows[rows["months_to"] == end]))
    return _by_scenario(results, lines)


def groups_table(results: Results) -> Table:
    """Who gains and who does not: moves and fit by class, income and tenure at the start."""
    e = results.effects
    lines = []
    for key, group_by in (
        ("fit", "class"),
        ("fit", "income"),
        ("fit", "tenure"),
        ("moves", "class"),
        ("moves", "income"),
    ):
        rows = whole_run(e, key, group_by)
        name = words.indicator(key)
        for group in rows["group"].drop_duplicates():
            label = group_label(group)
            lines.append((key, Text(f"{name.nl}: {label.nl}", f"{name.en}: {label.en}"), rows[rows["group"] == group]))
    return _by_scenario(results, lines)


def costs_table(results: Results) -> Table:
    """Euro by scenario and payer, and per extra move and home."""
    table, why = results.costs, no_ratio(results)
    homes, links = (whole_run(results.effects, key).set_index("scenario")["claimed"] for key in ("suitable_seniors", "moves"))
    rows = []
    for scenario in whole_scenarios(table)["scenario"]:
        of_scenario = table[(table["scenario"] == scenario) & (table["instrument"] == ALL) & (table["year"] == ALL)]
        alone = len(of_scenario) == 2
        for _, row in of_scenario.iterrows():
            if alone and row["payer"] == ALL:
                continue
            ratio = Cell(why[scenario]) if scenario in why else _euro(row, "eur_per_extra_senior_move", "")
            home = _euro(row, "eur_per_extra_suitable_home", "_suitable") if homes.get(scenario, False) else UNKNOWN
            link = _euro(row, "eur_per_extra_link", "_link") if links.get(scenario, False) else UNKNOWN
            payer = Text("allen samen", "all together") if row["payer"] == ALL else both(row["payer"])
            cells = [Cell(payer, kind="words"), Cell(numbers(row["eur"])), Cell(numbers(row["uses"])), ratio, home, link]
            rows.append({"head": results.titles[scenario], "unit": both(""), "cells": cells})
    header = [
        Text("Wie betaalt", "Who pays"),
        Text("Kosten (€)", "Costs (€)"),
        Text("Keer gebruikt", "Uses"),
        Text("€ per extra verhuizing van een senior", "€ per extra senior move"),
        Text("€ per extra geschikt wonende senior", "€ per extra senior in a suitable home"),
        Text("€ per extra verhuizing, van wie ook", "€ per extra move, by whomever"),
    ]
    return {"header": header, "rows": rows, "words": 1}


def _euro(row: pd.Series, key: str, suffix: str) -> Cell:
    value, low, high = (float(f"{row[name]:.3g}") for name in (key, f"lower{suffix}", f"upper{suffix}"))
    if math.isnan(value) or math.isnan(high):
        return UNKNOWN
    return Cell(numbers(value), range_of(low, high) if low != high else both(""))


def reached_table(results: Results) -> Table:
    """Households that each instrument reached, mean per world."""
    header = [Text("Instrument", "Instrument"), Text("Bereikte huishoudens", "Households reached")]
    reached = results.manifest.get("reached", {})
    rows = [
        {
            "head": results.titles[scenario],
            "unit": both(""),
            "cells": [Cell(results.instrument(key), kind="words"), Cell(numbers(n))],
        }
        for scenario in results.scenarios
        for key, n in reached.get(scenario, {}).items()
        if key not in results.already(scenario)
    ]
    return {"header": header, "rows": rows, "words": 1}


def conditions_table(results: Results) -> Table:
    """Senior households at the start by condition of each instrument: how many fail it, and how many fail it alone."""
    header = [
        Text("Instrument", "Instrument"),
        Text("Voorwaarde", "Condition"),
        Text("Voldoet niet", "Fail it"),
        Text("Valt alleen hierop af", "Fail only this one"),
        Text("Over na deze en de vorige", "Left after this and those above"),
    ]
    table, rows = results.filters, []
    for scenario in results.scenarios:
        own = (table["scenario"] == scenario) & ~table["instrument"].isin(results.already(scenario))
        for _, row in table[own & (table["household_group"] == "senior")].iterrows():
            fails = [Cell(numbers(row[key])) for key in ("fail", "fail_only", "left")]
            said = words.condition(row["filter"], row["asks"])
            cells = [Cell(results.instrument(row["instrument"]), kind="words"), Cell(said, kind="words"), *fails]
            rows.append({"head": results.titles[scenario], "unit": both(""), "cells": cells})
    return {"header": header, "rows": rows, "words": 2}


def pots_table(results: Results) -> Table:
    """Budgets: in how many worlds they ran empty, when first, and what is left."""
    header = [
        Text("Instrument", "Instrument"),
        Text("Budget (€)", "Budget (€)"),
        Text("Leeg in", "Empty in"),
        Text("Eerste maand zonder geld", "First month without money"),
        Text("Over (€)", "Left (€)"),
    ]
    rows = []
    for _, row in results.pots[results.pots["scenario"] != PLACEBO].iterrows():
        n, of = int(row["seeds_empty"]), int(row["seeds"])
        when = numbers(row["month_mean"] + 1) if n else both("–")
        cells = [
            Cell(results.instrument(row["instrument"]), kind="words"),
            Cell(numbers(row["eur_budget"])),
            Cell(Text(f"{n} van {of} werelden", f"{n} of {of} worlds")),
            Cell(when, range_of(row["month_earliest"] + 1, row["month_latest"] + 1) if n > 1 else both("")),
            Cell(numbers(row["eur_left"])),
        ]
        rows.append({"head": results.titles.get(row["scenario"], both(row["scenario"])), "unit": both(""), "cells": cells})
    return {"header": header, "rows": rows, "words": 1}


def first_year(results: Results) -> str:
    """Calendar span of the run, such as 2026–2035."""
    year, month = (int(part) for part in str(results.config["start"]).split("-"))
    last = year + (month - 1 + results.months - 1) // 12
    return f"{year}–{last}" if last > year else str(year)


def design(results: Results) -> list[tuple[Text, Text]]:
    """What was run, as pairs of a word and a value."""
    c, n = results.config, len(results.seeds)
    time, before, after = span(results.months), span(int(c.get("burn_in", 0))), span(int(c["follow_up"]))
    seconds = sum(float(v) for k, v in results.manifest.get("seconds", {}).items() if k in ("building", "months", "writing"))
    minutes = math.ceil(seconds / 60)
    pairs = [
        (Text("Gebied", "Area"), both(results.place)),
        (Text("Wat al gebeurt (basis)", "Done already (base)"), done_already(results)),
        *((Text("Wat scenario’s doen", "What scenarios do"), one) for one in [summary.on_top(results)] if one),
        (Text("Werelden (seeds)", "Worlds (seeds)"), both(f"{n}: {summary.ranges(results.seeds)}")),
        (Text("Looptijd", "Length"), Text(f"{time.nl} vanaf {c['start']}", f"{time.en} from {c['start']}")),
        (
            Text("Inlooptijd en nalooptijd", "Burn-in and follow-up"),
            Text(f"{before.nl} en {after.nl}", f"{before.en} and {after.en}"),
        ),
        (Text("Sterkte", "Strength"), numbers(float(c.get("strength", 1)), 2)),
    ]
    if minutes:
        pairs.append(
            (
                Text("Rekentijd", "Computing time"),
                Text(f"ongeveer {minutes} processorminuten", f"about {minutes} processor minutes"),
            )
        )
    return pairs


def done_already(results: Results) -> Text:
    """The instruments of basis by name, or that none were found or looked for."""
    found = results.manifest.get("current", {})
    if found.get("instruments"):
        titles = [results.instrument(key) for key in found["instruments"]]
        return Text("; ".join(one.nl for one in titles), "; ".join(one.en for one in titles))
    return Text(**found["said"]) if "said" in found else both("–")


def versions(results: Results) -> list[tuple[str, str]]:
    """Versions of code, figures and packages, from the manifest."""
    m = results.manifest
    version = m.get("version", {})
    pairs = [
        ("verhuisketens", version.get("verhuisketens")),
        ("commit", version.get("commit")),
        ("sim", version.get("sim")),
        ("data", version.get("data")),
        ("Python", m.get("python")),
        ("platform", m.get("platform")),
        *m.get("packages", {}).items(),
    ]
    return [(name, str(value)) for name, value in pairs if value]
