"""One chain drawn home by home, as Figure 1 of the toolkit does: a list in HTML with a house for each home."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from analysis.page.quote import Quote, fixed, rich
from analysis.page.section import Page
from analysis.page.words import LANGUAGES, ORIGINS, Text, both, capital, capitals, coded
from sim.world.codes import DwellingType, EndReason, HouseholdClass, Tenure, Trigger
from sim.world.names import YEAR

MONTHS = Text(
    "januari februari maart april mei juni juli augustus september oktober november december",
    "January February March April May June July August September October November December",
)
WHO = {
    HouseholdClass.SENIOR.key: Text("een senior", "a senior"),
    HouseholdClass.FAMILY.key: Text("een gezin", "a family"),
    HouseholdClass.STARTER.key: Text("een starter", "a starter"),
    HouseholdClass.HOUSEHOLD.key: Text("een ander huishouden", "another household"),
}
SHAPES = {  # of a house, 48 × 40, in the colour of its tenure
    DwellingType.EENGEZINS.key: "M24 3 4 20h5v17h11V26h8v11h11V20h5z",
    DwellingType.MEERGEZINS.key: "M9 3h30v34h-9v-8h-6v8H9zM14 8v5h5V8zM29 8v5h5V8zM14 17v5h5v-5zM29 17v5h5v-5zM14 26v5h5v-5z",
    DwellingType.SENIORENCOMPLEX.key: "M4 17 14 9l10 8 10-8 10 8v20h-8V27h-5v10H17V27h-5v10H4z",
    DwellingType.MANTELZORGUNIT.key: "M4 18 15 8l11 10v19H4zM29 26l7-6 8 6v11H29z",
    DwellingType.FLEX.key: "M5 15h38v22H5zM10 20v6h7v-6zM22 20v17h7V20zM33 20v6h6v-6z",
}
FLAGS = {  # how a chain ends, as a sign
    EndReason.OPEN.key: Text("Dit huis is nog leeg: de keten is nog open.", "This home is still empty: the chain is still open."),
    EndReason.STARTER.key: Text(
        "Hier stopt de keten. Wie hier gaat wonen, laat geen huis achter.", "Here the chain ends. Who moves in here leaves no home."
    ),
    EndReason.SEPARATED.key: Text(
        "Hier stopt de keten. Dit huishouden ging uit elkaar: in het oude huis blijft iemand wonen.",
        "Here the chain ends. These people separated: somebody stays in the old home.",
    ),
    EndReason.ARRIVAL.key: Text(
        "Hier stopt de keten. Dit huishouden komt van buiten het gebied.", "Here the chain ends. This household comes from elsewhere."
    ),
    EndReason.WITHDRAWN.key: Text("Hier stopt de keten. Dit huis is buiten gebruik.", "Here the chain ends. This home is out of use."),
    EndReason.DEMOLISHED.key: Text("Hier stopt de keten. Dit huis is gesloopt.", "Here the chain ends. This home was demolished."),
}
EMPTY = (EndReason.OPEN.key, EndReason.WITHDRAWN.key, EndReason.DEMOLISHED.key)  # nobody lives in the last home
HEADS = '<p class="who"><span class="heads" aria-hidden="true">{heads}</span>'
TENURES, TYPES, TRIGGERS = coded(Tenure), coded(DwellingType), coded(Trigger)


def drawing(page: Page, links: pd.DataFrame) -> dict[str, Markup]:
    """The links of one chain (rows of chain_examples.csv) in both languages."""
    rows = links.sort_values("link").to_dict("records")
    last = rows[-1]
    items = [_link(page, row) for row in rows]
    if last["end"] in EMPTY and last["left_type"]:
        items.append((last["left_tenure"], _house(page, last, "left_", "left_rooms"), both("")))
    end = rich(
        '<p class="ends ends-{end}">{said}</p>', '<p class="ends ends-{end}">{said}</p>', end=both(last["end"]), said=FLAGS[last["end"]]
    )
    return {
        language: Markup('<ol class="chain">{}</ol>{}').format(
            Markup("").join(
                Markup('<li class="home {}">{}{}</li>').format(tenure, house.of(language), who.of(language)) for tenure, house, who in items
            ),
            end.of(language),
        )
        for language in LANGUAGES
    }


def _link(page: Page, row: dict[str, Any]) -> tuple[str, Text, Text]:
    """Tenure, the home and who moves in."""
    before = (
        rich("Vrij door {why}.", "Free because of: {why}.", why=ORIGINS.get(row["origin"], both(row["origin"])))
        if row["link"] == 1
        else None
    )
    return row["tenure"], _house(page, row, "", "rooms", before), who(page, row)


def _house(page: Page, row: dict[str, Any], side: str, rooms: str, before: Text | None = None) -> Text:
    """The picture of a home, and what it is."""
    kind = row[f"{side}type"]
    picture = Markup('<svg class="house" viewBox="0 0 48 40" aria-hidden="true" focusable="false"><path d="{}"/></svg>').format(
        SHAPES[kind]
    )
    said = rich(
        '<p class="what"><b>{type}</b><br>{tenure}, {rooms}<br>{wijk}</p>',
        '<p class="what"><b>{type}</b><br>{tenure}, {rooms}<br>{wijk}</p>',
        type=capitals(TYPES[kind]),
        tenure=TENURES[row[f"{side}tenure"]],
        rooms=_many(_cell(page, row, rooms), Text("kamer", "room"), Text("kamers", "rooms")),
        wijk=page.area(str(row[f"{side}area"])),
    )
    free = before or Text("Daardoor komt vrij:", "So this comes free:")
    return Text(*(Markup('<p class="free">{}</p>{}{}').format(free.of(one), picture, said.of(one)) for one in LANGUAGES))


def who(page: Page, row: dict[str, Any]) -> Text:
    """Who moves in, when and why."""
    persons, age = int(row["household_size"]), _cell(page, row, "age")
    if persons == 1:
        people = rich("alleen, {age} jaar", "alone, {age} years old", age=age)
    else:
        people = rich(
            "{n} personen, de oudste {age} jaar", "{n} persons, the oldest aged {age}", n=_cell(page, row, "household_size"), age=age
        )
    heads = Markup("").join([Markup('<i class="head"></i>')] * min(persons, 8))
    said = rich(
        HEADS + " Hier gaat {who} wonen: {people}. In {month}. Reden: {why}.{by}</p>",
        HEADS + " {Who} moves in: {people}. In {month}. Reason: {why}.{by}</p>",
        heads=Text(heads, heads),
        who=WHO[row["household_class"]],
        Who=Text(*map(capital, WHO[row["household_class"]])),
        people=people,
        month=month_of(page, int(row["month"])),
        why=TRIGGERS[row["trigger"]],
        by=_helped(page, str(row["instruments"])),
    )
    return said


def _helped(page: Page, instruments: str) -> Text:
    names = [page.results.instrument(key) for key in instruments.split("+") if key]
    if not names:
        return both("")
    return rich(
        " Geholpen door: {by}.", " Helped by: {by}.", by=Text(*(", ".join(one.of(language) for one in names) for language in LANGUAGES))
    )


def _cell(page: Page, row: dict[str, Any], column: str) -> Quote:
    return page.book.quote("chain_examples", column, {key: row[key] for key in ("scenario", "seed", "chain", "link")}, digits=0)


def _many(count: Quote, one: Text, more: Text) -> Text:
    word = one if count.value == 1 else more
    return rich("{n} {word}", "{n} {word}", n=count, word=word)


def month_of(page: Page, month: int) -> Text:
    """A month of the run in the calendar: ``maart 2027``."""
    year, first = (int(part) for part in str(page.results.config["start"]).split("-"))
    at = year * YEAR + first - 1 + month
    return Text(
        *(
            Markup("{} {}").format(MONTHS.of(language).split()[at % YEAR], fixed(str(at // YEAR), "year of the column month"))
            for language in LANGUAGES
        )
    )
