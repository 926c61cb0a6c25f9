"""The section on what to do now: goals, what to see when, whom to ask, and who decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analysis.estimates.payers import deliverer, payer
from analysis.page.cells import NOT_STUDIED, ends, part, size, wide
from analysis.page.noticed import MOVES, certain
from analysis.page.quote import Book, Quote, rich
from analysis.page.section import Block, Cell, Fold, Grid, Page, Section, Words
from analysis.page.sections.cards import joined
from analysis.page.sections.sureness import deciding
from analysis.page.words import Text, both, digits_of_ends, readable, span
from analysis.tables.schema import GOALS
from sim.interventions import REGISTRY as INSTRUMENTS
from sim.interventions.organisations import ORGANISATIONS, POWERS
from sim.world.names import ALL, BASIS, plain

NOTHING_SEEN = Text("geen verschil te zien: hier valt niets te volgen", "no difference to be seen: there is nothing to follow")
ASKED = {  # of figures of validation.csv
    "search_time": Text(
        "Hoeveel jaar zoekt iemand bij u echt? In het model is dat {n} jaar.",
        "How many years do people search? In the model that is {n} years.",
    ),
    "candidates": Text(
        "Hoeveel huishoudens willen één woning? In het model zijn dat er {n}.",
        "How many households want one home? In the model {n} do.",
    ),
    "turnover_corporatie": Text(
        "Hoeveel van uw woningen verhuurt u elk jaar opnieuw? In het model is dat {n} procent.",
        "How many of your homes do you let again each year? In the model that is {n} per cent.",
    ),
}
AGREED = (
    Text(
        "Spreek af wie de getallen hieronder elk jaar naast de telling legt.",
        "Agree on who puts the numbers below beside the count each year.",
    ),
    Text(
        "Ziet u minder dan de ondergrens? Dan klopt waarschijnlijk een aanname niet, en moet het plan anders.",
        "Do you see less than the lower end? Then an assumption is probably wrong, and the plan must change.",
    ),
)
COUNTED = (
    Text("Elk kwartaal: tel de huishoudens die u bereikt.", "Each quarter: count the households that you reach."),
    Text("Elk half jaar: vraag wie van hen is gaan zoeken.", "Each half year: ask who of them started to search."),
    Text(
        "Elk jaar: tel alle verhuizingen van senioren, ook van wie u niet bereikte.",
        "Each year: count all moves by seniors, also of those whom you did not reach.",
    ),
    Text(
        "Elk jaar schommelt vanzelf. Leg er daarom een gemeente naast die dit niet doet.",
        "Each year goes up and down by itself. So put a municipality beside it that does not do this.",
    ),
    Text(
        "Per kwartaal en per half jaar geeft het model geen getal. Vergelijk met de tabel hierboven.",
        "By quarter and by half year the model gives no number. Compare with the table above.",
    ),
)
FREE = Text("niemand hoeft iets te regelen", "no power is needed")


def section(page: Page) -> Section | None:
    """See the module."""
    if not page.order:
        return None
    sure = certain(page)
    blocks: list[Block] = [goals(page)]
    if sure:
        blocks.append(plan(page, sure[:1]))
    if sure[1:]:
        title = Text("De andere maatregelen volgen", "Following the other measures")
        blocks.append(Fold(title, (plan(page, sure[1:]),)))
    blocks += [_counting(page), _questions(page)]
    who = deciders(page)
    blocks += [who] if who.rows else []
    return Section(
        "verder",
        Text("Wat nu", "What now"),
        _finding(page, sure),
        Text(
            "Wat u kunt afspreken, wat u dan moet zien, en wat er niet klopt als u dat niet ziet.",
            "What you can agree on, what you should then see, and what is wrong if you do not.",
        ),
        _sentences(page),
        tuple(blocks),
        ("effects.csv", *(("goals.csv",) if _goals(page) is not None else ())),
    )


def periods_of(page: Page, scenario: str) -> list[int]:
    """The periods from the start of which there is a difference, shortest first."""
    e = page.results.effects
    mine = e[(e["scenario"] == scenario) & (e["indicator"] == MOVES) & (e["group_by"] == ALL) & (e["months_from"] == 0)]
    return sorted({int(end) for end in mine.loc[(mine["estimand"] == "net") & mine["difference"].notna(), "months_to"]})


def row_of(scenario: str, end: int) -> dict[str, Any]:
    row: dict[str, Any] = {"scenario": scenario, "indicator": MOVES, "group_by": ALL, "group": ALL}
    return row | {"months_from": 0, "months_to": end, "estimand": "net"}


def _finding(page: Page, sure: list[str]) -> Text:
    if not sure:
        return Text("Er is nu niets om op te sturen", "There is nothing to steer by now")
    end = periods_of(page, sure[0])[0]
    value = page.book.quote("effects", "difference", row_of(sure[0], end))
    more = Text("extra", "more") if value.value >= 0 else Text("minder", "fewer")
    return rich(
        "Bij deze inzet: na {time} {n} verhuizingen {more}",
        "At this dose: {n} {more} moves after {time}",
        time=span(end),
        n=size(value),
        more=more,
    )


def _sentences(page: Page) -> tuple[Text, ...]:
    lines = [*AGREED]
    if not page.results.already(BASIS):
        lines.append(
            Text(
                "Vul eerst in wat u nu al doet. Dat zit niet in deze vergelijking.",
                "First fill in what you do already. It is not in this comparison.",
            )
        )
    return tuple(lines)


def plan(page: Page, names: list[str]) -> Grid:
    """What should be seen by when: of the periods that were counted, nothing in between."""
    header = (
        Text("Maatregel en tijd", "Measure and time"),
        Text("Verhuizingen zonder", "Moves without"),
        Text("Verschil", "Difference"),
        Text("Opletten bij minder dan", "Watch out below"),
        Text("Wat dan waarschijnlijk niet klopt", "What is then probably wrong"),
    )
    rows = []
    for name in names:
        listed = deciding(page, name)
        for end in periods_of(page, name):
            row = row_of(name, end)
            value = page.book.quote("effects", "difference", row, sign=True)
            label = rich("{title}: na {time}", "{title}: after {time}", title=page.results.titles[name], time=span(end))
            before = Cell(page.book.quote("effects", "mean - difference", row))
            change = Cell(value, ends(page, value, "lower", "upper") or both(""), wide(page, value), "claim")
            if not bool(page.book.cell("effects", "claimed", row)):
                rows.append(
                    (Cell(label), before, change._replace(kind="noise"), Cell(NOTHING_SEEN, kind="words"), Cell(both("–"), kind="words"))
                )
                continue
            wrong = joined(listed[:2], "; ") if listed else NOT_STUDIED
            rows.append((Cell(label), before, change, Cell(_least(page, row, value), kind="words"), Cell(wrong, kind="words")))
    caption = Text(
        "Verhuizingen van senioren die u moet zien, opgeteld vanaf de start",
        "Moves by seniors that you should see, added up from the start",
    )
    return Grid(caption, header, tuple(rows))


def _least(page: Page, row: Mapping[str, Any], value: Quote) -> Text:
    """The ends of both intervals that lie nearest to no difference."""
    up = value.value >= 0
    side, other = ("lower", "upper") if up else ("upper", "lower")
    near, far = (_end(page, row, f"{side}{more}", f"{other}{more}") for more in ("", "_full"))
    if not far.known:
        return rich("{near} (toeval)", "{near} (chance)", near=near)
    if (far.value <= 0) == up:
        return rich(
            "{near} (toeval); met andere aannames is ook geen verschil mogelijk",
            "{near} (chance); with other assumptions no difference is possible, too",
            near=near,
        )
    return rich("{far} (met andere aannames), {near} (toeval)", "{far} (with other assumptions), {near} (chance)", far=far, near=near)


def _end(page: Page, row: Mapping[str, Any], side: str, other: str) -> Quote:
    """The lower end of an interval, as finely as it is written beside its upper end."""
    end, upper = (page.book.quote("effects", column, row) for column in (side, other))
    return end.with_digits(digits_of_ends(end.value, upper.value)[0], sign=True) if end.known else end


def _counting(page: Page) -> Words:
    """What to count every quarter, half year and year."""
    name = (certain(page) or page.order)[0]
    reached = page.results.manifest.get("reached", {}).get(name, {})
    lines = [*COUNTED]
    for key in list(reached)[:3]:
        lines.append(
            rich(
                "In het model bereikt {what} {n} huishoudens in {time}.",
                "In the model {what} reaches {n} households in {time}.",
                what=page.results.instrument(key),
                n=page.book.setting("reached", name, key),
                time=span(page.results.months),
            )
        )
    return Words(tuple(lines), points=True)


def _questions(page: Page) -> Fold:
    """What the model cannot know, and the corporaties may."""
    lines = []
    for key, ask in ASKED.items():
        if page.book.has("validation", {"key": key}):
            value = page.book.quote("validation", "simulated", {"key": key})
            lines += [rich(ask.nl, ask.en, n=value)] if value.known else []
    lines += [
        Text("Welk deel van uw huurders staat al lang ingeschreven?", "Which part of your tenants has been registered for long?"),
        Text("Welke woningen zijn zonder trap te bereiken, en voor wie?", "Which homes can be reached without stairs, and for whom?"),
        Text("Wie belt een huurder die groot woont, en wanneer?", "Who calls a tenant in a large home, and when?"),
        Text("Welke huur houdt iemand die kleiner gaat wonen?", "Which rent does somebody keep who moves to a smaller home?"),
    ]
    return Fold(Text("Vragen aan de corporaties", "Questions for the corporaties"), (Words(tuple(lines), points=True),))


def deciders(page: Page) -> Grid:
    """Who pays, delivers and decides about each part of the measures; what is done already is left out."""
    header = (
        Text("Maatregel en onderdeel", "Measure and part"),
        Text("Wie betaalt", "Who pays"),
        Text("Wie voert uit", "Who delivers"),
        Text("Wat daarvoor nodig is", "What that takes"),
    )
    rows = []
    listed = page.results.manifest.get("scenarios", {})
    for name in page.order:
        for key, settings in listed.get(name, {}).get("instruments", {}).items():
            if settings.get("already"):
                continue
            powers = INSTRUMENTS[plain(key)].card.powers if plain(key) in INSTRUMENTS else ()
            needed = joined((Text(POWERS[one].nl, POWERS[one].en) for one in powers), "; ") if powers else FREE
            label = part(page, name, key)
            who = [Cell(_organisation(one), kind="words") for one in (payer(key, settings), deliverer(key, settings))]
            rows.append((Cell(label), *who, Cell(needed, kind="words")))
    return Grid(Text("Wie beslist waarover", "Who decides on what"), header, tuple(rows))


def _organisation(key: str) -> Text:
    return Text(ORGANISATIONS[key].nl, ORGANISATIONS[key].en) if key in ORGANISATIONS else both(readable(key))


def _goals(page: Page) -> Any:
    """goals.csv of the folder, None where nobody worked it out."""
    return page.results.folder.table(GOALS.name, GOALS.names) if page.results.folder.has(GOALS.name) else None


def goals(page: Page) -> Block:
    """The chance that goals are reached, or the command that says it; and the command of the worksheets."""
    out = page.results.config.get("out")
    sheets = Text(f"python -m analysis.worksheets {out or 'MAP'}", f"python -m analysis.worksheets {out or 'FOLDER'}")
    place, scenario = page.results.config["place"], (certain(page) or page.order)[0]
    command = both(f"python -m experiments.goals municipality={place} scenario={scenario} goals=ambities.yaml")
    print_them = rich("Werkbladen invullen: <code>{c}</code>", "Filling in worksheets: <code>{c}</code>", c=sheets)
    table = _goals(page)
    if table is None:
        ask = rich(
            "Wat is de kans dat u uw doelen haalt? Schrijf ze op en geef: <code>{c}</code>",
            "What is the chance that you reach your goals? Write them down and give: <code>{c}</code>",
            c=command,
        )
        return Words((ask, print_them))
    book = Book({GOALS.name: table}, page.results.manifest)
    header = (
        Text("Doel en maatregel", "Goal and measure"),
        Text("Kans dat het lukt", "Chance to reach it"),
        Text("Binnen", "Within"),
    )
    rows = []
    for goal, scenario, month in table.loc[table["due"].astype(bool), ["goal", "scenario", "month"]].itertuples(index=False):
        if scenario not in (BASIS, *page.order):
            continue
        row = {"goal": goal, "scenario": scenario, "month": int(month)}
        share = book.quote(GOALS.name, "share", row, scale=100.0, digits=0)
        name = Text("alle doelen", "all goals") if goal == ALL else both(readable(str(goal)))
        title = Text("zonder maatregel", "without measures") if scenario == BASIS else page.results.titles[scenario]
        margin = rich(
            "{low} tot {high}",
            "{low} to {high}",
            low=book.quote(GOALS.name, "lower", row, scale=100.0, digits=0),
            high=book.quote(GOALS.name, "upper", row, scale=100.0, digits=0),
        )
        within = rich("{time}", "{time}", time=span(int(month) + 1))
        label = rich("{goal}: {title}", "{goal}: {title}", goal=name, title=title)
        rows.append(
            (
                Cell(label),
                Cell(rich("{n} procent", "{n} per cent", n=share), margin, NOT_STUDIED),
                Cell(within, kind="words"),
            )
        )
    return Grid(Text("De kans dat doelen gehaald worden", "The chance that goals are reached"), header, tuple(rows))
