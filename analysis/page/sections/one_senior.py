"""The section on one senior, with the measures and without: two lanes on one time line, and each step of both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial

from markupsafe import Markup

from analysis.estimates.one_senior import (
    AREA,
    CARD,
    SUMS,
    TOGETHER,
    WITH,
    WITHOUT,
    Row,
    Senior,
    Step,
    in_short,
    instruments,
    moved,
    parting,
    senior_of,
    watched,
)
from analysis.estimates.one_senior import steps as told_steps
from analysis.page.chain_drawing import month_of
from analysis.page.figures import SOFT
from analysis.page.noticed import coloured, look
from analysis.page.quote import Quote, fixed, plain, rich
from analysis.page.section import Block, Cell, Chart, Fold, Grid, Page, Section, Words
from analysis.page.sections.cards import leading
from analysis.page.senior_chart import Lane, two_lanes
from analysis.page.words import LANGUAGES, Text, both
from sim.counts.told import CONTACTS, Said
from sim.world.codes import Verdict
from sim.world.names import BASIS, PLACEBO

TABLE, FILE = "one_senior", "one_senior.csv"
ROW = ("scenario", "seed", "household_id", "lane", "entry")
YEAR_SAID = re.compile(r"\b\d{4}\b")
OF_MONTH = "year of the column month"
FITS = ("fit_before", "fit_after")
OUTCOMES = {  # by what counts most: a move that would not have happened comes first
    Verdict.NOODZAKELIJK.key: Text(
        "verhuist en zonder niet was verhuisd, ook niet in de {n} maanden daarna",
        "moves, and without would not have, nor within {n} months",
    ),
    Verdict.ZETJE.key: Text("verhuist en zonder later was verhuisd, binnen {n} maanden", "moves, and without would have within {n} months"),
    Verdict.UITGESTELD.key: Text("later verhuist dan zonder", "moves later than without"),
    Verdict.OOK_ZONDER.key: Text("verhuist en zonder even snel was verhuisd", "moves, and without would have moved just as soon"),
    Verdict.NIET_VERHUISD.key: Text("niet verhuist", "does not move"),
    Verdict.ONBEKEND.key: Text("te kort is gevolgd om het te zeggen", "was followed for too short a time to tell"),
}
WITHOUT_IS = Text(
    "Zonder betekent hier: dezelfde mensen zonder alle maatregelen, op dezelfde woningmarkt en met dezelfde toevalligheden.",
    "Without means here: the same people without all measures, on the same housing market and with the same luck.",
)
PROVES_NOTHING = Text(
    "Eén senior is niet doorsnee en bewijst niets; kijk naar het totaal.",
    "One senior is not typical and proves nothing; look at the total.",
)
THICKER = Text(
    "Hoe dikker de lijn, hoe verder de stap: geen woonwens, woonwens, zoeken of wachten op de sleutel. Gekleurd: met. Grijs: zonder, "
    "gevolgd tot de sleutel.",
    "The thicker the line, the further the step: no wish to move, a wish, searching or waiting for keys. In colour: with. Grey: without, "
    "followed up to the keys.",
)
SAME = Text("Hetzelfde.", "The same.")
NOT = Text("Dit gebeurt dan niet.", "This does not happen then.")
UNWATCHED = Text("Niet meer gevolgd.", "No longer followed.")
FROM_HERE = Text("Vanaf hier: wat er zonder was gebeurd.", "From here on: what would have happened without.")


def section(page: Page) -> Section | None:
    """See the module; None where nobody was followed for whom a decision differed."""
    there = set(page.tables[TABLE]["scenario"]) - {BASIS, PLACEBO}
    names = [name for name in dict.fromkeys([leading(page), *page.order] if page.order else []) if name in there]
    if not names:
        return None
    name = names[0]
    people = of_scenario(page, name)
    verdict, one = next(iter(people.items()))
    others = [_fold(page, name, key, other) for key, other in list(people.items())[1:]]
    return Section(
        "senior",
        Text("Eén senior", "One senior"),
        finding(page, one),
        rich(
            "{Who}. Wat er in één keer naspelen gebeurt, maand na maand, met {title} en zonder.",
            "{Who}. What happens in one run, month by month, with {title} and without.",
            Who=who(page, one),
            title=page.results.titles[name],
        ),
        (short(page, one), WITHOUT_IS, chosen(page, verdict)),
        (_chart(page, name, one, _until(page, one)), _grid(page, name, one), *others),
        (FILE,),
        (*_of_others(page, names), _nobody(page, names, people)),
    )


def of_scenario(page: Page, name: str) -> dict[str, Senior]:
    """The seniors of a scenario by outcome, what counts most first."""
    found = {key: senior_of(page.tables[TABLE], name, key) for key in OUTCOMES}
    return {key: one for key, one in found.items() if one is not None}


def _start(page: Page) -> str:
    return str(page.results.config["start"])


def _last(page: Page) -> int:
    """The last month of the run, with those in which it is followed on."""
    return page.results.months + int(page.results.config["follow_up"]) - 1


def _quote(page: Page, row: Row, column: str) -> Quote:
    return page.book.quote(TABLE, column, {name: row[name] for name in ROW}, digits=2 if column in FITS else 0)


def _filled(page: Page, said: Said, named_in: Row | None, **numbers: Quote) -> Text:
    """A sentence of the simulation with its numbers as cells, and with the names that the page has for instruments and areas."""
    values: dict[str, Quote | Text] = dict(numbers)
    if named_in is not None:
        values |= {CARD.format(k): page.results.instrument(key) for k, key in enumerate(instruments(named_in))}
        values[AREA] = page.area(str(named_in["area"]))
    nl, en = (YEAR_SAID.sub(lambda year: fixed(year[0], OF_MONTH), said[language]) for language in LANGUAGES)
    return rich(nl, en, **values)


def step(page: Page, one: Step) -> Text:
    """What is said of a step."""
    columns = SUMS if one.line["kind"] == TOGETHER else {name: name for name in one.line["numbers"]}
    numbers = {name: _quote(page, one.row, columns[name]) for name in one.line["numbers"]}
    return _filled(page, one.line["said"], one.row, **numbers)


def steps(page: Page, rows: Iterable[Row]) -> list[tuple[int, Text]]:
    """Month and sentence of each step of some entries of a lane."""
    return [(int(one.row["month"]), step(page, one)) for one in told_steps(rows, _start(page))]


def short(page: Page, one: Senior) -> Text:
    """Until when all is the same, what differed and by what, and the move on either side."""
    return _filled(page, in_short(one, _last(page), _start(page)), one.parted)


def who(page: Page, one: Senior) -> Text:
    """Age and size of the household at the start."""
    row = one.mine[0]
    age = _quote(page, row, "age")
    if row["household_size"] == 1:
        return rich("Een senior van {age} jaar, alleen", "A senior of {age} years, alone", age=age)
    n = _quote(page, row, "household_size")
    return rich(
        "Een huishouden van {n} personen, de oudste {age} jaar", "A household of {n} persons, the oldest {age} years old", n=n, age=age
    )


def finding(page: Page, one: Senior) -> Text:
    """The title: when this senior moves, and when without."""
    mine, theirs = (moved(one, lane) for lane in (WITH, WITHOUT))
    if one.parted is None:
        return Text("Voor deze senior maakt de maatregel niets uit", "For this senior the measure makes no difference")
    if mine is None and theirs is None:
        return Text("Deze senior verhuist niet, ook niet zonder maatregel", "This senior does not move, nor without the measure")
    if mine is None:
        return rich(
            "Deze senior verhuist niet, zonder maatregel wel in {a}",
            "This senior does not move, without the measure in {a}",
            a=_year(page, theirs),
        )
    if theirs is None:
        yet = Text("nog niet", "not yet") if one.mine[0]["verdict"] == Verdict.ONBEKEND.key else Text("niet", "but not")
        return rich(
            "Deze senior verhuist in {a}, zonder maatregel {yet}",
            "This senior moves in {a}, {yet} without the measure",
            a=_year(page, mine),
            yet=yet,
        )
    if mine == theirs:
        return rich(
            "Deze senior verhuist in {a}, ook zonder maatregel", "This senior moves in {a}, also without the measure", a=_year(page, mine)
        )
    a, b = (_year(page, month) for month in (mine, theirs))
    if a != b:
        return rich(
            "Deze senior verhuist in {a}, zonder maatregel in {b}", "This senior moves in {a}, without the measure in {b}", a=a, b=b
        )
    a, b = _month(page, mine), month_of(page, theirs)
    return rich("Deze senior verhuist in {a}, zonder maatregel in {b}", "This senior moves in {a}, otherwise in {b}", a=a, b=b)


def _year(page: Page, month: int | None) -> Text:
    """The year of a month of the run."""
    return Text(*(Markup(one.split(" ", 1)[1]) for one in month_of(page, month or 0)))


def _month(page: Page, month: int) -> Text:
    """The name of a month of the run, without its year."""
    return Text(*(one.split(" ", 1)[0] for one in month_of(page, month)))


def _until(page: Page, one: Senior) -> Text:
    """The title of the first picture: until when all is the same."""
    if one.parted is None:
        return Text("De twee lijnen gaan nergens uit elkaar", "The two lines never part")
    when = month_of(page, int(one.parted["month"]))
    return rich("Tot {when} is alles gelijk, daarna niet meer", "All is the same up to {when}", when=when)


def chosen(page: Page, verdict: str) -> Text:
    """By which rule, and that it proves nothing."""
    return rich(
        "Zo kozen we: van de eerste duizend senioren de eerste met deze uitkomst. Dit is een senior die {outcome}. {warning}",
        "How this one was chosen: of the first thousand seniors the first with this outcome. This is a senior who {outcome}. {warning}",
        outcome=_outcome(page, verdict),
        warning=PROVES_NOTHING,
    )


def _outcome(page: Page, verdict: str) -> Text:
    return rich(*OUTCOMES[verdict], n=page.book.setting("configuration", "ghost_window"))


def _chart(page: Page, name: str, one: Senior, title: Text) -> Chart:
    """Both lanes on one time line."""
    titles, last = page.results.titles[name], _last(page)
    names = (Text(*(f"{word} {title}" for word, title in zip(("Met", "With"), titles, strict=True))), Text("Zonder", "Without"))
    colours = (look(page, name)[0], SOFT)
    lanes = [
        Lane(said, rows, watched(one, lane, last), moved(one, lane), colour)
        for (lane, rows), said, colour in zip(one.both.items(), names, colours, strict=True)
    ]
    parted = None if one.parted is None else int(one.parted["month"])
    draw = partial(two_lanes, lanes, parted, _start(page))
    return Chart("senior", title, THICKER, draw, None, FILE, plain(short(page, one)))


def _grid(page: Page, name: str, one: Senior) -> Grid:
    """Each step of both lanes by month; where they part is a row of its own."""
    rows = _before(page, one)
    said = parting(one, _start(page))
    if one.parted is not None and said is not None:
        mark = "words parted"
        when = month_of(page, int(one.parted["month"]))
        rows.append((Cell(when, kind=mark), Cell(_filled(page, said, one.parted), kind=mark), Cell(FROM_HERE, kind=mark)))
        rows += _merged(page, one, after=True)
    header = (
        Text("Maand", "Month"),
        rich("Met {title}", "With {title}", title=page.results.titles[name]),
        Text("Zonder", "Without"),
    )
    caption = rich("Stap voor stap, per maand: {who}", "Step by step, by month: {who}", who=_small(who(page, one)))
    return Grid(caption, header, tuple(rows))


def _small(text: Text) -> Text:
    return Text(*(Markup(one[:1].lower() + one[1:]) for one in text))


def _before(page: Page, one: Senior) -> list[tuple[Cell, ...]]:
    """The steps up to the parting: said once where both lanes have the same, but for what the measures themselves did."""
    mine, theirs = (one.part(lane, after=False) for lane in (WITH, WITHOUT))
    own = [row for row in mine if row["kind"] not in CONTACTS]
    if [_content(row) for row in own] != [_content(row) for row in theirs]:
        return _merged(page, one, after=False)
    found: list[tuple[Cell, ...]] = []
    for made in told_steps(mine, _start(page)):
        other = NOT if made.row["kind"] in CONTACTS else SAME
        found.append((_when(page, int(made.row["month"])), Cell(step(page, made), kind="words"), Cell(other, kind="words without")))
    return found


def _content(row: Row) -> tuple[str, ...]:
    """What a row says, whichever lane it is of."""
    return tuple(str(value) for name, value in row.items() if name not in ("lane", "entry", *SUMS.values()))


def _when(page: Page, month: int) -> Cell:
    return Cell(month_of(page, month), kind="words")


def _merged(page: Page, one: Senior, after: bool) -> list[tuple[Cell, ...]]:
    """A row for each month in which something befell either lane, before the parting or after."""
    said = {lane: steps(page, one.part(lane, after)) for lane in (WITH, WITHOUT)}
    ends = {lane: watched(one, lane, _last(page)) for lane in said}
    months = sorted({month for some in said.values() for month, _ in some})
    kinds = {WITH: "words", WITHOUT: "words without"}
    return [
        (_when(page, month), *(Cell(_joined(said[lane], month, ends[lane]), kind=kind) for lane, kind in kinds.items())) for month in months
    ]


def _joined(some: Sequence[tuple[int, Text]], month: int, end: int) -> Text:
    """What befell in a month, line by line; ``end``: the last month in which the lane was watched."""
    said = [text for at, text in some if at == month]
    if not said:
        return UNWATCHED if month > end else both("–")
    return Text(*(Markup("<br>").join(one.of(language) for one in said) for language in LANGUAGES))


def _fold(page: Page, name: str, verdict: str, one: Senior) -> Fold:
    """A senior with another outcome, picture and steps."""
    title = rich("Een senior die {outcome}", "A senior who {outcome}", outcome=_outcome(page, verdict))
    chart = _chart(page, name, one, finding(page, one))._replace(key=f"senior_{verdict}")
    return Fold(title, (Words((short(page, one),)), chart, _grid(page, name, one)))


def _of_others(page: Page, names: list[str]) -> tuple[Block, ...]:
    """Of each other measure with a colour of its own the senior of the outcome that counts most, without a picture."""
    found = []
    for name in names[1:]:
        if name in coloured(page):
            verdict, one = next(iter(of_scenario(page, name).items()))
            outcome = rich("Deze senior is er een die {outcome}.", "This senior is one who {outcome}.", outcome=_outcome(page, verdict))
            found.append(Fold(page.results.titles[name], (Words((outcome, short(page, one))), _grid(page, name, one))))
    return tuple(found)


def _nobody(page: Page, names: list[str], people: dict[str, Senior]) -> Words:
    """Which outcomes and measures have no senior, and how the seniors were chosen."""
    lines = [
        Text(
            "Gevolgd worden senioren die aan het begin een eigen woning hebben. Van elke uitkomst staat hier de eerste: naar de maand "
            "waarin een beslissing anders uitviel. Bij meer keer naspelen telt de eerste keer waarin er zo iemand is.",
            "Followed are seniors who have a home of their own at the start. Of each outcome the first stands here: by the month in which "
            "a decision came out otherwise. Of several runs the first counts that has one.",
        )
    ]
    lacking = [_outcome(page, key) for key in OUTCOMES if key not in people]
    if lacking:
        listed = Text(*(Markup("; ").join(one.of(language) for one in lacking) for language in LANGUAGES))
        lines.append(
            rich(
                "Van deze uitkomsten was er niemand: een senior die {listed}.",
                "Of these outcomes there was nobody: a senior who {listed}.",
                listed=listed,
            )
        )
    none = [page.results.titles[name] for name in page.order if name not in names]
    if none:
        listed = Text(*(", ".join(one.of(language) for one in none) for language in LANGUAGES))
        lines.append(
            rich(
                "Geen beslissing viel anders uit voor de senioren die gevolgd zijn bij: {listed}.",
                "No decision came out otherwise for the seniors who were followed with: {listed}.",
                listed=listed,
            )
        )
    return Words(tuple(lines), points=True)
