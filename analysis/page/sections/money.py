"""The section on what it costs, who pays, and when."""

from __future__ import annotations

from functools import partial

import numpy as np

from analysis.page import bars
from analysis.page.cells import NOTHING, ends
from analysis.page.noticed import difference
from analysis.page.quote import Quote, rich
from analysis.page.section import Block, Cell, Chart, Grid, Page, Section
from analysis.page.sections import money_pots, money_when, money_years
from analysis.page.sections.cards import NO_PRICE, joined, leading, organisation
from analysis.page.words import Text, both, span, unknown
from sim.world.names import ALL, PLACEBO

SENIOR, HOME, LINK = "senior_move", "suitable_home", "link"  # what one more of is counted, as costs.csv names it
ENDS = {SENIOR: "", HOME: "_suitable", LINK: "_link"}  # of the names of their intervals
INDICATORS = {SENIOR: "senior_moves", HOME: "suitable_seniors", LINK: "moves"}
WHY = {  # notes of costs.csv in words of the page
    "nothing was spent": Text("niets uitgegeven", "nothing spent"),
    "it costs less than basis": Text("niet te bepalen: het kost minder dan zonder", "cannot be told: it costs less than without"),
    "no extra: the number is not above 0": Text("niet te bepalen: er kwam niets bij", "cannot be told: nothing was added"),
    "the number of extra may be zero: no upper end": Text("niet te bepalen: het kan ook nul zijn", "cannot be told: it may be zero"),
    "one seed: no interval": Text("één keer nagespeeld: geen marge", "run once: no margin"),
    "all in one seed: no interval": Text("maar één keer geld uitgegeven: geen marge", "spent in one run only: no margin"),
    "no effect to divide by": Text("niet gemeten", "not measured"),
}
UNSURE = Text("niet te bepalen: geen verschil te zien", "cannot be told: no difference to be seen")


def section(page: Page) -> Section | None:
    """See the module."""
    shown = [name for name in page.order if name != PLACEBO and page.book.has("cards", {"scenario": name, "instrument": ALL})]
    if not shown:
        return None
    pots = money_pots.block(page)
    priced = [name for name in shown if price(page, name) == "filled in" and ratio(page, name, SENIOR) is not None]
    when = money_when.chart(page, priced)
    blocks = (_ratios_chart(page, shown), when, money_years.chart(page, shown), _ratios(page, shown), _payers(page, shown), pots)
    folded = (_per_100k(page, shown), money_when.table(page, priced), money_years.table(page, shown))
    return Section(
        "geld",
        Text("Kosten", "Costs"),
        _finding(page, shown),
        rich(
            "Uitgaven in {time}, in euro van het startjaar. Kosten van wachten voor anderen zitten er niet in.",
            "Spending in {time}, in euro of the start year. What waiting costs others is not in it.",
            time=span(page.results.months),
        ),
        tuple(line for line in (_said_cheapest(page, shown), _said_unpriced(page, shown), money_pots.said(page)) if line is not None),
        tuple(block for block in blocks if block is not None),
        tuple(file for file in ("costs.csv", "cost_curve.csv", "pots.csv") if len(page.tables[file.removesuffix(".csv")])),
        tuple(block for block in folded if block is not None),
    )


def _at(name: str, payer: str = ALL, year: str = ALL) -> dict[str, str]:
    return {"scenario": name, "instrument": ALL, "payer": payer, "year": year}


def price(page: Page, name: str) -> str:
    """Whether a price was filled in: one of ``PRICES``."""
    return str(page.book.cell("cards", "price", {"scenario": name, "instrument": ALL}))


def _spent(page: Page, name: str) -> Quote | None:
    """Euro over the run; None where nothing has a price."""
    return page.book.quote("costs", "eur", _at(name)) if price(page, name) != "none" and page.book.has("costs", _at(name)) else None


def why_not(page: Page, name: str, what: str, payer: str = ALL) -> Text | None:
    """Why no euro for each one more is shown; None where there is one."""
    if price(page, name) == "none":
        return NO_PRICE
    if not page.book.has("costs", _at(name, payer)):
        return WHY["nothing was spent"]
    note = page.book.cell("costs", "note", _at(name, payer))
    said = dict(part.split(": ", 1) for part in note.split("; ") if ": " in part) if isinstance(note, str) else {}
    if found := said.get(what.replace("_", " ")):
        return WHY.get(found, both(found))
    one = difference(page, name, INDICATORS[what])
    return None if one is not None and one.claimed else UNSURE


def ratio(page: Page, name: str, what: str, payer: str = ALL) -> Quote | None:
    """Euro for each one more, of a measure and a payer; None where it cannot be told."""
    if why_not(page, name, what, payer) is not None:
        return None
    found = page.book.quote("costs", f"eur_per_extra_{what}", _at(name, payer))
    return found if found.known else None


def _names(what: str) -> tuple[str, str, str, str]:
    suffix = ENDS[what]
    return (f"lower{suffix}", f"upper{suffix}", f"lower{suffix}_full", f"upper{suffix}_full")


