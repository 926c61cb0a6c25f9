"""The section on everything else: all tables, the design, versions, sources, and how to do it again."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.estimates.effects import FIRST
from analysis.page import command, words
from analysis.page.cells import NOTHING, chance, effect_cell, part, wide
from analysis.page.quote import Quote, fixed, rich
from analysis.page.section import Block, Cell, Fold, Grid, Page, Section, Words
from analysis.page.sections.next_steps import periods_of, row_of
from analysis.page.summary import on_top, ranges
from analysis.page.words import GROUPS, SCALE, Text, both, span
from sim.world.names import ALL, BASIS

BY_GROUP = (("fit", "class"), ("fit", "income"), ("fit", "tenure"), ("moves", "class"), ("moves", "income"))
FAILS = ("fail", "fail_only", "left")
NO_LEDGER = Text(
    "niet bewaard (ledger=none), of er waren er geen: over ketens is dan niets te zeggen",
    "not kept (ledger=none), or there were none: nothing can then be said of chains",
)
MEAN = Text("Gemiddelden, zonder marge.", "Means, without a margin.")
MEASURE, PART = Text("Maatregel", "Measure"), Text("Maatregel en onderdeel", "Measure and part")
DIFFERENCE = Text("Verschil", "Difference")
WITHOUT = Text("Zonder maatregel", "Without measures")
NONE_DONE = Text("Wij vonden geen maatregelen die nu al gelden.", "We found no measures that are in force now.")
NOT_ASKED = Text("Niet uitgezocht. Vergeleken is met niets doen.", "Not looked for. The comparison is with doing nothing.")
SOURCES = Words(
    (
        Text("Bevolking, woningen, inkomen: CBS open data (CC BY 4.0).", "Population, homes, income: CBS open data (CC BY 4.0)."),
        Text(
            "Sterftekansen: Verenigde Naties, World Population Prospects 2024 (CC BY 3.0 IGO).",
            "Mortality: United Nations, World Population Prospects 2024 (CC BY 3.0 IGO).",
        ),
        Text(
            "Maatregelen: Platform31, Werken aan doorstroming van senioren. Toolkit voor een aanpak, november 2023.",
            "Measures: Platform31, Werken aan doorstroming van senioren. Toolkit voor een aanpak, November 2023.",
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
)


def section(page: Page) -> Section | None:
    """See the module."""
    made: list[tuple[Text, Grid]] = [
        (Text("Alles wat is geteld", "All that was counted"), indicators(page)),
        (Text("Wanneer: per periode", "When: by period"), periods(page)),
        (Text("Voor wie: per groep", "For whom: by group"), groups(page)),
        (Text("Hoeveel huishoudens bereikt zijn", "How many households were reached"), reached(page)),
        (Text("Wie buiten de voorwaarden valt", "Whom the conditions keep out"), conditions(page)),
        (Text("Of een pot leegraakt, en wanneer", "Whether a pot runs empty, and when"), pots(page)),
        (Text("Wat is nagespeeld", "What was run"), design(page)),
        (Text("Alle instellingen", "All settings"), settings(page)),
        (Text("Versies", "Versions"), versions(page)),
    ]
    blocks: list[Block] = [Fold(title, (grid,)) for title, grid in made if grid.rows]
    return Section(
        "onderzoekers",
        Text("Voor onderzoekers", "For researchers"),
        Text("Alle cijfers, en hoe u dit herhaalt", "All figures, and how to repeat this"),
        Text(
            "Elk verschil is met dezelfde mensen en huizen zonder maatregel. Grijs: geen verschil te zien.",
            "Each difference is with the same people and homes without the measure. Grey: no difference to be seen.",
        ),
        (),
        (*blocks, _again(page), _named(SOURCES)),
        ("effects.csv", "costs.csv", "chain_lengths.csv", "filters.csv", "pots.csv", "resultaten.xlsx", "manifest.json"),
    )


def _named(block: Words) -> Words:
    """Lines in which digits are parts of names."""
    return Words(tuple(rich("{line}", "{line}", line=one) for one in block.lines), block.points)


def _again(page: Page) -> Block:
    """The command as it was given, and with every setting written out."""
    said = str(page.results.config.get("command") or "")
    whole = command.whole(page.results.manifest.get("configuration", {}))
    lines = [rich("Gegeven commando: <code>{c}</code>", "Command as given: <code>{c}</code>", c=both(said))] if said else []
    lines.append(
        rich(
            "Met elke instelling uitgeschreven: <code>{c}</code>",
            "With every setting written out: <code>{c}</code>",
            c=both(whole),
        )
    )
    return Words(tuple(lines))


def indicators(page: Page) -> Grid:
    """Indicator × measure over the whole run, the first indicators first."""
    e = page.results.effects
    there = list(dict.fromkeys(e["indicator"]))
    first = dict.fromkeys([*page.results.headline, *FIRST])
    keys = [*(key for key in first if key in there), *(key for key in there if key not in first)]
    lines = ((key, name, ALL, ALL) for key in keys for name in page.order)
    return _grid(page, lines, Text("Verschil per maatregel, hele tijd", "Difference by measure, whole time"))


def groups(page: Page) -> Grid:
    """Who gains and who does not, by class, income and tenure at the start."""
    e = page.results.effects
    lines = []
    for key, group_by in BY_GROUP:
        found = e[(e["indicator"] == key) & (e["group_by"] == group_by)]
        lines += [(key, name, group_by, str(group)) for group in found["group"].drop_duplicates() for name in page.order]
    return _grid(page, lines, Text("Verschil per groep, hele tijd", "Difference by group, whole time"))


def _grid(page: Page, lines: Iterable[tuple[str, str, str, str]], caption: Text) -> Grid:
    """Rows of (indicator, scenario, group_by, group) that were counted."""
    rows = []
    for key, name, group_by, group in lines:
        cell = effect_cell(page, name, key, group_by, group)
        if cell is NOTHING or not isinstance(cell.text, Quote):
            continue
        before = page.book.quote("effects", "mean - difference", cell.text.row, scale=SCALE.get(key, 1.0))
        whom = both("") if group_by == ALL else Text(*(f", {one}" for one in GROUPS.get(group, both(group))))
        what = rich(
            "{title}: {what}{whom} ({unit})",
            "{title}: {what}{whom} ({unit})",
            title=page.results.titles[name],
            what=words.indicator(key),
            whom=whom,
            unit=words.unit(key),
        )
        rows.append((Cell(what), Cell(before), cell))
    return Grid(caption, (Text("Maatregel en wat is geteld", "Measure and what was counted"), WITHOUT, DIFFERENCE), tuple(rows))


def periods(page: Page) -> Grid:
    """Extra senior moves by period from the start."""
    rows = []
    for name in page.order:
        for end in periods_of(page, name):
            row = row_of(name, end)
            value = page.book.quote("effects", "difference", row, sign=True)
            if value.known:
                claimed = bool(page.book.cell("effects", "claimed", row))
                label = rich("{title}: eerste {time}", "{title}: first {time}", title=page.results.titles[name], time=span(end))
                cell = Cell(value, chance(page, value), wide(page, value), "claim" if claimed else "noise")
                rows.append((Cell(label), Cell(page.book.quote("effects", "mean - difference", row)), cell))
    caption = Text("Verhuizingen van senioren, opgeteld vanaf de start", "Moves by seniors, added up from the start")
    return Grid(caption, (Text("Maatregel en tijd", "Measure and time"), WITHOUT, DIFFERENCE), tuple(rows))


def reached(page: Page) -> Grid:
    """Households that each part reached."""
    rows = []
    for name in page.order:
        for key in page.results.manifest.get("reached", {}).get(name, {}):
            if key not in page.results.already(name):
                rows.append((Cell(part(page, name, key)), Cell(page.book.setting("reached", name, key))))
    caption = Text(
        "Bereikt is nog niet geholpen: een deel was ook zonder verhuisd. Gemiddelden, zonder marge.",
        "Reached is not helped: some would have moved without. Means, without a margin.",
    )
    return Grid(caption, (PART, Text("Huishoudens", "Households")), tuple(rows))


def conditions(page: Page) -> Grid:
    """Senior households at the start by condition: how many fail it, and how many fail it alone."""
    table = page.tables["filters"]
    rows = []
    for name in page.order:
        own = (table["scenario"] == name) & (table["household_group"] == "senior") & ~table["instrument"].isin(page.results.already(name))
        for instrument, key, asks in table.loc[own, ["instrument", "filter", "asks"]].itertuples(index=False):
            row = {"scenario": name, "instrument": instrument, "household_group": "senior", "filter": key}
            said = rich("{x}", "{x}", x=words.condition(str(key), str(asks)))
            counts = [Cell(page.book.quote("filters", column, row)) for column in FAILS]
            rows.append((Cell(part(page, name, instrument)), Cell(said, kind="words"), *counts))
    header = (
        PART,
        Text("Voorwaarde", "Condition"),
        Text("Voldoet niet", "Fail it"),
        Text("Valt alleen hierop af", "Fail only this one"),
        Text("Over na deze en de vorige", "Left after this and those above"),
    )
    return Grid(_with("Oudere huishoudens bij de start.", "Older households at the start.", MEAN), header, tuple(rows))


def _with(nl: str, en: str, more: Text) -> Text:
    return Text(f"{nl} {more.nl}", f"{en} {more.en}")


def pots(page: Page) -> Grid:
    """Budgets: in how many runs they ran empty, when first, and what is left."""
    rows = []
    for scenario, instrument in page.tables["pots"][["scenario", "instrument"]].itertuples(index=False):
        if scenario not in (BASIS, *page.order):
            continue
        row = {"scenario": scenario, "instrument": instrument}
        quotes = {key: page.book.quote("pots", key, row) for key in ("eur_budget", "eur_left", "seeds_empty", "seeds")}
        n, of = (quotes[key].with_digits(0) for key in ("seeds_empty", "seeds"))
        empty = rich("{n} van de {of} keer", "{n} of {of} times", n=n, of=of)
        first = Cell(Text("niet", "never"), kind="words")
        if n.value:
            month = page.book.quote("pots", "month_mean + 1", row, digits=0)
            early, late = (page.book.quote("pots", f"month_{one} + 1", row, digits=0) for one in ("earliest", "latest"))
            first = Cell(month, rich("{early} tot {late}", "{early} to {late}", early=early, late=late))
        left = Cell(quotes["eur_left"]) if quotes["eur_left"].known else Cell(Text("volgt de regel", "follows the rule"), kind="words")
        rows.append((Cell(part(page, scenario, instrument)), Cell(quotes["eur_budget"]), Cell(empty, kind="words"), first, left))
    header = (
        PART,
        Text("Budget (euro)", "Budget (euro)"),
        Text("Leeg in", "Empty in"),
        Text("Eerste maand zonder geld", "First month without money"),
        Text("Over (euro)", "Left (euro)"),
    )
    return Grid(_with("Onderdelen met een budget.", "Parts with a budget.", MEAN), header, tuple(rows))


def design(page: Page) -> Grid:
    """What was run."""
    results = page.results
    c, seeds = results.config, results.seeds
    pairs = [
        (Text("Gebied", "Area"), both(results.place)),
        (Text("Wat al gebeurt", "Done already"), done_already(page)),
        *((Text("Wat maatregelen doen", "What measures do"), one) for one in [on_top(results)] if one),
        (Text("Nummers van de keren naspelen", "Numbers of the runs"), both(ranges(seeds))),
        (Text("Tijd, vanaf", "Length, from"), Text(f"{span(results.months).nl}, {c['start']}", f"{span(results.months).en}, {c['start']}")),
        (Text("Aanloop", "Burn-in"), span(int(c.get("burn_in", 0)))),
        (Text("Naloop", "Follow-up"), span(int(c["follow_up"]))),
        *([(Text("Losse verhuizingen", "Single moves"), NO_LEDGER)] if page.tables["chain_lengths"].empty else []),
    ]
    minutes = math.ceil(
        sum(float(v) for k, v in results.manifest.get("seconds", {}).items() if k in ("building", "months", "writing")) / 60
    )
    if minutes:
        pairs.append((Text("Rekentijd", "Computing time"), Text(f"{minutes} processorminuten", f"{minutes} processor minutes")))
    return _pairs(pairs, Text("Wat is nagespeeld", "What was run"))


def _pairs(pairs: Iterable[tuple[Text, Text]], caption: Text) -> Grid:
    rows = tuple((Cell(_fixed(name, "key")), Cell(_fixed(value, "setting"), kind="words")) for name, value in pairs)
    return Grid(caption, (Text("Wat", "What"), Text("Waarde", "Value")), rows)


def _fixed(text: Text, why: str) -> Text:
    """A text in which digits are set, not counted."""
    return Text(*(fixed(one, why) if any(map(str.isdigit, one)) else one for one in text))


def done_already(page: Page) -> Text:
    """The measures that are there already by name, or that none were found or looked for."""
    found = page.results.manifest.get("current", {})
    if found.get("instruments"):
        titles = [page.results.instrument(key) for key in found["instruments"]]
        return Text("; ".join(one.nl for one in titles), "; ".join(one.en for one in titles))
    looked = str(found.get("said", {}).get("en", "")).startswith("looked for")
    return NONE_DONE if looked else NOT_ASKED


def settings(page: Page) -> Grid:
    """Every number and word of the configuration, of behaviour and of the measures."""
    m = page.results.manifest
    rows: list[tuple[Cell, ...]] = []
    for room in ("configuration", "parameters", "scenarios"):
        for path, value in command.flat(m.get(room, {})):
            if room == "scenarios" and "instruments" not in path:
                continue
            said = Cell(page.book.setting(room, *path, digits=_decimals(value))) if _number(value) else _word(value)
            rows.append((Cell(rich("{key}", "{key}", key=both(" . ".join(path)))), said))
    return Grid(
        Text("Alle instellingen van deze keer", "All settings of this run"),
        (Text("Instelling", "Setting"), Text("Waarde", "Value")),
        tuple(rows),
    )


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _decimals(value: float) -> int:
    """Decimals that a number has, no more and no fewer."""
    return len(f"{value:.10f}".rstrip("0").partition(".")[2])


def _word(value: Any) -> Cell:
    said = Text("ja", "yes") if value is True else Text("nee", "no") if value is False else both("–" if value is None else value)
    return Cell(rich("{x}", "{x}", x=said), kind="words")


def versions(page: Page) -> Grid:
    """Versions of code, figures and packages."""
    m: Mapping[str, Any] = page.results.manifest
    version = m.get("version", {})
    pairs = [(key, version.get(key)) for key in ("verhuisketens", "commit", "sim", "data")]
    pairs += [("Python", m.get("python")), ("platform", m.get("platform")), *m.get("packages", {}).items()]
    return _pairs([(both(name), both(value)) for name, value in pairs if value], Text("Versies", "Versions"))
