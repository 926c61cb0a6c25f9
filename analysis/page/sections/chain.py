"""The section on the chain, home by home, on a hundred chains, and on how long they are."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import pandas as pd
from markupsafe import Markup

from analysis.estimates.claims import NOTICED
from analysis.page.cells import NOT_STUDIED, NOTHING, margin, title_cell
from analysis.page.chain_charts import hundred, lengths
from analysis.page.chain_drawing import drawing
from analysis.page.noticed import THRESHOLD
from analysis.page.quote import Quote, named, rich
from analysis.page.section import Block, Cell, Chart, Drawing, Fold, Grid, Page, Section, Words
from analysis.page.words import LANGUAGES, ORIGINS, Text, both, capitals, coded
from sim.world.codes import DwellingType, Tenure
from sim.world.names import ALL, BASIS, PLACEBO

MOVES, SET_OFF = "moves", "moves_set_off"
LENGTH = {
    MOVES: Text("verhuizingen per keten", "moves per chain"),
    SET_OFF: Text("verhuizingen na die van een senior", "moves after a senior's own"),
}
KINDS = {
    "eengezins": Text(DwellingType.EENGEZINS.nl, "single-family home"),
    "meergezins": Text("appartement", "flat"),
    "senior": Text("seniorenwoning", "home for seniors"),
}
MOST_AREAS = 6  # at either end of the list
DIFFERENCE = ("difference_lower", "difference_upper")
PROVES_NOTHING = Text(
    "Zonder maatregel was dit huis misschien later ook vrijgekomen. Eén keten bewijst dus niets; kijk naar het totaal.",
    "Without the measure this home might have come free later, too. So one chain proves nothing; look at the total.",
)


COUNTED = Words(
    (
        Text(
            "Ketens die nog open zijn, tellen mee tot hun verwachte eind. "
            "In monitor.csv en effects.csv tellen zij mee zover ze kwamen: dat getal is lager.",
            "Chains that are still open count up to their expected end. "
            "In monitor.csv and effects.csv they count as far as they came: that number is lower.",
        ),
        Text(
            "Het is een beschrijving: zonder maatregel trok ook iemand in het huis. "
            "De lengte na de eerste verhuizing is die van alle ketens.",
            "It is a description: without the measure somebody would have moved in, too. "
            "What follows the first move is that of all chains.",
        ),
        Text(
            "De lengte per gemeente staat niet in de tabel, die per wijk wel. Een wijk met weinig ketens staat er niet in.",
            "Lengths by gemeente are not in the table, those by wijk are. A wijk with few chains is left out.",
        ),
    ),
    points=True,
)


class Longer(NamedTuple):
    """A difference in the length of chains, in moves per chain: whether it is told from chance, and large enough to notice."""

    scenario: str
    value: Quote
    claimed: bool
    noticed: bool


def section(page: Page) -> Section | None:
    """See the module; None where no ledger was kept."""
    if page.tables["chain_lengths"].empty:
        return None
    changes = [one for name in page.order if (one := longer(page, name, MOVES))]
    one_chain, rows = _drawn(page), hundred(page)
    blocks: list[Block] = [*([one_chain] if one_chain else []), *([rows] if rows else [])]
    blocks += [_by_origin(page), *([_by_measure(page)] if page.order else []), _by_home(page)]
    areas = _by_area(page)
    return Section(
        "keten",
        Text("De keten", "The chain"),
        finding(page, changes),
        rich(
            "Ketens die in deze jaren begonnen, met en zonder maatregel. Een keten loopt tot wie geen huis achterlaat. {noticed}",
            "Chains that began in these years, with and without a measure. A chain runs up to who leaves no home behind. {noticed}",
            noticed=THRESHOLD,
        ),
        (_how_long(page), *_differences(page, changes)),
        tuple(blocks),
        ("chain_lengths.csv", "chain_examples.csv", "chain_hundred.csv"),
        (*areas, _all_rows(page), COUNTED),
    )


def _row(scenario: str, length: str = MOVES, origin: str = ALL, home: str = ALL, area: str = ALL) -> dict[str, object]:
    return {"scenario": scenario, "origin": origin, "home": home, "area": area, "length": length}


def longer(page: Page, scenario: str, length: str) -> Longer | None:
    """What a scenario makes of the length of all chains together; None where that is not known."""
    row = _row(scenario, length)
    if not page.book.has("chain_lengths", row):
        return None
    value = page.book.quote("chain_lengths", "difference", row, sign=True)
    if not value.known:
        return None
    lower, upper, mean = (float(page.book.cell("chain_lengths", name, row)) for name in ("difference_lower", "difference_upper", "mean"))
    claimed = (lower > 0 or upper < 0) and abs(value.value) > _floor(page, length)
    return Longer(scenario, value, claimed, claimed and abs(value.value) >= NOTICED * abs(mean - value.value))


def _floor(page: Page, length: str) -> float:
    """Half of the interval of the placebo: below it nothing is claimed."""
    row = _row(PLACEBO, length)
    if not page.book.has("chain_lengths", row):
        return 0.0
    lower, upper = (float(page.book.cell("chain_lengths", name, row)) for name in ("difference_lower", "difference_upper"))
    return (upper - lower) / 2 if upper >= lower else 0.0


def finding(page: Page, changes: list[Longer]) -> Text:
    """The title: whether any measure makes chains longer."""
    up = [one for one in changes if one.claimed and one.value.value > 0]
    if not changes or all(pd.isna(page.book.cell("chain_lengths", "difference_lower", one.value.row)) for one in changes):
        mean = page.book.quote("chain_lengths", "mean", _row(BASIS))
        return rich("Een keten telt gemiddeld {n} verhuizingen", "A chain has {n} moves on average", n=mean)
    if not up:
        return Text("Bij geen maatregel zien we langere ketens", "With no measure do we see longer chains")
    most = max(up, key=lambda one: one.value.value)
    if not most.noticed:
        return Text("Geen maatregel maakt ketens merkbaar langer", "No measure makes chains noticeably longer")
    share = page.book.quote("chain_lengths", "difference / (mean - difference)", most.value.row, scale=100.0)
    return rich("Bij deze inzet worden ketens hooguit {n} procent langer", "At these doses chains get {n} per cent longer at most", n=share)


def _how_long(page: Page) -> Text:
    """How long chains are without any measure."""
    moves, after = (page.book.quote("chain_lengths", "mean", _row(BASIS, length)) for length in (MOVES, SET_OFF))
    first = rich(
        "Zonder maatregel telt een keten gemiddeld {n} verhuizingen (toeval: {chance}).",
        "Without any measure a chain has {n} moves on average (chance: {chance}).",
        n=moves,
        chance=margin(page, moves),
    )
    if not after.known:
        return first
    more = rich(" Na de verhuizing van een senior volgen er gemiddeld {n}.", " After the move of a senior {n} follow on average.", n=after)
    return Text(*(a + b for a, b in zip(first, more, strict=True)))


def _differences(page: Page, changes: list[Longer]) -> tuple[Text, ...]:
    """What the largest difference is, and how sure."""
    if not changes:
        return ()
    most = max(changes, key=lambda one: abs(one.value.value))
    if most.value.value == 0:
        return (Text("Elke maatregel laat de ketens precies even lang.", "Each measure leaves the chains exactly as long."),)
    word = Text("merkbaar", "noticeable") if most.noticed else Text("zeker, maar klein", "certain, but small")
    word = word if most.claimed else Text("dat kan toeval zijn", "that may be chance")
    return (
        rich(
            "Het grootste verschil heeft {title}: {n} verhuizingen per keten ({word}; toeval: {chance}).",
            "The largest difference is that of {title}: {n} moves per chain ({word}; chance: {chance}).",
            title=page.results.titles[most.scenario],
            n=most.value,
            word=word,
            chance=margin(page, most.value, *DIFFERENCE),
        ),
        Text("Wat andere aannames met de lengte doen, is niet uitgezocht.", "What other assumptions do to the length was not studied."),
    )


def _drawn(page: Page) -> Block | None:
    """One chain home by home, with the rule by which it was chosen."""
    links = page.tables["chain_examples"]
    links = links[links["drawn"].astype(bool)]
    if links.empty:
        return None
    one = links.iloc[0]
    helped = any(links.loc[links["link"] == 1, "instruments"])
    moves = page.book.quote("chain_examples", "moves", {key: one[key] for key in ("scenario", "seed", "chain", "link")}, digits=0)
    html = drawing(page, links)
    rule = rich(
        "Zo kozen we deze keten: de eerste waarvan de eerste verhuizer een senior {helped} is, die af is en die de middelste lengte heeft "
        "(ten minste drie verhuizingen). Nagespeeld met {title}.",
        "How this chain was chosen: the first whose first mover is a senior{helped}, that ended and has the median length (at least three "
        "moves). Run with {title}.",
        helped=Text("met hulp", " who was helped") if helped else Text("zonder hulp", ""),
        title=page.results.titles[str(one["scenario"])],
    )
    found = {
        language: Markup('<p class="subtitle">{}</p>{}<p><b>{}</b></p>').format(
            rule.of(language), html[language], PROVES_NOTHING.of(language)
        )
        for language in LANGUAGES
    }
    return Drawing(
        "keten",
        rich("Eén senior verhuist, {n} huishoudens krijgen een ander huis", "One senior moves, {n} households get another home", n=moves),
        found,
        "chain_examples.csv",
    )


def _length_cell(page: Page, row: dict[str, object]) -> Cell:
    """A mean with its interval."""
    if not page.book.has("chain_lengths", row):
        return NOTHING
    value = page.book.quote("chain_lengths", "mean", row)
    return Cell(value, margin(page, value), NOT_STUDIED) if value.known else NOTHING


def _difference_cell(page: Page, scenario: str, length: str) -> Cell:
    found = longer(page, scenario, length)
    if found is None:
        return NOTHING
    return Cell(found.value, margin(page, found.value, *DIFFERENCE), NOT_STUDIED, "claim" if found.claimed else "noise")


def _number_cell(page: Page, row: dict[str, object]) -> Cell:
    return Cell(page.book.quote("chain_lengths", "chains", row)) if page.book.has("chain_lengths", row) else NOTHING


def _by_measure(page: Page) -> Grid:
    """What each measure makes of the two lengths."""
    header = (
        Text("Maatregel", "Measure"),
        Text("Verschil: verhuizingen per keten", "Difference: moves per chain"),
        Text("Verschil: verhuizingen na die van een senior", "Difference: moves after a senior's own"),
    )
    rows = tuple((title_cell(page, name), *(_difference_cell(page, name, length) for length in (MOVES, SET_OFF))) for name in page.order)
    return Grid(Text("Wat elke maatregel aan de lengte verandert", "What each measure changes in the length"), header, rows)


def _by_home(page: Page) -> Grid:
    """Lengths by tenure and type of the first home, without any measure."""
    table = page.tables["chain_lengths"]
    mine = (table["scenario"] == BASIS) & (table["origin"] == ALL) & (table["area"] == ALL) & (table["length"] == MOVES)
    homes = table[mine & (table["home"] != ALL)].sort_values("mean", ascending=False, kind="stable")["home"]
    header = (
        Text("Eerste huis van de keten", "First home of the chain"),
        capitals(LENGTH[MOVES]),
        Text("Aantal ketens", "Number of chains"),
    )
    rows = tuple(
        (Cell(home_name(home), kind="words"), _length_cell(page, _row(BASIS, home=home)), _number_cell(page, _row(BASIS, home=home)))
        for home in homes
    )
    return Grid(Text("Lengte naar eerste huis, zonder maatregel", "Length by first home, without any measure"), header, rows)


def home_name(home: str) -> Text:
    """``koop/eengezins`` in words."""
    tenure, _, kind = home.partition("/")
    first, second = capitals(coded(Tenure)[tenure]), KINDS.get(kind, both(kind))
    return Text(*(f"{a}, {b}" for a, b in zip(first, second, strict=True)))


def _by_area(page: Page) -> tuple[Fold, ...]:
    """Wijken with the longest and the shortest chains, without any measure."""
    table = page.tables["chain_lengths"]
    mine = (table["scenario"] == BASIS) & (table["origin"] == ALL) & (table["home"] == ALL) & (table["length"] == MOVES)
    areas = list(table[mine & (table["area"] != ALL)].dropna(subset="mean").sort_values("mean", ascending=False, kind="stable")["area"])
    if not areas:
        return ()
    some = areas if len(areas) <= 2 * MOST_AREAS else areas[:MOST_AREAS] + areas[-MOST_AREAS:]
    header = (
        Text("Wijk van het eerste huis", "District of the first home"),
        capitals(LENGTH[MOVES]),
        Text("Aantal ketens", "Number of chains"),
    )
    rows = tuple(
        (
            Cell(Text(*map(named, page.area(area))), kind="words"),
            _length_cell(page, _row(BASIS, area=area)),
            _number_cell(page, _row(BASIS, area=area)),
        )
        for area in some
    )
    caption = Text("Lengte naar wijk, zonder maatregel", "Length by wijk, without any measure")
    if len(some) < len(areas):
        caption = Text(f"{caption.nl}: de langste en de kortste", f"{caption.en}: the longest and the shortest")
    return (Fold(Text("Ketens naar wijk", "Chains by wijk"), (Grid(caption, header, rows),)),)


def _origins(page: Page, scenario: str, length: str) -> list[str]:
    """Kinds of start that the table has, in the order of the words, all together last."""
    return [key for key in ORIGINS if page.book.has("chain_lengths", _row(scenario, length, origin=key))]


def _end(page: Page, value: Quote, column: str) -> float:
    return float(page.book.cell(value.table, column, value.row))


def _by_origin(page: Page) -> Chart:
    """Lengths by kind of start, without any measure."""
    found = {key: page.book.quote("chain_lengths", "mean", _row(BASIS, origin=key)) for key in _origins(page, BASIS, MOVES)}
    found = {key: value for key, value in found.items() if value.known}
    rows: list[tuple[Text, Quote, float, float]] = [
        (capitals(ORIGINS[key]), value, _end(page, value, "lower"), _end(page, value, "upper")) for key, value in found.items()
    ]
    table = tuple(
        (Cell(name, kind="words"), _length_cell(page, dict(value.row)), _number_cell(page, dict(value.row))) for name, value, *_ in rows
    )
    header = (Text("Begin van de keten", "What began the chain"), capitals(LENGTH[MOVES]), Text("Aantal ketens", "Number of chains"))
    return Chart(
        "ketenlengte",
        _starts(page, [value for key, value in found.items() if key != ALL]),
        Text(
            "Gemiddeld aantal verhuizingen per keten zonder maatregel, naar wat het eerste huis vrij maakte. Streep: toeval.",
            "Mean number of moves per chain without any measure, by what made the first home free. Line: chance.",
        ),
        partial(lengths, rows),
        Grid(Text("Lengte naar begin van de keten, zonder maatregel", "Length by how a chain begins, without any measure"), header, table),
        "chain_lengths.csv",
    )


def _starts(page: Page, values: list[Quote]) -> Text:
    """Which start gives the longest or the shortest chains, where the intervals of the others stay clear of it."""
    if len(values) < 2:
        return Text("Zo lang is een keten gemiddeld", "This is how long a chain is on average")
    low, high = ({id(one): float(page.book.cell("chain_lengths", end, one.row)) for one in values} for end in ("lower", "upper"))
    if any(pd.isna(end) for end in (*low.values(), *high.values())):
        return Text("Zo lang is een keten gemiddeld", "This is how long a chain is on average")
    shortest, *_, longest = values = sorted(values, key=lambda one: one.value)
    if all(high[id(one)] < low[id(longest)] for one in values[:-1]):
        return rich("De langste ketens beginnen door {why}", "The longest chains begin with {why}", why=ORIGINS[str(longest.row["origin"])])
    if all(low[id(one)] > high[id(shortest)] for one in values[1:]):
        return rich(
            "De kortste ketens beginnen door {why}", "The shortest chains begin with {why}", why=ORIGINS[str(shortest.row["origin"])]
        )
    return Text("Hoe een keten ook begint, de lengte scheelt weinig", "However a chain begins, its length differs little")


def _all_rows(page: Page) -> Grid:
    """Moves after a senior's own, by measure and by kind of start."""
    header = (
        Text("Maatregel", "Measure"),
        Text("Begin van de keten", "What began the chain"),
        capitals(LENGTH[SET_OFF]),
        Text("Aantal ketens", "Number of chains"),
    )
    rows = [
        (title_cell(page, name), Cell(capitals(ORIGINS[key]), kind="words"), _length_cell(page, row), _number_cell(page, row))
        for name in (BASIS, *page.order)
        for key in _origins(page, name, SET_OFF)
        if (row := _row(name, SET_OFF, origin=key))
    ]
    return Grid(Text("Lengte naar maatregel en naar begin", "Length by measure and by how it began"), header, tuple(rows))