def _ratio_cell(page: Page, name: str, what: str, payer: str = ALL) -> Cell:
    """Euro for each one more with both intervals, or why there is none."""
    value = ratio(page, name, what, payer)
    if value is None:
        return Cell(why_not(page, name, what, payer) or both("–"), kind="noise")
    lower, upper, lower_full, upper_full = _names(what)
    narrow = ends(page, value, lower, upper) or Text("geen marge", "no margin")
    wide = ends(page, value, lower_full, upper_full) or _no_wide(page, value, lower_full)
    return Cell(rich("€\u00a0{n}", "€\u00a0{n}", n=value), narrow, wide)


def _no_wide(page: Page, value: Quote, lower_full: str) -> Text:
    """Why there is no interval for what is not known; an open end is said as such."""
    low = page.book.quote(value.table, lower_full, value.row)
    if low.known:
        return rich("vanaf {low}, zonder bovengrens", "from {low}, without an upper end", low=low)
    return unknown(str(page.book.cell(value.table, "knowledge", value.row))) or Text("niet uitgezocht", "not studied")


def _ranked(page: Page, shown: list[str]) -> list[tuple[str, Quote]]:
    found = [(name, value) for name in shown if price(page, name) == "filled in" and (value := ratio(page, name, SENIOR))]
    return sorted(found, key=lambda pair: pair[1].value)


def _finding(page: Page, shown: list[str]) -> Text:
    ranked = _ranked(page, shown)
    if all(price(page, name) == "none" for name in shown):
        return Text("Van geen enkele maatregel is een prijs ingevuld", "No measure has a price filled in")
    if not ranked:
        return Text("Wat een extra verhuizing kost, is niet te bepalen", "What one more move costs cannot be told")
    if len(ranked) == 1:
        return Text("Van één maatregel is de hele prijs per verhuizing bekend", "The whole price per move is known of one measure")
    return (
        Text("Bij deze prijzen kost de ene extra verhuizing veel meer", "At these prices some extra moves cost much more")
        if _apart(page, ranked)
        else Text("Bij deze prijzen kosten extra verhuizingen ongeveer evenveel", "At these prices extra moves cost about the same")
    )


MUCH = 2.0  # times as much; assumption: less than that nobody calls much more


def _apart(page: Page, ranked: list[tuple[str, Quote]]) -> bool:
    """Whether the dearest costs MUCH more than the cheapest, also at the near ends of their intervals for chance."""
    (_, first), (_, last) = ranked[0], ranked[-1]
    high, low = page.book.quote("costs", "upper", first.row).value, page.book.quote("costs", "lower", last.row).value
    return bool(last.value >= MUCH * first.value and (np.isnan(high) or np.isnan(low) or low > high))


def _said_cheapest(page: Page, shown: list[str]) -> Text | None:
    """The leading measure's price, and the dearest beside it."""
    ranked = _ranked(page, shown)
    if not ranked:
        return None
    name = leading(page) if leading(page) in dict(ranked) else ranked[0][0]
    value, lower, upper, lower_full, upper_full = dict(ranked)[name], *_names(SENIOR)
    said = rich(
        "Een extra verhuizing door de maatregel {title} kost ongeveer €\u00a0{n} (toeval: {chance}; met aannames: {wide}).",
        "One more move by the measure {title} costs about €\u00a0{n} (chance: {chance}; with assumptions: {wide}).",
        title=page.results.titles[name],
        n=value,
        chance=ends(page, value, lower, upper) or Text("geen marge", "no margin"),
        wide=ends(page, value, lower_full, upper_full) or _no_wide(page, value, lower_full),
    )
    last, dear = ranked[-1]
    if last == name:
        return said
    more = rich(
        " Bij {title} is dat ongeveer €\u00a0{n}.", " With {title} it is about €\u00a0{n}.", title=page.results.titles[last], n=dear
    )
    return Text(said.nl + more.nl, said.en + more.en)


def _said_unpriced(page: Page, shown: list[str]) -> Text | None:
    none = [page.results.titles[name] for name in shown if price(page, name) == "none"]
    partly = [page.results.titles[name] for name in shown if price(page, name) == "in part"]
    lines = []
    if none:
        lines.append(
            rich(
                "Geen prijs ingevuld: {names}. Dat is niet gratis: iemand anders wacht langer, of doet het werk.",
                "No price filled in: {names}. That is not free: somebody else waits longer, or does the work.",
                names=joined(none, "; "),
            )
        )
    if partly:
        lines.append(
            rich(
                "Niet van alles een prijs ingevuld: {names}. Het echte bedrag is hoger.",
                "Not everything has a price: {names}. The true amount is higher.",
                names=joined(partly, "; "),
            )
        )
    return joined(lines, " ") if lines else None


def _ratios_chart(page: Page, shown: list[str]) -> Chart | None:
    rows = []
    for name in shown:
        title, value = page.results.titles[name], ratio(page, name, SENIOR)
        if price(page, name) == "in part":
            title = Text(f"{title.nl} (niet alles heeft een prijs)", f"{title.en} (not everything has a price)")
        if value is None:
            rows.append(bars.Bar(title, None, words=why_not(page, name, SENIOR) or both("–")))
        else:
            rows.append(bars.bar(page, title, value, ends=_names(SENIOR)))
    if all(one.quote is None for one in rows):
        return None
    axis = Text("euro per extra verhuizing van een senior", "euro per extra move of a senior")
    panels = [bars.Panel(both(""), tuple(rows))]
    subtitle = rich(
        "Alle kosten van een maatregel bij deze inzet en prijzen, gedeeld door de extra verhuizingen van senioren. {legend}",
        "All costs of a measure at these doses and prices, over the extra moves by seniors. {legend}",
        legend=bars.legend(page, panels),
    )
    draw = partial(bars.draw, panels, axis, unit="€")
    return Chart("euro_per_verhuizing", _chart_finding(page, shown), subtitle, draw, None, "costs.csv")


def _chart_finding(page: Page, shown: list[str]) -> Text:
    """Which measure costs least for each extra move, if that can be told from chance."""
    ranked = _ranked(page, shown)
    if len(ranked) < 2:
        return Text("Wat een extra verhuizing kost", "What one more move costs")
    (name, first), (_, second) = ranked[:2]
    high, low = page.book.quote("costs", "upper", first.row).value, page.book.quote("costs", "lower", second.row).value
    title = page.results.titles[name]
    if high < low:
        return Text(f"Bij deze prijzen kost {title.nl} per verhuizing het minst", f"At these prices {title.en} costs least for each move")
    return Text("Welke maatregel per verhuizing het minst kost, is onzeker", "Which measure costs least for each move is unsure")


def _ratios(page: Page, shown: list[str]) -> Grid:
    """What one more costs, by measure."""
    rows = []
    for name in shown:
        spent = _spent(page, name)
        total = Cell(NO_PRICE if spent is None else rich("€\u00a0{n}", "€\u00a0{n}", n=spent), kind="noise" if spent is None else "")
        cells = (total, *(_ratio_cell(page, name, what) for what in (SENIOR, HOME, LINK)))
        rows.append((Cell(page.results.titles[name], kind="words"), *cells))
    header = (
        Text("Maatregel", "Measure"),
        rich("Kosten in {time}", "Costs in {time}", time=span(page.results.months)),
        Text("Per extra verhuizing van een senior", "Per extra move of a senior"),
        Text("Per oudere die extra geschikt woont", "Per extra senior in a suitable home"),
        Text("Per extra verhuizing van iedereen", "Per extra move of anybody"),
    )
    return Grid(Text("Wat er één meer kost", "What one more costs"), header, tuple(rows))


def _payers_of(page: Page, name: str) -> list[str]:
    table = page.tables["costs"]
    mine = table[(table["scenario"] == name) & (table["instrument"] == ALL) & (table["year"] == ALL) & (table["payer"] != ALL)]
    return list(mine.loc[mine["eur"] != 0, "payer"])


def _payers(page: Page, shown: list[str]) -> Block | None:
    """What each payer spends, and that for each extra move, whoever paid the rest."""
    rows = []
    for name in shown:
        for payer in _payers_of(page, name):
            spent, uses = (page.book.quote("costs", key, _at(name, payer)) for key in ("eur", "uses"))
            cells = (Cell(organisation(payer), kind="words"), Cell(rich("€\u00a0{n}", "€\u00a0{n}", n=spent)), Cell(uses))
            rows.append((Cell(page.results.titles[name], kind="words"), *cells, _ratio_cell(page, name, SENIOR, payer)))
    if not rows:
        return None
    header = (
        Text("Maatregel", "Measure"),
        Text("Wie betaalt", "Who pays"),
        Text("Bedrag", "Amount"),
        Text("Keer gebruikt", "Uses"),
        Text("Wat die betaler per extra verhuizing betaalt", "What that payer pays per extra move"),
    )
    return Grid(Text("Wie betaalt wat", "Who pays what"), header, tuple(rows))


def _per_100k(page: Page, shown: list[str]) -> Block | None:
    """Extra moves and homes per 100,000 euro: they have a margin also where the price of one has no upper end."""
    rows = []
    for name in shown:
        if _spent(page, name) is None:
            continue
        cells = []
        for what in ENDS:
            column = f"extra_{what}s_per_100k"
            value = page.book.quote("costs", column, _at(name), sign=True)
            around = ends(page, value, f"lower_{column}", f"upper_{column}") if value.known else None
            wide = ends(page, value, f"lower_{column}_full", f"upper_{column}_full") if value.known else None
            missing = unknown(str(page.book.cell("costs", "knowledge", _at(name)))) or Text("niet uitgezocht", "not studied")
            cells.append(Cell(value, around or both("–"), wide or missing) if value.known else NOTHING)
        rows.append((Cell(page.results.titles[name], kind="words"), *cells))
    header = (
        Text("Maatregel", "Measure"),
        Text("Extra verhuizingen van senioren", "Extra moves by seniors"),
        Text("Ouderen die extra geschikt wonen", "Extra seniors in a suitable home"),
        Text("Extra verhuizingen van iedereen", "Extra moves of anybody"),
    )
    return Grid(Text("Wat een ton oplevert", "What a hundred thousand euro brings"), header, tuple(rows)) if rows else None
